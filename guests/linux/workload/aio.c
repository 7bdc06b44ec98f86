// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asynchronous I/O.  The kernel stores each completion into a ring that the process has mapped, and
 * calls flush_dcache_page there with interrupts off: docs/interrupts.md.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "workload.h"

/* The head of the completion ring, which the kernel maps into the process. */
struct ring {
	unsigned int id, entries, head, tail;
};

#define RING_HEADER 32u /* bytes before the first event */

#define N_EVENTS 8u
#define SIZE	 (N_EVENTS * PAGE)

static void submit(aio_context_t context, struct iocb *block, unsigned int n)
{
	struct iocb *list[N_EVENTS];

	for (unsigned int i = 0; i < n; i++)
		list[i] = &block[i];
	if (syscall(SYS_io_submit, context, (long)n, list) != (long)n)
		die("io_submit of %u requests failed", n);
}

static void submit_and_wait(aio_context_t context, struct iocb *block, unsigned int n)
{
	const volatile struct ring *ring = (const volatile struct ring *)(unsigned long)context;
	struct io_event event[N_EVENTS];
	unsigned int before = ring->tail;

	submit(context, block, n);
	if (syscall(SYS_io_getevents, context, (long)n, (long)n, event, NULL) != (long)n)
		die("io_getevents failed");
	for (unsigned int i = 0; i < n; i++)
		if (event[i].res != (long long)PAGE)
			die("a request ended with %lld", (long long)event[i].res);
	if ((ring->tail + ring->entries - before) % ring->entries != n)
		die("ring: tail went from %u to %u after %u events", before, ring->tail, n);
}

/* N_EVENTS requests of a page each: the whole disk. */
static void prepare(struct iocb *block, int fd, int opcode, unsigned char *data)
{
	memset(block, 0, N_EVENTS * sizeof(*block));
	for (unsigned int i = 0; i < N_EVENTS; i++) {
		block[i].aio_fildes = (unsigned int)fd;
		block[i].aio_lio_opcode = (unsigned short)opcode;
		block[i].aio_buf = (unsigned long)(data + i * PAGE);
		block[i].aio_nbytes = PAGE;
		block[i].aio_offset = (long long)i * PAGE;
	}
}

/* 200 reads of 4 KiB and 200 writes. */
void loop_aio(void)
{
	int fd = open_loop(TMPFS "/disk", SIZE);
	unsigned char *data = map_anon(SIZE);
	struct iocb block[N_EVENTS];
	aio_context_t context = 0;

	must(syscall(SYS_io_setup, N_EVENTS, &context), "io_setup");
	for (unsigned int round = 0; round < 25; round++) {
		fill(data, SIZE, 0, round);
		prepare(block, fd, IOCB_CMD_PWRITE, data);
		submit_and_wait(context, block, N_EVENTS);
		memset(data, 0, SIZE);
		prepare(block, fd, IOCB_CMD_PREAD, data);
		submit_and_wait(context, block, N_EVENTS);
		verify("aio", data, SIZE, 0, round);
	}
	must(syscall(SYS_io_destroy, context), "io_destroy");
	munmap(data, SIZE);
	close_loop(fd);
}

/* Takes N events out of the ring without the kernel's help, as the interface allows. */
static void reap_from_ring(volatile struct ring *ring, unsigned int n)
{
	const struct io_event *event = (const struct io_event *)((unsigned long)ring + RING_HEADER);
	unsigned int head = ring->head;

	while ((ring->tail + ring->entries - head) % ring->entries < n)
		sched_yield();
	for (unsigned int i = 0; i < n; i++, head = (head + 1) % ring->entries)
		if (event[head].res != (long long)PAGE)
			die("event %u ended with %lld", head, (long long)event[head].res);
	ring->head = head;
}

/*
 * A process that takes events out of the ring itself stores to its head, beside the tail, which the
 * kernel stores.
 */
void hole_ring(void)
{
	int fd = open_loop(TMPFS "/disk", SIZE);
	unsigned char *data = map_anon(SIZE);
	struct iocb block[N_EVENTS];
	aio_context_t context = 0;

	must(syscall(SYS_io_setup, 256, &context), "io_setup"); /* several pages */
	fill(data, SIZE, 0, 1);
	prepare(block, fd, IOCB_CMD_PWRITE, data);
	for (unsigned int round = 0; round < 64; round++) {
		submit(context, block, N_EVENTS);
		reap_from_ring((volatile struct ring *)(unsigned long)context, N_EVENTS);
	}
	must(syscall(SYS_io_destroy, context), "io_destroy");
	munmap(data, SIZE);
	close_loop(fd);
}

/* Starts TIMER and prepares a request that is complete, from the timer's interrupt, when it ends. */
static void wait_for_timer(struct iocb *block, int timer, unsigned int microseconds)
{
	struct itimerspec once = { .it_value.tv_nsec = (long)microseconds * 1000 };

	memset(block, 0, sizeof(*block));
	block->aio_fildes = (unsigned int)timer;
	block->aio_lio_opcode = IOCB_CMD_POLL;
	block->aio_buf = POLLIN;
	must(timerfd_settime(timer, 0, &once, NULL), "timerfd_settime");
}

/* How many of EXPECTED events come, if none takes longer than a second. */
static unsigned int collect(aio_context_t context, unsigned int expected)
{
	struct io_event event[2 * N_EVENTS];
	struct timespec second = { .tv_sec = 1 };
	long n = must(
		syscall(SYS_io_getevents, context, (long)expected, (long)expected, event, &second),
		"io_getevents");

	return (unsigned int)n;
}

/*
 * Completions of two kinds into one ring: of reads, from the loop device's worker, and of timers,
 * from their interrupt.  If one of the latter comes amid one of the former, both take the same
 * place in the ring, and there is an event less than there were requests.  No privilege is needed
 * for that, and no particular device.
 */
void hole_aio(void)
{
	enum { ROUNDS = 200 };
	int fd = open_loop(TMPFS "/disk", SIZE);
	unsigned char *data = map_anon(SIZE);
	struct iocb reads[N_EVENTS], waits[N_EVENTS];
	int timer[N_EVENTS];
	aio_context_t context = 0;
	unsigned int lost = 0;

	must(syscall(SYS_io_setup, 2 * N_EVENTS, &context), "io_setup");
	for (unsigned int i = 0; i < N_EVENTS; i++)
		timer[i] = (int)must(timerfd_create(CLOCK_MONOTONIC, 0), "timerfd_create");
	prepare(reads, fd, IOCB_CMD_PREAD, data);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		memset(data, 0, SIZE);
		for (unsigned int i = 0; i < N_EVENTS; i++)
			wait_for_timer(&waits[i], timer[i], 500 + draw(4000));
		submit(context, waits, N_EVENTS);
		submit(context, reads, N_EVENTS);
		lost += 2 * N_EVENTS - collect(context, 2 * N_EVENTS);
		verify("aio", data, SIZE, 0, 0);
	}
	if (lost)
		die("%u of %u completions were lost", lost, ROUNDS * 2 * N_EVENTS);
	must(syscall(SYS_io_destroy, context), "io_destroy");
	for (unsigned int i = 0; i < N_EVENTS; i++)
		close(timer[i]);
	munmap(data, SIZE);
	close_loop(fd);
}
