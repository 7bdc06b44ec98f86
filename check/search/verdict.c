// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/search/explore.h"

struct collector {
	struct verdict *v;
	const struct litmus *test;
	uint32_t *slot, slots;
	struct exploration *e;
};

/* ---- what outcomes are told apart by ---- */

static void add_place(struct verdict *v, const struct litmus_term *place)
{
	for (unsigned i = 0; i < v->n_places; i++)
		if (v->place[i].kind == place->kind && v->place[i].context == place->context &&
		    v->place[i].index == place->index && v->place[i].word == place->word)
			return;
	if (v->n_places < sizeof(v->place) / sizeof(*v->place))
		v->place[v->n_places++] = *place;
}

static void add_places_of(struct verdict *v, const struct litmus_term *terms, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (terms[i].kind <= TERM_MEMORY)
			add_place(v, &terms[i]);
}

/* Condition and locations; if neither names a value, every register. */
static void choose_places(struct verdict *v, const struct litmus *t)
{
	add_places_of(v, t->condition.term, t->condition.n);
	add_places_of(v, t->location, t->n_locations);
	for (uint8_t c = 0; c < t->n_contexts && !t->n_locations; c++)
		for (uint8_t r = 0; r < t->context[c].n_regs; r++)
			if (!litmus_is_hidden(t->context[c].reg[r]))
				add_place(v, &(struct litmus_term){
						     .kind = TERM_REG, .context = c, .index = r });
}

static int compare(const void *a, const void *b)
{
	const struct outcome *x = a, *y = b;
	int values = memcmp(x->value, y->value, sizeof(x->value));

	for (size_t i = 0; values && i < sizeof(x->value) / sizeof(*x->value); i++)
		if (x->value[i] != y->value[i])
			return x->value[i] < y->value[i] ? -1 : 1;
	return x->bits < y->bits ? -1 : x->bits > y->bits;
}

/* Where an outcome is in the list, or where it would be found: open addressing, of numbers plus 1. */
static uint32_t *slot_of(const struct collector *c, const struct outcome *o)
{
	uint64_t hash = o->bits * 0x9e3779b97f4a7c15ull;
	uint32_t i;

	for (unsigned p = 0; p < c->v->n_places; p++)
		hash = (hash ^ o->value[p]) * 0x100000001b3ull;
	i = (uint32_t)(hash ^ hash >> 32) & (c->slots - 1);
	while (c->slot[i] && compare(&c->v->outcome[c->slot[i] - 1], o))
		i = (i + 1) & (c->slots - 1);
	return &c->slot[i];
}

/* Room for twice as many. */
static bool grow(struct collector *c)
{
	uint32_t slots = c->slots ? 2 * c->slots : 64;
	size_t needed = slots / 2 * sizeof(struct outcome) + slots * sizeof(*c->slot);
	struct outcome *more = realloc(c->v->outcome, slots / 2 * sizeof(*more));
	uint32_t *slot = calloc(slots, sizeof(*slot));

	if (more)
		c->v->outcome = more;
	if (!more || !slot) {
		free(slot);
		return false;
	}
	free(c->slot);
	c->slot = slot;
	c->slots = slots;
	c->e->others = needed;
	for (uint32_t i = 0; i < c->v->n_outcomes; i++)
		*slot_of(c, &more[i]) = i + 1;
	return true;
}

static void add_outcome(struct collector *c, const struct outcome *o)
{
	struct verdict *v = c->v;
	uint32_t *slot;

	if (v->n_outcomes == c->slots / 2 && !grow(c)) {
		c->e->bound = "memory";
		return;
	}
	slot = slot_of(c, o);
	if (!*slot) {
		v->outcome[v->n_outcomes] = *o;
		v->outcome[v->n_outcomes].states = 0;
		*slot = ++v->n_outcomes;
	}
	v->outcome[*slot - 1].states++;
}

static void each_ending(void *context, const struct ending *e)
{
	struct collector *c = context;
	struct outcome o = { .bits = e->outcome };

	if (c->test->filter.n && !system_holds(e, &c->test->filter))
		return;
	o.holds = system_holds(e, &c->test->condition);
	*(o.holds ? &c->v->positive : &c->v->negative) += 1;
	c->v->bits |= e->outcome;
	for (unsigned i = 0; i < c->v->n_places; i++)
		o.value[i] = system_value(e, &c->v->place[i]);
	add_outcome(c, &o);
}

static void each_end(void *context, struct system *system, bool stuck)
{
	struct collector *c = context;

	if (!system_endings(system, stuck, each_ending, c) && !c->e->bound)
		c->e->bound = "the endings of one state";
	if (c->e->bounds->first && !c->e->bound &&
	    (c->v->positive || c->v->bits & OUTCOME_DEADLOCK))
		c->e->bound = "the first that was found";
}

/* ---- the verdict ---- */

static enum found judge(const struct verdict *v)
{
	if (v->error[0])
		return FOUND_WRONG;
	if (v->bits & OUTCOME_DEADLOCK)
		return FOUND_DEADLOCK;
	if (v->positive && (v->negative || v->bound))
		return FOUND_SOMETIMES;
	if (v->bound)
		return FOUND_INCOMPLETE;
	return v->positive ? FOUND_ALWAYS : FOUND_NEVER;
}

static void find_redundant(struct verdict *v, const struct system *s)
{
	const struct litmus *t = system_test(s);

	for (uint8_t c = 0; c < t->n_contexts; c++)
		for (uint8_t i = 0; i < t->context[c].n_instrs; i++)
			if (litmus_op_is_maintenance(t->context[c].instr[i].op) &&
			    system_was_done(s, c, i) && !system_had_effect(s, c, i) &&
			    v->n_redundant < sizeof(v->redundant) / sizeof(*v->redundant)) {
				v->redundant[v->n_redundant].context = c;
				v->redundant[v->n_redundant++].instr = i;
			}
}

