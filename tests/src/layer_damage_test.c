// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * When a reverse map cannot be used: it is damaged, or changes faster than it can be walked.  Then
 * all of the cache is flushed, and damage is reported and returned.  And who interrupts whom.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <coherer/coherer.h>
#include "check/policies/policies.h"
#include "src/map.h"
#include "tests/src/layer_port.h"

#define SHARED (COH_VMA_SHARED | COH_VMA_WRITE)
#define U      ((uintptr_t)0x302000)
#define V      ((uintptr_t)0x503000)

static struct layer *l;
static struct coh_vma *vma;
static struct coh_page page;

/* Mapped at U and V by the current mm; I-cache tagged virtually. */
static void start(struct coh_config config, const struct coh_policy *policy)
{
	config.icache = layer_icache(COH_INDEXED_VIVT);
	config.policy = policy;
	l = layer_start(config);
	page = layer_file_page(l, PFN, INDEX);
	vma = layer_map_file(l, &l->mm, U, 4, INDEX, SHARED);
	layer_map_file(l, &l->mm, V, 4, INDEX, SHARED);
	layer_present(l, &l->mm, U, PFN);
	layer_present(l, &l->mm, V, PFN);
}

/* A stray store over the header.  What its pointers lead to must not be followed. */
static void damage_header(void)
{
	l->file.map.side = 7;
	l->file.map.root[0] = l->file.map.root[1] = (struct coh_node *)8;
}

static void damage_tree(void)
{
	l->file.map.root[0]->height = 1u << 20;
}

#define EVERY_COLOUR BY_WINDOW(PFN, 0), BY_WINDOW(PFN, 1), BY_WINDOW(PFN, 2), BY_WINDOW(PFN, 3)

#define FLUSHED_EVERYTHING FLUSH_ALL, ICACHE_ALL, REPORT(COH_E_CORRUPT, &l->file.map)

/* ------------------------------------------------------------------------
 * A damaged header.
 */

static void flush_dcache_page_reports_and_flushes_everything(void **state)
{
	static const struct coh_policy *const walking[] = { &coh_policy_rmap, &coh_policy_gup_hook,
							    &coh_policy_rmap_locked,
							    &coh_policy_uncache };

	(void)state;
	for (int i = 0; i < 8; i++) {
		start(i & 1 ? layer_vipt() : layer_vivt(), walking[i / 2]);
		damage_header();
		assert_int_equal(coh_flush_dcache_page(&l->coh, &page), COH_E_CORRUPT);
		LAYER_COUNTED(l, { COH_COUNT_WALK, 0 });
		if (i & 1)
			LAYER_ASKED(l, FLUSH_PAGE(K), EVERY_COLOUR,
				    REPORT(COH_E_CORRUPT, &l->file.map), FLUSH_PAGE(K));
		else
			LAYER_ASKED(l, FLUSH_PAGE(K), FLUSHED_EVERYTHING, FLUSH_PAGE(K));
	}
}

/* An empty one says that nobody maps the page: it must not be believed. */
static void an_empty_damaged_map_defers_nothing(void **state)
{
	(void)state;
	start(layer_vivt(), NULL);
	l->file.map.side = COH_SIDE_ANON;
	l->file.map.root[0] = l->file.map.root[1] = NULL;
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), COH_E_CORRUPT);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSHED_EVERYTHING, FLUSH_PAGE(K));
}

static void an_anonymous_map_is_looked_at_as_such(void **state)
{
	(void)state;
	start(layer_vivt(), NULL);
	page = layer_anon_page(l, PFN, INDEX);
	l->family.map.side = COH_SIDE_FILE;
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), COH_E_CORRUPT);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_ALL, ICACHE_ALL, REPORT(COH_E_CORRUPT, &l->family.map),
		    FLUSH_PAGE(K));
}

/* Nothing is asked of a map that is not needed. */
static void where_aliases_meet_no_map_is_needed(void **state)
{
	(void)state;
	start(layer_pipt(), NULL);
	damage_header();
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), 0);
	LAYER_ASKED_NOTHING(l);
}

static void get_user_page_returns_the_damage(void **state)
{
	(void)state;
	start(layer_vivt(), NULL);
	damage_header();
	assert_int_equal(coh_get_user_page(&l->coh, vma, &page, U, COH_INTENT_READ), COH_E_CORRUPT);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSHED_EVERYTHING, FLUSH_PAGE(K));
}

