// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The tree by itself.
 */
#include "src/map.h"
#include "src/tree.h"
#include "tests/src/map_by_hand.h"
#include "tests/src/next_order.h"

#define NODES 7

static void insert_all(struct coh_node **root, struct coh_node *node, const int *order, int n)
{
	int i;

	*root = NULL;
	for (i = 0; i < n; i++) {
		node[i].group = 0;
		node[i].first = (uintptr_t)(10 * i);
		node[i].last = (uintptr_t)(10 * i + i % 3);
	}
	for (i = 0; i < n; i++)
		assert_true(coh_tree_insert_(root, &node[order[i]]));
}

static int nodes_right(const struct coh_node *node)
{
	if (!node)
		return 0;
	assert_true(coh_tree_node_right_(node));
	return 1 + nodes_right(node->child[0]) + nodes_right(node->child[1]);
}

/* Every order of insertion, and from each tree every node removed. */
static void tree_test(void **state)
{
	static struct coh_node node[NODES];
	struct coh_node *root;
	int order[NODES], n, out;

	(void)state;
	for (n = 1; n <= NODES; n++) {
		for (out = 0; out < n; out++)
			order[out] = out;
		do {
			for (out = 0; out < n; out++) {
				insert_all(&root, node, order, n);
				assert_int_equal(nodes_right(root), n);
				assert_true(coh_tree_remove_(&root, &node[out]));
				assert_int_equal(nodes_right(root), n - 1);
				assert_int_equal(coh_tree_path_(root, &node[out]), COH_PATH_ABSENT);
				assert_false(coh_tree_remove_(&root, &node[out]));
			}
		} while (next_order(order, n));
	}
}

static void tree_order_test(void **state)
{
	struct coh_node a = { .group = 1, .first = 5, .last = 6 }, b = a;

	(void)state;
	/* All but the address alike. */
	assert_int_equal(coh_tree_before_(&a, &b), &a < &b);
	assert_int_equal(coh_tree_before_(&b, &a), &b < &a);
	assert_false(coh_tree_before_(&a, &a));
	b.first = 4;
	assert_true(coh_tree_before_(&b, &a));
	b.group = 2;
	assert_true(coh_tree_before_(&a, &b));
}

static void tree_floor_test(void **state)
{
	static struct coh_node node[NODES];
	static const int order[] = { 3, 1, 4, 0, 5, 2, 6 };
	struct coh_node *root, other = { .group = 2, .first = 1, .last = 1 };
	uintptr_t first;

	(void)state;
	insert_all(&root, node, order, NODES);
	assert_true(coh_tree_insert_(&root, &other));
	for (first = 0; first < 100; first++)
		assert_ptr_equal(coh_tree_floor_(root, 0, first),
				 &node[first / 10 < NODES ? first / 10 : NODES - 1]);
	assert_null(coh_tree_floor_(root, 1, 5));
	assert_null(coh_tree_floor_(root, 2, 0));
	assert_ptr_equal(coh_tree_floor_(root, 2, 1), &other);
	assert_null(coh_tree_floor_(NULL, 0, 0));
}

/* A list in place of a tree: higher than any tree can be. */
static void tree_too_high_test(void **state)
{
	static struct coh_node node[2 * sizeof(void *) * 10], extra;
	struct coh_node *root = NULL;
	unsigned i, n = sizeof(node) / sizeof(node[0]);

	(void)state;
	for (i = 0; i < n; i++) {
		node[i] = (struct coh_node){ .first = i + 1, .last = i + 1, .height = 1 };
		node[i].end_last = node[i].last;
		if (i)
			node[i - 1].child[1] = &node[i];
	}
	root = node;
	extra.first = extra.last = n + 5;
	assert_false(coh_tree_insert_(&root, &extra));
	assert_false(coh_tree_remove_(&root, &node[n - 1]));
	assert_int_equal(coh_tree_path_(root, &extra), COH_PATH_DAMAGED);
	assert_ptr_equal(coh_tree_floor_(root, 0, n + 5), &node[COH_TREE_HEIGHT - 1]);
	/* Also below a node with two children, in search of its heir. */
	node[0].child[0] = &extra;
	extra = (struct coh_node){ .height = 1 };
	for (i = 1; i < n; i++) {
		node[i].child[1] = NULL;
		node[i].child[0] = i + 1 < n ? &node[i + 1] : NULL;
	}
	node[0].child[1] = &node[1];
	assert_false(coh_tree_remove_(&root, &node[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tree),
		TEST(tree_order),
		TEST(tree_floor),
		TEST(tree_too_high),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
