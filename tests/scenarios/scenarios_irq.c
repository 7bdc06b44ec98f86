// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * From an interrupt, amid an update of the very maps that the flush must walk (T10, T11).
 *
 * A driver completes programmed I/O: flush, store through K, flush.  That arrives at every
 * point of mmap, munmap, fork, mremap, a split, a resize, of a page fault that follows each, and of
 * another flush.  Afterwards every user must see what it stored.
 *
 * An NMI can arrive wherever an interrupt can, so interrupts come on their own only where that
 * makes a difference: locks that are taken with interrupts off.
 */
#include "tests/scenarios/scene.h"

enum update {
	FIRST_MMAP = 1, /* of a page that nobody maps before */
	MMAP,
	MUNMAP,
	FORK,
	MREMAP,
	SPLIT,
	RESIZE,
	FLUSH,
	FLUSH_OTHER, /* of another page, at the same colour: on VIPT by the same window */
};

#define PAGES 3u
#define OURS  1u /* which of them is the driver's */

static uintptr_t page_at(struct scene *s, uintptr_t va, uint32_t n)
{
	return va + (uintptr_t)n * coh_sim_page_size(s->sim);
}

static bool is(struct scene *s, enum update update)
{
	return s->scenario->variant == update;
}

static void complete(struct scene *s)
{
	kernel_writes(s, s->frame);
}

/* s->va of mm 0 for three pages, the driver's beside K; and room of the same colour at s->vb. */
static void choose_addresses(struct scene *s)
{
	s->va = beside_k(s, 0, s->frame) - coh_sim_page_size(s->sim) * OURS;
	s->vb = like_user(s, 2, s->va);
}

/* The first two pages are there; the driver holds its page, as get_user_pages does for it. */
static void touch(struct scene *s)
{
	uint32_t frame;

	u_load(s, s->va);
	u_store(s, page_at(s, s->va, OURS));
	frame = coh_sim_get_user_page_fast(s->sim, 0, page_at(s, s->va, OURS),
					   COH_INTENT_READ_WRITE);
	scene_check(s, frame == s->frame, "touch: another frame");
}

/* ------------------------------------------------------------------------
 * Updates of a file's map.
 */

static void map_again(struct scene *s)
{
	map_shared(s, 0, s->vb, 0, PAGES, COH_SIM_RO);
	u_load(s, page_at(s, s->vb, OURS));
}

/* A file of one page, where the driver's page would be if it were at s->vb. */
static void map_other(struct scene *s)
{
	uint32_t file = s->file, frame = s->frame;

	file_of(s, 1);
	map_shared(s, 0, page_at(s, s->vb, OURS), 0, 1, COH_SIM_RW);
	u_load(s, page_at(s, s->vb, OURS));
	s->other = s->frame;
	s->file = file;
	s->frame = frame;
}

static void prepare_file(struct scene *s)
{
	file_of(s, PAGES);
	s->frame = coh_sim_file_frame(s->sim, s->file, OURS);
	choose_addresses(s);
	if (is(s, FLUSH_OTHER))
		map_other(s);
	if (is(s, FIRST_MMAP)) {
		kernel_writes(s, s->frame);
		return;
	}
	map_shared(s, 0, s->va, 0, PAGES, COH_SIM_RW);
	touch(s);
	if (is(s, MUNMAP))
		map_again(s);
}

static void fork_and_look(struct scene *s)
{
	coh_sim_fork(s->sim, 0, 1);
	coh_sim_switch(s->sim, 1);
	u_load(s, page_at(s, s->va, OURS));
	coh_sim_switch(s->sim, 0);
	u_load(s, page_at(s, s->va, OURS));
}

/* Returns where the pages are afterwards. */
static uintptr_t update(struct scene *s)
{
	switch ((enum update)s->scenario->variant) {
	case FIRST_MMAP:
		map_shared(s, 0, s->va, 0, PAGES, COH_SIM_RW);
		u_load(s, page_at(s, s->va, OURS));
		break;
	case MMAP:
		map_again(s);
		break;
	case MUNMAP:
		coh_sim_munmap(s->sim, 0, s->vb, PAGES);
		break;
	case FORK:
		fork_and_look(s);
		break;
	case MREMAP:
		coh_sim_mremap(s->sim, 0, s->va, PAGES, s->vb);
		return s->vb;
	case SPLIT:
		coh_sim_mprotect(s->sim, 0, s->va, 1, COH_SIM_RO);
		break;
	case RESIZE:
		coh_sim_resize(s->sim, 0, page_at(s, s->va, 1), page_at(s, s->va, 1), PAGES - 1);
		break;
	case FLUSH:
		kernel_writes(s, s->frame);
		break;
	case FLUSH_OTHER:
		kernel_and_user(s, s->other, page_at(s, s->vb, OURS));
		break;
	}
	return s->va;
}

static void amid_file(struct scene *s)
{
	uintptr_t va;

	prepare_file(s);
	scene_open(s);
	va = update(s);
	u_load(s, page_at(s, va, 2)); /* a page fault */
	scene_close(s);
	kernel_and_user(s, s->frame, page_at(s, va, OURS));
	if (is(s, MMAP))
		u_load(s, page_at(s, s->vb, OURS));
	if (is(s, FORK)) {
		coh_sim_switch(s->sim, 1);
		u_load(s, page_at(s, s->va, OURS));
	}
}

/* ------------------------------------------------------------------------
 * Updates of a family's map: the same, but where anonymous memory is mapped otherwise.
 */

/* An area that adjoins, and joins the family when it gets its first page. */
static void extend(struct scene *s)
{
	coh_sim_mmap(s->sim, 0, page_at(s, s->va, PAGES), 1, NULL);
	u_load(s, page_at(s, s->va, PAGES));
}

