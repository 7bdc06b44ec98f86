// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* none: no entry point does a cache operation.  What all else is compared with. */
#include "check/policies/policies.h"
#include "src/internal.h"

static void no_dcache(struct coh *coh, enum coh_maintain_ what, uintptr_t va, size_t len)
{
	(void)what;
	coh_no_range_(coh, va, len);
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

static void no_vma_range(struct coh *coh, const struct coh_vma *vma, uintptr_t va, size_t len)
{
	(void)vma;
	coh_no_range_(coh, va, len);
}

static const struct coh_mechanism mechanism_nothing = {
	.name = "nothing",
	.aliasing = false,
	.congruent_meet = true,
	.code_by_alias = true,
	.dcache = no_dcache,
	.icache = coh_no_range_,
	.icache_all = no_all,
	.outer = no_outer,
	.alias = coh_no_alias_,
	.groups = coh_one_group_,
	.after_visit = COH_VISIT_STOP,
	.range = no_vma_range,
	.mm = coh_no_mm_,
	.dup_mm = coh_no_mm_,
	.switch_mm = no_all,
	.vmap = coh_no_range_,
	.vunmap = coh_no_range_,
};

static int none_flush_page(struct coh *coh, struct coh_page *page)
{
	(void)coh;
	(void)page;
	return COH_OK;
}

static int none_use(struct coh *coh, struct coh_page *page, uintptr_t kva, enum coh_intent intent)
{
	(void)kva;
	(void)intent;
	return none_flush_page(coh, page);
}

static void none_mapped(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
			uint32_t prot)
{
	(void)prot;
	coh_rmap_flush_anon_(coh, vma, page, va);
}

const struct coh_policy coh_policy_none = {
	.name = "none",
	.context = COH_CONTEXT_NMI,
	.mechanism = &mechanism_nothing,
	.flush_page = none_flush_page,
	.flush_anon = coh_rmap_flush_anon_,
	.get_user = coh_rmap_get_user_,
	.begin = none_use,
	.end = none_use,
	.before_copy = none_use,
	.after_copy = none_use,
	.mapped = none_mapped,
};
