// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* What the compiler calls by itself.  Words where both ends are aligned. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memset(void *to, int value, size_t len);

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
	uint8_t *t = to;
	const uint8_t *f = from;

	if (!(((uintptr_t)t | (uintptr_t)f) & 3))
		for (; len >= 4; len -= 4, t += 4, f += 4)
			*(uint32_t *)t = *(const uint32_t *)f;
	while (len--)
		*t++ = *f++;
	return to;
}

void *memset(void *to, int value, size_t len)
{
	uint8_t *t = to;
	uint32_t word = (uint8_t)value * 0x01010101u;

	if (!((uintptr_t)t & 3))
		for (; len >= 4; len -= 4, t += 4)
			*(uint32_t *)t = word;
	while (len--)
		*t++ = (uint8_t)value;
	return to;
}
