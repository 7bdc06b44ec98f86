// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Maintenance by set and way.
 *
 * Which way a line sits in is not known, but it stays there: once every way of
 * its set was named it was named too, in whatever order.  What was done to a
 * way first decides whether a dirty line in it was written back or lost.
 */
#include "model/shadow_internal.h"

static bool any_named(const struct ways *w)
{
	return w->written | w->lost | w->dropped;
}

static uint64_t all_ways(const struct coh_shadow *s)
{
	uint32_t ways = s->config.d.ways;

	return ways < 64 ? (1ull << ways) - 1 : ~0ull;
}

static void name_way(struct ways *w, enum coh_op op, uint64_t bit)
{
	bool first = !((w->written | w->lost) & bit);

	if (first && op == COH_INVALIDATE) {
		w->lost |= bit;
		w->loses = true;
	} else if (first) {
		w->written |= bit;
	}
	if (op != COH_CLEAN)
		w->dropped |= bit;
}

void coh_shadow_set_way(struct coh_shadow *s, enum coh_op op, uint32_t set, uint32_t way,
			const struct coh_who *who)
{
	const struct coh_cache *d = &s->config.d;
	struct set_sweep *sweep;

	/* No core of the table has more than 64 ways. */
	if (set >= coh_cache_sets(d) || way >= d->ways || way >= 64)
		return;
	sweep = &s->sets[set];
	if (!any_named(&sweep->all))
		sweep->began = s->settles;
	name_way(&sweep->all, op, 1ull << way);
	name_way(&sweep->now, op, 1ull << way);
	s->set_way_who = *who;
	s->unsettled = true;
}

static uint8_t decide(struct ways *w, uint64_t all)
{
	uint8_t act = w->loses ? LOSE : 0;

	w->loses = false;
	if ((w->written | w->lost) == all) {
		act |= CLEAN;
		w->written = w->lost = 0;
	}
	if (w->dropped == all) {
		act |= DROP;
		w->dropped = 0;
	}
	return act;
}

/* Nearly always every set was swept alike, and nothing came between. */
static bool alike(const struct coh_shadow *s, uint32_t sets)
{
	for (uint32_t i = 0; i < sets; i++)
		if (s->sets[i].act != s->sets[0].act || s->sets[i].began != s->settles)
			return false;
	return true;
}

void coh_shadow_settle(struct coh_shadow *s)
{
	uint32_t sets = coh_cache_sets(&s->config.d);
	struct sweep w = { .side = COH_DATA, .by_set = true, .who = &s->set_way_who };
	unsigned act = 0;

	if (!s->unsettled)
		return;
	s->unsettled = s->interrupted = false;
	for (uint32_t i = 0; i < sets; i++) {
		struct set_sweep *set = &s->sets[i];

		set->act = decide(&set->all, all_ways(s));
		set->act_now = decide(&set->now, all_ways(s));
		set->now = (struct ways){ 0 };
		act |= set->act | set->act_now;
		s->interrupted |= any_named(&set->all);
	}
	if (alike(s, sets))
		w.act = s->sets[0].act;
	else
		w.sets = s->sets;
	if (act)
		sweep_side(s, &w);
	s->settles++;
}
