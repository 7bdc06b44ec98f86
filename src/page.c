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
 * A flush is deferred only if the mark was 0, and if after it was stored, and after a full barrier,
 *no VMA was found to cover the page.  Who maps the page later has linked a VMA first, with a full
 *barrier behind that (vma.c), and looks at the mark then: one of the two sees the other.  While a
 *VMA covers the page every flush is done at once, so a bit that coh_page_complete_ sets late cannot
 *hide a flush that is still owed.
 *
 * DATA is not set after a flush that was done at once, and the next coh_update_mmu_cache flushes K
 *again, once. Setting it there would need an atomic exchange, which ARMv4 and SH-4 lack, to be
 *right against a VMA that goes and a flush that is deferred in between.  All other races end with
 *USED where 0, or without DATA where with it, would have done: a flush too many.
 */
#include "src/internal.h"

void coh_page_init(struct coh_page *page, uintptr_t pfn)
{
	if (!page)
		return;
	page->pfn = pfn;
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
	coh_store(&page->clean, (uint8_t)0);
	coh_store(&page->executed, (uint8_t)0);
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

/* May a VMA cover the page?  Also true if the map cannot tell: who flushes then reports that. */
bool coh_page_covered_(struct coh *coh, const struct coh_page *page, const struct coh_map *map)
{
	const struct coh_port *port = coh->port;
	bool covered;

	if (!coh_page_map_right_(page, map))
		return true;
	port->walk_enter(port->context);
	covered = coh_map_covers_(coh, map, coh_load(&page->index));
	port->walk_exit(port->context);
	return covered;
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

/* Fetches that do not look into the data cache need K in memory; flushed: it is. */
static void write_back_code(struct coh *coh, uintptr_t kva, bool flushed)
{
	if (!flushed && kva && coh->config.icache.size)
		coh->mechanism->dcache(coh, COH_DO_CLEAN_, kva, coh->page_size);
}

/* Drop code of a page whose bytes are in memory; va is a user address that will execute it, or 0.
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
	if (!coh_load(&page->executed) || coh->mechanism->code_by_alias)
		return;
	/* Where aliases meet nobody wrote K back for the users' sake. */
	write_back_code(coh, kva, coh->mechanism->aliasing);
	coh_page_drop_code_(coh, 0, kva);
}

/* K is changed, or will be: what was known of it counts no more. */
void coh_page_touch_(struct coh_page *page)
{
	coh_store(&page->clean, (uint8_t)COH_CLEAN_USED_);
}

/* True if the flush of this page may wait for coh_update_mmu_cache (T1). */
bool coh_page_defer_(struct coh *coh, struct coh_page *page)
{
	struct coh_map *map = coh_page_map_(page);
	uint8_t mark = coh_load(&page->clean);

	coh_store(&page->clean, (uint8_t)0);
	if (!map || coh_is_anon_(page))
		return false;
	coh_full_barrier(); /* the mark before the look at the map: see above */
	if (coh_page_covered_(coh, page, map)) {
		coh_page_touch_(page);
		return false;
	}
	if (mark)
		return false; /* users are gone, but what they stored may be behind K's lines */
	/* Who completes it may run on another CPU, whose operations would not reach these lines. */
	if (coh->config.scope == COH_SCOPE_THIS_CPU) {
		coh_count_(coh, COH_COUNT_NOT_DEFERRED);
		return false;
	}
	coh_count_(coh, COH_COUNT_DEFERRED);
	return true;
}

/* What was deferred, now that va maps the page: K to memory, old code out. */
void coh_page_complete_(struct coh *coh, struct coh_page *page, uintptr_t va, uint32_t prot)
{
	uint8_t need = COH_CLEAN_DATA_ | (prot & COH_PROT_EXEC ? COH_CLEAN_CODE_ : 0u);
	uint8_t have = coh_load(&page->clean);
	uintptr_t kva;

	if (prot & COH_PROT_EXEC)
		coh_store(&page->executed, (uint8_t)1);
	if ((have & need) == need) {
		coh_count_(coh, COH_COUNT_SKIPPED_CLEAN);
		return;
	}
	coh_count_(coh, COH_COUNT_COMPLETED);
	kva = coh_page_kernel_(coh, page);
	if (!(have & COH_CLEAN_DATA_))
		coh_flush_k_(coh, kva);
	if (need & COH_CLEAN_CODE_) {
		/* On VIPT DATA does not say that K is in memory: a fill leaves it in lines
		 * that the user's loads hit (copy.c). */
		write_back_code(coh, kva,
				!coh->mechanism->congruent_meet ||
					(coh->mechanism->aliasing && !(have & COH_CLEAN_DATA_)));
		coh_page_drop_code_(coh, va, kva);
	}
	coh_store_release(&page->clean, (uint8_t)(have | need | COH_CLEAN_USED_));
}
