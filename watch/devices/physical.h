/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COH_WATCH_DEVICES_PHYSICAL_H
#define COH_WATCH_DEVICES_PHYSICAL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * view_physical: the physical address (one of `memory_space`) of what is at addr
 * in this address space.  Must be called in a translation: it keeps both views
 * alive.  Returns false where the CPU does not see that place; *pa is addr then.
 */
bool view_physical(const void *space, const void *memory_space, uint64_t addr, uint64_t *pa);

/* The memory map changed: a view that is gone must not be taken for a new one. */
void view_forget(void);

#endif
