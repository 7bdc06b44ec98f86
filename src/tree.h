/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * tree: one AVL interval tree of struct coh_node.
 *
 * Key: (group, first, address of the node); unique, so every node can be found again without a
 * pointer to its parent.  Invariants of each node, with l and r its children:
 *
 *   l and all below it < node < r and all below it
 *   height = 1 + the greater height of l and r, which differ by at most 1
 *   end    = the greatest (group, last) of node, and of the ends of l and r
 *
 * The caller excludes other writers.  Stores are releases, each one: a walk that
 * has strayed into the tree while it changes must see, after any value stored here, that the
 * sequence of the map has moved (see map.h).  Loads here are plain, for nobody else stores.
 */
#ifndef COH_SRC_TREE_H
#define COH_SRC_TREE_H

#include <coherer/types.h>

/*
 * No tree is higher, and no path, nor the stack of a walk, longer.  An AVL tree of n nodes is at
 * most 1.44 log2(n + 2) high; n is less than an address space divided by the size of a VMA, 2^25 or
 * 2^56: 36 and 80.
 */
#define COH_TREE_HEIGHT (10u * (unsigned)sizeof(void *))

/*
 * coh_tree_insert_: the key of node is set, all else of it may be anything.
 * coh_tree_remove_: the key of node stays as it is.
 * Both return false if the tree is damaged: too high, or without that node.  Nothing was changed
 * then.
 */
bool coh_tree_insert_(struct coh_node **root, struct coh_node *node);
bool coh_tree_remove_(struct coh_node **root, struct coh_node *node);

/* The last node of this group with node->first <= first; NULL if there is none. */
const struct coh_node *coh_tree_floor_(const struct coh_node *root, uintptr_t group,
				       uintptr_t first);

/* Is a before b? */
bool coh_tree_before_(const struct coh_node *a, const struct coh_node *b);

/* Do the invariants hold that node and its children alone can show? */
bool coh_tree_node_right_(const struct coh_node *node);

/*
 * coh_tree_path_: descend as insert and remove do, looking at each node on the way.
 */
enum coh_path_ {
	COH_PATH_DAMAGED, /* a node on the way is not right */
	COH_PATH_ABSENT,  /* node is not in the tree */
	COH_PATH_PRESENT, /* it is */
};
enum coh_path_ coh_tree_path_(const struct coh_node *root, const struct coh_node *node);

#endif
