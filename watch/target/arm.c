// SPDX-License-Identifier: GPL-2.0-or-later
/* The table for ARMv4 and ARMv5. */
#include <string.h>

#include "watch/target/arm.h"

#define MODE_MASK 0x1fu
#define MODE_USER 0x10u

/* Architecture field of the main ID register: from 7 on ARMv6 or newer. */
static const char *refuses(uint32_t midr)
{
	if ((midr >> 16 & 15) < 7)
		return NULL;
	return "is ARMv6 or newer; expected ARMv4 or ARMv5, whose cache operations and page "
	       "tables are understood";
}

static bool in_user_mode(uint32_t cpsr)
{
	return (cpsr & MODE_MASK) == MODE_USER;
}

/* As ARMv4 and ARMv5 pack them: set above the line, way on top. */
static void set_way(const struct coh_cache *c, uint32_t operand, uint32_t *set, uint32_t *way)
{
	*set = operand / c->line & (coh_cache_sets(c) - 1);
	*way = c->ways > 1 ? operand >> __builtin_clz(c->ways - 1) : 0;
}

static bool is_big_endian(const struct mmu *mmu)
{
	return mmu->control & ARM_BIG_ENDIAN_ON;
}

const struct instruction_set arm_instruction_set = {
	.name = "arm",
	.general = { "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11",
		     "r12", "sp", "lr", "pc" },
	.status = "cpsr",
	.main_id = "MIDR",
	.control = "SCTLR",
	.tables = "TTBR0_EL1",
	.refuses = refuses,
	.decode = arm_decode,
	.access_size = arm_access_size,
	.condition_holds = arm_condition_holds,
	.in_user_mode = in_user_mode,
	.set_way = set_way,
	.walk = arm_walk,
	.space = arm_space,
	.is_big_endian = is_big_endian,
};
