// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * What an embedder may state of its machine and its kernel (struct coh_config: alone,
 * fetches_in_order, users_announce_code, whole_from): what is asked of the port with each, beside
 * what is asked without.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <coherer/coherer.h>
#include "check/policies/policies.h"
#include "src/internal.h"
#include "tests/src/layer_port.h"

#define SHARED (COH_VMA_SHARED | COH_VMA_WRITE)
#define TEXT   (SHARED | COH_VMA_EXEC)
#define U      ((uintptr_t)0x302000) /* of colour 2 */
#define A      ((uintptr_t)0x503000) /* of colour 3 */
#define SAME   ((uintptr_t)0x705000) /* of K's colour */
#define BUFFER (LINEAR + (uintptr_t)0x800123)

static struct layer *l;
static struct coh *coh;
static struct coh_vma *vma;
static struct coh_page page;

/* A file's page at va. */
static void start_at(struct coh_config config, uintptr_t va, uint32_t flags)
{
	l = layer_start(config);
	coh = &l->coh;
	page = layer_file_page(l, PFN, INDEX);
	vma = layer_map_file(l, &l->mm, va, 4, INDEX, flags);
}

static void start(struct coh_config config, uint32_t flags)
{
	start_at(config, U, flags);
}

/* An anonymous one at A. */
static void start_anon(struct coh_config config, uint32_t flags)
{
	l = layer_start(config);
	coh = &l->coh;
	page = layer_anon_page(l, PFN, INDEX);
	vma = layer_map_anon(l, &l->mm, A, 4, INDEX, flags);
}

static void flush(void)
{
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
}

static void mapped(uintptr_t va, uint32_t prot)
{
	assert_int_equal(coh_update_mmu_cache(coh, vma, &page, va, prot), 0);
}

/* ------------------------------------------------------------------------
 * alone.
 */

static struct coh_config alone(struct coh_config config)
{
	config.alone = true;
	return config;
}

static void alone_flushes_k_once(void **state)
{
	uintptr_t va;

	(void)state;
	start(alone(layer_vivt()), SHARED);
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(U));
	assert_int_equal(coh_kmap(coh, &page, COH_INTENT_WRITE, &va), 0);
	assert_int_equal(coh_kunmap(coh, &page, COH_INTENT_WRITE, va), 0);
	LAYER_ASKED(l, DO_KMAP(PFN), FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K), FLUSH_PAGE(U),
		    DO_KUNMAP(PFN, K));
	assert_int_equal(coh_copy_from_user_page(coh, vma, &page, U, BUFFER, K, 4), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(U), COPY(BUFFER, K, 4));
	l->current = &l->other;
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K));

	start(alone(layer_vipt()), SHARED);
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2));
	start_at(alone(layer_vipt()), SAME, SHARED);
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K));
	start(alone(layer_pipt()), SHARED);
	flush();
	LAYER_ASKED_NOTHING(l);
}

/* Nobody else runs between the two: all of it is within one walk_enter and walk_exit. */
static void alone_stays_so_from_k_to_the_last_user(void **state)
{
	(void)state;
	start(alone(layer_vivt()), SHARED);
	flush();
	LAYER_ASKED_ALL(l, ENTER, EXIT, RANGE_(KERNEL_ADDRESS, PFN, 0), ENTER, FLUSH_PAGE(K), ENTER,
			RANGE_(CURRENT_MM, 0, 0), RANGE_(CURRENT_MM, 0, 0),
			RANGE_(CURRENT_MM, 0, 0), FLUSH_PAGE(U), EXIT, EXIT);
	/* What hardware brings in unasked it does meanwhile as well. */
	for (int i = 0; i < 2; i++) {
		struct coh_config config = i ? alone(layer_vivt()) : layer_vivt();

		config.speculates = i;
		start(config, SHARED);
		flush();
		LAYER_ASKED_ALL(l, ENTER, EXIT, RANGE_(KERNEL_ADDRESS, PFN, 0), FLUSH_PAGE(K),
				ENTER, RANGE_(CURRENT_MM, 0, 0), RANGE_(CURRENT_MM, 0, 0),
				RANGE_(CURRENT_MM, 0, 0), FLUSH_PAGE(U), EXIT, FLUSH_PAGE(K));
	}
}

