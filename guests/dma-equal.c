// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A driver clears its buffer, and the device writes zeros: the bytes that are there already.
 * They are the device's all the same, so what was discarded before is not lost.  Bug: the
 * driver clears the buffer after it gave it away.
 */
#include "lib.h"
#include "pl080.h"

const char guest_name[] = "dma-equal";

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

	fill_source(0);
	driver_load(DESTINATION);
	driver_store(DESTINATION, 0);
	invalidate_range(DESTINATION, LINE); /* before the transfer */
#ifdef PLANTED
	driver_load(DESTINATION + 4);
	driver_store(DESTINATION, 0);
#endif
	dma_copy(DESTINATION, SOURCE, LINE);
	invalidate_range(DESTINATION, LINE); /* after it */
	expect("driver_load", driver_load(DESTINATION), 0);
}
