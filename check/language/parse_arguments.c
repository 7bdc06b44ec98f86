// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* What statements are made of: registers, values, and the arguments that words.c asks for. */
#include <stdio.h>
#include <string.h>

#include "check/language/parse.h"
#include "check/language/words.h"
#include "model/machine.h"

/* Past a parameter of a macro stands its argument. */
const struct token *parse_meant(const struct parser *p, const struct token *word)
{
	const struct expansion *e = p->expansion;

	for (; e; e = e->outer) {
		uint8_t i = 0;

		while (i < e->macro->n && strcmp(e->macro->parameter[i], word->text))
			i++;
		if (i == e->macro->n)
			return word;
		word = &e->argument[i];
	}
	return word;
}

struct litmus_instr *parse_add(struct parser *p, enum litmus_op op, struct litmus_at at)
{
	struct litmus_context *c = p->context;
	struct litmus_instr *i = &c->instr[c->n_instrs];

	if (c->n_instrs == LITMUS_INSTRS) {
		lex_fail(&p->lex, at, "%s has more than %d statements", c->name, LITMUS_INSTRS);
		return NULL;
	}
	*i = (struct litmus_instr){ .op = op,
				    .alias = LITMUS_NONE,
				    .page = LITMUS_NONE,
				    .other = LITMUS_NONE,
				    .reg = LITMUS_NONE,
				    .a.reg = LITMUS_NONE,
				    .b.reg = LITMUS_NONE,
				    .default_attr = true,
				    .at = at };
	for (const struct expansion *e = p->expansion; e; e = e->outer)
		i->call = e->call;
	c->n_instrs++;
	return i;
}

/* ---- registers and values ---- */

bool parse_is_register(const char *name)
{
	return name[0] == 'r' && name[1] >= '0' && name[1] <= '9' &&
	       strspn(name + 1, "0123456789") == strlen(name + 1);
}

static uint8_t find_reg(const struct litmus_context *c, const char *name)
{
	for (uint8_t i = 0; i < c->n_regs; i++)
		if (!strcmp(c->reg[i], name))
			return i;
	return LITMUS_NONE;
}

static uint8_t named_regs(const struct litmus_context *c)
{
	uint8_t n = 0;

	for (uint8_t i = 0; i < c->n_regs; i++)
		n += !litmus_is_hidden(c->reg[i]);
	return n;
}

uint8_t parse_hidden_reg(struct litmus_context *c, unsigned nth)
{
	char name[LITMUS_NAME];
	uint8_t reg;

	snprintf(name, sizeof(name), LITMUS_HIDDEN "%u", nth);
	reg = find_reg(c, name);
	if (reg != LITMUS_NONE)
		return reg;
	memcpy(c->reg[c->n_regs], name, sizeof(name));
	return c->n_regs++;
}

bool parse_set_reg(struct parser *p, const struct token *word, uint8_t *reg)
{
	struct litmus_context *c = p->context;

	if (!parse_is_register(word->text))
		return lex_fail(&p->lex, word->at,
				"'%s' is neither a register (r0, r1 ...) nor declared: a name that "
				"several contexts share needs 'var %s;' in the initial state",
				word->text, word->text);
	*reg = find_reg(c, word->text);
	if (*reg == LITMUS_NONE) {
		if (named_regs(c) == LITMUS_NAMED_REGS)
			return lex_fail(&p->lex, word->at, "%s has more than %d registers", c->name,
					LITMUS_NAMED_REGS);
		*reg = c->n_regs++;
		memcpy(c->reg[*reg], word->text, LITMUS_NAME);
	}
	p->regs_set |= 1u << *reg;
	return true;
}

static bool used_reg(struct parser *p, const struct token *word, uint8_t *reg)
{
	if (!parse_is_register(word->text))
		return lex_fail(&p->lex, word->at,
				"expected a number or a register (r0, r1 ...), found '%s'",
				word->text);
	*reg = find_reg(p->context, word->text);
	if (*reg == LITMUS_NONE || !(p->regs_set & 1u << *reg))
		return lex_fail(&p->lex, word->at, "register %s was never set in %s", word->text,
				p->context->name);
	return true;
}

