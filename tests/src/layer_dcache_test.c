// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * coh_flush_dcache_page and its family under rmap, the default: what is asked of the port on each
 * kind of cache.  K, U, K (flush.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <coherer/coherer.h>
#include "tests/src/layer_port.h"

#define SHARED (COH_VMA_SHARED | COH_VMA_WRITE)

/* An address whose page INDEX, n pages on, is of the colour: on layer_vipt. */
#define AT(base, colour) ((uintptr_t)(base) + (colour)*PAGE_BYTES)

static struct layer *l;
static struct coh_page page;

static void start(struct coh_config config)
{
	l = layer_start(config);
	page = layer_file_page(l, PFN, INDEX);
}

static void flush(void)
{
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), 0);
}

/* ------------------------------------------------------------------------
 * The mark.
 */

/* T1: on every cache, nothing but the mark; the flush comes with the first user, once. */
static void a_page_nobody_maps_waits(void **state)
{
	struct coh_config config[] = { layer_vivt(), layer_vipt(), layer_pipt() };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct coh_vma *vma;

		start(config[i]);
		layer_map_file(l, &l->mm, 0x100000, 4, INDEX + 1, SHARED); /* just behind it */
		layer_map_file(l, &l->mm, 0x200000, 4, INDEX - 4, SHARED); /* and before it */
		flush();
		flush();
		LAYER_COUNTED(l, { COH_COUNT_DEFERRED, 2 }, { COH_COUNT_WALK, 2 });
		LAYER_ASKED_NOTHING(l);

		vma = layer_map_file(l, &l->mm, 0x303000, 4, INDEX, SHARED);
		coh_update_mmu_cache(&l->coh, vma, &page, 0x303000, COH_PROT_READ);
		LAYER_COUNTED(l, { COH_COUNT_COMPLETED, 1 }, { COH_COUNT_WALK, i < 2 });
		if (i == 0)
			LAYER_ASKED(l, FLUSH_PAGE(K));
		else if (i == 1)
			LAYER_ASKED(l, FLUSH_PAGE(K), LOCKED(l));
		else
			LAYER_ASKED_NOTHING(l);
		coh_update_mmu_cache(&l->coh, vma, &page, 0x303000, COH_PROT_WRITE);
		LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 }, { COH_COUNT_WALK, i < 2 });
		if (i == 1) /* of the user's own colour (layer_update_mmu_test) */
			LAYER_ASKED(l, BY_WINDOW(PFN, 3));
		else
			LAYER_ASKED_NOTHING(l);
	}
}

/* Fresh, as made: nobody said that K is clean, so K is flushed for the first user. */
static void a_fresh_page_counts_as_dirty(void **state)
{
	struct coh_vma *vma;

	(void)state;
	start(layer_vivt());
	vma = layer_map_file(l, &l->mm, 0x300000, 4, INDEX, SHARED);
	coh_update_mmu_cache(&l->coh, vma, &page, 0x300000, COH_PROT_READ);
	LAYER_ASKED(l, FLUSH_PAGE(K));
}

/* While a VMA covers it nothing waits, though no translation was ever made. */
static void a_page_that_may_be_mapped_does_not_wait(void **state)
{
	(void)state;
	start(layer_vivt());
	layer_map_file(l, &l->mm, 0x300000, 4, INDEX, SHARED);
	flush();
	LAYER_COUNTED(l, { COH_COUNT_ALIAS, 1 }, { COH_COUNT_WALK, 2 });
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(0x300000), FLUSH_PAGE(K));
}

/* Asked from any context; by the mark or by a translation nothing can be known. */
static void a_file_says_which_pages_are_covered(void **state)
{
	struct coh_vma *vma;

	(void)state;
	start(layer_vivt());
	assert_false(coh_mapping_covers(&l->coh, &l->file, INDEX));
	vma = layer_map_file(l, &l->other, 0x300000, 2, INDEX, SHARED);
	assert_false(coh_mapping_covers(&l->coh, &l->file, INDEX - 1));
	assert_true(coh_mapping_covers(&l->coh, &l->file, INDEX));
	assert_true(coh_mapping_covers(&l->coh, &l->file, INDEX + 1));
	assert_false(coh_mapping_covers(&l->coh, &l->file, INDEX + 2));
	layer_unmap(l, vma);
	assert_false(coh_mapping_covers(&l->coh, &l->file, INDEX));
	LAYER_ASKED_NOTHING(l);

	/* Overwritten: it cannot be told. */
	l->file.map.side = !l->file.map.side;
	assert_true(coh_mapping_covers(&l->coh, &l->file, INDEX));
}

