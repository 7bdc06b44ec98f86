// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The whole data cache is flushed between a write and a read through another alias.
 * Bug: the whole of the wrong cache, the instruction cache, is invalidated instead.
 */
#include "lib.h"

const char guest_name[] = "whole-cache";

LOAD_FUNCTION(user_load)
STORE_FUNCTION(user_store)
LOAD_FUNCTION(kernel_load)

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	user_load(USER);
	user_store(USER, NEW);
#ifdef PLANTED
	invalidate_icache();
#else
	flush_dcache();
#endif
	expect("kernel_load", kernel_load(PAGE), NEW);
}
