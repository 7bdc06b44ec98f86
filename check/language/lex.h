/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* lex: a litmus file as words, one ahead.  Private to the parser. */
#ifndef COH_CHECK_LANGUAGE_LEX_H
#define COH_CHECK_LANGUAGE_LEX_H

#include "check/language/litmus.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,   /* a letter or _, then letters, digits, _ and . */
	TOKEN_NUMBER, /* decimal or 0x, 32 bits */
	TOKEN_SIGN,   /* one of ; , = ( ) { } [ ] : ~ + - and the pairs == != <= >= /\ \/ .. */
	TOKEN_WRONG,  /* something else; the error is set */
};

struct token {
	enum token_kind kind;
	char text[LITMUS_NAME];
	uint32_t number;
	uint8_t digits; /* of a number 0x...; 0: it is decimal */
	struct litmus_at at;
	const char *start; /* in the text */
};

struct lexer {
	const char *p, *end;
	uint32_t line;
	const char *line_start;
	struct token now;
	struct litmus_error *error;
	bool failed;
	/* Called with each comment. */
	void (*comment)(void *context, const char *text, size_t len, struct litmus_at at);
	void *comment_context;
};

void lex_start(struct lexer *l, const char *text, size_t len, struct litmus_error *error);
void lex_next(struct lexer *l);
/* Continue at a token that was read before. */
void lex_back(struct lexer *l, const struct token *to);

/* The first error is kept.  Always false. */
bool lex_fail(struct lexer *l, struct litmus_at at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

bool lex_is(const struct lexer *l, const char *text); /* a sign or a name */
bool lex_accept(struct lexer *l, const char *text);   /* and goes on, if it is */
bool lex_expect(struct lexer *l, const char *text, const char *where);
/* A name into name; what is expected, for the message. */
bool lex_name(struct lexer *l, char name[LITMUS_NAME], const char *what);
bool lex_number(struct lexer *l, uint32_t min, uint32_t max, uint32_t *number, const char *what);
/* The same of another word that the present token stands for. */
bool lex_number_as(struct lexer *l, const struct token *word, uint32_t min, uint32_t max,
		   uint32_t *number, const char *what);
/*
 * From a '{' past its '}', whose place goes to *end.  False if that is missing, or the text in
 * between has an error: that there is no end is for the caller to say.
 */
bool lex_skip_block(struct lexer *l, struct litmus_at *end);
/* How the present token is called in a message. */
const char *lex_found(const struct lexer *l);

#endif
