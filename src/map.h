/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * map: the reverse maps.  Writers change the two copies of a map's tree one
 * after the other; a walk takes the copy that is whole.
 *
 * The sequence.  Copy (sequence & 1) is whole and is not being stored to, always:
 *
 *   sequence	walks read	a writer may be changing
 *   even	copy 0		copy 1, or nothing
 *   odd	copy 1		copy 0
 *
 * An update, under map->lock: all of it to copy 1; sequence + 1, and walks change over from before
 * to after; all of it to copy 0; sequence + 1.  However much an update does (split is two nodes),
 * that one store is when it happens.
 *
 * Why a walk is safe without a lock.
 *  - On the CPU of a writer that it interrupted, it finds the sequence at rest: it goes
 *    through at the first try.  So does one that interrupts a walk.
 *  - On another CPU: everything that a walk loads from a copy was right if the sequence has not
 *    moved when it looks afterwards.  It looks after each load of pointers, before
 *    it follows or visits one.  If the sequence moved it drops what it has and begins again.
 *  - The loads of the copy are acquires, the stores to it releases (tree.h).  So a walk
 *    that loads a value stored after the sequence moved sees that it moved.
 *  - What it reached is not freed before its walk_exit, for it was linked after its walk_enter.
 * One case is not detected: exactly 2^31 updates between two looks at the sequence.
 */
#ifndef COH_SRC_MAP_H
#define COH_SRC_MAP_H

#include <coherer/coherer.h>

