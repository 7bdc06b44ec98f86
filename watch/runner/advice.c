// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/advice.h"

#include <string.h>

#define ALIASES_MAX 16
#define PLACES	    (WIRE_EVENTS + 1)
#define USUAL_MAX   64 /* operations at usual places: pairs are made of these */
#define USUAL_COST  2  /* beyond: no place where a kernel would have it */

/* An alias that was used, on one side. */
struct alias {
	uint32_t va;
	enum coh_side side;
};

struct search {
	struct replay *replay;
	const struct wire_finding *f;
	struct replay_result base;
	bool strict; /* nothing may be lost in the end, even if it was before */
	struct alias alias[ALIASES_MAX];
	unsigned n_aliases;
	uint32_t written;
};

struct candidate {
	struct replay_op op;
	unsigned cost;
};

static uint32_t line_of(const struct wire_finding *f, uint32_t va)
{
	return va == COH_VA_UNKNOWN ? va : va & ~(f->granule - 1);
}

static bool is_of_device(const struct wire_finding *f)
{
	return f->by == COH_BY_DEVICE || f->by == COH_BY_DEVICE_WRITE;
}

/* ---- trying ---- */

/* True: the finding is gone, and nothing else went wrong instead. */
static bool is_right(const struct search *s, const struct replay_result *now)
{
	return !now->bad && !(now->bad_events & ~s->base.bad_events) &&
	       !(now->lost & (s->strict ? ~0u : ~s->base.lost)) &&
	       !(now->lost_other && !s->base.lost_other);
}

static bool try_change(const struct search *s, const struct replay_change *c)
{
	struct replay_result now = replay_run(s->replay, s->f, c);

	return is_right(s, &now);
}

static bool try_one(const struct search *s, const struct replay_op *op)
{
	struct replay_change c = { .more = { *op }, .n_more = 1 };

	return try_change(s, &c);
}

static bool try_two(const struct search *s, const struct replay_op *a, const struct replay_op *b)
{
	struct replay_change c = { .more = { *a, *b }, .n_more = 2 };

	return try_change(s, &c);
}

/* ---- what there is to try ---- */

static void add_alias(struct search *s, uint32_t va, enum coh_side side)
{
	va = line_of(s->f, va);
	if (va == COH_VA_UNKNOWN || s->n_aliases == ALIASES_MAX)
		return;
	for (unsigned i = 0; i < s->n_aliases; i++)
		if (s->alias[i].va == va && s->alias[i].side == side)
			return;
	s->alias[s->n_aliases++] = (struct alias){ va, side };
}

static enum coh_side side_of(const struct wire_event *e)
{
	if (e->kind == COH_EVENT_FETCH)
		return COH_INSN;
	return e->kind == COH_EVENT_LINE || e->kind == COH_EVENT_HOMONYM ? e->side : COH_DATA;
}

static void find_aliases(struct search *s)
{
	const struct wire_finding *f = s->f;

	for (uint32_t i = 0; i < f->n_events; i++)
		add_alias(s, f->event[i].va, side_of(&f->event[i]));
	if (f->by != COH_BY_WALK && !is_of_device(f) && f->read.attr != COH_UNCACHED)
		add_alias(s, f->read.va, f->by == COH_BY_FETCH ? COH_INSN : COH_DATA);
}

static bool writes(const struct wire_event *e)
{
	return e->kind == COH_EVENT_STORE || e->kind == COH_EVENT_DEVICE_WRITE ||
	       e->kind == COH_EVENT_COHERENT_WRITE;
}

static uint32_t find_written(const struct wire_finding *f)
{
	uint32_t bit = 1u << ((f->first_pa - f->line_pa) & 31);

	for (uint32_t i = f->n_events; i--;)
		if (writes(&f->event[i]) && f->event[i].bytes & bit)
			return i;
	return f->n_events;
}

/* Was the line dirty through this alias, as far as the events before this place tell? */
static bool dirty_before(const struct wire_finding *f, uint32_t va, uint32_t place)
{
	for (uint32_t i = place; i--;) {
		const struct wire_event *e = &f->event[i];

		if (e->kind == COH_EVENT_STORE && e->va == va && e->attr == COH_WRITE_BACK)
			return true;
		if (e->kind == COH_EVENT_WHOLE && e->side == COH_DATA)
			return false;
		if (e->kind == COH_EVENT_LINE && e->side == COH_DATA && e->va == va)
			return false;
	}
	return false;
}

