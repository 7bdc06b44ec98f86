// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The history of a line in trouble: model/history.h says what is kept.
 *
 * It begins when the record is opened, with events that lead from an empty cache to the one copy
 * that the line had.  It goes with the record.
 */
#include "model/shadow_internal.h"

/* Of the prelude: more different writers of one line than this are told as one. */
#define RUNS_MAX 4u

/* Events of one turn of a loop. */
#define ROUND_MAX 8u

static struct coh_history *history_of(const struct coh_shadow *s, const struct record *r)
{
	return &s->histories[r - s->records];
}

uint32_t alias_at(const struct coh_shadow *s, enum coh_side side, uint32_t tag, uint32_t pa)
{
	uint32_t mask = s->tag_mask[side];

	return mask == COH_ALIAS_MASK ? tag | (pa & ~mask) : tag | (pa & COH_PAGE_MASK);
}

static bool is_maintenance(const struct coh_event *e)
{
	return e->kind == COH_EVENT_LINE || e->kind == COH_EVENT_SET_WAY ||
	       e->kind == COH_EVENT_WHOLE;
}

static bool is_read(const struct coh_event *e)
{
	return e->kind == COH_EVENT_LOAD || e->kind == COH_EVENT_FETCH;
}

static bool same_act(const struct coh_event *a, const struct coh_event *b)
{
	return a->kind == b->kind && a->va == b->va && a->attr == b->attr && a->op == b->op &&
	       a->side == b->side;
}

/* Nothing came between that could make this read bring in anything else than it did before. */
static bool read_before(const struct coh_history *h, const struct coh_event *e)
{
	for (uint32_t i = h->n; i-- && is_read(&h->event[i]);)
		if (same_act(&h->event[i], e))
			return true;
	return false;
}

/*
 * Two stores in turn are as one of the bytes of both; unless this line may be filled again between
 * them: after another dirty copy was written back, or because the first of them went into another
 * page's line.  The same store twice is as one in any case.
 */
static bool stores_are_one(const struct coh_shadow *s, const struct record *r,
			   const struct coh_event *a, const struct coh_event *b)
{
	uint32_t tag = tag_of(s, COH_DATA, b->va);

	return a->bytes == b->bytes || (!threat_of(r, copy_find(r, COH_DATA, tag)) &&
					!foreign_next(r, NULL, COH_DATA, tag));
}

static void merge(struct coh_event *into, const struct coh_event *e)
{
	into->bytes |= e->bytes;
	into->pc = e->pc;
	into->va = e->va;
	into->mm = e->mm;
}

/*
 * A store that follows stores.  Past the cache the alias does not matter.  Of three through the
 * cache, the first two come to the same as one of their bytes: what may get old between them, the
 * third makes old as well.
 */
static bool fold_store(const struct coh_shadow *s, const struct record *r, struct coh_history *h,
		       const struct coh_event *e)
{
	struct coh_event *last = &h->event[h->n - 1];
	bool past = e->attr == COH_UNCACHED && last->kind == e->kind && last->attr == e->attr;

	if (!past && !same_act(last, e))
		return false;
	if (past || stores_are_one(s, r, last, e)) {
		merge(last, e);
		return true;
	}
	/* What a history begins with is told apart by who wrote it. */
	if (h->n < 2 || !same_act(last - 1, e) || !last[-1].pc_first)
		return false;
	merge(last - 1, last);
	*last = *e;
	last->pc_first = e->pc;
	return true;
}

/* The latest event says this one as well. */
static bool fold(const struct coh_shadow *s, const struct record *r, struct coh_history *h,
		 const struct coh_event *e)
{
	struct coh_event *last = h->n ? &h->event[h->n - 1] : NULL;

	if (is_read(e))
		return read_before(h, e);
	if (last && e->kind == COH_EVENT_STORE)
		return fold_store(s, r, h, e);
	if (!last || !same_act(last, e))
		return false;
	if (is_maintenance(e))
		return true;
	if (e->kind == COH_EVENT_HOMONYM)
		return last->bytes == e->bytes;
	if (last->mm != e->mm)
		return false;
	merge(last, e);
	return true;
}

