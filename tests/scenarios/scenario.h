/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * scenario: one situation of thread.md, and what must come out of it under each
 * policy on each kind of cache.  Tests, the mutation table and the bench run the
 * same list.
 *
 * Protocol: scenario_get until NULL; scenario_expected for a core and a policy; unless
 * that is SCENARIO_OUTSIDE, scenario_outcome, which must say the same.
 *
 * Expectations follow from what caches do and from what the layer's header
 * promises, not from what its code does.
 */
#ifndef COH_TESTS_SCENARIOS_SCENARIO_H
#define COH_TESTS_SCENARIOS_SCENARIO_H

#include "ports/sim/sim.h"

/*
 * The kinds of cache that behave differently (T7), told apart by what the thread is
 * about (VIVT, aliasing VIPT, aliases that meet), and by what decides whether a
 * mistake shows: are there dirty lines, and are lines filled that nobody asked for.
 */
enum scenario_cache {
	SCENARIO_VIVT_BACK,
	SCENARIO_VIVT_THROUGH, /* memory is never behind a line; here: arm720t, also unified */
	SCENARIO_VIPT_BACK,
	SCENARIO_VIPT_THROUGH,
	SCENARIO_VIPT_AHEAD,   /* write-back, and data lines are filled ahead */
	SCENARIO_MEETING_BACK, /* VIPT with one colour, PIPT */
	SCENARIO_MEETING_THROUGH,
	SCENARIO_MEETING_AHEAD,
	SCENARIO_CACHES,
};

enum scenario_policy {
	SCENARIO_NONE,
	SCENARIO_FLUSH_ALL,
	SCENARIO_GUP_HOOK,
	SCENARIO_RMAP_LOCKED,
	SCENARIO_RMAP,
	SCENARIO_HINTS,
	SCENARIO_UNCACHE,
	SCENARIO_LAZY,
	SCENARIO_POLICIES,
};

/* What must come out, of all schedules and seeds that the runner tries; the worst counts. */
enum scenario_outcome {
	SCENARIO_OUTSIDE,  /* not to be run: the scenario does not exist there */
	SCENARIO_RIGHT,	   /* always right */
	SCENARIO_CORRUPT,  /* somebody reads old bytes, in at least one */
	SCENARIO_DEADLOCK, /* a CPU waits for itself, in at least one */
	SCENARIO_BROKEN,   /* never expected: a run ended with an error, or broke interrupts */
	SCENARIO_OUTCOMES,
};

/*
 * One row of a scenario's table: on these caches, under these policies (masks of
 * 1 << enum).  The first row that fits a pair counts.  Rows after the last have no outcome.
 */
struct scenario_expectation {
	uint32_t caches, policies;
	enum scenario_outcome outcome;
	const char *reason; /* one sentence: why that and nothing else */
};

#define SCENARIO_ROWS 7

struct scene;

struct scenario {
	const char *name;  /* "t1-deferred" */
	const char *claim; /* of thread.md: "T1" */
	const char *what;  /* one sentence */
	void (*run)(struct scene *scene);
	/* Changes the configuration before coh_sim_new, e.g. for highmem; NULL: nothing. */
	void (*configure)(struct coh_sim_config *config);
	/*
	 * An arrival to try at every point between the scenario's scene_open and
	 * scene_close; 0: none.
	 */
	enum coh_sim_arrival arrival;
	uint32_t arrival_cpu;
	void (*arrive)(struct scene *scene);
	/* Lines that nobody asked for are filled at every point, where the core does such. */
	bool reads_ahead;
	uint32_t variant; /* the scenario's own, for those that share a function */
	struct scenario_expectation expect[SCENARIO_ROWS];
};

/* The i-th scenario; NULL beyond the last. */
const struct scenario *scenario_get(size_t i);
const struct scenario *scenario_find(const char *name);

enum scenario_cache scenario_cache_of(const struct coh_cpu *core);
const char *scenario_cache_name(enum scenario_cache cache);
const struct coh_policy *scenario_policy(enum scenario_policy policy);
const char *scenario_outcome_name(enum scenario_outcome outcome);

/* The row that counts, never NULL: the tables are complete (scenario_table_error). */
const struct scenario_expectation *scenario_expected(const struct scenario *scenario,
						     enum scenario_cache cache,
						     enum scenario_policy policy);

/*
 * Is a scenario's table complete, and is each of its rows needed?  NULL, or what is wrong,
 * in words.
 */
const char *scenario_table_error(const struct scenario *scenario);

/* How much scenario_outcome tries. */
enum scenario_effort {
	/* Evictions of what the scenario touched; some of the points for an arrival, others on
	 * another core, but every one for what is expected to go wrong. */
	SCENARIO_SOME_POINTS = 1,
	/* Evictions of whatever is there, also as seeds have it; every point. */
	SCENARIO_EVERY_POINT,
};

/* One run, of the many that make an outcome. */
struct scenario_case {
	const struct coh_cpu *core;
	enum scenario_policy policy;
	uint64_t seed;
	uint32_t evict, fill; /* as in struct coh_sim_config */
	/*
	 * At every point each dirty line that the scenario's own accesses touched is evicted:
	 * what COH_SIM_EVERY_DIRTY does, without a look at all of a large cache.
	 */
	bool evict_touched;
	bool ahead;			   /* see struct scenario's reads_ahead */
	bool told;			   /* the layer, all facts that are so */
	uint64_t arrival;		   /* at which point of the window; 0: nothing arrives */
	enum coh_sim_grain grain;	   /* 0: COH_SIM_GRAIN_CALL */
	enum coh_check_level check;	   /* 0: COH_CHECK_CHEAP: there are tests of the maps */
	const struct coh_sim_fault *fault; /* NULL: none */
};

/* What came out of one run. */
struct scenario_result {
	enum scenario_outcome outcome;
	uint64_t window; /* its length in points: arrivals are possible from 1 to it */
	uint64_t points; /* of the whole run */
	uint64_t faults; /* operations that the fault spoilt */
	bool impossible; /* somebody waited for whom stands still: not a schedule */
	char line[256];	 /* coh_sim_report_line */
};

void scenario_run(const struct scenario *scenario, const struct scenario_case *one,
		  struct scenario_result *result);

/*
 * What comes out of one scenario on one core under one policy: arrivals at the points that effort
 * says, without evictions, with every dirty line evicted at every point, and as some seeds have
 * it; until it is as bad as expected, if the table expects it to be bad.  fault: in
 * every run; NULL: none.  told: the layer is told of its machine what is so (struct coh_config), and
 * the machine keeps to it; that changes no outcome.  detail (may be NULL) receives the first run that was not right, in one
 * line, or "".
 */
enum scenario_outcome scenario_outcome(const struct scenario *scenario, const struct coh_cpu *core,
				       enum scenario_policy policy, enum scenario_effort effort,
				       bool told, const struct coh_sim_fault *fault, char *detail,
				       size_t size);

#endif
