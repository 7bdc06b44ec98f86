// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * rmap-locked: the patch of January 2007 to the letter.  flush_dcache_page walks the VMAs of all
 * mms under the map's lock, and stops for ever if it interrupted who holds it (T11).
 * Kept to show just that.
 */
#include "src/internal.h"

static int flush_page(struct coh *coh, struct coh_page *page)
{
	if (coh_page_defer_(coh, page))
		return COH_OK;
	return coh_flush_by_(coh, page, coh_page_kernel_(coh, page), coh_alias_flush_locked_);
}

static int begin(struct coh *coh, struct coh_page *page, uintptr_t kva, enum coh_intent intent)
{
	(void)intent;
	if (!coh_users_may_see_(coh, page))
		return COH_OK;
	return coh_flush_by_(coh, page, kva, coh_alias_flush_locked_);
}

static int end(struct coh *coh, struct coh_page *page, uintptr_t kva, enum coh_intent intent)
{
	if (intent != COH_INTENT_READ) {
		coh_page_touch_(page);
		return begin(coh, page, kva, intent);
	}
	if (!coh_is_linear_(coh, kva))
		coh_flush_k_(coh, kva);
	return COH_OK;
}

const struct coh_policy coh_policy_rmap_locked = {
	.name = "rmap-locked",
	.context = COH_CONTEXT_PROCESS,
	.k_twice = true, /* a walk may wait for the lock, and other threads run */
	.flush_page = flush_page,
	.flush_anon = coh_rmap_flush_anon_,
	.get_user = coh_rmap_get_user_,
	.begin = begin,
	.end = end,
	.before_copy = begin,
	.after_copy = end,
	.mapped = coh_conflict_mapped_,
};
