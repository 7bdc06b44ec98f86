// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The accesses of the CPU: load, store, fetch, table walk.  See shadow.h for the
 * algebra.  Every access is cut into parts that lie in one granule.
 */
#include "model/shadow_internal.h"

bool for_each_part(struct coh_shadow *s, const struct coh_shadow_access *a, enum coh_side side,
		   part_fn fn, struct coh_finding *f)
{
	bool found = false;
	uint32_t done = 0;

	coh_shadow_settle(s);
	while (done < a->size) {
		struct part p = { .a = *a, .side = side };
		struct coh_finding scratch;
		uint32_t in = (a->pa + done) & (s->granule - 1);
		uint32_t n = s->granule - in;

		if (n > a->size - done)
			n = a->size - done;
		make_room(s);
		p.a.va += done;
		p.a.pa += done;
		p.a.size = n;
		p.a.bytes = a->bytes ? a->bytes + done : NULL;
		p.mask = coh_byte_mask(in, n);
		p.tag = tag_of(s, side, p.a.va);
		if (place_of(s, p.a.pa, &p.pl))
			found |= fn(s, &p, found ? &scratch : f);
		done += n;
	}
	return found;
}

/* Keeps what memory holds of the bytes that are about to become old in it. */
static void save_memory(const struct place *pl, uint32_t mask)
{
	if (need_memory_image(pl->page))
		copy_bytes(pl->page->memory + pl->off, pl->page->newest + pl->off,
			   mask & ~pl->line->stale);
}

static void save_copy(const struct place *pl, struct copy *c, uint32_t mask)
{
	const uint8_t *newest = pl->page->newest + pl->off;

	add_old(&c->stale, c->old, mask, newest);
	c->sure |= mask;
	if (c->dirty)
		add_old(&c->held, c->held_old, mask, newest);
}

/* c may be filled again from memory, now or after any dirty copy was evicted. */
static void refill(const struct place *pl, const struct record *r, struct copy *c)
{
	/* What memory holds is the likelier old value: it comes first. */
	if (c->dirty)
		add_old(&c->stale, c->old, c->gone, c->gone_old);
	else if (pl->line->stale)
		add_old(&c->stale, c->old, pl->line->stale, pl->page->memory + pl->off);
	for (const struct copy *d = r->copies; d; d = d->next)
		if (d != c && d->dirty && !d->foreign)
			add_old(&c->stale, c->old, d->held, d->held_old);
}

static bool fill_quietly(struct coh_shadow *s, const struct place *pl, enum coh_side side,
			 uint32_t tag)
{
	struct coh_line *l = pl->line;

	if (l->d & COH_D_RECORD || l->stale)
		return false;
	if (side == COH_DATA) {
		if (l->d & COH_D_PRESENT)
			return false;
		l->d |= tag | COH_D_PRESENT;
	} else {
		if (l->d & COH_D_FETCHED || !need_fetched(s, pl->page))
			return false;
		l->d |= COH_D_FETCHED;
		pl->page->fetched[pl->idx] = tag | COH_D_PRESENT;
	}
	list_line(s, side, pl);
	return true;
}

static bool holds(const struct coh_shadow *s, const struct place *pl, enum coh_side side,
		  uint32_t tag)
{
	const struct record *r = record_at(s, pl);

	if (r)
		return copy_find(r, side, tag);
	if (side == COH_DATA)
		return quiet_copy_is(pl->line->d, tag);
	return pl->line->d & COH_D_FETCHED && quiet_copy_is(pl->page->fetched[pl->idx], tag);
}

/* Brings one whole line in under this alias, where it is not in already. */
static void fill_line(struct coh_shadow *s, const struct part *p)
{
	uint32_t n = s->per_line[p->side];
	uint32_t base = p->pl.pa & ~(n * s->granule - 1);

	for (uint32_t i = 0; i < n; i++) {
		struct place pl;
		struct record *r;
		struct copy *c;

		if (!place_of(s, base + i * s->granule, &pl) || holds(s, &pl, p->side, p->tag) ||
		    fill_quietly(s, &pl, p->side, p->tag))
			continue;
		r = record_open(s, &pl);
		c = copy_add(s, r, p->side, p->tag);
		c->sure = r->sure;
		refill(&pl, r, c);
		list_line(s, p->side, &pl);
		record_close(s, &pl);
	}
}

