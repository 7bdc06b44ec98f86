// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Core: pxa270-c5
 *
 * XScale's mini data cache (pages with X and C, without B), as Linux copies pages in
 * copypage-xscale.c: one window is mapped to page after page, and nothing is invalidated.  The
 * cache has 2 KiB and two ways, replaced in turn (Intel 80200 Developer's Manual, 6.1.2).  A page
 * that is read from its first byte to its last leaves its upper half there, and the next page,
 * read in the same order, takes the place of each of these lines before it could answer.
 *
 * Planted: the next page is read from its upper half on.
 */
#include "lib.h"

const char guest_name[] = "mini-cache";

#define EXTENDED_PAGE 0x3u
#define ALL_MAY	      0x30u
#define MINI_CACHE    (1u << 6 | 1u << 3) /* X, C */
#define WORDS	      (PAGE_SIZE / 4)

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

	WORD(pte) = pa | ALL_MAY | MINI_CACHE | EXTENDED_PAGE;
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
#ifdef PLANTED
	expect("second", sum_of(USER + PAGE_SIZE / 2, PAGE_SIZE / 2), NEW * WORDS / 2);
#else
	expect("second", sum_of(USER, PAGE_SIZE), NEW * WORDS);
#endif
}
