// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * What would mend a test, found by trying: single changes first; then those that help a little,
 * with another one on top, and a third.  Each attempt stops at the first bad end.
 */
#include <stdlib.h>
#include <string.h>

#include "check/language/names.h"
#include "check/say/change.h"
#include "check/say/explain.h"
#include "check/search/explore.h"

#define DEPTH	3u /* changes at a time */
#define BEAM	6u /* that are tried on with one more */
#define ANSWERS 6u /* that are printed */
/* Of all attempts together, unless the caller has a bound; the layer's take longer. */
#define ALL_STATES   6000000u
#define LAYER_STATES 500000u

/* The test with some changes done, one after another. */
struct mend {
	unsigned n, cost;
	struct change change[DEPTH];
};

/* And what came out of it: how much is still wrong. */
struct node {
	struct mend mend;
	unsigned weight;
	struct litmus *test;
	struct verdict *v;
};

struct search {
	const struct litmus *test;
	const struct target *target;
	const struct bounds *bounds;
	uint64_t states_left, each;
	unsigned allowed;
	bool ahead; /* on a core that reads ahead, whatever the kind says */
	struct litmus *changed;
	struct node beam[BEAM], next[BEAM];
	unsigned n_beam, n_next;
	struct mend answer[ANSWERS];
	unsigned n_answers;
	uint64_t tried;
	const char *stopped; /* the bound that was met, of all attempts; NULL: none */
	bool more;
};

/* ---- one attempt ---- */

static bool is_out_of_bounds(struct search *s)
{
	if (!s->stopped && !s->states_left)
		s->stopped = s->bounds->states ? "--max-states" : "there are too many states";
	if (!s->stopped)
		s->stopped = bounds_met(s->bounds);
	return s->stopped;
}

/* NULL: it cannot be. */
static struct verdict *judge_test(struct search *s, const struct litmus *test, bool first)
{
	struct bounds b = *s->bounds;
	struct target target;
	struct verdict *v;

	if (target_make(test, s->target->name, s->target->policy, &target))
		return NULL;
	b.no_trail = true;
	b.first = first;
	b.states = s->each < s->states_left ? s->each : s->states_left;
	v = verdict_find(test, &target, &b, NULL);
	if (!v)
		return NULL;
	s->states_left -= v->states < s->states_left ? v->states : s->states_left;
	if (v->found != FOUND_WRONG)
		return v;
	verdict_free(v);
	return NULL;
}

static struct verdict *attempt(struct search *s, const struct litmus *test, const struct change *e,
			       bool first)
{
	*s->changed = *test;
	if (!change_apply(s->changed, e))
		return NULL;
	s->tried++;
	return judge_test(s, s->changed, first);
}

/* How much is wrong: reads of old bytes, and each other hazard; a deadlock hides the rest. */
static unsigned weigh(const struct verdict *v)
{
	return v->n_stale + !!(v->bits & OUTCOME_LOST) + !!(v->bits & OUTCOME_IRQ) +
	       (v->bits & OUTCOME_DEADLOCK ? 4 : 0);
}

static bool mends(const struct search *s, const struct verdict *v)
{
	/* No hazard may come in for another; and if no run is left, nothing was mended. */
	return v->found == FOUND_NEVER && v->negative && !(v->bits & OUTCOME_HAZARD & ~s->allowed);
}

/* ---- answers ---- */

static bool is_like(const struct mend *a, const struct mend *b)
{
	bool same = a->n == b->n, swapped = a->n == 2 && b->n == 2;

	for (unsigned i = 0; i < a->n; i++) {
		same = same && change_is_like(&a->change[i], &b->change[i]);
		swapped = swapped && change_is_like(&a->change[i], &b->change[1 - i]);
	}
	return same || swapped;
}

static struct mend and_then(const struct mend *m, const struct change *e)
{
	struct mend more = *m;

	more.change[more.n++] = *e;
	more.cost += e->cost;
	return more;
}

/* By cost; then as they stand in the file. */
static bool precedes(const struct mend *a, const struct mend *b)
{
	const struct change *x = &a->change[0], *y = &b->change[0];

	if (a->cost != b->cost)
		return a->cost < b->cost;
	if (a->n == 1 || x->context != y->context)
		return x->place < y->place;
	return x->at < y->at;
}

