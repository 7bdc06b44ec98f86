// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Page tables and TLBs: two uses of one hash table.
 */
#include <string.h>

#include "model/machine_internal.h"

#define RIGHTS (COH_MACHINE_READ | COH_MACHINE_WRITE | COH_MACHINE_EXEC)

/* ---- tables ---- */

static uint32_t mask_of(const struct table *t)
{
	return (1u << t->bits) - 1;
}

static struct entry *table_find(struct table *t, uint32_t mm, uint64_t page)
{
	for (uint32_t i = table_home(t->bits, mm, page); t->slot[i].used; i = (i + 1) & mask_of(t))
		if (t->slot[i].page == page && t->slot[i].mm == mm)
			return &t->slot[i];
	return NULL;
}

const struct entry *machine_table_find(const struct table *t, uint32_t mm, uint64_t page)
{
	return table_find((struct table *)t, mm, page);
}

/* There is room, and no such entry. */
static void table_insert(struct table *t, struct entry e)
{
	uint32_t i = table_home(t->bits, e.mm, e.page);

	t->used++;
	for (; t->slot[i].used; i = (i + 1) & mask_of(t))
		if (entry_before(&e, &t->slot[i])) {
			struct entry moved = t->slot[i];

			t->slot[i] = e;
			e = moved;
		}
	t->slot[i] = e;
}

/* Those behind it may have been pushed there by it: they are inserted again. */
static void table_remove(struct table *t, const struct entry *e)
{
	uint32_t i = (uint32_t)(e - t->slot);

	memset(&t->slot[i], 0, sizeof(t->slot[i]));
	t->used--;
	for (i = (i + 1) & mask_of(t); t->slot[i].used; i = (i + 1) & mask_of(t)) {
		struct entry again = t->slot[i];

		memset(&t->slot[i], 0, sizeof(t->slot[i]));
		t->used--;
		table_insert(t, again);
	}
}

/* ---- page tables ---- */

int coh_machine_map(struct coh_machine *m, uint32_t mm, uint64_t va, uint64_t pa, uint32_t rights,
		    enum coh_attr attr)
{
	struct table *t = tables_of(m);
	uint64_t in_page = m->config.page - 1;
	struct entry *old, e = {
		.page = va >> m->page_shift,
		.frame = (uint32_t)(pa >> m->page_shift),
		.mm = mm,
		.used = 1,
		.rights = (uint8_t)rights,
		.attr = (uint8_t)attr,
	};

	if ((va | pa) & in_page || rights & ~(uint32_t)RIGHTS || (uint32_t)attr > COH_WRITE_THROUGH)
		return COH_MACHINE_ARGUMENT;
	if (pa >= memory_size(m))
		return COH_MACHINE_NO_MEMORY;
	old = table_find(t, mm, e.page);
	if (!old && t->used == m->config.translations)
		return COH_MACHINE_FULL;
	if (old)
		*old = e;
	else
		table_insert(t, e);
	return COH_MACHINE_OK;
}

int coh_machine_unmap(struct coh_machine *m, uint32_t mm, uint64_t va)
{
	struct table *t = tables_of(m);
	const struct entry *e = table_find(t, mm, va >> m->page_shift);

	if (va & (m->config.page - 1))
		return COH_MACHINE_ARGUMENT;
	if (!e)
		return COH_MACHINE_FAULT;
	table_remove(t, e);
	return COH_MACHINE_OK;
}

/* mm's own, or the kernel's. */
static const struct entry *lookup(const struct table *t, uint32_t mm, uint64_t page)
{
	const struct entry *e = machine_table_find(t, mm, page);

	return e || mm == COH_MACHINE_KERNEL ? e : machine_table_find(t, COH_MACHINE_KERNEL, page);
}

int coh_machine_translation(const struct coh_machine *m, uint32_t mm, uint64_t va, uint64_t *pa,
			    uint32_t *rights, enum coh_attr *attr)
{
	const struct entry *e = lookup(tables_of(m), mm, va >> m->page_shift);

	if (!e)
		return COH_MACHINE_FAULT;
	if (pa)
		*pa = (uint64_t)e->frame << m->page_shift | (va & (m->config.page - 1));
	if (rights)
		*rights = e->rights;
	if (attr)
		*attr = (enum coh_attr)e->attr;
	return COH_MACHINE_OK;
}

void coh_machine_set_mm(struct coh_machine *m, uint32_t cpu, uint32_t mm)
{
	if (cpu < m->config.cpus)
		*mm_of(m, cpu) = mm;
}

uint32_t coh_machine_mm(const struct coh_machine *m, uint32_t cpu)
{
	return cpu < m->config.cpus ? *mm_of(m, cpu) : COH_MACHINE_KERNEL;
}

/* ---- TLBs ---- */

const struct entry *machine_translate(const struct coh_machine *m, uint32_t cpu, uint64_t va)
{
	uint32_t mm = *mm_of(m, cpu);
	uint64_t page = va >> m->page_shift;
	const struct entry *e = NULL;

	if (m->config.tlb)
		e = lookup(tlb_of(m, cpu), mm, page);
	return e ? e : lookup(tables_of(m), mm, page);
}

/*
 * In a full TLB it takes the place of the next entry in the table's order: a
 * rule, for there is nobody to ask.  Whoever wants another one to go evicts that
 * before.
 */
static void tlb_insert(const struct coh_machine *m, struct table *t, const struct entry *e)
{
	uint32_t i = table_home(t->bits, e->mm, e->page);

	if (t->used == m->config.tlb) {
		while (!t->slot[i].used)
			i = (i + 1) & mask_of(t);
		table_remove(t, &t->slot[i]);
	}
	table_insert(t, *e);
}

void machine_learn(struct coh_machine *m, uint32_t cpu, uint64_t va)
{
	uint32_t mm = *mm_of(m, cpu);
	uint64_t page = va >> m->page_shift;
	const struct entry *e;

	if (!m->config.tlb || lookup(tlb_of(m, cpu), mm, page))
		return;
	e = lookup(tables_of(m), mm, page);
	if (e)
		tlb_insert(m, tlb_of(m, cpu), e);
}

void coh_machine_tlb_invalidate(struct coh_machine *m, uint32_t cpu, uint32_t mm, uint64_t va)
{
	struct entry *e;

	if (cpu >= m->config.cpus || !m->config.tlb)
		return;
	e = table_find(tlb_of(m, cpu), mm, va >> m->page_shift);
	if (e)
		table_remove(tlb_of(m, cpu), e);
}

void coh_machine_tlb_invalidate_all(struct coh_machine *m, uint32_t cpu)
{
	struct table *t;

	if (cpu >= m->config.cpus || !m->config.tlb)
		return;
	t = tlb_of(m, cpu);
	memset(t->slot, 0, sizeof(t->slot[0]) << t->bits);
	t->used = 0;
}

const struct entry *machine_tlb_entry(const struct coh_machine *m, uint32_t cpu, uint32_t entry)
{
	const struct table *t;

	if (cpu >= m->config.cpus || !m->config.tlb)
		return NULL;
	t = tlb_of(m, cpu);
	for (uint32_t i = 0; entry < t->used && i <= mask_of(t); i++)
		if (t->slot[i].used && !entry--)
			return &t->slot[i];
	return NULL;
}

bool coh_machine_tlb_evict(struct coh_machine *m, uint32_t cpu, uint32_t entry)
{
	const struct entry *e = machine_tlb_entry(m, cpu, entry);

	if (e)
		table_remove(tlb_of(m, cpu), e);
	return e;
}
