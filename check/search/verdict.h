/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * verdict: what comes out of one test on one target, when everything is tried.
 *
 * Protocol: verdict_find; the result is to be printed, and freed by verdict_free.
 */
#ifndef COH_CHECK_SEARCH_VERDICT_H
#define COH_CHECK_SEARCH_VERDICT_H

#include <signal.h>

#include "check/system/system.h"

/* How much is tried.  States and bytes are of one search; until is a time on explore_clock. */
struct bounds {
	uint64_t states; /* 0: no bound */
	double until;	 /* 0: no bound */
	uint64_t bytes;	 /* of the process's memory; 0: no bound */
	bool reduce;	 /* leave out orders that commute; else every one is tried */
	bool no_trail;	 /* do not look for the shortest example */
	bool first;	 /* whether anything is found is all that is asked: stop there */
	/* Set by a signal's handler: stop, and say what is known.  May be NULL. */
	const volatile sig_atomic_t *stop;
};

/* The bound that is met by anything that takes time, or NULL. */
const char *bounds_met(const struct bounds *bounds);

enum found {
	FOUND_NEVER = 1,
	FOUND_SOMETIMES,
	FOUND_ALWAYS,
	FOUND_DEADLOCK,
	FOUND_INCOMPLETE, /* a bound was met, and nothing found before */
	FOUND_WRONG,	  /* the test asks for what cannot be: error says it */
};

/* One way to end, as far as it can be told apart, and how many states end that way. */
struct outcome {
	unsigned bits;
	bool holds; /* the condition */
	uint32_t value[LITMUS_LOCATIONS + LITMUS_CONTEXTS * LITMUS_REGS];
	uint64_t states;
};

/* One move of the example, and what was where afterwards. */
struct copy_state {
	uint8_t alias, cpu, side; /* that it is known by; LITMUS_NONE: no alias of the test */
	uint8_t page, line;
	bool dirty, stale;
	bool outer; /* of the second level */
	uint32_t word[4];
};

#define TRAIL_COPIES 24

struct trail_step {
	struct event event;
	unsigned n_copies;
	struct copy_state copy[TRAIL_COPIES];
	uint32_t memory[LITMUS_PAGES][LITMUS_WORDS];
	uint64_t memory_stale[LITMUS_PAGES]; /* bit by word: not the newest */
};

struct trail {
	unsigned n;
	struct trail_step *step;
	unsigned bits;		    /* what is wrong at its end */
	char stuck[256];	    /* who waits for what, in a deadlock */
	char lost[160];		    /* what can be gone at the end */
	bool has_end;		    /* it goes on to the end of a run: */
	uint32_t end[LITMUS_TERMS]; /* words of memory then, that the condition names */
};

struct verdict {
	enum found found;
	enum found in_order; /* if nothing were read ahead; 0: verdict_in_order did not ask */
	bool finished;	     /* everything was tried */
	const char *bound;   /* the one that was met, or NULL */
	uint64_t states, transitions;
	uint64_t positive, negative; /* ends that do and do not fulfil the condition */
	size_t bytes;		     /* of the table of states */
	double seconds;
	unsigned bits;	   /* of all ends */
	unsigned n_places; /* of which outcomes have values */
	struct litmus_term place[LITMUS_LOCATIONS + LITMUS_CONTEXTS * LITMUS_REGS];
	unsigned n_outcomes;
	struct outcome *outcome;
	struct trail *trail; /* the shortest way to fulfil the condition; NULL: there is none */
	uint64_t hash;	     /* of the test's text, target and policy */
	unsigned n_redundant;
	struct {
		uint8_t context, instr;
	} redundant[64];  /* maintenance that was done and never changed anything */
	unsigned n_stale; /* statements of which a read got old bytes in some run */
	char error[256];
	struct litmus_at error_at;
};

/* A state and a move for a caller that wants to look, or to show progress. */
struct progress {
	void (*each)(void *context, uint64_t states, double seconds);
	void *context;
};

/* NULL only if there is no memory.  progress may be NULL; it is called some times a second. */
struct verdict *verdict_find(const struct litmus *test, const struct target *target,
			     const struct bounds *bounds, const struct progress *progress);
void verdict_free(struct verdict *v);

/*
 * Sets v->in_order if it may differ: something was found on a kind that reads ahead only because
 * nobody said otherwise.
 */
void verdict_in_order(struct verdict *v, const struct litmus *test, const struct target *target,
		      const struct bounds *bounds);

/*
 * What the file says must come out on this target; LITMUS_UNSAID.  own: the target is one that
 * the file names, so that lines of Result without names are about it.
 */
enum litmus_verdict verdict_expected(const struct litmus *test, const struct target *target,
				     bool own);
bool verdict_is(enum found found, enum litmus_verdict expected);
const char *verdict_name(const struct verdict *v);
const char *found_name(enum found found);

/*
 * verdict_shortest: the trail with the fewest moves to what the verdict says: a deadlock, or a
 * state that fulfils the condition.  NULL: none within the bounds.
 */
struct trail *verdict_shortest(const struct litmus *test, const struct target *target,
			       const struct verdict *v, const struct bounds *bounds);
void trail_free(struct trail *t);

#endif
