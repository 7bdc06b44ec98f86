// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fetches: which blocks of code run, and when the instruction side must look at them.
 *
 * A fetch matters only the first time that a block runs after something changed: an instruction
 * line that is in stays in, and is as old as it was.  So each block has a slot, 1 for "to be
 * looked at", and the emulator itself tests it: on_block is called only where the slot is not 0.
 * on_block clears the slot, and gives the shadow the lines of the block.
 *
 * forget_blocks_seen sets the slots to 1 again: after invalidation of the I-cache, after a change of
 * page tables or control register, and where the TLB was emptied of an entry that the walker may
 * read an old one for.  Not after all TLB maintenance, which is frequent: code at another physical
 * place is another block.  Nor is it needed when code was changed: the emulator translates it anew,
 * and a block that is translated anew is looked at anew.
 *
 * What lies behind a cache operation in the same block is fetched after it: the block is divided
 * there, and each part has a slot of its own.
 */
#include "watch/plugin/code_place.h"
#include "watch/plugin/trace.h"

/* ---- the table of blocks ---- */

static guint block_hash(gconstpointer p)
{
	const struct block *b = p;

	return b->va * 31 + (guint)((uintptr_t)b->code >> 12) * 17 + b->length;
}

static gboolean block_equal(gconstpointer x, gconstpointer y)
{
	const struct block *a = x, *b = y;

	return a->va == b->va && a->length == b->length && a->code == b->code;
}

void blocks_init(void)
{
	tracer.slots = qemu_plugin_scoreboard_new(BLOCKS_MAX * sizeof(uint64_t));
	tracer.seen = g_new(uint32_t, BLOCKS_MAX);
	tracer.block = g_new(struct block, BLOCKS_MAX);
	tracer.blocks = g_hash_table_new(block_hash, block_equal);
}

/* In the CPU's thread, before its first translation. */
void blocks_begin(void)
{
	tracer.code_moves = !code_place_fix();
	tracer.slot = qemu_plugin_scoreboard_find(tracer.slots, 0);
}

/* The block's entry in the table, NULL when that is full. */
static struct block *block_of(const struct block *key)
{
	struct block *b = g_hash_table_lookup(tracer.blocks, key);

	if (b || tracer.n_slots == BLOCKS_MAX)
		return b;
	/* Side by side in the order of translation: blocks that run together. */
	b = &tracer.block[tracer.n_slots];
	*b = *key;
	b->slot = tracer.n_slots++;
	g_hash_table_add(tracer.blocks, b);
	return b;
}

void forget_blocks_seen(void)
{
	while (tracer.n_seen)
		tracer.slot[tracer.seen[--tracer.n_seen]] = 1;
}

void forget_blocks_if_threatened(void)
{
	static uint64_t known;
	uint64_t threats = coh_shadow_counts(tracer.shadow)->threats;

	if (threats == known)
		return;
	known = threats;
	forget_blocks_seen();
}

/* ---- fetches ---- */

static void fetch(const struct view_entry *e, uint32_t va, uint32_t pc, uint32_t length)
{
	struct coh_finding f;
	struct coh_shadow_access a = {
		.va = va,
		.pa = e->page->pa | page_offset(e, va),
		.pc = pc,
		.mm = tracer.space,
		.size = length,
		.attr = e->insn_attr,
	};

	tracer.end.fetches++;
	notice_device_at(a.pa);
	if (coh_shadow_fetch(tracer.shadow, &a, &f)) {
		/* The instruction that is old, not the one that its block starts with. */
		f.pc = pc + (f.va - va);
		events_finding(&f);
	}
}

