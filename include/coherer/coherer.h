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
 *  6. Around the kernel's own use of a page that a user maps, may map, or mapped before, call
 *     coh_flush_dcache_page
 *      - before the kernel loads from the page;
 *      - before it stores, even if it fills the whole page: a dirty line of the user may be
 *        written back over what the kernel stored;
 *      - after it stored.
 *
 * Words used below
 *  K	the kernel's own alias of a page, and its lines there.
 *  U	any user alias of a page, and its lines there.
 *  in	A line is "in" a cache whether it is clean or dirty.
 *
 * Return values.  Every function returns 0 or a negative enum coh_error.  After an error nothing
 * was changed, unless the function says otherwise.  A pointer that is NULL gives COH_E_NULL, or
 * false, 0 or nothing, as the function's type is, unless the function allows it.  Objects stay with
 * the coh that they were linked with: the layer cannot tell another.
 *
 * Contexts.  "Process": the caller may be interrupted, and may wait for the port's lock.  "Any":
 * also interrupts and NMIs, even one that interrupts an update of the very maps involved.  "Any"
 * holds under the policies whose coh_policy_context is COH_CONTEXT_NMI.
 *
 * Where aliases always meet (PIPT, or ways no larger than a page), U and K share their lines.  The
 * promises below about lines of U, K or a vmap then need no work.  Only the functions for code and
 * for devices move bytes to memory on every cache.
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
	 * Distance in bytes between congruent addresses; a power of two.  0: size / ways.  Set it
	 * where the manual promises another distance (4 MiB on PA-RISC).
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
	 * The core may fill data lines that nobody asked for.  On VIVT it may then fill lines by
	 * the old mm's translations after a switch of mm: take these translations away first.
	 */
	bool speculates;
	/*
	 * Facts of this machine and this kernel that spare operations.  false is never wrong;
	 * docs/embedding.md says what each one spares.
	 *
	 * alone: there is one CPU, and walk_enter turns preemption off.  So no other thread runs
	 * between walk_enter and walk_exit, and K need not be flushed a second time behind the
	 * users' aliases.  Interrupts may come, and use K by the protocol.  Ignored where
	 * speculates is true.
	 */
	bool alone;
	/*
	 * Two facts together.  The CPU fetches instructions only where it executes, and just
	 * behind: so it fetches no user code while the kernel runs.  (True of ARM9, not of cores
	 * that predict branches.)  And nothing is executed through a VMA without COH_VMA_EXEC.
	 * A virtually tagged I-cache then has no line at an address where a page was just mapped:
	 * the lines went when the translation before was taken away.
	 */
	bool fetches_in_order;
	/*
	 * Before users run code that was made in anonymous memory, they make a system call that
	 * calls coh_flush_icache_range (ARM's cacheflush), no matter who stored the code.
	 * On VIVT, coh_flush_dcache_page then leaves the I-cache's lines of anonymous pages
	 * alone; coh_copy_to_user_page does not.
	 */
	bool users_announce_code;
	/* Bytes.  For a longer range the whole cache is flushed.  0: the size of the cache. */
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
 * coh_init: check the description and the port, and choose what to do for this kind of cache.
 * port must live as long as coh.  Issues no cache operation; the caches must be coherent already.
 * Context: once, before any other function, and not concurrently with one.
 * Returns 0, or COH_E_NULL, _CALLBACK, _LINE, _WAYS, _SIZE, _INDEX, _PAGE or _KIND.  After an error
 * coh must not be used.
 */
int coh_init(struct coh *coh, const struct coh_config *config, const struct coh_port *port);

/*
 * coh_port_missing: tells why coh_init returns COH_E_CALLBACK.
 * Returns the name of the first callback that is NULL and that this description needs; NULL if none
 * is missing; "config" or "port" if that argument is NULL.  If coh_init refuses the description for
 * another reason, only the callbacks that every port must have are checked.
 */
const char *coh_port_missing(const struct coh_config *config, const struct coh_port *port);

