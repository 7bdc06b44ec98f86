// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/language/names.h"
#include "check/language/suggest.h"
#include "cli/check.h"
#include "cli/cli.h"

static const char usage[] =
	"usage: coherer check [options] FILE.litmus|FOLDER...\n"
	"\n"
	"Explores every interleaving, interrupt, eviction and fill of each test, and says\n"
	"whether its condition is met Never, Sometimes or Always.  A test without a condition\n"
	"asks for any hazard.  docs/litmus.md is the reference of the language.\n"
	"\n"
	"  --cpu NAME[,NAME]...|all     caches to run on: vivt, vipt, pipt, or cores ('coherer\n"
	"                               cpus'); all: every known core.  Default: the file's\n"
	"  --policy NAME[,NAME]...|all  policies of the layer.  Default: the file's, or rmap\n"
	"  --table                      verdicts as a table (default with several policies)\n"
	"  --explain                    find what would make a test Never\n"
	"  --example, --no-example      the shortest counterexample, step by step (default:\n"
	"                               with one test, and where a verdict differs)\n"
	"  --ktap                       results as KTAP\n"
	"  --json                       results as JSON, an object a line\n"
	"  -v, --verbose                all that is known of each test\n"
	"  -q, --quiet                  only what is not as expected\n"
	"  -j N                         N runs at a time (default: one for each CPU)\n"
	"  --shard I/N                  the I-th part, of N, of all runs; I from 1\n"
	"  --max-states N, --max-time SECONDS, --max-memory MIB\n"
	"                               bounds of one run, its example and its explanation: a run\n"
	"                               that meets one is Incomplete\n"
	"                               (default: half of the memory for all runs, else none)\n"
	"  --no-reduction               also try orders of steps that commute\n"
	"  --help                       this text\n"
	"\n"
	"exit: 0 as expected (a file without 'Result:' expects Never), 1 a verdict differs,\n"
	"2 bad usage or bad input, 4 incomplete or interrupted, 5 our own bug, 6 a process\n"
	"of it was killed from outside\n";

enum option_id {
	OPT_CPU = 256,
	OPT_POLICY,
	OPT_TABLE,
	OPT_EXPLAIN,
	OPT_EXAMPLE,
	OPT_NO_EXAMPLE,
	OPT_KTAP,
	OPT_JSON,
	OPT_SHARD,
	OPT_STATES,
	OPT_TIME,
	OPT_MEMORY,
	OPT_NO_REDUCTION,
	OPT_HELP,
};

