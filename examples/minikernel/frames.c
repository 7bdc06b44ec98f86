// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Page frames: a megabyte of them, counted. */
#include "examples/minikernel/kernel.h"

#define FRAMES	   256
#define FRAMES_PFN (0x01000000 >> PAGE_SHIFT)

static struct page frames[FRAMES];
static uint32_t latest; /* each in turn, so that a frame's last user is long gone */

void frames_init(void)
{
	for (uint32_t i = 0; i < FRAMES; i++)
		coh_page_init(&frames[i].coh, FRAMES_PFN + i);
}

struct page *page_get_free(void)
{
	for (uint32_t i = 0; i < FRAMES; i++) {
		latest = (latest + 1) % FRAMES;
		if (!frames[latest].refs) {
			frames[latest].refs = 1;
			return &frames[latest];
		}
	}
	panic("no free page of", FRAMES);
}

void page_hold(struct page *page)
{
	page->refs++;
}

void page_put(struct page *page)
{
	if (--page->refs)
		return;
	coh_page_clear(&page->coh);
	if (page->anon)
		anon_drop(page->anon);
	page->anon = NULL;
}

struct page *page_of(uint32_t pfn)
{
	return pfn - FRAMES_PFN < FRAMES ? &frames[pfn - FRAMES_PFN] : NULL;
}

uint32_t page_pa(const struct page *page)
{
	return (uint32_t)page->coh.pfn << PAGE_SHIFT;
}

uint32_t *page_kernel(const struct page *page)
{
	return (uint32_t *)(KERNEL_BASE + page_pa(page));
}
