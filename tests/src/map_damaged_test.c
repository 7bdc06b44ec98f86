// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * What updates and walks do with a map that is damaged.
 */
#include "tests/src/map_damage.h"

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

static unsigned visited;

static enum coh_visit_ count_visit(struct coh_walk_ *walk, struct coh_vma *vma)
{
	(void)walk;
	(void)vma;
	visited++;
	return COH_VISIT_NEXT;
}

/* Each node hangs below the one before twice: 2^20 ways lead down.  No more than there are VMAs. */
static void walk_of_branches_that_meet_test(void **state)
{
	static struct coh_vma ladder[20];
	struct coh_walk_ walk = { .index = 10, .group_hi = COH_GROUP_ALL, .visit = count_visit };
	const struct coh_node *root;
	unsigned i, n = sizeof(ladder) / sizeof(ladder[0]);

	(void)state;
	three();
	root = file[0].map.root[0];
	for (i = 0; i < n; i++) {
		struct coh_node *below = i + 1 < n ? &ladder[i + 1].file[0] : NULL;

		ladder[i].file[0] = (struct coh_node){
			.child = { below, below },
			.end_group = root->end_group,
			.end_last = 10,
			.group = root->end_group,
			.last = 10,
			.height = n - i,
		};
	}
	file[0].map.root[0] = &ladder[0].file[0];
	assert_false(coh_map_walk_(coh, &file[0].map, &walk));
	assert_int_equal(walk.error, COH_E_CORRUPT);
	assert_reported(&file[0].map);
	assert_true(visited <= file[0].map.count + COH_CHANGE_EDITS);
	setup(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(update_of_damaged), TEST(missing_node),	TEST(path_too_long),
		TEST(damaged_family),	 TEST(walk_of_damaged), TEST(walk_of_branches_that_meet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