void parse_written(struct parser *p, const struct token *word)
{
	struct litmus *t = p->test;
	uint8_t digits = word->digits > 8 ? 8 : word->digits;

	if (word->kind != TOKEN_NUMBER || t->n_written == LITMUS_WRITTEN)
		return;
	for (uint8_t i = 0; i < t->n_written; i++)
		if (t->written[i].value == word->number)
			return;
	t->written[t->n_written++] = (struct litmus_written){ word->number, digits };
}

static bool term(struct parser *p, struct litmus_value *value)
{
	struct token word = *parse_meant(p, &p->lex.now);

	if (word.kind == TOKEN_NUMBER) {
		parse_written(p, &word);
		value->add += word.number;
	} else {
		if (word.kind != TOKEN_NAME)
			return lex_fail(&p->lex, p->lex.now.at, "expected a value, found '%s'",
					lex_found(&p->lex));
		if (value->reg != LITMUS_NONE)
			return lex_fail(&p->lex, word.at,
					"expected a number: one register is enough");
		if (!used_reg(p, &word, &value->reg))
			return false;
	}
	lex_next(&p->lex);
	return true;
}

bool parse_value(struct parser *p, struct litmus_value *value)
{
	*value = (struct litmus_value){ .reg = LITMUS_NONE };
	do {
		if (!term(p, value))
			return false;
	} while (lex_accept(&p->lex, "+"));
	return true;
}

/* ---- arguments ---- */

/* The names of one kind, for a suggestion. */
static bool unknown(struct parser *p, struct litmus_at at, const char *what, const char *name,
		    char kind)
{
	const char *names[LITMUS_ALIASES + 1] = { NULL };
	const struct litmus *t = p->test;
	unsigned n = 0;

	if (kind == 'a')
		for (; n < t->n_aliases; n++)
			names[n] = t->alias[n].name;
	else if (kind == 'p')
		for (; n < t->n_pages; n++)
			names[n] = t->page[n].name;
	else if (kind == 'v')
		for (; n < t->n_vars; n++)
			names[n] = t->var[n];
	else if (kind == 'l')
		for (; n < t->n_locks; n++)
			names[n] = t->lock[n];
	else
		for (uint8_t i = 0; i < t->n_contexts; i++)
			if (t->context[i].kind == LITMUS_IPI)
				names[n++] = t->context[i].name;
	return parse_unknown(p, at, what, name, names);
}

bool parse_named(struct parser *p, const char *what, char kind,
		 uint8_t (*find)(const struct litmus *t, const char *name), uint8_t *to)
{
	struct token word = *parse_meant(p, &p->lex.now);

	if (word.kind != TOKEN_NAME)
		return lex_fail(&p->lex, p->lex.now.at, "expected %s %s, found '%s'",
				strchr("aeiou", *what) ? "an" : "a", what, lex_found(&p->lex));
	*to = find(p->test, word.text);
	if (*to == LITMUS_NONE) {
		if (parse_buffer(p->test, word.text) != LITMUS_NONE)
			return lex_fail(&p->lex, word.at, "'%s' is a buffer; expected %s %s",
					word.text, strchr("aeiou", *what) ? "an" : "a", what);
		if (kind == 'a' && parse_page(p->test, word.text) != LITMUS_NONE)
			return lex_fail(&p->lex, word.at,
					"'%s' is a page; expected an alias: a CPU needs an address",
					word.text);
		if (kind == 'p' && parse_alias(p->test, word.text) != LITMUS_NONE)
			return lex_fail(
				&p->lex, word.at, "'%s' is an alias; expected a page: %s",
				word.text,
				p->test->page[p->test->alias[parse_alias(p->test, word.text)].page]
					.name);
		return unknown(p, word.at, what, word.text, kind);
	}
	lex_next(&p->lex);
	return true;
}

static bool keyword(struct parser *p, const char *const *of, uint8_t first, uint8_t *to,
		    const char *what)
{
	struct token word = *parse_meant(p, &p->lex.now);

	for (uint8_t n = 0; of[n]; n++)
		if (word.kind == TOKEN_NAME && !strcmp(of[n], word.text)) {
			*to = n + first;
			lex_next(&p->lex);
			return true;
		}
	return parse_expected(p, word.at, what, of);
}

