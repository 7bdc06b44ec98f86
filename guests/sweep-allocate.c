// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Core: pxa270-c5
 *
 * XScale has no operation that cleans all of its data cache.  Software allocates as many lines
 * as the cache has, without loads: these take the place of all others (Intel 80200 Developer's
 * Manual, 6.3.3.1; Linux: clean_d_cache in proc-xscale.S).
 *
 * Planted: the region is one line short of the cache.
 */
#include "lib.h"

const char guest_name[] = "sweep-allocate";

#define REGION	   0x00800000u
#define CACHE_SIZE 32768u

LOAD_FUNCTION(user_load)
STORE_FUNCTION(user_store)
LOAD_FUNCTION(kernel_load)

access_function void sweep(uint32_t bytes)
{
	for (uint32_t at = REGION; at < REGION + bytes; at += LINE)
		__asm__ volatile("mcr p15, 0, %0, c7, c2, 5" : : "r"(at) : "memory");
}

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	user_load(USER);
	user_store(USER, NEW);
	sweep(CACHE_SIZE);
	expect("once", kernel_load(PAGE), NEW);

	sweep(CACHE_SIZE);
	user_store(USER, NEWER);
#ifdef PLANTED
	sweep(CACHE_SIZE - LINE);
#else
	sweep(CACHE_SIZE);
#endif
	expect("twice", kernel_load(PAGE), NEWER);
}
