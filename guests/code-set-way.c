// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Code is written, run, changed and run again, and the instruction cache is invalidated by
 * set and way.  Bug: it is not.
 */
#include "lib.h"

const char guest_name[] = "code-set-way";

/* The instruction cache in the cache type register. */
#define TYPE_SIZE_LOG2(type) (((type) >> 6 & 15) + 9)
#define TYPE_WAYS_LOG2(type) ((type) >> 3 & 7)
#define TYPE_LINE_LOG2(type) (((type) & 3) + 3)

access_function void write_code(uint32_t va, uint32_t n)
{
	WORD(va) = MOV_R0(n);
	WORD(va + 4) = BX_LR;
}

access_function uint32_t run_code(uint32_t va)
{
	return ((uint32_t(*)(void))va)();
}

/* A way number stands in the highest bits of the operand, a set number above the
 * offset within a line. */
static void invalidate_all_sets(void)
{
	uint32_t type = cache_type();
	uint32_t way_shift = 32 - TYPE_WAYS_LOG2(type);
	uint32_t way_bytes = 1u << (TYPE_SIZE_LOG2(type) - TYPE_WAYS_LOG2(type));
	uint32_t line_bytes = 1u << TYPE_LINE_LOG2(type);

	for (uint32_t way = 0; way < 1u << TYPE_WAYS_LOG2(type); way++)
		for (uint32_t set = 0; set < way_bytes; set += line_bytes)
			invalidate_icache_set_way(way << way_shift | set);
}

void guest(void)
{
	mmu_on(TABLE_A);

	write_code(PAGE, 11);
	clean_line(PAGE);
	invalidate_all_sets();
	expect("first result", run_code(PAGE), 11);

	write_code(PAGE, 22);
	clean_line(PAGE);
#ifndef PLANTED
	invalidate_all_sets();
#endif
	expect("second result", run_code(PAGE), 22);
}
