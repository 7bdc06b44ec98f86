// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Virtually indexed, virtually tagged: a line is known by its virtual address
 * and nothing else.  Every alias has lines of its own, and only those of the current mm
 * can be in the cache, for a switch empties it (T6).
 */
#include "src/internal.h"

static bool is_current(struct coh *coh, const struct coh_mm *mm)
{
	if (mm == coh->port->current_mm(coh->port->context))
		return true;
	coh_count_(coh, COH_COUNT_SKIPPED_MM);
	return false;
}

static void flush_range(struct coh *coh, uintptr_t va, size_t len)
{
	if (coh_whole_is_less_(coh, &coh->config.dcache, len))
		coh_dcache_all_(coh);
	else
		coh_dcache_(coh, COH_DO_FLUSH_, va, len);
}

static void code_range(struct coh *coh, const struct coh_vma *vma, uintptr_t va, size_t len)
{
	if (!(coh_load(&vma->flags) & COH_VMA_EXEC))
		return;
	if (coh_whole_is_less_(coh, &coh->config.icache, len))
		coh_icache_all_(coh);
	else
		coh_icache_(coh, va, len);
}

static void vivt_alias(struct coh *coh, const struct coh_vma *vma, uintptr_t va, uintptr_t pfn,
		       bool code)
{
	(void)pfn; /* the tag is the address */
	if (!is_current(coh, vma->mm))
		return;
	coh_count_(coh, COH_COUNT_ALIAS);
	coh_dcache_(coh, COH_DO_FLUSH_, va, coh->page_size);
	if (code)
		code_range(coh, vma, va, coh->page_size);
}

static void vivt_groups(struct coh *coh, struct coh_walk_ *walk)
{
	walk->group_lo = (uintptr_t)coh->port->current_mm(coh->port->context) | COH_GROUP_VISIBLE;
	walk->group_hi = walk->group_lo;
}

static void vivt_range(struct coh *coh, const struct coh_vma *vma, uintptr_t va, size_t len)
{
	if (!is_current(coh, vma->mm))
		return;
	flush_range(coh, va, len);
	code_range(coh, vma, va, len);
}

static void vivt_mm(struct coh *coh, const struct coh_mm *mm)
{
	if (!is_current(coh, mm))
		return;
	coh_dcache_all_(coh);
	coh_icache_all_(coh);
}

static void vivt_switch(struct coh *coh)
{
	uint32_t next = coh->epoch + 1;

	/* Before the flush: what is marked meanwhile, by an NMI, is of the new epoch. */
	coh_store(&coh->epoch, next ? next : 1u);
	coh_dcache_all_(coh);
	coh_icache_all_(coh);
}

/* A dirty line under K, of whatever page, could be written back over what is stored through the
 * vmap. */
static void vivt_vmap(struct coh *coh, uintptr_t va, size_t len)
{
	(void)va;
	(void)len;
	coh_dcache_all_(coh);
}

const struct coh_mechanism coh_mechanism_vivt = {
	.name = "vivt",
	.aliasing = true,
	.congruent_meet = false,
	.code_by_alias = true,
	.dcache = coh_dcache_,
	.icache = coh_code_,
	.icache_all = coh_icache_all_,
	.outer = coh_outer_,
	.alias = vivt_alias,
	.groups = vivt_groups,
	.after_visit = COH_VISIT_NEXT,
	.range = vivt_range,
	.mm = vivt_mm,
	.dup_mm = vivt_mm,
	.switch_mm = vivt_switch,
	.vmap = vivt_vmap,
	.vunmap = flush_range,
};
