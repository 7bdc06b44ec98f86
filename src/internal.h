/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * internal: what the layer's files share.
 *
 * Two tables decide everything, chosen once by coh_init:
 *   mechanism  what kind of cache it is: which operations reach which lines
 *   policy     how the user aliases of a page are found, and when they matter
 * Entry points check their arguments and call through the two; nothing else
 * asks what kind of cache there is.
 *
 *   init.c, errors.c	checks of what the embedder says, the choice of the mechanism; codes in words
 *   flush.c		coh_flush_dcache_page from top to bottom: policy rmap, K U K, aliases, mark
 *   page.c		whom a page belongs to; get_user_pages, kmap, copies, code
 *   user.c		user translations go, and are made: what was put off, users that conflict
 *   range.c		ranges of kernel addresses: code, vmap, buffers of devices
 *   cache.c		the port's operations, counted; the three mechanisms
 *   tree.c, map.c	an interval tree; the latched map of two of them, and walks
 *   vma.c, check.c	link, unlink, split and so on; invariants
 *   policy_*.c		the policies that are not rmap; check/policies has more, to compare with
 *
 * K is the kernel's address of a page and its lines there.  U is an address at which a user has
 * the page mapped, and its lines there.
 */
#ifndef COH_SRC_INTERNAL_H
#define COH_SRC_INTERNAL_H

#include <coherer/coherer.h>
#include "src/map.h"

#define COH_LINE_MAX_ 256u /* bytes; coh_init refuses more */

enum coh_maintain_ {
	COH_DO_CLEAN_,
	COH_DO_INVALIDATE_,
	COH_DO_FLUSH_,
};

/* Of a walk for a page: which groups to visit. */
typedef void coh_groups_fn_(struct coh *coh, struct coh_walk_ *walk);

/*
 * One kind of cache.  Addresses and lengths are as in port.h, but dcache,
 * icache and outer take any alignment and length, and round outwards.
 */
struct coh_mechanism {
	const char *name;

	/* Do aliases of a page not always meet?  If not, a page's K and U need nothing. */
	bool aliasing;
	/* Do aliases of one colour meet? */
	bool congruent_meet;
	/* Does alias see to the I-cache, address by address? */
	bool code_by_alias;

	/* Real maintenance of a kernel range, whether aliases matter or not. */
	void (*dcache)(struct coh *coh, enum coh_maintain_ what, uintptr_t va, size_t len);
	void (*icache)(struct coh *coh, uintptr_t va, size_t len);
	void (*icache_all)(struct coh *coh);
	void (*outer)(struct coh *coh, enum coh_maintain_ what, coh_pa_t pa, size_t len);

	/*
	 * Flush one user alias of a page: the lines that were brought in at va of
	 * vma, and code as well where code_by_alias says so.  The one place that does it, for walks
	 * and for changes of translations.
	 */
	void (*alias)(struct coh *coh, const struct coh_vma *vma, uintptr_t va, uintptr_t pfn,
		      bool code);

	/* Of a walk: which groups to visit for a page, and what to do after a visit. */
	coh_groups_fn_ *groups;
	enum coh_visit_ after_visit;

	void (*range)(struct coh *coh, const struct coh_vma *vma, uintptr_t va, size_t len);
	void (*mm)(struct coh *coh, const struct coh_mm *mm);
	void (*dup_mm)(struct coh *coh, const struct coh_mm *mm);
	void (*switch_mm)(struct coh *coh);
	void (*vmap)(struct coh *coh, uintptr_t va, size_t len);
	void (*vunmap)(struct coh *coh, uintptr_t va, size_t len);
};

extern const struct coh_mechanism coh_mechanism_vivt;
extern const struct coh_mechanism coh_mechanism_vipt;
extern const struct coh_mechanism coh_mechanism_meeting; /* aliases always meet */
extern const struct coh_mechanism coh_mechanism_all;	 /* policy flush-all */

/*
 * Flush the lines of a page's users; K is the caller's.  Returns 1 if there was an alias, 0 if there
 * was none or if it cannot tell, or COH_E_CORRUPT.
 */
typedef int coh_aliases_fn_(struct coh *coh, const struct coh_page *page, uintptr_t kva);

typedef int coh_use_fn_(struct coh *coh, struct coh_page *page, uintptr_t kva,
			enum coh_intent intent);

struct coh_policy {
	const char *name;
	enum coh_context context;
	bool k_twice;			       /* K, U, K, also where the kernel is alone */
	bool uncaches;			       /* it makes users uncached: user_uncache */
	const struct coh_mechanism *mechanism; /* NULL: the cache's own */

