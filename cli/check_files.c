// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* From names on the command line to files, and from files to jobs. */
#define _GNU_SOURCE /* asprintf */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check/language/suggest.h"
#include "cli/check.h"

#define LARGEST (1024 * 1024) /* bytes of a file: a litmus test is some lines */
#define SUFFIX	".litmus"
#define DEEPEST 16

static bool add_file(struct check_list *list, const char *path)
{
	struct check_file *more = realloc(list->file, (list->n_files + 1) * sizeof(*more));

	if (!more)
		return false;
	list->file = more;
	more[list->n_files] = (struct check_file){ .path = strdup(path) };
	return more[list->n_files++].path;
}

/* What cannot be read has a place in the list: every format tells of it. */
static bool complain(struct check_list *list, const char *path, const char *why)
{
	fprintf(stderr, "coherer check: %s: %s\n", path, why);
	list->bad++;
	if (!add_file(list, path))
		return false;
	list->file[list->n_files - 1].error = strdup(why);
	return list->file[list->n_files - 1].error;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name); /* the same order in every locale */
}

static bool has_suffix(const char *name)
{
	size_t n = strlen(name);

	return n > strlen(SUFFIX) && !strcmp(name + n - strlen(SUFFIX), SUFFIX);
}

static bool add_path(struct check_list *list, const char *path, unsigned depth);

static bool add_folder(struct check_list *list, const char *path, unsigned depth)
{
	size_t before = list->n_files, bad = list->bad;
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, by_name);
	bool right = true;

	if (n < 0)
		return complain(list, path, strerror(errno));
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		char *inside = NULL;
		struct stat st;

		if (right && name[0] != '.' && asprintf(&inside, "%s/%s", path, name) > 0 &&
		    !stat(inside, &st) && (S_ISDIR(st.st_mode) || has_suffix(name)))
			right = add_path(list, inside, depth + 1);
		free(inside);
		free(entries[i]);
	}
	free(entries);
	if (!depth && list->n_files == before && list->bad == bad)
		return complain(list, path, "no file in this folder ends with " SUFFIX);
	return right;
}

