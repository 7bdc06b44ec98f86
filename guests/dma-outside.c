// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A device that writes and reads where there is no RAM: behind its end and over it, in a hole, in
 * another device, over the last address.  What watches must not be upset.  Bug: the buffer that it
 * copies to these places was not cleaned.
 */
#include "lib.h"
#include "pl080.h"

const char guest_name[] = "dma-outside";

LOAD_FUNCTION(driver_load)
STORE_FUNCTION(driver_store)

void guest(void)
{
	static const uint32_t outside[] = {
		RAM_SIZE, RAM_SIZE - 16, 0x0ffffff0, 0x101f0f00, 0x60000000, 0xfffffff0,
	};

	mmu_on(TABLE_A);

	driver_load(PAGE);
	driver_store(PAGE, NEW);
#ifndef PLANTED
	clean_line(PAGE);
#endif
	for (uint32_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		dma_copy(outside[i], PAGE, LINE);
		dma_copy(OTHER_PAGE, outside[i], LINE);
	}
	expect("driver_load", driver_load(PAGE), NEW);
}
