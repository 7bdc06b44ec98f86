// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Entry points that move bytes: pages for users, and ptrace-like access. */
#include "src/internal.h"

/* Is kernel the address of the byte of the page that va is, and are all len bytes of this page? */
static int check_piece(const struct coh *coh, const struct coh_vma *vma,
		       const struct coh_page *page, uintptr_t va, uintptr_t kernel, size_t len)
{
	uintptr_t offset;

	if (!coh || !vma || !page)
		return COH_E_NULL;
	offset = va & (coh->page_size - 1);
	if (len > coh->page_size - offset || (kernel & (coh->page_size - 1)) != offset)
		return COH_E_RANGE;
	return coh_page_in_vma_(coh, page, vma, va);
}

/* Where aliases do not meet the flush has brought the new bytes to memory. */
static void forget_code(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
			uintptr_t kernel, size_t len)
{
	bool by_va = coh->config.icache.indexing == COH_INDEXED_VIVT;

	if (!coh->mechanism->aliasing || coh_code_aliases_(coh)) {
		coh_flush_icache_page(coh, vma, page);
		return;
	}
	coh_page_ever_(coh, page, COH_EVER_EXECUTED_);
	coh->mechanism->icache(coh, by_va ? va : kernel, len);
}

int coh_copy_to_user_page(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
			  uintptr_t kernel, uintptr_t buffer, size_t len)
{
	int error = check_piece(coh, vma, page, va, kernel, len);
	uintptr_t kva;

	if (error || !len)
		return error;
	kva = kernel & ~(coh->page_size - 1);
	/* Before: what users have dirty beside these bytes.  After: what the copy left under K. */
	error = coh->policy->before_copy(coh, page, kva, COH_INTENT_READ_WRITE);
	if (error)
		return error;
	coh->port->copy(coh->port->context, kernel, buffer, len);
	error = coh->policy->after_copy(coh, page, kva, COH_INTENT_READ_WRITE);
	if (coh_load(&vma->flags) & COH_VMA_EXEC)
		forget_code(coh, vma, page, va, kernel, len);
	return error;
}

int coh_copy_from_user_page(struct coh *coh, struct coh_vma *vma, struct coh_page *page,
			    uintptr_t va, uintptr_t buffer, uintptr_t kernel, size_t len)
{
	int error = check_piece(coh, vma, page, va, kernel, len);

	if (error || !len)
		return error;
	error = coh->policy->before_copy(coh, page, kernel & ~(coh->page_size - 1),
					 COH_INTENT_READ);
	if (!error)
		coh->port->copy(coh->port->context, buffer, kernel, len);
	return error;
}

/* K of a page that was just filled and is mapped nowhere: to memory, and out. */
static void finish_fill(struct coh *coh, struct coh_page *to, uintptr_t kva, uintptr_t va)
{
	/* Lines of the user's colour are what the user will hit. */
	if (!coh->mechanism->congruent_meet || coh_colour(coh, kva) != coh_colour(coh, va))
		coh_flush_k_(coh, kva);
	coh_drop_ahead_(coh, to, kva, va);
	coh_store_release(&to->clean, (uint8_t)COH_CLEAN_DATA_);
}

int coh_clear_user_page(struct coh *coh, struct coh_page *to, uintptr_t va)
{
	uintptr_t kva;

	if (!coh || !to)
		return COH_E_NULL;
	kva = coh_page_kernel_(coh, to);
	if (!kva)
		return COH_E_SLOTS;
	coh->port->zero(coh->port->context, kva, coh->page_size);
	finish_fill(coh, to, kva, va);
	return COH_OK;
}

int coh_copy_user_page(struct coh *coh, struct coh_page *to, struct coh_page *from, uintptr_t va)
{
	uintptr_t kto, kfrom;
	int error;

	if (!coh || !to || !from)
		return COH_E_NULL;
	kto = coh_page_kernel_(coh, to);
	kfrom = coh_page_kernel_(coh, from);
	if (!kto || !kfrom)
		return COH_E_SLOTS;
	error = coh->policy->before_copy(coh, from, kfrom, COH_INTENT_READ);
	if (error)
		return error;
	coh->port->copy(coh->port->context, kto, kfrom, coh->page_size);
	finish_fill(coh, to, kto, va);
	return COH_OK;
}
