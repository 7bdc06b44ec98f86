// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The litmus parser on any bytes; and the explorer, with small bounds, on what parses: never a
 * crash, never a hang past the bound.  Tests of the layer are only parsed: its stacks are copied,
 * which AddressSanitizer cannot follow.
 */
#include "check/search/explore.h"
#include "tests/fuzz/fuzz.h"

static void explore_on(const struct litmus *t, const char *cache)
{
	struct bounds bounds = { .states = 2000, .until = explore_clock() + 1, .reduce = true };
	struct target target;
	struct verdict *v;

	if (target_make(t, cache, "", &target))
		return;
	v = verdict_find(t, &target, &bounds, NULL);
	CHECK(!v || v->found);
	verdict_free(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct litmus_error error;
	struct litmus *t = litmus_parse("fuzz", (const char *)data, size, &error);

	CHECK(t || error.text[0]);
	if (t && !t->uses_layer) {
		explore_on(t, "vivt");
		explore_on(t, size % 2 ? "vipt" : "pipt");
	}
	litmus_free(t);
	return 0;
}
