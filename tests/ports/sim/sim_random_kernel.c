// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The kernel and devices, in random programs. */
#include <string.h>

#include "tests/ports/sim/sim_random.h"

#define PAGE_MAX 8192u
#define DMA_LEN	 128u /* a multiple of each line there is */

/* What the kernel uses: a page of a file, or one that it keeps. */
static uint32_t target(const struct run *r, const struct op *o)
{
	if (o->how & 1 && r->pin[o->pin] != COH_SIM_NONE)
		return r->pin[o->pin];
	return coh_sim_file_frame(r->sim, r->file[o->file], o->index);
}

/* ------------------------------------------------------------------------
 * The kernel.
 */

static const char *verb(enum coh_intent intent)
{
	return intent == COH_INTENT_READ    ? "loads from"
	       : intent == COH_INTENT_WRITE ? "stores to"
					    : "loads from and stores to";
}

static void use(struct run *r, uintptr_t va, enum coh_intent intent)
{
	uint32_t word;

	run_touch(r, va);
	if (intent != COH_INTENT_WRITE)
		coh_sim_load(r->sim, va, &word, sizeof(word));
	word = run_new_word(r);
	if (intent != COH_INTENT_READ)
		coh_sim_store(r->sim, va, &word, sizeof(word));
}

/* A kernel address, and the page in line with its users; then the other way round. */
static uintptr_t begin(struct run *r, uint32_t frame, enum coh_intent intent, bool kmap)
{
	uintptr_t va = coh_sim_kernel_address(r->sim, frame);

	if (kmap)
		run_must(r, coh_kmap(r->coh, coh_sim_page(r->sim, frame), intent, &va), "coh_kmap");
	else
		run_flush(r, frame);
	return va;
}

static void end(struct run *r, uint32_t frame, enum coh_intent intent, bool kmap, uintptr_t va)
{
	if (kmap)
		run_must(r, coh_kunmap(r->coh, coh_sim_page(r->sim, frame), intent, va),
			 "coh_kunmap");
	else if (intent != COH_INTENT_READ)
		run_flush(r, frame);
}

static bool needs_kmap(const struct run *r, const struct op *o, uint32_t frame)
{
	return o->how & 2 || !coh_sim_kernel_address(r->sim, frame);
}

/* The page is in line already, if it has an address. */
static void kernel_uses(struct run *r, const struct op *o, uint32_t frame, enum coh_intent intent,
			bool in_line)
{
	bool kmap = needs_kmap(r, o, frame);
	uintptr_t va;

	run_say(r, "the kernel %s frame %u%s, cell %u", verb(intent), frame,
		kmap ? ", kmapped" : "", o->cell);
	if (in_line && !kmap)
		va = coh_sim_kernel_address(r->sim, frame);
	else
		va = begin(r, frame, intent, kmap);
	use(r, va + run_offset(r, o), intent);
	end(r, frame, intent, kmap, va);
}

static void do_kernel_load(struct run *r, const struct op *o)
{
	kernel_uses(r, o, target(r, o), COH_INTENT_READ, false);
}

static void do_kernel_store(struct run *r, const struct op *o)
{
	kernel_uses(r, o, target(r, o), COH_INTENT_READ_WRITE, false);
}

static bool is_mapped(const struct run *r, const struct op *o)
{
	for (uint32_t mm = 0; mm < MMS; mm++)
		if (run_mapped(r, mm, o->file, o->index, 0))
			return true;
	return false;
}

/* All of a page of a file; no flush before it where none is asked for. */
static void do_kernel_fill(struct run *r, const struct op *o)
{
	static uint8_t bytes[PAGE_MAX];
	uint32_t frame = coh_sim_file_frame(r->sim, r->file[o->file], o->index);
	bool kmap = needs_kmap(r, o, frame), in_line = !kmap && o->how & 4 && !is_mapped(r, o);
	uintptr_t va;

	run_say(r, "the kernel fills frame %u%s", frame,
		kmap	  ? ", kmapped"
		: in_line ? ", with no flush before"
			  : "");
	va = in_line ? coh_sim_kernel_address(r->sim, frame)
		     : begin(r, frame, COH_INTENT_WRITE, kmap);
	memset(bytes, (int)(run_new_word(r) & 0xff), r->page);
	coh_sim_store(r->sim, va, bytes, r->page);
	end(r, frame, COH_INTENT_WRITE, kmap, va);
}

static void do_flush(struct run *r, const struct op *o)
{
	run_say(r, "flush_dcache_page of frame %u", target(r, o));
	run_flush(r, target(r, o));
}

