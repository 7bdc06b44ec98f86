/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * coherer: every alias of a page, from any context.
 *
 * The contract between a kernel and its caches, after the field's own
 * (Documentation/core-api/cachetlb.rst of Linux), with each promise in terms of
 * what is in the caches on return.
 *
 * Protocol
 *  1. Fill a struct coh_port and a struct coh_config; coh_init.
 *  2. Make objects with coh_mm_init, coh_mapping_init, coh_anon_vma_init,
 *     coh_page_init, where the kernel makes its own.
 *  3. coh_vma_link before the first translation of a VMA is made; coh_vma_unlink
 *     after the last is gone and coh_flush_cache_range was called.
 *  4. coh_page_set_file or coh_page_set_anon before a page is first mapped;
 *     coh_page_clear when it leaves its file or family.
 *  5. To change translations: coh_flush_cache_*, then the tables, then the TLB.
 *     To make one: the tables, then coh_update_mmu_cache, before the user
 *     runs on.
 *  6. Around the kernel's own use of a page that a user has mapped, may have, or had:
 *     coh_flush_dcache_page before loads and before stores, also those that fill the
 *     page: a user's dirty line may be written back after K's; and after stores.
 *     That is all.
 *
 * Every function returns 0 or a negative enum coh_error, after which nothing was
 * changed, unless it says otherwise.  Pointers must not be NULL unless said: a function returns
 * COH_E_NULL then, or false, 0 or nothing, as its type is.  Objects stay with
 * the coh that they were linked with: the layer cannot tell another.  "Process"
 * means: may be interrupted and may wait for the port's lock; "any"
 * means from interrupts and NMIs too, even amid an update of the very maps involved, under
 * the policies whose coh_policy_context is COH_CONTEXT_NMI.
 *
 * Where aliases always meet (PIPT, or ways no larger than a page) U and K share their lines. What
 * is promised below about lines of U, K or a vmap is then kept by doing nothing: those of one are
 * right for the other. Only the functions for code and for devices move bytes to memory on every
 * cache.
 *
 * K is the kernel's own alias of a page, U any user alias.  A line is "in" a cache whatever its
 * state.
 */
#ifndef COH_COHERER_H
#define COH_COHERER_H

#include <coherer/env.h>
#include <coherer/errors.h>
#include <coherer/types.h>
#include <coherer/port.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------
 * What the caches are, and how to keep them.
 */

/* How a cache finds a line, as software sees it. */
enum coh_indexing {
	COH_INDEXED_VIVT = 1, /* by virtual address alone, no mm: flushed at a switch */
	COH_INDEXED_VIPT,     /* virtual index, physical tag: aliases of one colour meet */
	COH_INDEXED_PIPT,     /* aliases always meet, or hardware resolves them */
};

/* How far an operation of the port reaches. */
enum coh_scope {
	COH_SCOPE_ALL_CPUS = 1, /* one CPU, or operations reach them all */
	COH_SCOPE_THIS_CPU,	/* only the cache of the caller's CPU: nothing is deferred */
};

/* How much of its own state the layer checks, and when. */
enum coh_check_level {
	COH_CHECK_CHEAP = 1, /* arguments, and the header of what is touched: constant cost */
	COH_CHECK_INTERNAL,  /* also the nodes on the path of every update, before and after */
	COH_CHECK_EXPENSIVE, /* also whole trees, both copies, at every update: for tests */
};

struct coh_geometry {
	enum coh_indexing indexing;
	uint32_t size; /* bytes; 0: no such cache */
	uint32_t line; /* bytes, a power of two */
	uint32_t ways;
	/*
	 * Bytes between congruent addresses where a manual promises another distance than size /
	 * ways (4 MiB on PA-RISC); 0: size / ways.  A power of two.
	 */
	uint32_t span;
};

struct coh_policy;

