// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Advice: what is said to be missing, what is said of maintenance that was done, and what is not
 * said because it was tried and is not the cause.  Findings come from the shadow itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "tests/watch/runner/advice_scene.h"
#include "watch/runner/advice_json.h"
#include "watch/runner/advice_words.h"

static struct scene s;

static int set_up(void **state)
{
	(void)state;
	scene_begin(&s);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scene_end(&s);
	return 0;
}

static void expect_of(const struct wire_finding *f, const char *missing, const char *judged)
{
	struct advice a;
	char text[1024];

	advice_find(&s.hello, f, &a);
	advice_say(&a, f, NULL, text, sizeof(text));
	assert_string_equal(text, missing);
	advice_judge(&a, f, NULL, text, sizeof(text));
	assert_string_equal(text, judged);
}

/* Exactly one finding so far, and this is said of it. */
static void expect(const char *missing, const char *judged)
{
	struct wire_finding f = scene_finding(&s);

	assert_int_equal(s.n_found, 1);
	expect_of(&f, missing, judged);
}

static void a_clean_is_missing(void **state)
{
	(void)state;
	scene_store(&s, U, 4);
	scene_load(&s, K, 4);
	expect("a clean of the D line 0x40000000 after the store and before this load.", "");
}

static void an_invalidate_is_missing(void **state)
{
	(void)state;
	scene_load(&s, K, 4);
	scene_store(&s, U, 4);
	scene_op(&s, COH_DATA, COH_CLEAN, U);
	scene_load(&s, K, 4);
	expect("an invalidate of the D line 0x00400000 after the store and before this load.", "");
}

static void both_are_missing(void **state)
{
	(void)state;
	scene_load(&s, K, 4);
	scene_store(&s, U, 4);
	scene_load(&s, K, 4);
	expect("a clean of the D line 0x40000000 after the store, then an invalidate of the D line "
	       "0x00400000 before this load.",
	       "");
}

/* The kernel's line was not flushed before the user's stores: after them it is too late. */
static void two_aliases_are_dirty(void **state)
{
	(void)state;
	scene_store(&s, K, 32);
	scene_store(&s, U, 4);
	scene_op(&s, COH_DATA, COH_FLUSH, K);
	scene_op(&s, COH_DATA, COH_FLUSH, U);
	scene_load(&s, K, 4);
	expect("a flush of the D line 0x00400000 (or an invalidate, if none of it is "
	       "wanted) after the store (pc 0x00000200) and immediately before the "
	       "store.",
	       "");
}

static void two_aliases_are_dirty_and_neither_was_flushed(void **state)
{
	(void)state;
	scene_store(&s, K, 32);
	scene_store(&s, U, 4);
	scene_load(&s, K, 4);
	expect("a flush of the D line 0x00400000 after the store (pc 0x00000200) and "
	       "immediately before the store, then a clean of the D line 0x40000000 "
	       "after the store and before this load.",
	       "");
}

/* Three operations are missing: it is said that two are not enough, and none is named. */
static void three_aliases_are_dirty(void **state)
{
	(void)state;
	scene_store(&s, K, 32);
	scene_store(&s, U, 4);
	scene_store(&s, V, 4);
	scene_load(&s, K, 4);
	expect("not known: of what happened to the line, no operation in any place was enough, and "
	       "no two in the usual places.",
	       "");
}

/* The right order of the same operations: nothing to be advised. */
static void two_aliases_in_turn_are_right(void **state)
{
	(void)state;
	scene_store(&s, K, 32);
	scene_op(&s, COH_DATA, COH_FLUSH, K);
	scene_store(&s, U, 4);
	scene_op(&s, COH_DATA, COH_FLUSH, U);
	scene_load(&s, K, 4);
	assert_int_equal(s.n_found, 0);
}

static void a_receive_buffer_is_dirty_before(void **state)
{
	(void)state;
	scene_store(&s, K, 4);
	scene_device_write(&s, PA, 32);
	expect("a flush of the D line 0x00400000 (or an invalidate, if none of it is "
	       "wanted) after the store and immediately before the DMA starts, and an "
	       "invalidate after it ended, if the line can be read meanwhile.",
	       "");
	s.n_found = 0;
	scene_load(&s, K, 4);
	expect("a flush of the D line 0x00400000 (or an invalidate, if none of it is "
	       "wanted) after the store (pc 0x00000200) and immediately before the "
	       "DMA starts, and an invalidate after it ended, if the line can be read "
	       "meanwhile.",
	       "");
}

