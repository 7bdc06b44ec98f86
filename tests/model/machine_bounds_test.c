// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The edges of the machine: what it refuses, long accesses, whom it asks for a
 * way, translations and TLBs, the block as bytes, and every core of the table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/machine.h"

#define PAGE   256u
#define PAGES  6u
#define VA     0x10000u
#define RIGHTS (COH_MACHINE_READ | COH_MACHINE_WRITE | COH_MACHINE_EXEC)
#define KERNEL COH_MACHINE_KERNEL

#define TEST(name) static void name(void **state __attribute__((unused)))

static struct coh_machine *m;

static struct coh_machine_config config_of(enum coh_cache_kind kind)
{
	struct coh_cache cache = { .size = 256,
				   .line = 16,
				   .ways = 4,
				   .kind = kind,
				   .policy = COH_STORE_PAGE,
				   .alloc = COH_ALLOC_READ_WRITE };
	struct coh_machine_config config = { .dcache = cache,
					     .icache = cache,
					     .cpus = 2,
					     .page = PAGE,
					     .pages = PAGES,
					     .translations = 8 };

	config.icache.policy = COH_STORE_READ_ONLY;
	return config;
}

static void add_outer(struct coh_machine_config *config)
{
	config->outer = (struct coh_cache){ .size = 256,
					    .line = 32,
					    .ways = 2,
					    .kind = COH_PIPT,
					    .policy = COH_STORE_BACK,
					    .alloc = COH_ALLOC_READ_WRITE };
}

static struct coh_machine *make(const struct coh_machine_config *config)
{
	struct coh_machine *made = malloc(coh_machine_size(config));

	assert_non_null(made);
	assert_int_equal(coh_machine_init(made, config), COH_MACHINE_OK);
	return made;
}

static void map(uint32_t mm, uint64_t va, uint32_t page)
{
	assert_int_equal(coh_machine_map(m, mm, va, page * PAGE, RIGHTS, COH_WRITE_BACK),
			 COH_MACHINE_OK);
}

/* Page 1 and 2 at VA, one after the other. */
static void start(enum coh_cache_kind kind, uint32_t tlb)
{
	struct coh_machine_config config = config_of(kind);

	config.tlb = tlb;
	m = make(&config);
	map(KERNEL, VA, 1);
	map(KERNEL, VA + PAGE, 2);
}

static void stop(void)
{
	assert_int_equal(coh_machine_check(m), 0);
	free(m);
	m = NULL;
}

static void store(uint32_t cpu, uint64_t va, uint8_t byte)
{
	assert_int_equal(coh_machine_store(m, cpu, va, &byte, 1, NULL), COH_MACHINE_OK);
}

static uint8_t load(uint32_t cpu, uint64_t va)
{
	uint8_t byte;

	assert_int_equal(coh_machine_load(m, cpu, va, &byte, 1, NULL, NULL), COH_MACHINE_OK);
	return byte;
}

/* ---- configurations ---- */

static void assert_refused(const struct coh_machine_config *config, const char *why)
{
	static uint64_t memory[1] = { 7 };

	assert_int_equal(coh_machine_size(config), 0);
	assert_string_equal(coh_machine_config_text(config), why);
	assert_int_equal(coh_machine_init((struct coh_machine *)memory, config),
			 COH_MACHINE_BAD_CONFIG);
	assert_int_equal(memory[0], 7);
}

TEST(caches_that_cannot_be)
{
	struct coh_machine_config good = config_of(COH_VIVT), c = good;

	add_outer(&good);
	assert_string_equal(coh_machine_config_text(&good), "possible");
	c = good, c.dcache.size = 0;
	assert_refused(&c, "coh_cache_check rejects the data cache");
	c = good, c.icache.line = 24;
	assert_refused(&c, "coh_cache_check rejects the instruction cache");
	c = good, c.outer.ways = 0;
	assert_refused(&c, "coh_cache_check rejects the second level");
	c = good, c.dcache.policy = COH_STORE_READ_ONLY;
	assert_refused(&c, "the data cache is read-only");
	c = good, c.icache.policy = COH_STORE_BACK;
	assert_refused(&c, "the instruction cache is not read-only");
	c = good, c.outer.kind = COH_VIPT;
	assert_refused(&c, "the second level is not PIPT");
	c = good, c.outer.policy = COH_STORE_THROUGH;
	assert_refused(&c, "the second level is not write-back and write-allocate");
	c = good, c.outer.alloc = COH_ALLOC_READ;
	assert_refused(&c, "the second level is not write-back and write-allocate");
}

