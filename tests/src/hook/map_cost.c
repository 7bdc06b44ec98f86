// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* What a walk costs, in loads: nothing that a clock would have to say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/src/hook/map_hooked.h"

static unsigned loads;

static void count_load(const volatile void *p, enum env_order order)
{
	(void)p;
	(void)order;
	loads++;
}

static int visits;

static enum coh_visit_ count_visit(struct coh_walk_ *walk, struct coh_vma *vma)
{
	(void)walk;
	(void)vma;
	visits++;
	return COH_VISIT_NEXT;
}

static enum coh_visit_ count_group(struct coh_walk_ *walk, struct coh_vma *vma)
{
	count_visit(walk, vma);
	return COH_VISIT_NEXT_GROUP;
}

static unsigned walk_cost(uintptr_t index, uintptr_t lo, uintptr_t hi,
			  enum coh_visit_ (*visit)(struct coh_walk_ *, struct coh_vma *))
{
	struct coh_walk_ walk = { .index = index, .group_lo = lo, .group_hi = hi, .visit = visit };

	loads = visits = 0;
	env_hook.load = count_load;
	assert_true(coh_map_walk_(&m.coh, &m.mapping[0].map, &walk));
	env_hook.load = NULL;
	return loads;
}

/* n VMAs of one page each, or of many: the i-th begins at offset first * i. */
static struct coh_vma *many_vmas(int n, struct coh_mm *mm, int mms, uintptr_t first,
				 uintptr_t pages)
{
	struct coh_vma *vma = calloc((size_t)n, sizeof(*vma));
	int i;

	assert_non_null(vma);
	for (i = 0; i < n; i++) {
		coh_vma_init(&vma[i], &mm[i % mms], (uintptr_t)(i / mms + 1) * 64 * MODEL_PAGE,
			     pages * MODEL_PAGE, (uintptr_t)i * first, COH_VMA_SHARED);
		/* Of all colours. */
		vma[i].start += (uintptr_t)i % 4 * MODEL_PAGE;
		vma[i].end += (uintptr_t)i % 4 * MODEL_PAGE;
		assert_int_equal(coh_vma_link(&m.coh, &vma[i], &m.mapping[0]), 0);
	}
	return vma;
}

#define MANY 100000 /* a tree of 17 to 24 levels, each looked at twice with 10 loads */

/* One mm of one, and of 100,000 that map the page. */
void cost_of_mms_test(void **state)
{
	struct coh_mm *mm = calloc(MANY, sizeof(*mm));
	struct coh_vma *vma;
	unsigned alone, among;
	uintptr_t group;

	(void)state;
	assert_non_null(mm);
	model_init(&m, COH_INDEXED_VIVT, 1, COH_CHECK_CHEAP);
	vma = many_vmas(1, mm, MANY, 0, 8);
	group = (uintptr_t)mm | COH_GROUP_VISIBLE;
	alone = walk_cost(5, group, group, count_visit);
	assert_int_equal(visits, 1);
	assert_int_equal(coh_vma_unlink(&m.coh, vma), 0);
	free(vma);

	vma = many_vmas(MANY, mm, MANY, 0, 8);
	group = (uintptr_t)&mm[MANY / 3] | COH_GROUP_VISIBLE;
	among = walk_cost(5, group, group, count_visit);
	assert_int_equal(visits, 1);
	assert_in_range(among, alone, 24 * 20);
	/* A page that nobody maps: exact is O(mms), so it is left in doubt. */
	loads = 0;
	env_hook.load = count_load;
	assert_true(coh_map_covers_(&m.coh, &m.mapping[0].map, 5));
	assert_in_range(loads, 1, 24 * 20);
	loads = 0;
	coh_map_covers_(&m.coh, &m.mapping[0].map, 9);
	assert_in_range(loads, 1, COH_COVERS_NODES * 20);
	env_hook.load = NULL;
	print_message("one mm: %u loads alone, %u among %d\n", alone, among, MANY);
	free(vma);
	free(mm);
}

/* All VMAs of four groups cover the page; one of each is enough. */
void cost_of_groups_test(void **state)
{
	struct coh_vma *vma;
	unsigned cost;

	(void)state;
	model_init(&m, COH_INDEXED_VIPT, 4, COH_CHECK_CHEAP);
	vma = many_vmas(MANY, m.mm, 1, 0, 8);
	cost = walk_cost(5, 0, COH_GROUP_ALL, count_group);
	assert_int_equal(visits, 4);
	assert_in_range(cost, 1, 4 * 24 * 20);
	print_message("four colours: %u loads\n", cost);
	free(vma);
}

/* Many VMAs of one group, and few that cover the page. */
void cost_of_one_group_test(void **state)
{
	struct coh_vma *vma;
	unsigned none, one;

	(void)state;
	model_init(&m, COH_INDEXED_PIPT, 1, COH_CHECK_CHEAP);
	vma = many_vmas(MANY, m.mm, 1, 2, 1);
	none = walk_cost(MANY + 1, 0, COH_GROUP_ALL, count_visit);
	assert_int_equal(visits, 0);
	one = walk_cost(MANY, 0, COH_GROUP_ALL, count_visit);
	assert_int_equal(visits, 1);
	assert_in_range(none, 1, 2 * 24 * 20);
	assert_in_range(one, 1, 2 * 24 * 20);
	print_message("one group: %u loads for none, %u for one\n", none, one);
	free(vma);
}
