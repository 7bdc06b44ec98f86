// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Cache maintenance: by address, by set and way, and of everything.
 */
#include <stdlib.h>

#include "model/shadow_internal.h"

/* Some of the copies are lost, some are not: no event says that. */
#define ACT_MIXED (unsigned)LOSE

static const uint8_t acts[COH_OPS] = {
	[COH_CLEAN] = CLEAN,
	[COH_INVALIDATE] = DROP,
	[COH_FLUSH] = CLEAN | DROP,
};

static void blame(struct record *r, enum coh_cause cause, uint32_t bytes, const struct coh_who *who)
{
	if (!bytes)
		return;
	forgive(r, bytes);
	if (r->blame[0].bytes)
		r->blame[1] = r->blame[0];
	r->blame[0] = (struct blame){ bytes, cause, *who };
}

/*
 * Memory now holds what the line held: also its old bytes, if it had any.  Or
 * the line was written back before, and what others did since stays: so this
 * comes after whatever of the others was evicted before it.
 */
static void write_back(const struct place *pl, struct record *r, struct copy *c,
		       const struct coh_who *who)
{
	/* Also bytes that are dirty elsewhere: those may have been evicted before. */
	blame(r, COH_CLOBBERED, c->held, who);
	for (struct copy *d = r->copies; d; d = d->next) {
		if (d == c || !d->dirty || d->foreign)
			continue;
		d->gone &= c->gone;
		add_old(&d->gone, d->gone_old, c->held, c->held_old);
	}
	pl->line->stale = 0;
	add_memory(pl, c->held, c->held_old);
	add_memory(pl, c->gone, c->gone_old);
	forgive(r, ~pl->line->stale);
	r->sure = c->sure;
	c->dirty = false;
	c->held = c->gone = 0;
}

/* Bytes that no dirty copy but c could still bring to memory. */
static uint32_t only_in(const struct place *pl, const struct record *r, const struct copy *c)
{
	uint32_t lost = pl->line->stale & ~c->held;

	for (const struct copy *d = r->copies; d; d = d->next)
		if (d != c && d->dirty && !d->foreign)
			lost &= d->held;
	return lost;
}

/* A dirty line is dropped.  It may have been evicted before, so that memory may
 * hold its old bytes; or not, so that its newest bytes may be gone. */
static void discard(const struct place *pl, struct record *r, struct copy *c,
		    const struct coh_who *who)
{
	blame(r, COH_DISCARDED, only_in(pl, r, c), who);
	for (struct copy *d = r->copies; d; d = d->next)
		if (d != c && d->dirty && !d->foreign)
			add_old(&d->gone, d->gone_old, c->held, c->held_old);
	add_memory(pl, c->held, c->held_old);
	add_memory(pl, c->gone, c->gone_old);
}

static bool maintain_copy(struct coh_shadow *s, const struct place *pl, struct record *r,
			  struct copy *c, enum coh_op op, const struct coh_who *who)
{
	bool changed = op != COH_CLEAN || c->dirty;

	s->counts.threats += c->dirty && c->held;
	s->counts.written_back += c->dirty && op != COH_INVALIDATE;
	if (c->dirty && op != COH_INVALIDATE)
		write_back(pl, r, c, who);
	else if (c->dirty)
		discard(pl, r, c, who);
	if (op != COH_CLEAN)
		copy_drop(s, r, c);
	return changed;
}

/*
 * The only data copy, all of it newest.  Returns false where a record is
 * needed: newest bytes are about to be lost, and a report will ask by whom.
 */
static bool maintain_quietly(struct coh_line *l, unsigned act)
{
	bool loses = act & LOSE || (act & (CLEAN | DROP)) == DROP;

	if (loses && l->d & COH_D_DIRTY && l->stale)
		return false;
	if (act & (CLEAN | DROP))
		l->stale = 0;
	if (act & CLEAN)
		l->d &= ~(COH_D_DIRTY | COH_D_NOTED);
	if (act & DROP)
		l->d &= COH_D_FETCHED;
	return true;
}

