/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run of QEMU under watch, from set-up to summary. */
#ifndef COH_WATCH_RUNNER_RUN_H
#define COH_WATCH_RUNNER_RUN_H

#include <stdbool.h>
#include <stdint.h>

struct watch_options {
	const char *cpu;     /* a name of model/cpus, or "auto" */
	bool write_allocate; /* a store that misses fills a line, whatever the core does */
	const char *symbols, *json, *suppressions, *plugin; /* files; NULL: not given */
	const char *litmus;				    /* a folder; NULL: not given */
	bool first, redundant;
	char **coherent; /* names of devices, up to a NULL; may be NULL */
	uint64_t max;	 /* reports printed */
	char **command;	 /* QEMU and its arguments, up to a NULL; not empty */
};

/* The values are the exit codes. */
enum watch_result {
	WATCH_NOTHING = 0,
	WATCH_FOUND = 1,
	WATCH_SETUP = 2, /* nothing was started, or what was started does not fit */
	WATCH_QEMU = 3,	 /* QEMU failed, whatever was found */
	WATCH_CUT = 4,	 /* interrupted, nothing found so far */
};

/*
 * watch_run: reports and summary go to standard error, as the guest's console
 * is on standard output.  Blocks SIGINT, SIGTERM, SIGHUP and SIGCHLD while it
 * runs: one of the first three is passed to QEMU, a second one kills it.
 */
enum watch_result watch_run(const struct watch_options *o);

#endif
