// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sweeps: a whole data cache is cleaned by filling it with other lines.
 *
 * StrongARM and XScale have no operation that cleans all.  Their caches replace the lines of a
 * set in turn, so software makes as many new lines as the cache has, one behind another: StrongARM
 * loads from a region that is kept for this, XScale allocates lines without a load.
 *
 * A run of neighbouring lines as long as the cache is taken for such a sweep.  A long copy looks
 * the same and does nearly the same.  Lines that were used amid the sweep may in truth still be
 * there: to forget them can hide a bug, and never invents one.
 */
#include "watch/plugin/trace.h"

/* Neighbouring lines, by the instruction at pc; any for allocations, which are unrolled. */
struct run {
	uint32_t pc;
	uint32_t next; /* the line that would go on */
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

/* Whether the run is now as long as the cache; it then starts again. */
static bool extend(struct run *r, uint32_t va)
{
	const struct coh_cache *d = coh_shadow_dcache(tracer.shadow);
	uint32_t line = va & ~(d->line - 1);

	if (line + d->line == r->next)
		return false; /* the same line again */
	r->bytes = line == r->next ? r->bytes + d->line : d->line;
	r->next = line + d->line;
	if (r->bytes < d->size)
		return false;
	r->bytes = 0;
	return true;
}

void sweep_allocate(uint32_t va, uint32_t pc)
{
	if (tracer.sweep & COH_SWEEP_ALLOCATE && extend(&allocations, va))
		maintain_by_sweep(pc);
}

void on_sweeping_load(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *udata)
{
	uint32_t pc = (uint32_t)(uintptr_t)udata + tracer.code_shift;
	struct run *r = &runs[pc >> 2 & (RUNS - 1)];

	on_load(vcpu, info, vaddr, udata);
	if (r->pc != pc)
		*r = (struct run){ .pc = pc };
	if (extend(r, mmu_modified_va(&tracer.mmu, (uint32_t)vaddr)))
		maintain_by_sweep(pc);
}

/*
 * XScale's mini data cache: 2 KiB, two ways, replaced in turn.  Linux copies pages through one
 * window in it, and relies on this: read in order, a page takes the place of the one before.
 */
#define MINI_SETS 32u
#define MINI_WAYS 2u

static struct {
	uint32_t line[MINI_WAYS]; /* virtual address + 1; 0: none */
	unsigned next;
} mini[MINI_SETS];

/* Before a load from a page that is cached there: the line that makes room for it is gone. */
void mini_load(uint32_t va, uint32_t pc)
{
	uint32_t line = va & ~(tracer.granule - 1);
	unsigned set = va / tracer.granule % MINI_SETS;
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
