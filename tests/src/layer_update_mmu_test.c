// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * User translations that come: what coh_update_mmu_cache asks of the port on each kind of cache.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <coherer/coherer.h>
#include "src/internal.h"
#include "tests/src/layer_port.h"

#define READ   COH_PROT_READ
#define WRITE  COH_PROT_WRITE
#define EXEC   COH_PROT_EXEC
#define SHARED COH_VMA_SHARED
#define U      ((uintptr_t)0x308000) /* of colour 0 */
#define SAME   (U + PAGE_BYTES)	     /* of K's colour */
#define APART  (U + 2 * PAGE_BYTES)

static struct layer *l;
static struct coh *coh;
static struct coh_vma *vma;
static struct coh_page page;

static void start_unmapped(struct coh_config config)
{
	l = layer_start(config);
	coh = &l->coh;
	page = layer_file_page(l, PFN, INDEX);
}

/* In a VMA of the current mm, at U. */
static void start(struct coh_config config, uint32_t flags)
{
	start_unmapped(config);
	vma = layer_map_file(l, &l->mm, U, 1, INDEX, flags);
}

/* ------------------------------------------------------------------------
 * What was deferred.
 */

static void mapped(uint32_t prot)
{
	assert_int_equal(coh_update_mmu_cache(coh, vma, &page, U, prot), 0);
}

/* Data, then code, each once; whichever I-cache it is, old code is dropped where it can be. */
static void code_is_completed_when_it_is_first_executed(void **state)
{
	struct coh_config aliasing = layer_vipt();

	(void)state;
	start(layer_with_icache(layer_vivt(), COH_INDEXED_VIVT), SHARED);
	mapped(EXEC);
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), ICACHE_PAGE(U));
	mapped(EXEC | WRITE | READ);
	LAYER_ASKED(l, ICACHE_PAGE(U)); /* what was prefetched there may be another page's */
	mapped(READ);
	LAYER_ASKED_NOTHING(l);
	start(layer_with_icache(layer_vivt(), COH_INDEXED_PIPT), SHARED);
	mapped(EXEC);
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), ICACHE_PAGE(K));
	mapped(EXEC);
	LAYER_ASKED_NOTHING(l);
	start(layer_vivt(), SHARED);
	mapped(EXEC);
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K));
	start(layer_with_icache(layer_vipt(), COH_INDEXED_VIVT), SHARED);
	mapped(EXEC);
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), ICACHE_PAGE(U));
	aliasing.icache = layer_icache_aliasing();
	start(aliasing, SHARED);
	mapped(EXEC);
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), ICACHE_ALL);
	start(layer_with_icache(layer_pipt(), COH_INDEXED_VIPT), SHARED);
	mapped(EXEC);
	LAYER_ASKED(l, LOCKED(l), CLEAN_PAGE(K), ICACHE_PAGE(K));
	start(layer_pipt(), SHARED);
	mapped(EXEC);
	LAYER_COUNTED(l, { COH_COUNT_COMPLETED, 1 });
	LAYER_ASKED(l, LOCKED(l));
}

/*
 * First for data only.  The second time K may be dirty, though marked clean: on a VIPT cache a
 * fill left it so (layer_copy_test).
 */
static void code_is_completed_after_data(void **state)
{
	(void)state;
	start(layer_with_icache(layer_vipt(), COH_INDEXED_PIPT), SHARED);
	mapped(READ);
	LAYER_ASKED(l, FLUSH_PAGE(K));
	mapped(READ | EXEC);
	LAYER_COUNTED(l, { COH_COUNT_COMPLETED, 1 }, { COH_COUNT_WALK, 1 });
	LAYER_ASKED(l, LOCKED(l), CLEAN_PAGE(K), ICACHE_PAGE(K));
	mapped(READ | EXEC);
	mapped(WRITE);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 2 }, { COH_COUNT_WALK, 2 });
	LAYER_ASKED(l, LOCKED(l));
}

/* A page that is known to be executed: how often is its old code dropped from now on? */
static bool drops_code(uint32_t prot)
{
	const uint32_t *now = &coh->counters[COH_COUNT_ICACHE];
	uint32_t before = *now;

	mapped(prot);
	return *now != before;
}

