// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Each function that changes VMAs, by hand: what it does, each error, and that nothing has
 * changed after one.
 */
#include "src/map.h"
#include "tests/src/map_by_hand.h"

/* ------------------------------------------------------------------------
 * Link and unlink.
 */

static void link_test(void **state)
{
	(void)state;
	assert_string_equal(in_file(5), "");
	link(0, 10, 4, 3);
	assert_string_equal(in_file(2), "");
	assert_string_equal(in_file(3), "a");
	assert_string_equal(in_file(6), "a");
	assert_string_equal(in_file(7), "");
	assert_string_equal(in_family(3), "");
	assert_at(0, 3, 10);
	assert_at(0, 6, 13);
	assert_outside(0, 2);
	assert_outside(0, 7);
	/* Its neighbours on both sides are free. */
	link(1, 9, 1, 0);
	link(2, 14, 1, 0);
	assert_int_equal(file[0].map.count, 3);
	assert_int_equal(coh_vma_unlink(coh, &v[0]), 0);
	assert_string_equal(in_file(3), "");
	assert_string_equal(in_file(0), "bc");
}

static void link_of_no_file_test(void **state)
{
	(void)state;
	init(0, 1, 2, 0, 0);
	assert_int_equal(coh_vma_link(coh, &v[0], NULL), 0);
	assert_int_equal(coh_vma_link_anon(coh, &v[0], &family[0]), 0);
	assert_string_equal(in_family(1), "a");
	assert_at(0, 1, 2);
	assert_int_equal(coh_vma_unlink(coh, &v[0]), 0);
	assert_string_equal(in_family(1), "");
}

static void link_errors_test(void **state)
{
	(void)state;
	link(0, 10, 4, 0);
	assert_refused(COH_E_NULL, coh_vma_link(NULL, &v[1], &file[0]));
	assert_refused(COH_E_NULL, coh_vma_link(coh, NULL, &file[0]));
	coh_vma_init(&v[1], NULL, P(1), P(1), 0, 0);
	assert_refused(COH_E_NULL, coh_vma_link(coh, &v[1], &file[0]));
	assert_refused(COH_E_LINKED, coh_vma_link(coh, &v[0], &file[0]));
	init(1, 5, 0, 0, 0);
	assert_refused(COH_E_EMPTY, coh_vma_link(coh, &v[1], &file[0]));
	coh_vma_init(&v[1], &m.mm[0], P(5) + 1, P(1), 0, 0);
	assert_refused(COH_E_ALIGN, coh_vma_link(coh, &v[1], &file[0]));
	coh_vma_init(&v[1], &m.mm[0], P(5), P(1) - 4, 0, 0);
	assert_refused(COH_E_ALIGN, coh_vma_link(coh, &v[1], &file[0]));
	coh_vma_init(&v[1], &m.mm[0], TOP, P(2), 0, 0);
	assert_refused(COH_E_RANGE, coh_vma_link(coh, &v[1], &file[0]));
	coh_vma_init(&v[1], &m.mm[0], TOP, P(1), 0, 0);
	assert_refused(COH_E_RANGE, coh_vma_link(coh, &v[1], &file[0]));
	init(1, 5, 2, LAST_INDEX, 0);
	assert_refused(COH_E_RANGE, coh_vma_link(coh, &v[1], &file[0]));
	init(1, 5, 1, 0, 1u << 31);
	assert_refused(COH_E_ARGUMENT, coh_vma_link(coh, &v[1], &file[0]));
	assert_string_equal(in_file(0), "a");
}

static void overlap_test(void **state)
{
	static const struct {
		uintptr_t start, pages;
		int error;
	} cases[] = {
		{ 8, 2, 0 },
		{ 8, 3, COH_E_OVERLAP },
		{ 8, 10, COH_E_OVERLAP },
		{ 10, 4, COH_E_OVERLAP },
		{ 11, 1, COH_E_OVERLAP },
		{ 13, 5, COH_E_OVERLAP },
		{ 14, 1, 0 },
		{ 13, 1, COH_E_OVERLAP },
		{ 17, 1, COH_E_OVERLAP },
		{ 18, 1, 0 },
		{ 19, 2, COH_E_OVERLAP },
		{ 1, 100, COH_E_OVERLAP },
	};
	unsigned i;

	(void)state;
	link(0, 10, 4, 0);
	link(1, 17, 1, 0);
	link(2, 20, 30, 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		init(3, cases[i].start, cases[i].pages, 0, 0);
		if (cases[i].error) {
			assert_refused(COH_E_OVERLAP, coh_vma_link(coh, &v[3], &file[0]));
			continue;
		}
		assert_int_equal(coh_vma_link(coh, &v[3], &file[0]), 0);
		assert_int_equal(coh_vma_unlink(coh, &v[3]), 0);
	}
	/* Another mm has room of its own. */
	coh_vma_init(&v[3], &m.mm[1], P(10), P(4), 0, 0);
	assert_int_equal(coh_vma_link(coh, &v[3], &file[0]), 0);
}

