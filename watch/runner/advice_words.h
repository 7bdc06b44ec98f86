/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advice in words: the line "missing:" of a report, and what its verdict says of maintenance done. */
#ifndef COH_WATCH_RUNNER_ADVICE_WORDS_H
#define COH_WATCH_RUNNER_ADVICE_WORDS_H

#include "watch/runner/advice.h"
#include "watch/runner/report.h"

/*
 * report_advise: finds advice for r, and fills in r->missing.  Adds to r->verdict what was wrong
 * with maintenance that was done.  f is r's finding: its last maintenance becomes that of the line
 * that is to blame.  *a is what was found.  s may be NULL.
 */
void report_advise(struct report *r, struct wire_finding *f, const struct wire_hello *hello,
		   struct symbols *s, struct advice *a);

/* advice_say: the line "missing:". */
void advice_say(const struct advice *a, const struct wire_finding *f, struct symbols *s, char *out,
		size_t size);

/* advice_judge: what was wrong with what was done: "", or sentences that begin with a blank. */
void advice_judge(const struct advice *a, const struct wire_finding *f, struct symbols *s,
		  char *out, size_t size);

#endif
