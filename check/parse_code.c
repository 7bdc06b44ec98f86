// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Contexts' statements, and macros, which are read anew wherever they are used. */
#include <stdio.h>
#include <string.h>

#include "check/parse.h"
#include "check/words.h"
#include "model/machine.h"

static bool block(struct parser *p);

/* Past a parameter of a macro stands its argument. */
static const struct token *meant(const struct parser *p, const struct token *word)
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

static struct litmus_instr *add(struct parser *p, enum litmus_op op, struct litmus_at at)
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

static bool is_register(const char *name)
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

static bool set_reg(struct parser *p, const struct token *word, uint8_t *reg)
{
	struct litmus_context *c = p->context;

	if (!is_register(word->text))
		return lex_fail(&p->lex, word->at,
				"'%s' is neither a register (r0, r1 ...) nor declared: a name that "
				"several contexts share needs 'var %s;' in the initial state",
				word->text, word->text);
	*reg = find_reg(c, word->text);
	if (*reg == LITMUS_NONE) {
		if (c->n_regs == LITMUS_REGS)
			return lex_fail(&p->lex, word->at, "%s has more than %d registers", c->name,
					LITMUS_REGS);
		*reg = c->n_regs++;
		memcpy(c->reg[*reg], word->text, LITMUS_NAME);
	}
	p->regs_set |= 1u << *reg;
	return true;
}

static bool used_reg(struct parser *p, const struct token *word, uint8_t *reg)
{
	if (!is_register(word->text))
		return lex_fail(&p->lex, word->at,
				"expected a number or a register (r0, r1 ...), found '%s'",
				word->text);
	*reg = find_reg(p->context, word->text);
	if (*reg == LITMUS_NONE || !(p->regs_set & 1u << *reg))
		return lex_fail(&p->lex, word->at, "register %s was never set in %s", word->text,
				p->context->name);
	return true;
}

static bool term(struct parser *p, struct litmus_value *value)
{
	struct token word = *meant(p, &p->lex.now);

	if (word.kind == TOKEN_NUMBER) {
		value->add += word.number;
	} else {
		if (word.kind != TOKEN_NAME)
			return lex_fail(&p->lex, p->lex.now.at,
					"expected a value, found '%s'", lex_found(&p->lex));
		if (value->reg != LITMUS_NONE)
			return lex_fail(&p->lex, word.at, "expected a number: one register is enough");
		if (!used_reg(p, &word, &value->reg))
			return false;
	}
	lex_next(&p->lex);
	return true;
}

static bool value_of(struct parser *p, struct litmus_value *value)
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

static bool named(struct parser *p, const char *what, char kind,
		  uint8_t (*find)(const struct litmus *t, const char *name), uint8_t *to)
{
	struct token word = *meant(p, &p->lex.now);

	if (word.kind != TOKEN_NAME)
		return lex_fail(&p->lex, p->lex.now.at, "expected %s, found '%s'", what,
				lex_found(&p->lex));
	*to = find(p->test, word.text);
	if (*to == LITMUS_NONE) {
		if (kind == 'a' && parse_page(p->test, word.text) != LITMUS_NONE)
			return lex_fail(&p->lex, word.at,
					"'%s' is a page; expected an alias: a CPU needs an address",
					word.text);
		if (kind == 'p' && parse_alias(p->test, word.text) != LITMUS_NONE)
			return lex_fail(&p->lex, word.at, "'%s' is an alias; expected a page: %s",
					word.text, p->test->page[p->test->alias[parse_alias(p->test, word.text)].page].name);
		return unknown(p, word.at, what, word.text, kind);
	}
	lex_next(&p->lex);
	return true;
}

/* [3] or [1..3]; whole: what no brackets mean. */
static bool words_of(struct parser *p, struct litmus_instr *i, bool range, bool whole)
{
	uint32_t last = p->test->lines * p->test->words - 1u, n;
	struct lexer *l = &p->lex;
	struct litmus_at at;

	i->first = 0;
	i->last = whole ? (uint8_t)last : 0;
	if (!lex_accept(l, "["))
		return true;
	if (!lex_number(l, 0, last, &n, "the word of the page"))
		return false;
	i->first = i->last = (uint8_t)n;
	at = l->now.at;
	if (lex_accept(l, "..")) {
		if (!range)
			return lex_fail(l, at, "%s takes one word, not a range",
					litmus_op_name(i->op));
		if (!lex_number(l, n, last, &n, "the last word"))
			return false;
		i->last = (uint8_t)n;
	}
	return lex_expect(l, "]", "after the word");
}