struct coh_config {
	struct coh_geometry dcache; /* or the unified cache */
	struct coh_geometry icache; /* size 0: unified, or fetches look into dcache */
	uint32_t outer_line;	    /* bytes; 0: no second level that devices bypass */
	uint32_t page_shift;
	uint32_t address_bits; /* of a virtual address, to check the index against */
	enum coh_scope scope;
	/*
	 * The kernel's linear map: a kmap address in it is never taken away, and needs no
	 * flush for that.  linear_size 0: every kmap is temporary.
	 */
	uintptr_t linear_start;
	uintptr_t linear_size; /* bytes */
	/*
	 * Data lines may be filled that nobody asked for.  On VIVT a switch of mm cannot keep out
	 * what is filled by the old mm's translations after it: take them away first.
	 */
	bool speculates;
	/*
	 * What is true of this machine and this kernel, and spares operations.  false is never
	 * wrong; docs/embedding.md says what each one spares.
	 *
	 * alone: between walk_enter and walk_exit no other thread runs, on any CPU: there is one,
	 * and walk_enter turns preemption off. Then K need not be flushed a second time behind the
	 * users' aliases. Interrupts may come, and use K by the protocol.  Not looked at where
	 * speculates is true.
	 */
	bool alone;
	/*
	 * Instructions are fetched only from where the CPU executes and just behind it: none of a
	 * user's while the kernel runs.  So of ARM9; not of cores that predict branches.  And
	 * nothing is executed that a VMA without COH_VMA_EXEC maps.  Then an I-cache that is tagged
	 * virtually has nothing at an address where a page was just mapped: what was fetched there
	 * went when its translation did.
	 */
	bool fetches_in_order;
	/*
	 * Users announce the code that they make in anonymous memory before they run it, by a
	 * system call that calls coh_flush_icache_range, whoever stored it there for them (ARM's
	 * cacheflush).  Then coh_flush_dcache_page, on VIVT, leaves the I-cache's lines of
	 * anonymous pages alone; coh_copy_to_user_page does not.
	 */
	bool users_announce_code;
	/* Of longer ranges all of a cache is flushed; bytes, 0: its size. */
	uint32_t whole_from;
	enum coh_check_level check;	 /* 0: COH_CHECK_CHEAP */
	const struct coh_policy *policy; /* NULL: coh_policy_rmap */
};

/* What the layer did and what it could leave out; coh_counter_name says which. */
enum coh_counter {
	COH_COUNT_CLEAN, /* port calls, by kind */
	COH_COUNT_INVALIDATE,
	COH_COUNT_FLUSH,
	COH_COUNT_FLUSH_ALL,
	COH_COUNT_ICACHE,
	COH_COUNT_ICACHE_ALL,
	COH_COUNT_OUTER,
	COH_COUNT_DEFERRED,	     /* flush_dcache_page: no user mapping, marked only */
	COH_COUNT_COMPLETED,	     /* a deferred flush done */
	COH_COUNT_NOT_DEFERRED,	     /* no user mapping, but operations reach one CPU only */
	COH_COUNT_SKIPPED_CLEAN,     /* update_mmu_cache: nothing was deferred */
	COH_COUNT_SKIPPED_CONGRUENT, /* walk: U is of K's colour, one flush serves both */
	COH_COUNT_SKIPPED_MM,	     /* the mm has no line in the cache: not current on VIVT */
	COH_COUNT_SKIPPED_EMPTY,     /* lazy: known to be in no cache */
	COH_COUNT_SKIPPED_UNCACHED,  /* uncache: no user mapping of the page is cached */
	COH_COUNT_ALIAS,	     /* user aliases flushed */
	COH_COUNT_WALK,		     /* walks of a reverse map */
	COH_COUNT_WALK_RETRY,	     /* begun again: an update went by */
	COH_COUNT_WALK_GIVEN_UP,     /* too many updates went by: flushed everything instead */
	COH_COUNT_UNCACHED,	     /* user translations found that must be uncached */
	COH_COUNTERS,
};

/*
 * The layer.  One for each set of caches that share a description; the
 * embedder provides the memory, zeroed or not, and may only read counters.
 * Constant after coh_init but for counters (approximate: not atomic), epoch and unmapped.
 */
struct coh {
	const struct coh_port *port;
	const struct coh_policy *policy;
	const struct coh_mechanism *mechanism;
	struct coh_config config;
	uintptr_t page_size;
	uintptr_t colour_mask; /* in pages; 0: one colour */
	uint32_t epoch;	       /* switches that emptied a VIVT cache */
	uint32_t unmapped;     /* the epoch in which the current mm last lost a translation */
	uint32_t counters[COH_COUNTERS];
	coh_lock_t lock; /* the policy's, with interrupts off */
};

