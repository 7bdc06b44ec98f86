// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Where things are in small kernels that the test compiles itself: one like Linux 6.1, one like
 * 5.10, and some that lack something.
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

#include "watch/runner/kernel_layout.h"

#ifndef CROSS_CC
#define CROSS_CC "arm-linux-gnueabi-gcc"
#endif

static char dir[] = "coherer-kernel-XXXXXX";

#define BANNER "const char linux_banner[] = \"Linux version 6.1.0 (a@b) #1\\n\";\n"
#define MM                                                                                         \
	"struct mm_struct { struct { int a[3]; unsigned *pgd; }; };\n"                             \
	"struct mm_struct mm;\n"
#define TEXT "void _text(void) { for (;;) ; }\nvoid _start(void) { _text(); }\n"

static const char new_kernel[] = BANNER MM TEXT
	"struct thread_info { long flags; int preempt_count; };\n"
	"struct task_struct { int first; struct thread_info thread_info; void *stack;\n"
	"	unsigned flags; const struct mm_struct *mm; union { int pid, other; };\n"
	"	int tgid; char comm[16]; };\n"
	"struct task_struct *__current, init;\n"
	"struct base { unsigned mult, shift; unsigned long long xtime_nsec, base; };\n"
	"typedef struct base base_t;\n"
	"static struct { int seq; struct { long pad; base_t tkr_mono; } timekeeper; } tk_core\n"
	"	__attribute__((used));\n"
	"unsigned ktime_get(void) { return tk_core.timekeeper.tkr_mono.mult; }\n";

#define MODULE(name_of_section, layout)                                                            \
	"struct list_head { void *next, *prev; } modules;\n"                                       \
	"struct module_sect_attr { " name_of_section " unsigned long address; } attr;\n"           \
	"struct module_sect_attrs { int grp; unsigned nsections;\n"                                \
	"	struct module_sect_attr attrs[]; } attrs;\n"                                             \
	"struct module { int state; struct list_head list; char name[60]; " layout                 \
	"	struct module_sect_attrs *sect_attrs; } module;\n"

static const char layout_modules[] =
	MODULE("struct { struct { const char *name; } attr; int size; } battr;",
	       "int pad; struct { void *base; unsigned size; } core_layout;");
static const char memory_modules[] = MODULE("struct { int kind; } mattr; const char *name;",
					    "struct { void *base; unsigned size; } mem[7];");
static const char other_modules[] = MODULE("int secret;", "void *somewhere;");

static const char old_kernel[] = BANNER MM TEXT
	"struct task_struct { int first; void *stack; unsigned flags; struct mm_struct *mm;\n"
	"	int pid, tgid; char comm[16]; };\n"
	"struct thread_info { long flags; int preempt_count; struct task_struct *task; };\n"
	"union thread_union { struct thread_info thread_info; long stack[2048]; } u;\n"
	"struct task_struct init;\n";

/* comm has gone elsewhere: a version that nobody has seen. */
static const char other_version[] = BANNER MM TEXT
	"struct task_struct { int first; void *stack; unsigned flags; struct mm_struct *mm;\n"
	"	int pid, tgid; char name[16]; } *__current, init;\n";

/* The structure is declared only, and no stack of a union says where a task is. */
static const char no_current[] = BANNER MM TEXT
	"struct task_struct { int first; void *stack; unsigned flags; struct mm_struct *mm;\n"
	"	int pid, tgid; char comm[16]; } init;\n"
	"union thread_union; union thread_union *u;\n";

static const char no_kernel[] = TEXT "struct task_struct { int pid; } init;\n";

static int compile(const char *name, const char *source, const char *flags)
{
	char command[1024], path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s.c", dir, name);
	out = fopen(path, "w");
	if (!out)
		return -1;
	fputs(source, out);
	fclose(out);
	snprintf(command, sizeof(command),
		 "cd %s && " CROSS_CC " %s -O1 -marm -march=armv5te -mfloat-abi=soft -nostdlib"
		 " -static -Ttext=0xc0008000 -Wl,--build-id=none -o %s.elf %s.c",
		 dir, flags, name, name);
	return system(command);
}

