/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * driver: who schedules the contexts of a sim by himself, and owns its memory: the explorer
 * of check/, which goes back to earlier states.  See coh_sim_config.driver, coh_sim_strand_new.
 */
#ifndef COH_PORTS_SIM_DRIVER_H
#define COH_PORTS_SIM_DRIVER_H

#include <stddef.h>
#include <stdint.h>

/* What the context that runs is about to do, at a point. */
struct coh_sim_next {
	enum coh_sim_next_kind {
		COH_SIM_NEXT_CODE = 1, /* go on in code of layer and kernel */
		COH_SIM_NEXT_OP,       /* op, on [va, va + len) where it has such */
		COH_SIM_NEXT_ACCESS,   /* read, store or fetch [va, va + len) */
		COH_SIM_NEXT_WAIT,     /* nothing, before *word is 0 */
	} kind;
	int op; /* enum coh_sim_op */
	uint64_t va;
	size_t len;
	const uintptr_t *word;
};

/*
 * Somebody who schedules by himself, instead of the arrivals below: contexts then are
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

#endif