static void last_offset_test(void **state)
{
	(void)state;
	link(0, 10, 2, LAST_INDEX - 1);
	assert_string_equal(in_file(LAST_INDEX), "a");
	assert_string_equal(in_file(LAST_INDEX - 2), "");
	assert_string_equal(in_file(0), "");
	assert_at(0, LAST_INDEX, 11);
	assert_outside(0, 0);
	/* What follows it by address does not by page offset, though the difference is the same. */
	link(1, 12, 1, 0);
	assert_int_equal(v[0].delta, v[1].delta);
	assert_refused(COH_E_NEIGHBOUR, coh_vma_merge(coh, &v[0], &v[1]));
	assert_refused(COH_E_RANGE, coh_vma_resize(coh, &v[0], P(10), P(3)));
	assert_refused(COH_E_RANGE, coh_vma_resize(coh, &v[1], P(11), P(2)));
	assert_refused(COH_E_RANGE, coh_vma_resize(coh, &v[0], P(20), P(1)));
	assert_int_equal(coh_vma_unlink(coh, &v[0]), 0);
	assert_refused(COH_E_RANGE, coh_vma_resize(coh, &v[1], P(11), P(1)));
	assert_refused(COH_E_RANGE, coh_vma_resize(coh, &v[1], P(11), P(2)));
}

static void top_address_test(void **state)
{
	uintptr_t va;

	(void)state;
	coh_vma_init(&v[0], &m.mm[0], TOP - P(1), P(1), 0, SHARED);
	assert_int_equal(coh_vma_link(coh, &v[0], &file[0]), 0);
	assert_int_equal(coh_vma_address(coh, &v[0], 0, &va), 0);
	assert_int_equal(va, TOP - P(1));
	/* Bits that the shift drops must not bring a far index back inside. */
	assert_outside(0, (uintptr_t)1 << (sizeof(uintptr_t) * 8 - MODEL_PAGE_SHIFT));
}

/* An unlinked VMA keeps its place in the file and may come back with it. */
static void relink_test(void **state)
{
	(void)state;
	link(0, 10, 4, 3);
	assert_int_equal(coh_vma_resize(coh, &v[0], P(12), P(2)), 0);
	assert_int_equal(coh_vma_unlink(coh, &v[0]), 0);
	assert_refused(COH_E_UNLINKED, coh_vma_unlink(coh, &v[0]));
	assert_int_equal(coh_vma_link(coh, &v[0], &file[0]), 0);
	assert_string_equal(in_file(5), "a");
	assert_at(0, 5, 12);
	assert_outside(0, 4);
	/* And without a file, too. */
	assert_int_equal(coh_vma_unlink(coh, &v[0]), 0);
	assert_int_equal(coh_vma_link(coh, &v[0], NULL), 0);
	assert_int_equal(coh_vma_resize(coh, &v[0], P(11), P(3)), 0);
	assert_int_equal(coh_vma_unlink(coh, &v[0]), 0);
	assert_int_equal(coh_vma_link(coh, &v[0], &file[0]), 0);
	assert_at(0, 4, 11);
}

static void zeroed_test(void **state)
{
	(void)state;
	memset(&v[0], 0, sizeof(v[0]));
	assert_refused(COH_E_UNLINKED, coh_vma_unlink(coh, &v[0]));
	assert_refused(COH_E_NULL, coh_vma_link(coh, &v[0], NULL));
}

