// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The policy lazy: what it leaves out, and what it must not leave out.  Each decision of
 * policy_lazy.c's opening comment, both ways.
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

#define SHARED COH_VMA_SHARED
#define WRITE  COH_VMA_WRITE
#define READ   COH_PROT_READ
#define U      ((uintptr_t)0x302000) /* of colour 2 */
#define SAME   ((uintptr_t)0x505000) /* of colour 1 */

static struct layer *l;
static struct coh *coh;
static struct coh_page page;

static void start(struct coh_config config)
{
	config.policy = &coh_policy_lazy;
	l = layer_start(config);
	coh = &l->coh;
	page = layer_file_page(l, PFN, INDEX);
}

static struct coh_vma *map(struct coh_mm *mm, uintptr_t va, uint32_t flags)
{
	return layer_map_file(l, mm, va, 4, INDEX, flags);
}

static struct coh_vma *map_and_use(struct coh_mm *mm, uintptr_t va, uint32_t flags, uint32_t prot)
{
	struct coh_vma *vma = map(mm, va, flags);

	assert_int_equal(coh_update_mmu_cache(coh, vma, &page, va, prot), 0);
	layer_reset(l);
	return vma;
}

static void unmap(struct coh_vma *vma)
{
	layer_unmap(l, vma);
	layer_reset(l);
}

static void switch_away_and_back(void)
{
	coh_switch_mm(coh, &l->mm, &l->other);
	coh_switch_mm(coh, &l->other, &l->mm);
	layer_reset(l);
}

static void flush(void)
{
	assert_int_equal(coh_flush_dcache_page(coh, &page), 0);
}

/* Asked for its lock, and for nothing else: it knew. */
#define KNEW_BETTER(walks)                                                                         \
	do {                                                                                       \
		LAYER_COUNTED(l, { COH_COUNT_SKIPPED_EMPTY, 1 }, { COH_COUNT_WALK, walks });       \
		LAYER_ASKED(l, LOCKED(l));                                                         \
	} while (0)

/* ------------------------------------------------------------------------
 * VIVT.
 */

/* Nobody needs K in memory before the next user, and a switch may come first. */
static void vivt_leaves_k_dirty_where_nobody_maps_the_page(void **state)
{
	struct coh_vma *vma;

	(void)state;
	start(layer_vivt());
	map(&l->other, U, SHARED | WRITE); /* no line of theirs is in */
	flush();
	KNEW_BETTER(1);
	vma = map(&l->mm, U, SHARED);
	coh_update_mmu_cache(coh, vma, &page, U, READ);
	LAYER_COUNTED(l, { COH_COUNT_COMPLETED, 1 }, { COH_COUNT_WALK, 1 });
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K));

	/* Whichever of the two mms comes first in the map's order. */
	start(layer_vivt());
	map(&l->mm, U, SHARED | WRITE);
	l->current = &l->other;
	flush();
	KNEW_BETTER(1);
}

static void vivt_lets_a_switch_write_k_back(void **state)
{
	struct coh_vma *vma;

	(void)state;
	start(layer_vivt());
	flush();
	switch_away_and_back();
	vma = map(&l->mm, U, SHARED);
	coh_update_mmu_cache(coh, vma, &page, U, READ);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_EMPTY, 1 }, { COH_COUNT_SKIPPED_CLEAN, 1 },
		      { COH_COUNT_WALK, 1 });
	LAYER_ASKED(l, LOCKED(l));
	/* Once is enough. */
	switch_away_and_back();
	coh_update_mmu_cache(coh, vma, &page, U, READ);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 }, { COH_COUNT_WALK, 1 });
	LAYER_ASKED(l, LOCKED(l));
}

