// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The kernel writes to a page that a process has already read.  Bug: the new bytes
 * are cleaned to memory, but the old copy under the user alias is left to answer.
 */
#include "lib.h"

const char guest_name[] = "clean-no-invalidate";

LOAD_FUNCTION(user_load)
LOAD_FUNCTION(kernel_load)
STORE_FUNCTION(kernel_store)

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	expect("first user_load", user_load(USER), OLD);
	kernel_load(PAGE);
	kernel_store(PAGE, NEW);
	clean_line(PAGE);
#ifndef PLANTED
	invalidate_line(USER);
#endif
	expect("second user_load", user_load(USER), NEW);
}
