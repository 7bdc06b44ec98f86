// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Entry points: user translations change. */
#include "src/internal.h"

#define PROT_ALL (COH_PROT_READ | COH_PROT_WRITE | COH_PROT_EXEC)

/* [va, va + len), page aligned, in a linked VMA. */
static int check_range(const struct coh *coh, const struct coh_vma *vma, uintptr_t va, size_t len)
{
	if (!coh || !vma)
		return COH_E_NULL;
	if (!coh_page_aligned_(coh, va) || !coh_page_aligned_(coh, len))
		return COH_E_ALIGN;
	if (coh_wraps_(va, len))
		return COH_E_RANGE;
	if (va < vma->start || va > vma->end || len > vma->end - va)
		return COH_E_OUTSIDE;
	return COH_OK;
}

/* An I-cache that is tagged virtually keeps what it fetched through a translation that goes;
 * what other mms fetched went at the switch. */
static void forget_code(struct coh *coh, const struct coh_vma *vma, uintptr_t va)
{
	const struct coh_mechanism *mechanism = coh->mechanism;

	if (!mechanism->code_by_alias && coh->config.icache.indexing == COH_INDEXED_VIVT &&
	    coh_load(&vma->flags) & COH_VMA_EXEC &&
	    vma->mm == coh->port->current_mm(coh->port->context))
		mechanism->icache(coh, va, coh->page_size);
}

/*
 * Translations of mm go: who looks at a page later cannot see that users had it.  Before the
 * flush, so that an interrupt finds one or the other.  For lazy, on VIVT.
 */
static void remember_unmapped(struct coh *coh, const struct coh_mm *mm)
{
	if (!coh->mechanism->congruent_meet && mm == coh->port->current_mm(coh->port->context))
		coh_store(&coh->unmapped, coh_load(&coh->epoch));
}

int coh_flush_cache_page(struct coh *coh, struct coh_vma *vma, uintptr_t va, uintptr_t pfn)
{
	int error = check_range(coh, vma, va, coh ? coh->page_size : 0);

	if (error)
		return error;
	remember_unmapped(coh, vma->mm);
	coh->mechanism->alias(coh, vma, va, pfn, true);
	forget_code(coh, vma, va);
	return COH_OK;
}

int coh_flush_cache_range(struct coh *coh, struct coh_vma *vma, uintptr_t va, size_t len)
{
	int error = check_range(coh, vma, va, len);

	if (error || !len)
		return error;
	remember_unmapped(coh, vma->mm);
	coh->mechanism->range(coh, vma, va, len);
	return COH_OK;
}

int coh_flush_cache_mm(struct coh *coh, struct coh_mm *mm)
{
	if (!coh || !mm)
		return COH_E_NULL;
	remember_unmapped(coh, mm);
	coh->mechanism->mm(coh, mm);
	return COH_OK;
}

int coh_flush_cache_dup_mm(struct coh *coh, struct coh_mm *mm)
{
	if (!coh || !mm)
		return COH_E_NULL;
	coh->mechanism->dup_mm(coh, mm);
	return COH_OK;
}

int coh_update_mmu_cache(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
			 uint32_t prot)
{
	int error;

	if (!coh || !vma || !page)
		return COH_E_NULL;
	if (!prot || prot & ~PROT_ALL)
		return COH_E_ARGUMENT;
	if (!coh_page_aligned_(coh, va))
		return COH_E_ALIGN;
	error = coh_page_in_vma_(coh, page, vma, va);
	if (error)
		return error;
	coh->policy->mapped(coh, vma, page, va, prot);
	return COH_OK;
}

int coh_switch_mm(struct coh *coh, struct coh_mm *prev, struct coh_mm *next)
{
	if (!coh)
		return COH_E_NULL;
	if (prev != next)
		coh->mechanism->switch_mm(coh);
	return COH_OK;
}