/* All of a block is fetched; nothing is done for lines that are in and fresh. */
static void run_block(uint32_t pc, uint32_t block_length, bool is_ram)
{
	uint32_t va = mmu_modified_va(&tracer.mmu, pc);
	const struct view_entry *e;
	uint32_t step, left = COH_PAGE_SIZE - (va & COH_PAGE_MASK);
	uint32_t length = block_length < left ? block_length : left;

	dma_settle();
	e = view_for_fetch(va, pc, is_ram);
	if (!e || !e->page)
		return;
	for (uint32_t done = 0; done < length; done += step) {
		uint32_t at = va + done;

		step = tracer.granule - (at & (tracer.granule - 1));
		step = step < length - done ? step : length - done;
		if (e->insn_attr == COH_UNCACHED ||
		    !coh_fetch_is_quiet(e->view, e->page, at, page_offset(e, at)))
			fetch(e, at, pc + done, step);
	}
}

/* A block runs for the first time since the I-cache was invalidated. */
static void on_block(unsigned vcpu, void *udata)
{
	const struct block *b = udata;

	(void)vcpu;
	/* A block that was translated again meanwhile is listed twice. */
	if (tracer.n_seen == BLOCKS_MAX)
		forget_blocks_seen();
	tracer.slot[b->slot] = 0;
	tracer.seen[tracer.n_seen++] = b->slot;
	run_block(b->va, b->length, b->code != NULL);
}

/*
 * Blocks that are notified each time they run: those beyond BLOCKS_MAX, so that no guest can use
 * up memory; and all, where code moves.  What is needed of them travels in the pointer.
 */
static void *pack_block(const struct block *b)
{
	return (void *)(uintptr_t)((uint64_t)b->length << 33 | (uint64_t)(b->code != NULL) << 32 |
				   b->va);
}

static void on_unlisted_block(unsigned vcpu, void *udata)
{
	uint64_t packed = (uintptr_t)udata;
	uint32_t pc = (uint32_t)packed;

	(void)vcpu;
	if (tracer.code_moves) {
		pc = read_register(tracer.reg[TARGET_REGISTERS - 1]);
		tracer.code_shift = pc - (uint32_t)packed;
	}
	run_block(pc, (uint32_t)(packed >> 33), packed >> 32 & 1);
}

/* The same for what is behind an operation: on_unlisted_block has found out where the block is. */
static void on_part(unsigned vcpu, void *udata)
{
	uint64_t packed = (uintptr_t)udata;

	(void)vcpu;
	run_block((uint32_t)packed + tracer.code_shift, (uint32_t)(packed >> 33), packed >> 32 & 1);
}

void instrument_part(struct qemu_plugin_tb *tb, size_t first_n, size_t last_n)
{
	struct qemu_plugin_insn *first = qemu_plugin_tb_get_insn(tb, first_n);
	struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(tb, last_n);
	uint64_t start = qemu_plugin_insn_vaddr(first);
	uint64_t end = qemu_plugin_insn_vaddr(last) + qemu_plugin_insn_size(last);
	struct block key = {
		.va = (uint32_t)start,
		.length = (uint32_t)(end - start),
		.code = qemu_plugin_insn_haddr(first),
	};
	struct block *b = tracer.code_moves ? NULL : block_of(&key);
	qemu_plugin_u64 slot = { .score = tracer.slots };

	if (!b) {
		if (first_n)
			qemu_plugin_register_vcpu_insn_exec_cb(
				first, on_part, QEMU_PLUGIN_CB_R_REGS, pack_block(&key));
		else
			qemu_plugin_register_vcpu_tb_exec_cb(
				tb, on_unlisted_block, QEMU_PLUGIN_CB_R_REGS, pack_block(&key));
		return;
	}
	/* New code at an old place must be looked at again. */
	tracer.slot[b->slot] = 1;
	slot.offset = b->slot * sizeof(uint64_t);
	if (first_n)
		qemu_plugin_register_vcpu_insn_exec_cond_cb(first, on_block, QEMU_PLUGIN_CB_R_REGS,
							    QEMU_PLUGIN_COND_NE, slot, 0, b);
	else
		qemu_plugin_register_vcpu_tb_exec_cond_cb(tb, on_block, QEMU_PLUGIN_CB_R_REGS,
							  QEMU_PLUGIN_COND_NE, slot, 0, b);
}
