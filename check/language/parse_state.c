// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The initial state: the braces before the first context. */
#include <stdio.h>
#include <string.h>

#include "check/language/names.h"
#include "check/language/foreign.h"
#include "check/language/parse.h"
#include "check/language/suggest.h"
#include "model/machine.h"

/* ---- words that the machine is described with ---- */

/* canonical: what the name is called elsewhere, or NULL for itself; NULL: each is as it stands. */
static bool list(struct parser *p, char names[][LITMUS_NAME], struct litmus_at *at, uint8_t *n,
		 const char *(*canonical)(const char *name), const char *what)
{
	struct lexer *l = &p->lex;

	do {
		if (*n == LITMUS_TARGETS)
			return lex_fail(l, l->now.at, "more than %d of %s", LITMUS_TARGETS, what);
		at[*n] = l->now.at;
		/* ARM cores have names that begin with digits nowhere; PA-RISC's do not either. */
		if (!lex_name(l, names[*n], what))
			return false;
		if (canonical && canonical(names[*n]))
			snprintf(names[*n], LITMUS_NAME, "%s", canonical(names[*n]));
		for (uint8_t i = 0; i < *n; i++)
			if (!strcmp(names[i], names[*n]))
				return lex_fail(l, at[*n], "'%s' stands here twice", names[i]);
		++*n;
	} while (lex_accept(l, ","));
	return true;
}

static bool state_cache(struct parser *p)
{
	struct litmus *t = p->test;

	/* A name that is none is left to whoever makes the target. */
	return list(p, t->target, t->target_at, &t->n_targets, target_find,
		    "a kind of cache or a core's name");
}

static bool state_policy(struct parser *p)
{
	struct litmus *t = p->test;

	return list(p, t->policy, t->policy_at, &t->n_policies, NULL, "a policy");
}

/* One of the words, by number from 0. */
static bool choice(struct parser *p, const char *const *of, uint32_t *which, const char *what)
{
	struct lexer *l = &p->lex;

	for (*which = 0; of[*which]; ++*which)
		if (lex_accept(l, of[*which]))
			return true;
	return parse_expected(p, l->now.at, what, of);
}

static bool state_write(struct parser *p)
{
	static const char *const of[] = { "back", "through", NULL };
	uint32_t which;

	if (!choice(p, of, &which, "a write policy (back or through)"))
		return false;
	p->test->write = which ? COH_STORE_THROUGH : COH_STORE_BACK;
	return true;
}

static bool state_allocate(struct parser *p)
{
	static const char *const of[] = { "read", "write", NULL };
	uint32_t which;

	if (!choice(p, of, &which, "when a line is allocated (read or write)"))
		return false;
	p->test->allocate = which ? COH_ALLOC_READ_WRITE : COH_ALLOC_READ;
	return true;
}

static bool state_speculate(struct parser *p)
{
	static const char *const of[] = { "nothing", "insn", "data", "dirty", NULL };
	uint32_t which;

	if (!choice(p, of, &which, "what is speculated (nothing, insn, data or dirty)"))
		return false;
	p->test->speculates = LITMUS_SPECULATES_NOTHING + which;
	return true;
}

static bool state_operations(struct parser *p)
{
	static const char *const of[] = { "local", "broadcast", NULL };
	uint32_t which;

	if (!choice(p, of, &which, "how far cache operations reach (local or broadcast)"))
		return false;
	p->test->local = !which;
	return true;
}

static bool small_number(struct parser *p, uint32_t min, uint32_t max, uint8_t *to,
			 const char *what)
{
	uint32_t n;

	if (!lex_number(&p->lex, min, max, &n, what))
		return false;
	*to = (uint8_t)n;
	return true;
}

static bool power_of_two(struct parser *p, uint32_t max, uint8_t *to, const char *what)
{
	struct litmus_at at = p->lex.now.at;

	if (!small_number(p, 1, max, to, what))
		return false;
	if (*to & (*to - 1))
		return lex_fail(&p->lex, at, "%s is %u, expected a power of two: no cache has that",
				what, *to);
	return true;
}

static bool state_lines(struct parser *p)
{
	return power_of_two(p, 8, &p->test->lines, "the number of lines of a page");
}

static bool state_words(struct parser *p)
{
	return power_of_two(p, 4, &p->test->words, "the number of words of a line");
}

static bool state_colours(struct parser *p)
{
	return power_of_two(p, LITMUS_COLOURS, &p->test->colours, "the number of colours");
}

static bool state_cpus(struct parser *p)
{
	return small_number(p, 1, LITMUS_CPUS, &p->test->cpus, "the number of CPUs");
}

static bool state_tlb(struct parser *p)
{
	return small_number(p, 1, 8, &p->test->tlb, "the number of TLB entries");
}

static bool state_outer(struct parser *p)
{
	p->test->outer = true;
	return true;
}