/*
 * coh_init: check description and port, choose what to do for this kind of cache.  port must
 * live as long as coh.  No cache operation: the caches may be in any state that is coherent.
 * Once, before any other function; not concurrent with them.
 * Returns 0, or COH_E_NULL, _CALLBACK, _LINE, _WAYS, _SIZE, _INDEX, _PAGE or _KIND: coh is then
 * not usable.
 */
int coh_init(struct coh *coh, const struct coh_config *config, const struct coh_port *port);

/*
 * coh_port_missing: why coh_init returns COH_E_CALLBACK: the name of the first callback that is NULL
 * and that this description needs; NULL if there is none.  "config" or "port" where that is NULL.
 * Of a description that coh_init refuses only what every port must have is looked at.
 */
const char *coh_port_missing(const struct coh_config *config, const struct coh_port *port);

/*
 * coh_colour: which of the coh_colours places a page at va takes in the data cache, as far as va
 * decides; 0 where aliases always meet.  On VIVT congruent aliases still do not meet.
 * Any context.
 */
uintptr_t coh_colour(const struct coh *coh, uintptr_t va);
uintptr_t coh_colours(const struct coh *coh);

/* "flush_all" etc.; "unknown" beyond the last. */
const char *coh_counter_name(enum coh_counter counter);

/*
 * The policies: how flush_dcache_page finds what users may have in the cache.
 * docs/policies.md says what each is good for.  From an archive a policy that nobody names is not
 * linked.
 */
extern const struct coh_policy coh_policy_rmap;	     /* walks latched maps, from anywhere */
extern const struct coh_policy coh_policy_flush_all; /* all of the cache, every time */
extern const struct coh_policy coh_policy_hints;     /* VIPT: the page remembers its colours */

/* "rmap"; never NULL. */
const char *coh_policy_name(const struct coh_policy *policy);

/* The strongest context from which the functions marked "any" may be called. */
enum coh_context coh_policy_context(const struct coh_policy *policy);

/* ------------------------------------------------------------------------
 * Objects.  The _init functions touch nothing but the object; an object with all bytes zero is as
 * good as initialised, but for coh_page (pfn), coh_mapping and coh_anon_vma.
 */

void coh_mm_init(struct coh_mm *mm);
void coh_mapping_init(struct coh_mapping *mapping);
void coh_anon_vma_init(struct coh_anon_vma *anon_vma);

/*
 * coh_vma_init: [start, start + len) of mm, page offset pgoff at start.
 * start and len: bytes, page aligned; flags: enum coh_vma_flags.  Nothing is checked before
 * coh_vma_link.
 */
void coh_vma_init(struct coh_vma *vma, struct coh_mm *mm, uintptr_t start, size_t len,
		  uintptr_t pgoff, uint32_t flags);

/*
 * coh_page_init: no owner; no user has had it; its kernel lines count as dirty, so the first user
 * mapping flushes K.  Also of a page that is freed, if its bytes count no more.
 */
void coh_page_init(struct coh_page *page, uintptr_t pfn);

/*
 * coh_page_set_file, coh_page_set_anon: the page becomes the index-th of its file or family.
 * No user maps it yet.  Process; not concurrent with other uses of the page.
 * Returns COH_E_OWNER if it has an owner already.
 */
int coh_page_set_file(struct coh_page *page, struct coh_mapping *mapping, uintptr_t index);
int coh_page_set_anon(struct coh_page *page, struct coh_anon_vma *anon_vma, uintptr_t index);

/*
 * coh_page_clear: no owner any more.  All its user mappings are gone, and
 * were flushed when they went.  Its contents may go to another owner: K counts as old, and as
 * dirty.  Process.
 */
void coh_page_clear(struct coh_page *page);

/* ------------------------------------------------------------------------
 * Reverse maps.
 *
 * Each may also return COH_E_CORRUPT, if it finds a tree damaged (docs/embedding.md): the damage
 * was reported, the change may be half done, the objects must not be freed, and every flush that
 * needs that map is of the whole cache from then on, or of the page at every colour (VIPT).
 *
 * All in process context, with the mm's VMAs held still by the embedder's own lock (mmap_lock),
 * except that several mms may change their VMAs of one file at once.  A walk that interrupts any of
 * these, or runs beside it, sees the VMAs as they were before it or as they are after it; both
 * cover every translation that the order rules of the protocol allow to exist meanwhile. No cache
 * operation.  Cost: O(log n) in the VMAs of the mm and of each map.
 *
 * An object that is unlinked may be reused after the walks that were running at that time have
 * ended (see walk_enter in port.h).
 */