/* Users were there: K may be old, though they are gone.  Once; then it waits as before. */
static void after_munmap_one_flush_is_owed(void **state)
{
	struct coh_vma *vma;

	(void)state;
	for (int i = 0; i < 2; i++) {
		start(i ? layer_vipt() : layer_vivt());
		vma = layer_map_file(l, &l->mm, 0x300000, 4, INDEX, SHARED);
		coh_update_mmu_cache(&l->coh, vma, &page, 0x300000, COH_PROT_WRITE);
		layer_unmap(l, vma);
		layer_reset(l);
		flush();
		LAYER_COUNTED(l, { COH_COUNT_WALK, 2 });
		LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
		flush();
		LAYER_COUNTED(l, { COH_COUNT_DEFERRED, 1 }, { COH_COUNT_WALK, 1 });
		LAYER_ASKED_NOTHING(l);
	}
}

/* A flush while users have the page, and then they go: the same. */
static void a_flush_while_mapped_leaves_one_owed(void **state)
{
	struct coh_vma *vma;

	(void)state;
	start(layer_vivt());
	vma = layer_map_file(l, &l->mm, 0x300000, 4, INDEX, SHARED);
	flush();
	layer_unmap(l, vma);
	layer_reset(l);
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
	flush();
	LAYER_ASKED_NOTHING(l);
}

/* Who completes it could run on a CPU whose operations do not reach this one's lines. */
static void nothing_waits_for_another_cpu(void **state)
{
	struct coh_config config = layer_vipt();

	(void)state;
	config.scope = COH_SCOPE_THIS_CPU;
	start(config);
	flush();
	LAYER_COUNTED(l, { COH_COUNT_NOT_DEFERRED, 1 }, { COH_COUNT_WALK, 2 });
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
	page = layer_anon_page(l, PFN, INDEX);
	flush();
	LAYER_COUNTED(l, { COH_COUNT_WALK, 1 });
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
}

static void a_page_of_nobody_has_only_k(void **state)
{
	(void)state;
	start(layer_vivt());
	coh_page_clear(&page);
	flush();
	LAYER_COUNTED(l, { COH_COUNT_WALK, 0 });
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
}

/* ------------------------------------------------------------------------
 * VIVT.
 */

/* All of the current mm, by address; nobody of another mm is even looked at (T6). */
static void vivt_flushes_each_alias_of_the_current_mm(void **state)
{
	(void)state;
	start(layer_vivt());
	layer_map_file(l, &l->mm, 0x300000, 8, INDEX - 1, SHARED);
	layer_map_file(l, &l->mm, 0x100000, 8, INDEX - 2, COH_VMA_SHARED);
	layer_map_file(l, &l->mm, 0x500000, 1, INDEX, SHARED);
	layer_map_file(l, &l->mm, 0x600000, 1, INDEX - 1, SHARED);
	layer_map_file(l, &l->mm, 0x700000, 1, INDEX + 1, SHARED);
	layer_map_file(l, &l->other, 0x800000, 8, INDEX, SHARED);
	flush();
	LAYER_COUNTED(l, { COH_COUNT_ALIAS, 3 }, { COH_COUNT_WALK, 2 });
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(0x102000), FLUSH_PAGE(0x301000),
		    FLUSH_PAGE(0x500000), FLUSH_PAGE(K));

	l->current = &l->other;
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(0x800000), FLUSH_PAGE(K));
	l->current = NULL;
	flush();
	LAYER_COUNTED(l, { COH_COUNT_WALK, 2 });
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
}

/* The same, to the letter: what a walk stands between. */
static void vivt_walks_between_enter_and_exit(void **state)
{
	(void)state;
	start(layer_vivt());
	layer_map_file(l, &l->mm, 0x300000, 8, INDEX - 1, SHARED);
	flush();
	LAYER_ASKED_ALL(l, ENTER, EXIT, RANGE_(KERNEL_ADDRESS, PFN, 0), FLUSH_PAGE(K), ENTER,
			RANGE_(CURRENT_MM, 0, 0), RANGE_(CURRENT_MM, 0, 0),
			RANGE_(CURRENT_MM, 0, 0), FLUSH_PAGE(0x301000), EXIT, FLUSH_PAGE(K));
}

