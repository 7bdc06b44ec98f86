// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * --again: what two runs of one command make of their findings, however the second one goes.
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
#include "watch/runner/again.h"
#include "watch/runner/session.h"

#define NOT_AGAIN "called from: not known, no second run came to this report"
#define NOT_SEEN  "called from: not known, the second run did not see this store"

struct play {
	struct session session;
	char json[32];
	char *text;
	size_t size;
};

static void begin(struct play *p)
{
	char *command[] = { "qemu", NULL };

	*p = (struct play){ .session.max = UINT64_MAX, .json = "coherer-again-XXXXXX" };
	p->session.out = open_memstream(&p->text, &p->size);
	p->session.all = true;
	p->session.again = again_new();
	close(mkstemp(p->json));
	assert_int_equal(json_open(&p->session.json, p->json, command), 0);
}

/* Ends it, and returns the JSON file. */
static json_t *end(struct play *p)
{
	struct session *s = &p->session;
	struct json_end last = { &s->tally, &s->groups, &s->suppressions, &s->callers, NULL,
				 false,	    1 };
	json_t *root;

	again_end(s);
	session_end(s);
	assert_int_equal(json_close(&s->json, &last), 0);
	root = json_load_file(p->json, 0, NULL);
	assert_non_null(root);
	fclose(s->out);
	unlink(p->json);
	return root;
}

static void clean_up(struct play *p, json_t *root)
{
	json_decref(root);
	again_free(p->session.again);
	tally_free(&p->session.tally);
	callers_free(&p->session.callers);
	groups_free(&p->session.groups);
	free(p->text);
}

/* Of the store at this address. */
static void find(struct play *p, uint32_t id, uint32_t writer)
{
	struct wire_finding f = {
		.id = id,
		.by = COH_BY_LOAD,
		.cause = COH_NOT_CLEANED,
		.certain = 1,
		.read = { 1, 0x10124, 0x40000000, 0x400000, 0x4000, 4, COH_WRITE_BACK, 0 },
		.write = { .known = 1, .pc = writer, .va = 0x400002, .mm = 0x4000 },
		.first_pa = 0x400002,
		.line_pa = 0x400000,
		.granule = 32,
	};

	session_message(&p->session, WIRE_FINDING, &f);
}

static void find_with_context(struct play *p, uint32_t id, uint32_t writer)
{
	struct wire_writer w = { .id = id, .chain.known = 1 };

	session_message(&p->session, WIRE_WRITER, &w);
	find(p, id, writer);
}

static void finish_run(struct play *p, uint32_t id, uint64_t count, uint64_t loads)
{
	struct wire_repeat r = { id, 0, count };
	struct wire_end e = { .loads = loads };

	session_message(&p->session, WIRE_REPEAT, &r);
	session_message(&p->session, WIRE_END, &e);
}

static json_t *report_at(json_t *root, size_t i)
{
	return json_array_get(json_object_get(root, "reports"), i);
}

/* The first run asks for these stores, and has printed nothing. */
static void expect_wanted(struct play *p, const uint32_t *pc, size_t n)
{
	int fd = again_start(&p->session);
	struct wire_wanted w;

	fflush(p->session.out);
	assert_int_equal(p->size, 0);
	assert_true(fd >= 0);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(read(fd, &w, sizeof(w)), sizeof(w));
		assert_int_equal(w.pc, pc[i]);
		assert_int_equal(w.pa, 0x400000); /* of the word */
	}
	assert_int_equal(read(fd, &w, sizeof(w)), 0);
	close(fd);
}

