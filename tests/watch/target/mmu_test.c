// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Page tables of ARMv4 and ARMv5: every kind of descriptor, the switches, and
 * what cannot be read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "watch/target/arm.h"

#define TABLES 0x00004000u
#define COARSE 0x00008400u /* 1 KiB each, so aligned */
#define FINE   0x0000a000u
#define VA     0xc0123456u
#define ALL_ON (ARM_MMU_ON | ARM_DCACHE_ON | ARM_ICACHE_ON)

static struct {
	uint32_t pa, word;
} words[4];
static unsigned n_words;

static bool read_word(uint32_t pa, uint32_t *word)
{
	assert_int_equal(pa & 3, 0);
	for (unsigned i = 0; i < n_words; i++) {
		if (words[i].pa == pa) {
			*word = words[i].word;
			return true;
		}
	}
	return false;
}

static void put(uint32_t pa, uint32_t word)
{
	words[n_words].pa = pa;
	words[n_words++].word = word;
}

static int empty(void **state)
{
	(void)state;
	n_words = 0;
	return 0;
}

static enum walk_result walk(uint32_t control, uint32_t va, struct translation *t)
{
	struct mmu mmu = { .control = control, .tables = TABLES };

	return arm_walk(&mmu, va, read_word, t);
}

static void first_level(uint32_t va, uint32_t descriptor)
{
	put(TABLES + va / 0x100000 * 4, descriptor);
}

static void check(uint32_t va, uint32_t pa, uint32_t page_size, unsigned n_entries)
{
	struct translation t;

	assert_int_equal(walk(ALL_ON, va, &t), WALK_OK);
	assert_int_equal(t.pa, pa);
	assert_int_equal(t.page_size, page_size);
	assert_int_equal(t.n_entries, n_entries);
	assert_int_equal(t.entry_pa[0], TABLES + va / 0x100000 * 4);
	if (n_entries > 1)
		assert_int_equal(t.entry_pa[1], words[1].pa);
}

static void section(void **state)
{
	(void)state;
	first_level(VA, 0x05600c1eu);
	check(VA, 0x05623456, 0x100000, 1);
}

static void first_and_last_section(void **state)
{
	(void)state;
	first_level(0, 0x05600c1eu);
	first_level(0xffffffffu, 0xfff00c1eu);
	check(0, 0x05600000, 0x100000, 1);
	check(0xffffffffu, 0xffffffffu, 0x100000, 1);
}

static void coarse_large_page(void **state)
{
	(void)state;
	first_level(VA, COARSE | 0x11);
	put(COARSE + 0x23 * 4, 0x07890ffdu);
	check(VA, 0x07893456, 0x10000, 2);
}

static void coarse_small_page(void **state)
{
	(void)state;
	first_level(VA, COARSE | 0x11);
	put(COARSE + 0x23 * 4, 0x07891ffeu);
	check(VA, 0x07891456, 0x1000, 2);
}

static void coarse_extended_small_page(void **state)
{
	(void)state;
	first_level(VA, COARSE | 0x11);
	put(COARSE + 0x23 * 4, 0x0789103fu);
	check(VA, 0x07891456, 0x1000, 2);
}

static void coarse_last_entry(void **state)
{
	(void)state;
	first_level(0xc01fffffu, COARSE | 0x11);
	put(COARSE + 0xff * 4, 0x07891ffeu);
	check(0xc01fffffu, 0x07891fff, 0x1000, 2);
}

static void fine_large_page(void **state)
{
	(void)state;
	first_level(VA, FINE | 0x13);
	put(FINE + 0x8d * 4, 0x07890ffdu);
	check(VA, 0x07893456, 0x10000, 2);
}

static void fine_small_page(void **state)
{
	(void)state;
	first_level(VA, FINE | 0x13);
	put(FINE + 0x8d * 4, 0x07891ffeu);
	check(VA, 0x07891456, 0x1000, 2);
}

