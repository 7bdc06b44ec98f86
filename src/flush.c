// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * coh_flush_dcache_page from top to bottom: the policy rmap, the order K, U, K, the flush of each U
 * that the page's reverse map finds, and the page's mark, which says whether a flush may wait.
 *
 * K is the kernel's address of a page and its lines there.  U is an address at which a user has
 * the page mapped, and its lines there.
 *
 * What is outside this file: map.c walks from the page to the VMAs, cache.c flushes one alias.
 */
#include "src/internal.h"

int coh_flush_dcache_page(struct coh *coh, struct coh_page *page)
{
	if (!coh || !page)
		return COH_E_NULL;
	return coh->policy->flush_page(coh, page);
}

/* ------------------------------------------------------------------------
 * The policy rmap: from a page to its aliases through latched maps, in any context.  The default,
 * and what the other policies differ from.
 */

int coh_rmap_flush_page_(struct coh *coh, struct coh_page *page)
{
	if (coh_page_defer_(coh, page))
		return COH_OK;
	return coh_flush_now_(coh, page, coh_page_kernel_(coh, page));
}

/* The flush_dcache_page that follows finds the alias by itself. */
void coh_rmap_flush_anon_(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va)
{
	(void)coh;
	(void)vma;
	(void)page;
	(void)va;
}

int coh_rmap_get_user_(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
		       enum coh_intent intent)
{
	(void)vma;
	(void)va;
	(void)intent;
	return coh_flush_dcache_page(coh, page);
}

int coh_rmap_begin_(struct coh *coh, struct coh_page *page, uintptr_t kva, enum coh_intent intent)
{
	(void)intent; /* also before stores: dirty user lines must not be written back over them */
	if (!coh_users_may_see_(coh, page))
		return COH_OK;
	return coh_flush_now_(coh, page, kva);
}

/* Is this kernel address one that is never taken away? */
bool coh_is_linear_(const struct coh *coh, uintptr_t kva)
{
	return kva - coh->config.linear_start < coh->config.linear_size;
}

int coh_rmap_end_(struct coh *coh, struct coh_page *page, uintptr_t kva, enum coh_intent intent)
{
	if (intent != COH_INTENT_READ && coh_is_linear_(coh, kva))
		return coh_flush_dcache_page(coh, page); /* which may wait */
	return coh_end_at_once_(coh, page, kva, intent);
}

/* The end of a use whose flush cannot wait. */
int coh_end_at_once_(struct coh *coh, struct coh_page *page, uintptr_t kva, enum coh_intent intent)
{
	if (intent != COH_INTENT_READ) {
		coh_page_touch_(page);
		return coh_flush_now_(coh, page, kva);
	}
	/* The address will be another page's: even clean lines must not stay. */
	if (!coh_is_linear_(coh, kva))
		coh_flush_k_(coh, kva);
	return COH_OK;
}

const struct coh_policy coh_policy_rmap = {
	.name = "rmap",
	.context = COH_CONTEXT_NMI,
	.uncaches = true,
	.flush_page = coh_rmap_flush_page_,
	.aliases = coh_alias_flush_,
	.flush_anon = coh_rmap_flush_anon_,
	.get_user = coh_rmap_get_user_,
	.begin = coh_rmap_begin_,
	.end = coh_rmap_end_,
	.before_copy = coh_rmap_begin_,
	.after_copy = coh_rmap_end_,
	.mapped = coh_rmap_mapped_,
};

/* ------------------------------------------------------------------------
 * K, U, K.
 */

int coh_flush_now_(struct coh *coh, struct coh_page *page, uintptr_t kva)
{
	return coh_flush_by_(coh, page, kva, coh->policy->aliases);
}

/*
 * Other threads run meanwhile, and the lines that they bring in are filled from memory.
 *
 * K before U: K's bytes are in memory already when U is filled again.  The other way round the
 * line of U would be old, and stay.
 *
 * K after U: other accesses may fill K while U's bytes are not in memory yet, and such a line is
 * old.  Another thread in the kernel, which flushed the page before, loads through K.  On VIPT a
 * private mapping of K's colour fills the very same lines.  Some hardware does it unasked.
 *
 * Where no other thread can run in between, and the hardware does nothing unasked, one flush of K
 * is enough: an interrupt that uses K in between has flushed U before, if the policy is one that
 * does.
 */
