// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "check/language/suggest.h"
#include "model/cpus.h"
#include "watch/runner/run.h"

static_assert((int)WATCH_NOTHING == EXIT_OK && (int)WATCH_FOUND == EXIT_FOUND &&
		      (int)WATCH_SETUP == EXIT_USAGE && (int)WATCH_QEMU == EXIT_QEMU &&
		      (int)WATCH_CUT == EXIT_INCOMPLETE,
	      "results are exit codes");

static const char usage[] =
	"usage: coherer watch [options] -- qemu-system-arm ...\n"
	"\n"
	"Runs QEMU and reports every read that a legal cache could have answered with\n"
	"old data.  What follows -- is passed to QEMU unchanged.\n"
	"\n"
	"  --cpu NAME|auto        the core whose caches are assumed (auto: the emulated one)\n"
	"  --allocate write|core  a store that misses fills a line (default), or does as the\n"
	"                         core's manual says\n"
	"  --symbols FILE         the guest's vmlinux or ELF program: names and source lines\n"
	"  --modules DIR          the files of a Linux kernel's modules, below DIR: as --symbols\n"
	"  --user-symbols DIR     the guest's programs and libraries, as below its root\n"
	"  --debug-dir DIR        separate debug information by build ID, as /usr/lib/debug\n"
	"  --json FILE            also write the reports to FILE, as JSON\n"
	"  --litmus DIR           write to DIR each report as a litmus test, and one with its "
	"advice\n"
	"  --coherent NAME        device NAME snoops the caches: its accesses need no maintenance\n"
	"                         (\"all\": each; the summary names the devices)\n"
	"  --suppressions FILE    do not print these reports: kind reader writer, one a line\n"
	"  --library FILE         functions for which, as for memcpy, a title names the caller\n"
	"  --first                stop QEMU after the first report\n"
	"  --max N                print at most N reports, count the others\n"
	"  --all                  print each report, also if one of the same cause was printed\n"
	"  --redundant            list the maintenance that changed nothing, and who calls it\n"
	"  --again                run the command a second time, for the call chains of writers:\n"
	"                         the reports are the second run's, and the guest's console\n"
	"                         appears twice.  For a QEMU with -icount\n"
	"  --plugin FILE          libcoherer-watch.so, if it is not beside coherer\n"
	"  --help                 this text\n"
	"\n"
	"examples:\n"
	"  coherer watch --symbols vmlinux -- qemu-system-arm -M versatilepb -kernel zImage ...\n"
	"  coherer watch --first --symbols app.elf -- qemu-system-arm -M versatilepb -kernel "
	"app.elf\n"
	"  coherer watch --again --symbols vmlinux -- qemu-system-arm -icount shift=4,sleep=off "
	"...\n"
	"  coherer doctor                  is everything there that is needed?\n"
	"\n"
	"exit: 0 nothing found, 1 something found, 2 usage or set-up error, 3 QEMU failed,\n"
	"4 interrupted with nothing found\n";

enum option_id {
	OPT_CPU = 1,
	OPT_ALLOCATE,
	OPT_SYMBOLS,
	OPT_MODULES,
	OPT_USER_SYMBOLS,
	OPT_DEBUG_DIR,
	OPT_JSON,
	OPT_LITMUS,
	OPT_COHERENT,
	OPT_SUPPRESSIONS,
	OPT_LIBRARY,
	OPT_FIRST,
	OPT_MAX,
	OPT_ALL,
	OPT_REDUNDANT,
	OPT_AGAIN,
	OPT_PLUGIN,
	OPT_HELP,
};

