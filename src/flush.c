// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * coh_flush_dcache_page from top to bottom: the policy rmap, the order K, U, K, the flush of each U
 * that the page's reverse map finds, and the page's mark, which says whether a flush may wait.
 *
 * K is the kernel's address of a page and its lines there.  U is an address at which a user has
 * the page mapped, and its lines there.
 *
 * What is outside this file: map.c walks from the page to the VMAs, cache.c flushes one alias.
 */
#include "src/internal.h"

int coh_flush_dcache_page(struct coh *coh, struct coh_page *page)
{
	if (!coh || !page)
		return COH_E_NULL;
	return coh->policy->flush_page(coh, page);
}

/* ------------------------------------------------------------------------
 * The policy rmap: from a page to its aliases through latched maps, in any context.  The default,
 * and what the other policies differ from.
 */

int coh_rmap_flush_page_(struct coh *coh, struct coh_page *page)
{
	if (coh_page_defer_(coh, page))
		return COH_OK;
	return coh_flush_now_(coh, page, coh_page_kernel_(coh, page));
}

/* The flush_dcache_page that follows finds the alias by itself. */
void coh_rmap_flush_anon_(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va)
{
	(void)coh;
	(void)vma;
	(void)page;
	(void)va;
}

int coh_rmap_get_user_(struct coh *coh, struct coh_vma *vma, struct coh_page *page, uintptr_t va,
		       enum coh_intent intent)
{
	(void)vma;
	(void)va;
	(void)intent;
	return coh_flush_dcache_page(coh, page);
}

int coh_rmap_begin_(struct coh *coh, struct coh_page *page, uintptr_t kva, enum coh_intent intent)
{
	(void)intent; /* also before stores: dirty user lines must not be written back over them */
	if (coh_page_settled_(coh, page))
		return COH_OK;
	coh_page_not_fresh_(page); /* K gets lines now */
	return coh_flush_now_(coh, page, kva);
}

/* Is this kernel address one that is never taken away? */
bool coh_is_linear_(const struct coh *coh, uintptr_t kva)
{
	return kva - coh->config.linear_start < coh->config.linear_size;
}

int coh_rmap_end_(struct coh *coh, struct coh_page *page, uintptr_t kva, enum coh_intent intent)
{
	if (intent != COH_INTENT_READ && coh_is_linear_(coh, kva))
		return coh_flush_dcache_page(coh, page); /* which may wait */
	return coh_end_at_once_(coh, page, kva, intent);
}

/* The end of a use whose flush cannot wait. */
int coh_end_at_once_(struct coh *coh, struct coh_page *page, uintptr_t kva, enum coh_intent intent)
{
	if (intent != COH_INTENT_READ)
		return coh_flush_now_(coh, page, kva);
	/* The address will be another page's: even clean lines must not stay. */
	if (!coh_is_linear_(coh, kva))
		coh_flush_k_(coh, kva);
	return COH_OK;
}

const struct coh_policy coh_policy_rmap = {
	.name = "rmap",
	.context = COH_CONTEXT_NMI,
	.uncaches = true,
	.flush_page = coh_rmap_flush_page_,
	.aliases = coh_alias_flush_,
	.flush_anon = coh_rmap_flush_anon_,
	.get_user = coh_rmap_get_user_,
	.begin = coh_rmap_begin_,
	.end = coh_rmap_end_,
	.before_copy = coh_rmap_begin_,
	.after_copy = coh_rmap_end_,
	.mapped = coh_rmap_mapped_,
};

/* ------------------------------------------------------------------------
 * K, U, K.
 */

int coh_flush_now_(struct coh *coh, struct coh_page *page, uintptr_t kva)
{
	return coh_flush_by_(coh, page, kva, coh->policy->aliases);
}

/*
 * Other threads run meanwhile, and the lines that they bring in are filled from memory.
 *
 * K before U: K's bytes are in memory already when U is filled again.  The other way round the
 * line of U would be old, and stay.  They are there before the walk's first load, too: a user who
 * filled a line from old memory had his VMA linked before, and the walk sees it.
 *
 * K after U: other accesses may fill K while U's bytes are not in memory yet, and such a line is
 * old.  Another thread in the kernel, which flushed the page before, loads through K.  On VIPT a
 * private mapping of K's colour fills the very same lines.  Some hardware does it unasked.
 *
 * One flush of K is enough if no other thread can run in between and the hardware fills no line
 * unasked.  An interrupt may still use K in between: under a policy that flushes U, it has flushed
 * U first.
 */
