// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The cache: the port's operations, and the three kinds of cache as three tables of them.
 *
 *   VIVT	virtually indexed, virtually tagged.  A line is known by its virtual address and
 *		nothing else, so every alias has lines of its own.  Only lines of the current mm
 *		can be in the cache, for a switch of mm empties it.
 *   VIPT	virtually indexed, physically tagged, with ways larger than a page.  Aliases of
 *		one colour share their lines, and lines outlive a switch.  An alias is flushed
 *		through a kernel address of its colour (the window), which needs neither the mm
 *		nor its translation.
 *   meeting	aliases always meet: PIPT, or VIPT with ways of a page at most, or hardware that
 *		resolves aliases.  The instruction cache stays to be kept, and devices.
 *
 * Policies with a mechanism of their own (none, flush-all) have its table in their own file.
 *
 * K is the kernel's address of a page.
 */
#include "src/internal.h"

/* ------------------------------------------------------------------------
 * The port's cache operations: ranges rounded to lines, calls counted.
 */

struct lines {
	uintptr_t first; /* address of the first line */
	size_t len;	 /* bytes, whole lines */
};

/*
 * Rounded outwards.  The end is taken as the last byte, so that a range may reach the last
 * address.
 */
static struct lines lines_of(uintptr_t va, size_t len, uint32_t line)
{
	uintptr_t mask = line - 1u;
	uintptr_t last = (va + (len - 1)) & ~mask;
	struct lines l = { va & ~mask, (last - (va & ~mask)) + line };

	return l;
}

void coh_dcache_(struct coh *coh, enum coh_maintain_ what, uintptr_t va, size_t len)
{
	const struct coh_port *port = coh->port;
	struct lines l = lines_of(va, len, coh->config.dcache.line);

	if (what == COH_DO_FLUSH_) {
		coh_count_(coh, COH_COUNT_FLUSH);
		port->dcache_flush(port->context, l.first, l.len);
	} else if (what == COH_DO_CLEAN_) {
		coh_count_(coh, COH_COUNT_CLEAN);
		port->dcache_clean(port->context, l.first, l.len);
	} else {
		coh_count_(coh, COH_COUNT_INVALIDATE);
		port->dcache_invalidate(port->context, l.first, l.len);
	}
}

void coh_dcache_all_(struct coh *coh)
{
	coh_count_(coh, COH_COUNT_FLUSH_ALL);
	coh->port->dcache_flush_all(coh->port->context);
}

void coh_icache_(struct coh *coh, uintptr_t va, size_t len)
{
	struct lines l;

	/* Unified, or fetches look into the data cache: nothing can be old there. */
	if (!coh->config.icache.size)
		return;
	l = lines_of(va, len, coh->config.icache.line);
	coh_count_(coh, COH_COUNT_ICACHE);
	coh->port->icache_invalidate(coh->port->context, l.first, l.len);
}

void coh_icache_all_(struct coh *coh)
{
	if (!coh->config.icache.size)
		return;
	coh_count_(coh, COH_COUNT_ICACHE_ALL);
	coh->port->icache_invalidate_all(coh->port->context);
}

/* Code at va was changed: drop it wherever the I-cache may hold it for another address of va's
 * page. */
void coh_code_(struct coh *coh, uintptr_t va, size_t len)
{
	if (coh_code_aliases_(coh))
		coh_icache_all_(coh);
	else
		coh_icache_(coh, va, len);
}

void coh_outer_(struct coh *coh, enum coh_maintain_ what, coh_pa_t pa, size_t len)
{
	const struct coh_port *port = coh->port;
	coh_pa_t mask = coh->config.outer_line - 1u;
	coh_pa_t first = pa & ~mask;
	size_t whole = (size_t)(((pa + (len - 1)) & ~mask) - first) + coh->config.outer_line;

	if (!coh->config.outer_line)
		return;
	coh_count_(coh, COH_COUNT_OUTER);
	if (what == COH_DO_CLEAN_)
		port->outer_clean(port->context, first, whole);
	else if (what == COH_DO_INVALIDATE_)
		port->outer_invalidate(port->context, first, whole);
	else
		port->outer_flush(port->context, first, whole);
}

