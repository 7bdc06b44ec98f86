/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The subcommands: one file each.  argv[0] is the subcommand's name; the
 * result is the exit code.
 */
#ifndef COH_CLI_CLI_H
#define COH_CLI_CLI_H

/* Exit codes that all subcommands share. */
enum {
	EXIT_OK = 0,	     /* done, nothing found */
	EXIT_FOUND = 1,	     /* stale data, or a verdict that differs */
	EXIT_USAGE = 2,	     /* bad usage, bad input or a failed set-up */
	EXIT_QEMU = 3,	     /* QEMU did not start, died or failed */
	EXIT_INCOMPLETE = 4, /* cut short by the user, nothing found so far */
	EXIT_BUG = 5,	     /* our own bug */
	EXIT_KILLED = 6,     /* a process of ours was killed from outside */
};

int cli_watch(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_cpus(int argc, char **argv);
int cli_doctor(int argc, char **argv);

#endif