/*
 * coh_vma_link: into its mm, and into mapping if it is a mapping of a file (NULL: anonymous
 * memory).
 * Returns COH_E_LINKED, _EMPTY, _ALIGN, _RANGE (end or page offset wraps), _ARGUMENT (flags),
 * _OVERLAP.
 */
int coh_vma_link(struct coh *coh, struct coh_vma *vma, struct coh_mapping *mapping);

/*
 * coh_vma_link_anon: pages of anon_vma may be mapped by the linked vma from now on: before its
 * first anonymous page.
 * Returns COH_E_UNLINKED, COH_E_LINKED if it has one already.
 */
int coh_vma_link_anon(struct coh *coh, struct coh_vma *vma, struct coh_anon_vma *anon_vma);

/*
 * coh_vma_unlink: out of its mm and its maps.  Its translations are gone and its lines were
 * flushed.
 * Returns COH_E_UNLINKED.
 */
int coh_vma_unlink(struct coh *coh, struct coh_vma *vma);

/*
 * coh_vma_split: at address at, page aligned, inside vma; vma keeps the part below, upper
 * (memory of the caller, not linked, any content) becomes the part above, in the same mm and
 * maps.
 * Returns COH_E_UNLINKED, COH_E_LINKED (upper), COH_E_ALIGN, COH_E_OUTSIDE (at).
 */
int coh_vma_split(struct coh *coh, struct coh_vma *vma, uintptr_t at, struct coh_vma *upper);

/*
 * coh_vma_merge: lower grows over upper, upper is unlinked.
 * Returns COH_E_UNLINKED, or COH_E_NEIGHBOUR if they do not adjoin or differ in mm, flags, maps
 * or page offset.
 */
int coh_vma_merge(struct coh *coh, struct coh_vma *lower, struct coh_vma *upper);

/*
 * coh_vma_resize: to [start, start + len), each page keeping its page offset: a stack that
 * grows down, mremap in place, munmap of an end.  What it leaves was flushed, and has no
 * translation any more.
 * Returns COH_E_UNLINKED, _EMPTY, _ALIGN, _RANGE, _OVERLAP.
 */
int coh_vma_resize(struct coh *coh, struct coh_vma *vma, uintptr_t start, size_t len);

/*
 * coh_vma_fork: child (not linked, any content) becomes mm's VMA at the same addresses as
 * parent's, in the same maps: the child joins the anon_vma.  Before the child has a translation
 * there.
 * Returns COH_E_UNLINKED (parent), COH_E_LINKED (child), COH_E_OVERLAP.
 */
int coh_vma_fork(struct coh *coh, struct coh_vma *parent, struct coh_mm *mm, struct coh_vma *child);

/*
 * coh_vma_move: mremap to another address, first half.  to (not linked, any content) becomes a
 * VMA of from's mm at start for the page offsets of from, in the same maps.  Then:
 * coh_flush_cache_range of from, move the translations, flush the TLB, coh_vma_unlink(from),
 * and coh_update_mmu_cache for each page that has a translation: it may have another colour
 * now.  Meanwhile walks visit both places.
 * Returns COH_E_UNLINKED (from), COH_E_LINKED (to), COH_E_ALIGN, _RANGE, _OVERLAP.
 */
int coh_vma_move(struct coh *coh, struct coh_vma *from, uintptr_t start, struct coh_vma *to);

/*
 * coh_vma_protect: vma may be executed or written from now on, or no more, as flags (enum
 * coh_vma_flags) say.  COH_VMA_SHARED must stay what it is.
 * Returns COH_E_UNLINKED, COH_E_ARGUMENT.
 */
int coh_vma_protect(struct coh *coh, struct coh_vma *vma, uint32_t flags);

/*
 * coh_vma_address: where vma maps the page of this index.  Any context.
 * Returns 0 and *va, or COH_E_OUTSIDE: legal for anonymous pages (the family has VMAs that do
 * not cover it), a bug of the caller for a page of the VMA's file.
 */
int coh_vma_address(const struct coh *coh, const struct coh_vma *vma, uintptr_t index,
		    uintptr_t *va);

/*
 * coh_mapping_covers: does a linked VMA, of whatever mm, cover the index-th page of the file?  A page
 * that users have mapped all the same is in the VMA of something else: the layer cannot find
 * it there, and it should have no owner, for then no flush of it is put off.  Also true where
 * it cannot be told: after some hundred VMAs, or of a damaged map.  Any context, as coh_flush_dcache_page.
 */
