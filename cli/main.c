// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "check/language/suggest.h"

static const struct subcommand {
	const char *name, *what;
	int (*run)(int argc, char **argv);
} subcommands[] = {
	{ "watch", "run a guest under QEMU and report stale data", cli_watch },
	{ "check", "explore litmus tests: can this go wrong, on which cache?", cli_check },
	{ "cpus", "list the known cores, or describe one", cli_cpus },
	{ "doctor", "say whether watch can be used here, and what it sees", cli_doctor },
};

#define SUBCOMMANDS (sizeof(subcommands) / sizeof(*subcommands))

static void print_usage(FILE *out)
{
	fprintf(out, "usage: coherer SUBCOMMAND ...\n\n");
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		fprintf(out, "  %-8s %s\n", subcommands[i].name, subcommands[i].what);
	fputs("\n"
	      "My kernel misbehaves:     coherer doctor, then\n"
	      "                          coherer watch --symbols vmlinux -- qemu-system-arm ...\n"
	      "Is this protocol right?   coherer check my.litmus\n"
	      "What are my caches like?  coherer cpus NAME\n"
	      "\n"
	      "coherer SUBCOMMAND --help says more; coherer --version prints the version\n",
	      out);
}

static int unknown(const char *word)
{
	const char *names[SUBCOMMANDS + 1] = { NULL }, *near;

	for (size_t i = 0; i < SUBCOMMANDS; i++)
		names[i] = subcommands[i].name;
	near = suggest(names, word);
	if (near)
		fprintf(stderr, "coherer: unknown subcommand '%s'; did you mean %s?\n", word, near);
	else
		fprintf(stderr, "coherer: unknown subcommand '%s'; see coherer --help\n", word);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("coherer %s\n", COHERER_VERSION);
		return EXIT_OK;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		print_usage(stdout);
		return EXIT_OK;
	}
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		if (!strcmp(argv[1], subcommands[i].name))
			return subcommands[i].run(argc - 1, argv + 1);
	return unknown(argv[1]);
}
