// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The areas of an mm: mapped, cut, moved, taken away.  Order: cache, tables, TLB, VMA. */
#include "examples/minikernel/kernel.h"

#define VMAS  48
#define ANONS 32

/*
 * Reused at once: a walk that could still see one runs in an interrupt, and is over before
 * process context goes on.
 */
static struct vma vmas[VMAS];
static bool vma_used[VMAS];
static struct anon anons[ANONS];

static struct vma *vma_new(void)
{
	for (int i = 0; i < VMAS; i++) {
		if (vma_used[i])
			continue;
		vma_used[i] = true;
		vmas[i] = (struct vma){ 0 };
		return &vmas[i];
	}
	panic("no free VMA of", VMAS);
}

static struct anon *anon_new(void)
{
	for (int i = 0; i < ANONS; i++) {
		if (anons[i].users)
			continue;
		coh_anon_vma_init(&anons[i].coh);
		return &anons[i];
	}
	panic("no free anon_vma of", ANONS);
}

void anon_drop(struct anon *anon)
{
	anon->users--;
}

void mm_init(struct mm *mm)
{
	coh_mm_init(&mm->coh);
	mm->l1 = table_new();
	mm->vmas = NULL;
}

struct vma *vma_find(const struct mm *mm, uint32_t va)
{
	for (struct vma *v = mm->vmas; v; v = v->next)
		if (v->coh.start <= va && va < v->coh.end)
			return v;
	return NULL;
}

static void insert(struct mm *mm, struct vma *v)
{
	v->next = mm->vmas;
	mm->vmas = v;
}

/* Unlinked from the layer's maps already. */
static void remove(struct mm *mm, struct vma *v)
{
	struct vma **at = &mm->vmas;

	while (*at != v)
		at = &(*at)->next;
	*at = v->next;
	if (v->anon)
		anon_drop(v->anon);
	vma_used[v - vmas] = false;
}

/* With its like's file, rights and family; the layer does not know it yet. */
static struct vma *vma_like(const struct vma *like, uint32_t va)
{
	struct vma *v = vma_new();

	v->file = like->file;
	v->anon = like->anon;
	v->prot = like->prot;
	v->pgoff = like->pgoff + (va - like->coh.start) / PAGE_SIZE;
	if (v->anon)
		v->anon->users++;
	return v;
}

void area_map(struct mm *mm, uint32_t va, uint32_t pages, const struct area *area)
{
	struct vma *v = vma_new();
	uint32_t flags = (area->shared ? COH_VMA_SHARED : 0) |
			 (area->prot & COH_PROT_WRITE ? COH_VMA_WRITE : 0) |
			 (area->prot & COH_PROT_EXEC ? COH_VMA_EXEC : 0);

	v->file = area->file;
	v->prot = area->prot;
	v->pgoff = area->file ? area->pgoff : va / PAGE_SIZE;
	coh_vma_init(&v->coh, &mm->coh, va, pages * PAGE_SIZE, v->pgoff, flags);
	must(coh_vma_link(&coh, &v->coh, area->file ? &area->file->coh : NULL), "coh_vma_link");
	insert(mm, v);
}

void area_need_anon(struct vma *v)
{
	if (v->anon)
		return;
	v->anon = anon_new();
	v->anon->users++;
	must(coh_vma_link_anon(&coh, &v->coh, &v->anon->coh), "coh_vma_link_anon");
}

/* The caches were seen to. */
static void unmap_pages(struct mm *mm, uint32_t start, uint32_t end)
{
	for (uint32_t va = start; va < end; va += PAGE_SIZE) {
		uint32_t *pte = pte_find(mm, va);
		struct page *page;

		if (!pte || !*pte)
			continue;
		page = page_of(*pte >> PAGE_SHIFT);
		pte_set(mm, va, 0);
		page->maps--;
		page_put(page);
	}
}

static void unmap_vma(struct mm *mm, struct vma *v)
{
	LAYER(flush_cache_range, &v->coh, v->coh.start, v->coh.end - v->coh.start);
	unmap_pages(mm, v->coh.start, v->coh.end);
	must(coh_vma_unlink(&coh, &v->coh), "coh_vma_unlink");
	remove(mm, v);
}

