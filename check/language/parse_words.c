// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Which words of a page a statement is about: an alias or a page, a buffer, what a parameter
 * stands for, and brackets behind it.  What is about several words and does one at a time
 * becomes several statements; a word that a register or a variable chooses, a choice among them.
 */
#include <string.h>

#include "check/language/parse.h"
#include "check/language/words.h"

/* Words that are spoken of: of a page, or within what was spoken of before. */
struct reach {
	uint8_t base, count;
	bool is_part; /* all of them are meant where no brackets say which */
};

uint8_t parse_buffer(const struct litmus *t, const char *name)
{
	for (uint8_t i = 0; i < t->n_buffers; i++)
		if (!strcmp(t->buffer[i].name, name))
			return i;
	return LITMUS_NONE;
}

/* ---- what a name means ---- */

/* By which address does a CPU reach the buffer? */
static bool alias_of(struct parser *p, const struct litmus_buffer *b, struct litmus_at at,
		     uint8_t *alias)
{
	const struct litmus *t = p->test;
	unsigned n = 0;

	*alias = b->alias;
	if (*alias != LITMUS_NONE)
		return true;
	for (uint8_t a = 0; a < t->n_aliases; a++)
		if (t->alias[a].page == b->page) {
			*alias = a;
			n++;
		}
	if (n == 1)
		return true;
	if (!n)
		return lex_fail(&p->lex, at, "%s has no address for a CPU: page %s needs an alias",
				b->name, t->page[b->page].name);
	return lex_fail(&p->lex, at,
			"page %s has several addresses: say by which, as in 'buffer %s = "
			"%s[%u..%u];'",
			t->page[b->page].name, b->name, t->alias[*alias].name, b->first, b->last);
}

static bool named(struct parser *p, struct litmus_instr *i, bool device, struct reach *r)
{
	struct token word = *parse_meant(p, &p->lex.now);
	uint8_t n = word.kind == TOKEN_NAME ? parse_buffer(p->test, word.text) : LITMUS_NONE;
	const struct litmus_buffer *b;

	if (n == LITMUS_NONE) {
		*r = (struct reach){ .count = (uint8_t)(p->test->lines * p->test->words) };
		return device ? parse_named(p, "page", 'p', parse_page, &i->page)
			      : parse_named(p, "alias", 'a', parse_alias, &i->alias);
	}
	b = &p->test->buffer[n];
	*r = (struct reach){ b->first, (uint8_t)(b->last - b->first + 1), true };
	if (device)
		i->page = b->page;
	else if (!alias_of(p, b, word.at, &i->alias))
		return false;
	lex_next(&p->lex);
	return true;
}

/* ---- brackets ---- */

/* [3] or [1..3], of count words. */
static bool brackets(struct parser *p, uint8_t count, uint8_t *first, uint8_t *last)
{
	struct lexer *l = &p->lex;
	uint32_t n;

	if (!lex_number_as(l, parse_meant(p, &l->now), 0, count - 1u, &n,
			   "the word of the page or buffer"))
		return false;
	*first = *last = (uint8_t)n;
	if (lex_accept(l, "..")) {
		if (!lex_number_as(l, parse_meant(p, &l->now), n, count - 1u, &n, "the last word"))
			return false;
		*last = (uint8_t)n;
	}
	return lex_expect(l, "]", "after the word");
}

bool parse_span(struct parser *p, struct span *span)
{
	*span = (struct span){ .at = p->lex.now.at };
	if (!lex_accept(&p->lex, "["))
		return true;
	span->is = true;
	return brackets(p, LITMUS_WORDS, &span->first, &span->last);
}

/* What the argument that a parameter stands for has in brackets; the outermost first. */
static bool spans(struct parser *p, const struct expansion *e, const char *name, struct reach *r)
{
	uint8_t i = 0;

	if (!e)
		return true;
	while (i < e->macro->n && strcmp(e->macro->parameter[i], name))
		i++;
	if (i == e->macro->n)
		return true;
	if (e->argument[i].kind == TOKEN_NAME && !spans(p, e->outer, e->argument[i].text, r))
		return false;
	if (!e->span[i].is)
		return true;
	if (e->span[i].last >= r->count)
		return lex_fail(&p->lex, e->span[i].at,
				"the word of the page or buffer is %u, expected 0 to %u",
				e->span[i].last, r->count - 1);
	r->base += e->span[i].first;
	r->count = (uint8_t)(e->span[i].last - e->span[i].first + 1);
	r->is_part = true;
	return true;
}

