/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * shadow: who may hold an old byte.
 *
 * Follows one execution on one CPU and says, for every read, whether a legal
 * cache could have answered it with a byte that is not the newest.
 *
 * Modelling decisions
 *  - Copies are kept as if the cache were unbounded, and any copy may be
 *    evicted at any moment.  No luck is needed to find a bug.
 *  - A copy is named by its alias: the full virtual line on VIVT, the colour
 *    on VIPT, nothing on PIPT.
 *  - Nothing is filled that the program did not touch: no speculation.
 *  - Beside the masks the newest bytes are kept, and the old bytes where a mask
 *    says old.  That lets a report show both values, and shows a device's writes
 *    as bytes that changed with no store.
 *  - Dirtiness is kept for a whole line; a half-line dirty bit as ARM926 has
 *    would only make fewer write-backs legal.
 *
 * The algebra.  m: the bytes accessed; of a copy a:
 *   stale(a)  bytes that may be old in it, where it is present
 *   held(a)   bytes that may be old in it, where it is still dirty
 *   gone(a)   a was dirty: bytes that may be old in memory, where a was written
 *             back since (nobody sees when) and dirty copies stayed where they are
 * and threat: held(d) of all dirty copies d but the accessed one, since any of
 * them may be written back at any moment; under(a): what is below the copy,
 * gone(a) if it is or may be dirty, else memory.stale.
 *
 *   load a, m   if absent: stale(a) = memory.stale | threat
 *               bad = m & (stale(a) | threat | under(a)), then a may have been
 *               evicted and filled again: stale(a) |= threat | under(a)
 *   store a, m  allocating: the same refill, then stale(a) &= ~m, gone(a) = 0;
 *               otherwise it may have missed: gone(a) = under(a) & ~m.
 *               held(a) = stale(a) &= ~m; a is dirty;
 *               stale, held(others) |= m; memory.stale |= m
 *   through     stale, held(all but a) |= m; stale, held(a) &= ~m;
 *               gone(all) &= ~m; memory.stale &= ~m
 *   clean a     if dirty: gone(other dirty b) = held(a) | (gone(a) & gone(b));
 *               memory.stale = held(a) | gone(a); held(a) = gone(a) = 0
 *   invalid. a  if dirty: gone(other dirty b) |= held(a);
 *               memory.stale |= held(a) | gone(a); drop a
 *   device      write: as through, with no a
 *               read:  bad = m & (memory.stale | threat)
 *
 * docs/shadow.md argues them, tests/model/shadow_random_test.c checks them
 * against a machine that carries bytes and tries every eviction.
 *
 * Protocol: coh_shadow_new; for every translation put to use, coh_shadow_map;
 * then accesses and maintenance in program order; coh_shadow_free.
 * Not thread safe: one vCPU, one caller.
 */
#ifndef COH_MODEL_SHADOW_H
#define COH_MODEL_SHADOW_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "model/cpus.h"
#include "model/history.h"
#include "model/ops.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COH_PAGE_SHIFT 12u
#define COH_PAGE_SIZE  (1u << COH_PAGE_SHIFT)
#define COH_PAGE_MASK  (COH_PAGE_SIZE - 1)

/* ARMv4 and v5 have pages of 1 KiB: an alias is a translation of that size. */
#define COH_ALIAS_SHIFT 10u
#define COH_ALIAS_MASK	(~0u << COH_ALIAS_SHIFT)

/* One staleness mask covers one granule: a line, or 32 bytes of a longer one. */
#define COH_GRANULE_MAX 32u

#define COH_VA_UNKNOWN	   0xffffffffu
#define COH_DEVICE_UNKNOWN 0xffffffffu

/* Whose access a finding is about. */
enum coh_reader {
	COH_BY_LOAD,
	COH_BY_FETCH,	     /* instruction fetch */
	COH_BY_WALK,	     /* the MMU reading a page-table entry, from memory */
	COH_BY_DEVICE,	     /* DMA from memory */
	COH_BY_STORE,	     /* a store that may land in another page's line */
	COH_BY_DEVICE_WRITE, /* DMA to memory, under a line that is dirty */
};

