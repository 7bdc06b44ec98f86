/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest memory by kernel address, whatever mode the CPU is in, with no effect on the shadow.
 */
#ifndef COH_WATCH_PLUGIN_GUEST_READ_H
#define COH_WATCH_PLUGIN_GUEST_READ_H

#include <stdbool.h>
#include <stdint.h>

/*
 * False if a page is not mapped or not in RAM.  The bytes are the newest, whatever is cached.  Where
 * the emulator does not show its RAM, a device's address is read as well.
 */
bool guest_read(uint32_t va, void *to, uint32_t n);
bool guest_read_word(uint32_t va, uint32_t *word);

/* A string, cut to size, with zeros behind it.  Byte by byte: it may end where a page ends. */
bool guest_read_string(uint32_t va, char *to, uint32_t size);

/* As guest_read, by the page tables at a base, which may be another process's.  RAM must be seen. */
bool guest_read_in(uint32_t tables, uint32_t va, void *to, uint32_t n);

/* Where va leads by the tables as RAM has them; false: nowhere, or RAM cannot be seen. */
bool guest_physical(uint32_t va, uint32_t *pa);

#endif
