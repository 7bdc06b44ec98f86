// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The functions of Documentation/core-api/cachetlb.rst: from the kernel's objects to the layer's.
 *
 * What the layer refuses, because it was never told of the VMA or the page, is done by address:
 * special mappings, pages of drivers, what exec builds.
 */
#include <linux/dma-direction.h>
#include <linux/export.h>
#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/pipe_fs_i.h>
#include <linux/rmap.h>

#include <asm/cacheflush.h>

#include <mm/dma.h>
#include "check/policies/policies.h"
#include "internal.h"

struct coh_page *coherer_pages;
unsigned long coherer_pages_end;

/* ------------------------------------------------------------------------
 * Pages.
 */

/* pfn_valid knows memory that is left out at the end, up to the next page block. */
static bool has_page(unsigned long pfn)
{
	return pfn >= ARCH_PFN_OFFSET && pfn < coherer_pages_end;
}

/*
 * The file that a page is in.  A page that is mapped, while no VMA of its file covers it, was put
 * into another's VMA (udmabuf): then it is nobody's, and each flush is done at once.  The layer's
 * map is asked: Linux takes VMAs out of i_mmap while it changes them, and an interrupt may see that.
 */
static struct address_space *file_of(struct page *page)
{
	struct address_space *file = page_mapping_file(page);

	if (file && page_mapped(page) &&
	    !coh_mapping_covers(&coherer, &file->coh, page_to_pgoff(page)))
		return NULL;
	return file;
}

/* The family of an anonymous page; NULL if nobody maps it, for then it may be gone. */
static struct coh_anon_vma *family_of(struct page *page)
{
	struct folio *folio = page_folio(page);
	unsigned long mapping = (unsigned long)READ_ONCE(folio->mapping);

	if (!page_mapped(page) || (mapping & PAGE_MAPPING_FLAGS) != PAGE_MAPPING_ANON)
		return NULL;
	return &((struct anon_vma *)(mapping - PAGE_MAPPING_ANON))->root->coh;
}

static void set_owner(struct coh_page *coh, struct address_space *file, struct coh_anon_vma *family,
		      pgoff_t index)
{
	unsigned long flags;

	local_irq_save(flags); /* an interrupt may be here, with the same page */
	if (coh->owner)
		coh_page_clear(coh);
	if (file)
		coh_page_set_file(coh, &file->coh, index);
	else if (family)
		coh_page_set_anon(coh, family, index);
	local_irq_restore(flags);
}

/*
 * The layer's page, of the owner that struct page says now.  Asked each time, because Linux sets
 * and takes away owners in a dozen places; preemption is off, so that what is mapped stays so.
 */
static struct coh_page *coh_page_of(struct page *page)
{
	struct coh_page *coh = &coherer_pages[page_to_pfn(page) - ARCH_PFN_OFFSET];
	struct address_space *file = NULL;
	struct coh_anon_vma *family = NULL;
	uintptr_t owner = 0;

	if (PageSlab(page))
		return coh;
	if (PageAnon(page))
		family = family_of(page);
	else
		file = file_of(page);
	if (file)
		owner = (uintptr_t)&file->coh;
	else if (family)
		owner = (uintptr_t)family | 1;
	if (coh->owner != owner || (owner && coh->index != page_to_pgoff(page)))
		set_owner(coh, file, family, page_to_pgoff(page));
	return coh;
}

/* A page that is free belongs to nobody, and what caches hold of it counts no more. */
void arch_free_page(struct page *page, int order)
{
	unsigned long pfn = page_to_pfn(page), i;

	if (coherer_is_ready)
		for (i = 0; i < 1ul << order; i++)
			coh_page_init(&coherer_pages[pfn + i - ARCH_PFN_OFFSET], pfn + i);
}

void flush_dcache_page(struct page *page)
{
	unsigned long i, n = PageHead(page) ? compound_nr(page) : 1;

	/* Never stored to. */
	if (page == ZERO_PAGE(0) || coherer_skips(SKIP_FLUSH_DCACHE_PAGE))
		return;
	if (!coherer_is_ready) {
		flush_cache_all();
		return;
	}
	preempt_disable();
	for (i = 0; i < n; i++)
		if (has_page(page_to_pfn(page + i)))
			coh_flush_dcache_page(&coherer, coh_page_of(page + i));
	preempt_enable();
}
EXPORT_SYMBOL(flush_dcache_page);

int coherer_pipe_buf_confirm(struct pipe_inode_info *pipe, struct pipe_buffer *buf)
{
	int error = pipe_buf_confirm(pipe, buf);

	if (!error && buf->page && READ_ONCE(buf->page->mapping))
		flush_dcache_page(buf->page);
	return error;
}

