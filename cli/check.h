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
	double seconds; /* of one run with its example and explanation; 0: no bound */
	unsigned workers;
	unsigned shard, shards;
	enum check_format format;
	bool explain, example, quiet, verbose, no_example;
	bool colour;
};

/* One file, once parsed.  test NULL: it could not be, and error says why. */
struct check_file {
	char *path;
	struct litmus *test;
	char *error;
	struct litmus_at at; /* line 0: of no place in it */
};

/* How what came out compares with what was expected. */
enum standing {
	AS_EXPECTED = 1,
	DIFFERS,
	UNSAID,	  /* no line of Result is about this target */
	CUT,	  /* by a bound, before it was sure */
	IN_ERROR, /* the file, or what it asks for, is wrong */
	KILLED,	  /* by somebody, or for want of memory */
	NOT_RUN,  /* the whole was interrupted before */
};

/* One file on one target under one policy; or one that cannot be run: then error says why. */
struct check_job {
	const struct litmus *test; /* NULL: it could not be parsed */
	const char *path;
	char *error;	     /* owned */
	struct litmus_at at; /* of the error */
	struct target target;
	bool several;		      /* of this file */
	enum litmus_verdict expected; /* LITMUS_UNSAID: the file has results, but not for this */
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

/* ---- cli/check_print.c: a job in the format that is asked for ---- */

#define CHECK_NAME 512

enum standing check_standing(const struct check_job *job, enum found found, bool cut);
const char *check_standing_name(enum standing standing);
void check_job_name(const struct check_job *job, char *name, size_t size);
/* FILE:LINE: NAME: expected ..., found ... */
void check_print_differs(FILE *out, const struct check_job *job, enum found found);
bool check_wants_trail(const struct check_list *list, const struct check_options *options,
		       enum standing standing);
void check_print_job(FILE *out, const struct check_list *list, const struct check_options *options,
		     size_t n, const struct verdict *v);
/* A job that has no verdict, in the formats that are read by programs. */
void check_print_without(FILE *out, const struct check_list *list,
			 const struct check_options *options, size_t n, enum standing standing,
			 const char *why);

/* The table of verdicts, when all are known: found[i] is enum found of job i. */
void check_table(FILE *out, const struct check_list *list, const unsigned char *found);

#endif
