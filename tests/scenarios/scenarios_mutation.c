// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * What T1 to T14 leave open: situations that are there because without them one of the layer's
 * operations could be dropped, and nobody would notice (tests/src/mutation/mutation_test.c).  Those of code
 * and of devices are in scenarios_mutation_code.c and scenarios_mutation_device.c.
 */
#include "tests/scenarios/scene.h"

/* How the kernel gets at the page, and what page it is. */
enum way {
	KMAP = 1,
	HOOK,
	PEEK,
	POKE,
	POKE_LAST,
	COPIED,
	WAYS = 0xf,
	ANON = 0x10,
	EXECUTED = 0x20,
};

static uint32_t is(const struct scene *s, uint32_t what)
{
	return s->scenario->variant & what;
}

/* Words that poke does not store to, in the lines in which it does. */
static void u_load_beside(struct scene *s)
{
	uint32_t word, page = coh_sim_page_size(s->sim);

	coh_sim_user_load(s->sim, s->va + 4, &word, sizeof(word));
	coh_sim_user_load(s->sim, s->va + page - 8, &word, sizeof(word));
}

/* s->other: where in the page. */
static void poke(struct scene *s, uintptr_t va)
{
	uint32_t word;

	s->stored++;
	s->other = (uint32_t)(va - s->va);
	word = last_value(s);
	coh_sim_ptrace_write(s->sim, 0, va, &word, sizeof(word));
}

static void peek(struct scene *s, uintptr_t va)
{
	uint32_t word;

	coh_sim_ptrace_read(s->sim, 0, va, &word, sizeof(word));
}

static uintptr_t last_word(struct scene *s)
{
	return s->va + coh_sim_page_size(s->sim) - 4;
}

/* Of the variant's kind, at s->va; the user has its lines. */
static void page(struct scene *s)
{
	uint32_t prot = is(s, EXECUTED) ? COH_SIM_RWX : COH_SIM_RW;

	if (is(s, ANON)) {
		anon_page(s, 0);
		return;
	}
	file_page(s, prot);
	u_load(s, s->va);
	if (is(s, EXECUTED))
		u_fetch(s, s->va);
}

/* And the user has stored to it since. */
static void k_is_old(struct scene *s)
{
	page(s);
	kernel_reads(s, s->frame);
	u_store(s, s->va);
}

/* Beside what is loaded, so that the bytes must be those of the page that was copied. */
static void private_copy(struct scene *s)
{
	uint32_t word = 0;

	s->vb = like_user(s, 1, s->va);
	map_private(s, 0, s->vb, 0, 1, COH_SIM_RW);
	coh_sim_user_store(s->sim, s->vb + 8, &word, sizeof(word));
	u_load(s, s->vb);
}

static void by_each_way(struct scene *s)
{
	uintptr_t k;

	k_is_old(s);
	switch (is(s, WAYS)) {
	case KMAP:
		k = kmap(s, s->frame, COH_INTENT_READ);
		at_load(s, k);
		kunmap(s, s->frame, COH_INTENT_READ, k);
		return;
	case HOOK:
		coh_sim_get_user_page(s->sim, 0, s->va, COH_INTENT_READ);
		k_load(s, s->frame);
		coh_sim_put(s->sim, s->frame);
		return;
	case PEEK:
		peek(s, s->va);
		peek(s, last_word(s));
		return;
	case POKE:
		poke(s, s->va + 4);
		poke(s, last_word(s) - 4);
		u_load(s, s->va);
		u_load_beside(s);
		return;
	case POKE_LAST: /* the flush behind it would make up for what the one before left out */
		poke(s, last_word(s) - 4);
		u_load(s, s->va);
		u_load_beside(s);
		return;
	case COPIED:
		private_copy(s);
		return;
	}
}

/* Another thread brings U in again, after the flush before and ahead of the kernel's store. */
static void refilled(struct scene *s)
{
	uintptr_t k;

	page(s);
	k = kmap(s, s->frame, COH_INTENT_READ_WRITE);
	u_load(s, s->va);
	if (is(s, EXECUTED))
		u_fetch(s, s->va);
	at_store(s, k);
	kunmap(s, s->frame, COH_INTENT_READ_WRITE, k);
	u_load(s, s->va);
	if (is(s, EXECUTED))
		u_fetch(s, s->va);
}

