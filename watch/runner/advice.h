/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice: which maintenance was missing.
 *
 * Nothing is advised that was not tried.  The history of the line is done again with the operation
 * in its place (replay.h): then this finding must be impossible, no access before it may have
 * become wrong, and no byte may be lost that was not lost before.  Of what remains, the fewest
 * operations are taken, and of these those at the places where kernels have them.
 */
#ifndef COH_WATCH_RUNNER_ADVICE_H
#define COH_WATCH_RUNNER_ADVICE_H

#include "watch/runner/replay.h"

enum advice_kind {
	ADVICE_UNTRIED,	  /* the history cannot be done again: nothing is known */
	ADVICE_NONE,	  /* tried, and neither one operation nor two are enough */
	ADVICE_OPS,	  /* one or two operations */
	ADVICE_OWN_LINES, /* the buffer must not share its line */
	ADVICE_TRANSFER,  /* a flush before a device's transfer, and an invalidate after it */
};

/* One operation, right at each place from first to last. */
struct advice_step {
	struct replay_op op;
	uint32_t first, last;
};

struct advice {
	enum advice_kind kind;
	struct advice_step step[2];
	unsigned n_steps;
	/* An invalidate at the first step's place does as well, if nothing else of it is wanted. */
	bool invalidate_does;
	/* By enum coh_op: that operation, at the first step's place, is enough too. */
	bool does[COH_OPS];
	/* Or: event number replaced is a flush instead. */
	bool replaces;
	uint32_t replaced;
	/* A receive buffer: the CPU must not read it meanwhile, or invalidate it afterwards as well. */
	bool invalidate_after;
	/* What was done, and why it was not enough: the event that would have been enough ... */
	bool wrong_kind;	   /* ... as another operation */
	bool wrong_address;	   /* ... through the alias of the first step */
	bool too_short;		   /* ... one line longer */
	uint32_t wrong, cut_short; /* the events */
	uint32_t written;	   /* the event that wrote the newest byte; n_events: not there */
};

/* advice_find: for the finding f, of the core in hello. */
void advice_find(const struct wire_hello *hello, const struct wire_finding *f, struct advice *a);

#endif