int coh_flush_by_(struct coh *coh, struct coh_page *page, uintptr_t kva, coh_aliases_fn_ *aliases)
{
	bool alone = coh->config.alone && !coh->config.speculates && !coh->policy->k_twice;
	uint32_t version = coh_page_version_(page); /* before K's flush */
	int seen;

	if (alone)
		coh->port->walk_enter(coh->port->context);
	coh_flush_k_(coh, kva); /* complete, before any load of the walk: port.h */
	seen = aliases(coh, page, kva);
	if (alone)
		coh->port->walk_exit(coh->port->context);
	else
		coh_flush_k_(coh, kva);
	coh_page_code_(coh, page, kva);
	if (!seen && coh->mechanism->aliasing)
		coh_page_settle_(coh, page, version);
	return seen < 0 ? seen : COH_OK;
}

uintptr_t coh_page_kernel_(struct coh *coh, const struct coh_page *page)
{
	return coh->port->kernel_address(coh->port->context, page->pfn);
}

void coh_flush_k_(struct coh *coh, uintptr_t kva)
{
	if (coh->mechanism->aliasing && kva)
		coh->mechanism->dcache(coh, COH_DO_FLUSH_, kva, coh->page_size);
}

/* ------------------------------------------------------------------------
 * Each U: from a page to its lines, through its reverse map.
 */

struct alias_walk {
	struct coh_walk_ walk; /* first: the visitor is handed this */
	struct coh *coh;
	const struct coh_page *page;
	uintptr_t kva;	  /* K was flushed there before the walk; 0: nowhere */
	uintptr_t colour; /* the last one that was flushed */
	bool code;	  /* old code goes, too */
	int seen;	  /* 1: there was an alias */
};

#define NO_COLOUR UINTPTR_MAX /* a colour is less by the bits of a page offset */

/*
 * Private mappings of a file need not show what is stored through K.  But where aliases of one
 * colour meet, the next mapping of that colour hits the lines that a private mapping left in the
 * cache.
 */
static bool is_visible(const struct alias_walk *w, const struct coh_vma *vma)
{
	return w->coh->mechanism->congruent_meet || coh_is_anon_(w->page) ||
	       coh_load(&vma->flags) & COH_VMA_SHARED;
}

/* Was this colour seen to by the group before, or will K's flush do it? */
static bool is_served(struct alias_walk *w, uintptr_t va)
{
	uintptr_t colour;

	if (!w->coh->mechanism->congruent_meet)
		return false;
	colour = coh_colour(w->coh, va);
	if (w->kva && colour == coh_colour(w->coh, w->kva)) {
		coh_count_(w->coh, COH_COUNT_SKIPPED_CONGRUENT);
		return true;
	}
	if (colour == w->colour)
		return true;
	w->colour = colour;
	return false;
}

/* Can the page have lines at va of vma?  On VIVT one look at the tables spares a page's lines. */
bool coh_may_have_lines_(struct coh *coh, const struct coh_vma *vma, uintptr_t va,
			 const struct coh_page *page)
{
	const struct coh_port *port = coh->port;

	if (coh->mechanism->congruent_meet || vma->mm != port->current_mm(port->context))
		return true;
	return !port->user_may_map || port->user_may_map(port->context, vma->mm, va, page->pfn);
}

static enum coh_visit_ flush_one(struct coh_walk_ *walk, struct coh_vma *vma)
{
	struct alias_walk *w = (struct alias_walk *)walk;
	const struct coh_mechanism *mechanism = w->coh->mechanism;
	uintptr_t va = coh_vma_va_(w->coh, vma, walk->index);

	if (!is_visible(w, vma))
		return COH_VISIT_NEXT_GROUP; /* bit 0 of a group: none of it is */
	w->seen = 1;
	if (!is_served(w, va) && coh_may_have_lines_(w->coh, vma, va, w->page))
		mechanism->alias(w->coh, vma, va, w->page->pfn, w->code);
	return mechanism->after_visit;
}

static void start_alias_walk(struct alias_walk *w, struct coh *coh, const struct coh_page *page,
			     uintptr_t kva)
{
	w->walk.index = coh_load(&page->index);
	w->walk.visit = flush_one;
	w->coh = coh;
	w->page = page;
	w->kva = kva;
	w->colour = NO_COLOUR;
	w->code = !coh->config.users_announce_code || !coh_is_anon_(page);
	w->seen = 0;
}