void flush_anon_page(struct vm_area_struct *vma, struct page *page, unsigned long addr)
{
	if (!has_page(page_to_pfn(page)) || coherer_skips(SKIP_FLUSH_ANON_PAGE))
		return;
	preempt_disable();
	/* Its whole point is this hook; the others leave the rest to flush_dcache_page. */
	if (IS_ENABLED(CONFIG_COHERER_COMPARE) && coherer.policy == &coh_policy_uncache)
		coh_get_user_page(&coherer, &vma->coh, coh_page_of(page), addr & PAGE_MASK,
				  COH_INTENT_READ_WRITE);
	else if (PageAnon(page))
		coh_flush_anon_page(&coherer, &vma->coh, coh_page_of(page), addr & PAGE_MASK);
	preempt_enable();
}

void coherer_clear_user_highpage(struct page *page, unsigned long addr)
{
	if (coherer_skips(SKIP_CLEAR_USER_PAGE)) {
		clear_page(page_address(page));
		return;
	}
	preempt_disable();
	coh_clear_user_page(&coherer, coh_page_of(page), addr & PAGE_MASK);
	preempt_enable();
}

/* What the layer could not do, because a map of its own is damaged. */
static void copy_without(void *to, const void *from, size_t len)
{
	flush_cache_all();
	memcpy(to, from, len);
	flush_cache_all();
}

void coherer_copy_user_highpage(struct page *to, struct page *from, unsigned long addr,
				struct vm_area_struct *vma)
{
	if (coherer_skips(SKIP_COPY_USER_PAGE)) {
		copy_page(page_address(to), page_address(from));
		return;
	}
	preempt_disable();
	if (coh_copy_user_page(&coherer, coh_page_of(to), coh_page_of(from), addr & PAGE_MASK))
		copy_without(page_address(to), page_address(from), PAGE_SIZE);
	preempt_enable();
}

/* ------------------------------------------------------------------------
 * Another process's page: ptrace, /proc/PID/mem, breakpoints.
 */

void copy_to_user_page(struct vm_area_struct *vma, struct page *page, unsigned long addr, void *dst,
		       const void *src, unsigned long len)
{
	if (coherer_skips(SKIP_COPY_TO_USER_PAGE)) {
		memcpy(dst, src, len);
		return;
	}
	preempt_disable();
	/*
	 * Another mm has no line in the cache, and get_user_pages has flushed the kernel's; but the
	 * current one may have the page of a file as well, and have run since.
	 */
	if (vma->vm_mm != coherer_live) {
		if (!PageAnon(page))
			flush_dcache_page(page);
		memcpy(dst, src, len);
		flush_dcache_page(page);
	} else if (coh_copy_to_user_page(&coherer, &vma->coh, coh_page_of(page), addr,
					 (uintptr_t)dst, (uintptr_t)src, len)) {
		copy_without(dst, src, len);
	}
	preempt_enable();
}

/* get_user_pages, which its callers come from, has just flushed the page. */
void copy_from_user_page(struct vm_area_struct *vma, struct page *page, unsigned long addr,
			 void *dst, const void *src, unsigned long len)
{
	memcpy(dst, src, len);
}

/* ------------------------------------------------------------------------
 * Translations.
 */

/* Of a VMA that the layer does not know. */
static void flush_by_address(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	if (vma->vm_mm == coherer_live && end > start)
		__cpuc_flush_user_range(start, end, vma->vm_flags);
}

void flush_cache_page(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)
{
	addr &= PAGE_MASK;
	if (coherer_skips(SKIP_FLUSH_CACHE_PAGE))
		return;
	if (coh_flush_cache_page(&coherer, &vma->coh, addr, pfn))
		flush_by_address(vma, addr, addr + PAGE_SIZE);
}

void flush_cache_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	start &= PAGE_MASK;
	end = PAGE_ALIGN(end);
	if (coherer_skips(SKIP_FLUSH_CACHE_RANGE))
		return;
	if (coh_flush_cache_range(&coherer, &vma->coh, start, end - start))
		flush_by_address(vma, start, end);
}

void flush_cache_mm(struct mm_struct *mm)
{
	if (!coherer_skips(SKIP_FLUSH_CACHE_MM))
		coh_flush_cache_mm(&coherer, &mm->coh);
}

void flush_cache_dup_mm(struct mm_struct *mm)
{
	if (!coherer_skips(SKIP_FLUSH_CACHE_DUP_MM))
		coh_flush_cache_dup_mm(&coherer, &mm->coh);
}

static uint32_t rights_of(const struct vm_area_struct *vma, pte_t pte)
{
	uint32_t prot = COH_PROT_READ;

	if (pte_write(pte))
		prot |= COH_PROT_WRITE;
	/* These processors have no such bit in the entry. */
	if (vma->vm_flags & VM_EXEC)
		prot |= COH_PROT_EXEC;
	return prot;
}

