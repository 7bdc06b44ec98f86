// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The edges of the shadow: line sizes, accesses that cross them, the ends of
 * the address space, the bounds on memory and what is counted beyond them, the
 * caches that are refused, and the quiet path.
 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "model/shadow.h"

#define PA	  0x00100000u
#define K	  0xc0100000u
#define U	  0x40009000u
#define V	  0xe000a000u
#define PAGE_LAST 0xfffff000u

#define TEST(name) static void name(void **state __attribute__((unused)))

static struct coh_shadow *s;
static struct coh_finding f;
static const struct coh_who who = { 0x3000, 0, 0x4000 };

static struct coh_shadow_config config_of(enum coh_cache_kind kind, uint32_t line)
{
	struct coh_cache cache = { .size = 65536,
				   .line = line,
				   .ways = 4,
				   .kind = kind,
				   .policy = COH_STORE_PAGE,
				   .alloc = COH_ALLOC_READ_WRITE };

	return (struct coh_shadow_config){
		.d = cache, .i = cache, .write_allocate = true, .page_size = 4096
	};
}

static void start(enum coh_cache_kind kind, uint32_t line)
{
	struct coh_shadow_config config = config_of(kind, line);

	s = coh_shadow_new(&config);
	assert_non_null(s);
	coh_shadow_map(s, K, PA, COH_PAGE_SIZE);
	coh_shadow_map(s, U, PA, COH_PAGE_SIZE);
	coh_shadow_map(s, V, PA, COH_PAGE_SIZE);
}

static void stop(void)
{
	assert_int_equal(coh_shadow_check(s), 0);
	coh_shadow_free(s);
	s = NULL;
}

static struct coh_shadow_access at(uint32_t va, uint32_t pa, uint32_t size, enum coh_attr attr)
{
	return (struct coh_shadow_access){
		.va = va, .pa = pa, .pc = 0x1000, .mm = 0x4000, .size = size, .attr = attr
	};
}

static bool store(uint32_t va, uint32_t pa, uint32_t size)
{
	struct coh_shadow_access a = at(va, pa, size, COH_WRITE_BACK);

	return coh_shadow_store(s, &a, &f);
}

static bool load(uint32_t va, uint32_t pa, uint32_t size)
{
	struct coh_shadow_access a = at(va, pa, size, COH_WRITE_BACK);

	return coh_shadow_load(s, &a, &f);
}

static bool load_uncached(uint32_t va, uint32_t pa)
{
	struct coh_shadow_access a = at(va, pa, 4, COH_UNCACHED);

	return coh_shadow_load(s, &a, &f);
}

static void store_uncached(uint32_t va, uint32_t pa)
{
	struct coh_shadow_access a = at(va, pa, 4, COH_UNCACHED);

	assert_false(coh_shadow_store(s, &a, &f));
}

static bool maintain(enum coh_op op, uint32_t va, uint32_t pa)
{
	return coh_shadow_maintain(s, COH_DATA, op, va, pa, &who);
}

/* ---- lines ---- */

