// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * coherer doctor: can watch be used here, and what does it see?
 */
#include <getopt.h>
#include <stdio.h>

#include "cli/cli.h"
#include "watch/runner/doctor.h"

static const char usage[] =
	"usage: coherer doctor [options] [QEMU]\n"
	"\n"
	"Says whether coherer watch can be used here, what it can see, and how to get what\n"
	"is missing.  QEMU is the emulator, by default qemu-system-arm.\n"
	"\n"
	"  --symbols FILE   the guest's vmlinux or ELF program: what do its symbols say?\n"
	"  --plugin FILE    libcoherer-watch.so, if it is not beside coherer\n"
	"  --help           this text\n"
	"\n"
	"examples:\n"
	"  coherer doctor\n"
	"  coherer doctor --symbols vmlinux /opt/qemu/bin/qemu-system-arm\n"
	"\n"
	"exit: 0 watch can be used, 2 it cannot\n";

static const struct option options[] = {
	{ "symbols", required_argument, NULL, 's' },
	{ "plugin", required_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

int cli_doctor(int argc, char **argv)
{
	struct doctor_options o = { .qemu = "qemu-system-arm" };
	int id;

	optind = 1;
	while ((id = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (id) {
		case 's':
			o.symbols = optarg;
			break;
		case 'p':
			o.plugin = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_OK;
		default:
			fputs("see coherer doctor --help\n", stderr);
			return EXIT_USAGE;
		}
	}
	if (argc - optind > 1) {
		fprintf(stderr, "coherer doctor: '%s': expected one emulator at most\n",
			argv[optind + 1]);
		return EXIT_USAGE;
	}
	if (optind < argc)
		o.qemu = argv[optind];
	printf("coherer %s\n", COHERER_VERSION);
	return doctor_run(&o, stdout) ? EXIT_OK : EXIT_USAGE;
}
