// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Users among themselves, and the pages that the kernel makes for them: no
 * flush_dcache_page in sight, but page faults, fork and exit.
 */
#include "tests/scenarios/scene.h"

static void share(struct scene *s, uint32_t mm, uint32_t prot)
{
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	map_shared(s, mm, s->vb, 0, 1, prot);
}

static void twice(struct scene *s, bool congruent)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	s->vb = congruent ? like_user(s, 1, s->va) : beside_user(s, 1, s->va);
	share(s, 0, COH_SIM_RW);
	u_store(s, s->va);
	u_store(s, s->vb);
	u_store(s, s->va);
	u_load(s, s->vb);
}

static void twice_in_one_mm(struct scene *s)
{
	twice(s, false);
}

static void twice_congruent(struct scene *s)
{
	twice(s, true);
}

/* The one that only reads comes last: that it makes a conflict shows in the other one alone. */
static void reader_beside_writer(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	s->vb = beside_user(s, 1, s->va);
	share(s, 0, COH_SIM_RO);
	u_store(s, s->va);
	u_load(s, s->vb);
	u_store(s, s->va);
	u_load(s, s->vb);
}

static void writer_beside_reader(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	s->vb = beside_user(s, 1, s->va);
	share(s, 0, COH_SIM_RO);
	u_load(s, s->vb);
	u_store(s, s->va);
	u_load(s, s->vb);
	u_store(s, s->va);
	u_load(s, s->vb);
}

/* Both were readers, until mprotect. */
static void made_writable(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	s->vb = beside_user(s, 1, s->va);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RO);
	map_shared(s, 0, s->vb, 0, 1, COH_SIM_RO);
	u_load(s, s->va);
	u_load(s, s->vb);
	coh_sim_mprotect(s->sim, 0, s->va, 1, COH_SIM_RW);
	u_store(s, s->va);
	u_load(s, s->vb);
	u_store(s, s->va);
	u_load(s, s->vb);
}

static void two_mms(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	s->vb = beside_user(s, 1, s->va);
	share(s, 1, COH_SIM_RW);
	u_load(s, s->va);
	coh_sim_switch(s->sim, 1);
	u_store(s, s->vb);
	coh_sim_switch(s->sim, 0);
	u_store(s, s->va);
	coh_sim_switch(s->sim, 1);
	u_load(s, s->vb);
}

/* The kernel has a say in a page that two users share. */
static void twice_and_kernel(struct scene *s)
{
	twice(s, false);
	kernel_and_user(s, s->frame, s->vb);
	u_load(s, s->va);
}

/* ------------------------------------------------------------------------
 * Pages made for users.
 */

/* What was in the frame before must not shine through the zeros. */
static void fresh_page(struct scene *s)
{
	s->frame = coh_sim_alloc(s->sim);
	s->va = beside_k(s, 0, s->frame);
	k_put(s, s->frame);
	coh_sim_settle(s->sim);
	k_load(s, s->frame);
	coh_sim_put(s->sim, s->frame);
	coh_sim_mmap(s->sim, 0, s->va, 1, NULL);
	see(s, s->va, 0);
	scene_check(s, coh_sim_frame_at(s->sim, 0, s->va) == s->frame, "another frame was taken");
}

static void copied_on_write(struct scene *s)
{
	uint32_t word = 0, parents;

	anon_page(s, 0);
	u_store(s, s->va);
	parents = last_value(s);
	coh_sim_fork(s->sim, 0, 1);
	coh_sim_switch(s->sim, 1);
	see(s, s->va, parents);
	coh_sim_user_store(s->sim, s->va + sizeof(word), &word, sizeof(word));
	see(s, s->va, parents);
	u_put(s, s->va);
	u_load(s, s->va);
	coh_sim_switch(s->sim, 0);
	see(s, s->va, parents);
	u_put(s, s->va);
	u_load(s, s->va);
}

/* The page to copy is dirty in the same mm, through a shared mapping elsewhere. */
static void copied_from_shared(struct scene *s)
{
	uint32_t word = 0;

	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	s->vb = like_user(s, 1, s->va);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	u_store(s, s->va);
	map_private(s, 0, s->vb, 0, 1, COH_SIM_RW);
	coh_sim_user_store(s->sim, s->vb + sizeof(word), &word, sizeof(word));
	see(s, s->vb, last_value(s));
}

/* A frame that a dead process has dirty in the cache goes to a device. */
static void frame_used_again(struct scene *s)
{
	coh_sim_switch(s->sim, 1);
	anon_page(s, 1);
	u_store(s, s->va);
	coh_sim_exit(s->sim, 1);
	coh_sim_switch(s->sim, 0);
	device_fills_freed(s);
}

/* ------------------------------------------------------------------------ */

#define NOBODY_BETWEEN(caches, policies)                                                           \
	CORRUPT(caches, policies, "no call of the layer lies between the users' accesses")
