/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * code_place: code where it runs, not where it was translated.
 *
 * QEMU translates ARM code so that one block serves wherever its page is mapped (CF_PCREL).
 * A plugin is told the address of the translation only.  So the page of a shared library in two
 * processes would be taken for the same place in both.
 */
#ifndef COH_WATCH_PLUGIN_CODE_PLACE_H
#define COH_WATCH_PLUGIN_CODE_PLACE_H

#include <stdbool.h>

/*
 * code_place_fix: from now on this CPU translates a block for each address that it runs at.
 * Called in the CPU's own thread, before its first translation.
 *
 * Returns false if this emulator cannot be told so.  Then the address must be read from the CPU
 * whenever a block runs.
 */
bool code_place_fix(void);

#endif
