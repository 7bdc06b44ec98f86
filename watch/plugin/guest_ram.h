/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest RAM as the emulator holds it.
 *
 * The plugin interface of QEMU 9.2 to 10.0 reads memory by virtual address and
 * current privilege only.  Builds with loadable modules (Debian's, Fedora's)
 * also export the emulator's own function that maps physical memory; where it
 * is there, RAM is read in place: page tables that no store of the guest made,
 * the first contents of a page, and bytes that a device wrote.
 *
 * Without that function HELLO says that RAM is not seen.  First contents are then read through the
 * virtual address, and page tables come from the plugin's own image of all stores.
 */
#ifndef COH_WATCH_PLUGIN_GUEST_RAM_H
#define COH_WATCH_PLUGIN_GUEST_RAM_H

#include <stdbool.h>
#include <stdint.h>

/* Looks for the emulator's function.  Returns whether RAM can be seen. */
bool guest_ram_init(void);

/*
 * guest_ram_page: the 4 KiB of physical memory at pa, or NULL if RAM cannot be
 * seen or pa is not in RAM.  `is_ram` is what the caller knows of pa: true from
 * an access that was seen to hit RAM.  Unless it is true only memory that
 * adjoins known RAM is looked at: to map a device's registers would read them.
 */
const uint8_t *guest_ram_page(uint32_t pa, bool is_ram);

#endif
