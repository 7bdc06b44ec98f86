// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Two aliases write to different words of one line.  Bug: the first is still dirty
 * when the second fills its own copy.  Each copy then lacks the other's word, and
 * whichever is written back last puts an old word over a new one.
 */
#include "lib.h"

const char guest_name[] = "two-dirty";

LOAD_FUNCTION(first_load)
STORE_FUNCTION(first_store)
LOAD_FUNCTION(second_load)
STORE_FUNCTION(second_store)
LOAD_FUNCTION(kernel_load)

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	map_page(TABLE_A, USER_2, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	first_load(USER);
	first_store(USER, NEW);
#ifndef PLANTED
	flush_line(USER);
#endif
	/* Loads its own word: this guest is about the write-backs below. */
	second_load(USER_2 + 4);
	second_store(USER_2 + 4, NEWER);
	flush_line(USER);
	flush_line(USER_2);
	expect("word of the first alias", kernel_load(PAGE), NEW);
	expect("word of the second alias", kernel_load(PAGE + 4), NEWER);
}
