// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Contexts' statements, and macros, which are read anew wherever they are used. */
#include <stdio.h>
#include <string.h>

#include "check/language/foreign.h"
#include "check/language/parse.h"
#include "check/language/words.h"
#include "model/machine.h"

static bool block(struct parser *p);

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
	    op != OP_POLL && op != OP_DMA_READ && op != OP_EXCHANGE && op != OP_COPY_FROM_USER_PAGE)
		return lex_fail(&p->lex, at, "%s gives a value: write r0 = %s(...)", words[op].name,
				words[op].name);
	if (!(words[op].flags & WORD_RESULT) && result)
		return lex_fail(&p->lex, at, "%s gives no value", words[op].name);
	i = parse_add(p, op, at);
	if (!i || !parse_arguments(p, i))
		return false;
	p->test->uses_layer |= litmus_op_is_layer(op);
	if (op == OP_FORK && i->other == i->first)
		return lex_fail(&p->lex, at, "fork(%u, %u): a child of itself; expected two mms",
				i->other, i->first);
	if (result && !parse_set_reg(p, result, &i->reg))
		return false;
	if (op == OP_POLL) {
		i->op = OP_LOAD;
		i->poll = true;
	}
	return parse_spread(p);
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
	const char *names[LITMUS_OPS + MACROS + 4] = { NULL };
	const char *instead = foreign_operation(word->text);
	unsigned n = 0;

	if (instead)
		return lex_fail(&p->lex, word->at, "unknown operation '%s': %s", word->text,
				instead);

	for (enum litmus_op op = 0; op < LITMUS_OPS; op++)
		if (words[op].name)
			names[n++] = words[op].name;
	names[n++] = "await";
	names[n++] = "if";
	names[n++] = "repeat";
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
	if (++p->expansions > EXPANSIONS)
		return lex_fail(&p->lex, at, "%s uses definitions more than %d times",
				p->context->name, EXPANSIONS);
	if (!lex_expect(&p->lex, "(", "after the name of an operation"))
		return false;
	for (uint8_t i = 0; i < m->n; i++) {
		if (i && !lex_expect(&p->lex, ",", "between arguments"))
			return false;
		if (p->lex.now.kind != TOKEN_NAME && p->lex.now.kind != TOKEN_NUMBER)
			return lex_fail(&p->lex, p->lex.now.at,
					"%s takes %u argument%s, found '%s'", m->name, m->n,
					m->n == 1 ? "" : "s", lex_found(&p->lex));
		e.argument[i] = p->lex.now;
		lex_next(&p->lex);
		if (!parse_span(p, &e.span[i]))
			return false;
	}
	if (lex_is(&p->lex, ","))
		return lex_fail(&p->lex, p->lex.now.at, "%s takes %u argument%s: expected ')'",
				m->name, m->n, m->n == 1 ? "" : "s");
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
	struct litmus_instr *i = parse_add(p, OP_AWAIT, at);

	return i && lex_expect(&p->lex, "(", "after await") &&
	       parse_named(p, "variable", 'v', parse_var, &i->other) &&
	       parse_compare(&p->lex, &i->compare) && parse_value(p, &i->a) &&
	       lex_expect(&p->lex, ")", "after the comparison");
}

/*
 * A variable in the comparison of an if is one step: it is read into a register of no name,
 * which is the next if's, too.
 */
