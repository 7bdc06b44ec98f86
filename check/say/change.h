/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * change: one thing that an engineer would change in a test to mend it.  Private to explain.
 *
 * Protocol: change_list; then, of a copy of the test, change_apply, and change_text with the
 * test as it was before.  A mend of several changes applies them one after another.
 */
#ifndef COH_CHECK_SAY_CHANGE_H
#define COH_CHECK_SAY_CHANGE_H

#include <stdio.h>

#include "check/search/verdict.h"

enum change_kind {
	CHANGE_INSERT,	     /* n statements, before one or at the end */
	CHANGE_REPLACE,	     /* a statement by another */
	CHANGE_RANGE,	     /* of all operations of a context that have the statement's range */
	CHANGE_ALIAS,	     /* a context uses another address of the page */
	CHANGE_MOVE,	     /* a statement, to another place of its context */
	CHANGE_REMOVE,	     /* a statement */
	CHANGE_ALWAYS,	     /* what an if guards is done whatever it asks */
	CHANGE_ATTRIBUTE,    /* all aliases of a page get one */
	CHANGE_COLOUR,	     /* an alias gets another one's */
	CHANGE_OWN_LINE,     /* a word goes where nothing else is */
	CHANGE_IRQSAVE,	     /* a lock of a context is taken so that it restores interrupts */
	CHANGE_BROADCAST,    /* operations reach every CPU */
	CHANGE_SWITCH_FLUSH, /* a switch of mm empties the cache */
};

struct change {
	enum change_kind kind;
	uint8_t context, at; /* the statement that is meant, or that it goes before */
	uint8_t to;	     /* CHANGE_MOVE: the statement that it goes before; CHANGE_RANGE: the */
			     /* last word, word being the first */
	uint8_t n;	     /* CHANGE_INSERT: 1 or 2 */
	bool late; /* of the places that do, the last is the best: just before it is read */
	struct litmus_instr instr[2];
	uint8_t page, alias, other, word; /* other: the alias to be like */
	enum coh_attr attr;
	unsigned cost;	/* what people merge first is cheapest */
	unsigned place; /* of one cost, that with the least comes first */
	unsigned order; /* in which it was thought of, to tell the rest apart */
};

#define CHANGES 2048u /* of one test; what would be more is not tried */

/* What might mend the test, of which v came out in full; cheapest first, into list; how many. */
unsigned change_list(const struct litmus *test, const struct verdict *v,
		     struct change list[CHANGES]);

/* False: there is no room for it, and the test is as it was. */
bool change_apply(struct litmus *test, const struct change *change);

/* In words, without an end of line; the line of the file that it is about. */
void change_text(FILE *out, const struct litmus *test, const struct change *change);
uint32_t change_line(const struct litmus *test, const struct change *change);

/* Do both do the same, at different places of a context?  Then the cheaper says enough. */
bool change_is_like(const struct change *a, const struct change *b);
/* Does a do what b does, and perhaps more? */
bool change_has(const struct change *a, const struct change *b);

#endif
