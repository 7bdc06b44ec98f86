// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * "Result: Never", in the comment at the top: what the file says must come out.
 *
 *	Result: VERDICT [on TARGET[, TARGET]...] [under POLICY[, POLICY]...]
 */
#include <stdio.h>
#include <string.h>

#include "check/parse.h"

static const char *const verdicts[LITMUS_VERDICTS] = {
	[LITMUS_UNSAID] = "unsaid",	  [LITMUS_NEVER] = "Never",
	[LITMUS_SOMETIMES] = "Sometimes", [LITMUS_ALWAYS] = "Always",
	[LITMUS_DEADLOCK] = "DEADLOCK",
};

const char *litmus_verdict_name(enum litmus_verdict verdict)
{
	return verdicts[verdict];
}

struct words {
	const char *p, *end;
};

static bool word(struct words *w, char to[LITMUS_NAME])
{
	size_t n = 0;

	while (w->p < w->end && (*w->p == ' ' || *w->p == '\t' || *w->p == ','))
		w->p++;
	while (w->p < w->end && !strchr(" \t,\r\n", *w->p)) {
		if (n + 1 < LITMUS_NAME)
			to[n++] = *w->p;
		w->p++;
	}
	to[n] = 0;
	return n;
}

static bool one(struct parser *p, struct words w, struct litmus_at at)
{
	struct litmus *t = p->test;
	struct litmus_result *r = &t->result[t->n_results];
	char text[LITMUS_NAME];
	bool policies = false;

	if (t->n_results == LITMUS_RESULTS)
		return lex_fail(&p->lex, at, "more than %d lines of Result", LITMUS_RESULTS);
	*r = (struct litmus_result){ .at = at };
	if (!word(&w, text))
		return lex_fail(&p->lex, at, "expected a verdict after 'Result:'");
	for (unsigned i = LITMUS_NEVER; i < LITMUS_VERDICTS; i++)
		if (!strcmp(text, verdicts[i]))
			r->verdict = (enum litmus_verdict)i;
	if (!r->verdict)
		return lex_fail(&p->lex, at,
				"'%s' is no verdict; expected Never, Sometimes, Always or DEADLOCK",
				text);
	while (word(&w, text)) {
		if (!strcmp(text, "on") || !strcmp(text, "under")) {
			policies = text[0] == 'u';
			continue;
		}
		if ((policies ? r->n_policies : r->n_targets) == LITMUS_TARGETS)
			return lex_fail(&p->lex, at, "more than %d names in a line of Result",
					LITMUS_TARGETS);
		if (policies)
			memcpy(r->policy[r->n_policies++], text, LITMUS_NAME);
		else
			memcpy(r->target[r->n_targets++], text, LITMUS_NAME);
	}
	t->n_results++;
	return true;
}

bool parse_results(struct parser *p, const char *text, size_t len, struct litmus_at at)
{
	const char *end = text + len;
	static const char key[] = "Result:";

	for (const char *line = text; line < end; at.line++) {
		const char *next = memchr(line, '\n', (size_t)(end - line));
		const char *stop = next ? next : end, *s = line;

		while (s < stop && (*s == ' ' || *s == '\t' || *s == '*'))
			s++;
		if ((size_t)(stop - s) >= sizeof(key) - 1 && !memcmp(s, key, sizeof(key) - 1)) {
			struct words w = { s + sizeof(key) - 1, stop };

			at.column = (uint32_t)(s - line) + 1;
			if (!one(p, w, at))
				return false;
		}
		if (!next)
			break;
		line = next + 1;
	}
	return true;
}
