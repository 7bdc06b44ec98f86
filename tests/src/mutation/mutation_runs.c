// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Runs: all there are, what occurs in each, and each with something spoilt. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/internal.h"
#include "tests/scenarios/scene.h"
#include "tests/src/mutation/mutation.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/*
 * One core of each behaviour; those of real ones by name.  The others are what no core of
 * model/cpus has, though the layer provides for it: an instruction cache that is tagged
 * virtually beside a data cache that is not.  And a PA-8500 with less to look through.
 */
static const char *const core_names[] = {
	"arm926ej-s",	/* VIVT */
	"xscale",	/* VIVT, stores allocate */
	"arm720t",	/* VIVT, write-through, unified */
	"arm1176",	/* VIPT of 2 colours, and code of as many */
	"sh-4",		/* VIPT of 4, direct mapped: the last way is all of it */
	"ultrasparc-i", /* VIPT, write-through, and code in its place always */
	"arm11mpcore",	/* meeting, code of 2 colours */
	"mips-4kc",	/* meeting, write-through */
	"cortex-a15",	/* meeting, reading ahead, and code in its place always */
};

/* clang-format off */ /* rows of a table */
static const struct coh_cpu made_up[] = {
	{ .name = "vipt, reading ahead", .speculates = COH_SPECULATES_DATA, .page = 4096,
	  .dcache = { 32 << 10, 64, 4, COH_VIPT, COH_STORE_BACK, COH_ALLOC_READ_WRITE, 4 << 20, { 0, 0 } },
	  .icache = { 32 << 10, 64, 4, COH_VIPT, COH_STORE_READ_ONLY, COH_ALLOC_READ, 4 << 20, { 0, 0 } } },
	{ .name = "vipt, code by address", .speculates = COH_SPECULATES_INSN, .page = 4096,
	  .dcache = { 32 << 10, 32, 4, COH_VIPT, COH_STORE_BACK, COH_ALLOC_READ, 0, { 0, 0 } },
	  .icache = { 32 << 10, 32, 4, COH_VIVT, COH_STORE_READ_ONLY, COH_ALLOC_READ, 0, { 0, 0 } } },
	{ .name = "meeting, code by address", .speculates = COH_SPECULATES_INSN, .page = 4096,
	  .dcache = { 16 << 10, 32, 4, COH_PIPT, COH_STORE_BACK, COH_ALLOC_READ, 0, { 0, 0 } },
	  .icache = { 16 << 10, 32, 4, COH_VIVT, COH_STORE_READ_ONLY, COH_ALLOC_READ, 0, { 0, 0 } } },
};
/* clang-format on */

#define CORES (COUNT(core_names) + COUNT(made_up))

static const struct mode {
	const char *name;
	uint64_t seed;
	bool evict, ahead;
} modes[] = {
	{ "", 1, false, false },
	{ ", evictions", 2, true, false },
	{ ", filled ahead", 5, false, true },
	{ ", filled ahead, evictions", 6, true, true },
};

struct run {
	uint16_t scenario;
	uint16_t arrival; /* at which point of the window; 0: nothing arrives */
	uint8_t core, policy, mode;
};

static struct run *runs;
static size_t n_runs, max_runs;
static struct occurrences *of_site;
static uint32_t n_of_site;

static const struct coh_cpu *core_get(size_t i)
{
	const struct coh_cpu *core = i < COUNT(core_names) ? coh_cpu_find(core_names[i])
							   : &made_up[i - COUNT(core_names)];

	if (!core) {
		fprintf(stderr, "mutation_test: no core %s\n", core_names[i]);
		exit(EXIT_FAILURE);
	}
	return core;
}

static void *resize(void *list, size_t bytes)
{
	list = realloc(list, bytes);
	if (!list) {
		fprintf(stderr, "mutation_test: no memory\n");
		exit(EXIT_FAILURE);
	}
	return list;
}

/* ------------------------------------------------------------------------
 * One run.
 */

struct heard {
	uint32_t site, hows;
};

/* The one that is running. */
static struct {
	const struct scenario *scenario;
	const struct mutant *mutant; /* NULL: listen */
	bool crowded, arrives;
	struct heard heard[256];
	uint32_t n_heard;

	/* The operation before: whether it changed anything is known after it only. */
	struct heard *last;
	enum coh_sim_op op;
	uint32_t hows; /* that can make a difference if it did */
	uint64_t changed;
} now;

#define DROP  (1u << COH_SIM_DROP)
#define WRONG (1u << COH_SIM_WRONG)
#define SHORT (1u << COH_SIM_SHORT)

static bool has_line(struct coh_sim *sim, enum coh_side side, uint64_t va)
{
	uint32_t set, way;

	return coh_machine_find(coh_sim_machine(sim), coh_sim_cpu(sim), side, va, &set, &way);
}

/* Locks and interrupts: what nobody can come in between makes no difference. */
static uint32_t hows_of_exclusion(const struct coh_sim_entry *e)
{
	switch (e->op) {
	case COH_SIM_OP_LOCK:
	case COH_SIM_OP_IRQ_SAVE:
		return now.arrives ? DROP : 0;
	case COH_SIM_OP_IRQ_RESTORE: /* va: were they on? */
		return e->va ? DROP : DROP | WRONG;
	default:
		return DROP | WRONG | SHORT;
	}
}

