// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Running scenarios: one run of one, and the worst of many. */
#include <stdio.h>
#include <string.h>

#include "check/policies/policies.h"
#include "tests/scenarios/scene.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Enough for every scenario; small, for it is made anew for each run. */
#define FRAMES	     12u
#define TRANSLATIONS 64u

#define KERNEL_START 0xc0000000u /* of ports/sim */

/* ------------------------------------------------------------------------
 * The list, and what it is about.
 */

static const struct scenario *const parts[] = {
	scenarios_file,	    scenarios_anon,	     scenarios_mm,
	scenarios_users,    scenarios_irq,	     scenarios_gup,
	scenarios_kmap,	    scenarios_dma,	     scenarios_code,
	scenarios_vmap,	    scenarios_smp,	     scenarios_ahead,
	scenarios_mutation, scenarios_mutation_code, scenarios_mutation_device,
};

const struct scenario *scenario_get(size_t i)
{
	for (size_t p = 0; p < COUNT(parts); p++)
		for (const struct scenario *s = parts[p]; s->name; s++)
			if (!i--)
				return s;
	return NULL;
}

const struct scenario *scenario_find(const char *name)
{
	const struct scenario *s;

	for (size_t i = 0; (s = scenario_get(i)); i++)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

static const struct coh_policy *const policies[SCENARIO_POLICIES] = {
	[SCENARIO_NONE] = &coh_policy_none,
	[SCENARIO_FLUSH_ALL] = &coh_policy_flush_all,
	[SCENARIO_GUP_HOOK] = &coh_policy_gup_hook,
	[SCENARIO_RMAP_LOCKED] = &coh_policy_rmap_locked,
	[SCENARIO_RMAP] = &coh_policy_rmap,
	[SCENARIO_HINTS] = &coh_policy_hints,
	[SCENARIO_UNCACHE] = &coh_policy_uncache,
	[SCENARIO_LAZY] = &coh_policy_lazy,
};

const struct coh_policy *scenario_policy(enum scenario_policy policy)
{
	return (unsigned)policy < SCENARIO_POLICIES ? policies[policy] : NULL;
}

enum scenario_cache scenario_cache_of(const struct coh_cpu *core)
{
	bool through = core->dcache.policy == COH_STORE_THROUGH;
	bool ahead = core->speculates == COH_SPECULATES_DATA;

	switch (coh_cache_alias(&core->dcache, core->page)) {
	case COH_ALIAS_EVERY:
		return through ? SCENARIO_VIVT_THROUGH : SCENARIO_VIVT_BACK;
	case COH_ALIAS_COLOUR:
		return through ? SCENARIO_VIPT_THROUGH
		       : ahead ? SCENARIO_VIPT_AHEAD
			       : SCENARIO_VIPT_BACK;
	case COH_ALIAS_NONE:
		break;
	}
	return through ? SCENARIO_MEETING_THROUGH
	       : ahead ? SCENARIO_MEETING_AHEAD
		       : SCENARIO_MEETING_BACK;
}

const char *scenario_cache_name(enum scenario_cache cache)
{
	static const char *const names[SCENARIO_CACHES] = {
		[SCENARIO_VIVT_BACK] = "VIVT",
		[SCENARIO_VIVT_THROUGH] = "VIVT, write-through",
		[SCENARIO_VIPT_BACK] = "VIPT",
		[SCENARIO_VIPT_THROUGH] = "VIPT, write-through",
		[SCENARIO_VIPT_AHEAD] = "VIPT, reading ahead",
		[SCENARIO_MEETING_BACK] = "meeting",
		[SCENARIO_MEETING_THROUGH] = "meeting, write-through",
		[SCENARIO_MEETING_AHEAD] = "meeting, reading ahead",
	};

	return (unsigned)cache < SCENARIO_CACHES ? names[cache] : "unknown";
}

const char *scenario_outcome_name(enum scenario_outcome outcome)
{
	static const char *const names[SCENARIO_OUTCOMES] = { "outside", "right", "corrupt",
							      "deadlock", "broken" };

	return (unsigned)outcome < SCENARIO_OUTCOMES ? names[outcome] : "unknown";
}

/* ------------------------------------------------------------------------
 * Tables.
 */

static const struct scenario_expectation *
row_of(const struct scenario *scenario, enum scenario_cache cache, enum scenario_policy policy)
{
	for (size_t i = 0; i < SCENARIO_ROWS && scenario->expect[i].reason; i++) {
		const struct scenario_expectation *e = &scenario->expect[i];

		if (e->caches & 1u << cache && e->policies & 1u << policy)
			return e;
	}
	return NULL;
}

const struct scenario_expectation *scenario_expected(const struct scenario *scenario,
						     enum scenario_cache cache,
						     enum scenario_policy policy)
{
	static const struct scenario_expectation none = { 0, 0, SCENARIO_OUTSIDE,
							  "the table is incomplete" };
	const struct scenario_expectation *e = row_of(scenario, cache, policy);

	return e ? e : &none;
}

const char *scenario_table_error(const struct scenario *scenario)
{
	bool used[SCENARIO_ROWS] = { false };

	for (unsigned c = 0; c < SCENARIO_CACHES; c++)
		for (unsigned p = 0; p < SCENARIO_POLICIES; p++) {
			const struct scenario_expectation *e =
				row_of(scenario, (enum scenario_cache)c, (enum scenario_policy)p);

			if (!e)
				return "a pair of cache and policy has no row";
			used[e - scenario->expect] = true;
		}
	for (size_t i = 0; i < SCENARIO_ROWS && scenario->expect[i].reason; i++)
		if (!used[i])
			return "a row that no pair of cache and policy needs";
	return NULL;
}

/* ------------------------------------------------------------------------
 * One run.
 */

static void fill_ahead(struct scene *s)
{
	struct coh_machine *machine = coh_sim_machine(s->sim);
	bool data = s->one->core->speculates == COH_SPECULATES_DATA;
	uint32_t cpu = coh_sim_cpu(s->sim);

	for (uint32_t i = 0; i < s->n_ahead; i++) {
		if (data)
			coh_machine_fill(machine, cpu, COH_DATA, s->ahead[i], NULL);
		if (!s->coh->config.fetches_in_order || s->ahead[i] >= KERNEL_START)
			coh_machine_fill(machine, cpu, COH_INSN, s->ahead[i], NULL);
	}
}

/* At every point. */
static void hardware(struct coh_sim *sim, void *arg)
{
	struct scene *s = arg;

	if (s->one->evict_touched)
		scene_evict_touched(s);
	if (s->one->ahead)
		fill_ahead(s);
	coh_sim_at(sim, 1, COH_SIM_ARRIVE_NMI, 0, hardware, s);
}

static void run(struct coh_sim *sim, void *arg)
{
	struct scene *s = arg;

	if (s->one->ahead || s->one->evict_touched)
		hardware(sim, s);
	coh_sim_switch(sim, 0);
	s->scenario->run(s);
}

static struct coh_sim *new_sim(const struct scenario *scenario, const struct scenario_case *one,
			       const char **why)
{
	struct coh_sim_config config = {
		.core = one->core,
		.policy = scenario_policy(one->policy),
		.check = one->check ? one->check : COH_CHECK_CHEAP,
		.frames = FRAMES,
		.translations = TRANSLATIONS,
		.slots = 2,
		.seed = one->seed,
		.evict = one->evict,
		.fill = one->fill,
		.grain = one->grain,
	};

	if (scenario->configure)
		scenario->configure(&config);
	if (one->told) {
		config.alone = config.cpus <= 1;
		config.fetches_in_order = true;
		config.users_announce_code = true;
		config.looks_at_tables = true;
		config.whole_from = one->core->page;
	}
	return coh_sim_new(&config, why);
}

static enum scenario_outcome outcome_of(enum coh_sim_result result)
{
	switch (result) {
	case COH_SIM_RIGHT:
	case COH_SIM_BLOCKED: /* by another CPU, or by another thread: it would have to wait */
		return SCENARIO_RIGHT;
	case COH_SIM_CORRUPT:
		return SCENARIO_CORRUPT;
	case COH_SIM_DEADLOCK:
		return SCENARIO_DEADLOCK;
	default:
		return SCENARIO_BROKEN;
	}
}

void scenario_run(const struct scenario *scenario, const struct scenario_case *one,
		  struct scenario_result *result)
{
	struct scene scene = { .scenario = scenario, .one = one };
	const char *why;
	enum coh_sim_result came_out;

	*result = (struct scenario_result){ .outcome = SCENARIO_BROKEN };
	scene.sim = new_sim(scenario, one, &why);
	if (!scene.sim) {
		snprintf(result->line, sizeof(result->line), "coh_sim_new: %s", why);
		return;
	}
	scene.coh = coh_sim_layer(scene.sim);
	if (one->fault)
		coh_sim_fault(scene.sim, one->fault);
	came_out = coh_sim_run(scene.sim, run, &scene);
	result->outcome = outcome_of(came_out);
	result->impossible = came_out == COH_SIM_BLOCKED && one->arrival;
	if (came_out == COH_SIM_BLOCKED && !one->arrival)
		result->outcome = SCENARIO_BROKEN;
	result->window = scene.window;
	result->points = coh_sim_report(scene.sim)->points;
	result->faults = coh_sim_report(scene.sim)->faults;
	if (came_out != COH_SIM_RIGHT)
		coh_sim_report_line(scene.sim, result->line, sizeof(result->line));
	coh_sim_free(scene.sim);
}

/* ------------------------------------------------------------------------
 * Many.
 */

/* What hardware does of its own accord. */
struct mode {
	const char *name;
	uint64_t seed;
	uint32_t evict, fill;
	bool evict_touched, ahead;
	enum scenario_effort effort; /* that it takes */
};

static const struct mode modes[] = {
	{ "no evictions", 1, 0, 0, false, false, SCENARIO_SOME_POINTS },
	{ "touched dirty lines evicted", 2, 0, 0, true, false, SCENARIO_SOME_POINTS },
	{ "every dirty line evicted", 3, COH_SIM_EVERY_DIRTY, 0, false, false,
	  SCENARIO_EVERY_POINT },
	{ "seed 4", 4, 64, 0, false, false, SCENARIO_EVERY_POINT },
	{ "seed 5", 5, 200, 0, false, false, SCENARIO_EVERY_POINT },
};

static const struct mode modes_ahead[] = {
	{ "lines filled ahead", 6, 0, 0, false, true, SCENARIO_SOME_POINTS },
	{ "lines filled ahead, dirty ones evicted", 7, 0, 0, true, true, SCENARIO_SOME_POINTS },
	{ "seed 8, lines filled ahead", 8, 128, 128, false, true, SCENARIO_EVERY_POINT },
};

struct search {
	const struct scenario *scenario;
	struct scenario_case one;
	enum scenario_outcome expected, worst;
	enum scenario_effort effort;
	uint32_t phase; /* of the points that are tried, so that cores differ in them */
	char *detail;
	size_t size;
};

/* Once it is as bad as the table says, more runs say nothing new. */
static bool is_settled(const struct search *s)
{
	return s->expected > SCENARIO_RIGHT && s->worst >= s->expected;
}

static uint64_t one_run(struct search *s, const struct mode *mode, uint64_t arrival)
{
	struct scenario_result result;

	s->one.seed = mode->seed;
	s->one.evict = mode->evict;
	s->one.evict_touched = mode->evict_touched;
	s->one.fill = mode->fill;
	s->one.ahead = mode->ahead;
	s->one.arrival = arrival;
	scenario_run(s->scenario, &s->one, &result);
	if (result.outcome > s->worst) {
		s->worst = result.outcome;
		if (s->detail)
			snprintf(s->detail, s->size, "%s, arrival at %llu: %s", mode->name,
				 (unsigned long long)arrival, result.line);
	}
	return result.window;
}

#define SOME 3u /* points */

/* What is expected to go wrong must be found, at whatever point it is. */
static uint64_t step(const struct search *s, const struct mode *mode, uint64_t window)
{
	if (s->expected > SCENARIO_RIGHT)
		return 1;
	if (s->effort == SCENARIO_EVERY_POINT && mode->effort == SCENARIO_SOME_POINTS)
		return 1;
	return window / SOME + 1;
}

static void each_arrival(struct search *s, const struct mode *mode, uint64_t window)
{
	uint64_t by = step(s, mode, window);

	for (uint64_t n = 1 + s->phase % by; n <= window && !is_settled(s); n += by)
		one_run(s, mode, n);
}

static void each_mode(struct search *s, const struct mode *mode, size_t count)
{
	for (size_t i = 0; i < count && !is_settled(s); i++) {
		uint64_t window;

		if (mode[i].effort > s->effort)
			continue;
		window = one_run(s, &mode[i], 0);
		if (s->scenario->arrival)
			each_arrival(s, &mode[i], window);
	}
}

/* It may take a certain way that a line goes to: where aliases share a set of few ways. */
static void more_seeds(struct search *s)
{
	for (uint64_t seed = 9; seed < 25 && !is_settled(s); seed++) {
		const struct mode mode = { "another seed",	seed, 0, 0, false, false,
					   SCENARIO_SOME_POINTS };

		one_run(s, &mode, 0);
	}
}

static uint32_t number_of(const struct coh_cpu *core)
{
	size_t i = 0;

	while (coh_cpu_get(i) && coh_cpu_get(i) != core)
		i++;
	return (uint32_t)i;
}

enum scenario_outcome scenario_outcome(const struct scenario *scenario, const struct coh_cpu *core,
				       enum scenario_policy policy, enum scenario_effort effort,
				       bool told, const struct coh_sim_fault *fault, char *detail,
				       size_t size)
{
	enum scenario_cache cache = scenario_cache_of(core);
	struct search s = {
		.scenario = scenario,
		.one = { .core = core, .policy = policy, .told = told, .fault = fault },
		.expected = scenario_expected(scenario, cache, policy)->outcome,
		.worst = SCENARIO_RIGHT,
		.effort = effort,
		.phase = number_of(core) * 7 + (uint32_t)policy * 3,
		.detail = detail,
		.size = size,
	};

	if (detail && size)
		detail[0] = '\0';
	if (s.expected == SCENARIO_OUTSIDE)
		return SCENARIO_OUTSIDE;
	each_mode(&s, modes, COUNT(modes));
	if (scenario->reads_ahead && core->speculates != COH_SPECULATES_NOTHING)
		each_mode(&s, modes_ahead, COUNT(modes_ahead));
	if (s.expected > SCENARIO_RIGHT)
		more_seeds(&s);
	return s.worst;
}