/* Neither init nor a copy of its memory gets at a linked VMA's nodes. */
static void linked_mark_test(void **state)
{
	(void)state;
	link(0, 10, 4, 3);
	save();
	init(0, 50, 1, 9, 0);
	assert_true(unchanged());
	memcpy(&v[1], &v[0], sizeof(v[0]));
	assert_refused(COH_E_UNLINKED, coh_vma_unlink(coh, &v[1]));
	assert_refused(COH_E_UNLINKED, coh_vma_split(coh, &v[1], P(11), &v[2]));
	/* As memory of any content it may become the upper part. */
	assert_int_equal(coh_vma_split(coh, &v[0], P(11), &v[1]), 0);
	assert_string_equal(in_file(3), "a");
	assert_string_equal(in_file(4), "b");
}

static void link_anon_test(void **state)
{
	(void)state;
	assert_refused(COH_E_NULL, coh_vma_link_anon(NULL, &v[0], &family[0]));
	assert_refused(COH_E_NULL, coh_vma_link_anon(coh, NULL, &family[0]));
	assert_refused(COH_E_NULL, coh_vma_link_anon(coh, &v[0], NULL));
	assert_refused(COH_E_UNLINKED, coh_vma_link_anon(coh, &v[0], &family[0]));
	link_private(0, 10, 4, 3);
	assert_refused(COH_E_LINKED, coh_vma_link_anon(coh, &v[0], &family[0]));
	assert_refused(COH_E_LINKED, coh_vma_link_anon(coh, &v[0], &family[1]));
	assert_string_equal(in_file(4), "a");
	assert_string_equal(in_family(4), "a");
}

static void unlink_errors_test(void **state)
{
	(void)state;
	assert_refused(COH_E_NULL, coh_vma_unlink(NULL, &v[0]));
	assert_refused(COH_E_NULL, coh_vma_unlink(coh, NULL));
	init(0, 1, 1, 0, 0);
	assert_refused(COH_E_UNLINKED, coh_vma_unlink(coh, &v[0]));
}

/* ------------------------------------------------------------------------
 * Changes of linked VMAs.
 */

static void split_merge_test(void **state)
{
	(void)state;
	link_private(0, 10, 4, 3);
	memset(&v[1], 0xa5, sizeof(v[1])); /* any content */
	assert_int_equal(coh_vma_split(coh, &v[0], P(13), &v[1]), 0);
	assert_string_equal(in_file(5), "a");
	assert_string_equal(in_file(6), "b");
	assert_string_equal(in_family(5), "a");
	assert_string_equal(in_family(6), "b");
	assert_at(0, 5, 12);
	assert_outside(0, 6);
	assert_at(1, 6, 13);
	assert_outside(1, 5);
	assert_outside(1, 7);
	assert_ptr_equal(v[1].mm, &m.mm[0]);
	assert_ptr_equal(v[1].mapping, &file[0]);
	assert_ptr_equal(v[1].anon_vma, &family[0]);
	assert_int_equal(v[1].flags, v[0].flags);

	assert_int_equal(coh_vma_merge(coh, &v[0], &v[1]), 0);
	assert_string_equal(in_file(6), "a");
	assert_string_equal(in_family(6), "a");
	assert_at(0, 6, 13);
	assert_refused(COH_E_UNLINKED, coh_vma_unlink(coh, &v[1]));
}

static void split_errors_test(void **state)
{
	(void)state;
	link(0, 10, 4, 3);
	link(1, 20, 4, 3);
	assert_refused(COH_E_NULL, coh_vma_split(NULL, &v[0], P(11), &v[2]));
	assert_refused(COH_E_NULL, coh_vma_split(coh, NULL, P(11), &v[2]));
	assert_refused(COH_E_NULL, coh_vma_split(coh, &v[0], P(11), NULL));
	assert_refused(COH_E_UNLINKED, coh_vma_split(coh, &v[2], P(11), &v[3]));
	assert_refused(COH_E_LINKED, coh_vma_split(coh, &v[0], P(11), &v[1]));
	assert_refused(COH_E_LINKED, coh_vma_split(coh, &v[0], P(11), &v[0]));
	assert_refused(COH_E_ALIGN, coh_vma_split(coh, &v[0], P(11) + 4, &v[2]));
	assert_refused(COH_E_OUTSIDE, coh_vma_split(coh, &v[0], P(9), &v[2]));
	assert_refused(COH_E_OUTSIDE, coh_vma_split(coh, &v[0], P(10), &v[2]));
	assert_refused(COH_E_OUTSIDE, coh_vma_split(coh, &v[0], P(14), &v[2]));
	assert_refused(COH_E_OUTSIDE, coh_vma_split(coh, &v[0], P(22), &v[2]));
}