/* Old code is not written back, and a page that nobody spoke of may be dirty from any time. */
static void vivt_does_not_rely_on_the_switch_for_more(void **state)
{
	struct coh_config config = layer_vivt();
	struct coh_vma *vma;

	(void)state;
	config.icache = layer_icache(COH_INDEXED_VIVT);
	start(config);
	flush();
	switch_away_and_back();
	vma = map(&l->mm, U, SHARED);
	coh_update_mmu_cache(coh, vma, &page, U, COH_PROT_EXEC);
	LAYER_ASKED(l, LOCKED(l), LOCKED(l), FLUSH_PAGE(K), ICACHE_PAGE(U));

	start(config);
	switch_away_and_back();
	vma = map(&l->mm, U, SHARED);
	coh_update_mmu_cache(coh, vma, &page, U, READ);
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K));
}

/* Within the lock: an interrupt that comes after it finds what the state says. */
#define K_FLUSHED_LOCKED(l)                                                                        \
	IRQ_SAVE, LOCK(&(l)->coh.lock), FLUSH_PAGE(K), UNLOCK(&(l)->coh.lock), IRQ_RESTORE

/* Private ones, too: their lines may be those of the page. */
static void vivt_flushes_where_the_mm_maps_the_page(void **state)
{
	(void)state;
	start(layer_vivt());
	map(&l->mm, U, SHARED | WRITE);
	flush();
	LAYER_COUNTED(l, { COH_COUNT_ALIAS, 1 }, { COH_COUNT_WALK, 2 });
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K));
	start(layer_vivt());
	map(&l->mm, U, 0);
	flush();
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), FLUSH_PAGE(K));
	start(layer_vivt());
	page = layer_anon_page(l, PFN, INDEX);
	layer_map_anon(l, &l->mm, U, 4, INDEX, WRITE);
	flush();
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K));
}

/* K can be old only from before the last switch; and once it is flushed it is not. */
static void vivt_flushes_k_that_users_left_behind(void **state)
{
	(void)state;
	start(layer_vivt());
	unmap(map_and_use(&l->mm, U, SHARED | WRITE, COH_PROT_WRITE));
	flush();
	LAYER_COUNTED(l, { COH_COUNT_WALK, 1 });
	LAYER_ASKED(l, K_FLUSHED_LOCKED(l));
	flush();
	KNEW_BETTER(1);

	start(layer_vivt());
	unmap(map_and_use(&l->mm, U, SHARED | WRITE, COH_PROT_WRITE));
	switch_away_and_back();
	flush();
	KNEW_BETTER(1);
	/* The same if it was the kernel's flush that saw them there. */
	start(layer_vivt());
	{
		struct coh_vma *vma = map(&l->mm, U, SHARED);

		flush();
		unmap(vma);
	}
	flush();
	LAYER_ASKED(l, K_FLUSHED_LOCKED(l));
}

/* What is known of the lines goes with the owner; the lines do not. */
static void k_may_be_old_for_the_next_owner(void **state)
{
	(void)state;
	for (int vipt = 0; vipt < 2; vipt++) {
		start(vipt ? layer_vipt() : layer_vivt());
		unmap(map_and_use(&l->mm, U, SHARED | WRITE, COH_PROT_WRITE));
		coh_page_clear(&page);
		assert_int_equal(coh_page_set_file(&page, &l->file, INDEX), 0);
		layer_reset(l);
		flush();
		LAYER_ASKED(l, K_FLUSHED_LOCKED(l));
		flush();
		KNEW_BETTER(1);
	}
}

/* Nothing was owed when they came; that they came is known all the same. */
static void vivt_knows_users_of_a_filled_page(void **state)
{
	(void)state;
	for (int used = 0; used < 2; used++) {
		start(layer_vivt());
		assert_int_equal(coh_clear_user_page(coh, &page, U), 0);
		if (used)
			unmap(map_and_use(&l->mm, U, SHARED | WRITE, COH_PROT_WRITE));
		layer_reset(l);
		flush();
		if (used)
			LAYER_ASKED(l, K_FLUSHED_LOCKED(l));
		else
			KNEW_BETTER(1);
	}
}

/* Taken away by coh_flush_cache_page and its like, as the protocol has it. */
static void unmap_properly(struct coh_vma *vma, int how)
{
	if (how == 0)
		assert_int_equal(coh_flush_cache_page(coh, vma, U, PFN), 0);
	else if (how == 1)
		assert_int_equal(coh_flush_cache_range(coh, vma, U, PAGE_BYTES), 0);
	else
		assert_int_equal(coh_flush_cache_mm(coh, vma->mm), 0);
	unmap(vma);
}

