// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Anonymous pages: found from the page alone, wherever it is mapped by now (T3 to T5).
 * The kernel has the page, as a driver has that completes I/O, and calls flush_dcache_page
 * and nothing else.
 */
#include "tests/scenarios/scene.h"

static uint32_t page_size(struct scene *s)
{
	return coh_sim_page_size(s->sim);
}

static void plain(struct scene *s)
{
	anon_page(s, 0);
	kernel_and_user(s, s->frame, s->va);
}

/* The child is all that is left of the family. */
static void forked_child(struct scene *s)
{
	anon_page(s, 0);
	u_store(s, s->va);
	coh_sim_fork(s->sim, 0, 1);
	coh_sim_switch(s->sim, 1);
	coh_sim_exit(s->sim, 0);
	u_store(s, s->va);
	scene_check(s, coh_sim_frame_at(s->sim, 1, s->va) == s->frame, "the child has a copy");
	kernel_and_user(s, s->frame, s->va);
}

static void mremapped(struct scene *s)
{
	anon_page(s, 0);
	u_store(s, s->va);
	s->vb = beside_user(s, 1, s->va);
	if (coh_colour(s->coh, s->vb) ==
	    coh_colour(s->coh, coh_sim_kernel_address(s->sim, s->frame)))
		s->vb = like_user(s, 1, s->va); /* there are but two colours */
	coh_sim_mremap(s->sim, 0, s->va, 1, s->vb);
	kernel_and_user(s, s->frame, s->vb);
}

/* The page that is in the upper part of what was one area. */
static void split(struct scene *s)
{
	s->va = beside_k(s, 0, next_frame(s));
	coh_sim_mmap(s->sim, 0, s->va - page_size(s), 3, NULL);
	u_load(s, s->va);
	s->frame = coh_sim_frame_at(s->sim, 0, s->va);
	coh_sim_munmap(s->sim, 0, s->va - page_size(s), 1);
	kernel_and_user(s, s->frame, s->va);
}

/* A stack: the page is below where the area began. */
static void grown(struct scene *s)
{
	uint32_t size = page_size(s);

	s->va = beside_k(s, 0, next_frame(s) + 1);
	coh_sim_mmap(s->sim, 0, s->va + size, 1, NULL);
	u_load(s, s->va + size);
	coh_sim_resize(s->sim, 0, s->va + size, s->va, 2);
	u_load(s, s->va);
	s->frame = coh_sim_frame_at(s->sim, 0, s->va);
	kernel_and_user(s, s->frame, s->va);
}

static void merged(struct scene *s)
{
	uint32_t size = page_size(s);

	s->va = beside_k(s, 0, next_frame(s) + 1);
	coh_sim_mmap(s->sim, 0, s->va - size, 1, NULL);
	u_load(s, s->va - size);
	coh_sim_mmap(s->sim, 0, s->va, 1, NULL);
	u_load(s, s->va);
	s->frame = coh_sim_frame_at(s->sim, 0, s->va);
	scene_check(s, coh_sim_merge(s->sim, 0, s->va - size), "the areas do not merge");
	kernel_and_user(s, s->frame, s->va);
}

/* A private copy of a file's page: the area is the file's, the page is not. */
static void copied(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, next_frame(s));
	map_private(s, 0, s->va, 0, 1, COH_SIM_RW);
	u_store(s, s->va);
	s->other = s->frame;
	s->frame = coh_sim_frame_at(s->sim, 0, s->va);
	scene_check(s, s->frame != s->other, "the user stores to the file");
	kernel_and_user(s, s->frame, s->va);
}

/* ------------------------------------------------------------------------
 * T4: where a VMA maps a page.
 */

static void check_family(struct scene *s, struct coh_vma *covers, struct coh_vma *does_not)
{
	uintptr_t index = coh_sim_page(s->sim, s->frame)->index, va = 0;

	scene_check(s, !coh_vma_address(s->coh, covers, index, &va) && va == s->va,
		    "T4: the address of a page in its VMA is wrong");
	scene_check(s, coh_vma_address(s->coh, does_not, index, &va) == COH_E_OUTSIDE,
		    "T4: an address in a VMA that does not cover the page");
}

/* One family, of parent and child, in which most VMAs do not cover the page. */
static void family(struct scene *s)
{
	uint32_t size = page_size(s);

	s->va = beside_k(s, 0, next_frame(s) + 1);
	coh_sim_mmap(s->sim, 0, s->va - 2 * size, 3, NULL);
	u_load(s, s->va - 2 * size);
	u_load(s, s->va);
	s->frame = coh_sim_frame_at(s->sim, 0, s->va);
	coh_sim_munmap(s->sim, 0, s->va - size, 1);
	coh_sim_fork(s->sim, 0, 1);
	coh_sim_munmap(s->sim, 1, s->va, 1);
	check_family(s, coh_sim_vma(s->sim, 0, s->va), coh_sim_vma(s->sim, 0, s->va - 2 * size));
	check_family(s, coh_sim_vma(s->sim, 0, s->va), coh_sim_vma(s->sim, 1, s->va - 2 * size));
	u_store(s, s->va);
	kernel_and_user(s, s->frame, s->va);
}

