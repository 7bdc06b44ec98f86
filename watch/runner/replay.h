/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay: the history of a finding, done once more on a shadow of this one line; as it was, or with
 * something changed.  This is how advice is tried before it is given.
 *
 * The places of a history are those between its events: place i is before event i, and place
 * n_events is before the access that the finding is about.
 */
#ifndef COH_WATCH_RUNNER_REPLAY_H
#define COH_WATCH_RUNNER_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "model/shadow.h"
#include "watch/wire.h"

struct replay;

/* One operation more, on one line. */
struct replay_op {
	uint32_t place;
	enum coh_op op;
	enum coh_side side;
	uint32_t va;
	bool each; /* not at one place, but each time before va leads to another page */
};

/* Is it to be done before event i (n_events: before the access of the finding)? */
bool replay_is_at(const struct wire_finding *f, const struct replay_op *op, uint32_t i);

/* Is e about another page's line as well?  Then its address is in *pa. */
bool replay_other_page(const struct wire_event *e, uint32_t *pa);

/* Homonym i: was the other page's line made dirty by an event before, and is dirty still? */
bool replay_is_left_dirty(const struct wire_finding *f, uint32_t i);

/* If it is done there: is it on the line of the page that leaves op's address, in a homonym? */
bool replay_is_leaving(const struct wire_finding *f, const struct replay_op *op, uint32_t i);

#define REPLAY_OPS 3

/* What is different this time. */
struct replay_change {
	struct replay_op more[REPLAY_OPS]; /* by place, of one place in the order they are done */
	unsigned n_more;
	/* Another operation or another address, of this event. */
	bool edits;
	uint32_t edited;
	struct replay_op edit; /* its place says nothing */
	/* Only these bytes of the line are accessed: 0: all.  And nothing maintains them by address. */
	uint32_t only;
	bool unmaintained;
	/* After the access, a load through this alias: of what a device wrote.  */
	bool reads_after;
	uint32_t after_va;
	bool flushes_after; /* and an invalidate before that load */
};

struct replay_result {
	bool bad; /* the access of the finding, or the load after it, may be answered with old bytes */
	enum coh_cause cause;
	uint32_t first_pa;
	uint64_t bad_events; /* bit i: event i */
	uint32_t lost;	     /* bytes that memory lacks when in the end every copy is cleaned */
	bool lost_other;     /* likewise of another page's line, in a homonym */
};

/*
 * replay_new: for findings of this core.  NULL: the core is not known, or no memory is left.
 */
struct replay *replay_new(const struct wire_hello *hello);
void replay_free(struct replay *r);

/* False: the finding's history cannot be done again. */
bool replay_can(const struct replay *r, const struct wire_finding *f);

/* Does what f tells, with change (NULL: none). */
struct replay_result replay_run(struct replay *r, const struct wire_finding *f,
				const struct replay_change *change);

#endif
