// SPDX-License-Identifier: GPL-2.0-or-later
/* Shared file mappings: once and twice in a process, across processes; fork. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workload.h"

#define SIZE (8 * PAGE)

static const char *const files[] = { TMPFS "/shared", EXT2 "/shared" };

#define N_FILES (sizeof(files) / sizeof(files[0]))

/* One mapping stays cached: read() and write() must see it and be seen by it. */
void shared_once(void)
{
	for (size_t i = 0; i < N_FILES; i++) {
		int fd = fresh_file(files[i], SIZE, 0, 0);
		unsigned char *map = map_shared(fd, SIZE);

		exercise(fd, map, SIZE, 1, 40);
		munmap(map, SIZE);
		close(fd);
	}
}

static void twice(int fd)
{
	unsigned char *a = map_shared(fd, SIZE);
	unsigned char *b;

	/* Cached lines of the first exist before the second appears. */
	fill(a, SIZE, 0, 1);
	b = map_shared(fd, SIZE);
	verify("second mapping", b, SIZE, 0, 1);
	for (unsigned int seed = 2; seed < 10; seed += 2) {
		fill(a, SIZE, 0, seed);
		verify("second mapping", b, SIZE, 0, seed);
		fill(b, SIZE, 0, seed + 1);
		verify("first mapping", a, SIZE, 0, seed + 1);
	}
	fill(a, SIZE, 0, 0);
	exercise(fd, b, SIZE, 1, 20);
	if (memcmp(a, b, SIZE))
		die("the two mappings differ");
	munmap(a, SIZE);
	munmap(b, SIZE);
}

void shared_twice(void)
{
	for (size_t i = 0; i < N_FILES; i++) {
		int fd = fresh_file(files[i], SIZE, 0, 0);

		twice(fd);
		close(fd);
	}
}

static void pass(int fd)
{
	char token = 0;

	must(write(fd, &token, 1), "write to a pipe");
}

static void await(int fd)
{
	char token;

	if (read(fd, &token, 1) != 1)
		die("the other process went away");
}

/* Two processes answer each other through memory; the pipes only say when. */
static void ping_pong(int fd)
{
	unsigned char *map =
		fd < 0 ? mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
		       : map_shared(fd, SIZE);
	int to[2], from[2];
	pid_t child;

	must(pipe(to), "pipe");
	must(pipe(from), "pipe");
	child = (pid_t)must(fork(), "fork");
	if (child == 0) {
		unsigned char *own = fd < 0 ? map : map_shared(fd, SIZE);

		for (unsigned int seed = 0; seed < 16; seed += 2) {
			await(to[0]);
			verify("child", own, SIZE, 0, seed);
			fill(own, SIZE, 0, seed + 1);
			pass(from[1]);
		}
		_exit(0);
	}
	for (unsigned int seed = 0; seed < 16; seed += 2) {
		fill(map, SIZE, 0, seed);
		pass(to[1]);
		await(from[0]);
		verify("parent", map, SIZE, 0, seed + 1);
	}
	reap(child);
	for (int i = 0; i < 2; i++) {
		close(to[i]);
		close(from[i]);
	}
	munmap(map, SIZE);
}

void shared_processes(void)
{
	for (size_t i = 0; i < N_FILES; i++) {
		int fd = fresh_file(files[i], SIZE, 0, 0);

		ping_pong(fd);
		close(fd);
	}
	ping_pong(-1);
}

static volatile int stop;

/* Keeps pages of the parent changing, and faulting, while it forks. */
static void *scribble(void *area)
{
	unsigned int round = 0;

	while (!stop) {
		memset((char *)area + round % 4 * PAGE, (int)round, PAGE);
		round++;
		sched_yield();
	}
	return NULL;
}

void cow_threads(void)
{
	unsigned char *data = map_anon(SIZE);
	unsigned char *noise = map_anon(SIZE);
	pthread_t thread;

	if (pthread_create(&thread, NULL, scribble, noise))
		die("cannot start a thread");
	for (unsigned int round = 0; round < 8; round++) {
		pid_t child;

		fill(data, SIZE, 0, round);
		child = (pid_t)must(fork(), "fork");
		if (child == 0) {
			if (round % 2)
				sched_yield();
			verify("child's copy", data, SIZE, 0, round);
			fill(data, SIZE, 0, round + 500);
			verify("child's own", data, SIZE, 0, round + 500);
			_exit(0);
		}
		fill(data + PAGE, SIZE - PAGE, PAGE, round + 1000);
		reap(child);
		verify("first page", data, PAGE, 0, round);
		verify("parent's own", data + PAGE, SIZE - PAGE, PAGE, round + 1000);
	}
	stop = 1;
	pthread_join(thread, NULL);
	munmap(data, SIZE);
	munmap(noise, SIZE);
}
