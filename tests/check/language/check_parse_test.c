// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The litmus parser: what is wrong, and exactly where; and what is right, and means what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "check/language/litmus.h"
#include "model/machine.h"
#include "tests/check/parsed.h"

#define STATE                                                                                      \
	"{\n\tpage p;\n\talias K = p kernel;\n\talias U = p mm 0 colour 1;\n\tvar go;\n\tlock "    \
	"l;\n}\n"
#define CODE(text)                                                                                 \
	"C t\n" STATE "P0 (mm 0)\n{\n\t" text "\n}\n"	/* the text is in line 10, from column 2 */
#define INIT(text) "C t\n{\n\t" text "\n}\nP0 () { }\n" /* in line 3 */
#define TAIL(text) "C t\n" STATE "P0 (mm 0) { r0 = load(U); }\n" text /* in line 9 */

static const struct {
	const char *text;
	uint32_t line, column;
	const char *error; /* the beginning of it */
} wrong[] = {
	{ "", 1, 1,
	  "expected 'C' and the test's name in the first line, found 'the end of the file'" },
	{ "X t\n", 1, 1, "expected 'C' and the test's name" },
	{ "C\n", 1, 2, "expected the test's name" },
	{ "C t\n", 2, 1, "expected '{' before the initial state" },
	{ "C t\n(* no end", 2, 1, "this comment has no end" },
	{ "C t\n(*\n * Result: Perhaps\n *)\n{ }\n", 3, 12, "'Perhaps' is no verdict" },
	{ "C t\n(* Result: *)\n{ }\n", 2, 4, "expected a verdict" },
	{ "C t\n(* result: Never *)\n{ }\n", 2, 4, "this is nearly a line of Result" },
	{ "C t\n(*\n * Results: Perhaps\n *)\n{ }\n", 3, 4, "this is nearly a line of Result" },
	{ "C t\n(* Result : Never *)\n{ }\n", 2, 4, "this is nearly a line of Result" },
	{ "C t\n(* Reslut Never *)\n{ }\n", 2, 4, "this is nearly a line of Result" },
	{ "C t\n(* A bug.  Result: Never *)\n{ }\n", 2, 12, "this is nearly a line of Result" },
	{ "C t\n{ }\n// Result: Never\nP0 () { }\n", 3, 4,
	  "a line of Result here would not be read" },
	{ "C t\n(*\n * Result: Never\n * Result: Always\n *)\n{ }\n", 4, 4,
	  "expected Never here, too, or other targets or policies: line 3" },
	{ "C t\n(*\n * Result: Never on vivt\n * Result: Always on pipt, vivt\n *)\n{ }\n", 4, 4,
	  "expected Never here, too" },
	{ "C t\n(*\n * Result: Never on vivt\n * Result: Always on vivt under rmap\n *)\n{ }\n", 4,
	  4, "expected Never here, too" },
	{ "C t\n(*\n * Result: Never under rmap\n * Result: Always on vivt\n"
	  " * Result: Sometimes on vivt under rmap\n *)\n{ }\n",
	  5, 4, "expected Never here, too" },
	{ "C t\n{ }\n", 3, 1, "expected a context, as P0 (mm 0) { ... }" },
	{ "C t\n{\n\x01\n}\n", 3, 1, "a byte 0x01" },
	{ "C t\n{\n@\n}\n", 3, 1, "'@' means nothing here" },
	{ INIT("lines 3;"), 3, 8, "the number of lines of a page is 3, expected a power of two" },
	{ INIT("lines 16;"), 3, 8, "the number of lines of a page is 16, expected 1 to 8" },
	{ INIT("words 0;"), 3, 8, "the number of words of a line is 0, expected 1 to 4" },
	{ INIT("cpus 9;"), 3, 7, "the number of CPUs is 9" },
	{ INIT("page p;\n\tpage p;"), 4, 7, "there is a 'p' already" },
	{ INIT("page load;"), 3, 7, "'load' is an operation" },
	{ INIT("page p-q;"), 3, 7, "a name of yours may have letters, digits and _ only" },
	{ INIT("pgae p;"), 3, 2, "unknown line of the initial state 'pgae'; did you mean 'page'?" },
	{ INIT("page p hihgmem;"), 3, 9,
	  "expected what kind of page it is, or ';', found 'hihgmem'; did you mean 'highmem'?" },
	{ INIT("page p"), 4, 1, "expected what kind of page it is, or ';', found '}'" },
	{ INIT("alias U = q mm 0;"), 3, 12, "unknown page 'q'" },
	{ INIT("page p; alias U = p;"), 3, 16, "whose alias is U?" },
	{ INIT("page p; alias U = p mm 4;"), 3, 25, "the mm is 4, expected 0 to 3" },
	{ INIT("page p; alias U = p mm 0 colour 8;"), 3, 34, "the colour is 8" },
	{ INIT("page p; alias U = p mm 0 at V;"), 3, 30, "unknown alias 'V'" },
	{ INIT("page p; alias K = p kernel; alias U = p mm 0 at K;"), 3, 50,
	  "'K' is the kernel's" },
	{ INIT("page p; alias U = p mm 0 kernal;"), 3, 27,
	  "unknown property of an alias 'kernal'; did you mean 'kernel'?" },
	{ INIT("cache vivt, vivt;"), 3, 14, "'vivt' stands here twice" },
	{ INIT("write sideways;"), 3, 8, "expected a write policy" },
	{ INIT("page p; p[2] = 1;"), 3, 12, "the word of the page is 2, expected 0 to 1" },
	{ INIT("page p; p = 4294967296;"), 3, 14, "'4294967296' is not a number of 32 bits" },
	{ INIT("var v = 0x;"), 3, 10, "'0x' is not a number" },
	{ "C t\n" STATE "P0 (mm 0) { }\nP0 (mm 0) { }\n", 10, 1, "there is a 'P0' already" },
	{ "C t\n" STATE "P0 (cpu 1) { }\n", 9, 9,
	  "the CPU (there is one; 'cpus 2;' makes two) is 1" },
	{ "C t\n" STATE "I0 (irq, mm 0) { }\n", 9, 1, "I0 has no mm of its own" },
	{ "C t\n" STATE "P0 (times 2) { }\n", 9, 1, "P0 runs once" },
	{ "C t\n" STATE "P0 (iqr) { }\n", 9, 5,
	  "unknown property of a context 'iqr'; did you mean 'irq'?" },
	{ "C t\n" STATE "P0 () {\n", 9, 1, "P0 has no end" },
	{ CODE("laod(U);"), 11, 2, "unknown operation 'laod'; did you mean 'load'?" },
	{ CODE("load(W);"), 11, 7, "unknown alias 'W'" },
	{ CODE("load(p);"), 11, 7, "'p' is a page; expected an alias" },
	{ CODE("coh_flush_dcache_page(U);"), 11, 24, "'U' is an alias; expected a page: p" },
	{ CODE("load(U[2]);"), 11, 9, "the word of the page or buffer is 2, expected 0 to 1" },
	{ CODE("load(U[go + 1]);"), 11, 12, "expected ']' after the word" },
	{ CODE("load(U[r0]);"), 11, 9, "register r0 was never set in P0" },
	{ CODE("load(U[0..r0]);"), 11, 12, "expected the last word, a number from 0 to 1" },
	{ CODE("repeat { load(U); }"), 11, 9, "expected how many times, a number from 1 to 32" },
	{ CODE("repeat 33 { load(U); }"), 11, 9, "how many times is 33, expected 1 to 32" },
	{ CODE("repeat 2 load(U);"), 11, 11, "expected '{' before statements" },
	{ CODE("repeat 32 { repeat 4 { load(U); } }"), 11, 25, "P0 has more than 96 statements" },
	{ CODE("repeat 32 { repeat 32 { } }"), 11, 14,
	  "P0 repeats statements more than 1000 times" },
	{ CODE("poll(V);"), 11, 7, "unknown alias 'V'" },
	{ INIT("buffer b = p[0];"), 3, 13, "expected a page or an alias, found 'p'" },
	{ INIT("page p; buffer b = p;"), 3, 22,
	  "expected the words of the buffer, as in 'p[0..3]'" },
	{ INIT("page p; buffer b = p[1..0];"), 3, 26, "the last word is 0, expected 1 to 31" },
	{ INIT("page p; buffer b = p[0..2];"), 3, 17,
	  "b ends with word 2 of its page, which has 0 to 1" },
	{ INIT("page p; buffer p = p[0];"), 3, 17, "there is a 'p' already" },
	{ INIT("page p; buffer b = p[0]; b[1] = 3;"), 3, 29,
	  "the word of the page or buffer is 1" },
	{ "C t\n{ page p; buffer b = p[0]; }\nP0 () { load(b); }\n", 3, 14,
	  "b has no address for a CPU: page p needs an alias" },
	{ "C t\n{ page p; buffer b = p[0]; alias K = p kernel; alias L = p kernel; }\n"
	  "P0 () { load(b); }\n",
	  3, 14, "page p has several addresses: say by which, as in 'buffer b" },
	{ "C t\n{ page p; buffer b = p[0]; alias K = p kernel; }\nP0 () { map(b); }\n", 3, 13,
	  "'b' is a buffer; expected an alias" },
	{ "C t\n{ page p; buffer b = p[1]; alias K = p kernel; }\nP0 () { load(b[1]); }\n", 3, 16,
	  "the word of the page or buffer is 1, expected 0 to 0" },
	{ "C t\n{ page p; alias K = p kernel; }\ndefine f(b) { load(b[1]); }\n"
	  "P0 () { f(K[1]); }\n",
	  3, 22, "the word of the page or buffer is 1, expected 0 to 0" },
	{ "C t\n{ page p; alias K = p kernel; }\ndefine f(b) { load(b); }\n"
	  "P0 () { f(K[2]); }\n",
	  4, 12, "the word of the page or buffer is 2, expected 0 to 1" },
	{ CODE("clean(U[1..0]);"), 11, 13, "the last word is 0, expected 1 to 1" },
	{ CODE("store(U);"), 11, 9, "expected ',' between arguments" },
	{ CODE("store(U, r0);"), 11, 11, "register r0 was never set in P0" },
	{ CODE("store(U, x);"), 11, 11, "expected a number or a register" },
	{ CODE("r0 = clean(U);"), 11, 7, "clean gives no value" },
	{ CODE("irq_save();"), 11, 2, "irq_save gives a value" },
	{ CODE("x = 1;"), 11, 2, "'x' is neither a register (r0, r1 ...) nor declared" },
	{ CODE("x = load(U);"), 11, 2, "'x' is neither a register" },
	{ CODE("dma_write(p, 1);"), 11, 2, "dma_write is for a device; P0 is none" },
	{ CODE("lock(k);"), 11, 7, "unknown lock 'k'" },
	{ CODE("ipi(P0);"), 11, 6, "'P0' is no interrupt of kind ipi" },
	{ CODE("await(gone == 1);"), 11, 8, "unknown variable 'gone'" },
	{ CODE("await(go = 1);"), 11, 11, "expected a comparison" },
	{ CODE("if (go == 1) load(U);"), 11, 15, "expected '{' before statements" },
	{ CODE("load(U)"), 12, 1, "expected ';' at the end of a statement" },
	{ CODE("coh_kmap(p, wirte);"), 11, 14,
	  "expected what the kernel will do (read, write or readwrite), found 'wirte'; did you "
	  "mean 'write'?" },
	{ "C t\n" STATE "D0 (device) {\n load(U); }\n", 10, 2,
	  "load is for a CPU; D0 is a device" },
	{ "C t\n" STATE "define f() { f(); }\nP0 () { f(); }\n", 9, 14, "f within itself" },
	{ "C t\n" STATE "define f(a) {\nP0 () { f(U); }\n", 9, 8,
	  "the definition of f has no end" },
	{ TAIL("exists (0:r1=1)"), 10, 11, "register r1 was never set in P0" },
	{ TAIL("exists (1:r0=1)"), 10, 9, "unknown context 'P1'; did you mean 'P0'?" },
	{ TAIL("exists (stael)"), 10, 9,
	  "unknown page, variable or outcome 'stael'; did you mean 'stale'?" },
	{ TAIL("exists (0:r0)"), 10, 13, "expected a comparison" },
	{ TAIL("exists (stale) exists (lost)"), 10, 16, "a second condition" },
	{ TAIL("exists (stale"), 10, 14, "expected ')' after the condition" },
	{ TAIL("exist (stale)"), 10, 1,
	  "unknown context or condition 'exist'; did you mean 'exists'?" },
	{ TAIL("locations [0:r0 go;]"), 10, 17, "expected ';' or ']'" },
};

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static void what_is_wrong_is_said_where(void **state)
{
	unsigned failed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct litmus_error error;
		struct litmus *t = litmus_parse("t", wrong[i].text, strlen(wrong[i].text), &error);

		if (!t && error.at.line == wrong[i].line && error.at.column == wrong[i].column &&
		    begins(error.text, wrong[i].error))
			continue;
		failed++;
		print_error("%zu: expected %u:%u: %s\n   got %u:%u: %s\n%s\n", i, wrong[i].line,
			    wrong[i].column, wrong[i].error, t ? 0 : error.at.line,
			    t ? 0 : error.at.column, t ? "(it parses)" : error.text, wrong[i].text);
		litmus_free(t);
	}
	assert_int_equal(failed, 0);
}

