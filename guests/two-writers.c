// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * One copy function, two callers: what a report says of the function is not enough to act on.  The
 * second caller writes another word of the same line, after the first.
 * Bug: the first caller does not clean what it copied.
 * Options: --again
 */
#include "lib.h"

const char guest_name[] = "two-writers";

LOAD_FUNCTION(user_load)
LOAD_FUNCTION(kernel_load)

access_function void copy(uint32_t to, uint32_t from)
{
	WORD(to) = WORD(from);
}

access_function void answer(uint32_t from)
{
	copy(USER + 4, from);
#ifndef PLANTED
	clean_line(USER);
#endif
}

access_function void scratch(uint32_t from)
{
	copy(USER, from);
}

/* Nothing is left to be done. */
access_function void clean_again(void)
{
	clean_line(USER_2);
}

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	map_page(TABLE_A, USER_2, OTHER_PAGE, MEMORY_WRITE_BACK);
	fill_page(OTHER_PAGE, NEW);
	mmu_on(TABLE_A);

	user_load(USER);
	answer(USER_2);
	scratch(USER_2);
	clean_again();
	expect("kernel_load", kernel_load(PAGE + 4), NEW);
}
