/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a finding means, in words: its kind, and what went wrong.  Judges by the finding alone;
 * prints nothing.
 */
#ifndef COH_WATCH_RUNNER_WORDS_H
#define COH_WATCH_RUNNER_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "watch/wire.h"

/* The first word of a title, which suppressions name as well. */
const char *words_kind(const struct wire_finding *f);

/* "load", "instruction fetch", ... */
/* Is it a device that reads or writes? */
bool words_is_of_device(const struct wire_finding *f);
const char *words_access(const struct wire_finding *f);

/* "flush of the D line by address", "clean of the whole D cache", ... */
void words_maintenance(const struct wire_maint *m, char *out, size_t size);

/*
 * words_verdict: what went wrong, one or more sentences.  culprit names the
 * function that discarded or clobbered the newest bytes ("" if not known).
 */
void words_verdict(const struct wire_finding *f, const char *culprit, char *out, size_t size);

#endif
