// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* As scenarios_mutation.c, of devices: dirty and old lines of what they fill. */
#include "tests/scenarios/scene.h"

/* ------------------------------------------------------------------------
 * Frames that are used again, by a device, while old lines are in the cache.
 */

/* exec: the mm is given up by who runs in it. */
static void exit_of_current(struct scene *s)
{
	anon_page(s, 0);
	u_store(s, s->va);
	coh_sim_exit(s->sim, 0);
	device_fills_freed(s);
}

/* Pages for more than the cache holds. */
static uint32_t many_pages(struct scene *s, uint32_t size)
{
	return size / coh_sim_page_size(s->sim) + 1;
}

static void large_munmap(struct scene *s)
{
	uint32_t pages = many_pages(s, s->one->core->dcache.size);

	s->va = beside_k(s, 0, next_frame(s));
	coh_sim_mmap(s->sim, 0, s->va, pages, NULL);
	u_store(s, s->va);
	s->frame = coh_sim_frame_at(s->sim, 0, s->va);
	coh_sim_munmap(s->sim, 0, s->va, pages);
	device_fills_freed(s);
}

/* ------------------------------------------------------------------------
 * A second level past which the device goes.
 */

/* A line of the buffer is filled during the transfer, in both levels. */
static void dma_ahead(struct scene *s)
{
	uintptr_t k;

	s->frame = coh_sim_alloc(s->sim);
	k = coh_sim_kernel_address(s->sim, s->frame);
	scene_ahead(s, k);
	scene_ahead(s, k + coh_sim_page_size(s->sim) - 1);
	k_store(s, s->frame);
	dma_map(s, s->frame, COH_DMA_FROM_DEVICE);
	/* Filled ahead before the second level's operation: now through it. */
	evict_k(s, s->frame);
	evict_at(s, COH_INSN, k);
	evict_at(s, COH_INSN, k + coh_sim_page_size(s->sim) - 1);
	coh_sim_point(s->sim);
	device_store(s, s->frame);
	dma_unmap(s, s->frame, COH_DMA_FROM_DEVICE);
	k_load(s, s->frame);
}

/* What is dirty in the second level is written back during the transfer. */
static void dma_over_dirty(struct scene *s)
{
	s->frame = coh_sim_alloc(s->sim);
	k_store(s, s->frame);
	evict_k(s, s->frame);
	dma_map(s, s->frame, COH_DMA_FROM_DEVICE);
	device_store(s, s->frame);
	coh_sim_settle(s->sim);
	dma_unmap(s, s->frame, COH_DMA_FROM_DEVICE);
	k_load(s, s->frame);
}

/* ------------------------------------------------------------------------ */

/* clang-format off */ /* tables */
#define LEFT_DIRTY                                                                                 \
	{ CORRUPT(BACK, P_NONE, "the old lines are written over the device's bytes"),              \
	  RIGHT(ALIASING, P_EVERY, "the lines go with the translations"),                          \
	  RIGHT(ANY, P_EVERY, "dma_map drops the lines, which are K's; or they are clean") }

const struct scenario scenarios_mutation_device[] = {
	{ .name = "exit-of-current", .claim = "T6",
	  .what = "an mm ends while it is current; a device fills its frame",
	  .run = exit_of_current, .expect = LEFT_DIRTY },
	{ .name = "large-munmap", .claim = "T6",
	  .what = "more is unmapped than the cache holds; a device fills a frame",
	  .run = large_munmap, .expect = LEFT_DIRTY },
	{ .name = "dma-ahead-second-level", .claim = "DMA API",
	  .what = "lines of a buffer are filled in both levels during the transfer",
	  .run = dma_ahead, .configure = second_level, .reads_ahead = true,
	  .expect = { CORRUPT(ANY, P_NONE, "old lines stay in the levels"),
		      RIGHT(ANY, P_EVERY, "unmap drops them, the second level's first") } },
	{ .name = "dma-over-dirty-second-level", .claim = "DMA API",
	  .what = "what is dirty in the second level is written back during the transfer",
	  .run = dma_over_dirty, .configure = second_level,
	  .expect = { CORRUPT(ANY, P_NONE, "it is written over the device's bytes"),
		      RIGHT(ANY, P_EVERY, "map drops it, after what the first level had") } },
	{ 0 },
};
/* clang-format on */
