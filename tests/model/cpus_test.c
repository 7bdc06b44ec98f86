// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The facts of well-known cores stated literally, the soundness of every row,
 * the look-ups, and the refusal of caches that cannot exist.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/cpus.h"

static void arm926_is_vivt(void **state)
{
	const struct coh_cpu *cpu = coh_cpu_find("arm926ej-s");
	struct coh_bits index, tag;

	(void)state;
	assert_non_null(cpu);
	assert_string_equal(cpu->arch, "ARMv5TEJ");
	assert_int_equal(cpu->dcache.kind, COH_VIVT);
	assert_int_equal(cpu->dcache.alloc, COH_ALLOC_READ);
	assert_int_equal(coh_cache_sets(&cpu->dcache), 128);
	assert_int_equal(coh_cache_way_size(&cpu->dcache), 4096);
	assert_int_equal(coh_cache_colours(&cpu->dcache, 4096), 1);
	assert_int_equal(coh_cache_alias(&cpu->dcache, 4096), COH_ALIAS_EVERY);
	index = coh_cache_index(&cpu->dcache);
	tag = coh_cache_tag(&cpu->dcache, 4096);
	assert_int_equal(index.hi, 11);
	assert_int_equal(index.lo, 5);
	assert_int_equal(tag.hi, 31);
	assert_int_equal(tag.lo, 12);
}

static void arm920t_has_64_ways(void **state)
{
	const struct coh_cpu *cpu = coh_cpu_find("arm920t");

	(void)state;
	assert_non_null(cpu);
	assert_int_equal(cpu->dcache.ways, 64);
	assert_int_equal(coh_cache_sets(&cpu->dcache), 8);
	assert_int_equal(coh_cache_way_size(&cpu->dcache), 256);
}

/* The thread of 2007: tag = bits 31..10, set index = bits 9..5, 32 ways. */
static void xscale_as_the_thread_says(void **state)
{
	const struct coh_cpu *cpu = coh_cpu_find("PXA255");
	struct coh_bits index, tag;

	(void)state;
	assert_non_null(cpu);
	assert_string_equal(cpu->name, "xscale");
	index = coh_cache_index(&cpu->dcache);
	tag = coh_cache_tag(&cpu->dcache, 4096);
	assert_int_equal(tag.hi, 31);
	assert_int_equal(tag.lo, 10);
	assert_int_equal(index.hi, 9);
	assert_int_equal(index.lo, 5);
	assert_int_equal(cpu->dcache.ways, 32);
	assert_true(coh_cache_aliasing(&cpu->dcache, 4096));
}

static void sa1100_tag_is_derived(void **state)
{
	const struct coh_cpu *cpu = coh_cpu_find("sa1100");
	struct coh_bits index, tag;

	(void)state;
	assert_non_null(cpu);
	index = coh_cache_index(&cpu->dcache);
	tag = coh_cache_tag(&cpu->dcache, 4096);
	assert_int_equal(index.hi, 7);
	assert_int_equal(index.lo, 5);
	assert_int_equal(tag.hi, 31);
	assert_int_equal(tag.lo, 8);
}

struct colours {
	const char *name;
	uint32_t page, colours;
	enum coh_alias alias;
};

