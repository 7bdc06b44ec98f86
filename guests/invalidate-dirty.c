// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A line is taken out of the cache.  Bug: it is invalidated where it should have
 * been flushed, and its new bytes, which memory has not seen yet, are lost.
 */
#include "lib.h"

const char guest_name[] = "invalidate-dirty";

LOAD_FUNCTION(kernel_load)
STORE_FUNCTION(kernel_store)

void guest(void)
{
	mmu_on(TABLE_A);

	kernel_load(PAGE);
	kernel_store(PAGE, NEW);
#ifdef PLANTED
	invalidate_line(PAGE);
#else
	flush_line(PAGE);
#endif
	expect("kernel_load", kernel_load(PAGE), NEW);
}
