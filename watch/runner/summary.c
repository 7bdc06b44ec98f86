// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/summary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/cpus.h"
#include "watch/runner/order.h"
#include "watch/runner/report.h"
#include "watch/runner/words.h"

#define TOP_GROUPS   10
#define TOP_IN_GROUP 5
#define TOP_SITES    20
#define SHARE	     100 /* callers with less than this part of all redundant operations are left out */

static void print_core(FILE *out, const struct wire_hello *h)
{
	const struct coh_cpu *cpu = coh_cpu_find(h->cpu);
	static const char *const kinds[] = {
		[COH_VIVT] = "VIVT",
		[COH_VIPT] = "VIPT",
		[COH_PIPT] = "PIPT",
	};

	fprintf(out, "core %s", h->cpu);
	if (cpu)
		fprintf(out, ": %s data cache, lines of %u bytes", kinds[cpu->dcache.kind],
			cpu->dcache.line);
	fprintf(out,
		"; assumed: lines stay cached without end, any may be evicted at any moment, ");
	fprintf(out, "a store that misses %s\n",
		h->write_allocate ? "fills a line" : "does as the core's manual says");
	if (!h->sees_ram)
		fprintf(out,
			"RAM is not seen: this QEMU does not let it be seen; bytes that devices "
			"write are counted, not checked\n");
	if (!h->sees_devices)
		fprintf(out,
			"devices are not seen: %s; what they read is not checked, what they write "
			"is found by bytes that changed\n",
			h->why_not);
}

static void print_title(FILE *out, const char *indent, const struct tally_title *t)
{
	fprintf(out, "%s%8" PRIu64 "  %s%s\n", indent, t->count, t->title,
		t->rank >= GROUP_RANK_SAME ? "; the old value was the same" : "");
}

/* The titles of one group, from at on. */
static void print_group(FILE *out, const struct ordered_title *at)
{
	if (at->n_titles == 1) {
		print_title(out, "  ", at->title);
		return;
	}
	fprintf(out, "  %8" PRIu64 "  %zu titles that seem to have one cause:\n", at->count,
		at->n_titles);
	for (size_t i = 0; i < at->n_titles && i < TOP_IN_GROUP; i++)
		print_title(out, "            ", at[i].title);
	if (at->n_titles > TOP_IN_GROUP)
		fprintf(out, "            and %zu more\n", at->n_titles - TOP_IN_GROUP);
}

static void print_groups(FILE *out, const struct tally *t, const struct groups *groups)
{
	size_t n, n_groups, printed = 0;
	struct ordered_title *order = order_titles(t, groups, &n, &n_groups);

	if (n_groups < n)
		fprintf(out, "groups: %zu\n", n_groups);
	for (size_t i = 0; order && i < n && printed < TOP_GROUPS; i += order[i].n_titles) {
		print_group(out, &order[i]);
		printed++;
	}
	if (n_groups > printed)
		fprintf(out, "  and %zu more\n", n_groups - printed);
	free(order);
}

static void print_suppressions(FILE *out, const struct suppressions *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct suppression *e = &s->entry[i];

		fprintf(out, "  ");
		if (e->count)
			fprintf(out, "suppressed %8" PRIu64, e->count);
		else
			fprintf(out, "unused             ");
		fprintf(out, "  %s %s %s (line %d)\n", e->kind, e->reader, e->writer, e->line);
	}
}

static void print_counters(FILE *out, const struct tally *t)
{
	const struct wire_end *e = &t->end;

	fprintf(out,
		"looked at closely: %" PRIu64 " loads, %" PRIu64 " stores, %" PRIu64
		" fetches, %" PRIu64 " page-table reads; maintenance: %" PRIu64 " lines, %" PRIu64
		" whole caches; %" PRIu64 " pages touched",
		e->loads, e->stores, e->fetches, e->walks, e->maint_line, e->maint_all, e->pages);
	/* Where devices are seen they are listed instead. */
	if (!t->hello.sees_devices)
		fprintf(out, ", %" PRIu64 " bytes written by devices", e->device_bytes);
	putc('\n', out);
}

static void print_device(FILE *out, const struct wire_device *d)
{
	fprintf(out,
		"  %-20s %8" PRIu64 " reads, %" PRIu64 " bytes; %" PRIu64 " writes, %" PRIu64
		" bytes%s\n",
		d->name, d->reads, d->bytes_read, d->writes, d->bytes_written,
		d->coherent ? "; taken as coherent: not checked" : "");
}

static void print_devices(FILE *out, const struct tally *t)
{
	bool told = false;

	for (size_t i = 0; i < t->n_devices; i++) {
		if (!t->device[i].reads && !t->device[i].writes)
			continue;
		if (!told)
			fprintf(out, "devices, each access of theirs:\n");
		told = true;
		print_device(out, &t->device[i]);
	}
}

