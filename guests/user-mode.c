// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * As user-kernel, with the process's accesses made in user mode.  Bug: the user
 * alias is not cleaned before the kernel reads.
 */
#include "lib.h"

const char guest_name[] = "user-mode";

access_function uint32_t user_load(uint32_t va, uint32_t unused)
{
	(void)unused;
	return WORD(va);
}

access_function uint32_t user_store(uint32_t va, uint32_t value)
{
	WORD(va) = value;
	return value;
}

LOAD_FUNCTION(kernel_load)

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	expect("user_load", call_in_user_mode(user_load, USER, 0), OLD);
	call_in_user_mode(user_store, USER, NEW);
#ifndef PLANTED
	clean_line(USER);
#endif
	expect("kernel_load", kernel_load(PAGE), NEW);
}
