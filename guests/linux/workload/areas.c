// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Areas that are mapped, split, moved, merged and dropped at random, while the kernel reads and
 * writes their pages behind the user's back: whoever looks up where a page is mapped must be right
 * after every step.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64 /* an offset is an address */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

#define PAGES 48u
#define STEPS 600u

static unsigned char *arena;
static unsigned char tag[PAGES]; /* what the page is filled with; 0: not mapped */
static int file, memory;

static unsigned char *page(unsigned int i)
{
	return arena + (size_t)i * PAGE;
}

static void store(unsigned int i)
{
	tag[i] = (unsigned char)(1 + draw(255));
	touch(page(i), PAGE);
	memset(page(i), tag[i], PAGE);
}

static void map(unsigned int i, unsigned int n)
{
	int prot = PROT_READ | PROT_WRITE | (draw(4) ? 0 : PROT_EXEC);
	int of_file = !draw(3);

	if (mmap(page(i), n * PAGE, prot, MAP_FIXED | MAP_PRIVATE | (of_file ? 0 : MAP_ANONYMOUS),
		 of_file ? file : -1, of_file ? (off_t)(i * PAGE) : 0) == MAP_FAILED)
		die("mmap of %u pages at %u failed", n, i);
	for (unsigned int k = i; k < i + n; k++)
		store(k);
}

static void unmap(unsigned int i, unsigned int n)
{
	must(munmap(page(i), n * PAGE), "munmap");
	memset(tag + i, 0, n);
}

static int all_mapped(unsigned int i, unsigned int n)
{
	return !memchr(tag + i, 0, n);
}

/* Splits what is there, and back: neighbours of the same rights merge. */
static void protect(unsigned int i, unsigned int n)
{
	if (!all_mapped(i, n))
		return;
	must(mprotect(page(i), n * PAGE, PROT_READ | (draw(2) ? PROT_EXEC : 0)), "mprotect");
	if (draw(2))
		must(mprotect(page(i) + (n / 2) * PAGE, (n - n / 2) * PAGE, PROT_READ | PROT_WRITE),
		     "mprotect");
	must(mprotect(page(i), n * PAGE, PROT_READ | PROT_WRITE), "mprotect");
	for (unsigned int k = i; k < i + n; k++)
		if (draw(2))
			store(k);
}

/* Several areas at once cannot be moved; that is no mistake. */
static void move(unsigned int i, unsigned int n)
{
	unsigned int to = draw(PAGES - n + 1);
	int stay = !draw(3);

	if (!all_mapped(i, n) || (to < i + n && i < to + n))
		return;
	if (mremap(page(i), n * PAGE, n * PAGE,
		   MREMAP_MAYMOVE | MREMAP_FIXED | (stay ? MREMAP_DONTUNMAP : 0),
		   page(to)) == MAP_FAILED) {
		if (errno != EFAULT && errno != EINVAL)
			die("mremap failed");
		/* What was at the new place may be gone already. */
		unmap(to, n);
		return;
	}
	memcpy(tag + to, tag + i, n);
	if (!stay) {
		memset(tag + i, 0, n);
		return;
	}
	/* The area is there, its own pages are not. */
	for (unsigned int k = i; k < i + n; k++)
		store(k);
}

/* The kernel goes by its own mapping of the page. */
static void through_the_kernel(unsigned int i)
{
	static unsigned char buffer[PAGE];
	struct iovec here = { buffer, PAGE }, there = { page(i), PAGE };

	if (!tag[i])
		return;
	if (must(process_vm_readv(getpid(), &here, 1, &there, 1, 0), "process_vm_readv") != PAGE)
		die("process_vm_readv read less than a page");
	for (unsigned int k = 0; k < PAGE; k++)
		if (buffer[k] != tag[i])
			die("the kernel reads %#x in page %u at %u, not %#x", buffer[k], i, k,
			    tag[i]);
	tag[i] = (unsigned char)(1 + draw(255));
	memset(buffer, tag[i], PAGE);
	/* Not process_vm_writev, in which Linux 6.1 has a real bug: see holes.c. */
	if (must(pwrite(memory, buffer, PAGE, (off_t)(uintptr_t)page(i)), "write to memory") !=
	    PAGE)
		die("wrote less than a page");
}

