// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Pages of files: when their flush may wait, and which of their users it must find (T1, T2). */
#include "tests/scenarios/scene.h"

/* ------------------------------------------------------------------------
 * T1: the flush that waits.
 */

/* The kernel filled a page that nobody maps, as reading from a disk does. */
static void deferred(struct scene *s)
{
	uint64_t before;

	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	k_store(s, s->frame);
	before = dcache_calls(s);
	flush(s, s->frame);
	scene_check(s, scene_policy_is(s, P_FLUSH_ALL) || dcache_calls(s) == before,
		    "the flush of a page that no VMA covers was not deferred");
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	u_load(s, s->va);
}

static void deferred_forgotten(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	k_store(s, s->frame);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	u_load(s, s->va);
}

/* A page that users had, and have again. */
static void remapped(struct scene *s, bool forgotten)
{
	file_page(s, COH_SIM_RW);
	u_load(s, s->va);
	coh_sim_munmap(s->sim, 0, s->va, 1);
	k_store(s, s->frame);
	if (!forgotten)
		flush(s, s->frame);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	u_load(s, s->va);
}

static void remapped_flushed(struct scene *s)
{
	remapped(s, false);
}

static void remapped_forgotten(struct scene *s)
{
	remapped(s, true);
}

/* ------------------------------------------------------------------------
 * T1: the flush that does not wait.
 */

static void map_and_load(struct scene *s)
{
	file_page(s, COH_SIM_RW);
	u_load(s, s->va);
}

static void kernel_stores(struct scene *s)
{
	map_and_load(s);
	kernel_writes(s, s->frame);
	u_load(s, s->va);
}

static void kernel_stores_forgotten(struct scene *s)
{
	map_and_load(s);
	flush(s, s->frame);
	k_store(s, s->frame);
	u_load(s, s->va);
}

/*
 * The kernel does not look at what was there, and so does without the flush before.  But the user's
 * dirty lines may be written back after K's, were it by the flush itself.
 */
static void kernel_overwrites(struct scene *s)
{
	map_and_load(s);
	u_store(s, s->va);
	k_put(s, s->frame);
	evict_k(s, s->frame);
	flush(s, s->frame);
	u_load(s, s->va);
}

static void user_stores(struct scene *s)
{
	map_and_load(s);
	kernel_reads(s, s->frame);
	u_store(s, s->va);
	kernel_reads(s, s->frame);
}

static void user_stores_forgotten(struct scene *s)
{
	map_and_load(s);
	kernel_reads(s, s->frame);
	u_store(s, s->va);
	k_load(s, s->frame);
}

/*
 * read() of a page that was mapped.  No user maps it any more, so the flush looks like
 * one that may wait; but the user's bytes went to memory behind K's old lines.
 */
static void read_after_munmap(struct scene *s, bool forgotten)
{
	map_and_load(s);
	kernel_reads(s, s->frame);
	u_store(s, s->va);
	coh_sim_munmap(s->sim, 0, s->va, 1);
	if (!forgotten)
		flush(s, s->frame);
	k_load(s, s->frame);
}

static void read_after_munmap_flushed(struct scene *s)
{
	read_after_munmap(s, false);
}

static void read_after_munmap_forgotten(struct scene *s)
{
	read_after_munmap(s, true);
}

/* ------------------------------------------------------------------------
 * T2: whom the walk visits.
 */

/* A flush that touches no user address: there is none to touch in this mm. */
static void flush_without_users(struct scene *s)
{
	uint64_t before = user_ranges(s);

	flush(s, s->frame);
	/* hints asks about an address that is nobody's: that is what is wrong with it */
	scene_check(s, scene_policy_is(s, P_HINTS) || user_ranges(s) == before,
		    "a user address was flushed that is not the current mm's, or not shared");
}

static void other_mm(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	map_shared(s, 1, s->va, 0, 1, COH_SIM_RW);
	kernel_reads(s, s->frame);
	coh_sim_switch(s->sim, 1);
	u_store(s, s->va);
	coh_sim_switch(s->sim, 0);
	flush_without_users(s);
	k_load(s, s->frame);
	k_store(s, s->frame);
	flush_without_users(s);
	coh_sim_switch(s->sim, 1);
	u_load(s, s->va);
}

/* What a private mapping shows of later stores, mmap leaves open: it may stay as it is. */
static void private_left_alone(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	map_private(s, 0, s->va, 0, 1, COH_SIM_RW);
	u_load(s, s->va);
	flush_without_users(s);
	k_store(s, s->frame);
	flush_without_users(s);
	u_load(s, s->va);
}

