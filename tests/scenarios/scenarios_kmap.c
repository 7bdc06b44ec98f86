// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* kmap and kunmap as the place of coherency, and what they cannot do alone (T13). */
#include "tests/scenarios/scene.h"

static void kmapped_store(struct scene *s)
{
	uintptr_t k = kmap(s, s->frame, COH_INTENT_READ_WRITE);

	at_store(s, k);
	kunmap(s, s->frame, COH_INTENT_READ_WRITE, k);
}

/* A driver without DMA reads a block into a fresh page of a file, which is mapped then. */
static void pio(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	kmapped_store(s);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	u_load(s, s->va);
}

/* The same into a page that is mapped, and twice, so that all have old lines. */
static void pio_mapped(struct scene *s)
{
	file_page(s, COH_SIM_RW);
	u_load(s, s->va);
	kmapped_load(s, s->frame);
	u_store(s, s->va);
	kmapped_load(s, s->frame);
	kmapped_store(s);
	u_load(s, s->va);
}

static void fuse(struct scene *s, bool hooked)
{
	anon_page(s, 0);
	for (int i = 0; i < 2; i++) {
		u_store(s, s->va);
		if (hooked)
			coh_sim_get_user_page(s->sim, 0, s->va, COH_INTENT_READ_WRITE);
		else
			coh_sim_get_user_page_fast(s->sim, 0, s->va, COH_INTENT_READ_WRITE);
		kmapped_store(s);
		coh_sim_put(s->sim, s->frame);
		u_load(s, s->va);
	}
}

static void fuse_kmap_only(struct scene *s)
{
	fuse(s, false);
}

static void fuse_hooked(struct scene *s)
{
	fuse(s, true);
}

/* A slot shows one page, then another; there are fewer slots than pages. */
static void slot_used_again(struct scene *s)
{
	const uint32_t pages = 3;

	file_of(s, pages);
	for (uint32_t i = 0; i < 2 * pages; i++) {
		s->frame = coh_sim_file_frame(s->sim, s->file, i % pages);
		if (i < pages)
			kmapped_store(s);
		else
			kmapped_load(s, s->frame);
	}
}

/* ------------------------------------------------------------------------ */

/* clang-format off */ /* tables */
#define SOLVED                                                                                     \
	{ CORRUPT(DIRTY_ALIASING, P_NONE, "K's dirty lines reach memory only by chance"),         \
	  RIGHT(ANY, P_NONE, "memory has the bytes, and the user no old line"),                    \
	  RIGHT(ANY, P_EVERY, "kunmap brings K to memory, or what maps the page does") }
#define KERNEL_SIDE_ONLY                                                                           \
	{ NONE_ALIASING,                                                                           \
	  CORRUPT(ALIASING, P_GUP_HOOK, "kmap and kunmap see K only (T13)"),                       \
	  HINTS_VIVT,                                                                              \
	  RIGHT(ANY, P_EVERY, "kmap and kunmap find the users, too") }
#define HOOKED                                                                                     \
	{ NONE_ALIASING,                                                                           \
	  HINTS_VIVT,                                                                              \
	  RIGHT(ANY, P_GUP_HOOK, "the hook sees to U, kmap and kunmap to K"),                      \
	  RIGHT(ANY, P_EVERY, "kmap and kunmap find the users, too") }
/* clang-format on */

const struct scenario scenarios_kmap[] = {
	{ .name = "t13-pio",
	  .claim = "T13",
	  .what = "programmed I/O into a page that is mapped afterwards",
	  .run = pio,
	  .expect = SOLVED },
	{ .name = "t13-pio-highmem",
	  .claim = "T13",
	  .what = "the same, by a temporary kernel address",
	  .run = pio,
	  .configure = all_highmem,
	  .expect = SOLVED },
	{ .name = "t13-pio-mapped",
	  .claim = "T13",
	  .what = "programmed I/O from and into a page that a user has mapped",
	  .run = pio_mapped,
	  .expect = KERNEL_SIDE_ONLY },
	{ .name = "t13-pio-mapped-highmem",
	  .claim = "T13",
	  .what = "the same, by a temporary kernel address",
	  .run = pio_mapped,
	  .configure = all_highmem,
	  .expect = KERNEL_SIDE_ONLY },
	{ .name = "t13-fuse",
	  .claim = "T13",
	  .what = "FUSE with kmap and kunmap, and no hook in get_user_pages",
	  .run = fuse_kmap_only,
	  .expect = KERNEL_SIDE_ONLY },
	{ .name = "t13-fuse-highmem",
	  .claim = "T13",
	  .what = "the same, by a temporary kernel address",
	  .run = fuse_kmap_only,
	  .configure = all_highmem,
	  .expect = KERNEL_SIDE_ONLY },
	{ .name = "t13-fuse-hooked",
	  .claim = "T12 T13",
	  .what = "FUSE with both",
	  .run = fuse_hooked,
	  .expect = HOOKED },
	{ .name = "t13-fuse-hooked-highmem",
	  .claim = "T12 T13",
	  .what = "the same, by a temporary kernel address",
	  .run = fuse_hooked,
	  .configure = all_highmem,
	  .expect = HOOKED },
	{ .name = "t13-slot-used-again",
	  .claim = "T13",
	  .what = "a kmap slot shows one page, then another",
	  .run = slot_used_again,
	  .configure = all_highmem,
	  .expect = { CORRUPT(VIVT, P_NONE, "the tag does not tell pages apart"),
		      RIGHT(VIPT | MEETING, P_NONE, "the tag is the physical address"),
		      RIGHT(ANY, P_EVERY, "kunmap leaves no line under an address that goes") } },
	{ 0 },
};