/* Which faults can make a difference if the operation changes a line: those that miss one. */
static uint32_t hows_of(struct coh_sim *sim, const struct coh_sim_entry *e)
{
	const struct coh_config *c = &coh_sim_layer(sim)->config;
	enum coh_side side = e->op == COH_SIM_OP_ICACHE_INVALIDATE ? COH_INSN : COH_DATA;
	uint32_t line = side == COH_INSN ? c->icache.line : c->dcache.line;
	uint32_t hows = DROP;

	if (e->op > COH_SIM_OP_DCACHE_FLUSH && e->op != COH_SIM_OP_ICACHE_INVALIDATE)
		return hows_of_exclusion(e);
	if (has_line(sim, side, e->va))
		hows |= WRONG;
	if (has_line(sim, side, e->va + e->len - line))
		hows |= SHORT;
	return hows;
}

/* What an operation that changed no line leaves out makes no difference. */
static void hear_last(struct coh_sim *sim)
{
	if (now.last && (now.op > COH_SIM_OP_OUTER_FLUSH ||
			 coh_sim_counts(sim, now.op)->changed != now.changed))
		now.last->hows |= now.hows;
	now.last = NULL;
}

static void hear(struct coh_sim *sim, const struct coh_sim_entry *e, uint32_t site)
{
	uint32_t i = 0;

	hear_last(sim);
	while (i < now.n_heard && now.heard[i].site != site)
		i++;
	if (i == now.n_heard) {
		if (i == COUNT(now.heard)) {
			fprintf(stderr, "mutation_test: too many sites in one run\n");
			exit(EXIT_FAILURE);
		}
		now.heard[now.n_heard++] = (struct heard){ site, 0 };
	}
	now.last = &now.heard[i];
	now.op = e->op;
	now.hows = hows_of(sim, e);
	now.changed = coh_sim_counts(sim, e->op)->changed;
}

static uint32_t on_op(struct coh_sim *sim, const struct coh_sim_entry *e, void *arg)
{
	uint32_t site;

	(void)arg;
	if (now.mutant && site_get(now.mutant->site)->op != e->op)
		return 0;
	site = site_now(sim, e->op);
	if (!now.mutant)
		hear(sim, e, site);
	else if (site == now.mutant->site)
		return (uint32_t)now.mutant->how;
	return 0;
}

/*
 * Lines go to the first way that is free.  So that they go to the last one, which is what an
 * operation on a whole cache leaves out if it is short: at every point the others are filled from
 * frames that nobody uses, where scenarios have their lines, the first and the last of a page.
 */
#define CROWD 32u /* frames: more than any scenario has room for */

static void crowd_line(struct coh_sim *sim, enum coh_side side, uint32_t at)
{
	uint32_t page = coh_sim_page_size(sim);
	uintptr_t k = coh_sim_kernel_address(sim, coh_sim_frames(sim) - CROWD + at / page);

	if (k)
		coh_machine_fill(coh_sim_machine(sim), coh_sim_cpu(sim), side, k + at % page, NULL);
}

static void crowd_out(struct coh_sim *sim, enum coh_side side, const struct coh_cache *c)
{
	uint32_t page = coh_sim_page_size(sim), way = c->size ? c->size / c->ways : 0;
	uint32_t first = way < page ? way : page, end = way * (c->ways - 1);

	for (uint32_t at = 0; way && end <= CROWD * page && at < end; at += first) {
		crowd_line(sim, side, at);
		crowd_line(sim, side, at + first - c->line);
	}
}

static void crowd(struct coh_sim *sim, void *arg)
{
	struct scene *s = arg;

	crowd_out(sim, COH_DATA, &s->one->core->dcache);
	crowd_out(sim, COH_INSN, &s->one->core->icache);
	coh_sim_at(sim, 1, COH_SIM_ARRIVE_NMI, 0, crowd, s);
}

static void crowd_config(struct coh_sim_config *config)
{
	config->frames += CROWD;
	if (now.scenario->configure)
		now.scenario->configure(config);
}

static void run_scene(struct scene *scene)
{
	if (now.crowded)
		crowd(scene->sim, scene);
	coh_sim_on_op(scene->sim, on_op, NULL);
	now.scenario->run(scene);
	if (!now.mutant)
		hear_last(scene->sim);
}

static void one_run(const struct run *run, bool crowded, const struct mutant *mutant,
		    struct scenario_result *result)
{
	const struct mode *mode = &modes[run->mode];
	struct scenario listening = *scenario_get(run->scenario);
	struct scenario_case one = {
		.core = core_get(run->core),
		.policy = (enum scenario_policy)run->policy,
		.seed = mode->seed,
		.evict_touched = mode->evict,
		.ahead = mode->ahead,
		.arrival = run->arrival,
	};