static void a_receive_buffer_is_dirty_and_invalidated_after(void **state)
{
	(void)state;
	scene_store(&s, K, 4);
	scene_device_write(&s, PA, 32);
	scene_op(&s, COH_DATA, COH_INVALIDATE, K);
	s.n_found = 0;
	scene_load(&s, K, 4);
	expect("a clean of the D line 0x00400000 (or an invalidate, if none of it is wanted) after "
	       "the store (pc 0x00000200) and before the DMA starts.",
	       "");
}

static void a_receive_buffer_was_read_before(void **state)
{
	struct wire_finding f;

	(void)state;
	scene_load(&s, K, 4);
	scene_device_write(&s, PA, 32);
	scene_load(&s, K, 4);
	expect("an invalidate of the D line 0x00400000 after the DMA and before this load.", "");
	f = scene_finding(&s);
	f.last = (struct wire_maint){ .known = 1, .op = COH_INVALIDATE, .va = K };
	expect_of(&f, "an invalidate of the D line 0x00400000 after the DMA and before this load.",
		  " Too early: the last maintenance of the line, an invalidate, came before the "
		  "DMA ended.");
}

static void a_buffer_shares_its_line(void **state)
{
	(void)state;
	scene_store(&s, K + 16, 4);
	scene_device_write(&s, PA, 16);
	expect("lines of its own for the buffer: align its start and its end to 32 bytes.", "");
}

/* Stored to during the transfer: the invalidate loses it, and a clean would lose the device's. */
static void a_shared_line_has_no_right_operation(void **state)
{
	(void)state;
	scene_load(&s, K + 16, 4);
	scene_device_write(&s, PA, 16);
	scene_store(&s, K + 16, 4);
	scene_op(&s, COH_DATA, COH_INVALIDATE, K);
	scene_load(&s, K + 16, 4);
	expect("lines of its own for the buffer: align its start and its end to 32 bytes.", "");
}

static void a_device_reads_what_was_not_cleaned(void **state)
{
	(void)state;
	scene_store(&s, K, 4);
	scene_device_read(&s, PA, 4);
	expect("a clean of the D line 0x00400000 after the store and before the DMA starts.", "");
}

static void an_invalidate_loses_it(void **state)
{
	(void)state;
	scene_store(&s, K, 4);
	scene_op(&s, COH_DATA, COH_INVALIDATE, K);
	scene_load(&s, K, 4);
	expect("a clean of the D line 0x00400000 after the store and before the invalidate of "
	       "0x00400000 (pc 0x00000400), or a flush in its place.",
	       "");
}

static void code_needs_both_sides(void **state)
{
	(void)state;
	scene_fetch(&s, K);
	scene_store(&s, K, 4);
	scene_fetch(&s, K);
	expect("a clean of the D line 0x00400000 after the store, then an invalidate of the I line "
	       "0x00400000 before this fetch.",
	       "");
}

static void another_page_was_there(void **state)
{
	struct wire_finding f;

	(void)state;
	scene_load(&s, U, 4);
	coh_shadow_map(s.shadow, U, PA + COH_PAGE_SIZE, COH_PAGE_SIZE);
	struct coh_shadow_access a = {
		.va = U, .pa = PA + COH_PAGE_SIZE, .size = 4, .attr = COH_WRITE_BACK
	};

	assert_true(coh_shadow_load(s.shadow, &a, &s.found));
	f = scene_finding(&s);
	expect_of(&f, "a flush of the D line 0x40000000 before the page tables changed.", "");
}

/* One switch of page tables there, one back: at each its flush is missing. */
static void each_switch_lacks_its_flush(void **state)
{
	(void)state;
	scene_store(&s, U, 4);
	scene_elsewhere(&s, U, 4, true);
	s.n_found = 0;
	scene_load(&s, U, 4);
	expect("a flush of the D line 0x40000000 each time before the page tables change.", "");
}

