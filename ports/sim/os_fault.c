// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Page faults, and what the kernel does to users' pages on their behalf. */
#include "ports/sim/internal.h"

static struct coh_page *page_of(struct coh_sim *sim, uint32_t frame)
{
	return &sim->frames[frame].page;
}

/* A neighbour that continues this area may share its family: then the two can be merged. */
static struct os_anon *neighbours_anon(const struct coh_sim *sim, const struct os_vma *vma)
{
	for (const struct os_vma *v = sim->mms[vma->mm].vmas; v; v = v->next)
		if (v->anon && v->file == vma->file && v->prot == vma->prot &&
		    (v->end == vma->start || v->start == vma->end) &&
		    v->pgoff - (v->start >> sim->shift) == vma->pgoff - (vma->start >> sim->shift))
			return v->anon;
	return NULL;
}

static void need_anon(struct coh_sim *sim, struct os_vma *vma)
{
	if (vma->anon)
		return;
	vma->anon = neighbours_anon(sim, vma);
	if (!vma->anon) {
		struct os_anon *a = sim_object(sim, sizeof(*a));

		coh_anon_vma_init(&a->anon_vma);
		a->next = sim->anons.next;
		a->prev = &sim->anons;
		a->next->prev = a;
		a->prev->next = a;
		vma->anon = a;
	}
	vma->anon->users++;
	sim_must(sim, coh_vma_link_anon(&sim->layer, &vma->vma, &vma->anon->anon_vma),
		 "coh_vma_link_anon");
}

static uint32_t new_anonymous(struct coh_sim *sim, struct os_vma *vma, uintptr_t va)
{
	uint32_t frame;
	struct frame *f;

	need_anon(sim, vma);
	frame = sim_frame_get(sim);
	f = &sim->frames[frame];
	f->anon = vma->anon;
	f->anon->users++;
	sim_must(sim,
		 coh_page_set_anon(&f->page, &vma->anon->anon_vma, sim_vma_index(sim, vma, va)),
		 "coh_page_set_anon");
	return frame;
}

/*
 * The table, then the layer.  Code on several CPUs: the I-cache comes before the
 * translation, for another CPU may fetch as soon as there is one.
 */
void sim_map_page(struct coh_sim *sim, struct os_vma *vma, uintptr_t va,
		  const struct translation *t)
{
	if (t->rights & COH_PROT_EXEC && sim->config.cpus > 1)
		sim_must(sim, coh_flush_icache_page(&sim->layer, &vma->vma, page_of(sim, t->frame)),
			 "coh_flush_icache_page");
	sim->frames[t->frame].uses++;
	sim->frames[t->frame].maps++;
	sim_translate(sim, MACHINE_MM(vma->mm), va, t);
	sim_must(
		sim,
		coh_update_mmu_cache(&sim->layer, &vma->vma, page_of(sim, t->frame), va, t->rights),
		"coh_update_mmu_cache");
}

static void map_new(struct coh_sim *sim, struct os_vma *vma, uintptr_t va, uint32_t frame,
		    uint32_t rights)
{
	sim_map_page(sim, vma, va,
		     &(struct translation){
			     .frame = frame, .rights = rights, .attr = sim_cacheable(sim) });
}

/* Another frame takes the place of old, or nobody's, at va. */
static void replace(struct coh_sim *sim, struct os_vma *vma, uintptr_t va, uint32_t frame)
{
	uint32_t mm = MACHINE_MM(vma->mm);
	struct translation old;

	if (sim_translated(sim, mm, va, &old)) {
		sim_must(sim,
			 coh_flush_cache_page(&sim->layer, &vma->vma, va,
					      coh_sim_pfn(sim, old.frame)),
			 "coh_flush_cache_page");
		sim_unmap_pages(sim, vma, va, va + sim->page);
	}
	map_new(sim, vma, va, frame, vma->prot);
}

