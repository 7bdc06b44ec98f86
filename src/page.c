// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Pages: who they belong to, what their mark says, and the flush that waits for it.
 *
 * The mark (page->clean) is written without a lock, from any context, one byte at a time:
 *   0		no user has mapped the page since K was last in line with users: K may
 *		be dirty, and cannot be stale
 *   USED	users have had it mapped: K may also be stale, even if they are gone by now
 *   DATA, CODE	set by coh_page_complete_ after the flushes that earn them
 *
 * A flush is deferred only if the mark is 0, and if after that was stored, and after a full
 * barrier, no VMA was found to cover the page.  Who maps the page later has linked a VMA first,
 * with a full barrier behind that (vma.c), and looks at the mark then: one of the two sees the
 * other.  While a VMA covers the page every flush is done at once, so a bit that
 * coh_page_complete_ sets late cannot hide a flush that is still owed.
 *
 * 0 comes back after a flush that saw no alias, if the map's sequence is still what it was before:
 * then no VMA came or went.
 *
 * DATA is not set after a flush that was done at once, and the next coh_update_mmu_cache flushes K
 * again, once.  Setting it there would need an atomic compare-and-exchange, which ARMv4 and v5 and
 * SH-4 lack, to be right against a VMA that goes and a flush that is deferred in between.  All
 * other races end with USED where 0, or without DATA where with it, would have done: a flush too
 * many.
 *
 * page->ever has bits that last, under coh->lock; page->state is the policy's own.
 */
#include "src/internal.h"

void coh_page_init(struct coh_page *page, uintptr_t pfn)
{
	if (!page)
		return;
	page->pfn = pfn;
	coh_store(&page->clean, (uint8_t)0);
	coh_page_clear(page);
}

static int set_owner(struct coh_page *page, uintptr_t owner, uintptr_t index)
{
	if (coh_load(&page->owner))
		return COH_E_OWNER;
	coh_store(&page->index, index);
	coh_store_release(&page->owner, owner); /* who sees the owner sees the index */
	return COH_OK;
}

int coh_page_set_file(struct coh_page *page, struct coh_mapping *mapping, uintptr_t index)
{
	if (!page || !mapping)
		return COH_E_NULL;
	return set_owner(page, (uintptr_t)mapping, index);
}

int coh_page_set_anon(struct coh_page *page, struct coh_anon_vma *anon_vma, uintptr_t index)
{
	if (!page || !anon_vma)
		return COH_E_NULL;
	return set_owner(page, (uintptr_t)anon_vma | 1u, index);
}

void coh_page_clear(struct coh_page *page)
{
	if (!page)
		return;
	coh_store(&page->owner, (uintptr_t)0);
	coh_store(&page->index, (uintptr_t)0);
	if (coh_load(&page->clean)) /* K may be old, for the next owner too */
		coh_store(&page->clean, (uint8_t)COH_CLEAN_USED_);
	coh_store(&page->ever, (uint8_t)0);
	coh_store(&page->state, (uint16_t)0);
}

/* The reverse map of a page; NULL if it has no owner. */
struct coh_map *coh_page_map_(const struct coh_page *page)
{
	uintptr_t owner = coh_load_acquire(&page->owner);

	if (!owner)
		return NULL;
	if (owner & 1u)
		return &((struct coh_anon_vma *)(owner & ~(uintptr_t)1))->map;
	return &((struct coh_mapping *)owner)->map;
}

/* A stray store hits the header first, and a walk would follow what it left there. */
bool coh_page_map_right_(const struct coh_page *page, const struct coh_map *map)
{
	return map->side == (coh_is_anon_(page) ? COH_SIDE_ANON : COH_SIDE_FILE);
}

static bool is_covered(struct coh *coh, const struct coh_map *map, uintptr_t index)
{
	const struct coh_port *port = coh->port;
	bool covered;

	port->walk_enter(port->context);
	covered = coh_map_covers_(coh, map, index);
	port->walk_exit(port->context);
	return covered;
}

/* May a VMA cover the page?  Also true if the map cannot tell: who flushes then reports that. */
bool coh_page_covered_(struct coh *coh, const struct coh_page *page, const struct coh_map *map)
{
	return !coh_page_map_right_(page, map) || is_covered(coh, map, coh_load(&page->index));
}

bool coh_mapping_covers(struct coh *coh, const struct coh_mapping *mapping, uintptr_t index)
{
	return mapping->map.side != COH_SIDE_FILE || is_covered(coh, &mapping->map, index);
}

bool coh_page_is_of_(const struct coh_page *page, const struct coh_vma *vma)
{
	uintptr_t owner = coh_load(&page->owner);

	if (owner & 1u)
		return owner == ((uintptr_t)vma->anon_vma | 1u);
	return owner && owner == (uintptr_t)vma->mapping;
}