/* No address is handed out with an error; one that is given back is gone with it, too. */
static void kmap_gives_no_address(void **state)
{
	uintptr_t va;

	(void)state;
	for (int locked = 0; locked < 2; locked++) {
		va = 77;
		start(layer_vivt(), locked ? &coh_policy_rmap_locked : NULL);
		page = layer_file_page(l, HIGH_PFN, INDEX);
		damage_header();
		assert_int_equal(coh_kmap(&l->coh, &page, COH_INTENT_READ, &va), COH_E_CORRUPT);
		assert_int_equal(va, 77);
		assert_int_equal(l->slots, 1);
		LAYER_ASKED(l, DO_KMAP(HIGH_PFN), FLUSH_PAGE(KMAP), FLUSHED_EVERYTHING,
			    FLUSH_PAGE(KMAP), DO_KUNMAP(HIGH_PFN, KMAP));

		l->port.kmap(l, HIGH_PFN);
		layer_reset(l);
		assert_int_equal(coh_kunmap(&l->coh, &page, COH_INTENT_WRITE, KMAP), COH_E_CORRUPT);
		LAYER_ASKED(l, FLUSH_PAGE(KMAP), FLUSHED_EVERYTHING, FLUSH_PAGE(KMAP),
			    DO_KUNMAP(HIGH_PFN, KMAP));
	}
}

static void nothing_is_copied(void **state)
{
	struct coh_page to;
	const uintptr_t buffer = LINEAR + 0x80000;

	(void)state;
	start(layer_vivt(), NULL);
	to = layer_anon_page(l, PFN + 1, 0);
	damage_header();
	assert_int_equal(coh_copy_to_user_page(&l->coh, vma, &page, U, K, buffer, 8),
			 COH_E_CORRUPT);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSHED_EVERYTHING, FLUSH_PAGE(K));
	assert_int_equal(coh_copy_from_user_page(&l->coh, vma, &page, U, buffer, K, 8),
			 COH_E_CORRUPT);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSHED_EVERYTHING, FLUSH_PAGE(K));
	assert_int_equal(coh_copy_user_page(&l->coh, &to, &page, U), COH_E_CORRUPT);
	assert_int_equal(to.mark, 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSHED_EVERYTHING, FLUSH_PAGE(K));
}

static void a_stray_store_comes_with_the_copy(struct layer *world, const struct port_call *call)
{
	if (call->op == PORT_COPY)
		world->file.map.side = 7;
}

/* Too late to have copied nothing: but what was copied is in memory. */
static void damage_after_the_copy_is_returned(void **state)
{
	const uintptr_t buffer = LINEAR + 0x80000;

	(void)state;
	start(layer_vivt(), NULL);
	l->interrupt = a_stray_store_comes_with_the_copy;
	assert_int_equal(coh_copy_to_user_page(&l->coh, vma, &page, U, K, buffer, 8),
			 COH_E_CORRUPT);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(V), FLUSH_PAGE(K),
		    COPY(K, buffer, 8), FLUSH_PAGE(K), FLUSHED_EVERYTHING, FLUSH_PAGE(K));
}

/* What it owes to K is done; whether others conflict nobody can say. */
static void update_mmu_cache_reports(void **state)
{
	(void)state;
	start(layer_vivt(), NULL);
	damage_header();
	assert_int_equal(coh_update_mmu_cache(&l->coh, vma, &page, U, COH_PROT_WRITE), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), REPORT(COH_E_CORRUPT, &l->file.map));
}

/* Mappings that could not be uncached must not be taken for uncached later. */
static void uncache_does_not_believe_it_is_done(void **state)
{
	(void)state;
	start(layer_vivt(), &coh_policy_uncache);
	damage_header();
	for (int i = 0; i < 2; i++) {
		assert_int_equal(coh_get_user_page(&l->coh, vma, &page, U, COH_INTENT_READ),
				 COH_E_CORRUPT);
		LAYER_ASKED(l, REPORT(COH_E_CORRUPT, &l->file.map), FLUSH_PAGE(K),
			    FLUSHED_EVERYTHING, FLUSH_PAGE(K));
	}
}

static void lazy_does_not_believe_in_nobody(void **state)
{
	(void)state;
	start(layer_vivt(), &coh_policy_lazy);
	damage_header();
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), COH_E_CORRUPT);
	LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(K), FLUSHED_EVERYTHING, FLUSH_PAGE(K));
	start(layer_vivt(), &coh_policy_lazy);
	damage_tree();
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), COH_E_CORRUPT);
	LAYER_ASKED(l, IRQ_SAVE, LOCK(&l->coh.lock), REPORT(COH_E_CORRUPT, &l->file.map),
		    UNLOCK(&l->coh.lock), IRQ_RESTORE, FLUSH_PAGE(K),
		    REPORT(COH_E_CORRUPT, &l->file.map), FLUSH_ALL, ICACHE_ALL, FLUSH_PAGE(K));
}

