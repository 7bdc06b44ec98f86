// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The table of verdicts: for each test a row for each cache, a column for each policy.  Caches
 * whose rows are equal share one.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/check.h"

#define COLUMNS 16u
#define WIDTH	12
#define WRAP	96u

struct row {
	const char *cache;
	unsigned char cell[COLUMNS];
	bool printed;
};

struct table {
	FILE *out;
	const struct check_list *list;
	const unsigned char *found;
	const char *policy[COLUMNS];
	size_t n_policies;
};

static const char *cell_text(unsigned char found)
{
	static const char *const text[] = { [0] = ".",
					    [FOUND_NEVER] = "right",
					    [FOUND_SOMETIMES] = "corrupt",
					    [FOUND_ALWAYS] = "corrupt!",
					    [FOUND_DEADLOCK] = "DEADLOCK",
					    [FOUND_INCOMPLETE] = "incomplete",
					    [FOUND_WRONG] = "error" };

	return text[found <= FOUND_WRONG ? found : 0];
}

static size_t policy_of(struct table *t, const char *name)
{
	size_t i = 0;

	while (i < t->n_policies && strcmp(t->policy[i], name))
		i++;
	if (i == t->n_policies && i < COLUMNS)
		t->policy[t->n_policies++] = name;
	return i;
}

static void find_policies(struct table *t)
{
	for (size_t i = 0; i < t->list->n_jobs; i++)
		policy_of(t, t->list->job[i].target.policy);
}

/* The names of all rows that are equal, wrapped. */
static void print_caches(const struct table *t, struct row *rows, size_t n, size_t first)
{
	size_t width = 2;

	fputs("  ", t->out);
	for (size_t i = first; i < n; i++) {
		if (rows[i].printed || memcmp(rows[i].cell, rows[first].cell, COLUMNS))
			continue;
		rows[i].printed = true;
		if (i != first)
			width += (size_t)fprintf(t->out, ", ");
		if (width + strlen(rows[i].cache) > WRAP) {
			fputs("\n  ", t->out);
			width = 2;
		}
		width += (size_t)fprintf(t->out, "%s", rows[i].cache);
	}
	fputc('\n', t->out);
}

static void print_cells(const struct table *t, const unsigned char *cell)
{
	fputs("   ", t->out);
	for (size_t p = 0; p < t->n_policies; p++)
		fprintf(t->out, " %-*s", p + 1 < t->n_policies ? WIDTH : 0, cell_text(cell[p]));
	fputc('\n', t->out);
}

static void print_test(const struct table *t, size_t first, size_t end, struct row *rows)
{
	size_t n = 0;

	for (size_t i = first; i < end; i++) {
		const struct check_job *job = &t->list->job[i];

		if (!n || strcmp(rows[n - 1].cache, job->target.name))
			rows[n++] = (struct row){ .cache = job->target.name };
		rows[n - 1].cell[policy_of((struct table *)t, job->target.policy)] = t->found[i];
	}
	fprintf(t->out, "%s\n   ", t->list->job[first].test->name);
	for (size_t p = 0; p < t->n_policies; p++)
		fprintf(t->out, " %-*s", p + 1 < t->n_policies ? WIDTH : 0,
			t->policy[p][0] ? t->policy[p] : "(no layer)");
	fputc('\n', t->out);
	for (size_t i = 0; i < n; i++)
		if (!rows[i].printed) {
			unsigned char cell[COLUMNS];

			memcpy(cell, rows[i].cell, sizeof(cell));
			print_caches(t, rows, n, i);
			print_cells(t, cell);
		}
	fputc('\n', t->out);
}

void check_table(FILE *out, const struct check_list *list, const unsigned char *found)
{
	struct table t = { .out = out, .list = list, .found = found };
	struct row *rows = calloc(list->n_jobs + 1, sizeof(*rows));

	if (!rows) {
		fputs("there is no memory for the table\n", stderr);
		return;
	}
	find_policies(&t);
	for (size_t i = 0, end; i < list->n_jobs; i = end) {
		for (end = i; end < list->n_jobs && list->job[end].test == list->job[i].test;)
			end++;
		memset(rows, 0, (list->n_jobs + 1) * sizeof(*rows));
		print_test(&t, i, end, rows);
	}
	free(rows);
}
