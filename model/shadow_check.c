// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The shadow's own invariants, for tests and for the end of a run: a judge whose
 * state is inconsistent must say so.
 */
#include "model/shadow_internal.h"

static bool record_is_sound(const struct place *pl, const struct record *r)
{
	unsigned n = 0;

	for (const struct copy *c = r->copies; c; c = c->next) {
		n++;
		if (c->foreign)
			continue;
		/* What a write-back brings is in the copy; only dirty lines have one. */
		if (c->held & ~c->stale || (!c->dirty && (c->held || c->gone)))
			return false;
		if (c->side == COH_INSN && c->dirty)
			return false;
	}
	return r->used && r->pa == pl->pa && r->n == n && n <= RECORD_COPIES_MAX &&
	       (!pl->line->stale || pl->page->memory);
}

static bool line_is_sound(const struct coh_shadow *s, const struct place *pl)
{
	const struct coh_line *l = pl->line;

	if (l->d & COH_D_RECORD)
		return record_is_sound(pl, record_at(s, pl));
	/* Quiet: memory is old only where the one dirty copy is new. */
	if (l->stale && !(l->d & COH_D_PRESENT && l->d & COH_D_DIRTY && pl->page->memory))
		return false;
	if (l->d & COH_D_FETCHED && !(pl->page->fetched && pl->page->fetched[pl->idx]))
		return false;
	return !(l->d & COH_D_DIRTY) || l->d & COH_D_PRESENT;
}

uint64_t coh_shadow_check(const struct coh_shadow *s)
{
	uint64_t wrong = 0;

	for (uint32_t i = 0; i < 1024u * 1024u; i++) {
		uint32_t pa = i << COH_PAGE_SHIFT;
		struct place pl;

		if (!s->dir[i >> 10]) {
			i |= 1023;
			continue;
		}
		for (uint32_t off = 0; off < COH_PAGE_SIZE; off += s->granule)
			if (place_peek(s, pa + off, &pl))
				wrong += !line_is_sound(s, &pl);
	}
	return wrong;
}
