// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A page is taken away: its page-table entry is cleared, and the next access is to fault.  Bug: the
 * entry is not cleaned.  Memory may still hold the old one, and the walker goes on with that.
 */
#include "lib.h"

const char guest_name[] = "page-table-fault";

LOAD_FUNCTION(user_load)
LOAD_FUNCTION(pte_load)
STORE_FUNCTION(pte_store)

void guest(void)
{
	uint32_t pte;

	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	pte = pte_address(TABLE_A, USER);
	mmu_on(TABLE_A);

	expect("user_load", user_load(USER), OLD);
	pte_load(pte);
	pte_store(pte, 0);
#ifndef PLANTED
	clean_line(pte);
#endif
	flush_tlb();
	expect("a fault", try_load(USER), 1);
}
