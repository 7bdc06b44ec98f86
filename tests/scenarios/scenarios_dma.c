// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Devices: the DMA functions make the kernel's side coherent, and nothing else (T14). */
#include "tests/scenarios/scene.h"

static void mapped_file(struct scene *s)
{
	file_page(s, COH_SIM_RW);
	u_load(s, s->va);
}

static void write_api_alone(struct scene *s)
{
	mapped_file(s);
	u_store(s, s->va);
	to_device(s, s->frame);
}

static void read_api_alone(struct scene *s)
{
	mapped_file(s);
	from_device(s, s->frame);
	u_load(s, s->va);
}

static void with_flush(struct scene *s)
{
	mapped_file(s);
	u_store(s, s->va);
	flush(s, s->frame);
	to_device(s, s->frame);
	u_store(s, s->va);
	flush(s, s->frame);
	from_device(s, s->frame);
	flush(s, s->frame);
	u_load(s, s->va);
	kernel_reads(s, s->frame);
}

/* What the user has dirty comes down on what the device wrote. */
static void flush_after_only(struct scene *s)
{
	mapped_file(s);
	u_store(s, s->va);
	from_device(s, s->frame);
	flush(s, s->frame);
	u_load(s, s->va);
}

/* ------------------------------------------------------------------------
 * Direct I/O: the buffer is the user's.
 */

static void direct_io(struct scene *s)
{
	anon_page(s, 0);
	u_store(s, s->va);
	hook(s, COH_INTENT_READ);
	to_device(s, s->frame);
	coh_sim_put(s->sim, s->frame);
	u_store(s, s->va);
	hook(s, COH_INTENT_READ_WRITE);
	from_device(s, s->frame);
	flush(s, s->frame);
	coh_sim_put(s->sim, s->frame);
	u_load(s, s->va);
}

static void dirties(struct scene *s)
{
	u_store(s, s->va);
}

static void direct_io_thread(struct scene *s)
{
	anon_page(s, 0);
	u_store(s, s->va);
	scene_open(s);
	hook(s, COH_INTENT_READ);
	coh_sim_point(s->sim);
	scene_close(s);
	to_device(s, s->frame);
	coh_sim_put(s->sim, s->frame);
}

/* ------------------------------------------------------------------------
 * A transfer that ends in an interrupt, amid an update of the file's map.
 */

static void completion(struct scene *s)
{
	device_store(s, s->frame);
	dma_unmap(s, s->frame, COH_DMA_FROM_DEVICE);
	flush(s, s->frame);
}

static void read_completes(struct scene *s)
{
	uintptr_t size = coh_sim_page_size(s->sim);

	file_of(s, 2);
	s->va = beside_k(s, 0, s->frame);
	s->vb = like_user(s, 1, s->va);
	map_shared(s, 0, s->va, 0, 2, COH_SIM_RW);
	u_store(s, s->va);
	flush(s, s->frame);
	u_load(s, s->va);
	dma_map(s, s->frame, COH_DMA_FROM_DEVICE);
	scene_open(s);
	map_shared(s, 1, s->vb, 0, 2, COH_SIM_RW);
	u_load(s, s->va + size); /* a page fault; the first page is the device's now */
	scene_close(s);
	if (!s->arrived)
		completion(s);
	u_load(s, s->va);
	coh_sim_switch(s->sim, 1);
	u_load(s, s->vb);
}

/* ------------------------------------------------------------------------ */

/* The kernel's own buffer. */
static void own_buffer(struct scene *s)
{
	s->frame = coh_sim_alloc(s->sim);
	for (int i = 0; i < 2; i++) {
		k_store(s, s->frame);
		to_device(s, s->frame);
		from_device(s, s->frame);
		k_load(s, s->frame);
		k_store(s, s->frame);
		dma_map(s, s->frame, COH_DMA_BIDIRECTIONAL);
		device_load(s, s->frame);
		device_store(s, s->frame);
		dma_unmap(s, s->frame, COH_DMA_BIDIRECTIONAL);
		k_load(s, s->frame);
	}
}

/* ------------------------------------------------------------------------ */

#define NONE_ANY CORRUPT(ANY, P_NONE, "devices look into no cache")
#define EVERYTHING                                                                                 \
	RIGHT(ANY, P_FLUSH_ALL, "dma_map flushes everything, the users' lines too, by its nature")

