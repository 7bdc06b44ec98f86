/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target: what differs by instruction set, as a table of data and functions.
 *
 * Each instruction set has one table (arm.c).  The plugin finds it by the name of QEMU's target
 * and calls nothing else of this folder.
 */
#ifndef COH_WATCH_TARGET_TARGET_H
#define COH_WATCH_TARGET_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "model/shadow.h"

/* ---- what an instruction does to caches and translations ---- */

enum action_kind {
	ACTION_NONE,
	ACTION_MAINTAIN, /* op on sides, by address, set and way, or all */
	ACTION_CONTROL,	 /* the MMU and cache switches are written */
	ACTION_TABLES,	 /* the page-table base is written */
	ACTION_PROCESS,	 /* FCSE: the process number is written */
	ACTION_TLB,	 /* translations are dropped */
	ACTION_ALLOCATE, /* a data line is allocated without a load: part of a sweep */
};

enum action_scope {
	SCOPE_LINE, /* the register holds an address */
	SCOPE_SET_WAY,
	SCOPE_ALL,
};

struct action {
	enum action_kind kind;
	enum coh_op op;
	enum action_scope scope; /* of the TLB: one page, or all */
	bool data, insn;	 /* which caches */
	unsigned reg;		 /* the general register that holds the operand */
	unsigned cond;		 /* condition field; COND_ALWAYS */
};

#define COND_ALWAYS 14u

/* ---- translations ---- */

/* What the guest has set up, as last written. */
struct mmu {
	uint32_t control; /* switches of MMU and caches */
	uint32_t tables;  /* page-table base */
	uint32_t process; /* FCSE process number, in bits 31..25; 0 where there is none */
	bool mini_by_c;	  /* StrongARM: cacheable and not bufferable means the mini data cache */
};

enum walk_result {
	WALK_OK,
	WALK_FAULT,   /* no such translation (any more) */
	WALK_UNKNOWN, /* a table that cannot be read */
};

struct translation {
	uint32_t pa;
	uint32_t page_size; /* smallest unit that is contiguous: 1 KiB to 1 MiB */
	enum coh_attr data, insn;
	bool mini;	      /* data are cached in the mini data cache of XScale or StrongARM */
	uint32_t entry_pa[2]; /* the table entries that were read */
	unsigned n_entries;
};

/* Reads one aligned word of physical memory; false if it cannot. */
typedef bool (*read_word_fn)(uint32_t pa, uint32_t *word);

/* The address that caches and page tables see.  Inline: each access asks it. */
static inline uint32_t mmu_modified_va(const struct mmu *mmu, uint32_t va)
{
	return mmu->process && va >> 25 == 0 ? va | mmu->process : va;
}

/* ---- faults ---- */

enum abort_kind {
	ABORT_NONE,
	ABORT_DATA,
	ABORT_FETCH,
};

/* ---- the table ---- */

#define TARGET_REGISTERS 16u

struct instruction_set {
	const char *name; /* of QEMU's target */

	/* Registers, by the names under which QEMU shows them to a debugger. */
	const char *general[TARGET_REGISTERS]; /* the last three: stack, return address, pc */
	const char *status;		       /* mode and flags */
	const char *main_id, *control, *tables;
	/* Of the last fault: its address (of data), and what it was, by enum abort_kind. */
	const char *fault_address, *fault_status[3];

	/* NULL, or why a core with this main ID is not understood. */
	const char *(*refuses)(uint32_t main_id);

	/* ACTION_NONE for all that has no effect on caches and translations. */
	struct action (*decode)(uint32_t insn);
	/*
	 * Bytes of each access that the instruction makes, where the encoding tells; 0 where it
	 * does not.  Spares the quiet path a question to the emulator.
	 */
	uint32_t (*access_size)(uint32_t insn);
	/* Can what follows this instruction be a return address? */
	bool (*is_call)(uint32_t insn);
	bool (*condition_holds)(unsigned cond, uint32_t status);
	bool (*in_user_mode)(uint32_t status);
	bool (*in_abort_mode)(uint32_t status);
	/* The operand of an operation by set and way. */
	void (*set_way)(const struct coh_cache *cache, uint32_t operand, uint32_t *set,
			uint32_t *way);

	/*
	 * Translates va (with the process number applied already).  Domains and access
	 * permissions do not matter: the access has happened.
	 */
	enum walk_result (*walk)(const struct mmu *mmu, uint32_t va, read_word_fn read,
				 struct translation *t);
	/* Does the exception for a fault begin at va? */
	enum abort_kind (*abort_at)(const struct mmu *mmu, uint32_t va);
	/* Did the MMU walk its tables before this fault? */
	bool (*fault_walked)(uint32_t status);
	/* What a report calls an address space. */
	uint32_t (*space)(const struct mmu *mmu);
	bool (*is_big_endian)(const struct mmu *mmu);
};

/* The table for QEMU's target of this name; NULL: there is none. */
const struct instruction_set *instruction_set_for(const char *name);

#endif
