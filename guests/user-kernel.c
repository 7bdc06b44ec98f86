// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A process writes to its page; the kernel reads the page through its own alias,
 * as get_user_pages() and ptrace do.  Bug: the user alias is not cleaned before.
 */
#include "lib.h"

const char guest_name[] = "user-kernel";

LOAD_FUNCTION(user_load)
STORE_FUNCTION(user_store)
LOAD_FUNCTION(kernel_load)

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	user_load(USER);
	user_store(USER, NEW);
#ifndef PLANTED
	clean_line(USER);
#endif
	expect("kernel_load", kernel_load(PAGE), NEW);
}