static bool uses(const struct wire_event *e, const struct replay_op *op)
{
	return e->kind <= COH_EVENT_FETCH && e->va == op->va &&
	       (e->kind == COH_EVENT_FETCH) == (op->side == COH_INSN);
}

/* Is its place a change of page tables, at which its line is left? */
static bool is_at_change(const struct wire_finding *f, const struct replay_op *op)
{
	const struct wire_event *e = op->place < f->n_events ? &f->event[op->place] : NULL;

	return replay_is_leaving(f, op, op->place) ||
	       (e && e->kind == COH_EVENT_OVERWRITE && e->va == op->va);
}

/* How far from what a kernel would do: 0 is a place where one has this operation. */
static unsigned place_cost(const struct search *s, const struct replay_op *op)
{
	const struct wire_finding *f = s->f;
	const struct wire_event *before = op->place ? &f->event[op->place - 1] : NULL;
	const struct wire_event *after = op->place < f->n_events ? &f->event[op->place] : NULL;
	bool is_reader = !is_of_device(f) && f->by != COH_BY_WALK &&
			 op->va == line_of(f, f->read.va) &&
			 (op->side == COH_INSN) == (f->by == COH_BY_FETCH);

	if (is_at_change(f, op))
		return 0;
	if (f->cause == COH_OTHER_PAGE)
		return 2;
	/* Who reads its own dirty line is not done with it. */
	if (before && (before->kind == COH_EVENT_STORE || before->kind == COH_EVENT_LOAD) &&
	    before->va == op->va && op->op != COH_INVALIDATE && op->side == COH_DATA &&
	    (before->kind == COH_EVENT_STORE || dirty_before(f, op->va, op->place)))
		return 0;
	if (!after && is_reader && op->op != COH_CLEAN)
		return 0;
	if (before && before->kind == COH_EVENT_DEVICE_WRITE && op->op == COH_INVALIDATE)
		return 0;
	if (after && after->kind == COH_EVENT_DEVICE_WRITE)
		return dirty_before(f, op->va, op->place) ? 0 : 1;
	if (after && uses(after, op))
		return 1;
	return before && uses(before, op) ? 2 : 3;
}

static unsigned op_cost(const struct search *s, const struct replay_op *op)
{
	const struct wire_finding *f = s->f;
	bool clobber = f->cause == COH_CLOBBERED || f->cause == COH_THREATENED;

	if (op->side == COH_INSN)
		return 0;
	/* What the page that leaves has there is not known. */
	if (is_at_change(f, op))
		return op->op == COH_FLUSH ? 0 : 2;
	switch (op->op) {
	case COH_CLEAN:
		return clobber ? 1 : 0;
	case COH_INVALIDATE:
		if (f->cause == COH_OTHER_PAGE)
			return 2;
		return dirty_before(f, op->va, op->place) ? 4 : 0;
	default:
		return clobber || f->cause == COH_OTHER_PAGE ? 0 : 1;
	}
}

typedef void (*candidate_fn)(const struct search *s, const struct candidate *c, void *context);

/* Where an address led to other pages more than once, it may be that each time one was missing. */
static void at_each_change(const struct search *s, const struct alias *alias, candidate_fn fn,
			   void *context)
{
	struct candidate c = { .op = { 0, COH_FLUSH, alias->side, alias->va, true }, .cost = 1 };
	unsigned changes = 0;

	if (alias->side == COH_INSN)
		c.op.op = COH_INVALIDATE;
	for (uint32_t i = 0; i < s->f->n_events; i++)
		changes += replay_is_at(s->f, &c.op, i);
	c.cost += op_cost(s, &c.op);
	if (changes > 1)
		fn(s, &c, context);
}

