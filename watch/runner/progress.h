/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line on a terminal that says how far a run has come, drawn again each second.
 *
 * There is none unless reports go to a terminal, and none where the guest's console may be on that
 * terminal as well: the line would be drawn over what the guest has written.
 *
 * Times are in milliseconds, of any clock that does not go back.
 */
#ifndef COH_WATCH_RUNNER_PROGRESS_H
#define COH_WATCH_RUNNER_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "watch/wire.h"

struct progress {
	FILE *out; /* NULL: there is no line */
	unsigned columns;
	int64_t start, due;
	bool drawn; /* the cursor is at the end of the line */
	bool told;  /* the plugin did say something: */
	struct wire_progress last;
};

/* Is there to be a line, if reports go to this file and the guest's console to that one? */
bool progress_wanted(int reports, int console);

/* Columns of the terminal at this file. */
unsigned progress_columns(int terminal);

void progress_start(struct progress *p, FILE *out, unsigned columns, int64_t now);

/* What the plugin says. */
void progress_tell(struct progress *p, const struct wire_progress *said);

/* How long until the line is due; -1: never. */
int progress_patience(const struct progress *p, int64_t now);

/* Draws the line if it is due; reports: different ones so far. */
void progress_draw(struct progress *p, int64_t now, size_t reports);

/* Before anything else is written: takes the line away, until it is due again.  p may be NULL. */
void progress_erase(struct progress *p);

#endif
