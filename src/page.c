// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Pages: whom a page belongs to, and what the kernel does with it beside coh_flush_dcache_page:
 * get_user_pages, kmap, copies for users, code.
 *
 * K is the kernel's address of a page and its lines there.
 */
#include "src/internal.h"

/* ------------------------------------------------------------------------
 * The owner.
 */

void coh_page_init(struct coh_page *page, uintptr_t pfn)
{
	if (!page)
		return;
	page->pfn = pfn;
	coh_store(&page->mark, (uint32_t)COH_MARK_FRESH_);
	coh_page_clear(page);
}

static int set_owner(struct coh_page *page, uintptr_t owner, uintptr_t index)
{
	if (coh_load(&page->owner))
		return COH_E_OWNER;
	coh_store(&page->index, index);
	if (coh_load(&page->mark) & COH_MARK_SETTLED_) /* a version of another map, stored late */
		coh_store(&page->mark, (uint32_t)COH_MARK_USED_);
	coh_store_release(&page->owner, owner); /* a reader of the owner sees the index */
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
	/* K may be old, for the next owner too.  The map may be gone already, so it is not asked. */
	if (coh_load(&page->mark) != COH_MARK_FRESH_)
		coh_store(&page->mark, (uint32_t)COH_MARK_USED_);
	coh_store(&page->ever, (uint8_t)0);
	coh_store(&page->state, (uint16_t)0);
}

/*
 * page->ever: bits that last, set once each.  Under coh->lock, for contexts share the byte; so not
 * from an NMI.  A policy with a mechanism of its own looks at none of them.
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
	/* Before old code goes: who stores through K from now on, and does not see it, did so
	 * before. */
	coh_full_barrier();
}

/* Where vma maps the page.  COH_OK, COH_E_UNLINKED, COH_E_OWNER or COH_E_OUTSIDE. */
static int place_of(const struct coh *coh, const struct coh_page *page, const struct coh_vma *vma,
		    uintptr_t *va)
{
	uintptr_t owner = coh_load(&page->owner);
	bool is_of_vma = owner & 1u ? owner == ((uintptr_t)vma->anon_vma | 1u)
				    : owner && owner == (uintptr_t)vma->mapping;

	if (!coh_linked_(vma)) /* what it says of itself may be of its last life, or never set */
		return COH_E_UNLINKED;
	return is_of_vma ? coh_vma_address(coh, vma, coh_load(&page->index), va) : COH_E_OWNER;
}

/* Is va the place of this page in vma?  Returns as place_of. */
int coh_page_in_vma_(const struct coh *coh, const struct coh_page *page, const struct coh_vma *vma,
		     uintptr_t va)
{
	uintptr_t place;
	int error = place_of(coh, page, vma, &place);

	if (error)
		return error;
	return place == (va & ~(coh->page_size - 1)) ? COH_OK : COH_E_OUTSIDE;
}

/* ------------------------------------------------------------------------
 * The kernel uses a page that users may have mapped.
 */

static bool is_intent(enum coh_intent intent)
{
	return intent >= COH_INTENT_READ && intent <= COH_INTENT_READ_WRITE;
}

int coh_flush_anon_page(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va)
{
	int error;

	if (!coh || !vma || !page)
		return COH_E_NULL;
	if (!coh_is_anon_(page))
		return COH_E_OWNER;
	error = coh_page_in_vma_(coh, page, vma, va);
	if (error)
		return error;
	coh->policy->flush_anon(coh, vma, page, va & ~(coh->page_size - 1));
	return COH_OK;
}

int coh_get_user_page(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
		      enum coh_intent intent)
{
	int error;

	if (!coh || !vma || !page)
		return COH_E_NULL;
	if (!is_intent(intent))
		return COH_E_ARGUMENT;
	error = coh_page_in_vma_(coh, page, vma, va);
	if (error)
		return error;
	va &= ~(coh->page_size - 1);
	if (coh_is_anon_(page))
		coh->policy->flush_anon(coh, vma, page, va);
	return coh->policy->get_user(coh, vma, page, va, intent);
}

int coh_flush_kernel_dcache_page(struct coh *coh, struct coh_page *page)
{
	uintptr_t kva;

	if (!coh || !page)
		return COH_E_NULL;
	kva = coh_page_kernel_(coh, page);
	if (coh->mechanism->aliasing && kva)
		coh->mechanism->dcache(coh, COH_DO_CLEAN_, kva, coh->page_size);
	return COH_OK;
}

uintptr_t coh_page_kmap_(struct coh *coh, const struct coh_page *page)
{
	const struct coh_port *port = coh->port;

	return port->kmap ? port->kmap(port->context, page->pfn) : coh_page_kernel_(coh, page);
}

void coh_page_kunmap_(struct coh *coh, const struct coh_page *page, uintptr_t va)
{
	const struct coh_port *port = coh->port;

	if (port->kunmap)
		port->kunmap(port->context, page->pfn, va);
}

int coh_kmap(struct coh *coh, struct coh_page *page, enum coh_intent intent, uintptr_t *va)
{
	uintptr_t kva;
	int error;

	if (!coh || !page || !va)
		return COH_E_NULL;
	if (!is_intent(intent))
		return COH_E_ARGUMENT;
	kva = coh_page_kmap_(coh, page);
	if (!kva)
		return COH_E_SLOTS;
	error = coh->policy->begin(coh, page, kva, intent);
	if (error) {
		coh_page_kunmap_(coh, page, kva);
		return error;
	}
	/* What was read ahead at an address that comes and goes: after its last flush (coh_kunmap)
	 * and before it was taken away. */
	if (coh->config.speculates && !coh_is_linear_(coh, kva))
		coh_flush_k_(coh, kva);
	*va = kva;
	return COH_OK;
}

