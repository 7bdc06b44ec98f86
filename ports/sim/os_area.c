// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Files, and the areas of an mm: made, split, given other rights, taken away. */
#include <stdlib.h>

#include "ports/sim/internal.h"

/* ------------------------------------------------------------------------
 * Files.
 */

uint32_t coh_sim_file(struct coh_sim *sim, uint32_t pages)
{
	struct os_file *file;
	uint32_t granules = sim->page / STAMP_GRANULE;

	sim_ask(sim, pages && pages <= sim->config.frames, "coh_sim_file: no such number of pages");
	sim->files = sim_enlarge(sim, sim->files, sim->n_files, sim->n_files + 1,
				 sizeof(struct os_file *));
	file = sim_object(sim, sizeof(*file) + pages * sizeof(file->frame[0]));
	coh_mapping_init(&file->mapping);
	file->pages = pages;
	sim->files[sim->n_files] = file;
	for (uint32_t i = 0; i < pages; i++) {
		struct frame *f;

		file->frame[i] = sim_frame_get(sim);
		f = &sim->frames[file->frame[i]];
		f->file = sim->n_files;
		f->stored = sim_object(sim, granules * sizeof(*f->stored));
		sim_must(sim, coh_page_set_file(&f->page, &file->mapping, i), "coh_page_set_file");
	}
	return sim->n_files++;
}

uint32_t coh_sim_file_frame(const struct coh_sim *sim, uint32_t file, uint32_t index)
{
	if (file >= sim->n_files || index >= sim->files[file]->pages)
		return COH_SIM_NONE;
	return sim->files[file]->frame[index];
}

struct coh_mapping *coh_sim_mapping(struct coh_sim *sim, uint32_t file)
{
	sim_ask(sim, file < sim->n_files, "coh_sim_mapping: no such file");
	return &sim->files[file]->mapping;
}

/* ------------------------------------------------------------------------
 * The list of an mm's areas.
 */

struct coh_mm *coh_sim_mm(struct coh_sim *sim, uint32_t mm)
{
	sim_ask(sim, mm < sim->config.mms, "no such mm");
	return &sim->mms[mm].mm;
}

/* As mmap_lock: one context at a time.  A run that ends meanwhile leaves it held. */
void sim_mm_hold(struct coh_sim *sim, uint32_t mm)
{
	sim_ask(sim, mm < sim->config.mms, "no such mm");
	sim_ask(sim, sim->context->kind == COH_SIM_IN_PROCESS,
		"an mm is changed, or a page fault is taken, in an interrupt");
	sim_wait(sim, &sim->mms[mm].holder, "an mm that another context is changing",
		 &sim->mms[mm].mm);
	sim->mms[mm].holder = sim->context->depth;
}

void sim_mm_release(struct coh_sim *sim, uint32_t mm)
{
	sim->mms[mm].holder = 0;
}

struct os_vma *sim_vma_at(const struct coh_sim *sim, uint32_t mm, uintptr_t va)
{
	for (struct os_vma *v = sim->mms[mm].vmas; v; v = v->next)
		if (v->start <= va && va < v->end)
			return v;
	return NULL;
}

struct coh_vma *coh_sim_vma(struct coh_sim *sim, uint32_t mm, uintptr_t va)
{
	struct os_vma *v;

	sim_ask(sim, mm < sim->config.mms, "no such mm");
	v = sim_vma_at(sim, mm, va);
	return v ? &v->vma : NULL;
}

bool sim_range_free(const struct coh_sim *sim, uint32_t mm, uintptr_t start, uintptr_t end,
		    const struct os_vma *but)
{
	for (const struct os_vma *v = sim->mms[mm].vmas; v; v = v->next)
		if (v != but && v->start < end && start < v->end)
			return false;
	return true;
}

/* A copy of another's properties, with users counted, in no list; the layer does not know it. */
struct os_vma *sim_vma_new(struct coh_sim *sim, const struct os_vma *like)
{
	struct os_vma *v = sim_object(sim, sizeof(*v));

	*v = *like;
	v->vma = (struct coh_vma){ 0 };
	v->next = NULL;
	if (v->anon)
		v->anon->users++;
	return v;
}

void sim_vma_insert(struct coh_sim *sim, struct os_vma *vma)
{
	struct os_vma **at = &sim->mms[vma->mm].vmas;

	while (*at && (*at)->start < vma->start)
		at = &(*at)->next;
	vma->next = *at;
	*at = vma;
}

