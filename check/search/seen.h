/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * seen: which states were met before, by their keys.
 *
 * Of a key 96 bits are kept, so an entry has 12 bytes.  Two states that agree in all of them
 * would be taken for one: of 10^8 states, with a probability below 10^-12.  The table is cut
 * into parts that grow one at a time, so that growing never needs twice the memory.
 */
#ifndef COH_CHECK_SEARCH_SEEN_H
#define COH_CHECK_SEARCH_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/system/system.h"

#define SEEN_PARTS 64u

/* 96 bits in three words, so that an entry takes no more; the last is 0 in an empty one. */
struct seen_entry {
	uint32_t word[3];
};

struct seen_part {
	struct seen_entry *entry;
	uint32_t used, bits;
};

struct seen {
	struct seen_part part[SEEN_PARTS];
	uint64_t states;
	size_t bytes; /* of all entries */
};

enum seen_answer { SEEN_NEW, SEEN_BEFORE, SEEN_BOUND, SEEN_NO_MEMORY };

void seen_init(struct seen *seen);
void seen_free(struct seen *seen);
/* SEEN_BOUND: it is new, but the table would need more bytes than most. */
enum seen_answer seen_add(struct seen *seen, struct key key, size_t most);

#endif
