// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/replay.h"

#include <stdlib.h>
#include <string.h>

struct replay {
	struct coh_shadow *shadow;
	uint32_t granule;
	/* Of the run that is under way. */
	const struct wire_finding *f;
	const struct replay_change *change;
	struct replay_result result;
};

struct replay *replay_new(const struct wire_hello *hello)
{
	const struct coh_cpu *cpu = coh_cpu_find(hello->cpu);
	struct replay *r = cpu ? calloc(1, sizeof(*r)) : NULL;
	struct coh_shadow_config config;

	if (!r)
		return NULL;
	config = (struct coh_shadow_config){
		.d = cpu->dcache,
		.i = *coh_cpu_icache(cpu),
		.write_allocate = hello->write_allocate,
		.page_size = COH_PAGE_SIZE,
	};
	r->shadow = coh_shadow_new(&config);
	if (!r->shadow) {
		free(r);
		return NULL;
	}
	r->granule = coh_shadow_granule(r->shadow);
	return r;
}

void replay_free(struct replay *r)
{
	if (!r)
		return;
	coh_shadow_free(r->shadow);
	free(r);
}

bool replay_can(const struct replay *r, const struct wire_finding *f)
{
	if (!r || f->by > COH_BY_DEVICE_WRITE || f->read.attr > COH_WRITE_THROUGH ||
	    f->granule != r->granule || f->events_odd || f->n_events > WIRE_EVENTS ||
	    f->line_pa & (r->granule - 1) || f->read.pa - f->line_pa >= r->granule ||
	    !f->read.size || f->read.size > r->granule - (f->read.pa - f->line_pa))
		return false;
	for (uint32_t i = 0; i < f->n_events; i++) {
		const struct wire_event *e = &f->event[i];

		if (e->kind >= COH_EVENTS || e->op >= COH_OPS || e->attr > COH_WRITE_THROUGH ||
		    e->side > COH_INSN ||
		    (e->kind == COH_EVENT_HOMONYM && (e->bytes & ~1u) % r->granule) ||
		    (e->kind == COH_EVENT_OVERWRITE && e->mm % r->granule))
			return false;
	}
	return true;
}

bool replay_other_page(const struct wire_event *e, uint32_t *pa)
{
	if (e->kind == COH_EVENT_HOMONYM)
		*pa = e->bytes & ~1u;
	else if (e->kind == COH_EVENT_OVERWRITE)
		*pa = e->mm;
	else
		return false;
	return true;
}

/* Does e take away whatever the cache holds at va? */
static bool empties(const struct wire_event *e, uint32_t va)
{
	bool whole = e->kind == COH_EVENT_WHOLE || e->kind == COH_EVENT_SET_WAY;

	return e->side == COH_DATA && e->op != COH_CLEAN &&
	       (whole || (e->kind == COH_EVENT_LINE && e->va == va));
}

bool replay_is_left_dirty(const struct wire_finding *f, uint32_t i)
{
	const struct wire_event *e = &f->event[i];
	uint32_t pa, other = e->bytes & ~1u;

	while (i-- && !empties(&f->event[i], e->va))
		if (f->event[i].va == e->va && replay_other_page(&f->event[i], &pa) &&
		    pa == other &&
		    (f->event[i].kind == COH_EVENT_OVERWRITE || f->event[i].bytes & 1))
			return true;
	return false;
}

bool replay_is_leaving(const struct wire_finding *f, const struct replay_op *op, uint32_t i)
{
	const struct wire_event *e = i < f->n_events ? &f->event[i] : NULL;

	return e && e->kind == COH_EVENT_HOMONYM && e->va == op->va && e->side == op->side;
}

bool replay_is_at(const struct wire_finding *f, const struct replay_op *op, uint32_t i)
{
	const struct wire_event *e = i < f->n_events ? &f->event[i] : NULL;

	if (!op->each)
		return i == op->place;
	return replay_is_leaving(f, op, i) ||
	       (e && e->kind == COH_EVENT_OVERWRITE && e->va == op->va && op->side == COH_DATA);
}

/* ---- one event ---- */

static void map(const struct replay *r, uint32_t va, uint32_t pa)
{
	if (va != COH_VA_UNKNOWN)
		coh_shadow_map(r->shadow, va & COH_ALIAS_MASK, pa & COH_ALIAS_MASK,
			       1u << COH_ALIAS_SHIFT);
}

typedef bool (*access_fn)(struct coh_shadow *s, const struct coh_shadow_access *a,
			  struct coh_finding *f);

