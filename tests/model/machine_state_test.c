// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * What a machine's state is: translations of several mms, TLBs, and the block as
 * bytes, that can be copied, compared and checked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/machine.h"

#define PAGE   64u
#define PAGES  16u
#define VA     0x10000u
#define RIGHTS (COH_MACHINE_READ | COH_MACHINE_WRITE | COH_MACHINE_EXEC)
#define KERNEL COH_MACHINE_KERNEL

#define TEST(name) static void name(void **state __attribute__((unused)))

static struct coh_machine *m;

static struct coh_machine_config config_of(uint32_t translations, uint32_t tlb)
{
	struct coh_cache cache = { .size = 128,
				   .line = 16,
				   .ways = 2,
				   .kind = COH_PIPT,
				   .policy = COH_STORE_BACK,
				   .alloc = COH_ALLOC_READ_WRITE };
	struct coh_machine_config config = { .dcache = cache,
					     .icache = cache,
					     .outer = cache,
					     .cpus = 2,
					     .page = PAGE,
					     .pages = PAGES,
					     .translations = translations,
					     .tlb = tlb };

	config.icache.policy = COH_STORE_READ_ONLY;
	return config;
}

static void start(uint32_t translations, uint32_t tlb)
{
	struct coh_machine_config config = config_of(translations, tlb);

	m = malloc(coh_machine_size(&config));
	assert_non_null(m);
	assert_int_equal(coh_machine_init(m, &config), COH_MACHINE_OK);
}

static void stop(void)
{
	assert_int_equal(coh_machine_check(m), 0);
	free(m);
	m = NULL;
}

static int map(uint32_t mm, uint64_t va, uint32_t page)
{
	return coh_machine_map(m, mm, va, page * PAGE, RIGHTS, COH_WRITE_BACK);
}

static void store(uint32_t cpu, uint64_t va, uint8_t byte)
{
	assert_int_equal(coh_machine_store(m, cpu, va, &byte, 1, NULL), COH_MACHINE_OK);
}

static int load(uint32_t cpu, uint64_t va)
{
	uint8_t byte;
	int error = coh_machine_load(m, cpu, va, &byte, 1, NULL, NULL);

	return error ? error : byte;
}

/* Page n holds n. */
static void number_pages(void)
{
	for (uint32_t n = 0; n < PAGES; n++) {
		uint8_t byte = (uint8_t)n;

		assert_int_equal(coh_machine_device_write(m, n * PAGE, &byte, 1), COH_MACHINE_OK);
	}
}

/* ---- mms ---- */

TEST(every_mm_has_the_kernels_translations)
{
	start(8, 0);
	number_pages();
	assert_int_equal(map(KERNEL, VA, 1), 0);
	assert_int_equal(map(7, VA, 2), 0);
	assert_int_equal(map(7, VA + PAGE, 3), 0);
	assert_int_equal(load(0, VA), 1);
	assert_int_equal(load(0, VA + PAGE), COH_MACHINE_FAULT);
	coh_machine_set_mm(m, 0, 7);
	assert_int_equal(coh_machine_mm(m, 0), 7);
	assert_int_equal(coh_machine_mm(m, 1), KERNEL);
	assert_int_equal(load(0, VA), 2);
	assert_int_equal(load(0, VA + PAGE), 3);
	assert_int_equal(load(1, VA), 1);
	coh_machine_set_mm(m, 0, 8);
	assert_int_equal(load(0, VA), 1);
	assert_int_equal(load(0, VA + PAGE), COH_MACHINE_FAULT);
	stop();
}