/*
 * coh_colour: the colour of address va: the index bits of the data cache above the page offset, 0
 * to coh_colours - 1.  0 where aliases always meet.  On VIVT aliases of one colour do not meet.
 * Context: any.
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
 * good as initialised, but for coh_page (pfn), coh_mapping and coh_anon_vma.  NULL is left alone.
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
 * coh_page_init: the page has no owner, and no user has had it.  Its kernel lines count as dirty,
 * so the first user mapping flushes K.  May also be called for a page that is freed, if its
 * contents do not matter any more.
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
 * coh_page_clear: the page has no owner any more.
 * Before: all its user mappings are gone, and were flushed when they went.
 * Afterwards: K counts as old and as dirty, so the contents may go to another owner.
 * Context: process.
 */
void coh_page_clear(struct coh_page *page);

/* ------------------------------------------------------------------------
 * Reverse maps.
 *
 * What all of them have in common:
 *  - Context: process.  The embedder's own lock (mmap_lock) keeps others from changing the VMAs of
 *    this mm.  Several mms may change their VMAs of one file at once.
 *  - A walk that interrupts the change, or runs beside it, sees the VMAs as they were before or as
 *    they are afterwards.  Either covers every translation that may exist meanwhile by the
 *    protocol.
 *  - No cache operation.
 *  - Cost: O(log n) in the VMAs of the mm and of each map.
 *  - Each may return COH_E_CORRUPT, if it finds a tree damaged (docs/embedding.md).  The damage was
 *    reported, and the change may be half done.  The objects must not be freed.  From then on every
 *    flush that needs this map flushes the whole cache, or the page at every colour (VIPT).
 *  - An object that was unlinked may be reused when the walks that ran at that time have ended
 *    (walk_enter in port.h).
 */

/*
 * coh_vma_link: links vma into its mm, and into mapping if it maps a file.  mapping is NULL for
 * anonymous memory.
 * Returns COH_E_LINKED, _EMPTY, _ALIGN, _RANGE (end or page offset wraps), _ARGUMENT (flags),
 * _OVERLAP.
 */
int coh_vma_link(struct coh *coh, struct coh_vma *vma, struct coh_mapping *mapping);

/*
 * coh_vma_link_anon: from now on the linked vma may map pages of anon_vma.  Call it before vma maps
 * its first anonymous page.
 * Returns COH_E_UNLINKED, COH_E_LINKED if it has one already.
 */
int coh_vma_link_anon(struct coh *coh, struct coh_vma *vma, struct coh_anon_vma *anon_vma);

/*
 * coh_vma_unlink: takes vma out of its mm and its maps.
 * Before: its translations are gone, and its lines were flushed.
 * Returns COH_E_UNLINKED.
 */
int coh_vma_unlink(struct coh *coh, struct coh_vma *vma);

/*
 * coh_vma_split: cuts vma at address at, which is page aligned and inside vma.  vma keeps the part
 * below.  upper (memory of the caller, not linked, any content) becomes the part above, in the same
 * mm and maps.
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
 * coh_vma_resize: vma becomes [start, start + len); each page keeps its page offset.  For a stack
 * that grows down, mremap in place, munmap of an end.
 * Before: the part that vma gives up was flushed, and has no translation any more.
 * Returns COH_E_UNLINKED, _EMPTY, _ALIGN, _RANGE, _OVERLAP.
 */
int coh_vma_resize(struct coh *coh, struct coh_vma *vma, uintptr_t start, size_t len);

/*
 * coh_vma_fork: child (not linked, any content) becomes a VMA of mm, at the addresses and in the
 * maps of parent, its anon_vma among them.  Call it before mm has a translation there.
 * Returns COH_E_UNLINKED (parent), COH_E_LINKED (child), COH_E_OVERLAP.
 */
int coh_vma_fork(struct coh *coh, struct coh_vma *parent, struct coh_mm *mm, struct coh_vma *child);

/*
 * coh_vma_move: the first step of mremap to another address.  to (not linked, any content) becomes
 * a VMA at start, in from's mm and maps, for from's page offsets.  From now on walks visit both.
 * The caller's next steps:
 *  1. coh_flush_cache_range of from;
 *  2. move the translations, and flush the TLB;
 *  3. coh_vma_unlink(from);
 *  4. coh_update_mmu_cache for each page that has a translation: its colour may differ now.
 * Returns COH_E_UNLINKED (from), COH_E_LINKED (to), COH_E_ALIGN, _RANGE, _OVERLAP.
 */
