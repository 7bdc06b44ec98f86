/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * system: one test on one target, as states and moves.  Knows nothing of searching.
 *
 * A state is what the contexts have done so far, and the machine.  A move is one step of a
 * context, or one thing that hardware does of its own accord.
 *
 * Protocol: system_new; then system_reset, system_moves and system_do, and system_save and
 * system_load to go back.  All states of one system are of one size, unless the layer is used.
 */
#ifndef COH_CHECK_SYSTEM_SYSTEM_H
#define COH_CHECK_SYSTEM_SYSTEM_H

#include "check/language/litmus.h"
#include "check/system/target.h"

struct system;
typedef uint32_t move_t;

#define SYSTEM_MOVES 512 /* of one state, at most */

/* Outcome bits, as in conditions. */
enum {
	OUTCOME_STALE = 1,
	OUTCOME_LOST = 2,
	OUTCOME_DEADLOCK = 4,
	OUTCOME_IRQ = 8,
	OUTCOME_HAZARD = 15,
};

/* Of 128 bits: of a million million states no two are likely to be mistaken for each other. */
struct key {
	uint64_t a, b;
};

/* What a move did, for those who show it. */
enum event_kind {
	EVENT_STEP,   /* a statement, or a part of one */
	EVENT_BEGIN,  /* an interrupt comes */
	EVENT_SWITCH, /* the CPU goes on in another mm */
	EVENT_EVICT,
	EVENT_FILL,
	EVENT_DIRTY,
	EVENT_OUTER_EVICT,
	EVENT_TLB_EVICT,
};

struct event {
	enum event_kind kind;
	uint8_t context; /* LITMUS_NONE: hardware's */
	uint8_t cpu;
	const struct litmus_instr *instr; /* NULL: none */
	char text[128];			  /* what it did, in the language's words */
	bool has_value;			  /* of a read */
	uint32_t value, newest;
	bool stale;
	uint8_t page, word; /* that it read, if stale; page LITMUS_NONE: not one of the test's */
};

/* NULL with why (size bytes) if it cannot be. */
struct system *system_new(const struct litmus *test, const struct target *target, char *why,
			  size_t size);
void system_free(struct system *s);

const struct litmus *system_test(const struct system *s);
const struct target *system_target(const struct system *s);
/* NULL only while the layer's own machine is made. */
const struct coh_machine *system_machine(const struct system *s);

void system_reset(struct system *s);

/* Bytes that the present state takes; and copies of it. */
size_t system_size(const struct system *s);
void system_save(const struct system *s, void *to);
void system_load(struct system *s, const void *from, size_t size);
struct key system_key(const struct system *s);

/* The moves that are possible now.  UINT_MAX: more than SYSTEM_MOVES. */
unsigned system_moves(struct system *s, move_t moves[SYSTEM_MOVES]);

/* event may be NULL.  False: the test asked for what cannot be, and system_error says what. */
bool system_do(struct system *s, move_t move, struct event *event);
const char *system_error(const struct system *s, struct litmus_at *at);

/* May the run end here: is all done that must be done?  And is it stuck before that? */
bool system_is_over(const struct system *s);
bool system_is_stuck(struct system *s);
/* In words: who waits for what. */
void system_stuck_text(struct system *s, char *text, size_t size);

/* The bits found so far. */
unsigned system_found(const struct system *s);

/*
 * The ways a run that is over, or stuck, can end: lines that are still dirty are written back
 * in every order.  Calls back with each that can be told apart: the outcome bits, and memory as
 * it is then.
 */
struct ending {
	unsigned outcome;
	const struct system *system;
	const uint8_t *memory; /* all pages, one after another */
};
/* False: there are more than anybody can read; it has stopped there. */
bool system_endings(struct system *s, bool stuck,
		    void (*each)(void *context, const struct ending *ending), void *context);

/* The values that conditions speak of. */
uint32_t system_value(const struct ending *ending, const struct litmus_term *place);
bool system_holds(const struct ending *ending, const struct litmus_condition *condition);

/* Of each statement so far, in whatever run: was it done, and did it ever change a cache? */
bool system_was_done(const struct system *s, uint8_t context, uint8_t instr);
bool system_had_effect(const struct system *s, uint8_t context, uint8_t instr);
/* And: did a read of it ever get old bytes? */
bool system_was_stale(const struct system *s, uint8_t context, uint8_t instr);

/* Where a context stands, for those who show it: LITMUS_NONE if it is done or not begun. */
uint8_t system_pc(const struct system *s, uint8_t context);

/* Where a page is in memory. */
uint64_t system_page_pa(const struct system *s, uint8_t page);

/* The address of an alias now; false if it has none. */
bool system_address(const struct system *s, uint8_t alias, uint64_t *va);

#endif
