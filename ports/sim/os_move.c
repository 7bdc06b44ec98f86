// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Whole mms and whole areas on the move: fork, exit, switch, mremap, resize, merge. */
#include "ports/sim/internal.h"

/* ------------------------------------------------------------------------
 * fork and exit.
 */

/* Private pages only: those of a shared mapping are found again in the file. */
static void fork_pages(struct coh_sim *sim, struct os_vma *parent, struct os_vma *child)
{
	uint32_t mm = MACHINE_MM(parent->mm);

	if (!parent->anon)
		return;
	for (uintptr_t va = parent->start; va < parent->end; va += sim->page) {
		struct translation t;

		if (!sim_translated(sim, mm, va, &t))
			continue;
		if (t.rights & COH_PROT_WRITE) {
			t.rights &= ~(uint32_t)COH_PROT_WRITE;
			sim_translate(sim, mm, va, &t);
			sim_tlb(sim, mm, va);
		}
		sim_map_page(sim, child, va, &t);
	}
}

void coh_sim_fork(struct coh_sim *sim, uint32_t parent, uint32_t child)
{
	sim_mm_hold(sim, parent);
	sim_mm_hold(sim, child);
	sim_ask(sim, !sim->mms[child].vmas, "coh_sim_fork: the child has areas");
	sim_must(sim, coh_flush_cache_dup_mm(&sim->layer, &sim->mms[parent].mm),
		 "coh_flush_cache_dup_mm");
	for (struct os_vma *v = sim->mms[parent].vmas; v; v = v->next) {
		struct os_vma *copy = sim_vma_new(sim, v);

		copy->mm = child;
		sim_must(sim, coh_vma_fork(&sim->layer, &v->vma, &sim->mms[child].mm, &copy->vma),
			 "coh_vma_fork");
		sim_vma_insert(sim, copy);
		fork_pages(sim, v, copy);
	}
	sim_mm_release(sim, child);
	sim_mm_release(sim, parent);
}

void coh_sim_exit(struct coh_sim *sim, uint32_t mm)
{
	sim_mm_hold(sim, mm);
	sim_must(sim, coh_flush_cache_mm(&sim->layer, &sim->mms[mm].mm), "coh_flush_cache_mm");
	while (sim->mms[mm].vmas) {
		struct os_vma *v = sim->mms[mm].vmas;

		sim_unmap_pages(sim, v, v->start, v->end);
		sim_must(sim, coh_vma_unlink(&sim->layer, &v->vma), "coh_vma_unlink");
		sim_vma_remove(sim, v);
	}
	sim_mm_release(sim, mm);
}

/* ------------------------------------------------------------------------
 * Which mm a CPU has.
 */

void coh_sim_switch(struct coh_sim *sim, uint32_t mm)
{
	struct cpu *cpu = &sim->cpu[sim->running];
	uint32_t prev = cpu->mm;
	bool on = cpu->irqs_on;

	sim_ask(sim, mm < sim->config.mms || mm == COH_SIM_NONE, "no such mm");
	sim_ask(sim, sim->context->kind == COH_SIM_IN_PROCESS,
		"coh_sim_switch: not in an interrupt");
	cpu->irqs_on = false;
	sim_must(sim,
		 coh_switch_mm(&sim->layer, prev == COH_SIM_NONE ? NULL : &sim->mms[prev].mm,
			       mm == COH_SIM_NONE ? NULL : &sim->mms[mm].mm),
		 "coh_switch_mm");
	coh_machine_set_mm(sim->machine, sim->running,
			   mm == COH_SIM_NONE ? COH_MACHINE_KERNEL : MACHINE_MM(mm));
	cpu->mm = mm;
	cpu->kernel_thread = false;
	cpu->irqs_on = on;
}

void coh_sim_kernel_thread(struct coh_sim *sim)
{
	sim->cpu[sim->running].kernel_thread = true;
}

uint32_t coh_sim_current(const struct coh_sim *sim, uint32_t cpu)
{
	return cpu < sim->config.cpus ? sim->cpu[cpu].mm : COH_SIM_NONE;
}

/* ------------------------------------------------------------------------
 * Areas.
 */