/* Damaged after they were uncached, before the lines of before are flushed. */
static void a_stray_store_follows_the_walk(struct layer *world, const struct port_call *call)
{
	if (call->op == PORT_FLUSH && call->va == V)
		world->file.map.side = 7;
}

static void uncache_does_not_believe_it_flushed(void **state)
{
	(void)state;
	start(layer_vivt(), &coh_policy_uncache);
	l->interrupt = a_stray_store_follows_the_walk;
	assert_int_equal(coh_get_user_page(&l->coh, vma, &page, U, COH_INTENT_READ), COH_E_CORRUPT);
	LAYER_ASKED(l, UNCACHE(U, &l->mm, PFN), FLUSH_PAGE(U), UNCACHE(V, &l->mm, PFN),
		    FLUSH_PAGE(V), FLUSH_PAGE(K), FLUSHED_EVERYTHING, FLUSH_PAGE(K));
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), COH_E_CORRUPT);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSHED_EVERYTHING, FLUSH_PAGE(K));
}

/* ------------------------------------------------------------------------
 * A damaged tree: found on the way.
 */

static void a_damaged_tree_is_found_on_the_way(void **state)
{
	(void)state;
	start(layer_vivt(), NULL);
	damage_tree();
	/* Once where it asks whether anybody maps the page, once where it looks for them. */
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), COH_E_CORRUPT);
	LAYER_COUNTED(l, { COH_COUNT_WALK, 2 });
	LAYER_ASKED(l, REPORT(COH_E_CORRUPT, &l->file.map), FLUSH_PAGE(K),
		    REPORT(COH_E_CORRUPT, &l->file.map), FLUSH_ALL, ICACHE_ALL, FLUSH_PAGE(K));

	assert_int_equal(coh_update_mmu_cache(&l->coh, vma, &page, U, COH_PROT_WRITE), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), REPORT(COH_E_CORRUPT, &l->file.map));
}

/* Once everything was flushed there is nothing to look for again; K may have been read ahead. */
static void a_damaged_map_is_not_walked_again(void **state)
{
	struct coh_config config = layer_vipt();

	(void)state;
	config.speculates = true;
	start(config, NULL);
	damage_header();
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), COH_E_CORRUPT);
	LAYER_ASKED(l, FLUSH_PAGE(K), EVERY_COLOUR, REPORT(COH_E_CORRUPT, &l->file.map),
		    FLUSH_PAGE(K));
	start(config, &coh_policy_gup_hook);
	damage_header();
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), COH_E_CORRUPT);
	LAYER_ASKED(l, FLUSH_PAGE(K), EVERY_COLOUR, REPORT(COH_E_CORRUPT, &l->file.map),
		    FLUSH_PAGE(K));
}

/* A change found it: from then on nobody believes what is left of it. */
static void a_map_marked_as_damaged_is_walked_by_nobody(void **state)
{
	struct coh_vma third;

	(void)state;
	start(layer_vivt(), NULL);
	coh_vma_init(&third, &l->other, 0x700000, PAGE_BYTES, INDEX, SHARED);
	l->file.map.sequence++; /* for a moment */
	assert_int_equal(coh_vma_link(&l->coh, &third, &l->file), COH_E_CORRUPT);
	l->file.map.sequence--;
	layer_reset(l);
	for (int i = 0; i < 2; i++) {
		/* The page nobody covers does not wait, either: where it looks it cannot tell. */
		page = layer_file_page(l, PFN, i ? INDEX + 1000 : INDEX);
		assert_int_equal(coh_flush_dcache_page(&l->coh, &page), COH_E_CORRUPT);
		LAYER_COUNTED(l, { COH_COUNT_WALK, 0 });
		LAYER_ASKED(l, REPORT(COH_E_CORRUPT, &l->file.map), FLUSH_PAGE(K),
			    REPORT(COH_E_CORRUPT, &l->file.map), FLUSH_ALL, ICACHE_ALL,
			    FLUSH_PAGE(K));
	}
}

static void rmap_locked_gives_its_lock_back(void **state)
{
	(void)state;
	start(layer_vivt(), &coh_policy_rmap_locked);
	damage_tree();
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), COH_E_CORRUPT);
	LAYER_ASKED(l, REPORT(COH_E_CORRUPT, &l->file.map), FLUSH_PAGE(K), LOCK(&l->file.map.lock),
		    REPORT(COH_E_CORRUPT, &l->file.map), FLUSH_ALL, ICACHE_ALL,
		    UNLOCK(&l->file.map.lock), FLUSH_PAGE(K));
}