/*
 * get_user_pages took the page before a switch, and the kernel reads it afterwards without another
 * word.  What that left under K is old if the user stores and goes.
 */
static void vivt_flushes_k_if_users_went_in_this_epoch(void **state)
{
	(void)state;
	for (int how = 0; how < 3; how++) {
		struct coh_vma *vma;

		start(layer_vivt());
		vma = map_and_use(&l->mm, U, SHARED | WRITE, COH_PROT_WRITE);
		switch_away_and_back();
		unmap_properly(vma, how);
		flush();
		LAYER_ASKED(l, K_FLUSHED_LOCKED(l));
		switch_away_and_back();
		flush();
		KNEW_BETTER(1);
	}
	/* Another mm's translations have no lines. */
	start(layer_vivt());
	map_and_use(&l->mm, U, SHARED | WRITE, COH_PROT_WRITE);
	switch_away_and_back();
	l->current = &l->other;
	unmap_properly(map(&l->mm, U + 0x100000, SHARED | WRITE), 2);
	flush();
	KNEW_BETTER(1);
}

/* Where code needs no more than data, the switch did it. */
static void vivt_relies_on_the_switch_for_code_fetched_in_order(void **state)
{
	struct coh_config config = layer_vivt();
	struct coh_vma *vma;

	(void)state;
	config.icache = layer_icache(COH_INDEXED_VIVT);
	config.fetches_in_order = true;
	start(config);
	flush();
	switch_away_and_back();
	vma = map(&l->mm, U, SHARED);
	coh_update_mmu_cache(coh, vma, &page, U, COH_PROT_EXEC);
	LAYER_ASKED(l, LOCKED(l), LOCKED(l));
}

/* The epoch is kept in 14 bits, of which 0 says nothing. */
static void vivt_counts_switches_in_few_bits(void **state)
{
	(void)state;
	start(layer_vivt());
	coh->epoch = 0x4000;
	flush();
	KNEW_BETTER(1);
	coh->epoch = 0x4001; /* looks like the same: a flush too many */
	{
		struct coh_vma *vma = map(&l->mm, U, SHARED);

		coh_update_mmu_cache(coh, vma, &page, U, READ);
	}
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K));
}

/* ------------------------------------------------------------------------
 * VIPT.
 */

static void vipt_needs_nothing_where_all_are_congruent(void **state)
{
	struct coh_vma *vma;

	(void)state;
	start(layer_vipt());
	flush();
	KNEW_BETTER(1);
	vma = map_and_use(&l->mm, SAME, SHARED | WRITE, COH_PROT_WRITE);
	map(&l->other, SAME, SHARED | WRITE);
	flush();
	KNEW_BETTER(1);
	unmap(vma);
	flush();
	KNEW_BETTER(1);
}

static void vipt_flushes_where_a_colour_differs(void **state)
{
	struct coh_vma *vma;

	(void)state;
	start(layer_vipt());
	map(&l->other, SAME, SHARED | WRITE);
	map(&l->other, U, SHARED | WRITE);
	flush();
	LAYER_COUNTED(l, { COH_COUNT_ALIAS, 1 }, { COH_COUNT_SKIPPED_CONGRUENT, 1 },
		      { COH_COUNT_WALK, 2 });
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K));

	/* And where one did: once. */
	start(layer_vipt());
	vma = map_and_use(&l->mm, U, SHARED | WRITE, COH_PROT_WRITE);
	flush();
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K));
	unmap(vma);
	flush();
	LAYER_ASKED(l, K_FLUSHED_LOCKED(l));
	flush();
	KNEW_BETTER(1);
}

/* What a congruent user cannot miss may be owed to the next one. */
static void vipt_completes_for_the_first_user(void **state)
{
	struct coh_vma *vma;

	(void)state;
	start(layer_vipt());
	flush();
	KNEW_BETTER(1);
	vma = map(&l->mm, U, SHARED);
	coh_update_mmu_cache(coh, vma, &page, U, READ);
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K));
}

