// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Two processes have different pages at one virtual address.  Bug: the switch of
 * page tables leaves the first one's line in the cache, which does not know whose
 * it is and answers the second one.
 */
#include "lib.h"

const char guest_name[] = "homonym";

LOAD_FUNCTION(first_process_load)
LOAD_FUNCTION(second_process_load)

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	table_init(TABLE_B);
	map_page(TABLE_B, USER, OTHER_PAGE, MEMORY_WRITE_BACK);
	fill_page(OTHER_PAGE, NEW);
	mmu_on(TABLE_A);

	expect("first_process_load", first_process_load(USER), OLD);
#ifndef PLANTED
	flush_dcache();
#endif
	switch_table(TABLE_B);
	expect("second_process_load", second_process_load(USER), NEW);
}
