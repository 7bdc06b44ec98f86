// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Symbols, lines and call chains of a small ARM program that the test compiles
 * itself, with the cross compiler that the guests need too.
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

#include "watch/runner/symbols.h"
#include "watch/runner/unwind.h"
#include "watch/wire_module.h"

#ifndef CROSS_CC
#define CROSS_CC "arm-linux-gnueabi-gcc"
#endif

static char dir[] = "coherer-symbols-XXXXXX";
static char error[512];

/* outer calls middle calls copy, which is assembler and has no frame data. */
static const char c_source[] =
	"int copy(int);\n"
	"__attribute__((noinline)) int middle(int a) {\n"
	"	volatile int room[4] = { a };\n"
	"	return copy(room[0]) + room[1];\n"
	"}\n"
	"__attribute__((noinline)) int outer(int a) { return middle(a) + 1; }\n"
	"void _start(void) { outer(2); for (;;) ; }\n";
static const char s_source[] = "	.text\n	.arm\n	.global copy\n"
			       "copy:	stmfd sp!, {r0, r4, lr}\n"
			       "	ldr r0, [sp]\n"
			       "	str r0, [sp]\n"
			       "	bl helper\n"
			       "	ldmfd sp!, {r0, r4, pc}\n"
			       "	.type helper, %function\n"
			       "helper:	bx lr\n";

static void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

/*
 * id.elf, stripped of everything; below debug/ what was taken from it; below wrong/, under the name
 * of that, the same of a program with another build ID.
 */
static int separate_debug(void)
{
	char command[1024];

	snprintf(command, sizeof(command),
		 "cd %s && for n in 1 2; do " CROSS_CC
		 " -g -O1 -marm -march=armv5te -nostdlib -static"
		 " -mfloat-abi=soft -Ttext=0x10000 -Wl,--build-id=0x0a0b0c0d0e0f100$n -o id$n.elf "
		 "a.c b.s &&"
		 " arm-linux-gnueabi-objcopy --only-keep-debug id$n.elf id$n.debug 2>log || exit "
		 "1; done;"
		 " mkdir -p debug/.build-id/0a wrong/.build-id/0a &&"
		 " arm-linux-gnueabi-strip -o id.elf id1.elf &&"
		 " cp id1.debug debug/.build-id/0a/0b0c0d0e0f1001.debug &&"
		 " cp id2.debug wrong/.build-id/0a/0b0c0d0e0f1001.debug",
		 dir);
	return system(command);
}

static int build(void **state)
{
	char command[1024];

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	write_file("a.c", c_source);
	write_file("b.s", s_source);
	write_file("text", "no ELF file\n");
	snprintf(command, sizeof(command),
		 "cd %s && " CROSS_CC " -g -O1 -marm -march=armv5te -mfloat-abi=soft -nostdlib"
		 " -static -Ttext=0x10000 -Wl,--build-id=none -o a.elf a.c b.s &&"
		 " cp a.elf bare.elf && arm-linux-gnueabi-strip bare.elf",
		 dir);
	return system(command) || separate_debug();
}

