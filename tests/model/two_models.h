/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * two_models: random programs on two models at once, and what is left of one on which they
 * disagree.  Included behind a header that has struct program, with its n operations op[],
 * draw_program and print_program.
 */
#ifndef COH_TESTS_MODEL_TWO_MODELS_H
#define COH_TESTS_MODEL_TWO_MODELS_H

#ifndef FAILURES_MAX
#define FAILURES_MAX 5u /* more than these tell nothing new */
#endif

/* The test's own.  False, and says why, if they disagree. */
static bool agrees(const struct program *prog, char *why, size_t size);

/* Drops one operation after another for as long as they still disagree. */
static void minimise(struct program *prog, char *why, size_t size)
{
	char now[256];

	for (uint32_t i = 0; i < prog->n;) {
		struct program less = *prog;

		less.n--;
		memmove(&less.op[i], &less.op[i + 1], (less.n - i) * sizeof(less.op[0]));
		if (agrees(&less, now, sizeof(now))) {
			i++;
			continue;
		}
		*prog = less;
		snprintf(why, size, "%s", now);
		i = 0;
	}
}

/* So many programs, from this seed on; returns on how many they disagree, after printing these. */
static unsigned disagreements(uint64_t seed, uint64_t programs)
{
	unsigned wrong = 0;
	char why[256];

	for (uint64_t i = 0; i < programs && wrong < FAILURES_MAX; i++) {
		struct program prog = draw_program(seed + i);

		if (agrees(&prog, why, sizeof(why)))
			continue;
		wrong++;
		minimise(&prog, why, sizeof(why));
		print_program(&prog, why);
	}
	return wrong;
}

#endif
