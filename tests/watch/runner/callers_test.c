// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Call paths to maintenance become a tree, and contexts that make no sense do no harm.  The program
 * is compiled here, with the cross compiler that the guests need too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch/runner/callers.h"
#include "watch/runner/report.h"

#ifndef CROSS_CC
#define CROSS_CC "arm-linux-gnueabi-gcc"
#endif

#define STACK_VA 0x1000u

static char dir[] = "coherer-callers-XXXXXX";
static struct symbols *symbols;

static const char source[] = "__attribute__((noipa)) int leaf(int a) { return a * 3; }\n"
			     "__attribute__((noipa)) int needed(int a) { return leaf(a) + 1; }\n"
			     "__attribute__((noipa)) int waste(int a) { return leaf(a) + 2; }\n"
			     "void _start(void) { needed(2); waste(3); for (;;) ; }\n";

static int build(void **state)
{
	char command[1024], error[256];
	FILE *out;

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(command, sizeof(command), "%s/a.c", dir);
	out = fopen(command, "w");
	fputs(source, out);
	fclose(out);
	snprintf(command, sizeof(command),
		 "cd %s && " CROSS_CC " -g -O1 -marm -march=armv5te -mfloat-abi=soft -nostdlib"
		 " -static -Ttext=0x10000 -Wl,--build-id=none -o a.elf a.c",
		 dir);
	if (system(command))
		return -1;
	snprintf(command, sizeof(command), "%s/a.elf", dir);
	symbols = symbols_open(command, error, sizeof(error));
	return symbols ? 0 : -1;
}

static int clean_up(void **state)
{
	char command[256];

	(void)state;
	symbols_close(symbols);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static uint32_t address_of(const char *name)
{
	struct code_place at;

	for (uint32_t pc = 0x10000; pc < 0x10200; pc += 4)
		if (symbols_at(symbols, pc, 0, &at) && !at.offset && !strcmp(at.function, name))
			return pc;
	fail_msg("no symbol %s", name);
	return 0;
}

/* The return address of the call of callee in caller. */
static uint32_t return_to(const char *caller, const char *callee)
{
	uint32_t from = address_of(caller), to = address_of(callee);

	for (uint32_t pc = from; pc < from + 0x100; pc += 4)
		if (symbols_call_target(symbols, pc) == to)
			return pc + 4;
	fail_msg("%s does not call %s", caller, callee);
	return 0;
}

/* At the first instruction of leaf, called by caller, which has pushed something and lr. */
static struct wire_path path_through(const char *caller, uint64_t count, uint64_t redundant,
				     uint64_t wrote)
{
	struct wire_path p = {
		.site = { .count = count, .redundant = redundant, .wrote = wrote },
		.chain = { .known = 1, .stack_va = STACK_VA, .stack_length = 64 },
	};
	uint32_t back = return_to("_start", caller);

	p.site.pc = address_of("leaf");
	p.chain.regs[13] = STACK_VA;
	p.chain.regs[14] = return_to(caller, "leaf");
	p.chain.regs[15] = p.site.pc;
	memcpy(p.chain.stack + 4, &back, 4);
	return p;
}

static void expect_node(const struct callers_node *n, const char *function, uint64_t count,
			uint64_t redundant, uint64_t wrote)
{
	struct code_place at;

	assert_non_null(n);
	report_call_place(n->site.pc, symbols, &at);
	assert_string_equal(at.function, function);
	assert_int_equal(n->site.count, count);
	assert_int_equal(n->site.redundant, redundant);
	assert_int_equal(n->site.wrote, wrote);
}

static char *printed(const struct callers *c, const struct wire_maint_site *site, uint64_t least,
		     unsigned *left_out)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	*left_out = 0;
	callers_print(out, callers_of(c, site), least, left_out, symbols);
	fclose(out);
	return text;
}

static void equal_paths_are_one(void **state)
{
	struct callers c = { 0 };
	struct wire_path needed = path_through("needed", 10, 1, 9);
	struct wire_path waste = path_through("waste", 100, 90, 4);
	const struct callers_node *n;

	(void)state;
	callers_add(&c, &needed, symbols);
	callers_add(&c, &waste, symbols);
	callers_add(&c, &waste, symbols);
	callers_sort(&c);
	n = callers_of(&c, &waste.site);
	expect_node(n, "leaf", 210, 181, 17);
	expect_node(n->callers, "waste", 200, 180, 8);
	expect_node(n->callers->callers, "_start", 200, 180, 8);
	assert_null(n->callers->callers->callers);
	expect_node(n->callers->next, "needed", 10, 1, 9);
	assert_null(n->callers->next->next);
	callers_free(&c);
}

