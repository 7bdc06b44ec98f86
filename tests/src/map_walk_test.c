// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Walks: groups, order, where they stop, what they count; and covers.
 */
#include "src/map.h"
#include "tests/src/map_by_hand.h"

static void group_test(void **state)
{
	struct coh_vma *vma = &v[0];

	(void)state;
	init(0, 13, 4, 7, 0);
	vma->delta = 6;
	assert_int_equal(coh_group_(coh, vma, COH_SIDE_FILE), (uintptr_t)&m.mm[0]);
	assert_int_equal(coh_group_(coh, vma, COH_SIDE_ANON), (uintptr_t)&m.mm[0] + 1);
	vma->flags = SHARED;
	assert_int_equal(coh_group_(coh, vma, COH_SIDE_FILE), (uintptr_t)&m.mm[0] + 1);
	coh->config.dcache.indexing = COH_INDEXED_VIPT;
	coh->colour_mask = 3;
	assert_int_equal(coh_group_(coh, vma, COH_SIDE_FILE), 2 * 2 + 1);
	vma->flags = COH_VMA_EXEC | COH_VMA_WRITE;
	assert_int_equal(coh_group_(coh, vma, COH_SIDE_FILE), 2 * 2);
	assert_int_equal(coh_group_(coh, vma, COH_SIDE_ANON), 2 * 2 + 1);
	vma->delta = (uintptr_t)0 - 1; /* page offset 1 at page 0: colour 3 at offset 0 */
	assert_int_equal(coh_group_(coh, vma, COH_SIDE_ANON), 2 * 3 + 1);
	coh->colour_mask = 0;
	assert_int_equal(coh_group_(coh, vma, COH_SIDE_ANON), 1);
	coh->config.dcache.indexing = COH_INDEXED_PIPT;
	coh->colour_mask = 3;
	assert_int_equal(coh_group_(coh, vma, COH_SIDE_ANON), 1);
	assert_int_equal(coh_group_(coh, vma, COH_SIDE_FILE), 0);
}

/* Six VMAs of three mms over index 5: in each a shared one and a private one. */
static void walk_world(void)
{
	int i;

	for (i = 0; i < 3; i++) {
		coh_vma_init(&v[2 * i], &m.mm[i], P(10), P(9), 0, 0);
		coh_vma_init(&v[2 * i + 1], &m.mm[i], P(20), P(9), 0, SHARED);
		assert_int_equal(coh_vma_link(coh, &v[2 * i], &file[0]), 0);
		assert_int_equal(coh_vma_link(coh, &v[2 * i + 1], &file[0]), 0);
	}
}

static int walk_count(uintptr_t lo, uintptr_t hi, enum coh_visit_ next, int first)
{
	static struct visits visits;

	assert_true(model_walk(&m, COH_SIDE_FILE, 0, 5, lo, hi, next, &visits));
	if (first >= 0)
		assert_ptr_equal(visits.vma[0], &v[first]);
	return visits.count;
}

static void walk_groups_test(void **state)
{
	uintptr_t mm1 = (uintptr_t)&m.mm[1];

	(void)state;
	walk_world();
	assert_int_equal(walk_count(0, COH_GROUP_ALL, COH_VISIT_NEXT, 0), 6);
	assert_int_equal(walk_count(mm1, mm1 | 1, COH_VISIT_NEXT, 2), 2);
	assert_int_equal(walk_count(mm1 | 1, mm1 | 1, COH_VISIT_NEXT, 3), 1);
	assert_int_equal(walk_count(mm1, mm1, COH_VISIT_NEXT, 2), 1);
	assert_int_equal(walk_count(mm1 | 1, COH_GROUP_ALL, COH_VISIT_NEXT, 3), 3);
	assert_int_equal(walk_count(0, mm1, COH_VISIT_NEXT, 0), 3);
	assert_int_equal(walk_count(mm1 + 2, mm1 + 2, COH_VISIT_NEXT, -1), 0);
	assert_int_equal(walk_count(0, COH_GROUP_ALL, COH_VISIT_STOP, 0), 1);
	assert_int_equal(walk_count(0, COH_GROUP_ALL, COH_VISIT_NEXT_GROUP, 0), 6);
	assert_int_equal(walk_count(mm1, mm1 | 1, COH_VISIT_NEXT_GROUP, 2), 2);
	assert_int_equal(walk_count(mm1, mm1, COH_VISIT_NEXT_GROUP, 2), 1);
}

