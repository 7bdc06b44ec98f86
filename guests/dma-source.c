// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A driver sends a buffer to a device: the DMA controller copies it to another
 * page.  Bug: the buffer is not cleaned, and the device reads what memory held
 * before.
 */
#include "lib.h"
#include "pl080.h"

const char guest_name[] = "dma-source";

#define SOURCE	    PAGE
#define DESTINATION OTHER_PAGE

LOAD_FUNCTION(driver_load)
STORE_FUNCTION(driver_store)

void guest(void)
{
	mmu_on(TABLE_A);

	driver_load(SOURCE);
	driver_store(SOURCE, NEW);
#ifndef PLANTED
	clean_range(SOURCE, LINE);
#endif
	dma_copy(DESTINATION, SOURCE, LINE);
	expect("driver_load", driver_load(DESTINATION), NEW);
}
