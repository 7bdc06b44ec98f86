// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory management takes pages away from those who use them: reclaim, KSM.  And the kernel's own
 * translations, which every page directory has a copy of.  Bugs of stock Linux, see holes.c.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/uio.h>
#include <unistd.h>

#include "workload.h"

#define SWAP_FILE  EXT2 "/swap"
#define SWAP_PAGES 64u

static void swap_on(void)
{
	enum { INFO = 1024 };
	static const char magic[] = "SWAPSPACE2";
	int fd = fresh_file(SWAP_FILE, SWAP_PAGES * PAGE, 0, 0);
	unsigned char *header = map_anon(PAGE);
	unsigned int *info = (unsigned int *)(header + INFO);

	info[0] = 1;		  /* version */
	info[1] = SWAP_PAGES - 1; /* the last page */
	memcpy(header + PAGE - strlen(magic), magic, strlen(magic));
	must(pwrite(fd, header, PAGE, 0), "pwrite");
	must(fsync(fd), "fsync");
	close(fd);
	must(swapon(SWAP_FILE, 0), "swapon");
	munmap(header, PAGE);
}

/*
 * Pages go out to a swap file on a loop device, which copies with the CPU through the kernel's
 * mapping.  Its lines are from the last time that the kernel read there: process_vm_readv.
 * madvise() flushes the addresses of the mapping first, and of a large one the whole cache; reclaim
 * that memory is short of does not.  So the mapping is small, and has no neighbour to merge with.
 */
void hole_swap(void)
{
	enum { SIZE = 2 * PAGE };
	unsigned char *area = map_anon(4 * PAGE), *map = area + PAGE, *buffer = map_anon(SIZE);
	struct iovec here = { buffer, SIZE }, there = { map, SIZE };

	swap_on();
	must(mprotect(area, PAGE, PROT_NONE), "mprotect");
	must(mprotect(area + 3 * PAGE, PAGE, PROT_NONE), "mprotect");
	fill(map, SIZE, 0, 1);
	fill(buffer, SIZE, 0, 2);
	must(process_vm_readv(getpid(), &here, 1, &there, 1, 0), "process_vm_readv");
	verify("read", buffer, SIZE, 0, 1);
	fill(map, SIZE, 0, 3);
	must(madvise(map, SIZE, MADV_PAGEOUT), "MADV_PAGEOUT");
	verify("swapped out and in", map, SIZE, 0, 3);
	must(swapoff(SWAP_FILE), "swapoff");
	munmap(area, 4 * PAGE);
	munmap(buffer, SIZE);
	unlink(SWAP_FILE);
}

#define KSM TMPFS "/sys/kernel/mm/ksm/"

static unsigned int ksm_get(const char *path)
{
	char text[24] = "";
	int fd = (int)must(open(path, O_RDONLY), path);

	must(read(fd, text, sizeof(text) - 1), path);
	close(fd);
	return (unsigned int)strtoul(text, NULL, 10);
}

static void ksm_set(const char *path, const char *value)
{
	int fd = (int)must(open(path, O_WRONLY), path);

	must(write(fd, value, strlen(value)), path);
	close(fd);
}

#define KSM_PAGES 256u

/* Pages of 16 kinds, each written as it is already, while ksmd looks at them. */
static void store_the_same(unsigned char *area)
{
	for (unsigned int i = 0; i < 20 * KSM_PAGES; i++) {
		volatile unsigned char *at = area + i % KSM_PAGES * PAGE + i % 61;

		*at ^= 1;
		*at ^= 1;
	}
}

static void wait_for_ksm(unsigned int merged)
{
	unsigned int scans = ksm_get(KSM "full_scans");

	while (ksm_get(KSM "pages_sharing") < merged) {
		if (ksm_get(KSM "full_scans") > scans + 200)
			die("%u pages were merged, not %u", ksm_get(KSM "pages_sharing"), merged);
		poll(NULL, 0, 10);
	}
}

/* Equal pages become one, and differ again when they are stored to. */
void hole_ksm(void)
{
	unsigned char *area = map_anon(KSM_PAGES * PAGE);

	mkdir(TMPFS "/sys", 0700);
	must(mount("sysfs", TMPFS "/sys", "sysfs", 0, NULL), "mount of sysfs");
	for (unsigned int i = 0; i < KSM_PAGES; i++)
		fill(area + i * PAGE, PAGE, 0, i % 16);
	must(madvise(area, KSM_PAGES * PAGE, MADV_MERGEABLE), "MADV_MERGEABLE");
	ksm_set(KSM "sleep_millisecs", "1");
	ksm_set(KSM "pages_to_scan", "1000");
	ksm_set(KSM "run", "1");
	store_the_same(area);
	wait_for_ksm(200);
	for (unsigned int i = 0; i < KSM_PAGES; i++)
		verify("merged", area + i * PAGE, PAGE, 0, i % 16);
	for (unsigned int i = 0; i < KSM_PAGES; i++)
		fill(area + i * PAGE, PAGE, 0, i);
	ksm_set(KSM "run", "2");
	for (unsigned int i = 0; i < KSM_PAGES; i++)
		verify("stored to again", area + i * PAGE, PAGE, 0, i);
	ksm_set(KSM "run", "0");
	must(umount(TMPFS "/sys"), "umount");
	munmap(area, KSM_PAGES * PAGE);
}

static int gate[2];

static void *wait_at_gate(void *unused)
{
	char byte;

	must(read(gate[0], &byte, 1), "read");
	return unused;
}

/*
 * Each thread has a stack in vmalloc space, which grows by a section then.  A kernel thread that
 * borrows this mm has the new entries copied into its page directory, and walks it at once.
 */
void hole_directory(void)
{
	enum { THREADS = 300, SIZE = 4 * PAGE };
	int fd = fresh_file(EXT2 "/hole", SIZE, 0, 0);
	pthread_t thread[THREADS];
	pthread_attr_t small;

	must(pipe(gate), "pipe");
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 16 * 1024);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], &small, wait_at_gate, NULL))
			die("cannot start thread %d", i);
	must(fsync(fd), "fsync");
	for (int i = 0; i < THREADS; i++)
		must(write(gate[1], "x", 1), "write");
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	close(fd);
}
