/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Library functions: those that touch memory on behalf of their caller, such as memcpy.  Their
 * name says nothing about a bug, so a title names the first caller that is none of them.
 *
 * The built-in list knows Linux's and the C library's.  A file adds to it, one shell pattern
 * (* ? [...]) a line, a comment after #.  Names are compared without compiler suffixes.
 */
#ifndef COH_WATCH_RUNNER_LIBRARY_H
#define COH_WATCH_RUNNER_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

struct library {
	char **pattern; /* beside the built-in ones */
	size_t n;
};

/*
 * library_load: reads path into *l.  Returns 0, or -1 with "FILE:LINE: what, expected what" in
 * error; *l is then empty.
 */
int library_load(struct library *l, const char *path, char *error, size_t size);
void library_free(struct library *l);

/* Is the function of this name one?  l may be NULL: the built-in list alone. */
bool library_has(const struct library *l, const char *name);

/* Does it fill a page for whoever gets that next?  It is the same thing whoever calls it. */
bool library_fills_pages(const char *name);

#endif