int coh_vma_move(struct coh *coh, struct coh_vma *from, uintptr_t start, struct coh_vma *to);

/*
 * coh_vma_protect: from now on flags (enum coh_vma_flags) say whether vma may be executed and
 * written.  COH_VMA_SHARED must not change.
 * Returns COH_E_UNLINKED, COH_E_ARGUMENT.
 */
int coh_vma_protect(struct coh *coh, struct coh_vma *vma, uint32_t flags);

/*
 * coh_vma_address: where vma maps the page of this index.
 * Context: any.
 * Returns 0 and *va, or COH_E_OUTSIDE if vma does not cover the index.  That is legal for an
 * anonymous page, for not every VMA of its anon_vma covers it; for a page of the VMA's file it is a
 * bug of the caller.
 */
int coh_vma_address(const struct coh *coh, const struct coh_vma *vma, uintptr_t index,
		    uintptr_t *va);

/*
 * coh_mapping_covers: does a linked VMA of any mm cover the index-th page of the file?  If not, and
 * users have the page mapped all the same, it is in a VMA of something else, where the layer cannot
 * find it.  Such a page should have no owner: then no flush of it is deferred.
 * Context: as coh_flush_dcache_page.
 * Returns true also where the answer is not known: after some hundred VMAs, or if the map is
 * damaged.
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
 * Checks of the invariants, at the given level.  They return true if all is right, so that they can
 * stand in an assertion.
 * Context: process, with no update running.
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
 * Afterwards:
 *  - No line of the page is in the data cache under K.  (Under alone, an interrupt amid the call
 *    may leave clean lines there that agree with memory.)
 *  - On VIVT, none is there under any U of the current mm; a switch emptied the cache of those of
 *    other mms.  U of private mappings of a file are left alone: mmap leaves open what they show.
 *  - On aliasing VIPT, none is there of any colour at which a linked VMA may map the page.
 *  - What was dirty is in memory.
 *  - Where those VMAs are executable, the I-cache has no line of the page there (but see
 *    users_announce_code).
 *
 * Or the flush is deferred: the page belongs to a file, and no VMA covers it.  Nothing was done
 * then, and the page is marked; coh_update_mmu_cache does the work when a user maps it.  Never so
 * where operations reach one CPU only.
 *
 * It does not stop another thread of the current mm from filling lines of U again before the
 * kernel's access: see docs/policies.md.
 * Context: any.
 * Cost: the cache operations, and O(log n + U of this mm).
 * Returns 0; COH_E_CORRUPT if the maps are damaged (all that it may be in was flushed then).
 * After: cachetlb.rst; the patch of January 2007, which walked under locks (docs/thread.md).
 */
int coh_flush_dcache_page(struct coh *coh, struct coh_page *page);

/*
 * coh_flush_anon_page: get_user_pages found an anonymous page at va of vma, and will hand it to the
 * kernel.  The policies of the library do nothing here: their coh_flush_dcache_page finds that
 * alias by itself.  The policy gup-hook cannot find it, and flushes it here.
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
 * coh_flush_kernel_dcache_page: clean K only.  For the kernel that stored to an anonymous page
 * through K, while users have no line of it.  For a page of a file use coh_flush_dcache_page.
 * Afterwards: no dirty line under K.
 * Context: any.  (Linux had it until 5.15, and nearly every caller was wrong.)
 */
int coh_flush_kernel_dcache_page(struct coh *coh, struct coh_page *page);

/*
 * coh_kmap, coh_kunmap: give a page a kernel address and take it back, with the flushes that its
 * use needs.
 * After coh_kmap: as after coh_flush_dcache_page, at *va.
 * After coh_kunmap: with intent to write, as after coh_flush_dcache_page.  With any intent, no
 * line is left under an address that is taken away.
 * Context: any that the port's kmap allows.
 * Both return COH_E_ARGUMENT.  coh_kmap returns COH_E_SLOTS or COH_E_CORRUPT, and then gives no
 * address.  coh_kunmap returns COH_E_ALIGN if va is not the start of a page, or COH_E_CORRUPT; in
 * the latter case the whole cache was flushed, and the address was given back.
 */
