// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/order.h"

#include <stdlib.h>
#include <string.h>

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_group_then_rank(const void *a, const void *b)
{
	const struct ordered_title *x = a, *y = b;
	int order = compare(x->rank >= GROUP_RANK_SAME, y->rank >= GROUP_RANK_SAME);

	order = order ? order : compare(y->count, x->count);
	order = order ? order : compare(x->first, y->first);
	order = order ? order : compare(x->title->rank, y->title->rank);
	order = order ? order : compare(y->title->count, x->title->count);
	return order ? order : strcmp(x->title->title, y->title->title);
}

/* of[i]: of the group whose first title is i. */
static void sum_up(const struct tally *t, const struct groups *g, struct ordered_title *of)
{
	for (uint32_t i = 0; i < t->n_titles; i++) {
		const struct tally_title *title = &t->title[i];
		struct ordered_title *group = &of[group_of(g, i)];

		if (title->by)
			continue;
		if (!group->n_titles++ || title->rank < group->rank)
			group->rank = title->rank;
		group->count += title->count;
	}
}

struct ordered_title *order_titles(const struct tally *t, const struct groups *g, size_t *n,
				   size_t *n_groups)
{
	struct ordered_title *order = calloc(t->n_titles + 1, sizeof(*order));
	struct ordered_title *group = calloc(t->n_titles + 1, sizeof(*group));

	*n = *n_groups = 0;
	if (!order || !group) {
		free(group);
		free(order);
		return NULL;
	}
	sum_up(t, g, group);
	for (uint32_t i = 0; i < t->n_titles; i++) {
		if (t->title[i].by)
			continue;
		order[*n] = group[group_of(g, i)];
		order[*n].first = group_of(g, i);
		order[(*n)++].title = &t->title[i];
	}
	free(group);
	qsort(order, *n, sizeof(*order), by_group_then_rank);
	for (size_t i = 0; i < *n; i++) {
		order[i].begins = !i || order[i].first != order[i - 1].first;
		*n_groups += order[i].begins;
	}
	return order;
}
