// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The search that leaves out orders that commute finds the same outcomes as the one that tries
 * every order: on random programs, of which each must be small enough for that.
 *
 * COHERER_PROGRAMS: how many; COHERER_SEED: the first seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "check/search/verdict.h"
#include "tests/check/parsed.h"
#include "tests/check/search/check_program.h"
#include "tests/random.h"

#define PROGRAMS 150u
#define SEED	 1u
#define STATES	 400000u /* of the larger search: a program beyond is left out, and counted */

static const char *const caches[] = { "vivt", "vipt", "pipt" };

static struct {
	unsigned programs, too_large, hazards, clean, deadlocks;
	uint64_t whole, reduced;
} count;

static struct verdict *find(const struct litmus *test, const struct target *target, bool reduce)
{
	struct bounds bounds = { .states = STATES, .reduce = reduce, .no_trail = true };
	struct verdict *v = verdict_find(test, target, &bounds, NULL);

	assert_non_null(v);
	return v;
}

static void show(const char *text, const struct verdict *v, const char *which)
{
	print_error("%s\n%s: %s, %u outcomes\n", text, which, verdict_name(v), v->n_outcomes);
	for (unsigned i = 0; i < v->n_outcomes; i++) {
		print_error("  bits %x:", v->outcome[i].bits);
		for (unsigned p = 0; p < v->n_places; p++)
			print_error(" %u", v->outcome[i].value[p]);
		print_error("\n");
	}
}

static void same(const char *text, const struct verdict *a, const struct verdict *b)
{
	bool right = a->found == b->found && a->bits == b->bits && a->n_outcomes == b->n_outcomes;

	for (unsigned i = 0; right && i < a->n_outcomes; i++)
		right = a->outcome[i].bits == b->outcome[i].bits &&
			!memcmp(a->outcome[i].value, b->outcome[i].value,
				sizeof(a->outcome[i].value));
	if (right)
		return;
	show(text, a, "every order");
	show(text, b, "reduced");
	fail();
}

static void one(uint64_t seed)
{
	char text[CHECK_PROGRAM_MAX];
	struct litmus *test;
	struct target target;
	struct verdict *whole, *reduced;

	check_program(seed, CHECK_CONCURRENT, text);
	test = parsed(text);
	assert_null(target_make(test, caches[seed % 3], "", &target));
	whole = find(test, &target, false);
	if (whole->found == FOUND_WRONG)
		print_error("%s\n%s\n", text, whole->error);
	assert_int_not_equal(whole->found, FOUND_WRONG);
	count.programs++;
	if (whole->bound) {
		count.too_large++;
	} else {
		reduced = find(test, &target, true);
		same(text, whole, reduced);
		count.whole += whole->states;
		count.reduced += reduced->states;
		count.hazards += whole->bits & OUTCOME_HAZARD ? 1 : 0;
		count.clean += !whole->bits;
		count.deadlocks += whole->bits & OUTCOME_DEADLOCK ? 1 : 0;
		verdict_free(reduced);
	}
	verdict_free(whole);
	litmus_free(test);
}

static void reduction_loses_nothing(void **state)
{
	uint64_t programs = number_from("COHERER_PROGRAMS", PROGRAMS);
	uint64_t seed = number_from("COHERER_SEED", SEED);

	(void)state;
	for (uint64_t i = 0; i < programs; i++)
		one(seed + i);
	print_message("%u programs, %u too large; %u with a hazard, %u without, %u deadlocks; "
		      "%llu states, reduced to %llu\n",
		      count.programs, count.too_large, count.hazards, count.clean, count.deadlocks,
		      (unsigned long long)count.whole, (unsigned long long)count.reduced);
	/* It has tried something. */
	assert_true(count.too_large < count.programs / 2);
	assert_true(count.hazards && count.clean);
	assert_true(count.reduced < count.whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(reduction_loses_nothing) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
