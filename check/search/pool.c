// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/search/pool.h"

#define WORKERS	  64u
#define POLL_MSEC 100
#define PATIENCE  50 /* polls that children have to end in, when told to */

struct result {
	void *bytes;
	size_t len;
	bool here;
};

struct worker {
	pid_t pid;
	int fd; /* -1: ended */
};

/* In memory that children share: the next job, and which one each child has. */
struct shared {
	size_t next;
	size_t has[WORKERS];
};

struct running {
	const struct pool *pool;
	struct shared *shared;
	struct worker worker[WORKERS];
	unsigned n;
	struct result *result;
	size_t reported;
};

static ssize_t write_some(int fd, void *bytes, size_t len)
{
	return write(fd, bytes, len);
}

/* All bytes through the pipe: some is read or write_some, which may move fewer at a time. */
static bool all_bytes(ssize_t (*some)(int, void *, size_t), int fd, void *bytes, size_t len)
{
	char *p = bytes;

	while (len) {
		ssize_t n = some(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static void child(const struct running *r, unsigned me, int fd)
{
	const struct pool *pool = r->pool;

	for (;;) {
		size_t job = __atomic_fetch_add(&r->shared->next, 1, __ATOMIC_RELAXED), head[2];
		void *bytes;

		if (job >= pool->jobs)
			_exit(0);
		r->shared->has[me] = job + 1;
		bytes = pool->work(pool->context, job, &head[1]);
		head[0] = job;
		if (!bytes)
			head[1] = 0;
		if (!all_bytes(write_some, fd, head, sizeof(head)) ||
		    !all_bytes(write_some, fd, bytes, head[1]))
			_exit(1);
		r->shared->has[me] = 0;
		free(bytes);
	}
}

static bool start(struct running *r, unsigned i)
{
	int fds[2];
	pid_t pid, parent = getpid();

	r->shared->has[i] = 0;
	if (pipe(fds))
		return false;
	pid = fork();
	if (pid < 0) {
		close(fds[0]);
		close(fds[1]);
		return false;
	}
	if (!pid) {
		/* Nobody waits for the results of one whose parent is gone. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		close(fds[0]);
		child(r, i, fds[1]);
	}
	close(fds[1]);
	r->worker[i] = (struct worker){ pid, fds[0] };
	return true;
}

/* In order: one that is early waits for those before it. */
static void report(struct running *r)
{
	const struct pool *pool = r->pool;

	while (r->reported < pool->jobs && r->result[r->reported].here) {
		struct result *one = &r->result[r->reported];

		pool->done(pool->context, r->reported++, one->bytes, one->len);
		free(one->bytes);
		one->bytes = NULL;
	}
}

/* Its result; or it has ended: of its own accord, or amid a job. */
static bool hear(struct running *r, unsigned i)
{
	struct worker *w = &r->worker[i];
	size_t head[2], job;
	int status = 0;

	if (all_bytes(read, w->fd, head, sizeof(head)) && head[0] < r->pool->jobs) {
		struct result *one = &r->result[head[0]];

		*one = (struct result){ .here = true };
		if (!head[1])
			return true;
		one->bytes = malloc(head[1]);
		one->len = head[1];
		if (one->bytes && all_bytes(read, w->fd, one->bytes, head[1]))
			return true;
		free(one->bytes);
	}
	close(w->fd);
	w->fd = -1;
	waitpid(w->pid, &status, 0);
	job = r->shared->has[i];
	if (!job)
		return true;
	r->result[job - 1] =
		(struct result){ .len = WIFSIGNALED(status) ? (size_t)WTERMSIG(status) : 0,
				 .here = true };
	return start(r, i);
}

static bool is_alive(const struct running *r)
{
	for (unsigned i = 0; i < r->n; i++)
		if (r->worker[i].fd >= 0)
			return true;
	return false;
}

static void stop(struct running *r)
{
	for (unsigned i = 0; i < r->n; i++)
		if (r->worker[i].fd >= 0) {
			kill(r->worker[i].pid, SIGKILL);
			close(r->worker[i].fd);
			waitpid(r->worker[i].pid, NULL, 0);
		}
}

/* No job begins any more, and those that run are to end with what they know. */
static void tell_to_stop(struct running *r)
{
	__atomic_store_n(&r->shared->next, r->pool->jobs, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < r->n; i++)
		if (r->worker[i].fd >= 0)
			kill(r->worker[i].pid, SIGTERM);
}

static bool is_to_stop(const struct pool *pool)
{
	return pool->idle && !pool->idle(pool->context);
}

static bool listen_all(struct running *r)
{
	unsigned patience = 0;

	while (is_alive(r)) {
		struct pollfd fds[WORKERS];
		bool quiet;

		for (unsigned i = 0; i < r->n; i++)
			fds[i] = (struct pollfd){ .fd = r->worker[i].fd, .events = POLLIN };
		quiet = !poll(fds, r->n, POLL_MSEC);
		for (unsigned i = 0; i < r->n; i++)
			if (r->worker[i].fd >= 0 && fds[i].revents && !hear(r, i))
				return false;
		report(r);
		if (!patience && is_to_stop(r->pool)) {
			tell_to_stop(r);
			patience = PATIENCE;
		} else if (patience && quiet && !--patience) {
			stop(r);
			return true;
		}
	}
	return true;
}

static bool inline_run(const struct pool *pool)
{
	for (size_t job = 0; job < pool->jobs; job++) {
		size_t len = 0;
		void *bytes = pool->work(pool->context, job, &len);

		pool->done(pool->context, job, bytes, len);
		free(bytes);
		if (pool->idle && !pool->idle(pool->context))
			break;
	}
	return true;
}

bool pool_run(const struct pool *pool)
{
	struct running r = { .pool = pool };
	bool right = true;

	if (pool->workers <= 1 || pool->jobs <= 1)
		return inline_run(pool);
	r.n = pool->workers < WORKERS ? pool->workers : WORKERS;
	if (r.n > pool->jobs)
		r.n = (unsigned)pool->jobs;
	r.result = calloc(pool->jobs, sizeof(*r.result));
	r.shared = mmap(NULL, sizeof(*r.shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	if (!r.result || r.shared == MAP_FAILED) {
		free(r.result);
		return false;
	}
	for (unsigned i = 0; i < r.n; i++)
		r.worker[i].fd = -1;
	for (unsigned i = 0; i < r.n && right; i++)
		right = start(&r, i);
	right = right && listen_all(&r);
	if (!right)
		stop(&r);
	for (size_t i = 0; i < pool->jobs; i++)
		free(r.result[i].bytes);
	free(r.result);
	munmap(r.shared, sizeof(*r.shared));
	return right;
}
