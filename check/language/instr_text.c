// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* A statement as text again, macros expanded: for tables, reports and explanations. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check/language/words.h"
#include "model/machine.h"

struct out {
	char *text;
	size_t size, n;
};

static void put(struct out *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct out *o, const char *format, ...)
{
	va_list args;
	int n;

	if (o->n >= o->size)
		return;
	va_start(args, format);
	n = vsnprintf(o->text + o->n, o->size - o->n, format, args);
	va_end(args);
	if (n > 0)
		o->n += (size_t)n;
}

char *litmus_value_text(const struct litmus *t, uint32_t value, char text[LITMUS_VALUE])
{
	bool hex = false;

	for (uint8_t i = 0; i < t->n_written; i++) {
		const struct litmus_written *w = &t->written[i];

		hex |= w->digits;
		if (w->value != value)
			continue;
		if (w->digits)
			snprintf(text, LITMUS_VALUE, "0x%0*x", w->digits, value);
		else
			snprintf(text, LITMUS_VALUE, "%u", value);
		return text;
	}
	snprintf(text, LITMUS_VALUE, hex && value > 9 ? "0x%x" : "%u", value);
	return text;
}

static void put_value(struct out *o, const struct litmus *t, const struct litmus_context *c,
		      const struct litmus_value *v)
{
	char add[LITMUS_VALUE];

	litmus_value_text(t, v->add, add);
	if (v->reg == LITMUS_NONE)
		put(o, "%s", add);
	else if (v->add)
		put(o, "%s + %s", c->reg[v->reg], add);
	else
		put(o, "%s", c->reg[v->reg]);
}

/* What an if compares: a variable was read into a register that no file can name. */
static void put_operand(struct out *o, const struct litmus *t, const struct litmus_context *c,
			const struct litmus_instr *i, const struct litmus_value *v)
{
	const struct litmus_instr *read = i;

	if (v->reg == LITMUS_NONE || !litmus_is_hidden(c->reg[v->reg]) || i < c->instr ||
	    i >= c->instr + c->n_instrs) {
		put_value(o, t, c, v);
		return;
	}
	while (read > c->instr && (read->op != OP_READ_VAR || read->reg != v->reg))
		read--;
	put(o, "%s", read->op == OP_READ_VAR ? t->var[read->other] : "?");
}

static void put_range(struct out *o, unsigned first, unsigned last)
{
	if (first == last)
		put(o, "[%u]", first);
	else
		put(o, "[%u..%u]", first, last);
}

static bool is_of(const struct litmus_buffer *b, const struct litmus_instr *i)
{
	return b->page == i->page &&
	       (i->alias == LITMUS_NONE || b->alias == LITMUS_NONE || b->alias == i->alias);
}

/* The buffer that all the words are of; the smallest. */
static const struct litmus_buffer *buffer_of(const struct litmus *t, const struct litmus_instr *i)
{
	const struct litmus_buffer *found = NULL;

	for (uint8_t n = 0; n < t->n_buffers; n++) {
		const struct litmus_buffer *b = &t->buffer[n];

		if (is_of(b, i) && i->first >= b->first && i->last <= b->last &&
		    (!found || b->last - b->first < found->last - found->first))
			found = b;
	}
	return found;
}

/* An alias or a page (its name), and words; or a buffer. */
static void put_words(struct out *o, const struct litmus *t, const struct litmus_instr *i,
		      const char *name, bool range)
{
	const struct litmus_buffer *b = buffer_of(t, i);

	put(o, "%s", b ? b->name : name);
	if (b && (i->first != b->first || i->last != b->last))
		put_range(o, i->first - b->first, i->last - b->first);
	if (b || (range && !i->first && i->last == t->lines * t->words - 1))
		return;
	put_range(o, i->first, i->last);
}

/* The buffer that it is about; else one that is in its lines. */
static const struct litmus_buffer *buffer_near(const struct litmus *t, const struct litmus_instr *i,
					       uint8_t first, uint8_t last)
{
	const struct litmus_buffer *b = buffer_of(t, i);

	for (uint8_t n = 0; !b && n < t->n_buffers; n++)
		if (is_of(&t->buffer[n], i) && first <= t->buffer[n].last &&
		    last >= t->buffer[n].first)
			b = &t->buffer[n];
	return b;
}

/* What an operation covers besides a buffer: other words that were said, or are in its lines. */
static void put_more(struct out *o, const struct litmus *t, const struct litmus_instr *i)
{
	uint8_t first = i->first / t->words * t->words;
	uint8_t last = i->last / t->words * t->words + t->words - 1;
	const struct litmus_buffer *b = buffer_near(t, i, first, last);
	const char *with = " with ";

	if (b && first < b->first) {
		put(o, "%s%s", with, t->page[i->page].name);
		put_range(o, first, b->first - 1u);
		with = " and ";
	}
	if (b && last > b->last) {
		put(o, "%s%s", with, t->page[i->page].name);
		put_range(o, b->last + 1u, last);
	}
}