static void vivt_leaves_private_mappings_alone(void **state)
{
	(void)state;
	start(layer_vivt());
	layer_map_file(l, &l->mm, 0x100000, 8, INDEX, COH_VMA_WRITE | COH_VMA_EXEC);
	flush();
	LAYER_COUNTED(l, { COH_COUNT_WALK, 3 }); /* the last asks whether the next flush may wait */
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
}

static void vivt_drops_code_where_a_vma_is_executable(void **state)
{
	struct coh_config config = layer_vivt();

	(void)state;
	config.icache = layer_icache(COH_INDEXED_VIVT);
	start(config);
	layer_map_file(l, &l->mm, 0x100000, 8, INDEX - 1, SHARED | COH_VMA_EXEC);
	layer_map_file(l, &l->mm, 0x300000, 8, INDEX, SHARED);
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(0x101000), ICACHE_PAGE(0x101000),
		    FLUSH_PAGE(0x300000), FLUSH_PAGE(K));
	config.icache.size = 0; /* unified */
	start(config);
	layer_map_file(l, &l->mm, 0x100000, 8, INDEX, SHARED | COH_VMA_EXEC);
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(0x100000), FLUSH_PAGE(K));
	/* Less than a page: all of it is less work. */
	config.icache.size = 0x800;
	start(config);
	layer_map_file(l, &l->mm, 0x100000, 8, INDEX, SHARED | COH_VMA_EXEC);
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(0x100000), ICACHE_ALL, FLUSH_PAGE(K));
}

/* T3: anonymous pages, in private mappings, too; of VMAs that do not cover it none (T4). */
static void vivt_finds_anonymous_aliases(void **state)
{
	(void)state;
	start(layer_vivt());
	page = layer_anon_page(l, PFN, INDEX);
	layer_map_anon(l, &l->mm, 0x100000, 4, INDEX - 3, COH_VMA_WRITE);
	layer_map_anon(l, &l->mm, 0x200000, 4, INDEX - 4, COH_VMA_WRITE);
	layer_map_anon(l, &l->mm, 0x300000, 4, INDEX + 1, COH_VMA_WRITE);
	layer_map_anon(l, &l->mm, 0x400000, 4, INDEX - 1, 0);
	layer_map_anon(l, &l->other, 0x100000, 4, INDEX - 3, COH_VMA_WRITE); /* after fork */
	flush();
	LAYER_COUNTED(l, { COH_COUNT_ALIAS, 2 }, { COH_COUNT_WALK, 1 });
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(0x103000), FLUSH_PAGE(0x401000), FLUSH_PAGE(K));
}

/* A page beyond the linear map that is not kmapped now has no lines under K. */
static void without_k_only_u(void **state)
{
	(void)state;
	for (int vipt = 0; vipt < 2; vipt++) {
		start(vipt ? layer_vipt() : layer_vivt());
		page = layer_file_page(l, HIGH_PFN, INDEX);
		layer_map_file(l, &l->mm, 0x100000, 8, INDEX, SHARED);
		flush();
		if (vipt)
			LAYER_ASKED(l, BY_WINDOW(HIGH_PFN, 0));
		else
			LAYER_ASKED(l, FLUSH_PAGE(0x100000));
		l->high_is_mapped = true;
		flush();
		LAYER_COUNTED(l, { COH_COUNT_WALK, 1 }, { COH_COUNT_ALIAS, !vipt },
			      { COH_COUNT_SKIPPED_CONGRUENT, vipt });
		if (vipt)
			LAYER_ASKED(l, FLUSH_PAGE(KMAP), FLUSH_PAGE(KMAP));
		else
			LAYER_ASKED(l, FLUSH_PAGE(KMAP), FLUSH_PAGE(0x100000), FLUSH_PAGE(KMAP));
	}
}

/* ------------------------------------------------------------------------
 * VIPT with aliases.
 */

/*
 * One of each colour, whoever it belongs to (T7), private ones too: their lines are what the next
 * mapping of that colour finds.  K's own colour once, by K.
 */