/* ------------------------------------------------------------------------
 * Before loads.
 */

static void get_user(struct coh_vma *vma, uintptr_t va, enum coh_intent intent)
{
	assert_int_equal(coh_get_user_page(coh, vma, &page, va, intent), 0);
}

static void kmap(enum coh_intent intent)
{
	uintptr_t va;

	assert_int_equal(coh_kmap(coh, &page, intent, &va), 0);
}

/* Who could only read has nothing newer than memory. */
static void readers_leave_nothing_for_loads_to_miss(void **state)
{
	struct coh_vma *vma;

	(void)state;
	for (int vipt = 0; vipt < 2; vipt++) {
		start(vipt ? layer_vipt() : layer_vivt());
		vma = map_and_use(&l->mm, U, SHARED, READ);
		get_user(vma, U, COH_INTENT_READ);
		LAYER_COUNTED(l, { COH_COUNT_SKIPPED_EMPTY, 1 });
		LAYER_ASKED_NOTHING(l);
		kmap(COH_INTENT_READ);
		LAYER_COUNTED(l, { COH_COUNT_SKIPPED_EMPTY, 1 });
		LAYER_ASKED(l, DO_KMAP(PFN));
		assert_int_equal(coh_copy_from_user_page(coh, vma, &page, U, LINEAR, K, 4), 0);
		LAYER_COUNTED(l, { COH_COUNT_SKIPPED_EMPTY, 1 });
		LAYER_ASKED(l, COPY(LINEAR, K, 4));

		/* Still so after a flush; and before stores their lines must go all the same. */
		flush();
		layer_reset(l);
		get_user(vma, U, COH_INTENT_READ);
		LAYER_ASKED_NOTHING(l);
		get_user(vma, U, COH_INTENT_WRITE);
		kmap(COH_INTENT_READ_WRITE);
		if (vipt)
			LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K),
				    DO_KMAP(PFN), FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K));
		else
			LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K),
				    DO_KMAP(PFN), LOCKED(l), FLUSH_PAGE(K), FLUSH_PAGE(U),
				    FLUSH_PAGE(K));
	}
}

/* By this translation, or by the VMA's word that another needs no call. */
static void who_may_store_is_remembered(void **state)
{
	struct coh_vma *vma;

	(void)state;
	for (int by_prot = 0; by_prot < 2; by_prot++) {
		start(layer_vivt());
		vma = map_and_use(&l->mm, U, by_prot ? SHARED : SHARED | WRITE,
				  by_prot ? COH_PROT_WRITE : READ);
		get_user(vma, U, COH_INTENT_READ);
		LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K));
		/* For good: what it stored may be in any line yet. */
		assert_int_equal(coh_update_mmu_cache(coh, vma, &page, U, READ), 0);
		layer_reset(l);
		kmap(COH_INTENT_READ);
		LAYER_ASKED(l, DO_KMAP(PFN), LOCKED(l), FLUSH_PAGE(K), FLUSH_PAGE(U),
			    FLUSH_PAGE(K));
	}
}

/* ------------------------------------------------------------------------
 * Where it does what rmap does.
 */

/* What users of the former owner stored is not under K; the state that knew them is gone. */
static void the_next_owner_reads_no_old_line(void **state)
{
	struct coh_config configs[] = { layer_vivt(), layer_vipt() };

	(void)state;
	for (int vipt = 0; vipt < 2; vipt++) {
		start(configs[vipt]);
		unmap(map_and_use(&l->mm, U, SHARED | WRITE, COH_PROT_WRITE));
		coh_page_clear(&page);
		assert_int_equal(coh_page_set_file(&page, &l->file, INDEX), 0);
		layer_reset(l);
		kmap(COH_INTENT_READ);
		if (vipt)
			LAYER_ASKED(l, DO_KMAP(PFN), FLUSH_PAGE(K), FLUSH_PAGE(K));
		else
			LAYER_ASKED(l, DO_KMAP(PFN), LOCKED(l), FLUSH_PAGE(K), FLUSH_PAGE(K));
	}
}