static void the_state_means(void **state)
{
	struct litmus *t =
		parsed("C some+name\n(*\n * Result: Never\n"
		       " * Result: Sometimes on vivt, arm926ej-s under rmap, none\n *)\n{\n"
		       "\tcache vivt, arm926ej-s;\n\tpolicy rmap;\n\tlines 2;\n\twords 4;\n"
		       "\tcpus 2;\n\ttlb 3;\n\touter;\n\tspeculate dirty;\n\toperations local;\n"
		       "\tpage p file;\n\tpage q anon highmem scratch;\n\tp[3] = 0x10;\n"
		       "\talias K = p kernel colour 2 ro uncached;\n"
		       "\talias U = q mm 1 colour 3 unmapped private;\n"
		       "\talias V = p mm 2 at U;\n}\nP0 () { }\n");

	(void)state;
	assert_string_equal(t->name, "some+name");
	assert_int_equal(t->n_results, 2);
	assert_int_equal(t->result[0].verdict, LITMUS_NEVER);
	assert_int_equal(t->result[1].n_targets, 2);
	assert_string_equal(t->result[1].policy[1], "none");
	assert_int_equal(t->n_targets, 2);
	assert_int_equal(t->lines, 2);
	assert_int_equal(t->words, 4);
	assert_int_equal(t->tlb, 3);
	assert_true(t->outer && t->local);
	assert_int_equal(t->speculates, LITMUS_SPECULATES_DIRTY);
	assert_int_equal(t->page[0].kind, LITMUS_FILE);
	assert_true(t->page[1].highmem && t->page[1].scratch);
	assert_int_equal(t->init[0].word, 3);
	assert_int_equal(t->init[0].value, 16);
	assert_int_equal(t->alias[0].rights, COH_MACHINE_READ);
	assert_int_equal(t->alias[0].attr, COH_UNCACHED);
	assert_true(t->alias[1].unmapped && t->alias[1].private);
	assert_int_equal(t->alias[2].where, 1);
	assert_int_equal(t->alias[2].colour, 3);
	assert_int_equal(t->mms, 3);
	litmus_free(t);
}

