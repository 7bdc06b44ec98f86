// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The kernel fills a page, as read() into the page cache does; a process that has
 * the page mapped reads it.  Bug: the kernel alias is not cleaned before.
 */
#include "lib.h"

const char guest_name[] = "kernel-user";

LOAD_FUNCTION(kernel_load)
STORE_FUNCTION(kernel_store)
LOAD_FUNCTION(user_load)

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	kernel_load(PAGE);
	kernel_store(PAGE, NEW);
#ifndef PLANTED
	clean_line(PAGE);
#endif
	expect("user_load", user_load(USER), NEW);
}
