// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The table of policies, and what those ask for that differ from rmap: here none, flush-all,
 * gup-hook and rmap-locked; those that remember something of a page are in layer_hints_test.c,
 * layer_uncache_test.c and layer_lazy_test.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <coherer/coherer.h>
#include "check/policies/policies.h"
#include "src/internal.h"
#include "tests/src/layer_two_pages.h"

/* ------------------------------------------------------------------------
 * The table.
 */

static const struct {
	const char *name;
	const struct coh_policy *policy;
	enum coh_context context;
} policies[] = {
	{ "none", &coh_policy_none, COH_CONTEXT_NMI },
	{ "flush-all", &coh_policy_flush_all, COH_CONTEXT_NMI },
	{ "gup-hook", &coh_policy_gup_hook, COH_CONTEXT_NMI },
	{ "rmap-locked", &coh_policy_rmap_locked, COH_CONTEXT_PROCESS }, /* T11 */
	{ "rmap", &coh_policy_rmap, COH_CONTEXT_NMI },
	{ "hints", &coh_policy_hints, COH_CONTEXT_NMI },
	{ "uncache", &coh_policy_uncache, COH_CONTEXT_NMI },
	{ "lazy", &coh_policy_lazy, COH_CONTEXT_IRQ },
};

#define POLICIES (sizeof(policies) / sizeof(policies[0]))

static void policies_are_found_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < POLICIES; i++) {
		assert_ptr_equal(coh_policy_find(policies[i].name), policies[i].policy);
		assert_string_equal(coh_policy_name(policies[i].policy), policies[i].name);
		assert_int_equal(coh_policy_context(policies[i].policy), policies[i].context);
	}
	assert_null(coh_policy_find(NULL));
	assert_null(coh_policy_find(""));
	assert_null(coh_policy_find("rma"));
	assert_null(coh_policy_find("rmap-"));
	assert_null(coh_policy_find("RMAP"));
	assert_non_null(coh_policy_name(NULL));
	assert_int_equal(coh_policy_context(NULL), COH_CONTEXT_PROCESS);
}

static void policies_are_listed_once_each(void **state)
{
	(void)state;
	for (size_t i = 0; i < POLICIES; i++) {
		unsigned listed = 0;

		for (size_t j = 0; j < POLICIES; j++)
			listed += coh_policy_get(j) == policies[i].policy;
		assert_int_equal(listed, 1);
	}
	assert_null(coh_policy_get(POLICIES));
	assert_null(coh_policy_get(SIZE_MAX));
}

/* NULL is never a fallback, but for a policy's mechanism. */
static void tables_are_complete(void **state)
{
	const struct coh_mechanism *const mechanisms[] = {
		&coh_mechanism_vivt,	   &coh_mechanism_vipt,
		&coh_mechanism_meeting,	   coh_policy_flush_all.mechanism,
		coh_policy_none.mechanism,
	};

	(void)state;
	for (size_t i = 0; i < POLICIES; i++) {
		const struct coh_policy *p = policies[i].policy;

		assert_true(p->name && p->flush_page && p->flush_anon && p->get_user && p->begin &&
			    p->end && p->before_copy && p->after_copy && p->mapped);
	}
	for (size_t i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++) {
		const struct coh_mechanism *m = mechanisms[i];
		struct coh_walk_ walk = { .group_lo = 1, .group_hi = 0 };

		assert_true(m->name && m->dcache && m->icache && m->icache_all && m->outer &&
			    m->alias && m->groups && m->range && m->mm && m->dup_mm &&
			    m->switch_mm && m->vmap && m->vunmap);
		start_under(NULL, layer_vivt());
		m->groups(coh, &walk);
		assert_true(walk.group_lo <= walk.group_hi);
	}
	assert_string_equal(coh_policy_none.mechanism->name, "nothing");
	assert_ptr_equal(coh_policy_flush_all.mechanism, &coh_mechanism_all);
}

/* ------------------------------------------------------------------------
 * none and flush-all.
 */