/* A file's page outside its VMA is the caller's bug, and is said to be one. */
static void outside(struct scene *s)
{
	uint32_t size = page_size(s);
	struct coh_vma *vma;
	struct coh_page *page;

	file_of(s, 3);
	s->va = beside_k(s, 0, s->frame);
	map_shared(s, 0, s->va, 0, 2, COH_SIM_RW);
	vma = coh_sim_vma(s->sim, 0, s->va);
	page = coh_sim_page(s->sim, coh_sim_file_frame(s->sim, s->file, 2));
	scene_check(s,
		    coh_update_mmu_cache(s->coh, vma, page, s->va + 2 * size, COH_SIM_RW) ==
			    COH_E_OUTSIDE,
		    "T4: a page of the file is mapped outside its VMA");
	page = coh_sim_page(s->sim, s->frame);
	scene_check(s,
		    coh_update_mmu_cache(s->coh, vma, page, s->va + size, COH_SIM_RW) ==
			    COH_E_OUTSIDE,
		    "T4: a page of the file is mapped at another one's place");
	scene_check(s,
		    coh_flush_cache_page(s->coh, vma, s->va + 2 * size,
					 coh_sim_pfn(s->sim, s->frame)) == COH_E_OUTSIDE,
		    "T4: an address outside the VMA is flushed");
	u_load(s, s->va);
	kernel_and_user(s, s->frame, s->va);
}

/* ------------------------------------------------------------------------ */

/* One system call that uses a page of a file and one of the user's. */
static void both_kinds(struct scene *s)
{
	uintptr_t buffer;
	uint32_t buffer_frame;

	anon_page(s, 0);
	buffer = s->va;
	buffer_frame = s->frame;
	file_of(s, 1);
	s->vb = beside_k(s, 1, s->frame);
	map_shared(s, 0, s->vb, 0, 1, COH_SIM_RW);
	u_load(s, s->vb);
	kernel_and_user(s, s->frame, s->vb);
	kernel_and_user(s, buffer_frame, buffer);
}

/* clang-format off */ /* a table */
#define ANONYMOUS                                                                                  \
	{ NONE_ALIASING,                                                                           \
	  CORRUPT(ALIASING, P_GUP_HOOK,                                                            \
		  "flush_dcache_page sees to files only, and nobody called the hook (T12)"),       \
	  HINTS_VIVT,                                                                              \
	  RIGHT(ANY, P_EVERY, "the family's map leads to the user's lines") }
/* clang-format on */

const struct scenario scenarios_anon[] = {
	{ .name = "t3-anonymous",
	  .claim = "T1 T3",
	  .what = "kernel and user share an anonymous page",
	  .run = plain,
	  .expect = ANONYMOUS },
	{ .name = "t3-forked-child",
	  .claim = "T3",
	  .what = "the page is a forked child's, and the parent is gone",
	  .run = forked_child,
	  .expect = ANONYMOUS },
	{ .name = "t3-mremap",
	  .claim = "T3",
	  .what = "the page was moved by mremap",
	  .run = mremapped,
	  .expect = ANONYMOUS },
	{ .name = "t3-split",
	  .claim = "T3",
	  .what = "the area was split below the page",
	  .run = split,
	  .expect = ANONYMOUS },
	{ .name = "t3-grow",
	  .claim = "T3",
	  .what = "the area, a stack, grew down to the page",
	  .run = grown,
	  .expect = ANONYMOUS },
	{ .name = "t3-merge",
	  .claim = "T3",
	  .what = "the page's area was merged into the one below",
	  .run = merged,
	  .expect = ANONYMOUS },
	{ .name = "t3-private-copy",
	  .claim = "T3",
	  .what = "the page is the private copy of a file's",
	  .run = copied,
	  .expect = ANONYMOUS },
	{ .name = "t4-family",
	  .claim = "T4",
	  .what = "most VMAs of the page's family do not cover it",
	  .run = family,
	  .expect = ANONYMOUS },
	{ .name = "t4-outside",
	  .claim = "T4",
	  .what = "a file's page outside the bounds of its VMA is an error",
	  .run = outside,
	  .expect = { NONE_ALIASING, HINTS_VIVT,
		      RIGHT(ANY, P_EVERY, "refused, and nothing was changed") } },
	{ .name = "t5-both-kinds",
	  .claim = "T5",
	  .what = "a file's page and an anonymous one, by the same calls",
	  .run = both_kinds,
	  .expect = ANONYMOUS },
	{ 0 },
};
