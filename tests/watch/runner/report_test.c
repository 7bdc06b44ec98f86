// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * From the plugin's bytes to words: the stream however it is cut, the title,
 * the verdict for each cause, the whole text of one report, and the JSON.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/shadow.h"
#include "watch/runner/report.h"
#include "watch/runner/session.h"
#include "watch/runner/stream.h"
#include "watch/runner/words.h"

#define READER 0x40000000u
#define WRITER 0x00400000u

/* A load through READER of what was stored through WRITER, not cleaned. */
static struct wire_finding missed_clean(void)
{
	return (struct wire_finding){
		.id = 1,
		.by = COH_BY_LOAD,
		.cause = COH_NOT_CLEANED,
		.certain = 1,
		.read = { 1, 0x10124, READER, WRITER, 0x4000, 4, COH_WRITE_BACK, 0 },
		.write = { .known = 1, .pc = 0x10130, .va = WRITER, .mm = 0x4000, .user = 2 },
		.bad = 0xf,
		.first_pa = WRITER,
		.memory_old = 1,
		.values_known = 1,
		.newest = { 0x22, 0x22, 0x22, 0x22 },
		.old = { 0x11, 0x11, 0x11, 0x11 },
		.line_pa = WRITER,
		.granule = 32,
		.memory_stale = 0xf,
		.n_copies = 2,
		.copy = { { READER, 0xf, 0, 0 }, { WRITER, 0, 0, 1 } },
		.n_events = 1,
		.event = { { COH_EVENT_STORE, COH_WRITE_BACK, 0, 0, 0x10130, WRITER, 0x4000,
			     0xf } },
	};
}

/* The reader's line is old; memory is new. */
static struct wire_finding old_copy(void)
{
	struct wire_finding f = missed_clean();

	f.cause = COH_OLD_COPY;
	f.memory_old = f.memory_stale = 0;
	f.copy[1].dirty = 0;
	return f;
}

static void expect_words(const struct wire_finding *f, const char *kind, const char *verdict)
{
	char text[1024];

	assert_string_equal(words_kind(f), kind);
	words_verdict(f, "culprit", text, sizeof(text));
	assert_string_equal(text, verdict);
}

static void it_was_not_cleaned(void **state)
{
	struct wire_finding f = missed_clean();

	(void)state;
	expect_words(&f, "missed-clean",
		     "the newest bytes are dirty in the cache under 0x00400000 and memory is old.");
	f.by = COH_BY_WALK;
	expect_words(&f, "stale-walk",
		     "the page-table entry was stored and not cleaned; the walker reads memory, and"
		     " memory is old.");
}

static void a_line_is_old(void **state)
{
	struct wire_finding f = old_copy();

	(void)state;
	expect_words(&f, "stale-read",
		     "the D line cached under 0x40000000 is older than the store; memory has the"
		     " newest bytes.");
	f.by_device = 1;
	f.write.known = 0;
	expect_words(&f, "stale-read",
		     "the D line cached under 0x40000000 is older than the DMA; memory has the"
		     " newest bytes.");
}

static void memory_is_old_too(void **state)
{
	struct wire_finding f = missed_clean();

	(void)state;
	f.cause = COH_OLD_COPY;
	expect_words(&f, "stale-read",
		     "the D line cached under 0x40000000 is older than the store; memory is old"
		     " too, the newest bytes are dirty under 0x00400000.");
}

static void an_old_line_is_in_the_way(void **state)
{
	struct wire_finding f = old_copy();

	(void)state;
	f.cause = COH_THREATENED;
	f.certain = 0;
	f.copy[0] = (struct wire_copy){ 0x50000000, 0xf, 0, 1 };
	expect_words(&f, "clobber",
		     "the line under 0x50000000 is dirty and older than the store: it can be"
		     " written back over the newest bytes at any moment. It takes an eviction at"
		     " the wrong moment as well.");
	f.cause = COH_CLOBBERED;
	f.certain = 1;
	f.culprit = (struct wire_access){ .known = 1, .pc = 0x10200, .va = 0x50000004 };
	expect_words(&f, "clobber",
		     "an old dirty line (under 0x50000000) was written back over the newest bytes,"
		     " by maintenance in culprit.");
	f.cause = COH_DISCARDED;
	expect_words(&f, "lost",
		     "the newest bytes were only in a dirty line under 0x50000000, which was"
		     " invalidated without a clean in culprit.");
}

