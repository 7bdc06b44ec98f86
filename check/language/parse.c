// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* A litmus file from its first line to its last: the parts, and what they share. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/language/foreign.h"
#include "check/language/parse.h"
#include "check/language/suggest.h"
#include "check/language/words.h"
#include "model/machine.h"

uint8_t parse_page(const struct litmus *t, const char *name)
{
	for (uint8_t i = 0; i < t->n_pages; i++)
		if (!strcmp(t->page[i].name, name))
			return i;
	return LITMUS_NONE;
}

uint8_t parse_alias(const struct litmus *t, const char *name)
{
	for (uint8_t i = 0; i < t->n_aliases; i++)
		if (!strcmp(t->alias[i].name, name))
			return i;
	return LITMUS_NONE;
}

uint8_t parse_var(const struct litmus *t, const char *name)
{
	for (uint8_t i = 0; i < t->n_vars; i++)
		if (!strcmp(t->var[i], name))
			return i;
	return LITMUS_NONE;
}

uint8_t parse_lock(const struct litmus *t, const char *name)
{
	for (uint8_t i = 0; i < t->n_locks; i++)
		if (!strcmp(t->lock[i], name))
			return i;
	return LITMUS_NONE;
}

uint8_t parse_context(const struct litmus *t, const char *name)
{
	for (uint8_t i = 0; i < t->n_contexts; i++)
		if (!strcmp(t->context[i].name, name))
			return i;
	return LITMUS_NONE;
}

bool parse_unknown(struct parser *p, struct litmus_at at, const char *what, const char *name,
		   const char *const *names)
{
	const char *near = suggest(names, name);

	if (near)
		return lex_fail(&p->lex, at, "unknown %s '%s'; did you mean '%s'?", what, name,
				near);
	return lex_fail(&p->lex, at, "unknown %s '%s'", what, name);
}

