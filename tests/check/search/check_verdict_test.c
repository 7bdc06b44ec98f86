// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Each hazard, where it happens and where it does not; verdicts, bounds, redundancy, examples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "check/search/verdict.h"
#include "tests/check/parsed.h"

#define HEAD(state) "C t\n{\n" state "}\n"
#define AHEAD	    "page p; alias K = p kernel; alias U = p mm 0 colour 1;"
#define TWO	    "speculate nothing;" AHEAD

static struct verdict *find(struct litmus *t, const char *cache, uint64_t states)
{
	struct bounds bounds = { .states = states, .reduce = true };
	struct target target;
	struct verdict *v;

	assert_null(target_make(t, cache, "", &target));
	v = verdict_find(t, &target, &bounds, NULL);
	assert_non_null(v);
	return v;
}

static void comes_out(const char *cache, const char *text, enum found found, unsigned bits)
{
	struct litmus *t = parsed(text);
	struct verdict *v = find(t, cache, 0);

	if (v->found != found || v->bits != bits)
		print_error("%s on %s: %s, bits %u; %s\n", text, cache, verdict_name(v), v->bits,
			    v->error);
	assert_int_equal(v->found, found);
	assert_int_equal(v->bits, bits);
	verdict_free(v);
	litmus_free(t);
}

static void stale_reads(void **state)
{
	(void)state;
	comes_out("vivt", HEAD(TWO) "P0 (mm 0) { store(U, 1); load(K); }", FOUND_SOMETIMES,
		  OUTCOME_STALE);
	comes_out("vivt", HEAD(TWO) "P0 (mm 0) { store(U, 1); flush(U); load(K); }", FOUND_NEVER,
		  0);
	comes_out("pipt", HEAD(TWO) "P0 (mm 0) { store(U, 1); load(K); }", FOUND_NEVER, 0);
	comes_out("vipt", HEAD("write through;" TWO) "P0 (mm 0) { load(K); store(U, 1); load(K); }",
		  FOUND_SOMETIMES, OUTCOME_STALE);
	comes_out("pipt",
		  HEAD("page p; alias K = p kernel;") "P0 () { store(K, 1); invalidate(K); "
						      "load(K); }\nexists (stale)",
		  FOUND_SOMETIMES, OUTCOME_STALE | OUTCOME_LOST);
}

static void lost_data(void **state)
{
	(void)state;
	comes_out("vivt", HEAD(TWO) "P0 (mm 0) { store(K, 1); store(U[1], 2); }", FOUND_SOMETIMES,
		  OUTCOME_LOST);
	comes_out("vivt", HEAD(TWO) "P0 (mm 0) { store(K, 1); flush(K); store(U[1], 2); }",
		  FOUND_NEVER, 0);
	comes_out("vivt",
		  HEAD("page p scratch; alias K = p kernel; alias U = p mm 0;") "P0 (mm 0) { "
										"store(K, 1); "
										"store(U[1], 2); }",
		  FOUND_NEVER, 0);
}

/* The kind's verdict, and what it would be if nothing were read ahead. */
static void both(const char *cache, const char *text, enum found ahead, enum found in_order)
{
	struct bounds bounds = { .reduce = true };
	struct litmus *t = parsed(text);
	struct verdict *v = find(t, cache, 0);
	struct target target;

	assert_null(target_make(t, cache, "", &target));
	verdict_in_order(v, t, &target, &bounds);
	assert_int_equal(v->found, ahead);
	assert_int_equal(v->in_order, in_order);
	verdict_free(v);
	litmus_free(t);
}

static void kinds_read_ahead(void **state)
{
	static const char flush[] = "P0 (mm 0) { store(U, 1); flush(U); load(K); }";
	static const char receive[] = "C t\n{ page p scratch; alias K = p kernel; var go; }\n"
				      "P0 () { invalidate(K); go = 1; await(go == 2); load(K); }\n"
				      "D0 (device) { await(go == 1); dma_write(p, 5); go = 2; }\n";
	char text[256];

	(void)state;
	snprintf(text, sizeof(text), "%s%s", HEAD(AHEAD), flush);
	both("vivt", text, FOUND_SOMETIMES, FOUND_NEVER);
	both("pipt", text, FOUND_NEVER, 0);
	both("arm926ej-s", text, FOUND_NEVER, 0);
	both("pipt", receive, FOUND_SOMETIMES, FOUND_NEVER);
	both("cortex-a9", receive, FOUND_SOMETIMES, 0);
	/* Said: nobody asks about another core. */
	snprintf(text, sizeof(text), "%s%s", HEAD("speculate data;" AHEAD), flush);
	both("vivt", text, FOUND_SOMETIMES, 0);
	snprintf(text, sizeof(text), "%s%s", HEAD(TWO), flush);
	both("vivt", text, FOUND_NEVER, 0);
}

