// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * VMAs come, go and change.  Each function here checks its arguments, describes
 * a change, and commits it.  commit is the only place where anything is changed.
 *
 * Order in a commit, and what it is for:
 *
 *   1. the mm's own tree and what the VMAs say of themselves.  start and end become the
 *	union of before and after, so that coh_vma_address, called from an
 *	interrupt, knows every address that a walk can find;
 *   2. the reverse maps, each at one moment.  A page has one owner, so no walk looks into two;
 *   3. start and end become what they will be, and what was unlinked says so.
 */
#include "src/internal.h"
#include "src/tree.h"

#define FLAGS ((uint32_t)(COH_VMA_SHARED | COH_VMA_EXEC | COH_VMA_WRITE))

void coh_mm_init(struct coh_mm *mm)
{
	static const coh_lock_t unlocked; /* all bits zero */

	if (!mm)
		return;
	mm->lock = unlocked;
	mm->vmas = NULL;
}

void coh_mapping_init(struct coh_mapping *mapping)
{
	if (mapping)
		coh_map_init_(&mapping->map, COH_SIDE_FILE);
}

void coh_anon_vma_init(struct coh_anon_vma *anon_vma)
{
	if (anon_vma)
		coh_map_init_(&anon_vma->map, COH_SIDE_ANON);
}

/* A damaged map is not: its count is not 0. */
bool coh_mapping_empty(const struct coh_mapping *mapping)
{
	return mapping && mapping->map.side == COH_SIDE_FILE && !coh_load(&mapping->map.count);
}

bool coh_anon_vma_empty(const struct coh_anon_vma *anon_vma)
{
	return anon_vma && anon_vma->map.side == COH_SIDE_ANON && !coh_load(&anon_vma->map.count);
}

/*
 * A linked VMA is left as it is, for its nodes are in trees.  coh_vma_link then returns
 * COH_E_LINKED.
 *
 * The page size is not known here, so delta cannot be computed yet.  file[0].first holds the page
 * offset until the VMA is linked; if it is linked to a file, afterwards too.
 */
void coh_vma_init(struct coh_vma *vma, struct coh_mm *mm, uintptr_t start, size_t len,
		  uintptr_t pgoff, uint32_t flags)
{
	if (!vma || coh_linked_(vma))
		return;
	vma->mm = mm;
	vma->start = start;
	vma->end = start + len;
	vma->delta = 0;
	vma->flags = flags;
	vma->linked = 0;
	vma->mapping = NULL;
	vma->anon_vma = NULL;
	vma->file[0].first = pgoff;
}

/* ------------------------------------------------------------------------
 * Changes.
 */

/* A change of VMAs that agree with vma in mm, maps and so on; it has no edits and claims yet. */
static void change_of(struct coh_change_ *change, const struct coh_vma *vma)
{
	change->mm = vma->mm;
	change->mapping = vma->mapping;
	change->anon_vma = vma->anon_vma;
	change->delta = vma->delta;
	change->flags = vma->flags;
	change->edits = 0;
	change->claims = 0;
}

static void edit(struct coh_change_ *change, enum coh_edit_kind_ kind, struct coh_vma *vma,
		 uintptr_t start, uintptr_t end)
{
	struct coh_edit_ *last = &change->edit[change->edits++];

	last->vma = vma;
	last->kind = kind;
	last->start = start;
	last->end = end;
}

/* [start, end) must hold no VMA yet; it may be empty. */
static void claim(struct coh_change_ *change, uintptr_t start, uintptr_t end)
{
	if (start < end) {
		change->claim[change->claims].start = start;
		change->claim[change->claims++].end = end;
	}
}

/* VMAs of an mm do not overlap, so the last that begins before the end is the only one to ask. */
static bool taken(const struct coh *coh, const struct coh_mm *mm, const struct coh_claim_ *range)
{
	const struct coh_node *node =
		coh_tree_floor_(mm->vmas, 0, (range->end - 1) >> coh->config.page_shift);

	return node && node->last >= range->start >> coh->config.page_shift;
}

