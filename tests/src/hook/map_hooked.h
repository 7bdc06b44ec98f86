/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * map_hooked: what the parts of map_interrupt_test share.  They are linked with a layer that calls
 * env_hook at each access.
 */
#ifndef COH_TESTS_SRC_HOOK_MAP_HOOKED_H
#define COH_TESTS_SRC_HOOK_MAP_HOOKED_H

#include "src/map.h"
#include "ports/sim/hook.h"
#include "tests/src/map_model.h"

#define INDICES 12
#define SIDES	2
#define SLOTS	40 /* a set of VMAs is 64 bits */

extern struct model m;
extern uint64_t seed;

/* Which VMAs cover each index of each map. */
struct picture {
	uint64_t hit[SIDES][MODEL_MAPS][INDICES];
};

extern struct picture before, after;

void random_world(enum coh_indexing indexing, uint64_t number);

/* Predicts op; fills before and after.  False if it would be refused. */
bool foresee(const struct op *op, struct model_vma now[2]);

/* One that would not, foreseen. */
struct op random_good_op(struct model_vma now[2]);

/* A walk of all groups, or of some, and the set that it visits. */
struct set_walk {
	struct coh_walk_ walk; /* first */
	uint64_t seen;	       /* in the last try that visited anybody */
	bool twice;	       /* one of them */
	uint32_t tries;	       /* the retry counter at that try */
	uint64_t ever;	       /* in any try */
};

bool walk_set(struct set_walk *w, int side, int map, int index);
bool walk_groups(struct set_walk *w, int side, int map, int index, uintptr_t lo, uintptr_t hi);

void unhook(void);

/* map_preempt.c */
void preempt_once_test(void **state);
void give_up_test(void **state);
void covers_gives_up_test(void **state);

/* map_two_cpus.c */
void two_cpus_test(void **state);

/* map_cost.c */
void cost_of_mms_test(void **state);
void cost_of_groups_test(void **state);
void cost_of_one_group_test(void **state);

#endif