void set_writer(const struct coh_shadow *s, const struct part *p, struct record *r, bool device)
{
	uint32_t first = (p->a.pa & (s->granule - 1)) >> 2;
	uint32_t last = ((p->a.pa + p->a.size - 1) & (s->granule - 1)) >> 2;

	for (uint32_t w = first; w <= last; w++) {
		uint32_t pc = device ? WRITER_DEVICE : p->a.pc;

		p->pl.page->writer[(p->pl.off >> 2) + w] = pc;
		if (r)
			r->writer[w] = (struct coh_who){ pc, p->a.va, p->a.mm };
	}
	p->pl.line->mm = p->a.mm;
}

void set_newest(const struct part *p)
{
	if (p->a.bytes)
		memcpy(p->pl.page->newest + (p->a.pa & COH_PAGE_MASK), p->a.bytes, p->a.size);
}

void store_beside_copy(const struct part *p, struct copy *c, bool own)
{
	c->same &= ~p->mask;
	if (c->foreign)
		return;
	if (own && c->side == COH_DATA && c->tag == p->tag) {
		c->stale &= ~p->mask;
		c->held &= ~p->mask;
		c->sure &= ~p->mask;
	} else {
		save_copy(&p->pl, c, p->mask);
	}
	c->gone &= ~p->mask;
}

void store_memory(struct coh_shadow *s, struct part *p, bool own, bool device)
{
	struct record *r = NULL;
	uint32_t d = p->pl.line->d;

	if (d && !(own && d == (p->tag | COH_D_PRESENT))) {
		r = record_open(s, &p->pl);
		for (struct copy *c = r->copies; c; c = c->next)
			store_beside_copy(p, c, own);
		forgive(r, p->mask);
		r->sure &= ~p->mask;
	}
	p->pl.line->stale &= ~p->mask;
	set_writer(s, p, r, device);
	set_newest(p);
	record_close(s, &p->pl);
}

/* Bytes that changed with no store: a device wrote them before this load. */
static void notice_device(struct coh_shadow *s, const struct part *p)
{
	const uint8_t *newest = p->pl.page->newest + (p->a.pa & COH_PAGE_MASK);

	if (!p->a.bytes)
		return;
	for (uint32_t i = 0; i < p->a.size; i++) {
		struct part byte = *p;

		if (newest[i] == p->a.bytes[i])
			continue;
		byte.a.pa += i;
		byte.a.bytes += i;
		byte.a.size = 1;
		byte.a.mm = COH_DEVICE_UNKNOWN;
		byte.mask = coh_byte_mask(byte.a.pa & (s->granule - 1), 1);
		device_write_part(s, &byte, NULL);
	}
}

/* Judges a read of p->mask and lets the reader's own copy be filled again. */
static bool judge(struct coh_shadow *s, const struct part *p, bool cached, bool had,
		  struct coh_finding *f)
{
	struct record *r = record_open(s, &p->pl);
	struct copy *own = cached ? copy_find(r, p->side, p->tag) : NULL;
	const struct copy *foreign = NULL, *guilty = NULL;
	uint32_t bad = threat_of(r, own);

	bad |= own && own->dirty ? own->gone : p->pl.line->stale;
	if (own)
		bad |= own->stale;
	while (cached && (foreign = foreign_next(r, foreign, p->side, p->tag))) {
		bad |= ~foreign->same;
		if (!guilty && p->mask & ~foreign->same)
			guilty = foreign;
	}
	bad &= p->mask;
	if (bad)
		describe(s, &p->pl, r, &p->a, bad, own, guilty, had, f);
	if (own)
		refill(&p->pl, r, own);
	record_close(s, &p->pl);
	return bad;
}

