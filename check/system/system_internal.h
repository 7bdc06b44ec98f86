/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the files of the system share, and what search/depend.c asks.  Private to these.
 *
 * The state: struct run, then the machine's core.  Where the layer is used the machine is in
 * the layer's arena, which follows instead (layer.h).
 */
#ifndef COH_CHECK_SYSTEM_SYSTEM_INTERNAL_H
#define COH_CHECK_SYSTEM_SYSTEM_INTERNAL_H

#include "check/system/system.h"

enum context_state { CONTEXT_IDLE, CONTEXT_RUNNING, CONTEXT_DONE };

struct run_context {
	uint8_t state;
	uint8_t pc;
	uint8_t sub;	 /* how many parts of that statement are done */
	uint8_t left;	 /* how often an interrupt may still come */
	uint8_t pending; /* how often an IPI was raised and has not come yet */
	uint8_t cpu;
	uint8_t in_call; /* in the layer's code */
	uint8_t unused;
};

#define STACK 4u

struct run_cpu {
	uint8_t irqs_off;
	uint8_t process; /* that runs, or ran last */
	uint8_t depth;	 /* interrupts being handled */
	uint8_t stack[STACK];
	uint8_t were_off; /* bit i: when stack[i] began */
	uint8_t fresh;	  /* the CPU came to its process by a switch, and nothing was done since */
};

struct run {
	uint8_t found;		    /* outcome bits */
	uint8_t lock[LITMUS_LOCKS]; /* who holds it, plus one */
	uint8_t unused[3];
	struct run_cpu cpu[LITMUS_CPUS];
	struct run_context context[LITMUS_CONTEXTS];
	uint32_t word[]; /* variables, then each context's registers */
};

/*
 * What a step touches: two steps that do not conflict can be done in either order.
 * lines: bit class * lines + line, of pages that share an address at some time.
 * Other resources are bits of read and written.
 */
struct footprint {
	uint64_t lines;
	uint64_t read, written;
};

#define RES_VAR(i)   (1ull << (i))
#define RES_LOCK(i)  (1ull << (8 + (i)))
#define RES_SCHED(i) (1ull << (12 + (i))) /* who may run on the CPU */
#define RES_IRQ(i)   (1ull << (16 + (i))) /* interrupts on the CPU */
#define RES_TLB(i)   (1ull << (20 + (i)))
#define RES_TABLE(i) (1ull << (24 + (i))) /* an alias's translation */
#define RES_IPI(i)   (1ull << (40 + (i)))
#define RES_LAYER    (1ull << 48)
#define RES_ALL	     ((1ull << 49) - 1)

/* The CPUs whose TLBs are among these resources, a bit each. */
#define RES_TLBS(resources) ((uint32_t)((resources) >> 20 & 15))

struct layer;

struct system {
	const struct litmus *test;
	struct target target;
	struct coh_machine_config config;
	struct coh_machine *machine;
	void *core; /* its part that changes */
	size_t core_size, run_size;
	struct run *run;
	struct layer *layer; /* NULL: not used */

	uint64_t va[LITMUS_ALIASES];
	uint8_t class[LITMUS_PAGES];
	uint8_t first_reg[LITMUS_CONTEXTS]; /* in run->word */
	uint8_t one_mm[LITMUS_CPUS];	    /* all its processes have one mm */
	struct footprint step[LITMUS_CONTEXTS][LITMUS_INSTRS + 1];
	struct footprint future[LITMUS_CONTEXTS][LITMUS_INSTRS + 1];
	bool fills; /* hardware may fill lines that nobody asked for */

	char error[200]; /* not "": raw_fail */
	struct litmus_at error_at;

	uint64_t done[LITMUS_CONTEXTS][2], changed[LITMUS_CONTEXTS][2]; /* bits */
	uint64_t stale[LITMUS_CONTEXTS][2];
};