static bool keyword(struct parser *p, const char *const *of, uint8_t first, uint8_t *to,
		    const char *what)
{
	struct token word = *meant(p, &p->lex.now);

	for (uint8_t n = 0; of[n]; n++)
		if (word.kind == TOKEN_NAME && !strcmp(of[n], word.text)) {
			*to = n + first;
			lex_next(&p->lex);
			return true;
		}
	if (word.kind == TOKEN_NAME)
		return parse_unknown(p, word.at, what, word.text, of);
	return lex_fail(&p->lex, p->lex.now.at, "expected %s, found '%s'", what, lex_found(&p->lex));
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
		struct token word = *meant(p, &p->lex.now);

		if (word.kind == TOKEN_NAME &&
		    parse_right(word.text, &i->rights, &i->attr, &has_attr)) {
			i->default_attr = i->default_attr && !has_attr;
			lex_next(&p->lex);
		} else if (!page) {
			return lex_fail(&p->lex, word.at,
					"expected rights (ro, rw, rx, rwx, none), found '%s'",
					word.text);
		} else if (!named(p, "page", 'p', parse_page, &i->page)) {
			return false;
		}
	}
	return true;
}

static bool small(struct parser *p, uint8_t bound, uint8_t *to, const char *what)
{
	struct token word = *meant(p, &p->lex.now);

	if (word.kind != TOKEN_NUMBER || word.number >= bound)
		return lex_fail(&p->lex, p->lex.now.at, "expected %s, a number from 0 to %u, found '%s'",
				what, bound - 1u, lex_found(&p->lex));
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
	case 'a':
		if (!named(p, "alias", 'a', parse_alias, &i->alias))
			return false;
		i->page = p->test->alias[i->alias].page;
		return kind == 'a' ? (i->last = (uint8_t)(p->test->lines * p->test->words - 1), true)
				   : words_of(p, i, kind == 'R', kind == 'R');
	case 'p':
	case 'Q':
	case 'P':
		if (!named(p, "page", 'p', parse_page, &i->page))
			return false;
		return kind == 'p' ? (i->last = (uint8_t)(p->test->lines * p->test->words - 1), true)
				   : words_of(p, i, kind == 'P', kind == 'P');
	case 'V':
		return value_of(p, &i->a);
	case 'm':
		if (!small(p, LITMUS_MMS, nth ? &i->first : &i->other, "an mm"))
			return false;
		if ((nth ? i->first : i->other) >= p->test->mms)
			p->test->mms = (nth ? i->first : i->other) + 1;
		return true;
	case 'c':
		return small(p, p->test->cpus, &i->other, "a CPU");
	case 'l':
		return named(p, "lock", 'l', parse_lock, &i->other);
	case 'v':
		return named(p, "variable", 'v', parse_var, &i->other);
	case 'C':
		return named(p, "interrupt", 'C', parse_context, &i->other);
	case 'g':
		word = *meant(p, &p->lex.now);
		if (!used_reg(p, &word, &i->a.reg))
			return false;
		lex_next(&p->lex);
		return true;
	case 'i':
		return keyword(p, intents, 1, &i->intent, "what the kernel will do");
	case 'd':
		return keyword(p, directions, 1, &i->intent, "direction");
	}
	return lex_fail(&p->lex, p->lex.now.at, "our own bug: argument kind '%c'", kind);
}

static bool arguments(struct parser *p, struct litmus_instr *i)
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

/* ---- statements ---- */

static bool operation(struct parser *p, enum litmus_op op, struct litmus_at at,
		      const struct token *result)
{
	bool device = p->context->kind == LITMUS_DEVICE;
	struct litmus_instr *i;

	if (!!(words[op].flags & WORD_DEVICE) != device)
		return lex_fail(&p->lex, at, "%s is for %s; %s is %s", words[op].name,
				device ? "a CPU" : "a device", p->context->name,
				device ? "a device" : "none");
	if (words[op].flags & WORD_RESULT && !result && op != OP_LOAD && op != OP_FETCH &&
	    op != OP_DMA_READ && op != OP_EXCHANGE && op != OP_COPY_FROM_USER_PAGE)
		return lex_fail(&p->lex, at, "%s gives a value: write r0 = %s(...)", words[op].name,
				words[op].name);
	if (!(words[op].flags & WORD_RESULT) && result)
		return lex_fail(&p->lex, at, "%s gives no value", words[op].name);
	i = add(p, op, at);
	if (!i || !arguments(p, i))
		return false;
	p->test->uses_layer |= litmus_op_is_layer(op);
	return !result || set_reg(p, result, &i->reg);
}

static enum litmus_op find_op(const char *name)
{
	enum litmus_op op = 0;

