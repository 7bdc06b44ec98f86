// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Checks: each invariant broken, by the cheapest level that must see it; and what updates
 * and walks do with a map that is damaged.
 */
#include "src/map.h"
#include "src/tree.h"
#include "tests/src/map_by_hand.h"

/* ------------------------------------------------------------------------
 * What the embedder's checks see.
 */

static void break_sequence(void)
{
	file[0].map.sequence++;
}

static void break_root(void)
{
	file[0].map.root[1] = NULL;
}

static void break_count_of_none(void)
{
	file[0].map.count = 0;
}

static void break_side(void)
{
	file[0].map.side = COH_SIDE_ANON;
}

static void break_side_altogether(void)
{
	file[0].map.side = 77;
}

static void break_root_height(void)
{
	file[0].map.root[0]->height = COH_TREE_HEIGHT + 1;
}

static void break_root_height_zero(void)
{
	file[0].map.root[1]->height = 0;
}

/* What is wrong in a node is not to show in the ends of those above it. */
static void ends_follow(struct coh_node *node)
{
	unsigned side;

	node->end_group = node->group;
	node->end_last = node->last;
	for (side = 0; side < 2; side++) {
		struct coh_node *child = node->child[side];

		if (!child)
			continue;
		ends_follow(child);
		if (child->end_group < node->end_group ||
		    (child->end_group == node->end_group && child->end_last <= node->end_last))
			continue;
		node->end_group = child->end_group;
		node->end_last = child->end_last;
	}
}

static void break_height(void)
{
	file[0].map.root[0]->height++;
}

static void break_end(void)
{
	file[0].map.root[1]->end_last = file[0].map.root[1]->child[0]->end_last;
}

static void break_last(void)
{
	file[0].map.root[0]->last = file[0].map.root[0]->first - 1;
}

static void break_order(void)
{
	file[0].map.root[0]->child[0]->first = 1000;
}

static void break_child_end(void)
{
	file[0].map.root[0]->child[1]->end_group = 0;
}

static void break_child_height(void)
{
	file[0].map.root[0]->child[1]->height = 9;
}

static void break_count(void)
{
	file[0].map.count++;
}

static void break_count_less(void)
{
	file[0].map.count--;
}

static struct coh_node *leaf(unsigned copy)
{
	return file[0].map.root[copy]->child[0];
}

static void break_leaf(void)
{
	leaf(0)->height = 2;
}

static void break_key_in_one_copy(void)
{
	leaf(1)->first--;
}

static void break_last_in_one_copy(void)
{
	leaf(1)->last++;
}

static void break_group_in_one_copy(void)
{
	leaf(1)->group--;
}

static void break_node_in_one_copy(void)
{
	file[0].map.root[1]->child[0] = NULL;
}

static void break_group(void)
{
	leaf(0)->group--;
	leaf(1)->group--;
}

static void break_linked(void)
{
	v[0].linked = 0;
}

static void break_bounds(void)
{
	v[0].end += MODEL_PAGE;
}

static void break_delta(void)
{
	v[0].delta++;
}

static void break_flags(void)
{
	v[0].flags &= ~(uint32_t)COH_VMA_SHARED;
}

static void break_mapping(void)
{
	v[0].mapping = &file[1];
}

struct damage {
	const char *name;
	void (*break_it)(void);
	enum coh_check_level level; /* the cheapest that sees it */
};

#define DAMAGE(name, level)                                                                        \
	{                                                                                          \
#name, break_##name, COH_CHECK_##level                                             \
	}