static const char *rights_text(uint32_t rights)
{
	switch (rights) {
	case 0:
		return "none";
	case COH_MACHINE_READ:
		return "ro";
	case COH_MACHINE_READ | COH_MACHINE_WRITE:
		return "rw";
	case COH_MACHINE_READ | COH_MACHINE_EXEC:
		return "rx";
	default:
		return "rwx";
	}
}

static void put_attr(struct out *o, const struct litmus_instr *i)
{
	if (!i->default_attr)
		put(o, ", %s",
		    i->attr == COH_UNCACHED	   ? "uncached"
		    : i->attr == COH_WRITE_THROUGH ? "write-through"
						   : "cached");
}

static void put_argument(struct out *o, const struct litmus *t, const struct litmus_context *c,
			 const struct litmus_instr *i, char kind, unsigned nth)
{
	static const char *const intents[] = { "?", "read", "write", "readwrite" };
	static const char *const directions[] = { "?", "to_device", "from_device",
						  "bidirectional" };

	if (nth && kind != 'T' && kind != 't')
		put(o, ", ");
	switch (kind) {
	case 'a':
		put(o, "%s", t->alias[i->alias].name);
		return;
	case 'W':
	case 'R':
		put_words(o, t, i, t->alias[i->alias].name, kind == 'R');
		return;
	case 'p':
		put(o, "%s", t->page[i->page].name);
		return;
	case 'Q':
	case 'P':
		put_words(o, t, i, t->page[i->page].name, kind == 'P');
		return;
	case 'V':
		put_value(o, t, c, &i->a);
		return;
	case 'm':
		put(o, "%u", nth ? i->first : i->other);
		return;
	case 'c':
		put(o, "%u", i->other);
		return;
	case 'l':
		put(o, "%s", t->lock[i->other]);
		return;
	case 'v':
		put(o, "%s", t->var[i->other]);
		return;
	case 'C':
		put(o, "%s", t->context[i->other].name);
		return;
	case 'g':
		put(o, "%s", c->reg[i->a.reg]);
		return;
	case 'i':
		put(o, "%s", intents[i->intent]);
		return;
	case 'd':
		put(o, "%s", directions[i->intent]);
		return;
	case 'T':
		put(o, ", %s, %s", t->page[i->page].name, rights_text(i->rights));
		put_attr(o, i);
		return;
	case 't':
		put(o, ", %s", rights_text(i->rights));
		put_attr(o, i);
		return;
	}
}

static void put_compare(struct out *o, const struct litmus *t, const struct litmus_context *c,
			const struct litmus_instr *i)
{
	static const char *const signs[] = { "==", "!=", "<", ">", "<=", ">=" };

	put(o, " %s ", signs[i->compare]);
	put_operand(o, t, c, i, i->op == OP_AWAIT ? &i->a : &i->b);
}

char *litmus_instr_text(const struct litmus *t, const struct litmus_context *c,
			const struct litmus_instr *i, char *text, size_t size)
{
	struct out o = { text, size, 0 };

	if (size)
		*text = 0;
	if (i->reg != LITMUS_NONE && litmus_is_hidden(c->reg[i->reg]))
		put(&o, "if looks at ");
	else if (i->reg != LITMUS_NONE)
		put(&o, "%s = ", c->reg[i->reg]);
	switch (i->op) {
	case OP_READ_VAR:
		put(&o, "%s", t->var[i->other]);
		return text;
	case OP_WRITE_VAR:
		put(&o, "%s = ", t->var[i->other]);
		put_value(&o, t, c, &i->a);
		return text;
	case OP_SET_REG:
		put_value(&o, t, c, &i->a);
		return text;
	case OP_AWAIT:
		put(&o, "await(%s", t->var[i->other]);
		put_compare(&o, t, c, i);
		put(&o, ")");
		return text;
	case OP_BRANCH:
		put(&o, "if (");
		put_operand(&o, t, c, i, &i->a);
		put_compare(&o, t, c, i);
		put(&o, ")");
		return text;
	default:
		put(&o, "%s(", i->poll ? "poll" : litmus_op_name(i->op));
		for (unsigned nth = 0; words[i->op].arguments && words[i->op].arguments[nth]; nth++)
			put_argument(&o, t, c, i, words[i->op].arguments[nth], nth);
		put(&o, ")");
		if (litmus_op_is_maintenance(i->op) && litmus_op_has_words(i->op))
			put_more(&o, t, i);
		return text;
	}
}
