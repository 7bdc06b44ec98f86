/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON file of a run: reports are written as they come, the rest at the
 * end; whatever ends the run, short of SIGKILL, json_close makes it complete.
 *
 * Occurrences are in "counts" (report id: count), since they are known last.
 */
#ifndef COH_WATCH_RUNNER_JSON_H
#define COH_WATCH_RUNNER_JSON_H

#include <stdbool.h>
#include <stdio.h>

#include "watch/runner/callers.h"
#include "watch/runner/group.h"
#include "watch/runner/report.h"
#include "watch/runner/suppress.h"
#include "watch/runner/tally.h"

struct json_file {
	FILE *out; /* NULL: no JSON was asked for */
	bool any;
};

/* json_open: creates path and starts the object.  command: up to a NULL.
 * Returns 0, or -1 with errno set. */
int json_open(struct json_file *j, const char *path, char *const *command);

/* a: its advice.  group: the id of the first report of its group; 0: it is suppressed, and of none. */
void json_report(struct json_file *j, const struct report *r, const struct advice *a,
		 struct symbols *s, uint32_t group);

struct json_end {
	const struct tally *tally;
	const struct groups *groups;
	const struct suppressions *suppressions;
	const struct callers *callers; /* of the redundant sites */
	struct symbols *symbols;       /* for the redundant sites */
	bool redundant;
	int exit_code;
};

/* json_close: returns 0, or -1 with errno set if any of it was not written. */
int json_close(struct json_file *j, const struct json_end *end);

#endif
