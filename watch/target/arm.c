// SPDX-License-Identifier: GPL-2.0-or-later
/* The table for ARMv4 and ARMv5. */
#include <string.h>

#include "watch/target/arm.h"

#define MODE_MASK  0x1fu
#define MODE_USER  0x10u
#define MODE_ABORT 0x17u

/* Architecture field of the main ID register: from 7 on ARMv6 or newer. */
static const char *refuses(uint32_t midr)
{
	if ((midr >> 16 & 15) < 7)
		return NULL;
	return "is ARMv6 or newer; expected ARMv4 or ARMv5, whose cache operations and page "
	       "tables are understood";
}

/* ARMv4 has no blx: it sets lr, then goes by a bx, a move or a load. */
static bool is_call(uint32_t insn)
{
	return (insn & 0x0f000000) == 0x0b000000 || /* bl */
	       (insn & 0xfe000000) == 0xfa000000 || /* blx, an address */
	       (insn & 0x0fffffd0) == 0x012fff10 || /* bx, blx, a register */
	       (insn & 0x0ffffff0) == 0x01a0f000 || /* mov pc, a register */
	       (insn & 0x0c10f000) == 0x0410f000;   /* ldr pc */
}

static bool in_user_mode(uint32_t cpsr)
{
	return (cpsr & MODE_MASK) == MODE_USER;
}

static bool in_abort_mode(uint32_t cpsr)
{
	return (cpsr & MODE_MASK) == MODE_ABORT;
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

#define HIGH_VECTORS  0xffff0000u
#define VECTOR_FETCH  0x0cu
#define VECTOR_DATA   0x10u
#define STATUS_MASK   0xfu
#define FAULT_SECTION 0x5u /* translation; with bit 1: of a page */
#define FAULT_DOMAIN  0x9u
#define FAULT_RIGHTS  0xdu
#define FAULT_OF_PAGE 0x2u

static enum abort_kind abort_at(const struct mmu *mmu, uint32_t va)
{
	uint32_t vector = va - (mmu->control & ARM_HIGH_VECTORS ? HIGH_VECTORS : 0);

	return vector == VECTOR_DATA	? ABORT_DATA
	       : vector == VECTOR_FETCH ? ABORT_FETCH
					: ABORT_NONE;
}

/* DDI 0100, B4.6: not those of alignment, of the bus, and of debuggers. */
static bool fault_walked(uint32_t status)
{
	uint32_t kind = status & STATUS_MASK & ~FAULT_OF_PAGE;

	return kind == FAULT_SECTION || kind == FAULT_DOMAIN || kind == FAULT_RIGHTS;
}

const struct instruction_set arm_instruction_set = {
	.name = "arm",
	.general = { "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11",
		     "r12", "sp", "lr", "pc" },
	.status = "cpsr",
	.main_id = "MIDR",
	.control = "SCTLR",
	.tables = "TTBR0_EL1",
	.fault_address = "DFAR",
	.fault_status = { [ABORT_DATA] = "DFSR", [ABORT_FETCH] = "IFSR" },
	.refuses = refuses,
	.decode = arm_decode,
	.access_size = arm_access_size,
	.is_call = is_call,
	.condition_holds = arm_condition_holds,
	.in_user_mode = in_user_mode,
	.in_abort_mode = in_abort_mode,
	.set_way = set_way,
	.walk = arm_walk,
	.abort_at = abort_at,
	.fault_walked = fault_walked,
	.space = arm_space,
	.is_big_endian = is_big_endian,
};