int coh_flush_by_(struct coh *coh, struct coh_page *page, uintptr_t kva, coh_aliases_fn_ *aliases)
{
	bool alone = coh->config.alone && !coh->config.speculates && !coh->policy->k_twice;
	uint32_t sequence = coh_page_sequence_(page);
	int seen;

	if (alone)
		coh->port->walk_enter(coh->port->context);
	coh_flush_k_(coh, kva);
	seen = aliases(coh, page, kva);
	if (alone)
		coh->port->walk_exit(coh->port->context);
	else
		coh_flush_k_(coh, kva);
	coh_page_code_(coh, page, kva);
	if (!seen && coh->mechanism->aliasing)
		coh_page_settle_(coh, page, sequence);
	return seen < 0 ? seen : COH_OK;
}

uintptr_t coh_page_kernel_(struct coh *coh, const struct coh_page *page)
{
	return coh->port->kernel_address(coh->port->context, page->pfn);
}

void coh_flush_k_(struct coh *coh, uintptr_t kva)
{
	if (coh->mechanism->aliasing && kva)
		coh->mechanism->dcache(coh, COH_DO_FLUSH_, kva, coh->page_size);
}

/* ------------------------------------------------------------------------
 * Each U: from a page to its lines, through its reverse map.
 */

struct alias_walk {
	struct coh_walk_ walk; /* first: the visitor is handed this */
	struct coh *coh;
	const struct coh_page *page;
	uintptr_t kva;	  /* K was flushed there before the walk; 0: nowhere */
	uintptr_t colour; /* the last one that was flushed */
	bool code;	  /* old code goes, too */
	int seen;	  /* 1: there was an alias */
};

#define NO_COLOUR UINTPTR_MAX /* a colour is less by the bits of a page offset */

/*
 * Private mappings of a file need not show what is stored through K.  But where congruent aliases
 * meet, what a private mapping leaves in the cache is what the next mapping finds there.
 */
static bool is_visible(const struct alias_walk *w, const struct coh_vma *vma)
{
	return w->coh->mechanism->congruent_meet || coh_is_anon_(w->page) ||
	       coh_load(&vma->flags) & COH_VMA_SHARED;
}

/* Was this colour seen to by the group before, or will K's flush do it? */
static bool is_served(struct alias_walk *w, uintptr_t va)
{
	uintptr_t colour;

	if (!w->coh->mechanism->congruent_meet)
		return false;
	colour = coh_colour(w->coh, va);
	if (w->kva && colour == coh_colour(w->coh, w->kva)) {
		coh_count_(w->coh, COH_COUNT_SKIPPED_CONGRUENT);
		return true;
	}
	if (colour == w->colour)
		return true;
	w->colour = colour;
	return false;
}

/* Can the page have lines at va of vma?  On VIVT one look at the tables spares a page's lines. */
bool coh_may_have_lines_(struct coh *coh, const struct coh_vma *vma, uintptr_t va,
			 const struct coh_page *page)
{
	const struct coh_port *port = coh->port;

	if (coh->mechanism->congruent_meet || vma->mm != port->current_mm(port->context))
		return true;
	return !port->user_may_map || port->user_may_map(port->context, vma->mm, va, page->pfn);
}

static enum coh_visit_ flush_one(struct coh_walk_ *walk, struct coh_vma *vma)
{
	struct alias_walk *w = (struct alias_walk *)walk;
	const struct coh_mechanism *mechanism = w->coh->mechanism;
	uintptr_t va = coh_vma_va_(w->coh, vma, walk->index);

	if (!is_visible(w, vma))
		return COH_VISIT_NEXT_GROUP; /* bit 0 of a group: none of it is */
	w->seen = 1;
	if (!is_served(w, va) && coh_may_have_lines_(w->coh, vma, va, w->page))
		mechanism->alias(w->coh, vma, va, w->page->pfn, w->code);
	return mechanism->after_visit;
}

static void start_alias_walk(struct alias_walk *w, struct coh *coh, const struct coh_page *page,
			     uintptr_t kva)
{
	w->walk.index = coh_load(&page->index);
	w->walk.visit = flush_one;
	w->coh = coh;
	w->page = page;
	w->kva = kva;
	w->colour = NO_COLOUR;
	w->code = !coh->config.users_announce_code || !coh_is_anon_(page);
	w->seen = 0;
}