/* They differ in their bytes at most. */
static bool alike(const struct coh_event *a, const struct coh_event *b)
{
	if (!same_act(a, b))
		return false;
	if (a->kind == COH_EVENT_HOMONYM)
		return a->bytes == b->bytes;
	return a->mm == b->mm || a->kind == COH_EVENT_STORE || is_read(a) || is_maintenance(a);
}

static bool rounds_alike(const struct coh_event *a, const struct coh_event *b, uint32_t n,
			 bool same_bytes)
{
	for (uint32_t i = n; i--;)
		if (!alike(&a[i], &b[i]) || (same_bytes && a[i].bytes != b[i].bytes))
			return false;
	return true;
}

/* The last rounds of this many events: are n of them the same, or alike? */
static bool repeats(const struct coh_history *h, uint32_t round, uint32_t n, bool same_bytes)
{
	const struct coh_event *last = &h->event[h->n - round];

	if (n * round > h->n)
		return false;
	for (uint32_t i = 1; i < n; i++)
		if (!rounds_alike(last, last - i * round, round, same_bytes))
			return false;
	return true;
}

/*
 * Of four rounds, can the second and third become one?  Only from the loop's first round on: else its
 * acts would be put together with those of the round before.  And what a history begins with is kept.
 */
static bool are_middle(const struct coh_history *h, uint32_t round)
{
	const struct coh_event *first, *second;

	if (!repeats(h, round, 4, false))
		return false;
	first = &h->event[h->n - 4 * round];
	second = first + round;
	if (first > h->event && same_act(first - 1, second - 1))
		return false;
	for (uint32_t i = 0; i < 2 * round; i++)
		if (second[i].kind == COH_EVENT_STORE && !second[i].pc_first)
			return false;
	return true;
}

/*
 * A loop does the same round again and again.  What may be old only grows by it, and has grown as
 * far as it can after two: of three rounds the last is let go, but for who did it.  Where each round
 * has bytes of its own, of four the second and third become one.
 */
static void fold_rounds(struct coh_history *h)
{
	for (uint32_t round = 1; round <= ROUND_MAX && 3 * round <= h->n; round++) {
		struct coh_event *last = &h->event[h->n - round];

		if (repeats(h, round, 3, true)) {
			memcpy(last - round, last, round * sizeof(*last));
		} else if (are_middle(h, round)) {
			for (uint32_t i = 0; i < round; i++)
				merge(last - 2 * round + i, last - round + i);
			memcpy(last - round, last, round * sizeof(*last));
		} else {
			continue;
		}
		h->n -= round;
		return;
	}
}

/* Which event matters least: the oldest that a later one does again; else the oldest. */
static uint32_t dullest(const struct coh_history *h)
{
	for (uint32_t i = 0; i < h->n; i++)
		for (uint32_t k = i + 1; k < h->n; k++)
			if (same_act(&h->event[i], &h->event[k]) &&
			    !(h->event[i].bytes & ~h->event[k].bytes))
				return i;
	return 0;
}

static void push(struct coh_history *h, const struct coh_event *e)
{
	if (h->n == COH_HISTORY_MAX) {
		uint32_t i = dullest(h);

		memmove(&h->event[i], &h->event[i + 1], (h->n - i - 1) * sizeof(*e));
		h->n--;
		h->cut++;
	}
	h->event[h->n++] = *e;
}

/* The dirty bytes, by who wrote them. */
static void begin_dirty(const struct coh_shadow *s, const struct place *pl, const struct record *r,
			struct coh_history *h, uint32_t va)
{
	uint32_t left = pl->line->stale;

	/* It was dirtied as part of a longer line, or all of it was overwritten since. */
	h->odd |= !left;
	for (unsigned run = 0; left; run++) {
		const struct coh_who *w = &r->writer[__builtin_ctz(left) / 4];
		struct coh_event e = { .kind = COH_EVENT_STORE, .attr = COH_WRITE_BACK, .va = va };

		for (uint32_t k = 0; k < s->granule; k++)
			if (r->writer[k / 4].pc == w->pc || run == RUNS_MAX - 1)
				e.bytes |= left & 1u << k;
		e.pc = w->pc;
		e.mm = w->mm;
		left &= ~e.bytes;
		push(h, &e);
	}
}

