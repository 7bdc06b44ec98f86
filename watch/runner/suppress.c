// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/suppress.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS	 " \t\r\n"
#define EXPECTED "expected 'kind reader-function writer-function', or a comment after #"

static const char *const kinds[] = {
	"stale-read", "missed-clean", "clobber", "lost", "homonym", "stale-fetch", "stale-walk",
};

static bool known_kind(const char *pattern)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!fnmatch(pattern, kinds[i], 0))
			return true;
	return false;
}

static int add(struct suppressions *s, char *word[3], int line)
{
	struct suppression *more = realloc(s->entry, (s->n + 1) * sizeof(*more));
	struct suppression *e;

	if (!more)
		return -1;
	s->entry = more;
	e = &more[s->n++];
	*e = (struct suppression){ strdup(word[0]), strdup(word[1]), strdup(word[2]), 0, line };
	return e->kind && e->reader && e->writer ? 0 : -1;
}

/* Returns 0, or -1 with the reason in *what. */
static int parse_line(struct suppressions *s, char *text, int line, const char **what)
{
	char *word[4], *next;
	int n = 0;

	text[strcspn(text, "#")] = '\0';
	for (char *w = strtok_r(text, BLANKS, &next); w && n < 4; w = strtok_r(NULL, BLANKS, &next))
		word[n++] = w;
	if (!n)
		return 0;
	*what = n < 3	? "too few words"
		: n > 3 ? "too many words"
			: "no kind of report is so named";
	if (n != 3 || !known_kind(word[0]))
		return -1;
	*what = "no memory";
	return add(s, word, line);
}

int suppress_load(struct suppressions *s, const char *path, char *error, size_t size)
{
	const char *what = NULL;
	char *text = NULL;
	size_t room = 0;
	ssize_t length;
	int line = 0, result = 0;
	FILE *in = fopen(path, "re");

	*s = (struct suppressions){ 0 };
	if (!in) {
		snprintf(error, size, "%s: %s; expected a suppressions file", path,
			 strerror(errno));
		return -1;
	}
	errno = 0;
	while (!result && (length = getline(&text, &room, in)) >= 0) {
		line++;
		what = "a NUL byte";
		result = strlen(text) != (size_t)length ? -1 : parse_line(s, text, line, &what);
	}
	if (result)
		snprintf(error, size, "%s:%d: %s; " EXPECTED, path, line, what);
	else if (ferror(in))
		result = (snprintf(error, size, "%s: %s", path, strerror(errno)), -1);
	free(text);
	fclose(in);
	if (result)
		suppress_free(s);
	return result;
}

void suppress_free(struct suppressions *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->entry[i].kind);
		free(s->entry[i].reader);
		free(s->entry[i].writer);
	}
	free(s->entry);
	*s = (struct suppressions){ 0 };
}

/* Words of an entry hold no spaces, names such as "user mode" do. */
static bool matches(const char *pattern, const char *name)
{
	char dashed[160];

	snprintf(dashed, sizeof(dashed), "%s", name);
	for (char *c = dashed; *c; c++)
		if (*c == ' ')
			*c = '-';
	return !fnmatch(pattern, dashed, 0);
}

static bool matches_either(const char *pattern, struct suppress_names names)
{
	return matches(pattern, names.title) || matches(pattern, names.leaf);
}

struct suppression *suppress_find(struct suppressions *s, const char *kind,
				  struct suppress_names reader, struct suppress_names writer)
{
	for (size_t i = 0; i < s->n; i++) {
		struct suppression *e = &s->entry[i];

		if (matches(e->kind, kind) && matches_either(e->reader, reader) &&
		    matches_either(e->writer, writer))
			return e;
	}
	return NULL;
}
