// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Runs the jobs, prints what came out, and says how it went. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/search/explore.h"
#include "check/search/pool.h"
#include "cli/check.h"
#include "cli/cli.h"

/* What a job sends home: this, then the text that is to be printed. */
struct answer {
	enum found found;
	bool right; /* as expected; or nothing was expected, and nothing found */
	bool cut;   /* by a bound */
	uint64_t states, transitions;
	double seconds;
};

struct session {
	const struct check_list *list;
	const struct check_options *options;
	unsigned char *found, *was_right;
	size_t done, right, wrong, cut, bad, crashed;
	uint64_t states, transitions;
	double start;
	bool progress, bar;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int signal)
{
	(void)signal;
	interrupted = 1;
}

static bool is_right(const struct check_job *job, const struct verdict *v)
{
	if (v->found == FOUND_WRONG || v->found == FOUND_INCOMPLETE)
		return false;
	if (job->expected || job->test->n_results) /* or no line of Result is about this target */
		return verdict_is(v, job->expected);
	return v->found == FOUND_NEVER;
}

/* ---- in the child ---- */

static void show_progress(void *context, uint64_t states, double seconds)
{
	const struct check_job *job = context;

	fprintf(stderr, "\r\033[K%s on %s: %.1f million states, %.0f s", job->test->name,
		job->target.name, (double)states / 1e6, seconds);
	fflush(stderr);
}

static void print_text(FILE *out, const struct session *s, const struct check_job *job,
		       const struct verdict *v, const char *name)
{
	const struct check_options *o = s->options;
	bool alone = s->list->n_files == 1 || o->verbose, right = is_right(job, v);

	if (v->found == FOUND_WRONG) {
		print_wrong(out, job->test->path, job->test->text, job->test->len, v->error_at,
			    v->error, o->colour);
		return;
	}
	if (!o->quiet || !right)
		print_herd(out, job->test, &job->target, v, name, alone);
	if (!right && job->expected)
		fprintf(out, "%s:%u: %s: expected %s, found %s\n", job->test->path,
			job->test->n_results ? job->test->result[0].at.line : 1, name,
			litmus_verdict_name(job->expected), verdict_name(v));
	if (v->trail && !o->no_example && (alone || o->example || (!right && job->expected))) {
		fputc('\n', out);
		print_trail(out, job->test, &job->target, v->trail, o->colour);
		fputc('\n', out);
	}
	if (alone)
		print_redundant(out, job->test, v);
	if (alone)
		print_notes(out, job->test);
	if (o->explain)
		explain(out, job->test, &job->target, v, &o->bounds);
}

static void print_ktap(FILE *out, size_t n, const struct check_job *job, const struct verdict *v,
		       const char *name)
{
	bool right = is_right(job, v);

	fprintf(out, "%s %zu %s", right ? "ok" : "not ok", n + 1, name);
	if (v->found == FOUND_INCOMPLETE)
		fprintf(out, " # Incomplete: %s", v->bound);
	else if (v->found == FOUND_WRONG)
		fprintf(out, " # %s:%u:%u: %s", job->test->path, v->error_at.line,
			v->error_at.column, v->error);
	else if (!right)
		fprintf(out, " # found %s, expected %s", verdict_name(v),
			litmus_verdict_name(job->expected ? job->expected : LITMUS_NEVER));
	fputc('\n', out);
}

static void print_job(FILE *out, const struct session *s, size_t n, const struct verdict *v)
{
	const struct check_job *job = &s->list->job[n];
	char name[3 * LITMUS_NAME], *json;

	print_name(job->test, &job->target, job->several, name, sizeof(name));
	switch (s->options->format) {
	case CHECK_TEXT:
		print_text(out, s, job, v, name);
		return;
	case CHECK_KTAP:
		print_ktap(out, n, job, v, name);
		return;
	case CHECK_JSON:
		json = print_json(job->test, &job->target, v, name, job->expected);
		fprintf(out, "%s\n", json ? json : "{\"error\":\"there is no memory\"}");
		free(json);
		return;
	case CHECK_TABLE:
		if (v->found == FOUND_WRONG)
			print_wrong(out, job->test->path, job->test->text, job->test->len,
				    v->error_at, v->error, false);
		return;
	}
}

static bool wants_trail(const struct session *s)
{
	const struct check_options *o = s->options;

	return o->format == CHECK_JSON || (o->format == CHECK_TEXT && !o->no_example);
}