static void code_and_homonyms(void **state)
{
	struct wire_finding f = old_copy();

	(void)state;
	f.by = COH_BY_FETCH;
	f.copy[0].insn = 1;
	expect_words(&f, "stale-fetch",
		     "the I line cached under 0x40000000 is older than the store; memory has the"
		     " newest bytes.");
	f.memory_old = 1;
	f.copy[1].dirty = 1;
	expect_words(&f, "stale-fetch",
		     "the I line cached under 0x40000000 is older than the store; memory is old"
		     " too, the newest bytes are dirty under 0x00400000.");
	f.by = COH_BY_LOAD;
	f.cause = COH_OTHER_PAGE;
	f.other_pa = 0x00500000;
	expect_words(&f, "homonym",
		     "the virtual D line 0x40000000 may still hold physical 0x00500000, which was"
		     " mapped there before.");
}

/* ---- devices ---- */

/* The device "lance" reads what WRITER stored, not cleaned. */
static struct wire_finding device_read(void)
{
	struct wire_finding f = missed_clean();

	f.by = COH_BY_DEVICE;
	f.read = (struct wire_access){ .known = 1, .va = COH_VA_UNKNOWN, .pa = WRITER, .size = 4 };
	f.n_copies = 1;
	f.copy[0] = f.copy[1];
	strcpy(f.reader, "lance");
	return f;
}

/* It writes 16 bytes while the line is dirty, in bytes from first on. */
static struct wire_finding device_write(uint32_t first)
{
	struct wire_finding f = device_read();

	f.by = COH_BY_DEVICE_WRITE;
	f.cause = COH_THREATENED;
	f.certain = f.values_known = 0;
	f.read.size = 16;
	f.first_pa = WRITER + first;
	f.memory_stale = 0xfu << first;
	return f;
}

static void expect_title(const struct wire_finding *f, const char *title)
{
	struct report r;

	report_make(&r, f, NULL, NULL, NULL);
	assert_string_equal(r.title, title);
}

static void a_device_reads_old_bytes(void **state)
{
	struct wire_finding f = device_read();

	(void)state;
	expect_title(&f, "missed-clean in lance / 0x00010130");
	expect_words(&f, "missed-clean",
		     "the newest bytes are dirty in the cache under 0x00400000 and memory is old.");
	f.reader[0] = '\0';
	expect_title(&f, "missed-clean in device / 0x00010130");
}

static void a_line_is_dirty_when_a_device_writes(void **state)
{
	struct wire_finding f = device_write(0);

	(void)state;
	expect_title(&f, "clobber in lance / 0x00010130");
	expect_words(&f, "clobber",
		     "the line under 0x00400000 is dirty when the device writes: it can be written"
		     " back over the device's bytes at any moment.");
	f = device_write(16); /* the first byte that is not the device's */
	expect_title(&f, "clobber in lance / 0x00010130");
	expect_words(&f, "clobber",
		     "the line under 0x00400000 is dirty when the device writes: it can be written"
		     " back over the device's bytes at any moment. Its dirty bytes are beside the"
		     " device's, in the same line.");
	f = device_write(15); /* the last one that is */
	f.copy[0].va = READER;
	expect_words(&f, "clobber",
		     "the line under 0x40000000 is dirty when the device writes: it can be written"
		     " back over the device's bytes at any moment.");
}

/* The line was dirty when the device wrote, and is gone: where the newest bytes are is not known. */
static void it_was_dirty_at_the_dma(void **state)
{
	struct wire_finding f = missed_clean();

	(void)state;
	f.by_device = 1;
	f.write.known = 0;
	strcpy(f.writer, "lance");
	expect_title(&f, "clobber in 0x00010124 / lance");
	expect_words(&f, "clobber",
		     "a line that was dirty when the device wrote may have been written back over"
		     " the device's bytes, before it was invalidated.");
	f.writer[0] = '\0';
	expect_title(&f, "clobber in 0x00010124 / device");
}

