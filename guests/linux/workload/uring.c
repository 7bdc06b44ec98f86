// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * io_uring: rings that the kernel and the program share.  Both keep them in the cache, each under an
 * address of its own, and nobody flushes: docs/found-in-linux.md, section 15.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workload.h"

#define N_ENTRIES 8u

static unsigned char *map_ring(int fd, size_t len, off_t which)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, which);

	if (p == MAP_FAILED)
		die("mmap of a ring failed");
	return p;
}

/* Requests that do nothing, one at a time, and what is said of each. */
static void nothing(int fd, const struct io_uring_params *params, unsigned char *ring,
		    struct io_uring_sqe *request)
{
	volatile unsigned int *tail = (unsigned int *)(ring + params->sq_off.tail);
	volatile unsigned int *slots = (unsigned int *)(ring + params->sq_off.array);
	volatile unsigned int *head = (unsigned int *)(ring + params->cq_off.head);
	const volatile struct io_uring_cqe *event =
		(const struct io_uring_cqe *)(ring + params->cq_off.cqes);

	for (unsigned int i = 0; i < 4 * N_ENTRIES; i++) {
		unsigned int slot = i % params->sq_entries;

		memset(&request[slot], 0, sizeof(*request));
		request[slot].opcode = IORING_OP_NOP;
		request[slot].user_data = i + 1;
		slots[slot] = slot;
		*tail = i + 1;
		must(syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0),
		     "io_uring_enter");
		if (event[i % params->cq_entries].user_data != i + 1)
			die("request %u: the answer is to %llu", i + 1,
			    (unsigned long long)event[i % params->cq_entries].user_data);
		*head = i + 1;
	}
}

/* A kernel that has no io_uring cannot have this bug. */
void hole_uring(void)
{
	struct io_uring_params params = { 0 };
	int fd = (int)syscall(SYS_io_uring_setup, N_ENTRIES, &params);
	struct io_uring_sqe *request;
	unsigned char *ring;

	if (fd < 0 && errno == ENOSYS) {
		puts("# this kernel has no io_uring");
		return;
	}
	must(fd, "io_uring_setup");
	if (!(params.features & IORING_FEAT_SINGLE_MMAP))
		die("the rings are not one mapping");
	ring = map_ring(fd, PAGE, IORING_OFF_SQ_RING);
	request = (struct io_uring_sqe *)map_ring(fd, N_ENTRIES * sizeof(*request), IORING_OFF_SQES);
	nothing(fd, &params, ring, request);
	close(fd);
}
