/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * scene: what scenarios are written with.  Private to tests/scenarios/.
 *
 * A scenario begins in mm 0, interrupts on, caches empty.  Its accesses go to the first
 * and to the last line of a page, so that an operation that leaves out either shows.
 * u_ is the user in the current mm, k_ the kernel through K.
 *
 * A store to a line that is absent may go past the cache (COH_ALLOC_READ), and would leave
 * nothing dirty.  So u_store and k_store load first; u_put and k_put do not.
 */
#ifndef COH_TESTS_SCENARIOS_SCENE_H
#define COH_TESTS_SCENARIOS_SCENE_H

#include "tests/scenarios/scenario.h"

#define SCENE_AHEAD   8
#define SCENE_TOUCHED 64

struct scene {
	const struct scenario *scenario;
	const struct scenario_case *one;
	struct coh_sim *sim;
	struct coh *coh;
	uint32_t stored; /* stores so far: each brings a new value */

	/* The window for arrivals. */
	uint64_t opened; /* the point where it opened; 0: not yet */
	uint64_t window; /* its length, once it is closed */
	bool arrived;	 /* in it */

	/* What hardware fills ahead, if it does. */
	uintptr_t ahead[SCENE_AHEAD];
	uint32_t n_ahead;

	/* Where the lines are that were accessed, if they are to be evicted. */
	struct scene_place {
		uint32_t cpu, set, way;
	} touched[SCENE_TOUCHED];
	uint32_t n_touched;

	/* The scenario's own. */
	uint32_t file, frame, other;
	uintptr_t va, vb;
};

/* ------------------------------------------------------------------------
 * Tables of expectations, to be read from the top: who is named first has it so.
 */

#define B_(x) (1u << SCENARIO_##x)

#define VIVT	 (B_(VIVT_BACK) | B_(VIVT_THROUGH))
#define VIPT	 (B_(VIPT_BACK) | B_(VIPT_THROUGH) | B_(VIPT_AHEAD))
#define MEETING	 (B_(MEETING_BACK) | B_(MEETING_THROUGH) | B_(MEETING_AHEAD))
#define ALIASING (VIVT | VIPT)
#define ANY	 (ALIASING | MEETING)
#define THROUGH	 (B_(VIVT_THROUGH) | B_(VIPT_THROUGH) | B_(MEETING_THROUGH))
#define BACK	 (ANY & ~THROUGH)
#define AHEAD	 (B_(VIPT_AHEAD) | B_(MEETING_AHEAD))
#define UNIFIED	 B_(VIVT_THROUGH) /* of the cores there are, the same ones */

/* Where the line that nobody sees to has to be dirty. */
#define DIRTY_ALIASING (ALIASING & BACK)
#define DIRTY_VIVT     (VIVT & BACK)
#define DIRTY_VIPT     (VIPT & BACK)

#define P_NONE	      B_(NONE)
#define P_FLUSH_ALL   B_(FLUSH_ALL)
#define P_GUP_HOOK    B_(GUP_HOOK)
#define P_RMAP_LOCKED B_(RMAP_LOCKED)
#define P_RMAP	      B_(RMAP)
#define P_HINTS	      B_(HINTS)
#define P_UNCACHE     B_(UNCACHE)
#define P_LAZY	      B_(LAZY)
#define P_EVERY	      ((1u << SCENARIO_POLICIES) - 1)
#define P_ALL_BUT(p)  (P_EVERY & ~(p))

/* clang-format off */ /* rows of a table */
#define OUTSIDE(caches, why)		{ caches, P_EVERY, SCENARIO_OUTSIDE, why }
#define CORRUPT(caches, policies, why)	{ caches, policies, SCENARIO_CORRUPT, why }
#define DEADLOCK(caches, policies, why)	{ caches, policies, SCENARIO_DEADLOCK, why }
#define RIGHT(caches, policies, why)	{ caches, policies, SCENARIO_RIGHT, why }
/* clang-format on */

/* The two rows that most tables have. */
#define NONE_ALIASING CORRUPT(ALIASING, P_NONE, "nobody brings two aliases in line")
#define HINTS_VIVT                                                                                 \
	CORRUPT(VIVT, P_HINTS, "a hint names an address of a colour, and the tag is all of it (T9)")

/* ------------------------------------------------------------------------ */

/* The arrival may take place from here on; and no more. */
void scene_open(struct scene *s);
void scene_close(struct scene *s);

/* Ends the run unless right; the layer's answer must be 0. */
void scene_check(struct scene *s, bool right, const char *what);
void scene_must(struct scene *s, int error, const char *what);

bool scene_policy_is(const struct scene *s, uint32_t policies);

/* Evicts what was touched and is dirty. */
void scene_evict_touched(struct scene *s);

/* Hardware may fill the line at va ahead, from now on, where it does such things. */
void scene_ahead(struct scene *s, uintptr_t va);

/* How often the port was asked so far. */
uint64_t calls_of(struct scene *s, enum coh_sim_op op);
uint64_t dcache_calls(struct scene *s);

