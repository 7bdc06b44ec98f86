// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* ports/arm926 by itself: the cleaning of page tables. */
#include "examples/minikernel/kernel.h"

#define RW (COH_PROT_READ | COH_PROT_WRITE)

/*
 * Entries next to each other, each walked right after it was written.  Nothing here calls the
 * layer in between: under flush-all that would make good what coh_arm_clean left out.  K's
 * lines are clean, and both addresses are only loaded from.
 */
static void tables(struct test *t)
{
	volatile const uint32_t *v = (volatile const uint32_t *)VMAP;
	struct page *page = page_get_free();

	page_store(page, 0, PAGE_WORDS, 190);
	for (uint32_t i = 0; i < 16; i++) {
		kernel_map(VMAP + i * PAGE_SIZE, pte_make(page, RW, true));
		expect(t, "by the new entry", v[i * PAGE_WORDS + i], pattern(190, i));
	}
	LAYER(flush_cache_vunmap, VMAP, 16 * PAGE_SIZE);
	for (uint32_t i = 0; i < 16; i++)
		kernel_map(VMAP + i * PAGE_SIZE, 0);
	page_put(page);
}

struct test tests_port[] = {
	{ .name = "port-tables", .run = tables },
	{ .name = NULL },
};
