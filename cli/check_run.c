// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Runs the jobs, prints what came out, and says how it went. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/say/explain.h"
#include "check/search/explore.h"
#include "check/search/pool.h"
#include "cli/check.h"
#include "cli/cli.h"

/* What a job sends home: this, then the text that is to be printed. */
struct answer {
	enum found found;
	bool cut; /* by a bound */
	uint64_t states, transitions;
};

struct session {
	const struct check_list *list;
	const struct check_options *options;
	unsigned char *found, *was_cut;
	size_t done, crashed;
	size_t count[NOT_RUN + 1]; /* by standing */
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

/* ---- in the child ---- */

static void show_progress(void *context, uint64_t states, double seconds)
{
	const struct check_job *job = context;

	fprintf(stderr, "\r\033[K%s on %s: %.1f million states, %.0f s", job->test->name,
		job->target.name, (double)states / 1e6, seconds);
	fflush(stderr);
}

/* The run, its example and its explanation have one time together. */
static enum found run_job(FILE *out, struct session *s, size_t n, struct answer *a)
{
	const struct check_job *job = &s->list->job[n];
	const struct check_options *o = s->options;
	struct progress progress = { show_progress, (void *)(uintptr_t)job };
	struct bounds bounds = o->bounds;
	struct verdict *v;