TEST(counts_that_cannot_be)
{
	struct coh_machine_config good = config_of(COH_VIVT), c;

	add_outer(&good);
	c = good, c.cpus = 0;
	assert_refused(&c, "the number of CPUs is not from 1 to 8");
	c = good, c.cpus = 9;
	assert_refused(&c, "the number of CPUs is not from 1 to 8");
	c = good, c.page = 0;
	assert_refused(&c, "the page size is not a power of two");
	c = good, c.page = 384;
	assert_refused(&c, "the page size is not a power of two");
	c = good, c.pages = 0;
	assert_refused(&c, "memory is empty or larger than 4 GiB");
	c = good, c.pages = (1u << 24) + 1;
	assert_refused(&c, "memory is empty or larger than 4 GiB");
	c = good, c.translations = 0;
	assert_refused(&c, "the number of translations is not from 1 to 2^24");
	c = good, c.translations = UINT32_MAX;
	assert_refused(&c, "the number of translations is not from 1 to 2^24");
	c = good, c.tlb = (1u << 16) + 1;
	assert_refused(&c, "a TLB has more than 2^16 entries");
	c = good, c.page = 16;
	assert_refused(&c, "a line is longer than a page");
	c = good, c.pages = 1u << 24;
	assert_true(coh_machine_size(&c) > 1ull << 33);
}

/* All of a core's caches, with every attribute, and with room for its colours. */
static void try_core(const struct coh_cpu *cpu)
{
	struct coh_machine_config c = { .dcache = cpu->dcache,
					.icache = cpu->icache,
					.cpus = 1,
					.page = cpu->page,
					.pages = 2,
					.translations = 4 };
	uint32_t span = coh_cache_span(&cpu->dcache);
	bool vivt = cpu->dcache.kind == COH_VIVT;
	uint64_t near = VA + cpu->page, congruent = VA + span;

	m = make(&c);
	map(KERNEL, VA, 0);
	map(KERNEL, near, 0);
	if (span > cpu->page)
		map(KERNEL, congruent, 0);
	load(0, VA);
	store(0, VA, 1);
	assert_int_equal(load(0, VA), 1);
	/* Not written through, and not coherent by itself. */
	if (cpu->dcache.policy != COH_STORE_THROUGH) {
		assert_int_equal(coh_machine_memory(m, 0), 0);
		assert_int_equal(load(0, near), !coh_cache_aliasing(&cpu->dcache, cpu->page));
	}
	if (span > cpu->page)
		assert_int_equal(load(0, congruent),
				 !vivt || cpu->dcache.policy == COH_STORE_THROUGH);
	coh_machine_line(m, 0, COH_DATA, COH_FLUSH, VA);
	assert_int_equal(coh_machine_memory(m, 0), 1);
	assert_int_equal(coh_machine_lost(m), 0);
	stop();
}

TEST(every_core_of_the_table)
{
	for (size_t i = 0; i < coh_cpu_count(); i++)
		try_core(coh_cpu_get(i));
}