	while (op < LITMUS_OPS && (!words[op].name || strcmp(words[op].name, name)))
		op++;
	return op;
}

static bool unknown_word(struct parser *p, const struct token *word)
{
	const char *names[LITMUS_OPS + MACROS + 3] = { NULL };
	unsigned n = 0;

	for (enum litmus_op op = 0; op < LITMUS_OPS; op++)
		if (words[op].name)
			names[n++] = words[op].name;
	names[n++] = "await";
	names[n++] = "if";
	for (uint8_t i = 0; i < p->n_macros; i++)
		names[n++] = p->macro[i].name;
	return parse_unknown(p, word->at, "operation", word->text, names);
}

/* Reads the macro's body as if it stood here. */
static bool expand(struct parser *p, const struct macro *m, struct litmus_at at)
{
	struct expansion e = { .outer = p->expansion,
			       .macro = m,
			       .call = at,
			       .depth = p->expansion ? p->expansion->depth + 1 : 1 };
	struct token after;

	if (e.depth > DEPTH)
		return lex_fail(&p->lex, at, "%s within itself, or too deep", m->name);
	if (!lex_expect(&p->lex, "(", "after the name of an operation"))
		return false;
	for (uint8_t i = 0; i < m->n; i++) {
		if (i && !lex_expect(&p->lex, ",", "between arguments"))
			return false;
		if (p->lex.now.kind != TOKEN_NAME && p->lex.now.kind != TOKEN_NUMBER)
			return lex_fail(&p->lex, p->lex.now.at, "%s takes %u arguments, found '%s'",
					m->name, m->n, lex_found(&p->lex));
		e.argument[i] = p->lex.now;
		lex_next(&p->lex);
	}
	if (!lex_expect(&p->lex, ")", "after the arguments"))
		return false;
	after = p->lex.now;
	p->expansion = &e;
	lex_back(&p->lex, &m->body);
	if (!block(p))
		return false;
	p->expansion = e.outer;
	lex_back(&p->lex, &after);
	return !p->lex.failed;
}

static bool call(struct parser *p, const struct token *word, const struct token *result)
{
	enum litmus_op op = find_op(word->text);

	if (op < LITMUS_OPS)
		return operation(p, op, word->at, result);
	for (uint8_t i = 0; i < p->n_macros && !result; i++)
		if (!strcmp(p->macro[i].name, word->text))
			return expand(p, &p->macro[i], word->at);
	return unknown_word(p, word);
}

/* await(go == 1) */
static bool await(struct parser *p, struct litmus_at at)
{
	struct litmus_instr *i = add(p, OP_AWAIT, at);

	return i && lex_expect(&p->lex, "(", "after await") &&
	       named(p, "variable", 'v', parse_var, &i->other) &&
	       parse_compare(&p->lex, &i->compare) && value_of(p, &i->a) &&
	       lex_expect(&p->lex, ")", "after the comparison");
}

/* A variable in the comparison of an if is one step: it is read into a register of no name. */
static bool operand(struct parser *p, struct litmus_value *value, struct litmus_at at)
{
	struct token word = *meant(p, &p->lex.now);
	struct litmus_context *c = p->context;
	uint8_t var = word.kind == TOKEN_NAME ? parse_var(p->test, word.text) : LITMUS_NONE;
	struct litmus_instr *i;

	if (var == LITMUS_NONE)
		return value_of(p, value);
	lex_next(&p->lex);
	i = add(p, OP_READ_VAR, at);
	if (!i)
		return false;
	i->other = var;
	if (c->n_regs == LITMUS_REGS)
		return lex_fail(&p->lex, word.at, "%s has more than %d registers: an if on a "
				"variable needs one as well", c->name, LITMUS_REGS);
	snprintf(c->reg[c->n_regs], LITMUS_NAME, LITMUS_HIDDEN "%u", (unsigned)c->n_regs);
	i->reg = c->n_regs;
	p->regs_set |= 1u << c->n_regs++;
	*value = (struct litmus_value){ .reg = i->reg };
	return true;
}

