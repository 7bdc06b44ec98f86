/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * cp15: the operations of coprocessor 15 that this port and a kernel around it need, one
 * function each.  ARMv4 and v5, ARM state, privileged.
 *
 * Register 7 takes the modified virtual address, bits below a line ignored, and needs no
 * translation of it: an address that is mapped nowhere is a miss and nothing else.
 */
#ifndef COH_PORTS_ARM926_CP15_H
#define COH_PORTS_ARM926_CP15_H

#include <stddef.h>
#include <stdint.h>

#define COH_ARM_CP15_WRITE_(name, registers)                                                       \
	static inline void name(uintptr_t value)                                                   \
	{                                                                                          \
		__asm__ volatile("mcr p15, 0, %0, " registers : : "r"(value) : "memory");          \
	}

#define COH_ARM_CP15_READ_(name, registers)                                                        \
	static inline uint32_t name(void)                                                          \
	{                                                                                          \
		uint32_t value;                                                                    \
                                                                                                   \
		__asm__ volatile("mrc p15, 0, %0, " registers : "=r"(value) : : "memory");         \
		return value;                                                                      \
	}

COH_ARM_CP15_READ_(coh_arm_main_id, "c0, c0, 0")
/* Cores without this register return the main ID. */
COH_ARM_CP15_READ_(coh_arm_cache_type_register, "c0, c0, 1")

/* One line of the data cache, by address. */
COH_ARM_CP15_WRITE_(coh_arm_clean_line, "c7, c10, 1")
COH_ARM_CP15_WRITE_(coh_arm_invalidate_line, "c7, c6, 1")
COH_ARM_CP15_WRITE_(coh_arm_flush_line, "c7, c14, 1")
/* By set and way: the way in the topmost bits, the set where an address has it. */
COH_ARM_CP15_WRITE_(coh_arm_flush_set_way, "c7, c14, 2")
COH_ARM_CP15_WRITE_(coh_arm_flush_set_way_unified, "c7, c15, 2")

/* The instruction cache: one line; all of it (value 0). */
COH_ARM_CP15_WRITE_(coh_arm_invalidate_code_line, "c7, c5, 1")
COH_ARM_CP15_WRITE_(coh_arm_invalidate_code, "c7, c5, 0")

/* What was stored or written back is in memory when this is over (value 0). */
COH_ARM_CP15_WRITE_(coh_arm_drain_write_buffer, "c7, c10, 4")

/* TLBs: one entry, by address.  Data and instructions apart: ARM920T has no operation for both. */
COH_ARM_CP15_WRITE_(coh_arm_forget_data_translation, "c8, c6, 1")
COH_ARM_CP15_WRITE_(coh_arm_forget_code_translation, "c8, c5, 1")
/* All of them (value 0). */
COH_ARM_CP15_WRITE_(coh_arm_forget_translations, "c8, c7, 0")

/*
 * Test, clean and invalidate: each turn writes one dirty line back; the one that finds none drops
 * all lines, and leaves with Z.
 */
static inline void coh_arm_test_clean_invalidate(void)
{
	__asm__ volatile("1:	mrc	p15, 0, r15, c7, c14, 3\n"
			 "	bne	1b"
			 :
			 :
			 : "cc", "memory");
}

#endif
