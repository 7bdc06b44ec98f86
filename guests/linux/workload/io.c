// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel works on user pages themselves: vmsplice, O_DIRECT, AIO. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/loop.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "workload.h"

#define SIZE (16 * PAGE)

/*
 * Pages go into the pipe by reference: they are changed again only after all
 * has been read from it, as vmsplice(2) demands.
 */
void pipe_vmsplice(void)
{
	unsigned char *out = map_anon(SIZE), *in = map_anon(SIZE);
	int file = fresh_file(TMPFS "/spliced", SIZE, 0, 0);
	int fd[2];

	must(pipe(fd), "pipe");
	for (unsigned int round = 0; round < 12; round++) {
		size_t at = round * 37 % PAGE, len = 3 * PAGE + round * 111;
		struct iovec piece = { out + at, len };
		loff_t to = (loff_t)at;

		fill(out + at, len, 0, round);
		if (vmsplice(fd[1], &piece, 1, 0) != (ssize_t)len)
			die("vmsplice of %zu bytes failed", len);
		if (round % 2) {
			for (size_t left = len; left;)
				left -= (size_t)must(splice(fd[0], NULL, file, &to, left, 0),
						     "splice");
			must(pread(file, in, len, (off_t)at), "pread");
		} else {
			for (size_t got = 0; got < len;)
				got += (size_t)must(read(fd[0], in + got, len - got), "read");
		}
		verify("spliced", in, len, 0, round);
	}
	close(fd[0]);
	close(fd[1]);
	close(file);
	munmap(out, SIZE);
	munmap(in, SIZE);
}

/* A loop device over a file of stream 0, opened past the page cache. */
static int open_loop(const char *path)
{
	int file = fresh_file(path, SIZE, 0, 0);
	int fd = (int)must(open(LOOP_DEVICE, O_RDWR | O_DIRECT), LOOP_DEVICE);

	must(ioctl(fd, LOOP_SET_FD, file), "LOOP_SET_FD");
	close(file);
	return fd;
}

static void close_loop(int fd)
{
	must(ioctl(fd, LOOP_CLR_FD), "LOOP_CLR_FD");
	close(fd);
}

void loop_direct(void)
{
	int fd = open_loop(TMPFS "/disk");

	exercise(fd, NULL, SIZE, 512, 40);
	close_loop(fd);
	fd = fresh_file(EXT2 "/direct", SIZE, 0, O_DIRECT);
	exercise(fd, NULL, SIZE, 1024, 20);
	close(fd);
}

/* The head of the completion ring, which the kernel maps into the process. */
struct ring {
	unsigned int id, entries, head, tail;
};

#define N_EVENTS 8u

static void submit_and_wait(aio_context_t context, struct iocb *block, unsigned int n)
{
	const volatile struct ring *ring = (const volatile struct ring *)(unsigned long)context;
	struct iocb *list[N_EVENTS];
	struct io_event event[N_EVENTS];
	unsigned int before = ring->tail;

	for (unsigned int i = 0; i < n; i++)
		list[i] = &block[i];
	if (syscall(SYS_io_submit, context, (long)n, list) != (long)n)
		die("io_submit of %u requests failed", n);
	if (syscall(SYS_io_getevents, context, (long)n, (long)n, event, NULL) != (long)n)
		die("io_getevents failed");
	for (unsigned int i = 0; i < n; i++)
		if (event[i].res != (long long)PAGE)
			die("a request ended with %lld", (long long)event[i].res);
	if ((ring->tail + ring->entries - before) % ring->entries != n)
		die("ring: tail went from %u to %u after %u events", before, ring->tail, n);
}

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

void loop_aio(void)
{
	int fd = open_loop(TMPFS "/disk");
	unsigned char *data = map_anon(SIZE);
	struct iocb block[N_EVENTS];
	aio_context_t context = 0;

	must(syscall(SYS_io_setup, N_EVENTS, &context), "io_setup");
	for (unsigned int round = 0; round < 12; round++) {
		fill(data, N_EVENTS * PAGE, 0, round);
		prepare(block, fd, IOCB_CMD_PWRITE, data);
		submit_and_wait(context, block, N_EVENTS);
		memset(data, 0, N_EVENTS * PAGE);
		prepare(block, fd, IOCB_CMD_PREAD, data);
		submit_and_wait(context, block, N_EVENTS);
		verify("aio", data, N_EVENTS * PAGE, 0, round);
	}
	must(syscall(SYS_io_destroy, context), "io_destroy");
	munmap(data, SIZE);
	close_loop(fd);
}
