// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Page tables, which are the machine's, and the areas of kernel addresses that
 * come and go: vmap.  Here mm is the machine's number: 0 is the kernel.
 */
#include <stdlib.h>

#include "ports/sim/internal.h"

/* What a translation says unless something made the page uncached. */
enum coh_attr sim_cacheable(const struct coh_sim *sim)
{
	return sim->description.dcache.policy == COH_STORE_THROUGH ? COH_WRITE_THROUGH
								   : COH_WRITE_BACK;
}

bool sim_translated(const struct coh_sim *sim, uint32_t mm, uintptr_t va, struct translation *t)
{
	uint64_t pa;

	if (coh_machine_translation(sim->machine, mm, va, &pa, &t->rights, &t->attr))
		return false;
	t->frame = (uint32_t)(pa >> sim->shift);
	return true;
}

static struct mapped *mapped_at(struct coh_sim *sim, uint32_t mm, uintptr_t va)
{
	for (uint32_t i = 0; i < sim->n_mapped; i++)
		if (sim->mapped[i].va == va && sim->mapped[i].mm == mm)
			return &sim->mapped[i];
	return NULL;
}

/* Makes or changes one.  The caller sees to caches before and TLBs after. */
void sim_translate(struct coh_sim *sim, uint32_t mm, uintptr_t va, const struct translation *t)
{
	struct translation old; /* is there one to be replaced? */
	struct mapped *m = sim_translated(sim, mm, va, &old) ? mapped_at(sim, mm, va) : NULL;
	int error = coh_machine_map(sim->machine, mm, va, coh_sim_pa(sim, t->frame), t->rights,
				    t->attr);

	if (error)
		sim_fail(sim, COH_SIM_ERROR, coh_machine_error_text(error), 0, NULL);
	if (!m) {
		if (sim->n_mapped == sim->max_mapped)
			sim_fail(sim, COH_SIM_ERROR, "more translations than config.translations",
				 0, NULL);
		m = &sim->mapped[sim->n_mapped++];
	}
	*m = (struct mapped){ .mm = mm, .va = va, .rights = t->rights };
}

bool sim_untranslate(struct coh_sim *sim, uint32_t mm, uintptr_t va)
{
	struct mapped *m = mapped_at(sim, mm, va);

	if (!m)
		return false;
	*m = sim->mapped[--sim->n_mapped];
	coh_machine_unmap(sim->machine, mm, va);
	return true;
}

void sim_tlb(struct coh_sim *sim, uint32_t mm, uintptr_t va)
{
	for (uint32_t i = 0; i < sim->config.cpus; i++)
		coh_machine_tlb_invalidate(sim->machine, i, mm, va);
}

uint32_t coh_sim_frame_at(const struct coh_sim *sim, uint32_t mm, uintptr_t va)
{
	struct translation t;

	if (mm >= sim->config.mms ||
	    !sim_translated(sim, MACHINE_MM(mm), va & ~(uintptr_t)(sim->page - 1), &t))
		return COH_SIM_NONE;
	return t.frame;
}

/* ------------------------------------------------------------------------ */

static uintptr_t vmap_end(const struct coh_sim *sim, const struct vmap *v)
{
	return v->va + ((uintptr_t)v->pages << sim->shift);
}

/*
 * The lowest room of that colour: addresses are used again as soon as they can be,
 * which is what brings old lines and TLB entries to light.  A page between areas
 * stays empty.
 */
static uintptr_t vmap_room(struct coh_sim *sim, uint32_t n, uintptr_t colour)
{
	uintptr_t colours = coh_colours(&sim->layer), step = colours << sim->shift;
	uintptr_t va = VMAP_BASE + (colour % colours << sim->shift);
	uintptr_t len = (uintptr_t)n << sim->shift;

	for (uint32_t i = 0; i < sim->n_vmaps; i++) {
		const struct vmap *v = &sim->vmaps[i]; /* they are in order */

		if (va + len + sim->page <= v->va)
			break;
		while (va < vmap_end(sim, v) + sim->page)
			va += step;
	}
	sim_ask(sim, va + len <= VMAP_END, "coh_sim_vmap: no addresses are left");
	return va;
}

static void vmap_insert(struct coh_sim *sim, const struct vmap *v)
{
	struct vmap *vmaps =
		sim_enlarge(sim, sim->vmaps, sim->n_vmaps, sim->n_vmaps + 1, sizeof(*vmaps));
	uint32_t i;

	sim->vmaps = vmaps;
	for (i = sim->n_vmaps++; i && vmaps[i - 1].va > v->va; i--)
		vmaps[i] = vmaps[i - 1];
	vmaps[i] = *v;
}

uintptr_t coh_sim_vmap(struct coh_sim *sim, const uint32_t *frames, uint32_t n, uintptr_t colour)
{
	struct vmap v = { .pages = n };

	sim_ask(sim, n && n <= sim->config.frames, "coh_sim_vmap: no such number of frames");
	for (uint32_t i = 0; i < n; i++)
		sim_ask(sim, coh_sim_uses(sim, frames[i]) > 0, "coh_sim_vmap: a free frame");
	v.va = vmap_room(sim, n, colour);
	vmap_insert(sim, &v);
	for (uint32_t i = 0; i < n; i++)
		sim_translate(sim, COH_MACHINE_KERNEL, v.va + ((uintptr_t)i << sim->shift),
			      &(struct translation){ .frame = frames[i],
						     .rights = COH_SIM_RWX,
						     .attr = sim_cacheable(sim) });
	sim_must(sim, coh_flush_cache_vmap(&sim->layer, v.va, (size_t)n << sim->shift),
		 "coh_flush_cache_vmap");
	return v.va;
}

void coh_sim_vunmap(struct coh_sim *sim, uintptr_t va)
{
	uint32_t i = 0;
	struct vmap v;

	while (i < sim->n_vmaps && sim->vmaps[i].va != va)
		i++;
	sim_ask(sim, i < sim->n_vmaps, "coh_sim_vunmap: not what coh_sim_vmap returned");
	v = sim->vmaps[i];
	sim_must(sim, coh_flush_cache_vunmap(&sim->layer, va, (size_t)v.pages << sim->shift),
		 "coh_flush_cache_vunmap");
	for (uint32_t j = 0; j < v.pages; j++, va += sim->page) {
		sim_untranslate(sim, COH_MACHINE_KERNEL, va);
		sim_tlb(sim, COH_MACHINE_KERNEL, va);
	}
	for (i = 0; sim->vmaps[i].va != v.va; i++) /* others may have come and gone meanwhile */
		;
	for (sim->n_vmaps--; i < sim->n_vmaps; i++)
		sim->vmaps[i] = sim->vmaps[i + 1];
}