/* Every entry point that could ask for an operation. */
static void call_everything(void)
{
	struct coh_page to = layer_anon_page(l, PFN + 1, 0);

	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	coh_flush_anon_page(coh, anon, &anon_page, A);
	coh_get_user_page(coh, vma, &page, U, COH_INTENT_READ_WRITE);
	coh_get_user_page(coh, anon, &anon_page, A, COH_INTENT_READ_WRITE);
	coh_flush_kernel_dcache_page(coh, &page);
	layer_kmap_kunmap(l, &page, COH_INTENT_WRITE);
	coh_copy_to_user_page(coh, vma, &page, U, K, LINEAR, 4);
	coh_copy_from_user_page(coh, vma, &page, U, LINEAR, K, 4);
	coh_copy_user_page(coh, &to, &page, U);
	coh_clear_user_page(coh, &to, U);
	coh_flush_cache_page(coh, vma, U, PFN);
	coh_flush_cache_range(coh, vma, U, PAGE_BYTES);
	coh_flush_cache_mm(coh, &l->mm);
	coh_flush_cache_dup_mm(coh, &l->mm);
	coh_update_mmu_cache(coh, vma, &page, U, COH_PROT_EXEC | COH_PROT_WRITE);
	coh_switch_mm(coh, &l->mm, &l->other);
	coh_flush_icache_range(coh, K, 4);
	coh_flush_icache_page(coh, vma, &page);
	coh_flush_cache_vmap(coh, K, PAGE_BYTES);
	coh_flush_cache_vunmap(coh, K, PAGE_BYTES);
	coh_flush_kernel_vmap_range(coh, K, PAGE_BYTES);
	coh_invalidate_kernel_vmap_range(coh, K, PAGE_BYTES);
	coh_dma_map(coh, K, PFN * PAGE_BYTES, PAGE_BYTES, COH_DMA_BIDIRECTIONAL);
	coh_dma_unmap(coh, K, PFN * PAGE_BYTES, PAGE_BYTES, COH_DMA_BIDIRECTIONAL);
}

static void none_never_asks_for_an_operation(void **state)
{
	struct coh_config config[] = { layer_vivt(), layer_vipt(), layer_pipt() };

	(void)state;
	for (int i = 0; i < 3; i++) {
		config[i].speculates = true;
		config[i].outer_line = 64;
		start_under(&coh_policy_none, layer_with_icache(config[i], COH_INDEXED_VIVT));
		call_everything();
		l->high_is_mapped = false;
		page.pfn = HIGH_PFN; /* and without K */
		coh_flush_icache_page(coh, vma, &page);
		LAYER_COUNTED(l, { COH_COUNT_WALK, 0 });
		LAYER_ASKED(l, DO_KMAP(PFN), DO_KUNMAP(PFN, K), COPY(K, LINEAR, 4),
			    COPY(LINEAR, K, 4), COPY(K + PAGE_BYTES, K, PAGE_BYTES),
			    ZERO(K + PAGE_BYTES));
	}
}

#define EVERYTHING FLUSH_ALL, ICACHE_ALL

/* The same calls: no range is named but to the outer level, which has no operation for all. */
static void flush_all_always_asks_for_all(void **state)
{
	struct coh_config config = layer_with_icache(layer_pipt(), COH_INDEXED_VIVT);
	const coh_pa_t pa = PFN * PAGE_BYTES;

	(void)state;
	config.speculates = true;
	config.outer_line = 64;
	start_under(&coh_policy_flush_all, config);
	call_everything();
	LAYER_COUNTED(l, { COH_COUNT_WALK, 0 });
	LAYER_ASKED(l, EVERYTHING, /* dcache_page */
		    EVERYTHING,	   /* get_user_page */
		    EVERYTHING, FLUSH_ALL /* kernel_dcache_page */,
		    /* kmap, copies, fills */
		    DO_KMAP(PFN), EVERYTHING, EVERYTHING, DO_KUNMAP(PFN, K), EVERYTHING,
		    COPY(K, LINEAR, 4), EVERYTHING, ICACHE_ALL, EVERYTHING, COPY(LINEAR, K, 4),
		    EVERYTHING, COPY(K + PAGE_BYTES, K, PAGE_BYTES), FLUSH_ALL,
		    ZERO(K + PAGE_BYTES), FLUSH_ALL,
		    /* cache_page, range, mm, dup_mm, update_mmu_cache, switch_mm */
		    EVERYTHING, EVERYTHING, EVERYTHING, EVERYTHING, EVERYTHING, EVERYTHING,
		    /* icache_range, icache_page */
		    EVERYTHING, EVERYTHING,
		    /* vmap, vunmap, and their ranges */
		    EVERYTHING, EVERYTHING, FLUSH_ALL, FLUSH_ALL,
		    /* dma */
		    FLUSH_ALL, OUTER(FLUSH, pa, PAGE_BYTES), OUTER(INVALIDATE, pa, PAGE_BYTES),
		    FLUSH_ALL);
}

/* ------------------------------------------------------------------------
 * gup-hook.
 */