/* Which of a VMA's nodes are meant. */
enum coh_side_ {
	COH_SIDE_FILE,
	COH_SIDE_ANON,
	COH_SIDE_SPACE, /* in its mm: one copy, which no walk reads; by virtual page */
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
 * and in bit 0: COH_GROUP_VISIBLE if what the kernel stores to the page must show there: in shared
 * mappings of a file, and in every mapping of an anonymous page.
 */
#define COH_GROUP_VISIBLE 1u
#define COH_GROUP_ALL	  UINTPTR_MAX

uintptr_t coh_group_(const struct coh *coh, const struct coh_vma *vma, enum coh_side_ side);

/* ------------------------------------------------------------------------
 * Walks.
 */

/*
 * visit is called for VMAs that cover index as the map was at one moment; by now they may be
 * changed or unlinked.  So it takes the address from coh_vma_va_, and not from start and end, which
 * may be of another moment; reads flags with coh_load; and reads mm and delta, which stay.
 */
struct coh_walk_ {
	uintptr_t index;	      /* visit VMAs that cover this page offset */
	uintptr_t group_lo, group_hi; /* both included */
	enum coh_visit_ (*visit)(struct coh_walk_ *walk, struct coh_vma *vma);
	int error; /* out: 0, or COH_E_CORRUPT, which was reported */
};

/*
 * coh_map_version_: another value, always even, after each change of what walks see; so two loads
 * that agree had no change between them.  A walk that begins after it sees that version or a later
 * one.  After 2^31 changes it repeats.
 */
static inline uint32_t coh_map_version_(const struct coh_map *map)
{
	/* Walks read the same from 2k - 1 on as at 2k. */
	return (coh_load_acquire(&map->sequence) + 1) & ~1u;
}

/*
 * coh_map_walk_: calls walk->visit for the VMAs, in order of group.  If an update goes by on
 * another CPU it begins again: visits may be repeated and must not mind.  Any context, no lock;
 * within walk_enter.  Stack: 2 COH_TREE_HEIGHT words.
 * Cost: O(log n) for each group of the range that has a VMA, and for each visit.
 * Returns true if it went through; false after COH_WALK_TRIES, or if the map is damaged: the
 * caller then does without the map.
 */
#define COH_WALK_TRIES 8
bool coh_map_walk_(struct coh *coh, const struct coh_map *map, struct coh_walk_ *walk);

/*
 * coh_map_covers_: does any VMA cover this page offset?  Never false for one that was linked before
 * the call and stays.  True also when in doubt: when the walk gave up, or looked at
 * COH_COVERS_NODES without an answer, for the groups may be as many as the processes on the
 * machine.  (One group takes two looks at a level of the tree at most.)  Context, stack: as
 * coh_map_walk_.
 */
#define COH_COVERS_NODES 256
bool coh_map_covers_(struct coh *coh, const struct coh_map *map, uintptr_t index);

/* ------------------------------------------------------------------------
 * Updates.
 */

/*
 * What count becomes when a change finds the map damaged: no tree has that many nodes.  From then
 * on every change and every walk fails, so that every flush is of the whole cache: a tree that
 * lacks a VMA would be worse than none.
 */
#define COH_MAP_DAMAGED UINTPTR_MAX

void coh_map_init_(struct coh_map *map, enum coh_side_ side);

/*
 * The mark of a linked VMA depends on its address: neither memory of any content nor a
 * copy of a linked VMA is taken for one, but by a chance of 2^-32.  It is odd, so never 0.
 */
static inline uint32_t coh_linked_mark_(const struct coh_vma *vma)
{
	return 0xc0e4e4edu ^ (uint32_t)(uintptr_t)vma;
}

static inline bool coh_linked_(const struct coh_vma *vma)
{
	return coh_load(&vma->linked) == coh_linked_mark_(vma);
}

enum coh_edit_kind_ {
	COH_EDIT_LINK,
	COH_EDIT_UNLINK,
	COH_EDIT_RESIZE,
};

/* What becomes of one VMA: to LINK and RESIZE it, [start, end) is what it will be. */
struct coh_edit_ {
	struct coh_vma *vma;
	enum coh_edit_kind_ kind;
	uintptr_t start, end;
};

#define COH_CHANGE_EDITS 2

/*
 * A change of up to two VMAs of one mm, which agree in all that is here.  In each map it happens at
 * one moment.
 */
struct coh_change_ {
	struct coh_mm *mm;
	struct coh_mapping *mapping;
	struct coh_anon_vma *anon_vma;
	uintptr_t delta;
	uint32_t flags;
	unsigned edits, claims;
	struct coh_edit_ edit[COH_CHANGE_EDITS];
	struct coh_claim_ {
		uintptr_t start, end;
	} claim[2]; /* address ranges that must be free */
};

/*
 * coh_map_change_: every VMA of the change has its fields, those of LINK edits too.  Takes
 * map->lock.  Returns 0 or COH_E_CORRUPT, reported; then later changes and walks of this map fail,
 * too.
 */
int coh_map_change_(struct coh *coh, struct coh_map *map, const struct coh_change_ *change);

/*
 * coh_tree_prepare_: set the keys of the nodes to link, which nobody sees yet.
 * coh_tree_edit_: then change one tree; false if it is damaged.
 */
void coh_tree_prepare_(const struct coh *coh, enum coh_side_ side,
		       const struct coh_change_ *change);
bool coh_tree_edit_(const struct coh *coh, struct coh_node **root, enum coh_side_ side,
		    unsigned copy, const struct coh_change_ *change);

/* A VMA's node, and back. */
struct coh_node *coh_vma_node_(struct coh_vma *vma, enum coh_side_ side, unsigned copy);
struct coh_vma *coh_node_vma_(struct coh_node *node, enum coh_side_ side, unsigned copy);

static inline void coh_lock_(struct coh *coh, coh_lock_t *lock)
{
	coh->port->lock(coh->port->context, lock);
}

static inline void coh_unlock_(struct coh *coh, coh_lock_t *lock)
{
	coh->port->unlock(coh->port->context, lock);
}

/* ------------------------------------------------------------------------
 * Checks on entry and exit of every change, at coh->config.check.  Under the lock.
 */

enum coh_moment_ {
	COH_BEFORE, /* the change; its LINK edits are prepared */
	COH_AFTER,
};

bool coh_map_right_(const struct coh *coh, const struct coh_map *map,
		    const struct coh_change_ *change, enum coh_moment_ moment);
bool coh_space_right_(const struct coh *coh, const struct coh_mm *mm,
		      const struct coh_change_ *change, enum coh_moment_ moment);

/* Tells the port; returns COH_E_CORRUPT. */
int coh_corrupt_(const struct coh *coh, const void *object);

#endif