/* Has the last poke come to its store?  Old lines behind that count against who loads them. */
static bool is_stored(struct scene *s)
{
	uint64_t pa = coh_sim_pa(s->sim, s->frame) + s->other;

	return coh_machine_newest(coh_sim_machine(s->sim), pa) == s->stored;
}

static void refills_before_store(struct scene *s)
{
	if (!is_stored(s))
		u_load_beside(s);
}

/* The same amid copy_to_user_page. */
static void refilled_amid_poke(struct scene *s)
{
	page(s);
	scene_open(s);
	poke(s, s->va);
	u_load(s, s->va);
	poke(s, last_word(s));
	scene_close(s);
	u_load(s, s->va);
}

/* Code that a debugger changes by a mapping that is not the one that executes it. */
static void poked_elsewhere(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	s->vb = like_user(s, 1, s->va);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	map_shared(s, 0, s->vb, 0, 1, COH_SIM_RX);
	u_load(s, s->va);
	u_fetch(s, s->vb);
	scene_open(s);
	poke(s, s->va);
	u_fetch(s, s->vb);
	poke(s, last_word(s));
	scene_close(s);
	u_fetch(s, s->vb);
}

/* It is fetched again before the debugger's store, not behind it. */
static void fetches_before_store(struct scene *s)
{
	if (!is_stored(s))
		u_fetch(s, s->vb);
}

/* ------------------------------------------------------------------------
 * Temporary kernel addresses.
 */

/* A user gets an address of the colour at which the kernel has looked at the page before. */
static void user_at_slots_colour(struct scene *s)
{
	page(s);
	s->vb = like_k(s, 1, s->frame);
	kmapped_load(s, s->frame);
	u_store(s, s->va);
	coh_sim_munmap(s->sim, 0, s->va, 1);
	map_shared(s, 0, s->vb, 0, 1, COH_SIM_RW);
	u_load(s, s->vb);
}

/* Of pages that no user has had: nothing is flushed before the loads. */
static void slot_read_by_turns(struct scene *s)
{
	file_of(s, 2);
	s->other = coh_sim_file_frame(s->sim, s->file, 1);
	device_store(s, s->other);
	kmapped_load(s, s->frame);
	kmapped_load(s, s->other);
}

/* More pages than there are slots. */
static void slots_given_back(struct scene *s)
{
	file_of(s, 5);
	for (uint32_t i = 0; i < 5; i++)
		kmapped_load(s, coh_sim_file_frame(s->sim, s->file, i));
}

/* ------------------------------------------------------------------------
 * Copy on write.
 */

/* The file's page leaves the cache when the copy takes its place. */
static void shared_after_copy(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	map_private(s, 0, s->va, 0, 1, COH_SIM_RW);
	u_load(s, s->va);
	u_put(s, s->va);
	coh_sim_munmap(s->sim, 0, s->va, 1);
	kernel_writes(s, s->frame);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	u_load(s, s->va);
}

/* No switch comes between the parent's stores and the copy. */
static void parent_copies(struct scene *s)
{
	anon_page(s, 0);
	u_store(s, s->va);
	coh_sim_fork(s->sim, 0, 1);
	u_put(s, s->va);
	u_load(s, s->va);
	coh_sim_switch(s->sim, 1);
	u_load(s, s->va);
}

/* What arrives is right, and not only the newest; where old bytes are expected, nothing is said. */
static void check_word(struct scene *s, uint32_t word, uint32_t right)
{
	enum scenario_cache cache = scenario_cache_of(s->one->core);

	if (scenario_expected(s->scenario, cache, s->one->policy)->outcome == SCENARIO_RIGHT)
		scene_check(s, word == right, "other bytes than were stored");
}

static uint32_t word_at(struct scene *s, uintptr_t va)
{
	uint32_t word;

	coh_sim_user_load(s->sim, va, &word, sizeof(word));
	return word;
}