static const struct option options[] = {
	{ "cpu", required_argument, NULL, OPT_CPU },
	{ "allocate", required_argument, NULL, OPT_ALLOCATE },
	{ "symbols", required_argument, NULL, OPT_SYMBOLS },
	{ "modules", required_argument, NULL, OPT_MODULES },
	{ "user-symbols", required_argument, NULL, OPT_USER_SYMBOLS },
	{ "debug-dir", required_argument, NULL, OPT_DEBUG_DIR },
	{ "json", required_argument, NULL, OPT_JSON },
	{ "litmus", required_argument, NULL, OPT_LITMUS },
	{ "coherent", required_argument, NULL, OPT_COHERENT },
	{ "suppressions", required_argument, NULL, OPT_SUPPRESSIONS },
	{ "library", required_argument, NULL, OPT_LIBRARY },
	{ "first", no_argument, NULL, OPT_FIRST },
	{ "max", required_argument, NULL, OPT_MAX },
	{ "all", no_argument, NULL, OPT_ALL },
	{ "redundant", no_argument, NULL, OPT_REDUNDANT },
	{ "again", no_argument, NULL, OPT_AGAIN },
	{ "plugin", required_argument, NULL, OPT_PLUGIN },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static int bad_option(const char *word)
{
	const char *names[sizeof(options) / sizeof(*options)] = { NULL };
	const char *near;

	for (size_t i = 0; options[i].name; i++)
		names[i] = options[i].name;
	near = suggest(names, word + strspn(word, "-"));
	if (near && !strncmp(word, "--", 2) && !strcmp(near, word + 2))
		fprintf(stderr, "coherer watch: %s expects a value\n", word);
	else if (near)
		fprintf(stderr, "coherer watch: unknown option '%s'; did you mean --%s?\n", word,
			near);
	else
		fprintf(stderr, "coherer watch: unknown option '%s'; see coherer watch --help\n",
			word);
	return -1;
}

static int set_cpu(struct watch_options *o, const char *name)
{
	const struct coh_cpu *cpu = coh_cpu_find(name), *near;

	o->cpu = cpu ? cpu->name : "auto";
	if (cpu && strncmp(cpu->arch, "ARMv4", 5) && strncmp(cpu->arch, "ARMv5", 5)) {
		fprintf(stderr,
			"coherer watch: core '%s' is %s; expected an ARMv4 or ARMv5 core, whose "
			"cache operations are understood\n",
			name, cpu->arch);
		return -1;
	}
	if (cpu || !strcmp(name, "auto"))
		return 0;
	near = coh_cpu_nearest(name);
	fprintf(stderr, "coherer watch: unknown core '%s'; ", name);
	if (near)
		fprintf(stderr, "did you mean %s? ", near->name);
	fprintf(stderr, "'coherer cpus' lists them\n");
	return -1;
}

static int set_allocate(struct watch_options *o, const char *value)
{
	o->write_allocate = !strcmp(value, "write");
	if (o->write_allocate || !strcmp(value, "core"))
		return 0;
	fprintf(stderr, "coherer watch: --allocate '%s'; expected write or core\n", value);
	return -1;
}

static int set_max(struct watch_options *o, const char *value)
{
	char *end;

	errno = 0;
	o->max = strtoull(value, &end, 10);
	if (value[0] >= '0' && value[0] <= '9' && !*end && !errno)
		return 0;
	fprintf(stderr, "coherer watch: --max '%s'; expected a number\n", value);
	return -1;
}

#define COHERENT_MAX 32

static int add_coherent(struct watch_options *o, char *name)
{
	static char *names[COHERENT_MAX + 1];
	size_t n = 0;

	while (names[n])
		n++;
	if (n == COHERENT_MAX || !*name || strchr(name, ',')) {
		fprintf(stderr,
			"coherer watch: --coherent '%s'; expected a name of a device, %d times at "
			"most\n",
			name, COHERENT_MAX);
		return -1;
	}
	names[n] = name;
	o->coherent = names;
	return 0;
}

/* Returns 0, -1 after a message, or 1 if only help was wanted. */
static int take(struct watch_options *o, int id, const char *word)
{
	switch (id) {
	case OPT_CPU:
		return set_cpu(o, optarg);
	case OPT_ALLOCATE:
		return set_allocate(o, optarg);
	case OPT_SYMBOLS:
		o->symbols = optarg;
		return 0;
	case OPT_MODULES:
		o->modules = optarg;
		return 0;
	case OPT_USER_SYMBOLS:
		o->user_symbols = optarg;
		return 0;
	case OPT_DEBUG_DIR:
		o->debug_dir = optarg;
		return 0;
	case OPT_JSON:
		o->json = optarg;
		return 0;
	case OPT_LITMUS:
		o->litmus = optarg;
		return 0;
	case OPT_COHERENT:
		return add_coherent(o, optarg);
	case OPT_SUPPRESSIONS:
		o->suppressions = optarg;
		return 0;
	case OPT_LIBRARY:
		o->library = optarg;
		return 0;
	case OPT_FIRST:
		o->first = true;
		return 0;
	case OPT_MAX:
		return set_max(o, optarg);
	case OPT_ALL:
		o->all = true;
		return 0;
	case OPT_REDUNDANT:
		o->redundant = true;
		return 0;
	case OPT_AGAIN:
		o->again = true;
		return 0;
	case OPT_PLUGIN:
		o->plugin = optarg;
		return 0;
	case OPT_HELP:
		fputs(usage, stdout);
		return 1;
	default:
		return bad_option(word);
	}
}

int cli_watch(int argc, char **argv)
{
	struct watch_options o = { .cpu = "auto", .write_allocate = true, .max = UINT64_MAX };
	int id, done = 0, at = 1;

	opterr = 0;
	optind = 1;
	while (!done && (id = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		done = take(&o, id, argv[at]);
		at = optind;
	}
	if (done)
		return done > 0 ? EXIT_OK : EXIT_USAGE;
	if (optind >= argc || strcmp(argv[optind - 1], "--")) {
		fprintf(stderr, "coherer watch: no QEMU command; expected -- qemu-system-arm ...; "
				"examples are in "
				"coherer watch --help\n");
		return EXIT_USAGE;
	}
	o.command = argv + optind;
	return (int)watch_run(&o);
}
