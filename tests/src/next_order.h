/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* next_order: every order of some numbers. */
#ifndef COH_TESTS_SRC_NEXT_ORDER_H
#define COH_TESTS_SRC_NEXT_ORDER_H

#include <stdbool.h>

/*
 * order, n different numbers, becomes the next one in the order of a dictionary, which begins with
 * the ascending one.  False after the last.
 */
static inline bool next_order(int *order, int n)
{
	int i = n - 2, j = n - 1, k;

	while (i >= 0 && order[i] > order[i + 1])
		i--;
	if (i < 0)
		return false;
	while (order[j] < order[i])
		j--;
	k = order[i], order[i] = order[j], order[j] = k;
	for (i++, j = n - 1; i < j; i++, j--)
		k = order[i], order[i] = order[j], order[j] = k;
	return true;
}

#endif
