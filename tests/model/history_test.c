// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The history of a line in trouble: how it begins, what is folded, what is noted of maintenance that
 * missed, and that it is bounded.  That a history leads to the state of its line again is tested in
 * tests/watch/runner/replay_test.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "model/shadow.h"

#define PA 0x00400000u
#define K  0x00400000u
#define U  0x40000000u
#define V  0x40100000u

static struct coh_shadow *s;
static struct coh_finding found;
static uint32_t pc;

static int set_up(void **state)
{
	const struct coh_cpu *cpu = coh_cpu_find("arm926ej-s");
	struct coh_shadow_config config = {
		.d = cpu->dcache,
		.i = *coh_cpu_icache(cpu),
		.write_allocate = true,
		.page_size = COH_PAGE_SIZE,
	};

	(void)state;
	s = coh_shadow_new(&config);
	pc = 0;
	coh_shadow_map(s, K, PA, COH_PAGE_SIZE);
	coh_shadow_map(s, U, PA, COH_PAGE_SIZE);
	coh_shadow_map(s, V, PA, COH_PAGE_SIZE);
	return !s;
}

static int tear_down(void **state)
{
	(void)state;
	assert_int_equal(coh_shadow_check(s), 0);
	coh_shadow_free(s);
	return 0;
}

static struct coh_shadow_access access_at(uint32_t va)
{
	return (struct coh_shadow_access){
		.va = va,
		.pa = PA | (va & COH_PAGE_MASK),
		.pc = ++pc,
		.size = 4,
		.attr = COH_WRITE_BACK,
	};
}

static bool load(uint32_t va)
{
	struct coh_shadow_access a = access_at(va);

	return coh_shadow_load(s, &a, &found);
}

static void store(uint32_t va)
{
	struct coh_shadow_access a = access_at(va);

	coh_shadow_store(s, &a, &found);
}

static void op(enum coh_op op, uint32_t va)
{
	struct coh_who who = { ++pc, va, 0 };

	coh_shadow_maintain(s, COH_DATA, op, va, PA | (va & COH_PAGE_MASK), &who);
}

/* "load K, store U 4, clean V": of the latest finding; pc, and the first byte of stores. */
static void expect(const char *text)
{
	static const char *const kinds[COH_EVENTS] = {
		"load",	   "store", "fetch",   "dma",	"coherent",  "line",
		"set-way", "whole", "homonym", "short", "overwrite",
	};
	char out[1024] = "";
	size_t n = 0;

	for (uint32_t i = 0; i < found.history.n; i++) {
		const struct coh_event *e = &found.history.event[i];

		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s %c", i ? ", " : "",
				      kinds[e->kind],
				      e->va == COH_VA_UNKNOWN ? '-'
				      : e->va >= V	      ? 'V'
				      : e->va >= U	      ? 'U'
							      : 'K');
		if (e->kind == COH_EVENT_STORE || e->kind == COH_EVENT_OVERWRITE)
			n += (size_t)snprintf(out + n, sizeof(out) - n, " %x", e->bytes);
	}
	assert_string_equal(out, text);
}

static void it_begins_with_the_line_in_order(void **state)
{
	(void)state;
	store(U);
	store(U + 8);
	assert_true(load(K));
	expect("load U, store U f, store U f00");
	assert_int_equal(found.history.event[1].pc, 1);
	assert_int_equal(found.history.event[2].pc, 2);
	assert_int_equal(found.history.odd, 0);
}

static void a_line_in_order_has_none(void **state)
{
	(void)state;
	store(U);
	load(K); /* the record is opened here ... */
	op(COH_FLUSH, K);
	op(COH_CLEAN, U); /* ... and closed here */
	store(U);
	load(V);
	expect("load U, store U f");
}

static void reads_that_were_there_are_left_out(void **state)
{
	(void)state;
	load(U);
	store(K + 4);
	load(U);
	load(V);
	load(U);
	load(V);
	assert_true(load(U + 4));
	/* The first load of U is how the line was; that after the store is another. */
	expect("load U, store K f0, load U, load V");
}

static void stores_in_turn_are_one(void **state)
{
	(void)state;
	load(U);
	store(K);
	store(K + 4);
	assert_true(load(U + 4));
	expect("load U, store K ff");
	assert_int_equal(found.history.event[1].pc, 3);
}

/* U may be written back between them, and K filled again. */
static void stores_beside_another_dirty_line_are_two(void **state)
{
	(void)state;
	store(U);
	store(K);
	store(K + 4);
	assert_true(load(V));
	expect("load U, store U f, store K f, store K f0");
}