/* Calls fn for each operation, on each alias, at each place. */
static void each_candidate(const struct search *s, candidate_fn fn, void *context)
{
	for (unsigned i = 0; i < s->n_aliases; i++) {
		struct replay_op op = { 0, 0, s->alias[i].side, s->alias[i].va, false };

		for (op.place = 0; op.place <= s->f->n_events; op.place++)
			for (int kind = COH_CLEAN; kind < COH_OPS; kind++) {
				struct candidate c = { .op = op };

				c.op.op = kind;
				if (op.side == COH_INSN && kind != COH_INVALIDATE)
					continue;
				c.cost = place_cost(s, &c.op) * 2 + op_cost(s, &c.op);
				fn(s, &c, context);
			}
		at_each_change(s, &s->alias[i], fn, context);
	}
}

struct best {
	struct candidate one;
	bool found;
};

static void keep_best(const struct search *s, const struct candidate *c, void *context)
{
	struct best *best = context;

	if (best->found && c->cost >= best->one.cost)
		return;
	if (!try_one(s, &c->op))
		return;
	best->found = true;
	best->one = *c;
}

struct usual {
	struct candidate at[USUAL_MAX];
	unsigned n;
};

static void keep_usual(const struct search *s, const struct candidate *c, void *context)
{
	struct usual *usual = context;

	(void)s;
	if (c->cost <= USUAL_COST && usual->n < USUAL_MAX)
		usual->at[usual->n++] = *c;
}

/* ---- where else the same would be right ---- */

static bool works_at(const struct search *s, const struct advice *a, unsigned step, uint32_t place)
{
	struct replay_op op[2] = { a->step[0].op, a->step[1].op };

	if (op[step].each)
		return false;
	op[step].place = place;
	if (a->n_steps == 1)
		return try_one(s, &op[0]);
	return (op[0].each || op[1].each || op[0].place <= op[1].place) &&
	       try_two(s, &op[0], &op[1]);
}

static void widen(const struct search *s, struct advice *a, unsigned step)
{
	struct advice_step *t = &a->step[step];
	uint32_t floor = t->op.place;

	/* Who reads anew does so after the write: earlier it is right by chance. */
	while (floor && !writes(&s->f->event[floor - 1]))
		floor--;
	if (s->written < t->op.place)
		floor = s->written + 1;

	t->first = t->last = t->op.place;
	if (t->op.each)
		return;
	/* Whose line it is changes there. */
	if (replay_is_leaving(s->f, &t->op, t->op.place)) {
		t->first = 0;
		return;
	}
	while (t->first > floor && works_at(s, a, step, t->first - 1))
		t->first--;
	while (t->last < s->f->n_events && !is_at_change(s->f, &t->op) &&
	       works_at(s, a, step, t->last + 1))
		t->last++;
}

/* ---- the search ---- */

static bool find_one(const struct search *s, struct advice *a)
{
	struct best best = { 0 };

	each_candidate(s, keep_best, &best);
	if (!best.found)
		return false;
	a->kind = ADVICE_OPS;
	a->n_steps = 1;
	a->step[0].op = best.one.op;
	widen(s, a, 0);
	return true;
}

/* First the writer's line, then the reader's: where a cache reads ahead no other order is right. */
static unsigned pair_cost(const struct candidate *x, const struct candidate *y)
{
	bool backwards = x->op.op == COH_INVALIDATE && y->op.op != COH_INVALIDATE;

	return x->cost + y->cost + backwards;
}

static bool find_two(const struct search *s, struct advice *a)
{
	struct usual usual = { .n = 0 };
	unsigned cost = ~0u;

	each_candidate(s, keep_usual, &usual);
	for (unsigned i = 0; i < usual.n; i++)
		for (unsigned k = 0; k < usual.n; k++) {
			const struct candidate *x = &usual.at[i], *y = &usual.at[k];
			unsigned sum = pair_cost(x, y);

			if ((x->op.place > y->op.place && !y->op.each) || sum >= cost ||
			    !try_two(s, &x->op, &y->op))
				continue;
			cost = sum;
			a->step[0].op = x->op;
			a->step[1].op = y->op;
		}
	if (cost == ~0u)
		return false;
	a->kind = ADVICE_OPS;
	a->n_steps = 2;
	widen(s, a, 0);
	widen(s, a, 1);
	return true;
}

/* The bytes that devices write, of the whole history. */
static uint32_t device_bytes(const struct wire_finding *f)
{
	uint32_t bytes = 0;

	for (uint32_t i = 0; i < f->n_events; i++)
		if (f->event[i].kind == COH_EVENT_DEVICE_WRITE)
			bytes |= f->event[i].bytes;
	if (f->by == COH_BY_DEVICE_WRITE)
		bytes |= coh_byte_mask(f->read.pa - f->line_pa, f->read.size);
	return bytes;
}

