/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * driver: who schedules the contexts of a sim by himself, and owns its memory: the explorer
 * of check/, which goes back to earlier states.  See coh_sim_config.driver, coh_sim_strand_new.
 */
#ifndef COH_PORTS_SIM_DRIVER_H
#define COH_PORTS_SIM_DRIVER_H

#include "ports/sim/hook.h"
#include "ports/sim/sim.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the context that runs is about to do, at a point. */
struct coh_sim_next {
	enum coh_sim_next_kind {
		COH_SIM_NEXT_CODE = 1, /* go on in code of layer and kernel */
		COH_SIM_NEXT_OP,       /* op, on [va, va + len) where it has such */
		COH_SIM_NEXT_ACCESS,   /* read, store or fetch [va, va + len) */
		COH_SIM_NEXT_WAIT,     /* nothing, before *word is 0 */
		/* COH_SIM_GRAIN_ACCESS: what the layer has at va, not memory of the machine */
		COH_SIM_NEXT_LAYER_LOAD,
		COH_SIM_NEXT_LAYER_STORE,
	} kind;
	int op; /* enum coh_sim_op */
	uint64_t va;
	size_t len;
	const uintptr_t *word;
	struct env_place place; /* of LAYER_LOAD and _STORE */
};

/*
 * Somebody who schedules by himself, instead of coh_sim_at and coh_sim_on: contexts then are
 * coroutines of his, made by coh_sim_strand_new.  All memory is his, too, so that he
 * can copy whole states.  Every callback is needed.
 */
struct coh_sim_driver {
	void *context;
	void *(*allocate)(void *context, size_t size); /* zeroed; NULL if there is none */
	void (*release)(void *context, void *memory);
	/* At each point; may return much later.  What arrives and what hardware does are his. */
	void (*point)(void *context, const struct coh_sim_next *next);
	/* The context that runs cannot go on: see Failures.  Does not return. */
	void (*fail)(void *context, const char *what, int error) __attribute__((noreturn));
};

/* ------------------------------------------------------------------------
 * His contexts.  coh_sim_run, coh_sim_at and coh_sim_on are not for him.
 */

struct coh_sim_strand;

/* A context on cpu, which has done nothing yet; NULL if there is no memory.  Freed with the sim. */
struct coh_sim_strand *coh_sim_strand_new(struct coh_sim *sim, enum coh_sim_context kind,
					  uint32_t cpu);
/* It runs from now on, on that CPU; NULL: none does. */
void coh_sim_strand_run(struct coh_sim *sim, struct coh_sim_strand *strand, uint32_t cpu);
/* Locks that it holds, and walks that it is in: nobody may take its CPU meanwhile. */
uint32_t coh_sim_strand_holds(const struct coh_sim_strand *strand);

bool coh_sim_irqs_are_on(const struct coh_sim *sim, uint32_t cpu);
void coh_sim_set_irqs(struct coh_sim *sim, uint32_t cpu, bool on);

/*
 * The i-th range of bytes of the driver's memory that only counts, and decides nothing: two
 * states that differ only there are one.  Ascending within what was allocated at once; NULL
 * beyond the last.
 */
const void *coh_sim_tally(const struct coh_sim *sim, uint32_t i, size_t *len);

#ifdef __cplusplus
}
#endif

#endif