/* It follows from the homonym: the first store may have gone into the other page's line. */
static void a_store_went_to_another_page_s_line(void **state)
{
	struct coh_shadow_access a = {
		.va = U, .pa = PA + COH_PAGE_SIZE, .pc = AT_STORE, .size = 4, .attr = COH_WRITE_BACK
	};

	(void)state;
	coh_shadow_map(s.shadow, U, PA + COH_PAGE_SIZE, COH_PAGE_SIZE);
	coh_shadow_store(s.shadow, &a, &s.found);
	coh_shadow_map(s.shadow, U, PA, COH_PAGE_SIZE);
	scene_store(&s, U, 4);
	scene_store(&s, U + 4, 4);
	scene_op(&s, COH_DATA, COH_FLUSH, U);
	s.n_found = 0;
	scene_load(&s, U, 4);
	expect("a flush of the D line 0x40000000 before the page tables changed.", "");
}

/* The user's line was hit by another page's store; the kernel reads what was stored before. */
static void another_page_s_store_hit_the_line(void **state)
{
	(void)state;
	scene_store(&s, U, 4);
	scene_elsewhere(&s, U, 4, true);
	scene_op(&s, COH_DATA, COH_FLUSH, U);
	s.n_found = 0;
	scene_load(&s, K, 4);
	expect("a flush of the D line 0x40000000 after the store and immediately before the page "
	       "tables changed.",
	       "");
}

static void everything_was_flushed_too_late(void **state)
{
	(void)state;
	scene_store(&s, K, 4);
	scene_store(&s, U, 4);
	scene_op(&s, COH_DATA, COH_FLUSH, U);
	scene_whole(&s, COH_DATA, COH_FLUSH);
	scene_load(&s, U, 4);
	expect("a flush of the D line 0x00400000 (or an invalidate, if none of it is "
	       "wanted) after the store (pc 0x00000200) and immediately before the "
	       "store.",
	       " The old line was 0x00400000, dirty since the store (pc 0x00000200).");
}

/* ---- for programs ---- */

static void expect_json(const char *expected)
{
	struct wire_finding f = scene_finding(&s);
	struct advice a;
	json_t *o;
	char *text;

	advice_find(&s.hello, &f, &a);
	o = advice_json(&a, &f, NULL);
	text = json_dumps(o, JSON_COMPACT);
	assert_string_equal(text, expected);
	free(text);
	json_decref(o);
}

static void programs_get_both_operations(void **state)
{
	(void)state;
	scene_store(&s, K, 32);
	scene_store(&s, U, 4);
	scene_load(&s, K, 4);
	expect_json("{\"kind\":\"operations\",\"operations\":["
		    "{\"op\":\"flush\",\"side\":\"D\",\"va\":\"0x00400000\",\"length\":32,"
		    "\"each_change\":false,"
		    "\"after\":{\"event\":\"store\",\"va\":\"0x00400000\",\"pc\":\"0x00000200\","
		    "\"user\":false},"
		    "\"before\":{\"event\":\"store\",\"va\":\"0x40000000\",\"pc\":\"0x00000200\","
		    "\"user\":false},\"or_invalidate\":false},"
		    "{\"op\":\"clean\",\"side\":\"D\",\"va\":\"0x40000000\",\"length\":32,"
		    "\"each_change\":false,"
		    "\"after\":{\"event\":\"store\",\"va\":\"0x40000000\",\"pc\":\"0x00000200\","
		    "\"user\":false},\"before\":{\"event\":\"read\"}}],"
		    "\"invalidate_after\":false,\"whole_history\":true}");
}

