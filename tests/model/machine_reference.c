// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "tests/model/machine_reference.h"

/* ---- names and places ---- */

const struct coh_cache *mref_cache(const struct mref *r, enum mref_where where)
{
	return where == MREF_DATA   ? &r->config.dcache
	       : where == MREF_INSN ? &r->config.icache
				    : &r->config.outer;
}

enum mref_where mref_side(const struct mref *r, enum coh_side side)
{
	return side == COH_INSN && r->config.icache.size ? MREF_INSN : MREF_DATA;
}

static bool same_name(const struct coh_cache *c, const struct mref_copy *copy, uint64_t va,
		      uint64_t pa)
{
	uint64_t span = coh_cache_span(c);

	if (c->kind == COH_VIVT)
		return copy->va == va / c->line * c->line;
	if (copy->pa != pa / c->line * c->line)
		return false;
	return c->kind == COH_PIPT || copy->va % span == va % span / c->line * c->line;
}

static uint32_t set_of(const struct coh_cache *c, uint64_t va, uint64_t pa)
{
	uint64_t index = c->kind == COH_PIPT ? pa : va;

	return (uint32_t)(index % coh_cache_span(c) / c->line % coh_cache_sets(c));
}

struct mref_copy *mref_at(struct mref *r, enum mref_where where, uint32_t cpu, uint32_t set,
			  uint32_t way)
{
	for (uint32_t i = 0; i < r->n; i++) {
		struct mref_copy *c = &r->copy[i];

		if (c->where == where && c->cpu == cpu && c->set == set && c->way == way)
			return c;
	}
	return NULL;
}

struct mref_copy *mref_find(struct mref *r, enum mref_where where, uint32_t cpu, uint64_t va,
			    uint64_t pa)
{
	for (uint32_t i = 0; i < r->n; i++) {
		struct mref_copy *c = &r->copy[i];

		if (c->where == where && c->cpu == cpu &&
		    same_name(mref_cache(r, where), c, va, pa))
			return c;
	}
	return NULL;
}

/* ---- copies come and go ---- */

static struct mref_copy *fill(struct mref *r, enum mref_where where, uint32_t cpu, uint64_t va,
			      uint64_t pa, bool choose);

static struct mref_copy *outer_copy(struct mref *r, uint64_t pa, bool choose)
{
	struct mref_copy *c = mref_find(r, MREF_OUTER, 0, 0, pa);

	return c ? c : fill(r, MREF_OUTER, 0, 0, pa, choose);
}

static uint8_t read_below(struct mref *r, uint64_t pa, bool choose)
{
	if (!r->config.outer.size)
		return r->memory[pa];
	return outer_copy(r, pa, choose)->bytes[pa % r->config.outer.line];
}

static void write_below(struct mref *r, uint64_t pa, uint8_t byte, bool choose)
{
	struct mref_copy *c;

	if (!r->config.outer.size) {
		r->memory[pa] = byte;
		return;
	}
	c = outer_copy(r, pa, choose);
	c->bytes[pa % r->config.outer.line] = byte;
	c->dirty = true;
}

/* choose: the chooser is asked, not way 0 taken. */
static void clean(struct mref *r, struct mref_copy *c, bool choose)
{
	/* Copies move when others come and go. */
	struct mref_copy was = *c;

	if (!c->dirty)
		return;
	c->dirty = false;
	r->counts.write_backs++;
	for (uint32_t i = 0; i < mref_cache(r, was.where)->line; i++)
		if (was.where == MREF_OUTER)
			r->memory[was.pa + i] = was.bytes[i];
		else
			write_below(r, was.pa + i, was.bytes[i], choose);
}

static void drop(struct mref *r, enum mref_where where, uint32_t cpu, uint32_t set, uint32_t way)
{
	struct mref_copy *c = mref_at(r, where, cpu, set, way);

	*c = r->copy[--r->n];
}

static void evict(struct mref *r, enum mref_where where, uint32_t cpu, uint32_t set, uint32_t way,
		  bool choose)
{
	clean(r, mref_at(r, where, cpu, set, way), choose);
	drop(r, where, cpu, set, way);
	r->counts.evictions++;
}

