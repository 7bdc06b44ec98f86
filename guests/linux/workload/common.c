// SPDX-License-Identifier: GPL-2.0-or-later
/* What the tests share: see workload.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

void die(const char *format, ...)
{
	int error = errno;
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf(" (errno: %s)\n", strerror(error));
	fflush(stdout);
	_exit(1);
}

long must(long result, const char *what)
{
	if (result == -1)
		die("%s failed", what);
	return result;
}

static unsigned char pattern(size_t at, unsigned int seed)
{
	return (unsigned char)(at * 7 + (at >> 5) * 13 + (at >> 12) * 29 + seed * 131 + 1);
}

void touch(const void *p, size_t len)
{
	const volatile unsigned char *byte = p;

	for (size_t i = 0; i < len; i += 16)
		(void)byte[i];
	if (len)
		(void)byte[len - 1];
}

void fill(void *p, size_t len, size_t offset, unsigned int seed)
{
	unsigned char *byte = p;

	touch(p, len);
	for (size_t i = 0; i < len; i++)
		byte[i] = pattern(offset + i, seed);
}

void verify(const char *what, const void *p, size_t len, size_t offset, unsigned int seed)
{
	const unsigned char *byte = p;

	for (size_t i = 0; i < len; i++)
		if (byte[i] != pattern(offset + i, seed))
			die("%s: byte %zu is %#x, expected %#x", what, offset + i, byte[i],
			    pattern(offset + i, seed));
}

unsigned int draw(unsigned int limit)
{
	static unsigned int state = 2007;

	state = state * 1664525u + 1013904223u;
	return (state >> 8) % limit;
}

void *map_anon(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap of %zu bytes failed", len);
	return p;
}

void *map_shared(int fd, size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		die("shared mmap of %zu bytes failed", len);
	return p;
}

int fresh_file(const char *path, size_t size, unsigned int seed, int flags)
{
	unsigned char *data = map_anon(size);
	int fd;

	unlink(path);
	fd = (int)must(open(path, O_RDWR | O_CREAT | O_EXCL | flags, 0755), path);
	fill(data, size, 0, seed);
	if (pwrite(fd, data, size, 0) != (ssize_t)size)
		die("%s: cannot write %zu bytes", path, size);
	munmap(data, size);
	return fd;
}

void copy_file(const char *from, const char *to)
{
	static char buffer[5 * PAGE];
	int in = (int)must(open(from, O_RDONLY), from);
	int out;
	ssize_t n;

	unlink(to);
	out = (int)must(open(to, O_WRONLY | O_CREAT | O_EXCL, 0755), to);
	while ((n = must(read(in, buffer, sizeof(buffer)), from)) > 0)
		if (write(out, buffer, (size_t)n) != n)
			die("%s: short write", to);
	close(in);
	close(out);
}

void reap(pid_t pid)
{
	int status;

	must(waitpid(pid, &status, 0), "waitpid");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		die("child %d ended with status %#x", (int)pid, status);
}

/* Cuts a buffer in up to three pieces, at multiples of GRAIN. */
static int cut(struct iovec *piece, unsigned char *p, size_t len, size_t grain)
{
	int n = 0;

	while (n < 2 && len > grain) {
		size_t part = grain * (1 + draw((unsigned int)(len / grain - 1)));

		piece[n].iov_base = p;
		piece[n++].iov_len = part;
		p += part;
		len -= part;
	}
	piece[n].iov_base = p;
	piece[n++].iov_len = len;
	return n;
}

static void compare(const char *what, const unsigned char *a, const unsigned char *b, size_t len,
		    size_t offset)
{
	for (size_t i = 0; i < len; i++)
		if (a[i] != b[i])
			die("%s: byte %zu is %#x, expected %#x", what, offset + i, a[i], b[i]);
}

void others_run(void)
{
	pid_t child = (pid_t)must(fork(), "fork");

	if (child == 0)
		_exit(0);
	reap(child);
}

void exercise(int fd, unsigned char *map, size_t size, size_t grain, unsigned int rounds)
{
	unsigned char *model = map_anon(size);
	unsigned char *buffer = map_anon(size);
	struct iovec piece[3];

	fill(model, size, 0, 0);
	for (unsigned int round = 1; round <= rounds; round++) {
		size_t offset = grain * draw((unsigned int)(size / grain));
		size_t len = grain * (1 + draw((unsigned int)((size - offset) / grain)));
		size_t start = grain * draw((unsigned int)((size - len) / grain + 1));
		unsigned char *p = buffer + start;

		fill(model + offset, len, offset, round);
		fill(p, len, offset, round);
		if (map && round % 2)
			memcpy(map + offset, p, len);
		else if (pwritev(fd, piece, cut(piece, p, len, grain), (off_t)offset) !=
			 (ssize_t)len)
			die("write of %zu bytes at %zu failed", len, offset);
		if (map)
			compare("mapping", map + offset, model + offset, len, offset);
		memset(p, 0, len);
		/* From the page cache twice of three times, from below otherwise. */
		/* And waits for the write-back: a store during it would be a race. */
		if (map && round % 3 == 0) {
			others_run();
			must(fsync(fd), "fsync");
		}
		if (round % 3 == 0)
			posix_fadvise(fd, 0, (off_t)size, POSIX_FADV_DONTNEED);
		if (preadv(fd, piece, cut(piece, p, len, grain), (off_t)offset) != (ssize_t)len)
			die("read of %zu bytes at %zu failed", len, offset);
		compare("read", p, model + offset, len, offset);
	}
	if (pread(fd, buffer, size, 0) != (ssize_t)size)
		die("read of %zu bytes failed", size);
	compare("whole file", buffer, model, size, 0);
	munmap(model, size);
	munmap(buffer, size);
}