static void gup_hook_leaves_anonymous_aliases_to_the_hook(void **state)
{
	(void)state;
	start_under(&coh_policy_gup_hook, layer_vivt());
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K));
	assert_int_equal(coh_flush_dcache_page(coh, &anon_page), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
	coh_flush_anon_page(coh, anon, &anon_page, A + 5);
	LAYER_ASKED(l, FLUSH_PAGE(A), FLUSH_PAGE(K));
	coh_get_user_page(coh, anon, &anon_page, A + 5, COH_INTENT_READ);
	LAYER_ASKED(l, FLUSH_PAGE(A), FLUSH_PAGE(K), FLUSH_PAGE(K), FLUSH_PAGE(K));
	coh_get_user_page(coh, vma, &page, U + 5, COH_INTENT_READ);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K));
	l->current = &l->other; /* get_user_pages of another mm */
	coh_flush_anon_page(coh, anon, &anon_page, A);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_MM, 1 });
	LAYER_ASKED(l, FLUSH_PAGE(K));

	start_under(&coh_policy_gup_hook, layer_vipt());
	coh_flush_anon_page(coh, anon, &anon_page, A);
	LAYER_ASKED(l, BY_WINDOW(PFN, 3), FLUSH_PAGE(K));
	start_under(&coh_policy_gup_hook, layer_pipt());
	coh_flush_anon_page(coh, anon, &anon_page, A);
	LAYER_ASKED_NOTHING(l);
}

static void gup_hook_defers(void **state)
{
	(void)state;
	start_under(&coh_policy_gup_hook, layer_vivt());
	page = layer_file_page(l, PFN, INDEX + 4);
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	LAYER_COUNTED(l, { COH_COUNT_DEFERRED, 1 }, { COH_COUNT_WALK, 1 });
	LAYER_ASKED_NOTHING(l);
}

/* T13: kmap and kunmap see to K only. */
static void gup_hook_kmaps_for_the_kernel_only(void **state)
{
	struct coh_page high;

	(void)state;
	start_under(&coh_policy_gup_hook, layer_vivt());
	layer_kmap_kunmap(l, &page, COH_INTENT_READ);
	LAYER_ASKED(l, DO_KMAP(PFN), FLUSH_PAGE(K), DO_KUNMAP(PFN, K));
	layer_kmap_kunmap(l, &page, COH_INTENT_WRITE);
	LAYER_ASKED(l, DO_KMAP(PFN), FLUSH_PAGE(K), FLUSH_PAGE(K), DO_KUNMAP(PFN, K));
	high = layer_file_page(l, HIGH_PFN, INDEX);
	layer_kmap_kunmap(l, &high, COH_INTENT_READ);
	LAYER_ASKED(l, DO_KMAP(HIGH_PFN), FLUSH_PAGE(KMAP), FLUSH_PAGE(KMAP),
		    DO_KUNMAP(HIGH_PFN, KMAP));
	/* What was stored is owed to users who come later. */
	layer_unmap(l, vma);
	page.mark = 0xff;
	layer_kmap_kunmap(l, &page, COH_INTENT_WRITE);
	vma = layer_map_file(l, &l->mm, U, 4, INDEX, SHARED);
	layer_reset(l);
	coh_update_mmu_cache(coh, vma, &page, U, COH_PROT_READ);
	LAYER_ASKED(l, FLUSH_PAGE(K));
}

/* The kernel copies for a user: that reaches all aliases under each policy. */
static void copies_flush_all_aliases(void **state)
{
	static const struct {
		const struct coh_policy *policy;
		unsigned locked; /* the layer's lock is taken before a look at the state */
	} some[] = {
		{ &coh_policy_gup_hook, 0 },
		{ &coh_policy_rmap, 0 },
		{ &coh_policy_uncache, 0 },
		{ &coh_policy_lazy, 1 },
	};
	struct coh_page to;

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		start_under(some[i].policy, layer_vipt());
		to = layer_file_page(l, PFN + 4, INDEX + 1);
		/* Known to be stored to: lazy goes by that. */
		coh_update_mmu_cache(coh, anon, &anon_page, A, COH_PROT_WRITE);
		layer_map_anon(l, &l->other, U, 1, INDEX, 0);
		layer_reset(l);
#define BOTH_ALIASES FLUSH_PAGE(K), BY_WINDOW(PFN, 2), BY_WINDOW(PFN, 3), FLUSH_PAGE(K)
		assert_int_equal(coh_copy_to_user_page(coh, anon, &anon_page, A, K, LINEAR, 4), 0);
		if (some[i].locked)
			LAYER_ASKED(l, BOTH_ALIASES, COPY(K, LINEAR, 4), LOCKED(l), BOTH_ALIASES);
		else
			LAYER_ASKED(l, BOTH_ALIASES, COPY(K, LINEAR, 4), BOTH_ALIASES);
		assert_int_equal(coh_copy_from_user_page(coh, anon, &anon_page, A, LINEAR, K, 4),
				 0);
		LAYER_ASKED(l, BOTH_ALIASES, COPY(LINEAR, K, 4));
		assert_int_equal(coh_copy_user_page(coh, &to, &anon_page, U), 0);
		LAYER_ASKED(l, BOTH_ALIASES, COPY(K + 4 * PAGE_BYTES, K, PAGE_BYTES),
			    FLUSH_PAGE(K + 4 * PAGE_BYTES));
	}
	/* But kmap does not, under gup-hook (T13). */
	start_under(&coh_policy_gup_hook, layer_vipt());
	layer_kmap_kunmap(l, &anon_page, COH_INTENT_WRITE);
	LAYER_ASKED(l, DO_KMAP(PFN), FLUSH_PAGE(K), FLUSH_PAGE(K), DO_KUNMAP(PFN, K));
}