static void programs_get_what_is_no_operation(void **state)
{
	(void)state;
	scene_store(&s, K + 16, 4);
	scene_device_write(&s, PA, 16);
	expect_json("{\"kind\":\"own lines\",\"operations\":[],\"align\":32,"
		    "\"invalidate_after\":false,\"whole_history\":true}");
	scene_end(&s);
	scene_begin(&s);
	scene_store(&s, U, 4);
	scene_elsewhere(&s, U, 4, true);
	scene_load(&s, U, 4);
	expect_json("{\"kind\":\"operations\",\"operations\":["
		    "{\"op\":\"flush\",\"side\":\"D\",\"va\":\"0x40000000\",\"length\":32,"
		    "\"each_change\":true,\"or_invalidate\":false}],"
		    "\"invalidate_after\":false,\"whole_history\":true}");
	strcpy(s.hello.cpu, "none");
	expect_json("{\"kind\":\"not tried\",\"operations\":[],"
		    "\"invalidate_after\":false,\"whole_history\":true}");
}

/* ---- what was done ---- */

static void it_came_too_early(void **state)
{
	struct wire_finding f;

	(void)state;
	scene_store(&s, U, 4);
	scene_load(&s, K, 4);
	f = scene_finding(&s);
	f.last = (struct wire_maint){ .known = 1, .op = COH_CLEAN, .va = U + 12 };
	expect_of(&f, "a clean of the D line 0x40000000 after the store and before this load.",
		  " Too early: the last maintenance of the line, a clean, came before the store.");
	/* Of the other alias: later it would not be enough either. */
	f.last.va = K;
	expect_of(&f, "a clean of the D line 0x40000000 after the store and before this load.", "");
	/* Of another kind, which would lose the store. */
	f.last = (struct wire_maint){ .known = 1, .op = COH_INVALIDATE, .va = U };
	expect_of(&f, "a clean of the D line 0x40000000 after the store and before this load.", "");
}

static void it_was_of_the_wrong_kind(void **state)
{
	(void)state;
	scene_load(&s, K, 4);
	scene_store(&s, U, 4);
	scene_op(&s, COH_DATA, COH_CLEAN, U);
	scene_op(&s, COH_DATA, COH_CLEAN, K);
	scene_load(&s, K, 4);
	expect("an invalidate of the D line 0x00400000 after the store and before this load.",
	       " Wrong kind: the clean of 0x00400000 (pc 0x00000400) leaves the old line in the "
	       "cache.");
}

static void it_went_elsewhere(void **state)
{
	(void)state;
	scene_store(&s, U, 4);
	scene_op(&s, COH_DATA, COH_CLEAN, V);
	scene_load(&s, K, 4);
	expect("a clean of the D line 0x40000000 after the store and before this load.",
	       " Wrong address: the clean of 0x40100000 (pc 0x00000400) does not reach "
	       "0x40000000.");
}

/* Through another alias, and too early: the right address would not have helped. */
static void elsewhere_is_not_the_cause(void **state)
{
	(void)state;
	scene_store(&s, U, 4);
	scene_op(&s, COH_DATA, COH_CLEAN, V);
	scene_store(&s, U, 4);
	scene_load(&s, K, 4);
	expect("a clean of the D line 0x40000000 after the store and before this load.", "");
}

/* What is flushed there is the reader's own line, and has to be. */
static void the_reader_s_flush_is_not_at_fault(void **state)
{
	(void)state;
	scene_store(&s, U, 4);
	scene_op(&s, COH_DATA, COH_FLUSH, K);
	scene_load(&s, K, 4);
	expect("a clean of the D line 0x40000000 after the store and before this load.", "");
}

/* Two operations were missing: one more of the same is not enough. */
static void a_flush_elsewhere_is_not_at_fault(void **state)
{
	(void)state;
	scene_store(&s, K, 32);
	scene_store(&s, U, 4);
	scene_op(&s, COH_DATA, COH_FLUSH, V);
	scene_load(&s, K, 4);
	expect("a flush of the D line 0x00400000 after the store (pc 0x00000200) and "
	       "immediately before the store, then a clean of the D line 0x40000000 "
	       "after the store and before this load.",
	       "");
}

static void store_lines(uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		scene_store(&s, U + 32 * i, 4);
}

static void the_range_was_one_line_short(void **state)
{
	(void)state;
	store_lines(3);
	scene_op(&s, COH_DATA, COH_CLEAN, U);
	scene_op(&s, COH_DATA, COH_CLEAN, U + 32);
	scene_load(&s, K + 64, 4);
	expect("a clean of the D line 0x40000040 after the store and before this load.",
	       " Range too short: the clean of a range that ends at 0x40000040 (pc 0x00000400) is "
	       "one line short.");
}

