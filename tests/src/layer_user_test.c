// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * User translations that go, and users that take turns: what coh_flush_cache_* and coh_switch_mm
 * ask of the port on each kind of cache.  Those that come: layer_update_mmu_test.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <coherer/coherer.h>
#include "tests/src/layer_port.h"

#define SHARED COH_VMA_SHARED
#define START  ((uintptr_t)0x300000)
#define PAGES  64u
#define U      (START + INDEX * PAGE_BYTES)

static struct layer *l;
static struct coh *coh;
static struct coh_vma *vma, *theirs;

static void start(struct coh_config config, uint32_t flags)
{
	l = layer_start(config);
	coh = &l->coh;
	vma = layer_map_file(l, &l->mm, START, PAGES, 0, flags);
	theirs = layer_map_file(l, &l->other, START, PAGES, 0x1000, flags);
}

/* ------------------------------------------------------------------------
 * flush_cache_page.
 */

static void flush_cache_page_on_vivt(void **state)
{
	(void)state;
	start(layer_with_icache(layer_vivt(), COH_INDEXED_VIVT), SHARED);
	assert_int_equal(coh_flush_cache_page(coh, vma, U, PFN), 0);
	LAYER_COUNTED(l, { COH_COUNT_ALIAS, 1 });
	LAYER_ASKED(l, FLUSH_PAGE(U));
	assert_int_equal(coh_flush_cache_page(coh, theirs, U, PFN), 0);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_MM, 1 });
	LAYER_ASKED_NOTHING(l);
	/* The first and the last page of the VMA. */
	assert_int_equal(coh_flush_cache_page(coh, vma, START, PFN), 0);
	assert_int_equal(coh_flush_cache_page(coh, vma, START + (PAGES - 1) * PAGE_BYTES, PFN), 0);
	LAYER_ASKED(l, FLUSH_PAGE(START), FLUSH_PAGE(START + (PAGES - 1) * PAGE_BYTES));

	start(layer_with_icache(layer_vivt(), COH_INDEXED_VIVT), SHARED | COH_VMA_EXEC);
	assert_int_equal(coh_flush_cache_page(coh, vma, U, PFN), 0);
	LAYER_ASKED(l, FLUSH_PAGE(U), ICACHE_PAGE(U));
}

/* By the pfn that it is told, whoever's it is; it does not ask for the translation. */
static void flush_cache_page_on_vipt(void **state)
{
	(void)state;
	start(layer_with_icache(layer_vipt(), COH_INDEXED_PIPT), SHARED | COH_VMA_EXEC);
	assert_int_equal(coh_flush_cache_page(coh, vma, U + PAGE_BYTES, 0x99), 0);
	LAYER_COUNTED(l, { COH_COUNT_ALIAS, 1 });
	LAYER_ASKED_ALL(l, ENTER, WINDOW_MAP(0x99, 1), FLUSH_PAGE(WINDOW_AT(1)), WINDOW_UNMAP(1, 0),
			EXIT);
	assert_int_equal(coh_flush_cache_page(coh, theirs, U + 2 * PAGE_BYTES, 0x99), 0);
	LAYER_ASKED(l, BY_WINDOW(0x99, 2));
}

/* A virtual I-cache keeps what was fetched by the translation that goes, whatever D-cache it is. */
static void flush_cache_page_and_a_virtual_icache(void **state)
{
	(void)state;
	start(layer_with_icache(layer_vipt(), COH_INDEXED_VIVT), SHARED | COH_VMA_EXEC);
	coh_flush_cache_page(coh, vma, U, PFN);
	LAYER_ASKED(l, BY_WINDOW(PFN, 0), ICACHE_PAGE(U));
	coh_flush_cache_page(coh, theirs, U, PFN); /* their fetches went at the switch */
	LAYER_ASKED(l, BY_WINDOW(PFN, 0));

	start(layer_with_icache(layer_pipt(), COH_INDEXED_VIVT), SHARED | COH_VMA_EXEC);
	coh_flush_cache_page(coh, vma, U, PFN);
	LAYER_ASKED(l, ICACHE_PAGE(U));
	start(layer_with_icache(layer_pipt(), COH_INDEXED_VIVT), SHARED);
	coh_flush_cache_page(coh, vma, U, PFN);
	LAYER_ASKED_NOTHING(l);
	start(layer_with_icache(layer_pipt(), COH_INDEXED_PIPT), SHARED | COH_VMA_EXEC);
	coh_flush_cache_page(coh, vma, U, PFN);
	LAYER_ASKED_NOTHING(l);
}

/* ------------------------------------------------------------------------
 * flush_cache_range.
 */

#define SOME(pages) ((pages)*PAGE_BYTES)

