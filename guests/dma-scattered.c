// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A device writes to many places of one page before the driver looks at the first.  (A ring of
 * descriptors is filled so.)  Bug: the driver had read the first, and does not invalidate it.  The
 * report names the device, however much it wrote since.
 */
#include "lib.h"
#include "pl080.h"

const char guest_name[] = "dma-scattered";

#define SOURCE	    PAGE
#define DESTINATION OTHER_PAGE
#define PLACES	    12
#define APART	    64

LOAD_FUNCTION(driver_load)
STORE_FUNCTION(driver_store)

void guest(void)
{
	mmu_on(TABLE_A);

	driver_load(SOURCE);
	driver_store(SOURCE, NEW);
	clean_range(SOURCE, LINE);
	expect("first driver_load", driver_load(DESTINATION), OLD);
	for (uint32_t i = 0; i < PLACES; i++)
		dma_copy(DESTINATION + i * APART, SOURCE, 4);
#ifndef PLANTED
	invalidate_range(DESTINATION, LINE);
#endif
	expect("second driver_load", driver_load(DESTINATION), NEW);
}
