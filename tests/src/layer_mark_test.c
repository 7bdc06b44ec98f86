// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The mark of a page (docs/page-mark.md): what is known of it when it changes hands, and of a fill
 * whose lines stay.  In pairs: what must be flushed, and what need not be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <coherer/coherer.h>
#include "check/policies/policies.h"
#include "tests/src/layer_port.h"

#define SHARED	  (COH_VMA_SHARED | COH_VMA_WRITE)
#define U	  ((uintptr_t)0x300000) /* of colour 0 */
#define CONGRUENT (U + PAGE_BYTES)	/* of K's colour */
#define APART	  (U + 2 * PAGE_BYTES)

static struct layer *l;
static struct coh_page page;

static void start(struct coh_config config)
{
	l = layer_start(config);
}

static void flush(void)
{
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), 0);
}

static void mapped(struct coh_vma *vma, uintptr_t va, uint32_t prot)
{
	assert_int_equal(coh_update_mmu_cache(&l->coh, vma, &page, va, prot), 0);
}

/* Contents and all, to a file that nobody maps. */
static void give_to_file(void)
{
	coh_page_clear(&page);
	assert_int_equal(coh_page_set_file(&page, &l->file, INDEX), 0);
	layer_reset(l);
}

static struct coh_config config_of(int vipt)
{
	return vipt ? layer_vipt() : layer_vivt();
}

/* Its users stored to it, and K still has what was there before. */
static void an_anonymous_page_was_used(void **state)
{
	struct coh_vma *vma;

	(void)state;
	for (int vipt = 0; vipt < 2; vipt++) {
		start(config_of(vipt));
		page = layer_anon_page(l, PFN, INDEX);
		vma = layer_map_anon(l, &l->mm, U, 1, INDEX, COH_VMA_WRITE);
		mapped(vma, U, COH_PROT_WRITE);
		flush(); /* and the kernel reads K */
		layer_unmap(l, vma);
		give_to_file();
		flush();
		LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
		flush();
		LAYER_ASKED_NOTHING(l);
	}
}

/* Of nobody, but the kernel looked after it: a driver may have mapped it to a user. */
static void a_page_of_nobody_was_used(void **state)
{
	(void)state;
	for (int vipt = 0; vipt < 2; vipt++) {
		start(config_of(vipt));
		coh_page_init(&page, PFN);
		flush();
		give_to_file();
		flush();
		LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
	}
}

/* The same, but the kernel read it by kmap, or copied it: K has lines, and the driver's users store. */
static void a_page_of_nobody_was_read(void **state)
{
	struct coh_page to;
	uintptr_t va;

	(void)state;
	for (int vipt = 0; vipt < 2; vipt++)
		for (int copied = 0; copied < 2; copied++) {
			start(config_of(vipt));
			coh_page_init(&page, PFN);
			coh_page_init(&to, PFN + 1);
			if (copied)
				assert_int_equal(coh_copy_user_page(&l->coh, &to, &page, U), 0);
			else
				assert_int_equal(coh_kmap(&l->coh, &page, COH_INTENT_READ, &va), 0);
			give_to_file();
			flush();
			LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
		}
}

/* A private mapping of a page that users stored to: what is read ahead at va before their bytes are in
 * memory goes last. */
static void a_private_user_of_a_cache_that_reads_ahead(void **state)
{
	struct coh_config config = layer_vipt();
	struct coh_vma *shared, *vma;

	(void)state;
	config.speculates = true;
	start(config);
	page = layer_file_page(l, PFN, INDEX);
	shared = layer_map_file(l, &l->mm, APART, 1, INDEX, SHARED);
	mapped(shared, APART, COH_PROT_WRITE);
	vma = layer_map_file(l, &l->mm, U, 1, INDEX, 0);
	layer_reset(l);
	mapped(vma, U, COH_PROT_READ);
	LAYER_ASKED(l, BY_WINDOW(PFN, 0), BY_WINDOW(PFN, 0), BY_WINDOW(PFN, 2), BY_WINDOW(PFN, 0));
}

/* From one file to another; it was settled there. */
static void what_one_file_knew_is_not_for_another(void **state)
{
	(void)state;
	start(layer_vivt());
	page = layer_file_page(l, PFN, INDEX);
	coh_page_clear(&page);
	flush(); /* of nobody */
	give_to_file();
	flush();
	flush(); /* settled, and waits */
	give_to_file();
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
}

static void a_page_that_nobody_had_waits(void **state)
{
	(void)state;
	for (int vipt = 0; vipt < 2; vipt++) {
		start(config_of(vipt));
		coh_page_init(&page, PFN);
		give_to_file();
		flush();
		give_to_file();
		flush();
		LAYER_ASKED_NOTHING(l);
		/* Users had it, and then it was free: what lines hold counts no more. */
		page = layer_anon_page(l, PFN, INDEX);
		flush();
		coh_page_init(&page, PFN);
		give_to_file();
		flush();
		LAYER_ASKED_NOTHING(l);
	}
}

