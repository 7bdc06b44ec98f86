// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * User translations: they go, and they are made.  A new one completes what was put off for its
 * page, and meets other users of the page, who may conflict with it.
 *
 * K is the kernel's address of a page and its lines there.
 */
#include "src/internal.h"

#define PROT_ALL (COH_PROT_READ | COH_PROT_WRITE | COH_PROT_EXEC)

/* ------------------------------------------------------------------------
 * Translations go.
 */

/* [va, va + len), page aligned, in a linked VMA. */
static int check_range(const struct coh *coh, const struct coh_vma *vma, uintptr_t va, size_t len)
{
	int error = vma ? coh_pages_error_(coh, va, len) : COH_E_NULL;

	if (error)
		return error;
	if (va < vma->start || va > vma->end || len > vma->end - va)
		return COH_E_OUTSIDE;
	return COH_OK;
}

/* An I-cache that is tagged virtually keeps what it fetched through a translation that goes.  What
 * other mms fetched went at the switch. */
static void drop_unmapped_code(struct coh *coh, const struct coh_vma *vma, uintptr_t va)
{
	const struct coh_mechanism *mechanism = coh->mechanism;

	if (!mechanism->code_by_alias && coh->config.icache.indexing == COH_INDEXED_VIVT &&
	    coh_load(&vma->flags) & COH_VMA_EXEC &&
	    vma->mm == coh->port->current_mm(coh->port->context))
		mechanism->icache(coh, va, coh->page_size);
}

/*
 * Translations of mm go.  A later look at a page cannot see that users had it, so the epoch is
 * noted; before the flush, so that an interrupt finds the translations or the note.  The policy
 * lazy reads it, on VIVT.
 */
static void remember_unmapped(struct coh *coh, const struct coh_mm *mm)
{
	if (!coh->mechanism->congruent_meet && mm == coh->port->current_mm(coh->port->context))
		coh_store(&coh->unmapped, coh_load(&coh->epoch));
}

int coh_flush_cache_page(struct coh *coh, struct coh_vma *vma, uintptr_t va, uintptr_t pfn)
{
	int error = check_range(coh, vma, va, coh ? coh->page_size : 0);

	if (error)
		return error;
	remember_unmapped(coh, vma->mm);
	coh->mechanism->alias(coh, vma, va, pfn, true);
	drop_unmapped_code(coh, vma, va);
	return COH_OK;
}

int coh_flush_cache_range(struct coh *coh, struct coh_vma *vma, uintptr_t va, size_t len)
{
	int error = check_range(coh, vma, va, len);

	if (error || !len)
		return error;
	remember_unmapped(coh, vma->mm);
	coh->mechanism->range(coh, vma, va, len);
	return COH_OK;
}

int coh_flush_cache_mm(struct coh *coh, struct coh_mm *mm)
{
	if (!coh || !mm)
		return COH_E_NULL;
	remember_unmapped(coh, mm);
	coh->mechanism->mm(coh, mm);
	return COH_OK;
}

int coh_flush_cache_dup_mm(struct coh *coh, struct coh_mm *mm)
{
	if (!coh || !mm)
		return COH_E_NULL;
	coh->mechanism->dup_mm(coh, mm);
	return COH_OK;
}

int coh_switch_mm(struct coh *coh, struct coh_mm *prev, struct coh_mm *next)
{
	if (!coh)
		return COH_E_NULL;
	if (prev != next)
		coh->mechanism->switch_mm(coh);
	return COH_OK;
}

/* ------------------------------------------------------------------------
 * A translation is made: what was put off for its page (flush.c has the rules of the mark).
 */

int coh_update_mmu_cache(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
			 uint32_t prot)
{
	int error;

	if (!coh || !vma || !page)
		return COH_E_NULL;
	if (!prot || prot & ~PROT_ALL)
		return COH_E_ARGUMENT;
	if (!coh_page_aligned_(coh, va))
		return COH_E_ALIGN;
	error = coh_page_in_vma_(coh, page, vma, va);
	if (error)
		return error;
	coh->policy->mapped(coh, vma, page, va, prot);
	return COH_OK;
}

/*
 * A cache that reads ahead may have old lines of the page under va: filled through a translation
 * that was there until just now, after its flush; or through the new one, before K was in memory.
 */
void coh_drop_ahead_(struct coh *coh, const struct coh_page *page, uintptr_t kva, uintptr_t va)
{
	/* Under flush-all they went with K. */
	if (!coh->config.speculates || !coh->mechanism->aliasing || coh->policy->mechanism)
		return;
	if (!coh->mechanism->congruent_meet)
		coh_dcache_(coh, COH_DO_FLUSH_, va, coh->page_size);
	else if (!kva || coh_colour(coh, kva) != coh_colour(coh, va))
		coh_window_flush_(coh, page->pfn, coh_colour(coh, va));
}

