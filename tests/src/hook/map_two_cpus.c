// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A walk on one CPU and updates on another: two contexts that hand over to each other before any of
 * their accesses, at random.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <cmocka.h>

#include "tests/src/hook/map_hooked.h"

#define STACK	 (256 * 1024)
#define HISTORY	 64
#define FAMILIES 3 /* of groups; walks are for one of them or for all */
#define ALL	 FAMILIES

static struct {
	ucontext_t main, walker, writer;
	bool walker_runs, stop;
	unsigned hurry; /* hand over at one in so many accesses */
	unsigned state; /* number of the map's state; walks must have seen one of them */
	/* What covers the index, by state, and after the update that is under way. */
	struct hits {
		uint64_t of[FAMILIES + 1];
	} history[HISTORY], pending;
	unsigned walk;		 /* number of the walk that is under way */
	unsigned free_at[SLOTS]; /* the walk after which an unlinked slot may be used again */
	unsigned through, gave_up, retried, updates;
	int index;
} duo;

static const struct coh_map *duo_map(void)
{
	return model_map(&m, COH_SIDE_FILE, 0);
}

static void hand_over(void)
{
	bool walker = duo.walker_runs;

	duo.walker_runs = !walker;
	if (walker)
		swapcontext(&duo.walker, &duo.writer);
	else
		swapcontext(&duo.writer, &duo.walker);
}

static void perhaps(void)
{
	if (model_random(&seed) % duo.hurry == 0)
		hand_over();
}

static void duo_load(const volatile void *p, enum env_order order)
{
	(void)p;
	(void)order;
	if (duo.walker_runs)
		perhaps();
}

static void duo_store(const volatile void *p, enum env_order order, bool done)
{
	(void)order;
	if (duo.walker_runs)
		return;
	if (!done) {
		perhaps();
	} else if (p == &duo_map()->sequence && duo_map()->sequence & 1) {
		duo.history[++duo.state % HISTORY] = duo.pending;
	}
}

static bool may_reuse(const struct op *op)
{
	return (op->kind == OP_MERGE || m.is[op->slot].linked ||
		duo.free_at[op->slot] < duo.walk) &&
	       (m.is[op->other].linked || duo.free_at[op->other] < duo.walk);
}

/* The groups of one mm or colour, without the bit that says whether they are visible. */
static uintptr_t family(int number)
{
	struct model_vma v = { .mm = number, .start = (uintptr_t)number };

	return model_group(&m, &v, COH_SIDE_FILE) & ~(uintptr_t)COH_GROUP_VISIBLE;
}

static void foresee_hits(const struct op *op, const struct model_vma now[2])
{
	int i, f;

	memset(&duo.pending, 0, sizeof(duo.pending));
	duo.pending.of[ALL] = after.hit[COH_SIDE_FILE][0][duo.index];
	for (i = 0; i < SLOTS; i++) {
		const struct model_vma *v = i == op->other && op->other != op->slot ? &now[1]
					    : i == op->slot			    ? &now[0]
										    : &m.is[i];

		for (f = 0; f < FAMILIES; f++)
			if ((model_group(&m, v, COH_SIDE_FILE) & ~(uintptr_t)COH_GROUP_VISIBLE) ==
			    family(f))
				duo.pending.of[f] |= duo.pending.of[ALL] & 1ull << i;
	}
}

static void writer(void)
{
	struct model_vma now[2];

	while (!duo.stop) {
		struct op op = random_good_op(now);
		bool was[2] = { m.is[op.slot].linked, m.is[op.other].linked };

		if (!may_reuse(&op)) {
			hand_over();
			continue;
		}
		foresee_hits(&op, now);
		assert_int_equal(model_run(&m, &op), 0);
		model_apply(&m, &op, now);
		if (was[0] && !m.is[op.slot].linked)
			duo.free_at[op.slot] = duo.walk;
		if (was[1] && !m.is[op.other].linked)
			duo.free_at[op.other] = duo.walk;
		duo.updates++;
	}
	for (;;)
		hand_over();
}

static void one_walk_of_two(void)
{
	struct set_walk w;
	uint32_t *retries = &m.coh.counters[COH_COUNT_WALK_RETRY];
	unsigned from = duo.state, at, f = duo.walk % (FAMILIES + 1);
	bool through, found = false;
	uint64_t all = 0;

	*retries = 0;
	if (f == ALL)
		through = walk_set(&w, COH_SIDE_FILE, 0, duo.index);
	else
		through = walk_groups(&w, COH_SIDE_FILE, 0, duo.index, family((int)f),
				      family((int)f) | COH_GROUP_VISIBLE);
	assert_int_equal(w.walk.error, 0);
	duo.retried += *retries;
	if (!through) {
		duo.gave_up++;
		return;
	}
	duo.through++;
	if (w.tries != *retries)
		w.seen = w.twice = 0; /* the last try visited nobody */
	assert_false(w.twice);
	for (at = from; at <= duo.state; at++) {
		all |= duo.history[at % HISTORY].of[f];
		found |= w.seen == duo.history[at % HISTORY].of[f];
	}
	assert_true(duo.state - from < HISTORY);
	assert_true(found);	       /* the last try saw one of them, */
	assert_true(!(w.ever & ~all)); /* and the others nobody who was in none */
}

static void walker(void)
{
	unsigned i;

	for (i = 0; i < 25000; i++) {
		static const unsigned hurries[] = { 2, 5, 10, 30, 100, 300 };

		duo.hurry = hurries[i / 16 % 6];
		duo.walk++;
		one_walk_of_two();
	}
	duo.stop = true;
	setcontext(&duo.main);
}

static void two_cpus(enum coh_indexing indexing, int slots, int index)
{
	static char stacks[2][STACK];

	memset(&duo, 0, sizeof(duo));
	random_world(indexing, (uint64_t)index);
	m.slots = slots;
	duo.index = index;
	duo.walk = 1;
	duo.walker_runs = true;
	duo.hurry = 2;
	getcontext(&duo.walker);
	duo.walker.uc_stack.ss_sp = stacks[0];
	duo.walker.uc_stack.ss_size = STACK;
	makecontext(&duo.walker, walker, 0);
	getcontext(&duo.writer);
	duo.writer.uc_stack.ss_sp = stacks[1];
	duo.writer.uc_stack.ss_size = STACK;
	makecontext(&duo.writer, writer, 0);
	env_hook.load = duo_load;
	env_hook.store = duo_store;
	swapcontext(&duo.main, &duo.walker);
	unhook();
	print_message("%u walks went through, %u gave up, %u retries; %u updates\n", duo.through,
		      duo.gave_up, duo.retried, duo.updates);
	assert_true(duo.through > 10000 && duo.retried > 1000);
	assert_true(duo.updates > 1000);
}

void two_cpus_test(void **state)
{
	(void)state;
	two_cpus(COH_INDEXED_VIVT, 24, 3);
	two_cpus(COH_INDEXED_VIPT, 24, 4);
	two_cpus(COH_INDEXED_PIPT, 24, 5);
	/* Trees that are empty now and then. */
	two_cpus(COH_INDEXED_PIPT, 2, 2);
	two_cpus(COH_INDEXED_VIVT, 4, 3);
}