static void colours_and_aliases(void **state)
{
	static const struct colours known[] = {
		{ "arm1136", 4096, 2, COH_ALIAS_COLOUR },
		{ "arm1176", 4096, 2, COH_ALIAS_COLOUR },
		{ "arm1176", 16384, 1, COH_ALIAS_NONE },
		{ "arm1176", 65536, 1, COH_ALIAS_NONE },
		{ "cortex-a8", 4096, 1, COH_ALIAS_NONE },
		{ "cortex-a9", 4096, 1, COH_ALIAS_NONE },
		{ "4kc", 4096, 1, COH_ALIAS_NONE },
		{ "24k", 4096, 2, COH_ALIAS_COLOUR },
		{ "74k", 4096, 2, COH_ALIAS_COLOUR },
		{ "sh7750", 4096, 4, COH_ALIAS_COLOUR },
		{ "pa-8700", 4096, 1024, COH_ALIAS_COLOUR },
		{ "ck610", 4096, 4, COH_ALIAS_COLOUR },
		{ "ultrasparc-i", 8192, 2, COH_ALIAS_COLOUR },
		{ "feroceon", 4096, 1, COH_ALIAS_EVERY },
		{ "sa-1100", 4096, 1, COH_ALIAS_EVERY },
		/* Colours of a VIVT cache are geometry only: aliases stay aliases. */
		{ "xscale3", 4096, 2, COH_ALIAS_EVERY },
		{ "xscale3", 65536, 1, COH_ALIAS_EVERY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const struct coh_cpu *cpu = coh_cpu_find(known[i].name);

		assert_non_null(cpu);
		assert_int_equal(coh_cache_colours(&cpu->dcache, known[i].page), known[i].colours);
		assert_int_equal(coh_cache_alias(&cpu->dcache, known[i].page), known[i].alias);
		assert_int_equal(coh_cache_aliasing(&cpu->dcache, known[i].page),
				 known[i].alias != COH_ALIAS_NONE);
	}
}

static void sh4_states_its_tag(void **state)
{
	const struct coh_cpu *cpu = coh_cpu_find("sh-4");
	struct coh_bits index, tag;

	(void)state;
	assert_non_null(cpu);
	index = coh_cache_index(&cpu->dcache);
	tag = coh_cache_tag(&cpu->dcache, 4096);
	assert_int_equal(index.hi, 13);
	assert_int_equal(index.lo, 5);
	assert_int_equal(tag.hi, 28);
	assert_int_equal(tag.lo, 10);
}

static void vipt_tag_begins_at_the_page(void **state)
{
	const struct coh_cpu *cpu = coh_cpu_find("arm1136");

	(void)state;
	assert_non_null(cpu);
	assert_int_equal(coh_cache_way_size(&cpu->dcache), 8192);
	assert_int_equal(coh_cache_tag(&cpu->dcache, 4096).lo, 12);
	assert_int_equal(coh_cache_tag(&cpu->dcache, 65536).lo, 13);
}

/* 6144 sets: the span is architecture's promise, not geometry. */
static void pa8700_has_no_plain_index(void **state)
{
	const struct coh_cpu *cpu = coh_cpu_find("PA 8700");

	(void)state;
	assert_non_null(cpu);
	assert_int_equal(coh_cache_sets(&cpu->dcache), 6144);
	assert_int_equal(coh_cache_span(&cpu->dcache), 4 << 20);
	assert_int_equal(coh_cache_index(&cpu->dcache).hi, 0);
	assert_int_equal(cpu->speculates, COH_SPECULATES_DATA);
}

/* Those that are sold today: a name, and what its data cache is. */
static void cores_of_today(void **state)
{
	static const struct {
		const char *name;
		uint32_t kib, ways, line;
		enum coh_cache_kind kind;
		enum coh_alloc alloc;
	} rows[] = {
		{ "STM32H7", 16, 4, 32, COH_PIPT, COH_ALLOC_PAGE },
		{ "cortex-r5f", 32, 4, 32, COH_PIPT, COH_ALLOC_PAGE },
		{ "cortex-a53", 32, 4, 64, COH_PIPT, COH_ALLOC_PAGE },
		{ "cortex-a55", 32, 4, 64, COH_PIPT, COH_ALLOC_PAGE },
		{ "cortex-a72", 32, 2, 64, COH_PIPT, COH_ALLOC_PAGE },
		{ "c906", 32, 2, 64, COH_PIPT, COH_ALLOC_READ_WRITE },
		{ "u74", 32, 8, 64, COH_PIPT, COH_ALLOC_READ_WRITE },
		{ "esp32s3", 32, 8, 32, COH_VIVT, COH_ALLOC_READ_WRITE },
		{ "esp32p4", 64, 2, 64, COH_PIPT, COH_ALLOC_READ_WRITE },
		{ "lx7", 32, 4, 64, COH_PIPT, COH_ALLOC_PAGE },
		{ "e300", 32, 8, 32, COH_PIPT, COH_ALLOC_PAGE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct coh_cpu *cpu = coh_cpu_find(rows[i].name);

		assert_non_null(cpu);
		assert_int_equal(cpu->dcache.size, rows[i].kib * 1024);
		assert_int_equal(cpu->dcache.ways, rows[i].ways);
		assert_int_equal(cpu->dcache.line, rows[i].line);
		assert_int_equal(cpu->dcache.kind, rows[i].kind);
		assert_int_equal(cpu->dcache.alloc, rows[i].alloc);
		assert_int_equal(cpu->speculates, cpu->dcache.kind == COH_VIVT
							  ? COH_SPECULATES_INSN
							  : COH_SPECULATES_DATA);
	}
	assert_int_equal(coh_cpu_find("68040")->dcache.size, 4096);
	assert_int_equal(coh_cpu_find("68040")->dcache.line, 16);
	assert_int_equal(coh_cpu_find("cortex-a53")->icache.kind, COH_VIPT);
	assert_int_equal(coh_cpu_find("cortex-a72")->icache.kind, COH_PIPT);
}

static void unified_cache_serves_fetches(void **state)
{
	const struct coh_cpu *unified = coh_cpu_find("arm720t"), *split = coh_cpu_find("arm920t");

	(void)state;
	assert_non_null(unified);
	assert_non_null(split);
	assert_ptr_equal(coh_cpu_icache(unified), &unified->dcache);
	assert_ptr_equal(coh_cpu_icache(split), &split->icache);
}

static void every_row_is_sound(void **state)
{
	(void)state;
	assert_true(coh_cpu_count() >= 30);
	for (size_t i = 0; i < coh_cpu_count(); i++) {
		const struct coh_cpu *cpu = coh_cpu_get(i);

		assert_int_equal(coh_cache_check(&cpu->dcache), 0);
		assert_int_equal(coh_cache_check(coh_cpu_icache(cpu)), 0);
		assert_true(cpu->dcache.policy != COH_STORE_READ_ONLY);
		assert_true(cpu->arch && cpu->arch[0]);
		assert_true(cpu->source && strlen(cpu->source) > 10);
		assert_true(cpu->speculates >= COH_SPECULATES_NOTHING &&
			    cpu->speculates <= COH_SPECULATES_DATA);
		assert_true(cpu->page == 4096 || cpu->page == 8192);
		assert_int_equal(cpu->midr & ~cpu->midr_mask, 0);
		if (cpu->midr_mask)
			assert_ptr_equal(coh_cpu_find_midr(cpu->midr), cpu);
	}
	assert_null(coh_cpu_get(coh_cpu_count()));
}

/* No name may lead to another row than its own. */
static void every_name_finds_its_row(void **state)
{
	char word[64];

	(void)state;
	for (size_t i = 0; i < coh_cpu_count(); i++) {
		const struct coh_cpu *cpu = coh_cpu_get(i);
		const char *rest = cpu->aliases;

		assert_ptr_equal(coh_cpu_find(cpu->name), cpu);
		while (*rest) {
			size_t n = strcspn(rest, " ");

			assert_true(n && n < sizeof(word));
			memcpy(word, rest, n);
			word[n] = '\0';
			assert_ptr_equal(coh_cpu_find(word), cpu);
			rest += n + (rest[n] == ' ');
		}
	}
}

static void found_whatever_the_spelling(void **state)
{
	static const char *const same[] = { "ARM926EJ-S", "arm926ej-s", "arm926",
					    "ARM926",	  "arm926ejs",	"Arm 926 EJ_S" };

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		const struct coh_cpu *cpu = coh_cpu_find(same[i]);

		assert_non_null(cpu);
		assert_string_equal(cpu->name, "arm926ej-s");
	}
}

static void not_found(void **state)
{
	(void)state;
	assert_null(coh_cpu_find(""));
	assert_null(coh_cpu_find("-- "));
	assert_null(coh_cpu_find("arm929"));
	assert_null(coh_cpu_find("arm926 and a great many words after it"));
}

static void found_by_midr(void **state)
{
	(void)state;
	assert_string_equal(coh_cpu_find_midr(0x41069265)->name, "arm926ej-s");
	assert_string_equal(coh_cpu_find_midr(0x69052d06)->name, "xscale");
	assert_string_equal(coh_cpu_find_midr(0x69054117)->name, "pxa270");
	assert_string_equal(coh_cpu_find_midr(0x4401a11b)->name, "sa-1100");
	assert_string_equal(coh_cpu_find_midr(0x54029252)->name, "ti925t");
	assert_string_equal(coh_cpu_find_midr(0x4117b363)->name, "arm1136");
	assert_string_equal(coh_cpu_find_midr(0x410fb767)->name, "arm1176");
	assert_string_equal(coh_cpu_find_midr(0x410fc080)->name, "cortex-a8");
	assert_string_equal(coh_cpu_find_midr(0x56251311)->name, "feroceon");
	assert_null(coh_cpu_find_midr(0));
	assert_null(coh_cpu_find_midr(0x41059461)); /* arm946: it has no MMU */
	assert_null(coh_cpu_find_midr(0xffffffff));
}

static void nearest_suggests(void **state)
{
	(void)state;
	assert_string_equal(coh_cpu_nearest("arm929")->name, "arm926ej-s");
	assert_string_equal(coh_cpu_nearest("ARM920")->name, "arm920t");
	assert_string_equal(coh_cpu_nearest("xscal")->name, "xscale");
	assert_string_equal(coh_cpu_nearest("cortexa6")->name, "cortex-a8");
	assert_string_equal(coh_cpu_nearest("xscaleabc")->name, "xscale");
	assert_string_equal(coh_cpu_nearest("crtx-a15")->name, "cortex-a15");
	assert_string_equal(coh_cpu_nearest("25k")->name, "mips-24k");
	assert_null(coh_cpu_nearest(""));
	assert_null(coh_cpu_nearest("z80"));
	assert_null(coh_cpu_nearest("pentium"));
	assert_null(coh_cpu_nearest("a name that is longer than the name of any core"));
}

static const struct coh_cache possible = {
	.size = 16384,
	.line = 32,
	.ways = 4,
	.kind = COH_VIVT,
	.policy = COH_STORE_BACK,
	.alloc = COH_ALLOC_READ,
};

#define REFUSED(field, value, error)                                                               \
	do {                                                                                       \
		struct coh_cache cache = possible;                                                 \
                                                                                                   \
		cache.field = value;                                                               \
		assert_int_equal(coh_cache_check(&cache), error);                                  \
	} while (0)

static void impossible_geometries(void **state)
{
	(void)state;
	assert_int_equal(coh_cache_check(&possible), 0);
	REFUSED(line, 0, COH_CACHE_BAD_LINE);
	REFUSED(line, 8, COH_CACHE_BAD_LINE);
	REFUSED(line, 48, COH_CACHE_BAD_LINE);
	REFUSED(line, 256, COH_CACHE_BAD_LINE);
	REFUSED(ways, 0, COH_CACHE_BAD_WAYS);
	REFUSED(ways, 1024, COH_CACHE_BAD_WAYS);
	REFUSED(ways, 0x80000000u, COH_CACHE_BAD_WAYS);
	REFUSED(ways, 3, COH_CACHE_BAD_SIZE);
	REFUSED(size, 0, COH_CACHE_BAD_SIZE);
	REFUSED(size, 16000 + 8, COH_CACHE_BAD_SIZE);
	REFUSED(size, 12288, COH_CACHE_BAD_SETS);
	REFUSED(span, 12288, COH_CACHE_BAD_SPAN);
	REFUSED(span, 2048, COH_CACHE_BAD_SPAN);
}

static void impossible_descriptions(void **state)
{
	static const struct coh_bits gap = { 31, 13 }, reversed = { 9, 10 }, high = { 64, 12 };

	(void)state;
	REFUSED(tag, gap, COH_CACHE_BAD_TAG);
	REFUSED(tag, reversed, COH_CACHE_BAD_TAG);
	REFUSED(tag, high, COH_CACHE_BAD_TAG);
	REFUSED(kind, 0, COH_CACHE_BAD_KIND);
	REFUSED(kind, COH_PIPT + 1, COH_CACHE_BAD_KIND);
	REFUSED(policy, 0, COH_CACHE_BAD_POLICY);
	REFUSED(alloc, COH_ALLOC_PAGE + 1, COH_CACHE_BAD_POLICY);
}

static void unusual_but_possible(void **state)
{
	struct coh_cache cache = possible;

	(void)state;
	cache.size = 12288; /* three ways of 128 sets */
	cache.ways = 3;
	assert_int_equal(coh_cache_check(&cache), 0);
	cache = possible;
	cache.ways = 512; /* one set */
	assert_int_equal(coh_cache_check(&cache), 0);
	assert_int_equal(coh_cache_index(&cache).hi, 0);
	assert_int_equal(coh_cache_tag(&cache, 4096).lo, 5);
}

static void each_error_has_its_own_text(void **state)
{
	(void)state;
	for (int i = 0; i >= COH_CACHE_BAD_POLICY; i--) {
		assert_string_not_equal(coh_cache_error_text(i), "unknown error");
		for (int j = 0; j > i; j--)
			assert_string_not_equal(coh_cache_error_text(i), coh_cache_error_text(j));
	}
	assert_string_equal(coh_cache_error_text(COH_CACHE_BAD_POLICY - 1), "unknown error");
	assert_string_equal(coh_cache_error_text(1), "unknown error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arm926_is_vivt),
		cmocka_unit_test(arm920t_has_64_ways),
		cmocka_unit_test(xscale_as_the_thread_says),
		cmocka_unit_test(sa1100_tag_is_derived),
		cmocka_unit_test(colours_and_aliases),
		cmocka_unit_test(sh4_states_its_tag),
		cmocka_unit_test(vipt_tag_begins_at_the_page),
		cmocka_unit_test(pa8700_has_no_plain_index),
		cmocka_unit_test(cores_of_today),
		cmocka_unit_test(unified_cache_serves_fetches),
		cmocka_unit_test(every_row_is_sound),
		cmocka_unit_test(every_name_finds_its_row),
		cmocka_unit_test(found_whatever_the_spelling),
		cmocka_unit_test(not_found),
		cmocka_unit_test(found_by_midr),
		cmocka_unit_test(nearest_suggests),
		cmocka_unit_test(impossible_geometries),
		cmocka_unit_test(impossible_descriptions),
		cmocka_unit_test(unusual_but_possible),
		cmocka_unit_test(each_error_has_its_own_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