static void contents(struct scene *s)
{
	uint32_t word;

	s->frame = coh_sim_alloc(s->sim);
	k_store(s, s->frame);
	coh_sim_settle(s->sim);
	coh_sim_put(s->sim, s->frame);
	s->va = beside_k(s, 0, s->frame);
	coh_sim_mmap(s->sim, 0, s->va, 1, NULL);
	check_word(s, word_at(s, s->va), 0);
	check_word(s, word_at(s, last_word(s)), 0);
	u_store(s, s->va);
	word = word_at(s, s->va);
	coh_sim_fork(s->sim, 0, 1);
	coh_sim_user_store(s->sim, s->va + 8, &word, sizeof(word));
	check_word(s, word_at(s, s->va), word);
	check_word(s, word_at(s, last_word(s)), word);
}

static void contents_by_ptrace(struct scene *s)
{
	uint32_t word = 0x12345678, got = 0;

	anon_page(s, 0);
	coh_sim_ptrace_write(s->sim, 0, s->va, &word, sizeof(word));
	check_word(s, word_at(s, s->va), word);
	coh_sim_ptrace_read(s->sim, 0, s->va, &got, sizeof(got));
	check_word(s, got, word);
}

/* ------------------------------------------------------------------------
 * The rest.
 */

/* Two who only read, of two colours, and a third one that stores, of the second's. */
static void writer_beside_readers(struct scene *s)
{
	uintptr_t vc;

	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	s->vb = beside_user(s, 1, s->va);
	vc = like_user(s, 2, s->vb);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RO);
	map_shared(s, 0, s->vb, 0, 1, COH_SIM_RO);
	map_shared(s, 0, vc, 0, 1, COH_SIM_RW);
	u_load(s, s->va);
	u_load(s, s->vb);
	for (int i = 0; i < 2; i++) {
		u_store(s, vc);
		u_load(s, s->vb);
		u_load(s, s->va);
	}
}

/* Another page, whose user's lines are flushed by the same alias window. */
static void other_page(struct scene *s)
{
	kernel_reads(s, s->other);
}

static void window_within_window(struct scene *s)
{
	file_of(s, 3);
	s->other = coh_sim_file_frame(s->sim, s->file, 2);
	s->va = beside_k(s, 0, s->frame);
	s->vb = like_user(s, 1, s->va);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	map_shared(s, 0, s->vb, 2, 1, COH_SIM_RW);
	u_store(s, s->va);
	u_store(s, s->vb);
	kernel_reads(s, s->frame);
	kernel_reads(s, s->other);
	u_store(s, s->va);
	u_store(s, s->vb);
	scene_open(s);
	flush(s, s->frame);
	scene_close(s);
	k_load(s, s->frame);
	kernel_reads(s, s->other);
}

/* ------------------------------------------------------------------------ */

#define FOUND	      RIGHT(ANY, P_EVERY, "U goes to memory, and K's old line goes")
#define U_BACK	      CORRUPT(DIRTY_VIVT, P_HINTS, "U is not found, so not written back")
#define TOLD	      RIGHT(ANY, P_GUP_HOOK, "its copies find all aliases")
#define KMAP_SEES_K   CORRUPT(DIRTY_ALIASING, P_GUP_HOOK, "kmap sees K only (T13), and U is dirty")
#define KUNMAP_SEES_K CORRUPT(ALIASING, P_GUP_HOOK, "kunmap sees K only (T13)")
#define OLD_CODE      CORRUPT(ANY, P_NONE, "old code stays")
#define CODE_IS_SEEN_TO                                                                            \
	RIGHT(ANY, P_EVERY, "K goes to memory, and old code goes, before it is fetched")
#define MEMORY_HAS_IT(caches)                                                                      \
	RIGHT(caches, P_NONE, "memory has the bytes, and the user no old line")