/* The 1.5 MiB of a PA-8700: 6144 sets, colours in 4 MiB, so two of them share a set. */
TEST(colours_that_the_sets_cannot_tell_apart)
{
	const struct coh_cpu *cpu = coh_cpu_find("pa-8700");
	struct coh_machine_config c = { .dcache = cpu->dcache,
					.icache = cpu->icache,
					.cpus = 1,
					.page = 4096,
					.pages = 1,
					.translations = 4 };
	uint32_t set[3], way[3], way_size = coh_cache_way_size(&cpu->dcache);
	const uint64_t va[3] = { 0, way_size, 4u << 20 };

	m = make(&c);
	for (unsigned i = 0; i < 3; i++) {
		map(KERNEL, va[i], 0);
		load(0, va[i]);
		assert_true(coh_machine_find(m, 0, COH_DATA, va[i], &set[i], &way[i]));
	}
	assert_int_equal(set[0], set[1]);
	assert_int_not_equal(way[0], way[1]);
	assert_int_equal(set[0], set[2]);
	assert_int_equal(way[0], way[2]);
	store(0, va[0], 1);
	assert_int_equal(load(0, va[1]), 0);
	assert_int_equal(load(0, va[2]), 1);
	stop();
}

/* ---- errors ---- */

static void assert_unchanged_by_errors(uint8_t *bytes)
{
	struct coh_machine_stale stale;
	uint64_t none = VA + 2 * PAGE;

	assert_int_equal(coh_machine_load(m, 0, VA, bytes, 0, NULL, &stale), COH_MACHINE_ARGUMENT);
	assert_int_equal(coh_machine_load(m, 2, VA, bytes, 1, NULL, &stale), COH_MACHINE_ARGUMENT);
	assert_int_equal(coh_machine_load(m, 0, UINT64_MAX, bytes, 2, NULL, &stale),
			 COH_MACHINE_ARGUMENT);
	assert_int_equal(coh_machine_load(m, 0, none - 1, bytes, 2, NULL, &stale),
			 COH_MACHINE_FAULT);
	assert_int_equal(coh_machine_load(m, 0, VA - 1, bytes, 2, NULL, &stale), COH_MACHINE_FAULT);
	assert_int_equal(stale.reader, 0);
	assert_int_equal(coh_machine_store(m, 0, none - 1, bytes, 2, NULL), COH_MACHINE_FAULT);
	assert_int_equal(coh_machine_store(m, 0, VA, bytes, 0, NULL), COH_MACHINE_ARGUMENT);
	assert_int_equal(coh_machine_fetch(m, 0, none, bytes, 1, NULL, NULL), COH_MACHINE_FAULT);
	assert_int_equal(coh_machine_device_read(m, 0, bytes, 0, &stale), COH_MACHINE_ARGUMENT);
	assert_int_equal(coh_machine_device_read(m, PAGES * PAGE - 1, bytes, 2, &stale),
			 COH_MACHINE_NO_MEMORY);
	assert_int_equal(coh_machine_device_read(m, UINT64_MAX, bytes, 2, NULL),
			 COH_MACHINE_NO_MEMORY);
	assert_int_equal(coh_machine_device_write(m, PAGES * PAGE, bytes, 1),
			 COH_MACHINE_NO_MEMORY);
	assert_int_equal(coh_machine_device_write(m, 0, bytes, 0), COH_MACHINE_ARGUMENT);

	assert_int_equal(coh_machine_map(m, 1, VA + 1, 0, RIGHTS, COH_WRITE_BACK),
			 COH_MACHINE_ARGUMENT);
	assert_int_equal(coh_machine_map(m, 1, VA, 1, RIGHTS, COH_WRITE_BACK),
			 COH_MACHINE_ARGUMENT);
	assert_int_equal(coh_machine_map(m, 1, VA, 0, 8, COH_WRITE_BACK), COH_MACHINE_ARGUMENT);
	assert_int_equal(coh_machine_map(m, 1, VA, 0, RIGHTS, (enum coh_attr)3),
			 COH_MACHINE_ARGUMENT);
	assert_int_equal(coh_machine_map(m, 1, VA, PAGES * PAGE, RIGHTS, COH_WRITE_BACK),
			 COH_MACHINE_NO_MEMORY);
	assert_int_equal(coh_machine_map(m, 1, VA, 1ull << 40, RIGHTS, COH_WRITE_BACK),
			 COH_MACHINE_NO_MEMORY);
	assert_int_equal(coh_machine_unmap(m, 0, VA + 1), COH_MACHINE_ARGUMENT);
	assert_int_equal(coh_machine_unmap(m, 1, VA), COH_MACHINE_FAULT);
	assert_int_equal(coh_machine_translation(m, 0, none, NULL, NULL, NULL), COH_MACHINE_FAULT);
}

