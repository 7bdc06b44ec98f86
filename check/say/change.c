// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Doing a change to a test. */
#include <string.h>

#include "check/say/change.h"

static uint8_t last_word(const struct litmus *t)
{
	return (uint8_t)(t->lines * t->words - 1);
}

/* A jump to the place goes to what is inserted: it stands behind the block that ends there. */
static bool insert(struct litmus *t, uint8_t context, uint8_t before,
		   const struct litmus_instr *instr)
{
	struct litmus_context *c = &t->context[context];

	if (c->n_instrs == LITMUS_INSTRS)
		return false;
	memmove(&c->instr[before + 1], &c->instr[before],
		(c->n_instrs - before) * sizeof(c->instr[0]));
	c->instr[before] = *instr;
	c->n_instrs++;
	for (uint8_t i = 0; i < c->n_instrs; i++)
		if ((c->instr[i].op == OP_BRANCH || c->instr[i].op == OP_JUMP) &&
		    c->instr[i].target > before)
			c->instr[i].target++;
	return true;
}

static void remove_statement(struct litmus *t, uint8_t context, uint8_t at)
{
	struct litmus_instr *i = &t->context[context].instr[at];

	*i = (struct litmus_instr){ .op = OP_NOP,
				    .alias = LITMUS_NONE,
				    .page = LITMUS_NONE,
				    .other = LITMUS_NONE,
				    .reg = LITMUS_NONE,
				    .a.reg = LITMUS_NONE,
				    .b.reg = LITMUS_NONE,
				    .at = i->at,
				    .call = i->call };
}

static bool move(struct litmus *t, const struct change *e)
{
	struct litmus_instr moved = t->context[e->context].instr[e->at];

	if (!insert(t, e->context, e->to, &moved))
		return false;
	remove_statement(t, e->context, (uint8_t)(e->at + (e->to <= e->at)));
	return true;
}

static bool is_of_page(const struct litmus *t, const struct litmus_instr *i, uint8_t page)
{
	return i->page == page || (i->alias != LITMUS_NONE && t->alias[i->alias].page == page);
}

static void set_attribute(struct litmus *t, uint8_t page, enum coh_attr attr)
{
	for (uint8_t a = 0; a < t->n_aliases; a++)
		if (t->alias[a].page == page) {
			t->alias[a].attr = attr;
			t->alias[a].default_attr = false;
		}
	for (uint8_t c = 0; c < t->n_contexts; c++)
		for (uint8_t n = 0; n < t->context[c].n_instrs; n++) {
			struct litmus_instr *i = &t->context[c].instr[n];

			if ((i->op == OP_MAP || i->op == OP_PROTECT) && is_of_page(t, i, page)) {
				i->attr = attr;
				i->default_attr = false;
			}
		}
}

static void set_colour(struct litmus *t, uint8_t alias, uint8_t colour)
{
	for (uint8_t a = 0; a < t->n_aliases; a++)
		if (t->alias[a].where == t->alias[alias].where)
			t->alias[a].colour = colour;
}

/* A line of the page that no statement names, but those that are about the whole page. */
static bool free_line(const struct litmus *t, uint8_t page, uint8_t *line)
{
	bool used[LITMUS_WORDS] = { false };

	for (uint8_t c = 0; c < t->n_contexts; c++)
		for (uint8_t n = 0; n < t->context[c].n_instrs; n++) {
			const struct litmus_instr *i = &t->context[c].instr[n];

			if (!litmus_op_has_words(i->op) || !is_of_page(t, i, page) ||
			    (!i->first && i->last == last_word(t)))
				continue;
			for (unsigned w = i->first; w <= i->last; w++)
				used[w / t->words] = true;
		}
	for (*line = 0; *line < t->lines; (*line)++)
		if (!used[*line])
			return true;
	return false;
}

/* The page doubles: what was about the whole page still is. */
static bool grow(struct litmus *t)
{
	uint8_t last = last_word(t);

	if (t->lines == 8 || 2u * t->lines * t->words > LITMUS_WORDS)
		return false;
	t->lines *= 2;
	for (uint8_t c = 0; c < t->n_contexts; c++)
		for (uint8_t n = 0; n < t->context[c].n_instrs; n++) {
			struct litmus_instr *i = &t->context[c].instr[n];

			if (litmus_op_has_words(i->op) && !i->first && i->last == last && last)
				i->last = last_word(t);
		}
	return true;
}

static void rename_terms(struct litmus_term *terms, unsigned n, const struct change *e, uint8_t to)
{
	for (unsigned i = 0; i < n; i++)
		if (terms[i].kind == TERM_MEMORY && terms[i].index == e->page &&
		    terms[i].word == e->word)
			terms[i].word = to;
}

static bool own_line(struct litmus *t, const struct change *e)
{
	uint8_t line = 0, to;

	if (!free_line(t, e->page, &line) && (!grow(t) || !free_line(t, e->page, &line)))
		return false;
	to = (uint8_t)(line * t->words);
	for (uint8_t c = 0; c < t->n_contexts; c++)
		for (uint8_t n = 0; n < t->context[c].n_instrs; n++) {
			struct litmus_instr *i = &t->context[c].instr[n];

			if (litmus_op_has_words(i->op) && is_of_page(t, i, e->page) &&
			    i->first == e->word && i->last == e->word)
				i->first = i->last = to;
		}
	for (uint8_t i = 0; i < t->n_inits; i++)
		if (t->init[i].page == e->page && t->init[i].word == e->word)
			t->init[i].word = to;
	rename_terms(t->condition.term, t->condition.n, e, to);
	rename_terms(t->filter.term, t->filter.n, e, to);
	rename_terms(t->location, t->n_locations, e, to);
	return true;
}

