// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The kernel clears a buffer, a process stores to it, and then a device writes it.  Bug: there is no
 * maintenance before the transfer.  Two lines are dirty then, and both can be written back over the
 * device's bytes.
 */
#include "lib.h"
#include "pl080.h"

const char guest_name[] = "dma-two-dirty";

#define SOURCE	    OTHER_PAGE
#define DESTINATION PAGE

STORE_FUNCTION(kernel_store)
STORE_FUNCTION(user_store)

void guest(void)
{
	map_page(TABLE_A, USER, DESTINATION, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	kernel_store(DESTINATION, 0);
#ifndef PLANTED
	flush_line(DESTINATION);
#endif
	user_store(USER, NEW);
#ifndef PLANTED
	flush_line(USER);
#endif
	dma_copy(DESTINATION, SOURCE, 4);
#ifdef PLANTED
	invalidate_line(DESTINATION);
	invalidate_line(USER);
#endif
	expect("the buffer", WORD(SOURCE), OLD);
}