/* The dirty copy of this line that another CPU hands over. */
static struct mref_copy *handed_over(struct mref *r, uint32_t cpu, uint64_t va, uint64_t pa)
{
	for (uint32_t other = 0; other < r->config.cpus; other++) {
		struct mref_copy *c = mref_find(r, MREF_DATA, other, va, pa);

		if (other != cpu && r->config.sharing == COH_SHARING_MOVED && c && c->dirty &&
		    c->pa == pa / r->config.dcache.line * r->config.dcache.line)
			return c;
	}
	return NULL;
}

/* The copy that answers a miss: the dirty one, or the first CPU's clean one. */
static struct mref_copy *lent(struct mref *r, uint32_t cpu, uint64_t va, uint64_t pa)
{
	struct mref_copy *dirty = handed_over(r, cpu, va, pa);

	for (uint32_t other = 0; !dirty && other < r->config.cpus; other++) {
		struct mref_copy *c = mref_find(r, MREF_DATA, other, va, pa);

		if (other != cpu && r->config.sharing == COH_SHARING_MOVED && c &&
		    c->pa == pa / r->config.dcache.line * r->config.dcache.line)
			return c;
	}
	return dirty;
}

/* The other CPUs' copies of this name are clean now, or gone. */
static void tell_others(struct mref *r, uint32_t cpu, uint64_t va, uint64_t pa, bool gone)
{
	if (r->config.sharing == COH_SHARING_NONE)
		return;
	for (uint32_t other = 0; other < r->config.cpus; other++) {
		struct mref_copy *c = mref_find(r, MREF_DATA, other, va, pa);

		if (other == cpu || !c)
			continue;
		clean(r, c, true);
		c = mref_find(r, MREF_DATA, other, va, pa);
		if (gone)
			drop(r, MREF_DATA, other, c->set, c->way);
	}
}

static uint32_t way_for(struct mref *r, enum mref_where where, uint32_t cpu, uint32_t set,
			bool choose)
{
	uint32_t ways = mref_cache(r, where)->ways;

	for (uint32_t way = 0; way < ways; way++)
		if (!mref_at(r, where, cpu, set, way))
			return way;
	return choose && ways > 1 ? r->chooser.choose(r->chooser.context, ways) : 0;
}

static struct mref_copy *fill(struct mref *r, enum mref_where where, uint32_t cpu, uint64_t va,
			      uint64_t pa, bool choose)
{
	const struct coh_cache *cache = mref_cache(r, where);
	struct mref_copy c = { .where = where, .cpu = cpu, .set = set_of(cache, va, pa) };

	struct mref_copy *theirs = where == MREF_DATA ? lent(r, cpu, va, pa) : NULL;

	if (theirs) {
		memcpy(c.bytes, theirs->bytes, sizeof(c.bytes));
		c.dirty = theirs->dirty;
		theirs->dirty = false;
	}
	if (where == MREF_DATA)
		tell_others(r, cpu, va, pa, false);
	c.va = va / cache->line * cache->line;
	c.pa = pa / cache->line * cache->line;
	c.way = way_for(r, where, cpu, c.set, choose);
	if (mref_at(r, where, cpu, c.set, c.way))
		evict(r, where, cpu, c.set, c.way, choose);
	for (uint32_t i = 0; i < cache->line && !theirs; i++)
		c.bytes[i] =
			where == MREF_OUTER ? r->memory[c.pa + i] : read_below(r, c.pa + i, choose);
	r->counts.fills++;
	if (r->n == MREF_COPIES)
		abort();
	r->copy[r->n] = c;
	return &r->copy[r->n++];
}

/* ---- translations ---- */

static uint64_t page_of(const struct mref *r, uint64_t va)
{
	return va / r->config.page * r->config.page;
}

static struct mref_translation *own(struct mref_table *t, uint32_t mm, uint64_t page_va)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (t->entry[i].mm == mm && t->entry[i].va == page_va)
			return &t->entry[i];
	return NULL;
}

struct mref_translation *mref_lookup(struct mref_table *t, uint32_t mm, uint64_t page_va)
{
	struct mref_translation *e = own(t, mm, page_va);

	return e ? e : own(t, COH_MACHINE_KERNEL, page_va);
}

void mref_table_remove(struct mref_table *t, struct mref_translation *e)
{
	*e = t->entry[--t->n];
}

static void table_add(struct mref_table *t, struct mref_translation e)
{
	if (t->n == MREF_TRANSLATIONS)
		abort();
	t->entry[t->n++] = e;
}