/* By runs of bytes: a mask may have gaps.  Keeps the first finding. */
static bool each_run(const struct replay *r, access_fn fn, const struct coh_shadow_access *line,
		     uint32_t bytes, struct coh_finding *found)
{
	bool any = false;

	for (uint64_t left = bytes; left;) {
		unsigned first = (unsigned)__builtin_ctzll(left);
		unsigned n = (unsigned)__builtin_ctzll(~(left >> first));
		struct coh_shadow_access a = *line;
		struct coh_finding scratch;

		a.va += first;
		a.pa += first;
		a.size = n;
		any |= fn(r->shadow, &a, any ? &scratch : found);
		left &= ~((1ull << (first + n)) - 1);
	}
	return any;
}

static bool write_by_device(struct coh_shadow *s, const struct coh_shadow_access *a,
			    struct coh_finding *f)
{
	(void)f;
	coh_shadow_device_write(s, a->pa, NULL, a->size, a->mm);
	return false;
}

static bool write_coherently(struct coh_shadow *s, const struct coh_shadow_access *a,
			     struct coh_finding *f)
{
	(void)f;
	coh_shadow_coherent_write(s, a->pa, NULL, a->size, a->mm);
	return false;
}

/* Of an overwrite va stays the other page's; who uses it next for this page maps it again. */
static bool do_access(const struct replay *r, const struct wire_event *e, uint32_t bytes)
{
	static const access_fn fns[COH_EVENTS] = {
		[COH_EVENT_LOAD] = coh_shadow_load,
		[COH_EVENT_STORE] = coh_shadow_store,
		[COH_EVENT_OVERWRITE] = coh_shadow_store,
		[COH_EVENT_FETCH] = coh_shadow_fetch,
		[COH_EVENT_DEVICE_WRITE] = write_by_device,
		[COH_EVENT_COHERENT_WRITE] = write_coherently,
	};
	struct coh_shadow_access a = {
		.va = e->va,
		.pa = e->kind == COH_EVENT_OVERWRITE ? e->mm : r->f->line_pa,
		.pc = e->pc,
		.mm = e->mm,
		.attr = e->attr,
	};
	struct coh_finding f;

	map(r, e->va, a.pa);
	return each_run(r, fns[e->kind], &a, bytes, &f);
}

static void do_op(const struct replay *r, const struct replay_op *op, uint32_t pa)
{
	struct coh_who who = { 0, op->va, 0 };

	map(r, op->va, pa);
	coh_shadow_maintain(r->shadow, op->side, op->op, op->va, pa, &who);
}

/* Those on this page's line, or those on the line of the page that leaves. */
static void do_more(const struct replay *r, uint32_t place, bool leaving)
{
	for (unsigned i = 0; i < r->change->n_more; i++) {
		const struct replay_op *op = &r->change->more[i];

		if (replay_is_at(r->f, op, place) && replay_is_leaving(r->f, op, place) == leaving)
			do_op(r, op, leaving ? r->f->event[place].bytes & ~1u : r->f->line_pa);
	}
}

/* The line of another page, as it was when the virtual line left it. */
static void do_homonym(const struct replay *r, uint32_t i)
{
	const struct wire_event *e = &r->f->event[i];
	struct coh_finding f;
	struct coh_shadow_access a = {
		.va = e->va,
		.pa = e->bytes & ~1u,
		.size = r->granule,
		.attr = COH_WRITE_BACK,
	};

	map(r, e->va, a.pa);
	if (e->side == COH_INSN)
		coh_shadow_fetch(r->shadow, &a, &f);
	else if (e->bytes & 1 && !replay_is_left_dirty(r->f, i))
		coh_shadow_store(r->shadow, &a, &f);
	else if (!(e->bytes & 1))
		coh_shadow_load(r->shadow, &a, &f);
	do_more(r, i, true);
	map(r, e->va, r->f->line_pa);
}

static bool do_event(const struct replay *r, uint32_t i)
{
	const struct replay_change *c = r->change;
	const struct wire_event *e = &r->f->event[i];
	struct coh_who who = { e->pc, e->va, e->mm };
	struct replay_op op = { i, e->op, e->side, e->va, false };

	switch (e->kind) {
	case COH_EVENT_LINE:
		if (c->unmaintained)
			return false;
		do_op(r, c->edits && c->edited == i ? &c->edit : &op, r->f->line_pa);
		return false;
	case COH_EVENT_SET_WAY:
	case COH_EVENT_WHOLE:
		op.op = c->edits && c->edited == i ? c->edit.op : op.op;
		coh_shadow_maintain_all(r->shadow, e->side, op.op, &who);
		return false;
	case COH_EVENT_SHORT: /* it was of another line, unless it is this one this time */
		if (c->edits && c->edited == i)
			do_op(r, &c->edit, r->f->line_pa);
		return false;
	case COH_EVENT_HOMONYM:
		do_homonym(r, i);
		return false;
	default:
		return do_access(r, e, c->only ? e->bytes & c->only : e->bytes);
	}
}

/* ---- the access that the finding is about ---- */

