/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What tests/ports/sim/sim_random_*.c share: random programs of users, kernel, devices and interrupts on
 * the simulated machine, and running one.
 */
#ifndef COH_TESTS_PORTS_SIM_SIM_RANDOM_H
#define COH_TESTS_PORTS_SIM_SIM_RANDOM_H

#include "ports/sim/sim.h"

#define OPS_MAX	   40u
#define FRAMES	   24u
#define MMS	   3u
#define FILES	   2u
#define FILE_PAGES 2u
#define PLACES	   4u /* addresses that a program maps things at */
#define CELLS	   4u /* words of a page that are used */
#define PINS	   2u /* pages that the kernel keeps */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum op_kind {
	MAP,
	UNMAP,
	PROTECT,
	MOVE,
	RESIZE,
	MERGE,
	FORK,
	EXIT,
	SWITCH,
	KERNEL_THREAD,
	USER_LOAD,
	USER_STORE,
	USER_FETCH,
	KERNEL_LOAD,
	KERNEL_STORE,
	KERNEL_FILL,
	FLUSH,
	GET_USER,
	PIN,
	UNPIN,
	PEEK,
	POKE,
	DMA,
	DMA_OWN,
	VMAP,
	ARRIVAL,
	OP_KINDS,
};

/* Each kind takes what it needs of this; how is for its own variants. */
struct op {
	enum op_kind kind;
	unsigned cpu, mm;
	unsigned nth, colour, page;	 /* a user address: coh_sim_user_address, and pages more */
	unsigned to_nth, to_colour;	 /* another */
	unsigned pages;			 /* 1 or 2 */
	unsigned file, index, pin, cell; /* a page of a file, or a pinned one; a word of it */
	uint32_t prot;
	uint32_t how;
	unsigned when; /* points until it arrives */
};

struct program {
	uint64_t seed;
	struct coh_sim_config config; /* but for the policy */
	unsigned n;
	struct op op[OPS_MAX];
};

/* All of it follows from the seed. */
struct program sim_random_draw(uint64_t seed);

/* A fact that the layer is told, in every program, and that is not so. */
enum lie {
	LIE_NONE,
	LIE_ALONE,     /* another thread loads by K, amid flushes */
	LIE_IN_ORDER,  /* a user's code is fetched ahead while the kernel runs */
	LIE_ANNOUNCED, /* users run what the kernel stored without a word */
};

struct circumstances {
	const struct coh_policy *policy;
	const struct coh_sim_fault *fault; /* of the port; NULL: none */
	enum lie lie;
	bool untold; /* what the lie is about happens, and the layer is told no fact */
	bool print;  /* each operation that does something, to stdout */
};

struct outcome {
	enum coh_sim_result result;
	char line[300]; /* coh_sim_report_line */
};

/*
 * sim_random_run: the program as the header's protocol has it, whatever operations are left out of
 * it: those that are not possible where they stand do nothing.  Without interrupts where the policy
 * takes none, and without users that conflict where it leaves them alone.
 */
struct outcome sim_random_run(const struct program *prog, const struct circumstances *c);

/* ------------------------------------------------------------------------
 * A program that runs: sim_random_run.c, what users do: sim_random_users.c, what the kernel does:
 * sim_random_kernel.c.
 */

#define AHEAD	6u
#define SEVERAL 1u

/* A page that a user stored to since it was last flushed: at which address; SEVERAL; 0: none. */
struct stored {
	uintptr_t va;
	uint32_t mm;
};

struct run {
	const struct program *prog;
	const struct circumstances *how;
	struct coh_sim *sim;
	struct coh *coh;
	bool congruent; /* no users that conflict */
	bool vivt, meeting;
	bool announced; /* the layer is told so */
	uint32_t page;
	uint32_t file[FILES];
	uint32_t pin[PINS];
	uint32_t busy; /* a frame that a device or a vmap has */
	struct stored stored[FRAMES];
	unsigned stores; /* so far: each brings a new value */
	/* Accessed of late: the hardware may fill these ahead of their use. */
	uintptr_t ahead[AHEAD];
	unsigned n_ahead;
};

/* An operation on its way to an interrupt or another CPU. */
struct call {
	struct run *run;
	const struct op *op;
};

/* NULL: of the other table. */
typedef void do_fn(struct run *r, const struct op *o);
extern do_fn *const users_do[OP_KINDS], *const kernel_do[OP_KINDS];

/* The operation of a struct call, in an interrupt or on another CPU. */
coh_sim_fn kernel_arrives;

/* If the program is to be printed. */
void run_say(const struct run *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Ends the run unless the layer's answer is 0. */
void run_must(struct run *r, int error, const char *what);

uintptr_t run_place(const struct run *r, const struct op *o);
/* Of the word in its page. */
uint32_t run_offset(const struct run *r, const struct op *o);
/* The mm of the CPU that runs. */
uint32_t run_current(const struct run *r);
/* false if there is none */
bool run_vma_has(const struct coh_vma *vma, uint32_t flag);
unsigned run_mapped(const struct run *r, uint32_t mm, uint32_t file, unsigned index,
		    uint32_t flags);
uint32_t run_new_word(struct run *r);
/* Is it anonymous, and must a user say so before he runs what the kernel stored to it? */
bool run_must_announce(const struct run *r, uint32_t frame);
/* coh_flush_dcache_page */
void run_flush(struct run *r, uint32_t frame);
/* This address is used now, and may be filled ahead of its next use. */
void run_touch(struct run *r, uintptr_t va);

#endif
