// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The callbacks of struct coh_port, on the machine. */
#include "ports/sim/internal.h"

/* ------------------------------------------------------------------------
 * Caches by address.
 */

struct range {
	enum coh_sim_op op;
	enum coh_op what;
	uint32_t line;
	uint64_t at;
	size_t len;
};

/* each: does one line, returns how many lines that changed */
static void each_line(struct coh_sim *sim, struct range r,
		      uint32_t (*each)(struct coh_sim *sim, enum coh_op what, uint64_t at))
{
	uint64_t at = r.at, end = r.at + r.len;
	struct operation o;

	sim_ask(sim, r.len && !((r.at | r.len) & (r.line - 1)),
		"a cache operation on a range that is empty or not aligned to lines");
	sim_op_begin(sim, &o, r.op, r.at, r.len);
	if (o.how == COH_SIM_WRONG)
		at += r.line, end += r.line;
	if (o.how == COH_SIM_SHORT)
		end -= r.line;
	if (o.how == COH_SIM_DROP)
		end = at;
	for (; at < end; at += r.line) {
		o.entry.changed += each(sim, r.what, at);
		o.lines++;
		if (sim->config.grain == COH_SIM_GRAIN_LINE && at + r.line < end)
			sim_point(sim);
	}
	sim_op_end(sim, &o);
}

static uint32_t data_line(struct coh_sim *sim, enum coh_op what, uint64_t va)
{
	return coh_machine_line(sim->machine, sim->running, COH_DATA, what, va);
}

static uint32_t insn_line(struct coh_sim *sim, enum coh_op what, uint64_t va)
{
	return coh_machine_line(sim->machine, sim->running, COH_INSN, what, va);
}

static uint32_t outer_line(struct coh_sim *sim, enum coh_op what, uint64_t pa)
{
	return coh_machine_outer_line(sim->machine, what, pa);
}

#define DATA_RANGE(name, op_, what_)                                                               \
	static void name(void *context, uintptr_t va, size_t len)                                  \
	{                                                                                          \
		struct coh_sim *sim = context;                                                     \
                                                                                                   \
		each_line(sim,                                                                     \
			  (struct range){ op_, what_, sim->layer.config.dcache.line, va, len },    \
			  data_line);                                                              \
	}
DATA_RANGE(dcache_clean, COH_SIM_OP_DCACHE_CLEAN, COH_CLEAN)
DATA_RANGE(dcache_invalidate, COH_SIM_OP_DCACHE_INVALIDATE, COH_INVALIDATE)
DATA_RANGE(dcache_flush, COH_SIM_OP_DCACHE_FLUSH, COH_FLUSH)

static void icache_invalidate(void *context, uintptr_t va, size_t len)
{
	struct coh_sim *sim = context;
	const struct coh_cache *i = coh_cpu_icache(sim->config.core);

	each_line(sim,
		  (struct range){ COH_SIM_OP_ICACHE_INVALIDATE, COH_INVALIDATE, i->line, va, len },
		  insn_line);
}

