// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Two users of one page whose lines do not meet, where one may store: coh_update_mmu_cache makes
 * them uncached, under the policies that do.  The translation first, then its lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <coherer/coherer.h>
#include "tests/unit/layer_port.h"

#define SHARED COH_VMA_SHARED
#define WRITE  COH_VMA_WRITE
#define PFN    ((uintptr_t)0x21)
#define K      (LINEAR + PFN * PAGE_BYTES)
#define INDEX  ((uintptr_t)8)
#define U      ((uintptr_t)0x300000)
#define V      ((uintptr_t)0x501000)
#define W      ((uintptr_t)0x702000)

static struct layer *l;
static struct coh_page page;

static void start(struct coh_config config)
{
	l = layer_start(config);
	page = layer_file_page(l, PFN, INDEX);
	/* All that is owed to K and to code is done: what is asked is what conflicts ask. */
	page.clean = 0xff;
}

static struct coh_vma *map(struct coh_mm *mm, uintptr_t va, uint32_t flags)
{
	layer_present(l, mm, va, PFN);
	return layer_map_file(l, mm, va, 1, INDEX, flags);
}

static void mapped(struct coh_vma *vma, uint32_t prot)
{
	assert_int_equal(coh_update_mmu_cache(&l->coh, vma, &page, vma->start, prot), 0);
}

#define UNCACHED(va)		   UNCACHE(va, &l->mm), FLUSH_PAGE(va)
#define UNCACHED_COLOUR(va, mm, c) UNCACHE(va, mm), BY_WINDOW(PFN, c)
#define READ_WRITE		   (COH_PROT_READ | COH_PROT_WRITE)

/* First who conflicts; then, as somebody did, all: the new one is among them. */
static void vivt_uncaches_all_of_the_mm(void **state)
{
	struct coh_vma *vma;

	(void)state;
	start(layer_vivt());
	vma = map(&l->mm, U, SHARED | WRITE);
	map(&l->mm, V, SHARED);
	map(&l->mm, W, SHARED);
	map(&l->other, V, SHARED | WRITE);
	layer_map_file(l, &l->mm, 0x900000, 1, INDEX, SHARED | WRITE); /* not present */
	layer_map_file(l, &l->mm, 0xa00000, 1, INDEX + 1, SHARED | WRITE);
	map(&l->mm, 0xb00000, WRITE); /* private */
	mapped(vma, READ_WRITE);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 }, { COH_COUNT_WALK, 2 },
		      { COH_COUNT_UNCACHED, 5 }, { COH_COUNT_ALIAS, 5 });
	LAYER_ASKED(l, UNCACHED(V), UNCACHED(W), UNCACHE(0x900000, &l->mm), UNCACHED(U),
		    UNCACHED(V), UNCACHED(W), UNCACHE(0x900000, &l->mm));
	assert_true(l->translation[0].uncached && l->translation[1].uncached);
	assert_false(l->translation[3].uncached); /* another mm's: never in at the same time */
}

/* Either may be the one that stores. */
static void who_may_store_decides(void **state)
{
	static const struct {
		uint32_t new_flags, prot, old_flags;
		bool conflict;
	} cases[] = {
		{ SHARED, COH_PROT_READ, SHARED, false },
		{ SHARED, COH_PROT_READ | COH_PROT_EXEC, SHARED, false },
		{ SHARED, COH_PROT_READ, SHARED | WRITE, true },
		{ SHARED, COH_PROT_WRITE, SHARED, true },
		{ SHARED | WRITE, COH_PROT_READ, SHARED, true },
		{ WRITE, COH_PROT_WRITE, SHARED | WRITE, false },
		{ SHARED | WRITE, COH_PROT_WRITE, WRITE, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct coh_vma *vma;

		start(layer_vivt());
		vma = map(&l->mm, U, cases[i].new_flags);
		map(&l->mm, V, cases[i].old_flags);
		mapped(vma, cases[i].prot);
		if (cases[i].conflict)
			LAYER_ASKED(l, UNCACHED(V), UNCACHED(U), UNCACHED(V));
		else
			LAYER_ASKED_NOTHING(l);
	}
}

/* Not the current mm's, but the one whose translation is new: get_user_pages of another's. */
static void vivt_looks_at_the_mm_of_the_translation(void **state)
{
	struct coh_vma *vma;

	(void)state;
	start(layer_vivt());
	vma = map(&l->other, U, SHARED | WRITE);
	map(&l->other, V, SHARED);
	map(&l->mm, W, SHARED | WRITE);
	mapped(vma, READ_WRITE);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 }, { COH_COUNT_WALK, 2 },
		      { COH_COUNT_UNCACHED, 3 }, { COH_COUNT_SKIPPED_MM, 3 });
	LAYER_ASKED(l, UNCACHE(V, &l->other), UNCACHE(U, &l->other), UNCACHE(V, &l->other));
}

