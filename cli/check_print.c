// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* One job in each format: what came out, and whether that is what was expected. */
#include <stdlib.h>
#include <string.h>

#include "cli/check.h"

const char *check_standing_name(enum standing standing)
{
	static const char *const names[] = {
		[AS_EXPECTED] = "as expected", [DIFFERS] = "differs", [UNSAID] = "no expectation",
		[CUT] = "incomplete",	       [IN_ERROR] = "error",  [KILLED] = "killed",
		[NOT_RUN] = "not run",
	};

	return names[standing];
}

enum standing check_standing(const struct check_job *job, enum found found, bool cut)
{
	if (found == FOUND_WRONG)
		return IN_ERROR;
	if (found == FOUND_INCOMPLETE)
		return CUT;
	/* What is Sometimes so far is not Never, but may become Always or DEADLOCK. */
	if (cut && found == FOUND_SOMETIMES && job->expected != LITMUS_NEVER)
		return CUT;
	if (!job->expected)
		return UNSAID;
	return verdict_is(found, job->expected) ? AS_EXPECTED : DIFFERS;
}

void check_job_name(const struct check_job *job, char *name, size_t size)
{
	if (job->test)
		print_name(job->test, &job->target, job->several, name, size);
	else
		snprintf(name, size, "%s", job->path);
}

void check_print_differs(FILE *out, const struct check_job *job, enum found found)
{
	char name[CHECK_NAME];

	check_job_name(job, name, sizeof(name));
	fprintf(out, "%s:%u: %s: expected %s%s, found %s\n", job->path,
		job->test->n_results ? job->test->result[0].at.line : 1, name,
		litmus_verdict_name(job->expected),
		job->test->n_results ? "" : " (the file has no line of Result)", found_name(found));
}

bool check_wants_trail(const struct check_list *list, const struct check_options *o,
		       enum standing standing)
{
	if (o->format == CHECK_JSON)
		return true;
	return o->format == CHECK_TEXT && !o->no_example &&
	       (list->n_files == 1 || o->verbose || o->example || standing == DIFFERS);
}

static void print_text(FILE *out, const struct check_list *list, const struct check_options *o,
		       const struct check_job *job, const struct verdict *v)
{
	enum standing standing = check_standing(job, v->found, v->bound);
	bool alone = list->n_files == 1 || o->verbose;
	char name[CHECK_NAME];

	check_job_name(job, name, sizeof(name));
	if (v->found == FOUND_WRONG) {
		print_wrong(out, job->path, job->test->text, job->test->len, v->error_at, v->error,
			    o->colour);
		return;
	}
	if (!o->quiet || standing != AS_EXPECTED)
		print_herd(out, job->test, &job->target, v, name, alone);
	if (standing == DIFFERS)
		check_print_differs(out, job, v->found);
	if (standing == UNSAID)
		fprintf(out, "%s: %s: no line of Result is about it: nothing is expected\n",
			job->path, name);
	if (v->trail && check_wants_trail(list, o, standing)) {
		fputc('\n', out);
		print_trail(out, job->test, &job->target, v->trail, o->colour);
		fputc('\n', out);
	}
	if (!v->trail && (v->positive || v->bits & OUTCOME_DEADLOCK) &&
	    check_wants_trail(list, o, standing))
		fputs("example: none was found within the bounds\n", out);
	if (alone) {
		print_redundant(out, job->test, v);
		print_notes(out, job->test);
	}
}

static void print_ktap(FILE *out, size_t n, const struct check_job *job, const struct verdict *v)
{
	enum standing standing = check_standing(job, v->found, v->bound);
	char name[CHECK_NAME];

	check_job_name(job, name, sizeof(name));
	fprintf(out, "%s %zu %s", standing == AS_EXPECTED || standing == UNSAID ? "ok" : "not ok",
		n + 1, name);
	if (standing == CUT)
		fprintf(out, " # Incomplete: %s", v->bound);
	else if (standing == IN_ERROR)
		fprintf(out, " # %s:%u:%u: %s", job->path, v->error_at.line, v->error_at.column,
			v->error);
	else if (standing == DIFFERS)
		fprintf(out, " # found %s, expected %s", verdict_name(v),
			litmus_verdict_name(job->expected));
	else if (standing == UNSAID)
		fprintf(out, " # SKIP found %s; no line of Result is about it", verdict_name(v));
	fputc('\n', out);
}

static void print_line(FILE *out, char *json)
{
	fprintf(out, "%s\n", json ? json : "{\"error\":\"there is no memory\"}");
	free(json);
}

void check_print_job(FILE *out, const struct check_list *list, const struct check_options *o,
		     size_t n, const struct verdict *v)
{
	const struct check_job *job = &list->job[n];
	char name[CHECK_NAME];

	switch (o->format) {
	case CHECK_TEXT:
		print_text(out, list, o, job, v);
		return;
	case CHECK_KTAP:
		print_ktap(out, n, job, v);
		return;
	case CHECK_JSON:
		check_job_name(job, name, sizeof(name));
		print_line(out, print_json(job->test, &job->target, v, name, job->expected,
					   check_standing_name(
						   check_standing(job, v->found, v->bound))));
		return;
	case CHECK_TABLE:
		if (v->found == FOUND_WRONG)
			print_wrong(out, job->path, job->test->text, job->test->len, v->error_at,
				    v->error, false);
		return;
	}
}

void check_print_without(FILE *out, const struct check_list *list, const struct check_options *o,
			 size_t n, enum standing standing, const char *why)
{
	const struct check_job *job = &list->job[n];
	char name[CHECK_NAME];

	check_job_name(job, name, sizeof(name));
	if (o->format == CHECK_KTAP && job->error && job->at.line)
		fprintf(out, "not ok %zu %s # %s:%u:%u: %s\n", n + 1, name, job->path, job->at.line,
			job->at.column, why);
	else if (o->format == CHECK_KTAP)
		fprintf(out, "not ok %zu %s # %s: %s\n", n + 1, name, check_standing_name(standing),
			why);
	else if (o->format == CHECK_JSON)
		print_line(out, print_json_without(name, job->path, check_standing_name(standing),
						   why, job->at));
}