int coh_kmap(struct coh *coh, struct coh_page *page, enum coh_intent intent, uintptr_t *va);
int coh_kunmap(struct coh *coh, struct coh_page *page, enum coh_intent intent, uintptr_t va);

/*
 * coh_copy_to_user_page, coh_copy_from_user_page: access to a page of another mm, as ptrace needs
 * it.  va of vma is the user's address, kernel the kernel's address of the same byte, len the
 * number of bytes, all in one page.  buffer is plain kernel memory.  vma is shared, or the page is
 * its own copy already.
 * After coh_copy_to_user_page: user loads and fetches at va show the new bytes, in any mm.  K has
 * no dirty line.
 * After coh_copy_from_user_page: buffer has the newest bytes.
 * Context: process.
 * Returns COH_E_RANGE if the bytes are not in one page, COH_E_UNLINKED, COH_E_OUTSIDE,
 * COH_E_OWNER; or
 * COH_E_CORRUPT, and then nothing was copied.
 */
int coh_copy_to_user_page(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
			  uintptr_t kernel, uintptr_t buffer, size_t len);
int coh_copy_from_user_page(struct coh *coh, struct coh_vma *vma, struct coh_page *page,
			    uintptr_t va, uintptr_t buffer, uintptr_t kernel, size_t len);

/*
 * coh_copy_user_page, coh_clear_user_page: fill page to, which is mapped nowhere yet and will be
 * mapped at va of the current mm.  Users may have page from mapped, and dirty.  Each page must
 * have a kernel address (kmap it).
 * Afterwards:
 *  - Once `to` is mapped, a load at va shows the copy.
 *  - No line of `to` is dirty under K.  Exception: on VIPT, if va has K's colour, the user hits
 *    these lines.
 *  - No line of `from` is dirty in any alias of the current mm.
 * Context: process.
 * Returns COH_E_SLOTS if a page has no kernel address; COH_E_CORRUPT if the maps of `from` are
 * damaged, and then nothing was copied.
 */
int coh_copy_user_page(struct coh *coh, struct coh_page *to, struct coh_page *from, uintptr_t va);
int coh_clear_user_page(struct coh *coh, struct coh_page *to, uintptr_t va);

/* ------------------------------------------------------------------------
 * Changes of user translations.  Process context.
 * Order: the cache, then the tables, then the TLB.  The cache comes first because some caches need
 * the translation to flush by address.
 */

/*
 * coh_flush_cache_page: call it before the translation of va, which is to pfn, changes.
 * Afterwards: no line that was filled through this translation is in the cache.
 * Returns COH_E_ALIGN if va is not page aligned; COH_E_OUTSIDE or COH_E_RANGE if it is not in vma;
 * COH_E_UNLINKED.
 */
int coh_flush_cache_page(struct coh *coh, struct coh_vma *vma, uintptr_t va, uintptr_t pfn);

/*
 * coh_flush_cache_range: the same for all of [va, va + len), page aligned, inside vma; len may be
 * 0. From some length on the whole cache is flushed instead.
 */
int coh_flush_cache_range(struct coh *coh, struct coh_vma *vma, uintptr_t va, size_t len);

/*
 * coh_flush_cache_mm: call it before all translations of mm go (exit, exec).
 * Afterwards: no line of any user alias of mm is in the cache.
 * coh_flush_cache_dup_mm: call it before fork write-protects them.  The same, but it does nothing
 * where lines are tagged physically: there the copy on write flushes what it reads.
 */
int coh_flush_cache_mm(struct coh *coh, struct coh_mm *mm);
int coh_flush_cache_dup_mm(struct coh *coh, struct coh_mm *mm);

