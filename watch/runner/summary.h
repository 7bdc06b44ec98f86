/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a run, in text. */
#ifndef COH_WATCH_RUNNER_SUMMARY_H
#define COH_WATCH_RUNNER_SUMMARY_H

#include <stdio.h>

#include "watch/runner/callers.h"
#include "watch/runner/group.h"
#include "watch/runner/suppress.h"
#include "watch/runner/symbols.h"
#include "watch/runner/tally.h"

/* summary_print: after tally_settle_suppressions. */
void summary_print(FILE *out, const struct tally *t, const struct groups *groups,
		   const struct suppressions *suppressions);

/* The places whose maintenance changed nothing, most often first, with their callers and a total. */
void summary_redundant(FILE *out, const struct tally *t, const struct callers *callers,
		       struct symbols *s);

/* The sites by redundant operations, most first; the caller frees the array. */
struct wire_maint_site *summary_sorted_sites(const struct tally *t);

/* A site as words_maintenance takes it. */
struct wire_maint summary_site_maint(const struct wire_maint_site *site);

#endif
