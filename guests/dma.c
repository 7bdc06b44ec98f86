// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A driver receives a buffer from a device: the DMA controller copies it from
 * another page.  Bug: the driver had read the buffer before, and does not
 * invalidate what it read.
 */
#include "lib.h"
#include "pl080.h"

const char guest_name[] = "dma";

#define SOURCE	    PAGE
#define DESTINATION OTHER_PAGE

LOAD_FUNCTION(driver_load)
STORE_FUNCTION(driver_store)

void guest(void)
{
	mmu_on(TABLE_A);

	driver_load(SOURCE);
	driver_store(SOURCE, NEW);
	clean_range(SOURCE, LINE);
	expect("first driver_load", driver_load(DESTINATION), OLD);
	dma_copy(DESTINATION, SOURCE, LINE);
#ifndef PLANTED
	invalidate_range(DESTINATION, LINE);
#endif
	expect("second driver_load", driver_load(DESTINATION), NEW);
}