bool coh_mapping_covers(struct coh *coh, const struct coh_mapping *mapping, uintptr_t index);

/*
 * coh_mapping_empty, coh_anon_vma_empty: is no VMA linked into it?  To ask before it is freed; its
 * pages must have left it, too (coh_page_clear), and walks that were running must have ended.
 * False if it is damaged, and of NULL.  Process, with no update running.
 */
bool coh_mapping_empty(const struct coh_mapping *mapping);
bool coh_anon_vma_empty(const struct coh_anon_vma *anon_vma);

/*
 * Invariants: true if right, at the given level, so that they can stand in an assertion.
 * Process, with no update running.
 */
bool coh_mm_check(const struct coh *coh, const struct coh_mm *mm, enum coh_check_level level);
bool coh_mapping_check(const struct coh *coh, const struct coh_mapping *mapping,
		       enum coh_check_level level);
bool coh_anon_vma_check(const struct coh *coh, const struct coh_anon_vma *anon_vma,
			enum coh_check_level level);

/* ------------------------------------------------------------------------
 * The kernel's own use of pages that users may have mapped.
 */

/*
 * coh_flush_dcache_page: make kernel and users agree on a page, file or anonymous.  Call it (a)
 * after the kernel stored to the page and (b) before it loads from it or stores to it, through K,
 * if users may have it mapped.
 *
 * Afterwards: no line of the page is in the data cache under K; on VIVT, none under any U of
 * the current mm (a switch emptied the cache of others); on aliasing VIPT, none of any colour at which a
 * linked VMA may map it; what was dirty is in memory.  On VIVT U of private mappings of a file
 * are left alone: mmap leaves open what they show.  Where those VMAs are executable, their
 * I-cache lines of it are gone, too (but see users_announce_code).  Under alone an interrupt amid
 * it may leave lines under K that agree with memory.  Or, for a file page that no VMA covers: nothing was done
 * and the page is marked; coh_update_mmu_cache does it when it is mapped.  Never deferred
 * where operations reach one CPU only.
 *
 * It does not stop another thread of the current mm from bringing U lines in again before the
 * kernel's access: see docs/policies.md.
 * Context: any.
 * Cost: the cache operations, and O(log n + U of this mm).
 * Returns 0; COH_E_CORRUPT if the maps are damaged (all that it may be in was flushed then).
 * After: cachetlb.rst; the patch of January 2007, which walked under locks (docs/thread.md).
 */
int coh_flush_dcache_page(struct coh *coh, struct coh_page *page);

/*
 * coh_flush_anon_page: get_user_pages found an anonymous page at va of vma and will hand it to
 * the kernel.  The library's policies do nothing here, for coh_flush_dcache_page finds that alias
 * by itself; for a policy that does not (gup-hook), this is all there is.
 * Context: any.
 * Returns COH_E_UNLINKED, COH_E_OUTSIDE, COH_E_OWNER if the page is not the VMA's at va.
 */
int coh_flush_anon_page(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va);

/*
 * coh_get_user_page: the hook that get_user_pages calls for each page, before the kernel
 * touches it: coh_flush_anon_page for an anonymous page, then coh_flush_dcache_page.
 * Afterwards: as those.
 * Context: process.
 * Returns what they return, COH_E_ARGUMENT for intent.
 */
int coh_get_user_page(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
		      enum coh_intent intent);

/*
 * coh_flush_kernel_dcache_page: clean K only: the kernel stored to an anonymous page through K,
 * and users have no line of it.  For a page in a file use coh_flush_dcache_page.
 * Afterwards: no dirty line under K.
 * Context: any.  (Linux had it until 5.15, and nearly every caller was wrong.)
 */
int coh_flush_kernel_dcache_page(struct coh *coh, struct coh_page *page);

/*
 * coh_kmap, coh_kunmap: a kernel address for a page, and coherency around its use, as one
 * cannot forget.  After coh_kmap: as after coh_flush_dcache_page, at *va.  After coh_kunmap
 * with intent to write: as after coh_flush_dcache_page; always: no line is left under an
 * address that is taken away.
 * Context: any that the port's kmap allows.
 * Return COH_E_ARGUMENT; coh_kmap COH_E_SLOTS, and COH_E_CORRUPT without an address; coh_kunmap
 * COH_E_ALIGN (va is not a page's), and COH_E_CORRUPT, with the whole cache flushed and the
 * address given back all the same.
 */
