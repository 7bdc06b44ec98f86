/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * port: what the layer asks of the machine and the kernel beneath it.
 *
 * Every port has the first fifteen callbacks.  The others are NULL on a machine that does not need
 * them; coh_init refuses a port that lacks one which the machine needs.  A callback that is not
 * written yet traps (ports/template).  A callback with nothing to do says why.
 *
 * Vocabulary.  clean: write dirty lines back, keep them.  invalidate: drop
 * lines, dirty or not.  flush: clean, then invalidate.  A range is
 * (address, length in bytes); length is never 0.  An address is virtual, as the
 * calling CPU sees it, unless it is called pa.  An operation is complete when the callback
 * returns: loads of every CPU may rely on it, and no later load of the caller is
 * done before it.  The port issues the barriers for that (DSB, say).
 */
#ifndef COH_PORT_H
#define COH_PORT_H

#include <coherer/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct coh_port {
	void *context; /* handed to every callback, never looked at */

	/* ---- What every port has. ---- */

	/*
	 * First-level data cache (and unified caches), by address.  Every line that
	 * holds a byte of [va, va + len) under this address: the virtual tag on
	 * VIVT, the colour and physical address on VIPT.  The range is aligned to data lines.
	 * It is kernel memory, the alias window, or, on VIVT only, user memory of the current mm;
	 * user pages without a translation must not fault.  Any context.
	 */
	void (*dcache_clean)(void *context, uintptr_t va, size_t len);
	void (*dcache_invalidate)(void *context, uintptr_t va, size_t len);
	void (*dcache_flush)(void *context, uintptr_t va, size_t len);

	/*
	 * Flush every line of the data cache.  Any context; but on aliasing VIPT, under rmap, in
	 * process context only, so that it may interrupt the other CPUs and wait for them: what is
	 * promised in any context is done there by address, at worst at every colour.
	 */
	void (*dcache_flush_all)(void *context);

	/*
	 * The kernel's address of a page now: its linear one, or that of a kmap that
	 * exists; 0 if it has none.  Any context.
	 */
	uintptr_t (*kernel_address)(void *context, uintptr_t pfn);

	/* memcpy and memset(to, 0, len), by kernel addresses.  Context: the caller's. */
	void (*copy)(void *context, uintptr_t to, uintptr_t from, size_t len);
	void (*zero)(void *context, uintptr_t to, size_t len);

	/*
	 * A lock between writers.  It leaves interrupts as they are.  The locks of maps and mms are
	 * taken in process context only, and never one inside another: they may sleep.  The lock of
	 * struct coh is taken for a moment with interrupts off, when a page is mapped: it must
	 * spin, or on one CPU do nothing.
	 */
	void (*lock)(void *context, coh_lock_t *lock);
	void (*unlock)(void *context, coh_lock_t *lock);

	/* Interrupts of this CPU off, returning what to restore.  Nests.  Any context. */
	uintptr_t (*irq_save)(void *context);
	void (*irq_restore)(void *context, uintptr_t flags);

	/*
	 * Called around every walk of a reverse map; under alone (struct coh_config), around the
	 * whole flush of a page.  Between the two calls the caller stays on its CPU, and the memory
	 * of an unlinked VMA, mapping or anon_vma must not be reused.  So: rcu_read_lock, or with
	 * one CPU preemption off.  Nests.  Any context; must not wait.
	 */
	void (*walk_enter)(void *context);
	void (*walk_exit)(void *context);

	/*
	 * The mm whose user lines can be in this CPU's view of the cache: active_mm,
	 * which a kernel thread borrows; NULL if there is none.  Any context.
	 */
	struct coh_mm *(*current_mm)(void *context);

	/*
	 * Tells of an error that no return value can tell.  error is one of enum coh_error, object
	 * the page, VMA or map in which it was found.  May print; must return.  Any context.
	 */
	void (*report)(void *context, int error, const void *object);

	/*
	 * ---- What a port has only where the comment says that it is needed; else NULL.  coh_init
	 * refuses a port that lacks it where it is needed, and coh_port_missing names it. ----
	 */

	/*
	 * Needed if the description has an instruction cache.
	 *
	 * Invalidate the lines of [va, va + len), aligned to instruction lines; all lines.  Also
	 * branch predictors and prefetch buffers, where they can hold old code.  Any context.
	 */
	void (*icache_invalidate)(void *context, uintptr_t va, size_t len);
	void (*icache_invalidate_all)(void *context);

	/*
	 * Needed if there is a second level that devices do not see through (outer_line).
	 *
	 * By physical address, aligned to its line.  Any context.
	 */
	void (*outer_clean)(void *context, coh_pa_t pa, size_t len);
	void (*outer_invalidate)(void *context, coh_pa_t pa, size_t len);
	void (*outer_flush)(void *context, coh_pa_t pa, size_t len);

	/*
	 * Needed on aliasing VIPT, but not by flush-all.
	 *
	 * The alias window: a kernel address of the given colour (see coh_colour) that translates
	 * to the page.  It nests: *saved receives what the slot held, and window_unmap puts that
	 * back, for an interrupt or NMI may use the slot amid another's use.  The translation is
	 * dropped from this CPU's TLB both times; the caller does not migrate in between
	 * (walk_enter holds).  Any context.
	 */
	uintptr_t (*window_map)(void *context, uintptr_t pfn, uintptr_t colour, uintptr_t *saved);
	void (*window_unmap)(void *context, uintptr_t window, uintptr_t saved);

	/*
	 * Needed with memory beyond the linear map, both or neither; NULL: a page has the kernel
	 * address that kernel_address says, or none.
	 *
	 * Give a page a kernel address, and take it back.  Pages of the linear map return that and
	 * keep it.  A page that is kmapped already gets the same address again, or its lines at one
	 * would be old at the other; kernel_address says it, until the last kunmap.  0: no slot is
	 * left.  Process or irq, as the embedder's callers of coh_kmap need;
	 * and where aliases meet, from coh_update_mmu_cache and coh_flush_icache_page, for code in
	 * a page that has no kernel address (0: the whole data cache is flushed instead).
	 */
	uintptr_t (*kmap)(void *context, uintptr_t pfn);
	void (*kunmap)(void *context, uintptr_t pfn, uintptr_t va);

	/*
	 * Needed on aliasing VIPT, but not by flush-all.
	 *
	 * The page that mm maps at va: true and *pfn, or false if none is present.  Called with
	 * translations of mm held still by the caller of the layer.  Process.
	 */
	bool (*user_page)(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t *pfn);

	/*
	 * Spares flushes on VIVT.  NULL: as if it returned true, always.
	 *
	 * May mm translate va to this page?  Walks ask this on VIVT, of the current mm.  Any
	 * context.
	 *
	 * false: it does not, and will not without another coh_update_mmu_cache.  The page is then
	 * not flushed at va: it has no line there, for the translation was flushed before it went.
	 * true: it does, or that is not known.  Say true in an interrupt if the kernel takes
	 * translations away for a moment and puts them back (mprotect, mremap, write protection).
	 * true is never wrong.
	 */
	bool (*user_may_map)(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t pfn);

	/*
	 * Needed where aliases do not all meet, but not by flush-all and hints.
	 *
	 * If mm translates va to this page: make the translation uncached in the first level, and
	 * drop it from all TLBs, unless it is uncached already.  A second level stays in the path
	 * of uncached accesses (on ARM: outer cacheable), or they would miss what K's flush left
	 * there.  Returns true if there is such a translation.  mm may be any process's: take what
	 * guards its tables.  Process, within walk_enter: must not sleep.
	 */
	bool (*user_uncache)(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t pfn);
};

#ifdef __cplusplus
}
#endif

#endif
