// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages change their address, their owner and their use. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workload.h"

#define SIZE (8 * PAGE)

/* Moves, cuts, protects and drops a mapping with dirty lines in every step. */
static void churn(unsigned int round)
{
	unsigned char *p = map_anon(SIZE), *q;

	fill(p, SIZE, 0, round);
	/* An address that is taken makes it move. */
	q = mremap(p, SIZE, 2 * SIZE, MREMAP_MAYMOVE);
	if (q == MAP_FAILED)
		die("mremap failed");
	p = map_anon(SIZE);
	q = mremap(q, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, p);
	if (q != p)
		die("mremap to a fixed address failed");
	verify("moved", q, SIZE, 0, round);
	fill(q, SIZE, 0, round + 1);
	must(mprotect(q, SIZE, PROT_READ), "mprotect");
	verify("protected", q, SIZE, 0, round + 1);
	must(mprotect(q, SIZE, PROT_READ | PROT_WRITE), "mprotect");
	fill(q, SIZE, 0, round + 2);
	must(munmap(q + 2 * PAGE, PAGE), "munmap");
	must(madvise(q + 4 * PAGE, PAGE, MADV_DONTNEED), "madvise");
	verify("before the hole", q, 2 * PAGE, 0, round + 2);
	verify("after the hole", q + 3 * PAGE, PAGE, 3 * PAGE, round + 2);
	verify("at the end", q + 5 * PAGE, 3 * PAGE, 5 * PAGE, round + 2);
	for (unsigned int i = 0; i < PAGE; i++)
		if (q[4 * PAGE + i])
			die("a dropped page came back with %#x", q[4 * PAGE + i]);
	munmap(q, SIZE);
}

/* The same pages under a private file mapping: read, then copied on write. */
static void churn_private(int fd, unsigned int round)
{
	unsigned char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	if (p == MAP_FAILED)
		die("private mmap failed");
	verify("private mapping", p, SIZE, 0, 0);
	fill(p + PAGE, PAGE, PAGE, round);
	verify("private copy", p + PAGE, PAGE, PAGE, round);
	verify("untouched page", p + 2 * PAGE, PAGE, 2 * PAGE, 0);
	munmap(p, SIZE);
}

void mapping_churn(void)
{
	int fd = fresh_file(TMPFS "/private", SIZE, 0, 0);

	for (unsigned int round = 1; round <= 12; round++) {
		churn(round);
		churn_private(fd, round);
	}
	close(fd);
}

/*
 * Pages freed with dirty lines come back at once in another role: the page
 * cache, an anonymous page, a pipe's buffer, a page table of a child.
 */
void memory_reuse(void)
{
	size_t size = 32 * PAGE;

	for (unsigned int round = 0; round < 4; round++) {
		unsigned char *p = map_anon(size);
		char path[40];
		pid_t child;
		int fd;

		fill(p, size, 0, round);
		munmap(p, size);
		snprintf(path, sizeof(path), TMPFS "/reuse%u", round % 2);
		fd = fresh_file(path, size, round, 0);
		p = map_shared(fd, size);
		verify("file in old pages", p, size, 0, round);
		fill(p, size, 0, round + 30);
		child = (pid_t)must(fork(), "fork");
		if (child == 0) {
			verify("child's view", p, size, 0, round + 30);
			_exit(0);
		}
		reap(child);
		munmap(p, size);
		must(ftruncate(fd, 0), "ftruncate");
		unlink(path);
		close(fd);
	}
}