static bool operand(struct parser *p, struct litmus_value *value, unsigned nth, struct litmus_at at)
{
	struct token word = *parse_meant(p, &p->lex.now);
	uint8_t var = word.kind == TOKEN_NAME ? parse_var(p->test, word.text) : LITMUS_NONE;
	struct litmus_instr *i;

	if (var == LITMUS_NONE)
		return parse_value(p, value);
	lex_next(&p->lex);
	i = parse_add(p, OP_READ_VAR, at);
	if (!i)
		return false;
	i->other = var;
	i->reg = parse_hidden_reg(p->context, nth);
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

	if (!lex_expect(&p->lex, "(", "after if") || !operand(p, &a, 0, at) ||
	    !parse_compare(&p->lex, &compare) || !operand(p, &b, 1, at) ||
	    !lex_expect(&p->lex, ")", "after the comparison"))
		return false;
	before |= p->regs_set;
	branch = c->n_instrs;
	i = parse_add(p, OP_BRANCH, at);
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

		if (!parse_add(p, OP_JUMP, at))
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
	struct token word = *parse_meant(p, &p->lex.now);
	struct litmus_instr *i;

	if (var != LITMUS_NONE) {
		i = parse_add(p, OP_WRITE_VAR, to->at);
		if (!i)
			return false;
		i->other = var;
		return parse_value(p, &i->a);
	}
	if (word.kind == TOKEN_NAME && parse_var(p->test, word.text) != LITMUS_NONE) {
		i = parse_add(p, OP_READ_VAR, to->at);
		if (!i)
			return false;
		i->other = parse_var(p->test, word.text);
		lex_next(&p->lex);
		return parse_set_reg(p, to, &i->reg);
	}
	if (word.kind == TOKEN_NAME && !parse_is_register(word.text)) {
		struct token name = p->lex.now;

		lex_next(&p->lex);
		return call(p, &name, to);
	}
	i = parse_add(p, OP_SET_REG, to->at);
	return i && parse_value(p, &i->a) && parse_set_reg(p, to, &i->reg);
}

/* repeat N { ... }: the statements stand there N times. */
static bool repeat(struct parser *p, struct litmus_at at)
{
	struct token body;
	uint32_t times;

	if (!lex_number_as(&p->lex, parse_meant(p, &p->lex.now), 1, REPETITIONS, &times,
			   "how many times"))
		return false;
	for (body = p->lex.now; times--;) {
		if (++p->expansions > EXPANSIONS)
			return lex_fail(&p->lex, at, "%s repeats statements more than %d times",
					p->context->name, EXPANSIONS);
		lex_back(&p->lex, &body);
		if (!block(p))
			return false;
	}
	return true;
}

static bool statement(struct parser *p)
{
	struct token word = p->lex.now;

	if (word.kind != TOKEN_NAME)
		return lex_fail(&p->lex, word.at, "expected a statement, found '%s'",
				lex_found(&p->lex));
	if (foreign_is_type(word.text))
		return lex_fail(&p->lex, word.at,
				"'%s' declares nothing here: registers are r0, r1 ... without a "
				"declaration",
				word.text);
	lex_next(&p->lex);
	if (!strcmp(word.text, "if"))
		return if_else(p, word.at);
	if (!strcmp(word.text, "repeat"))
		return repeat(p, word.at);
	if (!strcmp(word.text, "await")) {
		if (!await(p, word.at))
			return false;
	} else if (lex_accept(&p->lex, "=")) {
		struct token to = *parse_meant(p, &word);

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
	p->expansions = 0;
	if (!lex_is(&p->lex, "{"))
		return lex_expect(&p->lex, "{", "before statements");
	return block(p);
}

static bool parameter(struct lexer *l, struct macro *m)
{
	struct litmus_at at;

	if (m->n == PARAMETERS)
		return lex_fail(l, l->now.at, "more than %d parameters", PARAMETERS);
	if (m->n && !lex_expect(l, ",", "between parameters"))
		return false;
	at = l->now.at;
	if (!lex_name(l, m->parameter[m->n], "a parameter"))
		return false;
	for (uint8_t i = 0; i < m->n; i++)
		if (!strcmp(m->parameter[i], m->parameter[m->n]))
			return lex_fail(l, at, "there is a '%s' already", m->parameter[i]);
	m->n++;
	return true;
}

/* define name(a, b) { ... }: its body is only skipped here. */
bool parse_macro(struct parser *p)
{
	struct macro *m = &p->macro[p->n_macros];
	struct lexer *l = &p->lex;
	struct litmus_at at = l->now.at, end;

	if (p->n_macros == MACROS)
		return lex_fail(l, at, "more than %d definitions", MACROS);
	m->n = 0;
	if (!parse_new_name(p, m->name, &at, "the name of the operation to define") ||
	    !lex_expect(l, "(", "after the name"))
		return false;
	while (!lex_accept(l, ")"))
		if (!parameter(l, m))
			return false;
	m->body = l->now;
	if (!lex_is(l, "{"))
		return lex_expect(l, "{", "before the definition");
	if (!lex_skip_block(l, &end))
		return lex_fail(l, at, "the definition of %s has no end", m->name);
	p->n_macros++;
	return !l->failed;
}
