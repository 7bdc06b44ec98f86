// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Changes of what is there: statements, and what the initial state says. */
#include "check/say/change_list.h"

static bool is_idle(const struct lister *l, uint8_t context, uint8_t at)
{
	for (unsigned i = 0; i < l->v->n_redundant; i++)
		if (l->v->redundant[i].context == context && l->v->redundant[i].instr == at)
			return true;
	return false;
}

static bool is_by_alias(enum litmus_op op)
{
	return op >= OP_CLEAN && op <= OP_ICACHE;
}

static struct change at_statement(enum change_kind kind, uint8_t context, uint8_t at)
{
	return (struct change){ .kind = kind, .context = context, .at = at };
}

/* ---- another operation in its place ---- */

static void replace(struct lister *l, uint8_t c, uint8_t at, enum litmus_op op, uint8_t alias,
		    unsigned cost)
{
	const struct litmus_instr *old = &l->test->context[c].instr[at];
	struct change e = at_statement(CHANGE_REPLACE, c, at);

	e.instr[0] = *old;
	e.instr[0].op = op;
	if (alias != old->alias) {
		e.instr[0].alias = alias;
		e.instr[0].page = alias == LITMUS_NONE ? LITMUS_NONE : l->test->alias[alias].page;
		if (old->alias == LITMUS_NONE) {
			e.instr[0].first = 0;
			e.instr[0].last = (uint8_t)(l->test->lines * l->test->words - 1);
		}
	}
	change_offer(l, e, cost);
}

/* By another address, of another page only if nothing is done by this one. */
static void replace_alias(struct lister *l, uint8_t c, uint8_t at, bool idle)
{
	const struct litmus *t = l->test;
	const struct litmus_instr *i = &t->context[c].instr[at];
	uint8_t page = t->alias[i->alias].page;

	for (uint8_t a = 0; a < t->n_aliases; a++) {
		unsigned cost = idle ? COST_IDLE + 1 : COST_OTHER_ALIAS;

		if (a == i->alias || !change_alias_counts(l, a) ||
		    (t->alias[a].page != page && !idle))
			continue;
		replace(l, c, at, i->op, a, cost);
		for (enum litmus_op op = OP_CLEAN; idle && op <= OP_FLUSH; op++)
			if (op != i->op)
				replace(l, c, at, op, a, cost + 2);
	}
}

static void replace_by_alias(struct lister *l, uint8_t c, uint8_t at)
{
	const struct litmus_instr *i = &l->test->context[c].instr[at];
	bool fetched = l->use[l->test->alias[i->alias].page].fetched;
	bool idle = is_idle(l, c, at);

	for (enum litmus_op op = OP_CLEAN; op <= OP_ICACHE; op++)
		if (op != i->op && (op != OP_ICACHE || fetched))
			replace(l, c, at, op, i->alias,
				(idle ? COST_IDLE : COST_OPERATION) +
					change_op_cost(l, op, i->alias));
	replace_alias(l, c, at, idle);
	if (i->op == OP_ICACHE)
		replace(l, c, at, OP_ICACHE_ALL, LITMUS_NONE, COST_LOCK);
	else
		replace(l, c, at, OP_FLUSH_ALL, LITMUS_NONE, COST_ALL);
}

static void replace_all(struct lister *l, uint8_t c, uint8_t at)
{
	const struct litmus *t = l->test;
	enum litmus_op old = t->context[c].instr[at].op;

	for (enum litmus_op op = OP_CLEAN_ALL; op <= OP_FLUSH_ALL; op++)
		if (op != old)
			replace(l, c, at, op, LITMUS_NONE,
				op == OP_FLUSH_ALL ? COST_OPERATION : COST_OPERATION + 1);
	for (uint8_t a = 0; a < t->n_aliases; a++)
		for (enum litmus_op op = OP_CLEAN; op <= OP_FLUSH; op++)
			if (change_alias_counts(l, a))
				replace(l, c, at, op, a, COST_OPERATION + 2);
}

