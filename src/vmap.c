// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Entry points: kernel mappings beside the linear one. */
#include "src/internal.h"

static int check_pages(const struct coh *coh, uintptr_t va, size_t len)
{
	if (!coh)
		return COH_E_NULL;
	if (!coh_page_aligned_(coh, va) || !coh_page_aligned_(coh, len))
		return COH_E_ALIGN;
	return coh_wraps_(va, len) ? COH_E_RANGE : COH_OK;
}

int coh_flush_cache_vmap(struct coh *coh, uintptr_t va, size_t len)
{
	int error = check_pages(coh, va, len);

	if (!error && len)
		coh->mechanism->vmap(coh, va, len);
	return error;
}

int coh_flush_cache_vunmap(struct coh *coh, uintptr_t va, size_t len)
{
	int error = check_pages(coh, va, len);

	if (error || !len)
		return error;
	coh->mechanism->vunmap(coh, va, len);
	/* What was read ahead under K meanwhile is older than what was written back just now. */
	if (coh->config.speculates && coh->mechanism->aliasing && !coh->policy->mechanism)
		coh->mechanism->vmap(coh, va, len);
	return COH_OK;
}

int coh_flush_kernel_vmap_range(struct coh *coh, uintptr_t va, size_t len)
{
	if (!coh)
		return COH_E_NULL;
	if (coh_wraps_(va, len))
		return COH_E_RANGE;
	if (len && coh->mechanism->aliasing)
		coh->mechanism->dcache(coh, COH_DO_CLEAN_, va, len);
	return COH_OK;
}

int coh_invalidate_kernel_vmap_range(struct coh *coh, uintptr_t va, size_t len)
{
	uintptr_t mask;

	if (!coh)
		return COH_E_NULL;
	if (coh_wraps_(va, len))
		return COH_E_RANGE;
	mask = coh->config.dcache.line - 1u;
	if ((va | len) & mask)
		return COH_E_ALIGN;
	if (len && coh->mechanism->aliasing)
		coh->mechanism->dcache(coh, COH_DO_INVALIDATE_, va, len);
	return COH_OK;
}