static bool maintain_insn_quietly(const struct place *pl, enum coh_op op)
{
	if (op == COH_CLEAN)
		return false;
	pl->page->fetched[pl->idx] = 0;
	pl->line->d &= ~COH_D_FETCHED;
	return true;
}

static bool maintain_place(struct coh_shadow *s, const struct place *pl, enum coh_side side,
			   enum coh_op op, uint32_t tag, const struct coh_who *who);

/* On VIVT the operation hits whatever page's line sits under the address. */
static bool maintain_foreign(struct coh_shadow *s, struct record *r, struct copy *foreign,
			     enum coh_op op, const struct coh_who *who)
{
	uint32_t tag = foreign->tag;
	enum coh_side side = foreign->side;
	struct place other;
	bool changed;

	if (!place_peek(s, foreign->other_pa, &other))
		return false;
	changed = maintain_place(s, &other, side, op, tag, who);
	if (op != COH_CLEAN)
		copy_drop(s, r, foreign);
	return changed;
}

static bool maintain_record(struct coh_shadow *s, const struct place *pl, enum coh_side side,
			    enum coh_op op, uint32_t tag, const struct coh_who *who)
{
	struct record *r = record_open(s, pl);
	struct copy *next, *foreign = foreign_next(r, NULL, side, tag);
	bool changed = false;
	struct copy *c;

	for (; foreign; foreign = next) {
		next = foreign_next(r, foreign, side, tag);
		changed |= maintain_foreign(s, r, foreign, op, who);
	}
	c = copy_find(r, side, tag);
	if (c)
		changed |= maintain_copy(s, pl, r, c, op, who);
	record_close(s, pl);
	history_maintain(s, pl, COH_EVENT_LINE, side, op, alias_at(s, side, tag, pl->pa), who);
	return changed;
}

static bool maintain_place(struct coh_shadow *s, const struct place *pl, enum coh_side side,
			   enum coh_op op, uint32_t tag, const struct coh_who *who)
{
	struct coh_line *l = pl->line;
	bool was_dirty = l->d & COH_D_DIRTY;

	if (l->d & COH_D_RECORD)
		return maintain_record(s, pl, side, op, tag, who);
	if (side == COH_INSN)
		return l->d & COH_D_FETCHED && quiet_copy_is(pl->page->fetched[pl->idx], tag) &&
		       maintain_insn_quietly(pl, op);
	if (!(l->d & COH_D_PRESENT) || !quiet_copy_is(l->d, tag)) {
		if (l->d & COH_D_DIRTY && l->stale)
			history_note(s, pl, COH_EVENT_LINE, op, alias_at(s, side, tag, pl->pa),
				     who);
		return false;
	}
	if (maintain_quietly(l, acts[op])) {
		s->counts.written_back += was_dirty && acts[op] & CLEAN;
		return op != COH_CLEAN || was_dirty;
	}
	return maintain_record(s, pl, side, op, tag, who);
}

/*
 * The second line of a range or a later one: if this was the last, the next line is missed.  It
 * counts as that while nothing names it.
 */
static void note_short(struct coh_shadow *s, enum coh_op op, uint32_t va, uint32_t next_pa,
		       const struct coh_who *who)
{
	uint32_t next = va + s->config.d.line;
	bool goes_on = s->last_line.pc == who->pc && s->last_line.va == va - s->config.d.line;
	struct place pl;

	s->last_line = (struct coh_who){ who->pc, va, who->mm };
	if (!goes_on || !(next & ~COH_ALIAS_MASK) || !place_peek(s, next_pa, &pl) ||
	    pl.line->d & COH_D_RECORD || !(pl.line->d & COH_D_DIRTY) || !pl.line->stale ||
	    !quiet_copy_is(pl.line->d, tag_of(s, COH_DATA, next)))
		return;
	history_note(s, &pl, COH_EVENT_SHORT, op, next, who);
}