/* By set becomes by address: the line that it was about. */
static void replace_set(struct lister *l, uint8_t c, uint8_t at)
{
	const struct litmus *t = l->test;
	struct change e = at_statement(CHANGE_REPLACE, c, at);
	struct litmus_instr *i = &e.instr[0];

	*i = t->context[c].instr[at];
	i->op = OP_CLEAN + (i->op - OP_CLEAN_SET);
	i->first = i->first / t->words * t->words;
	i->last = i->first + t->words - 1;
	change_offer(l, e, COST_GUARD);
}

static void replace_outer(struct lister *l, uint8_t c, uint8_t at)
{
	const struct litmus_instr *i = &l->test->context[c].instr[at];

	for (enum litmus_op op = OP_OUTER_CLEAN; op <= OP_OUTER_FLUSH; op++)
		if (op != i->op) {
			struct change e = at_statement(CHANGE_REPLACE, c, at);

			e.instr[0] = *i;
			e.instr[0].op = op;
			change_offer(l, e, COST_OPERATION);
		}
}

/* ---- its range ---- */

static void offer_range(struct lister *l, uint8_t c, uint8_t at, int first, int last, unsigned cost)
{
	const struct litmus *t = l->test;
	const struct litmus_instr *i = &t->context[c].instr[at];
	struct change e = at_statement(CHANGE_RANGE, c, at);

	if (first < 0 || first > last || last >= t->lines * t->words ||
	    (first == i->first && last == i->last))
		return;
	e.word = (uint8_t)first;
	e.to = (uint8_t)last;
	change_offer(l, e, cost);
}

/* All that is used of the page, all of it, or a line less at one of its ends. */
static void change_range(struct lister *l, uint8_t c, uint8_t at)
{
	const struct litmus *t = l->test;
	const struct litmus_instr *i = &t->context[c].instr[at];
	const struct use *u = &l->use[change_page_of(t, i)];

	if (u->touched)
		offer_range(l, c, at, u->first < i->first ? u->first : i->first,
			    u->last > i->last ? u->last : i->last, COST_RANGE);
	offer_range(l, c, at, 0, t->lines * t->words - 1, COST_RANGE + 1);
	offer_range(l, c, at, i->first, i->last / t->words * t->words - 1, COST_RANGE);
	offer_range(l, c, at, (i->first / t->words + 1) * t->words, i->last, COST_RANGE);
}

/* ---- its place ---- */

static bool maintains(const struct litmus_context *c, int at)
{
	return at >= 0 && at < c->n_instrs && litmus_op_is_maintenance(c->instr[at].op);
}

static void offer_move(struct lister *l, uint8_t c, uint8_t at, uint8_t to, unsigned cost)
{
	struct change e = at_statement(CHANGE_MOVE, c, at);

	e.to = to;
	change_offer(l, e, cost);
}

static bool is_translation(enum litmus_op op)
{
	return op == OP_TLB || op == OP_TLB_LOCAL || op == OP_TLB_ALL;
}

static bool is_lock(enum litmus_op op)
{
	return op == OP_LOCK || op == OP_LOCK_IRQ;
}

static void move_anywhere(struct lister *l, uint8_t c, uint8_t at)
{
	const struct litmus_context *context = &l->test->context[c];
	enum litmus_op op = context->instr[at].op;
	unsigned cost = is_lock(op)	     ? COST_LOCK
			: is_translation(op) ? COST_REMOVE
			: op == OP_AWAIT     ? COST_AWAIT
			: is_idle(l, c, at)  ? COST_IDLE_MOVES
					     : COST_MOVE;

	for (uint8_t to = 0; to <= context->n_instrs; to++) {
		if (to == at || to == at + 1 || !change_is_place(context, to))
			continue;
		if (to > at && (is_lock(op) || op == OP_AWAIT))
			break;
		if (to + 1 == at && maintains(context, to) && maintains(context, at))
			offer_move(l, c, at, to, COST_ORDER);
		else
			offer_move(l, c, at, to, cost);
	}
}

