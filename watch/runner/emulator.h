/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is this a QEMU that the plugin can work in?  Asked before it is started. */
#ifndef COH_WATCH_RUNNER_EMULATOR_H
#define COH_WATCH_RUNNER_EMULATOR_H

#include <stddef.h>

/*
 * emulator_check: command is what the user would start.  Returns 0, or -1 with
 * what is wrong and what was expected in error.
 */
int emulator_check(const char *command, char *error, size_t size);

/*
 * emulator_plugin: the plugin's file: given, or beside the running program, or
 * in ../lib/coherer of it.  Returns its path, which the caller frees, or NULL
 * with the reason in error.
 */
char *emulator_plugin(const char *given, char *error, size_t size);

#endif