/* A user translation by which the page itself can be stored to: not one that copies on write. */
static bool allows_stores(const struct coh_page *page, const struct coh_vma *vma, uint32_t prot)
{
	uint32_t flags = coh_load(&vma->flags);

	return (prot & COH_PROT_WRITE || flags & COH_VMA_WRITE) &&
	       (coh_is_anon_(page) || flags & COH_VMA_SHARED);
}

/*
 * K in line, if that is owed; and on VIPT, where users have stored to the page, the lines that the
 * new mapping would hit: K's, or those of a private mapping of the file, from before.  What was
 * read ahead at va was read through a translation that was going, whatever is known of the page.
 */
static void flush_for_user(struct coh *coh, const struct coh_page *page, uintptr_t kva,
			   uintptr_t va, bool owed)
{
	bool stored = coh_load(&page->ever) & COH_EVER_STORED_;
	bool meets_k = kva && coh_colour(coh, kva) == coh_colour(coh, va);

	if (owed || (stored && meets_k))
		coh_flush_k_(coh, kva);
	if (stored && !meets_k && !coh_is_anon_(page))
		coh_window_flush_(coh, page->pfn, coh_colour(coh, va));
	else
		coh_drop_ahead_(coh, page, kva, va);
}

/* What was deferred, now that va maps the page: K to memory, old code out. */
void coh_page_complete_(struct coh *coh, const struct coh_vma *vma, struct coh_page *page,
			uintptr_t va, uint32_t prot)
{
	uint8_t need = COH_CLEAN_DATA_ | (prot & COH_PROT_EXEC ? COH_CLEAN_CODE_ : 0u);
	uint8_t have = coh_load(&page->clean);
	uintptr_t kva = coh_page_kernel_(coh, page);
	bool stores = allows_stores(page, vma, prot);
	bool by_va = coh->config.icache.indexing == COH_INDEXED_VIVT;
	/* If not, what was fetched at va went with what was mapped there before. */
	bool fetched = !by_va || !coh->config.fetches_in_order;

	/* Before old code goes: a store through K from now on drops it again. */
	if (prot & COH_PROT_EXEC)
		coh_page_ever_(coh, page, COH_EVER_EXECUTED_);
	flush_for_user(coh, page, kva, va, !(have & COH_CLEAN_DATA_));
	if (need & COH_CLEAN_CODE_ & ~have) {
		/* On VIPT DATA does not say that K is in memory: finish_fill (page.c) leaves it in
		 * lines that the user's loads hit. */
		if (coh->mechanism->congruent_meet &&
		    (!coh->mechanism->aliasing || have & COH_CLEAN_DATA_))
			coh_page_write_back_(coh, page, kva, true);
		if (fetched)
			coh_page_drop_code_(coh, va, kva);
	} else if (prot & COH_PROT_EXEC && by_va && fetched) {
		/* What was prefetched at va may be of the page that was there before: fetched after
		 * the flush, while the tables still had it. */
		coh_page_drop_code_(coh, va, kva);
	}
	coh_count_(coh, (have & need) == need ? COH_COUNT_SKIPPED_CLEAN : COH_COUNT_COMPLETED);

	/* What a user stores may be code that another mapping will execute. */
	if (stores)
		have &= (uint8_t)~COH_CLEAN_CODE_;
	if (stores && coh->mechanism->aliasing && coh->mechanism->congruent_meet)
		coh_page_ever_(coh, page, COH_EVER_STORED_);
	coh_store_release(&page->clean, (uint8_t)(have | need | COH_CLEAN_USED_));
}

/* ------------------------------------------------------------------------
 * Two users of one page: shared mappings that do not meet in the cache, where one may store.  No
 * call of the kernel lies between the users' accesses, so no flush can help: they all become
 * uncached.
 */

struct conflict {
	struct coh_walk_ walk; /* first: the visitor is handed this */
	struct coh *coh;
	const struct coh_page *page;
	const struct coh_vma *mapped; /* the VMA that has just got a translation */
	uintptr_t va;		      /* its address */
	bool writes;		      /* and whether stores may come by it */
	bool found;		      /* somebody conflicted */
	bool private_too;	      /* uncache private mappings of the file as well */
};

/* The translation first, then its lines: nothing can bring them in again. */
bool coh_uncache_(struct coh *coh, const struct coh_vma *vma, const struct coh_page *page,
		  uintptr_t va)
{
	const struct coh_port *port = coh->port;

	if (!port->user_uncache(port->context, vma->mm, va, page->pfn))
		return false;
	coh_count_(coh, COH_COUNT_UNCACHED);
	coh->mechanism->alias(coh, vma, va, page->pfn, true);
	return true;
}

