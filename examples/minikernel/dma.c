// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The board's DMA controller (PL080), memory to memory. */
#include "examples/minikernel/device.h"
#include "examples/minikernel/kernel.h"

#define DMA_ENABLED	    DEVICE(0x13001c) /* a bit a channel, cleared at its end */
#define DMA_CONFIGURATION   DEVICE(0x130030)
#define CHANNEL_SOURCE	    DEVICE(0x130100)
#define CHANNEL_DESTINATION DEVICE(0x130104)
#define CHANNEL_NEXT	    DEVICE(0x130108)
#define CHANNEL_CONTROL	    DEVICE(0x13010c)
#define CHANNEL_CONFIG	    DEVICE(0x130110)
#define ENABLE		    1u
#define ADVANCE_BOTH	    (3u << 26)
#define WORDS_BOTH	    (2u << 21 | 2u << 18)

static uintptr_t k_of(const struct page *page)
{
	return (uintptr_t)page_kernel(page);
}

void dma_begin(struct page *to, struct page *from)
{
	LAYER(dma_map, k_of(from), page_pa(from), PAGE_SIZE, COH_DMA_TO_DEVICE);
	LAYER(dma_map, k_of(to), page_pa(to), PAGE_SIZE, COH_DMA_FROM_DEVICE);
}

void dma_end(struct page *to, struct page *from)
{
	LAYER(dma_unmap, k_of(to), page_pa(to), PAGE_SIZE, COH_DMA_FROM_DEVICE);
	LAYER(dma_unmap, k_of(from), page_pa(from), PAGE_SIZE, COH_DMA_TO_DEVICE);
}

/* Users' lines first, then K's: the DMA calls look at K only (T14). */
void dma_begin_user(struct page *to, struct page *from)
{
	LAYER(flush_dcache_page, &from->coh);
	LAYER(flush_dcache_page, &to->coh);
	dma_begin(to, from);
}

/* And what users brought in meanwhile. */
void dma_end_user(struct page *to, struct page *from)
{
	dma_end(to, from);
	LAYER(flush_dcache_page, &to->coh);
}

void dma_run(struct page *to, struct page *from)
{
	DMA_CONFIGURATION = ENABLE;
	CHANNEL_SOURCE = page_pa(from);
	CHANNEL_DESTINATION = page_pa(to);
	CHANNEL_NEXT = 0;
	CHANNEL_CONTROL = ADVANCE_BOTH | WORDS_BOTH | PAGE_WORDS;
	CHANNEL_CONFIG = ENABLE;
	while (DMA_ENABLED & 1)
		;
}
