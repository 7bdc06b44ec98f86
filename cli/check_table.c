// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The table of verdicts: tests against caches against policies.  Caches that come out alike in
 * every test are one letter, and the letters are explained at the end.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/check.h"

#define POLICIES 16u
#define CELL	 12
#define NAME	 20
#define WRAP	 96u

struct table {
	FILE *out;
	const struct check_list *list;
	const unsigned char *found;
	const char *policy[POLICIES];
	size_t n_policies;
	const char **cache;
	size_t n_caches;
	size_t *class; /* of each cache: the first one that comes out alike */
	char *letter;  /* of each that is the first of its class */
	const struct litmus **test;
	size_t n_tests;
	unsigned char *cell; /* by test, cache, policy */
};

static const char *cell_text(unsigned char found)
{
	static const char *const text[] = { [0] = ".",
					    [FOUND_NEVER] = "right",
					    [FOUND_SOMETIMES] = "corrupt",
					    [FOUND_ALWAYS] = "CORRUPT",
					    [FOUND_DEADLOCK] = "DEADLOCK",
					    [FOUND_INCOMPLETE] = "incomplete",
					    [FOUND_WRONG] = "error" };

	return text[found <= FOUND_WRONG ? found : 0];
}

/* Where name is in the list, which gets it if it is new. */
static size_t number_of(const char **names, size_t *n, size_t max, const char *name)
{
	size_t i = 0;

	while (i < *n && strcmp(names[i], name))
		i++;
	if (i == *n && i < max)
		names[(*n)++] = name;
	return i;
}

static unsigned char *cells(const struct table *t, size_t test, size_t cache)
{
	return &t->cell[(test * t->list->n_jobs + cache) * POLICIES];
}

static bool allocate(struct table *t)
{
	size_t n = t->list->n_jobs;

	t->cache = calloc(n, sizeof(*t->cache));
	t->class = calloc(n, sizeof(*t->class));
	t->letter = calloc(n, 1);
	t->test = calloc(t->list->n_files, sizeof(*t->test));
	t->cell = calloc(t->list->n_files * n, POLICIES);
	return t->cache && t->class && t->letter && t->test && t->cell;
}

static void collect(struct table *t)
{
	for (size_t i = 0; i < t->list->n_jobs; i++) {
		const struct check_job *job = &t->list->job[i];
		size_t cache, policy;

		if (!job->test || job->error)
			continue; /* it was said */
		cache = number_of(t->cache, &t->n_caches, SIZE_MAX, job->target.name);
		policy = number_of(t->policy, &t->n_policies, POLICIES, job->target.policy);
		if (!t->n_tests || t->test[t->n_tests - 1] != job->test)
			t->test[t->n_tests++] = job->test;
		if (policy < POLICIES)
			cells(t, t->n_tests - 1, cache)[policy] = t->found[i];
	}
}

static bool come_out_alike(const struct table *t, size_t a, size_t b)
{
	for (size_t i = 0; i < t->n_tests; i++)
		if (memcmp(cells(t, i, a), cells(t, i, b), POLICIES))
			return false;
	return true;
}

static void find_classes(struct table *t)
{
	char next = 'A';

	for (size_t i = 0; i < t->n_caches; i++) {
		size_t j = 0;

		while (!come_out_alike(t, j, i))
			j++;
		t->class[i] = j;
		if (j == i)
			t->letter[i] = next <= 'Z' ? next++ : '?';
	}
}

static bool is_empty(const unsigned char *cell)
{
	for (size_t p = 0; p < POLICIES; p++)
		if (cell[p])
			return false;
	return true;
}

/* The letters of all classes whose rows of this test are equal to that of cache. */
static size_t letters(const struct table *t, size_t test, size_t cache, char *text)
{
	size_t n = 0;

	for (size_t i = cache; i < t->n_caches; i++)
		if (t->class[i] == i && !memcmp(cells(t, test, i), cells(t, test, cache), POLICIES))
			text[n++] = t->letter[i];
	text[n] = 0;
	return n;
}

static bool was_printed(const struct table *t, size_t test, size_t cache)
{
	for (size_t i = 0; i < cache; i++)
		if (!memcmp(cells(t, test, i), cells(t, test, cache), POLICIES))
			return true;
	return false;
}

static void print_test(const struct table *t, size_t test, char *text, int letters_width)
{
	const char *name = t->test[test]->name;

	for (size_t c = 0; c < t->n_caches; c++) {
		const unsigned char *cell = cells(t, test, c);

		if (is_empty(cell) || was_printed(t, test, c))
			continue;
		letters(t, test, c, text);
		fprintf(t->out, "%-*s %-*s", NAME, name, letters_width, text);
		for (size_t p = 0; p < t->n_policies; p++)
			fprintf(t->out, " %-*s", p + 1 < t->n_policies ? CELL : 0,
				cell_text(cell[p]));
		fputc('\n', t->out);
		name = "";
	}
}

static void print_legend(const struct table *t)
{
	for (size_t c = 0; c < t->n_caches; c++) {
		size_t width;

		if (t->class[c] != c)
			continue;
		width = (size_t)fprintf(t->out, "%c: %s", t->letter[c], t->cache[c]);
		for (size_t i = c + 1; i < t->n_caches; i++) {
			if (t->class[i] != c)
				continue;
			if (width + strlen(t->cache[i]) + 2 > WRAP)
				width = (size_t)fprintf(t->out, ",\n   %s", t->cache[i]) - 2;
			else
				width += (size_t)fprintf(t->out, ", %s", t->cache[i]);
		}
		fputc('\n', t->out);
	}
}

static void print_all(struct table *t)
{
	char *text = calloc(t->n_caches + 1, 1);
	int width = 0;

	if (!text)
		return;
	for (size_t i = 0; i < t->n_caches; i++)
		width += t->class[i] == i;
	width = width < 5 ? 5 : width;
	fprintf(t->out, "%-*s %-*s", NAME, "test", width, "cache");
	for (size_t p = 0; p < t->n_policies; p++)
		fprintf(t->out, " %-*s", p + 1 < t->n_policies ? CELL : 0,
			t->policy[p][0] ? t->policy[p] : "(no layer)");
	fputc('\n', t->out);
	for (size_t i = 0; i < t->n_tests; i++)
		print_test(t, i, text, width);
	fputc('\n', t->out);
	print_legend(t);
	free(text);
}

void check_table(FILE *out, const struct check_list *list, const unsigned char *found)
{
	struct table t = { .out = out, .list = list, .found = found };

	if (list->n_jobs && allocate(&t)) {
		collect(&t);
		find_classes(&t);
		if (t.n_tests)
			print_all(&t);
	} else if (list->n_jobs) {
		fputs("coherer check: there is no memory for the table\n", stderr);
	}
	free(t.cache);
	free(t.class);
	free(t.letter);
	free(t.test);
	free(t.cell);
}
