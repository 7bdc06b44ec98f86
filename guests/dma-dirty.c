// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A driver clears its buffer and gives it to a device that writes.  Bug: the buffer is not
 * flushed before.  Its dirty line can be written back over the device's bytes at any moment,
 * and the invalidate afterwards comes too late.
 */
#include "lib.h"
#include "pl080.h"

const char guest_name[] = "dma-dirty";

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
	driver_load(DESTINATION);
	driver_store(DESTINATION, 0);
#ifndef PLANTED
	invalidate_range(DESTINATION, LINE);
#endif
	dma_copy(DESTINATION, SOURCE, LINE);
	invalidate_range(DESTINATION, LINE);
	expect("driver_load", driver_load(DESTINATION), NEW);
}