static bool add_path(struct check_list *list, const char *path, unsigned depth)
{
	struct stat st;

	if (stat(path, &st))
		return complain(list, path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return add_file(list, path);
	if (depth > DEEPEST)
		return complain(list, path, "folders are nested too deep");
	return add_folder(list, path, depth);
}

static char *read_all(const char *path, size_t *len, const char **why)
{
	FILE *f = fopen(path, "rb");
	char *text = malloc(LARGEST + 1);

	*why = NULL;
	if (!f || !text) {
		*why = f ? "there is no memory" : strerror(errno);
	} else {
		*len = fread(text, 1, LARGEST + 1, f);
		if (ferror(f))
			*why = strerror(errno);
		else if (*len > LARGEST)
			*why = "longer than 1 MiB: that is no litmus test";
	}
	if (f)
		fclose(f);
	if (!*why)
		return text;
	free(text);
	return NULL;
}

static bool parse_one(struct check_list *list, struct check_file *file, bool colour)
{
	struct litmus_error error;
	const char *why;
	size_t len = 0;
	char *text = read_all(file->path, &len, &why);

	if (!text) {
		fprintf(stderr, "coherer check: %s: %s\n", file->path, why);
		list->bad++;
		file->error = strdup(why);
		return file->error;
	}
	file->test = litmus_parse(file->path, text, len, &error);
	if (!file->test) {
		print_wrong(stderr, file->path, text, len, error.at, error.text, colour);
		list->bad++;
		file->error = strdup(error.text);
		file->at = error.at;
	}
	free(text);
	return file->test || file->error;
}

bool check_collect(struct check_list *list, char **paths, size_t n, bool colour)
{
	for (size_t i = 0; i < n; i++)
		if (!add_path(list, paths[i], 0))
			return false;
	for (size_t i = 0; i < list->n_files; i++)
		if (!list->file[i].error && !parse_one(list, &list->file[i], colour))
			return false;
	return true;
}

void check_list_free(struct check_list *list)
{
	for (size_t i = 0; i < list->n_files; i++) {
		free(list->file[i].path);
		free(list->file[i].error);
		litmus_free(list->file[i].test);
	}
	for (size_t i = 0; i < list->n_jobs; i++)
		free(list->job[i].error);
	free(list->file);
	free(list->job);
}

/* ---- jobs ---- */

static const char *const kinds[] = { "vivt", "vipt", "pipt" };

static enum litmus_verdict expected(const struct litmus *t, const struct target *target)
{
	static const char by_default[] = "rmap";
	/* Lines of Result that name no target are about those that the file names. */
	bool own = litmus_is_named(t->target, t->n_targets, target->name) &&
		   (t->n_policies ? litmus_is_named(t->policy, t->n_policies, target->policy)
				  : !target->policy[0] || !strcmp(target->policy, by_default));

	/* A file without any is expected to say Never. */
	return t->n_results ? verdict_expected(t, target, own) : LITMUS_NEVER;
}

static bool add_job(struct check_list *list, const struct litmus *t, const char *cpu,
		    const char *policy, bool several, struct litmus_at at)
{
	struct check_job *more = realloc(list->job, (list->n_jobs + 1) * sizeof(*more));
	struct check_job *job;
	const char *why;

	if (!more)
		return false;
	list->job = more;
	job = &more[list->n_jobs];
	*job = (struct check_job){ .test = t, .path = t->path, .several = several, .at = at };
	why = target_make(t, cpu, policy, &job->target);
	if (why && asprintf(&job->error, "'%s': %s", cpu, why) < 0)
		return false;
	if (why) {
		print_wrong(stderr, t->path, t->text, t->len, at, job->error, false);
		snprintf(job->target.name, sizeof(job->target.name), "%s", cpu);
		list->bad++;
	} else {
		job->expected = expected(t, &job->target);
	}
	list->n_jobs++;
	return true;
}

/* A file that could not be parsed is a job, too: one that fails. */
static bool add_failed(struct check_list *list, const struct check_file *file)
{
	struct check_job *more = realloc(list->job, (list->n_jobs + 1) * sizeof(*more));

	if (!more)
		return false;
	list->job = more;
	more[list->n_jobs] = (struct check_job){ .path = file->path,
						 .error = strdup(file->error),
						 .at = file->at };
	return more[list->n_jobs++].error;
}

static bool jobs_of(struct check_list *list, const struct litmus *t, const struct check_options *o)
{
	size_t cpus = o->n_cpus ? o->n_cpus : t->n_targets ? t->n_targets : 3;
	size_t policies = !t->uses_layer  ? 1
			  : o->n_policies ? o->n_policies
			  : t->n_policies ? t->n_policies
					  : 1;

	for (size_t c = 0; c < cpus; c++)
		for (size_t p = 0; p < policies; p++) {
			const char *cpu = o->n_cpus	 ? o->cpus[c]
					  : t->n_targets ? t->target[c]
							 : kinds[c];
			const char *policy = !t->uses_layer  ? ""
					     : o->n_policies ? o->policies[p]
					     : t->n_policies ? t->policy[p]
							     : "rmap";

			if (!add_job(list, t, cpu, policy, cpus * policies > 1,
				     t->n_targets && !o->n_cpus ? t->target_at[c] : t->name_at))
				return false;
		}
	return true;
}

/* In a table: cores that a test cannot tell apart are run once. */
static void find_same(struct check_list *list, bool table)
{
	for (size_t i = 0, first = 0; i < list->n_jobs; i++) {
		struct check_job *job = &list->job[i];

		if (job->test != list->job[first].test)
			first = i;
		job->same = i;
		for (size_t j = first; table && j < i && job->same == i; j++)
			if (list->job[j].same == j && !job->error && !list->job[j].error &&
			    target_same(&job->target, &list->job[j].target))
				job->same = j;
	}
}

bool check_make_jobs(struct check_list *list, const struct check_options *o)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->n_files; i++)
		if (list->file[i].test ? !jobs_of(list, list->file[i].test, o)
				       : !add_failed(list, &list->file[i]))
			return false;
	for (size_t i = 0; i < list->n_jobs; i++)
		if (i % o->shards == o->shard)
			list->job[kept++] = list->job[i];
		else
			free(list->job[i].error);
	list->n_jobs = kept;
	find_same(list, o->format == CHECK_TABLE);
	return true;
}