/* Is va the place of this page in vma?  COH_OK, COH_E_OWNER or COH_E_OUTSIDE. */
int coh_page_in_vma_(const struct coh *coh, const struct coh_page *page, const struct coh_vma *vma,
		     uintptr_t va)
{
	uintptr_t place;
	int error;

	if (!coh_page_is_of_(page, vma))
		return COH_E_OWNER;
	error = coh_vma_address(coh, vma, coh_load(&page->index), &place);
	if (error)
		return error;
	return place == (va & ~(coh->page_size - 1)) ? COH_OK : COH_E_OUTSIDE;
}

uintptr_t coh_page_kernel_(struct coh *coh, const struct coh_page *page)
{
	return coh->port->kernel_address(coh->port->context, page->pfn);
}

/*
 * Fetches that do not look into the data cache need K in memory.  A page without a kernel address
 * has no line under K where coh_kunmap leaves none; where aliases meet its lines are there, of
 * whoever stored: there it gets an address for a moment.
 */
void coh_page_write_back_(struct coh *coh, const struct coh_page *page, uintptr_t kva, bool process)
{
	const struct coh_port *port = coh->port;
	uintptr_t for_now = 0;

	if (!coh->config.icache.size)
		return;
	if (!kva && (coh->mechanism->aliasing || coh->mechanism->code_by_alias))
		return;
	if (!kva && process)
		kva = for_now = port->kmap(port->context, page->pfn);
	if (kva)
		coh->mechanism->dcache(coh, COH_DO_CLEAN_, kva, coh->page_size);
	else
		coh_dcache_all_(coh);
	if (for_now)
		port->kunmap(port->context, page->pfn, for_now);
}

/*
 * Drop code of a page whose bytes are in memory; va is a user address that will execute it, or 0.
 */
void coh_page_drop_code_(struct coh *coh, uintptr_t va, uintptr_t kva)
{
	bool by_va = coh->config.icache.indexing == COH_INDEXED_VIVT;

	if (by_va ? va : kva)
		coh->mechanism->icache(coh, by_va ? va : kva, coh->page_size);
	else
		coh->mechanism->icache_all(coh);
}

/* The kernel changed bytes of a page; where it was executed, old code goes. */
void coh_page_code_(struct coh *coh, const struct coh_page *page, uintptr_t kva)
{
	if (!(coh_load(&page->ever) & COH_EVER_EXECUTED_) || coh->mechanism->code_by_alias)
		return;
	/* Where aliases meet nobody wrote K back for the users' sake. */
	if (!coh->mechanism->aliasing)
		coh_page_write_back_(coh, page, kva, false);
	coh_page_drop_code_(coh, 0, kva);
}

/* K is changed, or will be: what was known of it counts no more. */
void coh_page_touch_(struct coh_page *page)
{
	coh_store(&page->clean, (uint8_t)COH_CLEAN_USED_);
	coh_full_barrier(); /* before the look at the map that follows */
}

/*
 * Bits that last, set once each: under a lock, for the byte is shared, and not from an NMI.  A
 * policy with a mechanism of its own looks at none of them.
 */
void coh_page_ever_(struct coh *coh, struct coh_page *page, uint8_t what)
{
	const struct coh_port *port = coh->port;
	uintptr_t flags;

	if (coh->policy->mechanism || coh_load(&page->ever) & what)
		return;
	flags = port->irq_save(port->context);
	port->lock(port->context, &coh->lock);
	coh_store(&page->ever, (uint8_t)(coh_load(&page->ever) | what));
	port->unlock(port->context, &coh->lock);
	port->irq_restore(port->context, flags);
}

/*
 * A cache that reads ahead may have old lines of the page under va: filled through a translation
 * that was there until just now, after its flush; or through the new one, before K was in memory.
 */
void coh_drop_ahead_(struct coh *coh, const struct coh_page *page, uintptr_t kva, uintptr_t va)
{
	/* Under flush-all they went with K. */
	if (!coh->config.speculates || !coh->mechanism->aliasing || coh->policy->mechanism)
		return;
	if (!coh->mechanism->congruent_meet)
		coh_dcache_(coh, COH_DO_FLUSH_, va, coh->page_size);
	else if (!kva || coh_colour(coh, kva) != coh_colour(coh, va))
		coh_window_flush_(coh, page->pfn, coh_colour(coh, va));
}

/* True if the flush of this page may wait for coh_update_mmu_cache (T1). */
bool coh_page_defer_(struct coh *coh, struct coh_page *page)
{
	struct coh_map *map = coh_page_map_(page);

	if (!map || coh_is_anon_(page)) {
		coh_store(&page->clean, (uint8_t)0);
		return false;
	}
	if (coh_load(&page->clean)) {
		/* Users are there; or they are gone, but what they stored is behind K's lines. */
		coh_page_touch_(page);
		return false;
	}
	coh_full_barrier();
	/* Covered; or it was until just now, and the mark says so. */
	if (coh_page_covered_(coh, page, map) || coh_load(&page->clean)) {
		coh_page_touch_(page);
		return false;
	}
	/* Who completes it may run on another CPU, whose operations would not reach these lines. */
	if (coh->config.scope == COH_SCOPE_THIS_CPU) {
		coh_count_(coh, COH_COUNT_NOT_DEFERRED);
		return false;
	}
	coh_count_(coh, COH_COUNT_DEFERRED);
	return true;
}

