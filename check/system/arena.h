/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * arena: memory for one simulated kernel, in one piece that can be copied away and back.
 * Free memory is zero, so that equal states are equal bytes.
 */
#ifndef COH_CHECK_SYSTEM_ARENA_H
#define COH_CHECK_SYSTEM_ARENA_H

#include <stddef.h>

struct arena {
	size_t size, used; /* of all, this header included; used only grows */
	void *free[16];	   /* lists by size class */
	_Alignas(16) char bytes[];
};

void arena_init(struct arena *a, size_t size);
/* Zeroed, aligned to 16; NULL if it is full. */
void *arena_get(struct arena *a, size_t size);
void arena_put(struct arena *a, void *memory);

#endif