#define OUTER_RANGE(name, op_, what_)                                                              \
	static void name(void *context, coh_pa_t pa, size_t len)                                   \
	{                                                                                          \
		struct coh_sim *sim = context;                                                     \
                                                                                                   \
		sim_ask(sim, sim->description.outer.size, #name ": there is no second level");     \
		each_line(sim, (struct range){ op_, what_, sim->description.outer.line, pa, len }, \
			  outer_line);                                                             \
	}
OUTER_RANGE(outer_clean, COH_SIM_OP_OUTER_CLEAN, COH_CLEAN)
OUTER_RANGE(outer_invalidate, COH_SIM_OP_OUTER_INVALIDATE, COH_INVALIDATE)
OUTER_RANGE(outer_flush, COH_SIM_OP_OUTER_FLUSH, COH_FLUSH)

/* ------------------------------------------------------------------------
 * Whole caches.
 */

static uint32_t all_but_last_way(struct coh_sim *sim, uint32_t cpu, enum coh_side side,
				 enum coh_op what)
{
	const struct coh_cache *c =
		side == COH_DATA ? &sim->description.dcache : &sim->description.icache;
	uint32_t changed = 0;

	for (uint32_t set = 0; c->size && set < coh_cache_sets(c); set++)
		for (uint32_t way = 0; way + 1 < c->ways; way++)
			changed += coh_machine_set_way(sim->machine, cpu, side, what, set, way);
	return changed;
}

static void whole(struct coh_sim *sim, enum coh_sim_op op, enum coh_side side, enum coh_op what)
{
	const struct coh_cache *c =
		side == COH_DATA ? &sim->description.dcache : coh_cpu_icache(sim->config.core);
	struct operation o;
	uint32_t first, last;

	sim_op_begin(sim, &o, op, 0, 0);
	first = last = sim->running;
	if (o.how == COH_SIM_WRONG) {
		first = last = (sim->running + 1) % sim->config.cpus;
	} else if (sim->description.broadcast) {
		first = 0;
		last = sim->config.cpus - 1;
	}
	for (uint32_t cpu = first; cpu <= last && o.how != COH_SIM_DROP; cpu++) {
		o.lines += c->size / c->line;
		o.entry.changed += o.how == COH_SIM_SHORT
					   ? all_but_last_way(sim, cpu, side, what)
					   : coh_machine_all(sim->machine, cpu, side, what);
	}
	sim_op_end(sim, &o);
}

static void dcache_flush_all(void *context)
{
	whole(context, COH_SIM_OP_DCACHE_FLUSH_ALL, COH_DATA, COH_FLUSH);
}

static void icache_invalidate_all(void *context)
{
	whole(context, COH_SIM_OP_ICACHE_INVALIDATE_ALL, COH_INSN, COH_INVALIDATE);
}

/* ------------------------------------------------------------------------
 * Kernel addresses.  A window's saved: 0, or the frame that was there, plus one.
 */

static void set_window(struct coh_sim *sim, uintptr_t window, uintptr_t saved)
{
	if (saved)
		sim_translate(sim, COH_MACHINE_KERNEL, window,
			      &(struct translation){ .frame = (uint32_t)saved - 1,
						     .rights = COH_SIM_RWX,
						     .attr = sim_cacheable(sim) });
	else
		sim_untranslate(sim, COH_MACHINE_KERNEL, window);
	coh_machine_tlb_invalidate(sim->machine, sim->running, COH_MACHINE_KERNEL, window);
}

static uintptr_t window_map(void *context, uintptr_t pfn, uintptr_t colour, uintptr_t *saved)
{
	struct coh_sim *sim = context;
	uintptr_t colours = coh_colours(&sim->layer), window;
	struct translation t;
	struct operation o;

	sim_ask(sim, sim->layer.config.dcache.indexing == COH_INDEXED_VIPT && colours > 1,
		"window_map: this cache needs none");
	sim_ask(sim, colour < colours, "window_map: no such colour");
	sim_ask(sim, pfn <= sim->config.frames, "window_map: no such page");
	sim_op_begin(sim, &o, COH_SIM_OP_WINDOW_MAP, pfn, 0);
	if (o.how == COH_SIM_WRONG)
		colour = (colour + 1) % colours;
	window = WINDOW_BASE + (uintptr_t)WINDOW_SIZE * sim->running + (colour << sim->shift);
	*saved = 0;
	if (sim_translated(sim, COH_MACHINE_KERNEL, window, &t))
		*saved = (uintptr_t)t.frame + 1;
	if (o.how != COH_SIM_DROP)
		set_window(sim, window, pfn + 1);
	sim_op_end(sim, &o);
	return window;
}

static void window_unmap(void *context, uintptr_t window, uintptr_t saved)
{
	struct coh_sim *sim = context;
	struct operation o;

	sim_op_begin(sim, &o, COH_SIM_OP_WINDOW_UNMAP, window, 0);
	if (o.how != COH_SIM_DROP)
		set_window(sim, window, saved);
	sim_op_end(sim, &o);
}

static uintptr_t kernel_address(void *context, uintptr_t pfn)
{
	struct coh_sim *sim = context;

	sim_layer_returned(sim);
	return pfn <= sim->config.frames ? coh_sim_kernel_address(sim, (uint32_t)pfn) : 0;
}

static uint32_t slot_get(struct coh_sim *sim, uint32_t frame)
{
	for (uint32_t i = 0; i < sim->config.slots; i++)
		if (sim->slots[i].frame == COH_SIM_NONE) {
			sim->slots[i] = (struct slot){ .frame = frame };
			return i;
		}
	return COH_SIM_NONE;
}

static uintptr_t kmap(void *context, uintptr_t pfn)
{
	struct coh_sim *sim = context;
	uint32_t frame = (uint32_t)pfn;
	uintptr_t va;
	struct operation o;

	sim_ask(sim, sim_frame_exists(sim, frame), "kmap: no such page");
	sim_op_begin(sim, &o, COH_SIM_OP_KMAP, pfn, 0);
	va = o.how == COH_SIM_DROP ? 0 : coh_sim_kernel_address(sim, frame);
	if (!va && o.how != COH_SIM_DROP) {
		sim->frames[frame].slot = slot_get(sim, frame);
		va = coh_sim_kernel_address(sim, frame);
		if (va)
			sim_translate(sim, COH_MACHINE_KERNEL, va,
				      &(struct translation){ .frame = frame,
							     .rights = COH_SIM_RWX,
							     .attr = sim_cacheable(sim) });
	}
	if (va && sim->frames[frame].slot != COH_SIM_NONE)
		sim->slots[sim->frames[frame].slot].users++;
	sim_op_end(sim, &o);
	return va;
}

static void kunmap(void *context, uintptr_t pfn, uintptr_t va)
{
	struct coh_sim *sim = context;
	uint32_t frame = (uint32_t)pfn, slot;
	struct operation o;

	sim_ask(sim, sim_frame_exists(sim, frame) && va == coh_sim_kernel_address(sim, frame),
		"kunmap: not where the page is");
	sim_op_begin(sim, &o, COH_SIM_OP_KUNMAP, pfn, 0);
	slot = sim->frames[frame].slot;
	if (o.how != COH_SIM_DROP && slot != COH_SIM_NONE && !--sim->slots[slot].users) {
		sim_untranslate(sim, COH_MACHINE_KERNEL, va);
		sim_tlb(sim, COH_MACHINE_KERNEL, va);
		sim->slots[slot].frame = COH_SIM_NONE;
		sim->frames[frame].slot = COH_SIM_NONE;
	}
	sim_op_end(sim, &o);
}

/* ------------------------------------------------------------------------
 * Bytes, line by line, as a CPU moves them.
 */

static size_t spoilt_length(const struct coh_sim *sim, uint32_t how, size_t len)
{
	uint32_t line = sim->layer.config.dcache.line;

	if (how == COH_SIM_DROP)
		return 0;
	if (how == COH_SIM_SHORT)
		return len < line ? 0 : len - line;
	return len;
}

static void move(struct coh_sim *sim, enum coh_sim_op op, uintptr_t to, uintptr_t from, size_t len)
{
	uint8_t bytes[256] = { 0 }; /* zero: what is stored */
	bool points = sim->config.grain == COH_SIM_GRAIN_LINE;
	uint32_t line = sim->layer.config.dcache.line;
	struct operation o;

	sim_op_begin(sim, &o, op, to, len);
	len = spoilt_length(sim, o.how, len);
	for (size_t at = 0, n; at < len; at += n) {
		n = line - ((to + at) & (line - 1));
		if (n > len - at)
			n = len - at;
		if (op == COH_SIM_OP_COPY)
			sim_kernel_access(sim, COH_MACHINE_READ, from + at, bytes, (uint32_t)n,
					  points);
		sim_kernel_access(sim, COH_MACHINE_WRITE, to + at, bytes, (uint32_t)n, points);
	}
	sim_op_end(sim, &o);
}

static void copy(void *context, uintptr_t to, uintptr_t from, size_t len)
{
	move(context, COH_SIM_OP_COPY, to, from, len);
}

static void zero(void *context, uintptr_t to, size_t len)
{
	move(context, COH_SIM_OP_ZERO, to, 0, len);
}

/* ------------------------------------------------------------------------
 * Locks, interrupts, walks.  A lock's word: 0, or the CPU that holds it, plus one.
 */

static void lock(void *context, coh_lock_t *lock)
{
	struct coh_sim *sim = context;
	uintptr_t me = (uintptr_t)sim->running + 1;
	struct operation o;

	if (sim->context->locks)
		sim_fail(sim, COH_SIM_ERROR, "lock: one is asked for inside another", 0, lock);
	sim_op_begin(sim, &o, COH_SIM_OP_LOCK, (uintptr_t)lock, 0);
	if (o.how != COH_SIM_DROP) {
		if (lock->word == me && !sim->config.driver)
			sim_fail(sim, COH_SIM_DEADLOCK, "lock: the CPU that wants it holds it", 0,
				 lock);
		sim_wait(sim, &lock->word, "lock: a CPU that stands still holds it", lock);
		lock->word = me;
		sim->cpu[sim->running].locks++;
		sim->context->locks++;
		sim->report.lock_in_irq += sim->context->kind != COH_SIM_IN_PROCESS;
	}
	sim_op_end(sim, &o);
}

static void unlock(void *context, coh_lock_t *lock)
{
	struct coh_sim *sim = context;
	bool dropped = sim->report.faults > 0; /* perhaps: a lock that was not taken */
	struct operation o;

	sim_op_begin(sim, &o, COH_SIM_OP_UNLOCK, (uintptr_t)lock, 0);
	if (lock->word == (uintptr_t)sim->running + 1 && sim->context->locks) {
		sim->cpu[sim->running].locks--;
		sim->context->locks--;
		if (o.how != COH_SIM_DROP)
			lock->word = 0;
	} else if (!dropped) {
		sim_fail(sim, COH_SIM_ERROR, "unlock: of a lock that is not held", 0, lock);
	}
	sim_op_end(sim, &o);
}

static uintptr_t irq_save(void *context)
{
	struct coh_sim *sim = context;
	uintptr_t flags;
	struct operation o;

	sim_op_begin(sim, &o, COH_SIM_OP_IRQ_SAVE, 0, 0);
	flags = sim->cpu[sim->running].irqs_on;
	if (o.how != COH_SIM_DROP)
		sim->cpu[sim->running].irqs_on = false;
	sim->context->saves++;
	sim_op_end(sim, &o);
	return flags;
}

static void irq_restore(void *context, uintptr_t flags)
{
	struct coh_sim *sim = context;
	struct operation o;

	sim_op_begin(sim, &o, COH_SIM_OP_IRQ_RESTORE, flags, 0);
	sim_ask(sim, flags <= 1 && sim->context->saves,
		"irq_restore: not what irq_save returned, or too often");
	if (o.how != COH_SIM_DROP)
		sim->cpu[sim->running].irqs_on = flags || o.how == COH_SIM_WRONG;
	sim->context->saves--;
	sim_op_end(sim, &o);
}

static void walk_enter(void *context)
{
	struct coh_sim *sim = context;

	if (!sim_walk_is_dropped(sim, COH_SIM_OP_WALK_ENTER)) {
		sim->context->walks++;
		sim->cpu[sim->running].walks++;
	}
	sim_point(sim);
}

static void walk_exit(void *context)
{
	struct coh_sim *sim = context;

	sim_point(sim);
	if (sim_walk_is_dropped(sim, COH_SIM_OP_WALK_EXIT))
		return;
	if (!sim->context->walks)
		sim_fail(sim, COH_SIM_ERROR, "walk_exit: no walk runs", 0, NULL);
	sim->context->walks--;
	sim->cpu[sim->running].walks--;
	sim_objects_settle(sim);
}

/* ------------------------------------------------------------------------
 * Users.
 */

static struct coh_mm *current_mm(void *context)
{
	struct coh_sim *sim = context;
	uint32_t mm;

	sim_layer_returned(sim);
	mm = sim->cpu[sim->running].mm;
	return mm == COH_SIM_NONE ? NULL : &sim->mms[mm].mm;
}

/* Which of ours it is. */
static uint32_t mm_number(struct coh_sim *sim, const struct coh_mm *mm)
{
	for (uint32_t i = 0; i < sim->config.mms; i++)
		if (&sim->mms[i].mm == mm)
			return i;
	sim_fail(sim, COH_SIM_ERROR, "the port is asked about an mm that does not exist", 0, mm);
}

static bool user_page(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t *pfn)
{
	struct coh_sim *sim = context;
	uint32_t frame;

	sim_layer_returned(sim);
	frame = coh_sim_frame_at(sim, mm_number(sim, mm), va);
	if (frame == COH_SIM_NONE)
		return false;
	*pfn = frame;
	return true;
}

/* Nothing here is taken away for a moment only, so an interrupt may ask, too. */
static bool user_may_map(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t pfn)
{
	struct coh_sim *sim = context;

	sim_layer_returned(sim);
	return coh_sim_frame_at(sim, mm_number(sim, mm), va) == pfn;
}

static bool user_uncache(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t pfn)
{
	struct coh_sim *sim = context;
	uint32_t number = MACHINE_MM(mm_number(sim, mm));
	struct translation t;
	struct operation o;
	bool present;

	sim_op_begin(sim, &o, COH_SIM_OP_USER_UNCACHE, va, 0);
	present = sim_translated(sim, number, va, &t) && t.frame == pfn;
	if (o.how == COH_SIM_WRONG)
		va += sim->page;
	if (o.how != COH_SIM_DROP && present && sim_translated(sim, number, va, &t) &&
	    t.attr != COH_UNCACHED) {
		t.attr = COH_UNCACHED;
		sim_translate(sim, number, va, &t);
		sim_tlb(sim, number, va);
		o.entry.changed = 1;
	}
	sim_op_end(sim, &o);
	return present;
}

static void report(void *context, int error, const void *object)
{
	sim_note(context, COH_SIM_ERROR, "the layer reports damage", error, object);
}

/* So that every run shows that what may be left out is not called. */
static void leave_out_what_may_be(struct coh_port *port, const struct coh_config *config)
{
	struct coh_port less;

#define TRY_WITHOUT(callback)                                                                      \
	do {                                                                                       \
		less = *port;                                                                      \
		less.callback = NULL;                                                              \
		if (!coh_port_missing(config, &less))                                              \
			*port = less;                                                              \
	} while (0)

	TRY_WITHOUT(icache_invalidate);
	TRY_WITHOUT(icache_invalidate_all);
	TRY_WITHOUT(outer_clean);
	TRY_WITHOUT(outer_invalidate);
	TRY_WITHOUT(outer_flush);
	TRY_WITHOUT(window_map);
	TRY_WITHOUT(window_unmap);
	TRY_WITHOUT(user_page);
	TRY_WITHOUT(user_uncache);
#undef TRY_WITHOUT
}

void sim_port_fill(struct coh_port *port, struct coh_sim *sim, const struct coh_config *config)
{
	*port = (struct coh_port){
		.context = sim,
		.dcache_clean = dcache_clean,
		.dcache_invalidate = dcache_invalidate,
		.dcache_flush = dcache_flush,
		.dcache_flush_all = dcache_flush_all,
		.icache_invalidate = icache_invalidate,
		.icache_invalidate_all = icache_invalidate_all,
		.outer_clean = outer_clean,
		.outer_invalidate = outer_invalidate,
		.outer_flush = outer_flush,
		.window_map = window_map,
		.window_unmap = window_unmap,
		.kernel_address = kernel_address,
		.kmap = kmap,
		.kunmap = kunmap,
		.copy = copy,
		.zero = zero,
		.lock = lock,
		.unlock = unlock,
		.irq_save = irq_save,
		.irq_restore = irq_restore,
		.walk_enter = walk_enter,
		.walk_exit = walk_exit,
		.current_mm = current_mm,
		.user_page = user_page,
		.user_may_map = sim->config.looks_at_tables ? user_may_map : NULL,
		.user_uncache = user_uncache,
		.report = report,
	};
	leave_out_what_may_be(port, config);
}
