// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* What the kind of cache decides: switches, colours, hints, homonyms (T6 to T9). */
#include "tests/scenarios/scene.h"

/* Two pages of a file with what the kernel wrote in memory, and nothing of it in a cache. */
static void two_settled_pages(struct scene *s)
{
	file_of(s, 2);
	s->other = coh_sim_file_frame(s->sim, s->file, 1);
	kernel_writes(s, s->frame);
	kernel_writes(s, s->other);
	coh_sim_settle(s->sim);
}

/* ------------------------------------------------------------------------
 * T6: which mm is current.
 */

static void kernel_thread(struct scene *s)
{
	file_page(s, COH_SIM_RW);
	u_load(s, s->va);
	kernel_reads(s, s->frame);
	u_store(s, s->va);
	coh_sim_kernel_thread(s->sim);
	kernel_reads(s, s->frame);
	kernel_writes(s, s->frame);
	coh_sim_switch(s->sim, 0);
	u_load(s, s->va);
}

/* At addresses of one colour, so that nothing but the switch can be at fault. */
static void switched(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	s->vb = like_user(s, 1, s->va);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	map_shared(s, 1, s->vb, 0, 1, COH_SIM_RW);
	u_load(s, s->va);
	coh_sim_switch(s->sim, 1);
	u_load(s, s->vb);
	coh_sim_switch(s->sim, 0);
	u_store(s, s->va);
	coh_sim_switch(s->sim, 1);
	u_load(s, s->vb);
}

static void homonym_of_mms(struct scene *s)
{
	two_settled_pages(s);
	s->va = beside_k(s, 0, s->frame);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	map_shared(s, 1, s->va, 1, 1, COH_SIM_RW);
	u_load(s, s->va);
	coh_sim_switch(s->sim, 1);
	u_load(s, s->va);
}

/* One mm, one address, one page after another. */
static void homonym_after_munmap(struct scene *s)
{
	two_settled_pages(s);
	s->va = beside_k(s, 0, s->frame);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	u_load(s, s->va);
	coh_sim_munmap(s->sim, 0, s->va, 1);
	map_shared(s, 0, s->va, 1, 1, COH_SIM_RW);
	u_load(s, s->va);
}

/* ------------------------------------------------------------------------
 * T7: three kinds of cache, and what is done on each.
 */

/* Of two flushes: before K, and after it too where lines are filled ahead. */
static bool is_enough(struct scene *s, uint64_t aliases)
{
	return aliases == 2 || (s->coh->config.speculates && aliases == 4);
}

static void check_kind(struct scene *s, uint64_t dcache, uint64_t windows, uint64_t users)
{
	uint32_t cache = 1u << scenario_cache_of(s->one->core);

	scene_check(s, cache & VIPT || !windows, "T7: an alias window where none is needed");
	scene_check(s, cache & VIVT || !users, "T7: flushed by a user address, and not on VIVT");
	scene_check(s, cache & ALIASING || !dcache, "T7: data is flushed where aliases meet");
	if (scene_policy_is(s, P_NONE | P_HINTS))
		return;
	scene_check(s, !(cache & VIPT) || is_enough(s, windows),
		    "T7: one alias of the colour is enough");
	scene_check(s, !(cache & VIVT) || is_enough(s, users), "T7: each user alias, and no other");
}

static void three_kinds(struct scene *s)
{
	uint64_t dcache, windows, users;

	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	s->vb = like_user(s, 1, s->va);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	map_shared(s, 1, s->vb, 0, 1, COH_SIM_RW);
	u_load(s, s->va);
	coh_sim_switch(s->sim, 1);
	u_load(s, s->vb);
	coh_sim_switch(s->sim, 0);
	kernel_and_user(s, s->frame, s->va);
	dcache = dcache_calls(s);
	windows = calls_of(s, COH_SIM_OP_WINDOW_MAP);
	users = user_ranges(s);
	kernel_writes(s, s->frame);
	if (!scene_policy_is(s, P_FLUSH_ALL))
		check_kind(s, dcache_calls(s) - dcache,
			   calls_of(s, COH_SIM_OP_WINDOW_MAP) - windows, user_ranges(s) - users);
	u_load(s, s->va);
	coh_sim_switch(s->sim, 1);
	u_load(s, s->vb);
}

/* ------------------------------------------------------------------------
 * T8 and T9: colours.
 */

static void congruent_with_kernel(struct scene *s)
{
	file_of(s, 1);
	s->va = like_k(s, 0, s->frame);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	u_load(s, s->va);
	kernel_and_user(s, s->frame, s->va);
}

