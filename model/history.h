/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * history: what happened to one line since it got into trouble.
 *
 * The shadow keeps it with the record of each line in trouble, and hands it out with a finding.  Its
 * first events say how the line was when the trouble began: then it had one data copy at most, and
 * every byte that memory lacked was dirty there.  So a shadow of one line that does these events
 * again comes to the same state, and can be asked what one operation more would have changed.
 *
 * Events that change nothing are left out: a read past the cache, and a read that was made before
 * with nothing but reads in between.  Stores in turn through one alias are one event; they are two,
 * all but the last and the last, if something could happen to the line between them.  pc is that of
 * the last of them, pc_first that of the first.  Of a loop two rounds are kept.  If its rounds
 * differ in their bytes only, three are kept: the first, all others as one, the last.
 */
#ifndef COH_MODEL_HISTORY_H
#define COH_MODEL_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "model/ops.h"

#ifdef __cplusplus
extern "C" {
#endif

enum coh_event_kind {
	COH_EVENT_LOAD,
	COH_EVENT_STORE,
	COH_EVENT_FETCH,
	COH_EVENT_DEVICE_WRITE,
	COH_EVENT_COHERENT_WRITE, /* by a device that takes part in coherence */
	COH_EVENT_LINE,		  /* maintenance by address */
	COH_EVENT_SET_WAY,	  /* of the set that this line is in: all ways, by now */
	COH_EVENT_WHOLE,	  /* maintenance of a whole cache */
	COH_EVENT_HOMONYM,	  /* va leads to this line now, and led to another one before */
	COH_EVENT_SHORT,	  /* by address, of a range that ended one line before this one */
	/* A store through va to another page, which may have hit the line that this one left there. */
	COH_EVENT_OVERWRITE,
	COH_EVENTS,
};

struct coh_event {
	uint8_t kind;	   /* enum coh_event_kind */
	uint8_t attr;	   /* enum coh_attr, of loads, stores and fetches */
	uint8_t op;	   /* enum coh_op, of maintenance */
	uint8_t side;	   /* enum coh_side; of maintenance and homonyms */
	uint32_t pc;	   /* 0: not known */
	uint32_t pc_first; /* of stores that are one event: who began */
	uint32_t va;	   /* the alias of the line; COH_VA_UNKNOWN: none */
	uint32_t
		mm; /* of a device's write its number; of an overwrite the other granule's address */
	/* Bit n: byte n of the granule, of accesses.  Of a homonym the other granule's address, with
	 * bit 0 if that is dirty. */
	uint32_t bytes;
};

#define COH_HISTORY_MAX 32u

struct coh_history {
	uint32_t n;
	/* Events that were dropped for lack of room.  The oldest event that a later one repeats is
	 * dropped first; if there is none, the oldest. */
	uint32_t cut;
	uint32_t odd; /* something happened that no event says */
	struct coh_event event[COH_HISTORY_MAX];
};

#ifdef __cplusplus
}
#endif

#endif
