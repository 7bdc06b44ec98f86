// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Entry points: the kernel uses a page that users may have mapped. */
#include "src/internal.h"

static bool is_intent(enum coh_intent intent)
{
	return intent >= COH_INTENT_READ && intent <= COH_INTENT_READ_WRITE;
}

int coh_flush_dcache_page(struct coh *coh, struct coh_page *page)
{
	if (!coh || !page)
		return COH_E_NULL;
	return coh->policy->flush_page(coh, page);
}

int coh_flush_anon_page(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va)
{
	int error;

	if (!coh || !vma || !page)
		return COH_E_NULL;
	if (!coh_is_anon_(page))
		return COH_E_OWNER;
	error = coh_page_in_vma_(coh, page, vma, va);
	if (error)
		return error;
	coh->policy->flush_anon(coh, vma, page, va & ~(coh->page_size - 1));
	return COH_OK;
}

int coh_get_user_page(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
		      enum coh_intent intent)
{
	int error;

	if (!coh || !vma || !page)
		return COH_E_NULL;
	if (!is_intent(intent))
		return COH_E_ARGUMENT;
	error = coh_page_in_vma_(coh, page, vma, va);
	if (error)
		return error;
	va &= ~(coh->page_size - 1);
	if (coh_is_anon_(page))
		coh->policy->flush_anon(coh, vma, page, va);
	return coh->policy->get_user(coh, vma, page, va, intent);
}

int coh_flush_kernel_dcache_page(struct coh *coh, struct coh_page *page)
{
	uintptr_t kva;

	if (!coh || !page)
		return COH_E_NULL;
	kva = coh_page_kernel_(coh, page);
	if (coh->mechanism->aliasing && kva)
		coh->mechanism->dcache(coh, COH_DO_CLEAN_, kva, coh->page_size);
	return COH_OK;
}

int coh_kmap(struct coh *coh, struct coh_page *page, enum coh_intent intent, uintptr_t *va)
{
	uintptr_t kva;
	int error;

	if (!coh || !page || !va)
		return COH_E_NULL;
	if (!is_intent(intent))
		return COH_E_ARGUMENT;
	kva = coh->port->kmap(coh->port->context, page->pfn);
	if (!kva)
		return COH_E_SLOTS;
	error = coh->policy->begin(coh, page, kva, intent);
	if (error) {
		coh->port->kunmap(coh->port->context, page->pfn, kva);
		return error;
	}
	/* What was read ahead at an address that comes and goes: since its last flush (coh_kunmap)
	 * until it was taken away. */
	if (coh->config.speculates && !coh_is_linear_(coh, kva))
		coh_flush_k_(coh, kva);
	*va = kva;
	return COH_OK;
}

int coh_kunmap(struct coh *coh, struct coh_page *page, enum coh_intent intent, uintptr_t va)
{
	int error;

	if (!coh || !page)
		return COH_E_NULL;
	if (!is_intent(intent))
		return COH_E_ARGUMENT;
	if (!coh_page_aligned_(coh, va))
		return COH_E_ALIGN;
	error = coh->policy->end(coh, page, va, intent);
	coh->port->kunmap(coh->port->context, page->pfn, va);
	return error;
}