int coh_kunmap(struct coh *coh, struct coh_page *page, enum coh_intent intent, uintptr_t va)
{
	int error;

	if (!coh || !page)
		return COH_E_NULL;
	if (!is_intent(intent))
		return COH_E_ARGUMENT;
	if (!coh_page_aligned_(coh, va))
		return COH_E_ALIGN;
	error = coh->policy->end(coh, page, va, intent);
	coh_page_kunmap_(coh, page, va);
	return error;
}

/* ------------------------------------------------------------------------
 * Copies that the layer makes: ptrace-like access, and pages filled for users.
 */

/* Are kernel and va addresses of the same byte of the page, and are all len bytes of this page? */
static int check_piece(const struct coh *coh, const struct coh_vma *vma,
		       const struct coh_page *page, uintptr_t va, uintptr_t kernel, size_t len)
{
	uintptr_t offset;

	if (!coh || !vma || !page)
		return COH_E_NULL;
	offset = va & (coh->page_size - 1);
	if (len > coh->page_size - offset || (kernel & (coh->page_size - 1)) != offset)
		return COH_E_RANGE;
	return coh_page_in_vma_(coh, page, vma, va);
}

/* Where aliases do not meet the flush has brought the new bytes to memory. */
static void drop_copied_code(struct coh *coh, struct coh_vma *vma, struct coh_page *page,
			     uintptr_t va, uintptr_t kernel, size_t len)
{
	bool by_va = coh->config.icache.indexing == COH_INDEXED_VIVT;

	if (!coh->mechanism->aliasing || coh_code_aliases_(coh)) {
		coh_flush_icache_page(coh, vma, page);
		return;
	}
	coh_page_ever_(coh, page, COH_EVER_EXECUTED_);
	coh->mechanism->icache(coh, by_va ? va : kernel, len);
}

int coh_copy_to_user_page(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
			  uintptr_t kernel, uintptr_t buffer, size_t len)
{
	int error = check_piece(coh, vma, page, va, kernel, len);
	uintptr_t kva;

	if (error || !len)
		return error;
	kva = kernel & ~(coh->page_size - 1);
	/* Before: what users have dirty beside these bytes.  After: what the copy left under K. */
	error = coh->policy->before_copy(coh, page, kva, COH_INTENT_READ_WRITE);
	if (error)
		return error;
	coh->port->copy(coh->port->context, kernel, buffer, len);
	error = coh->policy->after_copy(coh, page, kva, COH_INTENT_READ_WRITE);
	if (coh_load(&vma->flags) & COH_VMA_EXEC)
		drop_copied_code(coh, vma, page, va, kernel, len);
	return error;
}

int coh_copy_from_user_page(struct coh *coh, struct coh_vma *vma, struct coh_page *page,
			    uintptr_t va, uintptr_t buffer, uintptr_t kernel, size_t len)
{
	int error = check_piece(coh, vma, page, va, kernel, len);

	if (error || !len)
		return error;
	error = coh->policy->before_copy(coh, page, kernel & ~(coh->page_size - 1),
					 COH_INTENT_READ);
	if (!error)
		coh->port->copy(coh->port->context, buffer, kernel, len);
	return error;
}

/* K of a page that was just filled, and is mapped nowhere: to memory, and out. */
static void finish_fill(struct coh *coh, struct coh_page *to, uintptr_t kva, uintptr_t va)
{
	/* Lines of the user's colour are what the user will hit; but not who maps it elsewhere. */
	bool meet = coh->mechanism->congruent_meet && coh_colour(coh, kva) == coh_colour(coh, va);

	if (!meet)
		coh_flush_k_(coh, kva);
	coh_drop_ahead_(coh, to, kva, va);
	coh_store_release(&to->mark, (uint32_t)(meet ? COH_MARK_FILLED_ : COH_MARK_DATA_));
}

int coh_clear_user_page(struct coh *coh, struct coh_page *to, uintptr_t va)
{
	uintptr_t kva;

	if (!coh || !to)
		return COH_E_NULL;
	kva = coh_page_kernel_(coh, to);
	if (!kva)
		return COH_E_SLOTS;
	coh->port->zero(coh->port->context, kva, coh->page_size);
	finish_fill(coh, to, kva, va);
	return COH_OK;
}

int coh_copy_user_page(struct coh *coh, struct coh_page *to, struct coh_page *from, uintptr_t va)
{
	uintptr_t kto, kfrom;
	int error;

	if (!coh || !to || !from)
		return COH_E_NULL;
	kto = coh_page_kernel_(coh, to);
	kfrom = coh_page_kernel_(coh, from);
	if (!kto || !kfrom)
		return COH_E_SLOTS;
	error = coh->policy->before_copy(coh, from, kfrom, COH_INTENT_READ);
	if (error)
		return error;
	coh->port->copy(coh->port->context, kto, kfrom, coh->page_size);
	finish_fill(coh, to, kto, va);
	return COH_OK;
}

/* ------------------------------------------------------------------------
 * Code of a page.
 */

int coh_flush_icache_page(struct coh *coh, struct coh_vma *vma, struct coh_page *page)
{
	uintptr_t kva, va;
	int error;

	if (!coh || !vma || !page)
		return COH_E_NULL;
	error = place_of(coh, page, vma, &va);
	if (error)
		return error;
	kva = coh_page_kernel_(coh, page);
	coh_page_write_back_(coh, page, kva, true);
	coh_page_ever_(coh, page, COH_EVER_EXECUTED_);
	coh_page_drop_code_(coh, va, kva);
	return COH_OK;
}
