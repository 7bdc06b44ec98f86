/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the files share that list changes.  Private to them.
 *
 * The costs are an order, not a measure: what is wrong as it stands is put right (an operation
 * that never changes anything, the wrong operation, a range, a neighbour in a line) before
 * something is added; one operation comes before two, two before another attribute or colour.
 */
#ifndef COH_CHECK_SAY_CHANGE_LIST_H
#define COH_CHECK_SAY_CHANGE_LIST_H

#include "check/say/change.h"

enum {
	COST_MACHINE = 3,
	COST_OWN_LINE = 4,
	COST_IDLE = 5, /* an operation that never changes anything becomes another */
	COST_IDLE_MOVES = 6,
	COST_ORDER = 7, /* two operations change places */
	COST_RANGE = 8,
	COST_GUARD = 9,
	COST_OPERATION = 10,
	COST_WAIT = 10, /* one that hangs is left out */
	COST_LOCK = 11,
	COST_REMOVE = 12,
	COST_OTHER_ALIAS = 15,
	COST_ADD = 20,
	COST_ALIKE = 24,
	COST_BROADCAST = 26,
	COST_ACCESS = 28,
	COST_ADD_TWO = 30,
	COST_ONE_ADDRESS = 32,
	COST_AWAIT = 40,
	COST_USERS_COLOUR = 42,
	COST_USERS_UNCACHED = 44, /* between users' accesses nobody can maintain anything */
	COST_MOVE = 46,
	COST_ALL = 58, /* the whole cache */
	COST_COLOUR = 62,
	COST_UNCACHED = 66,
};

/* What is done to a page anywhere. */
struct use {
	bool device_reads, device_writes, fetched, touched, by_kernel, by_user;
	uint8_t first, last; /* words */
	uint32_t device_words, cpu_words, stored_words;
};

struct lister {
	const struct litmus *test;
	const struct verdict *v;
	struct change *list;
	unsigned n;
	struct use use[LITMUS_PAGES];
	uint32_t named[LITMUS_CONTEXTS]; /* aliases, bit by bit */
	uint32_t stored, fetched;	 /* through these */
};

/* Of equal cost, the first in the file comes first. */
void change_offer(struct lister *l, struct change e, unsigned cost);
/* Nobody but users uses the page: nothing can be done between their accesses. */
bool change_is_users(const struct use *u);
uint8_t change_page_of(const struct litmus *t, const struct litmus_instr *i);
/* Could an operation on the alias do anything?  One that no statement names must be mapped. */
bool change_alias_counts(const struct lister *l, uint8_t alias);
bool change_alias_is_named(const struct lister *l, uint8_t alias);
/* May something be put before the statement?  Not between the two halves of an if. */
bool change_is_place(const struct litmus_context *c, uint8_t at);

/* An operation on a whole page, by an alias or (LITMUS_NONE) without. */
struct litmus_instr change_operation(const struct litmus *t, enum litmus_op op, uint8_t alias,
				     uint8_t page);
/* How far an operation is from what is usual. */
unsigned change_op_cost(const struct lister *l, enum litmus_op op, uint8_t alias);

void change_list_added(struct lister *l, uint8_t context, uint8_t before);
void change_list_mended(struct lister *l, uint8_t context, uint8_t at);
void change_list_declared(struct lister *l); /* aliases, words, the machine */

#endif
