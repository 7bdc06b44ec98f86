// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A page is written through a cached alias and read through an uncached one.
 * Bug: the cached alias is not cleaned before.
 */
#include "lib.h"

const char guest_name[] = "uncached-alias";

access_function uint32_t kernel_load(uint32_t va)
{
	return WORD(va);
}

access_function void kernel_store(uint32_t va, uint32_t value)
{
	WORD(va) = value;
}

access_function uint32_t uncached_load(uint32_t va)
{
	return WORD(va);
}

void guest(void)
{
	map_page(TABLE_A, UNCACHED, PAGE, MEMORY_UNCACHED);
	mmu_on(TABLE_A);

	kernel_load(PAGE);
	kernel_store(PAGE, NEW);
#ifndef PLANTED
	clean_line(PAGE);
#endif
	expect("uncached_load", uncached_load(UNCACHED), NEW);
}