static void walk_next_group_test(void **state)
{
	int i;

	(void)state;
	coh->config.dcache.indexing = COH_INDEXED_VIPT;
	coh->colour_mask = 3;
	/* Four of colour 0, and one each of 1 and 3. */
	for (i = 0; i < 4; i++)
		link(i, 4 * (unsigned)i, 2, 0);
	link(4, 17, 2, 0);
	link(5, 23, 2, 0);
	assert_string_equal(in_file(1), "abcdef");
	assert_int_equal(walk_count(0, COH_GROUP_ALL, COH_VISIT_NEXT_GROUP, -1), 0);
	assert_int_equal(coh_vma_unlink(coh, &v[3]), 0);
	assert_int_equal(coh_vma_resize(coh, &v[2], P(8), P(8)), 0);
	assert_int_equal(coh_vma_resize(coh, &v[5], P(23), P(8)), 0);
	assert_int_equal(walk_count(0, COH_GROUP_ALL, COH_VISIT_NEXT_GROUP, 2), 2);
	assert_string_equal(in_file(5), "cf");
}

static void counters_test(void **state)
{
	(void)state;
	walk_world();
	assert_int_equal(coh->counters[COH_COUNT_WALK], 0);
	walk_count(0, COH_GROUP_ALL, COH_VISIT_NEXT, 0);
	assert_true(coh_map_covers_(coh, &file[0].map, 0));
	assert_int_equal(coh->counters[COH_COUNT_WALK], 2);
	assert_int_equal(coh->counters[COH_COUNT_WALK_RETRY], 0);
	assert_int_equal(coh->counters[COH_COUNT_WALK_GIVEN_UP], 0);
}

static void covers_test(void **state)
{
	int i;

	(void)state;
	assert_false(coh_map_covers_(coh, &file[0].map, 0));
	for (i = 0; i < 100; i++)
		link(i, 10 + 2 * (unsigned)i, 1, 3 * (unsigned)i);
	for (i = 0; i < 300; i++)
		assert_int_equal(coh_map_covers_(coh, &file[0].map, (uintptr_t)i), i % 3 == 0);
	assert_false(coh_map_covers_(coh, &file[1].map, 0));
	/* Private mappings count: the kernel's stores must reach them once they are mapped. */
	coh_vma_init(&v[100], &m.mm[1], P(10), P(1), 1, 0);
	assert_int_equal(coh_vma_link(coh, &v[100], &file[0]), 0);
	assert_true(coh_map_covers_(coh, &file[0].map, 1));
}

/* So many groups that an exact answer would cost too much: then the answer is the safe one. */
static void covers_in_doubt_test(void **state)
{
	int i;

	(void)state;
	coh->config.check = COH_CHECK_CHEAP;
	coh->config.dcache.indexing = COH_INDEXED_VIPT;
	coh->colour_mask = 1023;
	for (i = 0; i < 500; i++)
		link(i, 1024 + 3 * (unsigned)i, 2, 4 * ((unsigned)i & 1));
	assert_true(coh_map_covers_(coh, &file[0].map, 0));
	assert_true(coh_map_covers_(coh, &file[0].map, 2)); /* nobody does */
	assert_false(coh_map_covers_(coh, &file[1].map, 2));
	assert_int_equal(coh->counters[COH_COUNT_WALK_GIVEN_UP], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(group),	TEST(walk_groups), TEST(walk_next_group),
		TEST(counters), TEST(covers),	   TEST(covers_in_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
