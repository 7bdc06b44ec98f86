// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Is every operation of the layer needed by some scenario?  Each call of the port, told apart by
 * how it was reached and on which kind of cache, is dropped, done on the wrong line, or done one
 * line short, in all the scenarios that get there and are right without that; until one is not.
 *
 *	mutation_test [-v | -l]
 *
 * Mutants that nothing kills must be in the table of mutation_survivors.c, and what is there must
 * survive.  -v: what became of every mutant.  -l: the survivors, by reason.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/src/mutation/mutation.h"

#define SURVIVORS_MAX 128

/* The runs are those of scenarios_test; what is spoilt in them is nothing for a sanitizer. */
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
#else
#define SANITIZED false
#endif

static const char *const kinds[SURVIVES_KINDS] = {
	[SURVIVES_COVERED] = "covered",
	[SURVIVES_NEEDLESS] = "needless",
	[SURVIVES_ELSEWHERE] = "elsewhere",
	[SURVIVES_UNTRIED] = "untried",
};

static const char *const hows[] = { "", "drop", "wrong", "short" };

static char option;
static unsigned failures, mutants, killed, of_kind[SURVIVES_KINDS];
static unsigned in_vain;	     /* survivors that had nothing to do in any run */
static unsigned fits[SURVIVORS_MAX]; /* survivors that each of the table's entries explains */

/* ------------------------------------------------------------------------
 * Does any run kill it?
 */

/* Of a whole cache the last way stays, and a line must be in it. */
static bool depends_on_ways(const struct mutant *m)
{
	enum coh_sim_op op = site_get(m->site)->op;

	return m->how == COH_SIM_SHORT &&
	       (op == COH_SIM_OP_DCACHE_FLUSH_ALL || op == COH_SIM_OP_ICACHE_INVALIDATE_ALL);
}

static bool kills(uint32_t run, const struct mutant *m)
{
	uint64_t spoilt;

	if (run_kills(run, false, m, &spoilt))
		return true;
	return depends_on_ways(m) && run_kills(run, true, m, &spoilt) && run_is_right(run, true);
}

#define NO_RUN UINT32_MAX

/*
 * guess: a run that killed another mutant of the site, or NO_RUN.  Returns the one that kills it.
 */
static uint32_t killer_of(const struct mutant *m, uint32_t guess)
{
	const struct occurrences *o = runs_of(m->site);

	if (guess != NO_RUN && kills(guess, m))
		return guess;
	for (size_t i = 0; i < o->n; i++)
		if (o->list[i].hows & 1u << m->how && kills(o->list[i].run, m))
			return o->list[i].run;
	return NO_RUN;
}

#define ASKED 8

/* Not every operation can go wrong in every way: the port knows. */
static bool exists(const struct mutant *m)
{
	const struct occurrences *o = runs_of(m->site);
	uint64_t spoilt = 0;

	for (size_t i = 0; i < o->n && i < ASKED && !spoilt; i++)
		run_kills(o->list[i].run, false, m, &spoilt);
	return spoilt;
}

/* ------------------------------------------------------------------------
 * The table of survivors.
 */

static bool is_named(const char *word, const char *words)
{
	size_t n = strlen(word);

	for (const char *at = words; words && (at = strstr(at, word)); at += n)
		if ((at == words || at[-1] == ' ') && (!at[n] || at[n] == ' '))
			return true;
	return !words;
}

static bool fits_entry(const struct survivor *e, const struct mutant *m, const char *name)
{
	const struct site *site = site_get(m->site);

	return is_named(site->mechanism, e->mechanisms) &&
	       is_named(coh_sim_op_name(site->op), e->ops) &&
	       (!e->hows || e->hows & 1u << m->how) && !fnmatch(e->chain, name, 0);
}

/* SURVIVORS_MAX: none. */
static size_t entry_of(const struct mutant *m, const char *name)
{
	for (size_t i = 0; survivor_get(i); i++)
		if (fits_entry(survivor_get(i), m, name))
			return i;
	return SURVIVORS_MAX;
}

static void check_table(void)
{
	for (size_t i = 0; survivor_get(i); i++)
		if (i >= SURVIVORS_MAX || !fits[i]) {
			failures++;
			printf("FAIL entry %zu of the survivors fits no mutant: %s: %s\n", i,
			       survivor_get(i)->chain, survivor_get(i)->reason);
		}
}

/* ------------------------------------------------------------------------
 * Mutants.
 */