static void set_range(struct litmus *t, const struct change *e)
{
	struct litmus_context *c = &t->context[e->context];
	const struct litmus_instr old = c->instr[e->at];

	for (uint8_t n = 0; n < c->n_instrs; n++) {
		struct litmus_instr *i = &c->instr[n];

		if (litmus_op_is_maintenance(i->op) && litmus_op_has_words(i->op) &&
		    i->alias == old.alias && i->page == old.page && i->first == old.first &&
		    i->last == old.last) {
			i->first = e->word;
			i->last = e->to;
		}
	}
}

static void set_alias(struct litmus *t, const struct change *e)
{
	struct litmus_context *c = &t->context[e->context];

	for (uint8_t n = 0; n < c->n_instrs; n++)
		if (c->instr[n].alias == e->alias)
			c->instr[n].alias = e->other;
}

static bool irqsave(struct litmus *t, const struct change *e)
{
	struct litmus_context *c = &t->context[e->context];
	uint8_t lock = c->instr[e->at].other;

	if (c->n_regs == LITMUS_REGS)
		return false;
	snprintf(c->reg[c->n_regs], LITMUS_NAME, LITMUS_HIDDEN "%u", (unsigned)c->n_regs);
	for (uint8_t n = 0; n < c->n_instrs; n++) {
		struct litmus_instr *i = &c->instr[n];

		if (i->op == OP_LOCK_IRQ && i->other == lock) {
			i->op = OP_LOCK_IRQSAVE;
			i->reg = c->n_regs;
		} else if (i->op == OP_UNLOCK_IRQ && i->other == lock) {
			i->op = OP_UNLOCK_IRQRESTORE;
			i->a = (struct litmus_value){ .reg = c->n_regs };
		}
	}
	c->n_regs++;
	return true;
}

bool change_apply(struct litmus *t, const struct change *e)
{
	switch (e->kind) {
	case CHANGE_INSERT:
		if (t->context[e->context].n_instrs + e->n > LITMUS_INSTRS)
			return false;
		for (uint8_t n = e->n; n--;)
			insert(t, e->context, e->at, &e->instr[n]);
		return true;
	case CHANGE_REPLACE:
		t->context[e->context].instr[e->at] = e->instr[0];
		return true;
	case CHANGE_RANGE:
		set_range(t, e);
		return true;
	case CHANGE_ALIAS:
		set_alias(t, e);
		return true;
	case CHANGE_MOVE:
		return move(t, e);
	case CHANGE_REMOVE:
	case CHANGE_ALWAYS:
		remove_statement(t, e->context, e->at);
		return true;
	case CHANGE_ATTRIBUTE:
		set_attribute(t, e->page, e->attr);
		return true;
	case CHANGE_COLOUR:
		set_colour(t, e->alias, t->alias[e->other].colour);
		return true;
	case CHANGE_OWN_LINE:
		return own_line(t, e);
	case CHANGE_IRQSAVE:
		return irqsave(t, e);
	case CHANGE_BROADCAST:
		t->local = false;
		return true;
	case CHANGE_SWITCH_FLUSH:
		t->no_switch_flush = false;
		return true;
	}
	return false;
}

/* ---- are two the same thing at two places? ---- */

static bool same_operation(const struct litmus_instr *a, const struct litmus_instr *b)
{
	bool data_a = a->op >= OP_CLEAN && a->op <= OP_FLUSH;
	bool data_b = b->op >= OP_CLEAN && b->op <= OP_FLUSH;

	/* On words, and on more of them, is the same thing. */
	return a->alias == b->alias && a->page == b->page && a->first <= b->last &&
	       b->first <= a->last && (a->op == b->op || (data_a && data_b));
}

bool change_is_like(const struct change *a, const struct change *b)
{
	if (a->kind != b->kind || a->context != b->context || a->page != b->page ||
	    a->alias != b->alias || a->other != b->other || a->n != b->n)
		return false;
	for (uint8_t n = 0; n < a->n; n++)
		if (!same_operation(&a->instr[n], &b->instr[n]))
			return false;
	if (a->kind == CHANGE_RANGE)
		return a->word == b->word && a->to == b->to;
	if (a->kind == CHANGE_REPLACE)
		return a->at == b->at && same_operation(&a->instr[0], &b->instr[0]);
	return a->kind == CHANGE_INSERT || a->at == b->at;
}

bool change_has(const struct change *a, const struct change *b)
{
	if (a->kind != CHANGE_INSERT || b->kind != CHANGE_INSERT || b->n != 1)
		return change_is_like(a, b);
	return a->context == b->context &&
	       (same_operation(&a->instr[0], &b->instr[0]) ||
		(a->n == 2 && same_operation(&a->instr[1], &b->instr[0])));
}
