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
#include "check/policies/policies.h"
#include "src/internal.h"
#include "tests/src/layer_port.h"

#define SHARED COH_VMA_SHARED
#define WRITE  COH_VMA_WRITE
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
	page.mark = COH_MARK_DATA_ | COH_MARK_CODE_ | COH_MARK_USED_;
	page.ever = COH_EVER_EXECUTED_;
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

#define UNCACHED(va)		   UNCACHE(va, &l->mm, PFN), FLUSH_PAGE(va)
#define UNCACHED_COLOUR(va, mm, c) UNCACHE(va, mm, PFN), BY_WINDOW(PFN, c)
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
	LAYER_ASKED(l, UNCACHED(V), UNCACHED(W), UNCACHE(0x900000, &l->mm, PFN), UNCACHED(U),
		    UNCACHED(V), UNCACHED(W), UNCACHE(0x900000, &l->mm, PFN));
	assert_true(l->translation[0].uncached && l->translation[1].uncached);
	assert_false(l->translation[3].uncached); /* another mm's: never in at the same time */
}

/* Either may be the one that stores.  A private one only wants to see what was stored. */
static void who_may_store_decides(void **state)
{
	static const struct {
		uint32_t new_flags, prot, old_flags;
		enum { NOTHING, CONFLICT, FLUSHED } what;
	} cases[] = {
		{ SHARED, COH_PROT_READ, SHARED, NOTHING },
		{ SHARED, COH_PROT_READ | COH_PROT_EXEC, SHARED, NOTHING },
		{ SHARED, COH_PROT_READ, SHARED | WRITE, CONFLICT },
		{ SHARED, COH_PROT_WRITE, SHARED, CONFLICT },
		{ SHARED | WRITE, COH_PROT_READ, SHARED, CONFLICT },
		{ WRITE, COH_PROT_WRITE, SHARED | WRITE, FLUSHED },
		{ SHARED | WRITE, COH_PROT_WRITE, WRITE, NOTHING },
		{ WRITE, COH_PROT_WRITE, WRITE, NOTHING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct coh_vma *vma;

		start(layer_vivt());
		vma = map(&l->mm, U, cases[i].new_flags);
		map(&l->mm, V, cases[i].old_flags);
		mapped(vma, cases[i].prot);
		if (cases[i].what == CONFLICT)
			LAYER_ASKED(l, UNCACHED(V), UNCACHED(U), UNCACHED(V));
		else if (cases[i].what == FLUSHED)
			LAYER_ASKED(l, FLUSH_PAGE(V));
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
	LAYER_ASKED(l, UNCACHE(V, &l->other, PFN), UNCACHE(U, &l->other, PFN),
		    UNCACHE(V, &l->other, PFN));
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
	LAYER_ASKED(l, UNCACHE(V, &l->mm, PFN));
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
	LAYER_ASKED(l, LOCKED(l), UNCACHED_COLOUR(U, &l->other, 0), UNCACHED_COLOUR(W, &l->mm, 2),
		    LOCKED(l), UNCACHED_COLOUR(U, &l->other, 0), UNCACHED_COLOUR(V, &l->mm, 1),
		    UNCACHED_COLOUR(V + 0x4000, &l->other, 1), UNCACHED_COLOUR(W, &l->mm, 2));
	mapped(private, READ_WRITE); /* what is stored from now on it need not show */
	LAYER_ASKED(l, BY_WINDOW(PFN, 3), BY_WINDOW(PFN, 0), BY_WINDOW(PFN, 1), BY_WINDOW(PFN, 2),
		    BY_WINDOW(PFN, 3));
	assert_false(l->translation[4].uncached);
}

/* Where lines outlive their users: who comes later agrees with all that are left, and yet. */
static void vipt_keeps_the_page_uncached(void **state)
{
	struct coh_vma *vma, *late;

	(void)state;
	start(layer_vipt());
	vma = map(&l->mm, V, SHARED | WRITE);
	mapped(vma, READ_WRITE);
	LAYER_ASKED(l, LOCKED(l));
	late = map(&l->mm, W, SHARED);
	mapped(late, COH_PROT_READ);
	LAYER_ASKED(l, BY_WINDOW(PFN, 2), UNCACHED_COLOUR(V, &l->mm, 1), LOCKED(l),
		    UNCACHED_COLOUR(V, &l->mm, 1), UNCACHED_COLOUR(W, &l->mm, 2));
	layer_unmap(l, late);

	late = map(&l->other, V + 0x4000, SHARED);
	mapped(late, COH_PROT_READ);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 }, { COH_COUNT_UNCACHED, 1 },
		      { COH_COUNT_ALIAS, 1 });
	LAYER_ASKED(l, FLUSH_PAGE(K), UNCACHED_COLOUR(V + 0x4000, &l->other, 1));
	/* Until it is another page. */
	coh_page_clear(&page);
	assert_int_equal(coh_page_set_file(&page, &l->file, INDEX), 0);
	mapped(late, COH_PROT_READ);
	LAYER_COUNTED(l, { COH_COUNT_COMPLETED, 1 }, { COH_COUNT_WALK, 1 });
	LAYER_ASKED(l, FLUSH_PAGE(K));
}

