// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Cache maintenance: by address, by set and way, and of everything.
 */
#include <stdlib.h>

#include "model/shadow_internal.h"

static void to_memory(const struct place *pl, const struct copy *c, uint32_t mask)
{
	if (need_memory_image(pl->page))
		copy_bytes(pl->page->memory + pl->off, c->old, mask);
}

static void blame(struct record *r, enum coh_cause cause, uint32_t bytes, const struct coh_who *who)
{
	if (!bytes)
		return;
	r->cause = cause;
	r->caused = bytes;
	r->culprit = *who;
}

/* Memory now holds what the line held: also its old bytes, if it had any. */
static void write_back(const struct place *pl, struct record *r, struct copy *c,
		       const struct coh_who *who)
{
	blame(r, COH_CLOBBERED, c->stale & ~pl->line->stale, who);
	to_memory(pl, c, c->stale);
	pl->line->stale = c->stale;
	r->caused &= pl->line->stale;
	c->dirty = false;
}

/* Bytes that no dirty copy but c could still bring to memory. */
static uint32_t only_in(const struct place *pl, const struct record *r, const struct copy *c)
{
	uint32_t lost = pl->line->stale & ~c->stale;

	for (const struct copy *d = r->copies; d; d = d->next)
		if (d != c && d->dirty && !d->foreign)
			lost &= d->stale;
	return lost;
}

/* A dirty line is dropped.  It may have been evicted before, so that memory may
 * hold its old bytes; or not, so that its newest bytes may be gone. */
static void discard(const struct place *pl, struct record *r, struct copy *c,
		    const struct coh_who *who)
{
	blame(r, COH_DISCARDED, only_in(pl, r, c), who);
	to_memory(pl, c, c->stale & ~pl->line->stale);
	pl->line->stale |= c->stale;
}

static bool maintain_copy(struct coh_shadow *s, const struct place *pl, struct record *r,
			  struct copy *c, enum coh_op op, const struct coh_who *who)
{
	bool changed = op != COH_CLEAN || c->dirty;

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
static bool maintain_quietly(struct coh_line *l, enum coh_op op)
{
	if (op == COH_INVALIDATE && l->d & COH_D_DIRTY && l->stale)
		return false;
	l->stale = 0;
	l->d = op == COH_CLEAN ? l->d & ~COH_D_DIRTY : l->d & COH_D_FETCHED;
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
	struct copy *foreign = foreign_find(r, side, tag);
	bool changed = foreign && maintain_foreign(s, r, foreign, op, who);
	struct copy *c = copy_find(r, side, tag);

	if (c)
		changed |= maintain_copy(s, pl, r, c, op, who);
	record_close(s, pl);
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
	if (!(l->d & COH_D_PRESENT) || !quiet_copy_is(l->d, tag))
		return false;
	if (maintain_quietly(l, op))
		return op != COH_CLEAN || was_dirty;
	return maintain_record(s, pl, side, op, tag, who);
}

bool coh_shadow_maintain(struct coh_shadow *s, enum coh_side side, enum coh_op op, uint32_t va,
			 uint32_t pa, const struct coh_who *who)
{
	const struct coh_cache *cache = side == COH_DATA ? &s->config.d : &s->config.i;
	uint32_t n = s->per_line[side];
	uint32_t tag = tag_of(s, side, va);
	bool changed = false;

	if (cache->kind == COH_VIVT)
		pa = coh_shadow_pa_of(s, va);
	if (pa == COH_VA_UNKNOWN)
		return false;
	make_room(s);
	pa &= ~(n * s->granule - 1);
	for (uint32_t i = 0; i < n; i++) {
		struct place pl;

		if (place_peek(s, pa + i * s->granule, &pl))
			changed |= maintain_place(s, &pl, side, op, tag, who);
	}
	return changed;
}

/* ---- everything, or some sets ---- */

static uint32_t set_of(const struct coh_shadow *s, uint32_t tag, uint32_t pa)
{
	uint32_t index = (tag & s->tag_mask[COH_DATA]) | (pa & ~s->tag_mask[COH_DATA]);

	return (index & (coh_cache_way_size(&s->config.d) - 1)) / s->config.d.line;
}

/* NULL: all sets. */
static bool set_is_in(const struct coh_shadow *s, const uint8_t *sets, uint32_t tag, uint32_t pa)
{
	return !sets || sets[set_of(s, tag, pa)];
}

/*
 * Several dirty copies of one line are written back in an order that nobody
 * knows: any of them may come last, and each may leave its old bytes.
 */
static bool clean_copies(struct coh_shadow *s, const struct place *pl, struct record *r,
			 const uint8_t *sets, const struct coh_who *who)
{
	uint32_t stale = 0;
	bool any = false;

	for (struct copy *c = r->copies; c; c = c->next) {
		if (!c->dirty || c->foreign || !set_is_in(s, sets, c->tag, pl->pa))
			continue;
		stale |= c->stale;
		write_back(pl, r, c, who);
		any = true;
	}
	if (any) {
		blame(r, COH_CLOBBERED, stale & ~pl->line->stale, who);
		pl->line->stale |= stale;
	}
	return any;
}

static bool drop_copies(struct coh_shadow *s, const struct place *pl, struct record *r,
			enum coh_side side, enum coh_op op, const uint8_t *sets,
			const struct coh_who *who)
{
	bool any = false;

	for (struct copy *next, *c = r->copies; c; c = next) {
		next = c->next;
		if (c->side != side || (side == COH_DATA && !set_is_in(s, sets, c->tag, pl->pa)))
			continue;
		if (c->dirty && op == COH_INVALIDATE)
			discard(pl, r, c, who);
		copy_drop(s, r, c);
		any = true;
	}
	return any;
}

static bool sweep_record(struct coh_shadow *s, const struct place *pl, enum coh_side side,
			 enum coh_op op, const uint8_t *sets, const struct coh_who *who)
{
	struct record *r = record_open(s, pl);
	bool changed = false;