/* Two mms at one colour, which is not K's. */
static void congruent_users(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	s->vb = like_user(s, 1, s->va);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	map_shared(s, 1, s->vb, 0, 1, COH_SIM_RW);
	u_load(s, s->va);
	kernel_reads(s, s->frame);
	u_store(s, s->va);
	coh_sim_switch(s->sim, 1);
	u_store(s, s->vb);
	kernel_and_user(s, s->frame, s->vb);
	coh_sim_switch(s->sim, 0);
	u_load(s, s->va);
	kernel_and_user(s, s->frame, s->va);
}

/* Two mms at two colours, who only read: each is remembered. */
static void users_of_two_colours(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	s->vb = beside_user(s, 1, s->va);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RO);
	map_shared(s, 1, s->vb, 0, 1, COH_SIM_RO);
	coh_sim_switch(s->sim, 1);
	u_load(s, s->vb);
	coh_sim_switch(s->sim, 0);
	u_load(s, s->va);
	kernel_writes(s, s->frame);
	u_load(s, s->va);
	coh_sim_switch(s->sim, 1);
	u_load(s, s->vb);
}

/* ------------------------------------------------------------------------ */

const struct scenario scenarios_mm[] = {
	{ .name = "t6-kernel-thread",
	  .claim = "T6",
	  .what = "a thread of the kernel, which borrows the user's mm, uses the page",
	  .run = kernel_thread,
	  .expect = { NONE_ALIASING, HINTS_VIVT,
		      RIGHT(ANY, P_EVERY, "current means active_mm, whoever runs in it") } },
	{ .name = "t6-switch",
	  .claim = "T6",
	  .what = "two mms share a page at addresses of one colour",
	  .run = switched,
	  .expect = { CORRUPT(VIVT, P_NONE, "the addresses differ, and the tag is all of them"),
		      RIGHT(VIVT, P_EVERY, "the switch empties the cache"),
		      RIGHT(ANY, P_EVERY, "lines of one colour are the same lines") } },
	{ .name = "t6-homonym",
	  .claim = "T6",
	  .what = "two mms have two pages at one address",
	  .run = homonym_of_mms,
	  .expect = { CORRUPT(VIVT, P_NONE, "the tag does not tell mms apart"),
		      RIGHT(VIVT, P_EVERY, "the switch empties the cache"),
		      RIGHT(ANY, P_EVERY, "the tag is the physical address") } },
	{ .name = "homonym-after-munmap",
	  .claim = "cachetlb.rst",
	  .what = "an address shows one page, then another",
	  .run = homonym_after_munmap,
	  .expect = { CORRUPT(VIVT, P_NONE, "the tag does not tell pages apart"),
		      RIGHT(VIVT, P_EVERY, "munmap flushes by address"),
		      RIGHT(ANY, P_EVERY, "the tag is the physical address") } },
	{ .name = "t7-three-kinds",
	  .claim = "T7",
	  .what = "one scenario on all caches, and the operations that each kind costs",
	  .run = three_kinds,
	  .configure = with_log,
	  .expect = { NONE_ALIASING, HINTS_VIVT,
		      RIGHT(VIVT, P_EVERY, "U by its address, if its mm is current"),
		      RIGHT(VIPT, P_EVERY, "one alias of the colour, for all mms"),
		      RIGHT(MEETING, P_EVERY, "nothing to do") } },
	{ .name = "t8-congruent",
	  .claim = "T8",
	  .what = "the user's address is congruent with K",
	  .run = congruent_with_kernel,
	  .expect = { CORRUPT(VIVT, P_NONE,
			      "choosing addresses gains nothing: the tag is all of them"),
		      HINTS_VIVT, RIGHT(VIVT, P_EVERY, "U is flushed wherever it is"),
		      RIGHT(ANY, P_EVERY, "lines of one colour are the same lines") } },
	{ .name = "t9-congruent-users",
	  .claim = "T9",
	  .what = "two mms share a page at one colour, beside K",
	  .run = congruent_users,
	  .expect = { NONE_ALIASING, HINTS_VIVT,
		      RIGHT(VIPT, P_HINTS, "the remembered colour finds the lines of all users"),
		      RIGHT(ANY, P_EVERY, "the map finds those that can be in the cache") } },
	{ .name = "t9-two-colours",
	  .claim = "T9",
	  .what = "two mms read a page at two colours; the kernel stores to it",
	  .run = users_of_two_colours,
	  .expect = { NONE_ALIASING, HINTS_VIVT, RIGHT(VIPT, P_HINTS, "every colour is remembered"),
		      RIGHT(ANY, P_EVERY, "the map finds those that can be in the cache") } },
	{ 0 },
};
