// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The whole data cache is flushed by set and way, as older kernels and boot loaders
 * do.  Bug: the loop leaves out the last way, where the line may well be.
 */
#include "lib.h"

const char guest_name[] = "set-way";

/* The data cache in the cache type register. */
#define TYPE_SIZE_LOG2(type) (((type) >> 18 & 15) + 9)
#define TYPE_WAYS_LOG2(type) ((type) >> 15 & 7)
#define TYPE_LINE_LOG2(type) (((type) >> 12 & 3) + 3)

LOAD_FUNCTION(user_load)
STORE_FUNCTION(user_store)
LOAD_FUNCTION(kernel_load)

/* A way number stands in the highest bits of the operand, a set number above the
 * offset within a line. */
static void flush_all_sets(uint32_t ways)
{
	uint32_t type = cache_type();
	uint32_t way_shift = 32 - TYPE_WAYS_LOG2(type);
	uint32_t way_bytes = 1u << (TYPE_SIZE_LOG2(type) - TYPE_WAYS_LOG2(type));
	uint32_t line_bytes = 1u << TYPE_LINE_LOG2(type);

	for (uint32_t way = 0; way < ways; way++)
		for (uint32_t set = 0; set < way_bytes; set += line_bytes)
			flush_set_way(way << way_shift | set);
}

void guest(void)
{
	uint32_t ways = 1u << TYPE_WAYS_LOG2(cache_type());

	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	user_load(USER);
	user_store(USER, NEW);
#ifdef PLANTED
	flush_all_sets(ways - 1);
#else
	flush_all_sets(ways);
#endif
	expect("kernel_load", kernel_load(PAGE), NEW);
}