int coh_kmap(struct coh *coh, struct coh_page *page, enum coh_intent intent, uintptr_t *va);
int coh_kunmap(struct coh *coh, struct coh_page *page, enum coh_intent intent, uintptr_t va);

/*
 * coh_copy_to_user_page, coh_copy_from_user_page: ptrace-like access to another mm's page: len
 * bytes at va of vma, through the kernel address kernel (of the same byte of the page); buffer
 * is plain kernel memory.  All of one page.  After to: user loads and fetches at va show the
 * new bytes, in any mm; K holds no dirty line.  (So vma is shared, or the page is its own copy
 * already.)  After from: buffer has the newest bytes.
 * Context: process.
 * Returns COH_E_RANGE if the bytes are not of one page, COH_E_UNLINKED, COH_E_OUTSIDE, COH_E_OWNER;
 * COH_E_CORRUPT, and then nothing was copied.
 */
int coh_copy_to_user_page(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
			  uintptr_t kernel, uintptr_t buffer, size_t len);
int coh_copy_from_user_page(struct coh *coh, struct coh_vma *vma, struct coh_page *page,
			    uintptr_t va, uintptr_t buffer, uintptr_t kernel, size_t len);

/*
 * coh_copy_user_page, coh_clear_user_page: fill a page that will be mapped at va of the current
 * mm and is mapped nowhere yet.  from: a page that users may have mapped and dirty.  Both have
 * kernel addresses (kmap them).
 * Afterwards: a load at va, once mapped, shows the copy; no line of `to` under K is dirty (but
 * on VIPT, where va is of K's colour: the user hits those), nor of `from` in any alias of the
 * current mm.
 * Context: process.
 * Returns COH_E_SLOTS if a page has no kernel address; COH_E_CORRUPT of `from`, and then
 * nothing was copied.
 */
int coh_copy_user_page(struct coh *coh, struct coh_page *to, struct coh_page *from, uintptr_t va);
int coh_clear_user_page(struct coh *coh, struct coh_page *to, uintptr_t va);

/* ------------------------------------------------------------------------
 * Changes of user translations.  Process context.
 * Order: the cache first, for some caches need the translation to flush by address; then tables;
 * then TLB.
 */

/*
 * coh_flush_cache_page: before the translation of va, to pfn, changes.  Afterwards: no line that
 * was brought in through it.  va: page aligned (COH_E_ALIGN), inside vma (COH_E_OUTSIDE,
 * COH_E_RANGE), which is linked (COH_E_UNLINKED).
 */
int coh_flush_cache_page(struct coh *coh, struct coh_vma *vma, uintptr_t va, uintptr_t pfn);

/*
 * coh_flush_cache_range: the same for all of [va, va + len), page aligned, inside vma; len may be
 * 0. From some length on the whole cache is flushed instead.
 */
int coh_flush_cache_range(struct coh *coh, struct coh_vma *vma, uintptr_t va, size_t len);

/*
 * coh_flush_cache_mm: before all translations of mm go (exit, exec).  Afterwards: no line of a user
 * alias of it.  coh_flush_cache_dup_mm: before fork write-protects them; nothing where lines are
 * tagged physically: copy-on-write looks after itself there.
 */
int coh_flush_cache_mm(struct coh *coh, struct coh_mm *mm);
int coh_flush_cache_dup_mm(struct coh *coh, struct coh_mm *mm);

/*
 * coh_update_mmu_cache: the page was mapped at va of vma with rights prot (enum coh_prot), and
 * the user has not used it yet.  Completes a deferred flush: afterwards no line under K is
 * dirty or can become stale unseen; if prot has COH_PROT_EXEC, no old line of it at va is in
 * the I-cache; on VIPT, a load at va hits no line older than what users stored at other
 * colours; what was stored through shared mappings is in memory, if vma is a private one of the
 * file.  If other U of the page conflict with va (both shared; VIVT: in this mm; VIPT: of
 * another colour; and either may store), they and va are uncached afterwards, where the policy
 * does that (under hints users of different colours are never right); on VIPT so is each shared
 * U that comes later, until coh_page_clear.  With several CPUs this is too late for the
 * I-cache: call coh_flush_icache_page before the translation is made.
 * Returns COH_E_UNLINKED, COH_E_OUTSIDE (va is not the page's place in vma), COH_E_OWNER,
 * COH_E_ALIGN, COH_E_ARGUMENT.
 */