/* ------------------------------------------------------------------------
 * Updates that go by.
 */

static unsigned updates_left; /* by another CPU, one at each operation on U */

static void another_cpu_changes(struct layer *world)
{
	static struct coh_vma theirs;

	updates_left--;
	world->quiet = true;
	coh_vma_init(&theirs, &world->other, 0x900000, PAGE_BYTES, INDEX + 100, SHARED);
	assert_int_equal(coh_vma_link(&world->coh, &theirs, &world->file), 0);
	assert_int_equal(coh_vma_unlink(&world->coh, &theirs), 0);
	world->quiet = false;
}

static void another_cpu_changes_its_vmas(struct layer *world, const struct port_call *call)
{
	if ((call->op == PORT_FLUSH || call->op == PORT_UNCACHE) && call->va == U && updates_left)
		another_cpu_changes(world);
}

static void another_cpu_changes_at_the_window(struct layer *world, const struct port_call *call)
{
	if (call->op == PORT_WINDOW_UNMAP && updates_left)
		another_cpu_changes(world);
}

/* It begins again: a flush too many does no harm. */
static void a_walk_that_saw_an_update_begins_again(void **state)
{
	(void)state;
	start(layer_vivt(), NULL);
	l->interrupt = another_cpu_changes_its_vmas;
	updates_left = 1;
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), 0);
	LAYER_COUNTED(l, { COH_COUNT_WALK, 2 }, { COH_COUNT_WALK_RETRY, 1 },
		      { COH_COUNT_ALIAS, 3 });
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(U), FLUSH_PAGE(V), FLUSH_PAGE(K));
}

#define EIGHT(call) call, call, call, call, call, call, call, call

static void a_walk_that_is_given_up_flushes_everything(void **state)
{
	(void)state;
	assert_int_equal(COH_WALK_TRIES, 8);
	for (int locked = 0; locked < 2; locked++) {
		start(layer_vivt(), locked ? &coh_policy_rmap_locked : NULL);
		l->interrupt = another_cpu_changes_its_vmas;
		updates_left = 8;
		assert_int_equal(coh_flush_dcache_page(&l->coh, &page), 0);
		LAYER_COUNTED(l, { COH_COUNT_WALK, 2 }, { COH_COUNT_WALK_RETRY, 7 },
			      { COH_COUNT_WALK_GIVEN_UP, 1 }, { COH_COUNT_ALIAS, 8 });
		if (locked) /* so the lock was not held by who should have */
			LAYER_ASKED(l, FLUSH_PAGE(K), LOCK(&l->file.map.lock), EIGHT(FLUSH_PAGE(U)),
				    FLUSH_ALL, ICACHE_ALL, UNLOCK(&l->file.map.lock),
				    FLUSH_PAGE(K));
		else
			LAYER_ASKED(l, FLUSH_PAGE(K), EIGHT(FLUSH_PAGE(U)), FLUSH_ALL, ICACHE_ALL,
				    FLUSH_PAGE(K));
	}
}

#define USERS BY_WINDOW(PFN, 2), BY_WINDOW(PFN, 3)

/* All of the cache may be an interrupt to other CPUs: VIPT does without, for it is any context. */
static void on_vipt_given_up_flushes_every_colour(void **state)
{
	(void)state;
	start(layer_vipt(), NULL);
	l->interrupt = another_cpu_changes_at_the_window;
	updates_left = 8;
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), 0);
	assert_int_equal(l->coh.counters[COH_COUNT_WALK_GIVEN_UP], 1);
	assert_int_equal(l->coh.counters[COH_COUNT_FLUSH_ALL], 0);
	assert_int_equal(l->coh.counters[COH_COUNT_ICACHE_ALL], 0);
	/* One colour a try, and not the one of the try before. */
	LAYER_ASKED(l, FLUSH_PAGE(K), USERS, USERS, USERS, USERS, EVERY_COLOUR, FLUSH_PAGE(K));
}

