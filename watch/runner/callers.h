/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who asks for maintenance: the call paths to each site, as a tree.  The roots are the sites, the
 * children of a node are the calls that lead to it.
 *
 * A node counts at least as much as its children together.  The rest came by paths that begin
 * there, or are not known any further.
 */
#ifndef COH_WATCH_RUNNER_CALLERS_H
#define COH_WATCH_RUNNER_CALLERS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "watch/runner/symbols.h"
#include "watch/wire.h"

struct callers_node {
	struct wire_maint_site site;  /* but for a root, pc is the return address of a call */
	bool guessed;		      /* as in struct unwind_frame */
	struct callers_node *callers; /* the first of those who call it */
	struct callers_node *next;    /* another one that calls the same */
};

/* Start from a zeroed struct callers. */
struct callers {
	struct callers_node *sites;
	bool out_of_memory; /* something is missing above */
};

/* callers_add: unwinds the path and adds its counts to each call on it. */
void callers_add(struct callers *c, const struct wire_path *path, struct symbols *s);

/* callers_sort: most redundant operations first, at every level.  After the last callers_add. */
void callers_sort(struct callers *c);

/* callers_of: the node of this site, or NULL if no path to it is known. */
const struct callers_node *callers_of(const struct callers *c, const struct wire_maint_site *site);

/* Whether it is known of each operation if it wrote back: not of those by set and way. */
bool callers_knows_effect(const struct wire_maint_site *site);

/*
 * callers_print: the callers of node, indented, a line each.  Left out are those with less than
 * least redundant operations; *left_out counts them.
 */
void callers_print(FILE *out, const struct callers_node *node, uint64_t least, unsigned *left_out,
		   struct symbols *s);

/* The numbers of a line: redundant, all, share, written back, only dropped. */
void callers_print_counts(FILE *out, const struct wire_maint_site *site);

void callers_free(struct callers *c);

#endif