#define EACH_LINE(name)                                                                            \
	static void name##_(uint32_t line);                                                        \
	TEST(name)                                                                                 \
	{                                                                                          \
		for_each_line(name##_);                                                            \
	}                                                                                          \
	static void name##_(uint32_t line)

static void for_each_line(void (*check)(uint32_t line))
{
	static const uint32_t sizes[] = { 16, 32, 64, 128 };

	for (unsigned i = 0; i < 4; i++) {
		for (int kind = COH_VIVT; kind <= COH_VIPT; kind++) {
			start((enum coh_cache_kind)kind, sizes[i]);
			assert_int_equal(coh_shadow_granule(s), sizes[i] < 32 ? sizes[i] : 32);
			assert_int_equal(coh_shadow_dcache(s)->line, sizes[i]);
			check(sizes[i]);
			stop();
		}
	}
}

EACH_LINE(a_clean_takes_the_whole_line)
{
	uint32_t last = line - 4;

	store(K, PA, 4);
	store(K + last, PA + last, 4);
	store(K + line, PA + line, 4);
	assert_true(maintain(COH_CLEAN, K + last, PA + last));
	assert_false(load(U, PA, 4));
	assert_false(load(U + last, PA + last, 4));
	assert_true(load(U + line, PA + line, 4));
	assert_int_equal(f.cause, COH_NOT_CLEANED);
	assert_int_equal(f.line_pa, PA + line);
}

EACH_LINE(an_invalidate_takes_the_whole_line)
{
	uint32_t last = line - 4;

	store(K + last, PA + last, 4);
	store(K + line, PA + line, 4);
	assert_true(maintain(COH_INVALIDATE, K, PA));
	assert_true(load(K + last, PA + last, 4));
	assert_int_equal(f.cause, COH_DISCARDED);
	assert_false(load(K + line, PA + line, 4));
}

EACH_LINE(a_fill_takes_the_whole_line)
{
	uint32_t last = line - 4;

	load(U, PA, 4);
	store_uncached(V + last, PA + last);
	store_uncached(V + line, PA + line);
	assert_true(load(U + last, PA + last, 4));
	assert_int_equal(f.cause, COH_OLD_COPY);
	assert_false(load(U + line, PA + line, 4));
}

EACH_LINE(a_dirty_line_is_dirty_as_a_whole)
{
	uint32_t last = line - 4;

	store(K, PA, 4);
	store_uncached(V + last, PA + last);
	store_uncached(V + line, PA + line);
	assert_true(load_uncached(V + last, PA + last));
	assert_int_equal(f.cause, COH_THREATENED);
	maintain(COH_CLEAN, K, PA);
	assert_true(load_uncached(V + last, PA + last));
	assert_int_equal(f.cause, COH_CLOBBERED);
	assert_int_equal(f.culprit.pc, who.pc);
	assert_false(load_uncached(V + line, PA + line));
}

/* Eight bytes over a border: the bad part is the one that is reported. */
EACH_LINE(accesses_cross_lines)
{
	uint32_t va = K + line - 4, pa = PA + line - 4;

	store(va, pa, 8);
	assert_true(load(U + line - 4, pa, 8));
	assert_int_equal(f.pa, pa);
	assert_int_equal(f.size, 4);
	maintain(COH_CLEAN, va, pa);
	maintain(COH_FLUSH, U + line - 4, pa);
	assert_true(load(U + line - 4, pa, 8));
	assert_int_equal(f.va, U + line);
	assert_int_equal(f.pa, PA + line);
	assert_int_equal(f.first_pa, PA + line);
	maintain(COH_CLEAN, va + 4, pa + 4);
	maintain(COH_FLUSH, U + line, pa + 4);
	assert_false(load(U + line - 4, pa, 8));
}

EACH_LINE(an_access_of_a_page)
{
	store(K, PA, COH_PAGE_SIZE);
	for (uint32_t off = 0; off < COH_PAGE_SIZE; off += line)
		assert_true(load(U + off, PA + off, line));
	assert_true(coh_shadow_maintain_all(s, COH_DATA, COH_FLUSH, &who));
	assert_false(load(U, PA, COH_PAGE_SIZE));
}

/* The sides may have lines of different length: the shorter is the granule. */
TEST(sides_differ)
{
	struct coh_shadow_config config = config_of(COH_VIVT, 64);
	struct coh_shadow_access a = at(U + 32, PA + 32, 4, COH_WRITE_BACK);

	config.i.line = 16;
	s = coh_shadow_new(&config);
	assert_non_null(s);
	coh_shadow_map(s, K, PA, COH_PAGE_SIZE);
	coh_shadow_map(s, U, PA, COH_PAGE_SIZE);
	coh_shadow_fetch(s, &a, &f);
	store(K + 32, PA + 32, 4);
	store(K + 48, PA + 48, 4);
	assert_true(maintain(COH_CLEAN, K, PA));
	assert_true(coh_shadow_fetch(s, &a, &f));
	assert_int_equal(f.cause, COH_OLD_COPY);
	a.va += 16;
	a.pa += 16;
	assert_false(coh_shadow_fetch(s, &a, &f));
	stop();
}

/* ---- ends of the address space ---- */

static void check_address(uint32_t pa)
{
	uint32_t off = pa & COH_PAGE_MASK;

	for (int kind = COH_VIVT; kind <= COH_PIPT; kind++) {
		start((enum coh_cache_kind)kind, 32);
		coh_shadow_map(s, pa & ~COH_PAGE_MASK, pa & ~COH_PAGE_MASK, COH_PAGE_SIZE);
		coh_shadow_map(s, U, pa & ~COH_PAGE_MASK, COH_PAGE_SIZE);
		assert_false(store(pa, pa, 16));
		assert_true(load_uncached(U + off, pa));
		assert_int_equal(f.first_pa, pa);
		assert_true(maintain(COH_CLEAN, pa, pa));
		assert_false(load_uncached(U + off, pa));
		assert_false(load(U + off, pa, 16));
		coh_shadow_device_write(s, pa, NULL, 16, 0);
		assert_true(load(U + off, pa, 16));
		stop();
	}
}

TEST(first_and_last_line)
{
	check_address(0);
	check_address(0xfffffff0u);
}

TEST(last_byte)
{
	coh_shadow_map(s, PAGE_LAST, PAGE_LAST, COH_PAGE_SIZE);
	store(0xffffffffu, 0xffffffffu, 1);
	assert_true(maintain(COH_CLEAN, 0xffffffe0u, 0xffffffe0u));
	store(0xffffffffu, 0xffffffffu, 1);
	assert_true(maintain(COH_CLEAN, 0xffffffffu, 0xffffffffu));
}

TEST(homonym_in_the_last_page)
{
	coh_shadow_map(s, PAGE_LAST, PAGE_LAST, COH_PAGE_SIZE);
	load(0xfffffffcu, 0xfffffffcu, 4);
	coh_shadow_map(s, PAGE_LAST, 0, COH_PAGE_SIZE);
	assert_int_equal(coh_shadow_pa_of(s, PAGE_LAST + 8), 8);
	assert_true(load(0xfffffffcu, 0xffc, 4));
	assert_int_equal(f.cause, COH_OTHER_PAGE);
	assert_int_equal(f.other_pa, 0xffffffe0u);
}

TEST(unmapped_addresses)
{
	assert_int_equal(coh_shadow_pa_of(s, 0x12345678u), COH_VA_UNKNOWN);
	assert_false(maintain(COH_FLUSH, 0x12345678u, 0));
	coh_shadow_map(s, K, PA, 0);
	assert_int_equal(coh_shadow_pa_of(s, K + 0x123), PA + 0x123);
}

/* ---- bounds on memory ---- */

static void load_through_aliases(uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		coh_shadow_map(s, 0x50000000u + i * 4096, PA, COH_PAGE_SIZE);
		load(0x50000000u + i * 4096, PA, 4);
	}
}