static bool do_last(const struct replay *r, struct coh_finding *found)
{
	static const access_fn fns[] = {
		[COH_BY_LOAD] = coh_shadow_load,   [COH_BY_FETCH] = coh_shadow_fetch,
		[COH_BY_WALK] = coh_shadow_walk,   [COH_BY_DEVICE] = coh_shadow_device_read,
		[COH_BY_STORE] = coh_shadow_store, [COH_BY_DEVICE_WRITE] = coh_shadow_device_dirty,
	};
	const struct wire_access *last = &r->f->read;
	struct coh_shadow_access a = {
		.va = last->va,
		.pa = last->pa,
		.size = last->size,
		.attr = last->attr,
		.mm = last->mm,
	};

	/* A walk's address is that of what it looks for. */
	if (r->f->by != COH_BY_WALK && r->f->by != COH_BY_DEVICE && r->f->by != COH_BY_DEVICE_WRITE)
		map(r, last->va, last->pa);
	else
		a.va = COH_VA_UNKNOWN;
	if (fns[r->f->by](r->shadow, &a, found))
		return true;
	if (r->f->by != COH_BY_DEVICE_WRITE)
		return false;
	/* An old dirty line is as bad as a new one: what is in memory then? */
	coh_shadow_device_write(r->shadow, a.pa, NULL, a.size, a.mm);
	return coh_shadow_device_read(r->shadow, &a, found);
}

/* A device has written: what does the CPU get of it? */
static bool do_after(const struct replay *r, struct coh_finding *found)
{
	const struct replay_change *c = r->change;
	const struct wire_access *last = &r->f->read;
	struct coh_shadow_access a = {
		.va = (c->after_va & ~(r->granule - 1)) + (last->pa - r->f->line_pa),
		.pa = last->pa,
		.size = last->size,
		.attr = COH_WRITE_BACK,
	};

	coh_shadow_device_write(r->shadow, last->pa, NULL, last->size, last->mm);
	if (c->flushes_after)
		do_op(r, &(struct replay_op){ 0, COH_INVALIDATE, COH_DATA, c->after_va, false },
		      r->f->line_pa);
	map(r, a.va, a.pa);
	return coh_shadow_load(r->shadow, &a, found);
}

/* Everything is cleaned: what does memory lack then? */
static uint32_t lost_at(const struct replay *r, uint32_t line_pa)
{
	uint32_t lost = 0;

	for (uint32_t i = 0; i < r->granule; i++) {
		struct coh_shadow_access a = {
			.va = COH_VA_UNKNOWN,
			.pa = line_pa + i,
			.size = 1,
		};
		struct coh_finding f;

		if (coh_shadow_device_read(r->shadow, &a, &f))
			lost |= 1u << i;
	}
	return lost;
}

static void lost_in_the_end(const struct replay *r, struct replay_result *result)
{
	struct coh_who who = { 0 };
	uint32_t other;

	coh_shadow_maintain_all(r->shadow, COH_DATA, COH_CLEAN, &who);
	result->lost = lost_at(r, r->f->line_pa);
	for (uint32_t i = 0; i < r->f->n_events; i++)
		if (replay_other_page(&r->f->event[i], &other))
			result->lost_other |= lost_at(r, other) != 0;
}

/* An empty cache, and memory that has every newest byte. */
static void clear_line(const struct replay *r, uint32_t pa)
{
	coh_shadow_device_write(r->shadow, pa & ~(r->granule - 1), NULL, r->granule,
				COH_DEVICE_UNKNOWN);
}

static void begin(const struct replay *r)
{
	struct coh_who who = { 0 };
	uint32_t other;

	coh_shadow_maintain_all(r->shadow, COH_DATA, COH_INVALIDATE, &who);
	coh_shadow_maintain_all(r->shadow, COH_INSN, COH_INVALIDATE, &who);
	clear_line(r, r->f->line_pa);
	for (uint32_t i = 0; i < r->f->n_events; i++)
		if (replay_other_page(&r->f->event[i], &other))
			clear_line(r, other);
}

struct replay_result replay_run(struct replay *r, const struct wire_finding *f,
				const struct replay_change *change)
{
	static const struct replay_change none;
	struct replay_result result = { 0 };
	struct coh_finding found;

	r->f = f;
	r->change = change ? change : &none;
	begin(r);
	for (uint32_t i = 0; i < f->n_events; i++) {
		do_more(r, i, false);
		if (do_event(r, i))
			result.bad_events |= 1ull << i;
	}
	do_more(r, f->n_events, false);
	result.bad = do_last(r, &found);
	if (!result.bad && r->change->reads_after)
		result.bad = do_after(r, &found);
	if (result.bad) {
		result.cause = found.cause;
		result.first_pa = found.first_pa;
	}
	lost_in_the_end(r, &result);
	return result;
}