/* rmap-locked may wait; under gup-hook an interrupt leaves anonymous users' lines where they are. */
static void alone_under_each_policy(void **state)
{
	const struct coh_policy *policy;
	struct coh_config config = alone(layer_vipt());

	(void)state;
	for (size_t i = 0; (policy = coh_policy_get(i)); i++) {
		if (policy->mechanism)
			continue;
		config.policy = policy;
		start(config, SHARED);
		mapped(U, COH_PROT_READ); /* so it has a hint */
		layer_reset(l);
		flush();
		assert_int_equal(policy->k_twice, policy == &coh_policy_rmap_locked ||
							  policy == &coh_policy_gup_hook);
		if (policy == &coh_policy_rmap_locked)
			LAYER_ASKED(l, FLUSH_PAGE(K), LOCK(&l->file.map.lock), BY_WINDOW(PFN, 2),
				    UNLOCK(&l->file.map.lock), FLUSH_PAGE(K));
		else if (policy == &coh_policy_gup_hook)
			LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K));
		else if (policy == &coh_policy_lazy)
			LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), BY_WINDOW(PFN, 2));
		else
			LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2));
	}
	config.policy = &coh_policy_uncache;
	start(config, SHARED);
	layer_present(l, &l->mm, U, PFN);
	assert_int_equal(coh_get_user_page(coh, vma, &page, U, COH_INTENT_READ), 0);
	LAYER_ASKED(l, UNCACHE(U, &l->mm, PFN), BY_WINDOW(PFN, 2), FLUSH_PAGE(K),
		    BY_WINDOW(PFN, 2));
}

/* Code goes behind the walk, and the whole cache if there is none: what was opened is closed. */
static void alone_with_code_and_with_damage(void **state)
{
	(void)state;
	start(alone(layer_with_icache(layer_vipt(), COH_INDEXED_PIPT)), TEXT);
	mapped(U, COH_PROT_EXEC);
	layer_reset(l);
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2), ICACHE_PAGE(K));
	l->file.map.side ^= 1;
	assert_int_equal(coh_flush_dcache_page(coh, &page), COH_E_CORRUPT);
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 0), BY_WINDOW(PFN, 1), BY_WINDOW(PFN, 2),
		    BY_WINDOW(PFN, 3), REPORT(COH_E_CORRUPT, (uintptr_t)&l->file.map),
		    ICACHE_PAGE(K));
	l->file.map.side ^= 1;
}

/* ------------------------------------------------------------------------
 * fetches_in_order.
 */

static void start_fetching(struct coh_config config, enum coh_indexing indexing, bool in_order)
{
	config = layer_with_icache(config, indexing);
	config.fetches_in_order = in_order;
	start(config, TEXT);
	layer_reset(l);
}

/* Nothing was fetched at an address that was not mapped; K goes to memory all the same. */
static void fetches_in_order_leave_nothing_where_a_page_comes(void **state)
{
	(void)state;
	start_fetching(layer_vivt(), COH_INDEXED_VIVT, false);
	mapped(U, COH_PROT_EXEC);
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), ICACHE_PAGE(U));
	mapped(U, COH_PROT_EXEC); /* perhaps of the page before */
	LAYER_ASKED(l, ICACHE_PAGE(U));
	start_fetching(layer_vivt(), COH_INDEXED_VIVT, true);
	mapped(U, COH_PROT_EXEC);
	LAYER_COUNTED(l, { COH_COUNT_COMPLETED, 1 }, { COH_COUNT_WALK, 1 });
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K));
	mapped(U, COH_PROT_EXEC);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 }, { COH_COUNT_WALK, 1 });
	LAYER_ASKED_NOTHING(l);

	start_fetching(layer_pipt(), COH_INDEXED_VIVT, false);
	mapped(U, COH_PROT_EXEC);
	LAYER_ASKED(l, LOCKED(l), CLEAN_PAGE(K), ICACHE_PAGE(U), LOCKED(l));
	start_fetching(layer_pipt(), COH_INDEXED_VIVT, true);
	mapped(U, COH_PROT_EXEC);
	LAYER_ASKED(l, LOCKED(l), CLEAN_PAGE(K), LOCKED(l));
	start_fetching(layer_vipt(), COH_INDEXED_VIVT, true);
	mapped(U, COH_PROT_READ | COH_PROT_EXEC);
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), LOCKED(l));
}

/* Where code is known by its page what another mapping fetched is there as well. */
static void fetches_in_order_are_of_addresses(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		start_fetching(layer_pipt(), COH_INDEXED_PIPT, i);
		mapped(U, COH_PROT_EXEC);
		LAYER_ASKED(l, LOCKED(l), CLEAN_PAGE(K), ICACHE_PAGE(K), LOCKED(l));
	}
}

