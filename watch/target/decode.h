/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an instruction does to caches and translations.  One file an
 * instruction set (decode_arm.c); the rest of watch/ sees only this.
 */
#ifndef COH_WATCH_TARGET_DECODE_H
#define COH_WATCH_TARGET_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/shadow.h"

enum action_kind {
	ACTION_NONE,
	ACTION_MAINTAIN, /* op on sides, by address, set and way, or all */
	ACTION_CONTROL,	 /* the MMU and cache switches are written */
	ACTION_TABLES,	 /* the page-table base is written */
	ACTION_PROCESS,	 /* FCSE: the process number is written */
	ACTION_TLB,	 /* translations are dropped */
};

enum action_scope {
	SCOPE_LINE, /* the register holds an address */
	SCOPE_SET_WAY,
	SCOPE_ALL,
};

struct action {
	enum action_kind kind;
	enum coh_op op;
	enum action_scope scope;
	bool data, insn; /* which caches */
	unsigned reg;	 /* the general register that holds the operand */
	unsigned cond;	 /* condition field */
};

#define COND_ALWAYS 14u

/*
 * decode_arm: an ARMv4 or ARMv5 instruction in ARM state.  (Thumb of these
 * versions has no coprocessor instructions.)  Returns ACTION_NONE for all that
 * has no effect on caches and translations.
 */
struct action decode_arm(uint32_t insn);

/*
 * access_size_arm: bytes of each access that the instruction makes, where the
 * encoding tells; 0 where it does not (coprocessor transfers, no access at all).
 * Spares the quiet path a question to the emulator.
 */
uint32_t access_size_arm(uint32_t insn);

/* Whether the condition holds for these flags (the CPSR). */
bool condition_holds(unsigned cond, uint32_t cpsr);

#endif