int coh_update_mmu_cache(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
			 uint32_t prot);

/*
 * coh_switch_mm: this CPU goes from prev to next (either may be NULL): interrupts off, before the
 * page tables change.  If they differ: a VIVT data cache and a VIVT instruction cache are empty
 * afterwards; physically tagged ones are left alone. A kernel thread borrows the mm that is
 * there: no call.
 */
int coh_switch_mm(struct coh *coh, struct coh_mm *prev, struct coh_mm *next);

/* ------------------------------------------------------------------------
 * Code, vmap, and devices.
 */

/*
 * coh_flush_icache_range: [va, va + len) of the kernel, or of the current mm's user on VIVT,
 * was stored to and will be executed.  Any alignment and length.
 * Afterwards: no dirty data line of it at va; no line of it in the I-cache at va, and where
 * that is tagged physically at no other alias.
 * Context: any.
 * Returns COH_E_RANGE if it wraps.
 */
int coh_flush_icache_range(struct coh *coh, uintptr_t va, size_t len);

/*
 * coh_flush_icache_page: the same for a page, stored to through K, that vma will map or maps.
 * Context: process, or irq with a port whose lock spins.
 * Returns COH_E_UNLINKED, COH_E_OWNER, COH_E_OUTSIDE.
 */
int coh_flush_icache_page(struct coh *coh, struct coh_vma *vma, struct coh_page *page);

/*
 * coh_flush_cache_vmap: after translations of [va, va + len), page aligned, were made, before
 * they are used; and coh_flush_cache_vunmap: before they go.
 * Afterwards: no data line at those addresses, and (vmap) no dirty line under K of any page,
 * which could be written back over what is stored through the vmap.  Code in a vmap is
 * coh_flush_icache_range's.
 * Context: process.
 * Returns COH_E_ALIGN, COH_E_RANGE.
 */
int coh_flush_cache_vmap(struct coh *coh, uintptr_t va, size_t len);
int coh_flush_cache_vunmap(struct coh *coh, uintptr_t va, size_t len);

/*
 * coh_flush_kernel_vmap_range: before I/O on memory that was used through a vmap.
 * Afterwards: what was dirty at those addresses is in memory.  Any alignment.
 * coh_invalidate_kernel_vmap_range: after I/O that wrote memory: no line at those addresses.
 * Aligned to lines (COH_E_ALIGN).  K is not looked at: the I/O itself needs coh_dma_map of K,
 * which is all that is needed where aliases meet.
 * Context: any.
 * Return COH_E_RANGE, too.
 */
int coh_flush_kernel_vmap_range(struct coh *coh, uintptr_t va, size_t len);
int coh_invalidate_kernel_vmap_range(struct coh *coh, uintptr_t va, size_t len);

/*
 * DMA.  A buffer of len bytes at kernel address va and bus-independent physical address pa,
 * contiguous.  It passes to the device with coh_dma_map or coh_dma_sync_for_device, and back
 * with coh_dma_sync_for_cpu or coh_dma_unmap; who does not own it must not touch it.  After
 * passing to the device every byte is in memory, so that what a device does not fill stays as it
 * was; from-device and bidirectional: no line of it can be written back.  After passing back,
 * from-device and bidirectional: no line of it is in any cache.  User aliases are not looked at: that is
 * coh_flush_dcache_page's job, before and after.  A buffer that a device writes must own its
 * lines: aligned to the largest line (COH_E_ALIGN), also in length.
 * Context: any.
 * Returns COH_E_RANGE, COH_E_ARGUMENT; len 0 does nothing.
 */
int coh_dma_map(struct coh *coh, uintptr_t va, coh_pa_t pa, size_t len, enum coh_dma direction);
int coh_dma_sync_for_device(struct coh *coh, uintptr_t va, coh_pa_t pa, size_t len,
			    enum coh_dma direction);
int coh_dma_sync_for_cpu(struct coh *coh, uintptr_t va, coh_pa_t pa, size_t len,
			 enum coh_dma direction);
int coh_dma_unmap(struct coh *coh, uintptr_t va, coh_pa_t pa, size_t len, enum coh_dma direction);

#ifdef __cplusplus
}
#endif

#endif
