// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Ranges of kernel addresses: code that the kernel wrote, kernel mappings beside the linear one,
 * buffers of devices.
 *
 * K is the kernel's linear address of a page and its lines there.
 */
#include "src/internal.h"

/*
 * Does it wrap, or its lines?  They are rounded outwards, and the port is told a length: that of
 * the whole address space is 0.
 */
static bool lines_wrap(uintptr_t va, size_t len)
{
	return coh_wraps_(va, len) || len > SIZE_MAX - (size_t)2 * COH_LINE_MAX_;
}

/* ------------------------------------------------------------------------
 * Code.
 */

int coh_flush_icache_range(struct coh *coh, uintptr_t va, size_t len)
{
	if (!coh)
		return COH_E_NULL;
	if (lines_wrap(va, len))
		return COH_E_RANGE;
	if (!len)
		return COH_OK;
	/* Memory first: an I-cache line that is fetched in between must find the new bytes. */
	coh->mechanism->dcache(coh, COH_DO_CLEAN_, va, len);
	coh->mechanism->icache(coh, va, len);
	return COH_OK;
}

/* ------------------------------------------------------------------------
 * Kernel mappings beside the linear one.
 */

int coh_flush_cache_vmap(struct coh *coh, uintptr_t va, size_t len)
{
	int error = coh_pages_error_(coh, va, len);

	if (!error && len)
		coh->mechanism->vmap(coh, va, len);
	return error;
}

int coh_flush_cache_vunmap(struct coh *coh, uintptr_t va, size_t len)
{
	int error = coh_pages_error_(coh, va, len);

	if (error || !len)
		return error;
	coh->mechanism->vunmap(coh, va, len);
	/* What was read ahead under K meanwhile is older than what was just written back. */
	if (coh->config.speculates && coh->mechanism->aliasing && !coh->policy->mechanism)
		coh->mechanism->vmap(coh, va, len);
	return COH_OK;
}

int coh_flush_kernel_vmap_range(struct coh *coh, uintptr_t va, size_t len)
{
	if (!coh)
		return COH_E_NULL;
	if (lines_wrap(va, len))
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
	if (lines_wrap(va, len))
		return COH_E_RANGE;
	mask = coh->config.dcache.line - 1u;
	if ((va | len) & mask)
		return COH_E_ALIGN;
	if (len && coh->mechanism->aliasing)
		coh->mechanism->dcache(coh, COH_DO_INVALIDATE_, va, len);
	return COH_OK;
}

/* ------------------------------------------------------------------------
 * Devices that read and write memory past the caches.
 */

static uintptr_t largest_line_mask(const struct coh *coh)
{
	uint32_t inner = coh->config.dcache.line, outer = coh->config.outer_line;

	return (inner > outer ? inner : outer) - 1u;
}

static int check_buffer(const struct coh *coh, uintptr_t va, coh_pa_t pa, size_t len,
			enum coh_dma direction)
{
	uintptr_t mask;

	if (!coh)
		return COH_E_NULL;
	if (direction < COH_DMA_TO_DEVICE || direction > COH_DMA_BIDIRECTIONAL)
		return COH_E_ARGUMENT;
	if (lines_wrap(va, len) || (len && pa + (len - 1) < pa))
		return COH_E_RANGE;
	mask = largest_line_mask(coh);
	/* A line shared with other data would be dropped with it, or written back over the
	 * device's. */
	if (direction != COH_DMA_TO_DEVICE && (va | (uintptr_t)pa | len) & mask)
		return COH_E_ALIGN;
	return COH_OK;
}

int coh_dma_sync_for_device(struct coh *coh, uintptr_t va, coh_pa_t pa, size_t len,
			    enum coh_dma direction)
{
	/*
	 * From-device is a flush, too: the device may fill less than the buffer, and what it leaves
	 * alone must be what the CPU stored there, zeroes perhaps, not what memory had before.
	 */
	static const enum coh_maintain_ what[] = {
		[COH_DMA_TO_DEVICE] = COH_DO_CLEAN_,
		[COH_DMA_FROM_DEVICE] = COH_DO_FLUSH_,
		[COH_DMA_BIDIRECTIONAL] = COH_DO_FLUSH_,
	};
	int error = check_buffer(coh, va, pa, len, direction);

	if (error || !len)
		return error;
	/* Inner first: it writes back into the outer one. */
	coh->mechanism->dcache(coh, what[direction], va, len);
	coh->mechanism->outer(coh, what[direction], pa, len);
	return COH_OK;
}

int coh_dma_sync_for_cpu(struct coh *coh, uintptr_t va, coh_pa_t pa, size_t len,
			 enum coh_dma direction)
{
	int error = check_buffer(coh, va, pa, len, direction);

	if (error || !len || direction == COH_DMA_TO_DEVICE)
		return error;
	/*
	 * Nobody touched the buffer meanwhile: only speculation can have brought lines in.  (Into
	 * the outer cache also speculation of fetches, for it is unified.)  Outer first: the inner
	 * one could be filled from it again in between.
	 */
	coh->mechanism->outer(coh, COH_DO_INVALIDATE_, pa, len);
	if (coh->config.speculates)
		coh->mechanism->dcache(coh, COH_DO_INVALIDATE_, va, len);
	return COH_OK;
}

int coh_dma_map(struct coh *coh, uintptr_t va, coh_pa_t pa, size_t len, enum coh_dma direction)
{
	return coh_dma_sync_for_device(coh, va, pa, len, direction);
}

int coh_dma_unmap(struct coh *coh, uintptr_t va, coh_pa_t pa, size_t len, enum coh_dma direction)
{
	return coh_dma_sync_for_cpu(coh, va, pa, len, direction);
}