static bool is_read_elsewhere(const struct litmus *t, uint8_t context, uint8_t var)
{
	for (uint8_t c = 0; c < t->n_contexts; c++)
		for (uint8_t i = 0; i < t->context[c].n_instrs; i++) {
			const struct litmus_instr *n = &t->context[c].instr[i];

			if (c != context && n->other == var &&
			    (n->op == OP_READ_VAR || n->op == OP_EXCHANGE))
				return true;
		}
	return false;
}

/* A flag that is set before the work that it stands for, and that somebody asks about. */
static void set_flag_later(struct lister *l, uint8_t c, uint8_t at)
{
	const struct litmus_context *context = &l->test->context[c];

	if (!is_read_elsewhere(l->test, c, context->instr[at].other))
		return;
	for (uint8_t i = at + 1; i < context->n_instrs; i++)
		if ((maintains(context, i) || context->instr[i].op == OP_IPI_WAIT) &&
		    change_is_place(context, i + 1))
			offer_move(l, c, at, i + 1, COST_GUARD - 1);
}

/* ---- what it depends on ---- */

/* An if that guards nothing but maintenance and what belongs to it. */
static bool guards_maintenance(const struct litmus_context *c, uint8_t at)
{
	bool maintenance = false;

	for (uint8_t i = at + 1; i < c->instr[at].target; i++) {
		enum litmus_op op = c->instr[i].op;

		maintenance |= litmus_op_is_maintenance(op);
		if (!litmus_op_is_maintenance(op) && op != OP_WRITE_VAR && op != OP_READ_VAR &&
		    op != OP_JUMP && op != OP_NOP && op != OP_SET_REG && !is_translation(op))
			return false;
	}
	return maintenance;
}

static void mend_maintenance(struct lister *l, uint8_t c, uint8_t at)
{
	enum litmus_op op = l->test->context[c].instr[at].op;

	if (is_by_alias(op))
		replace_by_alias(l, c, at);
	else if (op >= OP_CLEAN_ALL && op <= OP_FLUSH_ALL)
		replace_all(l, c, at);
	else if (op >= OP_CLEAN_SET && op <= OP_FLUSH_SET)
		replace_set(l, c, at);
	else if (op >= OP_OUTER_CLEAN && op <= OP_OUTER_FLUSH)
		replace_outer(l, c, at);
	if (is_by_alias(op) || (op >= OP_OUTER_CLEAN && op <= OP_OUTER_FLUSH))
		change_range(l, c, at);
	move_anywhere(l, c, at);
	if (!is_idle(l, c, at))
		change_offer(l, at_statement(CHANGE_REMOVE, c, at), COST_REMOVE);
}

void change_list_mended(struct lister *l, uint8_t c, uint8_t at)
{
	const struct litmus_context *context = &l->test->context[c];
	enum litmus_op op = context->instr[at].op;
	bool hangs = l->v->bits & (OUTCOME_DEADLOCK | OUTCOME_IRQ);

	if (!context->instr[at].at.column || context->instr[at].goes_on)
		return; /* a change has put it there, or it is no statement of its own */
	if (litmus_op_is_maintenance(op))
		mend_maintenance(l, c, at);
	else if (is_translation(op) || op == OP_AWAIT || (is_lock(op) && hangs))
		move_anywhere(l, c, at);
	else if (op == OP_WRITE_VAR)
		set_flag_later(l, c, at);
	else if (op == OP_BRANCH && guards_maintenance(context, at))
		change_offer(l, at_statement(CHANGE_ALWAYS, c, at), COST_GUARD);
	if (hangs && (op == OP_AWAIT || op == OP_IPI_WAIT))
		change_offer(l, at_statement(CHANGE_REMOVE, c, at), COST_WAIT);
	if (hangs && op == OP_LOCK_IRQ)
		change_offer(l, at_statement(CHANGE_IRQSAVE, c, at), COST_OPERATION);
}

