/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables of the guest: where an address leads and whether the caches may
 * be used on the way.  One file an architecture (mmu_arm.c).
 */
#ifndef COH_WATCH_TARGET_MMU_H
#define COH_WATCH_TARGET_MMU_H

#include <stdbool.h>
#include <stdint.h>

#include "model/shadow.h"

/* What the guest has set up, as last written. */
struct mmu {
	uint32_t control; /* SCTLR */
	uint32_t tables;  /* TTBR0 */
	uint32_t process; /* FCSE process number, in bits 31..25 */
};

#define MMU_ON	      (1u << 0)
#define DCACHE_ON     (1u << 2)
#define BIG_ENDIAN_ON (1u << 7)
#define ICACHE_ON     (1u << 12)

enum walk_result {
	WALK_OK,
	WALK_FAULT,   /* no such translation (any more) */
	WALK_UNKNOWN, /* a table that cannot be read */
};

struct translation {
	uint32_t pa;
	uint32_t page_size; /* smallest unit that is contiguous: 1 KiB to 1 MiB */
	enum coh_attr data, insn;
	uint32_t entry_pa[2]; /* the table entries that were read */
	unsigned n_entries;
};

/* Reads one aligned word of physical memory; false if it cannot. */
typedef bool (*read_word_fn)(uint32_t pa, uint32_t *word);

/*
 * mmu_walk: translates va (with the FCSE applied already) with the tables of
 * ARMv4 and ARMv5: sections, large, small and tiny pages.  Domains and access
 * permissions do not matter: the access has happened.
 */
enum walk_result mmu_walk(const struct mmu *mmu, uint32_t va, read_word_fn read,
			  struct translation *t);

/* The address that caches and page tables see. */
static inline uint32_t mmu_modified_va(const struct mmu *mmu, uint32_t va)
{
	return mmu->process && va >> 25 == 0 ? va | mmu->process : va;
}

/* What a report calls an address space: the page-table base. */
static inline uint32_t mmu_space(const struct mmu *mmu)
{
	return mmu->tables & ~0x3fffu;
}

#endif