/* What does not exist: nothing happens, nothing is counted. */
static void assert_unchanged_by_the_impossible(void)
{
	coh_machine_set_mm(m, 2, 1);
	assert_int_equal(coh_machine_mm(m, 2), KERNEL);
	coh_machine_tlb_invalidate(m, 2, 0, VA);
	coh_machine_tlb_invalidate_all(m, 2);
	assert_int_equal(coh_machine_line(m, 2, COH_DATA, COH_CLEAN, VA), 0);
	assert_int_equal(coh_machine_line(m, 0, (enum coh_side)2, COH_CLEAN, VA), 0);
	assert_int_equal(coh_machine_line(m, 0, COH_DATA, COH_OPS, VA), 0);
	assert_int_equal(coh_machine_all(m, 2, COH_DATA, COH_FLUSH), 0);
	assert_int_equal(coh_machine_set_way(m, 0, COH_DATA, COH_FLUSH, 4, 0), 0);
	assert_int_equal(coh_machine_set_way(m, 0, COH_DATA, COH_FLUSH, 0, 4), 0);
	assert_int_equal(coh_machine_outer_line(m, COH_FLUSH, 0), 0);
	assert_int_equal(coh_machine_outer_all(m, COH_FLUSH), 0);
	assert_false(coh_machine_evict(m, 2, COH_DATA, 0, 0));
	assert_false(coh_machine_evict(m, 0, (enum coh_side)2, 0, 0));
	assert_false(coh_machine_evict(m, 0, COH_DATA, 4, 0));
	assert_false(coh_machine_evict(m, 0, COH_DATA, 0, 4));
	assert_false(coh_machine_outer_evict(m, 0, 0));
	assert_false(coh_machine_fill(m, 2, COH_DATA, VA, NULL));
	assert_false(coh_machine_write_back(m, 2, 0, 0));
	assert_false(coh_machine_write_back(m, 0, 4, 0));
	assert_false(coh_machine_tlb_evict(m, 2, 0));
	assert_false(coh_machine_tlb_evict(m, 0, 4));
	assert_int_equal(coh_machine_memory(m, PAGES * PAGE), 0);
	assert_int_equal(coh_machine_newest(m, PAGES * PAGE), 0);
}

TEST(errors_change_nothing)
{
	struct coh_machine_config config = config_of(COH_VIVT);
	size_t size;
	struct coh_machine *before;
	uint8_t bytes[2] = { 0xaa, 0xaa };

	config.tlb = 4;
	size = coh_machine_size(&config);
	before = malloc(size);
	start(COH_VIVT, 4);
	store(0, VA, 1);
	load(1, VA + PAGE);
	memcpy(before, m, size);
	assert_unchanged_by_errors(bytes);
	assert_unchanged_by_the_impossible();
	assert_memory_equal(m, before, size);
	assert_int_equal(bytes[0], 0xaa);
	free(before);
	stop();
}

TEST(rights)
{
	uint8_t byte = 0;

	start(COH_VIVT, 0);
	for (uint32_t rights = 0; rights <= RIGHTS; rights++) {
		assert_int_equal(coh_machine_map(m, KERNEL, VA, PAGE, rights, COH_WRITE_BACK), 0);
		assert_int_equal(coh_machine_load(m, 0, VA, &byte, 1, NULL, NULL),
				 rights & COH_MACHINE_READ ? 0 : COH_MACHINE_FAULT);
		assert_int_equal(coh_machine_store(m, 0, VA, &byte, 1, NULL),
				 rights & COH_MACHINE_WRITE ? 0 : COH_MACHINE_FAULT);
		assert_int_equal(coh_machine_fetch(m, 0, VA, &byte, 1, NULL, NULL),
				 rights & COH_MACHINE_EXEC ? 0 : COH_MACHINE_FAULT);
		coh_machine_all(m, 0, COH_DATA, COH_FLUSH);
		coh_machine_all(m, 0, COH_INSN, COH_INVALIDATE);
		assert_int_equal(coh_machine_fill(m, 0, COH_DATA, VA, NULL),
				 (rights & COH_MACHINE_READ) != 0);
		assert_int_equal(coh_machine_fill(m, 0, COH_INSN, VA, NULL),
				 (rights & COH_MACHINE_EXEC) != 0);
	}
	stop();
}

