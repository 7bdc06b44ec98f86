// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* What the explorer asks of the machine: where copies are, and stores that are only speculated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/machine.h"

#define PAGE 64u
#define K    0x1000u
#define U    0x2000u

static uint64_t memory[1024];

static struct coh_machine *machine(enum coh_cache_kind kind, uint32_t outer)
{
	struct coh_cache cache = { .size = 512,
				   .line = 16,
				   .ways = 2,
				   .kind = kind,
				   .policy = COH_STORE_BACK,
				   .alloc = COH_ALLOC_READ_WRITE };
	struct coh_machine_config config = { .dcache = cache,
					     .cpus = 2,
					     .page = PAGE,
					     .pages = 2,
					     .translations = 4,
					     .broadcast = true };
	struct coh_machine *m = (struct coh_machine *)memory;

	if (outer) {
		config.outer = cache;
		config.outer.kind = COH_PIPT;
	}
	assert_in_range(coh_machine_size(&config), 1, sizeof(memory));
	assert_int_equal(coh_machine_init(m, &config), COH_MACHINE_OK);
	coh_machine_map(m, 0, K, 0, COH_MACHINE_READ | COH_MACHINE_WRITE, COH_WRITE_BACK);
	coh_machine_map(m, 0, U, 0, COH_MACHINE_READ, COH_WRITE_BACK);
	return m;
}

static uint32_t load(struct coh_machine *m, uint32_t cpu, uint64_t va)
{
	uint32_t word = 0;

	assert_int_equal(coh_machine_load(m, cpu, va, &word, 4, NULL, NULL), COH_MACHINE_OK);
	return word;
}

static void copies_are_found_by_address(void **state)
{
	struct coh_machine *m = machine(COH_VIVT, 0);
	uint32_t places[4], set, way;

	(void)state;
	assert_int_equal(coh_machine_copies(m, 0, COH_DATA, 0, PAGE, places, 4), 0);
	load(m, 0, K + 20);
	load(m, 0, U + 20);
	load(m, 0, U + 40);
	load(m, 1, K);
	assert_int_equal(coh_machine_copies(m, 0, COH_DATA, 0, PAGE, places, 4), 3);
	/* Of one line, both aliases; and where they are said to be they are. */
	assert_int_equal(coh_machine_copies(m, 0, COH_DATA, 16, 1, places, 4), 2);
	assert_true(coh_machine_find(m, 0, COH_DATA, K + 20, &set, &way));
	assert_true(places[0] == set * 2 + way || places[1] == set * 2 + way);
	/* More than there is room for are still counted. */
	assert_int_equal(coh_machine_copies(m, 0, COH_DATA, 0, PAGE, places, 1), 3);
	assert_int_equal(coh_machine_copies(m, 1, COH_DATA, 0, 16, places, 4), 1);
	assert_int_equal(coh_machine_copies(m, 0, COH_DATA, PAGE, PAGE, places, 4), 0);
	assert_int_equal(coh_machine_copies(m, 2, COH_DATA, 0, PAGE, places, 4), 0);
}

static void the_second_level_has_one_copy(void **state)
{
	struct coh_machine *m = machine(COH_PIPT, 1);

	(void)state;
	assert_int_equal(coh_machine_outer_copy(m, 16), UINT32_MAX);
	load(m, 0, K + 16);
	assert_int_not_equal(coh_machine_outer_copy(m, 16), UINT32_MAX);
	assert_int_equal(coh_machine_outer_copy(m, 0), UINT32_MAX);
	m = machine(COH_PIPT, 0);
	load(m, 0, K + 16);
	assert_int_equal(coh_machine_outer_copy(m, 16), UINT32_MAX);
}

/* R10000: the line gets dirty with the bytes it has; written back it goes over a device's. */
static void a_speculated_store_dirties(void **state)
{
	struct coh_machine *m = machine(COH_PIPT, 0);
	uint32_t seven = 7, places[1];

	(void)state;
	assert_false(coh_machine_dirty(m, 0, K)); /* absent */
	load(m, 0, K);
	assert_false(coh_machine_dirty(m, 0, U)); /* read-only */
	assert_false(coh_machine_dirty(m, 2, K)); /* no such CPU */
	load(m, 1, K);
	assert_true(coh_machine_dirty(m, 0, K));
	assert_false(coh_machine_dirty(m, 0, K)); /* it is already */
	/* A dirty line has no copy of its name elsewhere. */
	assert_int_equal(coh_machine_copies(m, 1, COH_DATA, 0, 16, places, 1), 0);
	assert_int_equal(coh_machine_check(m), 0);
	assert_int_equal(load(m, 0, K), 0);
	coh_machine_device_write(m, 0, &seven, 4);
	assert_int_equal(coh_machine_copies(m, 0, COH_DATA, 0, 16, places, 1), 1);
	assert_true(coh_machine_evict(m, 0, COH_DATA, places[0] / 2, places[0] % 2));
	assert_int_equal(coh_machine_memory(m, 0), 0);
	assert_int_equal(coh_machine_newest(m, 0), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_are_found_by_address),
		cmocka_unit_test(the_second_level_has_one_copy),
		cmocka_unit_test(a_speculated_store_dirties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
