// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Code jumps to the data abort's vector by itself, with no fault: the registers tell of the last
 * one, and its table entry was stored and not cleaned yet.  No walk, so nothing to report.  Planted:
 * a page that comes after that is not cleaned.
 */
#include "lib.h"

const char guest_name[] = "vector-jump";

#define VECTOR 0x10u
#define RETURN 0xe1a0f00eu

LOAD_FUNCTION(pte_load)
STORE_FUNCTION(pte_store)
LOAD_FUNCTION(user_load)
STORE_FUNCTION(user_store)
LOAD_FUNCTION(kernel_load)
STORE_FUNCTION(kernel_store)

access_function void jump(uint32_t to)
{
	((void (*)(void))to)();
}

void guest(void)
{
	uint32_t pte;

	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	pte = pte_address(TABLE_A, USER + PAGE_SIZE);
	mmu_on(TABLE_A);

	expect("a fault", try_load(USER + PAGE_SIZE), 1);
	kernel_load(VECTOR);
	kernel_store(VECTOR, RETURN);
	clean_line(VECTOR);
	invalidate_icache();

	pte_load(pte);
	pte_store(pte, pte_value(OTHER_PAGE, MEMORY_WRITE_BACK));
	jump(VECTOR);
	clean_line(pte);
	flush_tlb();

	expect("user_load", user_load(USER + PAGE_SIZE), OLD);
	user_store(USER + PAGE_SIZE, NEW);
#ifndef PLANTED
	clean_line(USER + PAGE_SIZE);
#endif
	expect("kernel_load", kernel_load(OTHER_PAGE), NEW);
}