void sim_anon_drop(struct coh_sim *sim, struct os_anon *anon)
{
	if (--anon->users)
		return;
	anon->prev->next = anon->next;
	anon->next->prev = anon->prev;
	sim_object_free(sim, anon);
}

/* Unlinked already. */
void sim_vma_remove(struct coh_sim *sim, struct os_vma *vma)
{
	struct os_vma **at = &sim->mms[vma->mm].vmas;

	while (*at != vma)
		at = &(*at)->next;
	*at = vma->next;
	if (vma->anon)
		sim_anon_drop(sim, vma->anon);
	sim_object_free(sim, vma);
}

uintptr_t sim_vma_index(const struct coh_sim *sim, const struct os_vma *vma, uintptr_t va)
{
	return vma->pgoff + ((va - vma->start) >> sim->shift);
}

uint32_t sim_vma_flags(const struct os_vma *vma)
{
	return (vma->shared ? COH_VMA_SHARED : 0) | (vma->prot & COH_PROT_EXEC ? COH_VMA_EXEC : 0) |
	       (vma->prot & COH_PROT_WRITE ? COH_VMA_WRITE : 0);
}

/* At an address inside it. */
void sim_vma_split(struct coh_sim *sim, struct os_vma *vma, uintptr_t at)
{
	struct os_vma *upper = sim_vma_new(sim, vma);

	upper->start = at;
	upper->pgoff = sim_vma_index(sim, vma, at);
	sim_must(sim, coh_vma_split(&sim->layer, &vma->vma, at, &upper->vma), "coh_vma_split");
	vma->end = at;
	sim_vma_insert(sim, upper);
}

/* So that no area crosses an end of the range. */
static void split_at_ends(struct coh_sim *sim, uint32_t mm, uintptr_t start, uintptr_t end)
{
	const uintptr_t ends[] = { start, end };

	for (int i = 0; i < 2; i++) {
		struct os_vma *v = sim_vma_at(sim, mm, ends[i]);

		if (v && v->start < ends[i])
			sim_vma_split(sim, v, ends[i]);
	}
}

void sim_range_ask(struct coh_sim *sim, uint32_t mm, uintptr_t va, uint32_t pages)
{
	sim_ask(sim, mm < sim->config.mms, "no such mm");
	sim_ask(sim, !(va & (sim->page - 1)) && pages, "a range of no pages, or not page aligned");
	sim_ask(sim, va >= sim->page && va < USER_END && pages <= (USER_END - va) >> sim->shift,
		"a range outside the user's half");
}

/* ------------------------------------------------------------------------ */

void coh_sim_mmap(struct coh_sim *sim, uint32_t mm, uintptr_t va, uint32_t pages,
		  const struct coh_sim_area *area)
{
	static const struct coh_sim_area plain = { .kind = COH_SIM_ANONYMOUS };
	struct os_vma like = { .mm = mm, .file = COH_SIM_NONE }, *v;
	struct coh_mapping *mapping = NULL;

	if (!area)
		area = &plain;
	sim_range_ask(sim, mm, va, pages);
	like.start = va;
	like.end = va + ((uintptr_t)pages << sim->shift);
	like.pgoff = va >> sim->shift;
	like.shared = area->shared;
	like.prot = area->prot ? area->prot : COH_SIM_RW;
	if (area->kind == COH_SIM_FILE) {
		mapping = coh_sim_mapping(sim, area->file);
		like.file = area->file;
		like.pgoff = area->pgoff;
	}
	sim_ask(sim, area->kind == COH_SIM_FILE || !area->shared,
		"coh_sim_mmap: shared memory must be a file");
	sim_ask(sim, like.prot & COH_PROT_READ && !(like.prot & ~(uint32_t)COH_SIM_RWX),
		"coh_sim_mmap: rights without reading, or unknown ones");
	sim_ask(sim, sim_range_free(sim, mm, like.start, like.end, NULL),
		"coh_sim_mmap: something is there");
	sim_mm_hold(sim, mm);
	v = sim_vma_new(sim, &like);
	v->since = ++sim->clock;
	coh_vma_init(&v->vma, &sim->mms[mm].mm, v->start, v->end - v->start, v->pgoff,
		     sim_vma_flags(v));
	sim_must(sim, coh_vma_link(&sim->layer, &v->vma, mapping), "coh_vma_link");
	sim_vma_insert(sim, v);
	sim_mm_release(sim, mm);
}

