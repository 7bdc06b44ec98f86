// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* A change in words. */
#include <string.h>

#include "check/say/change.h"

/* What stands at a place, as the file has it: an if that looks at a variable is two statements. */
static const struct litmus_instr *seen_at(const struct litmus_context *c, uint8_t at)
{
	while (at < c->n_instrs && c->instr[at].reg != LITMUS_NONE &&
	       litmus_is_hidden(c->reg[c->instr[at].reg]) && c->instr[at].op == OP_READ_VAR)
		at++;
	while (at < c->n_instrs && c->instr[at].op == OP_NOP)
		at++;
	return at < c->n_instrs ? &c->instr[at] : NULL;
}

static void put_statement(FILE *out, const struct litmus *t, const struct litmus_context *c,
			  const struct litmus_instr *i)
{
	char text[128];

	fputs(litmus_instr_text(t, c, i, text, sizeof(text)), out);
}

static void put_place(FILE *out, const struct litmus *t, const struct litmus_context *c, uint8_t at)
{
	const struct litmus_instr *next = seen_at(c, at);

	if (next && next->op == OP_JUMP && at) {
		fputs("after ", out);
		put_statement(out, t, c, &c->instr[at - 1]);
	} else if (next && next->chooses) {
		fprintf(out, "before line %u", next->at.line); /* an index chooses its word */
	} else if (next) {
		fputs("before ", out);
		put_statement(out, t, c, next);
	} else {
		fputs("at its end", out);
	}
}

uint32_t change_line(const struct litmus *t, const struct change *e)
{
	const struct litmus_context *c = &t->context[e->context];
	const struct litmus_instr *i = seen_at(c, e->at);

	switch (e->kind) {
	case CHANGE_ATTRIBUTE:
	case CHANGE_OWN_LINE:
		return t->page[e->page].at.line;
	case CHANGE_COLOUR:
		return t->alias[e->alias].at.line;
	case CHANGE_BROADCAST:
	case CHANGE_SWITCH_FLUSH:
		return t->name_at.line;
	default:
		return i ? i->at.line : c->end.line;
	}
}

static void put_insert(FILE *out, const struct litmus *t, const struct change *e)
{
	const struct litmus_context *c = &t->context[e->context];

	for (uint8_t n = 0; n < e->n; n++) {
		if (n)
			fputs(", then ", out);
		put_statement(out, t, c, &e->instr[n]);
	}
	fprintf(out, " in %s, ", c->name);
	put_place(out, t, c, e->at);
}

static void put_move(FILE *out, const struct litmus *t, const struct change *e)
{
	const struct litmus_context *c = &t->context[e->context];

	put_statement(out, t, c, seen_at(c, e->at));
	fprintf(out, " in %s moves: ", c->name);
	put_place(out, t, c, e->to);
}

static void put_attribute(FILE *out, const struct litmus *t, const struct change *e)
{
	fprintf(out, "%s at every address of %s",
		e->attr == COH_UNCACHED ? "uncached" : "cached, and alike,", t->page[e->page].name);
}

static void put_replace(FILE *out, const struct litmus *t, const struct change *e)
{
	const struct litmus_context *c = &t->context[e->context];

	put_statement(out, t, c, &e->instr[0]);
	fputs(" in place of ", out);
	put_statement(out, t, c, &c->instr[e->at]);
	fprintf(out, ", in %s", c->name);
}

static bool has_range(const struct litmus_instr *a, const struct litmus_instr *b)
{
	return litmus_op_is_maintenance(a->op) && a->alias == b->alias && a->page == b->page &&
	       a->first == b->first && a->last == b->last;
}

static void put_range(FILE *out, const struct litmus *t, const struct change *e)
{
	const struct litmus_context *c = &t->context[e->context];
	const char *comma = "";
	uint32_t line = 0; /* a repeated statement is one */

	for (uint8_t n = 0; n < c->n_instrs; n++) {
		struct litmus_instr wide = c->instr[n];

		if (!litmus_op_has_words(wide.op) || !has_range(&wide, &c->instr[e->at]) ||
		    wide.at.line == line)
			continue;
		line = wide.at.line;
		wide.first = e->word;
		wide.last = e->to;
		fputs(comma, out);
		put_statement(out, t, c, &wide);
		fputs(" in place of ", out);
		put_statement(out, t, c, &c->instr[n]);
		comma = ", ";
	}
	fprintf(out, ", in %s", c->name);
}

/* By the buffer that the word is of. */
static void put_own_line(FILE *out, const struct litmus *t, const struct change *e)
{
	const struct litmus_context *c = &t->context[0];
	struct litmus_instr i = { .op = OP_DMA_READ,
				  .page = e->page,
				  .alias = LITMUS_NONE,
				  .first = e->word,
				  .last = e->word,
				  .reg = LITMUS_NONE };
	char text[128];

	litmus_instr_text(t, c, &i, text, sizeof(text));
	text[strcspn(text, ")")] = 0;
	fprintf(out, "%s in a line of its own (align and pad)", strchr(text, '(') + 1);
}

void change_text(FILE *out, const struct litmus *t, const struct change *e)
{
	const struct litmus_context *c = &t->context[e->context];

	switch (e->kind) {
	case CHANGE_INSERT:
		put_insert(out, t, e);
		return;
	case CHANGE_REPLACE:
		put_replace(out, t, e);
		return;
	case CHANGE_RANGE:
		put_range(out, t, e);
		return;
	case CHANGE_ALIAS:
		fprintf(out, "%s uses %s in place of %s", c->name, t->alias[e->other].name,
			t->alias[e->alias].name);
		return;
	case CHANGE_MOVE:
		put_move(out, t, e);
		return;
	case CHANGE_REMOVE:
		fputs("without ", out);
		put_statement(out, t, c, &c->instr[e->at]);
		fprintf(out, " in %s", c->name);
		return;
	case CHANGE_ALWAYS:
		fputs("without ", out);
		put_statement(out, t, c, &c->instr[e->at]);
		fprintf(out, " in %s: what it guards is done always", c->name);
		return;
	case CHANGE_ATTRIBUTE:
		put_attribute(out, t, e);
		return;
	case CHANGE_COLOUR:
		fprintf(out, "%s of the colour of %s (%u)", t->alias[e->alias].name,
			t->alias[e->other].name, t->alias[e->other].colour);
		return;
	case CHANGE_OWN_LINE:
		put_own_line(out, t, e);
		return;
	case CHANGE_IRQSAVE:
		fprintf(out, "lock_irqsave and unlock_irqrestore of %s in %s",
			t->lock[c->instr[e->at].other], c->name);
		return;
	case CHANGE_BROADCAST:
		fputs("operations that reach every CPU (operations broadcast)", out);
		return;
	case CHANGE_SWITCH_FLUSH:
		fputs("a switch of mm that empties the cache (without no_switch_flush)", out);
		return;
	}
}