/* But its lines must not pass for those of a mapping that was made after the store. */
static void private_then(struct scene *s, uint32_t mm, bool shared)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	s->vb = like_user(s, 1, s->va);
	map_private(s, 0, s->va, 0, 1, COH_SIM_RO);
	u_load(s, s->va);
	kernel_writes(s, s->frame);
	if (shared)
		map_shared(s, mm, s->vb, 0, 1, COH_SIM_RW);
	else
		map_private(s, mm, s->vb, 0, 1, COH_SIM_RO);
	coh_sim_switch(s->sim, mm);
	u_load(s, s->vb);
}

static void private_then_private(struct scene *s)
{
	private_then(s, 0, false);
}

static void private_then_shared(struct scene *s)
{
	private_then(s, 1, true);
}

/* What was stored before a private mapping was made, it must show. */
static void shared_then_private(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	s->vb = beside_user(s, 1, s->va);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	u_store(s, s->va);
	map_private(s, 0, s->vb, 0, 1, COH_SIM_RW);
	u_load(s, s->vb);
}

/* ------------------------------------------------------------------------ */

#define NONE_DIRTY CORRUPT(DIRTY_ALIASING, P_NONE, "K's dirty lines reach memory only by chance")

const struct scenario scenarios_file[] = {
	{ .name = "t1-deferred",
	  .claim = "T1",
	  .what = "the kernel fills a page that nobody maps; a user maps it",
	  .run = deferred,
	  .expect = { NONE_DIRTY,
		      RIGHT(B_(VIVT_THROUGH) | B_(VIPT_THROUGH), P_NONE,
			    "memory has the bytes, and the user no old line"),
		      RIGHT(ANY, P_EVERY, "the flush is done when the page is mapped") } },
	{ .name = "t1-deferred-forgotten",
	  .claim = "T1",
	  .what = "the same, and nobody calls flush_dcache_page on the fresh page",
	  .run = deferred_forgotten,
	  .expect = { NONE_DIRTY,
		      RIGHT(B_(VIVT_THROUGH) | B_(VIPT_THROUGH), P_NONE,
			    "memory has the bytes, and the user no old line"),
		      RIGHT(ANY, P_EVERY,
			    "a page counts as dirty until it was flushed once, as in Linux since "
			    "2.6.37") } },
	{ .name = "t1-remapped",
	  .claim = "T1",
	  .what = "mapped and unmapped, filled by the kernel, mapped again",
	  .run = remapped_flushed,
	  .expect = { NONE_ALIASING,
		      RIGHT(ANY, P_EVERY,
			    "munmap dropped U, flush_dcache_page brings K to memory") } },
	{ .name = "t1-remapped-forgotten",
	  .claim = "T1",
	  .what = "the same without flush_dcache_page",
	  .run = remapped_forgotten,
	  .expect = { NONE_ALIASING, RIGHT(ANY, P_FLUSH_ALL, "the page fault flushes everything"),
		      CORRUPT(DIRTY_ALIASING, P_EVERY,
			      "the mark says that K was flushed, and nobody said that it changed"),
		      RIGHT(THROUGH | MEETING, P_EVERY,
			    "memory has the bytes, and munmap dropped U; or one line is all there "
			    "is") } },
	{ .name = "t1-mapped-kernel-stores",
	  .claim = "T1",
	  .what = "the kernel stores to a page that a user has in the cache",
	  .run = kernel_stores,
	  .expect = { NONE_ALIASING, HINTS_VIVT,
		      RIGHT(ANY, P_EVERY, "K goes to memory and U is dropped") } },
	{ .name = "t1-mapped-kernel-stores-forgotten",
	  .claim = "T1",
	  .what = "the same without the flush after the store",
	  .run = kernel_stores_forgotten,
	  .expect = { NONE_ALIASING, HINTS_VIVT,
		      CORRUPT(DIRTY_ALIASING, P_EVERY, "K is dirty and nobody said so"),
		      RIGHT(ANY, P_EVERY,
			    "the flush before dropped U, and memory has the bytes; or one line is "
			    "all there is") } },
	{ .name = "t1-mapped-kernel-overwrites",
	  .claim = "T1",
	  .what = "the kernel overwrites a page that a user has dirty, and flushes afterwards only",
	  .run = kernel_overwrites,
	  .expect = { NONE_ALIASING, HINTS_VIVT,
		      CORRUPT(DIRTY_ALIASING, P_EVERY,
			      "the user's dirty lines are written back over what the kernel "
			      "stored"),
		      RIGHT(ANY, P_EVERY, "nothing dirty of the user's can come later") } },
	{ .name = "t1-mapped-user-stores",
	  .claim = "T1",
	  .what = "the kernel loads from a page that a user stored to",
	  .run = user_stores,
	  .expect = { NONE_ALIASING,
		      CORRUPT(DIRTY_VIVT, P_HINTS, "U is not found, so not written back"),
		      RIGHT(ANY, P_EVERY, "U goes to memory and K is dropped") } },
	{ .name = "t1-mapped-user-stores-forgotten",
	  .claim = "T1",
	  .what = "the same without the flush before the load",
	  .run = user_stores_forgotten,
	  .expect = { CORRUPT(ALIASING, P_EVERY, "K has the old line still"),
		      RIGHT(MEETING, P_EVERY, "one line is all there is") } },
	{ .name = "t1-read-after-munmap",
	  .claim = "T1",
	  .what = "a user stores and unmaps; the kernel reads the page, which no user maps",
	  .run = read_after_munmap_flushed,
	  .expect = { NONE_ALIASING,
		      RIGHT(ANY, P_EVERY,
			    "a page that users had mapped is not deferred: K may be stale") } },
	{ .name = "t1-read-after-munmap-forgotten",
	  .claim = "T1",
	  .what = "the same without flush_dcache_page",
	  .run = read_after_munmap_forgotten,
	  .expect = { RIGHT(ANY, P_FLUSH_ALL, "munmap flushes everything, K too"),
		      CORRUPT(ALIASING, P_EVERY, "K has the old line still"),
		      RIGHT(MEETING, P_EVERY, "one line is all there is") } },
	{ .name = "t2-other-mm",
	  .claim = "T2",
	  .what = "the page is mapped by another mm than the current one",
	  .run = other_mm,
	  .configure = with_log,
	  .expect = { NONE_ALIASING,
		      RIGHT(VIVT, P_EVERY, "the switch emptied the cache: only K is left"),
		      RIGHT(VIPT | MEETING, P_EVERY,
			    "its lines are found by colour, whosever they are") } },
	{ .name = "t2-private",
	  .claim = "T2",
	  .what = "the kernel stores to a page that is mapped privately",
	  .run = private_left_alone,
	  .configure = with_log,
	  .expect = { RIGHT(ANY, P_EVERY, "mmap leaves open whether that shows") } },
	{ .name = "t2-private-then-private",
	  .claim = "T2",
	  .what = "the same, and a private mapping that is made after the store",
	  .run = private_then_private,
	  .expect = { RIGHT(B_(VIVT_THROUGH), P_NONE,
			    "memory has the bytes, and the new address no line"),
		      NONE_ALIASING,
		      RIGHT(VIVT, P_EVERY, "K went to memory, and the new address has no line"),
		      RIGHT(ANY, P_EVERY,
			    "the old mapping's lines are those of the new one, and were "
			    "dropped") } },
	{ .name = "t2-private-then-shared",
	  .claim = "T2",
	  .what = "the same, and a shared mapping of another mm that is made after the store",
	  .run = private_then_shared,
	  .expect = { RIGHT(B_(VIVT_THROUGH), P_NONE,
			    "memory has the bytes, and the new address no line"),
		      NONE_ALIASING, RIGHT(VIVT, P_EVERY, "the switch emptied the cache"),
		      RIGHT(ANY, P_EVERY,
			    "the old mapping's lines are those of the new one, and were "
			    "dropped") } },
	{ .name = "t2-shared-then-private",
	  .claim = "T2",
	  .what = "a user stores through a shared mapping, then maps the page privately as well",
	  .run = shared_then_private,
	  .expect = { CORRUPT(DIRTY_ALIASING, P_NONE | P_HINTS,
			      "the shared mapping's dirty lines are brought to memory by nobody"),
		      RIGHT(ANY, P_NONE | P_HINTS,
			    "memory has the bytes, and the new address no line"),
		      RIGHT(ANY, P_FLUSH_ALL, "the page fault flushes everything"),
		      RIGHT(ANY, P_EVERY,
			    "when a mapping is made, those that conflict are flushed") } },
	{ 0 },
};