/* Why the newest byte may be missed: what decides the missing maintenance. */
enum coh_cause {
	COH_OLD_COPY,	 /* the reader's own copy is older than the newest byte */
	COH_NOT_CLEANED, /* the newest byte is dirty elsewhere, memory is old */
	COH_THREATENED,	 /* an old dirty copy may be written back over it */
	COH_CLOBBERED,	 /* an old dirty copy was written back over it */
	COH_DISCARDED,	 /* the only newest copy was invalidated */
	COH_OTHER_PAGE,	 /* homonym: this virtual line holds another page */
	COH_CAUSES,
};

/* Who did something: opaque to the model, for the report. */
struct coh_who {
	uint32_t pc;
	uint32_t va; /* through which alias; COH_VA_UNKNOWN where not known */
	uint32_t mm; /* the page-table base then; of a device, its number */
};

struct coh_shadow_access {
	uint32_t va;
	uint32_t pa;
	uint32_t pc;
	uint32_t mm;
	uint32_t size; /* bytes; may cross lines, not pages */
	enum coh_attr attr;
	const uint8_t *bytes; /* what was loaded or stored, in memory order; NULL: not known */
};

struct coh_copy_state {
	uint32_t va; /* the alias: a virtual address, or the colour's bits */
	uint32_t stale;
	enum coh_side side;
	bool dirty;
};

#define COH_FINDING_COPIES 8
#define COH_VALUE_MAX	   16

/* One read that a legal cache may answer with old bytes. */
struct coh_finding {
	enum coh_reader by;
	enum coh_cause cause;
	/* Old even on a cache that never evicts by itself.  False: it takes an
	 * eviction at the wrong moment as well (or a line in an unlucky way). */
	bool certain;
	/* The newest byte is in neither the reader's copy nor memory. */
	bool memory_old;
	uint32_t va, pa, size; /* of the part of the access in one granule */
	uint32_t pc, mm;
	enum coh_attr attr;
	uint32_t bad;	   /* bit n: byte n of the access may be old */
	uint32_t first_pa; /* the first such byte */
	bool values_known;
	uint8_t newest[COH_VALUE_MAX], old[COH_VALUE_MAX];
	bool writer_known;
	struct coh_who writer; /* of the first such byte */
	bool by_device;	       /* the newest byte was written by a device: writer.mm, its number */
	bool culprit_known;
	struct coh_who culprit; /* who discarded or clobbered */
	uint32_t other_pa;	/* homonym: the line of this physical address */
	uint32_t line_pa, granule;
	uint32_t memory_stale; /* masks within the granule */
	unsigned n_copies;
	struct coh_copy_state copy[COH_FINDING_COPIES];
	struct coh_history history; /* of the line, before this access */
};

struct coh_shadow_config {
	struct coh_cache d, i;
	/* A store that misses brings the line in.  Where the core allocates on
	 * loads only, true is the pessimistic assumption. */
	bool write_allocate;
	uint32_t page_size;
};

/* What was given up: the model never fails silently. */
struct coh_shadow_counts {
	uint64_t device_bytes;	  /* that devices wrote; twice where the value came later */
	uint64_t copies_dropped;  /* more aliases of a line than are kept */
	uint64_t lines_forgotten; /* lines in trouble beyond what is kept */
	/* Not given up: how often a dirty line began to threaten memory with old bytes, or brought
	 * them there.  Code that was fetched in order before may be old the next time. */
	uint64_t threats;
	uint64_t written_back; /* nor this: dirty lines that maintenance wrote back */
};

struct coh_shadow;

/*
 * The state of one granule.  d is 0 for "no data copy, memory newest", or the
 * alias of the only data copy with COH_D_PRESENT (and COH_D_DIRTY), all of
 * whose bytes are newest; or COH_D_RECORD with the index of a record that
 * holds the whole truth.  COH_D_FETCHED: an instruction copy exists as well.
 * COH_D_NOTED: maintenance missed this dirty line since the last store to it; the next store is not
 * quiet.
 */
#define COH_D_PRESENT 1u
#define COH_D_DIRTY   2u
#define COH_D_FETCHED 4u
#define COH_D_RECORD  8u
#define COH_D_NOTED   16u /* not with COH_D_RECORD: there it is part of the index */
#define COH_D_FLAGS   31u