/* The page offset at the start of a linked VMA. */
static uintptr_t pgoff_of(const struct coh *coh, const struct coh_vma *vma)
{
	return (vma->start >> coh->config.page_shift) - vma->delta;
}

/* What the VMAs of the change say of themselves, before it shows anywhere. */
static void show_early(const struct coh_change_ *change)
{
	unsigned i;

	for (i = 0; i < change->edits; i++) {
		const struct coh_edit_ *e = &change->edit[i];
		struct coh_vma *vma = e->vma;

		if (e->kind == COH_EDIT_LINK) {
			vma->mm = change->mm;
			vma->mapping = change->mapping;
			vma->anon_vma = change->anon_vma;
			vma->delta = change->delta;
			coh_store(&vma->flags, change->flags);
			coh_store(&vma->start, e->start);
			coh_store(&vma->end, e->end);
			coh_store(&vma->linked, coh_linked_mark_(vma));
		} else if (e->kind == COH_EDIT_RESIZE) {
			if (e->start < vma->start)
				coh_store(&vma->start, e->start);
			if (e->end > vma->end)
				coh_store(&vma->end, e->end);
		}
	}
}

/* The same, for what may show only when the change is complete in every map. */
static void conclude(const struct coh *coh, const struct coh_change_ *change)
{
	unsigned i;

	for (i = 0; i < change->edits; i++) {
		const struct coh_edit_ *e = &change->edit[i];
		struct coh_vma *vma = e->vma;

		if (e->kind == COH_EDIT_RESIZE) {
			coh_store(&vma->start, e->start);
			coh_store(&vma->end, e->end);
		} else if (e->kind == COH_EDIT_UNLINK) {
			/* As coh_vma_init leaves it, but for what a late visitor reads. */
			coh_store_release(&vma->file[0].first, pgoff_of(coh, vma));
			coh_store(&vma->linked, 0);
		}
	}
}

/* Returns 0, COH_E_OVERLAP or COH_E_CORRUPT; nothing was changed then. */
static int commit_space(struct coh *coh, const struct coh_change_ *change)
{
	struct coh_mm *mm = change->mm;
	unsigned i;
	int error = 0;

	coh_lock_(coh, &mm->lock);
	for (i = 0; i < change->claims; i++)
		if (taken(coh, mm, &change->claim[i]))
			error = COH_E_OVERLAP;
	if (!error) {
		coh_tree_prepare_(coh, COH_SIDE_SPACE, change);
		if (!coh_space_right_(coh, mm, change, COH_BEFORE))
			error = COH_E_CORRUPT;
	}
	if (!error) {
		show_early(change);
		if (!coh_tree_edit_(coh, &mm->vmas, COH_SIDE_SPACE, 0, change) ||
		    !coh_space_right_(coh, mm, change, COH_AFTER))
			error = COH_E_CORRUPT;
	}
	coh_unlock_(coh, &mm->lock);
	return error == COH_E_CORRUPT ? coh_corrupt_(coh, mm) : error;
}

/*
 * Store buffering.  We: link the VMA, then load the mark of a flush that waits (in
 * coh_update_mmu_cache).  coh_flush_dcache_page: stores the mark, then looks for VMAs.  A full
 * barrier on each side makes sure that at least one of the two sees the other's store.
 */
static void publish(void)
{
	coh_full_barrier();
}

static int commit(struct coh *coh, const struct coh_change_ *change)
{
	int error = commit_space(coh, change);

	if (!error && change->mapping)
		error = coh_map_change_(coh, &change->mapping->map, change);
	if (!error && change->anon_vma)
		error = coh_map_change_(coh, &change->anon_vma->map, change);
	if (!error)
		conclude(coh, change);
	publish();
	return error;
}

/* ------------------------------------------------------------------------
 * Arguments.
 */

/* An end that wraps to 0 is refused, too: end would be less than start. */
static int bounds_error(const struct coh *coh, uintptr_t start, uintptr_t end)
{
	if (start == end)
		return COH_E_EMPTY;
	if (!coh_page_aligned_(coh, start | end))
		return COH_E_ALIGN;
	if (end < start)
		return COH_E_RANGE;
	return 0;
}