/* What the test says that data caches do for each other. */
static inline enum coh_machine_sharing sharing_of(const struct litmus *t)
{
	return t->incoherent	 ? COH_SHARING_NONE
	       : t->no_migration ? COH_SHARING_WRITTEN_BACK
				 : COH_SHARING_MOVED;
}

static inline const struct litmus_context *context_of(const struct system *s, unsigned c)
{
	return &s->test->context[c];
}

static inline uint32_t *reg_of(const struct system *s, unsigned c, unsigned reg)
{
	return &s->run->word[s->first_reg[c] + reg];
}

/* raw.c: one part of the statement at pc. Returns whether the statement is finished. */
bool raw_step(struct system *s, unsigned c, const struct litmus_instr *i, struct event *event);
/* How many lines the statement's words are in, and the n-th of them. */
unsigned raw_lines(const struct system *s, const struct litmus_instr *i);
void raw_switch(struct system *s, unsigned cpu, uint8_t mm);
bool raw_compare(enum litmus_compare compare, uint32_t a, uint32_t b);
uint32_t raw_value(const struct system *s, unsigned c, const struct litmus_value *v);
/* The test asked for what cannot be: the first such thing is kept. */
void raw_fail(struct system *s, const struct litmus_instr *i, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* fault.c: why the access of context c cannot be.  The first says it, by raw_fail. */
void fault_say(struct system *s, unsigned c, const struct litmus_instr *i, uint64_t va);
/* Is the alias one of an mm that is not current?  Then text says so. */
bool fault_is_of_other_mm(const struct system *s, unsigned c, const struct litmus_instr *i,
			  char *text, size_t size);
void fault_not_mapped(const struct system *s, uint8_t alias, char *text, size_t size);
void fault_right(const struct system *s, const struct litmus_instr *i, uint32_t rights, char *text,
		 size_t size);

/* schedule.c */
bool schedule_can(struct system *s, unsigned c);
bool schedule_needs_switch(const struct system *s, unsigned c);
void schedule_step(struct system *s, unsigned c, struct event *event);
void schedule_reset(struct system *s);
bool schedule_is_blocked(struct system *s, unsigned c);
unsigned schedule_locks_held(const struct system *s, unsigned c);

/* hardware.c: moves of lines in mask; all: of everything, whoever is about to do what. */
unsigned hardware_moves(struct system *s, uint64_t lines, uint32_t tlbs, move_t *moves, unsigned n,
			bool all);
void hardware_do(struct system *s, move_t move, struct event *event);

/* footprint.c */
void footprint_prepare(struct system *s);
uint64_t footprint_line(const struct system *s, uint8_t page, uint32_t line);
uint64_t footprint_page(const struct system *s, uint8_t page);
uint64_t footprint_all(const struct system *s);
/* What the next step of c touches, which is not the beginning of an interrupt. */
struct footprint footprint_next(struct system *s, unsigned c);
/* All that c may still do. */
struct footprint footprint_future(const struct system *s, unsigned c);
#define FOOTPRINT_OTHER                                                                            \
	(1ull << 63) /* lines of pages that the test has no name for: copies, buffers */

/* Moves: what, and up to three numbers. */
enum move_kind { MOVE_STEP, MOVE_EVICT, MOVE_FILL, MOVE_DIRTY, MOVE_OUTER, MOVE_TLB };

static inline move_t move_make(enum move_kind kind, uint32_t cpu, uint32_t side, uint32_t what)
{
	return (uint32_t)kind << 28 | cpu << 24 | side << 20 | what;
}

static inline enum move_kind move_kind(move_t m)
{
	return (enum move_kind)(m >> 28);
}

static inline uint32_t move_cpu(move_t m)
{
	return m >> 24 & 15;
}

static inline enum coh_side move_side(move_t m)
{
	return (enum coh_side)(m >> 20 & 15);
}

static inline uint32_t move_what(move_t m)
{
	return m & 0xfffff;
}

/* layer.c; see layer.h */

#endif
