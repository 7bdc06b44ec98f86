// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* exists, ~exists, forall, filter, locations: what the outcome is asked for. */
#include <stdio.h>
#include <string.h>

#include "check/language/parse.h"

struct reader {
	struct parser *p;
	struct litmus_condition *to;
	unsigned depth;
};

static bool either(struct reader *r);

static bool push(struct reader *r, const struct litmus_term *term)
{
	if (r->to->n == LITMUS_TERMS)
		return lex_fail(&r->p->lex, r->p->lex.now.at, "a condition of more than %d terms",
				LITMUS_TERMS);
	r->to->term[r->to->n++] = *term;
	return true;
}

/* 0:r0 or P0:r0, after the context's name was read. */
static bool register_of(struct parser *p, const struct token *who, struct litmus_term *term)
{
	char name[LITMUS_NAME], context[LITMUS_NAME + 1];
	const struct litmus *t = p->test;
	struct litmus_at at;
	uint8_t i = 0;

	snprintf(context, sizeof(context), "%s%s", who->kind == TOKEN_NUMBER ? "P" : "", who->text);
	term->kind = TERM_REG;
	term->context = parse_context(t, context);
	if (term->context == LITMUS_NONE) {
		const char *names[LITMUS_CONTEXTS + 1] = { NULL };

		for (; i < t->n_contexts; i++)
			names[i] = t->context[i].name;
		return parse_unknown(p, who->at, "context", context, names);
	}
	at = p->lex.now.at;
	if (!lex_name(&p->lex, name, "a register"))
		return false;
	if (!parse_is_register(name))
		return lex_fail(&p->lex, at, "'%s' is no register; expected r0, r1 ... of %s", name,
				context);
	for (i = 0; i < t->context[term->context].n_regs; i++)
		if (!strcmp(t->context[term->context].reg[i], name)) {
			term->index = i;
			return true;
		}
	return lex_fail(&p->lex, at, "register %s was never set in %s", name, context);
}

/* What has a value: a register, a variable, a word of memory. */
static bool place(struct parser *p, struct litmus_term *term)
{
	struct token word = p->lex.now;
	const struct litmus *t = p->test;
	uint32_t n = 0, first = 0, last = t->lines * t->words - 1u;
	uint8_t buffer;

	*term = (struct litmus_term){ 0 };
	if (word.kind != TOKEN_NAME && word.kind != TOKEN_NUMBER)
		return lex_fail(&p->lex, word.at, "expected a condition, found '%s'",
				lex_found(&p->lex));
	lex_next(&p->lex);
	if (lex_accept(&p->lex, ":"))
		return register_of(p, &word, term);
	term->index = parse_var(t, word.text);
	if (term->index != LITMUS_NONE) {
		term->kind = TERM_VAR;
		return true;
	}
	buffer = parse_buffer(t, word.text);
	term->index = buffer == LITMUS_NONE ? parse_page(t, word.text) : t->buffer[buffer].page;
	if (buffer != LITMUS_NONE) {
		first = t->buffer[buffer].first;
		last = t->buffer[buffer].last;
	}
	if (term->index == LITMUS_NONE) {
		const char *names[LITMUS_PAGES + LITMUS_VARS + 8] = { "stale", "lost", "deadlock",
								      "irq", "hazard" };
		unsigned k = 5;

		for (uint8_t i = 0; i < t->n_pages; i++)
			names[k++] = t->page[i].name;
		for (uint8_t i = 0; i < t->n_vars; i++)
			names[k++] = t->var[i];
		return parse_unknown(p, word.at, "page, variable or outcome", word.text, names);
	}
	term->kind = TERM_MEMORY;
	if (lex_accept(&p->lex, "[") &&
	    (!lex_number(&p->lex, 0, last - first, &n, "the word of the page or buffer") ||
	     !lex_expect(&p->lex, "]", "after the word")))
		return false;
	term->word = (uint8_t)(first + n);
	return true;
}

