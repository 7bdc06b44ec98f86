/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file that a process of Linux has mapped at an address. */
#ifndef COH_WATCH_PLUGIN_USER_CODE_H
#define COH_WATCH_PLUGIN_USER_CODE_H

#include "watch/kernel.h"
#include "watch/wire_context.h"

/* mm: the address of the process's struct mm_struct; tables: the base of its page tables. */
void user_code(const struct kernel_layout *k, uint32_t mm, uint32_t tables, uint32_t pc,
	       struct wire_code *w);

#endif
