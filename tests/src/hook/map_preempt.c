// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * An update, or many, between any two loads of a walk: the walk was preempted by a process, or
 * the update is another CPU's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/src/hook/map_hooked.h"

static struct {
	unsigned loads, at, every; /* update before load number at, and then every so many */
	struct op op;
	struct model_vma now[2];
	struct set_walk *walk;
	uint64_t seen_before; /* when the update came */
	bool done;
} cpu;

static void preempt(const volatile void *p, enum env_order order)
{
	struct env_hook hook = env_hook;

	(void)p;
	(void)order;
	if (cpu.loads++ != cpu.at)
		return;
	cpu.at += cpu.every;
	unhook();
	assert_int_equal(model_run(&m, &cpu.op), 0);
	model_apply(&m, &cpu.op, cpu.now);
	cpu.done = true;
	cpu.seen_before = cpu.walk->ever;
	cpu.walk->ever = 0;
	if (cpu.every)
		cpu.op = random_good_op(cpu.now);
	env_hook = hook;
}

/* One update before load number at.  Returns whether the walk was long enough for that. */
static bool preempted_walk(unsigned at, int side, int map, int index)
{
	const struct coh_map *real = model_map(&m, (enum coh_side_)side, map);
	uint32_t sequence = real->sequence, *retries = &m.coh.counters[COH_COUNT_WALK_RETRY];
	struct set_walk w;
	uint64_t old, new;

	cpu.op = random_good_op(cpu.now);
	old = before.hit[side][map][index];
	new = after.hit[side][map][index];
	cpu.loads = 0;
	cpu.at = at;
	cpu.every = 0;
	cpu.done = false;
	cpu.walk = &w;
	cpu.seen_before = 0;
	*retries = 0;
	env_hook.load = preempt;
	assert_true(walk_set(&w, side, map, index));
	env_hook.load = NULL;
	assert_false(w.twice);
	assert_true(*retries <= 1);
	if (real->sequence == sequence) {
		/* It was of another map, or did not come. */
		assert_true(old == new || !cpu.done);
		assert_int_equal(cpu.seen_before | w.ever, old);
		assert_int_equal(cpu.seen_before & w.ever, 0);
		assert_int_equal(*retries, 0);
	} else {
		assert_true((cpu.seen_before & ~old) == 0);
		assert_int_equal(w.ever, new);
	}
	return cpu.done;
}

/* Each load of a walk in its turn, each index of a world in its turn, and many worlds. */
void preempt_once_test(void **state)
{
	unsigned at, world, i, came = 0;
	int index;

	(void)state;
	for (world = 0; world < 40; world++) {
		random_world(world & 1 ? COH_INDEXED_VIVT : COH_INDEXED_PIPT, world + 1);
		for (i = 0; i < 100; i++) {
			cpu.op = random_good_op(cpu.now);
			model_do(&m, &cpu.op);
		}
		for (index = 0; index < INDICES; index++)
			for (at = 0; preempted_walk(at, world >> 1 & 1, world >> 2 & 1, index);
			     at++)
				came++;
	}
	assert_true(came > 10000);
}

/* Updates too often for any walk. */
void give_up_test(void **state)
{
	struct set_walk w;
	uint32_t *counters = m.coh.counters;
	unsigned i, gave_up = 0;

	(void)state;
	random_world(COH_INDEXED_VIVT, 77);
	for (i = 0; i < 500; i++) {
		cpu.op = random_good_op(cpu.now);
		model_do(&m, &cpu.op);
	}
	for (i = 0; i < 2000; i++) {
		bool through;

		memset(counters, 0, sizeof(m.coh.counters));
		cpu.op = random_good_op(cpu.now);
		cpu.loads = cpu.at = 0;
		cpu.every = 1 + i % 40;
		cpu.walk = &w;
		env_hook.load = preempt;
		through = walk_set(&w, (int)(i & 1), (int)(i >> 1 & 1), (int)(i % INDICES));
		env_hook.load = NULL;
		assert_int_equal(counters[COH_COUNT_WALK], 1);
		assert_int_equal(counters[COH_COUNT_WALK_GIVEN_UP], !through);
		if (!through)
			assert_int_equal(counters[COH_COUNT_WALK_RETRY], COH_WALK_TRIES - 1);
		gave_up += !through;
		assert_int_equal(m.reports, 0);
		assert_int_equal(w.walk.error, 0);
	}
	assert_in_range(gave_up, 10, 1990);
}

/* Whoever gives up says that the page is covered. */
void covers_gives_up_test(void **state)
{
	struct set_walk w;
	unsigned i;

	(void)state;
	random_world(COH_INDEXED_PIPT, 78);
	for (i = 0; i < 200; i++) {
		uint32_t *gave_up = &m.coh.counters[COH_COUNT_WALK_GIVEN_UP];
		bool covers;

		*gave_up = 0;
		cpu.op = random_good_op(cpu.now);
		cpu.loads = cpu.at = 0;
		cpu.every = 1;
		cpu.walk = &w;
		env_hook.load = preempt;
		covers = coh_map_covers_(&m.coh, model_map(&m, COH_SIDE_FILE, 0), 3);
		env_hook.load = NULL;
		assert_true(covers || !*gave_up);
	}
}