static const struct damage map_damages[] = {
	DAMAGE(sequence, CHEAP),
	DAMAGE(root, CHEAP),
	DAMAGE(count_of_none, CHEAP),
	DAMAGE(side, CHEAP),
	DAMAGE(side_altogether, CHEAP),
	DAMAGE(root_height, CHEAP),
	DAMAGE(root_height_zero, CHEAP),
	DAMAGE(height, INTERNAL),
	DAMAGE(end, INTERNAL),
	DAMAGE(last, INTERNAL),
	DAMAGE(order, INTERNAL),
	DAMAGE(child_end, INTERNAL),
	DAMAGE(child_height, INTERNAL),
	DAMAGE(leaf, INTERNAL),
	DAMAGE(count, EXPENSIVE),
	DAMAGE(count_less, EXPENSIVE),
	DAMAGE(key_in_one_copy, EXPENSIVE),
	DAMAGE(last_in_one_copy, EXPENSIVE),
	DAMAGE(group_in_one_copy, EXPENSIVE),
	DAMAGE(node_in_one_copy, EXPENSIVE),
	DAMAGE(group, EXPENSIVE),
	DAMAGE(linked, EXPENSIVE),
	DAMAGE(bounds, EXPENSIVE),
	DAMAGE(delta, EXPENSIVE),
	DAMAGE(flags, EXPENSIVE),
	DAMAGE(mapping, EXPENSIVE),
};

/* Offsets 10 to 12 are v[0], a leaf on the left; then v[1] and v[2]. */
static void three(void)
{
	link(0, 10, 3, 10);
	link(1, 20, 3, 20);
	link(2, 30, 3, 30);
	assert_ptr_equal(leaf(0), &v[0].file[0]);
}

static void map_check_test(void **state)
{
	unsigned i;
	enum coh_check_level level;

	(void)state;
	for (i = 0; i < sizeof(map_damages) / sizeof(map_damages[0]); i++) {
		const struct damage *d = &map_damages[i];

		setup(NULL);
		three();
		d->break_it();
		for (level = COH_CHECK_CHEAP; level <= COH_CHECK_EXPENSIVE; level++)
			if (coh_mapping_check(coh, &file[0], level) != (level < d->level))
				fail_msg("%s at level %d", d->name, (int)level);
	}
	setup(NULL);
}

/* Fifteen VMAs: what is wrong three levels down cannot be seen from the root. */
static void deep_check_test(void **state)
{
	struct coh_node *node;
	unsigned copy;
	int i;

	(void)state;
	for (i = 0; i < 15; i++)
		link(i, 10 * (unsigned)i + 10, 3, 10 * (unsigned)i);
	for (copy = 0; copy < 2; copy++) {
		node = file[0].map.root[copy]->child[0]->child[1]->child[1];
		assert_ptr_equal(node, &v[6].file[copy]);
		node->height = 2;
		assert_true(coh_mapping_check(coh, &file[0], COH_CHECK_INTERNAL));
		assert_false(coh_mapping_check(coh, &file[0], COH_CHECK_EXPENSIVE));
		node->height = 1;
		/* Right of its parent, but also of the root. */
		node->first = node->last = 75;
		assert_true(coh_mapping_check(coh, &file[0], COH_CHECK_INTERNAL));
		assert_false(coh_mapping_check(coh, &file[0], COH_CHECK_EXPENSIVE));
		node->first = 60;
		node->last = 62;
		assert_true(coh_mapping_check(coh, &file[0], COH_CHECK_EXPENSIVE));
	}
}

/* Two leaves beside the root have changed places in one copy: each fits its parent. */
static void exchanged_check_test(void **state)
{
	struct coh_node *root, *left, *right, *low = &v[6].file[0], *high = &v[8].file[0];
	int i;

	(void)state;
	for (i = 0; i < 15; i++)
		link(i, 10 * (unsigned)i + 10, 3, 10 * (unsigned)i);
	root = file[0].map.root[0];
	left = root->child[0];
	right = root->child[1];
	assert_ptr_equal(left->child[1]->child[1], low);
	assert_ptr_equal(right->child[0]->child[0], high);
	left->child[1]->child[1] = high;
	left->child[1]->end_group = left->end_group = high->end_group;
	left->child[1]->end_last = left->end_last = high->end_last;
	right->child[0]->child[0] = low;
	assert_true(coh_mapping_check(coh, &file[0], COH_CHECK_INTERNAL));
	assert_false(coh_mapping_check(coh, &file[0], COH_CHECK_EXPENSIVE));
	setup(NULL);
}