#define UNCACHED RIGHT(ANY, P_EVERY, "mappings that conflict become uncached when they are made")

const struct scenario scenarios_users[] = {
	{ .name = "users-twice-in-one-mm",
	  .claim = "make_coherent",
	  .what = "one mm maps a page twice, at two colours, and stores by both",
	  .run = twice_in_one_mm,
	  .expect = { NOBODY_BETWEEN(ALIASING, P_NONE | P_FLUSH_ALL | P_HINTS), UNCACHED } },
	{ .name = "users-twice-congruent",
	  .claim = "T8",
	  .what = "the same at one colour",
	  .run = twice_congruent,
	  .expect = { NOBODY_BETWEEN(VIVT, P_NONE | P_FLUSH_ALL | P_HINTS),
		      RIGHT(VIPT, P_EVERY, "lines of one colour are the same lines"), UNCACHED } },
	{ .name = "users-reader-beside-writer",
	  .claim = "make_coherent",
	  .what = "one mm stores by a mapping and then makes another to read by",
	  .run = reader_beside_writer,
	  .expect = { NOBODY_BETWEEN(ALIASING, P_NONE | P_FLUSH_ALL | P_HINTS), UNCACHED } },
	{ .name = "users-writer-beside-reader",
	  .claim = "make_coherent",
	  .what = "one mm reads by a mapping and then makes another to store by",
	  .run = writer_beside_reader,
	  .expect = { NOBODY_BETWEEN(ALIASING, P_NONE | P_FLUSH_ALL | P_HINTS), UNCACHED } },
	{ .name = "users-made-writable",
	  .claim = "make_coherent",
	  .what = "two mappings to read by, of which one may store after mprotect",
	  .run = made_writable,
	  .expect = { NOBODY_BETWEEN(ALIASING, P_NONE | P_FLUSH_ALL | P_HINTS), UNCACHED } },
	{ .name = "users-two-mms",
	  .claim = "T9",
	  .what = "two mms share a page at two colours",
	  .run = two_mms,
	  .expect = { NONE_ALIASING, RIGHT(VIVT, P_EVERY, "the switch empties the cache"),
		      RIGHT(VIPT, P_FLUSH_ALL, "this policy's switch empties any cache"),
		      CORRUPT(VIPT, P_HINTS, "hints take for granted that users are congruent"),
		      UNCACHED } },
	{ .name = "users-twice-and-kernel",
	  .claim = "T2",
	  .what = "one mm maps a page twice, and the kernel uses it",
	  .run = twice_and_kernel,
	  .expect = { NOBODY_BETWEEN(ALIASING, P_NONE | P_FLUSH_ALL | P_HINTS), UNCACHED } },
	{ .name = "fresh-page",
	  .claim = "clear_user_page",
	  .what = "a user gets a page of zeros in a frame that held something else",
	  .run = fresh_page,
	  .expect = { CORRUPT(DIRTY_ALIASING, P_NONE, "the zeros are in K's dirty lines"),
		      RIGHT(ANY, P_NONE, "the zeros are in memory, or U's lines are K's"),
		      RIGHT(ANY, P_EVERY, "clear_user_page brings K to memory") } },
	{ .name = "copy-on-write",
	  .claim = "copy_user_page",
	  .what = "a page that is dirty in the parent is copied for the child",
	  .run = copied_on_write,
	  .expect = { RIGHT(B_(VIPT_THROUGH), P_NONE,
			    "memory has the bytes, and neither K nor the new page has a line"),
		      NONE_ALIASING,
		      RIGHT(ANY, P_GUP_HOOK, "copy_user_page is told whose page it copies"),
		      RIGHT(ANY, P_EVERY, "U goes to memory before it is copied") } },
	{ .name = "copy-from-shared",
	  .claim = "copy_user_page",
	  .what = "a private copy is made of a page that is dirty by a shared mapping",
	  .run = copied_from_shared,
	  .expect = { CORRUPT(DIRTY_ALIASING, P_NONE, "U is not written back before it is copied"),
		      CORRUPT(DIRTY_VIVT, P_HINTS, "U is not found, so not written back"),
		      RIGHT(ANY, P_GUP_HOOK, "the reverse maps of files are known to all"),
		      RIGHT(ANY, P_EVERY, "U goes to memory before it is copied") } },
	{ .name = "frame-used-again",
	  .claim = "flush_cache_mm",
	  .what = "a frame that a dead process left dirty in the cache is filled by a device",
	  .run = frame_used_again,
	  .expect = { CORRUPT(BACK, P_NONE,
			      "the dead process's lines are written over the device's"),
		      RIGHT(ALIASING, P_EVERY, "exit flushes the mm's lines"),
		      RIGHT(ANY, P_EVERY,
			    "dma_map drops the lines, which are K's; or they are clean") } },
	{ 0 },
};