static void vipt_flushes_one_alias_of_each_colour(void **state)
{
	(void)state;
	start(layer_vipt());
	layer_map_file(l, &l->mm, AT(0x100000, 2), 4, INDEX, SHARED);
	layer_map_file(l, &l->mm, AT(0x200000, 2), 4, INDEX, SHARED);
	layer_map_file(l, &l->other, AT(0x300000, 2), 4, INDEX, SHARED);
	layer_map_file(l, &l->other, AT(0x400000, 0), 4, INDEX, SHARED);
	layer_map_file(l, &l->mm, AT(0x500000, 1), 4, INDEX, SHARED);	 /* as K */
	layer_map_file(l, &l->other, AT(0x500000, 1), 4, INDEX, SHARED); /* one more is no news */
	layer_map_file(l, &l->mm, AT(0x600000, 3), 4, INDEX, 0);	 /* private */
	layer_map_file(l, &l->mm, AT(0x700000, 2), 4, INDEX, 0);	 /* where shared ones are */
	layer_map_file(l, &l->mm, AT(0x800000, 0), 4, INDEX + 1, SHARED);
	flush();
	LAYER_COUNTED(l, { COH_COUNT_ALIAS, 3 }, { COH_COUNT_SKIPPED_CONGRUENT, 1 },
		      { COH_COUNT_WALK, 2 });
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 0), BY_WINDOW(PFN, 2), BY_WINDOW(PFN, 3),
		    FLUSH_PAGE(K));
}

/* Filled before what a user stored was in memory, K would show what was before: once more. */
static void k_is_flushed_before_and_after_users(void **state)
{
	struct coh_config config = layer_vipt();

	(void)state;
	config.speculates = true;
	start(config);
	layer_map_file(l, &l->mm, AT(0x100000, 2), 4, INDEX, SHARED);
	layer_map_file(l, &l->mm, AT(0x100000, 1) + 0x80000, 4, INDEX, SHARED); /* as K */
	flush();
	LAYER_COUNTED(l, { COH_COUNT_ALIAS, 1 }, { COH_COUNT_SKIPPED_CONGRUENT, 1 },
		      { COH_COUNT_WALK, 2 });
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K));

	config = layer_vivt();
	config.speculates = true;
	start(config);
	layer_map_file(l, &l->mm, 0x100000, 4, INDEX, SHARED);
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(0x100000), FLUSH_PAGE(K));

	/* Where aliases meet nothing is older than anything. */
	config = layer_pipt();
	config.speculates = true;
	start(config);
	layer_map_file(l, &l->mm, 0x100000, 4, INDEX, SHARED);
	flush();
	LAYER_ASKED_NOTHING(l);
}

/* The window's slot holds what an interrupted one had there before, and again after. */
static void vipt_puts_back_what_the_window_held(void **state)
{
	(void)state;
	start(layer_vipt());
	l->window[2] = 0x777;
	layer_map_file(l, &l->mm, AT(0x100000, 2), 4, INDEX, SHARED);
	flush();
	LAYER_ASKED_ALL(l, ENTER, EXIT, RANGE_(KERNEL_ADDRESS, PFN, 0), FLUSH_PAGE(K), ENTER, ENTER,
			WINDOW_MAP(PFN, 2), FLUSH_PAGE(WINDOW_AT(2)), WINDOW_UNMAP(2, 0x777), EXIT,
			EXIT, FLUSH_PAGE(K));
	assert_int_equal(l->window[2], 0x777);
}

static void vipt_finds_anonymous_aliases(void **state)
{
	(void)state;
	start(layer_vipt());
	page = layer_anon_page(l, PFN, INDEX);
	layer_map_anon(l, &l->other, AT(0x100000, 3), 4, INDEX, COH_VMA_WRITE);
	layer_map_anon(l, &l->mm, AT(0x200000, 3), 4, INDEX, COH_VMA_WRITE);
	flush();
	LAYER_COUNTED(l, { COH_COUNT_ALIAS, 1 }, { COH_COUNT_WALK, 1 });
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 3), FLUSH_PAGE(K));
}

/* Each kind of I-cache beside the data cache, for a page that was executed. */
static void map_executable(struct coh_config config, struct coh_geometry icache)
{
	struct coh_vma *vma;

	config.icache = icache;
	start(config);
	vma = layer_map_file(l, &l->mm, 0x101000, 4, INDEX, COH_VMA_EXEC | SHARED);
	coh_update_mmu_cache(&l->coh, vma, &page, 0x101000, COH_PROT_READ | COH_PROT_EXEC);
	layer_reset(l);
	flush();
}