static const char whole_device_report[] =
	"==================================================================\n"
	"COHERER: clobber in lance / 0x00010130\n"
	"\n"
	"device write of 16 bytes at physical 0x00400000, by lance:\n"
	"dirty since the store at 0x00400000, physical 0x00400000:\n"
	"  pc 0x00010130\n"
	"  mm 0x00004000\n"
	"cache line 0x00400000 (32 bytes; . new, o old):\n"
	"  memory        oooo............................\n"
	"  D 0x00400000  ................................  dirty\n"
	"last maintenance on the line: none known\n"
	"verdict: the line under 0x00400000 is dirty when the device writes: it can be written back"
	" over the device's bytes at any moment.\n"
	"missing: a flush of the D line 0x00400000 (or an invalidate, if none of it is wanted)"
	" after the store and immediately before the DMA starts, and an invalidate after it ended, "
	"if the line "
	"can be read meanwhile.\n"
	"==================================================================\n";

static void a_device_s_report_is_whole(void **state)
{
	struct session session = { .max = UINT64_MAX,
				   .tally.hello = { .cpu = "arm926ej-s", .write_allocate = 1 } };
	struct wire_finding f = device_write(0);
	char *text;
	size_t size;

	(void)state;
	session.out = open_memstream(&text, &size);
	session_message(&session, WIRE_FINDING, &f);
	fclose(session.out);
	assert_string_equal(text, whole_device_report);
	tally_free(&session.tally);
	groups_free(&session.groups);
	free(text);
}

/* A plugin of another mind: names without an end.  Nothing behind them is read. */
static void names_without_an_end_are_cut(void **state)
{
	struct session session = { .max = UINT64_MAX };
	struct wire_finding f = device_read();
	struct wire_device device = { .reads = 1 };
	char *text, name[WIRE_NAME], title[128];
	size_t size;

	(void)state;
	memset(name, 'n', sizeof(name));
	memcpy(f.reader, name, sizeof(name));
	memcpy(f.writer, name, sizeof(name));
	memcpy(device.name, name, sizeof(name));
	f.by_device = 1;
	name[WIRE_NAME - 1] = '\0';
	session.out = open_memstream(&text, &size);
	session_message(&session, WIRE_FINDING, &f);
	session_message(&session, WIRE_DEVICE, &device);
	fclose(session.out);
	snprintf(title, sizeof(title), "COHERER: clobber in %s / %s\n", name, name);
	assert_non_null(strstr(text, title));
	assert_string_equal(session.tally.device[0].name, name);
	tally_free(&session.tally);
	groups_free(&session.groups);
	free(text);
}

static void values_are_numbers_where_they_can_be(void **state)
{
	static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	char text[64];

	(void)state;
	report_value(bytes, 4, text, sizeof(text));
	assert_string_equal(text, "0x04030201");
	report_value(bytes, 1, text, sizeof(text));
	assert_string_equal(text, "0x01");
	report_value(bytes, 3, text, sizeof(text));
	assert_string_equal(text, "01 02 03");
}

static const char whole_report[] =
	"==================================================================\n"
	"COHERER: missed-clean in 0x00010124 / 0x00010130\n"
	"\n"
	"load of 4 bytes at 0x40000000, physical 0x00400000, cached, privileged:\n"
	"  pc 0x00010124\n"
	"  mm 0x00004000\n"
	"  newest 0x22222222, a legal cache may answer 0x11111111\n"
	"missed the store at 0x00400000 (another alias of that line):\n"
	"  pc 0x00010130\n"
	"  mm 0x00004000\n"
	"cache line 0x00400000 (32 bytes; . new, o old):\n"
	"  memory        oooo............................\n"
	"  D 0x40000000  oooo............................  clean\n"
	"  D 0x00400000  ................................  dirty\n"
	"last maintenance on the line: none known\n"
	"verdict: the newest bytes are dirty in the cache under 0x00400000 and memory is old.\n"
	"missing: a clean of the D line 0x00400000 after the store and before this load.\n"
	"==================================================================\n";

static void put(struct stream *s, struct session *session, uint32_t type, const void *body,
		uint32_t length, size_t step)
{
	struct wire_header h = { type, length };
	uint8_t bytes[sizeof(h) + sizeof(struct wire_finding)];

	memcpy(bytes, &h, sizeof(h));
	memcpy(bytes + sizeof(h), body, length);
	for (size_t at = 0; at < sizeof(h) + length; at += step) {
		size_t left = sizeof(h) + length - at;

		stream_feed(s, bytes + at, left < step ? left : step, session_message, session);
	}
}