int coh_alias_flush_in_(struct coh *coh, const struct coh_page *page, uintptr_t kva,
			coh_groups_fn_ *groups)
{
	struct coh_map *map = coh_page_map_(page);
	struct alias_walk w;
	bool through;

	if (!coh->mechanism->aliasing || !map)
		return 0;
	if (!coh_page_map_right_(page, map)) {
		coh_flush_everything_(coh);
		return coh_corrupt_(coh, map);
	}
	coh->port->walk_enter(coh->port->context);
	start_alias_walk(&w, coh, page, kva);
	groups(coh, &w.walk);
	through = coh_map_walk_(coh, map, &w.walk);
	/* Nothing of the map can be used: all of the cache covers every alias. */
	if (!through)
		coh_flush_everything_(coh);
	coh->port->walk_exit(coh->port->context);
	if (w.walk.error)
		return w.walk.error;
	return through ? w.seen : 1;
}

int coh_alias_flush_(struct coh *coh, const struct coh_page *page, uintptr_t kva)
{
	return coh_alias_flush_in_(coh, page, kva, coh->mechanism->groups);
}

/* The reverse map of a page; NULL if it has no owner. */
struct coh_map *coh_page_map_(const struct coh_page *page)
{
	uintptr_t owner = coh_load_acquire(&page->owner);

	if (!owner)
		return NULL;
	if (owner & 1u)
		return &((struct coh_anon_vma *)(owner & ~(uintptr_t)1))->map;
	return &((struct coh_mapping *)owner)->map;
}

/* A stray store hits the header first, and a walk would follow what it left there. */
bool coh_page_map_right_(const struct coh_page *page, const struct coh_map *map)
{
	return map->side == (coh_is_anon_(page) ? COH_SIDE_ANON : COH_SIDE_FILE);
}

/* ------------------------------------------------------------------------
 * The mark of a page, page->clean: may a flush wait until a user maps the page?
 *
 * Any context writes the mark, one byte at a time and without a lock:
 *   0		No user has mapped the page since K was last in line with users.  K may be
 *		dirty, and cannot be old.
 *   USED	Users have had it mapped.  K may also be old, even if they are gone by now.
 *   DATA, CODE	coh_page_complete_ (user.c) sets them after the flushes that earn them.
 *
 * A flush waits only if all of this holds: the mark is 0; then comes a full barrier; then no VMA
 * covers the page.
 *
 * Store buffering.  We: store the mark, then look for VMAs.  A process that maps the page: links a
 * VMA (vma.c), then loads the mark.  A full barrier on each side makes sure that at least one of
 * the two sees the other's store.
 *
 * While a VMA covers the page no flush waits.  So coh_page_complete_ may set a bit late: that does
 * not hide a flush which is still owed.
 *
 * The mark goes back to 0 after a flush that saw no alias, if the map's sequence is still what it
 * was before the flush: then no VMA came or went.
 *
 * A flush that was done at once does not set DATA, so the next coh_update_mmu_cache flushes K once
 * more.  To set it would be wrong if a VMA goes, and another flush is put off, before the store:
 * it would need an atomic compare-and-exchange, which ARMv4, ARMv5 and SH-4 lack.  All other races
 * end with USED instead of 0, or without DATA: a flush too many.
 */

/* True if the flush of this page may wait for coh_update_mmu_cache. */
bool coh_page_defer_(struct coh *coh, struct coh_page *page)
{
	struct coh_map *map = coh_page_map_(page);

	if (!map || coh_is_anon_(page)) {
		coh_store(&page->clean, (uint8_t)0);
		return false;
	}
	if (coh_load(&page->clean)) {
		/* Users are there; or they are gone, but what they stored is behind K's lines. */
		coh_page_touch_(page);
		return false;
	}
	coh_full_barrier();
	/* Covered; or it was until just now, and the mark says so. */
	if (coh_page_covered_(coh, page, map) || coh_load(&page->clean)) {
		coh_page_touch_(page);
		return false;
	}
	/* Another CPU may complete it, and its operations would not reach this CPU's lines. */
	if (coh->config.scope == COH_SCOPE_THIS_CPU) {
		coh_count_(coh, COH_COUNT_NOT_DEFERRED);
		return false;
	}
	coh_count_(coh, COH_COUNT_DEFERRED);
	return true;
}