TEST(the_tables_answer)
{
	enum coh_attr attr;
	uint32_t rights;
	uint64_t pa;

	start(8, 4);
	assert_int_equal(coh_machine_map(m, KERNEL, VA, PAGE, COH_MACHINE_READ, COH_UNCACHED), 0);
	assert_int_equal(coh_machine_translation(m, 3, VA + 5, &pa, &rights, &attr), 0);
	assert_int_equal(pa, PAGE + 5);
	assert_int_equal(rights, COH_MACHINE_READ);
	assert_int_equal(attr, COH_UNCACHED);
	/* Replaced by mm 3's own, then that by another; the TLB is not asked. */
	load(0, VA);
	assert_int_equal(map(3, VA, 2), 0);
	assert_int_equal(map(3, VA, 3), 0);
	assert_int_equal(coh_machine_translation(m, 3, VA, &pa, NULL, NULL), 0);
	assert_int_equal(pa, 3 * PAGE);
	assert_int_equal(coh_machine_translation(m, KERNEL, VA, &pa, NULL, NULL), 0);
	assert_int_equal(pa, PAGE);
	assert_int_equal(coh_machine_unmap(m, 3, VA), 0);
	assert_int_equal(coh_machine_unmap(m, 3, VA), COH_MACHINE_FAULT);
	assert_int_equal(coh_machine_translation(m, 3, VA, &pa, NULL, NULL), 0);
	assert_int_equal(pa, PAGE);
	stop();
}

TEST(there_is_room_for_so_many_translations)
{
	enum { N = 100 };

	start(N, 0);
	for (uint32_t i = 0; i < N; i++)
		assert_int_equal(map(i % 7, VA + i / 7 * PAGE, i % PAGES), COH_MACHINE_OK);
	assert_int_equal(map(8, VA, 0), COH_MACHINE_FULL);
	assert_int_equal(map(2, VA, 9), COH_MACHINE_OK); /* replaced */
	assert_int_equal(coh_machine_unmap(m, 6, VA), COH_MACHINE_OK);
	assert_int_equal(map(8, VA, 0), COH_MACHINE_OK);
	for (uint32_t i = 0; i < N; i++) {
		uint64_t pa;

		if (i == 6)
			continue;
		assert_int_equal(
			coh_machine_translation(m, i % 7, VA + i / 7 * PAGE, &pa, NULL, NULL), 0);
		assert_int_equal(pa, (i == 2 ? 9 : i % PAGES) * PAGE);
	}
	stop();
}

/* ---- TLBs ---- */

static uint32_t tlb_entries(uint32_t cpu)
{
	struct coh_machine_tlb_state s;
	uint32_t n = 0;

	while (coh_machine_tlb_look(m, cpu, n, &s))
		n++;
	return n;
}

TEST(entries_are_tagged_with_the_mm)
{
	struct coh_machine_tlb_state s;

	start(8, 4);
	number_pages();
	map(1, VA, 1);
	map(2, VA, 2);
	map(KERNEL, VA + PAGE, 3);
	coh_machine_set_mm(m, 0, 1);
	load(0, VA);
	load(0, VA + PAGE);
	coh_machine_set_mm(m, 0, 2);
	assert_int_equal(load(0, VA), 2);
	assert_int_equal(load(0, VA + PAGE), 3);
	assert_int_equal(tlb_entries(0), 3);
	assert_int_equal(tlb_entries(1), 0);
	/* The tables of all three change; only mm 2's entry is dropped. */
	map(1, VA, 4);
	map(2, VA, 4);
	map(KERNEL, VA + PAGE, 4);
	coh_machine_tlb_invalidate(m, 0, 2, VA + 9);
	coh_machine_tlb_invalidate(m, 0, 2, VA + PAGE);
	assert_int_equal(tlb_entries(0), 2);
	assert_int_equal(load(0, VA), 4);
	assert_int_equal(load(0, VA + PAGE), 3);
	coh_machine_set_mm(m, 0, 1);
	assert_int_equal(load(0, VA), 1);
	coh_machine_tlb_invalidate(m, 0, KERNEL, VA + PAGE);
	assert_int_equal(load(0, VA + PAGE), 4);
	coh_machine_tlb_invalidate_all(m, 0);
	assert_int_equal(tlb_entries(0), 0);
	load(0, VA);
	assert_true(coh_machine_tlb_look(m, 0, 0, &s));
	assert_int_equal(s.mm, 1);
	assert_int_equal(s.va, VA);
	assert_int_equal(s.pa, 4 * PAGE);
	assert_int_equal(s.rights, RIGHTS);
	assert_int_equal(s.attr, COH_WRITE_BACK);
	stop();
}

