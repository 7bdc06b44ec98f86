// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check/language/foreign.h"
#include "check/language/lex.h"

bool lex_fail(struct lexer *l, struct litmus_at at, const char *format, ...)
{
	va_list args;

	if (l->failed)
		return false;
	l->failed = true;
	l->error->at = at;
	va_start(args, format);
	vsnprintf(l->error->text, sizeof(l->error->text), format, args);
	va_end(args);
	/* A word of a comment may be any bytes, and a terminal obeys some of them. */
	for (char *c = l->error->text; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	return false;
}

/* Tabs count as one column: the caret is put under the character, whatever its width. */
static struct litmus_at here(const struct lexer *l)
{
	return (struct litmus_at){ l->line, (uint32_t)(l->p - l->line_start) + 1 };
}

static void step(struct lexer *l)
{
	if (*l->p++ == '\n') {
		l->line++;
		l->line_start = l->p;
	}
}

static bool starts(const struct lexer *l, const char *with)
{
	size_t n = strlen(with);

	return (size_t)(l->end - l->p) >= n && !memcmp(l->p, with, n);
}

/* Past a comment from its opening to its closing; false if it has none. */
static bool comment(struct lexer *l, const char *closing)
{
	struct litmus_at at = here(l);
	const char *start;

	step(l);
	step(l);
	start = l->p;
	while (l->p < l->end && !starts(l, closing))
		step(l);
	if (l->p == l->end && *closing != '\n')
		return lex_fail(l, at, "this comment has no end; expected %s", closing);
	if (l->comment)
		l->comment(l->comment_context, start, (size_t)(l->p - start), at);
	for (size_t n = strlen(closing); n && l->p < l->end; n--)
		step(l);
	return true;
}

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* WRITE_ONCE(*x, 1) is a mistake, and no comment that swallows what follows. */
static bool is_pointer(const struct lexer *l)
{
	return starts(l, "(*") && l->p > l->line_start && in_name(l->p[-1]) && l->end - l->p > 2 &&
	       in_name(l->p[2]);
}

static bool blanks(struct lexer *l)
{
	while (l->p < l->end) {
		if (is_pointer(l)) {
			return true;
		} else if (starts(l, "(*")) {
			if (!comment(l, "*)"))
				return false;
		} else if (starts(l, "/*")) {
			if (!comment(l, "*/"))
				return false;
		} else if (starts(l, "//")) {
			if (!comment(l, "\n"))
				return false;
		} else if (isspace((unsigned char)*l->p)) {
			step(l);
		} else {
			return true;
		}
	}
	return true;
}

static void take(struct lexer *l, size_t n)
{
	struct token *t = &l->now;

	if (n >= sizeof(t->text)) {
		t->kind = TOKEN_WRONG;
		lex_fail(l, t->at, "this name is longer than %d characters", LITMUS_NAME - 1);
		n = sizeof(t->text) - 1;
	}
	memcpy(t->text, l->p, n);
	t->text[n] = 0;
	l->p += n;
}

static void number(struct lexer *l)
{
	struct token *t = &l->now;
	uint64_t value = 0;
	uint32_t base = starts(l, "0x") || starts(l, "0X") ? 16 : 10;
	size_t n = base == 16 ? 2 : 0;

	t->kind = TOKEN_NUMBER;
	while (l->p + n < l->end && in_name(l->p[n])) {
		char c = l->p[n++];
		uint32_t digit =
			(uint32_t)(isdigit((unsigned char)c) ? c - '0' : (c | 32) - 'a' + 10);

		if (digit >= base || value > UINT32_MAX)
			t->kind = TOKEN_WRONG;
		value = value * base + digit;
		if (n > 40) { /* its rest would be another number */
			t->kind = TOKEN_WRONG;
			break;
		}
	}
	if ((base == 16 && n == 2) || value > UINT32_MAX)
		t->kind = TOKEN_WRONG;
	take(l, n);
	t->number = (uint32_t)value;
	t->digits = (uint8_t)(base == 16 ? n - 2 : 0);
	if (t->kind == TOKEN_WRONG)
		lex_fail(l, t->at, "'%s' is not a number of 32 bits", t->text);
}

static void sign(struct lexer *l)
{
	static const char *const pairs[] = { "==", "!=", "<=", ">=", "/\\", "\\/", ".." };

	l->now.kind = TOKEN_SIGN;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (starts(l, pairs[i])) {
			take(l, 2);
			return;
		}
	if (*l->p && strchr(";,=(){}[]:~+-<>", *l->p)) {
		take(l, 1);
		return;
	}
	l->now.kind = TOKEN_WRONG;
	if (foreign_sign(*l->p))
		lex_fail(l, l->now.at, "'%c' means nothing here: %s", *l->p, foreign_sign(*l->p));
	else if (isprint((unsigned char)*l->p))
		lex_fail(l, l->now.at, "'%c' means nothing here", *l->p);
	else
		lex_fail(l, l->now.at, "a byte 0x%02x, in a file that must be plain text",
			 (unsigned char)*l->p);
	l->now.text[0] = 0;
	l->p++;
}

void lex_next(struct lexer *l)
{
	struct token *t = &l->now;
	size_t n = 0;

	if (!blanks(l)) {
		t->kind = TOKEN_WRONG;
		return;
	}
	*t = (struct token){ .at = here(l), .start = l->p };
	if (l->p == l->end) {
		t->kind = TOKEN_END;
		return;
	}
	if (isdigit((unsigned char)*l->p)) {
		number(l);
		return;
	}
	if (!in_name(*l->p)) {
		sign(l);
		return;
	}
	t->kind = TOKEN_NAME;
	/* A name may have dashes and dots inside: arm926ej-s, rmap-locked. */
	while (l->p + n < l->end &&
	       (in_name(l->p[n]) || ((l->p[n] == '-' || l->p[n] == '.') && l->p + n + 1 < l->end &&
				     in_name(l->p[n + 1]))))
		n++;
	take(l, n);
}

void lex_back(struct lexer *l, const struct token *to)
{
	l->p = to->start;
	l->line = to->at.line;
	l->line_start = to->start - (to->at.column - 1);
	lex_next(l);
}

void lex_start(struct lexer *l, const char *text, size_t len, struct litmus_error *error)
{
	*l = (struct lexer){
		.p = text, .end = text + len, .line = 1, .line_start = text, .error = error
	};
	*error = (struct litmus_error){ .text = "" };
}

bool lex_is(const struct lexer *l, const char *text)
{
	return (l->now.kind == TOKEN_NAME || l->now.kind == TOKEN_SIGN) &&
	       !strcmp(l->now.text, text);
}

bool lex_accept(struct lexer *l, const char *text)
{
	if (!lex_is(l, text))
		return false;
	lex_next(l);
	return true;
}

const char *lex_found(const struct lexer *l)
{
	return l->now.kind == TOKEN_END ? "the end of the file" : l->now.text;
}

bool lex_expect(struct lexer *l, const char *text, const char *where)
{
	if (lex_accept(l, text))
		return !l->failed;
	return lex_fail(l, l->now.at, "expected '%s' %s, found '%s'", text, where, lex_found(l));
}

bool lex_name(struct lexer *l, char name[LITMUS_NAME], const char *what)
{
	if (l->now.kind != TOKEN_NAME)
		return lex_fail(l, l->now.at, "expected %s, found '%s'", what, lex_found(l));
	memcpy(name, l->now.text, LITMUS_NAME);
	lex_next(l);
	return !l->failed;
}

bool lex_number_as(struct lexer *l, const struct token *word, uint32_t min, uint32_t max,
		   uint32_t *number, const char *what)
{
	if (word->kind != TOKEN_NUMBER)
		return lex_fail(l, word->at, "expected %s, a number from %u to %u, found '%s'",
				what, min, max,
				word->kind == TOKEN_END ? lex_found(l) : word->text);
	if (word->number < min || word->number > max)
		return lex_fail(l, word->at, "%s is %u, expected %u to %u", what, word->number, min,
				max);
	*number = word->number;
	lex_next(l);
	return !l->failed;
}

bool lex_number(struct lexer *l, uint32_t min, uint32_t max, uint32_t *number, const char *what)
{
	return lex_number_as(l, &l->now, min, max, number, what);
}

bool lex_skip_block(struct lexer *l, struct litmus_at *end)
{
	unsigned depth = 0;

	do {
		depth += lex_is(l, "{");
		depth -= lex_is(l, "}");
		if (l->now.kind == TOKEN_END || l->failed)
			return false;
		*end = l->now.at;
		lex_next(l);
	} while (depth);
	return true;
}
