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

static void put_words(struct out *o, const struct litmus *t, const struct litmus_instr *i,
		      bool range)
{
	if (range && !i->first && i->last == t->lines * t->words - 1)
		return;
	if (i->first == i->last)
		put(o, "[%u]", i->first);
	else
		put(o, "[%u..%u]", i->first, i->last);
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
	case 'W':
	case 'R':
	case 'a':
		put(o, "%s", t->alias[i->alias].name);
		if (kind != 'a')
			put_words(o, t, i, kind == 'R');
		return;
	case 'p':
	case 'Q':
	case 'P':
		put(o, "%s", t->page[i->page].name);
		if (kind != 'p')
			put_words(o, t, i, kind == 'P');
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
	put_value(o, t, c, i->op == OP_AWAIT ? &i->a : &i->b);
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
		put_value(&o, t, c, &i->a);
		put_compare(&o, t, c, i);
		put(&o, ")");
		return text;
	default:
		put(&o, "%s(", litmus_op_name(i->op));
		for (unsigned nth = 0; words[i->op].arguments && words[i->op].arguments[nth]; nth++)
			put_argument(&o, t, c, i, words[i->op].arguments[nth], nth);
		put(&o, ")");
		return text;
	}
}