static void deadlocks(void **state)
{
	static const char inverted[] = HEAD(
		"cpus 2; lock a; lock b;") "P0 () { lock(a); lock(b); unlock(b); unlock(a); }\n"
					   "P1 (cpu 1) { lock(b); lock(a); unlock(a); unlock(b); "
					   "}\n";
	static const char ordered[] = HEAD(
		"cpus 2; lock a; lock b;") "P0 () { lock(a); lock(b); unlock(b); unlock(a); }\n"
					   "P1 (cpu 1) { lock(a); lock(b); unlock(b); unlock(a); "
					   "}\n";

	(void)state;
	comes_out("pipt", inverted, FOUND_DEADLOCK, OUTCOME_DEADLOCK);
	comes_out("pipt", ordered, FOUND_NEVER, 0);
	comes_out("pipt",
		  HEAD("lock a;") "P0 () { lock(a); unlock(a); }\nI0 (irq) { lock(a); unlock(a); }",
		  FOUND_DEADLOCK, OUTCOME_DEADLOCK);
	comes_out("pipt",
		  HEAD("lock a;") "P0 () { lock_irq(a); unlock_irq(a); }\nI0 (irq) { lock(a); "
				  "unlock(a); }",
		  FOUND_NEVER, 0);
	comes_out("pipt", HEAD("var go;") "P0 () { await(go == 1); }", FOUND_DEADLOCK,
		  OUTCOME_DEADLOCK);
}

static void interrupts_left_wrong(void **state)
{
	(void)state;
	comes_out("pipt", HEAD("") "P0 () { irq_disable(); }", FOUND_ALWAYS, OUTCOME_IRQ);
	comes_out("pipt", HEAD("") "P0 () { irq_disable(); irq_enable(); }", FOUND_NEVER, 0);
	comes_out("pipt", HEAD("lock a;") "P0 () { lock(a); }", FOUND_ALWAYS, OUTCOME_IRQ);
	comes_out("pipt", HEAD("") "P0 () { }\nI0 (irq) { irq_enable(); }", FOUND_ALWAYS,
		  OUTCOME_IRQ);
	comes_out("pipt", HEAD("") "P0 () { r0 = irq_save(); irq_restore(r0); }", FOUND_NEVER, 0);
}

static void conditions(void **state)
{
	(void)state;
	comes_out("pipt", HEAD("var go;") "P0 () { go = 1; }\nP1 () { r0 = go; }\nexists (1:r0=1)",
		  FOUND_SOMETIMES, 0);
	comes_out("pipt", HEAD("var go;") "P0 () { go = 1; }\nP1 () { r0 = go; }\nexists (go=1)",
		  FOUND_ALWAYS, 0);
	comes_out("pipt", HEAD("var go;") "P0 () { go = 1; }\nP1 () { r0 = go; }\nexists (1:r0=2)",
		  FOUND_NEVER, 0);
	comes_out("pipt",
		  HEAD("var go;") "P0 () { go = 1; }\nP1 () { r0 = go; }\nfilter (1:r0=1)\nforall "
				  "(1:r0=1 /\\ go=1)",
		  FOUND_ALWAYS, 0);
	/* Memory at the end, whichever of two dirty lines is written back last. */
	comes_out("vivt", HEAD(TWO) "P0 (mm 0) { store(K, 1); store(U, 2); }\nexists (p[0]=1)",
		  FOUND_SOMETIMES, OUTCOME_LOST);
	comes_out("vivt", HEAD(TWO) "P0 (mm 0) { store(K, 1); }\nexists (p[0]=1)", FOUND_ALWAYS, 0);
}

/* An if on a variable takes no register for good: as many as there are statements. */
static void ifs_take_no_registers(void **state)
{
	static const char ten[] = "if (a == b) { r0 = r0 + 1; } if (b == a) { r0 = r0 + 1; }"
				  "if (a < c) { r0 = r0 + 1; } if (c > a) { r0 = r0 + 1; }"
				  "if (a == 1) { r0 = r0 + 1; } if (c == 2) { r0 = r0 + 1; }"
				  "if (1 == a) { r0 = r0 + 1; } if (2 == c) { r0 = r0 + 1; }"
				  "if (a < 2) { r0 = r0 + 1; } if (a == c) { r0 = r0 + 100; }";
	char text[2000];

	(void)state;
	snprintf(text, sizeof(text),
		 HEAD("var a = 1; var b = 1; var c = 2;") "P0 () { r1 = 0; r2 = 0; r3 = 0; r4 = 0; "
							  "r5 = 0; r6 = 0; r7 = 0; r0 = 0; %s %s }"
							  "\nexists (0:r0=%u)",
		 ten, ten, 18u);
	comes_out("pipt", text, FOUND_ALWAYS, 0);
	snprintf(text, sizeof(text),
		 HEAD("var a = 1; var b = 1; var c = 2;") "P0 () { r1 = 0; r2 = 0; r3 = 0; r4 = 0; "
							  "r5 = 0; r6 = 0; r7 = 0; r0 = 0; %s %s }"
							  "\nexists (0:r0=%u)",
		 ten, ten, 17u);
	comes_out("pipt", text, FOUND_NEVER, 0);
}