TEST(a_tlb_holds_any_so_many)
{
	enum { N = 6 };

	start(16, N);
	for (uint32_t i = 0; i < N; i++) {
		map(KERNEL, VA + i * 1024 * PAGE, i);
		load(0, VA + i * 1024 * PAGE);
	}
	assert_int_equal(tlb_entries(0), N);
	/* A seventh takes the place of one; evicted before, of that. */
	map(KERNEL, VA - PAGE, 9);
	load(0, VA - PAGE);
	assert_int_equal(tlb_entries(0), N);
	assert_true(coh_machine_tlb_evict(m, 0, N - 1));
	assert_false(coh_machine_tlb_evict(m, 0, N - 1));
	assert_int_equal(tlb_entries(0), N - 1);
	for (uint32_t i = 0; i < N; i++)
		load(0, VA + i * 1024 * PAGE);
	assert_int_equal(tlb_entries(0), N);
	stop();
}

/* The one entry allows the second page, of which the tables know nothing any more. */
TEST(an_access_to_two_pages_is_allowed_as_a_whole)
{
	uint8_t bytes[2];

	start(8, 1);
	number_pages();
	map(KERNEL, VA, 1);
	map(KERNEL, VA + PAGE, 2);
	load(0, VA + PAGE);
	assert_int_equal(coh_machine_unmap(m, KERNEL, VA + PAGE), 0);
	assert_int_equal(coh_machine_load(m, 0, VA + PAGE - 1, bytes, 2, NULL, NULL), 0);
	assert_int_equal(bytes[1], 2);
	/* Now it is the first page's. */
	assert_int_equal(coh_machine_load(m, 0, VA + PAGE - 1, bytes, 2, NULL, NULL),
			 COH_MACHINE_FAULT);
	stop();
}

/* ---- the block ---- */

/* The same calls, in whatever order they may come; evictions leave nothing behind. */
static void live(bool otherwise)
{
	enum { N = 40 };

	for (uint32_t i = 0; i < N; i++) {
		uint32_t n = otherwise ? N - 1 - i : i;

		map(n % 3, VA + n * PAGE, n % PAGES);
	}
	if (otherwise) {
		for (uint32_t i = 0; i < 8; i++)
			map(5, VA + i * PAGE, 1);
		for (uint32_t i = 0; i < 8; i++)
			assert_int_equal(coh_machine_unmap(m, 5, VA + i * PAGE), 0);
		for (uint32_t i = 0; i < 10; i += 3)
			load(0, VA + i * PAGE);
		coh_machine_all(m, 0, COH_DATA, COH_FLUSH);
		coh_machine_outer_all(m, COH_INVALIDATE);
		coh_machine_tlb_invalidate_all(m, 0);
	}
	load(0, VA + (otherwise ? 3 : 0) * PAGE);
	load(0, VA + (otherwise ? 0 : 3) * PAGE);
	coh_machine_all(m, 0, COH_DATA, COH_FLUSH);
	coh_machine_outer_all(m, COH_INVALIDATE);
	store(0, VA, 1);
}

TEST(the_core_does_not_tell_how_it_came_about)
{
	struct coh_machine *first;
	const void *core[2];
	size_t len[2];

	start(64, 8);
	live(false);
	first = m;
	core[0] = coh_machine_core(m, &len[0]);
	start(64, 8);
	live(true);
	core[1] = coh_machine_core(m, &len[1]);
	assert_int_equal(len[0], len[1]);
	assert_memory_equal(core[0], core[1], len[0]);
	assert_memory_not_equal(coh_machine_counts(first), coh_machine_counts(m),
				sizeof(struct coh_machine_counts));
	free(first);
	stop();
}