/* With the page table's lock held: so is preemption off. */
void update_mmu_cache(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep)
{
	unsigned long pfn = pte_pfn(*ptep);
	struct coh_page *page;

	if (!has_page(pfn) || pfn_to_page(pfn) == ZERO_PAGE(0) ||
	    coherer_skips(SKIP_UPDATE_MMU_CACHE))
		return;
	preempt_disable();
	page = coh_page_of(pfn_to_page(pfn));
	/* Of a VMA of something else: not to be put off, for nobody else will come for it. */
	if (coh_update_mmu_cache(&coherer, &vma->coh, page, addr & PAGE_MASK,
				 rights_of(vma, *ptep)))
		__cpuc_flush_dcache_area(pfn_to_kaddr(pfn), PAGE_SIZE);
	/* flush-all takes no translation out of the cache: what could conflict never goes in. */
	if (coherer.policy == &coh_policy_flush_all && vma->vm_flags & VM_MAYSHARE)
		coherer_port.user_uncache(NULL, &vma->vm_mm->coh, addr & PAGE_MASK, pfn);
	preempt_enable();
}

/*
 * The flush and the new page tables, at once: an interrupt in between would dirty lines that the
 * layer believes to be gone.  Linux flushes with interrupts on, for their latency; here they are
 * off for one flush of the cache.
 */
void coherer_switch_mm(pgd_t *pgd, struct mm_struct *mm)
{
	struct coh_mm *prev = coherer_live ? &coherer_live->coh : NULL;
	unsigned long flags;

	local_irq_save(flags);
	if (!coherer_skips(SKIP_SWITCH_MM))
		coh_switch_mm(&coherer, prev, &mm->coh);
	WRITE_ONCE(coherer_live, mm);
	/* The table's base, and an empty TLB: cpu_switch_mm without its flush, on the processors
	 * that Kconfig lets in. */
	asm volatile("mcr p15, 0, %0, c2, c0, 0\n\t"
		     "mcr p15, 0, %1, c8, c7, 0"
		     :
		     : "r"(virt_to_phys(pgd)), "r"(0)
		     : "memory");
	local_irq_restore(flags);
}

/* ------------------------------------------------------------------------
 * Code, vmap, devices.
 */

void flush_icache_range(unsigned long start, unsigned long end)
{
	if (!coherer_is_ready)
		flush_cache_all();
	else if (!coherer_skips(SKIP_FLUSH_ICACHE_RANGE))
		coh_flush_icache_range(&coherer, start, end - start);
}
EXPORT_SYMBOL(flush_icache_range);

int flush_icache_user_range(unsigned long start, unsigned long end)
{
	flush_icache_range(start, end);
	return 0;
}

void flush_cache_vmap(unsigned long start, unsigned long end)
{
	if (!coherer_is_ready || coh_flush_cache_vmap(&coherer, start & PAGE_MASK,
						      PAGE_ALIGN(end) - (start & PAGE_MASK)))
		flush_cache_all();
}

void flush_cache_vunmap(unsigned long start, unsigned long end)
{
	if (!coherer_is_ready || coh_flush_cache_vunmap(&coherer, start & PAGE_MASK,
							PAGE_ALIGN(end) - (start & PAGE_MASK)))
		flush_cache_all();
}

/* Out as well: whoever takes a fixmap away next relies on it (patch.c). */
void flush_kernel_vmap_range(void *addr, int size)
{
	__cpuc_flush_dcache_area(addr, size);
}
EXPORT_SYMBOL(flush_kernel_vmap_range);

/* Half a line cannot be discarded: then it is written back as well. */
void invalidate_kernel_vmap_range(void *addr, int size)
{
	if (coh_invalidate_kernel_vmap_range(&coherer, (uintptr_t)addr, size))
		__cpuc_flush_dcache_area(addr, size);
}
EXPORT_SYMBOL(invalidate_kernel_vmap_range);

static enum coh_dma dma_of(int direction)
{
	switch (direction) {
	case DMA_TO_DEVICE:
		return COH_DMA_TO_DEVICE;
	case DMA_FROM_DEVICE:
		return COH_DMA_FROM_DEVICE;
	default:
		return COH_DMA_BIDIRECTIONAL;
	}
}

/*
 * A buffer that shares its first or last line with something else is refused by the layer: for
 * those the processor's function keeps what it can.
 */
void coherer_map_area(const void *addr, size_t size, int direction)
{
	if (coh_dma_map(&coherer, (uintptr_t)addr, virt_to_phys(addr), size, dma_of(direction)))
		dmac_map_area(addr, size, direction);
}

void coherer_unmap_area(const void *addr, size_t size, int direction)
{
	if (coh_dma_unmap(&coherer, (uintptr_t)addr, virt_to_phys(addr), size, dma_of(direction)))
		dmac_unmap_area(addr, size, direction);
}
