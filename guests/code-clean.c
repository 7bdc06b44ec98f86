// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Code is written, run, changed and run again.  Bug: after the change the
 * instruction cache is invalidated, but the new instruction is still in the data
 * cache only, where no instruction fetch looks.
 */
#include "lib.h"

const char guest_name[] = "code-clean";

access_function void write_code(uint32_t va, uint32_t n)
{
	(void)WORD(va);
	WORD(va) = MOV_R0(n);
	WORD(va + 4) = BX_LR;
}

access_function uint32_t run_code(uint32_t va)
{
	return ((uint32_t(*)(void))va)();
}

void guest(void)
{
	mmu_on(TABLE_A);

	write_code(PAGE, 11);
	clean_line(PAGE);
	invalidate_icache_line(PAGE);
	expect("first result", run_code(PAGE), 11);

	write_code(PAGE, 22);
#ifndef PLANTED
	clean_line(PAGE);
#endif
	invalidate_icache_line(PAGE);
	expect("second result", run_code(PAGE), 22);
}
