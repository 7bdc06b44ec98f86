// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * rmap: from the page to its aliases through latched maps, whatever context it is.
 * The default, and what the other policies differ from.
 */
#include "src/internal.h"

int coh_rmap_flush_page_(struct coh *coh, struct coh_page *page)
{
	if (coh_page_defer_(coh, page))
		return COH_OK;
	return coh_flush_now_(coh, page, coh_page_kernel_(coh, page));
}

/* The flush_dcache_page that follows finds the alias by itself. */
void coh_rmap_flush_anon_(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va)
{
	(void)coh;
	(void)vma;
	(void)page;
	(void)va;
}

int coh_rmap_get_user_(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
		       enum coh_intent intent)
{
	(void)vma;
	(void)va;
	(void)intent;
	return coh_flush_dcache_page(coh, page);
}

int coh_rmap_begin_(struct coh *coh, struct coh_page *page, uintptr_t kva, enum coh_intent intent)
{
	(void)intent; /* also before stores: dirty user lines must not be written back over them */
	if (!coh_users_may_see_(coh, page))
		return COH_OK;
	return coh_flush_now_(coh, page, kva);
}

int coh_rmap_end_(struct coh *coh, struct coh_page *page, uintptr_t kva, enum coh_intent intent)
{
	if (coh_is_linear_(coh, kva))
		return intent == COH_INTENT_READ ? COH_OK : coh_flush_dcache_page(coh, page);
	/* The address will be another page's: its lines cannot wait, even clean ones. */
	if (intent == COH_INTENT_READ) {
		coh_flush_k_(coh, kva);
		return COH_OK;
	}
	coh_page_touch_(page);
	return coh_flush_now_(coh, page, kva);
}

const struct coh_policy coh_policy_rmap = {
	.name = "rmap",
	.context = COH_CONTEXT_NMI,
	.flush_page = coh_rmap_flush_page_,
	.flush_anon = coh_rmap_flush_anon_,
	.get_user = coh_rmap_get_user_,
	.begin = coh_rmap_begin_,
	.end = coh_rmap_end_,
	.before_copy = coh_rmap_begin_,
	.after_copy = coh_rmap_end_,
	.mapped = coh_conflict_mapped_,
};