/* While both are mapped, the caller's order of steps keeps walks right: see coh_vma_move. */
static void move_pages(struct coh_sim *sim, struct os_vma *from, struct os_vma *to)
{
	uint32_t mm = MACHINE_MM(from->mm);

	for (uintptr_t va = from->start; va < from->end; va += sim->page) {
		struct translation t;

		if (!sim_translated(sim, mm, va, &t))
			continue;
		sim->frames[t.frame].uses++;
		sim_unmap_pages(sim, from, va, va + sim->page);
		sim_map_page(sim, to, to->start + (va - from->start), &t);
		sim_put(sim, t.frame);
	}
}

void coh_sim_mremap(struct coh_sim *sim, uint32_t mm, uintptr_t va, uint32_t pages, uintptr_t at)
{
	uintptr_t len = (uintptr_t)pages << sim->shift;
	struct os_vma *from, *to;

	sim_range_ask(sim, mm, va, pages);
	sim_range_ask(sim, mm, at, pages);
	sim_mm_hold(sim, mm);
	from = sim_vma_at(sim, mm, va);
	sim_ask(sim, from && va + len <= from->end, "coh_sim_mremap: not of one area");
	sim_ask(sim, sim_range_free(sim, mm, at, at + len, NULL),
		"coh_sim_mremap: something is there");
	if (va + len < from->end)
		sim_vma_split(sim, from, va + len);
	if (from->start < va) {
		sim_vma_split(sim, from, va);
		from = from->next;
	}
	to = sim_vma_new(sim, from);
	to->start = at;
	to->end = at + len;
	sim_must(sim, coh_vma_move(&sim->layer, &from->vma, at, &to->vma), "coh_vma_move");
	sim_vma_insert(sim, to);
	sim_must(sim, coh_flush_cache_range(&sim->layer, &from->vma, va, len),
		 "coh_flush_cache_range");
	move_pages(sim, from, to);
	sim_must(sim, coh_vma_unlink(&sim->layer, &from->vma), "coh_vma_unlink");
	sim_vma_remove(sim, from);
	sim_mm_release(sim, mm);
}

/* Of the area, [start, end) goes. */
static void leave(struct coh_sim *sim, struct os_vma *v, uintptr_t start, uintptr_t end)
{
	if (start >= end)
		return;
	sim_must(sim, coh_flush_cache_range(&sim->layer, &v->vma, start, end - start),
		 "coh_flush_cache_range");
	sim_unmap_pages(sim, v, start, end);
}

void coh_sim_resize(struct coh_sim *sim, uint32_t mm, uintptr_t va, uintptr_t start, uint32_t pages)
{
	uintptr_t len = (uintptr_t)pages << sim->shift, end = start + len;
	struct os_vma *v;

	sim_range_ask(sim, mm, start, pages);
	sim_mm_hold(sim, mm);
	v = sim_vma_at(sim, mm, va);
	sim_ask(sim, v != NULL, "coh_sim_resize: nothing is there");
	sim_ask(sim, start < v->end && v->start < end && sim_range_free(sim, mm, start, end, v),
		"coh_sim_resize: to where it is not, or something else is");
	leave(sim, v, v->start, start < v->end ? start : v->end);
	leave(sim, v, end > v->start ? end : v->start, v->end);
	sim_must(sim, coh_vma_resize(&sim->layer, &v->vma, start, len), "coh_vma_resize");
	v->pgoff += (start >> sim->shift) - (v->start >> sim->shift);
	v->start = start;
	v->end = end;
	sim_mm_release(sim, mm);
}

bool coh_sim_merge(struct coh_sim *sim, uint32_t mm, uintptr_t va)
{
	struct os_vma *lower, *upper;
	int error;

	sim_mm_hold(sim, mm);
	lower = sim_vma_at(sim, mm, va);
	upper = lower ? lower->next : NULL;
	sim_ask(sim, upper != NULL, "coh_sim_merge: there are no two areas");
	error = lower->prot == upper->prot ? coh_vma_merge(&sim->layer, &lower->vma, &upper->vma)
					   : COH_E_NEIGHBOUR;
	if (error != COH_E_NEIGHBOUR) {
		sim_must(sim, error, "coh_vma_merge");
		lower->end = upper->end;
		sim_vma_remove(sim, upper);
	}
	sim_mm_release(sim, mm);
	return !error;
}
