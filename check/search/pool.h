/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * pool: jobs of one program, some at a time, each in a child process: one that crashes takes
 * nobody with it, and what it leaves in memory is gone.
 */
#ifndef COH_CHECK_SEARCH_POOL_H
#define COH_CHECK_SEARCH_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool {
	size_t jobs;
	unsigned workers; /* 1: in this process */
	/* In the child: does the job; the result is malloc'ed bytes. */
	void *(*work)(void *context, size_t job, size_t *len);
	/*
	 * In the parent, in the order of the jobs.  bytes NULL: the child died of signal len; if
	 * that is 0, for want of memory.
	 */
	void (*done)(void *context, size_t job, const void *bytes, size_t len);
	/*
	 * In the parent, now and then; returns false to stop: children get SIGTERM, which work must
	 * heed, and what they send within some seconds is reported.  May be NULL.
	 */
	bool (*idle)(void *context);
	void *context;
};

/* False if processes cannot be made; errno says why.  What was done before is reported. */
bool pool_run(const struct pool *pool);

#endif