static void stores_to_executed_pages_drop_their_code(void **state)
{
	const struct coh_geometry none = { .size = 0 };

	(void)state;
	map_executable(layer_vipt(), none);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
	map_executable(layer_vipt(), layer_icache(COH_INDEXED_VIPT));
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K), ICACHE_PAGE(K));
	map_executable(layer_vipt(), layer_icache(COH_INDEXED_PIPT));
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K), ICACHE_PAGE(K));
	/* One address does not find what others fetched. */
	map_executable(layer_vipt(), layer_icache_aliasing());
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K), ICACHE_ALL);
	map_executable(layer_vipt(), layer_icache(COH_INDEXED_VIVT));
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K), ICACHE_ALL);

	/* On VIVT each alias has its own; K is in memory before it is dropped. */
	map_executable(layer_vivt(), layer_icache(COH_INDEXED_VIVT));
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(0x101000), ICACHE_PAGE(0x101000), FLUSH_PAGE(K));

	/* Not executed: only data. */
	start(layer_vipt());
	layer_map_file(l, &l->mm, 0x101000, 4, INDEX, COH_VMA_EXEC | SHARED);
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
}

/*
 * Where aliases meet its lines may be dirty all the same, of whoever stored: written back by an
 * address for a moment, or with everything, from an interrupt or where no slot is left.
 */
static void without_k_all_code_is_dropped(void **state)
{
	struct coh_config config = layer_vipt();
	struct coh_vma *vma;

	(void)state;
	for (int pipt = 0; pipt < 2; pipt++) {
		config = pipt ? layer_pipt() : layer_vipt();
		config.icache = layer_icache(COH_INDEXED_PIPT);
		start(config);
		page = layer_file_page(l, HIGH_PFN, INDEX);
		vma = layer_map_file(l, &l->mm, 0x101000, 4, INDEX, COH_VMA_EXEC | SHARED);
		coh_update_mmu_cache(&l->coh, vma, &page, 0x101000, COH_PROT_EXEC);
		if (pipt)
			LAYER_ASKED(l, LOCKED(l), DO_KMAP(HIGH_PFN), CLEAN_PAGE(KMAP),
				    DO_KUNMAP(HIGH_PFN, KMAP), ICACHE_ALL, LOCKED(l));
		else
			LAYER_ASKED(l, LOCKED(l), ICACHE_ALL, LOCKED(l));
		flush();
		if (pipt)
			LAYER_ASKED(l, FLUSH_ALL, ICACHE_ALL);
		else
			LAYER_ASKED(l, BY_WINDOW(HIGH_PFN, 1), ICACHE_ALL);
	}
	page.mark = 0;
	l->slots = 0;
	coh_update_mmu_cache(&l->coh, vma, &page, 0x101000, COH_PROT_EXEC);
	LAYER_ASKED(l, DO_KMAP(HIGH_PFN), FLUSH_ALL, ICACHE_ALL);
}

/* ------------------------------------------------------------------------
 * Where aliases meet.
 */

static void where_aliases_meet_data_needs_nothing(void **state)
{
	struct coh_config vipt = layer_vipt();

	(void)state;
	vipt.dcache.size = 0x4000; /* ways of a page */
	for (int i = 0; i < 2; i++) {
		start(i ? vipt : layer_pipt());
		layer_map_file(l, &l->mm, 0x100000, 4, INDEX, SHARED);
		flush();
		LAYER_COUNTED(l, { COH_COUNT_WALK, 1 });
		LAYER_ASKED_NOTHING(l);
		page = layer_anon_page(l, PFN, INDEX);
		layer_map_anon(l, &l->mm, 0x200000, 4, INDEX, COH_VMA_WRITE);
		flush();
		LAYER_ASKED_NOTHING(l);
	}
}

