// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* none: every entry point returns without one cache operation.  What all else is compared with. */
#include "src/internal.h"

static void no_range(struct coh *coh, uintptr_t va, size_t len)
{
	(void)coh;
	(void)va;
	(void)len;
}

static void no_dcache(struct coh *coh, enum coh_maintain_ what, uintptr_t va, size_t len)
{
	(void)what;
	no_range(coh, va, len);
}

static void no_outer(struct coh *coh, enum coh_maintain_ what, coh_pa_t pa, size_t len)
{
	(void)coh;
	(void)what;
	(void)pa;
	(void)len;
}

static void no_all(struct coh *coh)
{
	(void)coh;
}

static void no_alias(struct coh *coh, const struct coh_vma *vma, uintptr_t va, uintptr_t pfn,
		     bool code)
{
	(void)vma;
	(void)code;
	no_range(coh, va, pfn);
}

static void no_groups(struct coh *coh, struct coh_walk_ *walk)
{
	(void)coh;
	walk->group_lo = walk->group_hi = 0;
}

static void no_vma_range(struct coh *coh, const struct coh_vma *vma, uintptr_t va, size_t len)
{
	(void)vma;
	no_range(coh, va, len);
}

static void no_mm(struct coh *coh, const struct coh_mm *mm)
{
	(void)coh;
	(void)mm;
}

const struct coh_mechanism coh_mechanism_nothing = {
	.name = "nothing",
	.aliasing = false,
	.congruent_meet = true,
	.code_by_alias = true,
	.dcache = no_dcache,
	.icache = no_range,
	.icache_all = no_all,
	.outer = no_outer,
	.alias = no_alias,
	.groups = no_groups,
	.after_visit = COH_VISIT_STOP,
	.range = no_vma_range,
	.mm = no_mm,
	.dup_mm = no_mm,
	.switch_mm = no_all,
	.vmap = no_range,
	.vunmap = no_range,
};

static int flush_page(struct coh *coh, struct coh_page *page)
{
	(void)coh;
	(void)page;
	return COH_OK;
}

static int nothing(struct coh *coh, struct coh_page *page, uintptr_t kva, enum coh_intent intent)
{
	(void)kva;
	(void)intent;
	return flush_page(coh, page);
}

static void mapped(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
		   uint32_t prot)
{
	(void)prot;
	coh_rmap_flush_anon_(coh, vma, page, va);
}

const struct coh_policy coh_policy_none = {
	.name = "none",
	.context = COH_CONTEXT_NMI,
	.mechanism = &coh_mechanism_nothing,
	.flush_page = flush_page,
	.flush_anon = coh_rmap_flush_anon_,
	.get_user = coh_rmap_get_user_,
	.begin = nothing,
	.end = nothing,
	.before_copy = nothing,
	.after_copy = nothing,
	.mapped = mapped,
};
