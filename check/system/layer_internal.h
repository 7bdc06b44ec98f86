/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the files that run the layer share.  Private to them.
 *
 * The region, at one address as long as the system lives:
 *
 *	struct control		what a state is made of, beside the bytes behind it
 *	arena			everything that layer and simulated kernel allocate
 *	stacks			one for each context, one for the set-up
 */
#ifndef COH_CHECK_SYSTEM_LAYER_INTERNAL_H
#define COH_CHECK_SYSTEM_LAYER_INTERNAL_H

#include "check/system/arena.h"
#include "check/system/layer.h"
#include "check/system/strand.h"
#include "ports/sim/driver.h"

#define STRANDS	   (LITMUS_CONTEXTS + 1u)
#define ARENA_SIZE (256u * 1024)
#define STACK_SIZE (32u * 1024)

#define LITMUS_DIRECTIONS 4

enum call_kind { CALL_NONE, CALL_STATEMENT, CALL_SWITCH, CALL_SETUP };

struct call {
	enum call_kind kind;
	bool pass_point; /* an access: it is where its statement is, so its own point is no other */
	uint8_t mm;
	const struct litmus_instr *instr;
	uint32_t result;
};

struct control {
	struct coh_sim *sim;
	uint64_t va[LITMUS_ALIASES]; /* 0: it has none now */
	uint32_t frame[LITMUS_PAGES];
	uint8_t dma[LITMUS_PAGES]
		   [LITMUS_DIRECTIONS]; /* how often it is mapped so, by enum coh_dma */
	struct coh_sim_strand *context[STRANDS];
	struct coh_sim_next next[STRANDS];
	struct call call[STRANDS];
	struct strand strand[STRANDS];
};

struct layer {
	struct system *s;
	size_t region_size;
	struct control *control; /* where the region begins */
	struct arena *arena;
	unsigned n; /* contexts; the set-up is the one after them */
	unsigned current;
	bool quiet; /* the set-up: nobody else runs */
	struct coh_sim_driver driver;
	struct coh_cpu core;
	struct start {
		struct layer *layer;
		unsigned strand;
	} start[STRANDS];
	void *initial; /* the first state */
	size_t initial_size;
	bool failed;
	char error[160];
};

/* layer_calls.c: on a strand's stack. */
void layer_call(struct layer *l, unsigned c, struct call *call);
/* layer_setup.c: the same. */
void layer_set_up(struct layer *l);
void layer_configure(const struct layer *l, struct coh_sim_config *config);

static inline uint32_t layer_page_bytes(const struct layer *l)
{
	return litmus_page_size(l->s->test);
}

#endif
