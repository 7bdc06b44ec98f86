// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Invariants of the maps, at three prices: the header; the nodes on the path of a change; all nodes
 * of all copies, and what they say of their VMAs.
 *
 * During a change, the bounds of a VMA are the union of its old and its new bounds (vma.c); other
 * mms may be changing theirs.  So a check that a change makes asks that each node lies within its
 * VMA's bounds.  A check that the embedder calls asks that they are equal.
 */
#include "src/map.h"
#include "src/tree.h"

int coh_corrupt_(const struct coh *coh, const void *object)
{
	coh->port->report(coh->port->context, COH_E_CORRUPT, object);
	return COH_E_CORRUPT;
}

/* What a look at all nodes of a tree is about. */
struct look {
	const struct coh *coh;
	const struct coh_map *map; /* NULL: of an mm */
	const struct coh_mm *mm;   /* NULL: of a map */
	enum coh_side_ side;
	unsigned copy;
	bool at_rest;
	uintptr_t nodes;
	const struct coh_node *before; /* the node looked at before; NULL: none */
};

static bool bounds_right(const struct look *look, const struct coh_vma *vma,
			 const struct coh_node *node)
{
	uint32_t shift = look->coh->config.page_shift;
	uintptr_t shown = look->map ? vma->delta : 0;
	uintptr_t start = (node->first + shown) << shift;
	uintptr_t end = (node->last + shown + 1) << shift;
	uintptr_t vma_start = coh_load(&vma->start), vma_end = coh_load(&vma->end);

	if (look->at_rest)
		return start == vma_start && end == vma_end;
	return start < end && start >= vma_start && end <= vma_end;
}

static bool owner_right(const struct look *look, const struct coh_vma *vma,
			const struct coh_node *node)
{
	const struct coh_map *map;

	if (look->mm)
		return vma->mm == look->mm && node->group == 0;
	if (look->side == COH_SIDE_FILE)
		map = &vma->mapping->map;
	else
		map = &coh_load(&vma->anon_vma)->map;
	return map == look->map && node->group == coh_group_(look->coh, vma, look->side);
}

/* Is the twin of a node in the other copy, with the same key? */
static bool twin_right(const struct look *look, struct coh_vma *vma, const struct coh_node *node)
{
	const struct coh_node *twin;
	unsigned other = !look->copy;

	if (!look->map)
		return true;
	twin = coh_vma_node_(vma, look->side, other);
	return twin->group == node->group && twin->first == node->first &&
	       twin->last == node->last &&
	       coh_tree_path_(look->map->root[other], twin) == COH_PATH_PRESENT;
}

static bool vma_right(struct look *look, struct coh_node *node)
{
	struct coh_vma *vma = coh_node_vma_(node, look->side, look->copy);
	const struct coh_node *before = look->before;

	look->before = node;
	look->nodes++;
	if (before && !coh_tree_before_(before, node))
		return false;
	if (before && look->mm && before->last >= node->first)
		return false;
	return coh_linked_(vma) && bounds_right(look, vma, node) && owner_right(look, vma, node) &&
	       twin_right(look, vma, node);
}

/*
 * All nodes in order.  A node is right before its children are looked at, so the depth is
 * bounded.
 */
static bool all_right(struct look *look, struct coh_node *root)
{
	struct coh_node *above[COH_TREE_HEIGHT];
	struct coh_node *node = root;
	unsigned depth = 0;

	look->nodes = 0;
	look->before = NULL;
	for (;;) {
		for (; node; node = node->child[0]) {
			if (!coh_tree_node_right_(node))
				return false;
			above[depth++] = node;
		}
		if (!depth)
			return true;
		node = above[--depth];
		if (!vma_right(look, node) || (look->map && look->nodes > look->map->count))
			return false;
		node = node->child[1];
	}
}

static bool root_right(const struct coh_node *root)
{
	return !root || (root->height > 0 && root->height <= COH_TREE_HEIGHT);
}

/* ------------------------------------------------------------------------
 * Maps.
 */

static bool map_header_right(const struct coh_map *map)
{
	bool empty = map->count == 0;

	return map->side <= COH_SIDE_ANON && map->count != COH_MAP_DAMAGED &&
	       !(coh_load(&map->sequence) & 1) && !map->root[0] == empty &&
	       !map->root[1] == empty && root_right(map->root[0]) && root_right(map->root[1]);
}

