// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The kernel has read a line, a process stores to it and flushes it, and then two functions of the
 * kernel store to other words of it.  Bug: the kernel's line is not invalidated before the first of
 * them.  Between the two it would be too late: it would discard what the first one stored.
 */
#include "lib.h"

const char guest_name[] = "two-stores";

LOAD_FUNCTION(kernel_load)
STORE_FUNCTION(user_store)
STORE_FUNCTION(first_store)
STORE_FUNCTION(second_store)

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	kernel_load(PAGE);
	user_store(USER + 8, NEW);
	flush_line(USER);
#ifndef PLANTED
	invalidate_line(PAGE);
#endif
	first_store(PAGE, NEW);
	second_store(PAGE + 12, NEW);
	expect("kernel_load", kernel_load(PAGE + 8), NEW);
}
