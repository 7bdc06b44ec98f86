// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * lazy: know what may be in the cache, and do only what the next use needs.  After Wheeler and
 * Bershad, "Consistency management for virtually indexed caches" (1992).  Their system takes
 * translations away and learns of each next use by a page fault.  An interrupt cannot do that, so
 * this policy learns from the calls of the entry points:
 *
 * - VIVT.  A switch empties the cache.  If no VMA of the current mm covers the page, no user line
 *   of it is in.  K's lines may stay dirty: nobody needs them in memory before the next switch,
 *   which writes them back, or the next coh_update_mmu_cache, which does it if no switch came
 *   between.  They can be stale only if since the last switch users of the current mm had the page.
 *   That is known: they still have it, or the page was mapped since, or something was taken out of
 *   that mm.  So K may be used unannounced, as get_user_pages and pipes have it: they take a page
 *   now and use it many switches later.
 * - VIPT.  If the page was never mapped at another colour than K's, K and users share their lines.
 * - Both.  If no user translation ever allowed stores, users hold nothing that is newer than
 *   memory, and K nothing older: before loads nothing is to do.
 *
 * It relies on its callers more than rmap does.  If users may have the page mapped, every store
 * through K must be announced before and after, as the protocol says.  rmap forgives a caller that
 * forgets this for a page not mapped yet.
 *
 * K is the kernel's address of a page and its lines there.
 *
 * page->state: bit 15, a user translation allowed stores.  Below it, on VIVT the epoch in which the
 * page was last announced or mapped, 0 if never, and bit 14, whether users have been beside K since
 * then; on VIPT bit 0, mapped at another colour than K's.
 */
#include "check/policies/policies.h"
#include "src/internal.h"

#define WRITABLE_    0x8000u
#define BESIDE_	     0x4000u
#define EPOCH_	     0x3fffu
#define INCONGRUENT_ 0x0001u

/* Of 14 bits; 0 means unknown.  After 16383 switches an old one looks new. */
static uint16_t epoch_now(struct coh *coh)
{
	uint16_t e = coh_load(&coh->epoch) & EPOCH_;

	return e ? e : 1u;
}

/* Everything that changes the state, against each other; not from an NMI. */
static uintptr_t lock_state(struct coh *coh)
{
	uintptr_t flags = coh->port->irq_save(coh->port->context);

	coh->port->lock(coh->port->context, &coh->lock);
	return flags;
}

static void unlock_state(struct coh *coh, uintptr_t flags)
{
	coh->port->unlock(coh->port->context, &coh->lock);
	coh->port->irq_restore(coh->port->context, flags);
}

struct beside_walk {
	struct coh_walk_ walk; /* first: the visitor is handed this */
	struct coh *coh;
	const struct coh_page *page;
	uintptr_t kva;
	bool beside; /* some VMA maps the page to other lines than K's */
};

static enum coh_visit_ look_beside(struct coh_walk_ *walk, struct coh_vma *vma)
{
	struct beside_walk *l = (struct beside_walk *)walk;
	uintptr_t va = coh_vma_va_(l->coh, vma, walk->index);

	if (l->coh->mechanism->congruent_meet &&
	    coh_colour(l->coh, va) == coh_colour(l->coh, l->kva))
		return COH_VISIT_NEXT_GROUP;
	if (!coh_may_have_lines_(l->coh, vma, va, l->page))
		return COH_VISIT_NEXT;
	l->beside = true;
	return COH_VISIT_STOP;
}

/* Is there a user mapping, private ones included, that can have lines beside K's in the cache? */
static bool users_beside_k(struct coh *coh, struct coh_map *map, struct coh_page *page,
			   uintptr_t kva)
{
	struct beside_walk l;
	bool went_through;

	if (!coh_page_map_right_(page, map))
		return true;
	l.coh = coh;
	l.page = page;
	l.kva = kva;
	l.beside = false;
	l.walk.index = coh_load(&page->index);
	l.walk.visit = look_beside;
	coh->port->walk_enter(coh->port->context);
	coh->mechanism->groups(coh, &l.walk);
	l.walk.group_lo &= ~(uintptr_t)COH_GROUP_VISIBLE;
	went_through = coh_map_walk_(coh, map, &l.walk);
	coh->port->walk_exit(coh->port->context);
	return l.beside || !went_through;
}