static enum coh_visit_ uncache_if_conflicting(struct coh_walk_ *walk, struct coh_vma *vma)
{
	struct conflict *c = (struct conflict *)walk;
	uint32_t flags = coh_load(&vma->flags);
	uintptr_t va = coh_vma_va_(c->coh, vma, walk->index);

	if (!(flags & COH_VMA_SHARED))
		return COH_VISIT_NEXT_GROUP;
	if (c->coh->mechanism->congruent_meet &&
	    coh_colour(c->coh, va) == coh_colour(c->coh, c->va))
		return COH_VISIT_NEXT_GROUP;
	if (vma != c->mapped && (c->writes || flags & COH_VMA_WRITE))
		c->found |= coh_uncache_(c->coh, vma, c->page, va);
	return COH_VISIT_NEXT;
}

static enum coh_visit_ uncache_any(struct coh_walk_ *walk, struct coh_vma *vma)
{
	struct conflict *c = (struct conflict *)walk;

	if (!c->private_too && !coh_is_anon_(c->page) && !(coh_load(&vma->flags) & COH_VMA_SHARED))
		return COH_VISIT_NEXT_GROUP;
	coh_uncache_(c->coh, vma, c->page, coh_vma_va_(c->coh, vma, walk->index));
	return COH_VISIT_NEXT;
}

/* Returns true if all were visited.  The page is of a VMA, so it has a map. */
static bool uncache_walk(struct conflict *c,
			 enum coh_visit_ (*visit)(struct coh_walk_ *, struct coh_vma *))
{
	const struct coh_port *port = c->coh->port;
	struct coh_map *map = coh_page_map_(c->page);
	bool through;

	if (!coh_page_map_right_(c->page, map)) {
		coh_corrupt_(c->coh, map);
		return false;
	}
	c->walk.visit = visit;
	port->walk_enter(port->context);
	through = coh_map_walk_(c->coh, map, &c->walk);
	port->walk_exit(port->context);
	/* No flush makes up for it; damage was reported by the walk. */
	if (!through && !c->walk.error)
		port->report(port->context, COH_E_BUSY, map);
	return through;
}

/* Field by field: an initialiser may become a call of memset. */
static void start_uncache_walk(struct conflict *c, struct coh *coh, const struct coh_page *page)
{
	c->walk.index = coh_load(&page->index);
	c->walk.error = COH_OK;
	c->coh = coh;
	c->page = page;
	c->mapped = NULL;
	c->va = 0;
	c->writes = false;
	c->found = false;
	c->private_too = false;
}

/*
 * VIPT: once two shared mappings of a page had different colours, all later shared mappings of it
 * are uncached, too.  The mapping that conflicted may be gone.  But those that it left uncached are
 * still there, and a new cached mapping would conflict with them.
 */
static void mapped_shared(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
			  uint32_t prot)
{
	struct conflict c;

	coh_full_barrier(); /* the new translation before the look for others, and at the mark */
	if (coh_load(&page->ever) & COH_EVER_UNCACHED_) {
		coh_uncache_(coh, vma, page, va);
		return;
	}
	start_uncache_walk(&c, coh, page);
	c.mapped = vma;
	c.va = va;
	c.writes = prot & COH_PROT_WRITE || coh_load(&vma->flags) & COH_VMA_WRITE;
	coh->mechanism->groups(coh, &c.walk);
	/* Where the current mm is what counts: here it is the one of the new translation. */
	if (!coh->mechanism->congruent_meet)
		c.walk.group_lo = c.walk.group_hi = coh_group_(coh, vma, COH_SIDE_FILE);
	uncache_walk(&c, uncache_if_conflicting);
	if (!c.found)
		return;
	if (coh->mechanism->congruent_meet)
		coh_page_ever_(coh, page, COH_EVER_UNCACHED_);
	/* The new one, and those that agreed with it while nobody conflicted. */
	coh_full_barrier();
	uncache_walk(&c, uncache_any);
}

void coh_rmap_mapped_(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
		      uint32_t prot)
{
	coh_page_complete_(coh, vma, page, va, prot);
	if (!coh->mechanism->aliasing || coh_is_anon_(page))
		return;
	if (coh_load(&vma->flags) & COH_VMA_SHARED)
		mapped_shared(coh, vma, page, va, prot);
	else
		/* What was stored through shared mappings, up to now. */
		coh_alias_flush_(coh, page, 0);
}

/*
 * All mappings, in every mm, of which a flush would have to find the lines.  Returns true if none
 * was left out.
 */
bool coh_uncache_users_(struct coh *coh, const struct coh_page *page)
{
	struct conflict c;

	start_uncache_walk(&c, coh, page);
	coh_all_groups_(coh, &c.walk);
	c.private_too = coh->mechanism->congruent_meet;
	return uncache_walk(&c, uncache_any);
}