	now.scenario = scenario_get(run->scenario);
	now.mutant = mutant;
	now.crowded = crowded;
	now.arrives = run->arrival;
	now.n_heard = 0;
	now.last = NULL;
	listening.run = run_scene;
	if (crowded)
		listening.configure = crowd_config;
	trace_reset();
	scenario_run(&listening, &one, result);
}

bool run_kills(uint32_t run, bool crowded, const struct mutant *mutant, uint64_t *spoilt)
{
	struct scenario_result result;

	one_run(&runs[run], crowded, mutant, &result);
	*spoilt = result.faults;
	return result.outcome != SCENARIO_RIGHT;
}

bool run_is_right(uint32_t run, bool crowded)
{
	struct scenario_result result;

	one_run(&runs[run], crowded, NULL, &result);
	return result.outcome == SCENARIO_RIGHT;
}

void run_name(uint32_t run, char buffer[RUN_NAME_MAX])
{
	const struct run *r = &runs[run];
	char arrival[32] = "";

	if (r->arrival)
		snprintf(arrival, sizeof(arrival), ", arrival at %u", r->arrival);
	snprintf(buffer, RUN_NAME_MAX, "%s, %s, %s%s%s", scenario_get(r->scenario)->name,
		 core_get(r->core)->name,
		 coh_policy_name(scenario_policy((enum scenario_policy)r->policy)),
		 modes[r->mode].name, arrival);
}

/* ------------------------------------------------------------------------
 * All of them.
 */

static void add_occurrence(const struct heard *heard)
{
	struct occurrences *o = &of_site[heard->site];

	if (o->n == o->max) {
		o->max = o->max ? 2 * o->max : 16;
		o->list = resize(o->list, o->max * sizeof(*o->list));
	}
	o->list[o->n++] = (struct occurrence){ (uint32_t)n_runs, heard->hows };
}

static void keep(const struct run *run)
{
	if (n_runs == max_runs) {
		max_runs = max_runs ? 2 * max_runs : 1024;
		runs = resize(runs, max_runs * sizeof(*runs));
	}
	if (n_of_site < site_count())
		of_site = resize(of_site, site_count() * sizeof(*of_site));
	while (n_of_site < site_count())
		of_site[n_of_site++] = (struct occurrences){ NULL, 0, 0 };
	for (uint32_t i = 0; i < now.n_heard; i++)
		add_occurrence(&now.heard[i]);
	runs[n_runs++] = *run;
}

/* Returns the length of the window. */
static uint64_t baseline(const struct run *run)
{
	struct scenario_result result;

	one_run(run, false, NULL, &result);
	if (result.outcome == SCENARIO_RIGHT && !result.impossible)
		keep(run);
	return result.window;
}

/*
 * Where something arrives amid an operation, at every point.  Arrivals elsewhere (the other
 * scenarios that have some, the other cores, evictions) kill no mutant that is not killed without
 * them: all were tried once.
 */
static const struct {
	const char *scenarios;
	bool on_first; /* only on the first core of each mechanism */
} arrivals[] = {
	{ "poked-*", false },
	{ "refilled-*", false },
	{ "t10-irq-file-*", true },
};

static bool is_first(const struct coh_cpu *core)
{
	return !strcmp(core->name, "arm926ej-s") || !strcmp(core->name, "arm1176") ||
	       !strcmp(core->name, "arm11mpcore");
}

static bool has_arrivals(const struct run *run)
{
	const struct scenario *s = scenario_get(run->scenario);

	for (size_t i = 0; s->arrival && !run->mode && i < COUNT(arrivals); i++)
		if (!fnmatch(arrivals[i].scenarios, s->name, 0) &&
		    (!arrivals[i].on_first || is_first(core_get(run->core))))
			return true;
	return false;
}

static void baselines(struct run run)
{
	uint64_t window = baseline(&run);

	for (uint64_t n = 1; n <= window && has_arrivals(&run); n++) {
		run.arrival = (uint16_t)n;
		baseline(&run);
	}
}

/* What is expected to go wrong may come out right in single runs, but proves nothing there. */
static bool is_right(const struct scenario *s, const struct coh_cpu *core, unsigned policy)
{
	return scenario_expected(s, scenario_cache_of(core), (enum scenario_policy)policy)
		       ->outcome == SCENARIO_RIGHT;
}

static void runs_on(const struct scenario *s, struct run run)
{
	const struct coh_cpu *core = core_get(run.core);
	bool ahead = s->reads_ahead && core->speculates != COH_SPECULATES_NOTHING;

	for (uint8_t p = SCENARIO_NONE + 1; p < SCENARIO_POLICIES; p++)
		for (uint8_t m = 0; is_right(s, core, p) && m < COUNT(modes); m++) {
			run.policy = p;
			run.mode = m;
			if (!modes[m].ahead || ahead)
				baselines(run);
		}
}

size_t runs_find(void)
{
	const struct scenario *s;

	for (uint16_t i = 0; (s = scenario_get(i)); i++)
		for (uint8_t c = 0; c < CORES; c++)
			runs_on(s, (struct run){ .scenario = i, .core = c });
	return n_runs;
}

const struct occurrences *runs_of(uint32_t site)
{
	return &of_site[site];
}