static void copy_on_write(struct coh_sim *sim, struct os_vma *vma, uintptr_t va, uint32_t from)
{
	uint32_t to = new_anonymous(sim, vma, va);
	uintptr_t k_to, k_from;

	sim->frames[from].uses++;
	k_from = sim_kernel_get(sim, from, COH_INTENT_READ);
	k_to = sim_kernel_get(sim, to, COH_INTENT_WRITE);
	sim_must(sim, coh_copy_user_page(&sim->layer, page_of(sim, to), page_of(sim, from), va),
		 "coh_copy_user_page");
	sim_kernel_put(sim, to, COH_INTENT_READ, k_to);
	sim_kernel_put(sim, from, COH_INTENT_READ, k_from);
	replace(sim, vma, va, to);
	sim_put(sim, from);
	sim_put(sim, to); /* the translation uses it now */
}

/* The page is there, and private, and nobody else's: it may be written where it is. */
static void make_writable(struct coh_sim *sim, struct os_vma *vma, uintptr_t va,
			  struct translation *t)
{
	uint32_t mm = MACHINE_MM(vma->mm);

	sim_must(sim, coh_flush_cache_page(&sim->layer, &vma->vma, va, coh_sim_pfn(sim, t->frame)),
		 "coh_flush_cache_page");
	t->rights = vma->prot;
	sim_translate(sim, mm, va, t);
	sim_tlb(sim, mm, va);
	sim_must(
		sim,
		coh_update_mmu_cache(&sim->layer, &vma->vma, page_of(sim, t->frame), va, t->rights),
		"coh_update_mmu_cache");
}

static void anonymous_page(struct coh_sim *sim, struct os_vma *vma, uintptr_t va)
{
	uint32_t frame = new_anonymous(sim, vma, va);
	uintptr_t k = sim_kernel_get(sim, frame, COH_INTENT_WRITE);

	sim_must(sim, coh_clear_user_page(&sim->layer, page_of(sim, frame), va),
		 "coh_clear_user_page");
	sim_kernel_put(sim, frame, COH_INTENT_READ, k);
	map_new(sim, vma, va, frame, vma->prot);
	sim_put(sim, frame);
}

static void file_page(struct coh_sim *sim, struct os_vma *vma, uintptr_t va, bool write)
{
	uint32_t frame = coh_sim_file_frame(sim, vma->file, (uint32_t)sim_vma_index(sim, vma, va));

	sim_ask(sim, frame != COH_SIM_NONE, "an access beyond the end of a file");
	if (vma->shared)
		map_new(sim, vma, va, frame, vma->prot);
	else if (write)
		copy_on_write(sim, vma, va, frame);
	else
		map_new(sim, vma, va, frame, vma->prot & ~(uint32_t)COH_PROT_WRITE);
}

/*
 * Afterwards va has a translation with the rights in need.  The mm is held.
 * force: a debugger stores, whatever the area's rights are.
 */
static uint32_t fault_in(struct coh_sim *sim, struct os_vma *vma, uintptr_t va, uint32_t need,
			 bool force)
{
	uint32_t mm = MACHINE_MM(vma->mm);
	bool write = need & COH_PROT_WRITE;
	struct translation t;

	va &= ~(uintptr_t)(sim->page - 1);
	force = force && !vma->shared;
	sim_ask(sim, !(need & ~vma->prot & ~(force ? (uint32_t)COH_PROT_WRITE : 0)),
		"a user access that the area's rights do not allow");
	if (!sim_translated(sim, mm, va, &t)) {
		if (vma->file == COH_SIM_NONE)
			anonymous_page(sim, vma, va);
		else
			file_page(sim, vma, va, write);
	} else if (write && !(t.rights & COH_PROT_WRITE)) {
		if (sim->frames[t.frame].anon && sim->frames[t.frame].maps == 1)
			make_writable(sim, vma, va, &t);
		else
			copy_on_write(sim, vma, va, t.frame);
	}
	sim_translated(sim, mm, va, &t);
	return t.frame;
}

static struct os_vma *held_area(struct coh_sim *sim, uint32_t mm, uintptr_t va)
{
	struct os_vma *v;

	sim_mm_hold(sim, mm);
	v = sim_vma_at(sim, mm, va);
	sim_ask(sim, v != NULL, "a user access where nothing is mapped");
	return v;
}