bool coh_shadow_maintain(struct coh_shadow *s, enum coh_side side, enum coh_op op, uint32_t va,
			 uint32_t pa, const struct coh_who *who)
{
	const struct coh_cache *cache = side == COH_DATA ? &s->config.d : &s->config.i;
	uint32_t n = s->per_line[side];
	uint32_t tag = tag_of(s, side, va);
	uint32_t owned = coh_shadow_pa_of(s, va & ~(cache->line - 1));
	bool changed = false;

	if (cache->kind == COH_VIVT && owned != COH_VA_UNKNOWN)
		pa = owned;
	if (pa == COH_VA_UNKNOWN)
		return false;
	coh_shadow_settle(s);
	make_room(s);
	pa &= ~(n * s->granule - 1);
	for (uint32_t i = 0; i < n; i++) {
		struct place pl;

		if (place_peek(s, pa + i * s->granule, &pl))
			changed |= maintain_place(s, &pl, side, op, tag, who);
	}
	if (side == COH_DATA)
		note_short(s, op, va & ~(cache->line - 1), pa + n * s->granule, who);
	return changed;
}

/* ---- everything, or some sets ---- */

static uint32_t set_of(const struct coh_shadow *s, uint32_t tag, uint32_t pa)
{
	uint32_t index = (tag & s->tag_mask[COH_DATA]) | (pa & ~s->tag_mask[COH_DATA]);

	return (index & (coh_cache_way_size(&s->config.d) - 1)) / s->config.d.line;
}

/* What the sweep does to one line. */
static unsigned act_on(const struct coh_shadow *s, const struct sweep *w, const struct place *pl,
		       uint32_t tag)
{
	const struct set_sweep *set;

	if (!w->sets)
		return w->act;
	set = &w->sets[set_of(s, tag, pl->pa)];
	return pl->page->touched > set->began ? set->act_now : set->act;
}

/* A homonym goes when the copy goes that it stands for. */
static unsigned act_on_copy(const struct coh_shadow *s, const struct sweep *w,
			    const struct place *pl, const struct copy *c)
{
	struct place other;

	if (c->foreign && place_peek(s, c->other_pa, &other))
		return act_on(s, w, &other, c->tag);
	return act_on(s, w, pl, c->tag);
}

static void lose_copies(struct coh_shadow *s, const struct place *pl, struct record *r,
			const struct sweep *w)
{
	for (struct copy *c = r->copies; c; c = c->next) {
		if (!c->dirty || c->foreign || !(act_on(s, w, pl, c->tag) & LOSE))
			continue;
		blame(r, COH_DISCARDED, only_in(pl, r, c), w->who);
		add_gone_from_memory(pl, c);
	}
}

/*
 * Several dirty copies of one line are written back in an order that nobody
 * knows.  This order stands for all: each may have been evicted before.
 */
static bool clean_copies(struct coh_shadow *s, const struct place *pl, struct record *r,
			 const struct sweep *w)
{
	bool any = false;

	for (struct copy *c = r->copies; c; c = c->next) {
		if (!c->dirty || c->foreign || !(act_on(s, w, pl, c->tag) & CLEAN))
			continue;
		s->counts.threats += c->held != 0;
		s->counts.written_back++;
		write_back(pl, r, c, w->who);
		any = true;
	}
	return any;
}

static bool drop_copies(struct coh_shadow *s, const struct place *pl, struct record *r,
			const struct sweep *w)
{
	bool any = false;

	for (struct copy *next, *c = r->copies; c; c = next) {
		next = c->next;
		if (c->side != w->side || !(act_on_copy(s, w, pl, c) & DROP))
			continue;
		if (c->dirty)
			discard(pl, r, c, w->who);
		copy_drop(s, r, c);
		any = true;
	}
	return any;
}

/* What is done to all copies of this side alike; ACT_MIXED: not alike. */
static unsigned act_on_all(const struct coh_shadow *s, const struct place *pl,
			   const struct record *r, const struct sweep *w)
{
	unsigned act = w->act;
	bool first = true;

	for (const struct copy *c = r->copies; w->sets && c; c = c->next) {
		if (c->side != w->side)
			continue;
		if (!first && act_on_copy(s, w, pl, c) != act)
			return ACT_MIXED;
		act = act_on_copy(s, w, pl, c);
		first = false;
	}
	return act;
}

