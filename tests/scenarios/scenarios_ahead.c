// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Hardware that fills lines which nobody asked for, as long as a translation allows it:
 * code on nearly every core; data on some (AHEAD), where it plays the part of the
 * thread that refills a line between two calls.  Here it does so at every point.
 */
#include "tests/scenarios/scene.h"

static void k_and(struct scene *s, uintptr_t va)
{
	scene_ahead(s, coh_sim_kernel_address(s->sim, s->frame));
	scene_ahead(s, coh_sim_kernel_address(s->sim, s->frame) + coh_sim_page_size(s->sim) - 1);
	scene_ahead(s, va);
	scene_ahead(s, va + coh_sim_page_size(s->sim) - 1);
}

static void mapped_file(struct scene *s, uint32_t prot)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	k_and(s, s->va);
	map_shared(s, 0, s->va, 0, 1, prot);
	u_load(s, s->va);
}

static void flushes(struct scene *s)
{
	mapped_file(s, COH_SIM_RW);
	kernel_and_user(s, s->frame, s->va);
	kernel_and_user(s, s->frame, s->va);
}

/* The translation is there before the flush that waited for it. */
static void deferred(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	k_and(s, s->va);
	k_store(s, s->frame);
	flush(s, s->frame);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	u_load(s, s->va);
}

/* The translation is there after the flush that was to end it. */
static void remapped(struct scene *s)
{
	mapped_file(s, COH_SIM_RW);
	u_store(s, s->va);
	coh_sim_munmap(s->sim, 0, s->va, 1);
	kernel_writes(s, s->frame);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	u_load(s, s->va);
}

static void fuse_readv(struct scene *s)
{
	anon_page(s, 0);
	k_and(s, s->va);
	u_store(s, s->va);
	coh_sim_get_user_page(s->sim, 0, s->va, COH_INTENT_READ_WRITE);
	k_store(s, s->frame);
	flush(s, s->frame);
	coh_sim_put(s->sim, s->frame);
	u_load(s, s->va);
}

/* Code that the kernel changes while a user may execute it. */
static void code(struct scene *s)
{
	mapped_file(s, COH_SIM_RX);
	u_fetch(s, s->va);
	kernel_writes(s, s->frame);
	u_fetch(s, s->va);
}

static void users(struct scene *s)
{
	mapped_file(s, COH_SIM_RW);
	s->vb = beside_user(s, 1, s->va);
	scene_ahead(s, s->vb);
	scene_ahead(s, s->vb + coh_sim_page_size(s->sim) - 1);
	map_shared(s, 0, s->vb, 0, 1, COH_SIM_RW);
	u_store(s, s->vb);
	u_store(s, s->va);
	u_store(s, s->vb);
	u_load(s, s->va);
}

/* ------------------------------------------------------------------------
 * Devices.
 */

static void device(struct scene *s, bool unmap)
{
	s->frame = coh_sim_alloc(s->sim);
	scene_ahead(s, coh_sim_kernel_address(s->sim, s->frame));
	k_store(s, s->frame);
	dma_map(s, s->frame, COH_DMA_FROM_DEVICE);
	coh_sim_point(s->sim);
	device_store(s, s->frame);
	coh_sim_point(s->sim);
	if (unmap)
		dma_unmap(s, s->frame, COH_DMA_FROM_DEVICE);
	k_load(s, s->frame);
}

static void dma(struct scene *s)
{
	device(s, true);
}

static void dma_not_ended(struct scene *s)
{
	device(s, false);
}

static void vmap_io(struct scene *s)
{
	uintptr_t size = coh_sim_page_size(s->sim), k;

	s->frame = coh_sim_alloc(s->sim);
	k = coh_sim_kernel_address(s->sim, s->frame);
	s->va = coh_sim_vmap(s->sim, &s->frame, 1, coh_colour(s->coh, k) + 1);
	k_and(s, s->va);
	at_store(s, s->va);
	scene_must(s, coh_flush_kernel_vmap_range(s->coh, s->va, size),
		   "coh_flush_kernel_vmap_range");
	from_device(s, s->frame);
	scene_must(s, coh_invalidate_kernel_vmap_range(s->coh, s->va, size),
		   "coh_invalidate_kernel_vmap_range");
	at_load(s, s->va);
}

