// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Litmus tests of reports: the text of one, what cannot be said, and folders.  That coherer check
 * agrees with them is tested by tests/watch/advice.sh and tests/watch/guests.sh.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/watch/runner/advice_scene.h"
#include "watch/runner/scenario.h"

static struct scene s;
static char folder[] = "scenario-XXXXXX";

static int set_up(void **state)
{
	(void)state;
	strcpy(folder, "scenario-XXXXXX");
	scene_begin(&s);
	return !mkdtemp(folder);
}

static void remove_file(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
}

static int tear_down(void **state)
{
	(void)state;
	scene_end(&s);
	remove_file("001-kind.litmus");
	remove_file("001-kind+fix.litmus");
	return rmdir(folder);
}

static void expect_file(const char *name, const char *text)
{
	char path[128], found[4096] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	assert_int_equal(file != NULL, text != NULL);
	if (!file)
		return;
	found[fread(found, 1, sizeof(found) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(found, text);
}

static enum scenario_result write_it(const struct wire_finding *f, const char *title,
				     const char *to)
{
	struct report r = { .f = f, .kind = "kind" };
	struct advice a;

	snprintf(r.title, sizeof(r.title), "%s", title);
	advice_find(&s.hello, f, &a);
	return scenario_write(to, &r, &s.hello, &a, NULL);
}

#define HEAD(name, result)                                                                         \
	"C " name "\n"                                                                             \
	"\n"                                                                                       \
	"(*\n"                                                                                     \
	" * Result: " result "\n"                                                                  \
	" *\n"                                                                                     \
	" * the ?? title\n"                                                                        \
	" *\n"                                                                                     \
	" * The line 0x00400000; word 0: the bytes of which 00000001 is the mask.\n"               \
	" *)\n"                                                                                    \
	"\n"                                                                                       \
	"{\n"                                                                                      \
	"\tcache vivt;\n"                                                                          \
	"\tspeculate nothing;\n"                                                                   \
	"\tallocate write;\n"                                                                      \
	"\twords 2;\n"                                                                             \
	"\tpage p;\n"                                                                              \
	"\talias A = p kernel colour 0; // 0x00400000\n"                                           \
	"\talias B = p kernel colour 1; // 0x40000000\n"                                           \
	"}\n"                                                                                      \
	"\n"                                                                                       \
	"P0 ()\n"                                                                                  \
	"{\n"                                                                                      \
	"\tload(B[0]);\n"                                                                          \
	"\tstore(B[0], 1); // pc 0x00000200\n"                                                     \
	"\tstore(B[1], 2); // pc 0x00000200\n"

#define TAIL                                                                                       \
	"\tr0 = load(A[0]); // pc 0x00000100\n"                                                    \
	"}\n"                                                                                      \
	"\n"                                                                                       \
	"exists (0:r0 != 1)\n"

static void a_report_is_two_tests(void **state)
{
	struct wire_finding f;

	(void)state;
	scene_store(&s, U, 4);
	scene_load(&s, K, 4);
	f = scene_finding(&s);
	assert_int_equal(write_it(&f, "the *) title", folder), SCENARIO_WRITTEN);
	expect_file("001-kind.litmus", HEAD("001-kind", "Sometimes") TAIL);
	expect_file("001-kind+fix.litmus",
		    HEAD("001-kind+fix", "Never") "\tclean(B[0]); // the advice\n" TAIL);
}

/* Three dirty aliases: no two operations are enough, so there is one test. */
static void without_advice_it_is_one(void **state)
{
	struct wire_finding f;

	(void)state;
	scene_store(&s, U, 32);
	scene_store(&s, V, 32);
	scene_store(&s, K, 32);
	scene_store(&s, U, 32);
	scene_store(&s, V, 4);
	scene_load(&s, K, 4);
	f = scene_finding(&s);
	assert_int_equal(write_it(&f, "title", folder), SCENARIO_WRITTEN);
	expect_file("001-kind+fix.litmus", NULL);
}

static void what_cannot_be_said_is_not_written(void **state)
{
	struct wire_finding f, good;

	(void)state;
	scene_store(&s, U, 4);
	scene_load(&s, K, 4);
	good = f = scene_finding(&s);
	f.events_odd = 1;
	assert_int_equal(write_it(&f, "title", folder), SCENARIO_UNSAID);
	/* One address with two attributes. */
	f = good;
	f.event[f.n_events++] =
		(struct wire_event){ COH_EVENT_STORE, COH_WRITE_THROUGH, 0, 0, 1, V, 0, 0xf0, 1 };
	f.event[f.n_events++] =
		(struct wire_event){ COH_EVENT_LOAD, COH_WRITE_BACK, 0, 0, 1, V, 0, 0xf0, 1 };
	assert_int_equal(write_it(&f, "title", folder), SCENARIO_UNSAID);
	expect_file("001-kind.litmus", NULL);
}

static void a_folder_is_made(void **state)
{
	char path[64];
	struct wire_finding f;

	(void)state;
	snprintf(path, sizeof(path), "%s/new", folder);
	assert_int_equal(scenario_folder(path), 0);
	assert_int_equal(scenario_folder(path), 0);
	rmdir(path);
	scene_store(&s, U, 4);
	scene_load(&s, K, 4);
	f = scene_finding(&s);
	assert_int_equal(write_it(&f, "title", path), SCENARIO_FAILED);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(scenario_folder("/dev/null"), -1);
	assert_int_equal(errno, ENOTDIR);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_report_is_two_tests),
		TEST(without_advice_it_is_one),
		TEST(what_cannot_be_said_is_not_written),
		TEST(a_folder_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
