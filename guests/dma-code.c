// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A device brings code, as a disk brings a program; nobody loads it as data.  Bug: the
 * instruction cache keeps what was executed at this address before.
 */
#include "lib.h"
#include "pl080.h"

const char guest_name[] = "dma-code";

#define SOURCE	    PAGE
#define DESTINATION OTHER_PAGE

access_function uint32_t driver_load(uint32_t va)
{
	return WORD(va);
}

access_function void driver_store(uint32_t va, uint32_t value)
{
	WORD(va) = value;
}

/* What the device is to bring: one line of this, in memory. */
static void fill_source(uint32_t value)
{
	driver_load(SOURCE);
	for (uint32_t at = SOURCE; at < SOURCE + LINE; at += 4)
		driver_store(at, value);
	clean_range(SOURCE, LINE);
}

#define MOV_R0(n) (0xe3a00000u | (n)) /* mov r0, #n */
#define RETURN	  0xe1a0f00eu	      /* mov pc, lr */

access_function uint32_t run_code(uint32_t va)
{
	return ((uint32_t(*)(void))va)();
}

void guest(void)
{
	map_page(TABLE_A, USER, DESTINATION, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	fill_source(RETURN);
	for (uint32_t round = 1; round <= 2; round++) {
		driver_store(SOURCE, MOV_R0(round));
		clean_range(SOURCE, LINE);
		invalidate_range(DESTINATION, LINE);
		dma_copy(DESTINATION, SOURCE, LINE);
		invalidate_range(DESTINATION, LINE);
#ifdef PLANTED
		if (round == 1)
			invalidate_icache();
#else
		invalidate_icache();
#endif
		expect("run_code", run_code(USER), round);
	}
}
