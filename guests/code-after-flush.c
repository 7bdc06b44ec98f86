// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The instruction cache is invalidated, and the code behind that is in it again at once.  Planted:
 * that code is changed, cleaned, and not invalidated.
 */
#include "lib.h"

const char guest_name[] = "code-after-flush";

uint32_t invalidate_and_run(void), run(void);
extern char changed_code[];
__asm__(".text\n"
	".align 5\n"
	".global invalidate_and_run\n"
	".type invalidate_and_run, %function\n"
	"invalidate_and_run:\n"
	"mov r3, #0\n"
	"mcr p15, 0, r3, c7, c5, 0\n"
	".rept 32\n"
	"nop\n"
	".endr\n"
	".align 5\n"
	"changed_code:\n"
	"mov r0, #1\n"
	"mov pc, lr\n"
	".size invalidate_and_run, . - invalidate_and_run\n"
	".align 5\n"
	".global run\n"
	".type run, %function\n"
	"run:\n"
	"b changed_code\n"
	".size run, . - run\n");

LOAD_FUNCTION(code_load)
STORE_FUNCTION(code_store)

void guest(void)
{
	uint32_t place = (uint32_t)changed_code;

	mmu_on(TABLE_A);

	expect("at first", invalidate_and_run(), 1);
	code_load(place);
	code_store(place, MOV_R0(2));
	clean_line(place);
#ifndef PLANTED
	invalidate_icache_line(place);
#endif
	expect("changed", run(), 2);
}
