// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The line that says how far a run has come: when it is drawn, and what takes it away. */
#define _GNU_SOURCE /* posix_openpt */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/shadow.h"
#include "watch/runner/progress.h"
#include "watch/runner/session.h"

static char *text;
static size_t size;

static FILE *open_text(void **state)
{
	(void)state;
	return open_memstream(&text, &size);
}

static void expect(FILE *out, const char *expected)
{
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void it_is_drawn_each_second(void **state)
{
	static const struct wire_progress said = { 7, 8, 9 };
	struct progress p;
	FILE *out = open_text(state);

	progress_start(&p, out, 200, 500);
	assert_int_equal(progress_patience(&p, 700), 800);
	progress_draw(&p, 1499, 0);
	progress_draw(&p, 1500, 1);
	assert_int_equal(progress_patience(&p, 1500), 1000);
	progress_tell(&p, &said);
	progress_draw(&p, 2000, 2);
	assert_int_equal(progress_patience(&p, 62700), 0);
	progress_draw(&p, 62700, 3);
	expect(out,
	       "\r\033[Kcoherer: 0:01, 1 different reports"
	       "\r\033[Kcoherer: 1:02, 3 different reports, 9 occurrences; 7 accesses looked at"
	       " closely, 8 operations on caches");
}

static void it_fits_the_terminal(void **state)
{
	struct progress p;
	FILE *out = open_text(state);

	progress_start(&p, out, 14, 0);
	progress_draw(&p, 1000, 1);
	expect(out, "\r\033[Kcoherer: 0:01");
}

static void it_is_erased_once(void **state)
{
	struct progress p;
	FILE *out = open_text(state);

	progress_start(&p, out, 14, 0);
	progress_erase(&p);
	progress_draw(&p, 1000, 1);
	progress_erase(&p);
	progress_erase(&p);
	progress_erase(NULL);
	expect(out, "\r\033[Kcoherer: 0:01\r\033[K");
}

static void there_is_none_without_a_terminal(void **state)
{
	struct progress p = { 0 };
	int pipes[2];

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	setenv("TERM", "xterm", 1);
	assert_false(progress_wanted(pipes[1], pipes[1]));
	assert_int_equal(progress_patience(&p, 5), -1);
	progress_draw(&p, 5000, 1);
	progress_erase(&p);
	assert_false(p.drawn);
	close(pipes[0]);
	close(pipes[1]);
}

static int open_terminal(int *master)
{
	*master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(*master >= 0);
	assert_int_equal(grantpt(*master), 0);
	assert_int_equal(unlockpt(*master), 0);
	return open(ptsname(*master), O_RDWR | O_NOCTTY);
}

static void it_keeps_away_from_the_guest_s_console(void **state)
{
	int master[2], reports = open_terminal(&master[0]), console = open_terminal(&master[1]);

	(void)state;
	setenv("TERM", "xterm", 1);
	assert_true(progress_wanted(reports, console));
	assert_true(progress_wanted(reports, -1)); /* closed */
	assert_false(progress_wanted(reports, reports));
	setenv("TERM", "dumb", 1);
	assert_false(progress_wanted(reports, console));
	close(reports);
	close(console);
	close(master[0]);
	close(master[1]);
}

static void a_report_begins_on_an_empty_line(void **state)
{
	struct session s = { .max = UINT64_MAX };
	struct wire_finding f = { .id = 1, .cause = COH_OLD_COPY, .granule = 32 };

	s.out = open_text(state);
	progress_start(&s.progress, s.out, 14, 0);
	progress_draw(&s.progress, 1000, 0);
	session_message(&s, WIRE_FINDING, &f);
	fclose(s.out);
	assert_memory_equal(text, "\r\033[Kcoherer: 0:01\r\033[K====", 25);
	free(text);
	tally_free(&s.tally);
	groups_free(&s.groups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_drawn_each_second),
		cmocka_unit_test(it_fits_the_terminal),
		cmocka_unit_test(it_is_erased_once),
		cmocka_unit_test(there_is_none_without_a_terminal),
		cmocka_unit_test(it_keeps_away_from_the_guest_s_console),
		cmocka_unit_test(a_report_begins_on_an_empty_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