static void a_short_range_is_not_the_cause(void **state)
{
	(void)state;
	/* The line was stored to after that. */
	store_lines(3);
	scene_op(&s, COH_DATA, COH_CLEAN, U);
	scene_op(&s, COH_DATA, COH_CLEAN, U + 32);
	scene_store(&s, U + 64, 4);
	scene_load(&s, K + 64, 4);
	expect("a clean of the D line 0x40000040 after the store and before this load.", "");
	scene_end(&s);
	/* One line by itself, or two by different code, are no range. */
	scene_begin(&s);
	store_lines(3);
	scene_op(&s, COH_DATA, COH_CLEAN, U + 32);
	scene_load(&s, K + 64, 4);
	expect("a clean of the D line 0x40000040 after the store and before this load.", "");
	scene_end(&s);
	scene_begin(&s);
	store_lines(3);
	scene_op_at(&s, COH_CLEAN, U, 0x700);
	scene_op_at(&s, COH_CLEAN, U + 32, 0x800);
	scene_load(&s, K + 64, 4);
	expect("a clean of the D line 0x40000040 after the store and before this load.", "");
}

/* ---- what cannot be tried ---- */

static void what_is_not_known_is_not_tried(void **state)
{
	static const char untried[] = "not known: too little is known of what happened to the line "
				      "to try anything.";
	struct wire_finding f, good;

	(void)state;
	scene_store(&s, U, 4);
	scene_load(&s, K, 4);
	good = f = scene_finding(&s);
	f.events_odd = 1;
	expect_of(&f, untried, "");
	f = good;
	f.n_events = 0; /* nothing was dirty then: the finding does not come again */
	expect_of(&f, untried, "");
	f.n_events = 1000;
	expect_of(&f, untried, "");
	f = good;
	f.by = 77;
	expect_of(&f, untried, "");
	f = good;
	f.event[0].kind = COH_EVENTS;
	expect_of(&f, untried, "");
	strcpy(s.hello.cpu, "none");
	expect_of(&good, untried, "");
}

static void a_long_history_says_so(void **state)
{
	struct wire_finding f;

	(void)state;
	scene_store(&s, U, 4);
	scene_load(&s, K, 4);
	f = scene_finding(&s);
	f.events_cut = 1;
	expect_of(&f,
		  "a clean of the D line 0x40000000 after the store and before this load (tried "
		  "with 2 things that happened to the line; others are not kept).",
		  "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_clean_is_missing),
		TEST(an_invalidate_is_missing),
		TEST(both_are_missing),
		TEST(two_aliases_are_dirty),
		TEST(two_aliases_are_dirty_and_neither_was_flushed),
		TEST(three_aliases_are_dirty),
		TEST(two_aliases_in_turn_are_right),
		TEST(a_receive_buffer_is_dirty_before),
		TEST(a_receive_buffer_is_dirty_and_invalidated_after),
		TEST(a_receive_buffer_was_read_before),
		TEST(a_buffer_shares_its_line),
		TEST(a_shared_line_has_no_right_operation),
		TEST(a_device_reads_what_was_not_cleaned),
		TEST(an_invalidate_loses_it),
		TEST(code_needs_both_sides),
		TEST(another_page_was_there),
		TEST(each_switch_lacks_its_flush),
		TEST(a_store_went_to_another_page_s_line),
		TEST(another_page_s_store_hit_the_line),
		TEST(everything_was_flushed_too_late),
		TEST(programs_get_both_operations),
		TEST(programs_get_what_is_no_operation),
		TEST(it_came_too_early),
		TEST(it_was_of_the_wrong_kind),
		TEST(it_went_elsewhere),
		TEST(elsewhere_is_not_the_cause),
		TEST(the_reader_s_flush_is_not_at_fault),
		TEST(a_flush_elsewhere_is_not_at_fault),
		TEST(the_range_was_one_line_short),
		TEST(a_short_range_is_not_the_cause),
		TEST(what_is_not_known_is_not_tried),
		TEST(a_long_history_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
