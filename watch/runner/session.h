/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From messages to reports: what the runner does with each thing the plugin
 * says.  Knows nothing of processes.
 */
#ifndef COH_WATCH_RUNNER_SESSION_H
#define COH_WATCH_RUNNER_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "watch/runner/callers.h"
#include "watch/runner/group.h"
#include "watch/runner/json.h"
#include "watch/runner/library.h"
#include "watch/runner/modules.h"
#include "watch/runner/progress.h"
#include "watch/runner/suppress.h"
#include "watch/runner/symbols.h"
#include "watch/runner/tally.h"
#include "watch/runner/user_files.h"
#include "watch/wire.h"

struct session {
	FILE *out; /* where reports go */
	bool colour;
	uint64_t max;	     /* reports printed; the others are only counted */
	bool first;	     /* stop after the first one */
	bool all;	     /* print those of a group that has had one, too */
	struct again *again; /* NULL: one run is all; see again.h */
	struct symbols *symbols;
	struct module_files modules;
	struct user_files user;
	struct suppressions suppressions;
	struct library library;
	struct json_file json;
	const char *litmus; /* folder; NULL: no litmus tests */
	struct progress progress;

	/* What came of it. */
	struct tally tally;
	struct groups groups; /* of its titles that are not suppressed */
	struct callers callers;
	uint64_t printed;
	uint64_t litmus_written, litmus_unsaid;
	int litmus_error; /* errno; 0: none */
	bool stop_wanted;
	bool wrong_version;
	bool refused; /* by the plugin, which said why */
	/* Whether the symbols fit the guest. */
	unsigned named, unnamed;
	uint32_t last_unnamed;
	bool misfit_told;
};

/* session_end: once, after the last message, before the summary. */
void session_end(struct session *s);

/* session_message: a stream_handler; context is the session. */
void session_message(void *context, enum wire_type type, const void *body);

/* What is done with a finding, whenever it comes. */
void session_finding(struct session *s, const struct wire_finding *sent);

#endif
