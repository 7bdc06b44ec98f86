/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* print: verdicts in words, as herd does; as a table of steps; as JSON. */
#ifndef COH_CHECK_SAY_PRINT_H
#define COH_CHECK_SAY_PRINT_H

#include <stdio.h>

#include "check/search/verdict.h"

/* NAME, or NAME@target/policy where a file is run on several. */
void print_name(const struct litmus *test, const struct target *target, bool several, char *name,
		size_t size);

/* Test, States, Observation, Time, Hash; whole: with all outcomes. */
void print_herd(FILE *out, const struct litmus *test, const struct target *target,
		const struct verdict *v, const char *name, bool whole);

/* The example, step by step, with what was in memory and in each cache after it. */
void print_trail(FILE *out, const struct litmus *test, const struct target *target,
		 const struct trail *trail, bool colour);

void print_redundant(FILE *out, const struct litmus *test, const struct verdict *v);

/* FILE:LINE:COLUMN: what, the line, and a caret under the place. */
void print_wrong(FILE *out, const char *path, const char *text, size_t len, struct litmus_at at,
		 const char *what, bool colour);

/* One object, as text to be freed. */
char *print_json(const struct litmus *test, const struct target *target, const struct verdict *v,
		 const char *name, enum litmus_verdict expected, const char *status);
/* The same of one that has no verdict, and why; at.line 0: of no place in the file. */
char *print_json_without(const char *name, const char *path, const char *status, const char *why,
			 struct litmus_at at);

/* "exists (0:r0=1 /\ stale)" as the file has it. */
void print_condition(const struct litmus *test, char *text, size_t size);
/* "0:r0", "p[1]", "go". */
void print_place(const struct litmus *test, const struct litmus_term *place, char *text,
		 size_t size);
/* "stale, lost"; "" for none. */
void print_bits(unsigned bits, char *text, size_t size);

/* What may be meant otherwise than it stands: that one name is a word here and a page there. */
void print_notes(FILE *out, const struct litmus *test);

#endif