/* Several lines of Result are no contradiction if each counts somewhere; nor is a word of prose. */
static void results_may_be_several(void **state)
{
	static const char *const comments[] = {
		"Result: Never on pipt\n * Result: Sometimes",
		"Result: Never\n * Result: Sometimes on vivt",
		"Result: Never on vivt under rmap\n * Result: Sometimes on vivt, vipt",
		"Result: Never on vivt\n * Result: Sometimes under none",
		"Result: Never on vivt\n * Result: Never on vivt, pipt",
		"Result: Never on vivt\n * Result: Sometimes on vipt",
		"As a result: nothing.  The verdict is Never.",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(comments) / sizeof(*comments); i++) {
		char text[200];

		snprintf(text, sizeof(text),
			 "C t\n(*\n * %s\n *)\n{ }\n// result: of all\nP0 () { }\n", comments[i]);
		litmus_free(parsed(text));
	}
}

/* Of a context's statements: the operations, and where branches lead. */
static void the_code_means(void **state)
{
	struct litmus *t = parsed("C t\n" STATE "define f(x, n) { store(x, n); clean(x); }\n"
				  "P0 (mm 0) {\n if (go == 1) { f(U, 7); } else { r0 = load(K); }\n"
				  " r1 = r0 + 2; r2 = exchange(go, r1); }\n"
				  "I0 (irq, times 2, optional) { ipi(H0); }\nH0 (ipi) { }\n");
	const struct litmus_instr *i = t->context[0].instr;

	(void)state;
	assert_int_equal(t->context[0].n_instrs, 8);
	assert_int_equal(i[0].op, OP_READ_VAR);
	assert_int_equal(i[1].op, OP_BRANCH);
	assert_int_equal(i[1].target, 5);
	assert_int_equal(i[2].op, OP_STORE);
	assert_int_equal(i[2].alias, 1);
	assert_int_equal(i[2].a.add, 7);
	assert_int_equal(i[2].call.line, 11);
	assert_int_equal(i[3].op, OP_CLEAN);
	assert_int_equal(i[3].last, 1);
	assert_int_equal(i[4].op, OP_JUMP);
	assert_int_equal(i[4].target, 6);
	assert_int_equal(i[5].op, OP_LOAD);
	assert_int_equal(i[6].op, OP_SET_REG);
	assert_int_equal(i[6].a.add, 2);
	assert_int_equal(i[7].op, OP_EXCHANGE);
	assert_int_equal(t->context[1].times, 2);
	assert_true(t->context[1].optional);
	assert_int_equal(t->context[1].instr[0].other, 2);
	litmus_free(t);
}

