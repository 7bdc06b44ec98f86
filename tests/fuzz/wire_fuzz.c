// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Any bytes come through the plugin's pipe, as they are, or as bodies of messages
 * that are well formed: no crash, the same result however the pipe cuts them, nothing
 * malformed taken for a message, and at the end a JSON file that is valid.
 *
 * The first byte of the input: see enum choice.  COHERER_FUZZ_ELF names an ELF
 * program, for inputs that want symbols.
 */
#define _GNU_SOURCE /* memfd_create */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "watch/runner/again.h"
#include "watch/runner/session.h"
#include "watch/runner/stream.h"
#include "watch/runner/summary.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

enum choice {
	WELL_FORMED = 1, /* the rest are bodies; else it is the stream */
	SYMBOLS = 2,
	FIRST = 4,
	FEW = 8,    /* --max 1 */
	AGAIN = 16, /* the stream is both runs */
};

#define STREAM_MAX (1u << 18)

static const uint32_t length_of[] = {
	sizeof(struct wire_hello),	sizeof(struct wire_finding), sizeof(struct wire_repeat),
	sizeof(struct wire_maint_site), sizeof(struct wire_note),    sizeof(struct wire_end),
	sizeof(struct wire_device),	sizeof(struct wire_refusal), sizeof(struct wire_module),
	sizeof(struct wire_path),	sizeof(struct wire_writer),  sizeof(struct wire_progress),
};
#define TYPES (sizeof(length_of) / sizeof(*length_of))

static FILE *null;
static int json_file;
static char json_path[64];
static struct symbols *symbols;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *elf = getenv("COHERER_FUZZ_ELF");
	char error[512];

	(void)argc, (void)argv;
	null = fopen("/dev/null", "w");
	json_file = memfd_create("json", 0);
	CHECK(null && json_file >= 0);
	snprintf(json_path, sizeof(json_path), "/proc/self/fd/%d", json_file);
	symbols = elf ? symbols_open(elf, error, sizeof(error)) : NULL;
	CHECK(symbols || !elf);
	return 0;
}

/* ---- the stream ---- */

static uint8_t stream[STREAM_MAX];

/*
 * A message is a byte for its type, a byte for how much of its body follows (in
 * sixteenths; the rest is zero), and that much.
 */
static size_t well_formed(const uint8_t *data, size_t size)
{
	size_t used = 0;

	while (size >= 2) {
		size_t type = data[0] % TYPES, length = length_of[type];
		size_t part = length * (data[1] % 17) / 16;
		struct wire_header h = { (uint32_t)(WIRE_HELLO + type), (uint32_t)length };

		data += 2;
		size -= 2;
		part = part < size ? part : size;
		if (used + sizeof(h) + length > STREAM_MAX)
			break;
		memcpy(stream + used, &h, sizeof(h));
		memset(stream + used + sizeof(h), 0, length);
		memcpy(stream + used + sizeof(h), data, part);
		used += sizeof(h) + length;
		data += part;
		size -= part;
	}
	return used;
}

/* How many messages there are, and whether what follows them is none. */
static size_t count_messages(size_t size, bool *broken)
{
	size_t n = 0, at = 0;
	struct wire_header h;

	*broken = false;
	for (; size - at >= sizeof(h); n++) {
		memcpy(&h, stream + at, sizeof(h));
		*broken =
			h.type - WIRE_HELLO >= TYPES || h.length != length_of[h.type - WIRE_HELLO];
		if (*broken || size - at - sizeof(h) < h.length)
			break;
		at += sizeof(h) + h.length;
	}
	return n;
}

struct seen {
	struct session *session; /* NULL: only counted */
	size_t n;
	uint32_t sum;
};

static void on_message(void *context, enum wire_type type, const void *body)
{
	struct seen *seen = context;
	const uint8_t *b = body;

	seen->n++;
	for (uint32_t i = 0; i < length_of[type - WIRE_HELLO]; i++)
		seen->sum = seen->sum * 31 + b[i];
	if (seen->session)
		session_message(seen->session, type, body);
}

