// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel works on user pages themselves: vmsplice, O_DIRECT.  aio.c has more of it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
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

int open_loop(const char *path, size_t size)
{
	int file = fresh_file(path, size, 0, 0);
	int fd = (int)must(open(LOOP_DEVICE, O_RDWR | O_DIRECT), LOOP_DEVICE);

	must(ioctl(fd, LOOP_SET_FD, file), "LOOP_SET_FD");
	close(file);
	return fd;
}

void close_loop(int fd)
{
	must(ioctl(fd, LOOP_CLR_FD), "LOOP_CLR_FD");
	close(fd);
}

void loop_direct(void)
{
	int fd = open_loop(TMPFS "/disk", SIZE);

	exercise(fd, NULL, SIZE, 512, 40);
	close_loop(fd);
	fd = fresh_file(EXT2 "/direct", SIZE, 0, O_DIRECT);
	exercise(fd, NULL, SIZE, 1024, 20);
	close(fd);
}