static void what_is_beyond_the_state_goes_as_by_rmap(void **state)
{
	struct coh_config config = layer_vivt();
	struct coh_vma *vma;

	(void)state;
	config.scope = COH_SCOPE_THIS_CPU;
	start(config);
	flush();
	LAYER_COUNTED(l, { COH_COUNT_NOT_DEFERRED, 1 }, { COH_COUNT_WALK, 2 });
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));

	start(layer_vivt());
	coh_page_clear(&page); /* of nobody */
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
	page = layer_file_page(l, HIGH_PFN, INDEX); /* no K */
	map(&l->mm, U, SHARED);
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(U));

	start(layer_pipt());
	flush();
	LAYER_COUNTED(l, { COH_COUNT_DEFERRED, 1 }, { COH_COUNT_WALK, 1 });
	LAYER_ASKED_NOTHING(l);

	/* A user of K's colour that is uncached, since another one conflicted with it. */
	start(layer_vipt());
	map(&l->mm, SAME, SHARED);
	flush();
	KNEW_BETTER(1);
	page.ever |= COH_EVER_UNCACHED_;
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));

	/* Code: the I-cache counts, too. */
	config = layer_vipt();
	config.icache = layer_icache(COH_INDEXED_PIPT);
	start(config);
	vma = map_and_use(&l->mm, SAME, SHARED, COH_PROT_EXEC);
	flush();
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CONGRUENT, 1 }, { COH_COUNT_WALK, 1 });
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K), ICACHE_PAGE(K));
	assert_int_equal(coh_kunmap(coh, &page, COH_INTENT_WRITE, K), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K), ICACHE_PAGE(K), DO_KUNMAP(PFN, K));
	unmap(vma);
}

/* On VIVT code of another mm is gone, as its data is; that of this one goes alias by alias. */
static void vivt_knows_where_code_is(void **state)
{
	struct coh_config config = layer_vivt();
	struct coh_vma *vma;

	(void)state;
	config.icache = layer_icache(COH_INDEXED_VIVT);
	start(config);
	vma = map_and_use(&l->mm, U, SHARED | WRITE | COH_VMA_EXEC, COH_PROT_EXEC);
	assert_true(page.ever & COH_EVER_EXECUTED_);
	flush();
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), FLUSH_PAGE(U), ICACHE_PAGE(U), FLUSH_PAGE(K));
	switch_away_and_back();
	l->current = &l->other;
	layer_reset(l);
	flush();
	KNEW_BETTER(1);
	l->current = &l->mm;
	unmap(vma);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vivt_leaves_k_dirty_where_nobody_maps_the_page),
		cmocka_unit_test(vivt_lets_a_switch_write_k_back),
		cmocka_unit_test(vivt_does_not_rely_on_the_switch_for_more),
		cmocka_unit_test(vivt_flushes_where_the_mm_maps_the_page),
		cmocka_unit_test(vivt_flushes_k_that_users_left_behind),
		cmocka_unit_test(k_may_be_old_for_the_next_owner),
		cmocka_unit_test(vivt_knows_users_of_a_filled_page),
		cmocka_unit_test(vivt_flushes_k_if_users_went_in_this_epoch),
		cmocka_unit_test(vivt_relies_on_the_switch_for_code_fetched_in_order),
		cmocka_unit_test(vivt_counts_switches_in_few_bits),
		cmocka_unit_test(vipt_needs_nothing_where_all_are_congruent),
		cmocka_unit_test(vipt_flushes_where_a_colour_differs),
		cmocka_unit_test(vipt_completes_for_the_first_user),
		cmocka_unit_test(readers_leave_nothing_for_loads_to_miss),
		cmocka_unit_test(who_may_store_is_remembered),
		cmocka_unit_test(the_next_owner_reads_no_old_line),
		cmocka_unit_test(what_is_beyond_the_state_goes_as_by_rmap),
		cmocka_unit_test(vivt_knows_where_code_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
