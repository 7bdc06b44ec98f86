/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * grain: other contexts at every load and store of the layer, and at every operation of the port.
 *
 * Vocabulary
 *   program	what the main context does, on CPU 0 in mm 0, and what was there before
 *   action	what another context does: an interrupt, an NMI, a thread of CPU 0, CPU 1
 *   step	what a context does from one point of the sim to its next.  Steps are numbered
 *		through a run, whoever does them.  Step 0 is the program's first
 *   trail	at which steps which context went on instead, and so a run in full
 *
 * The judge.  Each line of the page has one word.  Every store brings a greater value, so what is
 * read tells its age.  The kernel must read what was stored when its flush began, or later.  A
 * user must read what users stored before, and what the kernel stored before a flush that has
 * returned.  What is newer than that may be seen or not: there the contract promises nothing.  It
 * shares nothing with the layer, and does not ask the machine which bytes are old.
 */
#ifndef COH_TESTS_SRC_GRAIN_GRAIN_H
#define COH_TESTS_SRC_GRAIN_GRAIN_H

#include "ports/sim/driver.h"

#define LINES                                                                                      \
	2 /* users store to line 0, the kernel to line 1: else stores would meet in one line */
#define OTHERS	  3
#define CONTEXTS  (1 + OTHERS + 1) /* main, others, and the audit at the end */
#define AUDIT	  (CONTEXTS - 1)
#define SWITCHES  12
#define STEPS_MAX 16384

struct context;

typedef void context_fn(struct context *c);

enum place_kind {
	IRQ = 1,
	NMI,
	THREAD,	     /* of CPU 0, in mm 1 */
	SAME_THREAD, /* of CPU 0, in mm 0 */
	CPU,	     /* CPU 1, in mm 1 */
};

struct action {
	const char *name;
	enum place_kind kind;
	context_fn *fn;
	bool kernel; /* does nothing but with the page in the kernel */
};

struct program {
	const char *name;
	void (*set_up)(struct context *c); /* outside the run: nobody comes */
	context_fn *fn;
	bool kernel; /* only with such actions */
};

struct machine_kind {
	const char *name;
	struct coh_cpu core;
	bool cpus; /* may have two */
};

struct test {
	const struct machine_kind *machine;
	const struct coh_policy *policy;
	const struct program *program;
	const struct action *action[OTHERS];
	unsigned n;   /* actions */
	bool evict;   /* dirty lines go to memory at once; else they stay */
	bool no_more; /* nothing is printed of it any more */
};

struct change {
	unsigned step, to;
};

struct trail {
	unsigned n;
	struct change change[SWITCHES];
};

struct step {
	uint8_t context, kind, can; /* can: a bit for each context that could go on here */
	int op;
	uint64_t va;
	struct env_place place;
};

struct run {
	unsigned n;
	struct step step[STEPS_MAX];
	bool found;
	char what[160]; /* that was found */
};

/* ---- grain_run.c ---- */

/* Makes the world of a test, before runs of it.  False: there is none such. */
bool run_prepare(const struct test *test);
void run_trail(const struct test *test, const struct trail *trail, struct run *run);

/* For programs and actions: c is who does it. */
struct coh_sim *sim_of(struct context *c);
struct coh *layer_of(struct context *c);
uint32_t frame_of(struct context *c);
void use_frame(struct context *c, uint32_t frame); /* instead of the file's */
uint32_t file_of(struct context *c);
uint32_t mm_of(struct context *c);
/* A user address of c's own; its n-th, of this colour. */
uintptr_t address_of(struct context *c, unsigned n, unsigned colour);
/* The page of the file, shared, at the n-th address. */
void map(struct context *c, unsigned n, unsigned colour, uint32_t prot);
void unmap(struct context *c, unsigned n, unsigned colour);

void user_load(struct context *c, unsigned n, unsigned colour, unsigned line);
void user_store(struct context *c, unsigned n, unsigned colour, unsigned line);
void user_fetch(struct context *c, unsigned n, unsigned colour, unsigned line);
void kernel_load(struct context *c, unsigned line);
void kernel_store(struct context *c, unsigned line);
void flush(struct context *c);				      /* coh_flush_dcache_page */
void map_kernel(struct context *c, enum coh_intent intent);   /* coh_kmap */
void unmap_kernel(struct context *c, enum coh_intent intent); /* coh_kunmap */
/* Whoever else uses the page is kept out, as the contract has it, or let in again. */
void keep_out(struct context *c, bool out);
/* Around a call of the layer that c makes by itself. */
void before_call(struct context *c);
void after_call(struct context *c, int error);
/* The kernel filled the page, as the contract of the call has it. */
void filled(struct context *c, uint32_t from);
/* Code in line is what it is now, for whoever maps it from now on. */
void code_made(struct context *c, unsigned line);

/* ---- grain_programs.c ---- */

extern const struct machine_kind machines[];
extern const unsigned n_machines;
extern const struct program programs[];
extern const unsigned n_programs;
extern const struct action actions[];
extern const unsigned n_actions;
void audit(struct context *c);

/* ---- grain_search.c ---- */

struct tally {
	uint64_t runs, findings, steps;
};

void search_two(struct test *test, struct tally *tally);
void search_random(struct test *test, uint64_t seed, struct tally *tally);
void print_finding(const struct test *test, const struct trail *trail, const struct run *run,
		   bool steps);

#endif