static const struct option options[] = {
	{ "cpu", required_argument, NULL, OPT_CPU },
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ "table", no_argument, NULL, OPT_TABLE },
	{ "explain", no_argument, NULL, OPT_EXPLAIN },
	{ "example", no_argument, NULL, OPT_EXAMPLE },
	{ "no-example", no_argument, NULL, OPT_NO_EXAMPLE },
	{ "ktap", no_argument, NULL, OPT_KTAP },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "verbose", no_argument, NULL, 'v' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "shard", required_argument, NULL, OPT_SHARD },
	{ "max-states", required_argument, NULL, OPT_STATES },
	{ "max-time", required_argument, NULL, OPT_TIME },
	{ "max-memory", required_argument, NULL, OPT_MEMORY },
	{ "no-reduction", no_argument, NULL, OPT_NO_REDUCTION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static bool fail(const char *what, const char *word)
{
	fprintf(stderr, "coherer check: %s '%s'\n", what, word);
	return false;
}

static bool add_name(char ***names, size_t *n, const char *name)
{
	char **more = realloc(*names, (*n + 1) * sizeof(*more));

	if (!more)
		return false;
	*names = more;
	for (size_t i = 0; i < *n; i++)
		if (!strcmp(more[i], name))
			return true;
	more[*n] = strdup(name);
	return more[(*n)++];
}

static bool unknown_name(const char *kind, const char *name, const char *const *known)
{
	const char *near = suggest(known, name);

	if (near)
		fprintf(stderr, "coherer check: no %s '%s'; did you mean %s?\n", kind, name, near);
	else
		fprintf(stderr, "coherer check: no %s '%s'\n", kind, name);
	return false;
}

static bool add_cpu(struct check_options *o, const char *name)
{
	const char *known[256] = { NULL };

	if (!strcmp(name, "all")) {
		for (size_t i = 0; i < coh_cpu_count(); i++)
			if (!add_name(&o->cpus, &o->n_cpus, coh_cpu_get(i)->name))
				return false;
		return true;
	}
	if (coh_cpu_find(name))
		return add_name(&o->cpus, &o->n_cpus, coh_cpu_find(name)->name);
	for (size_t i = 0; i < 255 && target_name(i); i++) {
		known[i] = target_name(i);
		if (!strcmp(known[i], name))
			return add_name(&o->cpus, &o->n_cpus, name);
	}
	return unknown_name("core or kind of cache", name, known);
}

static bool add_policy(struct check_options *o, const char *name)
{
	const char *known[32] = { NULL };
	bool all = !strcmp(name, "all");

	for (size_t i = 0; i < 31 && policy_name(i); i++) {
		known[i] = policy_name(i);
		if ((all || !strcmp(known[i], name)) &&
		    !add_name(&o->policies, &o->n_policies, known[i]))
			return false;
		if (!all && !strcmp(known[i], name))
			return true;
	}
	return all || unknown_name("policy", name, known);
}

static bool each_name(struct check_options *o, char *list,
		      bool (*add)(struct check_options *o, const char *name))
{
	char *rest = list, *name;

	while ((name = strsep(&rest, ",")))
		if (!*name ? !fail("an empty name in", list) : !add(o, name))
			return false;
	return true;
}

static bool number(const char *option, const char *word, uint64_t max, uint64_t *to)
{
	char *end;

	errno = 0;
	*to = strtoull(word, &end, 10);
	if (*end || end == word || errno || !isdigit((unsigned char)*word) || !*to || *to > max) {
		fprintf(stderr, "coherer check: %s expects a number from 1 to %llu, not '%s'\n",
			option, (unsigned long long)max, word);
		return false;
	}
	return true;
}

static bool shard(struct check_options *o, const char *word)
{
	const unsigned long most = 100000;
	unsigned long i, n = 0;
	char *end;

	errno = 0;
	i = strtoul(word, &end, 10);
	if (isdigit((unsigned char)*word) && *end == '/' && isdigit((unsigned char)end[1]))
		n = strtoul(end + 1, &end, 10);
	if (errno || *end || !i || i > n || n > most)
		return fail("--shard expects I/N, with I from 1 to N, and N to 100000, not", word);
	o->shard = (unsigned)i - 1;
	o->shards = (unsigned)n;
	return true;
}

static bool bad_option(char **argv)
{
	const char *names[sizeof(options) / sizeof(*options)] = { NULL };
	const char *word = argv[optind - 1];

	if (optopt == 'j' || (optopt >= OPT_CPU && optopt <= OPT_HELP)) {
		fprintf(stderr, "coherer check: %s expects a value\n", word);
		return false;
	}
	for (size_t i = 0; options[i].name; i++)
		names[i] = options[i].name;
	return unknown_name("option", word + strspn(word, "-"), names);
}

static bool set_option(struct check_options *o, int id, char **argv)
{
	uint64_t n;

	switch (id) {
	case OPT_CPU:
		return each_name(o, optarg, add_cpu);
	case OPT_POLICY:
		return each_name(o, optarg, add_policy);
	case OPT_TABLE:
		o->format = CHECK_TABLE;
		return true;
	case OPT_EXPLAIN:
		return o->explain = true;
	case OPT_EXAMPLE:
		return o->example = true;
	case OPT_NO_EXAMPLE:
		return o->no_example = true;
	case OPT_KTAP:
		o->format = CHECK_KTAP;
		return true;
	case OPT_JSON:
		o->format = CHECK_JSON;
		return true;
	case 'v':
		return o->verbose = true;
	case 'q':
		return o->quiet = true;
	case 'j':
		if (!number("-j", optarg, 64, &n))
			return false;
		o->workers = (unsigned)n;
		return true;
	case OPT_SHARD:
		return shard(o, optarg);
	case OPT_STATES:
		return number("--max-states", optarg, UINT64_MAX, &o->bounds.states);
	case OPT_TIME:
		if (!number("--max-time", optarg, 1000000000, &n))
			return false;
		o->seconds = (double)n;
		return true;
	case OPT_MEMORY:
		if (!number("--max-memory", optarg, 1ull << 40, &n))
			return false;
		o->bounds.bytes = n << 20;
		return true;
	case OPT_NO_REDUCTION:
		o->bounds.reduce = false;
		return true;
	default:
		return bad_option(argv);
	}
}

/* -1: go on; else an exit code. */
static int read_options(struct check_options *o, int argc, char **argv)
{
	bool table = false;
	int id;

	opterr = 0;
	optind = 0;
	while ((id = getopt_long(argc, argv, ":vqj:", options, NULL)) != -1) {
		if (id == OPT_HELP) {
			fputs(usage, stdout);
			return EXIT_OK;
		}
		if (!set_option(o, id, argv)) {
			fputs("coherer check: see coherer check --help\n", stderr);
			return EXIT_USAGE;
		}
		table |= id == OPT_TABLE || id == OPT_KTAP || id == OPT_JSON || id == 'v';
	}
	if (optind == argc) {
		fputs("coherer check: no file\n\n", stderr);
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (!table && o->n_policies > 1 && !o->explain)
		o->format = CHECK_TABLE;
	if (o->explain && o->format != CHECK_TEXT) {
		fputs("coherer check: --explain speaks in plain text only: leave --table, --ktap "
		      "or "
		      "--json out\n",
		      stderr);
		return EXIT_USAGE;
	}
	return -1;
}

static void free_names(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

/* Half of what the machine has, for all that run at a time. */
static uint64_t memory_here(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

	return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size / 2 : 0;
}

static unsigned cpus_here(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 ? (unsigned)n : 1;
}

int cli_check(int argc, char **argv)
{
	struct check_options o = { .bounds.reduce = true,
				   .shards = 1,
				   .workers = cpus_here(),
				   .colour = isatty(STDOUT_FILENO) };
	struct check_list list = { 0 };
	int code = read_options(&o, argc, argv);

	if (!o.bounds.bytes)
		o.bounds.bytes = memory_here() / o.workers;
	if (code < 0) {
		if (!check_collect(&list, argv + optind, (size_t)(argc - optind),
				   isatty(STDERR_FILENO)) ||
		    !check_make_jobs(&list, &o)) {
			fputs("coherer check: there is no memory\n", stderr);
			code = EXIT_BUG;
		} else {
			code = check_run(&list, &o);
		}
	}
	check_list_free(&list);
	free_names(o.cpus, o.n_cpus);
	free_names(o.policies, o.n_policies);
	return code;
}
