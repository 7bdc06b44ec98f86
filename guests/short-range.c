// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The kernel fills a buffer of four lines and cleans it for a process.  Bug: the
 * range is one line short, and the end of the buffer is old.
 */
#include "lib.h"

const char guest_name[] = "short-range";

#define BUFFER (4 * LINE)

LOAD_FUNCTION(kernel_load)
STORE_FUNCTION(kernel_store)
LOAD_FUNCTION(user_load)

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	for (uint32_t i = 0; i < BUFFER; i += LINE) {
		kernel_load(PAGE + i);
		kernel_store(PAGE + i, NEW);
	}
#ifdef PLANTED
	clean_range(PAGE, BUFFER - LINE);
#else
	clean_range(PAGE, BUFFER);
#endif
	for (uint32_t i = 0; i < BUFFER; i += LINE)
		expect("user_load", user_load(USER + i), NEW);
}
