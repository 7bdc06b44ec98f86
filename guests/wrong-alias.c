// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The writer's line is cleaned before another alias reads.  Bug: through a third
 * alias of the same page, under which the cache holds nothing.
 */
#include "lib.h"

const char guest_name[] = "wrong-alias";

LOAD_FUNCTION(user_load)
STORE_FUNCTION(user_store)
LOAD_FUNCTION(kernel_load)

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	map_page(TABLE_A, USER_2, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	user_load(USER);
	user_store(USER, NEW);
#ifdef PLANTED
	clean_line(USER_2);
#else
	clean_line(USER);
#endif
	expect("kernel_load", kernel_load(PAGE), NEW);
}
