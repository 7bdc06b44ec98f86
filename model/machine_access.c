// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Loads, stores, fetches and devices.
 */
#include <string.h>

#include "model/machine_internal.h"

/* One access under way. */
struct access {
	struct coh_machine *m;
	const struct coh_machine_chooser *chooser;
	uint32_t cpu;
	enum coh_machine_right right;
	enum coh_machine_reader reader; /* not of a store */
	struct coh_machine_stale *stale;
	uint8_t *to;
	const uint8_t *from;
};

/* Bytes of one access that lie in one line; uncached, in one page. */
struct step {
	uint64_t va, pa;
	uint32_t len;
	enum coh_attr attr;
};

static bool in_memory(const struct coh_machine *m, uint64_t pa, uint32_t len)
{
	return pa < memory_size(m) && len <= memory_size(m) - pa;
}

/* ---- reads ---- */

/* The first old byte of a read is what is told of it. */
static void compare(const struct access *a, const struct step *s)
{
	const uint8_t *newest = golden_at(a->m, s->pa);
	uint32_t i = 0;

	if (a->stale->reader || !memcmp(a->to, newest, s->len))
		return;
	while (a->to[i] == newest[i])
		i++;
	a->stale->reader = a->reader;
	a->stale->va = s->va + i;
	a->stale->pa = s->pa + i;
	a->stale->got = a->to[i];
	a->stale->newest = newest[i];
	if (a->reader == COH_MACHINE_DEVICE)
		return;
	a->stale->cpu = a->cpu;
	a->stale->mm = *mm_of(a->m, a->cpu);
}

/* On VIVT the hit line may have been filled from another page. */
static void note_hit(const struct cache *c, uint32_t i, const struct step *s)
{
	if (home_of(c, i) != line_base(c->level, s->pa))
		c->m->counts.homonym_hits++;
}

static void read_step(const struct access *a, const struct step *s)
{
	enum coh_side side = a->right == COH_MACHINE_EXEC ? COH_INSN : COH_DATA;
	struct cache c = cache_of(a->m, level_of(a->m, side), a->cpu);
	uint32_t i;

	if (s->attr == COH_UNCACHED) {
		memcpy(a->to, memory_at(a->m, s->pa), s->len);
		compare(a, s);
		return;
	}
	i = cache_find(&c, s->va, s->pa);
	if (i == NONE)
		i = machine_fill(&c, s->va, s->pa, a->chooser);
	else
		note_hit(&c, i, s);
	memcpy(a->to, bytes_of(&c, i) + line_offset(c.level, s->va), s->len);
	compare(a, s);
}

/* ---- stores ---- */

static void store_cached(const struct access *a, const struct step *s)
{
	struct coh_machine *m = a->m;
	struct cache c = cache_of(m, COH_DATA, a->cpu);
	bool stays = m->stays[s->attr];
	uint32_t i = cache_find(&c, s->va, s->pa);

	if (i != NONE)
		note_hit(&c, i, s);
	else if (stays && m->allocates)
		i = machine_fill(&c, s->va, s->pa, a->chooser);
	machine_take(&c, i, s->va, s->pa, a->chooser);
	if (i != NONE)
		memcpy(bytes_of(&c, i) + line_offset(c.level, s->va), a->from, s->len);
	if (i != NONE && stays)
		c.line[i].pa |= DIRTY;
	else
		machine_write_below(m, s->pa, a->from, s->len, a->chooser);
}

static void store_step(const struct access *a, const struct step *s)
{
	if (s->attr == COH_UNCACHED)
		memcpy(memory_at(a->m, s->pa), a->from, s->len);
	else
		store_cached(a, s);
	memcpy(golden_at(a->m, s->pa), a->from, s->len);
}

/* ---- from line to line ---- */

static const struct entry *allowed(const struct access *a, uint64_t va)
{
	const struct entry *e = machine_translate(a->m, a->cpu, va);

	return e && e->rights & a->right ? e : NULL;
}

static void page_part(struct access *a, const struct entry *e, uint64_t va, uint32_t len)
{
	enum coh_side side = a->right == COH_MACHINE_EXEC ? COH_INSN : COH_DATA;
	const struct level *l = &a->m->level[level_of(a->m, side)];
	uint64_t in_page = a->m->config.page - 1;
	struct step s = {
		.va = va,
		.pa = (uint64_t)e->frame << a->m->page_shift | (va & in_page),
		.attr = (enum coh_attr)e->attr,
	};

	for (; len; len -= s.len, s.va += s.len, s.pa += s.len) {
		uint32_t left = l->line - line_offset(l, s.va);

		s.len = s.attr == COH_UNCACHED || len < left ? len : left;
		if (a->reader) {
			read_step(a, &s);
			a->to += s.len;
		} else {
			store_step(a, &s);
			a->from += s.len;
		}
	}
}

