// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A page is written through a cached alias and read through an uncached one.
 * Bug: the cached alias is not cleaned before.
 */
#include "lib.h"

const char guest_name[] = "uncached-alias";

LOAD_FUNCTION(kernel_load)
STORE_FUNCTION(kernel_store)
LOAD_FUNCTION(uncached_load)

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