/* All but counts and configuration is in it. */
TEST(the_core_tells_what_can_be_told_apart)
{
	struct coh_machine_config config = config_of(8, 4);
	size_t size = coh_machine_size(&config), len;
	uint8_t *was, byte = 1;

	start(8, 4);
	map(KERNEL, VA, 1);
	coh_machine_core(m, &len);
	was = malloc(len);
	for (unsigned i = 0; i < 7; i++) {
		memcpy(was, coh_machine_core(m, &len), len);
		if (i == 0)
			coh_machine_set_mm(m, 1, 3);
		else if (i == 1)
			map(1, VA, 1);
		else if (i == 2)
			load(0, VA);
		else if (i == 3)
			coh_machine_outer_line(m, COH_FLUSH, PAGE);
		else if (i == 4)
			coh_machine_tlb_invalidate_all(m, 0);
		else if (i == 5)
			coh_machine_device_write(m, 0, &byte, 1);
		else
			coh_machine_fill(m, 0, COH_INSN, VA, NULL);
		assert_memory_not_equal(was, coh_machine_core(m, &len), len);
	}
	assert_ptr_equal((const uint8_t *)coh_machine_core(m, &len) + len, (uint8_t *)m + size);
	free(was);
	stop();
}

TEST(a_machine_begins_anew_from_its_own_configuration)
{
	struct coh_machine_config config, garbage;
	size_t size;
	struct coh_machine *other;

	start(8, 4);
	/* What lies between the fields of a configuration is nobody's. */
	config = config_of(8, 4);
	memset(&garbage, 0xff, sizeof(garbage));
	garbage.dcache = config.dcache;
	garbage.icache = config.icache;
	garbage.outer = config.outer;
	garbage.cpus = config.cpus;
	garbage.page = config.page;
	garbage.pages = config.pages;
	garbage.translations = config.translations;
	garbage.tlb = config.tlb;
	garbage.broadcast = config.broadcast;
	garbage.sharing = config.sharing;
	size = coh_machine_size(&config);
	other = malloc(size);
	memset(other, 0xff, size);
	assert_int_equal(coh_machine_init(other, &garbage), COH_MACHINE_OK);
	assert_memory_equal(m, other, size);
	map(KERNEL, VA, 1);
	store(0, VA, 1);
	assert_memory_not_equal(m, other, size);
	assert_int_equal(coh_machine_init(m, coh_machine_config(m)), COH_MACHINE_OK);
	assert_memory_equal(m, other, size);
	free(other);
	stop();
}

/* ---- the check ---- */

static bool found(uint8_t *byte, uint8_t bit)
{
	bool wrong;

	*byte ^= bit;
	wrong = coh_machine_check(m) != 0;
	*byte ^= bit;
	return wrong;
}

/*
 * In an empty machine every bit but of mms and memory is known.  Except one of
 * each line in set 0: with it the line is valid, of address 0, and right.
 */
TEST(the_check_finds_what_should_be_empty)
{
	enum { CACHES = 2 + 2 + 1, WAYS = 2 };
	size_t len, memory = 2 * PAGE * PAGES, missed = 0;
	uint8_t *core;

	start(4, 2);
	core = (uint8_t *)m + ((const uint8_t *)coh_machine_core(m, &len) - (uint8_t *)m);
	for (size_t i = 8; i < len - memory; i++)
		for (unsigned bit = 1; bit < 256; bit <<= 1)
			missed += !found(core + i, (uint8_t)bit);
	assert_int_equal(missed, CACHES * WAYS);
	assert_true(found((uint8_t *)m + offsetof(struct coh_machine_config, page), 0x40));
	assert_true(found((uint8_t *)m + offsetof(struct coh_machine_config, cpus), 1));
	assert_true(found(core - 8, 1));
	stop();
}

/* Finds the line's own words in the block. */
static uint8_t *word_at(uint64_t word)
{
	struct coh_machine_config config = config_of(4, 0);
	size_t size = coh_machine_size(&config);

	for (size_t i = 0; i < size; i += sizeof(word))
		if (!memcmp((uint8_t *)m + i, &word, sizeof(word)))
			return (uint8_t *)m + i;
	fail_msg("no such word: %#llx", (unsigned long long)word);
	return NULL;
}

