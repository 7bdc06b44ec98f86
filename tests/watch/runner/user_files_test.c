// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The writer's program: certain where nobody else had its page tables, else only if it was the
 * process that was last seen with them.  tests/watch/who.sh has the files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "model/shadow.h"
#include "watch/runner/session.h"

static struct wire_finding finding(void)
{
	struct wire_finding f = {
		.id = 1,
		.by = COH_BY_LOAD,
		.cause = COH_NOT_CLEANED,
		.read = { .known = 1, .pc = 0xc0008000, .va = 0xc0400000, .size = 4 },
		.write = { .known = 1, .pc = 0x10130, .va = 0x400000, .mm = 0x4000, .user = 1 },
		.granule = 32,
	};
	struct wire_code *code = &f.context.writer_code;

	f.context.writer.task = (struct wire_task){ .known = 1, .pid = 7, .tgid = 7, .comm = "sh" };
	code->known = 1;
	code->offset = 0x130;
	strcpy(code->path, "/bin/\x1bsh");
	return f;
}

static char *report_of(const struct wire_finding *f)
{
	struct session session = { .max = UINT64_MAX };
	char *text;
	size_t size;

	session.out = open_memstream(&text, &size);
	session_message(&session, WIRE_FINDING, f);
	fclose(session.out);
	tally_free(&session.tally);
	groups_free(&session.groups);
	return text;
}

static void expect(const struct wire_finding *f, const char *text)
{
	char *report = report_of(f);

	if (!strstr(report, text))
		fail_msg("not in the report: %s\n%s", text, report);
	free(report);
}

static void nobody_else(void **state)
{
	struct wire_finding f = finding();

	(void)state;
	expect(&f, "  pc 0x00010130  user mode\n"
		   "  mm 0x00004000, last seen with sh, pid 7\n"
		   "  if it was that process: user mode, [/bin/?sh]+0x130\ncache line");
}

static void others_before(void **state)
{
	struct wire_finding f = finding();

	(void)state;
	f.context.writer.others = 1;
	expect(&f, "  pc 0x00010130  user mode\n"
		   "  mm 0x00004000, last seen with sh, pid 7; others had it before\n"
		   "  if it was that process: user mode, [/bin/?sh]+0x130\ncache line");
}

static void not_user_code(void **state)
{
	struct wire_finding f = finding();

	(void)state;
	f.write.user = 0;
	expect(&f, "  pc 0x00010130\n  mm 0x00004000, last seen with sh, pid 7\ncache line");
	f = finding();
	f.context.writer_code.known = 0;
	expect(&f, "  pc 0x00010130  user mode\n  mm 0x00004000, last seen with sh, pid 7\ncache");
}

/* From a plugin of another mind. */
static void a_path_without_an_end(void **state)
{
	struct wire_finding f = finding();
	char text[WIRE_FILE_PATH + 16];

	(void)state;
	memset(f.context.writer_code.path, 'p', WIRE_FILE_PATH);
	memset(text, 'p', sizeof(text));
	strcpy(text + WIRE_FILE_PATH - 1, "]+0x130\n");
	expect(&f, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_else),
		cmocka_unit_test(others_before),
		cmocka_unit_test(not_user_code),
		cmocka_unit_test(a_path_without_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
