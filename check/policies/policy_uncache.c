// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * uncache: NetBSD's answer.  When the kernel takes a page from a user (get_user_pages), the page's
 * user mappings become uncached and stay so.  (Two user mappings that conflict are uncached by all
 * policies, see user.c.)  Then no user can bring a line in again behind the kernel's back, as users
 * can under every other policy.  The price is each later user access to that page.
 *
 * From an interrupt no translation can be changed: a page that was never taken that way is flushed
 * as by rmap.
 *
 * K is the kernel's address of a page and its lines there.
 *
 * page->state: STARTED, new mappings are made uncached; DONE, so are the old ones, and their lines
 * are gone.
 */
#include "check/policies/policies.h"
#include "src/internal.h"

enum { STARTED = 1, DONE };

static int uncache_flush_page(struct coh *coh, struct coh_page *page)
{
	if (coh_load(&page->state) != DONE)
		return coh_rmap_flush_page_(coh, page);
	coh_count_(coh, COH_COUNT_SKIPPED_UNCACHED);
	coh_page_touch_(page);
	coh_flush_k_(coh, coh_page_kernel_(coh, page));
	coh_page_code_(coh, page, coh_page_kernel_(coh, page));
	return COH_OK;
}

static int uncache_get_user(struct coh *coh, struct coh_vma *vma, struct coh_page *page,
			    uintptr_t va, enum coh_intent intent)
{
	bool all;
	int error;

	(void)vma;
	(void)va;
	(void)intent;
	if (coh_load(&page->state) == DONE || !coh->mechanism->aliasing)
		return uncache_flush_page(coh, page);
	coh_store(&page->state, (uint16_t)STARTED);
	coh_full_barrier(); /* a process that maps it later sees that; earlier ones are found */
	all = coh_uncache_users_(coh, page);
	/* Only now: K and the lines from before. */
	error = coh_flush_now_(coh, page, coh_page_kernel_(coh, page));
	if (all && !error)
		coh_store_release(&page->state, (uint16_t)DONE);
	return error;
}

static void uncache_mapped(struct coh *coh, struct coh_vma *vma, struct coh_page *page,
			   uintptr_t va, uint32_t prot)
{
	coh_rmap_mapped_(coh, vma, page, va, prot);
	coh_full_barrier();
	if (coh_load(&page->state))
		coh_uncache_(coh, vma, page, va);
}

const struct coh_policy coh_policy_uncache = {
	.name = "uncache",
	.context = COH_CONTEXT_NMI,
	.uncaches = true,
	.flush_page = uncache_flush_page,
	.aliases = coh_alias_flush_,
	.flush_anon = coh_rmap_flush_anon_,
	.get_user = uncache_get_user,
	.begin = coh_rmap_begin_,
	.end = coh_rmap_end_,
	.before_copy = coh_rmap_begin_,
	.after_copy = coh_rmap_end_,
	.mapped = uncache_mapped,
};
