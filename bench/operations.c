// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * bench-layer (d): what each policy asks of the caches, on each scenario of tests/scenarios that it
 * gets right, on the first core of each kind.
 *
 *	operations [-v]		-v: each scenario, not only the sums
 *
 *   issued	cache operations: calls of the port, a range of lines or a whole cache each
 *   idle	of these, those that found nothing to do: no line went, none was written
 *   needed	those without which, all others in place, somebody reads old bytes or some are lost
 *
 * needed is what is left of a policy when nothing more can be left out one by one: the lower bound
 * that issued is to be compared with.  It is found by trying: each operation is dropped in runs of
 * its own, with no evictions, with every dirty line evicted that the scenario touched, and
 * with lines filled ahead where the core does that.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tests/scenarios/scene.h"

struct tally {
	unsigned scenarios, issued, idle, needed;
};

/* What the run that is going on is to do, and what came of it. */
static struct {
	const struct scenario *scenario;
	unsigned drop; /* the number of the operation that is dropped, from 1; 0: none */
	unsigned issued, idle;
} now;

static bool is_cache_operation(enum coh_sim_op op)
{
	return op <= COH_SIM_OP_OUTER_FLUSH;
}

static uint32_t on_op(struct coh_sim *sim, const struct coh_sim_entry *entry, void *arg)
{
	(void)sim;
	(void)arg;
	if (!is_cache_operation(entry->op))
		return 0;
	return ++now.issued == now.drop ? COH_SIM_DROP : 0;
}

static void listening(struct scene *scene)
{
	const struct coh_sim_entry *log;
	size_t count;

	coh_sim_on_op(scene->sim, on_op, NULL);
	now.scenario->run(scene);
	log = coh_sim_log(scene->sim, &count);
	for (size_t i = 0; i < count; i++)
		now.idle += is_cache_operation(log[i].op) && !log[i].changed;
}

static void also_with_log(struct coh_sim_config *config)
{
	config->log = true;
	if (now.scenario->configure)
		now.scenario->configure(config);
}

/* The scenario's outcome with the drop-th operation left out. */
static void one_run(struct scenario_case one, unsigned drop, struct scenario_result *result)
{
	struct scenario copy = *now.scenario;

	copy.run = listening;
	copy.configure = also_with_log;
	now.drop = drop;
	now.issued = now.idle = 0;
	scenario_run(&copy, &one, result);
}

static bool goes_wrong(struct scenario_case one, unsigned drop)
{
	struct scenario_result result;

	for (unsigned mode = 0; mode < 4; mode++) {
		one.evict_touched = mode & 1;
		one.ahead = mode & 2;
		if (one.ahead &&
		    (!now.scenario->reads_ahead || one.core->speculates != COH_SPECULATES_DATA))
			continue;
		one_run(one, drop, &result);
		if (result.outcome != SCENARIO_RIGHT)
			return true;
	}
	return false;
}

static struct tally measure(const struct scenario *scenario, const struct coh_cpu *core,
			    enum scenario_policy policy)
{
	struct scenario_case one = { .core = core, .policy = policy, .seed = 1 };
	struct scenario_result result;
	struct tally t = { .scenarios = 1 };

	now.scenario = scenario;
	one_run(one, 0, &result);
	if (scenario->arrival) {
		one.arrival = 1 + result.window / 2;
		one_run(one, 0, &result);
	}
	t.issued = now.issued;
	t.idle = now.idle;
	for (unsigned i = 1; i <= t.issued; i++)
		t.needed += goes_wrong(one, i);
	return t;
}

static void add(struct tally *sum, const struct tally *t)
{
	sum->scenarios += t->scenarios;
	sum->issued += t->issued;
	sum->idle += t->idle;
	sum->needed += t->needed;
}

static void print(const char *name, const struct tally *t)
{
	printf("%32s %9u %8u %8u %8u", name, t->scenarios, t->issued, t->idle, t->needed);
	if (t->needed)
		printf(" %13.2f", (double)t->issued / t->needed);
	printf("\n");
}

static void each_policy(const struct coh_cpu *core, bool verbose)
{
	enum scenario_cache cache = scenario_cache_of(core);
	const struct scenario *scenario;

	printf("\n(d) cache operations on %s: %s\n", core->name, scenario_cache_name(cache));
	printf("%32s %9s %8s %8s %8s %13s\n", "policy", "scenarios", "issued", "idle", "needed",
	       "issued/needed");
	for (unsigned p = 0; p < SCENARIO_POLICIES; p++) {
		struct tally sum = { 0 };

		for (size_t i = 0; (scenario = scenario_get(i)); i++) {
			struct tally t;

			if (scenario_expected(scenario, cache, (enum scenario_policy)p)->outcome !=
			    SCENARIO_RIGHT)
				continue;
			t = measure(scenario, core, (enum scenario_policy)p);
			if (verbose)
				print(scenario->name, &t);
			add(&sum, &t);
		}
		print(coh_policy_name(scenario_policy((enum scenario_policy)p)), &sum);
	}
}

int main(int argc, char **argv)
{
	bool verbose = argc == 2 && !strcmp(argv[1], "-v");
	uint32_t seen = 0;

	if (argc > 1 && !verbose) {
		fprintf(stderr, "usage: operations [-v]\n");
		return 2;
	}
	for (size_t i = 0; coh_cpu_get(i); i++) {
		enum scenario_cache cache = scenario_cache_of(coh_cpu_get(i));

		if (cache != SCENARIO_VIVT_BACK && cache != SCENARIO_VIPT_BACK &&
		    cache != SCENARIO_VIPT_AHEAD && cache != SCENARIO_MEETING_BACK)
			continue;
		if (seen & 1u << cache)
			continue;
		seen |= 1u << cache;
		each_policy(coh_cpu_get(i), verbose);
		fflush(stdout);
	}
	return 0;
}