/* ---- what the initial state says ---- */

static void of_aliases(struct lister *l, uint8_t a, uint8_t b)
{
	const struct litmus *t = l->test;
	const struct litmus_alias *x = &t->alias[a], *y = &t->alias[b];
	struct change e = { .kind = CHANGE_COLOUR, .alias = a, .other = b };
	const struct use *u = &l->use[x->page];

	if (a == b || x->page != y->page || !change_alias_is_named(l, a))
		return;
	if (x->colour != y->colour && change_alias_is_named(l, b) &&
	    (x->kind == LITMUS_USER || y->kind == LITMUS_KERNEL))
		change_offer(l, e, change_is_users(u) ? COST_USERS_COLOUR : COST_COLOUR);
	if (x->kind != y->kind || (x->kind == LITMUS_USER && x->mm != y->mm))
		return;
	if (change_alias_is_named(l, b) &&
	    (x->kind == LITMUS_USER || u->by_user || u->device_reads || u->device_writes))
		return;
	e.kind = CHANGE_ALIAS;
	for (e.context = 0; e.context < t->n_contexts; e.context++)
		if (l->named[e.context] >> a & 1)
			change_offer(l, e,
				     change_alias_is_named(l, b) ? COST_ONE_ADDRESS : COST_ACCESS);
}

/* Uncached everywhere; or cached, where some address is and another is not. */
static void of_page(struct lister *l, uint8_t page)
{
	const struct litmus *t = l->test;
	struct change e = { .kind = CHANGE_ATTRIBUTE, .page = page };
	bool cached = false, uncached = false;

	for (uint8_t a = 0; a < t->n_aliases; a++)
		if (t->alias[a].page == page && change_alias_counts(l, a)) {
			bool is = !t->alias[a].default_attr && t->alias[a].attr == COH_UNCACHED;

			uncached |= is;
			cached |= !is;
		}
	e.attr = COH_UNCACHED;
	if (cached)
		change_offer(l, e,
			     change_is_users(&l->use[page]) ? COST_USERS_UNCACHED : COST_UNCACHED);
	e.attr = COH_WRITE_BACK;
	if (cached && uncached)
		change_offer(l, e, COST_ALIKE);
}

/* A word that a device writes, and one of the same line that is stored to and is not its own. */
static void of_word(struct lister *l, uint8_t page, uint8_t word)
{
	const struct litmus *t = l->test;
	const struct use *u = &l->use[page];
	uint8_t start = word / t->words * t->words;
	uint32_t line = ((1u << t->words) - 1) << start;
	struct change e = { .kind = CHANGE_OWN_LINE, .page = page, .word = word };
	bool device = u->device_words >> word & 1;

	if (!u->device_writes || !(u->device_words & line) ||
	    !(u->stored_words & ~u->device_words & line) ||
	    !((u->device_words | u->stored_words) >> word & 1))
		return;
	change_offer(l, e, COST_OWN_LINE + !device);
}

void change_list_declared(struct lister *l)
{
	const struct litmus *t = l->test;
	struct change e = { .kind = CHANGE_SWITCH_FLUSH };

	if (t->no_switch_flush)
		change_offer(l, e, COST_MACHINE);
	e.kind = CHANGE_BROADCAST;
	if (t->local)
		change_offer(l, e, COST_BROADCAST);
	if (t->uses_layer)
		return; /* it knows addresses and attributes on its own account */
	for (uint8_t a = 0; a < t->n_aliases; a++)
		for (uint8_t b = 0; b < t->n_aliases; b++)
			of_aliases(l, a, b);
	for (uint8_t p = 0; p < t->n_pages; p++) {
		of_page(l, p);
		for (uint8_t w = 0; w < t->lines * t->words; w++)
			of_word(l, p, w);
	}
}
