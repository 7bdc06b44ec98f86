// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * flush-all: all of the cache at every entry point.  Right wherever an entry point is called at
 * all, for a port that knows no better; its cost is the yardstick.
 */
#include "src/internal.h"

static void all_dcache(struct coh *coh, enum coh_maintain_ what, uintptr_t va, size_t len)
{
	(void)what;
	(void)va;
	(void)len;
	coh_dcache_all_(coh);
}

static void all_icache(struct coh *coh, uintptr_t va, size_t len)
{
	(void)va;
	(void)len;
	coh_icache_all_(coh);
}

static void all_alias(struct coh *coh, const struct coh_vma *vma, uintptr_t va, uintptr_t pfn,
		      bool code)
{
	(void)vma;
	(void)va;
	(void)pfn;
	(void)code;
	coh_flush_everything_(coh);
}

static void all_vma_range(struct coh *coh, const struct coh_vma *vma, uintptr_t va, size_t len)
{
	(void)vma;
	(void)va;
	(void)len;
	coh_flush_everything_(coh);
}

static void all_mm(struct coh *coh, const struct coh_mm *mm)
{
	(void)mm;
	coh_flush_everything_(coh);
}

static void all_range(struct coh *coh, uintptr_t va, size_t len)
{
	(void)va;
	(void)len;
	coh_flush_everything_(coh);
}

const struct coh_mechanism coh_mechanism_all = {
	.name = "all",
	.aliasing = true,
	.congruent_meet = false,
	.code_by_alias = true,
	.dcache = all_dcache,
	.icache = all_icache,
	.icache_all = coh_icache_all_,
	.outer = coh_outer_,
	.alias = all_alias,
	.groups = coh_one_group_,
	.after_visit = COH_VISIT_STOP,
	.range = all_vma_range,
	.mm = all_mm,
	.dup_mm = all_mm,
	.switch_mm = coh_flush_everything_,
	.vmap = all_range,
	.vunmap = all_range,
};

static int all_flush_page(struct coh *coh, struct coh_page *page)
{
	(void)page;
	coh_flush_everything_(coh);
	return COH_OK;
}

static int all_use(struct coh *coh, struct coh_page *page, uintptr_t kva, enum coh_intent intent)
{
	(void)kva;
	(void)intent;
	return all_flush_page(coh, page);
}

/* The page may have been filled without a call. */
static void all_mapped(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
		       uint32_t prot)
{
	(void)vma;
	(void)page;
	(void)va;
	(void)prot;
	coh_flush_everything_(coh);
}

const struct coh_policy coh_policy_flush_all = {
	.name = "flush-all",
	.context = COH_CONTEXT_NMI,
	.mechanism = &coh_mechanism_all,
	.flush_page = all_flush_page,
	.flush_anon = coh_rmap_flush_anon_,
	.get_user = coh_rmap_get_user_,
	.begin = all_use,
	.end = all_use,
	.before_copy = all_use,
	.after_copy = all_use,
	.mapped = all_mapped,
};