static int clean_up(void **state)
{
	char command[256];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static struct symbols *open_file(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return symbols_open(path, error, sizeof(error));
}

/* The address of a function, found by walking over the text. */
static uint32_t address_of(struct symbols *s, const char *name)
{
	struct code_place at;

	for (uint32_t pc = 0x10000; pc < 0x10200; pc += 4)
		if (symbols_at(s, pc, 0, &at) && !at.offset && !strcmp(at.function, name))
			return pc;
	fail_msg("no symbol %s", name);
	return 0;
}

static void names_and_lines(void **state)
{
	struct symbols *s = open_file("a.elf");
	struct code_place at;
	uint32_t middle;

	(void)state;
	assert_non_null(s);
	middle = address_of(s, "middle");
	assert_true(symbols_at(s, middle + 4, 0, &at));
	assert_string_equal(at.function, "middle");
	assert_int_equal(at.offset, 4);
	assert_string_equal(at.file, "a.c");
	assert_in_range(at.line, 2, 5);
	assert_false(symbols_at(s, middle, 1, &at)); /* user mode is never looked up */
	assert_true(at.user);
	assert_false(symbols_at(s, 0x8000, 2, &at));
	assert_true(at.user); /* below the lowest symbol */
	assert_false(symbols_at(s, 0x90000000, 2, &at));
	assert_false(at.user);
	assert_false(symbols_at(NULL, middle, 2, &at));
	symbols_close(s);
}

static void instructions(void **state)
{
	struct symbols *s = open_file("a.elf");
	uint32_t copy = address_of(s, "copy");

	(void)state;
	assert_int_equal(symbols_insn(s, copy), INSN_STORE);
	assert_int_equal(symbols_insn(s, copy + 4), INSN_LOAD);
	assert_int_equal(symbols_insn(s, copy + 8), INSN_STORE);
	assert_int_equal(symbols_insn(s, copy + 12), INSN_CALL);
	assert_int_equal(symbols_call_target(s, copy + 12), copy + 20);
	assert_int_equal(symbols_insn(s, copy + 20), INSN_OTHER);
	assert_int_equal(symbols_insn(s, 0x90000000), INSN_UNKNOWN);
	symbols_close(s);
}

static uint32_t call_in(struct symbols *s, const char *caller, const char *callee)
{
	uint32_t from = address_of(s, caller), to = address_of(s, callee);

	for (uint32_t pc = from; pc < from + 0x100; pc += 4)
		if (symbols_call_target(s, pc) == to && symbols_insn(s, pc) == INSN_CALL)
			return pc;
	fail_msg("%s does not call %s", caller, callee);
	return 0;
}

static void expect_call(struct symbols *s, const struct unwind_frame *f, const char *name,
			bool guessed)
{
	struct code_place at;

	assert_true(symbols_at(s, f->pc - 4, 0, &at));
	assert_string_equal(at.function, name);
	assert_int_equal(f->guessed, guessed);
}

/* At the first instruction of middle the whole chain is in the registers. */
static void chain_by_frame_data(void **state)
{
	struct symbols *s = open_file("a.elf");
	uint8_t stack[64] = { 0 };
	uint32_t back = call_in(s, "_start", "outer") + 4;
	struct unwind_state st = { .stack_va = 0x1000, .stack_length = 64, .stack = stack };
	struct unwind_frame frame[UNWIND_FRAMES];

	(void)state;
	st.regs[13] = 0x1000;
	st.regs[14] = call_in(s, "outer", "middle") + 4;
	st.regs[15] = address_of(s, "middle");
	/* outer has pushed something and lr: lr is the upper word. */
	memcpy(stack + 4, &back, 4);
	assert_int_equal(unwind(s, &st, frame), 2);
	expect_call(s, &frame[0], "outer", false);
	expect_call(s, &frame[1], "_start", false);
	symbols_close(s);
}

/* In the assembler function after its push, with lr used for something else. */
static void chain_by_guess(void **state)
{
	struct symbols *s = open_file("a.elf");
	uint8_t stack[16] = { 0 };
	uint32_t back = call_in(s, "middle", "copy") + 4;
	struct unwind_state st = { .stack_va = 0x1000, .stack_length = 16, .stack = stack };
	struct unwind_frame frame[UNWIND_FRAMES];

	(void)state;
	st.regs[13] = 0x1000;
	st.regs[14] = 0x12345678;
	st.regs[15] = address_of(s, "copy") + 4;
	memcpy(stack + 8, &back, 4);
	assert_in_range(unwind(s, &st, frame), 1, UNWIND_FRAMES);
	expect_call(s, &frame[0], "middle", true);
	st.stack_length = 0;
	assert_int_equal(unwind(s, &st, frame), 0);
	assert_int_equal(unwind(NULL, &st, frame), 0);
	symbols_close(s);
}

static struct symbols *open_with(const char *debug_dir)
{
	char path[256], debug[256];

	snprintf(path, sizeof(path), "%s/id.elf", dir);
	snprintf(debug, sizeof(debug), "%s/%s", dir, debug_dir);
	return symbols_open_debug(path, debug, error, sizeof(error));
}

static void separate_debug_information(void **state)
{
	struct symbols *s = open_with("debug");
	struct code_place at;

	(void)state;
	assert_non_null(s);
	assert_true(symbols_at(s, address_of(s, "middle") + 4, 0, &at));
	assert_string_equal(at.function, "middle");
	assert_string_equal(at.file, "a.c");
	assert_in_range(at.line, 2, 5);
	symbols_close(s);
	assert_null(open_with("wrong"));
	assert_non_null(strstr(error, "no symbol table"));
	assert_null(open_with("none"));
	assert_null(open_file("id.elf"));
}

static bool add(struct symbols *s, const char *name, uint32_t base, uint8_t id)
{
	struct wire_module m = {
		.base = base,
		.size = 0x1000,
		.has_build_id = 1,
		.build_id = { id },
	};

	strcpy(m.name, name);
	return symbols_add_module(s, &m, NULL, error, sizeof(error));
}

static void expect_module(struct symbols *s, uint32_t pc, const char *name)
{
	struct code_place at;

	assert_false(symbols_at(s, pc, 0, &at));
	assert_string_equal(at.module, name);
	assert_false(at.user);
}

/* By their names only: tests/watch/who.sh has files. */
static void modules_take_their_places(void **state)
{
	struct symbols *s = open_file("a.elf");
	struct code_place at;

	(void)state;
	for (int again = 0; again < 3; again++)
		assert_true(add(s, "one", 0xbf000000, 1));
	assert_true(add(s, "two", 0xbf001000, 1));
	expect_module(s, 0xbf000fff, "one");
	expect_module(s, 0xbf001000, "two");
	expect_module(s, 0xbf002000, "");
	assert_false(symbols_at(s, 0xbf000010, 1, &at)); /* user mode has no modules */
	assert_string_equal(at.module, "");
	assert_true(add(s, "three", 0xbf000800, 1)); /* over both halves */
	expect_module(s, 0xbf000010, "");
	expect_module(s, 0xbf000800, "");
	expect_module(s, 0xbf001800, "");
	assert_true(add(s, "four", 0xbf002000, 1));
	assert_true(add(s, "four", 0xbf002000, 2)); /* another build */
	expect_module(s, 0xbf002000, "");
	symbols_close(s);
}

static void modules_are_not_the_program(void **state)
{
	struct symbols *s = open_file("a.elf");
	uint32_t middle = address_of(s, "middle");
	struct code_place at;

	(void)state;
	assert_true(add(s, "evil", middle & ~0xfffu, 1));
	assert_true(symbols_at(s, middle, 0, &at));
	assert_string_equal(at.module, "");
	/* Below the lowest symbol, where else there are users. */
	assert_true(add(s, "low", 0x1000, 1));
	assert_false(symbols_at(s, 0x1010, 2, &at));
	assert_false(at.user);
	assert_string_equal(at.module, "low");
	symbols_forget_modules(s);
	assert_false(symbols_at(s, 0x1010, 2, &at));
	assert_true(at.user);
	assert_string_equal(at.module, "");
	symbols_close(s);
}

/*
 * What outer calls goes on to copy by a branch: outer is the nearest that can be known.  A call
 * that copy itself made does not count.
 */
static void chain_by_branch(void **state)
{
	struct symbols *s = open_file("a.elf");
	uint8_t stack[32] = { 0 };
	uint32_t back = call_in(s, "_start", "outer") + 4;
	struct unwind_state st = { .stack_va = 0x1000, .stack_length = 32, .stack = stack };
	struct unwind_frame frame[UNWIND_FRAMES];

	(void)state;
	st.regs[13] = 0x1000;
	st.regs[14] = call_in(s, "outer", "middle") + 4;
	st.regs[15] = address_of(s, "copy");
	/* outer has pushed something and lr: lr is the upper word. */
	memcpy(stack + 4, &back, 4);
	assert_int_equal(unwind(s, &st, frame), 2);
	expect_call(s, &frame[0], "outer", true);
	expect_call(s, &frame[1], "_start", false);
	st.regs[14] = call_in(s, "copy", "helper") + 4;
	st.regs[15] = st.regs[14];
	assert_int_equal(unwind(s, &st, frame), 1);
	expect_call(s, &frame[0], "_start", true);
	symbols_close(s);
}

static void refuse(const char *name, const char *what)
{
	assert_null(open_file(name));
	assert_non_null(strstr(error, what));
}

static void refuses_other_files(void **state)
{
	(void)state;
	refuse("none", "No such file");
	refuse("text", "not an ELF file");
	refuse("bare.elf", "no symbol table");
	assert_null(symbols_open("/proc/self/exe", error, sizeof(error)));
	assert_non_null(strstr(error, "not for 32-bit ARM"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_lines),
		cmocka_unit_test(instructions),
		cmocka_unit_test(chain_by_frame_data),
		cmocka_unit_test(chain_by_guess),
		cmocka_unit_test(chain_by_branch),
		cmocka_unit_test(separate_debug_information),
		cmocka_unit_test(modules_take_their_places),
		cmocka_unit_test(modules_are_not_the_program),
		cmocka_unit_test(refuses_other_files),
	};

	return cmocka_run_group_tests(tests, build, clean_up);
}