/* Under each policy that flushes by page, K is flushed before and after the users. */
static void k_is_flushed_before_and_after_users(void **state)
{
	struct coh_config config = layer_vipt();

	(void)state;
	config.speculates = true;
	for (size_t i = 0; i < POLICIES; i++) {
		const struct coh_policy *policy = policies[i].policy;

		if (policy->mechanism)
			continue;
		start_under(policy, config);
		coh_update_mmu_cache(coh, vma, &page, U, COH_PROT_READ); /* so it has a hint */
		layer_reset(l);
		assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
		assert_int_equal(l->coh.counters[COH_COUNT_ALIAS] - l->counters[COH_COUNT_ALIAS],
				 1);
		if (policy == &coh_policy_rmap_locked)
			LAYER_ASKED(l, FLUSH_PAGE(K), LOCK(&l->file.map.lock), BY_WINDOW(PFN, 2),
				    UNLOCK(&l->file.map.lock), FLUSH_PAGE(K));
		else if (policy == &coh_policy_lazy)
			LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K));
		else
			LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K));
	}
	/* gup-hook does not find anonymous ones. */
	start_under(&coh_policy_gup_hook, config);
	assert_int_equal(coh_flush_dcache_page(coh, &anon_page), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
}

/* Under each policy that flushes by page, stores to code that was executed drop it. */
static void stores_to_code_drop_it(void **state)
{
	static const struct coh_policy *const some[] = { &coh_policy_gup_hook,
							 &coh_policy_rmap_locked, &coh_policy_hints,
							 &coh_policy_uncache };
	struct coh_config config = layer_with_icache(layer_pipt(), COH_INDEXED_PIPT);

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		start_under(some[i], config);
		coh_flush_icache_page(coh, vma, &page);
		layer_reset(l);
		assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
		LAYER_ASKED(l, CLEAN_PAGE(K), ICACHE_PAGE(K));
		assert_int_equal(coh_kunmap(coh, &page, COH_INTENT_WRITE, K), 0);
		LAYER_ASKED(l, CLEAN_PAGE(K), ICACHE_PAGE(K), DO_KUNMAP(PFN, K));
	}
}

/* Was the page flushed at va since the reset? */
static bool flushed(uintptr_t va)
{
	for (unsigned i = 0; i < l->calls; i++)
		if (l->call[i].op == PORT_FLUSH && l->call[i].va == va)
			return true;
	return false;
}

/* Under each, what the kernel stored by a kmap is in memory for users who come later. */
static void stores_are_owed_to_who_comes_later(void **state)
{
	(void)state;
	for (size_t i = 0; i < POLICIES; i++) {
		struct coh_page high;
		uintptr_t va;

		if (policies[i].policy->mechanism)
			continue; /* it keeps no mark */
		start_under(policies[i].policy, layer_vipt());
		high = layer_file_page(l, HIGH_PFN, INDEX);
		for (int temporary = 0; temporary < 2; temporary++) {
			struct coh_page *p = temporary ? &high : &page;

			/* Users have it mapped, and K is in memory. */
			p->mark = COH_MARK_USED_ | COH_MARK_DATA_ | COH_MARK_CODE_;
			assert_int_equal(coh_kmap(coh, p, COH_INTENT_WRITE, &va), 0);
			layer_reset(l);
			coh_kunmap(coh, p, COH_INTENT_WRITE, va);
			l->high_is_mapped = temporary;
			coh_update_mmu_cache(coh, vma, p, U, COH_PROT_READ);
			assert_true(flushed(va));
		}
	}
}

/* ------------------------------------------------------------------------
 * rmap-locked.
 */

#define MAP_LOCK(object) (&(object)->map.lock)