static void fine_tiny_page(void **state)
{
	(void)state;
	first_level(VA, FINE | 0x13);
	put(FINE + 0x8d * 4, 0x07891c3fu);
	check(VA, 0x07891c56, 0x400, 2);
}

static void fine_last_entry(void **state)
{
	(void)state;
	first_level(0xc01fffffu, FINE | 0x13);
	put(FINE + 0x3ff * 4, 0x0789183fu);
	check(0xc01fffffu, 0x07891bff, 0x400, 2);
}

/* The base register's low bits are not part of the base. */
static void low_bits_of_the_base(void **state)
{
	struct mmu mmu = { .control = ALL_ON, .tables = TABLES | 0x3fff };
	struct translation t;

	(void)state;
	first_level(VA, 0x05600c1eu);
	assert_int_equal(arm_walk(&mmu, VA, read_word, &t), WALK_OK);
	assert_int_equal(arm_space(&mmu), TABLES);
}

static void faults(void **state)
{
	struct translation t;

	(void)state;
	first_level(VA, 0xfffffffcu);
	assert_int_equal(walk(ALL_ON, VA, &t), WALK_FAULT);
	assert_int_equal(t.n_entries, 1);
	n_words = 0;
	first_level(VA, COARSE | 1);
	put(COARSE + 0x23 * 4, 0xfffffffcu);
	assert_int_equal(walk(ALL_ON, VA, &t), WALK_FAULT);
	assert_int_equal(t.n_entries, 2);
	n_words = 0;
	first_level(VA, FINE | 3);
	put(FINE + 0x8d * 4, 0);
	assert_int_equal(walk(ALL_ON, VA, &t), WALK_FAULT);
	assert_int_equal(t.n_entries, 2);
}

static void unreadable_tables(void **state)
{
	struct translation t;

	(void)state;
	assert_int_equal(walk(ALL_ON, VA, &t), WALK_UNKNOWN);
	first_level(VA, COARSE | 1);
	assert_int_equal(walk(ALL_ON, VA, &t), WALK_UNKNOWN);
	n_words = 0;
	first_level(VA, FINE | 3);
	assert_int_equal(walk(ALL_ON, VA, &t), WALK_UNKNOWN);
}

static void mmu_off(void **state)
{
	struct translation t;

	(void)state;
	assert_int_equal(walk(0, VA, &t), WALK_OK);
	assert_int_equal(t.pa, VA);
	assert_int_equal(t.n_entries, 0);
	assert_int_equal(t.data, COH_UNCACHED);
	assert_int_equal(t.insn, COH_UNCACHED);
	assert_int_equal(walk(ARM_DCACHE_ON, VA, &t), WALK_OK);
	assert_int_equal(t.data, COH_UNCACHED);
	assert_int_equal(walk(ARM_ICACHE_ON, VA, &t), WALK_OK);
	assert_int_equal(t.data, COH_UNCACHED);
	assert_int_not_equal(t.insn, COH_UNCACHED);
}

/* C is bit 3, B is bit 2, in every kind of descriptor. */
static const enum coh_attr attr_of_cb[4] = { COH_UNCACHED, COH_UNCACHED, COH_WRITE_THROUGH,
					     COH_WRITE_BACK };

static void check_attributes(uint32_t l1, uint32_t l2_pa, uint32_t l2)
{
	for (uint32_t cb = 0; cb < 4; cb++) {
		struct translation t;

		n_words = 0;
		first_level(VA, l2_pa ? l1 : l1 | cb << 2);
		put(l2_pa, l2 | cb << 2);
		assert_int_equal(walk(ALL_ON, VA, &t), WALK_OK);
		assert_int_equal(t.data, attr_of_cb[cb]);
		assert_int_equal(t.insn, attr_of_cb[cb]);
		walk(ARM_MMU_ON | ARM_ICACHE_ON, VA, &t);
		assert_int_equal(t.data, COH_UNCACHED);
		assert_int_equal(t.insn, attr_of_cb[cb]);
		walk(ARM_MMU_ON | ARM_DCACHE_ON, VA, &t);
		assert_int_equal(t.data, attr_of_cb[cb]);
		assert_int_equal(t.insn, COH_UNCACHED);
		walk(ARM_MMU_ON, VA, &t);
		assert_int_equal(t.data, COH_UNCACHED);
		assert_int_equal(t.insn, COH_UNCACHED);
	}
}