static void print_mutant(const char *what, const struct mutant *m, const char *name,
			 const char *more)
{
	printf("%s %s %s %s: %s%s%s\n", what, site_get(m->site)->mechanism,
	       coh_sim_op_name(site_get(m->site)->op), hows[m->how], name, *more ? ": " : "", more);
}

static void tell_killed(const struct mutant *m, const char *name, uint32_t run)
{
	size_t entry = entry_of(m, name);
	char by[RUN_NAME_MAX];

	run_name(run, by);
	killed++;
	if (entry < SURVIVORS_MAX) {
		failures++;
		print_mutant("FAIL in the table of survivors, but killed:", m, name, by);
	} else if (option == 'v') {
		print_mutant("killed", m, name, by);
	}
}

/* In how many runs could it have made a difference? */
static size_t chances(const struct mutant *m)
{
	const struct occurrences *o = runs_of(m->site);
	size_t n = 0;

	for (size_t i = 0; i < o->n; i++)
		n += (o->list[i].hows >> m->how) & 1u;
	return n;
}

static void tell_survivor(const struct mutant *m, const char *name)
{
	size_t entry = entry_of(m, name);

	in_vain += !chances(m);

	if (entry == SURVIVORS_MAX) {
		failures++;
		print_mutant(chances(m) ? "FAIL survives:" : "FAIL survives, in vain in every run:",
			     m, name, "");
		return;
	}
	fits[entry]++;
	of_kind[survivor_get(entry)->kind]++;
	if (option == 'v')
		print_mutant("survives", m, name, survivor_get(entry)->reason);
}

static void try_site(uint32_t site)
{
	uint32_t killer = NO_RUN;
	char name[SITE_NAME_MAX];

	site_name(site, name);
	for (int how = COH_SIM_DROP; how <= COH_SIM_SHORT; how++) {
		struct mutant m = { site, (enum coh_sim_how)how };
		uint32_t run;

		if (!runs_of(site)->n || !exists(&m))
			continue;
		mutants++;
		run = killer_of(&m, killer);
		if (run != NO_RUN) {
			killer = run;
			tell_killed(&m, name, run);
		} else {
			tell_survivor(&m, name);
		}
	}
}

static void list_entry(const struct survivor *e, unsigned n)
{
	printf("\t%u: %s; %s; ", n, e->mechanisms ? e->mechanisms : "every mechanism",
	       e->ops ? e->ops : "every operation");
	for (int how = COH_SIM_DROP; e->hows && how <= COH_SIM_SHORT; how++)
		if (e->hows & 1u << how)
			printf("%s; ", hows[how]);
	printf("%s\n", e->chain);
}

static bool is_listed(size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (!strcmp(survivor_get(j)->reason, survivor_get(i)->reason))
			return true;
	return false;
}

/* Each reason once, with all that it is the reason of. */
static void list_survivors(void)
{
	for (size_t i = 0; survivor_get(i); i++) {
		const struct survivor *e = survivor_get(i);
		unsigned n = 0;

		if (is_listed(i))
			continue;
		for (size_t j = i; survivor_get(j); j++)
			if (!strcmp(survivor_get(j)->reason, e->reason))
				n += fits[j];
		printf("%u %s: %s\n", n, kinds[e->kind], e->reason);
		for (size_t j = i; survivor_get(j); j++)
			if (!strcmp(survivor_get(j)->reason, e->reason))
				list_entry(survivor_get(j), fits[j]);
	}
}

static void print_summary(size_t runs)
{
	printf("%u sites in %zu runs: %u mutants, %u killed, %u survive (", site_count(), runs,
	       mutants, killed, mutants - killed);
	for (int k = 0; k < SURVIVES_KINDS; k++)
		printf("%u %s, ", of_kind[k], kinds[k]);
	printf("%u of them in vain in every run), %u not as expected\n", in_vain, failures);
}

static void run_all(void)
{
	size_t runs = runs_find();

	for (uint32_t site = 0; site < site_count(); site++)
		try_site(site);
	check_table();
	if (option == 'l')
		list_survivors();
	print_summary(runs);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1 && strcmp(argv[1], "-v") && strcmp(argv[1], "-l")) {
		fprintf(stderr, "usage: mutation_test [-v | -l]\n");
		return 2;
	}
	option = argc > 1 ? argv[1][1] : '\0';
	if (SANITIZED)
		printf("mutation_test: not under sanitizers\n");
	else
		run_all();
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
