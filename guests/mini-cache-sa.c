// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Core: sa1110
 *
 * StrongARM's mini data cache (pages with C, without B), as Linux copies pages in copypage-v4mc.c:
 * 512 bytes, two ways, written back (Intel SA-1110 Developer's Manual, 6.2).  As in mini-cache, a page
 * that is read in order takes the place of the one before.  What is stored through it must be
 * cleaned.
 *
 * Planted: it is not.
 */
#include "lib.h"

const char guest_name[] = "mini-cache-sa";

#define MINI_CACHE 0x8u /* C */
#define WORDS	   (PAGE_SIZE / 4)

LOAD_FUNCTION(user_load)
STORE_FUNCTION(user_store)
LOAD_FUNCTION(kernel_load)

access_function uint32_t sum_of(uint32_t va, uint32_t bytes)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < bytes; i += 4)
		sum += WORD(va + i);
	return sum;
}

static void show(uint32_t pa)
{
	uint32_t pte = pte_address(TABLE_A, USER);

	WORD(pte) = pte_value(pa, MINI_CACHE);
	clean_line(pte);
	flush_tlb();
}

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	fill_page(OTHER_PAGE, NEW);
	mmu_on(TABLE_A);

	show(PAGE);
	expect("first", sum_of(USER, PAGE_SIZE), OLD * WORDS);
	show(OTHER_PAGE);
	expect("second", sum_of(USER, PAGE_SIZE), NEW * WORDS);

	user_load(USER);
	user_store(USER, NEWER);
#ifndef PLANTED
	clean_line(USER);
#endif
	expect("stored", kernel_load(OTHER_PAGE), NEWER);
}
