// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Entry points: memory that will be executed. */
#include "src/internal.h"

int coh_flush_icache_range(struct coh *coh, uintptr_t va, size_t len)
{
	if (!coh)
		return COH_E_NULL;
	if (coh_wraps_(va, len))
		return COH_E_RANGE;
	if (!len)
		return COH_OK;
	/*
	 * Memory first: an I-cache line that is fetched in between must find the new bytes there.
	 */
	coh->mechanism->dcache(coh, COH_DO_CLEAN_, va, len);
	coh->mechanism->icache(coh, va, len);
	return COH_OK;
}

int coh_flush_icache_page(struct coh *coh, struct coh_vma *vma, struct coh_page *page)
{
	uintptr_t kva, va;
	int error;

	if (!coh || !vma || !page)
		return COH_E_NULL;
	if (!coh_page_is_of_(page, vma))
		return COH_E_OWNER;
	error = coh_vma_address(coh, vma, coh_load(&page->index), &va);
	if (error)
		return error;
	kva = coh_page_kernel_(coh, page);
	coh_page_write_back_(coh, page, kva, true);
	coh_page_ever_(coh, page, COH_EVER_EXECUTED_);
	coh_page_drop_code_(coh, va, kva);
	return COH_OK;
}
