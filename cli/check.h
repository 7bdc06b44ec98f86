/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What the files of the subcommand check share.  Private to cli/. */
#ifndef COH_CLI_CHECK_H
#define COH_CLI_CHECK_H

#include "check/say/explain.h"
#include "check/say/print.h"

enum check_format { CHECK_TEXT, CHECK_KTAP, CHECK_JSON, CHECK_TABLE };

struct check_options {
	char **cpus, **policies; /* NULL: as the file says */
	size_t n_cpus, n_policies;
	struct bounds bounds;
	unsigned workers;
	unsigned shard, shards;
	enum check_format format;
	bool explain, example, quiet, verbose, no_example;
	bool colour;
};

/* One file, once parsed.  test NULL: it could not be. */
struct check_file {
	char *path;
	struct litmus *test;
};

/* One file on one target under one policy. */
struct check_job {
	const struct litmus *test;
	struct target target;
	bool several; /* of this file */
	enum litmus_verdict expected;
	size_t same; /* an earlier job that must come out alike, and is run instead; or itself */
};

struct check_list {
	struct check_file *file;
	size_t n_files;
	struct check_job *job;
	size_t n_jobs;
	size_t bad; /* files that could not be read or parsed */
};

/* Every file and folder named; false: no memory.  Errors are printed and counted. */
bool check_collect(struct check_list *list, char **paths, size_t n, bool colour);
/* All jobs of this shard; false: a name that is none was printed. */
bool check_make_jobs(struct check_list *list, const struct check_options *options);
void check_list_free(struct check_list *list);

/* Runs them, prints, and returns the exit code. */
int check_run(const struct check_list *list, const struct check_options *options);

/* The table of verdicts, when all are known: found[i] is enum found of job i. */
void check_table(FILE *out, const struct check_list *list, const unsigned char *found);

#endif
