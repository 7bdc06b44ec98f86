// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Two users of one page: shared mappings that do not meet in the cache, where one may store.  No
 * call of the kernel lies between the users' accesses, so no flush can help: they all become
 * uncached.
 */
#include "src/internal.h"

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
static bool walk(struct conflict *c, enum coh_visit_ (*visit)(struct coh_walk_ *, struct coh_vma *))
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
static void prepare(struct conflict *c, struct coh *coh, const struct coh_page *page)
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
 * Where congruent aliases meet, a page once in conflict keeps its shared mappings uncached: who
 * conflicted may go, and one that agrees with the uncached rest may come.
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
	prepare(&c, coh, page);
	c.mapped = vma;
	c.va = va;
	c.writes = prot & COH_PROT_WRITE || coh_load(&vma->flags) & COH_VMA_WRITE;
	coh->mechanism->groups(coh, &c.walk);
	/* Where the current mm is what counts: here it is the one of the new translation. */
	if (!coh->mechanism->congruent_meet)
		c.walk.group_lo = c.walk.group_hi = coh_group_(coh, vma, COH_SIDE_FILE);
	walk(&c, uncache_if_conflicting);
	if (!c.found)
		return;
	if (coh->mechanism->congruent_meet)
		coh_page_ever_(coh, page, COH_EVER_UNCACHED_);
	/* The new one, and those that agreed with it while nobody conflicted. */
	coh_full_barrier();
	walk(&c, uncache_any);
}

void coh_conflict_mapped_(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
			  uint32_t prot)
{
	coh_page_complete_(coh, vma, page, va, prot);
	if (!coh->mechanism->aliasing || coh_is_anon_(page))
		return;
	if (coh_load(&vma->flags) & COH_VMA_SHARED)
		mapped_shared(coh, vma, page, va, prot);
	else
		/* What was stored through shared mappings, up to now (T2). */
		coh_alias_flush_(coh, page, 0);
}

/*
 * All mappings, in every mm, of which a flush would have to find the lines.  Returns true if none
 * was left out.
 */
bool coh_uncache_users_(struct coh *coh, const struct coh_page *page)
{
	struct conflict c;

	prepare(&c, coh, page);
	c.walk.group_lo = 0;
	c.walk.group_hi = COH_GROUP_ALL;
	c.private_too = coh->mechanism->congruent_meet;
	return walk(&c, uncache_any);
}
