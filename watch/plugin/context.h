/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In whose name an access was made, and when: read from the structures of a Linux kernel at the
 * places that the runner found in its debug information.
 *
 * Without that, with another kernel than the runner's, and where a value makes no sense, nothing
 * is known.
 */
#ifndef COH_WATCH_PLUGIN_CONTEXT_H
#define COH_WATCH_PLUGIN_CONTEXT_H

#include <stdbool.h>

#include "watch/wire.h"

/* The argument of the plugin, without its name.  False: not what the runner sends. */
bool context_option(const char *text);

/* At a finding.  Of a device's nothing of the reader is taken; else its registers were captured. */
void context_take(struct wire_finding *w, bool of_device);

/* The page-table base was written: whose address space is it? */
void context_switched(void);

/* At the end: says whether the kernel was another. */
void context_end(void);

#endif