/* Rights, attribute and, for map, a page: any number of words after commas. */
static bool rest_of_map(struct parser *p, struct litmus_instr *i, bool page)
{
	bool has_attr = false;

	i->rights = COH_MACHINE_READ | COH_MACHINE_WRITE | COH_MACHINE_EXEC;
	if (page && i->alias != LITMUS_NONE) {
		const struct litmus_alias *a = &p->test->alias[i->alias];

		i->page = a->page;
		i->rights = a->rights;
		i->attr = a->attr;
		i->default_attr = a->default_attr;
	}
	while (lex_accept(&p->lex, ",")) {
		struct token word = *parse_meant(p, &p->lex.now);

		if (word.kind == TOKEN_NAME &&
		    parse_right(word.text, &i->rights, &i->attr, &has_attr)) {
			i->default_attr = i->default_attr && !has_attr;
			lex_next(&p->lex);
		} else if (!page) {
			return lex_fail(&p->lex, word.at,
					"expected rights (ro, rw, rx, rwx, none), found '%s'",
					word.text);
		} else if (!parse_named(p, "page", 'p', parse_page, &i->page)) {
			return false;
		}
	}
	return true;
}

static bool small(struct parser *p, uint8_t bound, uint8_t *to, const char *what)
{
	struct token word = *parse_meant(p, &p->lex.now);

	if (word.kind != TOKEN_NUMBER || word.number >= bound)
		return lex_fail(&p->lex, p->lex.now.at,
				"expected %s, a number from 0 to %u, found '%s'", what, bound - 1u,
				lex_found(&p->lex));
	*to = (uint8_t)word.number;
	lex_next(&p->lex);
	return true;
}

static bool argument(struct parser *p, struct litmus_instr *i, char kind, unsigned nth)
{
	static const char *const intents[] = { "read", "write", "readwrite", NULL };
	static const char *const directions[] = { "to_device", "from_device", "bidirectional",
						  NULL };
	struct token word;

	switch (kind) {
	case 'W':
	case 'R':
		return parse_words(p, i, false, kind == 'R');
	case 'Q':
	case 'P':
		return parse_words(p, i, true, kind == 'P');
	case 'a':
		i->last = (uint8_t)(p->test->lines * p->test->words - 1);
		if (!parse_named(p, "alias", 'a', parse_alias, &i->alias))
			return false;
		i->page = p->test->alias[i->alias].page;
		return true;
	case 'p':
		i->last = (uint8_t)(p->test->lines * p->test->words - 1);
		return parse_named(p, "page", 'p', parse_page, &i->page);
	case 'V':
		return parse_value(p, &i->a);
	case 'm':
		if (!small(p, LITMUS_MMS, nth ? &i->first : &i->other, "an mm"))
			return false;
		if ((nth ? i->first : i->other) >= p->test->mms)
			p->test->mms = (nth ? i->first : i->other) + 1;
		return true;
	case 'c':
		return small(p, p->test->cpus, &i->other, "a CPU");
	case 'l':
		return parse_named(p, "lock", 'l', parse_lock, &i->other);
	case 'v':
		return parse_named(p, "variable", 'v', parse_var, &i->other);
	case 'C':
		word = *parse_meant(p, &p->lex.now);
		return parse_named(p, "interrupt", 'C', parse_context, &i->other) &&
		       (p->test->context[i->other].kind == LITMUS_IPI ||
			lex_fail(&p->lex, word.at, "'%s' is no interrupt of kind ipi", word.text));
	case 'g':
		word = *parse_meant(p, &p->lex.now);
		if (!used_reg(p, &word, &i->a.reg))
			return false;
		lex_next(&p->lex);
		return true;
	case 'i':
		return keyword(p, intents, 1, &i->intent,
			       "what the kernel will do (read, write or readwrite)");
	case 'd':
		return keyword(p, directions, 1, &i->intent,
			       "to_device, from_device or bidirectional");
	}
	return lex_fail(&p->lex, p->lex.now.at, "our own bug: argument kind '%c'", kind);
}

bool parse_arguments(struct parser *p, struct litmus_instr *i)
{
	const char *kinds = words[i->op].arguments;

	if (!lex_expect(&p->lex, "(", "after the name of an operation"))
		return false;
	for (unsigned nth = 0; kinds[nth]; nth++) {
		if (kinds[nth] == 'T' || kinds[nth] == 't') {
			if (!rest_of_map(p, i, kinds[nth] == 'T'))
				return false;
			continue;
		}
		if (nth && !lex_expect(&p->lex, ",", "between arguments"))
			return false;
		if (!argument(p, i, kinds[nth], nth))
			return false;
	}
	return lex_expect(&p->lex, ")", "after the arguments");
}
