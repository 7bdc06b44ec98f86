// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The port's cache operations: ranges rounded to lines, calls counted. */
#include "src/internal.h"

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