static void print_gaps(FILE *out, const struct tally *t)
{
	char gap[TALLY_GAPS][TALLY_GAP_LEN];
	unsigned n = tally_gaps(t, gap);

	if (n)
		fprintf(out, "coverage was incomplete:\n");
	for (unsigned i = 0; i < n; i++)
		fprintf(out, "  %s\n", gap[i]);
	for (size_t i = 0; i < t->n_notes; i++)
		if (!t->note[i].warning)
			fprintf(out, "note: %s\n", t->note[i].text);
}

void summary_print(FILE *out, const struct tally *t, const struct groups *groups,
		   const struct suppressions *suppressions)
{
	size_t found = tally_different(t, false), silent = tally_different(t, true);

	fprintf(out, "\n== coherer: summary ==\n");
	if (t->has_hello)
		print_core(out, &t->hello);
	fprintf(out,
		"reports: %zu different, %" PRIu64 " occurrence%s; %zu suppressed (%" PRIu64
		" occurrence%s)\n",
		found, tally_occurrences(t, false), tally_occurrences(t, false) == 1 ? "" : "s",
		silent, tally_occurrences(t, true), tally_occurrences(t, true) == 1 ? "" : "s");
	print_groups(out, t, groups);
	print_suppressions(out, suppressions);
	if (t->has_end)
		print_counters(out, t);
	print_devices(out, t);
	print_gaps(out, t);
	fflush(out);
}

static int by_redundant(const void *a, const void *b)
{
	const struct wire_maint_site *x = a, *y = b;

	if (x->redundant != y->redundant)
		return x->redundant < y->redundant ? 1 : -1;
	return x->pc < y->pc ? -1 : x->pc > y->pc;
}

struct wire_maint_site *summary_sorted_sites(const struct tally *t)
{
	struct wire_maint_site *order = calloc(t->n_sites + 1, sizeof(*order));

	if (order && t->n_sites) {
		memcpy(order, t->site, t->n_sites * sizeof(*order));
		qsort(order, t->n_sites, sizeof(*order), by_redundant);
	}
	return order;
}

struct wire_maint summary_site_maint(const struct wire_maint_site *site)
{
	return (struct wire_maint){
		.known = 1, .op = site->op, .insn = site->insn, .scope = site->scope, .pc = site->pc
	};
}

static void print_site(FILE *out, const struct wire_maint_site *site, struct symbols *s)
{
	struct wire_maint m = summary_site_maint(site);
	struct code_place at;
	char words[96], place[512];

	symbols_at(s, site->pc, 0, &at); /* an operation takes a privileged mode */
	report_place(&at, place, sizeof(place));
	words_maintenance(&m, words, sizeof(words));
	callers_print_counts(out, site);
	fprintf(out, "0x%08x %s: %s\n", site->pc, place, words);
}

/* What is left out of the tree, or could not be put there. */
static void print_unseen(FILE *out, const struct callers *callers, uint64_t count,
			 unsigned left_out)
{
	uint64_t known = 0;

	for (const struct callers_node *n = callers->sites; n; n = n->next)
		known += n->site.count;
	if (left_out)
		fprintf(out,
			"  left out: %u call%s, each with less than %d %% of what changed "
			"nothing\n",
			left_out, left_out == 1 ? "" : "s", 100 / SHARE);
	if (known < count)
		fprintf(out,
			"  %" PRIu64
			" operations are under no caller: their call paths were beyond "
			"what is kept\n",
			count - known);
	if (callers->out_of_memory)
		fprintf(out, "  some callers are missing: the runner ran out of memory\n");
}

void summary_redundant(FILE *out, const struct tally *t, const struct callers *callers,
		       struct symbols *s)
{
	struct wire_maint_site *order = summary_sorted_sites(t);
	struct wire_maint_site all = { 0 };
	uint64_t least;
	unsigned left_out = 0;

	fprintf(out, "maintenance that changed nothing:\n"
		     "     nothing of        all          wrote back     dropped   where, and from "
		     "where\n");
	for (size_t i = 0; order && i < t->n_sites; i++) {
		all.count += order[i].count;
		all.redundant += order[i].redundant;
		all.wrote += order[i].wrote;
		if (!callers_knows_effect(&order[i]))
			all.scope = order[i].scope;
	}
	least = all.redundant ? (all.redundant + SHARE - 1) / SHARE : 1;
	for (size_t i = 0; order && i < t->n_sites && i < TOP_SITES; i++) {
		const struct callers_node *node = callers_of(callers, &order[i]);

		print_site(out, &order[i], s);
		if (node)
			callers_print(out, node, least, &left_out, s);
	}
	if (t->n_sites > TOP_SITES)
		fprintf(out, "  and %zu more places\n", t->n_sites - TOP_SITES);
	callers_print_counts(out, &all);
	fprintf(out, "in total, %zu places\n", t->n_sites);
	if (callers->sites)
		print_unseen(out, callers, all.count, left_out);
	free(order);
	fflush(out);
}
