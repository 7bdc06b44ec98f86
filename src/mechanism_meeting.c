// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Aliases always meet: PIPT, or VIPT with ways of a page at most, or hardware that resolves them.
 * What stays is the instruction cache, and devices.
 */
#include "src/internal.h"

static void forget_code(struct coh *coh)
{
	if (coh->config.icache.size && coh->config.icache.indexing == COH_INDEXED_VIVT)
		coh_icache_all_(coh);
}

static void meeting_alias(struct coh *coh, const struct coh_vma *vma, uintptr_t va, uintptr_t pfn,
			  bool code)
{
	/* All aliases share their lines; coh_page_code_ sees to code. */
	(void)coh;
	(void)vma;
	(void)va;
	(void)pfn;
	(void)code;
}

static void meeting_groups(struct coh *coh, struct coh_walk_ *walk)
{
	(void)coh;
	walk->group_lo = walk->group_hi = 0;
}

static void meeting_range(struct coh *coh, const struct coh_vma *vma, uintptr_t va, size_t len)
{
	(void)va;
	(void)len;
	if (coh_load(&vma->flags) & COH_VMA_EXEC)
		forget_code(coh);
}

static void meeting_mm(struct coh *coh, const struct coh_mm *mm)
{
	(void)mm;
	forget_code(coh);
}

static void meeting_dup_mm(struct coh *coh, const struct coh_mm *mm)
{
	/* No line changes its meaning. */
	(void)coh;
	(void)mm;
}

static void meeting_vmap(struct coh *coh, uintptr_t va, size_t len)
{
	/* The vmap's lines are those of K. */
	(void)coh;
	(void)va;
	(void)len;
}

const struct coh_mechanism coh_mechanism_meeting = {
	.name = "meeting",
	.aliasing = false,
	.congruent_meet = true,
	.code_by_alias = false,
	.dcache = coh_dcache_,
	.icache = coh_code_,
	.icache_all = coh_icache_all_,
	.outer = coh_outer_,
	.alias = meeting_alias,
	.groups = meeting_groups,
	.after_visit = COH_VISIT_STOP,
	.range = meeting_range,
	.mm = meeting_mm,
	.dup_mm = meeting_dup_mm,
	.switch_mm = forget_code,
	.vmap = meeting_vmap,
	.vunmap = meeting_vmap,
};
