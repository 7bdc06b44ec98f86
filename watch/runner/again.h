/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --again: two runs of one command, for the call chains of writers.
 *
 * The first run prints nothing: its findings are kept here.  The second is told which stores they
 * named, and its reports are complete.  What of the first does not come again is reported at the
 * end as it was.  A run that is cut off loses nothing: what the other one knows is taken.
 *
 * Protocol: again_new; the first run; again_start; the second run, if it gave a list; again_end.
 * Each function with a struct again takes NULL: then there is one run only.
 */
#ifndef COH_WATCH_RUNNER_AGAIN_H
#define COH_WATCH_RUNNER_AGAIN_H

#include <stdbool.h>

#include "watch/runner/report.h"
#include "watch/runner/tally.h"
#include "watch/wire.h"

struct again;
struct session;

/* again_new: NULL when no memory is left. */
struct again *again_new(void);
void again_free(struct again *a);

/*
 * again_start: after the first run.  Returns a file descriptor with the stores that the second
 * run is to look for, as struct wire_wanted; -1 if it could tell nothing new, or not be asked.
 */
int again_start(struct session *s);

/* again_end: after the last run.  Reports what did not come again; s->tally is then of both. */
void again_end(struct session *s);

/* ---- for session.c ---- */

void again_take_writer(struct again *a, const struct wire_writer *w);

/* The context of this finding's writer; NULL: not known. */
const struct wire_stack *again_writer(const struct again *a, const struct wire_finding *f);

/* Says in the report why it has no chain of the writer. */
void again_judge(struct again *a, struct report *r);

/* Whether it is not to be printed now.  title: NULL if it is not the first of its title. */
bool again_keeps(struct session *s, const struct wire_finding *f, const struct tally_title *title);

#endif