/*
 * With nothing but the device's bytes in the line; or with nothing but the others, and without what
 * was done for the device's.
 */
static bool find_own_lines(const struct search *s, struct advice *a)
{
	uint32_t bytes = device_bytes(s->f);
	uint32_t all = coh_byte_mask(0, s->f->granule);
	struct replay_change c = { .only = bytes };
	uint32_t bit = 1u << ((s->f->first_pa - s->f->line_pa) & 31);

	if (!bytes || bytes == all)
		return false;
	if (!(bytes & bit) && s->f->by != COH_BY_DEVICE_WRITE) {
		c.only = all & ~bytes;
		c.unmaintained = true;
	}
	if (!try_change(s, &c))
		return false;
	a->kind = ADVICE_OWN_LINES;
	return true;
}

/*
 * A line is dirty when the device writes.  What comes after is not known yet, so the usual is
 * assumed: the line is read while the device writes, and after.
 */
static bool find_transfer(const struct search *s, struct advice *a)
{
	const struct wire_finding *f = s->f;
	struct replay_change c = { .n_more = 1, .reads_after = true, .flushes_after = true };

	for (unsigned i = 0; i < s->n_aliases; i++) {
		struct replay_op op = { f->n_events, COH_FLUSH, COH_DATA, s->alias[i].va, false };

		c.more[0] = op;
		c.after_va = op.va;
		if (s->alias[i].side != COH_DATA || !dirty_before(f, op.va, f->n_events) ||
		    !try_change(s, &c))
			continue;
		a->kind = ADVICE_TRANSFER;
		a->n_steps = 1;
		a->step[0].op = op;
		widen(s, a, 0);
		return true;
	}
	return false;
}

/* Two lines are dirty: the first is flushed where no store of the other's is lost by it. */
static bool find_two_transfer(const struct search *s, struct advice *a)
{
	const struct wire_finding *f = s->f;
	unsigned cost = ~0u;

	for (unsigned i = 0; i < s->n_aliases * s->n_aliases; i++) {
		const struct alias *x = &s->alias[i / s->n_aliases],
				   *y = &s->alias[i % s->n_aliases];
		struct replay_op last = { f->n_events, COH_FLUSH, COH_DATA, y->va, false };

		if (x == y || x->side != COH_DATA || y->side != COH_DATA ||
		    !dirty_before(f, y->va, f->n_events))
			continue;
		for (uint32_t place = 0; place <= f->n_events; place++) {
			struct replay_op first = { place, COH_FLUSH, COH_DATA, x->va, false };
			struct replay_change c = { .more = { first, last },
						   .n_more = 2,
						   .reads_after = true,
						   .after_va = y->va,
						   .flushes_after = true };

			if (place_cost(s, &first) >= cost || !dirty_before(f, x->va, place) ||
			    !try_change(s, &c))
				continue;
			cost = place_cost(s, &first);
			a->step[0].op = first;
			a->step[1].op = last;
		}
	}
	if (cost == ~0u)
		return false;
	a->kind = ADVICE_TRANSFER;
	a->n_steps = 2;
	widen(s, a, 0);
	widen(s, a, 1);
	return true;
}

/* ---- what else can be said of it ---- */

static void look_at_invalidate(const struct search *s, struct advice *a)
{
	struct replay_op op = a->step[0].op;
	struct replay_change c = { .n_more = 1 };
	struct replay_result now;

	if (op.op == COH_INVALIDATE || !dirty_before(s->f, op.va, op.place) || a->n_steps != 1)
		return;
	op.op = COH_INVALIDATE;
	c.more[0] = op;
	c.reads_after = c.flushes_after = a->kind == ADVICE_TRANSFER;
	c.after_va = op.va;
	now = replay_run(s->replay, s->f, &c);
	a->invalidate_does = !now.bad && !(now.bad_events & ~s->base.bad_events) &&
			     !(now.lost & 1u << ((s->f->first_pa - s->f->line_pa) & 31));
}