static bool offsets_wrap(const struct coh *coh, uintptr_t pgoff, uintptr_t len)
{
	return pgoff + ((len >> coh->config.page_shift) - 1) < pgoff;
}

int coh_vma_link(struct coh *coh, struct coh_vma *vma, struct coh_mapping *mapping)
{
	struct coh_change_ change;
	uintptr_t pgoff;
	int error;

	if (!coh || !vma)
		return COH_E_NULL;
	if (coh_linked_(vma))
		return COH_E_LINKED;
	if (!vma->mm)
		return COH_E_NULL;
	pgoff = vma->file[0].first;
	error = bounds_error(coh, vma->start, vma->end);
	if (error)
		return error;
	if (offsets_wrap(coh, pgoff, vma->end - vma->start))
		return COH_E_RANGE;
	if (vma->flags & ~FLAGS)
		return COH_E_ARGUMENT;

	change_of(&change, vma);
	change.mapping = mapping;
	change.anon_vma = NULL;
	change.delta = (vma->start >> coh->config.page_shift) - pgoff;
	edit(&change, COH_EDIT_LINK, vma, vma->start, vma->end);
	claim(&change, vma->start, vma->end);
	return commit(coh, &change);
}

int coh_vma_link_anon(struct coh *coh, struct coh_vma *vma, struct coh_anon_vma *anon_vma)
{
	struct coh_change_ change;
	int error;

	if (!coh || !vma || !anon_vma)
		return COH_E_NULL;
	if (!coh_linked_(vma))
		return COH_E_UNLINKED;
	if (vma->anon_vma)
		return COH_E_LINKED;

	change_of(&change, vma);
	edit(&change, COH_EDIT_LINK, vma, vma->start, vma->end);
	coh_store(&vma->anon_vma, anon_vma);
	error = coh_map_change_(coh, &anon_vma->map, &change);
	if (error)
		coh_store(&vma->anon_vma, NULL);
	publish();
	return error;
}

int coh_vma_unlink(struct coh *coh, struct coh_vma *vma)
{
	struct coh_change_ change;

	if (!coh || !vma)
		return COH_E_NULL;
	if (!coh_linked_(vma))
		return COH_E_UNLINKED;

	change_of(&change, vma);
	edit(&change, COH_EDIT_UNLINK, vma, vma->start, vma->end);
	return commit(coh, &change);
}

int coh_vma_split(struct coh *coh, struct coh_vma *vma, uintptr_t at, struct coh_vma *upper)
{
	struct coh_change_ change;

	if (!coh || !vma || !upper)
		return COH_E_NULL;
	if (!coh_linked_(vma))
		return COH_E_UNLINKED;
	if (coh_linked_(upper))
		return COH_E_LINKED;
	if (!coh_page_aligned_(coh, at))
		return COH_E_ALIGN;
	if (at <= vma->start || at >= vma->end)
		return COH_E_OUTSIDE;

	change_of(&change, vma);
	edit(&change, COH_EDIT_RESIZE, vma, vma->start, at);
	edit(&change, COH_EDIT_LINK, upper, at, vma->end);
	return commit(coh, &change);
}

/* Equal deltas are not enough: page offsets do not wrap from the last to the first. */
static bool adjoin(const struct coh *coh, const struct coh_vma *lower, const struct coh_vma *upper)
{
	return lower->end == upper->start && lower->delta == upper->delta &&
	       !offsets_wrap(coh, pgoff_of(coh, lower), upper->end - lower->start);
}

static bool agree(const struct coh_vma *a, const struct coh_vma *b)
{
	return a->mm == b->mm && a->flags == b->flags && a->mapping == b->mapping &&
	       a->anon_vma == b->anon_vma;
}

int coh_vma_merge(struct coh *coh, struct coh_vma *lower, struct coh_vma *upper)
{
	struct coh_change_ change;

	if (!coh || !lower || !upper)
		return COH_E_NULL;
	if (!coh_linked_(lower) || !coh_linked_(upper))
		return COH_E_UNLINKED;
	if (!adjoin(coh, lower, upper) || !agree(lower, upper))
		return COH_E_NEIGHBOUR;

	change_of(&change, lower);
	edit(&change, COH_EDIT_UNLINK, upper, upper->start, upper->end);
	edit(&change, COH_EDIT_RESIZE, lower, lower->start, upper->end);
	return commit(coh, &change);
}

