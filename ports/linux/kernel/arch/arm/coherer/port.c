// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The port: what the layer asks of this machine and this kernel.
 *
 * One CPU: processors with such caches are uniprocessors, and Kconfig holds us to it.  So
 * preemption off is all that keeps a walk and whoever frees a VMA apart, and what runs with it
 * off needs no lock against others; interrupts walk the maps and change none.
 *
 * Cache operations are the processor's own (proc-*.S, cache-*.S), for they know its quirks.  A
 * CP15 operation by a user's address cannot fault on these processors.
 */
#include <linux/dma-direction.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/string.h>

#include <asm/cacheflush.h>
#include <asm/tlbflush.h>

#include <mm/dma.h>
#include "internal.h"

struct mm_struct *coherer_live;

/* ---- caches ---- */

static void dcache_clean(void *context, uintptr_t va, size_t len)
{
	if (!coherer_skips(SKIP_DCACHE_CLEAN))
		dmac_map_area((const void *)va, len, DMA_TO_DEVICE);
}

static void dcache_invalidate(void *context, uintptr_t va, size_t len)
{
	if (!coherer_skips(SKIP_DCACHE_INVALIDATE))
		dmac_map_area((const void *)va, len, DMA_FROM_DEVICE);
}

static void dcache_flush(void *context, uintptr_t va, size_t len)
{
	if (!coherer_skips(SKIP_DCACHE_FLUSH))
		dmac_flush_range((const void *)va, (const void *)(va + len));
}

/* The processor's function does the I-cache, too. */
static void dcache_flush_all(void *context)
{
	if (!coherer_skips(SKIP_DCACHE_FLUSH_ALL))
		flush_cache_all();
}

/* No function of the processor's does this alone.  ARMv4T and v5 have the operation. */
static void icache_invalidate(void *context, uintptr_t va, size_t len)
{
	uintptr_t end = va + len;

	if (coherer_skips(SKIP_ICACHE_INVALIDATE))
		return;
	for (; va < end; va += coherer.config.icache.line)
		asm volatile("mcr p15, 0, %0, c7, c5, 1" : : "r"(va) : "memory");
}

static void icache_invalidate_all(void *context)
{
	if (!coherer_skips(SKIP_ICACHE_INVALIDATE_ALL))
		__flush_icache_all();
}

/* ---- addresses ---- */

/* No highmem: every page has its address for good. */
static uintptr_t kernel_address(void *context, uintptr_t pfn)
{
	return (uintptr_t)page_address(pfn_to_page(pfn));
}

static void copy_bytes(void *context, uintptr_t to, uintptr_t from, size_t len)
{
	if (len == PAGE_SIZE)
		copy_page((void *)to, (const void *)from);
	else
		memcpy((void *)to, (const void *)from, len);
}

static void zero_bytes(void *context, uintptr_t to, size_t len)
{
	memset((void *)to, 0, len);
}

/* ---- the kernel beneath ---- */

/* Who changes a map must not lose the CPU to another who does; interrupts change none. */
static void lock_map(void *context, coh_lock_t *lock)
{
	preempt_disable();
}

static void unlock_map(void *context, coh_lock_t *lock)
{
	preempt_enable();
}

static uintptr_t irq_save(void *context)
{
	unsigned long flags;

	local_irq_save(flags);
	return flags;
}

static void irq_restore(void *context, uintptr_t flags)
{
	local_irq_restore(flags);
}

static void walk_enter(void *context)
{
	preempt_disable();
}

static void walk_exit(void *context)
{
	preempt_enable();
}

/*
 * Not current->active_mm: between the scheduler's choice and the switch of page tables, with
 * interrupts on, the cache still holds the old mm's lines.
 */
static struct coh_mm *current_mm(void *context)
{
	struct mm_struct *mm = READ_ONCE(coherer_live);

	return mm ? &mm->coh : NULL;
}

/* The entry that translates va, or NULL.  Its page is not taken away while preemption is off. */
static pte_t *translation(struct coh_mm *coh_mm, uintptr_t va, uintptr_t *pfn)
{
	struct mm_struct *mm = container_of(coh_mm, struct mm_struct, coh);
	pgd_t *pgd = pgd_offset(mm, va);
	pmd_t *pmd;
	pte_t *pte;

	if (pgd_none(*pgd))
		return NULL;
	pmd = pmd_offset(pud_offset(p4d_offset(pgd, va), va), va);
	if (pmd_none(*pmd) || pmd_bad(*pmd))
		return NULL;
	pte = pte_offset_kernel(pmd, va);
	if (!pte_present(*pte))
		return NULL;
	*pfn = pte_pfn(*pte);
	return pte;
}

/*
 * Under a page table's lock Linux takes entries away for a moment and puts them back without
 * update_mmu_cache (change_pte_range, move_ptes, page_mkclean): an interrupt may see that.  Nobody
 * else does: who holds the lock has preemption off.
 */
static bool user_may_map(void *context, struct coh_mm *coh_mm, uintptr_t va, uintptr_t pfn)
{
	uintptr_t mapped;

	if (in_interrupt())
		return true;
	return translation(coh_mm, va, &mapped) && mapped == pfn;
}

/* Of fault-armv.c: uncached, or buffered where the write buffer was found to be coherent. */
extern pteval_t shared_pte_mask;

/*
 * Preemption is off, and whoever changes tables has it off as well, so no lock is taken:
 * update_mmu_cache is called with the one that there is (page_table_lock) held.
 */
static bool user_uncache(void *context, struct coh_mm *coh_mm, uintptr_t va, uintptr_t pfn)
{
	struct mm_struct *mm = container_of(coh_mm, struct mm_struct, coh);
	uintptr_t mapped;
	pte_t *pte, entry;

	if (coherer_skips(SKIP_USER_UNCACHE))
		return false;
	pte = translation(coh_mm, va, &mapped);
	if (!pte || mapped != pfn)
		return false;
	entry = *pte;
	if ((pte_val(entry) & L_PTE_MT_MASK) == shared_pte_mask)
		return true;
	pte_val(entry) &= ~L_PTE_MT_MASK;
	pte_val(entry) |= shared_pte_mask;
	set_pte_at(mm, va, pte, entry);
	flush_tlb_mm(mm);
	return true;
}

static void report(void *context, int error, const void *object)
{
	pr_err_ratelimited("coherer: %s, object %p; the whole cache is flushed from now on\n",
			   coh_error_text(error), object);
}

/* VIVT, no highmem, no second level (Kconfig): what these need is left out. */
const struct coh_port coherer_port = {
	.dcache_clean = dcache_clean,
	.dcache_invalidate = dcache_invalidate,
	.dcache_flush = dcache_flush,
	.dcache_flush_all = dcache_flush_all,
	.icache_invalidate = icache_invalidate,
	.icache_invalidate_all = icache_invalidate_all,
	.kernel_address = kernel_address,
	.copy = copy_bytes,
	.zero = zero_bytes,
	.lock = lock_map,
	.unlock = unlock_map,
	.irq_save = irq_save,
	.irq_restore = irq_restore,
	.walk_enter = walk_enter,
	.walk_exit = walk_exit,
	.current_mm = current_mm,
	.user_may_map = user_may_map,
	.user_uncache = user_uncache,
	.report = report,
};
