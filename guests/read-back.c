// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The kernel stores to a line and reads it again, a process stores to the same word, and the kernel to
 * another.  Bug: there is no maintenance at all.  Two flushes are missing, the first after the kernel
 * has read: before, it would fill its line again.
 */
#include "lib.h"

const char guest_name[] = "read-back";

LOAD_FUNCTION(user_load)
LOAD_FUNCTION(kernel_load)
STORE_FUNCTION(user_store)
STORE_FUNCTION(kernel_store)

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	user_load(USER);
	kernel_store(PAGE + 12, 0);
	expect("kernel_load", kernel_load(PAGE + 8), OLD);
#ifndef PLANTED
	flush_line(PAGE);
#endif
	user_store(USER + 12, NEW);
#ifndef PLANTED
	flush_line(USER);
#endif
	kernel_store(PAGE, NEW);
	expect("user_load", user_load(USER + 12), NEW);
}