static bool state_unified(struct parser *p)
{
	p->test->unified = true;
	return true;
}

static bool state_incoherent(struct parser *p)
{
	p->test->incoherent = true;
	return true;
}

static bool state_no_migration(struct parser *p)
{
	p->test->no_migration = true;
	return true;
}

static bool state_no_switch_flush(struct parser *p)
{
	p->test->no_switch_flush = true;
	return true;
}

static bool state_alone(struct parser *p)
{
	p->test->alone = true;
	return true;
}

static bool state_looks_at_tables(struct parser *p)
{
	p->test->looks_at_tables = true;
	return true;
}

/* ---- objects ---- */

static bool state_page(struct parser *p)
{
	static const char *const words[] = { "file", "anon", "plain", "highmem", "scratch", NULL };
	struct litmus *t = p->test;
	struct litmus_page *page = &t->page[t->n_pages];
	uint32_t which;

	if (t->n_pages == LITMUS_PAGES)
		return lex_fail(&p->lex, p->lex.now.at, "more than %d pages", LITMUS_PAGES);
	if (!parse_new_name(p, page->name, &page->at, "a page's name"))
		return false;
	t->n_pages++;
	while (!lex_is(&p->lex, ";")) {
		if (!choice(p, words, &which, "what kind of page it is, or ';'"))
			return false;
		if (which <= LITMUS_PLAIN + 2)
			page->kind = which == 0	  ? LITMUS_FILE
				     : which == 1 ? LITMUS_ANON
						  : LITMUS_PLAIN;
		page->highmem |= which == 3;
		page->scratch |= which == 4;
	}
	return true;
}

/* What an alias's line says beside struct litmus_alias: properties stand in any order. */
struct alias_line {
	bool has_kind;
	struct token same; /* the one after "at"; of kind TOKEN_END: there is none */
};

static bool alias_at(struct parser *p, uint8_t self, struct alias_line *line)
{
	struct lexer *l = &p->lex;
	uint8_t other;

	line->same = l->now;
	if (l->now.kind != TOKEN_NAME)
		return lex_fail(l, l->now.at, "expected an alias after 'at', found '%s'",
				lex_found(l));
	other = parse_alias(p->test, l->now.text);
	if (other == LITMUS_NONE || other == self)
		return lex_fail(
			l, l->now.at,
			"unknown alias '%s': name one from above, whose address this one has",
			l->now.text);
	lex_next(l);
	return !l->failed;
}

/* When all is known of it. */
static bool share_address(struct parser *p, uint8_t self, const struct token *same)
{
	struct litmus *t = p->test;
	uint8_t other = parse_alias(t, same->text);

	if ((t->alias[other].kind == LITMUS_USER) != (t->alias[self].kind == LITMUS_USER))
		return lex_fail(&p->lex, same->at, "'%s' is %s: they cannot have one address",
				same->text,
				t->alias[other].kind == LITMUS_USER ? "a user's" : "the kernel's");
	t->alias[self].where = t->alias[other].where;
	t->alias[self].colour = t->alias[other].colour;
	return true;
}

static bool alias_word(struct parser *p, struct litmus_alias *a, uint8_t self,
		       struct alias_line *line)
{
	static const char *const words[] = {
		"kernel", "vmap", "mm",	  "colour",   "unmapped", "private",	   "at", "ro", "rw",
		"rx",	  "rwx",  "none", "uncached", "cached",	  "write-through", NULL
	};
	struct lexer *l = &p->lex;
	struct token word = l->now;
	bool has_attr = false;

	if (word.kind != TOKEN_NAME)
		return lex_fail(l, word.at, "expected a property of the alias or ';', found '%s'",
				lex_found(l));
	if (parse_right(word.text, &a->rights, &a->attr, &has_attr)) {
		a->default_attr = a->default_attr && !has_attr;
		lex_next(l);
		return true;
	}
	if (lex_accept(l, "kernel") || lex_accept(l, "vmap")) {
		a->kind = !strcmp(word.text, "vmap") ? LITMUS_VMAP : LITMUS_KERNEL;
		line->has_kind = true;
		return true;
	}
	if (lex_accept(l, "mm")) {
		a->kind = LITMUS_USER;
		line->has_kind = true;
		return small_number(p, 0, LITMUS_MMS - 1, &a->mm, "the mm");
	}
	if (lex_accept(l, "colour"))
		return small_number(p, 0, LITMUS_COLOURS - 1, &a->colour, "the colour");
	if (lex_accept(l, "unmapped"))
		return a->unmapped = true;
	if (lex_accept(l, "private"))
		return a->private = true;
	if (lex_accept(l, "at"))
		return alias_at(p, self, line);
	return parse_unknown(p, word.at, "property of an alias", word.text, words);
}