static unsigned count_stale(const struct system *s)
{
	const struct litmus *t = system_test(s);
	unsigned n = 0;

	for (uint8_t c = 0; c < t->n_contexts; c++)
		for (uint8_t i = 0; i < t->context[c].n_instrs; i++)
			n += system_was_stale(s, c, i);
	return n;
}

/* FNV-1a: to tell one test from another, as herd's Hash does; nobody attacks it. */
static uint64_t hash_more(uint64_t hash, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3ull;
	return hash;
}

static uint64_t hash_of(const struct litmus *t, const struct target *target)
{
	uint64_t hash = hash_more(0xcbf29ce484222325ull, t->text, t->len);

	hash = hash_more(hash, target->name, strlen(target->name) + 1);
	return hash_more(hash, target->policy, strlen(target->policy) + 1);
}

static void run(struct verdict *v, struct system *s, const struct bounds *bounds,
		const struct progress *progress)
{
	const struct litmus *test = system_test(s);
	struct collector c = { .v = v, .test = test };
	struct exploration e = {
		.system = s, .bounds = bounds, .progress = progress, .end = each_end, .context = &c
	};

	c.e = &e;
	explore(&e);
	free(c.slot);
	if (e.wrong)
		snprintf(v->error, sizeof(v->error), "%s", system_error(s, &v->error_at));
	v->bound = e.bound;
	v->finished = !e.bound && !e.wrong;
	if (v->finished && !v->positive && !v->negative) {
		v->finished = false;
		v->error_at = test->filter.n ? test->filter_at : test->name_at;
		snprintf(v->error, sizeof(v->error), "%s",
			 test->filter.n
				 ? "no run is left: expected that some run fulfils the filter"
				 : "no run comes to an end: there is nothing to judge");
	}
	v->states = e.states;
	v->transitions = e.transitions;
	v->bytes = e.bytes;
	v->seconds = e.seconds;
	v->n_stale = count_stale(s);
	if (v->finished)
		find_redundant(v, s);
}

struct verdict *verdict_find(const struct litmus *test, const struct target *target,
			     const struct bounds *bounds, const struct progress *progress)
{
	struct verdict *v = calloc(1, sizeof(*v));
	struct system *s;

	if (!v)
		return NULL;
	v->hash = hash_of(test, target);
	choose_places(v, test);
	s = system_new(test, target, v->error, sizeof(v->error));
	if (!s) {
		v->found = FOUND_WRONG;
		v->error_at = test->name_at;
		return v;
	}
	v->error[0] = 0;
	run(v, s, bounds, progress);
	system_free(s);
	if (v->n_outcomes)
		qsort(v->outcome, v->n_outcomes, sizeof(*v->outcome), compare);
	v->found = judge(v);
	if (!bounds->no_trail && (v->positive || v->bits & OUTCOME_DEADLOCK))
		v->trail = verdict_shortest(test, target, v, bounds);
	return v;
}

void verdict_in_order(struct verdict *v, const struct litmus *test, const struct target *target,
		      const struct bounds *bounds)
{
	struct bounds quick = *bounds;
	struct target other = *target;
	struct verdict *o;

	if (!target->ahead_unsaid || v->found == FOUND_NEVER || v->found == FOUND_WRONG)
		return;
	quick.no_trail = true;
	other.core.speculates = COH_SPECULATES_NOTHING;
	o = verdict_find(test, &other, &quick, NULL);
	v->in_order = o ? o->found : 0;
	verdict_free(o);
}

void verdict_free(struct verdict *v)
{
	if (!v)
		return;
	trail_free(v->trail);
	free(v->outcome);
	free(v);
}

/* ---- what was expected ---- */

/* The first line that names target or policy, and fits, counts; else the first that names none. */
enum litmus_verdict verdict_expected(const struct litmus *t, const struct target *target, bool own)
{
	enum litmus_verdict rest = LITMUS_UNSAID;

	for (uint8_t i = 0; i < t->n_results; i++) {
		const struct litmus_result *r = &t->result[i];

		if (!r->n_targets && !r->n_policies)
			rest = rest || !own ? rest : r->verdict;
		else if (litmus_is_named(r->target, r->n_targets, target->name) &&
			 litmus_is_named(r->policy, r->n_policies, target->policy))
			return r->verdict;
	}
	return rest;
}

bool verdict_is(enum found found, enum litmus_verdict expected)
{
	switch (expected) {
	case LITMUS_NEVER:
		return found == FOUND_NEVER;
	case LITMUS_SOMETIMES:
		return found == FOUND_SOMETIMES;
	case LITMUS_ALWAYS:
		return found == FOUND_ALWAYS;
	case LITMUS_DEADLOCK:
		return found == FOUND_DEADLOCK;
	default:
		return found != FOUND_WRONG && found != FOUND_INCOMPLETE;
	}
}

const char *found_name(enum found found)
{
	static const char *const names[] = {
		[FOUND_NEVER] = "Never",	   [FOUND_SOMETIMES] = "Sometimes",
		[FOUND_ALWAYS] = "Always",	   [FOUND_DEADLOCK] = "DEADLOCK",
		[FOUND_INCOMPLETE] = "Incomplete", [FOUND_WRONG] = "Error"
	};

	return names[found];
}

const char *verdict_name(const struct verdict *v)
{
	return found_name(v->found);
}
