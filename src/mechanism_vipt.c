// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Virtually indexed, physically tagged, with ways larger than a page: aliases of
 * one colour share their lines, and lines outlive a switch of mm.  An alias is
 * flushed through a kernel address of its colour (the window), which needs neither the mm nor
 * its translation.
 */
#include "src/internal.h"

static void vipt_alias(struct coh *coh, const struct coh_vma *vma, uintptr_t va, uintptr_t pfn,
		       bool code)
{
	(void)code; /* coh_page_code_ sees to it */
	(void)vma;  /* its lines are tagged physically: whose they are does not matter */
	coh_count_(coh, COH_COUNT_ALIAS);
	coh_window_flush_(coh, pfn, coh_colour(coh, va));
}

/* Of all mms: a line of another one stays in the cache.  One VMA of a colour stands for all. */
static void vipt_groups(struct coh *coh, struct coh_walk_ *walk)
{
	(void)coh;
	walk->group_lo = 0;
	walk->group_hi = COH_GROUP_ALL;
}

/* An I-cache that is tagged virtually forgets nothing by itself. */
static void forget_code(struct coh *coh)
{
	if (coh->config.icache.size && coh->config.icache.indexing == COH_INDEXED_VIVT)
		coh_icache_all_(coh);
}

static void vipt_range(struct coh *coh, const struct coh_vma *vma, uintptr_t va, size_t len)
{
	const struct coh_port *port = coh->port;
	uintptr_t pfn;

	if (coh_whole_is_less_(coh, &coh->config.dcache, len))
		coh_dcache_all_(coh);
	else
		for (size_t done = 0; done < len; done += coh->page_size)
			if (port->user_page(port->context, vma->mm, va + done, &pfn))
				vipt_alias(coh, vma, va + done, pfn, true);
	if (coh_load(&vma->flags) & COH_VMA_EXEC)
		forget_code(coh);
}

static void vipt_mm(struct coh *coh, const struct coh_mm *mm)
{
	(void)mm;
	coh_dcache_all_(coh);
	forget_code(coh);
}

static void vipt_dup_mm(struct coh *coh, const struct coh_mm *mm)
{
	/* Write-protecting a translation leaves its colour: its lines stay right. */
	(void)coh;
	(void)mm;
}

/* A dirty line under K, of whatever page, could be written back over what is stored through the
 * vmap. */
static void vipt_vmap(struct coh *coh, uintptr_t va, size_t len)
{
	(void)va;
	(void)len;
	coh_dcache_all_(coh);
}

static void vipt_vunmap(struct coh *coh, uintptr_t va, size_t len)
{
	if (coh_whole_is_less_(coh, &coh->config.dcache, len))
		coh_dcache_all_(coh);
	else
		coh_dcache_(coh, COH_DO_FLUSH_, va, len);
}

const struct coh_mechanism coh_mechanism_vipt = {
	.name = "vipt",
	.aliasing = true,
	.congruent_meet = true,
	.code_by_alias = false,
	.dcache = coh_dcache_,
	.icache = coh_code_,
	.icache_all = coh_icache_all_,
	.outer = coh_outer_,
	.alias = vipt_alias,
	.groups = vipt_groups,
	.after_visit = COH_VISIT_NEXT_GROUP,
	.range = vipt_range,
	.mm = vipt_mm,
	.dup_mm = vipt_dup_mm,
	.switch_mm = forget_code,
	.vmap = vipt_vmap,
	.vunmap = vipt_vunmap,
};
