// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "check/search/seen.h"

#define FIRST_BITS 4u

void seen_init(struct seen *seen)
{
	memset(seen, 0, sizeof(*seen));
}

void seen_free(struct seen *seen)
{
	for (unsigned i = 0; i < SEEN_PARTS; i++)
		free(seen->part[i].entry);
	seen_init(seen);
}

static size_t bytes_of_part(const struct seen_part *p)
{
	return p->entry ? sizeof(*p->entry) << p->bits : 0;
}

static bool is_same(const struct seen_entry *a, const struct seen_entry *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1] && a->word[2] == b->word[2];
}

/* Where this entry is, or the empty place where it belongs. */
static struct seen_entry *place_of(const struct seen_part *p, const struct seen_entry *e)
{
	uint32_t mask = (1u << p->bits) - 1, i = e->word[0] & mask;

	while (p->entry[i].word[2] && !is_same(&p->entry[i], e))
		i = (i + 1) & mask;
	return &p->entry[i];
}

static bool grow(struct seen_part *p)
{
	struct seen_part old = *p;

	p->bits = old.entry ? old.bits + 1 : FIRST_BITS;
	p->entry = p->bits > 31 ? NULL : calloc((size_t)1 << p->bits, sizeof(*p->entry));
	if (!p->entry) {
		*p = old;
		return false;
	}
	for (uint32_t i = 0; old.entry && i < 1u << old.bits; i++)
		if (old.entry[i].word[2])
			*place_of(p, &old.entry[i]) = old.entry[i];
	free(old.entry);
	return true;
}

/* Room for one entry more. */
static enum seen_answer make_room(struct seen *seen, struct seen_part *p, size_t most)
{
	size_t before = bytes_of_part(p);

	if (p->entry && p->used < (uint32_t)((uint64_t)7 << p->bits >> 3))
		return SEEN_NEW;
	/* A part becomes twice as large. */
	if (seen->bytes + (before ? before : sizeof(*p->entry) << FIRST_BITS) > most)
		return SEEN_BOUND;
	if (!grow(p))
		return SEEN_NO_MEMORY;
	seen->bytes += bytes_of_part(p) - before;
	return SEEN_NEW;
}

enum seen_answer seen_add(struct seen *seen, struct key key, size_t most)
{
	struct seen_part *p = &seen->part[key.b % SEEN_PARTS];
	enum seen_answer room = make_room(seen, p, most);
	struct seen_entry e = { { (uint32_t)key.a, (uint32_t)(key.a >> 32),
				  (uint32_t)(key.b >> 32) | 1 } };
	struct seen_entry *place;

	if (room != SEEN_NEW)
		return room;
	place = place_of(p, &e);
	if (place->word[2])
		return SEEN_BEFORE;
	*place = e;
	p->used++;
	seen->states++;
	return SEEN_NEW;
}