/* Into the list; of those that are alike one stays, and what another does with less is not said. */
static void add_answer(struct search *s, const struct mend *m)
{
	unsigned at = 0;

	for (unsigned i = 0; i < s->n_answers; i++)
		for (unsigned j = 0; s->answer[i].n == 1 && j < m->n; j++)
			if (change_has(&m->change[j], &s->answer[i].change[0]) &&
			    (m->n > 1 || m->change[j].n > s->answer[i].change[0].n))
				return;
	for (unsigned i = 0; i < s->n_answers; i++)
		if (is_like(&s->answer[i], m)) {
			if (!precedes(m, &s->answer[i]))
				return;
			memmove(&s->answer[i], &s->answer[i + 1],
				(--s->n_answers - i) * sizeof(*m));
		}
	while (at < s->n_answers && !precedes(m, &s->answer[at]))
		at++;
	s->more |= s->n_answers == ANSWERS;
	if (at == ANSWERS)
		return;
	if (s->n_answers == ANSWERS)
		s->n_answers--;
	memmove(&s->answer[at + 1], &s->answer[at], (s->n_answers - at) * sizeof(*m));
	s->answer[at] = *m;
	s->n_answers++;
}

static void try_all(struct search *s, const struct node *node, struct change *list, unsigned n)
{
	for (unsigned i = 0; i < n && !is_out_of_bounds(s); i++) {
		struct verdict *v = attempt(s, node->test, &list[i], true);
		struct mend m = and_then(&node->mend, &list[i]);

		if (v && mends(s, v))
			add_answer(s, &m);
		verdict_free(v);
	}
}

/* ---- what helps a little ---- */

static void free_node(struct node *n)
{
	free(n->test);
	verdict_free(n->v);
}

static bool is_better(const struct node *a, const struct node *b)
{
	return a->weight != b->weight ? a->weight < b->weight : precedes(&a->mend, &b->mend);
}

/* Takes what n has. */
static void add_node(struct search *s, struct node *n)
{
	unsigned at = 0;

	for (unsigned i = 0; i < s->n_next; i++)
		if (is_like(&s->next[i].mend, &n->mend)) {
			if (is_better(n, &s->next[i])) {
				struct node worse = s->next[i];

				s->next[i] = *n;
				*n = worse;
			}
			free_node(n);
			return;
		}
	while (at < s->n_next && !is_better(n, &s->next[at]))
		at++;
	if (at == BEAM) {
		free_node(n);
		return;
	}
	if (s->n_next == BEAM)
		free_node(&s->next[--s->n_next]);
	memmove(&s->next[at + 1], &s->next[at], (s->n_next - at) * sizeof(*n));
	s->next[at] = *n;
	s->n_next++;
}

static void look_for_help(struct search *s, const struct node *node, const struct change *list,
			  unsigned n)
{
	for (unsigned i = 0; i < n && !is_out_of_bounds(s); i++) {
		struct node better = { .mend = and_then(&node->mend, &list[i]) };

		better.v = attempt(s, node->test, &list[i], false);
		if (!better.v)
			continue;
		better.weight = weigh(better.v);
		if (better.v->finished && better.v->found != FOUND_NEVER &&
		    better.weight < node->weight)
			better.test = malloc(sizeof(*better.test));
		if (!better.test) {
			verdict_free(better.v);
			continue;
		}
		*better.test = *s->changed;
		add_node(s, &better);
	}
}

static void next_beam(struct search *s)
{
	for (unsigned i = 0; i < s->n_beam; i++)
		free_node(&s->beam[i]);
	memcpy(s->beam, s->next, sizeof(s->beam));
	s->n_beam = s->n_next;
	s->n_next = 0;
}