/* clang-format off */ /* tables */
#define OLD_BY_KMAP    { NONE_ALIASING, U_BACK, KMAP_SEES_K, FOUND }
#define OLD_BY_HOOK    { NONE_ALIASING, U_BACK, FOUND }
#define OLD_BY_READING { NONE_ALIASING, TOLD, U_BACK, FOUND }
#define OLD_BY_STORING { NONE_ALIASING, TOLD, HINTS_VIVT, FOUND }
#define REFILLED       { NONE_ALIASING, KUNMAP_SEES_K, HINTS_VIVT, FOUND }
#define REFILLED_CODE  { OLD_CODE, KUNMAP_SEES_K, HINTS_VIVT, FOUND }
#define COPIES(why)    { NONE_ALIASING, RIGHT(ANY, P_EVERY, why) }

#define ROW(name_, claim_, what_, run_, table, ...)                                                \
	{ .name = name_, .claim = claim_, .what = what_, .run = run_, .expect = table, __VA_ARGS__ }
/* clang-format on */

#define OLD "K has an old line of a page that a user stored to; the kernel loads it by "

/* clang-format off */ /* a table */
const struct scenario scenarios_mutation[] = {
	ROW("old-k-kmap", "T13", OLD "kmap", by_each_way, OLD_BY_KMAP, .variant = KMAP),
	ROW("old-k-kmap-executed", "T13", OLD "kmap, and it is code", by_each_way,
	    OLD_BY_KMAP, .variant = KMAP | EXECUTED),
	ROW("old-k-hook", "T12", OLD "K after get_user_pages", by_each_way,
	    OLD_BY_HOOK, .variant = HOOK),
	ROW("old-k-hook-anon", "T12", OLD "K after get_user_pages, and it is anonymous",
	    by_each_way, OLD_BY_HOOK, .variant = HOOK | ANON),
	ROW("old-k-hook-executed", "T12", OLD "K after get_user_pages, and it is code",
	    by_each_way, OLD_BY_HOOK, .variant = HOOK | EXECUTED),
	ROW("old-k-peek", "copy_from_user_page", OLD "ptrace", by_each_way, OLD_BY_READING, .variant = PEEK),
	ROW("old-k-peek-executed", "copy_from_user_page", OLD "ptrace, and it is code", by_each_way,
	    OLD_BY_READING, .variant = PEEK | EXECUTED),
	ROW("old-k-peek-anon", "copy_from_user_page", OLD "ptrace, and it is anonymous", by_each_way,
	    OLD_BY_READING, .variant = PEEK | ANON),
	ROW("old-k-poke", "copy_to_user_page", OLD "ptrace, which stores beside", by_each_way,
	    OLD_BY_STORING, .variant = POKE),
	ROW("old-k-poke-executed", "copy_to_user_page", OLD "ptrace, which stores beside, and it is code",
	    by_each_way, OLD_BY_STORING, .variant = POKE | EXECUTED),
	ROW("old-k-poke-anon", "copy_to_user_page", OLD "ptrace, which stores beside, and it is anonymous",
	    by_each_way, OLD_BY_STORING, .variant = POKE | ANON),
	ROW("old-k-poke-last", "copy_to_user_page", OLD "ptrace, which stores in the last line",
	    by_each_way, OLD_BY_STORING, .variant = POKE_LAST),
	ROW("old-k-copied", "copy_user_page", OLD "copy on write", by_each_way,
	    OLD_BY_READING, .variant = COPIED),

	ROW("refilled-kmap", "T13", "U comes back between kmap and the kernel's store", refilled,
	    REFILLED),
	ROW("refilled-kmap-executed", "T13", "the same with code", refilled,
	    REFILLED_CODE, .variant = EXECUTED),
	ROW("refilled-kmap-highmem", "T13", "U comes back while a temporary address is used",
	    refilled, REFILLED, .configure = all_highmem),
	ROW("refilled-kmap-highmem-executed", "T13", "the same with code", refilled,
	    REFILLED_CODE, .configure = all_highmem, .variant = EXECUTED),
	ROW("refilled-poke", "copy_to_user_page", "U comes back amid copy_to_user_page, before its store",
	    refilled_amid_poke, OLD_BY_STORING, .arrival = COH_SIM_ARRIVE_THREAD,
	    .arrive = refills_before_store),
	ROW("refilled-poke-anon", "copy_to_user_page", "the same with anonymous memory", refilled_amid_poke,
	    OLD_BY_STORING, .arrival = COH_SIM_ARRIVE_THREAD, .arrive = refills_before_store,
	    .variant = ANON),
	ROW("refilled-poke-executed", "copy_to_user_page", "the same with code", refilled_amid_poke,
	    OLD_BY_STORING, .arrival = COH_SIM_ARRIVE_THREAD, .arrive = refills_before_store,
	    .variant = EXECUTED),

	{ .name = "poked-elsewhere", .claim = "copy_to_user_page",
	  .what = "a debugger stores by one mapping to code that another one executes",
	  .run = poked_elsewhere, .arrival = COH_SIM_ARRIVE_THREAD, .arrive = fetches_before_store,
	  .expect = { OLD_CODE, HINTS_VIVT, CODE_IS_SEEN_TO } },

	{ .name = "slot-then-user", .claim = "T13",
	  .what = "a user gets an address of the colour of the kmap slot that showed the page",
	  .run = user_at_slots_colour, .configure = all_highmem,
	  .expect = { RIGHT(UNIFIED, P_NONE, "memory has the bytes, and the new address no line"),
		      NONE_ALIASING,
		      RIGHT(ANY, P_EVERY, "kunmap leaves no line under an address that goes") } },
	{ .name = "slot-by-turns", .claim = "T13",
	  .what = "the kernel reads two pages that no user has had, by one kmap slot",
	  .run = slot_read_by_turns, .configure = all_highmem,
	  .expect = { CORRUPT(VIVT, P_NONE, "the tag does not tell pages apart"),
		      RIGHT(ANY, P_EVERY, "kunmap leaves no line under an address that goes") } },
	{ .name = "slots-given-back", .claim = "T13", .what = "more pages than slots, by turns",
	  .run = slots_given_back, .configure = all_highmem,
	  .expect = { RIGHT(ANY, P_EVERY, "kunmap gives the slot back") } },

	ROW("shared-after-copy", "copy_user_page",
	    "a private copy takes the place of a file's page, which comes back later",
	    shared_after_copy, COPIES("the file's lines go when the copy takes their place")),
	{ .name = "parent-copies", .claim = "copy_user_page",
	  .what = "the parent stores after fork, with no switch in between",
	  .run = parent_copies,
	  .expect = { MEMORY_HAS_IT(B_(VIPT_THROUGH)), NONE_ALIASING,
		      RIGHT(ANY, P_EVERY, "U is written back before the copy is made") } },
	{ .name = "contents", .claim = "copy_user_page",
	  .what = "a fresh page is zero, and a copy has the bytes of its origin",
	  .run = contents,
	  .expect = { MEMORY_HAS_IT(THROUGH), NONE_ALIASING,
		      RIGHT(ANY, P_EVERY, "what the kernel filled in reaches the user") } },
	{ .name = "contents-by-ptrace", .claim = "copy_to_user_page",
	  .what = "a debugger stores a word, which the user and the debugger see",
	  .run = contents_by_ptrace,
	  .expect = { NONE_ALIASING, HINTS_VIVT,
		      RIGHT(ANY, P_EVERY, "copy_to_user_page flushes both sides") } },

	{ .name = "users-writer-beside-readers", .claim = "T4",
	  .what = "two users only read a page at two colours; a third one stores to it",
	  .run = writer_beside_readers,
	  .expect = { CORRUPT(ALIASING, P_NONE | P_FLUSH_ALL | P_HINTS,
			      "no call of the layer lies between the users' accesses"),
		      RIGHT(ANY, P_EVERY, "those that conflict become uncached") } },
	{ .name = "window-within-window", .claim = "T10 T11",
	  .what = "an interrupt flushes another page, by the alias window that is in use",
	  .run = window_within_window, .arrival = COH_SIM_ARRIVE_IRQ, .arrive = other_page,
	  .expect = { MEMORY_HAS_IT(B_(VIPT_THROUGH)), NONE_ALIASING,
		      DEADLOCK(ALIASING, P_RMAP_LOCKED, "the interrupted flush holds the lock"),
		      U_BACK, RIGHT(ANY, P_EVERY, "the window is put back as it was found") } },
	{ 0 },
};
/* clang-format on */