static void flush_cache_range_on_vivt(void **state)
{
	struct coh_config config = layer_vivt(); /* 16 KiB: four pages */

	(void)state;
	start(config, SHARED);
	assert_int_equal(coh_flush_cache_range(coh, vma, U, 0), 0);
	LAYER_ASKED_NOTHING(l);
	assert_int_equal(coh_flush_cache_range(coh, vma, U, SOME(4)), 0);
	LAYER_ASKED(l, FLUSH(U, SOME(4)));
	assert_int_equal(coh_flush_cache_range(coh, vma, U, SOME(5)), 0);
	LAYER_ASKED(l, FLUSH_ALL);
	assert_int_equal(coh_flush_cache_range(coh, vma, START, SOME(PAGES)), 0);
	LAYER_ASKED(l, FLUSH_ALL);
	assert_int_equal(coh_flush_cache_range(coh, theirs, U, SOME(4)), 0);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_MM, 1 });
	LAYER_ASKED_NOTHING(l);

	/* The I-cache has a size of its own. */
	config.icache = layer_icache(COH_INDEXED_VIVT);
	config.icache.size = 0x2000;
	start(config, SHARED | COH_VMA_EXEC);
	assert_int_equal(coh_flush_cache_range(coh, vma, U, SOME(2)), 0);
	LAYER_ASKED(l, FLUSH(U, SOME(2)), ICACHE(U, SOME(2)));
	assert_int_equal(coh_flush_cache_range(coh, vma, U, SOME(3)), 0);
	LAYER_ASKED(l, FLUSH(U, SOME(3)), ICACHE_ALL);
	assert_int_equal(coh_flush_cache_range(coh, vma, U, SOME(5)), 0);
	LAYER_ASKED(l, FLUSH_ALL, ICACHE_ALL);
}

/* Page by page, of those that are there, in any mm. */
static void flush_cache_range_on_vipt(void **state)
{
	(void)state;
	start(layer_vipt(), SHARED | COH_VMA_EXEC); /* 64 KiB: sixteen pages */
	layer_present(l, &l->mm, U, 0x99);
	layer_present(l, &l->mm, U + SOME(2), 0x77);
	layer_present(l, &l->mm, U + SOME(4), 0x55);
	layer_present(l, &l->other, U + SOME(1), 0x33);
	assert_int_equal(coh_flush_cache_range(coh, vma, U, SOME(4)), 0);
	LAYER_COUNTED(l, { COH_COUNT_ALIAS, 2 });
	LAYER_ASKED(l, BY_WINDOW(0x99, 0), BY_WINDOW(0x77, 2));
	assert_int_equal(coh_flush_cache_range(coh, theirs, U, SOME(4)), 0);
	LAYER_ASKED(l, BY_WINDOW(0x33, 1));
	assert_int_equal(coh_flush_cache_range(coh, vma, U + SOME(2), SOME(16)), 0);
	LAYER_ASKED(l, BY_WINDOW(0x77, 2), BY_WINDOW(0x55, 0));
	assert_int_equal(coh_flush_cache_range(coh, vma, U, SOME(17)), 0);
	LAYER_ASKED(l, FLUSH_ALL);
}

static void flush_cache_range_and_a_virtual_icache(void **state)
{
	(void)state;
	start(layer_with_icache(layer_vipt(), COH_INDEXED_VIVT), SHARED | COH_VMA_EXEC);
	layer_present(l, &l->mm, U, 0x99);
	coh_flush_cache_range(coh, vma, U, SOME(1));
	LAYER_ASKED(l, BY_WINDOW(0x99, 0), ICACHE_ALL);
	start(layer_with_icache(layer_vipt(), COH_INDEXED_VIVT), SHARED);
	coh_flush_cache_range(coh, vma, U, SOME(1));
	LAYER_ASKED_NOTHING(l);
	start(layer_with_icache(layer_pipt(), COH_INDEXED_VIVT), SHARED | COH_VMA_EXEC);
	coh_flush_cache_range(coh, vma, U, SOME(1));
	LAYER_ASKED(l, ICACHE_ALL);
	start(layer_with_icache(layer_pipt(), COH_INDEXED_VIVT), SHARED);
	coh_flush_cache_range(coh, vma, U, SOME(1));
	LAYER_ASKED_NOTHING(l);
	/* Tagged physically, it may keep them. */
	start(layer_with_icache(layer_pipt(), COH_INDEXED_VIPT), SHARED | COH_VMA_EXEC);
	coh_flush_cache_range(coh, vma, U, SOME(1));
	LAYER_ASKED_NOTHING(l);
}

/* ------------------------------------------------------------------------
 * flush_cache_mm, flush_cache_dup_mm, switch_mm.
 */

