// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The latched map: what map.h says, in the same order.
 */
#include "src/internal.h"
#include "src/tree.h"

/* A walk sees only the cache's own idea of what belongs together. */
uintptr_t coh_group_(const struct coh *coh, const struct coh_vma *vma, enum coh_side_ side)
{
	bool visible = side == COH_SIDE_ANON || (coh_load(&vma->flags) & COH_VMA_SHARED);
	uintptr_t group = 0;

	if (coh->config.dcache.indexing == COH_INDEXED_VIVT)
		group = (uintptr_t)vma->mm; /* bit 0 is free: it is aligned */
	else if (coh->config.dcache.indexing == COH_INDEXED_VIPT)
		group = (vma->delta & coh->colour_mask) << 1;
	return group | (visible ? COH_GROUP_VISIBLE : 0);
}

static size_t node_offset(enum coh_side_ side, unsigned copy)
{
	if (side == COH_SIDE_SPACE)
		return offsetof(struct coh_vma, space);
	return (side == COH_SIDE_FILE ? offsetof(struct coh_vma, file)
				      : offsetof(struct coh_vma, anon)) +
	       copy * sizeof(struct coh_node);
}

struct coh_node *coh_vma_node_(struct coh_vma *vma, enum coh_side_ side, unsigned copy)
{
	return (struct coh_node *)((uintptr_t)vma + node_offset(side, copy));
}

struct coh_vma *coh_node_vma_(struct coh_node *node, enum coh_side_ side, unsigned copy)
{
	return (struct coh_vma *)((uintptr_t)node - node_offset(side, copy));
}

/* ------------------------------------------------------------------------
 * Walks.
 */

enum result {
	DONE,
	MOVED,	 /* an update went by */
	SPENT,	 /* budget used up */
	CORRUPT, /* heights do not fall, or there are more nodes than VMAs */
};

/*
 * One try of a walk: in order, through what can hold a hit.
 *
 * group: the least group that is still wanted.  The tree is sorted by group, so group only rises.
 * Therefore (end_group, end_last) is enough to prune by: if end_group of a node is group, all that
 * is wanted below the node is of that group, and end_last tells whether any of it reaches the
 * index.
 *
 * above: a stack of the nodes at which the search went to the left child.  They come next in order.
 * Each is kept with the greatest group below it; so if the search is done with that group, the node
 * is dropped without a look at it.
 */
struct search {
	const struct coh_map *map;
	uint32_t sequence;
	uintptr_t budget; /* nodes that it may still look at */
	bool all;	  /* and that is as many as the tree has */
	uint32_t height;  /* of the last node looked at: those below it are less high */
	uintptr_t index;
	uintptr_t group, group_hi;
	unsigned depth;
	struct {
		struct coh_node *node;
		uintptr_t end_group;
	} above[COH_TREE_HEIGHT];
};

static bool moved(const struct search *s)
{
	return coh_load(&s->map->sequence) != s->sequence;
}

static void push(struct search *s, struct coh_node *node, uintptr_t end_group)
{
	s->above[s->depth].node = node;
	s->above[s->depth].end_group = end_group;
	s->depth++;
}

/* Follow the left children of what can hold a hit, from node on, into above. */
static enum result descend(struct search *s, struct coh_node *node)
{
	while (node) {
		uint32_t height = coh_load_acquire(&node->height);
		uintptr_t end_group = coh_load_acquire(&node->end_group);
		uintptr_t end_last = coh_load_acquire(&node->end_last);
		uintptr_t group = coh_load_acquire(&node->group);
		bool right;

		if (moved(s))
			return MOVED;
		/* Heights must fall, down to 1.  This bounds the loop and the stack even in a
		 * damaged tree. */
		if (!height || height >= s->height)
			return CORRUPT;
		s->height = height;
		/* The tree was this one when its nodes were counted: see budget_of. */
		if (!s->budget--)
			return s->all ? CORRUPT : SPENT;
		if (end_group < s->group || (end_group == s->group && end_last < s->index))
			return DONE;
		right = group < s->group;
		if (!right && group <= s->group_hi)
			push(s, node, end_group);

		node = coh_load_acquire(&node->child[right]);
		if (moved(s))
			return MOVED;
	}
	return DONE;
}

