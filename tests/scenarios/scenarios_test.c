// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Every scenario under every policy on every core of model/cpus, each against its table.
 *
 *	scenarios_test [-v | -t] [SCENARIO ...]
 *
 * Cores that the simulated machine does not tell apart are run once for all of them.  On the
 * first core of each kind of cache an arrival is tried at every point, on the others
 * at some.  -v: what every pair came to.  -t: no runs, only the tables, a letter for each policy.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenarios/scenario.h"

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
#else
#define SANITIZED false
#endif

static unsigned failures, pairs;
static bool verbose;

static bool same_cache(const struct coh_cache *a, const struct coh_cache *b)
{
	return a->size == b->size && a->line == b->line && a->ways == b->ways &&
	       a->kind == b->kind && a->policy == b->policy && a->alloc == b->alloc &&
	       a->span == b->span;
}

static bool same_core(const struct coh_cpu *a, const struct coh_cpu *b)
{
	return a->page == b->page && a->speculates == b->speculates &&
	       same_cache(&a->dcache, &b->dcache) && same_cache(&a->icache, &b->icache);
}

/* The first core that is the same to the machine; core itself if it is the first. */
static const struct coh_cpu *twin_of(const struct coh_cpu *core)
{
	size_t i = 0;

	while (!same_core(coh_cpu_get(i), core))
		i++;
	return coh_cpu_get(i);
}

static bool is_first_of_kind(const struct coh_cpu *core)
{
	size_t i = 0;

	while (scenario_cache_of(coh_cpu_get(i)) != scenario_cache_of(core))
		i++;
	return coh_cpu_get(i) == core;
}

/* Sanitizers look at the layer's steps, which no size of cache changes: some cores are enough. */
static bool is_run(const struct coh_cpu *core)
{
	return SANITIZED ? is_first_of_kind(core) : twin_of(core) == core;
}

/* The kinds of cache that are the subject; the others are variations of them. */
static enum scenario_effort effort_for(const struct coh_cpu *core)
{
	enum scenario_cache cache = scenario_cache_of(core);
	bool subject = cache == SCENARIO_VIVT_BACK || cache == SCENARIO_VIPT_BACK ||
		       cache == SCENARIO_MEETING_BACK;

	return subject && is_first_of_kind(core) ? SCENARIO_EVERY_POINT : SCENARIO_SOME_POINTS;
}

static void fail(const struct scenario *scenario, const struct coh_cpu *core,
		 enum scenario_policy policy, enum scenario_outcome outcome, const char *detail)
{
	enum scenario_cache cache = scenario_cache_of(core);
	const struct scenario_expectation *e = scenario_expected(scenario, cache, policy);

	failures++;
	printf("FAIL %s, %s (%s), %s: expected %s, for %s; came out %s%s%s\n", scenario->name,
	       core->name, scenario_cache_name(cache), coh_policy_name(scenario_policy(policy)),
	       scenario_outcome_name(e->outcome), e->reason, scenario_outcome_name(outcome),
	       *detail ? ": " : "", detail);
}

/* told: see scenario_outcome. */
static void run_pair(const struct scenario *scenario, const struct coh_cpu *core,
		     enum scenario_policy policy, bool told)
{
	enum scenario_outcome outcome, expected;
	char detail[512];

	expected = scenario_expected(scenario, scenario_cache_of(core), policy)->outcome;
	outcome = scenario_outcome(scenario, core, policy, effort_for(core), told, NULL, detail,
				   sizeof(detail));
	pairs++;
	if (outcome != expected)
		fail(scenario, core, policy, outcome, detail);
	else if (verbose)
		printf("%-32s %-18s %-12s %s %s\n", scenario->name, core->name,
		       coh_policy_name(scenario_policy(policy)), scenario_outcome_name(outcome),
		       detail);
}

static void run_scenario(const struct scenario *scenario)
{
	const char *wrong = scenario_table_error(scenario);
	const struct coh_cpu *core;

	if (wrong) {
		failures++;
		printf("FAIL %s: its table: %s\n", scenario->name, wrong);
		return;
	}
	for (size_t i = 0; (core = coh_cpu_get(i)); i++)
		for (unsigned p = 0; is_run(core) && p < SCENARIO_POLICIES; p++) {
			run_pair(scenario, core, (enum scenario_policy)p, false);
			if (is_first_of_kind(core))
				run_pair(scenario, core, (enum scenario_policy)p, true);
		}
}

static void print_table(const struct scenario *scenario)
{
	printf("%s (%s): %s\n", scenario->name, scenario->claim, scenario->what);
	for (unsigned c = 0; c < SCENARIO_CACHES; c++) {
		enum scenario_cache cache = (enum scenario_cache)c;

		printf("\t");
		for (unsigned p = 0; p < SCENARIO_POLICIES; p++)
			putchar("-.CD!"[scenario_expected(scenario, cache, (enum scenario_policy)p)
						->outcome]);
		printf("  %s\n", scenario_cache_name(cache));
	}
}

static void print_legend(void)
{
	printf(". right, C corrupt, D deadlock, - does not exist there; the policies in order:");
	for (unsigned p = 0; p < SCENARIO_POLICIES; p++)
		printf(" %s", coh_policy_name(scenario_policy((enum scenario_policy)p)));
	printf("\n");
}

static bool is_wanted(const char *name, int argc, char **argv)
{
	if (argc <= 1)
		return true;
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return false;
}

/* 0: none such; else the letter of the option, which is taken out of the arguments. */
static char option_of(int *argc, char ***argv)
{
	const char *first = *argc > 1 ? (*argv)[1] : "";

	if (strcmp(first, "-v") && strcmp(first, "-t"))
		return 0;
	(*argc)--;
	(*argv)++;
	return first[1];
}

int main(int argc, char **argv)
{
	char option = option_of(&argc, &argv);
	const struct scenario *scenario;
	size_t scenarios = 0;

	verbose = option == 'v';
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (option == 't')
		print_legend();
	for (size_t i = 0; (scenario = scenario_get(i)); i++) {
		if (!is_wanted(scenario->name, argc, argv))
			continue;
		if (option == 't')
			print_table(scenario);
		else
			run_scenario(scenario);
		scenarios++;
	}
	if (option != 't')
		printf("%zu scenarios, %zu cores, %u policies: %u pairs, %u not as expected\n",
		       scenarios, coh_cpu_count(), (unsigned)SCENARIO_POLICIES, pairs, failures);
	if (!scenarios)
		fprintf(stderr, "scenarios_test: no such scenario\n");
	return failures || !scenarios ? EXIT_FAILURE : EXIT_SUCCESS;
}