/* Right of its parent, but also of the root, and all that it says of its VMA is true. */
static void order_check_test(void **state)
{
	unsigned copy;
	int i;

	(void)state;
	for (i = 0; i < 15; i++)
		link(i, 10 * (unsigned)i + 10, 3, 10 * (unsigned)i);
	for (copy = 0; copy < 2; copy++)
		v[6].file[copy].first = v[6].file[copy].last = 75;
	for (copy = 0; copy < 2; copy++)
		ends_follow(file[0].map.root[copy]);
	v[6].delta -= 15;
	v[6].end -= 2 * MODEL_PAGE;
	assert_true(coh_mapping_check(coh, &file[0], COH_CHECK_INTERNAL));
	assert_false(coh_mapping_check(coh, &file[0], COH_CHECK_EXPENSIVE));
	setup(NULL);
}

/* The bounds of a VMA are its nodes', neither more nor less, but amid an update. */
static void bounds_check_test(void **state)
{
	(void)state;
	three();
	v[0].end -= MODEL_PAGE;
	assert_false(coh_mm_check(coh, &m.mm[0], COH_CHECK_EXPENSIVE));
	assert_int_equal(coh_vma_unlink(coh, &v[1]), COH_E_CORRUPT);
	assert_reported(&m.mm[0]);
	v[0].end += 2 * MODEL_PAGE;
	assert_false(coh_mm_check(coh, &m.mm[0], COH_CHECK_EXPENSIVE));
	assert_int_equal(coh_vma_unlink(coh, &v[1]), 0);
	v[0].end -= MODEL_PAGE;
	/* So long that the shift hides it. */
	v[2].file[0].last = v[2].file[1].last = 29 + (UINTPTR_MAX >> MODEL_PAGE_SHIFT) + 1;
	ends_follow(file[0].map.root[0]);
	ends_follow(file[0].map.root[1]);
	assert_int_equal(coh_vma_unlink(coh, &v[2]), COH_E_CORRUPT);
	assert_reported(&file[0].map);
	setup(NULL);
	three();
	v[0].start += MODEL_PAGE;
	assert_int_equal(coh_vma_unlink(coh, &v[2]), COH_E_CORRUPT);
	assert_reported(&m.mm[0]);
	v[0].start -= MODEL_PAGE;
}

static void check_null_test(void **state)
{
	(void)state;
	assert_false(coh_mapping_check(NULL, &file[0], COH_CHECK_CHEAP));
	assert_false(coh_mapping_check(coh, NULL, COH_CHECK_CHEAP));
	assert_false(coh_anon_vma_check(NULL, &family[0], COH_CHECK_CHEAP));
	assert_false(coh_anon_vma_check(coh, NULL, COH_CHECK_CHEAP));
	assert_false(coh_mm_check(NULL, &m.mm[0], COH_CHECK_CHEAP));
	assert_false(coh_mm_check(coh, NULL, COH_CHECK_CHEAP));
}

static void anon_check_test(void **state)
{
	(void)state;
	link_private(0, 10, 4, 3);
	assert_true(coh_anon_vma_check(coh, &family[0], COH_CHECK_EXPENSIVE));
	family[0].map.side = COH_SIDE_FILE;
	assert_false(coh_anon_vma_check(coh, &family[0], COH_CHECK_CHEAP));
	family[0].map.side = COH_SIDE_ANON;
	v[0].anon_vma = &family[1];
	assert_true(coh_anon_vma_check(coh, &family[0], COH_CHECK_INTERNAL));
	assert_false(coh_anon_vma_check(coh, &family[0], COH_CHECK_EXPENSIVE));
	v[0].anon_vma = &family[0];
}

static void space_height(void)
{
	m.mm[0].vmas->height = COH_TREE_HEIGHT + 1;
}

static void space_end(void)
{
	m.mm[0].vmas->end_last = m.mm[0].vmas->last;
}

static void space_owner(void)
{
	v[2].mm = &m.mm[1];
}

static void space_group(void)
{
	v[2].space.group = 1; /* order still holds */
	ends_follow(m.mm[0].vmas);
}

static void space_bounds(void)
{
	v[2].start -= MODEL_PAGE;
}