static struct note *note_of(const struct coh_shadow *s, uint32_t pa)
{
	return &s->notes[pa >> s->shift & (NOTES - 1)];
}

void history_note(struct coh_shadow *s, const struct place *pl, enum coh_event_kind kind,
		  enum coh_op op, uint32_t va, const struct coh_who *who)
{
	*note_of(s, pl->pa) = (struct note){
		.pa = pl->pa,
		.event = {
			.kind = (uint8_t)kind,
			.op = (uint8_t)op,
			.side = COH_DATA,
			.pc = who->pc,
			.va = va,
			.mm = who->mm,
		},
	};
	pl->line->d |= COH_D_NOTED;
}

void history_begin(struct coh_shadow *s, const struct place *pl, const struct record *r)
{
	struct coh_history *h = history_of(s, r);

	h->n = h->cut = h->odd = 0;
	for (const struct copy *c = r->copies; c; c = c->next) {
		struct coh_event e = {
			.kind = c->side == COH_INSN ? COH_EVENT_FETCH : COH_EVENT_LOAD,
			.attr = COH_WRITE_BACK,
			.va = alias_at(s, c->side, c->tag, pl->pa),
			.bytes = coh_byte_mask(0, s->granule),
		};

		push(h, &e);
		if (c->dirty)
			begin_dirty(s, pl, r, h, e.va);
	}
	if (pl->line->d & COH_D_NOTED && note_of(s, pl->pa)->pa == pl->pa)
		push(h, &note_of(s, pl->pa)->event);
	/* Memory is behind, and no copy has it: not how a line in order is. */
	h->odd |= pl->line->stale && !(pl->line->d & COH_D_DIRTY);
}

void history_add(struct coh_shadow *s, const struct place *pl, const struct coh_event *e)
{
	struct record *r = record_at(s, pl);
	struct coh_history *h;

	if (!r)
		return;
	h = history_of(s, r);
	if (fold(s, r, h, e))
		return;
	push(h, e);
	h->event[h->n - 1].pc_first = e->pc;
	fold_rounds(h);
}

void history_access(struct coh_shadow *s, const struct part *p, enum coh_event_kind kind)
{
	struct coh_event e = {
		.kind = (uint8_t)kind,
		.attr = (uint8_t)p->a.attr,
		.pc = p->a.pc,
		.va = p->a.va == COH_VA_UNKNOWN ? p->a.va : p->a.va & ~(s->granule - 1),
		.mm = p->a.mm,
		.bytes = p->mask,
	};

	/* Who reads past the cache changes nothing. */
	if (e.attr != COH_UNCACHED || !is_read(&e))
		history_add(s, &p->pl, &e);
}

void history_maintain(struct coh_shadow *s, const struct place *pl, enum coh_event_kind kind,
		      enum coh_side side, enum coh_op op, uint32_t va, const struct coh_who *who)
{
	struct coh_event e = {
		.kind = (uint8_t)kind,
		.op = (uint8_t)op,
		.side = (uint8_t)side,
		.pc = who->pc,
		.va = va,
		.mm = who->mm,
	};

	history_add(s, pl, &e);
}

void history_overwrite(struct coh_shadow *s, const struct place *pl, const struct part *p)
{
	struct coh_event e = {
		.kind = COH_EVENT_OVERWRITE,
		.attr = (uint8_t)p->a.attr,
		.pc = p->a.pc,
		.va = alias_at(s, COH_DATA, p->tag, pl->pa),
		.mm = p->pl.pa,
		.bytes = p->mask,
	};

	history_add(s, pl, &e);
}

void history_odd(struct coh_shadow *s, const struct place *pl)
{
	const struct record *r = record_at(s, pl);

	if (r)
		history_of(s, r)->odd = 1;
}

void history_get(const struct coh_shadow *s, const struct record *r, struct coh_history *h)
{
	*h = *history_of(s, r);
}
