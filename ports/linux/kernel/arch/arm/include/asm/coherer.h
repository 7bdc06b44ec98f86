/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * ARM's cache functions of Documentation/core-api/cachetlb.rst, as the layer does them.
 * Included at the end of <asm/cacheflush.h>, which leaves these out then.
 */
#ifndef __ASM_ARM_COHERER_H
#define __ASM_ARM_COHERER_H

struct mm_struct;
struct page;
struct vm_area_struct;

#ifdef CONFIG_COHERER

/* Describes the caches and starts the layer: when memory can be allocated, before users. */
void coherer_setup(void);

void flush_cache_mm(struct mm_struct *mm);
void flush_cache_dup_mm(struct mm_struct *mm);
void flush_cache_range(struct vm_area_struct *vma, unsigned long start, unsigned long end);
void flush_cache_page(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn);
#define flush_cache_dup_mm flush_cache_dup_mm

/* From any context, interrupts off or amid an update of the very maps included. */
void flush_dcache_page(struct page *page);

/* Nothing under rmap: flush_dcache_page finds the alias by itself.  For gup-hook. */
void flush_anon_page(struct vm_area_struct *vma, struct page *page, unsigned long addr);

/* Nobody walks i_mmap to flush. */
#define flush_dcache_mmap_lock(mapping)                                                            \
	do {                                                                                       \
	} while (0)
#define flush_dcache_mmap_unlock(mapping)                                                          \
	do {                                                                                       \
	} while (0)

/* In the place of cpu_switch_mm, where the mm changes; interrupts on or off. */
void coherer_switch_mm(pgd_t *pgd, struct mm_struct *mm);

void flush_icache_range(unsigned long start, unsigned long end);
int flush_icache_user_range(unsigned long start, unsigned long end);

void copy_from_user_page(struct vm_area_struct *vma, struct page *page, unsigned long addr,
			 void *dst, const void *src, unsigned long len);

void flush_kernel_vmap_range(void *addr, int size);
void invalidate_kernel_vmap_range(void *addr, int size);
void flush_cache_vmap(unsigned long start, unsigned long end);
void flush_cache_vunmap(unsigned long start, unsigned long end);

void coherer_clear_user_highpage(struct page *page, unsigned long addr);
void coherer_copy_user_highpage(struct page *to, struct page *from, unsigned long addr,
				struct vm_area_struct *vma);
#define clear_user_highpage(page, addr)		coherer_clear_user_highpage(page, addr)
#define copy_user_highpage(to, from, addr, vma) coherer_copy_user_highpage(to, from, addr, vma)

/* In the place of dmac_map_area and dmac_unmap_area. */
void coherer_map_area(const void *addr, size_t size, int direction);
void coherer_unmap_area(const void *addr, size_t size, int direction);

#else
#define coherer_switch_mm(pgd, mm) cpu_switch_mm(pgd, mm)
#define coherer_map_area	   dmac_map_area
#define coherer_unmap_area	   dmac_unmap_area
static inline void coherer_setup(void)
{
}
#endif

#endif
