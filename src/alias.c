// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* From a page to its lines in the data cache, through its reverse map. */
#include "src/internal.h"

struct alias_walk {
	struct coh_walk_ walk; /* first: the visitor is handed this */
	struct coh *coh;
	const struct coh_page *page;
	uintptr_t kva; /* K will be flushed there after the walk; 0: nowhere */
};

/* Stores through K need not show in private mappings of a file (T2). */
static bool is_visible(const struct coh_page *page, const struct coh_vma *vma)
{
	return coh_is_anon_(page) || coh_load(&vma->flags) & COH_VMA_SHARED;
}

static enum coh_visit_ flush_one(struct coh_walk_ *walk, struct coh_vma *vma)
{
	struct alias_walk *w = (struct alias_walk *)walk;
	const struct coh_mechanism *mechanism = w->coh->mechanism;
	uintptr_t va = coh_vma_va_(w->coh, vma, walk->index);

	if (!is_visible(w->page, vma))
		return COH_VISIT_NEXT_GROUP; /* bit 0 of a group: none of it is */
	if (mechanism->congruent_meet && w->kva &&
	    coh_colour(w->coh, va) == coh_colour(w->coh, w->kva)) {
		coh_count_(w->coh, COH_COUNT_SKIPPED_CONGRUENT);
		return mechanism->after_visit;
	}
	mechanism->alias(w->coh, vma, va, w->page->pfn);
	return mechanism->after_visit;
}

static void prepare(struct alias_walk *w, struct coh *coh, const struct coh_page *page,
		    uintptr_t kva)
{
	w->walk.index = coh_load(&page->index);
	w->walk.visit = flush_one;
	w->coh = coh;
	w->page = page;
	w->kva = kva;
	coh->mechanism->groups(coh, &w->walk);
}

/* Nothing of the maps can be used: all of the cache covers every alias. */
static void flush_everything(struct coh *coh)
{
	coh_dcache_all_(coh);
	coh_icache_all_(coh);
}

/* COH_OK, or COH_E_CORRUPT, which was reported; every alias is flushed in any case. */
static int walk_or_flush_everything(struct coh *coh, const struct coh_map *map,
				    struct coh_walk_ *walk)
{
	if (coh_map_walk_(coh, map, walk))
		return COH_OK;
	flush_everything(coh);
	return walk->error;
}

/* Flush every U that may have lines; K is the caller's, who flushes it after this. */
int coh_alias_flush_(struct coh *coh, const struct coh_page *page, uintptr_t kva)
{
	struct coh_map *map = coh_page_map_(page);
	struct alias_walk w;
	int error;

	if (!coh->mechanism->aliasing || !map)
		return COH_OK;
	if (!coh_page_map_right_(page, map)) {
		flush_everything(coh);
		return coh_corrupt_(coh, map);
	}
	coh->port->walk_enter(coh->port->context);
	prepare(&w, coh, page, kva);
	error = walk_or_flush_everything(coh, map, &w.walk);
	coh->port->walk_exit(coh->port->context);
	return error;
}

/* The same as the 2007 patch has it: every VMA of every mm, under the map's lock. */
int coh_alias_flush_locked_(struct coh *coh, const struct coh_page *page, uintptr_t kva)
{
	struct coh_map *map = coh_page_map_(page);
	struct alias_walk w;
	int error;

	if (!coh->mechanism->aliasing || !map)
		return COH_OK;
	if (!coh_page_map_right_(page, map)) {
		flush_everything(coh);
		return coh_corrupt_(coh, map);
	}
	coh->port->lock(coh->port->context, &map->lock);
	coh->port->walk_enter(coh->port->context); /* the VMAs stay anyway; the CPU may not */
	prepare(&w, coh, page, kva);
	w.walk.group_lo = 0;
	w.walk.group_hi = COH_GROUP_ALL;
	error = walk_or_flush_everything(coh, map, &w.walk);
	coh->port->walk_exit(coh->port->context);
	coh->port->unlock(coh->port->context, &map->lock);
	return error;
}

void coh_flush_k_(struct coh *coh, uintptr_t kva)
{
	if (coh->mechanism->aliasing && kva)
		coh->mechanism->dcache(coh, COH_DO_FLUSH_, kva, coh->page_size);
}

/* Is this kernel address one that is never taken away? */
bool coh_is_linear_(const struct coh *coh, uintptr_t kva)
{
	return kva - coh->config.linear_start < coh->config.linear_size;
}

/* May users have lines of the page, or have had: must K be brought in line before the kernel uses
 * it? */
bool coh_users_may_see_(struct coh *coh, const struct coh_page *page)
{
	struct coh_map *map = coh_page_map_(page);

	if (!map || coh_is_anon_(page) || coh_load(&page->clean))
		return true;
	return coh_page_covered_(coh, page, map);
}

int coh_flush_now_(struct coh *coh, struct coh_page *page, uintptr_t kva)
{
	int error = coh_alias_flush_(coh, page, kva);

	coh_flush_k_(coh, kva);
	coh_page_code_(coh, page, kva);
	return error;
}