/* The version of the page's map; a page of no map has none. */
uint32_t coh_page_sequence_(const struct coh_page *page)
{
	const struct coh_map *map = coh_page_map_(page);

	return map ? coh_load_acquire(&map->sequence) : 0;
}

/*
 * K was flushed, and no alias was seen.  Who maps the page links a VMA first: if the map is what it
 * was before that flush began, and covers the page nowhere, the next flush may wait.
 */
void coh_page_settle_(struct coh *coh, struct coh_page *page, uint32_t sequence)
{
	struct coh_map *map = coh_page_map_(page);

	if (!map || coh_is_anon_(page) || !(coh_load(&page->clean) & COH_CLEAN_USED_) ||
	    coh_load(&map->sequence) != sequence)
		return;
	coh_store(&page->clean, (uint8_t)0);
	coh_full_barrier();
	if (coh_load(&map->sequence) != sequence || coh_page_covered_(coh, page, map))
		coh_page_touch_(page);
}

/* A user translation by which the page itself can be stored to: not one that copies on write. */
static bool allows_stores(const struct coh_page *page, const struct coh_vma *vma, uint32_t prot)
{
	uint32_t flags = coh_load(&vma->flags);

	return (prot & COH_PROT_WRITE || flags & COH_VMA_WRITE) &&
	       (coh_is_anon_(page) || flags & COH_VMA_SHARED);
}

/*
 * K in line, if that is owed; and on VIPT, where users have stored to the page, the lines that the
 * new mapping would hit: K's, or those of a private mapping of the file, from before.  What was
 * read ahead at va was read through a translation that was going, whatever is known of the page.
 */
static void flush_for_user(struct coh *coh, const struct coh_page *page, uintptr_t kva,
			   uintptr_t va, bool owed)
{
	bool stored = coh_load(&page->ever) & COH_EVER_STORED_;
	bool meets_k = kva && coh_colour(coh, kva) == coh_colour(coh, va);

	if (owed || (stored && meets_k))
		coh_flush_k_(coh, kva);
	if (stored && !meets_k && !coh_is_anon_(page))
		coh_window_flush_(coh, page->pfn, coh_colour(coh, va));
	else
		coh_drop_ahead_(coh, page, kva, va);
}

/* What was deferred, now that va maps the page: K to memory, old code out. */
void coh_page_complete_(struct coh *coh, const struct coh_vma *vma, struct coh_page *page,
			uintptr_t va, uint32_t prot)
{
	uint8_t need = COH_CLEAN_DATA_ | (prot & COH_PROT_EXEC ? COH_CLEAN_CODE_ : 0u);
	uint8_t have = coh_load(&page->clean);
	uintptr_t kva = coh_page_kernel_(coh, page);
	bool stores = allows_stores(page, vma, prot);
	bool by_va = coh->config.icache.indexing == COH_INDEXED_VIVT;
	/* If not, what was fetched at va went with what was mapped there before. */
	bool fetched = !by_va || !coh->config.fetches_in_order;

	/* Before old code goes: who stores through K from now on drops it again. */
	if (prot & COH_PROT_EXEC)
		coh_page_ever_(coh, page, COH_EVER_EXECUTED_);
	flush_for_user(coh, page, kva, va, !(have & COH_CLEAN_DATA_));
	if (need & COH_CLEAN_CODE_ & ~have) {
		/* On VIPT DATA does not say that K is in memory: a fill leaves it in lines
		 * that the user's loads hit (copy.c). */
		if (coh->mechanism->congruent_meet &&
		    (!coh->mechanism->aliasing || have & COH_CLEAN_DATA_))
			coh_page_write_back_(coh, page, kva, true);
		if (fetched)
			coh_page_drop_code_(coh, va, kva);
	} else if (prot & COH_PROT_EXEC && by_va && fetched) {
		/* What was prefetched at va may be of the page that was there before: after the
		 * flush, while the tables still had it. */
		coh_page_drop_code_(coh, va, kva);
	}
	coh_count_(coh, (have & need) == need ? COH_COUNT_SKIPPED_CLEAN : COH_COUNT_COMPLETED);

	/* What a user stores may be code that another mapping will execute. */
	if (stores)
		have &= (uint8_t)~COH_CLEAN_CODE_;
	if (stores && coh->mechanism->aliasing && coh->mechanism->congruent_meet)
		coh_page_ever_(coh, page, COH_EVER_STORED_);
	coh_store_release(&page->clean, (uint8_t)(have | need | COH_CLEAN_USED_));
}