TEST(the_check_finds_impossible_lines)
{
	struct coh_machine_line_state s;
	uint8_t *line;

	start(4, 0);
	map(KERNEL, VA, 7);
	store(0, VA + 32, 1);
	coh_machine_look(m, 0, COH_DATA, 2, 0, &s);
	assert_true(s.valid);
	/* Its physical address, with the flags valid and dirty. */
	line = word_at(s.pa | 3);
	assert_true(found(line, 1 << 2));
	assert_true(found(line, 1 << 4));     /* of another set */
	assert_true(found(line + 1, 1 << 2)); /* beyond memory */
	assert_true(found(line - 8, 1));
	/* Once more in its set, on another CPU, and dirty in the insn cache. */
	memcpy(line + 16, line, 8);
	assert_int_not_equal(coh_machine_check(m), 0);
	memset(line + 16, 0, 8);
	assert_int_equal(coh_machine_check(m), 0);
	memcpy(line + 8 * 16, line, 8);
	assert_int_not_equal(coh_machine_check(m), 0);
	memset(line + 8 * 16, 0, 8);
	coh_machine_all(m, 0, COH_DATA, COH_FLUSH);
	assert_true(coh_machine_fill(m, 0, COH_INSN, VA + 32, NULL));
	coh_machine_outer_all(m, COH_FLUSH);
	assert_true(found(word_at(s.pa | 1), 2));
	stop();
}

/* ---- looking ---- */

TEST(nothing_is_where_nothing_can_be)
{
	struct coh_machine_line_state s;
	uint32_t set = 77, way = 77;

	start(4, 0);
	map(KERNEL, VA, 1);
	load(0, VA);
	s.valid = true;
	coh_machine_look(m, 2, COH_DATA, 0, 0, &s);
	assert_false(s.valid);
	s.valid = true;
	coh_machine_look(m, 0, (enum coh_side)2, 0, 0, &s);
	assert_false(s.valid);
	coh_machine_look(m, 0, COH_DATA, 4, 0, &s);
	assert_false(s.valid);
	coh_machine_look(m, 0, COH_DATA, 0, 2, &s);
	assert_false(s.valid);
	coh_machine_outer_look(m, 4, 0, &s);
	assert_false(s.valid);
	coh_machine_look(m, 0, COH_DATA, 0, 0, &s);
	assert_true(s.valid && !s.dirty && !s.stale);
	assert_int_equal(s.pa, PAGE);
	assert_int_equal(s.va, 0);
	assert_false(coh_machine_find(m, 2, COH_DATA, VA, &set, &way));
	assert_false(coh_machine_find(m, 0, COH_DATA, VA + PAGE, &set, &way));
	assert_false(coh_machine_find(m, 0, COH_INSN, VA, &set, &way));
	assert_int_equal(set, 77);
	assert_true(coh_machine_find(m, 0, COH_DATA, VA, &set, &way));
	assert_int_equal(set + way, 0);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mm_has_the_kernels_translations),
		cmocka_unit_test(the_tables_answer),
		cmocka_unit_test(there_is_room_for_so_many_translations),
		cmocka_unit_test(entries_are_tagged_with_the_mm),
		cmocka_unit_test(a_tlb_holds_any_so_many),
		cmocka_unit_test(an_access_to_two_pages_is_allowed_as_a_whole),
		cmocka_unit_test(the_core_does_not_tell_how_it_came_about),
		cmocka_unit_test(the_core_tells_what_can_be_told_apart),
		cmocka_unit_test(a_machine_begins_anew_from_its_own_configuration),
		cmocka_unit_test(the_check_finds_what_should_be_empty),
		cmocka_unit_test(the_check_finds_impossible_lines),
		cmocka_unit_test(nothing_is_where_nothing_can_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