/* VIVT: the page is used, or mapped, in this epoch. */
static void note_use(struct coh *coh, struct coh_page *page, bool beside)
{
	uint16_t state = coh_load(&page->state) & WRITABLE_;

	coh_store(&page->state, (uint16_t)(state | epoch_now(coh) | (beside ? BESIDE_ : 0u)));
}

/*
 * VIVT: users of the current mm are not beside K.  Were they since the last switch, so that K may
 * be older than what they stored?
 */
static bool were_beside_k(struct coh *coh, uint16_t state)
{
	if (!(state & EPOCH_) || coh_load(&coh->unmapped) == coh_load(&coh->epoch))
		return true;
	return state & BESIDE_ && (state & EPOCH_) == epoch_now(coh);
}

/* True if no user's lines count: then K's were flushed, if there may be any. */
static bool is_done_without_users(struct coh *coh, struct coh_map *map, struct coh_page *page,
				  uintptr_t kva)
{
	bool vivt = !coh->mechanism->congruent_meet;
	uintptr_t flags = lock_state(coh);
	uint16_t state = coh_load(&page->state);
	uint32_t mark = coh_load(&page->mark);
	uint32_t settled = coh_page_version_(page) | COH_MARK_SETTLED_;
	/* Settled at an earlier version: users may have come and gone since. */
	bool used = mark & COH_MARK_SETTLED_ ? mark != settled : mark & COH_MARK_USED_;
	bool lines_of_k, beside;

	coh_store(&page->mark, settled);
	coh_full_barrier(); /* the mark before the look at the map: flush.c says why */
	beside = users_beside_k(coh, map, page, kva);
	lines_of_k =
		vivt ? used && were_beside_k(coh, state) : state & INCONGRUENT_ || (used && !state);
	if (beside)
		coh_page_touch_(page);
	if (vivt)
		note_use(coh, page, beside);
	else if (!beside)
		coh_store(&page->state, (uint16_t)(state & ~INCONGRUENT_));
	/* Before an interrupt, or another CPU, goes by what was stored here. */
	if (!beside && lines_of_k)
		coh_flush_k_(coh, kva);
	else if (!beside)
		coh_count_(coh, COH_COUNT_SKIPPED_EMPTY);
	unlock_state(coh, flags);
	return !beside;
}

static int lazy_flush_page(struct coh *coh, struct coh_page *page)
{
	struct coh_map *map = coh_page_map_(page);
	uintptr_t kva = coh_page_kernel_(coh, page);

	/*
	 * With code the I-cache counts too, unless it is seen to alias by alias; with operations
	 * that reach one CPU so do the others; and an uncached user of K's colour has no lines to
	 * share with K.
	 */
	if (!map || !coh->mechanism->aliasing || !kva ||
	    coh_load(&page->ever) & COH_EVER_UNCACHED_ ||
	    (coh_load(&page->ever) & COH_EVER_EXECUTED_ && !coh->mechanism->code_by_alias) ||
	    coh->config.scope == COH_SCOPE_THIS_CPU)
		return coh_rmap_flush_page_(coh, page);
	if (is_done_without_users(coh, map, page, kva))
		return COH_OK;
	return coh_flush_now_(coh, page, kva);
}

/*
 * Before loads only: nothing is newer than memory in a user's lines, and K is no older.  A state of
 * 0 says nothing of the users of a former owner, and what they stored K may lack.
 */