/* All lines of a page at one colour, whatever address brought them in. */
void coh_window_flush_(struct coh *coh, uintptr_t pfn, uintptr_t colour)
{
	const struct coh_port *port = coh->port;
	uintptr_t saved, window;

	/* The window's slot and its TLB entry are this CPU's: stay on it. */
	port->walk_enter(port->context);
	window = port->window_map(port->context, pfn, colour, &saved);
	coh_dcache_(coh, COH_DO_FLUSH_, window, coh->page_size);
	port->window_unmap(port->context, window, saved);
	port->walk_exit(port->context);
}

/* ------------------------------------------------------------------------
 * What several kinds of cache do.
 */

void coh_flush_everything_(struct coh *coh)
{
	coh_dcache_all_(coh);
	coh_icache_all_(coh);
}

void coh_no_alias_(struct coh *coh, const struct coh_vma *vma, uintptr_t va, uintptr_t pfn,
		   bool code)
{
	(void)coh;
	(void)vma;
	(void)va;
	(void)pfn;
	(void)code;
}

void coh_no_mm_(struct coh *coh, const struct coh_mm *mm)
{
	(void)coh;
	(void)mm;
}

void coh_no_range_(struct coh *coh, uintptr_t va, size_t len)
{
	(void)coh;
	(void)va;
	(void)len;
}

void coh_one_group_(struct coh *coh, struct coh_walk_ *walk)
{
	(void)coh;
	walk->group_lo = walk->group_hi = 0;
}

void coh_all_groups_(struct coh *coh, struct coh_walk_ *walk)
{
	(void)coh;
	walk->group_lo = 0;
	walk->group_hi = COH_GROUP_ALL;
}

static void flush_range(struct coh *coh, uintptr_t va, size_t len)
{
	if (coh_whole_is_less_(coh, &coh->config.dcache, len))
		coh_dcache_all_(coh);
	else
		coh_dcache_(coh, COH_DO_FLUSH_, va, len);
}

/*
 * Before a vmap is used.  A dirty line under K, of whatever page, could be written back over what
 * is stored through the vmap.
 */
static void flush_for_vmap(struct coh *coh, uintptr_t va, size_t len)
{
	(void)va;
	(void)len;
	coh_dcache_all_(coh);
}

/* An I-cache that is tagged virtually forgets nothing by itself. */
static void drop_virtual_code(struct coh *coh)
{
	if (coh->config.icache.size && coh->config.icache.indexing == COH_INDEXED_VIVT)
		coh_icache_all_(coh);
}

static void drop_virtual_code_of(struct coh *coh, const struct coh_vma *vma)
{
	if (coh_load(&vma->flags) & COH_VMA_EXEC)
		drop_virtual_code(coh);
}

/* What every kind of cache does alike: maintenance of a kernel range, whatever its aliases. */
#define KERNEL_RANGES                                                                              \
	.dcache = coh_dcache_, .icache = coh_code_, .icache_all = coh_icache_all_,                 \
	.outer = coh_outer_

/* ------------------------------------------------------------------------
 * VIVT.
 */

static bool is_current(struct coh *coh, const struct coh_mm *mm)
{
	if (mm == coh->port->current_mm(coh->port->context))
		return true;
	coh_count_(coh, COH_COUNT_SKIPPED_MM);
	return false;
}

static void vivt_code(struct coh *coh, const struct coh_vma *vma, uintptr_t va, size_t len)
{
	if (!(coh_load(&vma->flags) & COH_VMA_EXEC))
		return;
	if (coh_whole_is_less_(coh, &coh->config.icache, len))
		coh_icache_all_(coh);
	else
		coh_icache_(coh, va, len);
}

static void vivt_alias(struct coh *coh, const struct coh_vma *vma, uintptr_t va, uintptr_t pfn,
		       bool code)
{
	(void)pfn; /* the tag is the address */
	if (!is_current(coh, vma->mm))
		return;
	coh_count_(coh, COH_COUNT_ALIAS);
	coh_dcache_(coh, COH_DO_FLUSH_, va, coh->page_size);
	if (code)
		vivt_code(coh, vma, va, coh->page_size);
}

static void vivt_groups(struct coh *coh, struct coh_walk_ *walk)
{
	walk->group_lo = (uintptr_t)coh->port->current_mm(coh->port->context) | COH_GROUP_VISIBLE;
	walk->group_hi = walk->group_lo;
}

