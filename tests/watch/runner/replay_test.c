// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Random programs on one line: each finding must come again when its history is done again.  With a
 * folder as argument each is written there as a litmus test, without and with the advice, for
 * coherer check: see tests/watch/advice.sh.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/watch/runner/advice_scene.h"
#include "watch/runner/advice.h"
#include "watch/runner/scenario.h"
#include "watch/runner/words.h"

#define PROGRAMS 1200
#define STEPS	 20

static const char *folder;
static uint32_t seed;

static uint32_t pick(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 16) % n;
}

static uint32_t alias(void)
{
	static const uint32_t aliases[] = { K, U, V };

	return aliases[pick(3)];
}

static void step(struct scene *s)
{
	uint32_t off = pick(3) * 8;

	switch (pick(24)) {
	case 0:
	case 1:
	case 2:
		scene_load(s, alias() + off, 4);
		break;
	case 3:
	case 4:
	case 5:
		scene_store(s, alias() + off, 4);
		break;
	case 6:
		scene_fetch(s, alias() + off);
		break;
	case 7:
	case 8:
		scene_op(s, COH_DATA, (enum coh_op)pick(COH_OPS), alias());
		break;
	case 9:
		scene_op(s, COH_INSN, COH_INVALIDATE, alias());
		break;
	case 10:
		if (pick(2))
			scene_device_write(s, PA + off, 8);
		else
			scene_device_read(s, PA + off, 8);
		break;
	case 11:
		if (pick(4))
			scene_whole(s, COH_DATA, pick(4) ? COH_FLUSH : COH_CLEAN);
		else
			scene_whole(s, COH_INSN, COH_INVALIDATE);
		break;
	case 12:
		scene_uncached(s, K + off, 4, pick(2));
		break;
	case 13:
		scene_elsewhere(s, alias() + off, 4, pick(2));
		break;
	case 14:
	case 15:
	case 16:
		scene_store(s, U + off, 4 + 4 * pick(5));
		break;
	default:
		scene_op(s, COH_DATA, COH_FLUSH, alias());
	}
}

/* Word by word through two aliases, as a loop that copies or compares does. */
static void loop(struct scene *s)
{
	uint32_t x = alias(), y = alias();
	bool stores = pick(2), flushes = pick(4) == 0;

	for (uint32_t at = 0; at < 32; at += 4) {
		scene_store(s, x + at, 4);
		if (stores)
			scene_store(s, y + at, 4);
		else
			scene_load(s, y + at, 4);
		if (flushes)
			scene_op(s, COH_DATA, COH_CLEAN, x);
	}
}

struct tally {
	unsigned findings, cut, kinds[ADVICE_TRANSFER + 1];
};

static void write_test(const struct scene *s, struct wire_finding *f, const struct advice *a,
		       unsigned id)
{
	struct report r = { .f = f, .kind = words_kind(f) };

	f->id = id;
	snprintf(r.title, sizeof(r.title), "random");
	assert_int_equal(scenario_write(folder, &r, &s->hello, a, NULL), SCENARIO_WRITTEN);
}

static void look_at(const struct scene *s, struct tally *t)
{
	struct wire_finding f = scene_finding(s);
	struct advice a;

	advice_find(&s->hello, &f, &a);
	t->findings++;
	t->kinds[a.kind]++;
	/* All of it is in the history, unless that was cut. */
	t->cut += f.events_cut != 0;
	if (f.events_cut)
		return;
	assert_false(f.events_odd);
	assert_int_not_equal(a.kind, ADVICE_UNTRIED);
	if (folder)
		write_test(s, &f, &a, t->findings);
}

/* Up to the first finding: what comes after is no story of one bug. */
static void program(struct tally *t)
{
	struct scene s;

	scene_begin(&s);
	for (unsigned i = 0; i < STEPS && !s.n_found; i++)
		step(&s);
	if (s.n_found)
		look_at(&s, t);
	scene_end(&s);
}

/* With loops; and what follows from homonyms, up to the first finding that is none, or the third. */
static void longer_program(struct tally *t)
{
	bool found = false;
	struct scene s;

	scene_begin(&s);
	for (unsigned i = 0; i < STEPS && !found; i++) {
		unsigned before = s.n_found;

		if (!pick(4))
			scene_elsewhere(&s, alias() + pick(3) * 8, 4, pick(2));
		else if (!pick(6))
			loop(&s);
		else
			step(&s);
		found = s.n_found > before && (s.found.cause != COH_OTHER_PAGE || s.n_found > 2);
	}
	if (found)
		look_at(&s, t);
	scene_end(&s);
}

static void every_finding_comes_again(void **state)
{
	struct tally t = { 0 };

	(void)state;
	for (unsigned i = 0; i < PROGRAMS; i++) {
		seed = i;
		program(&t);
		longer_program(&t);
	}
	print_message("%u findings, %u cut; operations %u, own lines %u, transfer %u, none %u, "
		      "untried %u\n",
		      t.findings, t.cut, t.kinds[ADVICE_OPS], t.kinds[ADVICE_OWN_LINES],
		      t.kinds[ADVICE_TRANSFER], t.kinds[ADVICE_NONE], t.kinds[ADVICE_UNTRIED]);
	assert_true(t.kinds[ADVICE_OPS] > PROGRAMS / 2);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_finding_comes_again) };

	folder = argc > 1 ? argv[1] : NULL;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