/* However many: those before the last come to the same as one. */
static void many_stores_beside_another_dirty_line_are_two(void **state)
{
	(void)state;
	store(U);
	for (uint32_t at = 0; at < 32; at += 4)
		store(K + at);
	assert_true(load(V));
	expect("load U, store U f, store K fffffff, store K f0000000");
	assert_int_equal(found.history.event[2].pc_first, 2);
	assert_int_equal(found.history.event[2].pc, 8);
	assert_int_equal(found.history.event[3].pc, 9);
}

static void rounds_with_bytes_of_their_own_are_three(void **state)
{
	(void)state;
	for (uint32_t at = 0; at < 32; at += 4) {
		store(U + at);
		load(K + at);
		store(K + at);
		load(U + at);
	}
	assert_true(load(V));
	expect("load U, store U f, load K, store K f, load U, "
	       "store U ffffff0, load K, store K ffffff0, load U, "
	       "store U f0000000, load K, store K f0000000, load U");
	assert_int_equal(found.history.cut, 0);
}

/* U leads to another page for one store: it may have hit the line that is there. */
static void a_store_to_another_page_is_an_event(void **state)
{
	struct coh_shadow_access a = access_at(U + 4);

	(void)state;
	store(U);
	coh_shadow_map(s, U, PA + COH_PAGE_SIZE, COH_PAGE_SIZE);
	a.pa += COH_PAGE_SIZE;
	assert_true(coh_shadow_store(s, &a, &found));
	coh_shadow_map(s, U, PA, COH_PAGE_SIZE);
	assert_true(load(K));
	expect("load U, store U f, overwrite U f0, homonym U");
	assert_int_equal(found.history.event[2].mm, PA + COH_PAGE_SIZE);
	assert_int_equal(found.history.odd, 0);
}

static void what_missed_is_noted(void **state)
{
	(void)state;
	store(U);
	op(COH_CLEAN, V);
	assert_true(load(K));
	expect("load U, store U f, line V");
	assert_int_equal(found.history.event[2].op, COH_CLEAN);
	assert_int_equal(found.history.event[2].pc, 2);
}

static void what_missed_before_the_last_store_is_not(void **state)
{
	(void)state;
	store(U);
	op(COH_CLEAN, V);
	store(U);
	assert_true(load(K));
	expect("load U, store U f");
}

/* Loads through the line's own alias stay quiet, and change nothing. */
static void a_noted_line_is_read_quietly(void **state)
{
	struct coh_view view = coh_shadow_view(s, COH_WRITE_BACK);
	const struct coh_shadow_page *page;

	(void)state;
	store(U);
	op(COH_CLEAN, V);
	page = coh_shadow_peek(s, PA);
	assert_true(coh_load_is_quiet(&view, page, U, 0));
	assert_false(coh_store_is_quiet(&view, page, U, 0));
	store(U);
	assert_true(coh_store_is_quiet(&view, page, U, 0));
}

static void a_range_that_ends_before_is_noted(void **state)
{
	struct coh_who who = { 7, U, 0 };

	(void)state;
	store(U);
	store(U + 32);
	store(U + 64);
	for (uint32_t at = 0; at < 64; at += 32)
		coh_shadow_maintain(s, COH_DATA, COH_CLEAN, U + at, PA + at, &who);
	assert_true(load(K + 64));
	expect("load U, store U f, short U");
	assert_false(load(K + 32));
}

static void of_a_loop_two_rounds_are_kept(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		store(U);
		store(K + 4);
		op(COH_FLUSH, K);
		op(COH_FLUSH, U);
	}
	assert_true(load(V));
	expect("load U, store U f, store K f0, line K, line U, store U f, store K f0, line K, "
	       "line U");
	assert_int_equal(found.history.cut, 0);
	/* Who did it is who did it last. */
	assert_int_equal(found.history.event[8].pc, pc - 1);
}

static void it_is_bounded(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		store((i & 1 ? U : K) + i * i % 7 * 4);
		op(COH_CLEAN, i % 3 ? V : U);
	}
	assert_true(load(V));
	assert_int_equal(found.history.n, COH_HISTORY_MAX);
	assert_true(found.history.cut > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_begins_with_the_line_in_order),
		TEST(a_line_in_order_has_none),
		TEST(reads_that_were_there_are_left_out),
		TEST(stores_in_turn_are_one),
		TEST(stores_beside_another_dirty_line_are_two),
		TEST(many_stores_beside_another_dirty_line_are_two),
		TEST(rounds_with_bytes_of_their_own_are_three),
		TEST(a_store_to_another_page_is_an_event),
		TEST(what_missed_is_noted),
		TEST(what_missed_before_the_last_store_is_not),
		TEST(a_noted_line_is_read_quietly),
		TEST(a_range_that_ends_before_is_noted),
		TEST(of_a_loop_two_rounds_are_kept),
		TEST(it_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