/* What they rest on: when a translation goes its code does, on every kind of data cache. */
static void fetches_in_order_go_with_their_translation(void **state)
{
	(void)state;
	start_fetching(layer_vivt(), COH_INDEXED_VIVT, true);
	coh_flush_cache_page(coh, vma, U, PFN);
	LAYER_ASKED(l, FLUSH_PAGE(U), ICACHE_PAGE(U));
	coh_flush_cache_range(coh, vma, U, PAGE_BYTES);
	LAYER_ASKED(l, FLUSH_PAGE(U), ICACHE_PAGE(U));
	start_fetching(layer_pipt(), COH_INDEXED_VIVT, true);
	coh_flush_cache_page(coh, vma, U, PFN);
	LAYER_ASKED(l, ICACHE_PAGE(U));
	coh_flush_cache_range(coh, vma, U, PAGE_BYTES);
	LAYER_ASKED(l, ICACHE_ALL);
	coh_flush_cache_mm(coh, &l->mm);
	LAYER_ASKED(l, ICACHE_ALL);
	coh_switch_mm(coh, &l->mm, &l->other);
	LAYER_ASKED(l, ICACHE_ALL);
	start_fetching(layer_vipt(), COH_INDEXED_VIVT, true);
	coh_flush_cache_page(coh, vma, U, PFN);
	LAYER_ASKED(l, BY_WINDOW(PFN, 2), ICACHE_PAGE(U));
}

/* ------------------------------------------------------------------------
 * users_announce_code.
 */

static struct coh_config announcing(struct coh_config config, enum coh_indexing indexing)
{
	config = layer_with_icache(config, indexing);
	config.users_announce_code = true;
	return config;
}

/* The flush of a page that the kernel used leaves its code alone, if it is anonymous. */
static void announced_code_is_left_alone(void **state)
{
	(void)state;
	start_anon(layer_with_icache(layer_vivt(), COH_INDEXED_VIVT), COH_VMA_WRITE | COH_VMA_EXEC);
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(A), ICACHE_PAGE(A), FLUSH_PAGE(K));
	start_anon(announcing(layer_vivt(), COH_INDEXED_VIVT), COH_VMA_WRITE | COH_VMA_EXEC);
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(A), FLUSH_PAGE(K));
	start(announcing(layer_vivt(), COH_INDEXED_VIVT), TEXT);
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(U), ICACHE_PAGE(U), FLUSH_PAGE(K));
}

/* Not for who asks for code, and not where a translation goes; nor is it in line by itself. */
static void announced_code_is_dropped_by_who_must(void **state)
{
	struct coh_config config = announcing(layer_vivt(), COH_INDEXED_VIVT);

	(void)state;
	start_anon(config, COH_VMA_WRITE | COH_VMA_EXEC);
	assert_int_equal(coh_copy_to_user_page(coh, vma, &page, A + 4, K + 4, BUFFER, 4), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(A), FLUSH_PAGE(K), COPY(K + 4, BUFFER, 4),
		    FLUSH_PAGE(K), FLUSH_PAGE(A), FLUSH_PAGE(K), LOCKED(l), ICACHE(A, 32));
	coh_flush_cache_page(coh, vma, A, PFN);
	LAYER_ASKED(l, FLUSH_PAGE(A), ICACHE_PAGE(A));
	coh_flush_icache_range(coh, A, 4); /* this is how they announce it */
	LAYER_ASKED(l, CLEAN(A, 32), ICACHE(A, 32));
	config.policy = &coh_policy_gup_hook;
	start_anon(config, COH_VMA_WRITE | COH_VMA_EXEC);
	coh_flush_anon_page(coh, vma, &page, A);
	LAYER_ASKED(l, FLUSH_PAGE(A), ICACHE_PAGE(A), FLUSH_PAGE(K));
	/* Where no address of a user reaches it, flush_dcache_page is how. */
	start_anon(announcing(layer_vipt(), COH_INDEXED_PIPT), COH_VMA_WRITE | COH_VMA_EXEC);
	mapped(A, COH_PROT_EXEC);
	layer_reset(l);
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 3), FLUSH_PAGE(K), ICACHE_PAGE(K));
}

/* ------------------------------------------------------------------------
 * whole_from.
 */

#define PAGES(n) ((n)*PAGE_BYTES)

/* Both caches, also those that are smaller. */
static void long_ranges_on_vivt(void **state)
{
	struct coh_config config = layer_with_icache(layer_vivt(), COH_INDEXED_VIVT);

	(void)state;
	config.whole_from = PAGES(2);
	start(config, TEXT);
	coh_flush_cache_range(coh, vma, U, PAGES(2));
	LAYER_ASKED(l, FLUSH(U, PAGES(2)), ICACHE(U, PAGES(2)));
	coh_flush_cache_range(coh, vma, U, PAGES(3));
	LAYER_ASKED(l, FLUSH_ALL, ICACHE_ALL);
	coh_flush_cache_vunmap(coh, WINDOW, PAGES(3));
	LAYER_ASKED(l, FLUSH_ALL);
	flush(); /* a page is no long range */
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(U), ICACHE_PAGE(U), FLUSH_PAGE(K));
	config.whole_from = PAGES(5); /* their size is 4 */
	start(config, TEXT);
	coh_flush_cache_vunmap(coh, WINDOW, PAGES(5));
	coh_flush_cache_vunmap(coh, WINDOW, PAGES(6));
	LAYER_ASKED(l, FLUSH(WINDOW, PAGES(5)), FLUSH_ALL);
}