static void attributes_and_switches(void **state)
{
	(void)state;
	check_attributes(0x05600c12u, 0, 0);
	for (uint32_t type = 1; type <= 3; type++) {
		check_attributes(COARSE | 0x11, COARSE + 0x23 * 4, 0x07890030u | type);
		check_attributes(FINE | 0x13, FINE + 0x8d * 4, 0x07890030u | type);
	}
	/* The first level's own bits 3 and 2 mean nothing where there is a second. */
	check_attributes(COARSE | 0x1d, COARSE + 0x23 * 4, 0x07890032u);
}

/*
 * XScale's extended small page (type 3) has X in bit 6; two bits above it should be zero and are not
 * looked at.  X and C without B: the mini data cache.  All other pages are cached as usual.
 */
static void mini_data_cache(void **state)
{
	struct translation t;

	(void)state;
	for (uint32_t type = 1; type <= 3; type++) {
		for (uint32_t bits = 0; bits < 32; bits++) {
			uint32_t tex = bits >> 2, cb = bits & 3;

			n_words = 0;
			first_level(VA, COARSE | 0x11);
			put(COARSE + 0x23 * 4, 0x07890000u | tex << 6 | cb << 2 | type);
			assert_int_equal(walk(ALL_ON, VA, &t), WALK_OK);
			assert_int_equal(t.mini, type == 3 && tex & 1 && cb == 2);
		}
	}
	n_words = 0;
	first_level(VA, FINE | 0x13);
	put(FINE + 0x8d * 4, 0x07890000u | 1 << 6 | 2 << 2 | 3);
	assert_int_equal(walk(ALL_ON, VA, &t), WALK_OK);
	assert_false(t.mini);
	n_words = 0;
	first_level(VA, 0x0560001au);
	assert_int_equal(walk(ALL_ON, VA, &t), WALK_OK);
	assert_false(t.mini);
	assert_int_equal(walk(0, VA, &t), WALK_OK);
	assert_false(t.mini);
}

static void fcse(void **state)
{
	struct mmu mmu = { .control = ALL_ON, .tables = TABLES };

	(void)state;
	assert_int_equal(mmu_modified_va(&mmu, 0x8000), 0x8000);
	mmu.process = 5u << 25;
	assert_int_equal(mmu_modified_va(&mmu, 0x8000), 0x0a008000);
	assert_int_equal(mmu_modified_va(&mmu, 0), 0x0a000000);
	assert_int_equal(mmu_modified_va(&mmu, 0x01ffffff), 0x0bffffff);
	assert_int_equal(mmu_modified_va(&mmu, 0x02000000), 0x02000000);
	assert_int_equal(mmu_modified_va(&mmu, VA), VA);
}

#define walk_test(f) cmocka_unit_test_setup(f, empty)

int main(void)
{
	const struct CMUnitTest tests[] = {
		walk_test(section),
		walk_test(first_and_last_section),
		walk_test(coarse_large_page),
		walk_test(coarse_small_page),
		walk_test(coarse_extended_small_page),
		walk_test(coarse_last_entry),
		walk_test(fine_large_page),
		walk_test(fine_small_page),
		walk_test(fine_tiny_page),
		walk_test(fine_last_entry),
		walk_test(low_bits_of_the_base),
		walk_test(faults),
		walk_test(unreadable_tables),
		walk_test(mmu_off),
		walk_test(attributes_and_switches),
		walk_test(mini_data_cache),
		cmocka_unit_test(fcse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