int mref_map(struct mref *r, uint32_t mm, uint64_t va, uint64_t pa, uint32_t rights,
	     enum coh_attr attr)
{
	struct mref_translation *old = own(&r->table, mm, va);
	struct mref_translation e = {
		.mm = mm, .rights = rights, .va = va, .pa = pa, .attr = attr
	};

	if (va % r->config.page || pa % r->config.page)
		return COH_MACHINE_ARGUMENT;
	if (pa >= (uint64_t)r->config.pages * r->config.page)
		return COH_MACHINE_NO_MEMORY;
	if (!old && r->table.n == r->config.translations)
		return COH_MACHINE_FULL;
	if (old)
		*old = e;
	else
		table_add(&r->table, e);
	return COH_MACHINE_OK;
}

int mref_unmap(struct mref *r, uint32_t mm, uint64_t va)
{
	struct mref_translation *e = own(&r->table, mm, va);

	if (!e)
		return COH_MACHINE_FAULT;
	mref_table_remove(&r->table, e);
	return COH_MACHINE_OK;
}

void mref_tlb_invalidate(struct mref *r, uint32_t cpu, uint32_t mm, uint64_t va)
{
	struct mref_translation *e = own(&r->tlb[cpu], mm, page_of(r, va));

	if (e)
		mref_table_remove(&r->tlb[cpu], e);
}

void mref_tlb_invalidate_all(struct mref *r, uint32_t cpu)
{
	r->tlb[cpu].n = 0;
}

static const struct mref_translation *translate(struct mref *r, uint32_t cpu, uint64_t va)
{
	struct mref_translation *e = mref_lookup(&r->tlb[cpu], r->mm[cpu], page_of(r, va));

	return e ? e : mref_lookup(&r->table, r->mm[cpu], page_of(r, va));
}

static void learn(struct mref *r, uint32_t cpu, uint64_t va)
{
	struct mref_translation *e = mref_lookup(&r->table, r->mm[cpu], page_of(r, va));

	if (e && r->config.tlb && !mref_lookup(&r->tlb[cpu], r->mm[cpu], page_of(r, va)))
		table_add(&r->tlb[cpu], *e);
}

/* ---- accesses ---- */

static uint8_t read_byte(struct mref *r, uint32_t cpu, enum mref_where where, uint64_t va,
			 uint64_t pa, enum coh_attr attr)
{
	struct mref_copy *c;

	if (attr == COH_UNCACHED)
		return r->memory[pa];
	c = mref_find(r, where, cpu, va, pa);
	if (!c)
		c = fill(r, where, cpu, va, pa, true);
	return c->bytes[va % mref_cache(r, where)->line];
}

static void store_byte(struct mref *r, uint32_t cpu, uint64_t va, uint64_t pa, enum coh_attr attr,
		       uint8_t byte)
{
	const struct coh_cache *d = &r->config.dcache;
	bool through = d->policy == COH_STORE_THROUGH ||
		       (d->policy == COH_STORE_PAGE && attr == COH_WRITE_THROUGH);
	struct mref_copy *c;

	r->golden[pa] = byte;
	if (attr == COH_UNCACHED) {
		r->memory[pa] = byte;
		return;
	}
	c = mref_find(r, MREF_DATA, cpu, va, pa);
	if (!c && !through && d->alloc != COH_ALLOC_READ)
		c = fill(r, MREF_DATA, cpu, va, pa, true);
	if (c && handed_over(r, cpu, va, c->pa)) {
		handed_over(r, cpu, va, c->pa)->dirty = false;
		c->dirty = true;
	}
	tell_others(r, cpu, va, pa, true);
	c = mref_find(r, MREF_DATA, cpu, va, pa);
	if (c)
		c->bytes[va % d->line] = byte;
	if (c && !through)
		c->dirty = true;
	else
		write_below(r, pa, byte, true);
}

static uint32_t right_of(enum coh_machine_reader reader)
{
	return reader == COH_MACHINE_LOAD    ? COH_MACHINE_READ
	       : reader == COH_MACHINE_FETCH ? COH_MACHINE_EXEC
					     : COH_MACHINE_WRITE;
}