static void merge_errors_test(void **state)
{
	(void)state;
	link(0, 10, 2, 3);
	link(1, 12, 2, 5);
	assert_refused(COH_E_NULL, coh_vma_merge(NULL, &v[0], &v[1]));
	assert_refused(COH_E_NULL, coh_vma_merge(coh, NULL, &v[1]));
	assert_refused(COH_E_NULL, coh_vma_merge(coh, &v[0], NULL));
	assert_refused(COH_E_UNLINKED, coh_vma_merge(coh, &v[0], &v[2]));
	assert_refused(COH_E_UNLINKED, coh_vma_merge(coh, &v[2], &v[1]));
	assert_refused(COH_E_NEIGHBOUR, coh_vma_merge(coh, &v[0], &v[0]));
	assert_refused(COH_E_NEIGHBOUR, coh_vma_merge(coh, &v[1], &v[0]));
	link(2, 14, 1, 8); /* page offset */
	assert_refused(COH_E_NEIGHBOUR, coh_vma_merge(coh, &v[1], &v[2]));
	init(3, 15, 1, 9, SHARED | COH_VMA_EXEC); /* flags */
	assert_int_equal(coh_vma_link(coh, &v[3], &file[0]), 0);
	assert_refused(COH_E_NEIGHBOUR, coh_vma_merge(coh, &v[2], &v[3]));
	init(4, 16, 1, 10, SHARED | COH_VMA_EXEC); /* file */
	assert_int_equal(coh_vma_link(coh, &v[4], &file[1]), 0);
	assert_refused(COH_E_NEIGHBOUR, coh_vma_merge(coh, &v[3], &v[4]));
	coh_vma_init(&v[5], &m.mm[1], P(12), P(1), 5, SHARED); /* mm */
	assert_int_equal(coh_vma_link(coh, &v[5], &file[0]), 0);
	assert_refused(COH_E_NEIGHBOUR, coh_vma_merge(coh, &v[0], &v[5]));
	link(6, 18, 1, 12); /* a hole between */
	assert_refused(COH_E_NEIGHBOUR, coh_vma_merge(coh, &v[4], &v[6]));
	assert_int_equal(coh_vma_link_anon(coh, &v[1], &family[0]), 0); /* family */
	assert_refused(COH_E_NEIGHBOUR, coh_vma_merge(coh, &v[0], &v[1]));
	assert_int_equal(coh_vma_link_anon(coh, &v[0], &family[0]), 0);
	assert_int_equal(coh_vma_merge(coh, &v[0], &v[1]), 0);
}

static void resize_test(void **state)
{
	(void)state;
	link_private(0, 10, 4, 5);
	assert_int_equal(coh_vma_resize(coh, &v[0], P(8), P(6)), 0); /* a stack grows down */
	assert_string_equal(in_file(3), "a");
	assert_string_equal(in_family(3), "a");
	assert_at(0, 3, 8);
	assert_int_equal(coh_vma_resize(coh, &v[0], P(8), P(8)), 0); /* up */
	assert_string_equal(in_file(10), "a");
	assert_int_equal(coh_vma_resize(coh, &v[0], P(9), P(5)), 0); /* both ends go */
	assert_string_equal(in_file(3), "");
	assert_string_equal(in_file(4), "a");
	assert_string_equal(in_file(8), "a");
	assert_string_equal(in_file(9), "");
	assert_outside(0, 3);
	assert_outside(0, 9);
	assert_int_equal(coh_vma_resize(coh, &v[0], P(9), P(5)), 0);  /* as it is */
	assert_int_equal(coh_vma_resize(coh, &v[0], P(40), P(2)), 0); /* elsewhere altogether */
	assert_string_equal(in_file(8), "");
	assert_string_equal(in_file(35), "a");
	assert_at(0, 36, 41);
	link(1, 9, 31, 0);
}

