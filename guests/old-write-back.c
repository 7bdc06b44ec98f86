// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A process gives up its page, and the kernel uses it again.  Bug: the process's
 * dirty line stays in the cache.  Flushed late, long after the kernel's new bytes
 * have reached memory, it overwrites them.
 */
#include "lib.h"

const char guest_name[] = "old-write-back";

LOAD_FUNCTION(user_load)
STORE_FUNCTION(user_store)
LOAD_FUNCTION(kernel_load)
STORE_FUNCTION(kernel_store)

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	user_load(USER);
	user_store(USER, NEW);
#ifndef PLANTED
	flush_line(USER);
#endif
	/* Another word of the line: the kernel does not read what the process left. */
	kernel_load(PAGE + 4);
	kernel_store(PAGE, NEWER);
	flush_line(PAGE);
	flush_line(USER);
	expect("kernel_load", kernel_load(PAGE), NEWER);
}