/*
 * coh_update_mmu_cache: the page was mapped at va of vma with rights prot (enum coh_prot), and the
 * user has not used it yet.  Completes a deferred flush.
 * Afterwards:
 *  - No line under K is dirty, and none can become stale unseen.
 *  - If prot has COH_PROT_EXEC, the I-cache has no old line of the page at va.  With several CPUs
 *    this is too late: call coh_flush_icache_page before the translation is made.
 *  - On VIPT, a load at va hits no line older than what users stored at other colours.
 *  - If vma is a private mapping of the file, what was stored through shared mappings is in memory.
 *  - If another U of the page conflicts with va, both are uncached.  Two U conflict if both are
 *    shared and either may store; and on VIVT both are of this mm, on VIPT they differ in colour.
 *  - On VIPT, after such a conflict, each shared U that comes later is uncached, too, until
 *    coh_page_clear.
 * It must have returned before the page is given to another owner (coh_page_clear, coh_page_init):
 * the embedder's lock of the translation, or of the page, sees to that.
 * The last two only under a policy that makes users uncached.  (Under hints, users of different
 * colours are never right.)
 * Returns COH_E_UNLINKED, COH_E_OUTSIDE (va is not the page's place in vma), COH_E_OWNER,
 * COH_E_ALIGN, COH_E_ARGUMENT.
 */
int coh_update_mmu_cache(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
			 uint32_t prot);

/*
 * coh_switch_mm: this CPU goes from mm prev to mm next; either may be NULL.  Call it with
 * interrupts off, before the page tables change.  A kernel thread borrows the mm that is there and
 * needs no call.
 * Afterwards, if prev and next differ: the VIVT caches of data and of instructions are empty.
 * Physically tagged caches are left alone.
 */
int coh_switch_mm(struct coh *coh, struct coh_mm *prev, struct coh_mm *next);

/* ------------------------------------------------------------------------
 * Code, vmap, and devices.
 */

/*
 * coh_flush_icache_range: [va, va + len) was stored to and will be executed.  Any alignment and
 * length.  The range is the kernel's; on VIVT it may be the user's of the current mm.
 * Afterwards: no data line of the range is dirty at va.  The I-cache has no line of it at va; if it
 * is tagged physically, none at any other alias either.
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
 * coh_flush_cache_vmap: call it after translations of [va, va + len), page aligned, were made, and
 * before they are used.  coh_flush_cache_vunmap: call it before they go.
 * Afterwards: no data line is in the cache at those addresses.  After coh_flush_cache_vmap no line
 * of any page is dirty under K, for it could be written back over what is stored through the
 * vmap.  For code in a vmap call coh_flush_icache_range.
 * Context: process.
 * Returns COH_E_ALIGN, COH_E_RANGE.
 */
int coh_flush_cache_vmap(struct coh *coh, uintptr_t va, size_t len);
int coh_flush_cache_vunmap(struct coh *coh, uintptr_t va, size_t len);

/*
 * coh_flush_kernel_vmap_range: call it before I/O on memory that was used through a vmap.  Any
 * alignment.
 * Afterwards: what was dirty at those addresses is in memory.
 * coh_invalidate_kernel_vmap_range: call it after I/O that wrote memory.
 * Afterwards: no line is in the cache at those addresses.
 * Neither looks at K: the I/O itself needs coh_dma_map of K.  Where aliases meet that is enough.
 * Context: any.
 * Both return COH_E_RANGE; coh_invalidate_kernel_vmap_range COH_E_ALIGN if the range is not aligned
 * to lines.
 */
int coh_flush_kernel_vmap_range(struct coh *coh, uintptr_t va, size_t len);
int coh_invalidate_kernel_vmap_range(struct coh *coh, uintptr_t va, size_t len);

/*
 * DMA.  A buffer is len contiguous bytes at kernel address va and physical address pa (as the CPU
 * sees it, not the bus).  It passes to the device by coh_dma_map or coh_dma_sync_for_device, and
 * back by coh_dma_sync_for_cpu or coh_dma_unmap.  Whoever does not own it must not touch it.
 *
 * After it passed to the device: every byte is in memory, so bytes that the device does not write
 * stay what they were.  From-device and bidirectional: no line of it can be written back.
 * After it passed back, from-device and bidirectional: no line of it is in any cache.
 *
 * A buffer that a device writes must own its lines: va and len are aligned to the largest line
 * (COH_E_ALIGN).  User aliases are not looked at: for them call coh_flush_dcache_page, before and
 * after.
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
