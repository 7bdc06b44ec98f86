// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A page-table entry is changed.  Bug: it is not cleaned, and the table walker,
 * which reads memory and no cache, maps the page that was there before.
 */
#include "lib.h"

const char guest_name[] = "page-table";

LOAD_FUNCTION(user_load)
LOAD_FUNCTION(pte_load)
STORE_FUNCTION(pte_store)

void guest(void)
{
	uint32_t pte;

	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	pte = pte_address(TABLE_A, USER);
	fill_page(OTHER_PAGE, NEW);
	mmu_on(TABLE_A);

	expect("first user_load", user_load(USER), OLD);
	/* Or the line of the old page would answer for the new one: see homonym. */
	flush_line(USER);
	pte_load(pte);
	pte_store(pte, pte_value(OTHER_PAGE, MEMORY_WRITE_BACK));
#ifndef PLANTED
	clean_line(pte);
#endif
	flush_tlb();
	expect("second user_load", user_load(USER), NEW);
}