/* The first byte of each line that is accessed; a hit there on what another page left. */
static void count_homonym(struct mref *r, uint32_t cpu, enum mref_where where, uint64_t va,
			  uint64_t pa, bool first)
{
	uint32_t line = mref_cache(r, where)->line;
	const struct mref_copy *c = mref_find(r, where, cpu, va, pa);

	if ((first || va % line == 0) && c && c->pa != pa / line * line)
		r->counts.homonym_hits++;
}

static void note_stale(struct coh_machine_stale *stale, struct coh_machine_stale found)
{
	if (!stale->reader && found.got != found.newest)
		*stale = found;
}

static void count_access(struct mref *r, enum coh_machine_reader reader, bool stale)
{
	r->counts.loads += reader == COH_MACHINE_LOAD;
	r->counts.fetches += reader == COH_MACHINE_FETCH;
	r->counts.stores += !reader;
	r->counts.stale_loads += stale && reader == COH_MACHINE_LOAD;
	r->counts.stale_fetches += stale && reader == COH_MACHINE_FETCH;
}

int mref_access(struct mref *r, uint32_t cpu, enum coh_machine_reader reader, uint64_t va,
		uint8_t *bytes, uint32_t len, struct coh_machine_stale *stale)
{
	enum mref_where where = mref_side(r, reader == COH_MACHINE_FETCH ? COH_INSN : COH_DATA);

	memset(stale, 0, sizeof(*stale));
	if (!len)
		return COH_MACHINE_ARGUMENT;
	for (uint32_t i = 0; i < len; i++) {
		const struct mref_translation *e = translate(r, cpu, va + i);

		if (!e || !(e->rights & right_of(reader)))
			return COH_MACHINE_FAULT;
	}
	for (uint32_t i = 0; i < len; i++) {
		const struct mref_translation *e = translate(r, cpu, va + i);
		uint64_t pa = e->pa + (va + i) % r->config.page;

		if (e->attr != COH_UNCACHED)
			count_homonym(r, cpu, where, va + i, pa, i == 0);
		if (!reader) {
			store_byte(r, cpu, va + i, pa, e->attr, bytes[i]);
			continue;
		}
		bytes[i] = read_byte(r, cpu, where, va + i, pa, e->attr);
		note_stale(stale, (struct coh_machine_stale){ reader, cpu, r->mm[cpu], va + i, pa,
							      bytes[i], r->golden[pa] });
	}
	for (uint32_t i = 0; i < len; i++)
		learn(r, cpu, va + i);
	count_access(r, reader, stale->reader);
	return COH_MACHINE_OK;
}

int mref_device_read(struct mref *r, uint64_t pa, uint8_t *bytes, uint32_t len,
		     struct coh_machine_stale *stale)
{
	memset(stale, 0, sizeof(*stale));
	if (pa + len > (uint64_t)r->config.pages * r->config.page)
		return COH_MACHINE_NO_MEMORY;
	for (uint32_t i = 0; i < len; i++) {
		bytes[i] = r->memory[pa + i];
		note_stale(stale,
			   (struct coh_machine_stale){ COH_MACHINE_DEVICE, 0, 0, pa + i, pa + i,
						       bytes[i], r->golden[pa + i] });
	}
	r->counts.stale_device_reads += stale->reader != 0;
	return COH_MACHINE_OK;
}

int mref_device_write(struct mref *r, uint64_t pa, const uint8_t *bytes, uint32_t len)
{
	if (pa + len > (uint64_t)r->config.pages * r->config.page)
		return COH_MACHINE_NO_MEMORY;
	memcpy(r->memory + pa, bytes, len);
	memcpy(r->golden + pa, bytes, len);
	return COH_MACHINE_OK;
}

/* ---- maintenance ---- */

static uint32_t maintain(struct mref *r, struct mref_copy *c, enum coh_op op)
{
	struct mref_copy was;

	if (!c)
		return 0;
	was = *c;
	if (op == COH_CLEAN || op == COH_FLUSH)
		clean(r, c, false);
	if (op == COH_INVALIDATE || op == COH_FLUSH)
		drop(r, was.where, was.cpu, was.set, was.way);
	return op != COH_CLEAN || was.dirty;
}

