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
	if (!coh_linked_(vma))
		return COH_E_UNLINKED;
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
 * Translations of mm go.  Afterwards a page does not show that users had it, so we note the epoch.
 * We do so before the flush: an interrupt then finds either the translations or the note.  Only the
 * policy lazy reads the note, on VIVT.
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
 * Must we remember that users may store to a page?  Yes on VIPT, where a new mapping may hit other
 * lines than the stores did.  Yes where users may have stored code, unless both caches are tagged
 * virtually: there nothing depends on what we know of old code.
 */
static bool stores_count(const struct coh *coh)
{
	const struct coh_mechanism *mechanism = coh->mechanism;

	if (mechanism->congruent_meet && mechanism->aliasing)
		return true;
	return coh->config.icache.size &&
	       !(mechanism->code_by_alias && coh->config.icache.indexing == COH_INDEXED_VIVT);
}

/* What a new mapping needs, by what is known of the page. */
struct completion {
	struct coh *coh;
	const struct coh_page *page;
	uintptr_t kva, va;
	bool meets_k;	/* the user hits K's lines */
	bool data_owed; /* K's bytes may be missing in memory, and the user would miss them */
	bool stored;	/* users may have stored to the page, by earlier mappings */
	bool code_owed; /* old code may be in the I-cache, and the user may fetch */
};

static void start_completion(struct completion *c, struct coh *coh, const struct coh_page *page,
			     uintptr_t va, uint32_t have, uint32_t prot)
{
	c->coh = coh;
	c->page = page;
	c->kva = coh_page_kernel_(coh, page);
	c->va = va;
	c->meets_k = coh->mechanism->congruent_meet && c->kva &&
		     coh_colour(coh, c->kva) == coh_colour(coh, va);
	c->data_owed = !(have & COH_MARK_DATA_) && !(have & COH_MARK_FILLED_ && c->meets_k);
	c->stored = coh_load(&page->ever) & COH_EVER_STORED_;
	c->code_owed = prot & COH_PROT_EXEC && (c->stored || !(have & COH_MARK_CODE_));
}

/*
 * Bring K in line if that is owed.  On VIPT, if users have stored to the page, also flush the lines
 * that the new mapping would hit: old ones of K or of a private mapping of the file, or lines whose
 * code must come to memory.  Where the cache reads ahead, va is flushed whatever is known of the
 * page: lines may have been filled there through the translation before.
 */
static void complete_data(const struct completion *c)
{
	struct coh *coh = c->coh;
	bool stored = c->stored && coh->mechanism->congruent_meet && coh->mechanism->aliasing;

	if (c->data_owed || (stored && c->meets_k))
		coh_flush_k_(coh, c->kva);
	if (stored && !c->meets_k && (c->code_owed || !coh_is_anon_(c->page)))
		coh_window_flush_(coh, c->page->pfn, coh_colour(coh, c->va));
	else
		coh_drop_ahead_(coh, c->page, c->kva, c->va);
}

static void complete_code(const struct completion *c, uint32_t prot)
{
	const struct coh_mechanism *mechanism = c->coh->mechanism;
	bool by_va = c->coh->config.icache.indexing == COH_INDEXED_VIVT;

	if (!(prot & COH_PROT_EXEC))
		return;
	/* On VIPT, if no data was owed, K may be dirty still: of a fill whose lines users hit. */
	if (c->code_owed && mechanism->congruent_meet && (!mechanism->aliasing || !c->data_owed))
		coh_page_write_back_(c->coh, c->page, c->kva, true);
	/* Where fetches are in order, what was fetched at va went with what was mapped there
	 * before.  Elsewhere it may be of that page: fetched after the flush, while the tables
	 * still had it. */
	if (by_va ? !c->coh->config.fetches_in_order : c->code_owed)
		coh_page_drop_code_(c->coh, c->va, c->kva);
}

/* What was deferred, now that va maps the page: K to memory, old code out. */
void coh_page_complete_(struct coh *coh, const struct coh_vma *vma, struct coh_page *page,
			uintptr_t va, uint32_t prot)
{
	uint32_t mark = coh_load_acquire(&page->mark);
	uint32_t have = mark & COH_MARK_SETTLED_ ? 0 : mark;
	uint32_t now = COH_MARK_USED_ | (have & COH_MARK_CODE_);
	struct completion c;

	/* Before old code goes: a store through K from now on drops it again. */
	if (prot & COH_PROT_EXEC)
		coh_page_ever_(coh, page, COH_EVER_EXECUTED_);
	start_completion(&c, coh, page, va, have, prot);
	complete_data(&c);
	complete_code(&c, prot);
	coh_count_(coh, c.data_owed || c.code_owed ? COH_COUNT_COMPLETED : COH_COUNT_SKIPPED_CLEAN);

	if (stores_count(coh) && allows_stores(page, vma, prot))
		coh_page_ever_(coh, page, COH_EVER_STORED_);
	now |= have & COH_MARK_FILLED_ && c.meets_k ? COH_MARK_FILLED_ : COH_MARK_DATA_;
	if (prot & COH_PROT_EXEC)
		now |= COH_MARK_CODE_;
	if (now != mark)
		coh_store_release(&page->mark, now);
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
	if (coh_load(&vma->flags) & COH_VMA_SHARED) {
		mapped_shared(coh, vma, page, va, prot);
		return;
	}
	/* What was stored through shared mappings, up to now; what was read ahead at va is older. */
	coh_alias_flush_(coh, page, 0);
	coh_drop_ahead_(coh, page, 0, va);
}

/*
 * Make all mappings uncached, in every mm, whose lines a flush would have to find.  Returns true if
 * none was left out.
 */
bool coh_uncache_users_(struct coh *coh, const struct coh_page *page)
{
	struct conflict c;

	start_uncache_walk(&c, coh, page);
	coh_all_groups_(coh, &c.walk);
	c.private_too = coh->mechanism->congruent_meet;
	return uncache_walk(&c, uncache_any);
}
