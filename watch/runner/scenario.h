/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scenario: a finding as a litmus test (docs/litmus.md), which coherer check explores.
 *
 * The line's history becomes a program of one context, and of one device if any took part: an alias
 * for each address that was used, and of the line's bytes two words, the byte that may be old and
 * the others.  A second file has the advice added.
 */
#ifndef COH_WATCH_RUNNER_SCENARIO_H
#define COH_WATCH_RUNNER_SCENARIO_H

#include "watch/runner/advice.h"
#include "watch/runner/report.h"

enum scenario_result {
	SCENARIO_WRITTEN,
	SCENARIO_UNSAID, /* something happened that a litmus test cannot say */
	SCENARIO_FAILED, /* errno tells why a file could not be written */
};

/*
 * scenario_folder: makes the folder, unless it is there.  Returns 0, or -1 with errno.
 */
int scenario_folder(const char *folder);

/*
 * scenario_write: FOLDER/NNN-KIND.litmus, of which check says Sometimes, and NNN-KIND+fix.litmus if
 * there is advice, of which it says Never.  NNN is the finding's id.  s may be NULL.
 */
enum scenario_result scenario_write(const char *folder, const struct report *r,
				    const struct wire_hello *hello, const struct advice *a,
				    struct symbols *s);

#endif