/* What a user stores may be the code that the next one executes, whenever that one comes. */
static void who_stores_makes_code_old(void **state)
{
	struct coh_config config[] = { layer_vivt(), layer_vipt(), layer_pipt() };

	(void)state;
	for (int i = 0; i < 3; i++) {
		start(layer_with_icache(config[i], COH_INDEXED_PIPT), SHARED);
		assert_true(drops_code(EXEC));
		assert_false(drops_code(READ));
		assert_false(drops_code(EXEC));
		assert_false(drops_code(EXEC | WRITE)); /* nothing was stored before it */
		assert_true(drops_code(EXEC));
		assert_false(drops_code(READ | WRITE));
		assert_true(drops_code(EXEC));

		/* Without another coh_update_mmu_cache. */
		start(layer_with_icache(config[i], COH_INDEXED_PIPT), SHARED | COH_VMA_WRITE);
		assert_true(drops_code(READ | EXEC));
		assert_true(drops_code(READ | EXEC));

		/* A store to a private mapping of a file is to another page. */
		start(layer_with_icache(config[i], COH_INDEXED_PIPT), COH_VMA_WRITE);
		assert_true(drops_code(EXEC));
		assert_false(drops_code(WRITE));
		assert_false(drops_code(EXEC));
	}
}

/* ------------------------------------------------------------------------
 * Lines that are there already.
 */

/* Mapped there, and no more. */
static void once_mapped(uintptr_t va, uint32_t flags, uint32_t prot)
{
	struct coh_vma *v = coh_is_anon_(&page) ? layer_map_anon(l, &l->mm, va, 1, INDEX, flags)
						: layer_map_file(l, &l->mm, va, 1, INDEX, flags);

	assert_int_equal(coh_update_mmu_cache(coh, v, &page, va, prot), 0);
	layer_unmap(l, v);
}

/* With i for VIPT, VIVT, PIPT. */
#define K_IS_FLUSHED(i)                                                                            \
	do {                                                                                       \
		if ((i) < 2)                                                                       \
			LAYER_ASKED(l, FLUSH_PAGE(K));                                             \
		else                                                                               \
			LAYER_ASKED_NOTHING(l);                                                    \
	} while (0)
#define ASKED_ON_VIPT(i, ...)                                                                      \
	do {                                                                                       \
		if ((i) == 0)                                                                      \
			LAYER_ASKED(l, __VA_ARGS__);                                               \
		else                                                                               \
			LAYER_ASKED_NOTHING(l);                                                    \
	} while (0)

/*
 * On VIPT a user may have stored through one colour while lines of another were in: K's, or those
 * that a private mapping left.  Who is mapped to them would hit them.
 */
static void vipt_flushes_what_a_new_mapping_would_hit(void **state)
{
	struct coh_config config[] = { layer_vipt(), layer_vivt(), layer_pipt() };

	(void)state;
	for (int i = 0; i < 3; i++) {
		start_unmapped(config[i]);
		page.mark = COH_MARK_DATA_ | COH_MARK_USED_;
		once_mapped(APART, SHARED, READ); /* nobody has stored */
		once_mapped(SAME, SHARED, READ);
		LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 2 }, { COH_COUNT_WALK, i < 2 ? 2 : 0 });
		LAYER_ASKED_NOTHING(l);
		once_mapped(APART, SHARED, READ | WRITE);
		ASKED_ON_VIPT(i, LOCKED(l));
		once_mapped(APART, SHARED, READ);
		LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 }, { COH_COUNT_WALK, i < 2 });
		ASKED_ON_VIPT(i, BY_WINDOW(PFN, 2));
		once_mapped(SAME, SHARED, READ);
		ASKED_ON_VIPT(i, FLUSH_PAGE(K));
		once_mapped(SAME, SHARED | COH_VMA_WRITE, READ);
		ASKED_ON_VIPT(i, FLUSH_PAGE(K));
		/* And what is owed to K beside it. */
		page.mark = 0;
		once_mapped(SAME, SHARED, READ);
		K_IS_FLUSHED(i);
		page.mark = 0;
		once_mapped(APART, SHARED, READ);
		if (i == 0)
			LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2));
		else
			K_IS_FLUSHED(i);
		/* Another page's past is none of this one's. */
		coh_page_clear(&page);
		assert_int_equal(coh_page_set_file(&page, &l->file, INDEX), 0);
		page.mark = COH_MARK_DATA_;
		once_mapped(APART, SHARED, READ);
		LAYER_ASKED_NOTHING(l);
	}
}

/* What may be stored to without another call counts as stored. */
static void vipt_remembers_who_may_store(void **state)
{
	static const struct {
		uint32_t flags, prot;
		bool anon, stores;
	} cases[] = {
		{ SHARED, READ, false, false },
		{ SHARED, WRITE, false, true },
		{ SHARED | COH_VMA_WRITE, READ, false, true },
		{ COH_VMA_WRITE, WRITE, false, false }, /* to a copy */
		{ 0, READ, true, false },
		{ 0, WRITE, true, true },
		{ COH_VMA_WRITE, READ, true, true },
	};
	struct coh_config config[] = { layer_vipt(), layer_vivt(), layer_pipt() };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int c = 0; c < 3; c++) {
			start_unmapped(config[c]);
			if (cases[i].anon)
				page = layer_anon_page(l, PFN, INDEX);
			once_mapped(U, cases[i].flags, cases[i].prot);
			assert_int_equal(page.ever,
					 c == 0 && cases[i].stores ? COH_EVER_STORED_ : 0);
		}
}

