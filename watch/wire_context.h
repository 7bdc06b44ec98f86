/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Part of struct wire_finding: in whose name, and when.  Of a Linux kernel only. */
#ifndef COH_WATCH_WIRE_CONTEXT_H
#define COH_WATCH_WIRE_CONTEXT_H

#include <stdint.h>

#define WIRE_COMM 16

enum wire_level {
	WIRE_LEVEL_TASK,
	WIRE_LEVEL_SOFT, /* serving a soft interrupt, over the task */
	WIRE_LEVEL_HARD, /* serving a hard interrupt, over the task */
};

struct wire_task {
	uint32_t known; /* 0: nothing here is valid */
	uint32_t pid, tgid;
	uint32_t kernel_thread;
	char comm[WIRE_COMM];
};

/* Whose address space it was when one of its tasks was last seen. */
struct wire_owner {
	struct wire_task task;
	uint32_t others; /* another process had the same page-table base before */
};

#define WIRE_FILE_PATH 160
#define WIRE_CODE      16

/* Code of a user's: the file that was mapped there when it was looked at. */
struct wire_code {
	uint32_t known;
	uint32_t offset;	   /* of the pc in the file */
	char path[WIRE_FILE_PATH]; /* from the root of its file system, its end if it is long */
	uint32_t n_bytes;	   /* what memory has from the pc on; 0: it cannot be seen */
	uint8_t bytes[WIRE_CODE];
};

struct wire_context {
	struct wire_task task; /* the kernel's current */
	uint32_t level;	       /* enum wire_level; of a known task only */
	uint32_t time_known;
	uint64_t time_ns; /* CLOCK_MONOTONIC, as of the last tick */
	struct wire_owner writer, culprit;
	struct wire_code reader_code, writer_code; /* in user mode only */
};

#endif