/* How much of len bytes at va is in one page. */
static uint32_t in_one_page(const struct coh_machine *m, uint64_t va, uint32_t len)
{
	uint32_t left = m->config.page - ((uint32_t)va & (m->config.page - 1));

	return len < left ? len : left;
}

/*
 * The TLB learns what it did not know when all is done: an entry that had to
 * go for one page might be what allows the access to the next.
 */
static int access_pages(struct access *a, uint64_t va, uint32_t len)
{
	uint64_t start = va;
	uint32_t left, n;

	for (left = len; left; va += n, left -= n) {
		n = in_one_page(a->m, va, left);
		if (!allowed(a, va))
			return COH_MACHINE_FAULT;
	}
	for (va = start, left = len; left; va += n, left -= n) {
		n = in_one_page(a->m, va, left);
		page_part(a, allowed(a, va), va, n);
	}
	for (va = start, left = len; left; va += n, left -= n) {
		n = in_one_page(a->m, va, left);
		machine_learn(a->m, a->cpu, va);
	}
	return COH_MACHINE_OK;
}

static int do_access(struct access *a, uint64_t va, uint32_t len)
{
	const struct entry *e;

	if (a->cpu >= a->m->config.cpus || !len || va + (len - 1) < va)
		return COH_MACHINE_ARGUMENT;
	if (in_one_page(a->m, va, len) < len)
		return access_pages(a, va, len);
	e = allowed(a, va);
	if (!e)
		return COH_MACHINE_FAULT;
	page_part(a, e, va, len);
	machine_learn(a->m, a->cpu, va);
	return COH_MACHINE_OK;
}

static int do_read(struct access *a, uint64_t va, uint32_t len, struct coh_machine_stale *stale,
		   uint64_t *reads, uint64_t *stale_reads)
{
	struct coh_machine_stale found = { 0 };
	int error;

	a->stale = &found;
	error = do_access(a, va, len);
	*reads += !error;
	*stale_reads += found.reader != 0;
	if (stale)
		*stale = found;
	return error;
}

int coh_machine_load(struct coh_machine *m, uint32_t cpu, uint64_t va, void *bytes, uint32_t len,
		     const struct coh_machine_chooser *chooser, struct coh_machine_stale *stale)
{
	struct access a = { .m = m,
			    .chooser = chooser,
			    .cpu = cpu,
			    .right = COH_MACHINE_READ,
			    .reader = COH_MACHINE_LOAD,
			    .to = bytes };

	return do_read(&a, va, len, stale, &m->counts.loads, &m->counts.stale_loads);
}

int coh_machine_fetch(struct coh_machine *m, uint32_t cpu, uint64_t va, void *bytes, uint32_t len,
		      const struct coh_machine_chooser *chooser, struct coh_machine_stale *stale)
{
	struct access a = { .m = m,
			    .chooser = chooser,
			    .cpu = cpu,
			    .right = COH_MACHINE_EXEC,
			    .reader = COH_MACHINE_FETCH,
			    .to = bytes };

	return do_read(&a, va, len, stale, &m->counts.fetches, &m->counts.stale_fetches);
}

int coh_machine_store(struct coh_machine *m, uint32_t cpu, uint64_t va, const void *bytes,
		      uint32_t len, const struct coh_machine_chooser *chooser)
{
	struct access a = {
		.m = m, .chooser = chooser, .cpu = cpu, .right = COH_MACHINE_WRITE, .from = bytes
	};
	int error = do_access(&a, va, len);

	m->counts.stores += !error;
	return error;
}

/* ---- devices ---- */

int coh_machine_device_read(struct coh_machine *m, uint64_t pa, void *bytes, uint32_t len,
			    struct coh_machine_stale *stale)
{
	struct coh_machine_stale found = { 0 };
	struct access a = { .m = m, .reader = COH_MACHINE_DEVICE, .stale = &found, .to = bytes };
	struct step s = { .va = pa, .pa = pa, .len = len };

	if (stale)
		*stale = found;
	if (!len)
		return COH_MACHINE_ARGUMENT;
	if (!in_memory(m, pa, len))
		return COH_MACHINE_NO_MEMORY;
	memcpy(bytes, memory_at(m, pa), len);
	compare(&a, &s);
	m->counts.stale_device_reads += found.reader != 0;
	if (stale)
		*stale = found;
	return COH_MACHINE_OK;
}

int coh_machine_device_write(struct coh_machine *m, uint64_t pa, const void *bytes, uint32_t len)
{
	if (!len)
		return COH_MACHINE_ARGUMENT;
	if (!in_memory(m, pa, len))
		return COH_MACHINE_NO_MEMORY;
	memcpy(memory_at(m, pa), bytes, len);
	memcpy(golden_at(m, pa), bytes, len);
	return COH_MACHINE_OK;
}
