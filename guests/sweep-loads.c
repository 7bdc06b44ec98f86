// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Core: sa1110
 *
 * StrongARM has no operation that cleans all of its data cache.  Software loads a region as
 * large as the cache: these lines take the place of all others (Intel SA-1110 Developer's
 * Manual, 6.2.3).
 *
 * Planted: the region is one line short of the cache.
 */
#include "lib.h"

const char guest_name[] = "sweep-loads";

#define REGION	   0x00800000u
#define CACHE_SIZE 8192u

LOAD_FUNCTION(user_load)
STORE_FUNCTION(user_store)
LOAD_FUNCTION(kernel_load)

/* Two regions in turn: a region that is in the cache takes nobody's place. */
access_function void sweep(uint32_t bytes)
{
	static uint32_t region = REGION;

	region ^= CACHE_SIZE;
	for (uint32_t at = region; at < region + bytes; at += LINE)
		(void)WORD(at);
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
