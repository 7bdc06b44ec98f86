/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs and libraries of the guest's processes: what is at an offset in a file. */
#ifndef COH_WATCH_RUNNER_USER_FILES_H
#define COH_WATCH_RUNNER_USER_FILES_H

#include "watch/runner/report.h"
#include "watch/runner/tally.h"

struct user_file;

struct user_files {
	const char *dir;       /* has the files as the guest has them; NULL: no names */
	const char *debug_dir; /* as of symbols_open */
	struct user_file *first;
};

/* Returns 0, or -1 with the reason in error. */
int user_files_open(struct user_files *u, const char *dir, char *error, size_t size);
void user_files_close(struct user_files *u);

/*
 * user_files_name: the reader and the writer, where they are user code, get the file and the
 * offset, and function and line if the file is there and has the bytes that the guest executed.  If
 * it is not, or has not, a note says so, once for each file.
 */
void user_files_name(struct user_files *u, struct tally *t, struct report *r);

#endif
