// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Page tables: 16 KiB of first level for each mm, 1 KiB of second level for each megabyte in use.
 * They lie in write-back memory, and the MMU reads past the data cache: every entry is
 * cleaned after it was written.
 */
#include "examples/minikernel/kernel.h"
#include "ports/arm926/cp15.h"
#include "ports/arm926/port.h"

#define L1_ENTRIES  4096u
#define L1_KERNEL   (KERNEL_BASE / MEGABYTE)
#define L2_ENTRIES  256u
#define L2_SIZE	    (L2_ENTRIES * 4)
#define TABLES	    6
#define SMALL_PAGE  0x002u
#define KERNEL_ONLY 0x550u /* access permissions of the four parts of a page */
#define READ_ONLY   0xaa0u
#define READ_WRITE  0xff0u

struct mm *current;

uint32_t kernel_l1[L1_ENTRIES] __attribute__((aligned(16384)));
static uint32_t l1_pool[TABLES][L1_ENTRIES] __attribute__((aligned(16384)));
static bool l1_used[TABLES];

#define L2_POOL 32
static uint32_t l2_pool[L2_POOL][L2_ENTRIES] __attribute__((aligned(1024)));
static bool l2_used[L2_POOL];

extern char vectors_page[];

static uint32_t pa_of(const void *va)
{
	return (uint32_t)va - KERNEL_BASE;
}

static void write_entry(uint32_t *entry, uint32_t value)
{
	*entry = value;
	clean_table(entry, sizeof(*entry));
}

static uint32_t *l2_new(void)
{
	for (int i = 0; i < L2_POOL; i++) {
		if (l2_used[i])
			continue;
		l2_used[i] = true;
		for (uint32_t e = 0; e < L2_ENTRIES; e++)
			l2_pool[i][e] = 0;
		clean_table(l2_pool[i], L2_SIZE);
		return l2_pool[i];
	}
	panic("no free second-level table of", L2_POOL);
}

static uint32_t *l2_of(uint32_t entry)
{
	return (uint32_t *)(KERNEL_BASE + (entry & ~(L2_SIZE - 1)));
}

/* Once nobody's tables have these translations any more. */
static void l2_free(uint32_t entry)
{
	l2_used[((uint32_t)l2_of(entry) - (uint32_t)l2_pool) / L2_SIZE] = false;
}

void *table_new(void)
{
	for (int i = 0; i < TABLES; i++) {
		if (l1_used[i])
			continue;
		l1_used[i] = true;
		for (uint32_t e = 0; e < L1_ENTRIES; e++)
			l1_pool[i][e] = e < L1_KERNEL ? 0 : kernel_l1[e];
		clean_table(l1_pool[i], sizeof(l1_pool[i]));
		return l1_pool[i];
	}
	panic("no free first-level table of", TABLES);
}

void table_free(uint32_t *l1)
{
	for (uint32_t e = 0; e < L1_KERNEL; e++)
		if (l1[e])
			l2_free(l1[e]);
	l1_used[(l1 - l1_pool[0]) / L1_ENTRIES] = false;
}

uint32_t *pte_find(const struct mm *mm, uint32_t va)
{
	uint32_t entry = mm->l1[va / MEGABYTE];

	return entry ? &l2_of(entry)[va / PAGE_SIZE % L2_ENTRIES] : NULL;
}

static void forget(uint32_t va)
{
	coh_arm_forget_data_translation(va);
	coh_arm_forget_code_translation(va);
}

static void set(uint32_t *l1, uint32_t va, uint32_t pte)
{
	uint32_t *entry = &l1[va / MEGABYTE];

	if (!*entry)
		write_entry(entry, pa_of(l2_new()) | COARSE_TABLE);
	write_entry(&l2_of(*entry)[va / PAGE_SIZE % L2_ENTRIES], pte);
	forget(va);
}

void pte_set(struct mm *mm, uint32_t va, uint32_t pte)
{
	set(mm->l1, va, pte);
}

uint32_t pte_make(const struct page *page, uint32_t prot, bool cached)
{
	return page_pa(page) | (prot & COH_PROT_WRITE ? READ_WRITE : READ_ONLY) | SMALL_PAGE |
	       (cached ? COH_ARM_PTE_CACHED | COH_ARM_PTE_BUFFERED : 0);
}

/* These tables know no right to execute: it is the VMA's. */
uint32_t pte_prot(uint32_t pte, const struct vma *vma)
{
	return (vma->prot & ~(uint32_t)COH_PROT_WRITE) |
	       ((pte & READ_WRITE) == READ_WRITE ? COH_PROT_WRITE : 0);
}

/* In tables_init's second-level tables, which every mm has. */
void kernel_map(uint32_t va, uint32_t pte)
{
	set(kernel_l1, va, pte ? (pte & ~READ_WRITE) | KERNEL_ONLY : 0);
}

/* Before the data cache is on. */
void tables_init(void)
{
	kernel_l1[0] = 0; /* where start.S stood */
	for (uint32_t pa = PLATTER_PA; pa < RAM_SIZE; pa += MEGABYTE)
		kernel_l1[(PLATTER + pa - PLATTER_PA) / MEGABYTE] = pa | SECTION_UNCACHED;
	kernel_l1[VECTORS / MEGABYTE] = pa_of(l2_new()) | COARSE_TABLE;
	kernel_l1[VMAP / MEGABYTE] = pa_of(l2_new()) | COARSE_TABLE;
	l2_of(kernel_l1[VECTORS / MEGABYTE])[VECTORS / PAGE_SIZE % L2_ENTRIES] =
		pa_of(vectors_page) | KERNEL_ONLY | SMALL_PAGE | COH_ARM_PTE_CACHED |
		COH_ARM_PTE_BUFFERED;
	coh_arm_drain_write_buffer(0);
	coh_arm_forget_translations(0);
}

/* T6: nobody's lines outlive his tables. */
void mm_switch(struct mm *mm)
{
	if (mm == current)
		return;
	irq_off();
	LAYER(switch_mm, current ? &current->coh : NULL, mm ? &mm->coh : NULL);
	__asm__ volatile("mcr p15, 0, %0, c2, c0, 0"
			 :
			 : "r"(pa_of(mm ? mm->l1 : kernel_l1))
			 : "memory");
	coh_arm_forget_translations(0);
	current = mm;
	irq_on();
}