/* Every VMA of every mm, under the map's lock. */
static void rmap_locked_visits_all_under_the_lock(void **state)
{
	(void)state;
	start_under(&coh_policy_rmap_locked, layer_vivt());
	layer_map_file(l, &l->other, U, 4, INDEX, SHARED);
	layer_map_file(l, &l->mm, 0x900000, 4, INDEX, 0); /* private */
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	LAYER_COUNTED(l, { COH_COUNT_ALIAS, 1 }, { COH_COUNT_SKIPPED_MM, 1 },
		      { COH_COUNT_WALK, 2 });
	LAYER_ASKED(l, FLUSH_PAGE(K), LOCK(MAP_LOCK(&l->file)), FLUSH_PAGE(U),
		    UNLOCK(MAP_LOCK(&l->file)), FLUSH_PAGE(K));
	assert_int_equal(coh_flush_dcache_page(coh, &anon_page), 0);
	LAYER_ASKED_ALL(l, RANGE_(KERNEL_ADDRESS, PFN, 0), FLUSH_PAGE(K),
			LOCK(MAP_LOCK(&l->family)), ENTER, RANGE_(CURRENT_MM, 0, 0),
			RANGE_(CURRENT_MM, 0, 0), RANGE_(CURRENT_MM, 0, 0), FLUSH_PAGE(A), EXIT,
			UNLOCK(MAP_LOCK(&l->family)), FLUSH_PAGE(K));

	l->current = &l->other; /* who lies behind in the map's order */
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	LAYER_COUNTED(l, { COH_COUNT_ALIAS, 1 }, { COH_COUNT_SKIPPED_MM, 1 },
		      { COH_COUNT_WALK, 1 });
	layer_reset(l);

	start_under(&coh_policy_rmap_locked, layer_vipt());
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), LOCK(MAP_LOCK(&l->file)), BY_WINDOW(PFN, 2),
		    UNLOCK(MAP_LOCK(&l->file)), FLUSH_PAGE(K));
	coh_page_clear(&page);
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
	start_under(&coh_policy_rmap_locked, layer_pipt());
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
	LAYER_ASKED_NOTHING(l);
}

static void rmap_locked_defers_and_kmaps(void **state)
{
#define LOCKED_FLUSH LOCK(MAP_LOCK(&l->file)), FLUSH_PAGE(U), UNLOCK(MAP_LOCK(&l->file))
	struct coh_page high;

	(void)state;
	start_under(&coh_policy_rmap_locked, layer_vivt());
	layer_kmap_kunmap(l, &page, COH_INTENT_READ);
	LAYER_ASKED(l, DO_KMAP(PFN), FLUSH_PAGE(K), LOCKED_FLUSH, FLUSH_PAGE(K), DO_KUNMAP(PFN, K));
	layer_kmap_kunmap(l, &page, COH_INTENT_WRITE);
	LAYER_ASKED(l, DO_KMAP(PFN), FLUSH_PAGE(K), LOCKED_FLUSH, FLUSH_PAGE(K), FLUSH_PAGE(K),
		    LOCKED_FLUSH, FLUSH_PAGE(K), DO_KUNMAP(PFN, K));
	high = layer_file_page(l, HIGH_PFN, INDEX + 4);
	assert_int_equal(coh_flush_dcache_page(coh, &high), 0);
	LAYER_COUNTED(l, { COH_COUNT_DEFERRED, 1 }, { COH_COUNT_WALK, 1 });
	layer_kmap_kunmap(l, &high, COH_INTENT_READ);
	LAYER_ASKED(l, DO_KMAP(HIGH_PFN), FLUSH_PAGE(KMAP), DO_KUNMAP(HIGH_PFN, KMAP));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies_are_found_by_name),
		cmocka_unit_test(policies_are_listed_once_each),
		cmocka_unit_test(tables_are_complete),
		cmocka_unit_test(none_never_asks_for_an_operation),
		cmocka_unit_test(flush_all_always_asks_for_all),
		cmocka_unit_test(gup_hook_leaves_anonymous_aliases_to_the_hook),
		cmocka_unit_test(gup_hook_defers),
		cmocka_unit_test(gup_hook_kmaps_for_the_kernel_only),
		cmocka_unit_test(copies_flush_all_aliases),
		cmocka_unit_test(k_is_flushed_before_and_after_users),
		cmocka_unit_test(stores_to_code_drop_it),
		cmocka_unit_test(stores_are_owed_to_who_comes_later),
		cmocka_unit_test(rmap_locked_visits_all_under_the_lock),
		cmocka_unit_test(rmap_locked_defers_and_kmaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
