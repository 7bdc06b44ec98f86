// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Core: sa1110
 *
 * As sweep-loads, but the loop is unrolled: each of its loads sees every fourth line.  And a sweep
 * from the last line down to the first.
 *
 * Planted: four lines are left out.
 */
#include "lib.h"

const char guest_name[] = "sweep-unrolled";

#define REGION	   0x00800000u
#define CACHE_SIZE 8192u

LOAD_FUNCTION(user_load)
STORE_FUNCTION(user_store)
LOAD_FUNCTION(kernel_load)

access_function void sweep_up(uint32_t region, uint32_t bytes)
{
	for (uint32_t at = region; at < region + bytes; at += 4 * LINE) {
		(void)WORD(at);
		(void)WORD(at + LINE);
		(void)WORD(at + 2 * LINE);
		(void)WORD(at + 3 * LINE);
	}
}

access_function void sweep_down(uint32_t region, uint32_t bytes)
{
	for (uint32_t at = region + bytes; at > region; at -= LINE)
		(void)WORD(at - LINE);
}

void guest(void)
{
#ifdef PLANTED
	uint32_t bytes = CACHE_SIZE - 4 * LINE;
#else
	uint32_t bytes = CACHE_SIZE;
#endif

	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	user_load(USER);
	user_store(USER, NEW);
	sweep_up(REGION, bytes);
	expect("up", kernel_load(PAGE), NEW);

	sweep_up(REGION + CACHE_SIZE, CACHE_SIZE);
	user_load(USER + LINE);
	user_store(USER + LINE, NEWER);
	sweep_down(REGION, bytes);
	expect("down", kernel_load(PAGE + LINE), NEWER);
}