/*
 * Nothing of the map can be used: wherever the page may have lines.  VIPT: at every colour, by
 * address and not all of the cache, for that may be an interrupt to the other CPUs, which cannot
 * be had in every context.
 */
static void flush_without_map(struct coh *coh, const struct coh_page *page)
{
	if (!coh->mechanism->congruent_meet) {
		coh_flush_everything_(coh);
		return;
	}
	for (uintptr_t colour = 0; colour < coh_colours(coh); colour++)
		coh_window_flush_(coh, page->pfn, colour);
}

int coh_alias_flush_in_(struct coh *coh, const struct coh_page *page, uintptr_t kva,
			coh_groups_fn_ *groups)
{
	struct coh_map *map = coh_page_map_(page);
	struct alias_walk w;
	bool through;

	if (!coh->mechanism->aliasing || !map)
		return 0;
	if (!coh_page_map_right_(page, map)) {
		flush_without_map(coh, page);
		return coh_corrupt_(coh, map);
	}
	coh->port->walk_enter(coh->port->context);
	start_alias_walk(&w, coh, page, kva);
	groups(coh, &w.walk);
	through = coh_map_walk_(coh, map, &w.walk);
	if (!through)
		flush_without_map(coh, page);
	coh->port->walk_exit(coh->port->context);
	if (w.walk.error)
		return w.walk.error;
	return through ? w.seen : 1;
}

