// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include "check/suggest.h"

#include <string.h>

#define LONGEST 32

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	return a < b ? (a < c ? a : c) : (b < c ? b : c);
}

/* Levenshtein's distance; neither is longer than LONGEST. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[LONGEST + 1], n = (unsigned)strlen(b);

	for (unsigned j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned i = 1; *a; i++, a++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= n; j++) {
			unsigned above = row[j];

			row[j] = least(above + 1, row[j - 1] + 1, diagonal + (*a != b[j - 1]));
			diagonal = above;
		}
	}
	return row[n];
}

const char *suggest(const char *const *names, const char *word)
{
	const char *best = NULL;
	unsigned fewest = ~0u;

	for (; *names && strlen(word) <= LONGEST; names++) {
		unsigned edits = distance(*names, word), allowed = (unsigned)strlen(*names) / 3;

		if (edits < fewest && edits <= (allowed ? allowed : 1)) {
			fewest = edits;
			best = *names;
		}
	}
	return best;
}