static unsigned times(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static void the_second_run_is_printed(void **state)
{
	static const uint32_t wanted[] = { 0x100, 0x200 };
	struct play p;
	json_t *root;

	(void)state;
	begin(&p);
	find(&p, 1, 0x100);
	find(&p, 2, 0x200);
	finish_run(&p, 1, 7, 1000);
	expect_wanted(&p, wanted, 2);
	find_with_context(&p, 1, 0x100);
	find(&p, 2, 0x200);
	finish_run(&p, 1, 7, 1001);
	root = end(&p);
	assert_int_equal(times(p.text, "COHERER: "), 2);
	assert_int_equal(times(p.text, NOT_SEEN), 1);
	assert_int_equal(times(p.text, NOT_AGAIN), 0);
	assert_true(json_is_array(json_object_get(report_at(root, 0), "writer_calls")));
	assert_true(json_is_null(json_object_get(report_at(root, 1), "writer_calls")));
	assert_int_equal(p.session.tally.end.loads, 1001);
	assert_int_equal(tally_occurrences(&p.session.tally, false), 8);
	assert_int_equal(p.session.tally.n_notes, 0);
	clean_up(&p, root);
}

static void what_does_not_come_again_is_printed_as_it_was(void **state)
{
	static const uint32_t wanted[] = { 0x100, 0x200 };
	struct play p;
	json_t *root;

	(void)state;
	begin(&p);
	find(&p, 1, 0x100);
	find(&p, 2, 0x200);
	finish_run(&p, 2, 5, 1000);
	expect_wanted(&p, wanted, 2);
	find_with_context(&p, 1, 0x300); /* and this is new */
	find_with_context(&p, 2, 0x100);
	finish_run(&p, 1, 1, 1001);
	root = end(&p);
	assert_int_equal(times(p.text, "COHERER: "), 3);
	assert_int_equal(times(p.text, NOT_AGAIN), 1);
	assert_true(strstr(p.text, NOT_AGAIN) > strstr(p.text, "missed the store at 0x00400002"));
	assert_true(json_is_null(json_object_get(report_at(root, 2), "writer_calls")));
	assert_int_equal(json_integer_value(json_object_get(report_at(root, 2), "id")), 3);
	/* It has the first run's count, by its new number. */
	assert_int_equal(json_integer_value(json_object_get(json_object_get(root, "counts"), "3")),
			 5);
	clean_up(&p, root);
}

/* QEMU failed, or was killed: with its findings so far, or without any. */
static void a_second_run_that_is_cut_off_loses_nothing(void **state)
{
	static const uint32_t wanted[] = { 0x100, 0x200 };
	static const struct wire_note note = { .warning = 1, .text = "told by the first" };

	(void)state;
	for (unsigned found = 0; found <= 2; found++) {
		struct wire_hello hello = { .version = WIRE_VERSION, .cpu = "arm926ej-s" };
		struct wire_maint_site site = { .pc = 0x500, .count = 3 };
		struct play p;
		json_t *root;

		begin(&p);
		session_message(&p.session, WIRE_HELLO, &hello);
		session_message(&p.session, WIRE_NOTE, &note);
		find(&p, 1, 0x100);
		find(&p, 2, 0x200);
		session_message(&p.session, WIRE_MAINT_SITE, &site);
		finish_run(&p, 1, 7, 1000);
		expect_wanted(&p, wanted, 2);
		for (uint32_t id = 1; id <= found; id++)
			find_with_context(&p, id, id * 0x100);
		root = end(&p);
		assert_int_equal(times(p.text, "COHERER: "), 2);
		assert_int_equal(times(p.text, NOT_AGAIN), 2 - found);
		assert_int_equal(tally_occurrences(&p.session.tally, false), 8);
		assert_true(p.session.tally.has_hello);
		assert_int_equal(p.session.tally.end.loads, 1000);
		assert_int_equal(p.session.tally.n_sites, 1);
		assert_int_equal(p.session.tally.n_notes, 2);
		clean_up(&p, root);
	}
}

/* No second run: interrupted, or QEMU failed in the first. */
static void without_a_second_run_all_is_printed(void **state)
{
	struct play p;
	json_t *root;

	(void)state;
	begin(&p);
	find(&p, 1, 0x100);
	p.session.first = true;
	find(&p, 2, 0x200);
	finish_run(&p, 1, 7, 1000);
	assert_true(p.session.stop_wanted);
	p.session.first = false;
	root = end(&p);
	assert_int_equal(times(p.text, "COHERER: "), 2);
	assert_int_equal(times(p.text, NOT_AGAIN), 2);
	assert_int_equal(tally_occurrences(&p.session.tally, false), 8);
	assert_int_equal(p.session.tally.end.loads, 1000);
	assert_int_equal(p.session.tally.n_notes, 0);
	clean_up(&p, root);
}

/* It would tell nothing new. */
static void no_writer_no_second_run(void **state)
{
	struct play p;
	json_t *root;

	(void)state;
	begin(&p);
	assert_int_equal(again_start(&p.session), -1);
	root = end(&p);
	assert_int_equal(times(p.text, "COHERER: "), 0);
	clean_up(&p, root);
}

static void one_run_asks_for_nothing(void **state)
{
	struct play p;
	json_t *root;

	(void)state;
	begin(&p);
	again_free(p.session.again);
	p.session.again = NULL;
	find_with_context(&p, 1, 0x100);
	root = end(&p);
	assert_int_equal(times(p.text, "COHERER: "), 1);
	assert_int_equal(times(p.text, "called from"), 0);
	assert_null(json_object_get(report_at(root, 0), "writer_calls"));
	clean_up(&p, root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_second_run_is_printed),
		cmocka_unit_test(what_does_not_come_again_is_printed_as_it_was),
		cmocka_unit_test(a_second_run_that_is_cut_off_loses_nothing),
		cmocka_unit_test(without_a_second_run_all_is_printed),
		cmocka_unit_test(no_writer_no_second_run),
		cmocka_unit_test(one_run_asks_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
