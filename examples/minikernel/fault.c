// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Page faults: a page is found or made, the table gets its entry, then the layer is told. */
#include "examples/minikernel/kernel.h"

static bool is_shared(const struct vma *v)
{
	return v->coh.flags & COH_VMA_SHARED;
}

static struct mm *mm_of(const struct vma *v)
{
	return (struct mm *)v->coh.mm;
}

static uint32_t index_of(const struct vma *v, uint32_t va)
{
	return v->pgoff + (va - v->coh.start) / PAGE_SIZE;
}

void map_page(struct vma *v, uint32_t va, struct page *page, uint32_t prot)
{
	bool cached = !(is_shared(v) && shared_is_uncached());

	page_hold(page);
	page->maps++;
	pte_set(mm_of(v), va, pte_make(page, prot, cached));
	LAYER(update_mmu_cache, &v->coh, &page->coh, va, prot);
}

/* For va, of the VMA's family, held once. */
static struct page *anonymous(struct vma *v, uint32_t va)
{
	struct page *page = page_get_free();

	area_need_anon(v);
	page->anon = v->anon;
	page->anon->users++;
	must(coh_page_set_anon(&page->coh, &v->anon->coh, index_of(v, va)), "coh_page_set_anon");
	return page;
}

/* What a kernel does that has not heard of aliases.  from NULL: zeros. */
static void plain_copy(struct page *to, const struct page *from)
{
	for (uint32_t i = 0; i < PAGE_WORDS; i++)
		page_kernel(to)[i] = from ? page_kernel(from)[i] : 0;
}

static void zero_page(struct vma *v, uint32_t va)
{
	struct page *page = anonymous(v, va);

	if (silenced_hook == HOOK_clear_user_page)
		plain_copy(page, NULL);
	LAYER(clear_user_page, &page->coh, va);
	map_page(v, va, page, v->prot);
	page_put(page);
}

static void unmap_old(struct vma *v, uint32_t va)
{
	uint32_t *pte = pte_find(mm_of(v), va);
	struct page *old;

	if (!pte || !*pte)
		return;
	old = page_of(*pte >> PAGE_SHIFT);
	LAYER(flush_cache_page, &v->coh, va, old->coh.pfn);
	pte_set(mm_of(v), va, 0);
	old->maps--;
	page_put(old);
}

static void copy_on_write(struct vma *v, uint32_t va, struct page *from)
{
	struct page *to = anonymous(v, va);

	page_hold(from);
	if (silenced_hook == HOOK_copy_user_page)
		plain_copy(to, from);
	LAYER(copy_user_page, &to->coh, &from->coh, va);
	unmap_old(v, va);
	map_page(v, va, to, v->prot);
	page_put(from);
	page_put(to);
}

static void file_fault(struct vma *v, uint32_t va, bool write)
{
	struct page *page = file_page(v->file, index_of(v, va));

	if (is_shared(v))
		map_page(v, va, page, v->prot);
	else if (write)
		copy_on_write(v, va, page);
	else
		map_page(v, va, page, v->prot & ~(uint32_t)COH_PROT_WRITE);
}

/* Anonymous, and this is its only translation: it needs no copy. */
static void make_writable(struct vma *v, uint32_t va, struct page *page)
{
	LAYER(flush_cache_page, &v->coh, va, page->coh.pfn);
	pte_set(mm_of(v), va, pte_make(page, v->prot, true));
	LAYER(update_mmu_cache, &v->coh, &page->coh, va, v->prot);
}

static void write_fault(struct vma *v, uint32_t va, struct page *page)
{
	if (page->anon && page->maps == 1)
		make_writable(v, va, page);
	else
		copy_on_write(v, va, page);
}

bool fault_in(struct mm *mm, uint32_t va, uint32_t need)
{
	struct vma *v = vma_find(mm, va);
	uint32_t *pte = pte_find(mm, va);
	bool write = need & COH_PROT_WRITE;

	va &= ~(PAGE_SIZE - 1u);
	if (!v || need & ~v->prot)
		return false;
	if (pte && *pte) {
		if (write && !(pte_prot(*pte, v) & COH_PROT_WRITE))
			write_fault(v, va, page_of(*pte >> PAGE_SHIFT));
	} else if (v->file) {
		file_fault(v, va, write);
	} else {
		zero_page(v, va);
	}
	return true;
}