struct coh_line {
	uint32_t d;
	uint32_t stale; /* bytes that memory holds an old version of */
	uint32_t mm;	/* of the last store */
};

struct coh_shadow_page {
	uint32_t pa;
	bool listed[2]; /* by side: on the list of pages with such copies */
	uint64_t live[2][COH_PAGE_SIZE / 16 / 64]; /* and the lines that may have one */
	uint32_t touched;		    /* when an access came amid a sweep by set and way */
	uint32_t *fetched;		    /* per granule: alias | COH_D_PRESENT, or 0 */
	uint8_t *memory;		    /* what memory holds where it is stale */
	uint32_t writer[COH_PAGE_SIZE / 4]; /* pc of the last store to a word */
	uint8_t newest[COH_PAGE_SIZE];
	struct coh_line line[];
};

/*
 * coh_shadow_new: an empty cache over unknown memory.
 * Returns NULL if a cache description is impossible (coh_cache_check) or no
 * memory is left.
 */
struct coh_shadow *coh_shadow_new(const struct coh_shadow_config *config);
void coh_shadow_free(struct coh_shadow *s);

const struct coh_shadow_counts *coh_shadow_counts(const struct coh_shadow *s);
uint32_t coh_shadow_granule(const struct coh_shadow *s);
const struct coh_cache *coh_shadow_dcache(const struct coh_shadow *s);

/*
 * coh_shadow_page: the page that holds pa, made if need be; its newest bytes
 * are then zero and *fresh is set: the caller fills them in if it can.
 * Returns NULL when no memory is left.
 */
struct coh_shadow_page *coh_shadow_page(struct coh_shadow *s, uint32_t pa, bool *fresh);

/* The page that holds pa, or NULL if nothing was ever said of it. */
struct coh_shadow_page *coh_shadow_peek(const struct coh_shadow *s, uint32_t pa);

/*
 * coh_shadow_map: virtual [va, va + len) is translated to physical [pa, ...)
 * from now on.  On VIVT this is what finds homonyms: copies that another page
 * left under these virtual lines.  va, pa, len: multiples of 1 KiB.
 */
void coh_shadow_map(struct coh_shadow *s, uint32_t va, uint32_t pa, uint32_t len);

/*
 * The accesses.  Return true and fill *f if a byte of it may be old; an access
 * that crosses granules is judged part by part and *f is the first bad part.
 * a->bytes of a load is compared with the newest bytes: a difference is a
 * device's write that nobody announced.
 */
bool coh_shadow_load(struct coh_shadow *s, const struct coh_shadow_access *a,
		     struct coh_finding *f);
bool coh_shadow_store(struct coh_shadow *s, const struct coh_shadow_access *a,
		      struct coh_finding *f);
bool coh_shadow_fetch(struct coh_shadow *s, const struct coh_shadow_access *a,
		      struct coh_finding *f);
bool coh_shadow_walk(struct coh_shadow *s, const struct coh_shadow_access *a,
		     struct coh_finding *f);
bool coh_shadow_device_read(struct coh_shadow *s, const struct coh_shadow_access *a,
			    struct coh_finding *f);

/*
 * A device writes [pa, pa + len), within one page.  The newest bytes are the device's from now
 * on, whatever their values: in memory, and old in every copy.  bytes may be NULL: not known yet.
 * device: a number of the caller's, for findings; or COH_DEVICE_UNKNOWN.
 */
void coh_shadow_device_write(struct coh_shadow *s, uint32_t pa, const uint8_t *bytes, uint32_t len,
			     uint32_t device);

/*
 * Asked before a device's write: true, with *f, if a line of [a->pa, a->pa + a->size) is dirty.  It
 * may be written back over the device's bytes at any moment.  The writer is who made it dirty.
 */
bool coh_shadow_device_dirty(struct coh_shadow *s, const struct coh_shadow_access *a,
			     struct coh_finding *f);

/*
 * A device that takes part in the coherence of data caches writes: all data copies are new,
 * instruction copies are old.
 */
