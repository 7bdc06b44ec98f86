// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sweeps: a whole data cache is cleaned by filling it with other lines.
 *
 * StrongARM and XScale have no operation that cleans all.  Their caches replace the lines of a
 * set in turn, so software makes as many new lines as the cache has, one behind another: StrongARM
 * loads from a region that is kept for this, XScale allocates lines without a load.
 *
 * A run of neighbouring lines as long as the cache, up or down, is taken for such a sweep.  A long
 * copy looks the same and does nearly the same.  Lines that were used amid the sweep may in truth
 * still be there: to forget them can hide a bug, and never invents one.
 */
#include "watch/plugin/trace.h"

/* Neighbouring lines, up or down, by the instruction at pc; any for allocations. */
struct run {
	uint32_t pc;
	uint32_t last; /* its last line */
	uint32_t step; /* one line up or down; 0: one line so far */
	uint32_t bytes;
};

/*
 * By pc: a loop has other loads than the one that sweeps.  So many, because an interrupt amid a
 * sweep must hardly ever come by a load with the same place here: it would hide the sweep, and
 * what was flushed would be reported as never cleaned.
 */
#define RUNS (1u << 16)
static struct run runs[RUNS];
static struct run allocations;

static bool goes_on(const struct run *r, uint32_t line)
{
	uint32_t size = coh_shadow_dcache(tracer.shadow)->line, step = line - r->last;

	return r->bytes && (step == size || step == -size) && (!r->step || step == r->step);
}

/* Whether the run is now as long as the cache; it then starts again. */
static bool extend(struct run *r, uint32_t line)
{
	const struct coh_cache *d = coh_shadow_dcache(tracer.shadow);

	if (r->bytes && line == r->last)
		return false; /* the same line again */
	if (goes_on(r, line)) {
		r->step = line - r->last;
		r->bytes += d->line;
	} else {
		r->step = 0;
		r->bytes = d->line;
	}
	r->last = line;
	if (r->bytes < d->size)
		return false;
	r->bytes = 0;
	return true;
}

static uint32_t line_of(uint32_t va)
{
	return va & ~(coh_shadow_dcache(tracer.shadow)->line - 1);
}

/* The runs that were used last: of an unrolled loop, each load goes on with that of its neighbour. */
#define RECENT	  4u
#define LOOP_SPAN 256u
static struct run *recent[RECENT];

static void take_over(struct run *r, uint32_t line)
{
	for (unsigned i = 0; i < RECENT; i++) {
		struct run *other = recent[i];

		if (!other || other == r || !goes_on(other, line) ||
		    r->pc - other->pc + LOOP_SPAN > 2 * LOOP_SPAN)
			continue;
		r->last = other->last;
		r->step = other->step;
		r->bytes = other->bytes;
		return;
	}
}

static void used(struct run *r)
{
	static unsigned next;

	for (unsigned i = 0; i < RECENT; i++)
		if (recent[i] == r)
			return;
	recent[next++ % RECENT] = r;
}

void sweep_allocate(uint32_t va, uint32_t pc)
{
	if (tracer.sweep & COH_SWEEP_ALLOCATE && extend(&allocations, line_of(va)))
		maintain_by_sweep(pc);
}

void on_sweeping_load(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *udata)
{
	uint32_t pc = (uint32_t)(uintptr_t)udata + tracer.code_shift;
	uint32_t line = line_of(mmu_modified_va(&tracer.mmu, (uint32_t)vaddr));
	struct run *r = &runs[pc >> 2 & (RUNS - 1)];

	on_load(vcpu, info, vaddr, udata);
	if (r->pc != pc)
		*r = (struct run){ .pc = pc };
	if (line != r->last && !goes_on(r, line))
		take_over(r, line);
	used(r);
	if (extend(r, line))
		maintain_by_sweep(pc);
}

/*
 * The mini data cache: XScale's has 2 KiB, StrongARM's 512 bytes; two ways, replaced in turn.  Linux copies pages through one
 * window in it, and relies on this: read in order, a page takes the place of the one before.
 */
#define MINI_SETS_MAX 32u

static struct {
	uint32_t line[MINI_WAYS]; /* virtual address + 1; 0: none */
	unsigned next;
} mini[MINI_SETS_MAX];

/* Before a load from a page that is cached there: the line that makes room for it is gone. */
void mini_load(uint32_t va, uint32_t pc)
{
	uint32_t line = va & ~(tracer.granule - 1);
	unsigned set = va / tracer.granule % (tracer.mini_sets ? tracer.mini_sets : MINI_SETS_MAX);
	uint32_t *way = &mini[set].line[mini[set].next];
	struct coh_who who = { pc, line, tracer.space };

	for (unsigned i = 0; i < MINI_WAYS; i++)
		if (mini[set].line[i] == line + 1)
			return;
	if (*way)
		coh_shadow_maintain(tracer.shadow, COH_DATA, COH_FLUSH, *way - 1, COH_VA_UNKNOWN,
				    &who);
	*way = line + 1;
	mini[set].next = (mini[set].next + 1) % MINI_WAYS;
}
