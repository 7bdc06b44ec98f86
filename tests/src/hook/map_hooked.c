// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/src/hook/map_hooked.h"

struct model m;
uint64_t seed;
struct picture before, after;

void random_world(enum coh_indexing indexing, uint64_t number)
{
	model_init(&m, indexing, 4, COH_CHECK_CHEAP);
	m.slots = SLOTS;
	m.offsets = INDICES - 2;
	seed = number * 0x9e3779b97f4a7c15u;
}

static void put(uint64_t hit[INDICES], const struct model_vma *v, uint64_t bit)
{
	uintptr_t i;

	for (i = v->pgoff; i < INDICES && i - v->pgoff < v->pages; i++)
		hit[i] |= bit;
}

static void take(struct picture *picture, const struct model_vma *is)
{
	int i;

	memset(picture, 0, sizeof(*picture));
	for (i = 0; i < SLOTS; i++) {
		if (is[i].linked && is[i].mapping != MODEL_NONE)
			put(picture->hit[COH_SIDE_FILE][is[i].mapping], &is[i], 1ull << i);
		if (is[i].linked && is[i].anon != MODEL_NONE)
			put(picture->hit[COH_SIDE_ANON][is[i].anon], &is[i], 1ull << i);
	}
}

bool foresee(const struct op *op, struct model_vma now[2])
{
	static struct model_vma then[SLOTS];

	if (model_predict(&m, op, now))
		return false;
	memcpy(then, m.is, sizeof(then)); /* all that are used */
	then[op->slot] = now[0];
	if (op->other != op->slot)
		then[op->other] = now[1];
	take(&before, m.is);
	take(&after, then);
	return true;
}

struct op random_good_op(struct model_vma now[2])
{
	struct op op;

	do
		op = model_random_op(&m, &seed);
	while (!foresee(&op, now));
	return op;
}

static enum coh_visit_ see(struct coh_walk_ *walk, struct coh_vma *vma)
{
	struct set_walk *w = (struct set_walk *)walk;
	uint64_t bit = 1ull << (vma - m.vma);
	uint32_t tries = m.coh.counters[COH_COUNT_WALK_RETRY];

	if (w->tries != tries)
		w->seen = w->twice = 0;
	w->tries = tries;
	w->twice |= !!(w->seen & bit);
	w->seen |= bit;
	w->ever |= bit;
	return COH_VISIT_NEXT;
}

bool walk_groups(struct set_walk *w, int side, int map, int index, uintptr_t lo, uintptr_t hi)
{
	w->walk = (struct coh_walk_){
		.index = (uintptr_t)index, .group_lo = lo, .group_hi = hi, .visit = see
	};
	w->seen = 0;
	w->ever = 0;
	w->twice = false;
	w->tries = m.coh.counters[COH_COUNT_WALK_RETRY];
	return coh_map_walk_(&m.coh, model_map(&m, (enum coh_side_)side, map), &w->walk);
}

bool walk_set(struct set_walk *w, int side, int map, int index)
{
	return walk_groups(w, side, map, index, 0, COH_GROUP_ALL);
}

void unhook(void)
{
	env_hook.load = NULL;
	env_hook.store = NULL;
	env_hook.barrier = NULL;
}