static bool load_part(struct coh_shadow *s, struct part *p, struct coh_finding *f)
{
	bool cached = p->a.attr != COH_UNCACHED;
	bool had = cached && holds(s, &p->pl, COH_DATA, p->tag), bad;
	uint32_t d;

	notice_device(s, p);
	touch(s, p->pl.page);
	if (cached)
		fill_line(s, p);
	d = p->pl.line->d;
	if (cached ? quiet_copy_is(d, p->tag)
		   : !(d & COH_D_RECORD) && !(p->pl.line->stale & p->mask))
		return false;
	f->by = COH_BY_LOAD;
	bad = judge(s, p, cached, had, f);
	history_access(s, p, COH_EVENT_LOAD);
	return bad;
}

/*
 * The commonest of the slow cases: a line that nobody has, with nothing old in
 * memory, is brought in.  Returns false if it is any other case.
 */
static bool fill_at_once(struct coh_shadow *s, const struct coh_shadow_access *a,
			 enum coh_side side)
{
	uint32_t off = a->pa & COH_PAGE_MASK, in = off & (s->granule - 1);
	struct place pl;

	if (a->attr == COH_UNCACHED || in + a->size > s->granule || s->per_line[side] != 1 ||
	    !place_peek(s, a->pa, &pl) ||
	    (a->bytes && memcmp(a->bytes, pl.page->newest + off, a->size)) ||
	    !fill_quietly(s, &pl, side, tag_of(s, side, a->va)))
		return false;
	touch(s, pl.page);
	return true;
}

bool coh_shadow_load(struct coh_shadow *s, const struct coh_shadow_access *a, struct coh_finding *f)
{
	if (fill_at_once(s, a, COH_DATA))
		return false;
	return for_each_part(s, a, COH_DATA, load_part, f);
}

static bool fetch_part(struct coh_shadow *s, struct part *p, struct coh_finding *f)
{
	bool cached = p->a.attr != COH_UNCACHED;
	bool had = cached && holds(s, &p->pl, COH_INSN, p->tag), bad;

	if (cached)
		fill_line(s, p);
	if (!(p->pl.line->d & COH_D_RECORD) && !(p->pl.line->stale & p->mask))
		return false;
	f->by = COH_BY_FETCH;
	bad = judge(s, p, cached, had, f);
	history_access(s, p, COH_EVENT_FETCH);
	return bad;
}

bool coh_shadow_fetch(struct coh_shadow *s, const struct coh_shadow_access *a,
		      struct coh_finding *f)
{
	if (fill_at_once(s, a, COH_INSN))
		return false;
	return for_each_part(s, a, COH_INSN, fetch_part, f);
}

bool walk_part(struct coh_shadow *s, struct part *p, struct coh_finding *f)
{
	if (!(p->pl.line->d & COH_D_RECORD) && !(p->pl.line->stale & p->mask))
		return false;
	f->by = COH_BY_WALK;
	return judge(s, p, false, false, f);
}

bool coh_shadow_walk(struct coh_shadow *s, const struct coh_shadow_access *a, struct coh_finding *f)
{
	return for_each_part(s, a, COH_DATA, walk_part, f);
}

/* ---- stores into the cache ---- */

static void dirty_quietly(struct coh_shadow *s, const struct place *pl, uint32_t tag)
{
	/* All of the granule, so that quiet stores after this need not save. */
	save_memory(pl, coh_byte_mask(0, s->granule));
	pl->line->d = tag | COH_D_PRESENT | COH_D_DIRTY;
	list_line(s, COH_DATA, pl);
}

/*
 * The copy takes mask (0: it only gets dirty with the rest of its line).  If the
 * store allocates, the copy is there for certain, be it filled anew.  If not, or
 * if it may have hit another page's line, memory may have been left alone with
 * what it holds where this copy is absent.
 */
static void store_copy(struct coh_shadow *s, const struct place *pl, struct record *r,
		       struct copy *own, uint32_t mask)
{
	bool foreign = foreign_next(r, NULL, COH_DATA, own->tag);
	bool allocates = s->config.write_allocate;