static bool map_all_right(const struct coh *coh, const struct coh_map *map, bool at_rest)
{
	struct look look;
	unsigned copy;

	look.coh = coh;
	look.map = map;
	look.mm = NULL;
	look.side = map->side;
	look.at_rest = at_rest;
	for (copy = 0; copy < 2; copy++) {
		look.copy = copy;
		if (!all_right(&look, map->root[copy]) || look.nodes != map->count)
			return false;
	}
	return true;
}

static bool map_check(const struct coh *coh, const struct coh_map *map, enum coh_side_ side,
		      enum coh_check_level level)
{
	unsigned copy;

	if (map->side != side || !map_header_right(map))
		return false;
	if (level >= COH_CHECK_INTERNAL)
		for (copy = 0; copy < 2; copy++)
			if (map->root[copy] && !coh_tree_node_right_(map->root[copy]))
				return false;
	return level < COH_CHECK_EXPENSIVE || map_all_right(coh, map, true);
}

bool coh_mapping_check(const struct coh *coh, const struct coh_mapping *mapping,
		       enum coh_check_level level)
{
	return coh && mapping && map_check(coh, &mapping->map, COH_SIDE_FILE, level);
}

bool coh_anon_vma_check(const struct coh *coh, const struct coh_anon_vma *anon_vma,
			enum coh_check_level level)
{
	return coh && anon_vma && map_check(coh, &anon_vma->map, COH_SIDE_ANON, level);
}

/* ------------------------------------------------------------------------
 * Address spaces.
 */

static bool space_all_right(const struct coh *coh, const struct coh_mm *mm, bool at_rest)
{
	struct look look;

	look.coh = coh;
	look.map = NULL;
	look.mm = mm;
	look.side = COH_SIDE_SPACE;
	look.copy = 0;
	look.at_rest = at_rest;
	return all_right(&look, mm->vmas);
}

bool coh_mm_check(const struct coh *coh, const struct coh_mm *mm, enum coh_check_level level)
{
	if (!coh || !mm || !root_right(mm->vmas))
		return false;
	if (level >= COH_CHECK_INTERNAL && mm->vmas && !coh_tree_node_right_(mm->vmas))
		return false;
	return level < COH_CHECK_EXPENSIVE || space_all_right(coh, mm, true);
}

/* ------------------------------------------------------------------------
 * Changes.
 */

/* Every node of the change is in the tree, or not, as it should be at that moment. */
static bool paths_right(const struct coh_node *root, enum coh_side_ side, unsigned copy,
			const struct coh_change_ *change, enum coh_moment_ moment)
{
	enum coh_edit_kind_ outside = moment == COH_BEFORE ? COH_EDIT_LINK : COH_EDIT_UNLINK;
	unsigned i;

	for (i = 0; i < change->edits; i++) {
		const struct coh_edit_ *edit = &change->edit[i];
		enum coh_path_ path = coh_tree_path_(root, coh_vma_node_(edit->vma, side, copy));

		if (path != (edit->kind == outside ? COH_PATH_ABSENT : COH_PATH_PRESENT))
			return false;
	}
	return true;
}

bool coh_map_right_(const struct coh *coh, const struct coh_map *map,
		    const struct coh_change_ *change, enum coh_moment_ moment)
{
	unsigned copy;

	if (!map_header_right(map))
		return false;
	if (coh->config.check >= COH_CHECK_INTERNAL)
		for (copy = 0; copy < 2; copy++)
			if (!paths_right(map->root[copy], map->side, copy, change, moment))
				return false;
	return coh->config.check < COH_CHECK_EXPENSIVE || map_all_right(coh, map, false);
}

bool coh_space_right_(const struct coh *coh, const struct coh_mm *mm,
		      const struct coh_change_ *change, enum coh_moment_ moment)
{
	if (!root_right(mm->vmas))
		return false;
	if (coh->config.check >= COH_CHECK_INTERNAL &&
	    !paths_right(mm->vmas, COH_SIDE_SPACE, 0, change, moment))
		return false;
	return coh->config.check < COH_CHECK_EXPENSIVE || space_all_right(coh, mm, false);
}
