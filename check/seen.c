// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "check/seen.h"

#define FIRST_BITS 4u

void seen_init(struct seen *seen)
{
	memset(seen, 0, sizeof(*seen));
}

void seen_free(struct seen *seen)
{
	for (unsigned i = 0; i < SEEN_PARTS; i++) {
		free(seen->part[i].high);
		free(seen->part[i].low);
	}
	seen_init(seen);
}

size_t seen_bytes(const struct seen *seen)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < SEEN_PARTS; i++)
		if (seen->part[i].high)
			bytes += 12ull << seen->part[i].bits;
	return bytes;
}

/* The slot of this entry, or the empty one where it belongs.  low is never 0 in an entry. */
static uint32_t slot_of(const struct seen_part *p, uint64_t high, uint32_t low)
{
	uint32_t mask = (1u << p->bits) - 1, i = (uint32_t)high & mask;

	while (p->low[i] && (p->low[i] != low || p->high[i] != high))
		i = (i + 1) & mask;
	return i;
}

static bool grow(struct seen_part *p)
{
	struct seen_part old = *p, new = { .used = p->used,
					   .bits = p->high ? p->bits + 1 : FIRST_BITS };

	new.high = malloc(sizeof(*new.high) << new.bits);
	new.low = calloc((size_t)1 << new.bits, sizeof(*new.low));
	if (!new.high || !new.low || new.bits > 31) {
		free(new.high);
		free(new.low);
		return false;
	}
	for (uint32_t i = 0; old.high && i < 1u << old.bits; i++)
		if (old.low[i]) {
			uint32_t to = slot_of(&new, old.high[i], old.low[i]);

			new.high[to] = old.high[i];
			new.low[to] = old.low[i];
		}
	free(old.high);
	free(old.low);
	*p = new;
	return true;
}

enum seen_answer seen_add(struct seen *seen, struct key key)
{
	struct seen_part *p = &seen->part[key.b % SEEN_PARTS];
	uint32_t low = (uint32_t)(key.b >> 32) | 1, i;

	if ((!p->high || p->used >= (uint32_t)((uint64_t)7 << p->bits >> 3)) && !grow(p))
		return SEEN_NO_MEMORY;
	i = slot_of(p, key.a, low);
	if (p->low[i])
		return SEEN_BEFORE;
	p->low[i] = low;
	p->high[i] = key.a;
	p->used++;
	seen->states++;
	return SEEN_NEW;
}