static bool state_alias(struct parser *p)
{
	struct litmus *t = p->test;
	struct lexer *l = &p->lex;
	uint8_t self = t->n_aliases;
	struct litmus_alias *a = &t->alias[self];
	char page[LITMUS_NAME];
	struct litmus_at at;
	struct alias_line line = { 0 };

	if (self == LITMUS_ALIASES)
		return lex_fail(l, l->now.at, "more than %d aliases", LITMUS_ALIASES);
	*a = (struct litmus_alias){ .where = self,
				    .rights =
					    COH_MACHINE_READ | COH_MACHINE_WRITE | COH_MACHINE_EXEC,
				    .default_attr = true };
	if (!parse_new_name(p, a->name, &a->at, "an alias's name") ||
	    !lex_expect(l, "=", "between an alias and its page"))
		return false;
	at = l->now.at;
	if (!lex_name(l, page, "a page"))
		return false;
	a->page = parse_page(t, page);
	if (a->page == LITMUS_NONE) {
		const char *names[LITMUS_PAGES + 1] = { NULL };

		for (uint8_t i = 0; i < t->n_pages; i++)
			names[i] = t->page[i].name;
		return parse_unknown(p, at, "page", page, names);
	}
	t->n_aliases++;
	while (!lex_is(l, ";"))
		if (!alias_word(p, a, self, &line))
			return false;
	if (!line.has_kind)
		return lex_fail(l, a->at, "whose alias is %s? expected 'kernel' or 'mm N'",
				a->name);
	if (a->kind == LITMUS_USER && a->mm >= t->mms)
		t->mms = a->mm + 1;
	return line.same.kind == TOKEN_END || share_address(p, self, &line.same);
}

static bool state_var(struct parser *p)
{
	struct litmus *t = p->test;
	struct litmus_at at;

	if (t->n_vars == LITMUS_VARS)
		return lex_fail(&p->lex, p->lex.now.at, "more than %d variables", LITMUS_VARS);
	if (!parse_new_name(p, t->var[t->n_vars], &at, "a variable's name"))
		return false;
	t->n_vars++;
	if (!lex_accept(&p->lex, "="))
		return true;
	parse_written(p, &p->lex.now);
	return lex_number(&p->lex, 0, UINT32_MAX, &t->var_value[t->n_vars - 1],
			  "the variable's value");
}

static bool state_lock(struct parser *p)
{
	struct litmus *t = p->test;
	struct litmus_at at;

	if (t->n_locks == LITMUS_LOCKS)
		return lex_fail(&p->lex, p->lex.now.at, "more than %d locks", LITMUS_LOCKS);
	if (!parse_new_name(p, t->lock[t->n_locks], &at, "a lock's name"))
		return false;
	t->n_locks++;
	return true;
}

static bool state_grain(struct parser *p)
{
	static const char *const of[] = { "operation", "access", NULL };
	uint32_t which;

	if (!choice(p, of, &which, "a grain (operation or access)"))
		return false;
	p->test->grain_access = which;
	return true;
}

/* buffer rx = p[4..9], or by the address that a CPU uses: K[4..9] */
static bool state_buffer(struct parser *p)
{
	struct litmus *t = p->test;
	struct litmus_buffer *b = &t->buffer[t->n_buffers];
	struct lexer *l = &p->lex;
	struct span span;
	struct token of;

	if (t->n_buffers == LITMUS_BUFFERS)
		return lex_fail(l, l->now.at, "more than %d buffers", LITMUS_BUFFERS);
	if (!parse_new_buffer(p, b->name, &b->at) ||
	    !lex_expect(l, "=", "between a buffer and its words"))
		return false;
	of = l->now;
	b->page = parse_page(t, of.text);
	b->alias = parse_alias(t, of.text);
	if (b->alias != LITMUS_NONE)
		b->page = t->alias[b->alias].page;
	if (of.kind != TOKEN_NAME || b->page == LITMUS_NONE)
		return lex_fail(l, of.at, "expected a page or an alias, found '%s'", lex_found(l));
	lex_next(l);
	if (!parse_span(p, &span))
		return false;
	if (!span.is)
		return lex_fail(l, l->now.at, "expected the words of the buffer, as in '%s[0..3]'",
				of.text);
	b->first = span.first;
	b->last = span.last;
	t->n_buffers++;
	return true;
}

static const struct statement {
	const char *name;
	bool (*parse)(struct parser *p);
} statements[] = {
	{ "cache", state_cache },
	{ "policy", state_policy },
	{ "write", state_write },
	{ "allocate", state_allocate },
	{ "speculate", state_speculate },
	{ "operations", state_operations },
	{ "lines", state_lines },
	{ "words", state_words },
	{ "colours", state_colours },
	{ "cpus", state_cpus },
	{ "tlb", state_tlb },
	{ "outer", state_outer },
	{ "unified", state_unified },
	{ "incoherent", state_incoherent },
	{ "no_migration", state_no_migration },
	{ "no_switch_flush", state_no_switch_flush },
	{ "alone", state_alone },
	{ "looks_at_tables", state_looks_at_tables },
	{ "grain", state_grain },
	{ "page", state_page },
	{ "alias", state_alias },
	{ "var", state_var },
	{ "lock", state_lock },
	{ "buffer", state_buffer },
};

