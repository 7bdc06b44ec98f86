// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Changes that add operations. */
#include "check/say/change_list.h"

static struct litmus_instr of_alias(const struct litmus *t, enum litmus_op op, uint8_t alias)
{
	return change_operation(t, op, alias, t->alias[alias].page);
}

/* Is the kernel at work at the place: beside what only it can do? */
static bool is_in_kernel(const struct litmus_context *c, uint8_t at)
{
	for (int i = at - 1; i <= at; i++)
		if (i >= 0 && i < c->n_instrs && c->instr[i].op >= OP_CLEAN &&
		    c->instr[i].op <= OP_IPI_WAIT)
			return true;
	return false;
}

/*
 * Of the places that do, is the last the best?  For what makes old lines go, so that none comes in
 * behind it; and for the kernel's address where the context works by another one: what hands the
 * buffer over is a driver, and stands there.
 */
static bool is_late(const struct lister *l, uint8_t context, uint8_t at,
		    const struct litmus_instr *op)
{
	const struct litmus_context *c = &l->test->context[context];

	if (op->op == OP_ICACHE || op->op == OP_ICACHE_ALL)
		return true;
	if (op->alias == LITMUS_NONE)
		return false;
	while (at--)
		if (c->instr[at].alias == op->alias && c->instr[at].op <= OP_FETCH)
			return c->instr[at].op != OP_STORE;
	return l->test->alias[op->alias].kind == LITMUS_KERNEL &&
	       !(l->named[context] >> op->alias & 1);
}

static bool writes_before(const struct litmus *t, uint8_t context, uint8_t at, uint8_t page)
{
	while (at--) {
		const struct litmus_instr *i = &t->context[context].instr[at];

		if (i->op == OP_STORE && t->alias[i->alias].page == page)
			return true;
	}
	return false;
}

/* A driver does it by the kernel's address, whoever uses an address anyway; else the writer. */
static unsigned place_cost(const struct lister *l, uint8_t context, uint8_t at, uint8_t alias)
{
	const struct litmus *t = l->test;
	const struct litmus_alias *a = &t->alias[alias];
	const struct use *u = &l->use[a->page];

	if (a->attr == COH_UNCACHED && !a->default_attr)
		return 3;
	if (a->kind == LITMUS_KERNEL)
		return l->named[context] >> alias & 1 ? 0 : 2;
	if (change_is_users(u) && !is_in_kernel(&t->context[context], at))
		return 8;
	return (writes_before(t, context, at, a->page) ? 0 : 3) +
	       (u->device_reads || u->device_writes ? 3 : 0);
}

static void add(struct lister *l, uint8_t context, uint8_t at, const struct litmus_instr *first,
		const struct litmus_instr *second, unsigned cost)
{
	const struct litmus_context *c = &l->test->context[context];
	struct change e = { .kind = CHANGE_INSERT, .context = context, .at = at, .n = 1 };

	e.instr[0] = *first;
	e.late = !second && is_late(l, context, at, first);
	if (second)
		e.instr[e.n++] = *second;
	for (uint8_t n = 0; n < e.n; n++) {
		e.instr[n].at = at < c->n_instrs ? c->instr[at].at : c->end;
		e.instr[n].at.column = 0; /* it is not in the file */
		if (at < c->n_instrs)
			e.instr[n].call = c->instr[at].call;
	}
	change_offer(l, e, cost);
}

/* The operation on the whole page, or on some of its words. */
static void add_of_range(struct lister *l, uint8_t c, uint8_t at, struct litmus_instr i,
			 unsigned cost)
{
	const struct use *u = &l->use[l->test->alias[i.alias].page];

	i.op = OP_CLEAN;
	for (; i.op <= OP_FLUSH; i.op++)
		add(l, c, at, &i, NULL, cost + change_op_cost(l, i.op, i.alias));
	i.op = OP_ICACHE;
	if (u->fetched)
		add(l, c, at, &i, NULL, cost + change_op_cost(l, i.op, i.alias));
}