	if (allocates)
		refill(pl, r, own);
	if (!own->dirty)
		add_gone_from_memory(pl, own);
	if (foreign) {
		add_old(&own->gone, own->gone_old, mask & own->held, own->held_old);
		add_old(&own->gone, own->gone_old, mask, pl->page->newest + pl->off);
	} else {
		own->gone &= allocates ? 0 : ~mask;
	}
	own->stale &= ~mask;
	own->sure &= ~mask;
	own->held = own->stale;
	memcpy(own->held_old, own->old, sizeof(own->old));
	s->counts.threats += !own->dirty && own->held;
	own->dirty = true;
}

/* Maintenance that came before a store was too early at any rate. */
static void forget_note(const struct place *pl)
{
	if (!(pl->line->d & COH_D_RECORD))
		pl->line->d &= ~COH_D_NOTED;
}

static void dirty_granule(struct coh_shadow *s, const struct place *pl, uint32_t tag)
{
	struct record *r = record_at(s, pl);
	struct copy *own;

	forget_note(pl);
	if (!r && (pl->line->d & ~COH_D_DIRTY) == (tag | COH_D_PRESENT)) {
		if (!(pl->line->d & COH_D_DIRTY))
			dirty_quietly(s, pl, tag);
		return;
	}
	r = record_open(s, pl);
	own = copy_find(r, COH_DATA, tag);
	if (own)
		store_copy(s, pl, r, own, 0);
	history_odd(s, pl);
	record_close(s, pl);
}

/* A line is dirty as a whole: its write-back takes every granule along. */
static void dirty_line(struct coh_shadow *s, const struct place *but, uint32_t tag)
{
	uint32_t n = s->per_line[COH_DATA];
	uint32_t base = but->pa & ~(n * s->granule - 1);

	for (uint32_t i = 0; i < n; i++) {
		struct place pl;

		if (place_of(s, base + i * s->granule, &pl) && pl.pa != but->pa)
			dirty_granule(s, &pl, tag);
	}
}

/* The store overwrites these bytes of another page's copy, where that is there. */
static void overwrite(const struct part *p, const struct place *other, struct copy *c,
		      uint32_t mask)
{
	uint32_t in = p->a.pa - p->pl.pa;

	c->stale |= mask;
	c->sure |= mask;
	if (mask && p->a.bytes)
		memcpy(c->old + in, p->a.bytes, p->a.size);
	if (p->a.attr == COH_WRITE_BACK) {
		if (!c->dirty)
			add_gone_from_memory(other, c);
		c->dirty = true;
		c->held = c->stale;
		memcpy(c->held_old, c->old, sizeof(c->old));
	} else if (c->dirty) {
		c->held |= mask;
		copy_bytes(c->held_old, c->old, mask);
	}
}

/* The store may hit the line that another page left under this address. */
static void store_foreign(struct coh_shadow *s, const struct part *p, struct copy *foreign)
{
	uint32_t n = s->per_line[COH_DATA];
	uint32_t base = foreign->other_pa & ~(n * s->granule - 1);

	foreign->same |= p->mask;
	for (uint32_t i = 0; i < n; i++) {
		struct place other;
		struct record *r;
		struct copy *c;

		if (!place_peek(s, base + i * s->granule, &other))
			continue;
		touch(s, other.page);
		r = record_open(s, &other);
		c = copy_find(r, COH_DATA, foreign->tag);
		if (c)
			overwrite(p, &other, c, other.pa == foreign->other_pa ? p->mask : 0);
		if (c && other.pa == foreign->other_pa)
			history_overwrite(s, &other, p);
		else if (c)
			history_odd(s, &other);
		record_close(s, &other);
	}
}

static bool report_foreign(struct coh_shadow *s, const struct part *p, struct coh_finding *f)
{
	const struct record *r = record_at(s, &p->pl);
	const struct copy *foreign = r ? foreign_next(r, NULL, COH_DATA, p->tag) : NULL;

	if (!foreign || p->a.attr == COH_UNCACHED)
		return false;
	f->by = COH_BY_STORE;
	describe(s, &p->pl, r, &p->a, p->mask, NULL, foreign, true, f);
	return true;
}

static void store_in_foreign(struct coh_shadow *s, const struct part *p)
{
	const struct record *r = record_at(s, &p->pl);
	struct copy *foreign = NULL;

	while (r && (foreign = foreign_next(r, foreign, COH_DATA, p->tag)))
		store_foreign(s, p, foreign);
}

