// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Homonyms: one virtual line, two pages.
 *
 * A VIVT cache does not look at the physical address.  When a virtual page is
 * mapped elsewhere, what the former page left under its lines answers for the
 * new one.  Where that may happen the new page's line gets a foreign entry
 * that names the old one, which also takes the line off the quiet path.
 */
#include "model/shadow_internal.h"

static bool has_data_copy(const struct coh_shadow *s, const struct place *pl, uint32_t tag)
{
	const struct record *r = record_at(s, pl);

	return r ? copy_find(r, COH_DATA, tag) != NULL : quiet_copy_is(pl->line->d, tag);
}

static bool has_insn_copy(const struct coh_shadow *s, const struct place *pl, uint32_t tag)
{
	const struct record *r = record_at(s, pl);

	if (r)
		return copy_find(r, COH_INSN, tag) != NULL;
	return pl->line->d & COH_D_FETCHED && quiet_copy_is(pl->page->fetched[pl->idx], tag);
}

static void note_homonym(struct coh_shadow *s, const struct place *pl, enum coh_side side,
			 uint32_t tag, uint32_t other_pa)
{
	struct coh_event e = {
		.kind = COH_EVENT_HOMONYM,
		.side = (uint8_t)side,
		.va = alias_at(s, side, tag, pl->pa),
		.bytes = other_pa,
	};
	const struct record *r;
	const struct copy *c;
	struct place other;

	if (place_peek(s, other_pa, &other)) {
		r = record_at(s, &other);
		c = r ? copy_find(r, side, tag) : NULL;
		e.bytes |= r ? c && c->dirty : side == COH_DATA && other.line->d & COH_D_DIRTY;
	}
	history_add(s, pl, &e);
}

static void add_foreign(struct coh_shadow *s, uint32_t pa, enum coh_side side, uint32_t tag,
			uint32_t other_pa)
{
	struct place pl;
	struct record *r;
	struct copy *c;

	if (!place_of(s, pa, &pl))
		return;
	r = record_open(s, &pl);
	for (c = NULL; (c = foreign_next(r, c, side, tag));)
		if (c->other_pa == other_pa)
			return;
	c = copy_add(s, r, side, tag);
	c->foreign = true;
	c->other_pa = other_pa;
	/* A flush of everything must come by here to take it away. */
	list_line(s, side, &pl);
	note_homonym(s, &pl, side, tag, other_pa);
}

/* The virtual line leaves the granule at `from`: what may still answer there? */
static void move_line(struct coh_shadow *s, enum coh_side side, uint32_t tag,
		      const struct place *from, uint32_t to_pa)
{
	struct record *r = record_at(s, from);
	struct copy *foreign;
	bool left = side == COH_DATA ? has_data_copy(s, from, tag) : has_insn_copy(s, from, tag);

	while (r && (foreign = foreign_next(r, NULL, side, tag))) {
		uint32_t other = foreign->other_pa;

		copy_drop(s, r, foreign);
		if (other != to_pa)
			add_foreign(s, to_pa, side, tag, other);
	}
	record_close(s, from);
	if (left)
		add_foreign(s, to_pa, side, tag, from->pa);
}

static void move_alias(struct coh_shadow *s, uint32_t va, uint32_t from_pa, uint32_t to_pa)
{
	for (uint32_t off = 0; off < 1u << COH_ALIAS_SHIFT; off += s->granule) {
		struct place from;

		if (!place_peek(s, from_pa + off, &from))
			return;
		make_room(s);
		for (int side = COH_DATA; side <= COH_INSN; side++)
			if (s->tag_mask[side] == COH_ALIAS_MASK)
				move_line(s, side, va, &from, to_pa + off);
	}
}

void coh_shadow_map(struct coh_shadow *s, uint32_t va, uint32_t pa, uint32_t len)
{
	const uint32_t step = 1u << COH_ALIAS_SHIFT;

	if (!s->virtual_tags)
		return;
	for (uint32_t off = 0; off < len; off += step) {
		uint32_t *owner = &s->owner[(va + off) >> COH_ALIAS_SHIFT];
		uint32_t now = ((pa + off) >> COH_ALIAS_SHIFT) + 1;

		if (*owner && *owner != now)
			move_alias(s, va + off, (*owner - 1) << COH_ALIAS_SHIFT, pa + off);
		*owner = now;
	}
}

uint32_t coh_shadow_pa_of(const struct coh_shadow *s, uint32_t va)
{
	uint32_t owner = s->owner ? s->owner[va >> COH_ALIAS_SHIFT] : 0;

	if (!owner)
		return COH_VA_UNKNOWN;
	return (owner - 1) << COH_ALIAS_SHIFT | (va & ~COH_ALIAS_MASK);
}