/* By the page; but where words of it have a name, these are what people speak of. */
static void add_of_alias(struct lister *l, uint8_t c, uint8_t at, uint8_t alias)
{
	const struct litmus *t = l->test;
	struct litmus_instr i = of_alias(t, OP_CLEAN, alias);
	unsigned cost = COST_ADD + place_cost(l, c, at, alias), buffers = 0;

	for (uint8_t n = 0; n < t->n_buffers; n++) {
		const struct litmus_buffer *b = &t->buffer[n];

		if (b->page != i.page || (b->alias != LITMUS_NONE && b->alias != alias))
			continue;
		buffers++;
		i.first = b->first;
		i.last = b->last;
		add_of_range(l, c, at, i, cost);
	}
	add_of_range(l, c, at, of_alias(t, OP_CLEAN, alias), cost + (buffers ? 3 : 0));
}

static void add_of_all(struct lister *l, uint8_t c, uint8_t at)
{
	const struct litmus *t = l->test;
	struct litmus_instr i = change_operation(t, OP_FLUSH_ALL, LITMUS_NONE, LITMUS_NONE);
	bool fetched = false, writes = false;

	add(l, c, at, &i, NULL, COST_ALL);
	for (uint8_t p = 0; p < t->n_pages; p++) {
		fetched |= l->use[p].fetched;
		writes |= l->use[p].fetched && writes_before(t, c, at, p);
		for (enum litmus_op op = OP_OUTER_CLEAN; op <= OP_OUTER_FLUSH; op++) {
			i = change_operation(t, op, LITMUS_NONE, p);
			if (t->outer && l->use[p].touched)
				add(l, c, at, &i, NULL, COST_ADD);
		}
	}
	i = change_operation(t, OP_ICACHE_ALL, LITMUS_NONE, LITMUS_NONE);
	if (fetched)
		add(l, c, at, &i, NULL, COST_ADD + (writes ? 2 : 4));
	for (uint8_t a = 0; a < t->n_aliases && t->tlb; a++) {
		i = of_alias(t, OP_TLB, a);
		if (change_alias_is_named(l, a))
			add(l, c, at, &i, NULL, COST_ADD + 1);
	}
}

/* One address is cleaned for the other, and the other one's old lines go. */
static void add_two_aliases(struct lister *l, uint8_t c, uint8_t at, uint8_t a, uint8_t b)
{
	const struct litmus *t = l->test;
	const struct use *u = &l->use[t->alias[a].page];
	bool device = u->device_reads || u->device_writes;
	unsigned cost = COST_ADD_TWO + !(l->stored >> a & 1);
	struct litmus_instr first = of_alias(t, device || u->fetched ? OP_CLEAN : OP_FLUSH, a);
	struct litmus_instr second = of_alias(t, device ? OP_CLEAN : OP_FLUSH, b);
	struct litmus_instr icache = of_alias(t, OP_ICACHE, b);

	if (a != b)
		add(l, c, at, &first, &second, cost);
	if (u->fetched)
		add(l, c, at, &first, &icache, cost + !(l->fetched >> b & 1));
}

static void add_both_levels(struct lister *l, uint8_t c, uint8_t at, uint8_t alias)
{
	const struct litmus *t = l->test;
	uint8_t p = t->alias[alias].page;
	struct litmus_instr clean = of_alias(t, OP_CLEAN, alias);
	struct litmus_instr outer = change_operation(t, OP_OUTER_CLEAN, LITMUS_NONE, p);

	add(l, c, at, &clean, &outer, COST_ADD_TWO);
	clean = of_alias(t, OP_INVALIDATE, alias);
	outer = change_operation(t, OP_OUTER_INVALIDATE, LITMUS_NONE, p);
	add(l, c, at, &outer, &clean, COST_ADD_TWO);
}

void change_list_added(struct lister *l, uint8_t c, uint8_t at)
{
	const struct litmus *t = l->test;

	for (uint8_t a = 0; a < t->n_aliases; a++) {
		if (!change_alias_counts(l, a))
			continue;
		add_of_alias(l, c, at, a);
		if (t->outer)
			add_both_levels(l, c, at, a);
		for (uint8_t b = 0; b < t->n_aliases; b++)
			if (t->alias[a].page == t->alias[b].page && change_alias_counts(l, b))
				add_two_aliases(l, c, at, a, b);
	}
	add_of_all(l, c, at);
}
