/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Structures of a Linux kernel in guest memory, by the places that the runner found. */
#ifndef COH_WATCH_PLUGIN_KERNEL_READ_H
#define COH_WATCH_PLUGIN_KERNEL_READ_H

#include "watch/kernel.h"
#include "watch/plugin/guest_read.h"

static inline bool kernel_pointer(const struct kernel_layout *k, uint32_t va)
{
	return va && !(va & 3) && va >= k->at[KERNEL_FLOOR];
}

/* The word at an offset in the structure at base.  False if this kernel has no such field. */
static inline bool kernel_field(const struct kernel_layout *k, uint32_t base,
				enum kernel_field field, uint32_t *word)
{
	return k->at[field] != KERNEL_ABSENT && guest_read_word(base + k->at[field], word);
}

/* As kernel_field, and what it holds can be a pointer. */
static inline bool kernel_follow(const struct kernel_layout *k, uint32_t base,
				 enum kernel_field field, uint32_t *pointer)
{
	return kernel_field(k, base, field, pointer) && kernel_pointer(k, *pointer);
}

#endif