static void *work(void *context, size_t n, size_t *len)
{
	struct session *s = context;
	const struct check_job *job = &s->list->job[n];
	struct progress progress = { show_progress, (void *)(uintptr_t)job };
	struct bounds bounds = s->options->bounds;
	struct answer a = { 0 };
	struct verdict *v;
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	if (!out)
		return NULL;
	if (job->same != n) {
		fwrite(&a, sizeof(a), 1, out);
		return fclose(out) ? NULL : text;
	}
	bounds.no_trail = true;
	v = verdict_find(job->test, &job->target, &bounds, s->progress ? &progress : NULL);
	if (v) {
		bool right = is_right(job, v);

		if (s->options->format == CHECK_JSON || !s->options->quiet || !right)
			verdict_in_order(v, job->test, &job->target, &bounds);
		if (wants_trail(s) && (v->positive || v->bits & OUTCOME_DEADLOCK) &&
		    (s->list->n_files == 1 || s->options->verbose || s->options->example ||
		     s->options->format == CHECK_JSON || (!right && job->expected)))
			v->trail = verdict_shortest(job->test, &job->target, v, &bounds);
		a = (struct answer){ .found = v->found,
				     .right = right,
				     .cut = v->bound,
				     .states = v->states,
				     .transitions = v->transitions,
				     .seconds = v->seconds };
		fwrite(&a, sizeof(a), 1, out);
		print_job(out, s, n, v);
		verdict_free(v);
	}
	if (s->progress)
		fputs("\r\033[K", stderr);
	if (fclose(out) || *len < sizeof(a)) {
		free(text);
		return NULL;
	}
	return text;
}

/* ---- in the parent ---- */

static void done(void *context, size_t n, const void *bytes, size_t len)
{
	struct session *s = context;
	const struct check_job *job = &s->list->job[n];
	struct answer a;

	s->done++;
	if (s->bar)
		fputs("\r\033[K", stderr);
	if (!bytes || len < sizeof(a)) {
		fprintf(stderr,
			"coherer check: our own bug: %s on %s under '%s' ended by signal %zu\n",
			job->test->path, job->target.name, job->target.policy, len);
		s->crashed++;
		return;
	}
	memcpy(&a, bytes, sizeof(a));
	if (job->same != n) {
		a.found = s->found[job->same];
		a.right = s->was_right[job->same];
	}
	s->was_right[n] = a.right;
	fwrite((const char *)bytes + sizeof(a), len - sizeof(a), 1, stdout);
	fflush(stdout); /* what is known is seen, whatever comes */
	s->found[n] = (unsigned char)a.found;
	s->states += a.states;
	s->transitions += a.transitions;
	if (a.found == FOUND_WRONG)
		s->bad++;
	else if (a.right)
		s->right++;
	else if (a.found == FOUND_INCOMPLETE)
		s->cut++;
	else
		s->wrong++;
	if (s->bar && s->done < s->list->n_jobs) {
		fprintf(stderr, "%zu of %zu, %zu not as expected", s->done, s->list->n_jobs,
			s->wrong + s->cut + s->bad + s->crashed);
		fflush(stderr);
	}
}

static bool idle(void *context)
{
	(void)context;
	return !interrupted;
}

static void summary(const struct session *s)
{
	FILE *out = s->options->format == CHECK_TEXT ? stdout : stderr;

	if (s->list->n_jobs == 1 || s->options->format == CHECK_KTAP ||
	    s->options->format == CHECK_JSON)
		return;
	if (s->options->format == CHECK_TABLE) {
		fprintf(out, "%zu runs of %zu tests, %.1f million states in %.1f s\n", s->done,
			s->list->n_files, (double)s->states / 1e6, explore_clock() - s->start);
		return;
	}
	fprintf(out,
		"%zu runs of %zu tests: %zu as expected, %zu not, %zu incomplete, %zu in error; "
		"%.1f million states in %.1f s\n",
		s->done, s->list->n_files, s->right, s->wrong, s->cut,
		s->bad + s->crashed + s->list->bad, (double)s->states / 1e6,
		explore_clock() - s->start);
}

static int exit_code(const struct session *s)
{
	if (s->crashed)
		return EXIT_BUG;
	if (s->bad || s->list->bad)
		return EXIT_USAGE;
	if (s->wrong && s->options->format != CHECK_TABLE)
		return EXIT_FOUND;
	if (s->cut || s->done < s->list->n_jobs)
		return EXIT_INCOMPLETE;
	return EXIT_OK;
}

int check_run(const struct check_list *list, const struct check_options *o)
{
	bool tty = isatty(STDERR_FILENO) && !o->quiet;
	struct session s = { .list = list,
			     .options = o,
			     .start = explore_clock(),
			     .progress = tty && (o->workers == 1 || list->n_jobs == 1),
			     .bar = tty && list->n_jobs > 1 };
	struct pool pool = { .jobs = list->n_jobs,
			     .workers = o->workers,
			     .work = work,
			     .done = done,
			     .idle = idle,
			     .context = &s };
	struct sigaction act = { .sa_handler = on_signal };

	s.found = calloc(list->n_jobs + 1, 2);
	s.was_right = s.found + list->n_jobs + 1;
	if (!s.found) {
		fputs("coherer check: there is no memory\n", stderr);
		return EXIT_BUG;
	}
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	if (o->format == CHECK_KTAP)
		printf("KTAP version 1\n1..%zu\n", list->n_jobs);
	fflush(stdout);
	if (!pool_run(&pool))
		perror("coherer check: cannot start a process");
	if (o->format == CHECK_TABLE)
		check_table(stdout, list, s.found);
	if (interrupted)
		fprintf(stderr, "coherer check: Incomplete: interrupted after %zu of %zu runs\n",
			s.done, list->n_jobs);
	summary(&s);
	free(s.found);
	if (fflush(stdout) || ferror(stdout)) {
		perror("coherer check: cannot write");
		return EXIT_USAGE;
	}
	return exit_code(&s);
}
