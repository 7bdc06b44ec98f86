// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * gup-hook: what Linux took in 2.6.20.  get_user_pages flushes the one user alias it
 * came by; flush_dcache_page finds the aliases of files only; kmap and kunmap see to the kernel's
 * side.  Copies that the kernel makes for users are flushed in all aliases, as Linux does on
 * the way to them.  Not covered is a page of anonymous memory that the kernel reaches in another
 * way, or that the user brings back in after the hook.
 *
 * K is the kernel's address of a page and its lines there, U those of a user.
 */
#include "check/policies/policies.h"
#include "src/internal.h"

static int aliases_of_files(struct coh *coh, const struct coh_page *page, uintptr_t kva)
{
	return coh_is_anon_(page) ? 0 : coh_alias_flush_(coh, page, kva);
}

static int gup_flush_page(struct coh *coh, struct coh_page *page)
{
	if (coh_page_defer_(coh, page))
		return COH_OK;
	return coh_flush_by_(coh, page, coh_page_kernel_(coh, page), aliases_of_files);
}

static void gup_flush_anon(struct coh *coh, struct coh_vma *vma, struct coh_page *page,
			   uintptr_t va)
{
	coh->mechanism->alias(coh, vma, va, page->pfn, true);
	coh_flush_k_(coh, coh_page_kernel_(coh, page));
}

static int gup_begin(struct coh *coh, struct coh_page *page, uintptr_t kva, enum coh_intent intent)
{
	(void)page;
	(void)intent;
	coh_flush_k_(coh, kva);
	return COH_OK;
}

static int gup_end(struct coh *coh, struct coh_page *page, uintptr_t kva, enum coh_intent intent)
{
	if (intent != COH_INTENT_READ) {
		coh_page_touch_(page);
		coh_flush_k_(coh, kva);
		coh_page_code_(coh, page, kva);
	} else if (!coh_is_linear_(coh, kva)) {
		coh_flush_k_(coh, kva);
	}
	return COH_OK;
}

/* Not as gup_flush_page, which leaves anonymous aliases out. */
static int gup_after_copy(struct coh *coh, struct coh_page *page, uintptr_t kva,
			  enum coh_intent intent)
{
	(void)intent;
	coh_page_touch_(page);
	return coh_flush_now_(coh, page, kva);
}

const struct coh_policy coh_policy_gup_hook = {
	.name = "gup-hook",
	.context = COH_CONTEXT_NMI,
	.k_twice = true, /* an interrupt that uses K of an anonymous page has not flushed U */
	.uncaches = true,
	.flush_page = gup_flush_page,
	.aliases = coh_alias_flush_, /* for copies; gup_flush_page names its own */
	.flush_anon = gup_flush_anon,
	.get_user = coh_rmap_get_user_,
	.begin = gup_begin,
	.end = gup_end,
	.before_copy = coh_rmap_begin_,
	.after_copy = gup_after_copy,
	.mapped = coh_rmap_mapped_,
};