int coh_alias_flush_(struct coh *coh, const struct coh_page *page, uintptr_t kva)
{
	return coh_alias_flush_in_(coh, page, kva, coh->mechanism->groups);
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

/* A stray store most likely hits the header.  A walk would follow the pointers there: check it. */
bool coh_page_map_right_(const struct coh_page *page, const struct coh_map *map)
{
	return map->side == (coh_is_anon_(page) ? COH_SIDE_ANON : COH_SIDE_FILE);
}

/* ------------------------------------------------------------------------
 * The mark of a page, page->mark: may a flush wait until a user maps the page?  And does the next
 * user who maps it find K's bytes in memory?  docs/page-mark.md argues why this is right.
 *
 * One word, stored whole, in any context and without a lock:
 *   FRESH	No user has had the page, under any owner, unless a VMA covers it.
 *   SETTLED	and a version of the owner's map (map.h): at that version K was not old, unless a
 *		VMA covered the page.  True for ever, so it does no harm if it is stored late.  It
 *		counts only while the map is of that version, and does not cover the page.
 *   else	Users may have had it: K may be old, even if they are gone by now.  DATA, CODE,
 *		FILLED say what the next coh_page_complete_ (user.c) need not do.
 *
 * Who stores what:
 *   FRESH	coh_page_init
 *   SETTLED	coh_page_settle_, after a flush
 *   DATA, CODE	coh_page_complete_, after the flushes that earn them.  While it runs a VMA covers the
 *		page, so no flush waits, and its store hides none if it comes late.
 *   DATA, FILLED	the fills of page.c; nobody else has the page then
 *   USED	coh_page_clear; a flush, or a kmap, of a FRESH page that cannot wait
 * A flush that is done at once leaves DATA as it is: K is in memory before it looks for users.
 */

static uint32_t settled_at(uint32_t version)
{
	return version | COH_MARK_SETTLED_;
}

/* The map of a page that a flush may be put off for: of a file.  Else NULL. */
static struct coh_map *map_of_file(const struct coh_page *page)
{
	return coh_is_anon_(page) ? NULL : coh_page_map_(page);
}

/* Had nobody the page, up to this version of its map, if no VMA covers it? */
static bool is_unused(uint32_t mark, const struct coh_map *map)
{
	return mark == COH_MARK_FRESH_ || mark == settled_at(coh_map_version_(map));
}

/*
 * Has no user had the page since K was last in line?  Then K cannot be old.  False if that is not
 * known; always false for pages of no file, for no map tells where users have them.
 *
 * Store buffering.  We: store through K, then look at the map.  A process that maps the page: links
 * a VMA (vma.c), then flushes K.  There is a full barrier on each side.  So if we do not see the
 * VMA, that flush covers what was stored.
 */
bool coh_page_settled_(struct coh *coh, const struct coh_page *page)
{
	struct coh_map *map = map_of_file(page);
	uint32_t mark = coh_load(&page->mark);

	if (!map || !is_unused(mark, map))
		return false;
	coh_full_barrier(); /* stores to K, and the load of the mark, before the look at the map */
	if (coh_page_covered_(coh, page, map))
		return false;
	/* After the look: a VMA that had gone by then has left its trace. */
	return coh_load(&page->mark) == mark && is_unused(mark, map);
}

/* True if the flush of this page may wait for coh_update_mmu_cache. */
bool coh_page_defer_(struct coh *coh, struct coh_page *page)
{
	if (!coh_page_settled_(coh, page)) {
		coh_page_not_fresh_(page);
		return false;
	}
	/* Another CPU may complete it, and its operations would not reach this CPU's lines. */
	if (coh->config.scope == COH_SCOPE_THIS_CPU) {
		coh_count_(coh, COH_COUNT_NOT_DEFERRED);
		return false;
	}
	coh_count_(coh, COH_COUNT_DEFERRED);
	return true;
}

/* Forget what the mark says of the page. */
void coh_page_touch_(struct coh_page *page)
{
	coh_store(&page->mark, (uint32_t)COH_MARK_USED_);
	coh_full_barrier(); /* before a look at the map that follows */
}

/* A VMA covers it; or it has no file, and who maps it may not tell us. */
void coh_page_not_fresh_(struct coh_page *page)
{
	if (coh_load(&page->mark) == COH_MARK_FRESH_)
		coh_page_touch_(page);
}

/* The version of the page's map; a page of no map has none. */
uint32_t coh_page_version_(const struct coh_page *page)
{
	const struct coh_map *map = coh_page_map_(page);

	return map ? coh_map_version_(map) : 0;
}

/*
 * K was flushed after its map had this version, and no alias was seen.  So the next flush may wait
 * if no user comes.  Do not store that where a VMA covers the page: no flush may wait then, and
 * the store would only overwrite DATA.
 */
void coh_page_settle_(struct coh *coh, struct coh_page *page, uint32_t version)
{
	struct coh_map *map = map_of_file(page);

	if (!map || is_unused(coh_load(&page->mark), map) || coh_page_covered_(coh, page, map))
		return;
	if (version == coh_map_version_(map))
		coh_store(&page->mark, settled_at(version));
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

/* May a VMA cover the page?  Also true if the map cannot tell: the flush then reports that. */
bool coh_page_covered_(struct coh *coh, const struct coh_page *page, const struct coh_map *map)
{
	return !coh_page_map_right_(page, map) || is_covered(coh, map, coh_load(&page->index));
}

bool coh_mapping_covers(struct coh *coh, const struct coh_mapping *mapping, uintptr_t index)
{
	if (!coh || !mapping)
		return false;
	return mapping->map.side != COH_SIDE_FILE || is_covered(coh, &mapping->map, index);
}

/* ------------------------------------------------------------------------
 * Code of a page.
 */

/* The kernel changed bytes of a page; where it was executed, old code goes. */
void coh_page_code_(struct coh *coh, const struct coh_page *page, uintptr_t kva)
{
	/* Stores to K before the bit: where aliases meet no operation of the port lies between. */
	if (!coh->mechanism->aliasing)
		coh_full_barrier();
	if (!(coh_load(&page->ever) & COH_EVER_EXECUTED_) || coh->mechanism->code_by_alias)
		return;
	/* Where aliases meet nobody wrote K back for the users' sake. */
	if (!coh->mechanism->aliasing)
		coh_page_write_back_(coh, page, kva, false);
	coh_page_drop_code_(coh, 0, kva);
}

/*
 * Fetches that do not look into the data cache need K in memory.  A page without a kernel address
 * has no line under K, for coh_kunmap leaves none.  Where aliases meet, it may have lines all the
 * same: those of users who stored to it.  There the page gets a kernel address for a moment.
 */
void coh_page_write_back_(struct coh *coh, const struct coh_page *page, uintptr_t kva, bool process)
{
	uintptr_t for_now = 0;

	if (!coh->config.icache.size)
		return;
	if (!kva && (coh->mechanism->aliasing || coh->mechanism->code_by_alias))
		return;
	if (!kva && process)
		kva = for_now = coh_page_kmap_(coh, page);
	if (kva)
		coh->mechanism->dcache(coh, COH_DO_CLEAN_, kva, coh->page_size);
	else
		coh_dcache_all_(coh);
	if (for_now)
		coh_page_kunmap_(coh, page, for_now);
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