static bool is_chosen_by(const struct parser *p, const struct token *word)
{
	return word->kind == TOKEN_NAME &&
	       (parse_is_register(word->text) || parse_var(p->test, word->text) != LITMUS_NONE);
}

/* [r0] or [head] */
static bool chosen(struct parser *p, struct litmus_instr *i, const struct reach *r)
{
	struct token word = *parse_meant(p, &p->lex.now);

	p->index = (struct chosen){ .is = true, .at = word.at, .count = r->count };
	p->index.value.reg = LITMUS_NONE;
	p->index.var = parse_var(p->test, word.text);
	i->first = i->last = r->base;
	if (p->index.var != LITMUS_NONE)
		lex_next(&p->lex);
	else if (!parse_value(p, &p->index.value))
		return false;
	return lex_expect(&p->lex, "]", "after the word");
}

bool parse_words(struct parser *p, struct litmus_instr *i, bool device, bool range)
{
	char name[LITMUS_NAME];
	struct reach r;
	struct token word;
	uint8_t first, last;

	memcpy(name, p->lex.now.text, LITMUS_NAME);
	if (!named(p, i, device, &r) || !spans(p, p->expansion, name, &r))
		return false;
	if (!device)
		i->page = p->test->alias[i->alias].page;
	i->first = r.base;
	i->last = range || r.is_part ? (uint8_t)(r.base + r.count - 1) : r.base;
	i->bare = !r.is_part;
	if (!lex_accept(&p->lex, "["))
		return true;
	i->bare = false;
	word = *parse_meant(p, &p->lex.now);
	if (is_chosen_by(p, &word))
		return chosen(p, i, &r);
	if (!brackets(p, r.count, &first, &last))
		return false;
	i->first = r.base + first;
	i->last = r.base + last;
	return true;
}

/* ---- one statement becomes several ---- */

/* One that does a word at a time: word after word. */
static bool word_by_word(struct parser *p, const struct litmus_instr *whole)
{
	for (unsigned w = whole->first; w <= whole->last; w++) {
		struct litmus_instr *i = parse_add(p, whole->op, whole->at);

		if (!i)
			return false;
		*i = *whole;
		i->first = i->last = (uint8_t)w;
		i->goes_on = w > whole->first;
	}
	return true;
}

static bool read_index(struct parser *p, struct chosen *index, struct litmus_at at)
{
	struct litmus_instr *i;

	if (index->var == LITMUS_NONE)
		return true;
	i = parse_add(p, OP_READ_VAR, at);
	if (!i)
		return false;
	index->value.reg = parse_hidden_reg(p->context, 0);
	i->other = index->var;
	i->reg = index->value.reg;
	return true;
}

/* if (index == 0) it is the first word, else if (index == 1) ...; else it is wrong. */
static bool choose(struct parser *p, const struct litmus_instr *one, struct chosen index)
{
	struct litmus_context *c = p->context;
	uint8_t jump[LITMUS_WORDS], from = c->n_instrs;

	if (!read_index(p, &index, one->at))
		return false;
	for (uint8_t w = 0; w < index.count; w++) {
		uint8_t branch = c->n_instrs;
		struct litmus_instr *i = parse_add(p, OP_BRANCH, one->at);

		if (!i)
			return false;
		i->a = index.value;
		i->chooses = true;
		i->b.add = w;
		i = parse_add(p, one->op, one->at);
		if (!i)
			return false;
		*i = *one;
		i->first = i->last = one->first + w;
		jump[w] = c->n_instrs;
		if (!parse_add(p, OP_JUMP, one->at))
			return false;
		c->instr[branch].target = c->n_instrs;
	}
	if (!parse_add(p, OP_NO_WORD, one->at))
		return false;
	c->instr[c->n_instrs - 1].first = index.count;
	for (uint8_t w = 0; w < index.count; w++)
		c->instr[jump[w]].target = c->n_instrs;
	for (uint8_t n = from + 1; n < c->n_instrs; n++)
		c->instr[n].goes_on = true;
	return true;
}

bool parse_spread(struct parser *p)
{
	struct litmus_context *c = p->context;
	struct litmus_instr one = c->instr[c->n_instrs - 1];
	const char *kinds = words[one.op].arguments;

	if (p->index.is) {
		struct chosen index = p->index;

		p->index.is = false;
		c->n_instrs--;
		return choose(p, &one, index);
	}
	if (!strpbrk(kinds, "WQ") || one.first == one.last)
		return true;
	c->n_instrs--;
	return word_by_word(p, &one);
}
