// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * "Result: Never", in the comment at the top: what the file says must come out.
 *
 *	Result: VERDICT [on TARGET[, TARGET]...] [under POLICY[, POLICY]...]
 *
 * A line that is overlooked would be an expectation that nobody checks.  So what is nearly one
 * ("result: Never", "Result Never", one below the initial state) is an error.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "check/language/names.h"
#include "check/language/parse.h"
#include "check/language/suggest.h"

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

/* Has some name of a (none: all of them) a place in b, too?  all: has every one? */
static bool share(const char (*a)[LITMUS_NAME], uint8_t n_a, const char (*b)[LITMUS_NAME],
		  uint8_t n_b, bool all)
{
	uint8_t common = 0;

	if (!n_a || !n_b)
		return !all || !n_b;
	for (uint8_t i = 0; i < n_a; i++)
		common += litmus_is_named(b, n_b, a[i]);
	return all ? common == n_a : common;
}

/*
 * Does what r says never count, or contradict what the line above it says?  Of two lines that
 * fit the first counts, so an exception stands above its rule; the other way round, or where
 * neither is an exception of the other, one of the two is a mistake.
 */
static bool contradicts(const struct litmus_result *above, const struct litmus_result *r)
{
	bool named = above->n_targets || above->n_policies;

	if (above->verdict == r->verdict || named != (r->n_targets || r->n_policies) ||
	    !share(r->target, r->n_targets, above->target, above->n_targets, false) ||
	    !share(r->policy, r->n_policies, above->policy, above->n_policies, false))
		return false;
	if (!above->n_targets == !r->n_targets && !above->n_policies == !r->n_policies)
		return true;
	return share(r->target, r->n_targets, above->target, above->n_targets, true) &&
	       share(r->policy, r->n_policies, above->policy, above->n_policies, true);
}

static bool agrees_with_those_above(struct parser *p, const struct litmus_result *r)
{
	const struct litmus *t = p->test;

	for (uint8_t i = 0; i < t->n_results; i++)
		if (contradicts(&t->result[i], r))
			return lex_fail(&p->lex, r->at,
					"expected %s here, too, or other targets or policies: line "
					"%u, which counts first, says %s of the same",
					verdicts[t->result[i].verdict], t->result[i].at.line,
					verdicts[t->result[i].verdict]);
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
	if (!agrees_with_those_above(p, r))
		return false;
	t->n_results++;
	return true;
}

static bool is_verdict(const char *s, const char *stop)
{
	for (unsigned i = LITMUS_NEVER; i < LITMUS_VERDICTS; i++) {
		size_t n = strlen(verdicts[i]);

		if ((size_t)(stop - s) >= n && !memcmp(s, verdicts[i], n) &&
		    (s + n == stop || !isalnum((unsigned char)s[n])))
			return true;
	}
	return false;
}

/*
 * From s to stop: "result: Never", "Results : Never", "Reslut: Never", "Result Never".  begins:
 * of its line; there the colon is enough, for the verdict may be misspelt as well.
 */
static bool is_nearly_one(const char *s, const char *stop, bool begins)
{
	static const char *const right[] = { "result", NULL };
	char word[16];
	size_t n = 0;

	while (s < stop && isalpha((unsigned char)*s) && n < sizeof(word) - 1)
		word[n++] = (char)tolower((unsigned char)*s++);
	word[n] = 0;
	if (!suggest(right, word))
		return false;
	while (s < stop && (*s == ' ' || *s == '\t'))
		s++;
	if (s < stop && *s == ':') {
		if (begins)
			return true;
		s++;
	}
	while (s < stop && (*s == ' ' || *s == '\t'))
		s++;
	return is_verdict(s, stop);
}

/* The first place in the line where that stands, or NULL.  first: its first word. */
static const char *nearly_one(const char *line, const char *first, const char *stop, bool header)
{
	for (const char *s = line; s < stop; s++)
		if ((s == line || !isalnum((unsigned char)s[-1])) &&
		    is_nearly_one(s, stop, header && s == first))
			return s;
	return NULL;
}

static bool misplaced(struct parser *p, const char *line, const char *s, struct litmus_at at)
{
	at.column += (uint32_t)(s - line);
	if (!p->in_header)
		return lex_fail(&p->lex, at,
				"a line of Result here would not be read: expected it in a comment "
				"above the initial state");
	return lex_fail(&p->lex, at,
			"this is nearly a line of Result: expected 'Result: VERDICT', spelt so, at "
			"the beginning of its line, or other words");
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
		if (p->in_header && (size_t)(stop - s) >= sizeof(key) - 1 &&
		    !memcmp(s, key, sizeof(key) - 1)) {
			struct words w = {
				.start = line, .p = s + sizeof(key) - 1, .end = stop, .start_at = at
			};

			if (!one(p, &w, place_of(&w, s)))
				return false;
		} else if (nearly_one(line, s, stop, p->in_header)) {
			return misplaced(p, line, nearly_one(line, s, stop, p->in_header), at);
		}
		if (!next)
			break;
		line = next + 1;
	}
	return true;
}
