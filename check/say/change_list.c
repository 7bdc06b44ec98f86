// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Which changes are tried, cheapest first. */
#include <stdlib.h>

#include "check/say/change_list.h"

uint8_t change_page_of(const struct litmus *t, const struct litmus_instr *i)
{
	return i->alias != LITMUS_NONE ? t->alias[i->alias].page : i->page;
}

void change_offer(struct lister *l, struct change e, unsigned cost)
{
	e.cost = cost;
	e.place = e.context * LITMUS_INSTRS + (e.late ? LITMUS_INSTRS - e.at : e.at);
	e.order = l->n;
	if (l->n < CHANGES)
		l->list[l->n++] = e;
}

bool change_is_users(const struct use *u)
{
	return u->by_user && !u->by_kernel;
}

/* ---- what is done where ---- */

static uint32_t words_between(uint8_t first, uint8_t last)
{
	return (uint32_t)((2ull << last) - (1ull << first));
}

static void note_access(struct lister *l, const struct litmus_instr *i, struct use *u)
{
	uint32_t words = words_between(i->first, i->last);

	if (i->first < u->first || !u->touched)
		u->first = i->first;
	if (i->last > u->last)
		u->last = i->last;
	u->touched = true;
	if (i->alias != LITMUS_NONE && l->test->alias[i->alias].kind == LITMUS_USER)
		u->by_user = true;
	else
		u->by_kernel = true;
	u->device_reads |= i->op == OP_DMA_READ;
	u->device_writes |= i->op == OP_DMA_WRITE;
	u->fetched |= i->op == OP_FETCH;
	if (i->op == OP_DMA_READ || i->op == OP_DMA_WRITE)
		u->device_words |= words;
	else
		u->cpu_words |= words;
	if (i->op == OP_FETCH)
		l->fetched |= 1u << i->alias;
	if (i->op == OP_STORE) {
		u->stored_words |= words;
		l->stored |= 1u << i->alias;
	}
}

static void look(struct lister *l)
{
	const struct litmus *t = l->test;

	for (uint8_t c = 0; c < t->n_contexts; c++)
		for (uint8_t n = 0; n < t->context[c].n_instrs; n++) {
			const struct litmus_instr *i = &t->context[c].instr[n];
			uint8_t page = change_page_of(t, i);

			if (i->alias != LITMUS_NONE)
				l->named[c] |= 1u << i->alias;
			if (i->op <= OP_DMA_WRITE && page != LITMUS_NONE)
				note_access(l, i, &l->use[page]);
		}
}

bool change_alias_is_named(const struct lister *l, uint8_t alias)
{
	for (uint8_t c = 0; c < l->test->n_contexts; c++)
		if (l->named[c] >> alias & 1)
			return true;
	return false;
}

/* Could an operation on it do anything?  One that no statement names must be mapped already. */
bool change_alias_counts(const struct lister *l, uint8_t alias)
{
	const struct litmus_alias *a = &l->test->alias[alias];

	return l->use[a->page].touched && (change_alias_is_named(l, alias) || !a->unmapped);
}

/* ---- operations ---- */

struct litmus_instr change_operation(const struct litmus *t, enum litmus_op op, uint8_t alias,
				     uint8_t page)
{
	return (struct litmus_instr){ .op = op,
				      .alias = alias,
				      .page = page,
				      .other = LITMUS_NONE,
				      .last = (uint8_t)(t->lines * t->words - 1),
				      .reg = LITMUS_NONE,
				      .a.reg = LITMUS_NONE,
				      .b.reg = LITMUS_NONE,
				      .default_attr = true };
}

/*
 * How far an operation is from what is usual: a buffer that a device fills is invalidated, one
 * that it reads and code are cleaned, a page with several addresses is flushed.
 */
unsigned change_op_cost(const struct lister *l, enum litmus_op op, uint8_t alias)
{
	static const uint8_t order[][3] = { /* clean, invalidate, flush */
					    { 1, 0, 2 },
					    { 0, 1, 2 },
					    { 0, 3, 1 },
					    { 1, 3, 0 },
					    { 2, 0, 1 }
	};
	const struct use *u = &l->use[l->test->alias[alias].page];
	unsigned row = u->device_writes && !u->device_reads  ? 0
		       : u->device_writes || u->device_reads ? 1
		       : u->fetched			     ? 2
		       : l->stored >> alias & 1		     ? 3
							     : 4;

	if (op == OP_ICACHE)
		return l->fetched >> alias & 1 ? 0 : 2;
	return order[row][op - OP_CLEAN];
}

/* Not between the two halves of an if, and not where nothing is any more. */
bool change_is_place(const struct litmus_context *c, uint8_t at)
{
	if (at && c->instr[at - 1].op == OP_READ_VAR &&
	    litmus_is_hidden(c->reg[c->instr[at - 1].reg]))
		return false;
	return at == c->n_instrs || (c->instr[at].op != OP_NOP && !c->instr[at].goes_on);
}

/* ---- all of them ---- */

static int compare(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	if (x->cost != y->cost)
		return x->cost < y->cost ? -1 : 1;
	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

unsigned change_list(const struct litmus *test, const struct verdict *v,
		     struct change list[CHANGES])
{
	struct lister l = { .test = test, .v = v, .list = list };

	look(&l);
	change_list_declared(&l);
	for (uint8_t c = 0; c < test->n_contexts; c++) {
		const struct litmus_context *context = &test->context[c];

		for (uint8_t i = 0; i < context->n_instrs; i++)
			change_list_mended(&l, c, i);
		if (context->kind == LITMUS_DEVICE)
			continue;
		for (uint8_t i = 0; i <= context->n_instrs; i++)
			if (change_is_place(context, i))
				change_list_added(&l, c, i);
	}
	qsort(list, l.n, sizeof(*list), compare);
	return l.n;
}