/* A page of a user, found by get_user_pages or get_user_pages_fast. */
static uint32_t get_user(struct run *r, const struct op *o, enum coh_intent intent, bool hook)
{
	uintptr_t va = run_place(r, o);

	run_say(r, "get_user_pages%s of mm %u at %#zx, to be %s", hook ? "" : "_fast", o->mm,
		(size_t)va, intent == COH_INTENT_READ ? "read" : "written");
	return (hook ? coh_sim_get_user_page : coh_sim_get_user_page_fast)(r->sim, o->mm, va,
									   intent);
}

static bool may_get(const struct run *r, const struct op *o, enum coh_intent intent)
{
	const struct coh_vma *vma = coh_sim_vma(r->sim, o->mm, run_place(r, o));

	return vma && (intent == COH_INTENT_READ || run_vma_has(vma, COH_VMA_WRITE));
}

static enum coh_intent intent_of(const struct op *o)
{
	static const enum coh_intent intents[] = { COH_INTENT_READ, COH_INTENT_READ_WRITE };

	return intents[o->how >> 4 & 1];
}

static void do_get_user(struct run *r, const struct op *o)
{
	enum coh_intent intent = intent_of(o);
	bool hook = o->how & 4;
	uint32_t frame;

	if (!may_get(r, o, intent))
		return;
	frame = get_user(r, o, intent, hook);
	kernel_uses(r, o, frame, intent, hook);
	coh_sim_put(r->sim, frame);
}

static void do_pin(struct run *r, const struct op *o)
{
	if (r->pin[o->pin] != COH_SIM_NONE || !may_get(r, o, intent_of(o)))
		return;
	r->pin[o->pin] = get_user(r, o, intent_of(o), o->how & 4);
	run_say(r, "the kernel keeps frame %u", r->pin[o->pin]);
}

static void do_unpin(struct run *r, const struct op *o)
{
	uint32_t frame = r->pin[o->pin];

	if (frame == COH_SIM_NONE)
		return;
	run_say(r, "the kernel gives frame %u back", frame);
	r->pin[o->pin] = COH_SIM_NONE;
	coh_sim_put(r->sim, frame);
}

static void do_peek(struct run *r, const struct op *o)
{
	uint32_t word;

	if (!may_get(r, o, COH_INTENT_READ))
		return;
	run_say(r, "a debugger reads %#zx of mm %u", (size_t)run_place(r, o) + run_offset(r, o),
		o->mm);
	coh_sim_ptrace_read(r->sim, o->mm, run_place(r, o) + run_offset(r, o), &word, sizeof(word));
}

/* Rights do not hold a debugger up where it gets a copy. */
static void do_poke(struct run *r, const struct op *o)
{
	const struct coh_vma *vma = coh_sim_vma(r->sim, o->mm, run_place(r, o));
	uint32_t word = run_new_word(r);

	if (!vma || (run_vma_has(vma, COH_VMA_SHARED) && !run_vma_has(vma, COH_VMA_WRITE)))
		return;
	run_say(r, "a debugger writes %#zx of mm %u", (size_t)run_place(r, o) + run_offset(r, o),
		o->mm);
	coh_sim_ptrace_write(r->sim, o->mm, run_place(r, o) + run_offset(r, o), &word,
			     sizeof(word));
}

/* ------------------------------------------------------------------------
 * Devices, vmap, interrupts.
 */

static enum coh_dma direction_of(const struct op *o)
{
	static const enum coh_dma directions[] = { COH_DMA_TO_DEVICE, COH_DMA_FROM_DEVICE,
						   COH_DMA_BIDIRECTIONAL };

	return directions[(o->how >> 8) % 3];
}

static const char *direction_name(enum coh_dma direction)
{
	return direction == COH_DMA_TO_DEVICE	  ? "reads"
	       : direction == COH_DMA_FROM_DEVICE ? "writes"
						  : "reads and writes";
}

/* A transfer, and another one, with a load from K in between if it is the kernel's meanwhile. */
static void transfer(struct run *r, const struct op *o, uint32_t frame, uintptr_t k, bool k_is_used)
{
	enum coh_dma direction = direction_of(o);
	uint32_t at = o->how >> 5 & 1 ? r->page - DMA_LEN : 0, word;
	uint64_t pa = coh_sim_pa(r->sim, frame) + at;
	uint8_t bytes[DMA_LEN];

	k += at;
	run_touch(r, k);
	run_must(r, coh_dma_map(r->coh, k, pa, DMA_LEN, direction), "coh_dma_map");
	if (direction != COH_DMA_FROM_DEVICE)
		coh_sim_device_read(r->sim, frame, at, bytes, DMA_LEN);
	if (direction != COH_DMA_TO_DEVICE) {
		memset(bytes, (int)(run_new_word(r) & 0xff), DMA_LEN);
		coh_sim_device_write(r->sim, frame, at, bytes, DMA_LEN);
	}
	if (k_is_used && o->how >> 6 & 1) {
		run_must(r, coh_dma_sync_for_cpu(r->coh, k, pa, DMA_LEN, direction),
			 "coh_dma_sync_for_cpu");
		coh_sim_load(r->sim, k, &word, sizeof(word));
		run_must(r, coh_dma_sync_for_device(r->coh, k, pa, DMA_LEN, direction),
			 "coh_dma_sync_for_device");
		memset(bytes, (int)(run_new_word(r) & 0xff), DMA_LEN);
		if (direction != COH_DMA_TO_DEVICE)
			coh_sim_device_write(r->sim, frame, at, bytes, DMA_LEN / 2);
	}
	run_must(r, coh_dma_unmap(r->coh, k, pa, DMA_LEN, direction), "coh_dma_unmap");
}