static void space_overlap(void)
{
	v[0].space.last = v[1].space.first;
	ends_follow(m.mm[0].vmas);
	v[0].end = P(21);
}

static void space_linked(void)
{
	v[1].linked ^= 4;
}

static void mm_check_test(void **state)
{
	static const struct damage damages[] = {
		{ "height", space_height, COH_CHECK_CHEAP },
		{ "end", space_end, COH_CHECK_INTERNAL },
		{ "owner", space_owner, COH_CHECK_EXPENSIVE },
		{ "group", space_group, COH_CHECK_EXPENSIVE },
		{ "bounds", space_bounds, COH_CHECK_EXPENSIVE },
		{ "overlap", space_overlap, COH_CHECK_EXPENSIVE },
		{ "linked", space_linked, COH_CHECK_EXPENSIVE },
	};
	enum coh_check_level level;
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		setup(NULL);
		three();
		damages[i].break_it();
		for (level = COH_CHECK_CHEAP; level <= COH_CHECK_EXPENSIVE; level++)
			if (coh_mm_check(coh, &m.mm[0], level) != (level < damages[i].level))
				fail_msg("%s at level %d", damages[i].name, (int)level);
	}
	setup(NULL);
}

/* ------------------------------------------------------------------------
 * What an update or a walk finds.
 */

/* Each update of a damaged map or mm says so, and changes neither, but that the map is marked. */
static void update_of_damaged_test(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(map_damages) / sizeof(map_damages[0]); i++) {
		const struct damage *d = &map_damages[i];
		struct coh_map before;

		/* Bounds that are too wide are what another mm's update looks like; sides
		 * that are swapped are the map's own word. */
		if (d->break_it == break_bounds || d->break_it == break_side)
			continue;
		setup(NULL);
		coh->config.check = d->level;
		three();
		d->break_it();
		before = file[0].map;
		init(3, 5, 1, 0, SHARED);
		if (coh_vma_link(coh, &v[3], &file[0]) != COH_E_CORRUPT)
			fail_msg("%s is not found by link", d->name);
		if (m.reported_of == &file[0].map)
			before.count = COH_MAP_DAMAGED;
		assert_reported(m.reported_of); /* what is of a VMA shows in its mm first */
		assert_memory_equal(&before, &file[0].map, sizeof(before));
	}
	setup(NULL);
	three();
	m.mm[0].vmas->end_last = m.mm[0].vmas->last;
	assert_refused(COH_E_CORRUPT, coh_vma_unlink(coh, &v[0]));
	assert_reported(&m.mm[0]);
	setup(NULL);
	three();
	m.mm[0].vmas->height = 0;
	assert_refused(COH_E_CORRUPT, coh_vma_unlink(coh, &v[0]));
	assert_reported(&m.mm[0]);
	setup(NULL);
}

static void assert_walk_corrupt(uintptr_t index)
{
	static struct visits visits;

	assert_false(
		model_walk(&m, COH_SIDE_FILE, 0, index, 0, COH_GROUP_ALL, COH_VISIT_NEXT, &visits));
	assert_int_equal(visits.walk.error, COH_E_CORRUPT);
	assert_reported(&file[0].map);
	assert_true(coh_map_covers_(coh, &file[0].map, index)); /* found before, or in doubt */
	m.reports = 0;
}

/* No walk visits anybody, no change changes anything, and no check passes: for good. */
static void assert_damaged(void)
{
	struct coh_map before = file[0].map;
	struct coh_vma *other = &v[5];

	assert_walk_corrupt(10);
	assert_walk_corrupt(20);
	assert_int_equal(coh_vma_unlink(coh, &v[1]), COH_E_CORRUPT);
	assert_reported(&file[0].map);
	coh_vma_init(other, &m.mm[1], P(90), P(1), 90, 0);
	assert_int_equal(coh_vma_link(coh, other, &file[0]), COH_E_CORRUPT);
	assert_reported(&file[0].map);
	assert_memory_equal(&before, &file[0].map, sizeof(before));
	assert_false(coh_mapping_check(coh, &file[0], COH_CHECK_CHEAP));
}

