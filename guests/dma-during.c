// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A driver looks into its buffer while the device writes, and invalidates it at the end.  Bug: it
 * invalidates before the transfer only.  What it looked at is in the cache, and old.
 */
#include "lib.h"
#include "pl080.h"

const char guest_name[] = "dma-during";

#define SOURCE	    PAGE
#define DESTINATION OTHER_PAGE

LOAD_FUNCTION(driver_load)
STORE_FUNCTION(driver_store)

/* What the device is to bring: one line of this, in memory. */
static void fill_source(uint32_t value)
{
	driver_load(SOURCE);
	for (uint32_t at = SOURCE; at < SOURCE + LINE; at += 4)
		driver_store(at, value);
	clean_range(SOURCE, LINE);
}

void guest(void)
{
	mmu_on(TABLE_A);

	fill_source(NEW);
	invalidate_range(DESTINATION, LINE);
	dma_copy(DESTINATION, SOURCE, LINE / 2);
	/* The first half is there, the second is not yet. */
	expect("during", driver_load(DESTINATION + LINE / 2), OLD);
	dma_copy(DESTINATION + LINE / 2, SOURCE, LINE / 2);
#ifndef PLANTED
	invalidate_range(DESTINATION, LINE);
#endif
	expect("after", driver_load(DESTINATION + LINE / 2), NEW);
}
