// SPDX-License-Identifier: GPL-2.0-or-later
/* `workload` lists the tests, `workload NAME` runs one: exit 0 if it holds. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "workload.h"

static const struct test {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "fuse-cached", fuse_cached },
	{ "fuse-direct", fuse_direct },
	{ "fuse-mapped", fuse_mapped },
	{ "fuse-same-mm", fuse_same_mm },
	{ "shared-once", shared_once },
	{ "shared-twice", shared_twice },
	{ "shared-processes", shared_processes },
	{ "cow-threads", cow_threads },
	{ "trace-data", trace_data },
	{ "trace-breakpoint", trace_breakpoint },
	{ "trace-same-mm", trace_same_mm },
	{ "process-vm", process_vm },
	{ "pipe-vmsplice", pipe_vmsplice },
	{ "loop-direct", loop_direct },
	{ "loop-aio", loop_aio },
	{ "exec-fresh", exec_fresh },
	{ "code-generated", code_generated },
	{ "code-in-file", code_in_file },
	{ "signals", signals },
	{ "mapping-churn", mapping_churn },
	{ "memory-reuse", memory_reuse },
};

#define N_TESTS (sizeof(tests) / sizeof(tests[0]))

int main(int argc, char **argv)
{
	if (argc < 2) {
		for (size_t i = 0; i < N_TESTS; i++)
			puts(tests[i].name);
		return 0;
	}
	for (size_t i = 0; i < N_TESTS; i++) {
		if (strcmp(argv[1], tests[i].name))
			continue;
		/* Reports keep their order with those of children that die(). */
		setvbuf(stdout, NULL, _IOLBF, 0);
		tests[i].run();
		return 0;
	}
	fprintf(stderr, "workload: no test is named '%s'; without arguments I list them\n",
		argv[1]);
	return 2;
}
