// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * As scenarios_mutation.c, of code: old code that stays where other code is mapped, and new code
 * that has not reached memory.
 */
#include "tests/scenarios/scene.h"

/* Two pages of code in memory, and nothing of them in a cache; the second one is known as code. */
static void two_codes(struct scene *s)
{
	file_of(s, 2);
	s->other = coh_sim_file_frame(s->sim, s->file, 1);
	s->va = beside_k(s, 0, s->frame);
	s->vb = like_user(s, 1, s->va);
	kernel_writes(s, s->frame);
	kernel_writes(s, s->other);
	coh_sim_settle(s->sim);
	map_shared(s, 0, s->vb, 1, 1, COH_SIM_RX);
	u_fetch(s, s->vb);
	coh_sim_munmap(s->sim, 0, s->vb, 1);
	coh_sim_settle(s->sim);
}

static void code_of_two_mms(struct scene *s)
{
	two_codes(s);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RX);
	map_shared(s, 1, s->va, 1, 1, COH_SIM_RX);
	coh_sim_switch(s->sim, 1);
	u_fetch(s, s->va);
	coh_sim_switch(s->sim, 0);
	u_fetch(s, s->va);
	coh_sim_switch(s->sim, 1);
	u_fetch(s, s->va);
}

static void second_code(struct scene *s)
{
	map_shared(s, 0, s->va, 1, 1, COH_SIM_RX);
	u_fetch(s, s->va);
}

static void code_after_exit(struct scene *s)
{
	two_codes(s);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RX);
	u_fetch(s, s->va);
	coh_sim_exit(s->sim, 0);
	second_code(s);
}

static void code_after_munmap(struct scene *s, uint32_t pages)
{
	two_codes(s);
	map_shared(s, 0, s->va, 0, pages, COH_SIM_RX);
	u_fetch(s, s->va);
	coh_sim_munmap(s->sim, 0, s->va, pages);
	second_code(s);
}

static void code_after_small_munmap(struct scene *s)
{
	code_after_munmap(s, 1);
}

static void code_after_large_munmap(struct scene *s)
{
	uint32_t size = coh_cpu_icache(s->one->core)->size;

	code_after_munmap(s, size / coh_sim_page_size(s->sim) + 1);
}

/* Code that the kernel copied, to a frame of which K has old lines. */
static void code_copy(struct scene *s, bool congruent)
{
	uint32_t word = 1, to;

	file_of(s, 1);
	kernel_writes(s, s->frame);
	to = coh_sim_alloc(s->sim);
	k_load(s, to);
	coh_sim_put(s->sim, to);
	s->va = congruent ? like_k(s, 0, to) : beside_k(s, 0, to);
	map_private(s, 0, s->va, 0, 1, COH_SIM_RWX);
	coh_sim_user_store(s->sim, s->va + 8, &word, sizeof(word));
	u_fetch(s, s->va);
	scene_check(s, coh_sim_frame_at(s->sim, 0, s->va) == to, "another frame was taken");
}

static void code_copied(struct scene *s)
{
	code_copy(s, false);
}

static void code_copied_congruent(struct scene *s)
{
	code_copy(s, true);
}

/* The frame of a page of code becomes another one, of a file that is read in. */
static void code_in_frame_used_again(struct scene *s)
{
	uint32_t to;

	code_copy(s, false);
	to = coh_sim_frame_at(s->sim, 0, s->va);
	coh_sim_munmap(s->sim, 0, s->va, 1);
	file_of(s, 1);
	scene_check(s, s->frame == to, "another frame was taken");
	k_store(s, s->frame);
	flush(s, s->frame);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RX);
	u_fetch(s, s->va);
}

/* It is fetched ahead between the translation and update_mmu_cache. */
static void code_deferred_ahead(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	scene_ahead(s, s->va);
	scene_ahead(s, s->va + coh_sim_page_size(s->sim) - 1);
	k_store(s, s->frame);
	flush(s, s->frame);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RX);
	u_fetch(s, s->va);
}

/* ------------------------------------------------------------------------ */

#define OLD_CODE   CORRUPT(ANY, P_NONE, "old code stays")
#define K_IS_DIRTY CORRUPT(BACK, P_NONE, "what is fetched comes from memory, and K is dirty")
#define CODE_IS_SEEN_TO                                                                            \
	RIGHT(ANY, P_EVERY, "K goes to memory, and old code goes, before it is fetched")

/* clang-format off */ /* tables */
#define CODE_BY_ADDRESS                                                                            \
	{ CORRUPT(VIVT, P_NONE, "the tag does not tell pages apart"),                              \
	  RIGHT(VIVT, P_EVERY, "code is dropped with the translation, or at the switch"),          \
	  RIGHT(ANY, P_EVERY, "the tag is the physical address") }

const struct scenario scenarios_mutation_code[] = {
	{ .name = "code-of-two-mms", .claim = "T6", .what = "two mms execute different code at one address",
	  .run = code_of_two_mms, .expect = CODE_BY_ADDRESS },
	{ .name = "code-after-exit", .claim = "T6", .what = "an mm ends while it is current, and executes other code",
	  .run = code_after_exit, .expect = CODE_BY_ADDRESS },
	{ .name = "code-after-munmap", .claim = "T6", .what = "code is unmapped, and other code is mapped there",
	  .run = code_after_small_munmap, .expect = CODE_BY_ADDRESS },
	{ .name = "code-after-large-munmap", .claim = "T6", .what = "the same with more than the I-cache holds",
	  .run = code_after_large_munmap, .expect = CODE_BY_ADDRESS },
	{ .name = "code-copied", .claim = "copy_user_page",
	  .what = "code that the kernel copied for a store is executed",
	  .run = code_copied, .expect = { K_IS_DIRTY, CODE_IS_SEEN_TO } },
	{ .name = "code-copied-congruent", .claim = "copy_user_page",
	  .what = "the same at an address of K's colour",
	  .run = code_copied_congruent, .expect = { K_IS_DIRTY, CODE_IS_SEEN_TO } },
	{ .name = "code-in-frame-used-again", .claim = "T6",
	  .what = "the frame of a page of code becomes another page of code",
	  .run = code_in_frame_used_again, .expect = { OLD_CODE, CODE_IS_SEEN_TO } },
	{ .name = "code-deferred-ahead", .claim = "speculation",
	  .what = "code is fetched ahead between its translation and update_mmu_cache",
	  .run = code_deferred_ahead, .reads_ahead = true,
	  .expect = { K_IS_DIRTY, CODE_IS_SEEN_TO } },
	{ 0 },
};
/* clang-format on */