static void flush_cache_mm_empties_what_the_mm_can_have(void **state)
{
	(void)state;
	start(layer_with_icache(layer_vivt(), COH_INDEXED_VIVT), SHARED);
	assert_int_equal(coh_flush_cache_mm(coh, &l->mm), 0);
	LAYER_ASKED(l, FLUSH_ALL, ICACHE_ALL);
	assert_int_equal(coh_flush_cache_mm(coh, &l->other), 0);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_MM, 1 });
	LAYER_ASKED_NOTHING(l);
	start(layer_vipt(), SHARED);
	assert_int_equal(coh_flush_cache_mm(coh, &l->other), 0);
	LAYER_ASKED(l, FLUSH_ALL);
	start(layer_with_icache(layer_vipt(), COH_INDEXED_VIVT), SHARED);
	assert_int_equal(coh_flush_cache_mm(coh, &l->other), 0);
	LAYER_ASKED(l, FLUSH_ALL, ICACHE_ALL);
	start(layer_with_icache(layer_vipt(), COH_INDEXED_VIPT), SHARED);
	assert_int_equal(coh_flush_cache_mm(coh, &l->mm), 0);
	LAYER_ASKED(l, FLUSH_ALL);
	start(layer_with_icache(layer_pipt(), COH_INDEXED_VIVT), SHARED);
	assert_int_equal(coh_flush_cache_mm(coh, &l->mm), 0);
	LAYER_ASKED(l, ICACHE_ALL);
	start(layer_pipt(), SHARED);
	assert_int_equal(coh_flush_cache_mm(coh, &l->mm), 0);
	LAYER_ASKED_NOTHING(l);
}

/* Before fork: lines that are tagged physically stay right. */
static void flush_cache_dup_mm_is_of_virtual_tags(void **state)
{
	(void)state;
	start(layer_vivt(), SHARED);
	assert_int_equal(coh_flush_cache_dup_mm(coh, &l->mm), 0);
	LAYER_ASKED(l, FLUSH_ALL);
	assert_int_equal(coh_flush_cache_dup_mm(coh, &l->other), 0);
	LAYER_ASKED_NOTHING(l);
	start(layer_with_icache(layer_vipt(), COH_INDEXED_VIPT), SHARED);
	assert_int_equal(coh_flush_cache_dup_mm(coh, &l->mm), 0);
	LAYER_ASKED_NOTHING(l);
	start(layer_pipt(), SHARED);
	assert_int_equal(coh_flush_cache_dup_mm(coh, &l->mm), 0);
	LAYER_ASKED_NOTHING(l);
}

static void switch_mm_empties_virtual_tags(void **state)
{
	uint32_t epoch;

	(void)state;
	start(layer_with_icache(layer_vivt(), COH_INDEXED_VIVT), SHARED);
	epoch = coh->epoch;
	assert_int_equal(coh_switch_mm(coh, &l->mm, &l->mm), 0);
	assert_int_equal(coh_switch_mm(coh, NULL, NULL), 0);
	LAYER_ASKED_NOTHING(l);
	assert_int_equal(coh->epoch, epoch);
	assert_int_equal(coh_switch_mm(coh, &l->mm, &l->other), 0);
	LAYER_ASKED(l, FLUSH_ALL, ICACHE_ALL);
	assert_int_equal(coh_switch_mm(coh, NULL, &l->mm), 0);
	assert_int_equal(coh_switch_mm(coh, &l->mm, NULL), 0);
	LAYER_ASKED(l, FLUSH_ALL, ICACHE_ALL, FLUSH_ALL, ICACHE_ALL);
	assert_int_equal(coh->epoch, epoch + 3);
	coh->epoch = UINT32_MAX; /* 0 is no epoch */
	coh_switch_mm(coh, &l->mm, &l->other);
	assert_int_equal(coh->epoch, 1);
	LAYER_ASKED(l, FLUSH_ALL, ICACHE_ALL);

	start(layer_vipt(), SHARED);
	coh_switch_mm(coh, &l->mm, &l->other);
	LAYER_ASKED_NOTHING(l);
	start(layer_pipt(), SHARED);
	coh_switch_mm(coh, &l->mm, &l->other);
	LAYER_ASKED_NOTHING(l);
	start(layer_with_icache(layer_vipt(), COH_INDEXED_VIVT), SHARED);
	coh_switch_mm(coh, &l->mm, &l->other);
	LAYER_ASKED(l, ICACHE_ALL);
	start(layer_with_icache(layer_pipt(), COH_INDEXED_VIVT), SHARED);
	coh_switch_mm(coh, &l->mm, &l->other);
	LAYER_ASKED(l, ICACHE_ALL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flush_cache_page_on_vivt),
		cmocka_unit_test(flush_cache_page_on_vipt),
		cmocka_unit_test(flush_cache_page_and_a_virtual_icache),
		cmocka_unit_test(flush_cache_range_on_vivt),
		cmocka_unit_test(flush_cache_range_on_vipt),
		cmocka_unit_test(flush_cache_range_and_a_virtual_icache),
		cmocka_unit_test(flush_cache_mm_empties_what_the_mm_can_have),
		cmocka_unit_test(flush_cache_dup_mm_is_of_virtual_tags),
		cmocka_unit_test(switch_mm_empties_virtual_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
