/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * mutation: what the parts of mutation_test share.
 *
 * Vocabulary
 *   site	a place in src/ that calls the port, together with how it was reached, the functions
 *		from the entry point down, and with the mechanism (kind of cache)
 *   mutant	a site whose every call is spoilt in one way: enum coh_sim_how
 *   run	one scenario on one core under one policy, with one way for the hardware to behave
 *		and one point for what arrives, that is right while nothing is spoilt
 *   kill	a run kills a mutant if it does not come out right with it
 *
 * The layer is compiled with -finstrument-functions, so that each of its calls is known here.
 */
#ifndef COH_TESTS_SRC_MUTATION_MUTATION_H
#define COH_TESTS_SRC_MUTATION_MUTATION_H

#include "tests/scenarios/scenario.h"

/* ---- mutation_trace.c: the functions of the layer that are running ---- */

struct step {
	const void *function;  /* called ... */
	const void *call_site; /* ... from here */
};

#define STEPS_MAX 32

/* Nothing runs: before each run, for the one before may have ended anywhere. */
void trace_reset(void);

/* From the entry point to the innermost one, of whatever arrived last; returns how many. */
size_t trace_chain(struct step *steps);

/* ---- mutation_names.c: what they are called ---- */

/* The start of the function that holds this address; NULL: none of this program. */
const void *name_function(const void *address);

/* "coh_kmap", or for a static one "policy_gup_hook:begin".  buffer is cut at size. */
void name_of(const void *function, char *buffer, size_t size);

/* ---- mutation_sites.c ---- */

struct site {
	uint64_t key;
	enum coh_sim_op op;
	const char *mechanism; /* "vivt" */
	size_t n;
	struct step *steps;
};

#define SITE_NAME_MAX 512

/* The site of the operation that is being done in sim. */
uint32_t site_now(struct coh_sim *sim, enum coh_sim_op op);
uint32_t site_count(void);
const struct site *site_get(uint32_t site);

/*
 * "coh_kmap > policy_gup_hook:begin > coh_flush_k_ > coh_dcache_"; a function that is called from
 * several places of the one before it has the number of the place, "coh_alias_flush_#2".  Once
 * all sites are known.
 */
void site_name(uint32_t site, char buffer[SITE_NAME_MAX]);

/* ---- mutation_runs.c ---- */

/* One site in one run. */
struct occurrence {
	uint32_t run;
	uint32_t hows; /* 1 << enum coh_sim_how: these may make a difference */
};

/* Of a site, in the order of runs. */
struct occurrences {
	struct occurrence *list;
	size_t n, max;
};

struct mutant {
	uint32_t site;
	enum coh_sim_how how;
};

/* Every run there is, and the sites that occur in it.  Returns how many. */
size_t runs_find(void);
const struct occurrences *runs_of(uint32_t site);

/*
 * Is the mutant killed?  crowded: in a cache of which one way is free.  *spoilt: operations that
 * were.
 */
bool run_kills(uint32_t run, bool crowded, const struct mutant *mutant, uint64_t *spoilt);

/* With nothing spoilt, is it right in a crowded cache, too? */
bool run_is_right(uint32_t run, bool crowded);

#define RUN_NAME_MAX 160

/* "t1-deferred, arm926ej-s, rmap, evictions, arrival at 5" */
void run_name(uint32_t run, char buffer[RUN_NAME_MAX]);

/* ---- mutation_survivors.c: which mutants nothing kills, and why ---- */

enum survives {
	SURVIVES_COVERED,   /* another operation does the same in time */
	SURVIVES_NEEDLESS,  /* it seems that it could go from src/ */
	SURVIVES_ELSEWHERE, /* other tests are for that, whose contexts do run at once */
	SURVIVES_UNTRIED,   /* no scenario gets to where it would matter */
	SURVIVES_KINDS,
};

struct survivor {
	enum survives kind;
	const char *mechanisms; /* "vivt vipt"; NULL: all */
	const char *ops;	/* names of callbacks, "lock unlock"; NULL: all */
	uint32_t hows;		/* 1 << enum coh_sim_how; 0: all */
	const char *chain;	/* of the site's name: fnmatch's */
	const char *reason;	/* one sentence */
};

/* The i-th; NULL beyond the last.  The first that fits a mutant counts. */
const struct survivor *survivor_get(size_t i);

#endif
