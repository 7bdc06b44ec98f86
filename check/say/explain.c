// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "check/say/explain.h"

#define ANSWERS 64u

/* A test with one statement more. */
struct attempt {
	uint8_t context, before;
	struct litmus_instr instr;
	uint64_t effect; /* of all runs: how much it disturbs; the least is the best answer */
};

struct search {
	const struct litmus *test;
	const struct target *target;
	struct bounds bounds;
	struct litmus *changed;
	struct attempt answer[ANSWERS];
	unsigned n_answers;
	uint64_t tried, states;
	uint64_t most_states; /* of all attempts; 0: no bound */
	const char *stopped;  /* the bound that was met; NULL: all places were tried */
	bool incomplete;
};

static void insert(struct litmus *t, const struct attempt *a)
{
	struct litmus_context *c = &t->context[a->context];

	memmove(&c->instr[a->before + 1], &c->instr[a->before],
		(c->n_instrs - a->before) * sizeof(c->instr[0]));
	c->instr[a->before] = a->instr;
	c->n_instrs++;
	for (uint8_t i = 0; i < c->n_instrs; i++)
		if ((c->instr[i].op == OP_BRANCH || c->instr[i].op == OP_JUMP) &&
		    c->instr[i].target > a->before)
			c->instr[i].target++;
}

/* The bounds are of all attempts together: what is left of the states is for the next one. */
static bool may_try(struct search *s)
{
	if (!s->stopped)
		s->stopped = bounds_met(&s->bounds);
	if (!s->stopped && s->most_states && s->states >= s->most_states)
		s->stopped = "--max-states";
	if (s->most_states)
		s->bounds.states = s->most_states - s->states;
	return !s->stopped;
}

static void attempt(struct search *s, const struct attempt *a)
{
	struct verdict *v;

	if (s->test->context[a->context].n_instrs == LITMUS_INSTRS || s->n_answers == ANSWERS)
		return;
	if (!may_try(s))
		return;
	*s->changed = *s->test;
	insert(s->changed, a);
	v = verdict_find(s->changed, s->target, &s->bounds, NULL);
	s->tried++;
	s->states += v ? v->states : 0;
	s->incomplete |= v && v->found == FOUND_INCOMPLETE;
	if (v && v->found == FOUND_NEVER)
		s->answer[s->n_answers++] = *a;
	verdict_free(v);
}

/* Is the operation one that could matter: is code fetched at all, is the alias ever used? */
static bool alias_matters(const struct litmus *t, uint8_t alias)
{
	for (uint8_t c = 0; c < t->n_contexts; c++)
		for (uint8_t i = 0; i < t->context[c].n_instrs; i++)
			if (t->context[c].instr[i].alias == alias)
				return true;
	return false;
}

static bool fetches(const struct litmus *t)
{
	for (uint8_t c = 0; c < t->n_contexts; c++)
		for (uint8_t i = 0; i < t->context[c].n_instrs; i++)
			if (t->context[c].instr[i].op == OP_FETCH)
				return true;
	return false;
}

static struct litmus_instr operation(const struct litmus *t, enum litmus_op op, uint8_t alias)
{
	return (struct litmus_instr){ .op = op,
				      .alias = alias,
				      .page = t->alias[alias].page,
				      .other = LITMUS_NONE,
				      .last = (uint8_t)(t->lines * t->words - 1),
				      .reg = LITMUS_NONE,
				      .a.reg = LITMUS_NONE,
				      .b.reg = LITMUS_NONE,
				      .default_attr = true };
}

/* In the place of one statement: each operation on each alias. */
static void try_place(struct search *s, uint8_t context, uint8_t before)
{
	static const enum litmus_op ops[] = { OP_CLEAN, OP_INVALIDATE, OP_FLUSH, OP_ICACHE };
	const struct litmus *t = s->test;

	for (uint8_t alias = 0; alias < t->n_aliases; alias++)
		for (unsigned o = 0; alias_matters(t, alias) && o < sizeof(ops) / sizeof(*ops);
		     o++) {
			struct attempt a = { context, before, operation(t, ops[o], alias), 0 };

			if (ops[o] == OP_ICACHE && !fetches(t))
				continue;
			a.instr.at = before < t->context[context].n_instrs
					     ? t->context[context].instr[before].at
					     : t->context[context].end;
			attempt(s, &a);
		}
}

/* A flush where a clean or an invalidate alone will do says no more. */
static bool is_said(const struct search *s, unsigned n)
{
	const struct attempt *a = &s->answer[n];

	for (unsigned i = 0; i < s->n_answers; i++) {
		const struct attempt *b = &s->answer[i];

		if (i != n && a->instr.op == OP_FLUSH && b->instr.op != OP_FLUSH &&
		    b->instr.op != OP_ICACHE && a->context == b->context &&
		    a->before == b->before && a->instr.alias == b->instr.alias)
			return true;
	}
	return false;
}

static void print_answer(FILE *out, const struct search *s, const struct attempt *a)
{
	const struct litmus_context *c = &s->test->context[a->context];
	char what[128], where[160];

	litmus_instr_text(s->test, c, &a->instr, what, sizeof(what));
	if (a->before < c->n_instrs) {
		char next[128];

		litmus_instr_text(s->test, c, &c->instr[a->before], next, sizeof(next));
		snprintf(where, sizeof(where), "before %s", next);
	} else {
		snprintf(where, sizeof(where), "at its end");
	}
	fprintf(out, "  %s:%u: %s in %s, %s\n", s->test->path, a->instr.at.line, what, c->name,
		where);
}

static void print_answers(FILE *out, const struct search *s, const struct verdict *v)
{
	if (s->stopped)
		fprintf(out, "explain: stopped after %llu attempts: %s\n",
			(unsigned long long)s->tried, s->stopped);
	if (!s->n_answers && !s->stopped) {
		fprintf(out,
			"explain: no single clean, invalidate or flush makes this Never (%llu "
			"tried%s)\n",
			(unsigned long long)s->tried,
			s->incomplete ? "; some were cut short by a bound" : "");
		if (v->bits & OUTCOME_DEADLOCK)
			fputs("explain: it deadlocks, which no cache operation helps: change who "
			      "takes which lock where\n",
			      out);
		return;
	}
	if (!s->n_answers)
		return;
	fputs("explain: missing maintenance; any one of these makes it Never:\n", out);
	for (unsigned i = 0; i < s->n_answers; i++)
		if (!is_said(s, i))
			print_answer(out, s, &s->answer[i]);
	if (s->n_answers == ANSWERS)
		fputs("  and perhaps more\n", out);
}

void explain(FILE *out, const struct litmus *test, const struct target *target,
	     const struct verdict *v, const struct bounds *bounds)
{
	struct search s = { .test = test, .target = target, .bounds = *bounds };

	if (v->found == FOUND_NEVER || v->found == FOUND_WRONG || v->found == FOUND_INCOMPLETE) {
		fprintf(out, "explain: %s: there is nothing to explain\n", verdict_name(v));
		return;
	}
	s.bounds.no_trail = true;
	s.most_states = bounds->states;
	if (!s.bounds.states)
		s.bounds.states = v->states * 50 + 100000;
	s.changed = malloc(sizeof(*s.changed));
	if (!s.changed) {
		fputs("explain: there is no memory\n", out);
		return;
	}
	for (uint8_t c = 0; c < test->n_contexts; c++)
		if (test->context[c].kind != LITMUS_DEVICE)
			for (uint8_t i = 0; i <= test->context[c].n_instrs; i++)
				try_place(&s, c, i);
	free(s.changed);
	print_answers(out, &s, v);
}
