// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The accesses: load, store, fetch, table walk, device.  See shadow.h for the
 * algebra.  Every access is cut into parts that lie in one granule.
 */
#include "model/shadow_internal.h"

/* The part of an access that lies in one granule. */
struct part {
	struct coh_access a;
	struct place pl;
	uint32_t mask; /* of its bytes in the granule */
	enum coh_side side;
	uint32_t tag;
};

typedef bool (*part_fn)(struct coh_shadow *s, struct part *p, struct coh_finding *f);

static bool for_each_part(struct coh_shadow *s, const struct coh_access *a, enum coh_side side,
			  part_fn fn, struct coh_finding *f)
{
	bool found = false;
	uint32_t done = 0;

	make_room(s);
	while (done < a->size) {
		struct part p = { .a = *a, .side = side };
		struct coh_finding scratch;
		uint32_t in = (a->pa + done) & (s->granule - 1);
		uint32_t n = s->granule - in;

		if (n > a->size - done)
			n = a->size - done;
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
	copy_bytes(c->old, pl->page->newest + pl->off, mask & ~c->stale);
	c->stale |= mask;
}

/* c may be filled again from memory, now or after any dirty copy was evicted. */
static void refill(const struct place *pl, const struct record *r, struct copy *c)
{
	uint32_t fresh = ~c->stale;

	for (const struct copy *d = r->copies; d; d = d->next) {
		if (d == c || !d->dirty || d->foreign)
			continue;
		copy_bytes(c->old, d->old, d->stale & fresh);
		c->stale |= d->stale;
	}
	if (!c->dirty && pl->line->stale) {
		/* What memory holds is the likelier old value: it wins. */
		copy_bytes(c->old, pl->page->memory + pl->off, pl->line->stale & fresh);
		c->stale |= pl->line->stale;
	}
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
	list_page(s, side, pl->page);
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

		if (!place_of(s, base + i * s->granule, &pl) || holds(s, &pl, p->side, p->tag) ||
		    fill_quietly(s, &pl, p->side, p->tag))
			continue;
		r = record_open(s, &pl);
		refill(&pl, r, copy_add(s, r, p->side, p->tag));
		list_page(s, p->side, pl.page);
		record_close(s, &pl);
	}
}

static void set_writer(const struct coh_shadow *s, const struct part *p, struct record *r,
		       bool device)
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

static void set_newest(const struct part *p)
{
	if (p->a.bytes)
		memcpy(p->pl.page->newest + (p->a.pa & COH_PAGE_MASK), p->a.bytes, p->a.size);
}

/* A store that reaches memory at once; own (if any) is updated, all others go old. */
static void store_memory(struct coh_shadow *s, struct part *p, bool own, bool device)
{
	struct record *r = NULL;
	uint32_t d = p->pl.line->d;

	if (d && !(own && d == (p->tag | COH_D_PRESENT))) {
		r = record_open(s, &p->pl);
		for (struct copy *c = r->copies; c; c = c->next) {
			if (c->foreign)
				continue;
			if (own && c->side == COH_DATA && c->tag == p->tag)
				c->stale &= ~p->mask;
			else
				save_copy(&p->pl, c, p->mask);
		}
		r->caused &= ~p->mask;
	}
	p->pl.line->stale &= ~p->mask;
	set_writer(s, p, r, device);
	set_newest(p);
	record_close(s, &p->pl);
}

static bool device_write_part(struct coh_shadow *s, struct part *p, struct coh_finding *f)
{
	(void)f;
	p->a.va = COH_VA_UNKNOWN;
	s->counts.device_bytes += p->a.size;
	store_memory(s, p, false, true);
	return false;
}

void coh_shadow_device_write(struct coh_shadow *s, uint32_t pa, const uint8_t *bytes, uint32_t len)
{
	struct coh_access a = { .pa = pa, .size = len, .bytes = bytes };

	for_each_part(s, &a, COH_DATA, device_write_part, NULL);
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
	const struct copy *foreign = cached ? foreign_find(r, p->side, p->tag) : NULL;
	uint32_t bad = threat_of(r, own);

	if (!own || !own->dirty)
		bad |= p->pl.line->stale;
	if (own)
		bad |= own->stale;
	if (foreign)
		bad = p->mask;
	bad &= p->mask;
	if (bad)
		describe(s, &p->pl, r, &p->a, bad, foreign ? foreign : own, had, f);
	if (own)
		refill(&p->pl, r, own);
	record_close(s, &p->pl);
	return bad;
}

static bool load_part(struct coh_shadow *s, struct part *p, struct coh_finding *f)
{
	bool cached = p->a.attr != COH_UNCACHED;
	bool had = cached && holds(s, &p->pl, COH_DATA, p->tag);
	uint32_t d;

	notice_device(s, p);
	if (cached)
		fill_line(s, p);
	d = p->pl.line->d;
	if (cached ? quiet_copy_is(d, p->tag) : !(d & COH_D_RECORD) && !(p->pl.line->stale & p->mask))
		return false;
	f->by = COH_BY_LOAD;
	return judge(s, p, cached, had, f);
}

bool coh_shadow_load(struct coh_shadow *s, const struct coh_access *a, struct coh_finding *f)
{
	return for_each_part(s, a, COH_DATA, load_part, f);
}

static bool fetch_part(struct coh_shadow *s, struct part *p, struct coh_finding *f)
{
	bool cached = p->a.attr != COH_UNCACHED;
	bool had = cached && holds(s, &p->pl, COH_INSN, p->tag);

	if (cached)
		fill_line(s, p);
	if (!(p->pl.line->d & COH_D_RECORD) && !(p->pl.line->stale & p->mask))
		return false;
	f->by = COH_BY_FETCH;
	return judge(s, p, cached, had, f);
}