/* The cheap level cannot see that a node is missing; the update trips over it. */
static void missing_node_test(void **state)
{
	unsigned copy;

	(void)state;
	for (copy = 0; copy < 2; copy++) {
		uint32_t sequence;

		setup(NULL);
		coh->config.check = COH_CHECK_CHEAP;
		three();
		file[0].map.root[copy]->child[0] = NULL;
		sequence = file[0].map.sequence;
		assert_int_equal(coh_vma_unlink(coh, &v[0]), COH_E_CORRUPT);
		assert_reported(&file[0].map);
		/* A walk that is under way goes on in the copy that was right all the time, or is
		 * by now; who comes later does without. */
		assert_int_equal(file[0].map.sequence, sequence + !copy);
		assert_damaged();
	}
	setup(NULL);
	coh->config.check = COH_CHECK_CHEAP;
	three();
	m.mm[0].vmas->child[0] = NULL;
	assert_int_equal(coh_vma_unlink(coh, &v[0]), COH_E_CORRUPT);
	assert_reported(&m.mm[0]);
	setup(NULL);
}

/* A path too long for a tree, below a root that looks right. */
static void path_too_long_test(void **state)
{
	static struct coh_node node[2 * 10 * sizeof(void *)];
	unsigned i, n = sizeof(node) / sizeof(node[0]);
	uint32_t sequence;

	(void)state;
	coh->config.check = COH_CHECK_CHEAP;
	three();
	for (i = 0; i < n; i++) {
		node[i] = (struct coh_node){ .first = i, .last = i, .height = 2 };
		node[i].end_last = node[i].last;
		node[i].child[1] = i + 1 < n ? &node[i + 1] : NULL;
	}
	file[0].map.root[1] = node;
	sequence = file[0].map.sequence;
	init(3, 5, 1, 99999, SHARED);
	assert_int_equal(coh_vma_link(coh, &v[3], &file[0]), COH_E_CORRUPT);
	assert_reported(&file[0].map);
	assert_int_equal(file[0].map.sequence, sequence);
	assert_damaged();
	setup(NULL);
}

/* Only link_anon fails: it must not have set the VMA's family. */
static void damaged_family_test(void **state)
{
	(void)state;
	link(0, 10, 4, 3);
	family[0].map.sequence = 1;
	assert_int_equal(coh_vma_link_anon(coh, &v[0], &family[0]), COH_E_CORRUPT);
	assert_reported(&family[0].map);
	assert_null(v[0].anon_vma);
	/* What was amiss is right again, but the map stays marked. */
	family[0].map.sequence = 0;
	assert_int_equal(coh_vma_link_anon(coh, &v[0], &family[0]), COH_E_CORRUPT);
	assert_reported(&family[0].map);
	assert_false(coh_anon_vma_check(coh, &family[0], COH_CHECK_CHEAP));
	assert_true(coh_mapping_check(coh, &file[0], COH_CHECK_EXPENSIVE));
	setup(NULL);
}

/* A loop in the tree ends, and so does a stack that would overflow. */
static void walk_of_damaged_test(void **state)
{
	struct coh_node *root;

	(void)state;
	three();
	root = file[0].map.root[0];
	root->child[0]->child[0] = root;
	assert_walk_corrupt(10);
	root->child[0]->child[0] = NULL;
	root->child[1]->child[1] = root;
	assert_walk_corrupt(30);
	root->child[1]->child[1] = NULL;
	root->height = COH_TREE_HEIGHT + 1;
	assert_walk_corrupt(30);
	/* Below 1 there are no heights for children to have. */
	root->height = 0;
	assert_walk_corrupt(30);
	root->height = 2;
	root->child[1]->height = 0;
	assert_walk_corrupt(30);
	root->child[1]->height = 1;
	setup(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(map_check),       TEST(deep_check),    TEST(order_check),
		TEST(exchanged_check), TEST(bounds_check),  TEST(check_null),
		TEST(anon_check),      TEST(mm_check),	    TEST(update_of_damaged),
		TEST(missing_node),    TEST(path_too_long), TEST(damaged_family),
		TEST(walk_of_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
