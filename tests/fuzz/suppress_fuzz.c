// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Any bytes are a suppressions file: refused with FILE:LINE, or read so that every
 * line which is no comment is one entry, and what is written again reads the same.
 */
#define _GNU_SOURCE /* memfd_create */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "watch/runner/suppress.h"

static int file = -1;
static char path[64];
static char error[512];

static int load(struct suppressions *s, const void *data, size_t size)
{
	if (file < 0) {
		file = memfd_create("suppressions", 0);
		CHECK(file >= 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	}
	CHECK(!ftruncate(file, 0));
	CHECK(pwrite(file, data, size, 0) == (ssize_t)size);
	error[0] = '\0';
	return suppress_load(s, path, error, sizeof(error));
}

/* Lines with a word before any comment: told here in another way than there. */
static size_t count_entries(const uint8_t *data, size_t size)
{
	size_t n = 0;
	enum { EMPTY, WORDS, COMMENT } state = EMPTY;

	for (size_t i = 0; i < size; i++) {
		if (data[i] == '\n') {
			state = EMPTY;
		} else if (state == EMPTY && data[i] == '#') {
			state = COMMENT;
		} else if (state == EMPTY && !strchr(" \t\r", data[i])) {
			state = WORDS;
			n++;
		}
	}
	return n;
}

static void check_refused(const struct suppressions *s)
{
	unsigned long line;
	char *end;

	CHECK(s->n == 0 && !s->entry);
	CHECK(!strncmp(error, path, strlen(path)) && error[strlen(path)] == ':');
	line = strtoul(error + strlen(path) + 1, &end, 10);
	CHECK(line >= 1 && *end == ':' && strstr(end, "; expected "));
}

static void check_find(struct suppressions *s)
{
	static const char *const names[] = { "", "user mode", "kernel_load", "0xc0008000" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct suppress_names reader = { names[i], "memcpy" },
				      writer = { "device", "device" };
		struct suppression *e = suppress_find(s, "stale-read", reader, writer);

		CHECK(!e || (e >= s->entry && e < s->entry + s->n && e->count == 0));
	}
}

static void check_again(struct suppressions *s)
{
	struct suppressions again;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	CHECK(out);
	for (size_t i = 0; i < s->n; i++)
		fprintf(out, "%s\t%s %s\n", s->entry[i].kind, s->entry[i].reader,
			s->entry[i].writer);
	fclose(out);
	CHECK(!load(&again, text, size) && again.n == s->n);
	for (size_t i = 0; i < s->n; i++)
		CHECK(!strcmp(s->entry[i].kind, again.entry[i].kind) &&
		      !strcmp(s->entry[i].reader, again.entry[i].reader) &&
		      !strcmp(s->entry[i].writer, again.entry[i].writer));
	suppress_free(&again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct suppressions s;

	if (load(&s, data, size)) {
		check_refused(&s);
		return 0;
	}
	CHECK(s.n == count_entries(data, size));
	check_find(&s);
	check_again(&s);
	suppress_free(&s);
	return 0;
}