static int build(void **state)
{
	(void)state;
	char layout[4096], memory[4096], other[4096];

	snprintf(layout, sizeof(layout), "%s%s", new_kernel, layout_modules);
	snprintf(memory, sizeof(memory), "%s%s", new_kernel, memory_modules);
	snprintf(other, sizeof(other), "%s%s", new_kernel, other_modules);
	return !mkdtemp(dir) || compile("layout", layout, "-g") ||
	       compile("memory", memory, "-g") || compile("others", other, "-g") ||
	       compile("new", new_kernel, "-g") || compile("new4", new_kernel, "-gdwarf-4") ||
	       compile("old", old_kernel, "-g") || compile("other", other_version, "-g") ||
	       compile("bare", new_kernel, "-g0") || compile("lost", no_current, "-g") ||
	       compile("none", no_kernel, "-g") || compile("big", new_kernel, "-g -mbig-endian");
}

static int clean_up(void **state)
{
	char command[256];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static struct kernel_layout k;
static char why[128];

static enum kernel_found find(const char *name)
{
	char path[256], error[512];
	struct symbols *s;
	enum kernel_found found;

	snprintf(path, sizeof(path), "%s/%s.elf", dir, name);
	s = symbols_open(path, error, sizeof(error));
	assert_non_null(s);
	memset(why, 0, sizeof(why));
	found = kernel_layout_find(s, &k, why, sizeof(why));
	symbols_close(s);
	return found;
}

static const char banner[] = "Linux version 6.1.0 (a@b) #1\n";

static void the_new_one(const char *name)
{
	uint32_t core;

	assert_int_equal(find(name), KERNEL_IS_KNOWN);
	assert_int_equal(k.at[KERNEL_BANNER_SIZE], sizeof(banner));
	assert_int_equal(k.at[KERNEL_BANNER_HASH],
			 kernel_hash((const uint8_t *)banner, sizeof(banner)));
	assert_int_equal(k.at[KERNEL_FLOOR], 0xbf000000);
	assert_int_equal(k.at[KERNEL_CURRENT] >> 28, 0xc);
	assert_int_equal(k.at[KERNEL_PREEMPT_COUNT], 8);
	assert_int_equal(k.at[KERNEL_TASK_STACK], 12);
	assert_int_equal(k.at[KERNEL_TASK_FLAGS], 16);
	assert_int_equal(k.at[KERNEL_TASK_MM], 20);
	assert_int_equal(k.at[KERNEL_TASK_PID], 24);
	assert_int_equal(k.at[KERNEL_TASK_TGID], 28);
	assert_int_equal(k.at[KERNEL_TASK_COMM], 32);
	assert_int_equal(k.at[KERNEL_MM_PGD], 12);
	core = k.at[KERNEL_TIME_SEQ];
	assert_int_equal(core >> 28, 0xc);
	assert_int_equal(k.at[KERNEL_TIME_MULT], core + 16);
	assert_int_equal(k.at[KERNEL_TIME_SHIFT], core + 20);
	assert_int_equal(k.at[KERNEL_TIME_NSEC], core + 24);
	assert_int_equal(k.at[KERNEL_TIME_BASE], core + 32);
	assert_int_equal(k.at[KERNEL_THREAD_TASK], KERNEL_ABSENT);
}

static void a_new_kernel(void **state)
{
	(void)state;
	the_new_one("new");
	the_new_one("new4"); /* the other form of debug information */
}

static void an_old_kernel(void **state)
{
	(void)state;
	assert_int_equal(find("old"), KERNEL_IS_KNOWN);
	assert_int_equal(k.at[KERNEL_CURRENT], KERNEL_ABSENT);
	assert_int_equal(k.at[KERNEL_STACK_SIZE], 8192);
	assert_int_equal(k.at[KERNEL_THREAD_TASK], 8);
	assert_int_equal(k.at[KERNEL_PREEMPT_COUNT], 4);
	assert_int_equal(k.at[KERNEL_TIME_BASE], KERNEL_ABSENT);
}

static void modules_by_version(void **state)
{
	(void)state;
	assert_int_equal(find("new"), KERNEL_IS_KNOWN);
	assert_int_equal(k.at[KERNEL_MODULES], KERNEL_ABSENT);
	assert_int_equal(find("layout"), KERNEL_IS_KNOWN);
	assert_int_equal(k.at[KERNEL_MODULES] >> 28, 0xc);
	assert_int_equal(k.at[KERNEL_MODULE_LIST], 4);
	assert_int_equal(k.at[KERNEL_MODULE_NAME], 12);
	assert_int_equal(k.at[KERNEL_MODULE_BASE], 76);
	assert_int_equal(k.at[KERNEL_MODULE_SIZE], 80);
	assert_int_equal(k.at[KERNEL_MODULE_SECTIONS], 84);
	assert_int_equal(k.at[KERNEL_SECTIONS_FIRST], 8);
	assert_int_equal(k.at[KERNEL_SECTION_SIZE], 12);
	assert_int_equal(k.at[KERNEL_SECTION_NAME], 0);
	assert_int_equal(k.at[KERNEL_SECTION_ADDRESS], 8);
	assert_int_equal(find("memory"), KERNEL_IS_KNOWN);
	assert_int_equal(k.at[KERNEL_MODULE_BASE], 72);
	assert_int_equal(k.at[KERNEL_MODULE_SIZE], 76);
	assert_int_equal(k.at[KERNEL_SECTION_NAME], 4);
	assert_int_equal(find("others"), KERNEL_IS_KNOWN); /* the tasks are where they were */
	assert_int_equal(k.at[KERNEL_MODULES], KERNEL_ABSENT);
	assert_int_equal(k.at[KERNEL_SECTION_SIZE], KERNEL_ABSENT);
}

static void what_is_not_there_is_said(void **state)
{
	(void)state;
	assert_int_equal(find("other"), KERNEL_IS_UNKNOWN);
	assert_string_equal(why, "the file has no debug information for struct task_struct");
	assert_int_equal(find("bare"), KERNEL_IS_UNKNOWN);
	assert_string_equal(why, "the file has no debug information for struct task_struct");
	assert_int_equal(find("lost"), KERNEL_IS_UNKNOWN);
	assert_string_equal(why, "how it finds its current task is not known");
	assert_int_equal(find("big"), KERNEL_IS_UNKNOWN);
	assert_string_equal(why, "it is built for big-endian data");
}

static void a_program_is_no_kernel(void **state)
{
	(void)state;
	assert_int_equal(find("none"), KERNEL_IS_NONE);
	assert_int_equal(kernel_layout_find(NULL, &k, why, sizeof(why)), KERNEL_IS_NONE);
}

static void the_argument_has_every_field(void **state)
{
	char text[KERNEL_ARGUMENT];
	unsigned colons = 0;

	(void)state;
	memset(&k, 0xff, sizeof(k));
	kernel_layout_argument(&k, text);
	assert_int_equal(strlen(text), KERNEL_FIELDS * 9 - 1);
	for (const char *c = text; *c; c++)
		colons += *c == ':';
	assert_int_equal(colons, KERNEL_FIELDS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_kernel),
		cmocka_unit_test(an_old_kernel),
		cmocka_unit_test(modules_by_version),
		cmocka_unit_test(what_is_not_there_is_said),
		cmocka_unit_test(a_program_is_no_kernel),
		cmocka_unit_test(the_argument_has_every_field),
	};

	return cmocka_run_group_tests(tests, build, clean_up);
}