static void resize_errors_test(void **state)
{
	(void)state;
	link(0, 10, 4, 2);
	link(1, 20, 4, 12);
	assert_refused(COH_E_NULL, coh_vma_resize(NULL, &v[0], P(10), P(4)));
	assert_refused(COH_E_NULL, coh_vma_resize(coh, NULL, P(10), P(4)));
	assert_refused(COH_E_UNLINKED, coh_vma_resize(coh, &v[2], P(10), P(4)));
	assert_refused(COH_E_EMPTY, coh_vma_resize(coh, &v[0], P(10), 0));
	assert_refused(COH_E_ALIGN, coh_vma_resize(coh, &v[0], P(10) + 8, P(4)));
	assert_refused(COH_E_ALIGN, coh_vma_resize(coh, &v[0], P(10), 5));
	assert_refused(COH_E_RANGE, coh_vma_resize(coh, &v[0], TOP, P(3)));
	assert_refused(COH_E_RANGE, coh_vma_resize(coh, &v[0], P(7), P(4))); /* offset -1 */
	assert_refused(COH_E_OVERLAP, coh_vma_resize(coh, &v[0], P(10), P(11)));
	assert_refused(COH_E_OVERLAP, coh_vma_resize(coh, &v[0], P(10), P(40)));
	assert_refused(COH_E_OVERLAP, coh_vma_resize(coh, &v[0], P(21), P(1)));
	assert_refused(COH_E_OVERLAP, coh_vma_resize(coh, &v[0], P(23), P(9)));
	link(2, 8, 1, 2);
	link(3, 30, 1, 2);
	assert_refused(COH_E_OVERLAP, coh_vma_resize(coh, &v[0], P(8), P(6)));
	assert_refused(COH_E_OVERLAP, coh_vma_resize(coh, &v[1], P(18), P(13)));
	assert_refused(COH_E_OVERLAP, coh_vma_resize(coh, &v[1], P(13), P(8)));
	assert_int_equal(coh_vma_resize(coh, &v[0], P(9), P(11)), 0);
}

static void fork_test(void **state)
{
	(void)state;
	link_private(0, 10, 4, 3);
	link(2, 30, 1, 3);
	memset(&v[1], 0x5a, sizeof(v[1]));
	assert_refused(COH_E_NULL, coh_vma_fork(NULL, &v[0], &m.mm[1], &v[1]));
	assert_refused(COH_E_NULL, coh_vma_fork(coh, NULL, &m.mm[1], &v[1]));
	assert_refused(COH_E_NULL, coh_vma_fork(coh, &v[0], NULL, &v[1]));
	assert_refused(COH_E_NULL, coh_vma_fork(coh, &v[0], &m.mm[1], NULL));
	assert_refused(COH_E_UNLINKED, coh_vma_fork(coh, &v[1], &m.mm[1], &v[3]));
	assert_refused(COH_E_LINKED, coh_vma_fork(coh, &v[0], &m.mm[1], &v[2]));
	assert_refused(COH_E_LINKED, coh_vma_fork(coh, &v[0], &m.mm[1], &v[0]));
	assert_refused(COH_E_OVERLAP, coh_vma_fork(coh, &v[0], &m.mm[0], &v[1]));
	assert_int_equal(coh_vma_fork(coh, &v[0], &m.mm[1], &v[1]), 0);
	assert_string_equal(in_file(4), "ab");
	assert_string_equal(in_family(4), "ab");
	assert_ptr_equal(v[1].mm, &m.mm[1]);
	assert_at(1, 4, 11);
	assert_int_equal(coh_vma_unlink(coh, &v[0]), 0);
	assert_string_equal(in_family(4), "b");
}

static void move_test(void **state)
{
	(void)state;
	link_private(0, 10, 4, 3);
	link(2, 30, 1, 3);
	assert_refused(COH_E_NULL, coh_vma_move(NULL, &v[0], P(40), &v[1]));
	assert_refused(COH_E_NULL, coh_vma_move(coh, NULL, P(40), &v[1]));
	assert_refused(COH_E_NULL, coh_vma_move(coh, &v[0], P(40), NULL));
	assert_refused(COH_E_UNLINKED, coh_vma_move(coh, &v[3], P(40), &v[1]));
	assert_refused(COH_E_LINKED, coh_vma_move(coh, &v[0], P(40), &v[2]));
	assert_refused(COH_E_ALIGN, coh_vma_move(coh, &v[0], P(40) + 1, &v[1]));
	assert_refused(COH_E_RANGE, coh_vma_move(coh, &v[0], TOP, &v[1]));
	assert_refused(COH_E_OVERLAP, coh_vma_move(coh, &v[0], P(13), &v[1]));
	assert_refused(COH_E_OVERLAP, coh_vma_move(coh, &v[0], P(27), &v[1]));
	assert_int_equal(coh_vma_move(coh, &v[0], P(40), &v[1]), 0);
	/* Both, until the first is unlinked. */
	assert_string_equal(in_file(4), "ab");
	assert_string_equal(in_family(4), "ab");
	assert_at(0, 4, 11);
	assert_at(1, 4, 41);
	assert_int_equal(coh_vma_unlink(coh, &v[0]), 0);
	assert_string_equal(in_family(4), "b");
	/* Back, and the place is free. */
	assert_int_equal(coh_vma_move(coh, &v[1], P(8), &v[0]), 0);
	assert_at(0, 6, 11);
}

