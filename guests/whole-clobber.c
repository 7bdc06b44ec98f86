// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A page that the kernel cleared is given to a process, which stores to it, and then the whole
 * cache is flushed.  Bug: the kernel's line is not flushed before the process stores.  The flush of
 * everything writes it back over the process's word.
 */
#include "lib.h"

const char guest_name[] = "whole-clobber";

STORE_FUNCTION(kernel_store)
LOAD_FUNCTION(user_load)
STORE_FUNCTION(user_store)

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	kernel_store(PAGE, 0);
#ifndef PLANTED
	flush_line(PAGE);
#endif
	user_store(USER, NEW);
	flush_line(USER);
	flush_dcache();
	expect("user_load", user_load(USER), NEW);
}
