// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * What the embedder's checks see: each invariant broken, by the cheapest level that must see it.
 */
#include "tests/src/map_damage.h"

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

/* A tree of four levels, all of them full. */
static void fifteen(void)
{
	int i;

	for (i = 0; i < 15; i++)
		link(i, 10 * (unsigned)i + 10, 3, 10 * (unsigned)i);
}

/* What is wrong three levels down cannot be seen from the root. */
static void deep_check_test(void **state)
{
	struct coh_node *node;
	unsigned copy;

	(void)state;
	fifteen();
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

	(void)state;
	fifteen();
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

	(void)state;
	fifteen();
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(map_check),    TEST(deep_check), TEST(order_check), TEST(exchanged_check),
		TEST(bounds_check), TEST(check_null), TEST(anon_check),	 TEST(mm_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