static struct seen feed(struct session *session, size_t size, size_t step, bool *broken)
{
	struct stream s = { 0 };
	struct seen seen = { session, 0, 0 };

	for (size_t at = 0; at < size; at += step)
		stream_feed(&s, stream + at, size - at < step ? size - at : step, on_message,
			    &seen);
	*broken = s.broken != NULL;
	return seen;
}

/* ---- the session ---- */

/* Each report is of one group. */
static void check_groups(const json_t *groups, const struct session *s)
{
	size_t reports = 0, occurrences = 0, i;
	json_t *group;

	json_array_foreach(groups, i, group)
	{
		reports += json_array_size(json_object_get(group, "reports"));
		occurrences += (size_t)json_integer_value(json_object_get(group, "count"));
	}
	CHECK(reports == s->tally.n_titles);
	CHECK(occurrences == tally_occurrences(&s->tally, false));
}

static void check_json(const struct session *s)
{
	json_error_t error;
	json_t *j;

	CHECK(!lseek(json_file, 0, SEEK_SET));
	j = json_loadfd(json_file, JSON_ALLOW_NUL, &error);
	CHECK(j);
	CHECK(s->tally.has_end || json_is_false(json_object_get(j, "complete")));
	CHECK(json_array_size(json_object_get(j, "reports")) == s->tally.n_titles);
	check_groups(json_object_get(j, "groups"), s);
	json_decref(j);
}

static void check_tally(const struct session *s)
{
	char gap[TALLY_GAPS][TALLY_GAP_LEN];

	CHECK(s->tally.has_end || tally_gaps(&s->tally, gap) > 0);
	CHECK(tally_different(&s->tally, false) + tally_different(&s->tally, true) ==
	      s->tally.n_titles);
	CHECK(s->printed <= s->max && (!s->first || s->printed <= 1));
	CHECK(!s->first || s->stop_wanted || !s->printed);
}

static void run_again(struct session *s, size_t size)
{
	int list = again_start(s);
	bool broken;

	CHECK(!s->printed);
	if (list >= 0) {
		feed(s, size, 65536, &broken);
		close(list);
	}
	again_end(s);
}

static void watch(uint8_t choice, size_t size, const struct seen *expected)
{
	static char *const command[] = { "qemu-system-arm", NULL };
	struct session s = {
		.out = null,
		.max = choice & FEW ? 1 : UINT64_MAX,
		.first = choice & FIRST,
		.symbols = choice & SYMBOLS ? symbols : NULL,
		.again = choice & AGAIN ? again_new() : NULL,
	};
	struct json_end end = {
		&s.tally, &s.groups, &s.suppressions, &s.callers, s.symbols, true, 0
	};
	struct seen seen;
	bool broken;

	CHECK(!ftruncate(json_file, 0) && !json_open(&s.json, json_path, command));
	seen = feed(&s, size, 65536, &broken);
	CHECK(seen.n == expected->n && seen.sum == expected->sum);
	if (s.again)
		run_again(&s, size);
	session_end(&s);
	check_tally(&s);
	summary_print(null, &s.tally, &s.groups, &s.suppressions);
	summary_redundant(null, &s.tally, &s.callers, s.symbols);
	CHECK(!json_close(&s.json, &end));
	check_json(&s);
	user_files_close(&s.user);
	if (s.symbols)
		symbols_forget_modules(s.symbols);
	tally_free(&s.tally);
	callers_free(&s.callers);
	again_free(s.again);
	groups_free(&s.groups);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen;
	size_t length, n;
	bool broken, is_broken;

	if (!size)
		return 0;
	if (data[0] & WELL_FORMED) {
		length = well_formed(data + 1, size - 1);
	} else {
		length = size - 1 < STREAM_MAX ? size - 1 : STREAM_MAX;
		memcpy(stream, data + 1, length);
	}
	n = count_messages(length, &broken);
	CHECK(!(data[0] & WELL_FORMED) || !broken);
	seen = feed(NULL, length, 1 + size % 61, &is_broken);
	CHECK(seen.n == n && is_broken == broken);
	watch(data[0], length, &seen);
	return 0;
}