static void do_dma(struct run *r, const struct op *o)
{
	uint32_t frame = target(r, o);
	enum coh_dma direction = direction_of(o);
	bool kmap = needs_kmap(r, o, frame);
	enum coh_intent intent =
		direction == COH_DMA_TO_DEVICE ? COH_INTENT_READ : COH_INTENT_READ_WRITE;
	uintptr_t k;

	run_say(r, "a device %s frame %u%s", direction_name(direction), frame,
		kmap ? ", kmapped" : "");
	r->busy = frame;
	k = begin(r, frame, intent, kmap);
	transfer(r, o, frame, k, true);
	end(r, frame, intent, kmap, k);
	r->busy = COH_SIM_NONE;
}

/* A page that no user has: no flush_dcache_page. */
static void do_dma_own(struct run *r, const struct op *o)
{
	uint32_t frame = coh_sim_alloc(r->sim), at = o->how >> 5 & 1 ? r->page - DMA_LEN : 0;
	uintptr_t k = coh_sim_kernel_address(r->sim, frame);

	if (k) {
		run_say(r, "a device %s frame %u, the kernel's own",
			direction_name(direction_of(o)), frame);
		use(r, k + at, COH_INTENT_READ_WRITE);
		transfer(r, o, frame, k, true);
		use(r, k + at, COH_INTENT_READ_WRITE);
	}
	coh_sim_put(r->sim, frame);
}

/* A file through a vmap, and what a device reads and writes of it meanwhile. */
static void do_vmap(struct run *r, const struct op *o)
{
	uint32_t frame = target(r, o);
	uintptr_t k = coh_sim_kernel_address(r->sim, frame), va;
	enum coh_dma direction = direction_of(o);

	if (!k)
		return;
	run_say(r, "the kernel loads from and stores to frame %u through a vmap%s%s", frame,
		o->how & 4 ? "; then a device " : "", o->how & 4 ? direction_name(direction) : "");
	r->busy = frame;
	run_flush(r, frame);
	va = coh_sim_vmap(r->sim, &frame, 1, o->to_colour);
	use(r, va + run_offset(r, o), intent_of(o));
	if (o->how & 4) {
		run_must(r, coh_flush_kernel_vmap_range(r->coh, va, r->page), "vmap_range");
		transfer(r, o, frame, k, false);
		run_must(r, coh_invalidate_kernel_vmap_range(r->coh, va, r->page), "vmap_range");
		use(r, va + run_offset(r, o), intent_of(o));
	}
	coh_sim_vunmap(r->sim, va);
	run_flush(r, frame);
	r->busy = COH_SIM_NONE;
}

void kernel_arrives(struct coh_sim *sim, void *arg)
{
	struct call *c = arg;
	struct run *r = c->run;
	uint32_t frame = target(r, c->op);

	(void)sim;
	/* Nobody can announce what comes between his word and his use of it. */
	if (frame != r->busy && c->op->how >> 12 & 3) {
		kernel_uses(r, c->op, frame,
			    run_must_announce(r, frame) ? COH_INTENT_READ : intent_of(c->op),
			    false);
		return;
	}
	run_say(r, "flush_dcache_page of frame %u", frame);
	run_flush(r, frame);
}

do_fn *const kernel_do[OP_KINDS] = {
	[KERNEL_LOAD] = do_kernel_load,
	[KERNEL_STORE] = do_kernel_store,
	[KERNEL_FILL] = do_kernel_fill,
	[FLUSH] = do_flush,
	[GET_USER] = do_get_user,
	[PIN] = do_pin,
	[UNPIN] = do_unpin,
	[PEEK] = do_peek,
	[POKE] = do_poke,
	[DMA] = do_dma,
	[DMA_OWN] = do_dma_own,
	[VMAP] = do_vmap,
};