void area_split(struct mm *mm, uint32_t va)
{
	struct vma *v = vma_find(mm, va), *upper;

	if (!v || v->coh.start == va)
		return;
	upper = vma_like(v, va);
	must(coh_vma_split(&coh, &v->coh, va, &upper->coh), "coh_vma_split");
	insert(mm, upper);
}

void area_merge(struct mm *mm, uint32_t va)
{
	struct vma *upper = vma_find(mm, va), *lower = vma_find(mm, va - 1);

	must(coh_vma_merge(&coh, &lower->coh, &upper->coh), "coh_vma_merge");
	remove(mm, upper);
}

void area_unmap(struct mm *mm, uint32_t va, uint32_t pages)
{
	uint32_t end = va + pages * PAGE_SIZE;
	struct vma *next;

	area_split(mm, va);
	area_split(mm, end);
	for (struct vma *v = mm->vmas; v; v = next) {
		next = v->next;
		if (va <= v->coh.start && v->coh.end <= end)
			unmap_vma(mm, v);
	}
}

static void move_pages(struct mm *mm, struct vma *from, struct vma *to)
{
	for (uint32_t va = from->coh.start; va < from->coh.end; va += PAGE_SIZE) {
		uint32_t *pte = pte_find(mm, va), old;
		struct page *page;

		if (!pte || !*pte)
			continue;
		old = *pte;
		page = page_of(old >> PAGE_SHIFT);
		page_hold(page);
		unmap_pages(mm, va, va + PAGE_SIZE);
		map_page(to, to->coh.start + (va - from->coh.start), page, pte_prot(old, from));
		page_put(page);
	}
}

void area_move(struct mm *mm, uint32_t va, uint32_t to)
{
	struct vma *from = vma_find(mm, va), *v = vma_like(from, va);

	must(coh_vma_move(&coh, &from->coh, to, &v->coh), "coh_vma_move");
	insert(mm, v);
	LAYER(flush_cache_range, &from->coh, va, from->coh.end - va);
	move_pages(mm, from, v);
	must(coh_vma_unlink(&coh, &from->coh), "coh_vma_unlink");
	remove(mm, from);
}

/* ------------------------------------------------------------------------
 * Whole mms.
 */

/* Private pages only: a shared one is found again in its file. */
static void fork_pages(struct mm *parent, struct vma *from, struct vma *to)
{
	if (!from->anon)
		return;
	for (uint32_t va = from->coh.start; va < from->coh.end; va += PAGE_SIZE) {
		uint32_t *pte = pte_find(parent, va), prot;
		struct page *page;

		if (!pte || !*pte)
			continue;
		page = page_of(*pte >> PAGE_SHIFT);
		prot = pte_prot(*pte, from) & ~(uint32_t)COH_PROT_WRITE;
		pte_set(parent, va, pte_make(page, prot, true));
		map_page(to, va, page, prot);
	}
}

void fork_mm(struct mm *parent, struct mm *child)
{
	LAYER(flush_cache_dup_mm, &parent->coh);
	for (struct vma *v = parent->vmas; v; v = v->next) {
		struct vma *copy = vma_like(v, v->coh.start);

		must(coh_vma_fork(&coh, &v->coh, &child->coh, &copy->coh), "coh_vma_fork");
		insert(child, copy);
		fork_pages(parent, v, copy);
	}
}

/* exec: every mapping goes, the mm stays, and its tables may be in use. */
void mm_empty(struct mm *mm)
{
	LAYER(flush_cache_mm, &mm->coh);
	while (mm->vmas) {
		struct vma *v = mm->vmas;

		unmap_pages(mm, v->coh.start, v->coh.end);
		must(coh_vma_unlink(&coh, &v->coh), "coh_vma_unlink");
		remove(mm, v);
	}
}

/* Nobody's process runs in it any more. */
void mm_exit(struct mm *mm)
{
	mm_empty(mm);
	if (current == mm)
		mm_switch(NULL);
	table_free(mm->l1);
}