/* Everything can be flushed, but not uncached: that is told, and the page stays as it was. */
static void who_could_not_be_uncached_is_reported(void **state)
{
#define UNCACHED_U UNCACHE(U, &l->mm, PFN), FLUSH_PAGE(U)
	(void)state;
	start(layer_vivt(), &coh_policy_uncache);
	l->interrupt = another_cpu_changes_its_vmas;
	updates_left = 16; /* two for each try */
	assert_int_equal(coh_get_user_page(&l->coh, vma, &page, U, COH_INTENT_READ), 0);
	LAYER_ASKED(l, EIGHT(UNCACHED_U), REPORT(COH_E_BUSY, &l->file.map), FLUSH_PAGE(K),
		    FLUSH_PAGE(U), FLUSH_PAGE(V), FLUSH_PAGE(K));
	/* So the next one tries again, and may believe it. */
	assert_int_equal(coh_get_user_page(&l->coh, vma, &page, U, COH_INTENT_READ), 0);
	LAYER_ASKED(l, UNCACHED_U, UNCACHE(V, &l->mm, PFN), FLUSH_PAGE(V), FLUSH_PAGE(K),
		    FLUSH_PAGE(U), FLUSH_PAGE(V), FLUSH_PAGE(K));
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K));
}

/* ------------------------------------------------------------------------
 * Interrupts.
 */

static struct coh_page other_page;

/* In the window of the interrupted one: the same colour, another page. */
static void an_interrupt_flushes_another_page(struct layer *world, const struct port_call *call)
{
	if (call->op != PORT_WINDOW_MAP || call->va != PFN)
		return;
	world->interrupt = NULL;
	assert_int_equal(coh_flush_dcache_page(&world->coh, &other_page), 0);
}

static void windows_nest(void **state)
{
	(void)state;
	start(layer_vipt(), NULL);
	other_page = layer_file_page(l, PFN + 4, INDEX + 4); /* of the same colours */
	layer_map_file(l, &l->mm, 0x706000, 1, INDEX + 4, SHARED);
	l->interrupt = an_interrupt_flushes_another_page;
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), WINDOW_MAP(PFN, 2), FLUSH_PAGE(K + 4 * PAGE_BYTES),
		    WINDOW_MAP(PFN + 4, 2), FLUSH_PAGE(WINDOW_AT(2)), WINDOW_UNMAP(2, PFN),
		    FLUSH_PAGE(K + 4 * PAGE_BYTES), FLUSH_PAGE(WINDOW_AT(2)), WINDOW_UNMAP(2, 0),
		    BY_WINDOW(PFN, 3), FLUSH_PAGE(K));
}

/* T10: from an interrupt amid an update of the very map, where rmap-locked stops for ever (T11). */
static void an_interrupt_flushes_the_page(struct layer *world, const struct port_call *call)
{
	if (call->op != PORT_LOCK || call->va != (uintptr_t)&world->file.map.lock)
		return;
	world->interrupt = NULL;
	assert_int_equal(coh_flush_dcache_page(&world->coh, &page), 0);
}

static void rmap_takes_no_lock(void **state)
{
	struct coh_vma third;

	(void)state;
	start(layer_vivt(), NULL);
	coh_vma_init(&third, &l->mm, 0x700000, PAGE_BYTES, INDEX, SHARED);
	l->interrupt = an_interrupt_flushes_the_page;
	assert_int_equal(coh_vma_link(&l->coh, &third, &l->file), 0);
	LAYER_ASKED(l, LOCK(&l->mm.lock), UNLOCK(&l->mm.lock), LOCK(&l->file.map.lock),
		    FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(V), FLUSH_PAGE(K),
		    UNLOCK(&l->file.map.lock));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flush_dcache_page_reports_and_flushes_everything),
		cmocka_unit_test(an_empty_damaged_map_defers_nothing),
		cmocka_unit_test(an_anonymous_map_is_looked_at_as_such),
		cmocka_unit_test(where_aliases_meet_no_map_is_needed),
		cmocka_unit_test(get_user_page_returns_the_damage),
		cmocka_unit_test(kmap_gives_no_address),
		cmocka_unit_test(nothing_is_copied),
		cmocka_unit_test(damage_after_the_copy_is_returned),
		cmocka_unit_test(update_mmu_cache_reports),
		cmocka_unit_test(uncache_does_not_believe_it_is_done),
		cmocka_unit_test(uncache_does_not_believe_it_flushed),
		cmocka_unit_test(lazy_does_not_believe_in_nobody),
		cmocka_unit_test(a_damaged_tree_is_found_on_the_way),
		cmocka_unit_test(a_damaged_map_is_not_walked_again),
		cmocka_unit_test(a_map_marked_as_damaged_is_walked_by_nobody),
		cmocka_unit_test(rmap_locked_gives_its_lock_back),
		cmocka_unit_test(a_walk_that_saw_an_update_begins_again),
		cmocka_unit_test(a_walk_that_is_given_up_flushes_everything),
		cmocka_unit_test(on_vipt_given_up_flushes_every_colour),
		cmocka_unit_test(who_could_not_be_uncached_is_reported),
		cmocka_unit_test(windows_nest),
		cmocka_unit_test(rmap_takes_no_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
