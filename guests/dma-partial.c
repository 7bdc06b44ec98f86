// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A buffer that ends amid a line, and a variable of the driver's behind it.  The driver cleans the
 * line before the transfer and leaves it alone until the end.  Bug: it stores to the variable
 * meanwhile.  The line is dirty, and can be written back over the device's bytes.
 */
#include "lib.h"
#include "pl080.h"

const char guest_name[] = "dma-partial";

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

#define VARIABLE (DESTINATION + LINE / 2)

void guest(void)
{
	mmu_on(TABLE_A);

	fill_source(NEW);
	driver_load(VARIABLE);
	driver_store(VARIABLE, NEWER);
	flush_range(DESTINATION, LINE);
#ifdef PLANTED
	driver_load(VARIABLE);
	driver_store(VARIABLE, NEWER);
#endif
	dma_copy(DESTINATION, SOURCE, LINE / 2);
	flush_range(DESTINATION, LINE);
	expect("the variable", driver_load(VARIABLE), NEWER);
	expect("the buffer", driver_load(DESTINATION), NEW);
}