/* Ranges of user addresses that the data cache was asked about; needs log in the configuration. */
uint64_t user_ranges(struct scene *s);

/* ---- memory ---- */

/* s->file, a file of pages; s->frame is its first. */
void file_of(struct scene *s, uint32_t pages);

/* The frame that the next page gets. */
uint32_t next_frame(struct scene *s);

/*
 * A user address for a page of this frame, not of K's colour (highmem: not of the first
 * slot's); and one of it.  On VIVT, and where there is one colour, they do not differ in kind.
 */
uintptr_t beside_k(struct scene *s, uint32_t nth, uint32_t frame);
uintptr_t like_k(struct scene *s, uint32_t nth, uint32_t frame);
/* Another user address of va's colour; one of another colour. */
uintptr_t like_user(struct scene *s, uint32_t nth, uintptr_t va);
uintptr_t beside_user(struct scene *s, uint32_t nth, uintptr_t va);

/* s->file from its page pgoff on, in mm. */
void map_shared(struct scene *s, uint32_t mm, uintptr_t va, uint32_t pgoff, uint32_t pages,
		uint32_t prot);
void map_private(struct scene *s, uint32_t mm, uintptr_t va, uint32_t pgoff, uint32_t pages,
		 uint32_t prot);

/* A page of a new file of one page, mapped shared in mm 0 at s->va, which is beside K; s->frame. */
void file_page(struct scene *s, uint32_t prot);

/* A page of anonymous memory in the current mm, mm, at s->va, which is beside K; s->frame. */
void anon_page(struct scene *s, uint32_t mm);

/* ---- machines: for struct scenario.configure ---- */

void with_log(struct coh_sim_config *config);
void all_highmem(struct coh_sim_config *config);
void second_level(struct coh_sim_config *config); /* past which devices go */

/* ---- accesses ---- */

void u_load(struct scene *s, uintptr_t va);
void u_put(struct scene *s, uintptr_t va);
void u_store(struct scene *s, uintptr_t va);
void u_fetch(struct scene *s, uintptr_t va);
void k_load(struct scene *s, uint32_t frame);
void k_put(struct scene *s, uint32_t frame);
void k_store(struct scene *s, uint32_t frame);
void k_fetch(struct scene *s, uint32_t frame);
/* By another kernel address, of a page. */
void at_load(struct scene *s, uintptr_t va);
void at_store(struct scene *s, uintptr_t va);
void device_load(struct scene *s, uint32_t frame);
/* A load by any address, which must show value: wrong bytes are not old ones for the machine. */
void see(struct scene *s, uintptr_t va, uint32_t value);
/* What the last store brought. */
uint32_t last_value(const struct scene *s);
void device_store(struct scene *s, uint32_t frame);

/* Hardware evicts the line at va now, and nothing else; K's lines. */
void evict_at(struct scene *s, enum coh_side side, uintptr_t va);
void evict_k(struct scene *s, uint32_t frame);

/* ---- the layer's calls ---- */

void flush(struct scene *s, uint32_t frame); /* coh_flush_dcache_page */
void dma_map(struct scene *s, uint32_t frame, enum coh_dma direction);
void dma_unmap(struct scene *s, uint32_t frame, enum coh_dma direction);
uintptr_t kmap(struct scene *s, uint32_t frame, enum coh_intent intent);
void kunmap(struct scene *s, uint32_t frame, enum coh_intent intent, uintptr_t va);

/* get_user_pages of s->va, in mm 0, which must find s->frame. */
void hook(struct scene *s, enum coh_intent intent);

/* Whole transfers: dma_map, the device's access, dma_unmap. */
void to_device(struct scene *s, uint32_t frame);
void from_device(struct scene *s, uint32_t frame);

/*
 * A device fills s->frame, which its user has just given up; what was left dirty in it is
 * written back, and the kernel loads what the device brought.
 */
void device_fills_freed(struct scene *s);

/* kmap, load, kunmap. */
void kmapped_load(struct scene *s, uint32_t frame);

/* As the protocol has it: flush, load; and flush, store, flush. */
void kernel_reads(struct scene *s, uint32_t frame);
void kernel_writes(struct scene *s, uint32_t frame);

/*
 * Both directions with a user at va of the current mm, each with the reader's old line in the
 * cache: so it goes wrong if either side is left out, with or without dirty lines.
 */
void kernel_and_user(struct scene *s, uint32_t frame, uintptr_t va);

/* ---- the parts of the list; the last entry has no name ---- */

extern const struct scenario scenarios_file[], scenarios_anon[], scenarios_mm[], scenarios_users[],
	scenarios_irq[], scenarios_gup[], scenarios_kmap[], scenarios_dma[], scenarios_code[],
	scenarios_vmap[], scenarios_smp[], scenarios_ahead[], scenarios_mutation[],
	scenarios_mutation_code[], scenarios_mutation_device[];

#endif
