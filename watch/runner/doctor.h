/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is everything there that watch needs, and what can be seen with this emulator? */
#ifndef COH_WATCH_RUNNER_DOCTOR_H
#define COH_WATCH_RUNNER_DOCTOR_H

#include <stdbool.h>
#include <stdio.h>

struct doctor_options {
	const char *qemu;	      /* the emulator, a name or a path */
	const char *plugin, *symbols; /* files; NULL: not given */
};

/*
 * doctor_run: prints a line for each thing that was looked at, and below what is wrong the way to
 * repair it.  Runs the emulator three times, once with a program that has a known bug.  Returns
 * true if watch can be used.
 */
bool doctor_run(const struct doctor_options *o, FILE *out);

#endif