	/* coh_flush_dcache_page, arguments checked. */
	int (*flush_page)(struct coh *coh, struct coh_page *page);

	/* How coh_flush_now_ flushes each U; NULL if the policy never calls that. */
	coh_aliases_fn_ *aliases;

	/* coh_flush_anon_page: a user alias that get_user_pages found. */
	void (*flush_anon)(struct coh *coh, struct coh_vma *vma, struct coh_page *page,
			   uintptr_t va);

	/* get_user_pages hands the page to the kernel; va of vma is where it was found. */
	int (*get_user)(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
			enum coh_intent intent);

	/* The kernel is about to use the page at kernel address kva, or did: kmap, kunmap. */
	coh_use_fn_ *begin, *end;

	/* The same for copies that the layer makes itself (page.c). */
	coh_use_fn_ *before_copy, *after_copy;

	/* A user translation was made. */
	void (*mapped)(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
		       uint32_t prot);
};

/* What page->mark says, where bit 0 is clear; flush.c has the rules. */
enum coh_mark_ {
	COH_MARK_FRESH_ = 0,	     /* no user has had the page, under any owner */
	COH_MARK_SETTLED_ = 1u << 0, /* K was in line at that version of the owner's map */
	COH_MARK_USED_ = 1u << 1,    /* users may have had it: K may be old */
	COH_MARK_DATA_ = 1u << 2,    /* K is in memory, for the next user who maps it */
	COH_MARK_CODE_ = 1u << 3,    /* and old code was dropped */
	COH_MARK_FILLED_ = 1u << 4,  /* VIPT: K's lines are all of the page, and maybe dirty */
};

/* What page->ever says of the time since coh_page_clear. */
enum coh_ever_ {
	COH_EVER_EXECUTED_ = 1u << 0, /* it was mapped to be executed */
	COH_EVER_STORED_ = 1u << 1,   /* a user translation allowed stores (user.c) */
	COH_EVER_UNCACHED_ = 1u << 2, /* shared mappings of it conflicted and became uncached */
};

/* ---- cache.c: port calls, counted ---- */

static inline void coh_count_(struct coh *coh, enum coh_counter counter)
{
	coh_store(&coh->counters[counter], coh_load(&coh->counters[counter]) + 1u);
}

void coh_dcache_(struct coh *coh, enum coh_maintain_ what, uintptr_t va, size_t len);
void coh_dcache_all_(struct coh *coh);
void coh_icache_(struct coh *coh, uintptr_t va, size_t len);
void coh_icache_all_(struct coh *coh);
void coh_flush_everything_(struct coh *coh); /* both caches, all of them */
void coh_code_(struct coh *coh, uintptr_t va, size_t len);
void coh_outer_(struct coh *coh, enum coh_maintain_ what, coh_pa_t pa, size_t len);
void coh_window_flush_(struct coh *coh, uintptr_t pfn, uintptr_t colour);

/* Entries for the table of a mechanism: three that do nothing, and two that choose the groups. */
void coh_no_alias_(struct coh *coh, const struct coh_vma *vma, uintptr_t va, uintptr_t pfn,
		   bool code);
void coh_no_mm_(struct coh *coh, const struct coh_mm *mm);
void coh_no_range_(struct coh *coh, uintptr_t va, size_t len);
coh_groups_fn_ coh_one_group_;
coh_groups_fn_ coh_all_groups_;

/*
 * ---- flush.c ----
 *
 * Each flush returns COH_OK or COH_E_CORRUPT.  Whatever finds the aliases, the order is that of
 * coh_flush_by_, K first.
 */
int coh_flush_by_(struct coh *coh, struct coh_page *page, uintptr_t kva, coh_aliases_fn_ *aliases);
int coh_flush_now_(struct coh *coh, struct coh_page *page, uintptr_t kva);
void coh_flush_k_(struct coh *coh, uintptr_t kva);

/* Of the VMAs that are in the groups of the mechanism, or in these. */
coh_aliases_fn_ coh_alias_flush_;
int coh_alias_flush_in_(struct coh *coh, const struct coh_page *page, uintptr_t kva,
			coh_groups_fn_ *groups);
bool coh_may_have_lines_(struct coh *coh, const struct coh_vma *vma, uintptr_t va,
			 const struct coh_page *page);

