// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Files, a few pages each, and the kernel's own access to pages that users have mapped. */
#include "examples/minikernel/kernel.h"

#define FILES 8

static struct file files[FILES];
static bool used[FILES];

struct file *file_new(uint32_t block)
{
	for (int i = 0; i < FILES; i++) {
		if (used[i])
			continue;
		used[i] = true;
		files[i] = (struct file){ .block = block };
		coh_mapping_init(&files[i].coh);
		return &files[i];
	}
	panic("no free file of", FILES);
}

/* Mapped nowhere any more; what was changed is not written to the disk. */
void file_free(struct file *file)
{
	for (int i = 0; i < FILE_PAGES; i++)
		if (file->page[i])
			page_put(file->page[i]);
	used[file - files] = false;
}

struct page *file_page(struct file *file, uint32_t index)
{
	struct page *page;

	if (index >= FILE_PAGES)
		panic("beyond the end of a file: page", index);
	if (file->page[index])
		return file->page[index];
	page = page_get_free();
	must(coh_page_set_file(&page->coh, &file->coh, index), "coh_page_set_file");
	disk_read(page, file->block + index);
	file->page[index] = page;
	return page;
}

/* ------------------------------------------------------------------------
 * Through K.
 */

uint32_t page_sum(struct page *page, uint32_t first, uint32_t words)
{
	const uint32_t *k = page_kernel(page) + first;
	uint32_t sum = CHECKSUM_START;

	LAYER(flush_dcache_page, &page->coh);
	for (uint32_t i = 0; i < words; i++)
		sum = checksum_add(sum, k[i]);
	return sum;
}

void page_store(struct page *page, uint32_t first, uint32_t words, uint32_t seed)
{
	uint32_t *k = page_kernel(page) + first;

	LAYER(flush_dcache_page, &page->coh);
	for (uint32_t i = 0; i < words; i++)
		k[i] = pattern(seed, first + i);
	LAYER(flush_dcache_page, &page->coh);
}

struct page *get_user_page(struct mm *mm, uint32_t va, enum coh_intent intent)
{
	uint32_t need = intent == COH_INTENT_READ ? COH_PROT_READ : COH_PROT_READ | COH_PROT_WRITE;
	struct page *page;

	if (!fault_in(mm, va, need))
		panic("get_user_page: no right to", va);
	page = page_of(*pte_find(mm, va) >> PAGE_SHIFT);
	page_hold(page);
	LAYER(get_user_page, &vma_find(mm, va)->coh, &page->coh, va, intent);
	return page;
}

/* len: words, of one page. */
void poke(struct mm *mm, uint32_t va, const uint32_t *words, uint32_t len)
{
	struct page *page;

	if (!fault_in(mm, va, COH_PROT_READ | COH_PROT_WRITE))
		panic("poke: no right to", va);
	page = page_of(*pte_find(mm, va) >> PAGE_SHIFT);
	must(coh_copy_to_user_page(&coh, &vma_find(mm, va)->coh, &page->coh, va,
				   (uintptr_t)page_kernel(page) + va % PAGE_SIZE, (uintptr_t)words,
				   len * 4),
	     "coh_copy_to_user_page");
}

void peek(struct mm *mm, uint32_t va, uint32_t *words, uint32_t len)
{
	struct page *page;

	if (!fault_in(mm, va, COH_PROT_READ))
		panic("peek: no right to", va);
	page = page_of(*pte_find(mm, va) >> PAGE_SHIFT);
	must(coh_copy_from_user_page(&coh, &vma_find(mm, va)->coh, &page->coh, va, (uintptr_t)words,
				     (uintptr_t)page_kernel(page) + va % PAGE_SIZE, len * 4),
	     "coh_copy_from_user_page");
}