static bool is_read_only(struct coh_page *page, enum coh_intent intent)
{
	uint16_t state = coh_load(&page->state);

	/* Of an earlier owner nothing is known any more but that there was one: K may be old. */
	if (!state && coh_load(&page->mark) == COH_MARK_USED_)
		return false;
	return intent == COH_INTENT_READ && !(state & WRITABLE_);
}

static int lazy_get_user(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
			 enum coh_intent intent)
{
	(void)vma;
	(void)va;
	if (is_read_only(page, intent)) {
		coh_count_(coh, COH_COUNT_SKIPPED_EMPTY);
		return COH_OK;
	}
	return lazy_flush_page(coh, page);
}

/* VIVT: K is used, whether or not users are beside it. */
static void announce_use(struct coh *coh, struct coh_page *page)
{
	uintptr_t flags;

	if (coh->mechanism->congruent_meet)
		return;
	flags = lock_state(coh);
	note_use(coh, page, true);
	unlock_state(coh, flags);
}

static int lazy_begin(struct coh *coh, struct coh_page *page, uintptr_t kva, enum coh_intent intent)
{
	if (is_read_only(page, intent)) {
		coh_count_(coh, COH_COUNT_SKIPPED_EMPTY);
		return COH_OK;
	}
	announce_use(coh, page);
	return coh_rmap_begin_(coh, page, kva, intent);
}

/*
 * On VIVT: a switch came since K was last announced, so it has no dirty line.  For code that is
 * enough if what was fetched at va went with what was mapped there before.
 */
static bool was_emptied(struct coh *coh, uint16_t state, uint32_t prot)
{
	if (prot & COH_PROT_EXEC &&
	    !(coh->mechanism->code_by_alias && coh->config.fetches_in_order))
		return false;
	return !coh->mechanism->congruent_meet && state & EPOCH_ &&
	       (state & EPOCH_) != epoch_now(coh);
}

/* VIPT.  A page beyond the linear map has K at whatever colour its next slot is. */
static bool is_incongruent(struct coh *coh, const struct coh_page *page, uintptr_t va)
{
	uintptr_t kva = coh_page_kernel_(coh, page);

	return !coh_is_linear_(coh, kva) || coh_colour(coh, va) != coh_colour(coh, kva);
}

static void remember_mapped(struct coh *coh, struct coh_vma *vma, struct coh_page *page,
			    uintptr_t va, uint32_t prot)
{
	uint16_t state = coh_load(&page->state);

	if (prot & COH_PROT_WRITE || coh_load(&vma->flags) & COH_VMA_WRITE)
		state |= WRITABLE_;
	if (coh->mechanism->congruent_meet && is_incongruent(coh, page, va))
		state |= INCONGRUENT_;
	coh_store(&page->state, state);
	if (!coh->mechanism->congruent_meet)
		note_use(coh, page, true);
}

static void lazy_mapped(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
			uint32_t prot)
{
	uintptr_t flags = lock_state(coh);

	if (was_emptied(coh, coh_load(&page->state), prot) &&
	    (coh_load(&page->mark) & (COH_MARK_SETTLED_ | COH_MARK_DATA_)) != COH_MARK_DATA_) {
		coh_count_(coh, COH_COUNT_SKIPPED_EMPTY);
		coh_store(&page->mark, (uint32_t)(COH_MARK_DATA_ | COH_MARK_USED_));
	}
	remember_mapped(coh, vma, page, va, prot);
	unlock_state(coh, flags);
	coh_rmap_mapped_(coh, vma, page, va, prot);
}

const struct coh_policy coh_policy_lazy = {
	.name = "lazy",
	.context = COH_CONTEXT_IRQ,
	.uncaches = true,
	.flush_page = lazy_flush_page,
	.aliases = coh_alias_flush_,
	.flush_anon = coh_rmap_flush_anon_,
	.get_user = lazy_get_user,
	.begin = lazy_begin,
	.end = coh_rmap_end_,
	.before_copy = lazy_begin,
	.after_copy = coh_rmap_end_,
	.mapped = lazy_mapped,
};
