// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * An AVL tree without parent pointers: a walk would have to read them, and every rotation to store
 * them.  A writer keeps the path from the root instead, as the addresses of the pointers it went
 * through, so that replacing a node is one store and the root needs no case of its own.
 */
#include "src/tree.h"

/* On the way up most is as it was. */
#define PUT(field, value)                                                                          \
	do {                                                                                       \
		if ((field) != (value))                                                            \
			coh_store_release(&(field), (value));                                      \
	} while (0)

bool coh_tree_before_(const struct coh_node *a, const struct coh_node *b)
{
	if (a->group != b->group)
		return a->group < b->group;
	if (a->first != b->first)
		return a->first < b->first;
	return (uintptr_t)a < (uintptr_t)b;
}

static uint32_t height(const struct coh_node *node)
{
	return node ? node->height : 0;
}

static uint32_t height_by_children(const struct coh_node *node)
{
	uint32_t left = height(node->child[0]), right = height(node->child[1]);

	return 1 + (left > right ? left : right);
}

/* An end: the last page offset of the greatest group. */
struct end {
	uintptr_t group, last;
};

static struct end later(struct end a, struct end b)
{
	bool b_is = a.group != b.group ? b.group > a.group : b.last > a.last;

	return b_is ? b : a;
}

/* The latest end of node and all below it. */
static struct end end_of(const struct coh_node *node)
{
	struct end end = { node->group, node->last };
	unsigned side;

	for (side = 0; side < 2; side++) {
		const struct coh_node *child = node->child[side];

		if (child)
			end = later(end, (struct end){ child->end_group, child->end_last });
	}
	return end;
}

static void refresh(struct coh_node *node)
{
	struct end end = end_of(node);

	PUT(node->height, height_by_children(node));
	PUT(node->end_group, end.group);
	PUT(node->end_last, end.last);
}

/* The child on the other side comes up to *link, its parent goes down to side. */
static void rotate(struct coh_node **link, unsigned side)
{
	struct coh_node *down = *link, *up = down->child[!side];

	coh_store_release(&down->child[!side], up->child[side]);
	coh_store_release(&up->child[side], down);
	coh_store_release(link, up);
	refresh(down);
	refresh(up);
}

static void rebalance(struct coh_node **link)
{
	struct coh_node *node = *link;
	uint32_t left = height(node->child[0]), right = height(node->child[1]);
	unsigned tall = right > left;
	struct coh_node *child = node->child[tall];

	if (left > right + 1 || right > left + 1) {
		if (height(child->child[tall]) < height(child->child[!tall]))
			rotate(&node->child[tall], tall);
		rotate(link, !tall);
	} else {
		refresh(node);
	}
}

bool coh_tree_insert_(struct coh_node **root, struct coh_node *node)
{
	struct coh_node **path[COH_TREE_HEIGHT];
	struct coh_node **link = root;
	unsigned depth = 0;

	while (*link) {
		if (depth == COH_TREE_HEIGHT)
			return false;
		path[depth++] = link;
		link = &(*link)->child[coh_tree_before_(*link, node)];
	}

	coh_store_release(&node->child[0], NULL);
	coh_store_release(&node->child[1], NULL);
	coh_store_release(&node->end_group, node->group);
	coh_store_release(&node->end_last, node->last);
	coh_store_release(&node->height, 1);
	coh_store_release(link, node);
	while (depth)
		rebalance(path[--depth]);
	return true;
}

/*
 * The node at *link has two children: the next node in order, which has no left child, takes its
 * place.  path[at] is link; returns the new depth, 0 if the tree is too high.
 */
static unsigned replace_by_next(struct coh_node ***path, unsigned at)
{
	struct coh_node **link = path[at];
	struct coh_node *node = *link, *next;
	struct coh_node **down = &node->child[1];
	unsigned depth = at + 1;

	while ((*down)->child[0]) {
		if (depth == COH_TREE_HEIGHT)
			return 0;
		path[depth++] = down;
		down = &(*down)->child[0];
	}
	next = *down;
	coh_store_release(down, next->child[1]);
	coh_store_release(&next->child[0], node->child[0]);
	coh_store_release(&next->child[1], node->child[1]);
	coh_store_release(link, next);
	/* The path went through node's pointer; next has it now. */
	if (depth > at + 1)
		path[at + 1] = &next->child[1];
	return depth;
}

bool coh_tree_remove_(struct coh_node **root, struct coh_node *node)
{
	struct coh_node **path[COH_TREE_HEIGHT];
	struct coh_node **link = root;
	unsigned depth = 0;

	for (;;) {
		if (!*link || depth == COH_TREE_HEIGHT)
			return false;
		path[depth] = link;
		if (*link == node)
			break;
		link = &(*link)->child[coh_tree_before_(*link, node)];
		depth++;
	}

	if (node->child[0] && node->child[1]) {
		depth = replace_by_next(path, depth);
		if (!depth)
			return false;
	} else {
		coh_store_release(link, node->child[!node->child[0]]);
	}
	while (depth)
		rebalance(path[--depth]);
	return true;
}

const struct coh_node *coh_tree_floor_(const struct coh_node *root, uintptr_t group,
				       uintptr_t first)
{
	const struct coh_node *node = root, *best = NULL;
	unsigned depth;

	for (depth = 0; node && depth < COH_TREE_HEIGHT; depth++) {
		bool beyond = node->group != group ? node->group > group : node->first > first;

		if (!beyond && node->group == group)
			best = node;
		node = node->child[!beyond];
	}
	return best;
}

bool coh_tree_node_right_(const struct coh_node *node)
{
	struct end end = end_of(node);
	unsigned side;

	for (side = 0; side < 2; side++) {
		const struct coh_node *child = node->child[side];

		if (!child)
			continue;
		if (coh_tree_before_(child, node) != !side)
			return false;
		if (child->height > height(node->child[!side]) + 1)
			return false;
	}
	return node->first <= node->last && node->end_group == end.group &&
	       node->end_last == end.last && node->height == height_by_children(node);
}

enum coh_path_ coh_tree_path_(const struct coh_node *root, const struct coh_node *node)
{
	const struct coh_node *at = root;

	/* It ends: every node that is right is less high than the one before. */
	while (at) {
		if (!coh_tree_node_right_(at))
			return COH_PATH_DAMAGED;
		if (at == node)
			return COH_PATH_PRESENT;
		at = at->child[coh_tree_before_(at, node)];
	}
	return COH_PATH_ABSENT;
}