TEST(every_error_has_a_text)
{
	assert_string_equal(coh_machine_error_text(COH_MACHINE_OK), "no error");
	for (int e = COH_MACHINE_FAULT; e >= COH_MACHINE_ARGUMENT; e--)
		assert_string_not_equal(coh_machine_error_text(e), "unknown error");
	assert_string_equal(coh_machine_error_text(COH_MACHINE_ARGUMENT - 1), "unknown error");
	assert_string_equal(coh_machine_error_text(1), "unknown error");
}

/* ---- accesses ---- */

TEST(an_access_across_pages_tells_its_first_old_byte)
{
	struct coh_machine_stale stale;
	uint8_t bytes[64], old[64] = { 0 }, newest[64];

	memset(newest, 7, sizeof(newest));
	start(COH_VIVT, 0);
	coh_machine_set_mm(m, 1, 5);
	/* 40 bytes below the page's end, 24 above; of the latter 8 go old. */
	assert_int_equal(coh_machine_load(m, 1, VA + PAGE - 40, bytes, 64, NULL, &stale), 0);
	assert_int_equal(stale.reader, 0);
	assert_memory_equal(bytes, old, 64);
	assert_int_equal(coh_machine_device_write(m, 2 * PAGE + 16, newest, 8), 0);
	assert_int_equal(coh_machine_load(m, 1, VA + PAGE - 40, bytes, 64, NULL, &stale), 0);
	assert_int_equal(stale.reader, COH_MACHINE_LOAD);
	assert_int_equal(stale.cpu, 1);
	assert_int_equal(stale.mm, 5);
	assert_int_equal(stale.va, VA + PAGE + 16);
	assert_int_equal(stale.pa, 2 * PAGE + 16);
	assert_int_equal(stale.got, 0);
	assert_int_equal(stale.newest, 7);
	assert_int_equal(coh_machine_counts(m)->loads, 2);
	assert_int_equal(coh_machine_counts(m)->fills, 5);
	assert_int_equal(coh_machine_counts(m)->stale_loads, 1);
	stop();
}

TEST(a_device_tells_its_first_old_byte)
{
	struct coh_machine_stale stale;
	uint8_t bytes[64];

	start(COH_VIVT, 0);
	store(0, VA + 20, 9);
	store(0, VA + 30, 8);
	assert_int_equal(coh_machine_device_read(m, PAGE, bytes, 64, &stale), 0);
	assert_int_equal(stale.reader, COH_MACHINE_DEVICE);
	assert_int_equal(stale.va, PAGE + 20);
	assert_int_equal(stale.pa, PAGE + 20);
	assert_int_equal(stale.newest, 9);
	assert_int_equal(coh_machine_counts(m)->stale_device_reads, 1);
	stop();
}

TEST(a_store_across_pages)
{
	uint8_t bytes[80], got[80];

	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i + 1);
	start(COH_VIPT, 0);
	assert_int_equal(coh_machine_store(m, 0, VA + PAGE - 33, bytes, 80, NULL), 0);
	assert_int_equal(coh_machine_load(m, 0, VA + PAGE - 33, got, 80, NULL, NULL), 0);
	assert_memory_equal(got, bytes, 80);
	assert_int_equal(coh_machine_all(m, 0, COH_DATA, COH_CLEAN), 6);
	assert_int_equal(coh_machine_device_read(m, 2 * PAGE - 33, got, 80, NULL), 0);
	assert_memory_equal(got, bytes, 80);
	stop();
}

/* ---- choices ---- */

struct choice {
	uint32_t asked, n, answer;
};

