/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * map_damage: a map of three VMAs, and each of its invariants broken.
 */
#ifndef COH_TESTS_SRC_MAP_DAMAGE_H
#define COH_TESTS_SRC_MAP_DAMAGE_H

#include "src/map.h"
#include "src/tree.h"
#include "tests/src/map_by_hand.h"

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
static inline void three(void)
{
	link(0, 10, 3, 10);
	link(1, 20, 3, 20);
	link(2, 30, 3, 30);
	assert_ptr_equal(leaf(0), &v[0].file[0]);
}

#endif