	if (side == COH_DATA && op != COH_INVALIDATE)
		changed = clean_copies(s, pl, r, sets, who);
	if (op != COH_CLEAN)
		changed |= drop_copies(s, pl, r, side, op, sets, who);
	record_close(s, pl);
	return changed;
}

static bool sweep_place(struct coh_shadow *s, const struct place *pl, enum coh_side side,
			enum coh_op op, const uint8_t *sets, const struct coh_who *who)
{
	struct coh_line *l = pl->line;
	bool changes;

	if (l->d & COH_D_RECORD)
		return sweep_record(s, pl, side, op, sets, who);
	if (side == COH_INSN)
		return l->d & COH_D_FETCHED && maintain_insn_quietly(pl, op);
	if (!(l->d & COH_D_PRESENT) || !set_is_in(s, sets, l->d & ~COH_D_FLAGS, pl->pa))
		return false;
	changes = op != COH_CLEAN || l->d & COH_D_DIRTY;
	if (maintain_quietly(l, op))
		return changes;
	make_room(s);
	return sweep_record(s, pl, side, op, sets, who);
}

/* Returns whether the page must stay on the list: it still has such copies. */
static bool sweep_page(struct coh_shadow *s, struct coh_page *page, enum coh_side side,
		       enum coh_op op, const uint8_t *sets, const struct coh_who *who,
		       bool *changed)
{
	bool stale = false, copies = false;

	for (uint32_t i = 0; i < s->lines_a_page; i++) {
		struct place pl = { page, &page->line[i], page->pa + (i << s->shift),
				    i << s->shift, i };
		uint32_t d = pl.line->d;

		if (!d)
			continue;
		if (d & COH_D_RECORD || d & (side == COH_DATA ? COH_D_PRESENT : COH_D_FETCHED))
			*changed |= sweep_place(s, &pl, side, op, sets, who);
		stale |= pl.line->stale != 0;
		d = pl.line->d;
		copies |= d & COH_D_RECORD || d & (side == COH_DATA ? COH_D_PRESENT : COH_D_FETCHED);
	}
	if (!stale && op != COH_CLEAN && side == COH_DATA) {
		free(page->memory);
		page->memory = NULL;
	}
	return copies;
}

static bool sweep(struct coh_shadow *s, enum coh_side side, enum coh_op op, const uint8_t *sets,
		  const struct coh_who *who)
{
	struct page_list *l = &s->with[side];
	bool changed = false;
	uint32_t kept = 0;

	make_room(s);
	for (uint32_t i = 0; i < l->n; i++) {
		struct coh_page *page = l->page[i];

		if (sweep_page(s, page, side, op, sets, who, &changed))
			l->page[kept++] = page;
		else if (side == COH_DATA)
			page->has_d = false;
		else
			page->has_i = false;
	}
	l->n = kept;
	return changed;
}

bool coh_shadow_maintain_all(struct coh_shadow *s, enum coh_side side, enum coh_op op,
			     const struct coh_who *who)
{
	if (s->unsettled)
		coh_shadow_settle(s);
	return sweep(s, side, op, NULL, who);
}

void coh_shadow_set_way(struct coh_shadow *s, enum coh_op op, uint32_t set, uint32_t way,
			const struct coh_who *who)
{
	const struct coh_cache *d = &s->config.d;
	uint32_t sets = coh_cache_sets(d), ways = d->ways;
	uint64_t all = ways < 64 ? (1ull << ways) - 1 : ~0ull;
	uint64_t *done;

	/* No core of the table has more than 64 ways. */
	if (set >= sets || way >= ways || way >= 64)
		return;
	done = &s->ways_done[op * sets + set];
	*done |= 1ull << way;
	if (*done != all)
		return;
	*done = 0;
	s->sets_done[op] += !s->set_done[op * sets + set];
	s->set_done[op * sets + set] = 1;
	s->set_way_who = *who;
	s->unsettled = true;
}

void coh_shadow_settle(struct coh_shadow *s)
{
	uint32_t sets = coh_cache_sets(&s->config.d);

	if (!s->unsettled)
		return;
	s->unsettled = false;
	/* Cleans before invalidates: the order in which a kernel does both. */
	for (int i = 0; i < COH_OPS; i++) {
		static const enum coh_op order[COH_OPS] = { COH_CLEAN, COH_FLUSH, COH_INVALIDATE };
		enum coh_op op = order[i];
		uint8_t *which = s->set_done + op * sets;

		if (!s->sets_done[op])
			continue;
		sweep(s, COH_DATA, op, s->sets_done[op] == sets ? NULL : which, &s->set_way_who);
		memset(which, 0, sets);
		s->sets_done[op] = 0;
	}
}