/* A run of one finding, twice through different instructions, and its end. */
static void play(struct session *session, size_t step)
{
	struct stream s = { 0 };
	struct wire_hello hello = { .version = WIRE_VERSION,
				    .cpu = "arm926ej-s",
				    .write_allocate = 1 };
	struct wire_finding f = missed_clean();
	struct wire_repeat repeat = { 1, 0, 41 };
	struct wire_end end = { .loads = 7 };

	put(&s, session, WIRE_HELLO, &hello, sizeof(hello), step);
	put(&s, session, WIRE_FINDING, &f, sizeof(f), step);
	f.id = 2;
	put(&s, session, WIRE_FINDING, &f, sizeof(f), step);
	put(&s, session, WIRE_REPEAT, &repeat, sizeof(repeat), step);
	put(&s, session, WIRE_END, &end, sizeof(end), step);
	assert_null(s.broken);
}

static void a_stream_becomes_one_report(void **state)
{
	static const size_t steps[] = { 1, 7, 8, 100, 1 << 20 };
	char *text;
	size_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		struct session session = { .max = UINT64_MAX };

		session.out = open_memstream(&text, &size);
		play(&session, steps[i]);
		fclose(session.out);
		assert_string_equal(text, whole_report);
		assert_int_equal(tally_different(&session.tally, false), 1);
		assert_int_equal(tally_occurrences(&session.tally, false), 42);
		assert_true(session.tally.has_end);
		tally_free(&session.tally);
		groups_free(&session.groups);
		free(text);
	}
}

/* Two reads of one page by one alias.  Returns what was printed. */
static char *two_of_one_cause(bool all, uint64_t max)
{
	struct session session = { .max = max, .all = all };
	struct wire_finding f = missed_clean();
	struct wire_hello hello = { .version = WIRE_VERSION,
				    .cpu = "arm926ej-s",
				    .write_allocate = 1 };
	char *text;
	size_t size;

	session.out = open_memstream(&text, &size);
	session_message(&session, WIRE_HELLO, &hello);
	session_message(&session, WIRE_FINDING, &f);
	f.id = 2;
	f.read.pc += 4;
	session_message(&session, WIRE_FINDING, &f);
	assert_int_equal(tally_different(&session.tally, false), 2);
	fclose(session.out);
	tally_free(&session.tally);
	groups_free(&session.groups);
	return text;
}

static void the_second_of_a_cause_is_a_line(void **state)
{
	static const char line[] =
		"coherer: also missed-clean in 0x00010128 / 0x00010130, which goes"
		" with missed-clean in 0x00010124 / 0x00010130\n";
	char *text = two_of_one_cause(false, UINT64_MAX);

	(void)state;
	assert_memory_equal(text, whole_report, strlen(whole_report));
	assert_string_equal(text + strlen(whole_report), line);
	free(text);
	text = two_of_one_cause(false, 1);
	assert_string_equal(text, whole_report);
	free(text);
	text = two_of_one_cause(true, UINT64_MAX);
	assert_null(strstr(text, "also"));
	assert_non_null(strstr(text, "COHERER: missed-clean in 0x00010128 / 0x00010130\n"));
	free(text);
}

static void nonsense_is_noticed(void **state)
{
	struct session session = { .max = 0 };
	struct stream s = { 0 };
	struct wire_note note = { 0 };

	(void)state;
	put(&s, &session, WIRE_NOTE, &note, sizeof(note) - 4, 64);
	assert_string_equal(s.broken, "a message of the wrong length");
	s = (struct stream){ 0 };
	put(&s, &session, 7, &note, sizeof(note), 64);
	assert_string_equal(s.broken, "a message of unknown type");
	tally_free(&session.tally);
	groups_free(&session.groups);
}

static void another_version_stops_the_run(void **state)
{
	struct session session = { .max = 0 };
	struct stream s = { 0 };
	struct wire_hello hello = { .version = WIRE_VERSION + 1 };
	char *text;
	size_t size;

	(void)state;
	session.out = open_memstream(&text, &size);
	put(&s, &session, WIRE_HELLO, &hello, sizeof(hello), 64);
	fclose(session.out);
	assert_true(session.wrong_version && session.stop_wanted);
	assert_non_null(strstr(text, "expected both from one build"));
	free(text);
}