/* No group after this one is left, or s->group is the one after it. */
static bool last_group(struct search *s, uintptr_t group)
{
	if (group >= s->group_hi)
		return true;
	s->group = group + 1;
	return false;
}

static enum result search(struct search *s, struct coh_walk_ *walk)
{
	unsigned copy = s->sequence & 1;
	struct coh_node *node = coh_load_acquire(&s->map->root[copy]);
	enum result result = moved(s) ? MOVED : descend(s, node);

	while (result == DONE && s->depth) {
		uintptr_t group, first, last;

		s->depth--;
		if (s->above[s->depth].end_group < s->group)
			continue;
		node = s->above[s->depth].node;
		group = coh_load_acquire(&node->group);
		first = coh_load_acquire(&node->first);
		last = coh_load_acquire(&node->last);
		s->height = coh_load_acquire(&node->height);
		if (group > s->group)
			s->group = group;

		if (moved(s))
			return MOVED;
		if (group == s->group && first > s->index) {
			/* All that follows in this group begins later still. */
			if (last_group(s, group))
				return DONE;
		} else if (group == s->group && last >= s->index) {
			struct coh_vma *vma = coh_node_vma_(node, s->map->side, copy);
			enum coh_visit_ next = walk->visit(walk, vma);

			if (next == COH_VISIT_STOP)
				return DONE;
			if (next == COH_VISIT_NEXT_GROUP && last_group(s, group))
				return DONE;
		}

		node = coh_load_acquire(&node->child[1]);
		result = moved(s) ? MOVED : descend(s, node);
	}
	return result;
}

/*
 * A walk looks at a node once.  So it is done after as many as there are, and a damaged tree, in
 * which a node hangs below several, does not hold it up for long.
 *
 * s->sequence is loaded already.  A change stores the count after the sequence and before it
 * unlocks, so the count is of that change, or lags by one, which makes no more than
 * COH_CHANGE_EDITS nodes.  If it is of a later change the sequence has moved, and the walk sees
 * that first.
 */
static void budget_of(struct search *s, uintptr_t limit)
{
	uintptr_t nodes = coh_load_acquire(&s->map->count) + COH_CHANGE_EDITS;

	s->all = nodes <= limit;
	s->budget = s->all ? nodes : limit;
}

/* Looks at no more than limit nodes. */
static bool walk_within(struct coh *coh, const struct coh_map *map, struct coh_walk_ *walk,
			uintptr_t limit)
{
	struct search s;
	enum result result;
	unsigned tries;

	walk->error = 0;
	if (coh_load(&map->count) == COH_MAP_DAMAGED) {
		walk->error = coh_corrupt_(coh, map);
		return false;
	}
	coh_count_(coh, COH_COUNT_WALK);
	for (tries = 0; tries < COH_WALK_TRIES; tries++) {
		if (tries)
			coh_count_(coh, COH_COUNT_WALK_RETRY);
		s.map = map;
		s.height = COH_TREE_HEIGHT + 1;
		s.index = walk->index;
		s.group = walk->group_lo;
		s.group_hi = walk->group_hi;
		s.depth = 0;
		s.sequence = coh_load_acquire(&map->sequence);
		budget_of(&s, limit);
		result = search(&s, walk);
		if (result == DONE)
			return true;
		if (result == CORRUPT)
			walk->error = coh_corrupt_(coh, map);
		if (result != MOVED)
			return false;
	}
	coh_count_(coh, COH_COUNT_WALK_GIVEN_UP);
	return false;
}

bool coh_map_walk_(struct coh *coh, const struct coh_map *map, struct coh_walk_ *walk)
{
	return walk_within(coh, map, walk, UINTPTR_MAX);
}

struct covers {
	struct coh_walk_ walk; /* first: visit gets its address */
	bool found;
};

static enum coh_visit_ covers_visit(struct coh_walk_ *walk, struct coh_vma *vma)
{
	(void)vma;
	((struct covers *)walk)->found = true;
	return COH_VISIT_STOP;
}