/* A store that stays in a copy (own), or in no copy of this granule (NULL). */
static void store_record(struct coh_shadow *s, struct part *p, struct copy *own)
{
	const uint8_t *newest = p->pl.page->newest + p->pl.off;
	struct record *r = record_open(s, &p->pl);

	if (own)
		store_copy(s, &p->pl, r, own, p->mask);
	for (struct copy *c = r->copies; c; c = c->next) {
		c->same &= ~p->mask;
		if (c == own || c->foreign)
			continue;
		save_copy(&p->pl, c, p->mask);
	}
	add_memory(&p->pl, p->mask, newest);
	forgive(r, p->mask);
	r->sure |= p->mask;
	set_writer(s, p, r, false);
	set_newest(p);
}

static void store_cached(struct coh_shadow *s, struct part *p)
{
	struct coh_line *l = p->pl.line;

	if (!l->d && !l->stale && s->per_line[COH_DATA] == 1)
		dirty_quietly(s, &p->pl, p->tag);
	else
		fill_line(s, p);
	if (quiet_copy_is(l->d, p->tag) && !(l->d & COH_D_FETCHED)) {
		dirty_granule(s, &p->pl, p->tag);
		l->stale |= p->mask;
		set_writer(s, p, NULL, false);
		set_newest(p);
	} else {
		store_record(s, p, copy_find(record_open(s, &p->pl), COH_DATA, p->tag));
	}
	dirty_line(s, &p->pl, p->tag);
}

static bool store_part(struct coh_shadow *s, struct part *p, struct coh_finding *f)
{
	bool own = p->a.attr != COH_UNCACHED && holds(s, &p->pl, COH_DATA, p->tag);
	bool found = report_foreign(s, p, f);

	forget_note(&p->pl);
	touch(s, p->pl.page);
	if (p->a.attr == COH_WRITE_BACK && (own || s->config.write_allocate))
		store_cached(s, p);
	else if (p->a.attr == COH_WRITE_BACK && found)
		store_record(s, p, NULL);
	else
		store_memory(s, p, own, false);
	if (found)
		store_in_foreign(s, p);
	record_close(s, &p->pl);
	history_access(s, p, COH_EVENT_STORE);
	return found;
}

/* The same for a store: a line that nobody has, or only this copy has, gets dirty. */
static bool dirty_at_once(struct coh_shadow *s, const struct coh_shadow_access *a)
{
	uint32_t in = a->pa & (s->granule - 1);
	struct part p = { .a = *a, .side = COH_DATA };

	if (a->attr != COH_WRITE_BACK || in + a->size > s->granule || s->per_line[COH_DATA] != 1 ||
	    !place_peek(s, a->pa, &p.pl) || p.pl.line->stale)
		return false;
	p.mask = coh_byte_mask(in, a->size);
	p.tag = tag_of(s, COH_DATA, a->va);
	if (p.pl.line->d ? p.pl.line->d != (p.tag | COH_D_PRESENT) : !s->config.write_allocate)
		return false;
	touch(s, p.pl.page);
	dirty_quietly(s, &p.pl, p.tag);
	p.pl.line->stale = p.mask;
	set_writer(s, &p, NULL, false);
	set_newest(&p);
	return true;
}

bool coh_shadow_store(struct coh_shadow *s, const struct coh_shadow_access *a,
		      struct coh_finding *f)
{
	if (dirty_at_once(s, a))
		return false;
	return for_each_part(s, a, COH_DATA, store_part, f);
}

struct coh_view coh_shadow_view(const struct coh_shadow *s, enum coh_attr attr)
{
	struct coh_view v = { .shift = s->shift, .fetch_mask = s->tag_mask[COH_INSN] };

	if (attr == COH_UNCACHED)
		return v;
	v.load_mask = v.store_mask = s->tag_mask[COH_DATA];
	v.load_bits = v.store_bits = COH_D_PRESENT;
	if (attr == COH_WRITE_BACK) {
		v.store_bits |= COH_D_DIRTY;
		v.stale_mask = ~0u;
	}
	return v;
}
