// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Short descriptors of ARMv4 and ARMv5: ARM Architecture Reference Manual (DDI
 * 0100), B4.7.
 */
#include "watch/target/arm.h"

#define BUFFERED (1u << 2)
#define CACHED	 (1u << 3)
/* Of XScale's extended small pages, TEX: with C and without B the mini data cache. */
#define EXTENDED (1u << 6)

static enum coh_attr attr_of(uint32_t descriptor)
{
	if (!(descriptor & CACHED))
		return COH_UNCACHED;
	return descriptor & BUFFERED ? COH_WRITE_BACK : COH_WRITE_THROUGH;
}

/* The page table says what may be cached, the switches whether anything is. */
static void apply_switches(const struct mmu *mmu, uint32_t descriptor, struct translation *t)
{
	t->data = mmu->control & ARM_DCACHE_ON ? attr_of(descriptor) : COH_UNCACHED;
	t->insn = mmu->control & ARM_ICACHE_ON ? attr_of(descriptor) : COH_UNCACHED;
	/* That of StrongARM is written back, as its other data cache is. */
	if (mmu->mini_by_c && t->data == COH_WRITE_THROUGH) {
		t->data = COH_WRITE_BACK;
		t->mini = true;
	}
}

static enum walk_result section(const struct mmu *mmu, uint32_t va, uint32_t l1,
				struct translation *t)
{
	t->pa = (l1 & 0xfff00000u) | (va & 0x000fffffu);
	t->page_size = 1u << 20;
	apply_switches(mmu, l1, t);
	return WALK_OK;
}

static enum walk_result page(const struct mmu *mmu, uint32_t va, uint32_t l2, bool fine,
			     struct translation *t)
{
	unsigned shift;

	switch (l2 & 3) {
	case 1:
		shift = 16;
		break;
	case 2:
		shift = 12;
		break;
	case 3: /* tiny; in a coarse table XScale's extended small page */
		shift = fine ? 10 : 12;
		break;
	default:
		return WALK_FAULT;
	}
	t->page_size = 1u << shift;
	t->pa = (l2 & ~(t->page_size - 1)) | (va & (t->page_size - 1));
	apply_switches(mmu, l2, t);
	if (!fine && (l2 & 3) == 3 && (l2 & (EXTENDED | CACHED | BUFFERED)) == (EXTENDED | CACHED))
		t->mini = true;
	return WALK_OK;
}

enum walk_result arm_walk(const struct mmu *mmu, uint32_t va, read_word_fn read,
			  struct translation *t)
{
	uint32_t l1, l2;
	bool fine;

	t->n_entries = 0;
	t->mini = false;
	if (!(mmu->control & ARM_MMU_ON)) {
		t->pa = va;
		t->page_size = 1u << 20;
		/* Without the MMU data are not cached, instructions may be. */
		t->data = COH_UNCACHED;
		t->insn = mmu->control & ARM_ICACHE_ON ? COH_WRITE_BACK : COH_UNCACHED;
		return WALK_OK;
	}
	t->entry_pa[t->n_entries++] = arm_space(mmu) | va >> 20 << 2;
	if (!read(t->entry_pa[0], &l1))
		return WALK_UNKNOWN;
	if ((l1 & 3) == 0)
		return WALK_FAULT;
	if ((l1 & 3) == 2)
		return section(mmu, va, l1, t);
	fine = (l1 & 3) == 3;
	t->entry_pa[t->n_entries++] = fine ? (l1 & ~0xfffu) | (va >> 10 & 0x3ff) << 2
					   : (l1 & ~0x3ffu) | (va >> 12 & 0xff) << 2;
	if (!read(t->entry_pa[1], &l2))
		return WALK_UNKNOWN;
	return page(mmu, va, l2, fine, t);
}

uint32_t arm_space(const struct mmu *mmu)
{
	return mmu->tables & ~0x3fffu;
}