uint32_t mref_line(struct mref *r, uint32_t cpu, enum coh_side side, enum coh_op op, uint64_t va)
{
	enum mref_where where = mref_side(r, side);
	const struct mref_translation *e = translate(r, cpu, va);
	uint64_t pa = e ? e->pa + va % r->config.page : 0;
	uint32_t changed = 0;

	r->counts.operations++;
	if (!e && mref_cache(r, where)->kind != COH_VIVT)
		r->counts.no_translation++;
	else
		for (uint32_t other = 0; other < r->config.cpus; other++)
			if (r->config.broadcast || other == cpu)
				changed += maintain(r, mref_find(r, where, other, va, pa), op);
	r->counts.without_effect += !changed;
	return changed;
}

static uint32_t at_set_way(struct mref *r, uint32_t cpu, enum mref_where where, enum coh_op op,
			   uint32_t set, uint32_t way)
{
	uint32_t changed = maintain(r, mref_at(r, where, cpu, set, way), op);

	r->counts.operations++;
	r->counts.without_effect += !changed;
	return changed;
}

static uint32_t every(struct mref *r, uint32_t cpu, enum mref_where where, enum coh_op op)
{
	const struct coh_cache *c = mref_cache(r, where);
	uint32_t changed = 0;

	for (uint32_t set = 0; set < coh_cache_sets(c); set++)
		for (uint32_t way = 0; way < c->ways; way++)
			changed += at_set_way(r, cpu, where, op, set, way);
	return changed;
}

uint32_t mref_set_way(struct mref *r, uint32_t cpu, enum coh_side side, enum coh_op op,
		      uint32_t set, uint32_t way)
{
	return at_set_way(r, cpu, mref_side(r, side), op, set, way);
}

uint32_t mref_all(struct mref *r, uint32_t cpu, enum coh_side side, enum coh_op op)
{
	return every(r, cpu, mref_side(r, side), op);
}

uint32_t mref_outer_line(struct mref *r, enum coh_op op, uint64_t pa)
{
	uint32_t changed;

	if (!r->config.outer.size)
		return 0;
	changed = maintain(r, mref_find(r, MREF_OUTER, 0, 0, pa), op);
	r->counts.operations++;
	r->counts.without_effect += !changed;
	return changed;
}

uint32_t mref_outer_all(struct mref *r, enum coh_op op)
{
	return r->config.outer.size ? every(r, 0, MREF_OUTER, op) : 0;
}

/* ---- what hardware may do ---- */

bool mref_evict(struct mref *r, uint32_t cpu, enum mref_where where, uint32_t set, uint32_t way)
{
	if (!mref_at(r, where, cpu, set, way))
		return false;
	evict(r, where, cpu, set, way, false);
	return true;
}

bool mref_fill(struct mref *r, uint32_t cpu, enum coh_side side, uint64_t va)
{
	const struct mref_translation *e = translate(r, cpu, va);
	uint32_t right = side == COH_INSN ? COH_MACHINE_EXEC : COH_MACHINE_READ;
	uint64_t pa;

	if (!e || !(e->rights & right) || e->attr == COH_UNCACHED)
		return false;
	pa = e->pa + va % r->config.page;
	if (mref_find(r, mref_side(r, side), cpu, va, pa))
		return false;
	fill(r, mref_side(r, side), cpu, va, pa, true);
	learn(r, cpu, va);
	return true;
}

bool mref_write_back(struct mref *r, uint32_t cpu, uint32_t set, uint32_t way)
{
	struct mref_copy *c = mref_at(r, MREF_DATA, cpu, set, way);

	if (!c || !c->dirty)
		return false;
	clean(r, c, false);
	return true;
}

static bool held(const struct mref *r, uint64_t pa)
{
	for (uint32_t i = 0; i < r->n; i++) {
		const struct mref_copy *c = &r->copy[i];
		uint32_t line = mref_cache(r, c->where)->line;

		if (c->where != MREF_INSN && c->pa == pa / line * line &&
		    c->bytes[pa % line] == r->golden[pa])
			return true;
	}
	return false;
}

uint64_t mref_lost(const struct mref *r)
{
	uint64_t lost = 0;

	for (uint64_t pa = 0; pa < (uint64_t)r->config.pages * r->config.page; pa++)
		lost += r->memory[pa] != r->golden[pa] && !held(r, pa);
	return lost;
}

void mref_init(struct mref *r, const struct coh_machine_config *config,
	       const struct coh_machine_chooser *chooser)
{
	memset(r, 0, sizeof(*r));
	r->config = *config;
	r->chooser = *chooser;
	if ((uint64_t)config->pages * config->page > MREF_MEMORY)
		abort();
}