bool parse_expected(struct parser *p, struct litmus_at at, const char *what,
		    const char *const *names)
{
	const struct token *word = parse_meant(p, &p->lex.now);
	const char *near = word->kind == TOKEN_NAME ? suggest(names, word->text) : NULL;

	return lex_fail(&p->lex, at, "expected %s, found '%s'%s%s%s", what,
			word->kind == TOKEN_END ? lex_found(&p->lex) : word->text,
			near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* Words that would mean something else where the name is used. */
static bool is_reserved(const char *name)
{
	static const char *const reserved[] = { "if",	     "else",   "await",	 "define",
						"repeat",    "exists", "forall", "filter",
						"locations", "not",    "stale",	 "lost",
						"deadlock",  "irq",    "hazard", "true" };

	for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++)
		if (!strcmp(reserved[i], name))
			return true;
	return parse_is_register(name);
}

static bool is_right(const char *name)
{
	uint32_t rights;
	enum coh_attr attr;
	bool has_attr;

	return parse_right(name, &rights, &attr, &has_attr);
}

static bool is_taken(const struct parser *p, const char *name)
{
	const struct litmus *t = p->test;

	for (uint8_t i = 0; i < p->n_macros; i++)
		if (!strcmp(p->macro[i].name, name))
			return true;
	return parse_page(t, name) != LITMUS_NONE || parse_alias(t, name) != LITMUS_NONE ||
	       parse_var(t, name) != LITMUS_NONE || parse_lock(t, name) != LITMUS_NONE ||
	       parse_context(t, name) != LITMUS_NONE || parse_buffer(t, name) != LITMUS_NONE;
}

/* The name is written only if it is right: an object half made has none. */
static bool new_name(struct parser *p, char name[LITMUS_NAME], struct litmus_at *at,
		     const char *what, bool may_be_right)
{
	struct token word = p->lex.now;

	*at = word.at;
	if (word.kind != TOKEN_NAME)
		return lex_fail(&p->lex, *at, "expected %s, found '%s'", what, lex_found(&p->lex));
	for (enum litmus_op op = 0; op < LITMUS_OPS; op++)
		if (words[op].name && !strcmp(words[op].name, word.text))
			return lex_fail(
				&p->lex, *at,
				"'%s' is an operation, and means one thing: choose another name",
				word.text);
	if (is_reserved(word.text) || (!may_be_right && is_right(word.text)))
		return lex_fail(&p->lex, *at, "'%s' is a word of the language: choose another name",
				word.text);
	if (is_taken(p, word.text))
		return lex_fail(&p->lex, *at, "there is a '%s' already", word.text);
	if (strchr(word.text, '-') || strchr(word.text, '.'))
		return lex_fail(&p->lex, *at,
				"a name of yours may have letters, digits and _ only");
	memcpy(name, word.text, LITMUS_NAME);
	lex_next(&p->lex);
	return !p->lex.failed;
}

bool parse_new_name(struct parser *p, char name[LITMUS_NAME], struct litmus_at *at,
		    const char *what)
{
	return new_name(p, name, at, what, false);
}

bool parse_new_buffer(struct parser *p, char name[LITMUS_NAME], struct litmus_at *at)
{
	return new_name(p, name, at, "a buffer's name", true);
}

bool parse_right(const char *word, uint32_t *rights, enum coh_attr *attr, bool *has_attr)
{
	static const struct {
		const char *word;
		uint32_t rights;
	} table[] = {
		{ "none", 0 },
		{ "ro", COH_MACHINE_READ },
		{ "rw", COH_MACHINE_READ | COH_MACHINE_WRITE },
		{ "rx", COH_MACHINE_READ | COH_MACHINE_EXEC },
		{ "rwx", COH_MACHINE_READ | COH_MACHINE_WRITE | COH_MACHINE_EXEC },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (!strcmp(word, table[i].word)) {
			*rights = table[i].rights;
			return true;
		}
	if (!strcmp(word, "uncached"))
		*attr = COH_UNCACHED;
	else if (!strcmp(word, "cached"))
		*attr = COH_WRITE_BACK;
	else if (!strcmp(word, "write-through"))
		*attr = COH_WRITE_THROUGH;
	else
		return false;
	return *has_attr = true;
}

bool parse_compare(struct lexer *l, enum litmus_compare *compare)
{
	static const char *const signs[] = { "==", "!=", "<", ">", "<=", ">=" };

	for (unsigned i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		if (lex_accept(l, signs[i])) {
			*compare = (enum litmus_compare)i;
			return true;
		}
	return lex_fail(l, l->now.at, "expected a comparison (== != < > <= >=), found '%s'",
			lex_found(l));
}

/* ---- contexts ---- */

static bool kind_of(struct parser *p, struct litmus_context *c)
{
	static const char *const words_[] = { "mm",	"cpu",	 "irq",	     "nmi", "ipi",
					      "device", "times", "optional", NULL };
	struct lexer *l = &p->lex;
	uint32_t n;

	if (lex_accept(l, "mm")) {
		if (!lex_number(l, 0, LITMUS_MMS - 1, &n, "the mm"))
			return false;
		c->mm = (uint8_t)n;
		if (n >= p->test->mms)
			p->test->mms = (uint8_t)(n + 1);
		return true;
	}
	if (lex_accept(l, "cpu")) {
		if (!lex_number(l, 0, p->test->cpus - 1u, &n,
				p->test->cpus > 1 ? "the CPU"
						  : "the CPU (there is one; 'cpus 2;' makes two)"))
			return false;
		c->cpu = (uint8_t)n;
		return true;
	}
	if (lex_accept(l, "times")) {
		if (!lex_number(l, 1, 3, &n, "how often it comes"))
			return false;
		c->times = (uint8_t)n;
		return true;
	}
	if (lex_accept(l, "optional"))
		return c->optional = true;
	for (unsigned i = LITMUS_IRQ; i <= LITMUS_DEVICE; i++)
		if (lex_accept(l, words_[i + 1])) {
			c->kind = (enum litmus_context_kind)i;
			return true;
		}
	if (foreign_is_type(l->now.text))
		return lex_fail(
			l, l->now.at,
			"contexts have no parameters: expected properties, as (mm 0), (irq) "
			"or (); what is shared is declared by 'page' and 'alias', or by "
			"'var', in the initial state");
	if (l->now.kind == TOKEN_NAME)
		return parse_unknown(p, l->now.at, "property of a context", l->now.text, words_);
	return lex_fail(l, l->now.at, "expected a property of the context, found '%s'",
			lex_found(l));
}

/* A process never interrupts who holds a lock: with (irq) left out a bug would be Never. */
static bool named_as_its_kind(struct parser *p, const struct litmus_context *c)
{
	static const char letters[] = "INHD";
	static const char *const kinds[] = { "irq", "nmi", "ipi", "device" };
	const char *letter = strchr(letters, c->name[0]);

	if (c->kind != LITMUS_PROCESS || !letter || c->name[1] < '0' || c->name[1] > '9')
		return true;
	return lex_fail(&p->lex, c->at, "%s would be a process: expected (%s), or a name as P0",
			c->name, kinds[letter - letters]);
}

static bool context_is_possible(struct parser *p, const struct litmus_context *c)
{
	if (!named_as_its_kind(p, c))
		return false;
	if (c->mm != LITMUS_NONE && c->kind != LITMUS_PROCESS)
		return lex_fail(&p->lex, c->at, "%s has no mm of its own: it borrows what is there",
				c->name);
	if ((c->times > 1 || c->optional) &&
	    (c->kind == LITMUS_PROCESS || c->kind == LITMUS_DEVICE))
		return lex_fail(&p->lex, c->at,
				"%s runs once: 'times' and 'optional' are for interrupts", c->name);
	return true;
}

/*
 * The heads are read first, so that ipi(I0) may stand above I0; the body's brace is kept for
 * the second pass.
 */
static bool context_head(struct parser *p, struct token *body)
{
	struct litmus *t = p->test;
	struct lexer *l = &p->lex;
	struct litmus_context *c = &t->context[t->n_contexts];

	if (t->n_contexts == LITMUS_CONTEXTS)
		return lex_fail(l, l->now.at, "more than %d contexts", LITMUS_CONTEXTS);
	*c = (struct litmus_context){ .mm = LITMUS_NONE, .times = 1 };
	if (!parse_new_name(p, c->name, &c->at, "a context's name"))
		return false;
	if (!lex_expect(l, "(", "after a context's name"))
		return false;
	while (!lex_accept(l, ")")) {
		if (!kind_of(p, c))
			return false;
		if (!lex_accept(l, ",") && !lex_is(l, ")"))
			return lex_fail(l, l->now.at, "expected ',' or ')', found '%s'",
					lex_found(l));
	}
	if (!context_is_possible(p, c))
		return false;
	t->n_contexts++;
	*body = l->now;
	if (!lex_is(l, "{"))
		return lex_expect(l, "{", "before the statements of a context");
	if (!lex_skip_block(l, &c->end))
		return lex_fail(l, c->at, "%s has no end: a '}' is missing", c->name);
	return !l->failed;
}

static bool contexts(struct parser *p)
{
	static const char *const conditions[] = { "exists", "forall", "filter", NULL };
	struct token body[LITMUS_CONTEXTS], after;
	struct litmus *t = p->test;
	struct lexer *l = &p->lex;

	while (l->now.kind == TOKEN_NAME) {
		struct token word = l->now;
		bool is_head;

		if (lex_accept(l, "define")) {
			if (!parse_macro(p))
				return false;
			continue;
		}
		lex_next(l);
		/* A misspelt "exists" is no context either. */
		is_head = lex_is(l, "(") && !suggest(conditions, word.text);
		lex_back(l, &word);
		if (!is_head)
			break;
		if (!context_head(p,
				  t->n_contexts < LITMUS_CONTEXTS ? &body[t->n_contexts] : &after))
			return false;
	}
	if (!t->n_contexts)
		return lex_fail(l, l->now.at,
				"expected a context, as P0 (mm 0) { ... }, found '%s'",
				lex_found(l));
	after = l->now;
	for (uint8_t i = 0; i < t->n_contexts; i++) {
		lex_back(l, &body[i]);
		if (!parse_code(p, &t->context[i]))
			return false;
	}
	lex_back(l, &after);
	return !l->failed;
}

/* ---- the whole ---- */

static void header_comment(void *context, const char *text, size_t len, struct litmus_at at)
{
	struct parser *p = context;

	parse_results(p, text, len, at);
}

/*
 * The name goes to the end of its line, as herd's does: it may have any sign in it, A1+fix.
 */
static bool name(struct parser *p)
{
	struct litmus *t = p->test;
	struct lexer *l = &p->lex;
	const char *start, *end;

	if (foreign_is_architecture(l->now.text))
		return lex_fail(l, l->now.at,
				"a test in assembly, of %s: expected 'C' and the test's name; "
				"statements are load(U), store(U, 1) ... (docs/litmus.md)",
				l->now.text);
	if (!lex_is(l, "C"))
		return lex_fail(l, l->now.at,
				"expected 'C' and the test's name in the first line, found '%s'",
				lex_found(l));
	start = l->p;
	while (start < l->end && (*start == ' ' || *start == '\t'))
		start++;
	end = start;
	while (end < l->end && isgraph((unsigned char)*end))
		end++;
	t->name_at = (struct litmus_at){ l->line, (uint32_t)(start - l->line_start) + 1 };
	if (end == start || end - start >= LITMUS_NAME)
		return lex_fail(l, t->name_at, "expected the test's name, of 1 to %d characters",
				LITMUS_NAME - 1);
	memcpy(t->name, start, (size_t)(end - start));
	l->p = end;
	lex_next(l);
	return !l->failed;
}

/* The small kernel keeps its tables in step with its areas; a raw change would not. */
static bool nothing_raw_beside_the_layer(struct parser *p)
{
	static const char *const instead[] = { "mmap", "munmap", "mprotect" };
	const struct litmus *t = p->test;

	for (uint8_t c = 0; t->uses_layer && c < t->n_contexts; c++)
		for (uint8_t n = 0; n < t->context[c].n_instrs; n++) {
			const struct litmus_instr *i = &t->context[c].instr[n];

			if (i->op >= OP_MAP && i->op <= OP_PROTECT)
				return lex_fail(
					&p->lex, i->call.line ? i->call : i->at,
					"raw %s in a test that uses the layer, whose kernel "
					"would not know of it: expected %s",
					litmus_op_name(i->op), instead[i->op - OP_MAP]);
		}
	return true;
}

static bool file(struct parser *p)
{
	p->in_header = true;
	lex_next(&p->lex);
	if (!name(p) || p->lex.failed)
		return false;
	if (!lex_is(&p->lex, "{"))
		return lex_expect(&p->lex, "{", "before the initial state");
	p->in_header = false; /* the comments up to here have been read */
	return parse_state(p) && contexts(p) && nothing_raw_beside_the_layer(p) &&
	       parse_conditions(p);
}

struct litmus *litmus_parse(const char *path, const char *text, size_t len,
			    struct litmus_error *error)
{
	struct litmus *t = calloc(1, sizeof(*t));
	struct parser p = { .test = t };

	if (t) {
		t->path = strdup(path);
		t->text = malloc(len + 1);
	}
	if (!t || !t->path || !t->text) {
		*error = (struct litmus_error){ .at = { 1, 1 }, .text = "there is no memory" };
		litmus_free(t);
		return NULL;
	}
	memcpy(t->text, text, len);
	t->text[len] = 0;
	t->len = len;
	t->lines = 1;
	t->words = 2;
	t->cpus = 1;
	t->mms = 1;
	lex_start(&p.lex, t->text, len, error);
	p.lex.comment = header_comment;
	p.lex.comment_context = &p;
	if (file(&p) && !p.lex.failed)
		return t;
	if (!p.lex.failed)
		lex_fail(&p.lex, p.lex.now.at, "our own bug: no reason was given");
	litmus_free(t);
	return NULL;
}

void litmus_free(struct litmus *litmus)
{
	if (!litmus)
		return;
	free(litmus->path);
	free(litmus->text);
	free(litmus);
}