const struct scenario scenarios_dma[] = {
	{ .name = "t14-write-api-alone",
	  .claim = "T14",
	  .what = "a user stores, a device reads, and only the DMA functions are called",
	  .run = write_api_alone,
	  .expect = { CORRUPT(BACK, P_NONE, "nobody writes the user's line back"), EVERYTHING,
		      CORRUPT(DIRTY_ALIASING, P_EVERY, "dma_map writes K back, and U is dirty"),
		      RIGHT(ANY, P_EVERY, "memory has the bytes, or U's lines are K's") } },
	{ .name = "t14-read-api-alone",
	  .claim = "T14",
	  .what = "a device writes, a user loads, and only the DMA functions are called",
	  .run = read_api_alone,
	  .expect = { NONE_ANY, EVERYTHING,
		      CORRUPT(ALIASING, P_EVERY, "dma_map drops K, and U has the old line"),
		      RIGHT(MEETING, P_EVERY, "U's lines are K's") } },
	{ .name = "t14-dma-and-flush",
	  .claim = "T14",
	  .what = "the same transfers with flush_dcache_page before and after",
	  .run = with_flush,
	  .expect = { NONE_ANY, HINTS_VIVT,
		      RIGHT(ANY, P_EVERY,
			    "flush_dcache_page sees to U, the DMA functions to K") } },
	{ .name = "t14-flush-after-only",
	  .claim = "T14",
	  .what = "a device writes over what a user has dirty; flush_dcache_page comes after it",
	  .run = flush_after_only,
	  .expect = { NONE_ANY, EVERYTHING, HINTS_VIVT,
		      CORRUPT(DIRTY_ALIASING, P_EVERY, "the flush writes the user's line over it"),
		      RIGHT(ANY, P_EVERY, "the line is clean, or K's, which dma_map drops") } },
	{ .name = "t14-direct-io",
	  .claim = "T12 T14",
	  .what = "get_user_pages, DMA to and from an anonymous buffer, flush_dcache_page",
	  .run = direct_io,
	  .expect = { NONE_ANY, HINTS_VIVT,
		      RIGHT(ANY, P_EVERY, "U went to memory in the hook, and stays out") } },
	{ .name = "t14-direct-io-second-level",
	  .claim = "T12 T14",
	  .what = "the same with a second level, past which the device goes",
	  .run = direct_io,
	  .configure = second_level,
	  .expect = { NONE_ANY, HINTS_VIVT,
		      RIGHT(ANY, P_EVERY,
			    "the hook brings U to the second level, dma_map that to memory") } },
	{ .name = "t14-direct-io-thread",
	  .claim = "T12 T14",
	  .what = "another thread stores to the buffer between the hook and dma_map",
	  .run = direct_io_thread,
	  .arrival = COH_SIM_ARRIVE_THREAD,
	  .arrive = dirties,
	  .expect = { CORRUPT(BACK, P_NONE, "devices look into no cache"), EVERYTHING,
		      RIGHT(ANY, P_UNCACHE, "the thread's store goes to memory"),
		      CORRUPT(DIRTY_ALIASING, P_EVERY, "U is dirty again when the device reads"),
		      RIGHT(ANY, P_EVERY, "memory has the bytes, or U's lines are K's") } },
	{ .name = "t14-completion-in-irq",
	  .claim = "T10 T14",
	  .what = "a transfer ends in an interrupt amid mmap of the same file",
	  .run = read_completes,
	  .arrival = COH_SIM_ARRIVE_IRQ,
	  .arrive = completion,
	  .expect = { NONE_ANY,
		      DEADLOCK(ALIASING, P_RMAP_LOCKED,
			       "the walk waits for the lock that mmap holds, for ever (T11)"),
		      HINTS_VIVT, RIGHT(ANY, P_EVERY, "the flush after the transfer finds U") } },
	{ .name = "dma-second-level",
	  .claim = "DMA API",
	  .what = "a buffer of the kernel's, to and from a device, with a second level",
	  .run = own_buffer,
	  .configure = second_level,
	  .expect = { NONE_ANY, RIGHT(ANY, P_EVERY, "both levels are cleaned, and dropped") } },
	{ .name = "dma-own-buffer",
	  .claim = "DMA API",
	  .what = "the same without a second level",
	  .run = own_buffer,
	  .expect = { NONE_ANY, RIGHT(ANY, P_EVERY, "the cache is cleaned, and dropped") } },
	{ 0 },
};