bool coh_shadow_fetch(struct coh_shadow *s, const struct coh_access *a, struct coh_finding *f)
{
	return for_each_part(s, a, COH_INSN, fetch_part, f);
}

static bool walk_part(struct coh_shadow *s, struct part *p, struct coh_finding *f)
{
	if (!(p->pl.line->d & COH_D_RECORD) && !(p->pl.line->stale & p->mask))
		return false;
	f->by = COH_BY_WALK;
	return judge(s, p, false, false, f);
}

bool coh_shadow_walk(struct coh_shadow *s, const struct coh_access *a, struct coh_finding *f)
{
	return for_each_part(s, a, COH_DATA, walk_part, f);
}

static bool device_read_part(struct coh_shadow *s, struct part *p, struct coh_finding *f)
{
	if (!walk_part(s, p, f))
		return false;
	f->by = COH_BY_DEVICE;
	return true;
}

bool coh_shadow_device_read(struct coh_shadow *s, const struct coh_access *a,
			    struct coh_finding *f)
{
	return for_each_part(s, a, COH_DATA, device_read_part, f);
}

/* ---- stores into the cache ---- */

static void dirty_quietly(struct coh_shadow *s, const struct place *pl, uint32_t tag)
{
	/* All of the granule, so that quiet stores after this need not save. */
	save_memory(pl, coh_byte_mask(0, s->granule));
	pl->line->d = tag | COH_D_PRESENT | COH_D_DIRTY;
	list_page(s, COH_DATA, pl->page);
}

static void dirty_granule(struct coh_shadow *s, const struct place *pl, uint32_t tag)
{
	struct record *r = record_at(s, pl);
	struct copy *own;

	if (!r && (pl->line->d & ~COH_D_DIRTY) == (tag | COH_D_PRESENT)) {
		if (!(pl->line->d & COH_D_DIRTY))
			dirty_quietly(s, pl, tag);
		return;
	}
	r = record_open(s, pl);
	own = copy_find(r, COH_DATA, tag);
	if (own) {
		if (!own->dirty)
			save_memory(pl, coh_byte_mask(0, s->granule));
		own->dirty = true;
	}
	record_close(s, pl);
}

/* A line is dirty as a whole: its write-back takes every granule along. */
static void dirty_line(struct coh_shadow *s, const struct part *p)
{
	uint32_t n = s->per_line[COH_DATA];
	uint32_t base = p->pl.pa & ~(n * s->granule - 1);

	for (uint32_t i = 0; i < n; i++) {
		struct place pl;

		if (place_of(s, base + i * s->granule, &pl))
			dirty_granule(s, &pl, p->tag);
	}
}

/* The store may hit the line that another page left under this address. */
static bool store_foreign(struct coh_shadow *s, const struct part *p, const struct record *r,
			  const struct copy *foreign, struct coh_finding *f)
{
	struct place other;
	struct record *ro;
	struct copy *c;
	uint32_t tag = foreign->tag;

	f->by = COH_BY_STORE;
	describe(s, &p->pl, r, &p->a, p->mask, foreign, true, f);
	if (!place_peek(s, foreign->other_pa, &other))
		return true;
	ro = record_open(s, &other);
	c = copy_find(ro, COH_DATA, tag);
	if (c) {
		save_copy(&other, c, p->mask);
		c->dirty = true;
	}
	record_close(s, &other);
	return true;
}

static bool store_record(struct coh_shadow *s, struct part *p, struct coh_finding *f)
{
	struct record *r = record_open(s, &p->pl);
	struct copy *own = copy_find(r, COH_DATA, p->tag);
	const struct copy *foreign = foreign_find(r, COH_DATA, p->tag);
	bool found = foreign && store_foreign(s, p, r, foreign, f);

	refill(&p->pl, r, own);
	for (struct copy *c = r->copies; c; c = c->next)
		if (c != own && !c->foreign)
			save_copy(&p->pl, c, p->mask);
	own->stale &= ~p->mask;
	save_memory(&p->pl, p->mask);
	p->pl.line->stale |= p->mask;
	r->caused &= ~p->mask;
	set_writer(s, p, r, false);
	set_newest(p);
	return found;
}

static bool store_cached(struct coh_shadow *s, struct part *p, struct coh_finding *f)
{
	struct coh_line *l = p->pl.line;
	bool found = false;

	if (!l->d && !l->stale && s->per_line[COH_DATA] == 1)
		dirty_quietly(s, &p->pl, p->tag);
	else
		fill_line(s, p);
	if (quiet_copy_is(l->d, p->tag) && !(l->d & COH_D_FETCHED)) {
		dirty_line(s, p);
		l->stale |= p->mask;
		set_writer(s, p, NULL, false);
		set_newest(p);
		return false;
	}
	found = store_record(s, p, f);
	dirty_line(s, p);
	record_close(s, &p->pl);
	return found;
}

static bool store_part(struct coh_shadow *s, struct part *p, struct coh_finding *f)
{
	bool own = p->a.attr != COH_UNCACHED && holds(s, &p->pl, COH_DATA, p->tag);

	if (p->a.attr == COH_WRITE_BACK && (own || s->config.write_allocate))
		return store_cached(s, p, f);
	store_memory(s, p, own, false);
	return false;
}

bool coh_shadow_store(struct coh_shadow *s, const struct coh_access *a, struct coh_finding *f)
{
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