static void a_filter_that_leaves_no_run_is_an_error(void **state)
{
	struct litmus *t = parsed(HEAD("var go;") "P0 () { go = 1; }\nfilter (go=2)");
	struct verdict *v = find(t, "vivt", 0);

	(void)state;
	assert_int_equal(v->found, FOUND_WRONG);
	assert_int_equal(v->error_at.line, 5);
	assert_string_equal(v->error, "no run is left: expected that some run fulfils the filter");
	verdict_free(v);
	litmus_free(t);
	comes_out("vivt", HEAD("var go;") "P0 () { go = 1; }\nfilter (go=1)", FOUND_NEVER, 0);
}

/* Told to stop before it begins: it has no verdict, and says why. */
static void a_run_can_be_stopped(void **state)
{
	struct litmus *t = parsed(HEAD(TWO) "P0 (mm 0) { store(U, 1); load(K); }");
	volatile sig_atomic_t stop = 1;
	struct bounds bounds = { .reduce = true, .stop = &stop };
	struct target target;
	struct verdict *v;

	(void)state;
	assert_null(target_make(t, "vivt", "", &target));
	v = verdict_find(t, &target, &bounds, NULL);
	assert_int_equal(v->found, FOUND_INCOMPLETE);
	assert_string_equal(v->bound, "interrupted");
	verdict_free(v);
	stop = 0;
	v = verdict_find(t, &target, &bounds, NULL);
	assert_int_equal(v->found, FOUND_SOMETIMES);
	assert_null(v->bound);
	verdict_free(v);
	litmus_free(t);
}

static void a_bound_is_no_verdict(void **state)
{
	struct litmus *t = parsed(HEAD(TWO) "P0 (mm 0) { load(U); load(K); load(U); load(K); }");
	struct verdict *v = find(t, "vivt", 3);

	(void)state;
	assert_int_equal(v->found, FOUND_INCOMPLETE);
	assert_false(v->finished);
	assert_int_equal(v->states, 3);
	verdict_free(v);
	v = find(t, "vivt", 1000);
	assert_int_equal(v->found, FOUND_NEVER);
	assert_true(v->finished);
	verdict_free(v);
	litmus_free(t);
}

static void what_cannot_be_is_an_error(void **state)
{
	static const struct {
		const char *text;
		uint32_t line;
	} tests[] = {
		{ HEAD("page p; alias U = p mm 0 unmapped;") "P0 (mm 0) {\n load(U); }", 5 },
		{ HEAD("page p; alias U = p mm 0 ro;") "P0 (mm 0) {\n store(U, 1); }", 5 },
		{ HEAD("page p; alias U = p mm 1;") "P0 (mm 0) {\n load(U); }", 5 },
		{ HEAD("lock l;") "P0 () {\n unlock(l); }", 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		struct litmus *t = parsed(tests[i].text);
		struct verdict *v = find(t, "vivt", 0);

		assert_int_equal(v->found, FOUND_WRONG);
		assert_int_equal(v->error_at.line, tests[i].line);
		verdict_free(v);
		litmus_free(t);
	}
}

static void redundant_maintenance(void **state)
{
	struct litmus *t =
		parsed(HEAD(TWO) "P0 (mm 0) { store(U, 1); flush(U); clean(K); load(K); }");
	struct verdict *v = find(t, "vivt", 0);

	(void)state;
	assert_int_equal(v->n_redundant, 1);
	assert_int_equal(v->redundant[0].instr, 2);
	verdict_free(v);
	litmus_free(t);
}

static void the_example_is_the_shortest(void **state)
{
	struct litmus *t =
		parsed(HEAD(TWO) "P0 (mm 0) { load(K); store(U, 1); flush(U); load(K); }");
	struct verdict *v = find(t, "vivt", 0);

	(void)state;
	assert_non_null(v->trail);
	assert_int_equal(v->trail->n, 4);
	assert_true(v->trail->step[3].event.stale);
	assert_int_equal(v->trail->step[3].event.newest, 1);
	assert_int_equal(v->trail->step[1].n_copies, 2);
	verdict_free(v);
	litmus_free(t);
	/* One eviction, and no more. */
	t = parsed(HEAD(
		TWO) "P0 (mm 0) { store(K, 1); store(U, 2); flush(U); load(U); }\nexists (stale)");
	v = find(t, "vivt", 0);
	assert_non_null(v->trail);
	assert_int_equal(v->trail->n, 5);
	assert_int_equal(v->trail->step[3].event.kind, EVENT_EVICT);
	verdict_free(v);
	litmus_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stale_reads),
		cmocka_unit_test(lost_data),
		cmocka_unit_test(kinds_read_ahead),
		cmocka_unit_test(deadlocks),
		cmocka_unit_test(interrupts_left_wrong),
		cmocka_unit_test(conditions),
		cmocka_unit_test(ifs_take_no_registers),
		cmocka_unit_test(a_filter_that_leaves_no_run_is_an_error),
		cmocka_unit_test(a_run_can_be_stopped),
		cmocka_unit_test(a_bound_is_no_verdict),
		cmocka_unit_test(what_cannot_be_is_an_error),
		cmocka_unit_test(redundant_maintenance),
		cmocka_unit_test(the_example_is_the_shortest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