TEST(more_aliases_than_kept)
{
	store(K, PA, 4);
	load_through_aliases(1000);
	assert_true(coh_shadow_counts(s)->copies_dropped > 0);
	assert_true(coh_shadow_counts(s)->copies_dropped < 1000);
	assert_true(load(0x50000000u + 999 * 4096, PA, 4));
	assert_int_equal(f.n_copies, COH_FINDING_COPIES);
	assert_true(coh_shadow_maintain_all(s, COH_DATA, COH_FLUSH, &who));
}

/* Else its clean would be missed, and every later read reported. */
TEST(a_dirty_copy_is_not_the_one_dropped)
{
	load_through_aliases(1000);
	store(K, PA, 4);
	load(U, PA, 4);
	assert_true(maintain(COH_CLEAN, K, PA));
	assert_false(load_uncached(V, PA));
}

TEST(few_aliases_are_all_kept)
{
	store(K, PA, 4);
	load(U, PA, 4);
	assert_true(load(V, PA, 4));
	assert_int_equal(f.n_copies, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(f.copy[i].dirty, f.copy[i].va == K);
		assert_int_equal(f.copy[i].stale, f.copy[i].va == K ? 0 : 0xf);
		assert_int_equal(f.copy[i].side, COH_DATA);
	}
	assert_int_equal(f.memory_stale, 0xf);
	assert_int_equal(coh_shadow_counts(s)->copies_dropped, 0);
}

#define MANY 70000u /* more than the 65536 lines in trouble that are kept */

/* Every line is dirty under one alias and old under another. */
static void trouble(uint32_t lines)
{
	for (uint32_t i = 0; i < lines; i++) {
		uint32_t off = i * 32, pa = 0x01000000u + off;

		if (!(off & COH_PAGE_MASK)) {
			coh_shadow_map(s, 0x80000000u + off, pa, COH_PAGE_SIZE);
			coh_shadow_map(s, 0x90000000u + off, pa, COH_PAGE_SIZE);
		}
		load(0x80000000u + off, pa, 4);
		store(0x90000000u + off, pa, 4);
	}
}

TEST(more_lines_in_trouble_than_kept)
{
	size_t before, after;

	trouble(60000);
	assert_int_equal(coh_shadow_counts(s)->lines_forgotten, 0);
	trouble(MANY);
	assert_true(coh_shadow_counts(s)->lines_forgotten >= MANY - 65536);
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	for (unsigned i = 0; i < 4; i++)
		trouble(MANY);
	after = mallinfo2().uordblks + mallinfo2().hblkhd;
	assert_true(after <= before + 65536);
	/* The youngest trouble is still known. */
	assert_true(load(0x80000000u + (MANY - 1) * 32, 0x01000000u + (MANY - 1) * 32, 4));
}

