// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The kernel's aliases among themselves: vmap beside the linear map. */
#include "tests/scenarios/scene.h"

static uintptr_t page_bytes(struct scene *s)
{
	return coh_sim_page_size(s->sim);
}

/* A page of the kernel's, of which K has dirty lines; at s->va by a vmap of another colour. */
static void vmapped(struct scene *s)
{
	uintptr_t k;

	s->frame = coh_sim_alloc(s->sim);
	k_store(s, s->frame);
	k = coh_sim_kernel_address(s->sim, s->frame);
	s->va = coh_sim_vmap(s->sim, &s->frame, 1, coh_colour(s->coh, k) + 1);
}

/* Stores by both, one after the other. */
static void both_sides(struct scene *s)
{
	vmapped(s);
	at_store(s, s->va);
	at_load(s, s->va);
	coh_sim_vunmap(s->sim, s->va);
	kernel_reads(s, s->frame);
}

static void io(struct scene *s, bool told)
{
	vmapped(s);
	at_store(s, s->va);
	if (told)
		scene_must(s, coh_flush_kernel_vmap_range(s->coh, s->va, page_bytes(s)),
			   "coh_flush_kernel_vmap_range");
	to_device(s, s->frame);
	from_device(s, s->frame);
	if (told)
		scene_must(s, coh_invalidate_kernel_vmap_range(s->coh, s->va, page_bytes(s)),
			   "coh_invalidate_kernel_vmap_range");
	at_load(s, s->va);
}

static void io_told(struct scene *s)
{
	io(s, true);
}

static void io_forgotten(struct scene *s)
{
	io(s, false);
}

/* An address of the vmap area shows one page, then another. */
static void used_again(struct scene *s)
{
	uintptr_t va;

	s->other = coh_sim_alloc(s->sim);
	k_store(s, s->other);
	coh_sim_settle(s->sim);
	vmapped(s);
	at_store(s, s->va);
	coh_sim_vunmap(s->sim, s->va);
	va = coh_sim_vmap(s->sim, &s->other, 1, coh_colour(s->coh, s->va));
	scene_check(s, va == s->va, "another address was taken");
	at_load(s, va);
}

const struct scenario scenarios_vmap[] = {
	{ .name = "vmap-both-sides",
	  .claim = "flush_cache_vmap",
	  .what = "K, then the vmap, then K",
	  .run = both_sides,
	  .expect = { NONE_ALIASING,
		      RIGHT(ANY, P_EVERY,
			    "vmap empties K's lines, vunmap the vmap's, flush_dcache_page K's") } },
	{ .name = "vmap-io",
	  .claim = "flush_kernel_vmap_range",
	  .what = "a device reads and writes pages that the kernel uses by a vmap",
	  .run = io_told,
	  .expect = { CORRUPT(ANY, P_NONE, "devices look into no cache"),
		      RIGHT(ANY, P_EVERY, "the range is flushed before, and dropped after") } },
	{ .name = "vmap-io-forgotten",
	  .claim = "flush_kernel_vmap_range",
	  .what = "the same with the DMA functions alone, by K",
	  .run = io_forgotten,
	  .expect = { CORRUPT(ANY, P_NONE, "devices look into no cache"),
		      RIGHT(ANY, P_FLUSH_ALL, "dma_map flushes everything, by its nature"),
		      CORRUPT(ALIASING, P_EVERY, "dma_map sees K, and the vmap has the old lines"),
		      RIGHT(MEETING, P_EVERY, "the vmap's lines are K's") } },
	{ .name = "vmap-used-again",
	  .claim = "flush_cache_vunmap",
	  .what = "an address of the vmap area shows one page, then another",
	  .run = used_again,
	  .expect = { CORRUPT(VIVT, P_NONE, "the tag does not tell pages apart"),
		      RIGHT(B_(VIPT_THROUGH) | B_(MEETING_THROUGH), P_NONE,
			    "memory has the bytes, and the new page no line"),
		      CORRUPT(VIPT, P_NONE, "K of the first page is dirty when the vmap is made"),
		      RIGHT(ANY, P_EVERY, "vunmap leaves no line under an address that goes") } },
	{ 0 },
};
