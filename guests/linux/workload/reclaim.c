// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reclaim takes pages away from those who use them.  And the kernel's own translations, which every
 * page directory has a copy of.  Bugs of stock Linux, see holes.c.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
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