/* An access of a page opens many records at once: room must be made for all. */
static void fill_up_with_pages(void)
{
	start(COH_VIVT, 16);
	for (uint32_t i = 0; i < 300; i++) {
		uint32_t off = i * COH_PAGE_SIZE, pa = 0x01000000u + off;

		coh_shadow_map(s, 0x80000000u + off, pa, COH_PAGE_SIZE);
		coh_shadow_map(s, 0x90000000u + off, pa, COH_PAGE_SIZE);
		load(0x80000000u + off, pa, COH_PAGE_SIZE);
		store(0x90000000u + off, pa, COH_PAGE_SIZE);
	}
	stop();
}

TEST(pages_in_trouble)
{
	int status;
	pid_t child;

	child = fork(); /* the model gives up by abort() */
	if (!child) {
		fill_up_with_pages();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(devices_are_counted)
{
	uint8_t now[4] = { 1, 2, 0, 0 };
	struct coh_shadow_access a = at(K, PA, 4, COH_WRITE_BACK);

	coh_shadow_device_write(s, PA + 64, now, 4, 0);
	assert_int_equal(coh_shadow_counts(s)->device_bytes, 4);
	a.bytes = now;
	assert_false(coh_shadow_load(s, &a, &f));
	assert_int_equal(coh_shadow_counts(s)->device_bytes, 6);
}

/* A value that memory held while a line was dirty must survive other lines' flushes. */
TEST(old_values_survive_a_partial_flush)
{
	uint32_t one = 1, two = 2, seen;
	struct coh_shadow_access a = at(K, PA, 4, COH_WRITE_THROUGH);

	store(K, PA, 4);
	a.bytes = (const uint8_t *)&one;
	coh_shadow_store(s, &a, &f);
	for (uint32_t way = 0; way < 4; way++)
		coh_shadow_set_way(s, COH_FLUSH, 17, way, &who);
	coh_shadow_settle(s);
	a.attr = COH_WRITE_BACK;
	a.bytes = (const uint8_t *)&two;
	coh_shadow_store(s, &a, &f);
	store(K + 64, PA + 64, 4);
	assert_true(load_uncached(V, PA));
	assert_true(f.values_known);
	memcpy(&seen, f.old, 4);
	assert_int_equal(seen, 1);
}

/* ---- refusals ---- */

static bool refused(const struct coh_shadow_config *config)
{
	struct coh_shadow *made = coh_shadow_new(config);

	coh_shadow_free(made);
	return !made;
}

TEST(impossible_caches)
{
	const struct coh_shadow_config good = config_of(COH_VIVT, 32);
	struct coh_cache bad[8];

	assert_false(refused(&good));
	for (unsigned i = 0; i < 8; i++)
		bad[i] = good.d;
	bad[0].line = 0;
	bad[1].line = 48;
	bad[2].line = 256;
	bad[3].ways = 0;
	bad[4].size = 0;
	bad[5].size = 65536 + 32;
	bad[6].kind = (enum coh_cache_kind)0;
	bad[7].policy = (enum coh_write_policy)9;
	for (unsigned i = 0; i < 8; i++) {
		struct coh_shadow_config d = good, insn = good;

		d.d = bad[i];
		insn.i = bad[i];
		assert_true(refused(&d));
		assert_true(refused(&insn));
	}
}

TEST(set_and_way_out_of_range)
{
	store(K, PA, 4);
	coh_shadow_set_way(s, COH_CLEAN, 512, 0, &who);
	coh_shadow_set_way(s, COH_CLEAN, 0xffffffffu, 0xffffffffu, &who);
	for (uint32_t way = 4; way < 80; way++)
		coh_shadow_set_way(s, COH_CLEAN, 0, way, &who);
	coh_shadow_settle(s);
	assert_true(load(U, PA, 4));
}

TEST(names)
{
	for (int i = 0; i < COH_CAUSES; i++)
		assert_string_not_equal(coh_cause_name((enum coh_cause)i), "unknown cause");
	for (int i = 0; i < COH_OPS; i++)
		assert_string_not_equal(coh_op_name((enum coh_op)i), "unknown operation");
	assert_string_equal(coh_cause_name(COH_CAUSES), "unknown cause");
	assert_string_equal(coh_op_name(COH_OPS), "unknown operation");
	coh_shadow_free(NULL);
}

/* ---- the quiet path ---- */

TEST(quiet_is_what_needs_no_judging)
{
	struct coh_view v;
	struct coh_shadow_page *p;
	bool fresh;

	v = coh_shadow_view(s, COH_WRITE_BACK);
	p = coh_shadow_page(s, PA, &fresh);
	assert_true(fresh);
	assert_false(coh_load_is_quiet(&v, p, K, 0));
	load(K, PA, 4);
	assert_true(coh_load_is_quiet(&v, p, K, 0));
	assert_false(coh_load_is_quiet(&v, p, U, 0));
	assert_false(coh_load_is_quiet(&v, p, K, 32));
	assert_false(coh_store_is_quiet(&v, p, K, 0));
	store(K, PA, 4);
	assert_true(coh_store_is_quiet(&v, p, K, 28));
	assert_false(coh_store_is_quiet(&v, p, U, 28));
	load(U, PA, 4);
	assert_false(coh_load_is_quiet(&v, p, K, 0));
	assert_false(coh_store_is_quiet(&v, p, K, 0));
}

/* A quiet store leaves the same behind as one that went the long way. */
TEST(a_quiet_store_is_a_store)
{
	struct coh_view v;
	struct coh_shadow_page *p;
	bool fresh;

	v = coh_shadow_view(s, COH_WRITE_BACK);
	store(K, PA, 4);
	p = coh_shadow_page(s, PA, &fresh);
	coh_store_quiet(&v, p, 8, 8, 0x1234, 0x8000);
	assert_true(load(U + 12, PA + 12, 4));
	assert_int_equal(f.writer.pc, 0x1234);
	assert_int_equal(f.writer.va, K + 12);
	assert_int_equal(f.memory_stale, 0xff0f);
}

TEST(quiet_views)
{
	struct coh_shadow_access a = at(K, PA, 4, COH_WRITE_BACK);
	struct coh_view uncached, through, back;
	struct coh_shadow_page *p;
	bool fresh;

	uncached = coh_shadow_view(s, COH_UNCACHED);
	through = coh_shadow_view(s, COH_WRITE_THROUGH);
	back = coh_shadow_view(s, COH_WRITE_BACK);
	p = coh_shadow_page(s, PA, &fresh);
	assert_false(coh_fetch_is_quiet(&back, p, K, 0));
	coh_shadow_fetch(s, &a, &f);
	assert_true(coh_fetch_is_quiet(&back, p, K, 0));
	assert_false(coh_fetch_is_quiet(&back, p, U, 0));
	load(K + 64, PA + 64, 4);
	assert_true(coh_store_is_quiet(&through, p, K + 64, 64));
	assert_false(coh_load_is_quiet(&uncached, p, K + 64, 64));
	store(K, PA, 4);
	assert_false(coh_fetch_is_quiet(&back, p, K, 0));
}

static int start_vivt(void **state __attribute__((unused)))
{
	start(COH_VIVT, 32);
	return 0;
}

static int stop_any(void **state __attribute__((unused)))
{
	stop();
	return 0;
}

#define on_vivt(test) cmocka_unit_test_setup_teardown(test, start_vivt, stop_any)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clean_takes_the_whole_line),
		cmocka_unit_test(an_invalidate_takes_the_whole_line),
		cmocka_unit_test(a_fill_takes_the_whole_line),
		cmocka_unit_test(a_dirty_line_is_dirty_as_a_whole),
		cmocka_unit_test(accesses_cross_lines),
		cmocka_unit_test(an_access_of_a_page),
		cmocka_unit_test(sides_differ),
		cmocka_unit_test(first_and_last_line),
		on_vivt(last_byte),
		on_vivt(homonym_in_the_last_page),
		on_vivt(unmapped_addresses),
		on_vivt(more_aliases_than_kept),
		on_vivt(a_dirty_copy_is_not_the_one_dropped),
		on_vivt(few_aliases_are_all_kept),
		on_vivt(more_lines_in_trouble_than_kept),
		cmocka_unit_test(pages_in_trouble),
		on_vivt(devices_are_counted),
		on_vivt(old_values_survive_a_partial_flush),
		cmocka_unit_test(impossible_caches),
		on_vivt(set_and_way_out_of_range),
		cmocka_unit_test(names),
		on_vivt(quiet_is_what_needs_no_judging),
		on_vivt(a_quiet_store_is_a_store),
		on_vivt(quiet_views),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
