/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * random: numbers for tests of random programs, each of which follows from its seed alone; and what
 * such a test is told by its environment.
 */
#ifndef COH_TESTS_RANDOM_H
#define COH_TESTS_RANDOM_H

#include <stdint.h>
#include <stdlib.h>

/* The next of the sequence that begins with *x as its seed (splitmix64). */
static inline uint64_t next_random(uint64_t *x)
{
	uint64_t z = *x += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/* 0 to n - 1; n not 0. */
static inline uint32_t draw(uint64_t *x, uint32_t n)
{
	return (uint32_t)(next_random(x) >> 32) % n;
}

/* What the environment says: COHERER_PROGRAMS, how many to run; COHERER_SEED, the first seed. */
static inline uint64_t number_from(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

#endif