/* Nothing of a conflict that is over is left in the cache there. */
static void vivt_forgets_conflicts(void **state)
{
	struct coh_vma *vma, *other;

	(void)state;
	start(layer_vivt());
	vma = map(&l->mm, U, SHARED | WRITE);
	other = map(&l->mm, V, SHARED);
	mapped(vma, READ_WRITE);
	LAYER_ASKED(l, UNCACHED(V), UNCACHED(U), UNCACHED(V));
	layer_unmap(l, other);
	mapped(vma, READ_WRITE);
	LAYER_ASKED_NOTHING(l);
	assert_int_equal(page.ever, COH_EVER_EXECUTED_);
}

/* At the address of the other VMA some other page is mapped by now: that one stays as it is. */
static void only_this_page_is_uncached(void **state)
{
	struct coh_vma *vma;

	(void)state;
	start(layer_vivt());
	vma = map(&l->mm, U, SHARED | WRITE);
	layer_map_file(l, &l->mm, V, 1, INDEX, SHARED | WRITE);
	layer_present(l, &l->mm, V, PFN + 1);
	mapped(vma, READ_WRITE);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 }, { COH_COUNT_WALK, 1 });
	LAYER_ASKED(l, UNCACHE(V, &l->mm, PFN));
	assert_false(l->translation[1].uncached);
}

/* A private mapping is made after users stored through shared ones: it shows that (T2). */
static void a_private_mapping_finds_what_was_stored(void **state)
{
	struct coh_vma *private;

	(void)state;
	start(layer_vivt());
	map(&l->mm, U, SHARED | WRITE);
	map(&l->other, W, SHARED | WRITE); /* no line of theirs is in */
	private = map(&l->mm, V, 0);
	mapped(private, COH_PROT_READ);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 }, { COH_COUNT_WALK, 1 },
		      { COH_COUNT_ALIAS, 1 });
	LAYER_ASKED(l, FLUSH_PAGE(U));
	start(layer_vipt());
	map(&l->other, V, SHARED | WRITE); /* of K's colour, which is not flushed after it */
	private = map(&l->mm, U, 0);
	mapped(private, COH_PROT_READ);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 }, { COH_COUNT_WALK, 1 },
		      { COH_COUNT_ALIAS, 2 });
	LAYER_ASKED(l, BY_WINDOW(PFN, 0), BY_WINDOW(PFN, 1));
	start(layer_pipt());
	map(&l->mm, V, SHARED | WRITE);
	private = map(&l->mm, U, 0);
	mapped(private, COH_PROT_READ);
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
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 }, { COH_COUNT_WALK, 1 });
	LAYER_ASKED(l, LOCKED(l));
	start(layer_pipt());
	vma = map(&l->mm, U, SHARED | WRITE);
	map(&l->mm, V, SHARED | WRITE);
	mapped(vma, READ_WRITE);
	LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 });
	LAYER_ASKED_ALL(l, RANGE_(KERNEL_ADDRESS, PFN, 0));
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
	page.mark = COH_MARK_DATA_ | COH_MARK_USED_;
	mapped(vma, READ_WRITE);
	LAYER_ASKED_NOTHING(l);
}

/* What is owed to K comes first. */
static void a_deferred_flush_is_completed_first(void **state)
{
	struct coh_vma *vma;

	(void)state;
	start(layer_vivt());
	page.mark = 0;
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
		cmocka_unit_test(vipt_keeps_the_page_uncached),
		cmocka_unit_test(vivt_forgets_conflicts),
		cmocka_unit_test(only_this_page_is_uncached),
		cmocka_unit_test(a_private_mapping_finds_what_was_stored),
		cmocka_unit_test(congruent_users_agree),
		cmocka_unit_test(anonymous_pages_do_not_conflict),
		cmocka_unit_test(a_deferred_flush_is_completed_first),
		cmocka_unit_test(each_policy_does_it_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