/* The tables and TLBs; caches were seen to. */
void sim_unmap_pages(struct coh_sim *sim, struct os_vma *vma, uintptr_t start, uintptr_t end)
{
	uint32_t mm = MACHINE_MM(vma->mm);

	for (uintptr_t va = start; va < end; va += sim->page) {
		struct translation t;

		if (!sim_translated(sim, mm, va, &t))
			continue;
		sim_untranslate(sim, mm, va);
		sim_tlb(sim, mm, va);
		sim->frames[t.frame].maps--;
		sim_put(sim, t.frame);
	}
}

static void unmap_area(struct coh_sim *sim, struct os_vma *v)
{
	sim_must(sim, coh_flush_cache_range(&sim->layer, &v->vma, v->start, v->end - v->start),
		 "coh_flush_cache_range");
	sim_unmap_pages(sim, v, v->start, v->end);
	sim_must(sim, coh_vma_unlink(&sim->layer, &v->vma), "coh_vma_unlink");
	sim_vma_remove(sim, v);
}

void coh_sim_munmap(struct coh_sim *sim, uint32_t mm, uintptr_t va, uint32_t pages)
{
	uintptr_t end = va + ((uintptr_t)pages << sim->shift);
	struct os_vma *v, *next;

	sim_range_ask(sim, mm, va, pages);
	sim_mm_hold(sim, mm);
	split_at_ends(sim, mm, va, end);
	for (v = sim->mms[mm].vmas; v; v = next) {
		next = v->next;
		if (va <= v->start && v->end <= end)
			unmap_area(sim, v);
	}
	sim_mm_release(sim, mm);
}

/* A private page is made writable by the next store to it, which finds out whether it may be. */
static void protect_pages(struct coh_sim *sim, struct os_vma *v)
{
	uint32_t mm = MACHINE_MM(v->mm), drop = v->shared ? 0 : COH_PROT_WRITE;

	for (uintptr_t va = v->start; va < v->end; va += sim->page) {
		struct translation t;

		if (!sim_translated(sim, mm, va, &t))
			continue;
		t.rights = v->prot & ~drop;
		sim_translate(sim, mm, va, &t);
		sim_tlb(sim, mm, va);
		sim_must(sim,
			 coh_update_mmu_cache(&sim->layer, &v->vma, &sim->frames[t.frame].page, va,
					      t.rights),
			 "coh_update_mmu_cache");
	}
}

/* The layer must know of EXEC while there is a translation that has it. */
static void protect_area(struct coh_sim *sim, struct os_vma *v, uint32_t prot)
{
	bool less = v->prot & ~prot & COH_PROT_EXEC;

	sim_must(sim, coh_flush_cache_range(&sim->layer, &v->vma, v->start, v->end - v->start),
		 "coh_flush_cache_range");
	v->prot = prot;
	if (!less)
		sim_must(sim, coh_vma_protect(&sim->layer, &v->vma, sim_vma_flags(v)),
			 "coh_vma_protect");
	protect_pages(sim, v);
	if (less)
		sim_must(sim, coh_vma_protect(&sim->layer, &v->vma, sim_vma_flags(v)),
			 "coh_vma_protect");
}

void coh_sim_mprotect(struct coh_sim *sim, uint32_t mm, uintptr_t va, uint32_t pages, uint32_t prot)
{
	uintptr_t end = va + ((uintptr_t)pages << sim->shift);

	sim_range_ask(sim, mm, va, pages);
	sim_ask(sim, prot & COH_PROT_READ && !(prot & ~(uint32_t)COH_SIM_RWX),
		"coh_sim_mprotect: rights without reading, or unknown ones");
	for (uintptr_t at = va; at < end; at += sim->page)
		sim_ask(sim, sim_vma_at(sim, mm, at) != NULL, "coh_sim_mprotect: a hole");
	sim_mm_hold(sim, mm);
	split_at_ends(sim, mm, va, end);
	for (struct os_vma *v = sim->mms[mm].vmas; v; v = v->next)
		if (va <= v->start && v->end <= end)
			protect_area(sim, v, prot);
	sim_mm_release(sim, mm);
}
