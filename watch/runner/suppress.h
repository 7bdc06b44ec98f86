/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Suppressions: a text file, one entry a line,
 *
 *	kind  reader-function  writer-function   # why
 *
 * each a shell pattern (* ? [...]) matched against the names in a report's title, or those of the
 * functions that did the accesses; a name with spaces ("user mode") is written with "-".
 */
#ifndef COH_WATCH_RUNNER_SUPPRESS_H
#define COH_WATCH_RUNNER_SUPPRESS_H

#include <stddef.h>
#include <stdint.h>

struct suppression {
	char *kind, *reader, *writer;
	uint64_t count; /* occurrences that it kept silent */
	int line;
};

struct suppressions {
	struct suppression *entry;
	size_t n;
};

/*
 * suppress_load: reads path into *s.  Returns 0, or -1 with "FILE:LINE: what,
 * expected what" in error; *s is then empty.
 */
int suppress_load(struct suppressions *s, const char *path, char *error, size_t size);
void suppress_free(struct suppressions *s);

struct suppress_names {
	const char *title, *leaf; /* as in the title; of the access itself */
};

/* The first entry that matches, or NULL.  Counts nothing. */
struct suppression *suppress_find(struct suppressions *s, const char *kind,
				  struct suppress_names reader, struct suppress_names writer);

#endif
