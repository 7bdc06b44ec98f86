// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A page of code is taken away and comes back.  The instruction cache may keep it, but the fetch
 * walks the tables.  Bug: the entry that comes back is not cleaned, and memory says "fault".
 */
#include "lib.h"

const char guest_name[] = "page-table-fetch";

access_function void write_code(uint32_t va, uint32_t n)
{
	(void)WORD(va);
	WORD(va) = MOV_R0(n);
	WORD(va + 4) = 0xe1a0f00eu; /* mov pc, lr */
}

access_function uint32_t run_code(uint32_t va)
{
	return ((uint32_t(*)(void))va)();
}

LOAD_FUNCTION(pte_load)
STORE_FUNCTION(pte_store)

void guest(void)
{
	uint32_t pte;

	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	pte = pte_address(TABLE_A, USER);
	mmu_on(TABLE_A);

	write_code(PAGE, 11);
	clean_line(PAGE);
	expect("first", run_code(USER), 11);

	pte_load(pte);
	pte_store(pte, 0);
	clean_line(pte);
	flush_tlb();
	expect("a fault", try_load(USER), 1);

	pte_store(pte, pte_value(PAGE, MEMORY_WRITE_BACK));
#ifndef PLANTED
	clean_line(pte);
#endif
	flush_tlb();
	expect("second", run_code(USER), 11);
}
