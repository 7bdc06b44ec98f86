// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Code that was changed lies behind the maintenance in one straight line: it is fetched after it,
 * not when the line begins.  Planted: the instruction cache is not invalidated.
 */
#include "lib.h"

const char guest_name[] = "code-behind";

/* Far behind: what the processor fetches ahead is not the subject. */
uint32_t maintain_and_run(void);
extern char changed_code[];
#ifdef PLANTED
#define INVALIDATE "nop\n"
#else
#define INVALIDATE "mcr p15, 0, r1, c7, c5, 1\n"
#endif
__asm__(".text\n"
	".align 5\n"
	".global maintain_and_run\n"
	".type maintain_and_run, %function\n"
	"maintain_and_run:\n"
	"ldr r1, =changed_code\n"
	"mcr p15, 0, r1, c7, c10, 1\n"
	"mcr p15, 0, r1, c7, c10, 4\n" INVALIDATE ".rept 32\n"
	"nop\n"
	".endr\n"
	".align 5\n"
	"changed_code:\n"
	"mov r0, #1\n"
	"mov pc, lr\n"
	".ltorg\n"
	".size maintain_and_run, . - maintain_and_run\n");

LOAD_FUNCTION(code_load)
STORE_FUNCTION(code_store)

void guest(void)
{
	uint32_t place = (uint32_t)changed_code;

	mmu_on(TABLE_A);

	expect("at first", maintain_and_run(), 1);
	code_load(place);
	code_store(place, MOV_R0(2));
	expect("changed", maintain_and_run(), 2);
	code_store(place, MOV_R0(3));
	expect("changed again", maintain_and_run(), 3);
}