static void long_ranges_on_vipt(void **state)
{
	struct coh_config config = layer_vipt();

	(void)state;
	config.whole_from = PAGES(1);
	start(config, SHARED);
	layer_present(l, &l->mm, U, PFN);
	coh_flush_cache_range(coh, vma, U, PAGES(1));
	LAYER_ASKED(l, BY_WINDOW(PFN, 2));
	coh_flush_cache_range(coh, vma, U, PAGES(2));
	LAYER_ASKED(l, FLUSH_ALL);
	coh_flush_cache_vunmap(coh, WINDOW, PAGES(1));
	coh_flush_cache_vunmap(coh, WINDOW, PAGES(2));
	LAYER_ASKED(l, FLUSH(WINDOW, PAGES(1)), FLUSH_ALL);
}

/* ------------------------------------------------------------------------
 * What the port knows of translations: user_may_map.
 */

/* A VMA that covers the page has lines of it where it maps the page, and of another nowhere. */
static void tables_say_where_lines_are(void **state)
{
	(void)state;
	for (int anon = 0; anon < 2; anon++) {
		uintptr_t va = anon ? A : U;

		for (int present = 0; present < 3; present++) {
			(anon ? start_anon : start)(layer_vivt(), SHARED);
			l->looks_at_tables = true;
			if (present)
				layer_present(l, &l->mm, va, present == 1 ? PFN : PFN + 1);
			flush();
			if (present == 1)
				LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(va), FLUSH_PAGE(K));
			else
				LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
		}
	}
}

/* Each VMA is looked at by itself. */
static void tables_are_asked_for_each_alias(void **state)
{
	(void)state;
	start(layer_vivt(), SHARED);
	layer_map_file(l, &l->mm, A, 4, INDEX, SHARED);
	l->looks_at_tables = true;
	layer_present(l, &l->mm, A, PFN);
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(A), FLUSH_PAGE(K));
}

/* Lines have physical tags: an mm that does not run has some. */
static void tables_are_not_asked_on_vipt(void **state)
{
	(void)state;
	start(layer_vipt(), SHARED);
	l->looks_at_tables = true;
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K));
}

/* Nor of another mm, whose tables may be going: rmap-locked visits its VMAs. */
static void tables_are_asked_of_the_current_mm(void **state)
{
	struct coh_config config = layer_vivt();

	(void)state;
	config.policy = &coh_policy_rmap_locked;
	start(config, SHARED);
	layer_map_file(l, &l->other, U, 4, INDEX, SHARED);
	l->looks_at_tables = true; /* the port fails if it is asked of l->other */
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), LOCK(&l->file.map.lock), UNLOCK(&l->file.map.lock),
		    FLUSH_PAGE(K));
}

/* lazy: users that only cover the page are not beside K. */
static void tables_tell_lazy_who_is_beside_k(void **state)
{
	struct coh_config config = layer_vivt();

	(void)state;
	config.policy = &coh_policy_lazy;
	start(config, SHARED);
	l->looks_at_tables = true;
	flush();
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_EMPTY, 1 }, { COH_COUNT_WALK, 1 });
	LAYER_ASKED(l, LOCKED(l));
	layer_present(l, &l->mm, U, PFN);
	mapped(U, COH_PROT_READ); /* K, which the flush has left dirty */
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K));
	flush();
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alone_flushes_k_once),
		cmocka_unit_test(alone_stays_so_from_k_to_the_last_user),
		cmocka_unit_test(alone_under_each_policy),
		cmocka_unit_test(alone_with_code_and_with_damage),
		cmocka_unit_test(fetches_in_order_leave_nothing_where_a_page_comes),
		cmocka_unit_test(fetches_in_order_are_of_addresses),
		cmocka_unit_test(fetches_in_order_go_with_their_translation),
		cmocka_unit_test(announced_code_is_left_alone),
		cmocka_unit_test(announced_code_is_dropped_by_who_must),
		cmocka_unit_test(long_ranges_on_vivt),
		cmocka_unit_test(long_ranges_on_vipt),
		cmocka_unit_test(tables_say_where_lines_are),
		cmocka_unit_test(tables_are_asked_for_each_alias),
		cmocka_unit_test(tables_are_not_asked_on_vipt),
		cmocka_unit_test(tables_are_asked_of_the_current_mm),
		cmocka_unit_test(tables_tell_lazy_who_is_beside_k),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