/* K is changed, or will be: what was known of it counts no more. */
void coh_page_touch_(struct coh_page *page)
{
	coh_store(&page->clean, (uint8_t)COH_CLEAN_USED_);
	coh_full_barrier(); /* before the look at the map that follows */
}

/* The version of the page's map; a page of no map has none. */
uint32_t coh_page_sequence_(const struct coh_page *page)
{
	const struct coh_map *map = coh_page_map_(page);

	return map ? coh_load_acquire(&map->sequence) : 0;
}

/*
 * K was flushed, and no alias was seen.  The next flush may wait if nobody has mapped the page
 * since: the map is what it was before that flush began, and no VMA covers the page.
 */
void coh_page_settle_(struct coh *coh, struct coh_page *page, uint32_t sequence)
{
	struct coh_map *map = coh_page_map_(page);

	if (!map || coh_is_anon_(page) || !(coh_load(&page->clean) & COH_CLEAN_USED_) ||
	    coh_load(&map->sequence) != sequence)
		return;
	coh_store(&page->clean, (uint8_t)0);
	coh_full_barrier();
	if (coh_load(&map->sequence) != sequence || coh_page_covered_(coh, page, map))
		coh_page_touch_(page);
}

/* May users have lines of the page, now or earlier?  Then K must be brought in line before the
 * kernel uses it. */
bool coh_users_may_see_(struct coh *coh, const struct coh_page *page)
{
	struct coh_map *map = coh_page_map_(page);

	if (!map || coh_is_anon_(page) || coh_load(&page->clean))
		return true;
	return coh_page_covered_(coh, page, map);
}

static bool is_covered(struct coh *coh, const struct coh_map *map, uintptr_t index)
{
	const struct coh_port *port = coh->port;
	bool covered;

	port->walk_enter(port->context);
	covered = coh_map_covers_(coh, map, index);
	port->walk_exit(port->context);
	return covered;
}

/* May a VMA cover the page?  Also true if the map cannot tell: the flush then reports that. */
bool coh_page_covered_(struct coh *coh, const struct coh_page *page, const struct coh_map *map)
{
	return !coh_page_map_right_(page, map) || is_covered(coh, map, coh_load(&page->index));
}

bool coh_mapping_covers(struct coh *coh, const struct coh_mapping *mapping, uintptr_t index)
{
	return mapping->map.side != COH_SIDE_FILE || is_covered(coh, &mapping->map, index);
}

/* ------------------------------------------------------------------------
 * Code of a page.
 */

/* The kernel changed bytes of a page; where it was executed, old code goes. */
void coh_page_code_(struct coh *coh, const struct coh_page *page, uintptr_t kva)
{
	if (!(coh_load(&page->ever) & COH_EVER_EXECUTED_) || coh->mechanism->code_by_alias)
		return;
	/* Where aliases meet nobody wrote K back for the users' sake. */
	if (!coh->mechanism->aliasing)
		coh_page_write_back_(coh, page, kva, false);
	coh_page_drop_code_(coh, 0, kva);
}

/*
 * Fetches that do not look into the data cache need K in memory.  A page without a kernel address
 * has no line under K, for coh_kunmap leaves none.  But where aliases meet, K's lines are those of
 * every user who stored to the page: there the page gets an address for a moment.
 */
void coh_page_write_back_(struct coh *coh, const struct coh_page *page, uintptr_t kva, bool process)
{
	uintptr_t for_now = 0;

	if (!coh->config.icache.size)
		return;
	if (!kva && (coh->mechanism->aliasing || coh->mechanism->code_by_alias))
		return;
	if (!kva && process)
		kva = for_now = coh_page_kmap_(coh, page);
	if (kva)
		coh->mechanism->dcache(coh, COH_DO_CLEAN_, kva, coh->page_size);
	else
		coh_dcache_all_(coh);
	if (for_now)
		coh_page_kunmap_(coh, page, for_now);
}

/*
 * Drop code of a page whose bytes are in memory; va is a user address that will execute it, or 0.
 */
void coh_page_drop_code_(struct coh *coh, uintptr_t va, uintptr_t kva)
{
	bool by_va = coh->config.icache.indexing == COH_INDEXED_VIVT;

	if (by_va ? va : kva)
		coh->mechanism->icache(coh, by_va ? va : kva, coh->page_size);
	else
		coh->mechanism->icache_all(coh);
}