#define STATEMENTS (sizeof(statements) / sizeof(*statements))

/* p[1] = 5; how many words a page has may be said below. */
static bool state_init(struct parser *p, uint8_t page)
{
	struct litmus *t = p->test;
	struct litmus_init *init = &t->init[t->n_inits];
	uint32_t word = 0;
	uint8_t first = 0, count = LITMUS_WORDS;

	if (page == LITMUS_NONE) {
		const struct litmus_buffer *b = &t->buffer[parse_buffer(t, p->lex.now.text)];

		page = b->page;
		first = b->first;
		count = b->last - b->first + 1;
	}
	if (t->n_inits == LITMUS_INITS)
		return lex_fail(&p->lex, p->lex.now.at, "more than %d initial values",
				LITMUS_INITS);
	p->init_at[t->n_inits] = p->lex.now.at;
	lex_next(&p->lex);
	if (lex_accept(&p->lex, "[")) {
		p->init_at[t->n_inits] = p->lex.now.at;
		if (!lex_number(&p->lex, 0, count - 1u, &word, "the word of the page or buffer") ||
		    !lex_expect(&p->lex, "]", "after the word"))
			return false;
	}
	if (!lex_expect(&p->lex, "=", "before the initial value"))
		return false;
	init->page = page;
	init->word = (uint8_t)(first + word);
	t->n_inits++;
	parse_written(p, &p->lex.now);
	return lex_number(&p->lex, 0, UINT32_MAX, &init->value, "the initial value");
}

static bool one(struct parser *p)
{
	const char *names[STATEMENTS + 1] = { NULL };
	struct token word = p->lex.now;
	uint8_t page;

	if (word.kind == TOKEN_NUMBER || lex_is(&p->lex, "["))
		return lex_fail(&p->lex, word.at,
				"registers are 0 at the start, and memory is said by 'page x;' and "
				"'x[0] = 1;': expected a line of the initial state, found '%s'",
				word.text);
	if (foreign_is_type(word.text))
		return lex_fail(
			&p->lex, word.at,
			"there are no types: expected 'var x = 0;' for a flag, or 'page p;' "
			"and 'alias K = p kernel;' for what caches hold, found '%s'",
			word.text);
	if (word.kind != TOKEN_NAME)
		return lex_fail(&p->lex, word.at,
				"expected a line of the initial state, found '%s'",
				lex_found(&p->lex));
	page = parse_page(p->test, word.text);
	if (page != LITMUS_NONE || parse_buffer(p->test, word.text) != LITMUS_NONE)
		return state_init(p, page);
	for (size_t i = 0; i < STATEMENTS; i++) {
		names[i] = statements[i].name;
		if (!strcmp(word.text, statements[i].name)) {
			lex_next(&p->lex);
			return statements[i].parse(p);
		}
	}
	lex_next(&p->lex);
	if (lex_is(&p->lex, "=") && !suggest(names, word.text))
		return lex_fail(
			&p->lex, word.at,
			"'%s' is not declared: expected 'var %s = ...;' for a flag, or 'page "
			"%s;' above for what caches hold",
			word.text, word.text, word.text);
	lex_back(&p->lex, &word);
	return parse_unknown(p, word.at, "line of the initial state", word.text, names);
}

static bool inits_are_in_pages(struct parser *p)
{
	const struct litmus *t = p->test;
	unsigned words = t->lines * t->words;

	for (uint8_t i = 0; i < t->n_buffers; i++)
		if (t->buffer[i].last >= words)
			return lex_fail(&p->lex, t->buffer[i].at,
					"%s ends with word %u of its page, which has 0 to %u: "
					"'lines' and 'words' say how many",
					t->buffer[i].name, t->buffer[i].last, words - 1);
	for (uint8_t i = 0; i < t->n_inits; i++)
		if (t->init[i].word >= words)
			return lex_fail(&p->lex, p->init_at[i],
					"the word of the page is %u, expected 0 to %u",
					t->init[i].word, words - 1);
	return true;
}

bool parse_state(struct parser *p)
{
	if (!lex_expect(&p->lex, "{", "before the initial state"))
		return false;
	while (!lex_accept(&p->lex, "}"))
		if (!one(p) ||
		    !lex_expect(&p->lex, ";", "at the end of a line of the initial state"))
			return false;
	return !p->lex.failed && inits_are_in_pages(p);
}
