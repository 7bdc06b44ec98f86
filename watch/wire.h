/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the plugin tells the runner, over a pipe, as it happens.
 *
 * Detection (in QEMU's process) never prints, reads no symbols and knows no
 * suppressions: it sends plain structs.  The runner turns them into words.
 * Both are built from one tree; HELLO carries the version and every message
 * its length, so that a mismatch is noticed and never misread.
 *
 * The plugin opens no file and prints nothing, except that it refuses to start.  So reports do not
 * mix with the guest's console, a bug in the words cannot change what is found, and a slow look-up
 * in DWARF stops the guest only when the pipe is full.  If the runner dies the guest goes on.
 *
 * The order is HELLO, then any of the others, END last.  A stream without END
 * is a run that was cut off.  A REFUSAL stands alone.
 */
#ifndef COH_WATCH_WIRE_H
#define COH_WATCH_WIRE_H

#include <stdint.h>

#include "watch/wire_context.h"
#include "watch/wire_module.h"

#define WIRE_VERSION 5u

enum wire_type {
	WIRE_HELLO = 0x434f4801,
	WIRE_FINDING,
	WIRE_REPEAT,	 /* a finding already sent happened again: sent once, at the end */
	WIRE_MAINT_SITE, /* one place that issues maintenance: sent at the end */
	WIRE_NOTE,	 /* something the user should know: text follows */
	WIRE_END,
	WIRE_DEVICE,   /* what one device did: sent at the end */
	WIRE_REFUSAL,  /* instead of HELLO: this guest cannot be watched */
	WIRE_MODULE,   /* a loaded module: before the first finding that may be in it */
	WIRE_PATH,     /* a call path to maintenance: behind the sites, only if asked for */
	WIRE_WRITER,   /* the writer's context: in front of its finding, if asked for and known */
	WIRE_PROGRESS, /* how far the run has come: at most once a second */
};

struct wire_header {
	uint32_t type;
	uint32_t length; /* of what follows */
};

/* Values of these enums are those of model/shadow.h. */
struct wire_access {
	uint32_t known; /* 0: nothing here is valid */
	uint32_t pc;
	uint32_t va; /* COH_VA_UNKNOWN where not known */
	uint32_t pa;
	uint32_t mm;   /* page-table base */
	uint32_t size; /* bytes */
	uint32_t attr; /* enum coh_attr; of the read only */
	uint32_t user; /* 1: in user mode, 0: privileged, 2: not known */
};

struct wire_copy {
	uint32_t va;	/* alias of the line (of its granule) */
	uint32_t stale; /* mask of old bytes in the granule */
	uint32_t insn;	/* in the instruction cache */
	uint32_t dirty;
};

/* The last maintenance that named this line (its physical address), by address
 * or as part of a whole-cache operation, whichever came later. */
struct wire_maint {
	uint32_t known;
	uint32_t op;	/* enum coh_op */
	uint32_t insn;	/* on the instruction cache; 2: both caches */
	uint32_t scope; /* 0: one line by address, 1: set and way, 2: the whole cache */
	uint32_t pc, va, mm;
	uint32_t changed; /* whether it changed anything */
};

/* What happened to the line before: the fields and the order of model/history.h. */
struct wire_event {
	uint8_t kind, attr, op, side;
	uint32_t pc, va, mm, bytes;
	uint32_t pc_first; /* of stores that are one event: who began */
};

#define WIRE_COPIES 8
#define WIRE_EVENTS 32
#define WIRE_VALUE  16
#define WIRE_STACK  4096

#define WIRE_NAME 40

/* Where a call chain starts: registers and the top of the stack. */
struct wire_stack {
	uint32_t known; /* 0: nothing here is valid */
	uint32_t user;	/* 1: in user mode, 0: privileged */
	uint32_t regs[16];
	uint32_t cpsr;
	uint32_t stack_va, stack_length;
	uint8_t stack[WIRE_STACK];
};

struct wire_finding {
	uint32_t id;	  /* from 1, in order */
	uint32_t by;	  /* enum coh_reader */
	uint32_t cause;	  /* enum coh_cause */
	uint32_t certain; /* 0: it takes an eviction at the wrong moment as well */
	struct wire_access read;
	struct wire_access write;   /* the store of the newest byte */
	uint32_t by_device;	    /* the newest byte was written by a device */
	char reader[WIRE_NAME];	    /* the device that reads or writes; "": the CPU, or not known */
	char writer[WIRE_NAME];	    /* the device that wrote; "": not known */
	struct wire_access culprit; /* who discarded or clobbered the newest byte */
	uint32_t other_pa;	    /* homonym: physical address of the line that may answer */
	uint32_t bad;		    /* bit n: byte n of the read may be old */
	uint32_t first_pa;	    /* physical address of the first such byte */
	uint32_t memory_old;	    /* memory itself holds an old version of that byte */
	uint32_t values_known;
	uint8_t newest[WIRE_VALUE], old[WIRE_VALUE]; /* of the read, in memory order */
	uint32_t line_pa, granule;		     /* what the masks are about: address, bytes */
	uint32_t memory_stale;
	uint32_t n_copies;
	struct wire_copy copy[WIRE_COPIES];
	struct wire_maint last; /* of the line, through whatever alias */
	/* The same of each alias of its history; in a homonym of the line that may answer. */
	uint32_t n_lasts;
	struct wire_last {
		uint32_t va, insn;
		struct wire_maint last;
	} last_of[WIRE_COPIES];
	uint32_t n_events, events_cut, events_odd; /* struct coh_history */
	struct wire_event event[WIRE_EVENTS];
	struct wire_context context;
	struct wire_stack chain; /* the reader's */
};

/* The other way, from the runner to the plugin: a store whose context is wanted in this run. */
struct wire_wanted {
	uint32_t pc;
	uint32_t pa; /* of the word */
};

struct wire_writer {
	uint32_t id; /* of the finding */
	struct wire_stack chain;
};

struct wire_hello {
	uint32_t version;
	char cpu[32];  /* canonical name in model/cpus */
	char qemu[64]; /* target name and interface version as the plugin sees it */
	uint32_t write_allocate;
	uint32_t sees_ram;     /* guest RAM can be read directly: device writes are checked */
	uint32_t sees_devices; /* each access of a device */
	char why_not[160];     /* else */
};

struct wire_device {
	char name[WIRE_NAME];
	uint32_t coherent; /* taken to be: not checked */
	uint32_t reserved;
	uint64_t reads, writes, bytes_read, bytes_written;
};

struct wire_repeat {
	uint32_t id;
	uint32_t reserved;
	uint64_t count; /* all occurrences, the first included */
};

struct wire_maint_site {
	uint32_t pc, op, insn, scope; /* as in wire_maint */
	uint32_t reserved;
	uint64_t count, redundant; /* how often, and how often it changed nothing */
	uint64_t wrote;		   /* how often it wrote a dirty line back */
};

/* One way to a site, by the callers on the stack. */
struct wire_path {
	struct wire_maint_site site; /* counted are the operations that came this way */
	struct wire_stack chain;     /* at one of them */
};

struct wire_note {
	uint32_t warning; /* 1: coverage is incomplete */
	char text[200];
};

struct wire_refusal {
	char text[256]; /* why, and what is expected */
};

/* As in struct wire_end, so far. */
struct wire_progress {
	uint64_t accesses; /* loads, stores and fetches */
	uint64_t maintenance;
	uint64_t findings;
};

/* Counters of the whole run.  Above all: what was not checked. */
struct wire_end {
	uint64_t loads, stores, fetches, walks; /* of those on the slow path only, but walks */
	uint64_t maint_line, maint_all;
	uint64_t sweeps;	/* of maint_all: by filling the cache with other lines */
	uint64_t findings;	/* occurrences */
	uint64_t findings_lost; /* different ones beyond what is kept */
	uint64_t device_bytes;
	uint64_t device_accesses_lost;	 /* more at a time than are kept */
	uint64_t unchecked_translations; /* page tables that could not be read */
	uint64_t unchecked_accesses;
	uint64_t copies_dropped, lines_forgotten;
	uint64_t pages;	       /* of guest memory that were touched */
	uint64_t inconsistent; /* the checker found its own state wrong */
};

#endif
