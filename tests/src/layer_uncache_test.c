// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The policy uncache: users of a page that the kernel takes lose its lines for good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <coherer/coherer.h>
#include "check/policies/policies.h"
#include "src/internal.h"
#include "tests/src/layer_two_pages.h"

static void start(struct coh_config config)
{
	start_under(&coh_policy_uncache, config);
}

#define U_UNCACHED UNCACHE(U, &l->mm, PFN), FLUSH_PAGE(U)

/* When the kernel takes the page from a user; after that users have no line for K to be behind. */
static void uncache_takes_the_page_from_all_users(void **state)
{
	(void)state;
	start(layer_vivt());
	layer_map_file(l, &l->mm, 0x900000, 4, INDEX, SHARED); /* nothing present */
	layer_map_file(l, &l->mm, 0xa00000, 4, INDEX, 0);      /* private */
	layer_map_file(l, &l->other, 0xb00000, 4, INDEX, SHARED);
	layer_present(l, &l->other, 0xb00000, PFN);
	assert_int_equal(coh_get_user_page(coh, vma, &page, U, COH_INTENT_READ), 0);
	LAYER_COUNTED(l, { COH_COUNT_UNCACHED, 2 }, { COH_COUNT_SKIPPED_MM, 1 },
		      { COH_COUNT_ALIAS, 3 }, { COH_COUNT_WALK, 2 });
	LAYER_ASKED(l, U_UNCACHED, UNCACHE(0x900000, &l->mm, PFN),
		    UNCACHE(0xb00000, &l->other, PFN), FLUSH_PAGE(K), FLUSH_PAGE(U),
		    FLUSH_PAGE(0x900000), FLUSH_PAGE(K));
	for (int i = 0; i < 2; i++) {
		if (i)
			coh_get_user_page(coh, vma, &page, U, COH_INTENT_READ_WRITE);
		else
			assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
		LAYER_COUNTED(l, { COH_COUNT_SKIPPED_UNCACHED, 1 });
		LAYER_ASKED(l, FLUSH_PAGE(K));
	}
}

/* New translations of it are uncached from the start, where there is one. */
static void uncache_keeps_the_page_uncached(void **state)
{
	struct coh_vma *late;

	(void)state;
	start(layer_vivt());
	late = layer_map_file(l, &l->mm, 0x900000, 1, INDEX, COH_VMA_SHARED);
	coh_update_mmu_cache(coh, late, &page, 0x900000, COH_PROT_READ);
	layer_reset(l);
	coh_get_user_page(coh, vma, &page, U, COH_INTENT_READ);
	layer_reset(l);
	coh_update_mmu_cache(coh, late, &page, 0x900000, COH_PROT_READ);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 }, { COH_COUNT_WALK, 2 },
		      { COH_COUNT_UNCACHED, 2 }, { COH_COUNT_ALIAS, 2 });
	LAYER_ASKED(l, U_UNCACHED, U_UNCACHED, UNCACHE(0x900000, &l->mm, PFN),
		    UNCACHE(0x900000, &l->mm, PFN));
	layer_present(l, &l->mm, 0x900000, PFN);
	layer_reset(l);
	coh_update_mmu_cache(coh, vma, &page, U, COH_PROT_READ);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 }, { COH_COUNT_WALK, 2 },
		      { COH_COUNT_UNCACHED, 4 }, { COH_COUNT_ALIAS, 4 });
	assert_true(l->translation[2].uncached);
}

static void uncache_takes_anonymous_pages_too(void **state)
{
	(void)state;
	start(layer_vipt());
	assert_int_equal(coh_get_user_page(coh, anon, &anon_page, A, COH_INTENT_WRITE), 0);
	LAYER_ASKED(l, UNCACHE(A, &l->mm, PFN), BY_WINDOW(PFN, 3), FLUSH_PAGE(K), BY_WINDOW(PFN, 3),
		    FLUSH_PAGE(K));
	start(layer_pipt());
	assert_int_equal(coh_get_user_page(coh, anon, &anon_page, A, COH_INTENT_WRITE), 0);
	LAYER_ASKED_NOTHING(l);
}

/* K's code, where users' lines need nothing. */
static void uncache_drops_code(void **state)
{
	(void)state;
	start(layer_with_icache(layer_vipt(), COH_INDEXED_PIPT));
	coh_flush_icache_page(coh, vma, &page);
	coh_get_user_page(coh, vma, &page, U, COH_INTENT_READ);
	layer_reset(l);
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), ICACHE_PAGE(K));
	/* And they are owed to who maps it next. */
	page.mark = COH_MARK_DATA_ | COH_MARK_CODE_ | COH_MARK_USED_;
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	layer_reset(l);
	coh_update_mmu_cache(coh, vma, &page, U, COH_PROT_READ);
	LAYER_ASKED(l, FLUSH_PAGE(K), LOCKED(l), UNCACHE(U, &l->mm, PFN), BY_WINDOW(PFN, 2));
}

/* Mapped when the walk had been there, and uncached all the same: the page says so first. */
static void map_late(struct layer *world, const struct port_call *call)
{
	if (call->op != PORT_UNCACHE || call->va != U || world->translations > 2)
		return;
	layer_present(world, &world->other, 0x900000, PFN);
	world->current = &world->other;
	assert_int_equal(
		coh_update_mmu_cache(&world->coh, &world->vma[2], &page, 0x900000, COH_PROT_READ),
		0);
	world->current = &world->mm;
}

static void uncache_meets_who_comes_meanwhile(void **state)
{
	(void)state;
	start(layer_vivt());
	layer_map_file(l, &l->other, 0x900000, 1, INDEX, COH_VMA_SHARED);
	page.mark = COH_MARK_DATA_;
	l->interrupt = map_late;
	assert_int_equal(coh_get_user_page(coh, vma, &page, U, COH_INTENT_READ), 0);
	assert_true(l->translation[2].uncached);
	LAYER_ASKED(l, UNCACHE(U, &l->mm, PFN), UNCACHE(0x900000, &l->other, PFN),
		    FLUSH_PAGE(0x900000), FLUSH_PAGE(U), UNCACHE(0x900000, &l->other, PFN),
		    FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K));
}

/* From an interrupt no translation can be changed: as rmap, until somebody took the page. */
static void uncache_flushes_as_rmap_before(void **state)
{
	(void)state;
	start(layer_vivt());
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uncache_takes_the_page_from_all_users),
		cmocka_unit_test(uncache_keeps_the_page_uncached),
		cmocka_unit_test(uncache_takes_anonymous_pages_too),
		cmocka_unit_test(uncache_drops_code),
		cmocka_unit_test(uncache_meets_who_comes_meanwhile),
		cmocka_unit_test(uncache_flushes_as_rmap_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