bool coh_map_covers_(struct coh *coh, const struct coh_map *map, uintptr_t index)
{
	struct covers covers;

	covers.walk.index = index;
	covers.walk.group_lo = 0;
	covers.walk.group_hi = COH_GROUP_ALL;
	covers.walk.visit = covers_visit;
	covers.found = false;
	return !walk_within(coh, map, &covers.walk, COH_COVERS_NODES) || covers.found;
}

/* ------------------------------------------------------------------------
 * Updates.
 */

void coh_map_init_(struct coh_map *map, enum coh_side_ side)
{
	static const coh_lock_t unlocked; /* all bits zero */

	map->lock = unlocked;
	map->sequence = 0;
	map->root[0] = NULL;
	map->root[1] = NULL;
	map->count = 0;
	map->side = side;
}

/* The node is in no tree, or in one that is being changed. */
static void set_key(const struct coh *coh, const struct coh_edit_ *edit, enum coh_side_ side,
		    unsigned copy)
{
	struct coh_node *node = coh_vma_node_(edit->vma, side, copy);
	uintptr_t first = edit->start >> coh->config.page_shift;
	uintptr_t pages = (edit->end - edit->start) >> coh->config.page_shift;
	uintptr_t group = 0;

	if (side != COH_SIDE_SPACE) {
		first -= edit->vma->delta;
		group = coh_group_(coh, edit->vma, side);
	}
	coh_store_release(&node->group, group);
	coh_store_release(&node->first, first);
	coh_store_release(&node->last, first + pages - 1);
}

void coh_tree_prepare_(const struct coh *coh, enum coh_side_ side, const struct coh_change_ *change)
{
	unsigned i, copy;

	for (i = 0; i < change->edits; i++)
		if (change->edit[i].kind == COH_EDIT_LINK)
			for (copy = 0; copy < (side == COH_SIDE_SPACE ? 1 : 2); copy++)
				set_key(coh, &change->edit[i], side, copy);
}

bool coh_tree_edit_(const struct coh *coh, struct coh_node **root, enum coh_side_ side,
		    unsigned copy, const struct coh_change_ *change)
{
	unsigned i;

	for (i = 0; i < change->edits; i++) {
		const struct coh_edit_ *edit = &change->edit[i];

		if (edit->kind == COH_EDIT_LINK)
			continue;
		if (!coh_tree_remove_(root, coh_vma_node_(edit->vma, side, copy)))
			return false;
		if (edit->kind == COH_EDIT_RESIZE)
			set_key(coh, edit, side, copy);
	}
	for (i = 0; i < change->edits; i++) {
		const struct coh_edit_ *edit = &change->edit[i];

		if (edit->kind != COH_EDIT_UNLINK &&
		    !coh_tree_insert_(root, coh_vma_node_(edit->vma, side, copy)))
			return false;
	}
	return true;
}

/*
 * Both copies, with the change-over between them.  A copy in which something is amiss
 * stays the one that walks do not read: the sequence does not move any more.
 */
static bool latch(const struct coh *coh, struct coh_map *map, const struct coh_change_ *change)
{
	uint32_t sequence = coh_load(&map->sequence);

	if (!coh_tree_edit_(coh, &map->root[1], map->side, 1, change))
		return false;
	coh_store_release(&map->sequence, sequence + 1);
	if (!coh_tree_edit_(coh, &map->root[0], map->side, 0, change))
		return false;
	coh_store_release(&map->sequence, sequence + 2);
	return true;
}

int coh_map_change_(struct coh *coh, struct coh_map *map, const struct coh_change_ *change)
{
	uintptr_t count;
	bool right;
	unsigned i;

	coh_lock_(coh, &map->lock);
	coh_tree_prepare_(coh, map->side, change);
	right = coh_map_right_(coh, map, change, COH_BEFORE) && latch(coh, map, change);
	count = map->count;
	for (i = 0; right && i < change->edits; i++) {
		count += change->edit[i].kind == COH_EDIT_LINK;
		count -= change->edit[i].kind == COH_EDIT_UNLINK;
	}
	coh_store_release(&map->count, count); /* after the sequence: budget_of */
	right = right && coh_map_right_(coh, map, change, COH_AFTER);
	if (!right)
		coh_store(&map->count, COH_MAP_DAMAGED);
	coh_unlock_(coh, &map->lock);
	return right ? 0 : coh_corrupt_(coh, map);
}