/* K is dirty yet when the page changes hands. */
static void what_waits_is_owed_to_the_next_owner(void **state)
{
	struct coh_vma *vma;

	(void)state;
	for (int vipt = 0; vipt < 2; vipt++) {
		start(config_of(vipt));
		coh_page_init(&page, PFN);
		flush();
		give_to_file();
		flush();
		flush();
		LAYER_COUNTED(l, { COH_COUNT_DEFERRED, 1 }, { COH_COUNT_WALK, 3 });
		coh_page_clear(&page);
		assert_int_equal(coh_page_set_anon(&page, &l->family, INDEX), 0);
		vma = layer_map_anon(l, &l->mm, U, 1, INDEX, 0);
		layer_reset(l);
		mapped(vma, U, COH_PROT_READ);
		LAYER_ASKED(l, FLUSH_PAGE(K));
	}
}

/* Another VMA of the file, elsewhere in it: a flush too many, and then it waits again. */
static void a_change_of_the_map_unsettles(void **state)
{
	(void)state;
	start(layer_vivt());
	coh_page_init(&page, PFN);
	flush();
	give_to_file();
	flush();
	layer_map_file(l, &l->mm, U, 1, INDEX + 1, SHARED);
	layer_reset(l);
	flush();
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K));
	flush();
	LAYER_ASKED_NOTHING(l);
}

/* A flush at once brings K to memory: the next user need not. */
static void after_a_flush_at_once_k_is_in_memory(void **state)
{
	struct coh_vma *vma;

	(void)state;
	start(layer_vivt());
	page = layer_file_page(l, PFN, INDEX);
	vma = layer_map_file(l, &l->mm, U, 1, INDEX, SHARED);
	mapped(vma, U, COH_PROT_READ);
	flush();
	layer_reset(l);
	mapped(vma, U, COH_PROT_READ);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 }, { COH_COUNT_WALK, 1 });
	LAYER_ASKED_NOTHING(l);
}

/* Its user hits K's lines, which stay.  Who maps it elsewhere would read what was in memory. */
static void a_congruent_fill_is_owed_elsewhere(void **state)
{
	const uintptr_t first[] = { CONGRUENT, APART };
	struct coh_vma *vma, *second;

	(void)state;
	for (int i = 0; i < 2; i++) {
		start(layer_vipt());
		page = layer_anon_page(l, PFN, INDEX);
		assert_int_equal(coh_clear_user_page(&l->coh, &page, first[i]), 0);
		if (i == 0)
			LAYER_ASKED(l, ZERO(K));
		else
			LAYER_ASKED(l, ZERO(K), FLUSH_PAGE(K));
		vma = layer_map_anon(l, &l->mm, first[i], 1, INDEX, 0);
		mapped(vma, first[i], COH_PROT_READ);
		LAYER_ASKED_NOTHING(l);
		second = layer_map_anon(l, &l->other, U, 1, INDEX, 0);
		mapped(second, U, COH_PROT_READ);
		if (i == 0)
			LAYER_ASKED(l, FLUSH_PAGE(K));
		else
			LAYER_ASKED_NOTHING(l);
		mapped(second, U, COH_PROT_READ); /* once */
		LAYER_ASKED_NOTHING(l);
	}
}

/* lazy: of an earlier owner's users it knows nothing, so loads of the kernel are not free. */
static void lazy_takes_nothing_for_granted(void **state)
{
	(void)state;
	for (int used = 0; used < 2; used++) {
		for (int vipt = 0; vipt < 2; vipt++) {
			struct coh_config config = config_of(vipt);
			struct coh_vma *vma;

			config.policy = &coh_policy_lazy;
			start(config);
			page = layer_anon_page(l, PFN, INDEX);
			if (used) {
				vma = layer_map_anon(l, &l->mm, APART, 1, INDEX, COH_VMA_WRITE);
				mapped(vma, APART, COH_PROT_WRITE);
				layer_unmap(l, vma);
			}
			give_to_file();
			layer_kmap_kunmap(l, &page, COH_INTENT_READ);
			assert_int_equal(l->coh.counters[COH_COUNT_FLUSH] >
						 l->counters[COH_COUNT_FLUSH],
					 used);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_anonymous_page_was_used),
		cmocka_unit_test(a_page_of_nobody_was_used),
		cmocka_unit_test(a_page_of_nobody_was_read),
		cmocka_unit_test(a_private_user_of_a_cache_that_reads_ahead),
		cmocka_unit_test(what_one_file_knew_is_not_for_another),
		cmocka_unit_test(a_page_that_nobody_had_waits),
		cmocka_unit_test(what_waits_is_owed_to_the_next_owner),
		cmocka_unit_test(a_change_of_the_map_unsettles),
		cmocka_unit_test(after_a_flush_at_once_k_is_in_memory),
		cmocka_unit_test(a_congruent_fill_is_owed_elsewhere),
		cmocka_unit_test(lazy_takes_nothing_for_granted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