static bool if_else(struct parser *p, struct litmus_at at)
{
	uint32_t before = p->regs_set, then;
	struct litmus_context *c = p->context;
	struct litmus_value a, b;
	enum litmus_compare compare;
	struct litmus_instr *i;
	uint8_t branch;

	if (!lex_expect(&p->lex, "(", "after if") || !operand(p, &a, at) ||
	    !parse_compare(&p->lex, &compare) || !operand(p, &b, at) ||
	    !lex_expect(&p->lex, ")", "after the comparison"))
		return false;
	before |= p->regs_set;
	branch = c->n_instrs;
	i = add(p, OP_BRANCH, at);
	if (!i)
		return false;
	i->a = a;
	i->b = b;
	i->compare = compare;
	if (!block(p))
		return false;
	then = p->regs_set;
	if (lex_accept(&p->lex, "else")) {
		uint8_t jump = c->n_instrs;

		if (!add(p, OP_JUMP, at))
			return false;
		c->instr[branch].target = c->n_instrs;
		p->regs_set = before;
		if (!block(p))
			return false;
		c->instr[jump].target = c->n_instrs;
	} else {
		c->instr[branch].target = c->n_instrs;
	}
	p->regs_set |= then; /* a register set on one way only is 0 on the other */
	return true;
}

static bool assign(struct parser *p, const struct token *to)
{
	uint8_t var = parse_var(p->test, to->text);
	struct token word = *meant(p, &p->lex.now);
	struct litmus_instr *i;

	if (var != LITMUS_NONE) {
		i = add(p, OP_WRITE_VAR, to->at);
		if (!i)
			return false;
		i->other = var;
		return value_of(p, &i->a);
	}
	if (word.kind == TOKEN_NAME && parse_var(p->test, word.text) != LITMUS_NONE) {
		i = add(p, OP_READ_VAR, to->at);
		if (!i)
			return false;
		i->other = parse_var(p->test, word.text);
		lex_next(&p->lex);
		return set_reg(p, to, &i->reg);
	}
	if (word.kind == TOKEN_NAME && !is_register(word.text)) {
		struct token name = p->lex.now;

		lex_next(&p->lex);
		return call(p, &name, to);
	}
	i = add(p, OP_SET_REG, to->at);
	return i && value_of(p, &i->a) && set_reg(p, to, &i->reg);
}

static bool statement(struct parser *p)
{
	struct token word = p->lex.now;

	if (word.kind != TOKEN_NAME)
		return lex_fail(&p->lex, word.at, "expected a statement, found '%s'",
				lex_found(&p->lex));
	lex_next(&p->lex);
	if (!strcmp(word.text, "if"))
		return if_else(p, word.at);
	if (!strcmp(word.text, "await")) {
		if (!await(p, word.at))
			return false;
	} else if (lex_accept(&p->lex, "=")) {
		struct token to = *meant(p, &word);

		to.at = word.at;
		if (!assign(p, &to))
			return false;
	} else if (!call(p, &word, NULL)) {
		return false;
	}
	return lex_expect(&p->lex, ";", "at the end of a statement");
}

static bool block(struct parser *p)
{
	static const unsigned deepest = 4 * DEPTH;
	static _Thread_local unsigned depth;
	bool right = true;

	if (!lex_expect(&p->lex, "{", "before statements"))
		return false;
	if (++depth > deepest)
		right = lex_fail(&p->lex, p->lex.now.at, "blocks are nested too deep");
	while (right && !lex_is(&p->lex, "}"))
		right = statement(p) && !p->lex.failed;
	depth--;
	return right && lex_expect(&p->lex, "}", "after statements");
}

bool parse_code(struct parser *p, struct litmus_context *context)
{
	p->context = context;
	p->regs_set = 0;
	p->expansion = NULL;
	if (!lex_is(&p->lex, "{"))
		return lex_expect(&p->lex, "{", "before statements");
	return block(p);
}

/* define name(a, b) { ... }: its body is only skipped here. */
bool parse_macro(struct parser *p)
{
	struct macro *m = &p->macro[p->n_macros];
	struct lexer *l = &p->lex;
	struct litmus_at at = l->now.at;
	unsigned depth = 0;

	if (p->n_macros == MACROS)
		return lex_fail(l, at, "more than %d definitions", MACROS);
	m->n = 0;
	if (!parse_new_name(p, m->name, &at, "the name of the operation to define") ||
	    !lex_expect(l, "(", "after the name"))
		return false;
	while (!lex_accept(l, ")")) {
		if (m->n == PARAMETERS)
			return lex_fail(l, l->now.at, "more than %d parameters", PARAMETERS);
		if (m->n && !lex_expect(l, ",", "between parameters"))
			return false;
		if (!lex_name(l, m->parameter[m->n++], "a parameter"))
			return false;
	}
	m->body = l->now;
	if (!lex_is(l, "{"))
		return lex_expect(l, "{", "before the definition");
	do {
		depth += lex_is(l, "{");
		depth -= lex_is(l, "}");
		if (l->now.kind == TOKEN_END || l->failed)
			return lex_fail(l, at, "the definition of %s has no end", m->name);
		lex_next(l);
	} while (depth);
	p->n_macros++;
	return !l->failed;
}