static bool try_edit(const struct search *s, uint32_t event, enum coh_op op, uint32_t va)
{
	struct replay_change c = { .edits = true, .edited = event };

	c.edit = (struct replay_op){ event, op, s->f->event[event].side, va, false };
	return try_change(s, &c);
}

/* Was the line read or stored to through this alias? */
static bool takes_part(const struct wire_finding *f, uint32_t va)
{
	for (uint32_t i = 0; i < f->n_events; i++)
		if (f->event[i].kind <= COH_EVENT_FETCH && f->event[i].va == va)
			return true;
	return !is_of_device(f) && f->by != COH_BY_WALK && line_of(f, f->read.va) == va;
}

/* Was there an operation that would have been enough, were it not for one thing? */
static void look_at_done(const struct search *s, struct advice *a)
{
	const struct replay_op *op = &a->step[0].op;

	for (uint32_t i = s->f->n_events; i--;) {
		const struct wire_event *e = &s->f->event[i];
		bool whole = e->kind == COH_EVENT_WHOLE || e->kind == COH_EVENT_SET_WAY;

		if (!a->too_short && e->kind == COH_EVENT_SHORT && e->side == op->side) {
			a->too_short = try_edit(s, i, e->op, e->va);
			a->cut_short = i;
		}
		if ((e->kind != COH_EVENT_LINE && !whole) || e->side != op->side)
			continue;
		if (!a->replaces && s->f->cause == COH_DISCARDED && e->op == COH_INVALIDATE &&
		    try_edit(s, i, COH_FLUSH, e->va)) {
			a->replaces = true;
			a->replaced = i;
		}
		if (whole || a->wrong_kind || a->wrong_address)
			continue;
		if (e->va == op->va && e->op != op->op && e->op != COH_FLUSH)
			a->wrong_kind = try_edit(s, i, COH_FLUSH, e->va);
		else if (e->va != op->va && !takes_part(s->f, e->va))
			a->wrong_address = try_edit(s, i, e->op, op->va);
		a->wrong = i;
	}
}

static void look_at_kinds(const struct search *s, struct advice *a)
{
	struct replay_op op = a->step[0].op;

	for (int kind = COH_CLEAN; kind < COH_OPS && a->n_steps == 1; kind++) {
		op.op = kind;
		a->does[kind] = try_one(s, &op);
	}
}

/* A receive buffer was dealt with before the transfer: must it be so afterwards as well? */
static void look_after(const struct search *s, struct advice *a)
{
	const struct wire_finding *f = s->f;

	if (!f->by_device || f->by != COH_BY_LOAD || s->written == f->n_events ||
	    a->step[0].op.place > s->written)
		return;
	a->invalidate_after = true;
	for (uint32_t i = s->written + 1; i < f->n_events; i++)
		if (f->event[i].kind == COH_EVENT_LINE && f->event[i].side == COH_DATA &&
		    f->event[i].va == line_of(f, f->read.va) && f->event[i].op != COH_CLEAN)
			a->invalidate_after = false;
}

/* What loses nothing, before what only loses no more than was lost before. */
static bool find_operations(struct search *s, struct advice *a)
{
	bool found;

	s->strict = true;
	found = find_one(s, a) || find_own_lines(s, a);
	s->strict = false;
	return found || find_one(s, a) || find_two(s, a);
}

void advice_find(const struct wire_hello *hello, const struct wire_finding *f, struct advice *a)
{
	struct search s = { .replay = replay_new(hello), .f = f };

	memset(a, 0, sizeof(*a));
	if (replay_can(s.replay, f)) {
		a->written = s.written = find_written(f);
		s.base = replay_run(s.replay, f, NULL);
		find_aliases(&s);
	}
	if (s.base.bad && s.base.cause == f->cause && s.base.first_pa == f->first_pa) {
		a->kind = ADVICE_NONE;
		if (f->by == COH_BY_DEVICE_WRITE)
			(void)(find_own_lines(&s, a) || find_transfer(&s, a) ||
			       find_two_transfer(&s, a));
		else if (find_operations(&s, a))
			look_after(&s, a);
		if (a->n_steps) {
			look_at_invalidate(&s, a);
			look_at_kinds(&s, a);
			look_at_done(&s, a);
		}
	}
	replay_free(s.replay);
}