static uintptr_t update_family(struct scene *s)
{
	if (is(s, MMAP))
		extend(s);
	else if (is(s, MUNMAP))
		coh_sim_munmap(s->sim, 0, s->va, 1);
	else
		return update(s);
	return s->va;
}

static void amid_family(struct scene *s)
{
	uintptr_t va;

	s->frame = next_frame(s) + OURS;
	choose_addresses(s);
	coh_sim_mmap(s->sim, 0, s->va, PAGES, NULL);
	touch(s);
	scene_open(s);
	va = update_family(s);
	u_load(s, page_at(s, va, 2)); /* a page fault */
	scene_close(s);
	if (!is(s, FORK)) {
		kernel_and_user(s, s->frame, page_at(s, va, OURS));
		return;
	}
	/* A store would get a copy, and the driver's page is the other one. */
	u_load(s, page_at(s, s->va, OURS));
	coh_sim_switch(s->sim, 1);
	u_load(s, page_at(s, s->va, OURS));
}

/* ------------------------------------------------------------------------ */

#define LOCKED                                                                                     \
	DEADLOCK(ALIASING, P_RMAP_LOCKED,                                                          \
		 "the walk waits for the lock that the update holds, for ever (T11)")
#define WALKS RIGHT(ANY, P_EVERY, "a walk takes the copy that is whole, or needs none")

#define OTHERS                                                                                     \
	RIGHT(ANY, P_RMAP_LOCKED, "the lock that the interrupted flush holds is another file's")
#define NO_NMI                                                                                     \
	DEADLOCK(ALIASING, P_LAZY, "its state has a lock, with interrupts off: no NMI may come")
#define UNHOOKED CORRUPT(ALIASING, P_GUP_HOOK, "U of an anonymous page is found in the hook only")

/* clang-format off */ /* tables */
#define FROM_IRQ       { NONE_ALIASING, LOCKED, HINTS_VIVT, WALKS }
#define FROM_IRQ_OTHER { NONE_ALIASING, OTHERS, HINTS_VIVT, WALKS }
#define FROM_IRQ_ANON  { NONE_ALIASING, UNHOOKED, LOCKED, HINTS_VIVT, WALKS }
#define FROM_NMI       { NONE_ALIASING, LOCKED, NO_NMI, HINTS_VIVT, WALKS }
#define FROM_NMI_ANON  { NONE_ALIASING, UNHOOKED, LOCKED, NO_NMI, HINTS_VIVT, WALKS }

#define ROW(name_, kind_, update_, run_, what_, expect_)                                           \
	{ .name = name_, .claim = "T10 T11", .what = what_, .run = run_,                           \
	  .arrival = COH_SIM_ARRIVE_##kind_, .arrive = complete, .variant = update_,               \
	  .expect = expect_ }

const struct scenario scenarios_irq[] = {
	ROW("t10-irq-file-mmap",    IRQ, MMAP,       amid_file,   "a second mapping is made",  FROM_IRQ),
	ROW("t10-irq-file-flush",   IRQ, FLUSH,      amid_file,   "another flush is running",  FROM_IRQ),
	ROW("t10-irq-anon-fork",    IRQ, FORK,       amid_family, "the process forks",         FROM_IRQ_ANON),
	ROW("t10-irq-anon-flush",   IRQ, FLUSH,      amid_family, "another flush is running",  FROM_IRQ_ANON),
	ROW("t10-irq-file-other",   IRQ, FLUSH_OTHER, amid_file,  "another page is flushed",   FROM_IRQ_OTHER),
	ROW("t10-nmi-file-first",   NMI, FIRST_MMAP, amid_file,   "the first mapping is made", FROM_NMI),
	ROW("t10-nmi-file-mmap",    NMI, MMAP,       amid_file,   "a second mapping is made",  FROM_NMI),
	ROW("t10-nmi-file-munmap",  NMI, MUNMAP,     amid_file,   "a mapping goes",            FROM_NMI),
	ROW("t10-nmi-file-fork",    NMI, FORK,       amid_file,   "the process forks",         FROM_NMI),
	ROW("t10-nmi-file-mremap",  NMI, MREMAP,     amid_file,   "the mapping moves",         FROM_NMI),
	ROW("t10-nmi-file-split",   NMI, SPLIT,      amid_file,   "the area is split",         FROM_NMI),
	ROW("t10-nmi-file-resize",  NMI, RESIZE,     amid_file,   "the area shrinks",          FROM_NMI),
	ROW("t10-nmi-file-flush",   NMI, FLUSH,      amid_file,   "another flush is running",  FROM_NMI),
	ROW("t10-nmi-anon-mmap",    NMI, MMAP,       amid_family, "the family gets an area",   FROM_NMI_ANON),
	ROW("t10-nmi-anon-munmap",  NMI, MUNMAP,     amid_family, "a part of the area goes",   FROM_NMI_ANON),
	ROW("t10-nmi-anon-fork",    NMI, FORK,       amid_family, "the process forks",         FROM_NMI_ANON),
	ROW("t10-nmi-anon-mremap",  NMI, MREMAP,     amid_family, "the area moves",            FROM_NMI_ANON),
	ROW("t10-nmi-anon-split",   NMI, SPLIT,      amid_family, "the area is split",         FROM_NMI_ANON),
	ROW("t10-nmi-anon-resize",  NMI, RESIZE,     amid_family, "the area shrinks",          FROM_NMI_ANON),
	ROW("t10-nmi-anon-flush",   NMI, FLUSH,      amid_family, "another flush is running",  FROM_NMI_ANON),
	{ 0 },
};
/* clang-format on */
