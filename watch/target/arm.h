/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arm: the parts of the table for ARMv4 and ARMv5.  Private to watch/target and its tests. */
#ifndef COH_WATCH_TARGET_ARM_H
#define COH_WATCH_TARGET_ARM_H

#include "watch/target/target.h"

/* Bits of the control register, SCTLR. */
#define ARM_MMU_ON	  (1u << 0)
#define ARM_DCACHE_ON	  (1u << 2)
#define ARM_BIG_ENDIAN_ON (1u << 7)
#define ARM_ICACHE_ON	  (1u << 12)
#define ARM_HIGH_VECTORS  (1u << 13)

/*
 * arm_decode, arm_access_size: an instruction in ARM state.  (Thumb of these versions has no
 * coprocessor instructions.)  No size: coprocessor transfers, halfwords, no access at all.
 */
struct action arm_decode(uint32_t insn);
uint32_t arm_access_size(uint32_t insn);
bool arm_condition_holds(unsigned cond, uint32_t cpsr);

/* arm_walk: sections, large, small and tiny pages. */
enum walk_result arm_walk(const struct mmu *mmu, uint32_t va, read_word_fn read,
			  struct translation *t);
/* The page-table base. */
uint32_t arm_space(const struct mmu *mmu);

extern const struct instruction_set arm_instruction_set;

#endif