void sim_page_fault(struct coh_sim *sim, uintptr_t va, uint32_t need)
{
	uint32_t mm = sim->cpu[sim->running].mm;
	struct os_vma *v = held_area(sim, mm, va);

	fault_in(sim, v, va, need, false);
	sim_mm_release(sim, mm);
	/* The TLB may have what the tables no longer say. */
	coh_machine_tlb_invalidate(sim->machine, sim->running, MACHINE_MM(mm),
				   va & ~(uintptr_t)(sim->page - 1));
}

/* ------------------------------------------------------------------------ */

static uint32_t get_page(struct coh_sim *sim, uint32_t mm, uintptr_t va, enum coh_intent intent,
			 bool hook)
{
	struct os_vma *v = held_area(sim, mm, va);
	uint32_t need = intent == COH_INTENT_READ ? COH_PROT_READ : COH_SIM_RW;
	uint32_t frame = fault_in(sim, v, va, need, false);

	sim->frames[frame].uses++;
	if (hook)
		sim_must(sim,
			 coh_get_user_page(&sim->layer, &v->vma, page_of(sim, frame),
					   va & ~(uintptr_t)(sim->page - 1), intent),
			 "coh_get_user_page");
	sim_mm_release(sim, mm);
	return frame;
}

uint32_t coh_sim_get_user_page(struct coh_sim *sim, uint32_t mm, uintptr_t va,
			       enum coh_intent intent)
{
	return get_page(sim, mm, va, intent, true);
}

uint32_t coh_sim_get_user_page_fast(struct coh_sim *sim, uint32_t mm, uintptr_t va,
				    enum coh_intent intent)
{
	return get_page(sim, mm, va, intent, false);
}

static void buffer_access(struct coh_sim *sim, enum coh_machine_right right, void *bytes,
			  uint32_t len)
{
	sim_kernel_access(sim, right, sim_buffer(sim), bytes, len, true);
}

/* Of one page.  The mm is held, and the buffer with it. */
static void ptrace_page(struct coh_sim *sim, uint32_t mm, uintptr_t va, uint8_t *bytes,
			uint32_t len, bool write)
{
	struct os_vma *v = held_area(sim, mm, va);
	uint32_t need = write ? COH_SIM_RW : COH_SIM_RO;
	uint32_t frame = fault_in(sim, v, va, need, true), offset = va & (sim->page - 1);
	enum coh_intent intent = write ? COH_INTENT_READ_WRITE : COH_INTENT_READ;
	uintptr_t k;

	sim->frames[frame].uses++;
	if (write)
		buffer_access(sim, COH_MACHINE_WRITE, bytes, len);
	k = sim_kernel_get(sim, frame, intent);
	if (write)
		sim_must(sim,
			 coh_copy_to_user_page(&sim->layer, &v->vma, page_of(sim, frame), va,
					       k + offset, sim_buffer(sim), len),
			 "coh_copy_to_user_page");
	else
		sim_must(sim,
			 coh_copy_from_user_page(&sim->layer, &v->vma, page_of(sim, frame), va,
						 sim_buffer(sim), k + offset, len),
			 "coh_copy_from_user_page");
	sim_kernel_put(sim, frame, intent, k);
	if (!write)
		buffer_access(sim, COH_MACHINE_READ, bytes, len);
	sim_put(sim, frame);
	sim_mm_release(sim, mm);
}

static void ptrace(struct coh_sim *sim, uint32_t mm, uintptr_t va, uint8_t *bytes, uint32_t len,
		   bool write)
{
	sim_wait(sim, &sim->buffer_holder, "another context uses the kernel's buffer", NULL);
	sim->buffer_holder = sim->context->depth;
	for (uint32_t n; len; len -= n, va += n, bytes += n) {
		uint32_t room = sim->page - (uint32_t)(va & (sim->page - 1));

		n = len < room ? len : room;
		ptrace_page(sim, mm, va, bytes, n, write);
	}
	sim->buffer_holder = 0;
}

void coh_sim_ptrace_read(struct coh_sim *sim, uint32_t mm, uintptr_t va, void *bytes, uint32_t len)
{
	ptrace(sim, mm, va, bytes, len, false);
}

void coh_sim_ptrace_write(struct coh_sim *sim, uint32_t mm, uintptr_t va, const void *bytes,
			  uint32_t len)
{
	ptrace(sim, mm, va, (uint8_t *)(uintptr_t)bytes, len, true);
}
