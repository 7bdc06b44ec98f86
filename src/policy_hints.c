// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * hints: parisc's proposal.  The page remembers the colours at which users have mapped it, and
 * flush_dcache_page flushes those, with no walk, in whatever mm the mappings are.  Right where
 * a colour finds every line of the page (VIPT).  Wrong on VIVT, and kept to show it: there the tag
 * is the whole address, and an operation at another address of that colour finds nothing.
 *
 * K is the kernel's address of a page and its lines there.
 *
 * page->state: up to 16 colours one bit each; with more, 1 + the only colour, or SEVERAL.
 */
#include "src/internal.h"

#define BITS_	 16u
#define SEVERAL_ 0xffffu

static void remember(struct coh *coh, struct coh_page *page, uintptr_t colour)
{
	uint16_t old = coh_load(&page->state), new;

	if (coh->colour_mask < BITS_)
		new = (uint16_t)(old | 1u << colour);
	else if (colour + 1 >= SEVERAL_ || (old && old != colour + 1))
		new = SEVERAL_;
	else
		new = (uint16_t)(colour + 1);
	coh_store(&page->state, new);
}

static void flush_colour(struct coh *coh, const struct coh_page *page, uintptr_t colour,
			 uintptr_t kva)
{
	if (!coh->mechanism->congruent_meet) {
		/* VIVT: some address of that colour is all that a hint can name. */
		coh_count_(coh, COH_COUNT_ALIAS);
		coh_dcache_(coh, COH_DO_FLUSH_, colour << coh->config.page_shift, coh->page_size);
	} else if (kva && colour == coh_colour(coh, kva)) {
		coh_count_(coh, COH_COUNT_SKIPPED_CONGRUENT);
	} else {
		coh_count_(coh, COH_COUNT_ALIAS);
		coh_window_flush_(coh, page->pfn, colour);
	}
}

/* Cannot tell whether one of the mappings is still there. */
static int flush_hinted(struct coh *coh, const struct coh_page *page, uintptr_t kva)
{
	uint16_t hint = coh_load(&page->state);

	if (!hint || !coh->mechanism->aliasing)
		return 0;
	if (coh->colour_mask < BITS_) {
		for (uintptr_t c = 0; c <= coh->colour_mask; c++)
			if (hint & 1u << c)
				flush_colour(coh, page, c, kva);
	} else if (hint == SEVERAL_) {
		coh_dcache_all_(coh);
	} else {
		flush_colour(coh, page, hint - 1u, kva);
	}
	return 0;
}

/* Two CPUs may map a page at once: the hints are a sum, under the lock. */
static void hints_mapped(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
			 uint32_t prot)
{
	const struct coh_port *port = coh->port;
	uintptr_t flags = port->irq_save(port->context);

	port->lock(port->context, &coh->lock);
	remember(coh, page, coh_colour(coh, va));
	port->unlock(port->context, &coh->lock);
	port->irq_restore(port->context, flags);
	coh_full_barrier(); /* the hint before the look at the mark: flush.c says why */
	coh_page_complete_(coh, vma, page, va, prot);
}

const struct coh_policy coh_policy_hints = {
	.name = "hints",
	.context = COH_CONTEXT_NMI,
	.flush_page = coh_rmap_flush_page_,
	.aliases = flush_hinted,
	.flush_anon = coh_rmap_flush_anon_,
	.get_user = coh_rmap_get_user_,
	.begin = coh_rmap_begin_,
	.end = coh_end_at_once_,
	.before_copy = coh_rmap_begin_,
	.after_copy = coh_end_at_once_,
	.mapped = hints_mapped,
};
