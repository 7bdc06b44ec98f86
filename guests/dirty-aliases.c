// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The kernel clears a page, a process stores to it, and the kernel reads.  Bug: there is no
 * maintenance at all.  Two operations are missing: a flush of the kernel's dirty line before the
 * process stores, for afterwards either line may be written back over the other; and a clean of the
 * process's line.
 */
#include "lib.h"

const char guest_name[] = "dirty-aliases";

STORE_FUNCTION(kernel_store)
LOAD_FUNCTION(kernel_load)
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
#ifndef PLANTED
	clean_line(USER);
#endif
	expect("kernel_load", kernel_load(PAGE), NEW);
}