static void open_memory(void)
{
	memory = (int)must(open("/proc/self/mem", O_RDWR), "open of /proc/self/mem");
}

static void verify_all(void)
{
	for (unsigned int i = 0; i < PAGES; i++)
		for (unsigned int k = 0; tag[i] && k < PAGE; k += 64)
			if (page(i)[k] != tag[i])
				die("page %u has %#x at %u, not %#x", i, page(i)[k], k, tag[i]);
}

/* The child stores to copies, and drops them. */
static void fork_and_store(unsigned int i)
{
	pid_t child = fork();

	if (child < 0)
		die("fork failed");
	if (!child) {
		verify_all();
		open_memory(); /* the other is the parent's */
		if (tag[i])
			store(i);
		through_the_kernel(i);
		verify_all();
		_exit(0);
	}
	reap(child);
}

static void step(void)
{
	unsigned int i = draw(PAGES), n = 1 + draw(6);

	if (n > PAGES - i)
		n = PAGES - i;
	switch (draw(12)) {
	case 0:
	case 1:
	case 2:
		map(i, n);
		break;
	case 3:
		unmap(i, n);
		break;
	case 4:
	case 5:
		protect(i, n);
		break;
	case 6:
	case 7:
		move(i, n);
		break;
	case 8:
		if (!draw(8))
			fork_and_store(i);
		break;
	default:
		through_the_kernel(i);
	}
}

void areas_random(void)
{
	file = fresh_file(TMPFS "/areas", PAGES * PAGE, 0, 0);
	open_memory();
	arena = map_anon(PAGES * PAGE);
	unmap(0, PAGES);
	for (unsigned int i = 0; i < STEPS; i++) {
		step();
		if (!(i % 32))
			verify_all();
	}
	verify_all();
	close(memory);
	close(file);
}

/* The user stores, and the kernel must find where. */
static void kernel_sees(const char *what, unsigned char *p, unsigned int seed)
{
	static unsigned char buffer[PAGE];
	struct iovec here = { buffer, PAGE }, there = { p, PAGE };

	fill(p, PAGE, 0, seed);
	must(process_vm_readv(getpid(), &here, 1, &there, 1, 0), "process_vm_readv");
	verify(what, buffer, PAGE, 0, seed);
}

static unsigned char *first_page(void *p)
{
	return (unsigned char *)(((uintptr_t)p + PAGE - 1) & ~(uintptr_t)(PAGE - 1));
}

/* Further down than the stack was when the program began. */
static __attribute__((noinline)) void grow_stack(void)
{
	unsigned char room[96 * PAGE];

	kernel_sees("the stack", first_page(room), 1);
}

static void grow_heap(void)
{
	enum { STEP = 16 * PAGE };

	for (unsigned int i = 0; i < 3; i++) {
		unsigned char *p = sbrk(STEP);

		if (p == (void *)-1)
			die("sbrk failed");
		kernel_sees("the heap", first_page(p), i);
		kernel_sees("the end of the heap", first_page(p) + STEP - 2 * PAGE, i + 1);
	}
}

/* An area that was moved, and what is left behind of one. */
static void move_and_use(void)
{
	unsigned char *from = map_anon(4 * PAGE), *to = map_anon(16 * PAGE) + 8 * PAGE;

	kernel_sees("before the move", from, 1);
	if (mremap(from, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		die("mremap failed");
	kernel_sees("moved", to, 2);
	from = to - 4 * PAGE;
	if (mremap(to, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP,
		   from) != from)
		die("mremap failed");
	kernel_sees("moved back", from, 3);
	kernel_sees("left behind", to, 4);
}

/* Areas that change by other ways than mmap. */
void areas_grown(void)
{
	grow_stack();
	grow_heap();
	move_and_use();
}
