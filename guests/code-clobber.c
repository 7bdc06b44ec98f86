// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Code was written, cleaned and run.  Another alias of its line, which was loaded before, gets dirty
 * beside the code, and is cleaned over it: memory has no code any more, and the instruction line may
 * be evicted and come in again.  Planted: that alias was not invalidated after the code was written.
 */
#include "lib.h"

const char guest_name[] = "code-clobber";

access_function void write_code(uint32_t va, uint32_t n)
{
	(void)WORD(va);
	WORD(va) = MOV_R0(n);
	WORD(va + 4) = 0xe1a0f00eu; /* mov pc, lr */
}

access_function uint32_t run_code(uint32_t va)
{
	return ((uint32_t(*)(void))va)();
}

LOAD_FUNCTION(user_load)
STORE_FUNCTION(user_store)

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	user_load(USER);
	write_code(PAGE, 11);
	flush_line(PAGE);
	expect("first", run_code(PAGE), 11);
#ifndef PLANTED
	invalidate_line(USER);
#endif
	user_load(USER);
	user_store(USER + LINE / 2, NEW);
	clean_line(USER);
	expect("second", run_code(PAGE), 11);
}