static void json_is_complete_without_an_end(void **state)
{
	char path[] = "coherer-json-XXXXXX", *command[] = { "qemu \xff", NULL };
	struct session session = { .max = 0 };
	struct json_end end = { &session.tally,
				&session.groups,
				&session.suppressions,
				&session.callers,
				NULL,
				true,
				3 };
	struct wire_finding f = missed_clean();
	json_t *root, *report;

	(void)state;
	close(mkstemp(path));
	assert_int_equal(json_open(&session.json, path, command), 0);
	session_message(&session, WIRE_FINDING, &f);
	assert_int_equal(json_close(&session.json, &end), 0);
	root = json_load_file(path, 0, NULL);
	assert_non_null(root);
	assert_false(json_is_true(json_object_get(root, "complete")));
	assert_int_equal(json_integer_value(json_object_get(root, "exit")), 3);
	report = json_array_get(json_object_get(root, "reports"), 0);
	assert_string_equal(json_string_value(json_object_get(report, "kind")), "missed-clean");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(root, "counts"), "1")),
			 1);
	json_decref(root);
	tally_free(&session.tally);
	groups_free(&session.groups);
	unlink(path);
}

static void json_tells_a_device_s_read(void **state)
{
	char path[] = "coherer-json-XXXXXX", *command[] = { "qemu", NULL };
	struct session session = { .max = 0 };
	struct json_end end = { &session.tally,
				&session.groups,
				&session.suppressions,
				&session.callers,
				NULL,
				false,
				1 };
	struct wire_finding f = device_read();
	struct wire_device device = { .name = "lance", .coherent = 1, .bytes_read = 7 };
	json_t *root, *read, *told;

	(void)state;
	close(mkstemp(path));
	assert_int_equal(json_open(&session.json, path, command), 0);
	session_message(&session, WIRE_FINDING, &f);
	session_message(&session, WIRE_DEVICE, &device);
	assert_int_equal(json_close(&session.json, &end), 0);
	root = json_load_file(path, 0, NULL);
	assert_non_null(root);
	read = json_object_get(json_array_get(json_object_get(root, "reports"), 0), "read");
	assert_string_equal(json_string_value(json_object_get(read, "access")), "device read");
	assert_string_equal(json_string_value(json_object_get(read, "device")), "lance");
	assert_string_equal(json_string_value(json_object_get(read, "pa")), "0x00400000");
	assert_string_equal(json_string_value(json_object_get(read, "newest")), "0x22222222");
	assert_null(json_object_get(read, "pc"));
	assert_null(json_object_get(read, "mm"));
	assert_null(json_object_get(read, "va"));
	told = json_array_get(json_object_get(root, "devices"), 0);
	assert_string_equal(json_string_value(json_object_get(told, "name")), "lance");
	assert_true(json_is_true(json_object_get(told, "coherent")));
	assert_int_equal(json_integer_value(json_object_get(told, "bytes_read")), 7);
	json_decref(root);
	tally_free(&session.tally);
	groups_free(&session.groups);
	unlink(path);
}

static void a_full_disk_is_noticed(void **state)
{
	char *command[] = { "qemu", NULL };
	struct session session = { .max = 0 };
	struct json_end end = { &session.tally,
				&session.groups,
				&session.suppressions,
				&session.callers,
				NULL,
				false,
				0 };

	(void)state;
	assert_int_equal(json_open(&session.json, "/dev/full", command), 0);
	assert_int_equal(json_close(&session.json, &end), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_was_not_cleaned),
		cmocka_unit_test(a_line_is_old),
		cmocka_unit_test(memory_is_old_too),
		cmocka_unit_test(an_old_line_is_in_the_way),
		cmocka_unit_test(code_and_homonyms),
		cmocka_unit_test(a_device_reads_old_bytes),
		cmocka_unit_test(a_line_is_dirty_when_a_device_writes),
		cmocka_unit_test(it_was_dirty_at_the_dma),
		cmocka_unit_test(a_device_s_report_is_whole),
		cmocka_unit_test(names_without_an_end_are_cut),
		cmocka_unit_test(values_are_numbers_where_they_can_be),
		cmocka_unit_test(a_stream_becomes_one_report),
		cmocka_unit_test(the_second_of_a_cause_is_a_line),
		cmocka_unit_test(nonsense_is_noticed),
		cmocka_unit_test(another_version_stops_the_run),
		cmocka_unit_test(json_is_complete_without_an_end),
		cmocka_unit_test(json_tells_a_device_s_read),
		cmocka_unit_test(a_full_disk_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
