/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* bits: powers of two. */
#ifndef COH_MODEL_BITS_H
#define COH_MODEL_BITS_H

#include <stdbool.h>
#include <stdint.h>

static inline bool is_pow2(uint32_t x)
{
	return x && !(x & (x - 1));
}

/* The largest n with 2^n <= x; 0 for 0. */
static inline uint8_t log2_of(uint32_t x)
{
	return x ? (uint8_t)(31u - (uint32_t)__builtin_clz(x)) : 0;
}

#endif
