// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* From a page to its lines in the data cache, through its reverse map. */
#include "src/internal.h"

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
 * Stores through K need not show in private mappings of a file (T2).  But where congruent aliases
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
	return port->user_may_map(port->context, vma->mm, va, page->pfn);
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

static void prepare(struct alias_walk *w, struct coh *coh, const struct coh_page *page,
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
	coh->mechanism->groups(coh, &w->walk);
}

/* Nothing of the maps can be used: all of the cache covers every alias. */
static void flush_everything(struct coh *coh)
{
	coh_dcache_all_(coh);
	coh_icache_all_(coh);
}

/* As the functions that call it; every alias is flushed in any case. */
static int walk_or_flush_everything(const struct coh_map *map, struct alias_walk *w)
{
	if (coh_map_walk_(w->coh, map, &w->walk))
		return w->seen;
	flush_everything(w->coh);
	return w->walk.error ? w->walk.error : 1;
}

/* Flush every U that may have lines; K is the caller's, who flushes it before this. */
int coh_alias_flush_(struct coh *coh, const struct coh_page *page, uintptr_t kva)
{
	struct coh_map *map = coh_page_map_(page);
	struct alias_walk w;
	int seen;

	if (!coh->mechanism->aliasing || !map)
		return 0;
	if (!coh_page_map_right_(page, map)) {
		flush_everything(coh);
		return coh_corrupt_(coh, map);
	}
	coh->port->walk_enter(coh->port->context);
	prepare(&w, coh, page, kva);
	seen = walk_or_flush_everything(map, &w);
	coh->port->walk_exit(coh->port->context);
	return seen;
}

/* The same as the 2007 patch has it: every VMA of every mm, under the map's lock. */
int coh_alias_flush_locked_(struct coh *coh, const struct coh_page *page, uintptr_t kva)
{
	struct coh_map *map = coh_page_map_(page);
	struct alias_walk w;
	int seen;

	if (!coh->mechanism->aliasing || !map)
		return 0;
	if (!coh_page_map_right_(page, map)) {
		flush_everything(coh);
		return coh_corrupt_(coh, map);
	}
	coh->port->lock(coh->port->context, &map->lock);
	coh->port->walk_enter(coh->port->context); /* the VMAs stay anyway; the CPU may not */
	prepare(&w, coh, page, kva);
	w.walk.group_lo = 0;
	w.walk.group_hi = COH_GROUP_ALL;
	seen = walk_or_flush_everything(map, &w);
	coh->port->walk_exit(coh->port->context);
	coh->port->unlock(coh->port->context, &map->lock);
	return seen;
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

/*
 * K, U, K.  Other threads run meanwhile, and what they bring in is filled from memory.
 *
 * K before U: when U is filled again K's bytes are there already.  The other way round the line
 * would be old, and stay.
 *
 * K after U: the kernel may be here more than once.  Another thread in it, which flushed the page
 * before, loads through K; on VIPT a private mapping of K's colour fills the very same lines; and
 * some hardware does it unasked.  As long as U's bytes are not in memory, those lines are old.
 *
 * Where no other thread can run in between, and the hardware does nothing unasked, once is enough:
 * an interrupt that uses K in between has flushed U before, if the policy is one that does.
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

int coh_flush_now_(struct coh *coh, struct coh_page *page, uintptr_t kva)
{
	return coh_flush_by_(coh, page, kva, coh_alias_flush_);
}
