/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * explore: every state that a system can reach, each once.
 */
#ifndef COH_CHECK_SEARCH_EXPLORE_H
#define COH_CHECK_SEARCH_EXPLORE_H

#include "check/search/seen.h"
#include "check/search/verdict.h"

struct exploration {
	struct system *system;
	const struct bounds *bounds;
	const struct progress *progress;
	/* Called in each state that ends a run; may set bound, to stop there. */
	void (*end)(void *context, struct system *system, bool stuck);
	void *context;

	/* results */
	uint64_t states, transitions;
	size_t bytes;
	size_t others; /* bytes that the caller holds: they count */
	double seconds;
	const char *bound; /* that was met; NULL: all was tried */
	bool wrong;	   /* the test asked for what cannot be: system_error */
};

void explore(struct exploration *e);

double explore_clock(void);
/* What the process has in memory, in bytes; 0 if that cannot be known. */
size_t explore_resident(void);

#endif