static void protect_test(void **state)
{
	(void)state;
	link(0, 10, 4, 3);
	assert_refused(COH_E_NULL, coh_vma_protect(NULL, &v[0], SHARED));
	assert_refused(COH_E_NULL, coh_vma_protect(coh, NULL, SHARED));
	assert_refused(COH_E_UNLINKED, coh_vma_protect(coh, &v[1], SHARED));
	assert_refused(COH_E_ARGUMENT, coh_vma_protect(coh, &v[0], SHARED | 1u << 30));
	assert_refused(COH_E_ARGUMENT, coh_vma_protect(coh, &v[0], COH_VMA_EXEC));
	assert_int_equal(coh_vma_protect(coh, &v[0], SHARED | COH_VMA_EXEC | COH_VMA_WRITE), 0);
	assert_int_equal(v[0].flags, SHARED | COH_VMA_EXEC | COH_VMA_WRITE);
	link_private(1, 20, 1, 0);
	assert_refused(COH_E_ARGUMENT, coh_vma_protect(coh, &v[1], SHARED));
}

static void address_test(void **state)
{
	uintptr_t va;

	(void)state;
	link(0, 10, 4, 3);
	assert_refused(COH_E_NULL, coh_vma_address(NULL, &v[0], 3, &va));
	assert_refused(COH_E_NULL, coh_vma_address(coh, NULL, 3, &va));
	assert_refused(COH_E_NULL, coh_vma_address(coh, &v[0], 3, NULL));
	/* Page offsets above addresses: the difference is negative. */
	link(1, 1, 2, 1000);
	assert_at(1, 1001, 2);
	assert_outside(1, 0);
	assert_outside(1, 999);
	assert_outside(1, LAST_INDEX);
}

static void empty_test(void **state)
{
	(void)state;
	assert_true(coh_mapping_empty(&file[0]));
	assert_true(coh_anon_vma_empty(&family[0]));
	link(0, 10, 4, 3);
	assert_false(coh_mapping_empty(&file[0]));
	assert_true(coh_anon_vma_empty(&family[0]));
	assert_int_equal(coh_vma_link_anon(coh, &v[0], &family[0]), 0);
	assert_false(coh_anon_vma_empty(&family[0]));
	assert_int_equal(coh_vma_fork(coh, &v[0], &m.mm[1], &v[1]), 0);
	assert_int_equal(coh_vma_unlink(coh, &v[0]), 0);
	assert_false(coh_mapping_empty(&file[0]));
	assert_false(coh_anon_vma_empty(&family[0]));
	assert_int_equal(coh_vma_unlink(coh, &v[1]), 0);
	assert_true(coh_mapping_empty(&file[0]));
	assert_true(coh_anon_vma_empty(&family[0]));
	/* Damage, of the count or of what says whose map it is, is not nothing. */
	file[0].map.count = COH_MAP_DAMAGED;
	family[0].map.side = 7;
	assert_false(coh_mapping_empty(&file[0]));
	assert_false(coh_anon_vma_empty(&family[0]));
	coh_mapping_init(&file[0]);
	coh_anon_vma_init(&family[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(link),	     TEST(link_of_no_file),
		TEST(link_errors),   TEST(overlap),
		TEST(last_offset),   TEST(top_address),
		TEST(relink),	     TEST(zeroed),
		TEST(linked_mark),   TEST(link_anon),
		TEST(unlink_errors), TEST(split_merge),
		TEST(split_errors),  TEST(merge_errors),
		TEST(resize),	     TEST(resize_errors),
		TEST(fork),	     TEST(move),
		TEST(protect),	     TEST(address),
		TEST(empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
