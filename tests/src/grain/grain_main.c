// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The layer at every load and store: grain.h says what is searched, and what a finding is.
 *
 *	grain [-o PATTERN]	every pair of actions, every trail of two changes; only of
 *				MACHINE,POLICY,PROGRAM,evict|stay that match
 *	grain -r SEED COUNT	COUNT random tests of three actions from each seed on
 *	grain -t TRAIL		one run again, step by step: a trail as a finding prints it
 *
 * Exit: 0 nothing is found, 1 something is, 2 it was called wrongly.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/policies/policies.h"
#include "tests/src/grain/grain.h"

/* lazy keeps its own state; the others share rmap's way, hints but for VIVT. */
static const struct coh_policy *const policies[] = { &coh_policy_rmap, &coh_policy_lazy };
#define POLICIES (sizeof(policies) / sizeof(policies[0]))

static struct tally tally;
static unsigned tests, failed;

static bool fits(const struct test *t, const struct action *a)
{
	if (a->kind == CPU && !t->machine->cpus)
		return false;
	if (t->program->kernel && !a->kernel)
		return false;
	if (a->kind == NMI && coh_policy_context(t->policy) < COH_CONTEXT_NMI)
		return false;
	return a->kind != IRQ || coh_policy_context(t->policy) >= COH_CONTEXT_IRQ;
}

static void count_test(uint64_t before)
{
	tests++;
	failed += tally.findings != before;
}

static void search_pair(struct test *t)
{
	uint64_t before = tally.findings;

	t->no_more = false;
	search_two(t, &tally);
	count_test(before);
}

/* Each pair once: which comes first is up to the trail. */
static void search_pairs(struct test *t)
{
	t->n = 2;
	for (unsigned a = 0; a < n_actions; a++)
		for (unsigned b = a; b < n_actions; b++) {
			t->action[0] = &actions[a];
			t->action[1] = &actions[b];
			if (fits(t, &actions[a]) && fits(t, &actions[b]))
				search_pair(t);
		}
}

static bool is_asked_for(const struct test *t, const char *only)
{
	char name[160];

	snprintf(name, sizeof(name), "%s,%s,%s,%s", t->machine->name, coh_policy_name(t->policy),
		 t->program->name, t->evict ? "evict" : "stay");
	return !only || !fnmatch(only, name, 0);
}

static void search_all(const char *only)
{
	struct test t = { 0 };

	for (unsigned p = 0; p < POLICIES; p++)
		for (unsigned m = 0; m < n_machines; m++)
			for (unsigned i = 0; i < 2 * n_programs; i++) {
				t.policy = policies[p];
				t.machine = &machines[m];
				t.program = &programs[i / 2];
				t.evict = i % 2;
				if (is_asked_for(&t, only))
					search_pairs(&t);
			}
}

/* ------------------------------------------------------------------------ */

static uint64_t scramble(uint64_t seed, unsigned i)
{
	uint64_t z = (seed + 1) * 0x9e3779b97f4a7c15u + i * 0xbf58476d1ce4e5b9u;

	return (z ^ z >> 29) * 0x94d049bb133111ebu >> 20;
}

static void random_test(struct test *t, uint64_t seed)
{
	t->machine = &machines[scramble(seed, 0) % n_machines];
	t->policy = policies[scramble(seed, 1) % POLICIES];
	t->program = &programs[scramble(seed, 2) % n_programs];
	t->evict = scramble(seed, 3) % 2;
	t->n = OTHERS;
	for (unsigned i = 0, j = 4; i < OTHERS; j++) {
		t->action[i] = &actions[scramble(seed, j) % n_actions];
		i += fits(t, t->action[i]);
	}
}

#define TRAILS 200u /* of each random test */

static void search_seeds(uint64_t seed, uint64_t n)
{
	for (uint64_t end = seed + n; seed < end; seed++) {
		struct test t = { 0 };
		uint64_t before = tally.findings;

		random_test(&t, seed);
		if (!run_prepare(&t))
			exit(2);
		for (unsigned i = 0; i < TRAILS; i++)
			search_random(&t, scramble(seed, 100 + i), &tally);
		count_test(before);
	}
}

/* ------------------------------------------------------------------------
 * A trail again.
 */

static int bad_trail(const char *part)
{
	fprintf(stderr,
		"grain: -t: \"%s\" is no such thing; a trail is MACHINE,POLICY,PROGRAM,evict|stay,"
		"ACTION...:STEP/CONTEXT..., as a finding prints it\n",
		part);
	return 2;
}

#define FIND(array, n, name, to)                                                                   \
	do {                                                                                       \
		for (unsigned i_ = 0; i_ < (n); i_++)                                              \
			if (!strcmp((array)[i_].name, part))                                       \
				(to) = &(array)[i_];                                               \
	} while (0)

static bool read_part(struct test *t, unsigned i, const char *part)
{
	const struct action *action = NULL;

	switch (i) {
	case 0:
		FIND(machines, n_machines, name, t->machine);
		return t->machine;
	case 1:
		t->policy = coh_policy_find(part);
		return t->policy;
	case 2:
		FIND(programs, n_programs, name, t->program);
		return t->program;
	case 3:
		t->evict = !strcmp(part, "evict");
		return t->evict || !strcmp(part, "stay");
	default:
		FIND(actions, n_actions, name, action);
		if (!action || t->n == OTHERS || !fits(t, action))
			return false;
		t->action[t->n++] = action;
		return true;
	}
}

static bool read_changes(const struct test *t, const char *text, struct trail *trail)
{
	while (text) {
		struct change *c = &trail->change[trail->n];

		if (trail->n == SWITCHES || sscanf(text, "%u/%u", &c->step, &c->to) != 2 ||
		    c->to > t->n)
			return false;
		trail->n++;
		text = strchr(text, ':');
		text = text ? text + 1 : NULL;
	}
	return true;
}

static int again(const char *arg)
{
	static struct run run;
	struct trail trail = { .n = 0 };
	struct test t = { 0 };
	char text[512], *changes, *part, *rest = NULL;
	unsigned i = 0;

	snprintf(text, sizeof(text), "%s", arg);
	changes = strchr(text, ':');
	if (changes)
		*changes++ = 0;
	for (part = strtok_r(text, ",", &rest); part; part = strtok_r(NULL, ",", &rest))
		if (!read_part(&t, i++, part))
			return bad_trail(part);
	if (i < 4)
		return bad_trail(arg);
	if (!read_changes(&t, changes, &trail))
		return bad_trail(changes);
	if (!run_prepare(&t))
		return 2;
	run_trail(&t, &trail, &run);
	print_finding(&t, &trail, &run, true);
	return run.found;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "-t"))
		return again(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "-r")) {
		search_seeds(strtoull(argv[2], NULL, 0), strtoull(argv[3], NULL, 0));
	} else if (argc == 1 || (argc == 3 && !strcmp(argv[1], "-o"))) {
		search_all(argc == 3 ? argv[2] : NULL);
	} else {
		fprintf(stderr, "usage: grain [-o PATTERN | -r SEED COUNT | -t TRAIL]\n");
		return 2;
	}
	printf("%u tests, %llu runs, %llu steps: %llu runs of %u tests found something\n", tests,
	       (unsigned long long)tally.runs, (unsigned long long)tally.steps,
	       (unsigned long long)tally.findings, failed);
	return failed || !tests;
}
