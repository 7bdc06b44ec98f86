// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The search: every trail of two changes, and random ones of more.
 *
 * Of two neighbouring places one is enough if the step between them commutes with all that runs
 * before the context that was left goes on, in every run below that change.  Steps that are loads
 * and stores of the layer commute unless both touch one word and one of them stores.  All others
 * (caches, accesses, the kernel's own code) are taken to conflict with each other.  ports/sim sees
 * to it that a step which begins with a load or store of the layer does nothing else: there is a
 * point at each return from the layer, and in each callback that only looks.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/src/grain/grain.h"

#define BITS 1024u

/* Words touched, as bits of a hash: two that fall together only cost runs. */
struct touched {
	uint64_t loaded[BITS / 64], stored[BITS / 64];
	bool other;
};

static struct run runs[3]; /* by number of changes */

static bool is_load(const struct step *s)
{
	return s->kind == COH_SIM_NEXT_LAYER_LOAD;
}

static bool is_store(const struct step *s)
{
	return s->kind == COH_SIM_NEXT_LAYER_STORE;
}

static unsigned bit_of(const struct step *s)
{
	return (unsigned)((s->va * 0x9e3779b97f4a7c15u) >> 54) % BITS;
}

static void touch(struct touched *t, const struct step *s)
{
	uint64_t bit = 1ull << bit_of(s) % 64;

	if (is_load(s))
		t->loaded[bit_of(s) / 64] |= bit;
	else if (is_store(s))
		t->stored[bit_of(s) / 64] |= bit;
	else
		t->other = true;
}

static bool conflicts(const struct touched *t, const struct step *s)
{
	uint64_t bit = 1ull << bit_of(s) % 64;
	unsigned i = bit_of(s) / 64;

	if (is_load(s))
		return t->stored[i] & bit;
	if (is_store(s))
		return (t->stored[i] | t->loaded[i]) & bit;
	return t->other;
}

/* From a change on until who was left goes on. */
static void touch_segment(struct touched *t, const struct run *run, unsigned from, unsigned who)
{
	for (unsigned i = from; i < run->n && run->step[i].context != who; i++)
		touch(t, &run->step[i]);
}

static const char *step_text(const struct test *test, const struct step *s, char text[160])
{
	const char *who = s->context == 0	? "program"
			  : s->context == AUDIT ? "audit"
						: test->action[s->context - 1]->name;

	switch (s->kind) {
	case COH_SIM_NEXT_LAYER_LOAD:
	case COH_SIM_NEXT_LAYER_STORE:
		snprintf(text, 160, "%s: %s:%d: %s in %s", who, s->place.file, s->place.line,
			 is_load(s) ? "load" : "store", s->place.function);
		break;
	case COH_SIM_NEXT_OP:
		snprintf(text, 160, "%s: %s", who, coh_sim_op_name((enum coh_sim_op)s->op));
		break;
	case COH_SIM_NEXT_ACCESS:
		snprintf(text, 160, "%s: access 0x%llx", who, (unsigned long long)s->va);
		break;
	default:
		snprintf(text, 160, "%s: code of the kernel", who);
	}
	return text;
}

static void print_name(const struct test *t, const struct trail *trail)
{
	printf("%s,%s,%s,%s", t->machine->name, coh_policy_name(t->policy), t->program->name,
	       t->evict ? "evict" : "stay");
	for (unsigned i = 0; i < t->n; i++)
		printf(",%s", t->action[i]->name);
	for (unsigned i = 0; i < trail->n; i++)
		printf(":%u/%u", trail->change[i].step, trail->change[i].to);
}

void print_finding(const struct test *t, const struct trail *trail, const struct run *run,
		   bool steps)
{
	char text[160];

	printf("%s\n  trail: ", run->found ? run->what : "nothing is found");
	print_name(t, trail);
	printf("\n");
	for (unsigned i = 0; i < trail->n; i++) {
		unsigned at = trail->change[i].step;

		if (at < run->n)
			printf("  step %u: %s goes on, then\n", at,
			       trail->change[i].to ? t->action[trail->change[i].to - 1]->name
						   : "program");
		for (unsigned j = at; j < run->n; j++) {
			/* what was about to be done is the next step of who did the one before */
			if (!at || run->step[j].context != run->step[at - 1].context)
				continue;
			printf("    %s\n", step_text(t, &run->step[j], text));
			break;
		}
	}
	for (unsigned i = 0; steps && i < run->n; i++)
		printf("  %5u %s\n", i, step_text(t, &run->step[i], text));
	fflush(stdout);
}

static void try(struct test *test, const struct trail *trail, struct run *run, struct tally *tally)
{
	run_trail(test, trail, run);
	tally->runs++;
	tally->steps += run->n;
	if (!run->found)
		return;
	tally->findings++;
	if (!test->no_more)
		print_finding(test, trail, run, false);
	test->no_more = true; /* the first is the shortest; more say little */
}

static void explore(struct test *test, struct trail *trail, struct tally *tally,
		    struct touched *outer, unsigned outer_from, unsigned outer_who);

/* Every place from `from` on at which context `to` could go on instead. */
static void explore_to(struct test *test, struct trail *trail, struct tally *tally, unsigned from,
		       unsigned to, struct touched *outer, unsigned outer_from, unsigned outer_who)
{
	const struct run *run = &runs[trail->n];
	unsigned depth = trail->n, p = from;

	while (p < run->n && run->step[p].context != AUDIT) {
		struct touched segment = { .other = false };
		unsigned who = run->step[p].context;

		if (!(run->step[p].can & 1u << to)) {
			p++;
			continue;
		}
		trail->change[depth] = (struct change){ p, to };
		trail->n = depth + 1;
		try(test, trail, &runs[depth + 1], tally);
		touch_segment(&segment, &runs[depth + 1], p, who);
		if (outer)
			touch_segment(outer, &runs[depth + 1], outer_from, outer_who);
		if (depth + 1 < 2)
			explore(test, trail, tally, &segment, p, who);
		trail->n = depth;
		/* On to the first place behind a step that does not commute. */
		while (p < run->n && run->step[p].context == who && run->step[p].can & 1u << to &&
		       !conflicts(&segment, &run->step[p]))
			p++;
		if (p < run->n && run->step[p].can & 1u << to)
			p++;
	}
}

static void explore(struct test *test, struct trail *trail, struct tally *tally,
		    struct touched *outer, unsigned outer_from, unsigned outer_who)
{
	unsigned from = trail->n ? trail->change[trail->n - 1].step + 1 : 0;

	for (unsigned to = 0; to <= test->n; to++)
		explore_to(test, trail, tally, from, to, outer, outer_from, outer_who);
}

void search_two(struct test *test, struct tally *tally)
{
	struct trail trail = { .n = 0 };

	if (!run_prepare(test))
		exit(2);
	try(test, &trail, &runs[0], tally);
	explore(test, &trail, tally, NULL, 0, 0);
}

/* ------------------------------------------------------------------------ */

static uint32_t draw(uint64_t *state, uint32_t n)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)((z ^ z >> 31) % n);
}

/* A step from `from` on where anybody could go on instead, drawn; and who. */
static bool draw_change(const struct run *run, unsigned from, uint64_t *seed, struct change *change)
{
	for (unsigned tries = 0; tries < 32 && from < run->n; tries++) {
		unsigned at = from + draw(seed, run->n - from);
		unsigned to = draw(seed, 1 + OTHERS);

		if (run->step[at].can & 1u << to) {
			*change = (struct change){ at, to };
			return true;
		}
	}
	return false;
}

void search_random(struct test *test, uint64_t seed, struct tally *tally)
{
	struct trail trail = { .n = 0 };
	struct change change;
	unsigned from = 0;

	try(test, &trail, &runs[0], tally);
	while (trail.n < SWITCHES && draw_change(&runs[0], from, &seed, &change)) {
		trail.change[trail.n++] = change;
		from = change.step + 1;
		try(test, &trail, &runs[0], tally);
	}
}
