/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The titles of a run in the order in which the summary and the JSON file list them: by groups,
 * the one with most occurrences first; in a group the most telling title first.  Groups in which
 * the old value was always the newest come last.
 */
#ifndef COH_WATCH_RUNNER_ORDER_H
#define COH_WATCH_RUNNER_ORDER_H

#include "watch/runner/group.h"
#include "watch/runner/tally.h"

struct ordered_title {
	const struct tally_title *title;
	bool begins; /* the first of its group; of the whole group: */
	uint32_t first;
	unsigned rank; /* the lowest */
	uint64_t count;
	size_t n_titles;
};

/*
 * order_titles: those that are not suppressed.  Returns an array to be freed, *n long, of *n_groups
 * groups; or NULL if no memory is left.
 */
struct ordered_title *order_titles(const struct tally *t, const struct groups *g, size_t *n,
				   size_t *n_groups);

#endif
