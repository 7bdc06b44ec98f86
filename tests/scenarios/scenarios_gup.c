// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* get_user_pages and its hook (T12), and what other threads may do to it. */
#include "tests/scenarios/scene.h"

/* FUSE's writev: the kernel reads a user's buffer.  Twice, so that K has an old line. */
static void reads_buffer(struct scene *s)
{
	anon_page(s, 0);
	for (int i = 0; i < 2; i++) {
		u_store(s, s->va);
		hook(s, COH_INTENT_READ);
		k_load(s, s->frame);
		coh_sim_put(s->sim, s->frame);
	}
}

/* FUSE's readv: it fills one, which the user has in the cache. */
static void writes_buffer(struct scene *s)
{
	anon_page(s, 0);
	u_store(s, s->va);
	hook(s, COH_INTENT_READ_WRITE);
	k_store(s, s->frame);
	flush(s, s->frame);
	coh_sim_put(s->sim, s->frame);
	u_load(s, s->va);
}

static void file_buffer(struct scene *s)
{
	file_page(s, COH_SIM_RW);
	u_load(s, s->va);
	for (int i = 0; i < 2; i++) {
		u_store(s, s->va);
		hook(s, COH_INTENT_READ_WRITE);
		k_store(s, s->frame);
		flush(s, s->frame);
		coh_sim_put(s->sim, s->frame);
		u_load(s, s->va);
	}
}

/* Nobody called the hook: the page was found otherwise, or by get_user_pages_fast. */
static void without_hook(struct scene *s)
{
	anon_page(s, 0);
	u_store(s, s->va);
	coh_sim_get_user_page_fast(s->sim, 0, s->va, COH_INTENT_READ_WRITE);
	kernel_and_user(s, s->frame, s->va);
	coh_sim_put(s->sim, s->frame);
}

/* ------------------------------------------------------------------------
 * Another thread of the process, after the hook and before the kernel's access.
 */

static void refills(struct scene *s)
{
	u_load(s, s->va);
}

/* As writes_buffer, with time for the thread. */
static void thread_before_write(struct scene *s)
{
	anon_page(s, 0);
	u_store(s, s->va);
	scene_open(s);
	hook(s, COH_INTENT_READ_WRITE);
	coh_sim_point(s->sim);
	scene_close(s);
	k_store(s, s->frame);
	flush(s, s->frame);
	coh_sim_put(s->sim, s->frame);
	u_load(s, s->va);
}

static void dirties(struct scene *s)
{
	u_store(s, s->va);
}

static void thread_dirties(struct scene *s)
{
	anon_page(s, 0);
	kernel_reads(s, s->frame);
	u_store(s, s->va);
	scene_open(s);
	hook(s, COH_INTENT_READ);
	coh_sim_point(s->sim);
	scene_close(s);
	k_load(s, s->frame);
	coh_sim_put(s->sim, s->frame);
}

/* Bytes of its own, in a line of which the kernel is about to store others. */
static void dirties_beside(struct scene *s)
{
	uint32_t word = 0xa5a5a5a5u;

	coh_sim_user_load(s->sim, s->va + 8, &word, sizeof(word));
	word = 0x5a5a5a5au;
	coh_sim_user_store(s->sim, s->va + 8, &word, sizeof(word));
}

static void thread_dirties_beside(struct scene *s)
{
	uint32_t word;

	thread_before_write(s);
	coh_sim_user_load(s->sim, s->va + 8, &word, sizeof(word));
}

/* ------------------------------------------------------------------------ */

#define NO_FLUSH_HELPS(caches)                                                                     \
	CORRUPT(caches, P_ALL_BUT(P_UNCACHE),                                                      \
		"the thread's line is dirty again after the flush: no number of flushes helps")
#define UNCACHED                                                                                   \
	RIGHT(ANY, P_UNCACHE, "the user's stores go to memory since the hook made them uncached")

const struct scenario scenarios_gup[] = {
	{ .name = "t12-fuse-writev",
	  .claim = "T12",
	  .what = "get_user_pages, then the kernel loads from the user's anonymous buffer",
	  .run = reads_buffer,
	  .expect = { NONE_ALIASING,
		      CORRUPT(DIRTY_VIVT, P_HINTS, "U is not found, so not written back"),
		      RIGHT(ANY, P_GUP_HOOK, "the hook knows the user's address"),
		      RIGHT(ANY, P_EVERY, "the hook calls flush_dcache_page, which finds it") } },
	{ .name = "t12-fuse-readv",
	  .claim = "T12",
	  .what = "get_user_pages, then the kernel stores to it, and flush_dcache_page",
	  .run = writes_buffer,
	  .expect = { NONE_ALIASING, HINTS_VIVT,
		      RIGHT(ANY, P_GUP_HOOK, "U is gone since the hook, and K goes to memory"),
		      RIGHT(ANY, P_EVERY, "both calls find U") } },
	{ .name = "t12-file-buffer",
	  .claim = "T12",
	  .what = "the buffer is a shared mapping of a file",
	  .run = file_buffer,
	  .expect = { NONE_ALIASING, HINTS_VIVT,
		      RIGHT(ANY, P_EVERY, "flush_dcache_page finds the users of files") } },
	{ .name = "t12-without-hook",
	  .claim = "T12",
	  .what = "an anonymous page that was reached without the hook",
	  .run = without_hook,
	  .expect = { NONE_ALIASING,
		      CORRUPT(ALIASING, P_GUP_HOOK,
			      "U of an anonymous page is found in the hook only"),
		      HINTS_VIVT, RIGHT(ANY, P_EVERY, "flush_dcache_page finds U by itself") } },
	{ .name = "t12-thread-refills",
	  .claim = "T12",
	  .what = "another thread loads from the buffer after the hook; then the kernel stores",
	  .run = thread_before_write,
	  .arrival = COH_SIM_ARRIVE_THREAD,
	  .arrive = refills,
	  .expect = { NONE_ALIASING,
		      CORRUPT(ALIASING, P_GUP_HOOK,
			      "U is back, and flush_dcache_page does not know it"),
		      HINTS_VIVT, RIGHT(ANY, P_UNCACHE, "the thread's loads bring no line in"),
		      RIGHT(ANY, P_EVERY, "the flush after the store finds U again") } },
	{ .name = "t12-thread-dirties",
	  .claim = "T12",
	  .what = "another thread stores to the buffer after the hook; then the kernel loads",
	  .run = thread_dirties,
	  .arrival = COH_SIM_ARRIVE_THREAD,
	  .arrive = dirties,
	  .expect = { NONE_ALIASING, UNCACHED, NO_FLUSH_HELPS(DIRTY_ALIASING),
		      RIGHT(ANY, P_EVERY,
			    "the store reaches memory, and K has no line; or one line is all "
			    "there is") } },
	{ .name = "t12-thread-dirties-beside",
	  .claim = "T12",
	  .what = "another thread stores beside what the kernel will store, in the same line",
	  .run = thread_dirties_beside,
	  .arrival = COH_SIM_ARRIVE_THREAD,
	  .arrive = dirties_beside,
	  .expect = { NONE_ALIASING, UNCACHED,
		      CORRUPT(ALIASING, P_GUP_HOOK,
			      "U is back, and flush_dcache_page does not know it"),
		      NO_FLUSH_HELPS(DIRTY_ALIASING), HINTS_VIVT,
		      RIGHT(ANY, P_EVERY,
			    "the store reaches memory before the kernel loads the line; or one "
			    "line is all there is") } },
	{ 0 },
};