static bool atom(struct reader *r)
{
	static const struct {
		const char *name;
		enum litmus_term_kind kind;
	} outcomes[] = { { "stale", TERM_STALE },	{ "lost", TERM_LOST },
			 { "deadlock", TERM_DEADLOCK }, { "irq", TERM_IRQ },
			 { "hazard", TERM_HAZARD },	{ "true", TERM_TRUE } };
	struct lexer *l = &r->p->lex;
	struct litmus_term term = { 0 };

	if (l->now.kind == TOKEN_NAME)
		for (size_t i = 0; i < sizeof(outcomes) / sizeof(*outcomes); i++)
			if (!strcmp(l->now.text, outcomes[i].name)) {
				lex_next(l);
				term.kind = outcomes[i].kind;
				return push(r, &term);
			}
	if (!place(r->p, &term))
		return false;
	if (lex_accept(l, "="))
		term.compare = CMP_EQ;
	else if (!parse_compare(l, &term.compare))
		return false;
	parse_written(r->p, &l->now);
	return lex_number(l, 0, UINT32_MAX, &term.value, "a value") && push(r, &term);
}

static bool factor(struct reader *r)
{
	struct lexer *l = &r->p->lex;
	bool right;

	if (++r->depth > LITMUS_TERMS)
		return lex_fail(l, l->now.at, "a condition that is nested too deep");
	if (lex_accept(l, "~") || lex_accept(l, "not"))
		right = factor(r) && push(r, &(struct litmus_term){ .kind = TERM_NOT });
	else if (lex_accept(l, "("))
		right = either(r) && lex_expect(l, ")", "after the condition");
	else
		right = atom(r);
	r->depth--;
	return right;
}

static bool both(struct reader *r)
{
	bool right = factor(r);

	while (right && lex_accept(&r->p->lex, "/\\"))
		right = factor(r) && push(r, &(struct litmus_term){ .kind = TERM_AND });
	return right;
}

static bool either(struct reader *r)
{
	bool right = both(r);

	while (right && lex_accept(&r->p->lex, "\\/"))
		right = both(r) && push(r, &(struct litmus_term){ .kind = TERM_OR });
	return right;
}

static bool condition(struct parser *p, struct litmus_condition *to)
{
	struct reader r = { p, to, 0 };

	return lex_expect(&p->lex, "(", "before the condition") && either(&r) &&
	       lex_expect(&p->lex, ")", "after the condition");
}

static bool locations(struct parser *p)
{
	struct litmus *t = p->test;

	if (!lex_expect(&p->lex, "[", "after locations"))
		return false;
	while (!lex_accept(&p->lex, "]")) {
		if (t->n_locations == LITMUS_LOCATIONS)
			return lex_fail(&p->lex, p->lex.now.at, "more than %d locations",
					LITMUS_LOCATIONS);
		if (!place(p, &t->location[t->n_locations++]))
			return false;
		if (!lex_accept(&p->lex, ";") && !lex_is(&p->lex, "]"))
			return lex_fail(&p->lex, p->lex.now.at, "expected ';' or ']', found '%s'",
					lex_found(&p->lex));
	}
	return true;
}

/* The question: one of the three quantifiers. */
static bool question(struct parser *p, enum litmus_quantifier quantifier, struct litmus_at at)
{
	struct litmus *t = p->test;

	if (t->condition.n)
		return lex_fail(&p->lex, at, "a second condition; a test has one");
	t->quantifier = quantifier;
	t->condition_at = at;
	return condition(p, &t->condition);
}

static bool only_filter(struct parser *p, struct litmus_at at)
{
	if (p->test->filter.n)
		return lex_fail(&p->lex, at, "a second filter; a test has one");
	p->test->filter_at = at;
	return condition(p, &p->test->filter);
}

bool parse_conditions(struct parser *p)
{
	static const char *const names[] = { "exists", "forall", "filter", "locations", NULL };
	struct lexer *l = &p->lex;

	while (l->now.kind != TOKEN_END) {
		struct litmus_at at = l->now.at;
		bool right;

		if (lex_accept(l, "~"))
			right = lex_expect(l, "exists", "after '~'") &&
				question(p, LITMUS_NOT_EXISTS, at);
		else if (lex_accept(l, "exists"))
			right = question(p, LITMUS_EXISTS, at);
		else if (lex_accept(l, "forall"))
			right = question(p, LITMUS_FORALL, at);
		else if (lex_accept(l, "filter"))
			right = only_filter(p, at);
		else if (lex_accept(l, "locations"))
			right = locations(p);
		else if (l->now.kind == TOKEN_NAME)
			right = parse_unknown(p, at, "context or condition", l->now.text, names);
		else
			right = lex_fail(l, at, "expected a context or a condition, found '%s'",
					 lex_found(l));
		if (!right || l->failed)
			return false;
	}
	if (!p->test->condition.n) {
		p->test->condition.n = 1;
		p->test->condition.term[0].kind = TERM_HAZARD;
		p->test->condition_at = p->test->name_at;
	}
	return true;
}