static void note_sweep(struct coh_shadow *s, const struct place *pl, const struct sweep *w,
		       unsigned act)
{
	enum coh_event_kind kind = w->sets || w->by_set ? COH_EVENT_SET_WAY : COH_EVENT_WHOLE;

	if (act & LOSE)
		history_odd(s, pl);
	else if (act)
		history_maintain(s, pl, kind, w->side,
				 act == CLEAN  ? COH_CLEAN
				 : act == DROP ? COH_INVALIDATE
					       : COH_FLUSH,
				 COH_VA_UNKNOWN, w->who);
}

static bool sweep_record(struct coh_shadow *s, const struct place *pl, const struct sweep *w)
{
	struct record *r = record_open(s, pl);
	unsigned act = act_on_all(s, pl, r, w);
	bool changed = false;

	if (w->side == COH_DATA) {
		lose_copies(s, pl, r, w);
		changed = clean_copies(s, pl, r, w);
	}
	changed |= drop_copies(s, pl, r, w);
	record_close(s, pl);
	note_sweep(s, pl, w, act);
	return changed;
}

static bool sweep_place(struct coh_shadow *s, const struct place *pl, const struct sweep *w)
{
	struct coh_line *l = pl->line;
	unsigned act;
	bool changes, writes;

	if (l->d & COH_D_RECORD)
		return sweep_record(s, pl, w);
	if (w->side == COH_INSN)
		return l->d & COH_D_FETCHED && w->act & DROP &&
		       maintain_insn_quietly(pl, COH_FLUSH);
	if (!(l->d & COH_D_PRESENT))
		return false;
	act = act_on(s, w, pl, l->d & ~COH_D_FLAGS);
	writes = act & CLEAN && l->d & COH_D_DIRTY;
	changes = act & DROP || writes;
	if (maintain_quietly(l, act)) {
		s->counts.written_back += writes;
		return changes;
	}
	make_room(s);
	return sweep_record(s, pl, w);
}

static bool has_copies(const struct coh_line *l, enum coh_side side)
{
	return l->d & (COH_D_RECORD | (side == COH_DATA ? COH_D_PRESENT : COH_D_FETCHED));
}

struct sweep_result {
	bool changed, stale, copies;
};

static void sweep_lines(struct coh_shadow *s, struct coh_shadow_page *page, const struct sweep *w,
			unsigned word, struct sweep_result *result)
{
	uint64_t *live = &page->live[w->side][word];

	for (uint64_t left = *live; left; left &= left - 1) {
		unsigned bit = (unsigned)__builtin_ctzll(left);
		uint32_t i = word * 64 + bit;
		struct place pl = { page, &page->line[i], page->pa + (i << s->shift), i << s->shift,
				    i };

		if (has_copies(pl.line, w->side))
			result->changed |= sweep_place(s, &pl, w);
		result->stale |= pl.line->stale != 0;
		if (has_copies(pl.line, w->side))
			result->copies = true;
		else
			*live &= ~(1ull << bit);
	}
}

bool sweep_side(struct coh_shadow *s, const struct sweep *w)
{
	struct page_list *l = &s->with[w->side];
	bool changed = false;
	uint32_t kept = 0;

	make_room(s);
	for (uint32_t i = 0; i < l->n; i++) {
		struct coh_shadow_page *page = l->page[i];
		struct sweep_result result = { 0 };

		for (unsigned word = 0; word * 64 < s->lines_a_page; word++)
			sweep_lines(s, page, w, word, &result);
		changed |= result.changed;
		/* Dirty lines count on what was saved when they got dirty. */
		if (!result.stale && !result.copies && w->side == COH_DATA) {
			free(page->memory);
			page->memory = NULL;
		}
		page->listed[w->side] = result.copies;
		if (result.copies)
			l->page[kept++] = page;
	}
	l->n = kept;
	return changed;
}

bool coh_shadow_maintain_all(struct coh_shadow *s, enum coh_side side, enum coh_op op,
			     const struct coh_who *who)
{
	struct sweep w = { .side = side, .act = acts[op], .who = who };

	coh_shadow_settle(s);
	return sweep_side(s, &w);
}
