// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * rmap-locked: the patch of January 2007 to the letter.  flush_dcache_page walks the VMAs of all
 * mms under the map's lock.  If it interrupted the holder of that lock it stops for ever.
 * Kept to show just that.
 */
#include "check/policies/policies.h"
#include "src/internal.h"

/* What the mechanism says, widened to every mm. */
static void groups_of_every_mm(struct coh *coh, struct coh_walk_ *walk)
{
	coh->mechanism->groups(coh, walk);
	coh_all_groups_(coh, walk);
}

static int flush_aliases_locked(struct coh *coh, const struct coh_page *page, uintptr_t kva)
{
	struct coh_map *map = coh_page_map_(page);
	int seen;

	/* Without a walk there is nothing to lock, or the lock itself may be damaged. */
	if (!coh->mechanism->aliasing || !map || !coh_page_map_right_(page, map))
		return coh_alias_flush_(coh, page, kva);
	coh_lock_(coh, &map->lock);
	seen = coh_alias_flush_in_(coh, page, kva, groups_of_every_mm);
	coh_unlock_(coh, &map->lock);
	return seen;
}

const struct coh_policy coh_policy_rmap_locked = {
	.name = "rmap-locked",
	.context = COH_CONTEXT_PROCESS,
	.k_twice = true, /* a walk may wait for the lock, and other threads run */
	.uncaches = true,
	.flush_page = coh_rmap_flush_page_,
	.aliases = flush_aliases_locked,
	.flush_anon = coh_rmap_flush_anon_,
	.get_user = coh_rmap_get_user_,
	.begin = coh_rmap_begin_,
	.end = coh_end_at_once_,
	.before_copy = coh_rmap_begin_,
	.after_copy = coh_end_at_once_,
	.mapped = coh_rmap_mapped_,
};
