// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include "check/language/suggest.h"

#include <string.h>

#define LONGEST 32

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	return a < b ? (a < c ? a : c) : (b < c ? b : c);
}

/*
 * How many letters to insert, leave out, replace, or exchange with their neighbour.  Neither is
 * longer than LONGEST.
 */
static unsigned distance(const char *a, const char *b)
{
	unsigned rows[3][LONGEST + 1], n = (unsigned)strlen(b), m = (unsigned)strlen(a);

	for (unsigned j = 0; j <= n; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= m; i++) {
		unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3],
			 *before = rows[(i + 1) % 3];

		row[0] = i;
		for (unsigned j = 1; j <= n; j++) {
			row[j] = least(above[j] + 1, row[j - 1] + 1,
				       above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
	}
	return rows[m % 3][n];
}

const char *suggest(const char *const *names, const char *word)
{
	const char *best = NULL;
	unsigned fewest = ~0u, edits, allowed;

	for (; *names && strlen(word) <= LONGEST; names++) {
		if (strlen(*names) > LONGEST)
			continue;
		allowed = (unsigned)strlen(*names) / 3;
		edits = distance(*names, word);
		if (edits < fewest && edits <= (allowed ? allowed : 1)) {
			fewest = edits;
			best = *names;
		}
	}
	return best;
}
