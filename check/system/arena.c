// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <string.h>

#include "check/system/arena.h"

/* Before each piece: its class.  A class has pieces of 16 << class bytes. */
struct piece {
	size_t class;
	void *next; /* while it is free */
};

#define CLASSES (sizeof(((struct arena *)0)->free) / sizeof(void *))

void arena_init(struct arena *a, size_t size)
{
	memset(a, 0, sizeof(*a));
	a->size = size;
	a->used = sizeof(*a);
}

void *arena_get(struct arena *a, size_t size)
{
	struct piece *p;
	size_t class = 0;

	if (size > (size_t)16 << (CLASSES - 1))
		return NULL;

	while (class < CLASSES - 1 && (size_t)16 << class < size)
		class ++;
	if (a->free[class]) {
		p = a->free[class];
		a->free[class] = p->next;
		p->next = NULL;
		return p + 1;
	}
	size = (size_t)16 << class;
	if (a->size - a->used < size + sizeof(*p))
		return NULL;
	p = (struct piece *)((char *)a + a->used);
	a->used += size + sizeof(*p);
	p->class = class;
	memset(p + 1, 0, size);
	return p + 1;
}

void arena_put(struct arena *a, void *memory)
{
	struct piece *p = (struct piece *)memory - 1;

	memset(memory, 0, (size_t)16 << p->class);
	p->next = a->free[p->class];
	a->free[p->class] = p;
}