/* Two operations are liked better than one change of what memory is. */
static void search(struct search *s, struct change *list)
{
	static const unsigned enough[DEPTH] = { 0, 33, 53 };

	for (unsigned depth = 1; s->n_beam; depth++) {
		for (unsigned i = 0; i < s->n_beam; i++)
			try_all(s, &s->beam[i], list,
				change_list(s->beam[i].test, s->beam[i].v, list));
		if (depth == DEPTH || (s->n_answers && s->answer[0].cost < enough[depth]))
			break;
		for (unsigned i = 0; i < s->n_beam; i++)
			look_for_help(s, &s->beam[i], list,
				      change_list(s->beam[i].test, s->beam[i].v, list));
		next_beam(s);
	}
	s->n_next = 0;
	next_beam(s);
}

/* ---- words ---- */

/* A kind of cache stands for cores that read ahead, unless the file says that it does not. */
static bool may_read_ahead(const struct search *s)
{
	enum coh_cache_kind kind;

	return target_is_kind(s->target->name, &kind) &&
	       s->test->speculates == LITMUS_SPECULATES_UNSAID;
}

static void print_answer(FILE *out, const struct search *s, const struct mend *m)
{
	*s->changed = *s->test;
	for (unsigned i = 0; i < m->n; i++) {
		uint32_t line = change_line(s->changed, &m->change[i]);

		if (i)
			fprintf(out, "; and line %u: ", line);
		else
			fprintf(out, "  %s:%u: ", s->test->path, line);
		change_text(out, s->changed, &m->change[i]);
		change_apply(s->changed, &m->change[i]);
	}
	fputc('\n', out);
}

static void print_answers(FILE *out, const struct search *s, const struct verdict *v)
{
	if (s->stopped)
		fprintf(out, "explain: stopped after %llu attempt%s: %s\n",
			(unsigned long long)s->tried, s->tried == 1 ? "" : "s", s->stopped);
	if (!s->n_answers && s->stopped)
		return;
	if (!s->n_answers) {
		fprintf(out, "explain: nothing that was tried makes this Never (%llu changes)\n",
			(unsigned long long)s->tried);
		if (v->bits & OUTCOME_DEADLOCK)
			fputs("explain: it deadlocks: change who takes which lock where\n", out);
		return;
	}
	fprintf(out, "explain: any one of these makes it Never%s, the likeliest first:\n",
		may_read_ahead(s) && !s->ahead ? " (on a core that reads nothing ahead)" : "");
	for (unsigned i = 0; i < s->n_answers; i++)
		print_answer(out, s, &s->answer[i]);
	if (s->more)
		fputs("  and more\n", out);
}

/* ---- all of it ---- */

/* False: there is no memory, or the test as it is cannot be judged. */
static bool begin(struct search *s)
{
	struct node *n = &s->beam[0];

	*n = (struct node){ .test = malloc(sizeof(*n->test)) };
	if (!n->test)
		return false;
	*n->test = *s->test;
	if (s->ahead)
		n->test->speculates = LITMUS_SPECULATES_DATA;
	n->v = judge_test(s, n->test, false);
	if (!n->v) {
		free_node(n);
		return false;
	}
	n->weight = weigh(n->v);
	s->allowed = n->v->bits;
	s->n_beam = 1;
	return true;
}

void explain(FILE *out, const struct litmus *test, const struct target *target,
	     const struct verdict *v, const struct bounds *bounds)
{
	struct search s = { .test = test,
			    .target = target,
			    .bounds = bounds,
			    .states_left = test->uses_layer ? LAYER_STATES : ALL_STATES,
			    .each = v->states * 50 + 100000 };
	struct change *list;

	if (bounds->states)
		s.states_left = bounds->states;
	if (v->found == FOUND_NEVER || v->found == FOUND_WRONG || v->found == FOUND_INCOMPLETE) {
		fprintf(out, "explain: %s: there is nothing to explain\n", verdict_name(v));
		return;
	}
	s.changed = malloc(sizeof(*s.changed));
	list = malloc(CHANGES * sizeof(*list));
	s.ahead = may_read_ahead(&s);
	if (s.changed && list && begin(&s))
		search(&s, list);
	if (s.changed && list && s.ahead && !s.n_answers && !s.stopped) {
		s.ahead = false;
		if (begin(&s))
			search(&s, list);
	}
	if (s.changed && list)
		print_answers(out, &s, v);
	else
		fputs("explain: there is no memory\n", out);
	free(s.changed);
	free(list);
}