static uint32_t answer(void *context, uint32_t n)
{
	struct choice *c = context;

	c->asked++;
	c->n = n;
	return c->answer;
}

TEST(the_chooser_is_asked_when_a_set_is_full)
{
	struct choice c = { .answer = 6 }; /* of 4: 2 */
	struct coh_machine_chooser chooser = { answer, &c };
	uint32_t set, way;
	uint8_t byte;

	start(COH_VIVT, 0);
	/* Four sets of four ways: every 64 bytes. */
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(coh_machine_load(m, 0, VA + 64 * i, &byte, 1, &chooser, NULL), 0);
	assert_int_equal(c.asked, 0);
	assert_true(coh_machine_evict(m, 0, COH_DATA, 0, 3));
	assert_int_equal(coh_machine_load(m, 0, VA + 256, &byte, 1, &chooser, NULL), 0);
	assert_int_equal(c.asked, 0);
	assert_int_equal(coh_machine_load(m, 0, VA + 320, &byte, 1, &chooser, NULL), 0);
	assert_int_equal(c.asked, 1);
	assert_int_equal(c.n, 4);
	assert_true(coh_machine_find(m, 0, COH_DATA, VA + 320, &set, &way));
	assert_int_equal(way, 2);
	assert_false(coh_machine_find(m, 0, COH_DATA, VA + 128, &set, &way));
	assert_int_equal(coh_machine_counts(m)->evictions, 2);
	stop();
}

TEST(nobody_is_asked_where_there_is_one_way)
{
	struct coh_machine_config config = config_of(COH_VIVT);
	struct choice c = { 0 };
	struct coh_machine_chooser chooser = { answer, &c };
	uint8_t byte;

	config.dcache.ways = 1;
	m = make(&config);
	map(KERNEL, VA, 1);
	map(KERNEL, VA + PAGE, 2);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(
			coh_machine_load(m, 0, VA + PAGE * (i & 1), &byte, 1, &chooser, NULL), 0);
	assert_int_equal(c.asked, 0);
	assert_int_equal(coh_machine_counts(m)->evictions, 3);
	stop();
}

/* ---- counts ---- */

TEST(operations_are_counted)
{
	const struct coh_machine_counts *c;

	start(COH_VIPT, 0);
	c = coh_machine_counts(m);
	store(0, VA, 1);
	assert_int_equal(coh_machine_line(m, 0, COH_DATA, COH_CLEAN, VA), 1);
	assert_int_equal(coh_machine_line(m, 0, COH_DATA, COH_CLEAN, VA), 0);
	assert_int_equal(coh_machine_line(m, 0, COH_DATA, COH_CLEAN, VA - PAGE), 0);
	assert_int_equal(c->operations, 3);
	assert_int_equal(c->without_effect, 2);
	assert_int_equal(c->no_translation, 1);
	assert_int_equal(coh_machine_all(m, 0, COH_DATA, COH_FLUSH), 1);
	assert_int_equal(c->operations, 3 + 16);
	assert_int_equal(c->without_effect, 2 + 15);
	assert_int_equal(coh_machine_set_way(m, 0, COH_DATA, COH_FLUSH, 0, 0), 0);
	assert_int_equal(c->operations, 3 + 16 + 1);
	assert_int_equal(c->write_backs, 1);
	assert_int_equal(c->evictions, 0);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(caches_that_cannot_be),
		cmocka_unit_test(counts_that_cannot_be),
		cmocka_unit_test(every_core_of_the_table),
		cmocka_unit_test(colours_that_the_sets_cannot_tell_apart),
		cmocka_unit_test(errors_change_nothing),
		cmocka_unit_test(rights),
		cmocka_unit_test(every_error_has_a_text),
		cmocka_unit_test(an_access_across_pages_tells_its_first_old_byte),
		cmocka_unit_test(a_device_tells_its_first_old_byte),
		cmocka_unit_test(a_store_across_pages),
		cmocka_unit_test(the_chooser_is_asked_when_a_set_is_full),
		cmocka_unit_test(nobody_is_asked_where_there_is_one_way),
		cmocka_unit_test(operations_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