/* Who is not there yet will be told when it is. */
static void a_vma_without_a_translation_does_not_conflict(void **state)
{
	struct coh_vma *vma;

	(void)state;
	start(layer_vivt());
	vma = map(&l->mm, U, SHARED | WRITE);
	layer_map_file(l, &l->mm, V, 1, INDEX, SHARED | WRITE);
	mapped(vma, READ_WRITE);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 }, { COH_COUNT_WALK, 1 });
	LAYER_ASKED(l, UNCACHE(V, &l->mm));
}

/* Other colours, in all mms; then those of its own colour, which agreed until now. */
static void vipt_uncaches_all_where_colours_differ(void **state)
{
	struct coh_vma *vma, *private;

	(void)state;
	start(layer_vipt());
	vma = map(&l->mm, V, SHARED | WRITE);	      /* of colour 1 */
	map(&l->other, V + 0x4000, SHARED | WRITE);   /* too */
	map(&l->other, U, SHARED);		      /* 0 */
	map(&l->mm, W, SHARED);			      /* 2 */
	private = map(&l->mm, W + PAGE_BYTES, WRITE); /* 3 */
	mapped(vma, READ_WRITE);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 }, { COH_COUNT_WALK, 2 },
		      { COH_COUNT_UNCACHED, 6 }, { COH_COUNT_ALIAS, 6 });
	LAYER_ASKED(l, UNCACHED_COLOUR(U, &l->other, 0), UNCACHED_COLOUR(W, &l->mm, 2),
		    UNCACHED_COLOUR(U, &l->other, 0), UNCACHED_COLOUR(V, &l->mm, 1),
		    UNCACHED_COLOUR(V + 0x4000, &l->other, 1), UNCACHED_COLOUR(W, &l->mm, 2));
	mapped(private, READ_WRITE); /* what it shows is left open */
	LAYER_ASKED_NOTHING(l);
}

static void congruent_users_agree(void **state)
{
	struct coh_vma *vma;

	(void)state;
	start(layer_vipt());
	vma = map(&l->mm, U, SHARED | WRITE);
	map(&l->other, U + 0x4000, SHARED | WRITE);
	mapped(vma, READ_WRITE);
	LAYER_ASKED_NOTHING(l);
	start(layer_pipt());
	vma = map(&l->mm, U, SHARED | WRITE);
	map(&l->mm, V, SHARED | WRITE);
	mapped(vma, READ_WRITE);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 });
	LAYER_ASKED_NOTHING(l);
}

/* Several VMAs of an mm never share an anonymous page by a store. */
static void anonymous_pages_do_not_conflict(void **state)
{
	struct coh_vma *vma;

	(void)state;
	start(layer_vivt());
	vma = layer_map_anon(l, &l->mm, U, 1, INDEX, SHARED | WRITE);
	layer_map_anon(l, &l->mm, V, 1, INDEX, SHARED | WRITE);
	page = layer_anon_page(l, PFN, INDEX);
	page.clean = 0xff;
	mapped(vma, READ_WRITE);
	LAYER_ASKED_NOTHING(l);
}

/* What is owed to K comes first. */
static void a_deferred_flush_is_completed_first(void **state)
{
	struct coh_vma *vma;

	(void)state;
	start(layer_vivt());
	page.clean = 0;
	vma = map(&l->mm, U, SHARED | WRITE);
	map(&l->mm, V, SHARED);
	mapped(vma, READ_WRITE);
	LAYER_ASKED(l, FLUSH_PAGE(K), UNCACHED(V), UNCACHED(U), UNCACHED(V));
}

/* "Where the policy does that". */
static void each_policy_does_it_or_not(void **state)
{
	static const struct {
		const struct coh_policy *policy;
		bool uncaches;
	} policies[] = {
		{ &coh_policy_none, false },	{ &coh_policy_flush_all, false },
		{ &coh_policy_gup_hook, true }, { &coh_policy_rmap_locked, true },
		{ &coh_policy_rmap, true },	{ &coh_policy_hints, false },
		{ &coh_policy_uncache, true },	{ &coh_policy_lazy, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		struct coh_config config = layer_vivt();
		struct coh_vma *vma;

		config.policy = policies[i].policy;
		start(config);
		vma = map(&l->mm, U, SHARED | WRITE);
		map(&l->mm, V, SHARED | WRITE);
		mapped(vma, READ_WRITE);
		assert_int_equal(l->translation[0].uncached, policies[i].uncaches);
		assert_int_equal(l->translation[1].uncached, policies[i].uncaches);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vivt_uncaches_all_of_the_mm),
		cmocka_unit_test(who_may_store_decides),
		cmocka_unit_test(vivt_looks_at_the_mm_of_the_translation),
		cmocka_unit_test(a_vma_without_a_translation_does_not_conflict),
		cmocka_unit_test(vipt_uncaches_all_where_colours_differ),
		cmocka_unit_test(congruent_users_agree),
		cmocka_unit_test(anonymous_pages_do_not_conflict),
		cmocka_unit_test(a_deferred_flush_is_completed_first),
		cmocka_unit_test(each_policy_does_it_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
