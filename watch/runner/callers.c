// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/callers.h"

#include <inttypes.h>
#include <stdlib.h>

#include "watch/runner/report.h"

#define SET_AND_WAY 1 /* struct wire_maint: scope */

static bool is_same(const struct wire_maint_site *a, const struct wire_maint_site *b)
{
	return a->pc == b->pc && a->op == b->op && a->insn == b->insn && a->scope == b->scope;
}

static void add_counts(struct wire_maint_site *to, const struct wire_maint_site *from)
{
	to->count += from->count;
	to->redundant += from->redundant;
	to->wrote += from->wrote;
}

/* The node for this place on a list, made if need be; NULL when no memory is left. */
static struct callers_node *node_at(struct callers_node **list, const struct wire_maint_site *site)
{
	struct callers_node *n;

	for (n = *list; n; n = n->next)
		if (is_same(&n->site, site))
			return n;
	n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	n->site = *site;
	n->site.count = n->site.redundant = n->site.wrote = 0;
	n->next = *list;
	*list = n;
	return n;
}

void callers_add(struct callers *c, const struct wire_path *path, struct symbols *s)
{
	struct unwind_frame frame[UNWIND_FRAMES];
	unsigned n = path->chain.known ? unwind_stack(s, &path->chain, frame) : 0;
	struct callers_node *node = node_at(&c->sites, &path->site);

	for (unsigned i = 0; node; i++) {
		struct wire_maint_site call = path->site;

		add_counts(&node->site, &path->site);
		if (i == n)
			return;
		call.pc = frame[i].pc;
		node = node_at(&node->callers, &call);
		if (node)
			node->guessed |= frame[i].guessed;
	}
	c->out_of_memory = true;
}

static bool comes_before(const struct wire_maint_site *a, const struct wire_maint_site *b)
{
	return a->redundant != b->redundant ? a->redundant > b->redundant : a->pc < b->pc;
}

static void insert(struct callers_node **list, struct callers_node *n)
{
	while (*list && comes_before(&(*list)->site, &n->site))
		list = &(*list)->next;
	n->next = *list;
	*list = n;
}

/* As deep as UNWIND_FRAMES. */
static void sort(struct callers_node **list)
{
	struct callers_node *sorted = NULL, *next;

	for (struct callers_node *n = *list; n; n = next) {
		next = n->next;
		sort(&n->callers);
		insert(&sorted, n);
	}
	*list = sorted;
}

void callers_sort(struct callers *c)
{
	sort(&c->sites);
}

const struct callers_node *callers_of(const struct callers *c, const struct wire_maint_site *site)
{
	for (const struct callers_node *n = c->sites; n; n = n->next)
		if (is_same(&n->site, site))
			return n;
	return NULL;
}

bool callers_knows_effect(const struct wire_maint_site *site)
{
	return site->scope != SET_AND_WAY;
}

void callers_print_counts(FILE *out, const struct wire_maint_site *site)
{
	/* Never rounded up: 100 % is each of them. */
	unsigned share = site->count ? (unsigned)(100 * site->redundant / site->count) : 0;

	fprintf(out, "  %10" PRIu64 " of %10" PRIu64 "  %3u %%", site->redundant, site->count,
		share);
	if (callers_knows_effect(site))
		fprintf(out, "  %10" PRIu64 "  %10" PRIu64 "  ", site->wrote,
			site->count - site->redundant - site->wrote);
	else
		fprintf(out, "  %10s  %10s  ", "?", "?");
}

static void print_rest(FILE *out, const struct wire_maint_site *rest, uint64_t least, int depth,
		       bool any)
{
	/* Where nothing is told of callers, nothing is missing from them. */
	if (!any || rest->redundant < least)
		return;
	callers_print_counts(out, rest);
	fprintf(out, "%*sothers, or not known\n", 2 * depth, "");
}

static void print_callers(FILE *out, const struct callers_node *node, uint64_t least,
			  unsigned *left_out, int depth, struct symbols *s)
{
	struct wire_maint_site rest = node->site;
	bool any = false;

	for (const struct callers_node *n = node->callers; n; n = n->next) {
		struct code_place at;
		char place[512];

		if (n->site.redundant < least) {
			(*left_out)++;
			continue;
		}
		any = true;
		rest.count -= n->site.count;
		rest.redundant -= n->site.redundant;
		rest.wrote -= n->site.wrote;
		report_call_place(n->site.pc, s, &at);
		report_place(&at, place, sizeof(place));
		callers_print_counts(out, &n->site);
		fprintf(out, "%*s%s%s\n", 2 * depth, "", n->guessed ? "? " : "", place);
		print_callers(out, n, least, left_out, depth + 1, s);
	}
	print_rest(out, &rest, least, depth, any);
}

void callers_print(FILE *out, const struct callers_node *node, uint64_t least, unsigned *left_out,
		   struct symbols *s)
{
	print_callers(out, node, least, left_out, 1, s);
}

static void free_list(struct callers_node *n)
{
	struct callers_node *next;

	for (; n; n = next) {
		next = n->next;
		free_list(n->callers);
		free(n);
	}
}

void callers_free(struct callers *c)
{
	free_list(c->sites);
	*c = (struct callers){ 0 };
}
