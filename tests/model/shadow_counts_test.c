// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* What the shadow counts of maintenance: the dirty lines that were written back, and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/shadow.h"

#define PA 0x400000u
#define K  PA
#define U  0x40000000u

static struct coh_shadow *shadow;

static int begin(void **state)
{
	const struct coh_cache cache = { .size = 16384,
					 .line = 32,
					 .ways = 4,
					 .kind = COH_VIVT,
					 .policy = COH_STORE_PAGE,
					 .alloc = COH_ALLOC_READ_WRITE };
	const struct coh_shadow_config config = { cache, cache, true, COH_PAGE_SIZE };

	(void)state;
	shadow = coh_shadow_new(&config);
	if (!shadow)
		return -1;
	coh_shadow_map(shadow, K, PA, COH_PAGE_SIZE);
	coh_shadow_map(shadow, U, PA, COH_PAGE_SIZE);
	return 0;
}

static int end(void **state)
{
	(void)state;
	coh_shadow_free(shadow);
	return 0;
}

static void access_line(uint32_t va, bool store)
{
	static const uint8_t bytes[4];
	struct coh_shadow_access a = {
		.va = va,
		.pa = PA | (va & COH_PAGE_MASK),
		.size = 4,
		.attr = COH_WRITE_BACK,
		.bytes = bytes,
	};
	struct coh_finding f;
	bool fresh;

	coh_shadow_page(shadow, PA, &fresh);
	if (store)
		coh_shadow_store(shadow, &a, &f);
	else
		coh_shadow_load(shadow, &a, &f);
}

/* How many lines one operation, on a line or on all (va 0), writes back. */
static uint64_t written_by(enum coh_op op, uint32_t va)
{
	const struct coh_shadow_counts *c = coh_shadow_counts(shadow);
	uint64_t before = c->written_back;
	struct coh_who who = { 0 };

	if (va)
		coh_shadow_maintain(shadow, COH_DATA, op, va, PA | (va & COH_PAGE_MASK), &who);
	else
		coh_shadow_maintain_all(shadow, COH_DATA, op, &who);
	return c->written_back - before;
}

static void a_dirty_line_once(void **state)
{
	(void)state;
	access_line(K, true);
	assert_int_equal(written_by(COH_CLEAN, U), 0); /* another alias */
	assert_int_equal(written_by(COH_CLEAN, K), 1);
	assert_int_equal(written_by(COH_CLEAN, K), 0);
	assert_int_equal(written_by(COH_FLUSH, K), 0);
	access_line(K, true);
	assert_int_equal(written_by(COH_FLUSH, K), 1);
	assert_int_equal(written_by(COH_FLUSH, K), 0);
}

static void not_what_is_thrown_away(void **state)
{
	(void)state;
	access_line(K, true);
	assert_int_equal(written_by(COH_INVALIDATE, K), 0);
	access_line(K, false);
	assert_int_equal(written_by(COH_FLUSH, K), 0);
	access_line(K, true);
	assert_int_equal(written_by(COH_INVALIDATE, 0), 0);
}

/* Two aliases, so that the line has a record of its own. */
static void of_a_line_in_trouble(void **state)
{
	(void)state;
	access_line(K, true);
	access_line(U, false);
	access_line(U, true);
	assert_int_equal(written_by(COH_INVALIDATE, U), 0);
	access_line(U, true);
	assert_int_equal(written_by(COH_CLEAN, U), 1);
	assert_int_equal(written_by(COH_FLUSH, U), 0);
	assert_int_equal(written_by(COH_FLUSH, K), 1);
}

static void all_of_them(void **state)
{
	(void)state;
	access_line(K, true);
	access_line(K + 32, true);
	access_line(K + 64, false);
	access_line(U + 32, true);
	assert_int_equal(written_by(COH_CLEAN, 0), 3);
	assert_int_equal(written_by(COH_FLUSH, 0), 0);
	access_line(K, true);
	assert_int_equal(written_by(COH_FLUSH, 0), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_dirty_line_once, begin, end),
		cmocka_unit_test_setup_teardown(not_what_is_thrown_away, begin, end),
		cmocka_unit_test_setup_teardown(of_a_line_in_trouble, begin, end),
		cmocka_unit_test_setup_teardown(all_of_them, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
