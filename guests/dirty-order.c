// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Two functions of the kernel write a line, the later one at the lower address, and then a process
 * stores to it.  Bug: the kernel's line is not flushed before.  Which of the two was the last is not
 * kept, so the advice is to come after both.
 */
#include "lib.h"

const char guest_name[] = "dirty-order";

STORE_FUNCTION(first_store)
STORE_FUNCTION(second_store)
LOAD_FUNCTION(kernel_load)
STORE_FUNCTION(user_store)

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	first_store(PAGE + 8, 0);
	second_store(PAGE, 0);
#ifndef PLANTED
	flush_line(PAGE);
#endif
	user_store(USER + 8, NEW);
	clean_line(USER);
	expect("kernel_load", kernel_load(PAGE + 8), NEW);
}