/* Fetches do not look into the data cache, unless there is no I-cache of its own. */
static void where_aliases_meet_code_goes_to_memory(void **state)
{
	const struct coh_geometry none = { .size = 0 };

	(void)state;
	map_executable(layer_pipt(), layer_icache(COH_INDEXED_PIPT));
	LAYER_ASKED(l, CLEAN_PAGE(K), ICACHE_PAGE(K));
	map_executable(layer_pipt(), layer_icache_aliasing());
	LAYER_ASKED(l, CLEAN_PAGE(K), ICACHE_ALL);
	map_executable(layer_pipt(), layer_icache(COH_INDEXED_VIVT));
	LAYER_ASKED(l, CLEAN_PAGE(K), ICACHE_ALL);
	map_executable(layer_pipt(), none);
	LAYER_ASKED_NOTHING(l);
}

/* ------------------------------------------------------------------------
 * get_user_pages, and K alone.
 */

/* rmap finds anonymous aliases by itself; the hook is the flush. */
static void get_user_page_is_the_flush(void **state)
{
	struct coh_vma *vma, *anon;

	(void)state;
	start(layer_vivt());
	vma = layer_map_file(l, &l->mm, 0x300000, 4, INDEX - 1, SHARED);
	anon = layer_map_anon(l, &l->mm, 0x500000, 4, INDEX - 1, COH_VMA_WRITE);
	for (int intent = COH_INTENT_READ; intent <= COH_INTENT_READ_WRITE; intent++) {
		assert_int_equal(
			coh_get_user_page(&l->coh, vma, &page, 0x301010, (enum coh_intent)intent),
			0);
		LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(0x301000), FLUSH_PAGE(K));
	}
	page = layer_anon_page(l, PFN, INDEX);
	assert_int_equal(coh_get_user_page(&l->coh, anon, &page, 0x501fff, COH_INTENT_WRITE), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(0x501000), FLUSH_PAGE(K));
	assert_int_equal(coh_flush_anon_page(&l->coh, anon, &page, 0x501fff), 0);
	LAYER_ASKED_NOTHING(l);
}

static void flush_kernel_dcache_page_cleans_k(void **state)
{
	struct coh_page high;

	(void)state;
	for (int i = 0; i < 2; i++) {
		start(i ? layer_vipt() : layer_vivt());
		assert_int_equal(coh_flush_kernel_dcache_page(&l->coh, &page), 0);
		LAYER_ASKED(l, CLEAN_PAGE(K));
		high = layer_file_page(l, HIGH_PFN, INDEX);
		assert_int_equal(coh_flush_kernel_dcache_page(&l->coh, &high), 0);
		LAYER_ASKED_NOTHING(l);
	}
	start(layer_pipt());
	assert_int_equal(coh_flush_kernel_dcache_page(&l->coh, &page), 0);
	LAYER_ASKED_NOTHING(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_nobody_maps_waits),
		cmocka_unit_test(a_fresh_page_counts_as_dirty),
		cmocka_unit_test(a_page_that_may_be_mapped_does_not_wait),
		cmocka_unit_test(a_file_says_which_pages_are_covered),
		cmocka_unit_test(after_munmap_one_flush_is_owed),
		cmocka_unit_test(a_flush_while_mapped_leaves_one_owed),
		cmocka_unit_test(nothing_waits_for_another_cpu),
		cmocka_unit_test(a_page_of_nobody_has_only_k),
		cmocka_unit_test(vivt_flushes_each_alias_of_the_current_mm),
		cmocka_unit_test(vivt_walks_between_enter_and_exit),
		cmocka_unit_test(vivt_leaves_private_mappings_alone),
		cmocka_unit_test(vivt_drops_code_where_a_vma_is_executable),
		cmocka_unit_test(vivt_finds_anonymous_aliases),
		cmocka_unit_test(without_k_only_u),
		cmocka_unit_test(vipt_flushes_one_alias_of_each_colour),
		cmocka_unit_test(k_is_flushed_before_and_after_users),
		cmocka_unit_test(vipt_puts_back_what_the_window_held),
		cmocka_unit_test(vipt_finds_anonymous_aliases),
		cmocka_unit_test(stores_to_executed_pages_drop_their_code),
		cmocka_unit_test(without_k_all_code_is_dropped),
		cmocka_unit_test(where_aliases_meet_data_needs_nothing),
		cmocka_unit_test(where_aliases_meet_code_goes_to_memory),
		cmocka_unit_test(get_user_page_is_the_flush),
		cmocka_unit_test(flush_kernel_dcache_page_cleans_k),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