/* Anonymous pages have no private mapping that leaves lines behind which its users miss. */
static void vipt_looks_at_k_of_anonymous_pages(void **state)
{
	(void)state;
	start_unmapped(layer_vipt());
	page = layer_anon_page(l, PFN, INDEX);
	once_mapped(APART, COH_VMA_WRITE, WRITE);
	LAYER_ASKED(l, FLUSH_PAGE(K), LOCKED(l));
	once_mapped(APART, 0, READ);
	LAYER_ASKED_NOTHING(l);
	once_mapped(SAME, 0, READ);
	LAYER_ASKED(l, FLUSH_PAGE(K));
	/* Without K nothing is of its colour. */
	start_unmapped(layer_vipt());
	page = layer_file_page(l, HIGH_PFN, INDEX);
	once_mapped(U, SHARED, WRITE);
	LAYER_ASKED(l, LOCKED(l));
	once_mapped(U, SHARED, READ);
	LAYER_ASKED(l, BY_WINDOW(HIGH_PFN, 0));
}

/*
 * Filled ahead through the new translation, before K was in memory: such lines go with what is owed
 * to K, if they are not K's.
 */
static void what_was_read_ahead_goes(void **state)
{
	struct coh_config config[] = { layer_vipt(), layer_vivt(), layer_pipt() };

	(void)state;
	for (int i = 0; i < 3; i++) {
		config[i].speculates = true;
		start_unmapped(config[i]);
		once_mapped(SAME, SHARED, READ);
		if (i == 0)
			LAYER_ASKED(l, FLUSH_PAGE(K));
		else if (i == 1)
			LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(SAME));
		else
			LAYER_ASKED_NOTHING(l);
		/* Nothing is owed, but for what a translation that was there before left. */
		once_mapped(APART, SHARED, READ);
		if (i == 0)
			LAYER_ASKED(l, BY_WINDOW(PFN, 2));
		else if (i == 1)
			LAYER_ASKED(l, FLUSH_PAGE(APART));
		else
			LAYER_ASKED_NOTHING(l);
		page.mark = 0;
		once_mapped(APART, SHARED, READ);
		if (i == 0)
			LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2));
		else if (i == 1)
			LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(APART));
		else
			LAYER_ASKED_NOTHING(l);
		page = layer_file_page(l, HIGH_PFN, INDEX);
		once_mapped(APART, SHARED, READ);
		if (i == 1)
			LAYER_ASKED(l, FLUSH_PAGE(APART));
		else
			ASKED_ON_VIPT(i, BY_WINDOW(HIGH_PFN, 2));
	}
}

/* A flush in between: all anew. */
static void stores_through_k_are_owed_again(void **state)
{
	(void)state;
	start(layer_with_icache(layer_vipt(), COH_INDEXED_PIPT), SHARED);
	mapped(EXEC);
	layer_unmap(l, vma);
	coh_flush_dcache_page(coh, &page);
	layer_reset(l);
	coh_flush_dcache_page(coh, &page); /* deferred now */
	LAYER_ASKED_NOTHING(l);
	vma = layer_map_file(l, &l->mm, U, 1, INDEX, SHARED);
	mapped(EXEC); /* it is known to be executed */
	LAYER_ASKED(l, FLUSH_PAGE(K), ICACHE_PAGE(K));
}

/* An anonymous page, and one that has no address under K. */
static void other_pages_are_completed_too(void **state)
{
	struct coh_vma *anon;

	(void)state;
	start(layer_vivt(), SHARED);
	anon = layer_map_anon(l, &l->mm, 0x900000, 4, INDEX, COH_VMA_WRITE);
	page = layer_anon_page(l, PFN, INDEX);
	assert_int_equal(coh_update_mmu_cache(coh, anon, &page, 0x900000, WRITE), 0);
	LAYER_COUNTED(l, { COH_COUNT_COMPLETED, 1 });
	LAYER_ASKED(l, FLUSH_PAGE(K));
	page = layer_file_page(l, HIGH_PFN, INDEX);
	mapped(READ);
	LAYER_ASKED_NOTHING(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(code_is_completed_when_it_is_first_executed),
		cmocka_unit_test(code_is_completed_after_data),
		cmocka_unit_test(who_stores_makes_code_old),
		cmocka_unit_test(vipt_flushes_what_a_new_mapping_would_hit),
		cmocka_unit_test(vipt_remembers_who_may_store),
		cmocka_unit_test(vipt_looks_at_k_of_anonymous_pages),
		cmocka_unit_test(what_was_read_ahead_goes),
		cmocka_unit_test(stores_through_k_are_owed_again),
		cmocka_unit_test(other_pages_are_completed_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