/* ------------------------------------------------------------------------ */

#define FILLED "a line that is filled before K is in memory is dropped after it"

const struct scenario scenarios_ahead[] = {
	{ .name = "ahead-flushes",
	  .claim = "speculation",
	  .what = "kernel and user share a page of which lines are filled ahead",
	  .run = flushes,
	  .reads_ahead = true,
	  .expect = { NONE_ALIASING, HINTS_VIVT, RIGHT(ANY, P_EVERY, FILLED) } },
	{ .name = "ahead-deferred",
	  .claim = "speculation T1",
	  .what = "the user's line is filled between the translation and update_mmu_cache",
	  .run = deferred,
	  .reads_ahead = true,
	  .expect = { CORRUPT(DIRTY_ALIASING, P_NONE,
			      "K's dirty lines reach memory only by chance"),
		      RIGHT(ANY, P_NONE, "memory has the bytes, or U's lines are K's"),
		      RIGHT(ANY, P_EVERY, FILLED) } },
	{ .name = "ahead-remapped",
	  .claim = "speculation",
	  .what = "the user's line is filled between munmap's flush and the end of the translation",
	  .run = remapped,
	  .reads_ahead = true,
	  .expect = { NONE_ALIASING, RIGHT(ANY, P_EVERY, FILLED) } },
	{ .name = "ahead-fuse-readv",
	  .claim = "speculation T12",
	  .what = "the user's line is filled between the hook and the kernel's store",
	  .run = fuse_readv,
	  .reads_ahead = true,
	  .expect = { NONE_ALIASING,
		      CORRUPT(B_(VIPT_AHEAD), P_GUP_HOOK,
			      "U is back, and flush_dcache_page does not know it"),
		      HINTS_VIVT, RIGHT(ANY, P_EVERY, FILLED) } },
	{ .name = "ahead-code",
	  .claim = "speculation",
	  .what = "code is fetched ahead while the kernel changes it",
	  .run = code,
	  .reads_ahead = true,
	  .expect = { CORRUPT(ANY, P_NONE, "old lines of the instruction cache stay"), HINTS_VIVT,
		      RIGHT(ANY, P_EVERY, FILLED) } },
	{ .name = "ahead-users",
	  .claim = "speculation",
	  .what = "one mm maps a page twice, at two colours, and stores by both",
	  .run = users,
	  .reads_ahead = true,
	  .expect = { CORRUPT(ALIASING, P_NONE | P_FLUSH_ALL | P_HINTS,
			      "no call of the layer lies between the users' accesses"),
		      RIGHT(ANY, P_EVERY, "what is uncached is not filled") } },
	{ .name = "ahead-dma",
	  .claim = "DMA API",
	  .what = "a line of the buffer is filled while a device writes it",
	  .run = dma,
	  .reads_ahead = true,
	  .expect = { CORRUPT(ANY, P_NONE, "devices look into no cache"),
		      RIGHT(ANY, P_EVERY, "what was filled meanwhile is dropped at the end") } },
	{ .name = "ahead-dma-not-ended",
	  .claim = "DMA API",
	  .what = "the same without dma_unmap",
	  .run = dma_not_ended,
	  .reads_ahead = true,
	  .expect = { CORRUPT(ANY, P_NONE, "devices look into no cache"),
		      CORRUPT(AHEAD | UNIFIED, P_EVERY,
			      "what was filled meanwhile is still there; code is fetched ahead, "
			      "too"),
		      RIGHT(ANY, P_EVERY, "nobody brought a line in meanwhile") } },
	{ .name = "ahead-vmap-io",
	  .claim = "invalidate_kernel_vmap_range",
	  .what = "a line of the vmap is filled while a device writes its page",
	  .run = vmap_io,
	  .reads_ahead = true,
	  .expect = { CORRUPT(ANY, P_NONE, "devices look into no cache"),
		      RIGHT(ANY, P_EVERY, "what was filled meanwhile is dropped at the end") } },
	{ 0 },
};
