// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * VMAs, where Linux links them into its own reverse maps.
 *
 * A VMA is in one anon_vma of the layer, where Linux has it in several: that of their root.
 * All that a VMA is chained to have one root (lock_anon_vma_root warns otherwise), so the
 * root's map holds the whole family, and a page's mapping leads there.
 */
#include <linux/fs.h>
#include <linux/irqflags.h>
#include <linux/rmap.h>

#include "internal.h"

/* Here the layer refuses only what would be a bug of this file. */
static void check(int error, const struct vm_area_struct *vma)
{
	WARN_ONCE(error, "coherer: VMA %lx-%lx: %s\n", vma->vm_start, vma->vm_end,
		  coh_error_text(error));
}

static uint32_t flags_of(unsigned long vm_flags)
{
	uint32_t flags = 0;

	if (vm_flags & VM_MAYSHARE)
		flags |= COH_VMA_SHARED;
	/* mprotect gives the right without another update_mmu_cache. */
	if (vm_flags & VM_MAYWRITE)
		flags |= COH_VMA_WRITE;
	if (vm_flags & VM_EXEC)
		flags |= COH_VMA_EXEC;
	return flags;
}

static bool is_linked(const struct vm_area_struct *vma)
{
	return vma->coh.linked && vma->coh.mm == &vma->vm_mm->coh;
}

void coherer_vma_anon(struct vm_area_struct *vma)
{
	if (!vma->anon_vma || vma->coh.anon_vma || coherer_skips(SKIP_VMA_ANON))
		return;
	check(coh_vma_link_anon(&coherer, &vma->coh, &vma->anon_vma->root->coh), vma);
}

void coherer_vma_link(struct vm_area_struct *vma)
{
	struct coh_mapping *mapping = NULL;

	if (vma->vm_file && !coherer_skips(SKIP_VMA_FILE))
		mapping = &vma->vm_file->f_mapping->coh;
	coh_vma_init(&vma->coh, &vma->vm_mm->coh, vma->vm_start, vma->vm_end - vma->vm_start,
		     vma->vm_pgoff, flags_of(vma->vm_flags));
	check(coh_vma_link(&coherer, &vma->coh, mapping), vma);
	coherer_vma_anon(vma);
}

void coherer_vma_unlink(struct vm_area_struct *vma)
{
	int error = coh_vma_unlink(&coherer, &vma->coh);

	check(error == COH_E_UNLINKED ? 0 : error, vma);
}

void coherer_vma_resize(struct vm_area_struct *vma)
{
	check(coh_vma_resize(&coherer, &vma->coh, vma->vm_start, vma->vm_end - vma->vm_start), vma);
	coherer_vma_anon(vma);
}

/* Linux gives such a VMA the page offset of a new one, a line further down in move_vma. */
void coherer_vma_restart(struct vm_area_struct *vma)
{
	if (vma_is_anonymous(vma) && !vma->vm_file)
		vma->vm_pgoff = vma->vm_start >> PAGE_SHIFT;
	coherer_vma_link(vma);
}

/* Does each page keep its place?  exec moves the stack by giving them others. */
static bool keeps_places(const struct vm_area_struct *vma)
{
	return vma->coh.delta == (vma->vm_start >> PAGE_SHIFT) - vma->vm_pgoff;
}

/* Gives up what vma has no more, so that another can have it. */
static void shrink(struct vm_area_struct *vma)
{
	uintptr_t start = max_t(uintptr_t, vma->vm_start, vma->coh.start);
	uintptr_t end = min_t(uintptr_t, vma->vm_end, vma->coh.end);

	if (!keeps_places(vma) || start >= end)
		coherer_vma_unlink(vma);
	else if (start != vma->coh.start || end != vma->coh.end)
		check(coh_vma_resize(&coherer, &vma->coh, start, end - start), vma);
}

static void grow(struct vm_area_struct *vma)
{
	if (!is_linked(vma))
		coherer_vma_link(vma);
	else
		coherer_vma_resize(vma);
}

/*
 * The layer changes one VMA at a time so that a walk sees before or after.  Here several
 * change; to an interrupt they change at once.
 */
void coherer_vma_adjust(struct vm_area_struct *vma, struct vm_area_struct *next,
			struct vm_area_struct *insert, struct vm_area_struct *gone,
			struct vm_area_struct *gone2)
{
	unsigned long flags;

	local_irq_save(flags);
	if (gone)
		coherer_vma_unlink(gone);
	if (gone2)
		coherer_vma_unlink(gone2);
	shrink(vma);
	if (next)
		shrink(next);
	grow(vma);
	if (next)
		grow(next);
	if (insert)
		coherer_vma_link(insert);
	local_irq_restore(flags);
}

void coherer_vma_protect(struct vm_area_struct *vma, unsigned long also)
{
	check(coh_vma_protect(&coherer, &vma->coh, flags_of(vma->vm_flags | (also & VM_EXEC))),
	      vma);
}
