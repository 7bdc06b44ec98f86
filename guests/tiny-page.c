// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Tiny pages, of 1 KiB, lie elsewhere within 4 KiB than their virtual addresses.  As user-kernel: a
 * store through one, a load through the kernel's alias.  Planted: the page is not cleaned.
 */
#include "lib.h"

const char guest_name[] = "tiny-page";

#define FINE_TABLE 0x01000000u
#define FINE	   0x13u
#define TINY_PAGE  0x33u /* all may */
#define TINY	   0x400u

LOAD_FUNCTION(user_load)
STORE_FUNCTION(user_store)
LOAD_FUNCTION(kernel_load)

static void map_tiny(uint32_t n, uint32_t pa)
{
	WORD(FINE_TABLE + n * 4) = pa | TINY_PAGE | MEMORY_WRITE_BACK;
}

void guest(void)
{
	fill_page(FINE_TABLE, 0);
	WORD(TABLE_A + (USER >> 20) * 4) = FINE_TABLE | FINE;
	map_tiny(0, PAGE + 3 * TINY);
	map_tiny(1, OTHER_PAGE);
	mmu_on(TABLE_A);

	user_load(USER);
	user_store(USER, NEW);
#ifndef PLANTED
	clean_line(USER);
#endif
	expect("the first", kernel_load(PAGE + 3 * TINY), NEW);
	expect("beside it", kernel_load(PAGE), OLD);

	user_load(USER + TINY);
	user_store(USER + TINY, NEWER);
	clean_line(USER + TINY);
	expect("the second", kernel_load(OTHER_PAGE), NEWER);
}
