// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Who and when, in words and as JSON; and nothing where nothing is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "watch/runner/who.h"

static struct wire_task task(const char *name, uint32_t pid, uint32_t tgid)
{
	struct wire_task t = { .known = 1, .pid = pid, .tgid = tgid };

	strncpy(t.comm, name, sizeof(t.comm));
	return t;
}

static void expect_read(const struct wire_context *c, const char *words)
{
	char text[160];

	who_read(c, text, sizeof(text));
	assert_string_equal(text, words);
}

static void a_reader_in_words(void **state)
{
	struct wire_context c = { 0 };

	(void)state;
	expect_read(&c, "");
	c.time_known = 1;
	c.time_ns = 1234999999;
	expect_read(&c, "at 1.234 s");
	c.task = task("sh", 42, 42);
	expect_read(&c, "in sh, pid 42, at 1.234 s");
	c.time_known = 0;
	c.task = task("worker", 43, 42);
	expect_read(&c, "in worker, pid 43, tgid 42");
	c.level = WIRE_LEVEL_SOFT;
	expect_read(&c, "in a soft interrupt, over worker, pid 43, tgid 42");
	c.level = WIRE_LEVEL_HARD;
	c.task = task("kswapd0", 31, 31);
	c.task.kernel_thread = 1;
	expect_read(&c, "in a hard interrupt, over kernel thread kswapd0, pid 31");
}

/* Bytes that would do something to a terminal, and a name without an end. */
static void names_are_cleaned(void **state)
{
	struct wire_context c = { .task = task("\x1b[31m\n\xff", 1, 1) };

	(void)state;
	expect_read(&c, "in ?[31m??, pid 1");
	memset(c.task.comm, 'n', sizeof(c.task.comm));
	expect_read(&c, "in nnnnnnnnnnnnnnnn, pid 1");
}

static void an_owner_in_words(void **state)
{
	struct wire_owner o = { 0 };
	char text[160];

	(void)state;
	who_owned(&o, text, sizeof(text));
	assert_string_equal(text, "");
	o.task = task("sh", 42, 42);
	who_owned(&o, text, sizeof(text));
	assert_string_equal(text, ", last seen with sh, pid 42");
	o.others = 1;
	who_owned(&o, text, sizeof(text));
	assert_string_equal(text, ", last seen with sh, pid 42; others had it before");
}

static void expect_json(json_t *got, const char *wanted)
{
	json_t *want = json_loads(wanted, 0, NULL);

	assert_true(json_equal(got, want));
	json_decref(want);
	json_decref(got);
}

static json_t *read_json(const struct wire_context *c)
{
	json_t *o = json_object();

	who_read_json(o, c);
	return o;
}

static json_t *owned_json(const struct wire_owner *owner)
{
	json_t *o = json_object();

	who_owned_json(o, owner);
	return o;
}

static void both_as_json(void **state)
{
	struct wire_context c = { .time_known = 1, .time_ns = 5, .level = WIRE_LEVEL_HARD };
	struct wire_owner o = { .others = 1 };

	(void)state;
	expect_json(read_json(&c), "{\"time_ns\": 5}");
	c.task = task("sh", 43, 42);
	expect_json(read_json(&c),
		    "{\"time_ns\": 5, \"level\": \"hard interrupt\", \"task\": {\"name\": \"sh\","
		    " \"pid\": 43, \"tgid\": 42, \"kernel_thread\": false}}");
	c.level = 7; /* no level of ours */
	c.time_known = 0;
	expect_json(read_json(&c),
		    "{\"level\": \"task\", \"task\": {\"name\": \"sh\", \"pid\": 43, \"tgid\": 42,"
		    " \"kernel_thread\": false}}");
	expect_json(owned_json(&o), "{}");
	o.task = task("\xff", 1, 1);
	expect_json(owned_json(&o),
		    "{\"mm_last_seen_with\": {\"name\": \"?\", \"pid\": 1, \"tgid\": 1,"
		    " \"kernel_thread\": false, \"others_before\": true}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_in_words),
		cmocka_unit_test(names_are_cleaned),
		cmocka_unit_test(an_owner_in_words),
		cmocka_unit_test(both_as_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
