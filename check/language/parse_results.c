// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * "Result: Never", in the comment at the top: what the file says must come out.
 *
 *	Result: VERDICT [on TARGET[, TARGET]...] [under POLICY[, POLICY]...]
 */
#include <stdio.h>
#include <string.h>

#include "check/language/names.h"
#include "check/language/parse.h"

#define POLICIES 32u /* more than there are */

static const char *const verdicts[LITMUS_VERDICTS] = {
	[LITMUS_UNSAID] = "unsaid",	  [LITMUS_NEVER] = "Never",
	[LITMUS_SOMETIMES] = "Sometimes", [LITMUS_ALWAYS] = "Always",
	[LITMUS_DEADLOCK] = "DEADLOCK",
};

const char *litmus_verdict_name(enum litmus_verdict verdict)
{
	return verdicts[verdict];
}

bool litmus_is_named(const char (*names)[LITMUS_NAME], unsigned n, const char *name)
{
	for (unsigned i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return true;
	return !n;
}

/* A line, as far as it is read, and the last word. */
struct words {
	const char *start, *p, *end;
	struct litmus_at start_at, at; /* of the line; of the word */
	char text[LITMUS_NAME];
};

static struct litmus_at place_of(const struct words *w, const char *p)
{
	return (struct litmus_at){ w->start_at.line,
				   w->start_at.column + (uint32_t)(p - w->start) };
}

static bool next_word(struct words *w)
{
	const char *from;

	while (w->p < w->end && (*w->p == ' ' || *w->p == '\t' || *w->p == ','))
		w->p++;
	from = w->p;
	while (w->p < w->end && !strchr(" \t,\r\n", *w->p))
		w->p++;
	snprintf(w->text, sizeof(w->text), "%.*s", (int)(w->p - from), from);
	w->at = place_of(w, from);
	return w->p > from;
}

/* A result for a name that is none would be about nothing, and never be missed. */
static bool target(struct parser *p, const struct words *w, char to[LITMUS_NAME])
{
	const char *name = target_find(w->text);

	if (!name)
		return lex_fail(&p->lex, w->at,
				"'%s': no such kind of cache, nor core ('coherer cpus' lists them)",
				w->text);
	snprintf(to, LITMUS_NAME, "%s", name);
	return true;
}

static bool policy(struct parser *p, const struct words *w, char to[LITMUS_NAME])
{
	const char *names[POLICIES + 1] = { NULL };

	for (size_t i = 0; i < POLICIES && policy_name(i); i++) {
		names[i] = policy_name(i);
		if (!strcmp(names[i], w->text)) {
			snprintf(to, LITMUS_NAME, "%s", w->text);
			return true;
		}
	}
	return parse_unknown(p, w->at, "policy", w->text, names);
}

/* After "on" or "under": one name at least. */
static bool names(struct parser *p, struct words *w, char to[][LITMUS_NAME], uint8_t *n,
		  bool (*name)(struct parser *p, const struct words *w, char to[LITMUS_NAME]))
{
	static const char *const ends[] = { "on", "under" };
	uint8_t before = *n;
	char after[LITMUS_NAME];

	snprintf(after, sizeof(after), "%s", w->text);
	while (next_word(w) && strcmp(w->text, ends[0]) && strcmp(w->text, ends[1])) {
		if (*n == LITMUS_TARGETS)
			return lex_fail(&p->lex, w->at, "more than %d names in a line of Result",
					LITMUS_TARGETS);
		if (!name(p, w, to[(*n)++]))
			return false;
	}
	if (*n == before)
		return lex_fail(&p->lex, w->at, "expected a name after '%s'", after);
	return true;
}

static bool one(struct parser *p, struct words *w, struct litmus_at at)
{
	struct litmus *t = p->test;
	struct litmus_result *r = &t->result[t->n_results];

	if (t->n_results == LITMUS_RESULTS)
		return lex_fail(&p->lex, at, "more than %d lines of Result", LITMUS_RESULTS);
	*r = (struct litmus_result){ .at = at };
	if (!next_word(w))
		return lex_fail(&p->lex, at, "expected a verdict after 'Result:'");
	for (unsigned i = LITMUS_NEVER; i < LITMUS_VERDICTS; i++)
		if (!strcmp(w->text, verdicts[i]))
			r->verdict = (enum litmus_verdict)i;
	if (!r->verdict)
		return lex_fail(&p->lex, w->at,
				"'%s' is no verdict; expected Never, Sometimes, Always or DEADLOCK",
				w->text);
	next_word(w);
	while (w->text[0]) {
		if (!strcmp(w->text, "on")) {
			if (!names(p, w, r->target, &r->n_targets, target))
				return false;
		} else if (!strcmp(w->text, "under")) {
			if (!names(p, w, r->policy, &r->n_policies, policy))
				return false;
		} else {
			return lex_fail(&p->lex, w->at,
					"expected 'on' or 'under' after the verdict, found '%s'",
					w->text);
		}
	}
	t->n_results++;
	return true;
}

bool parse_results(struct parser *p, const char *text, size_t len, struct litmus_at at)
{
	const char *end = text + len;
	static const char key[] = "Result:";

	at.column += 2; /* past the sign that opens the comment */
	for (const char *line = text; line < end; at.line++, at.column = 1) {
		const char *next = memchr(line, '\n', (size_t)(end - line));
		const char *stop = next ? next : end, *s = line;

		while (s < stop && (*s == ' ' || *s == '\t' || *s == '*'))
			s++;
		if ((size_t)(stop - s) >= sizeof(key) - 1 && !memcmp(s, key, sizeof(key) - 1)) {
			struct words w = {
				.start = line, .p = s + sizeof(key) - 1, .end = stop, .start_at = at
			};

			if (!one(p, &w, place_of(&w, s)))
				return false;
		}
		if (!next)
			break;
		line = next + 1;
	}
	return true;
}