	bounds.no_trail = true;
	bounds.stop = &interrupted;
	bounds.until = o->seconds > 0 ? explore_clock() + o->seconds : 0;
	v = verdict_find(job->test, &job->target, &bounds, s->progress ? &progress : NULL);
	if (!v)
		return 0;
	if (o->format == CHECK_JSON || !o->quiet ||
	    check_standing(job, v->found, v->bound) != AS_EXPECTED)
		verdict_in_order(v, job->test, &job->target, &bounds);
	if ((v->positive || v->bits & OUTCOME_DEADLOCK) &&
	    check_wants_trail(s->list, o, check_standing(job, v->found, v->bound)))
		v->trail = verdict_shortest(job->test, &job->target, v, &bounds);
	*a = (struct answer){ .found = v->found,
			      .cut = v->bound,
			      .states = v->states,
			      .transitions = v->transitions };
	fwrite(a, sizeof(*a), 1, out);
	check_print_job(out, s->list, o, n, v);
	if (o->explain && v->found != FOUND_WRONG)
		explain(out, job->test, &job->target, v, &bounds);
	verdict_free(v);
	return a->found;
}

static void *work(void *context, size_t n, size_t *len)
{
	struct session *s = context;
	const struct check_job *job = &s->list->job[n];
	struct answer a = { 0 };
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	if (!out)
		return NULL;
	if (job->error) {
		a.found = FOUND_WRONG;
		fwrite(&a, sizeof(a), 1, out);
		check_print_without(out, s->list, s->options, n, IN_ERROR, job->error);
	} else if (job->same != n) {
		fwrite(&a, sizeof(a), 1, out);
	} else {
		run_job(out, s, n, &a);
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

static bool is_fault(size_t signal)
{
	static const int faults[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS };

	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		if (signal == (size_t)faults[i])
			return true;
	return false;
}

/* Its process ended by a signal (0: for want of memory) without an answer. */
static void no_answer(struct session *s, size_t n, size_t signal)
{
	const struct check_job *job = &s->list->job[n];
	bool bug = is_fault(signal);
	char why[80];

	if (!signal)
		snprintf(why, sizeof(why), "there is no memory");
	else
		snprintf(why, sizeof(why), "%s signal %zu (%s)%s",
			 bug ? "our own bug: its process ended by" : "its process was killed by",
			 signal, strsignal((int)signal), bug ? "" : " from outside");
	fprintf(stderr, "coherer check: %s on %s under '%s': %s\n", job->path, job->target.name,
		job->target.policy, why);
	s->found[n] = FOUND_INCOMPLETE;
	s->count[bug ? IN_ERROR : KILLED]++;
	s->crashed += bug;
	check_print_without(stdout, s->list, s->options, n, bug ? IN_ERROR : KILLED, why);
	fflush(stdout);
}

static void show_bar(const struct session *s)
{
	if (!s->bar || s->done >= s->list->n_jobs)
		return;
	fprintf(stderr, "%zu of %zu, %zu not as expected", s->done, s->list->n_jobs,
		s->done - s->count[AS_EXPECTED] - s->count[UNSAID]);
	fflush(stderr);
}

static void done(void *context, size_t n, const void *bytes, size_t len)
{
	struct session *s = context;
	const struct check_job *job = &s->list->job[n];
	struct answer a;

	s->done++;
	if (s->bar)
		fputs("\r\033[K", stderr);
	if (!bytes || len < sizeof(a)) {
		no_answer(s, n, len);
		return;
	}
	memcpy(&a, bytes, sizeof(a));
	if (job->same != n) {
		a.found = s->found[job->same];
		a.cut = s->was_cut[job->same];
	}
	s->was_cut[n] = a.cut;
	s->found[n] = (unsigned char)a.found;
	fwrite((const char *)bytes + sizeof(a), len - sizeof(a), 1, stdout);
	fflush(stdout); /* what is known is seen, whatever comes */
	s->states += a.states;
	s->transitions += a.transitions;
	s->count[check_standing(job, a.found, a.cut)]++;
	show_bar(s);
}

static bool idle(void *context)
{
	(void)context;
	return !interrupted;
}

/* What the table does not show: where it is not as the files say. */
static void table_notes(const struct session *s)
{
	for (size_t i = 0; i < s->done; i++)
		if (s->found[i] &&
		    check_standing(&s->list->job[i], s->found[i], s->was_cut[i]) == DIFFERS)
			check_print_differs(stdout, &s->list->job[i], s->found[i]);
}

static void summary(const struct session *s)
{
	bool text = s->options->format == CHECK_TEXT;
	FILE *out = text ? stdout : stderr;

	if (s->options->format == CHECK_KTAP || s->options->format == CHECK_JSON ||
	    (text && s->list->n_jobs == 1))
		return;
	fprintf(out, "%zu runs of %zu tests: %zu as expected, %zu not, ", s->done, s->list->n_files,
		s->count[AS_EXPECTED], s->count[DIFFERS]);
	if (s->count[UNSAID])
		fprintf(out, "%zu without an expectation, ", s->count[UNSAID]);
	fprintf(out, "%zu incomplete, %zu in error; %.1f million states in %.1f s\n",
		s->count[CUT] + s->count[KILLED] + s->list->n_jobs - s->done, s->count[IN_ERROR],
		(double)s->states / 1e6, explore_clock() - s->start);
}

static void say_not_run(const struct session *s)
{
	for (size_t i = s->done; i < s->list->n_jobs; i++)
		check_print_without(stdout, s->list, s->options, i, NOT_RUN,
				    interrupted ? "interrupted" : "its process could not be made");
}

static bool was_cut_short(const struct session *s)
{
	return interrupted && (s->options->explain || s->count[CUT] || s->done < s->list->n_jobs);
}

static int exit_code(const struct session *s)
{
	if (s->crashed)
		return EXIT_BUG;
	if (was_cut_short(s))
		return EXIT_INCOMPLETE;
	if (s->count[IN_ERROR] || s->list->bad)
		return EXIT_USAGE;
	if (s->count[DIFFERS])
		return EXIT_FOUND;
	if (s->count[KILLED])
		return EXIT_KILLED;
	if (s->count[CUT] || s->done < s->list->n_jobs)
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
	struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	s.found = calloc(list->n_jobs + 1, 2);
	s.was_cut = s.found + list->n_jobs + 1;
	if (!s.found) {
		fputs("coherer check: there is no memory\n", stderr);
		return EXIT_BUG;
	}
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	if (o->format == CHECK_KTAP)
		printf("KTAP version 1\n1..%zu%s\n", list->n_jobs,
		       list->n_jobs ? "" : " # SKIP no run is in this shard");
	fflush(stdout);
	if (!pool_run(&pool))
		perror("coherer check: cannot start a process");
	if (o->format == CHECK_TABLE) {
		check_table(stdout, list, s.found);
		table_notes(&s);
	}
	say_not_run(&s);
	if (was_cut_short(&s))
		fprintf(stderr, "coherer check: Incomplete: interrupted after %zu of %zu runs\n",
			s.done - s.count[CUT], list->n_jobs);
	summary(&s);
	free(s.found);
	if (fflush(stdout) || ferror(stdout)) {
		perror("coherer check: cannot write");
		return EXIT_USAGE;
	}
	return exit_code(&s);
}