static void another_operation_is_another_root(void **state)
{
	struct callers c = { 0 };
	struct wire_path one = path_through("needed", 10, 1, 9), other = one;

	(void)state;
	other.site.op = 1;
	callers_add(&c, &one, symbols);
	assert_null(callers_of(&c, &other.site));
	callers_add(&c, &other, symbols);
	assert_ptr_not_equal(callers_of(&c, &one.site), callers_of(&c, &other.site));
	callers_free(&c);
}

static void small_shares_are_left_out(void **state)
{
	struct callers c = { 0 };
	struct wire_path needed = path_through("needed", 10, 1, 9);
	struct wire_path waste = path_through("waste", 100, 90, 4);
	unsigned left_out;
	char *text;

	(void)state;
	callers_add(&c, &needed, symbols);
	callers_add(&c, &waste, symbols);
	callers_sort(&c);
	text = printed(&c, &waste.site, 2, &left_out);
	assert_int_equal(left_out, 1);
	assert_ptr_equal(
		strstr(text, "          90 of        100   90 %           4           6    waste+"),
		text);
	assert_null(strstr(text, "needed"));
	assert_null(strstr(text, "others"));
	free(text);
	text = printed(&c, &waste.site, 1, &left_out);
	assert_int_equal(left_out, 0);
	assert_non_null(strstr(
		text, "           1 of         10   10 %           9           0    needed+"));
	free(text);
	callers_free(&c);
}

/* A path that could not be kept, or be followed, is not lost from the sum. */
static void the_rest_is_told(void **state)
{
	struct callers c = { 0 };
	struct wire_path waste = path_through("waste", 100, 90, 4), unknown = waste;
	unsigned left_out;
	char *text;

	(void)state;
	unknown.chain.known = 0;
	callers_add(&c, &waste, symbols);
	callers_add(&c, &unknown, symbols);
	text = printed(&c, &waste.site, 1, &left_out);
	assert_non_null(strstr(text, "          90 of        100   90 %           4           6    "
				     "others, or not known\n"));
	free(text);
	callers_free(&c);
}

/* Nobody knows when an operation by set and way takes effect. */
static void set_and_way_has_no_effect_of_its_own(void **state)
{
	struct wire_maint_site site = { .scope = 1, .count = 5 };
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	callers_print_counts(out, &site);
	fclose(out);
	assert_string_equal(text, "           0 of          5    0 %           ?           ?  ");
	free(text);
}

static void user_code_has_no_chain(void **state)
{
	struct wire_path p = path_through("waste", 1, 1, 0);
	struct report_call call[UNWIND_FRAMES];

	(void)state;
	assert_int_equal(report_calls(&p.chain, symbols, call), 2);
	assert_string_equal(call[0].at.function, "waste");
	assert_string_equal(call[1].at.function, "_start");
	p.chain.user = 1;
	assert_int_equal(report_calls(&p.chain, symbols, call), 0);
	p.chain.user = 0;
	p.chain.known = 0;
	assert_int_equal(report_calls(&p.chain, symbols, call), 0);
}

/* What was on the stack is gone, or goes round in a circle: the nearest caller is still right. */
static void a_damaged_stack(void **state)
{
	struct wire_path p = path_through("waste", 1, 1, 0);
	struct report_call call[UNWIND_FRAMES];
	uint32_t circle = return_to("waste", "leaf");
	uint32_t random = 7; /* an LCG */

	(void)state;
	memset(p.chain.stack, 0xff, sizeof(p.chain.stack));
	assert_int_equal(report_calls(&p.chain, symbols, call), 1);
	assert_string_equal(call[0].at.function, "waste");
	for (uint32_t at = 0; at < WIRE_STACK; at += 4)
		memcpy(p.chain.stack + at, &circle, 4);
	p.chain.stack_length = 0xffffffff;
	assert_in_range(report_calls(&p.chain, symbols, call), 1, UNWIND_FRAMES);
	assert_string_equal(call[0].at.function, "waste");
	p.chain.stack_length = 0;
	assert_int_equal(report_calls(&p.chain, symbols, call), 1);
	for (int i = 0; i < 2000; i++) {
		uint8_t *bytes = (uint8_t *)&p.chain;

		for (size_t at = 8; at < 512; at++)
			bytes[at] = (uint8_t)((random = random * 1664525 + 1013904223) >> 24);
		p.chain.regs[15] = address_of("leaf") + 4 * (random >> 28);
		assert_in_range(report_calls(&p.chain, symbols, call), 0, UNWIND_FRAMES);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_paths_are_one),
		cmocka_unit_test(another_operation_is_another_root),
		cmocka_unit_test(small_shares_are_left_out),
		cmocka_unit_test(the_rest_is_told),
		cmocka_unit_test(set_and_way_has_no_effect_of_its_own),
		cmocka_unit_test(user_code_has_no_chain),
		cmocka_unit_test(a_damaged_stack),
	};

	return cmocka_run_group_tests(tests, build, clean_up);
}
