/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What the files of the parser share.  Private to it. */
#ifndef COH_CHECK_LANGUAGE_PARSE_H
#define COH_CHECK_LANGUAGE_PARSE_H

#include "check/language/lex.h"

#define MACROS	   8
#define PARAMETERS 4
#define DEPTH	   8 /* of macros in macros, ifs in ifs */
/* Of macros in one context: those that do nothing are no statements, and would have no end. */
#define EXPANSIONS  1000
#define REPETITIONS 32

struct macro {
	char name[LITMUS_NAME];
	uint8_t n;
	char parameter[PARAMETERS][LITMUS_NAME];
	struct token body; /* its opening brace */
};

/* Words in brackets behind an argument. */
struct span {
	bool is;
	uint8_t first, last;
	struct litmus_at at;
};

/* A word of count that a register or a variable chooses. */
struct chosen {
	bool is;
	uint8_t var, count;
	struct litmus_value value;
	struct litmus_at at;
};

/* While a macro's body is read: what its parameters stand for. */
struct expansion {
	const struct expansion *outer;
	const struct macro *macro;
	struct token argument[PARAMETERS];
	struct span span[PARAMETERS];
	struct litmus_at call;
	unsigned depth;
};

struct parser {
	struct lexer lex;
	struct litmus *test;
	struct litmus_context *context; /* that is being read */
	uint32_t regs_set;		/* of it, anywhere above */
	struct macro macro[MACROS];
	uint8_t n_macros;
	const struct expansion *expansion;
	unsigned expansions;			/* of macros, in the context; and repetitions */
	struct chosen index;			/* of the statement that is being read */
	struct litmus_at init_at[LITMUS_INITS]; /* the words of the initial values */
	bool in_header;				/* comments may hold results */
};

/* A look-up; LITMUS_NONE if there is no such name. */
uint8_t parse_page(const struct litmus *t, const char *name);
uint8_t parse_alias(const struct litmus *t, const char *name);
uint8_t parse_var(const struct litmus *t, const char *name);
uint8_t parse_lock(const struct litmus *t, const char *name);
uint8_t parse_context(const struct litmus *t, const char *name);
uint8_t parse_buffer(const struct litmus *t, const char *name);
/* A new name of pages, aliases, variables, locks, contexts: is it free, and none of the language's? */
bool parse_new_name(struct parser *p, char name[LITMUS_NAME], struct litmus_at *at,
		    const char *what);
/* Of a buffer: no rights stand where it may stand, so that it may be called rx. */
bool parse_new_buffer(struct parser *p, char name[LITMUS_NAME], struct litmus_at *at);
/* "unknown page 'q'; did you mean p?" */
bool parse_unknown(struct parser *p, struct litmus_at at, const char *what, const char *name,
		   const char *const *names);
/* "expected a colour, found 'gren'; did you mean 'green'?": of the present token. */
bool parse_expected(struct parser *p, struct litmus_at at, const char *what,
		    const char *const *names);
/* Rights and attribute in one word: false if it is none. */
bool parse_right(const char *word, uint32_t *rights, enum coh_attr *attr, bool *has_attr);
bool parse_compare(struct lexer *l, enum litmus_compare *compare);

/* parse_arguments.c.  What a word stands for: past a parameter of a macro, its argument. */
const struct token *parse_meant(const struct parser *p, const struct token *word);
/* One more statement of the context; NULL: too many, and said. */
struct litmus_instr *parse_add(struct parser *p, enum litmus_op op, struct litmus_at at);
/* Where an if keeps its first (0) or second (1) operand, if that is a variable. */
uint8_t parse_hidden_reg(struct litmus_context *c, unsigned nth);
bool parse_is_register(const char *name);
bool parse_set_reg(struct parser *p, const struct token *word, uint8_t *reg);
/* The word is a value: its form is kept, for whoever shows it. */
void parse_written(struct parser *p, const struct token *word);
bool parse_value(struct parser *p, struct litmus_value *value);
bool parse_named(struct parser *p, const char *what, char kind,
		 uint8_t (*find)(const struct litmus *t, const char *name), uint8_t *to);
bool parse_arguments(struct parser *p, struct litmus_instr *i);

/* parse_words.c.  An alias (device: a page) or buffer, and its words; range: all, if none is said. */
bool parse_words(struct parser *p, struct litmus_instr *i, bool device, bool range);
/* Brackets behind an argument, if there are any. */
bool parse_span(struct parser *p, struct span *span);
/* The last statement becomes as many as its words ask for. */
bool parse_spread(struct parser *p);

bool parse_results(struct parser *p, const char *text, size_t len, struct litmus_at at);
bool parse_state(struct parser *p);
bool parse_macro(struct parser *p);
bool parse_code(struct parser *p, struct litmus_context *context);
bool parse_conditions(struct parser *p);

#endif