int coh_vma_resize(struct coh *coh, struct coh_vma *vma, uintptr_t start, size_t len)
{
	struct coh_change_ change;
	uintptr_t end = start + len, pgoff, move;
	int error;

	if (!coh || !vma)
		return COH_E_NULL;
	if (!coh_linked_(vma))
		return COH_E_UNLINKED;
	error = bounds_error(coh, start, end);
	if (error)
		return error;
	pgoff = pgoff_of(coh, vma);
	if (start < vma->start) {
		move = (vma->start - start) >> coh->config.page_shift;
		if (move > pgoff)
			return COH_E_RANGE;
		pgoff -= move;
	} else {
		move = (start - vma->start) >> coh->config.page_shift;
		if (pgoff + move < pgoff)
			return COH_E_RANGE;
		pgoff += move;
	}
	if (offsets_wrap(coh, pgoff, len))
		return COH_E_RANGE;

	change_of(&change, vma);
	edit(&change, COH_EDIT_RESIZE, vma, start, end);
	/* What it holds already is its own. */
	claim(&change, start, end < vma->start ? end : vma->start);
	claim(&change, start > vma->end ? start : vma->end, end);
	return commit(coh, &change);
}

int coh_vma_fork(struct coh *coh, struct coh_vma *parent, struct coh_mm *mm, struct coh_vma *child)
{
	struct coh_change_ change;

	if (!coh || !parent || !mm || !child)
		return COH_E_NULL;
	if (!coh_linked_(parent))
		return COH_E_UNLINKED;
	if (coh_linked_(child))
		return COH_E_LINKED;

	change_of(&change, parent);
	change.mm = mm;
	edit(&change, COH_EDIT_LINK, child, parent->start, parent->end);
	claim(&change, parent->start, parent->end);
	return commit(coh, &change);
}

int coh_vma_move(struct coh *coh, struct coh_vma *from, uintptr_t start, struct coh_vma *to)
{
	struct coh_change_ change;
	uintptr_t end;
	int error;

	if (!coh || !from || !to)
		return COH_E_NULL;
	if (!coh_linked_(from))
		return COH_E_UNLINKED;
	if (coh_linked_(to))
		return COH_E_LINKED;
	end = start + (from->end - from->start);
	error = bounds_error(coh, start, end);
	if (error)
		return error;

	change_of(&change, from);
	change.delta += (start >> coh->config.page_shift) - (from->start >> coh->config.page_shift);
	edit(&change, COH_EDIT_LINK, to, start, end);
	claim(&change, start, end);
	return commit(coh, &change);
}

int coh_vma_protect(struct coh *coh, struct coh_vma *vma, uint32_t flags)
{
	if (!coh || !vma)
		return COH_E_NULL;
	if (!coh_linked_(vma))
		return COH_E_UNLINKED;
	if (flags & ~FLAGS)
		return COH_E_ARGUMENT;
	if ((flags ^ vma->flags) & COH_VMA_SHARED) /* its group rests on that */
		return COH_E_ARGUMENT;
	coh_store(&vma->flags, flags);
	publish();
	return 0;
}

/*
 * It computes the address from delta, which never changes.  start and end only tell whether the
 * page is inside; if another CPU changes the VMA meanwhile, they may be the old or the new ones.
 */
int coh_vma_address(const struct coh *coh, const struct coh_vma *vma, uintptr_t index,
		    uintptr_t *va)
{
	uintptr_t page, address;

	if (!coh || !vma || !va)
		return COH_E_NULL;
	page = index + vma->delta;
	address = coh_vma_va_(coh, vma, index);
	if (address >> coh->config.page_shift != page || address < coh_load(&vma->start) ||
	    address >= coh_load(&vma->end))
		return COH_E_OUTSIDE;
	*va = address;
	return 0;
}
