/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Separate debug information, found by build ID as the packages of distributions lay it out. */
#ifndef COH_WATCH_RUNNER_DEBUG_FILE_H
#define COH_WATCH_RUNNER_DEBUG_FILE_H

#include <stddef.h>

/* Returns 0, or -1 with the reason in error, if dir is none. */
int debug_dir_check(const char *dir, char *error, size_t size);

/*
 * debug_file_open: DIR/.build-id/xx/yyyy.debug for a build ID of n bytes, if it has that build ID
 * itself.  Returns a file descriptor, and the path in *found (to be freed); -1 if there is none.
 */
int debug_file_open(const char *dir, const unsigned char *id, int n, char **found);

#endif
