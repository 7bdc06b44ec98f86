// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The kernel writes two words and cleans their line for a process.  Bug: it cleans
 * after the first word, and the second one stays behind.
 */
#include "lib.h"

const char guest_name[] = "early";

LOAD_FUNCTION(kernel_load)
STORE_FUNCTION(kernel_store)
LOAD_FUNCTION(user_load)

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	kernel_load(PAGE);
	kernel_store(PAGE, NEW);
#ifdef PLANTED
	clean_line(PAGE);
#endif
	kernel_store(PAGE + 4, NEWER);
#ifndef PLANTED
	clean_line(PAGE);
#endif
	expect("first word", user_load(USER), NEW);
	expect("second word", user_load(USER + 4), NEWER);
}
