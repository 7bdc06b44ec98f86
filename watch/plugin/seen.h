/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which findings are the same again: events.c sends the first of each, and how many there were. */
#ifndef COH_WATCH_PLUGIN_SEEN_H
#define COH_WATCH_PLUGIN_SEEN_H

#include "watch/plugin/trace.h"

bool seen_init(void);

/*
 * seen_before: counts this finding.  Returns 0 if it is one that is known, or beyond what is kept
 * (then findings_lost has it); else its new id, from 1 on.
 */
uint32_t seen_before(const struct coh_finding *f);

/* The findings that were there more than once, each once. */
void seen_again(void (*tell)(uint32_t id, uint64_t count));

#endif
