// SPDX-License-Identifier: GPL-2.0-or-later
/* `workload` lists the tests, `workload NAME` runs one: exit 0 if it holds. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "workload.h"

static const struct test {
	const char *name;
	void (*run)(void);
	int hole; /* shows a bug of stock Linux: runs only if asked for */
} tests[] = {
	{ "fuse-cached", fuse_cached, 0 },
	{ "fuse-direct", fuse_direct, 0 },
	{ "fuse-mapped", fuse_mapped, 0 },
	{ "fuse-same-mm", fuse_same_mm, 0 },
	{ "shared-once", shared_once, 0 },
	{ "shared-twice", shared_twice, 0 },
	{ "shared-processes", shared_processes, 0 },
	{ "cow-threads", cow_threads, 0 },
	{ "trace-data", trace_data, 0 },
	{ "trace-breakpoint", trace_breakpoint, 0 },
	{ "trace-same-mm", trace_same_mm, 0 },
	{ "process-vm", process_vm, 0 },
	{ "pipe-vmsplice", pipe_vmsplice, 0 },
	{ "loop-direct", loop_direct, 0 },
	{ "loop-aio", loop_aio, 0 },
	{ "exec-fresh", exec_fresh, 0 },
	{ "two-programs", two_programs, 0 },
	{ "code-generated", code_generated, 0 },
	{ "code-in-file", code_in_file, 0 },
	{ "signals", signals, 0 },
	{ "mapping-churn", mapping_churn, 0 },
	{ "memory-reuse", memory_reuse, 0 },
	{ "areas-random", areas_random, 0 },
	{ "areas-grown", areas_grown, 0 },
	{ "hole-fuse", hole_fuse, 1 },
	{ "hole-loop", hole_loop, 1 },
	{ "hole-unmap", hole_unmap, 1 },
	{ "hole-write", hole_write, 1 },
	{ "hole-truncate", hole_truncate, 1 },
	{ "hole-process-vm", hole_process_vm, 1 },
	{ "hole-migrate", hole_migrate, 1 },
	{ "hole-pipe", hole_pipe, 1 },
	{ "hole-socket", hole_socket, 1 },
	{ "hole-vectors", hole_vectors, 1 },
	{ "hole-chain", hole_chain, 1 },
	{ "hole-swapon", hole_swapon, 1 },
	{ "hole-aio", hole_aio, 1 },
	{ "hole-ring", hole_ring, 1 },
	{ "hole-threads", hole_threads, 1 },
	{ "hole-swap", hole_swap, 1 },
	{ "hole-directory", hole_directory, 1 },
	{ "hole-uprobe", hole_uprobe, 1 },
	{ "hole-uring", hole_uring, 1 },
};

#define N_TESTS (sizeof(tests) / sizeof(tests[0]))

int main(int argc, char **argv)
{
	if (argc < 2) {
		for (size_t i = 0; i < N_TESTS; i++)
			if (!tests[i].hole)
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
