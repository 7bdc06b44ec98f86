/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * map: the reverse maps.  Writers change the two copies of a map's tree one
 * after the other; a walk takes the copy that is whole.
 */
#ifndef COH_SRC_MAP_H
#define COH_SRC_MAP_H

#include <coherer/coherer.h>

/* Which pair of a VMA's nodes a map uses. */
enum coh_side_ {
	COH_SIDE_FILE,
	COH_SIDE_ANON,
};

/* What a visitor wants next. */
enum coh_visit_ {
	COH_VISIT_NEXT,	      /* the next VMA */
	COH_VISIT_NEXT_GROUP, /* the first VMA of the next group that has one */
	COH_VISIT_STOP,
};

/*
 * Groups.  A walk is for one group, a range of them, or all.  VMAs whose lines can
 * be flushed by one and the same operation share a group, and those that a walk must not visit
 * are in a group of their own, so that it never meets them:
 *   VIVT   the mm; only the current one's lines can be in the cache
 *   VIPT   the colour of page offset 0; one flush serves all VMAs of a colour
 *   else   one group
 * and in bit 0: COH_GROUP_VISIBLE if stores through K must show there: shared
 * mappings of a file (T2), and every mapping of an anonymous page.
 */
#define COH_GROUP_VISIBLE 1u
#define COH_GROUP_ALL	  UINTPTR_MAX

uintptr_t coh_group_(const struct coh *coh, const struct coh_vma *vma, enum coh_side_ side);

struct coh_walk_ {
	uintptr_t index;		/* visit VMAs that cover this page offset */
	uintptr_t group_lo, group_hi;	/* both included */
	enum coh_visit_ (*visit)(struct coh_walk_ *walk, struct coh_vma *vma);
};

/*
 * coh_map_walk_: calls walk->visit for the VMAs, in order of group.  If an update goes by on another CPU it begins
 * again: visits may be repeated and must not mind.  Any context, no lock; within walk_enter.
 * Returns true if it went through; false after COH_WALK_TRIES: the caller then does without the map.
 */
#define COH_WALK_TRIES 8
bool coh_map_walk_(struct coh *coh, const struct coh_map *map, struct coh_walk_ *walk);

/* Does any VMA cover this page offset?  Never false for one that was linked before the call and stays. */
bool coh_map_covers_(struct coh *coh, const struct coh_map *map, uintptr_t index);

void coh_map_init_(struct coh_map *map, enum coh_side_ side);

#endif