static void the_condition_means(void **state)
{
	struct litmus *t = parsed(TAIL("filter (go=1)\n~exists (~(0:r0=1 \\/ p[1]!=2) /\\ stale)\n"
				       "locations [0:r0; p; go;]\n"));
	static const enum litmus_term_kind kinds[] = { TERM_REG, TERM_MEMORY, TERM_OR,
						       TERM_NOT, TERM_STALE,  TERM_AND };

	(void)state;
	assert_int_equal(t->quantifier, LITMUS_NOT_EXISTS);
	assert_int_equal(t->condition.n, 6);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(t->condition.term[i].kind, kinds[i]);
	assert_int_equal(t->condition.term[1].word, 1);
	assert_int_equal(t->condition.term[1].compare, CMP_NE);
	assert_int_equal(t->filter.n, 1);
	assert_int_equal(t->n_locations, 3);
	litmus_free(t);
	t = parsed(TAIL(""));
	assert_int_equal(t->condition.n, 1);
	assert_int_equal(t->condition.term[0].kind, TERM_HAZARD);
	litmus_free(t);
}

/* What is printed of a statement is the statement again. */
static void statements_are_printed_as_written(void **state)
{
	static const char *const statements[] = {
		"r0 = load(U[1])",
		"store(U[0], 3)",
		"clean(U)",
		"flush(K[1])",
		"flush_all()",
		"clean_set(U[0])",
		"invalidate_outer(p)",
		"map(U, p, rwx)",
		"protect(U, ro, uncached)",
		"invalidate_tlb(U)",
		"switch_mm(1)",
		"lock_irq(l)",
		"r1 = lock_irqsave(l)",
		"go = 4",
		"r2 = go",
		"r3 = exchange(go, 1)",
		"await(go >= 2)",
		"r4 = 5",
		"irq_disable()",
		"coh_flush_dcache_page(p)",
		"coh_get_user_page(U, readwrite)",
		"coh_dma_map(p, to_device)",
		"fork(0, 1)",
		"mprotect(U, rw)",
		"migrate(0)",
		"r5 = coh_copy_from_user_page(U[1])",
	};

	(void)state;
	for (size_t n = 0; n < sizeof(statements) / sizeof(*statements); n++) {
		char text[512], printed[128];
		struct litmus *t;

		snprintf(text, sizeof(text), "C t\n" STATE "P0 (mm 0) { %s; }\n", statements[n]);
		t = parsed(text);
		litmus_instr_text(t, &t->context[0], &t->context[0].instr[0], printed,
				  sizeof(printed));
		assert_string_equal(printed, statements[n]);
		litmus_free(t);
	}
}

/* No beginning of a file crashes, and none but the whole of it and its last lines parses. */
static void every_prefix_is_refused(void **state)
{
	static const char text[] = TAIL("exists (0:r0=1 /\\ stale)\n");

	(void)state;
	for (size_t n = 0; n < strlen(text); n++) {
		struct litmus_error error;

		litmus_free(litmus_parse("t", text, n, &error));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_said_where),
		cmocka_unit_test(results_may_be_several),
		cmocka_unit_test(the_state_means),
		cmocka_unit_test(the_code_means),
		cmocka_unit_test(the_condition_means),
		cmocka_unit_test(statements_are_printed_as_written),
		cmocka_unit_test(every_prefix_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