void coh_shadow_coherent_write(struct coh_shadow *s, uint32_t pa, const uint8_t *bytes,
			       uint32_t len, uint32_t device);

/*
 * coh_shadow_maintain: op on the line that va names (VIVT), or that va and pa
 * name (VIPT, PIPT; on VIVT pa counts only for histories, and where va was never used).
 * Returns true if it changed anything: false is a redundant operation.
 */
bool coh_shadow_maintain(struct coh_shadow *s, enum coh_side side, enum coh_op op, uint32_t va,
			 uint32_t pa, const struct coh_who *who);

/* The same for every line of one side. */
bool coh_shadow_maintain_all(struct coh_shadow *s, enum coh_side side, enum coh_op op,
			     const struct coh_who *who);

/*
 * coh_shadow_set_way: op on one set and way of the data cache.  Which line
 * sits in a way is not known, so a set changes once all its ways were named.
 * The effect may be put off until coh_shadow_settle, which the caller must
 * call before the next access; its first access to each page after that must
 * not be a quiet one, for lines used amid a sweep are not taken for swept.
 */
void coh_shadow_set_way(struct coh_shadow *s, enum coh_op op, uint32_t set, uint32_t way,
			const struct coh_who *who);
void coh_shadow_settle(struct coh_shadow *s);

/* The physical line last mapped at va, or COH_VA_UNKNOWN. */
uint32_t coh_shadow_pa_of(const struct coh_shadow *s, uint32_t va);

/* coh_shadow_check: how many lines break an invariant of the model; 0 is right. */
uint64_t coh_shadow_check(const struct coh_shadow *s);

const char *coh_cause_name(enum coh_cause cause);
const char *coh_op_name(enum coh_op op);

/* ------------------------------------------------------------------------
 * The quiet path: what a tracer that sees every access does inline.
 *
 * A view is one translation as the tracer caches it: the data word of a
 * granule that makes a load (or a store) through it a matter of course is
 * (va & mask) | bits.
 */
struct coh_view {
	uint32_t load_mask, load_bits;
	uint32_t store_mask, store_bits;
	uint32_t stale_mask; /* which bytes of a store make memory stale */
	uint32_t fetch_mask;
	unsigned shift; /* log2 of the granule */
};

struct coh_view coh_shadow_view(const struct coh_shadow *s, enum coh_attr attr);

static inline uint32_t coh_byte_mask(uint32_t off, uint32_t size)
{
	return (uint32_t)(((1ull << size) - 1) << off);
}

static inline bool coh_load_is_quiet(const struct coh_view *v, const struct coh_shadow_page *p,
				     uint32_t va, uint32_t off)
{
	return (p->line[off >> v->shift].d & ~(COH_D_DIRTY | COH_D_FETCHED | COH_D_NOTED)) ==
	       ((va & v->load_mask) | v->load_bits);
}

static inline bool coh_store_is_quiet(const struct coh_view *v, const struct coh_shadow_page *p,
				      uint32_t va, uint32_t off)
{
	return p->line[off >> v->shift].d == ((va & v->store_mask) | v->store_bits);
}

/* An instruction line that is in already, and of which nothing is old. */
static inline bool coh_fetch_is_quiet(const struct coh_view *v, const struct coh_shadow_page *p,
				      uint32_t va, uint32_t off)
{
	const struct coh_line *l = &p->line[off >> v->shift];

	return (l->d & (COH_D_FETCHED | COH_D_RECORD)) == COH_D_FETCHED && !l->stale &&
	       p->fetched[off >> v->shift] == ((va & v->fetch_mask) | COH_D_PRESENT);
}

/* The whole effect of a quiet store, but for the bytes in p->newest. */
static inline void coh_store_quiet(const struct coh_view *v, struct coh_shadow_page *p,
				   uint32_t off, uint32_t size, uint32_t pc, uint32_t mm)
{
	struct coh_line *l = &p->line[off >> v->shift];

	l->stale |= coh_byte_mask(off & ((1u << v->shift) - 1), size) & v->stale_mask;
	l->mm = mm;
	p->writer[off >> 2] = pc;
	if (size > 4)
		p->writer[(off >> 2) + 1] = pc;
}

#ifdef __cplusplus
}
#endif

#endif