uintptr_t coh_page_kernel_(struct coh *coh, const struct coh_page *page);
bool coh_is_linear_(const struct coh *coh, uintptr_t kva);
struct coh_map *coh_page_map_(const struct coh_page *page);
bool coh_page_map_right_(const struct coh_page *page, const struct coh_map *map);
bool coh_page_covered_(struct coh *coh, const struct coh_page *page, const struct coh_map *map);
/* ---- flush.c: the mark ---- */
bool coh_page_settled_(struct coh *coh, const struct coh_page *page);
bool coh_page_defer_(struct coh *coh, struct coh_page *page);
void coh_page_touch_(struct coh_page *page);
void coh_page_not_fresh_(struct coh_page *page);
uint32_t coh_page_version_(const struct coh_page *page);
void coh_page_settle_(struct coh *coh, struct coh_page *page, uint32_t version);

void coh_page_code_(struct coh *coh, const struct coh_page *page, uintptr_t kva);
void coh_page_write_back_(struct coh *coh, const struct coh_page *page, uintptr_t kva,
			  bool process);
void coh_page_drop_code_(struct coh *coh, uintptr_t va, uintptr_t kva);

/* rmap's table entries, for policies that differ in others. */
int coh_rmap_flush_page_(struct coh *coh, struct coh_page *page);
void coh_rmap_flush_anon_(struct coh *coh, struct coh_vma *vma, struct coh_page *page,
			  uintptr_t va);
int coh_rmap_get_user_(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
		       enum coh_intent intent);
coh_use_fn_ coh_rmap_begin_;
coh_use_fn_ coh_rmap_end_;
coh_use_fn_ coh_end_at_once_; /* as coh_rmap_end_, but no flush waits */
void coh_rmap_mapped_(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
		      uint32_t prot); /* user.c */

/* ---- page.c ---- */

static inline bool coh_is_anon_(const struct coh_page *page)
{
	return coh_load(&page->owner) & 1u;
}

int coh_page_in_vma_(const struct coh *coh, const struct coh_page *page, const struct coh_vma *vma,
		     uintptr_t va);
/* A kernel address for a page that may have none; 0: none is left, or the port gives none. */
uintptr_t coh_page_kmap_(struct coh *coh, const struct coh_page *page);
void coh_page_kunmap_(struct coh *coh, const struct coh_page *page, uintptr_t va);
void coh_page_ever_(struct coh *coh, struct coh_page *page, uint8_t what);

/* ---- user.c ---- */

void coh_page_complete_(struct coh *coh, const struct coh_vma *vma, struct coh_page *page,
			uintptr_t va, uint32_t prot);
void coh_drop_ahead_(struct coh *coh, const struct coh_page *page, uintptr_t kva, uintptr_t va);
bool coh_uncache_(struct coh *coh, const struct coh_vma *vma, const struct coh_page *page,
		  uintptr_t va);
bool coh_uncache_users_(struct coh *coh, const struct coh_page *page);

/*
 * Does code of one page sit in the I-cache at several places, so that one address does not find
 * it?
 */
static inline bool coh_code_aliases_(const struct coh *coh)
{
	const struct coh_geometry *i = &coh->config.icache;

	return i->size && i->indexing == COH_INDEXED_VIPT && i->span > coh->page_size;
}

/* From some length on one flush of everything is less work than one operation a line. */
static inline bool coh_whole_is_less_(const struct coh *coh, const struct coh_geometry *g,
				      size_t len)
{
	return len > (coh->config.whole_from ? coh->config.whole_from : g->size);
}

/* The address of a page offset in a VMA that covers it. */
static inline uintptr_t coh_vma_va_(const struct coh *coh, const struct coh_vma *vma,
				    uintptr_t index)
{
	return (vma->delta + index) << coh->config.page_shift;
}

static inline bool coh_wraps_(uintptr_t va, size_t len)
{
	return len && va + (len - 1) < va;
}

static inline bool coh_page_aligned_(const struct coh *coh, uintptr_t va)
{
	return !(va & (coh->page_size - 1));
}

/* Whole pages that do not wrap?  COH_OK, COH_E_NULL, COH_E_ALIGN or COH_E_RANGE. */
static inline int coh_pages_error_(const struct coh *coh, uintptr_t va, size_t len)
{
	if (!coh)
		return COH_E_NULL;
	if (!coh_page_aligned_(coh, va) || !coh_page_aligned_(coh, len))
		return COH_E_ALIGN;
	return coh_wraps_(va, len) ? COH_E_RANGE : COH_OK;
}

#endif