static void vivt_range(struct coh *coh, const struct coh_vma *vma, uintptr_t va, size_t len)
{
	if (!is_current(coh, vma->mm))
		return;
	flush_range(coh, va, len);
	vivt_code(coh, vma, va, len);
}

static void vivt_mm(struct coh *coh, const struct coh_mm *mm)
{
	if (is_current(coh, mm))
		coh_flush_everything_(coh);
}

static void vivt_switch(struct coh *coh)
{
	uint32_t next = coh->epoch + 1;

	/* Before the flush: what an NMI marks meanwhile is of the new epoch. */
	coh_store(&coh->epoch, next ? next : 1u);
	coh_flush_everything_(coh);
}

const struct coh_mechanism coh_mechanism_vivt = {
	.name = "vivt",
	.aliasing = true,
	.congruent_meet = false,
	.code_by_alias = true,
	KERNEL_RANGES,
	.alias = vivt_alias,
	.groups = vivt_groups,
	.after_visit = COH_VISIT_NEXT,
	.range = vivt_range,
	.mm = vivt_mm,
	.dup_mm = vivt_mm,
	.switch_mm = vivt_switch,
	.vmap = flush_for_vmap,
	.vunmap = flush_range,
};

/* ------------------------------------------------------------------------
 * VIPT with ways larger than a page.
 */

static void vipt_alias(struct coh *coh, const struct coh_vma *vma, uintptr_t va, uintptr_t pfn,
		       bool code)
{
	(void)code; /* coh_page_code_ sees to it */
	(void)vma;  /* its lines are tagged physically: whose they are does not matter */
	coh_count_(coh, COH_COUNT_ALIAS);
	coh_window_flush_(coh, pfn, coh_colour(coh, va));
}

static void vipt_range(struct coh *coh, const struct coh_vma *vma, uintptr_t va, size_t len)
{
	const struct coh_port *port = coh->port;
	uintptr_t pfn;

	if (coh_whole_is_less_(coh, &coh->config.dcache, len))
		coh_dcache_all_(coh);
	else
		for (size_t done = 0; done < len; done += coh->page_size)
			if (port->user_page(port->context, vma->mm, va + done, &pfn))
				vipt_alias(coh, vma, va + done, pfn, true);
	drop_virtual_code_of(coh, vma);
}

static void vipt_mm(struct coh *coh, const struct coh_mm *mm)
{
	(void)mm;
	coh_dcache_all_(coh);
	drop_virtual_code(coh);
}

const struct coh_mechanism coh_mechanism_vipt = {
	.name = "vipt",
	.aliasing = true,
	.congruent_meet = true,
	.code_by_alias = false,
	KERNEL_RANGES,
	.alias = vipt_alias,
	.groups = coh_all_groups_,	     /* lines of other mms stay in the cache */
	.after_visit = COH_VISIT_NEXT_GROUP, /* one VMA of a colour stands for all */
	.range = vipt_range,
	.mm = vipt_mm,
	.dup_mm = coh_no_mm_, /* write-protection leaves the colour: lines stay right */
	.switch_mm = drop_virtual_code,
	.vmap = flush_for_vmap,
	.vunmap = flush_range,
};

/* ------------------------------------------------------------------------
 * Aliases always meet.
 */

static void meeting_range(struct coh *coh, const struct coh_vma *vma, uintptr_t va, size_t len)
{
	(void)va;
	(void)len;
	drop_virtual_code_of(coh, vma);
}

static void meeting_mm(struct coh *coh, const struct coh_mm *mm)
{
	(void)mm;
	drop_virtual_code(coh);
}

const struct coh_mechanism coh_mechanism_meeting = {
	.name = "meeting",
	.aliasing = false,
	.congruent_meet = true,
	.code_by_alias = false,
	KERNEL_RANGES,
	.alias = coh_no_alias_, /* all aliases share their lines; coh_page_code_ sees to code */
	.groups = coh_one_group_,
	.after_visit = COH_VISIT_STOP,
	.range = meeting_range,
	.mm = meeting_mm,
	.dup_mm = coh_no_mm_, /* no line changes its meaning */
	.switch_mm = drop_virtual_code,
	.vmap = coh_no_range_, /* the vmap's lines are those of K */
	.vunmap = coh_no_range_,
};
