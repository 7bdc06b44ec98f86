// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The policy hints: the page remembers the colours at which users have mapped it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <coherer/coherer.h>
#include "tests/src/layer_port.h"

#define SHARED (COH_VMA_SHARED | COH_VMA_WRITE)
#define U      ((uintptr_t)0x302000) /* of colour 2 */

static struct layer *l;
static struct coh *coh;
static struct coh_vma *vma;
static struct coh_page page;

static void start(struct coh_config config)
{
	config.policy = &coh_policy_hints;
	l = layer_start(config);
	coh = &l->coh;
	vma = layer_map_file(l, &l->mm, U, 4, INDEX, SHARED | COH_VMA_EXEC);
	page = layer_file_page(l, PFN, INDEX);
}

static void map_at(uintptr_t va, uint32_t flags)
{
	struct coh_vma *v = layer_map_file(l, &l->mm, va, 1, INDEX, flags);

	assert_int_equal(coh_update_mmu_cache(coh, v, &page, va, COH_PROT_READ), 0);
}

/* T9: the colours at which it was mapped, by no walk, and whoever unmapped it since. */
static void hints_flush_the_colours_that_were_seen(void **state)
{
	(void)state;
	start(layer_vipt());
	coh_update_mmu_cache(coh, vma, &page, U, COH_PROT_READ);
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), LOCKED(l));
	map_at(0x600000, SHARED); /* 0 */
	map_at(0x701000, SHARED); /* 1, as K */
	map_at(0x806000, 0);	  /* 2 again, and private */
	LAYER_ASKED(l, LOCKED(l), BY_WINDOW(PFN, 0), LOCKED(l), FLUSH_PAGE(K), LOCKED(l),
		    BY_WINDOW(PFN, 2));
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	LAYER_COUNTED(l, { COH_COUNT_ALIAS, 2 }, { COH_COUNT_SKIPPED_CONGRUENT, 1 },
		      { COH_COUNT_WALK, 1 });
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 0), BY_WINDOW(PFN, 2), FLUSH_PAGE(K));

	/* Without K no colour is K's; one that never was mapped has none. */
	page = layer_file_page(l, HIGH_PFN, INDEX);
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	LAYER_ASKED_NOTHING(l);
	coh_update_mmu_cache(coh, vma, &page, U, COH_PROT_READ);
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	LAYER_ASKED(l, LOCKED(l), LOCKED(l), BY_WINDOW(HIGH_PFN, 2));
}

/* Where the tag is the address a colour names none: kept to show that (T8). */
static void hints_are_wrong_on_vivt(void **state)
{
	struct coh_config config = layer_vivt();

	(void)state;
	config.dcache.size = 0x8000; /* two colours */
	start(config);
	map_at(0x601000, SHARED);
	layer_reset(l);
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	LAYER_COUNTED(l, { COH_COUNT_ALIAS, 1 }, { COH_COUNT_WALK, 1 });
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(0x1000), FLUSH_PAGE(K));
}

static void hints_of_many_colours_remember_one(void **state)
{
	struct coh_config config = layer_vipt();

	(void)state;
	config.dcache.span = 1u << 22; /* 1024 */
	start(config);
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0); /* none yet */
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
	map_at(0x400000, SHARED); /* the first */
	layer_reset(l);
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 0), FLUSH_PAGE(K));
	start(config);
	map_at(0x605000, SHARED);
	map_at(0xa05000, SHARED); /* of the same colour */
	layer_reset(l);
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 0x205), FLUSH_PAGE(K));
	map_at(0xb05000, SHARED);
	layer_reset(l);
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_ALL, FLUSH_PAGE(K));

	/* Those that have no number left are several from the start. */
	config.dcache.span = 1u << 28;
	for (uintptr_t va = 0xfffe000; va <= 0xffff000; va += PAGE_BYTES) {
		start(config);
		map_at(va, SHARED);
		layer_reset(l);
		assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
		LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_ALL, FLUSH_PAGE(K));
	}
}

static void hints_need_nothing_where_aliases_meet(void **state)
{
	(void)state;
	start(layer_pipt());
	map_at(0x600000, SHARED);
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	LAYER_COUNTED(l, { COH_COUNT_COMPLETED, 1 }, { COH_COUNT_WALK, 0 });
	LAYER_ASKED(l, LOCKED(l));
}

static void hints_defer_and_kmap(void **state)
{
	struct coh_page high;

	(void)state;
	start(layer_vipt());
	coh_update_mmu_cache(coh, vma, &page, U, COH_PROT_READ);
	layer_reset(l);
	layer_kmap_kunmap(l, &page, COH_INTENT_READ);
	LAYER_ASKED(l, DO_KMAP(PFN), FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K),
		    DO_KUNMAP(PFN, K));
	layer_kmap_kunmap(l, &page, COH_INTENT_WRITE);
	LAYER_ASKED(l, DO_KMAP(PFN), FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K), FLUSH_PAGE(K),
		    BY_WINDOW(PFN, 2), FLUSH_PAGE(K), DO_KUNMAP(PFN, K));
	high = layer_file_page(l, HIGH_PFN, INDEX + 4);
	assert_int_equal(coh_flush_dcache_page(coh, &high), 0);
	LAYER_COUNTED(l, { COH_COUNT_DEFERRED, 1 }, { COH_COUNT_WALK, 1 });
	layer_kmap_kunmap(l, &high, COH_INTENT_READ);
	LAYER_ASKED(l, DO_KMAP(HIGH_PFN), FLUSH_PAGE(KMAP), DO_KUNMAP(HIGH_PFN, KMAP));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hints_flush_the_colours_that_were_seen),
		cmocka_unit_test(hints_are_wrong_on_vivt),
		cmocka_unit_test(hints_of_many_colours_remember_one),
		cmocka_unit_test(hints_need_nothing_where_aliases_meet),
		cmocka_unit_test(hints_defer_and_kmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
