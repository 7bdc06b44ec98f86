/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the files of the shadow share.  Private to model/.
 *
 * Nearly every line is quiet: at most one data copy, nothing old in it.  A
 * word says so (struct coh_line).  A line in trouble gets a record, which
 * lists all its copies; records and copies come from bounded pools, so that no
 * guest can make the model grow without end.  What is given up is counted.
 *
 * A record is opened when a line gets a second copy or an old byte, and closed into the one word as
 * soon as that can say everything again.  A page is made at its first access; it gets an image of
 * what memory holds when a line of it first becomes dirty.
 *
 * A granule is what one mask covers: a line, or 32 bytes of a longer one.  The smaller line of the
 * two caches decides.  A larger line is several granules that are filled, dirtied and maintained
 * together.
 *
 *   shadow.c		the accesses of the CPU
 *   shadow_device.c	those of devices
 *   shadow_maint.c	maintenance by line, and of the whole cache
 *   shadow_sets.c	maintenance by set and way
 *   shadow_map.c	translations and homonyms
 *   shadow_find.c	what a finding says: cause, writer, values
 *   shadow_pages.c	storage: pages, records, pools
 *   shadow_check.c	invariants
 *   shadow_history.c	what led a line into trouble
 */
#ifndef COH_MODEL_SHADOW_INTERNAL_H
#define COH_MODEL_SHADOW_INTERNAL_H

#include "model/shadow.h"

#define RECORDS_MAX	  (1u << 16)
#define RECORD_COPIES_MAX 128u
#define POOL_CHUNK	  512u

/* coh_page.writer of a word that a device wrote; no instruction is odd there. */
#define WRITER_DEVICE 0xfffffffdu

/*
 * A dirty copy may have been written back already, unseen, and be gone or clean
 * since.  So it has three masks, of bytes that may be old:
 *   stale  in the copy, dirty or clean, wherever it is present;
 *   held   in the copy where it is still dirty: what its write-back brings;
 *   gone   in memory where it is not: what a clean of it leaves in place.
 * held is part of stale.  What dirty copies may yet write back is in none of
 * the masks but their own held (threat_of).  Clean copies have held = gone = 0.
 */
struct copy {
	struct copy *next;
	uint32_t tag; /* the alias, without flags */
	uint32_t stale, held, gone;
	uint32_t sure;	   /* stale even if no cache ever evicted by itself */
	uint32_t other_pa; /* foreign only: the granule that sits here */
	uint32_t same;	   /* foreign only: bytes a store of this page's left there */
	uint8_t side;
	bool dirty;
	/* Homonym: not a copy of this granule.  The virtual line that this page
	 * is now mapped at may still hold the granule at other_pa. */
	bool foreign;
	/* An old version, where the mask of that name says there may be one. */
	uint8_t old[COH_GRANULE_MAX], held_old[COH_GRANULE_MAX], gone_old[COH_GRANULE_MAX];
};

struct record {
	struct copy *copies; /* free records are linked through free_next */
	unsigned n;
	uint32_t pa;
	bool used;
	/* What memory would lack if no cache ever evicted by itself; as copy.sure. */
	uint32_t sure;
	struct coh_who writer[COH_GRANULE_MAX / 4];
	/* Bytes that memory lost, or may have lost: the two latest acts that did it. */
	struct blame {
		uint32_t bytes;
		enum coh_cause cause;
		struct coh_who who;
	} blame[2];
};

/* A granule of one page. */
struct place {
	struct coh_shadow_page *page;
	struct coh_line *line;
	uint32_t pa;  /* of the granule */
	uint32_t off; /* of the granule in the page */
	uint32_t idx;
};

struct page_list {
	struct coh_shadow_page **page;
	uint32_t n, cap;
};

/* What is done to a line, in this order. */
enum {
	LOSE = 1,  /* it may have been dropped as it was, dirty or not */
	CLEAN = 2, /* it is written back if dirty */
	DROP = 4,
};

/* Maintenance by set and way: the ways of one set, by what was done there first. */
struct ways {
	uint64_t written; /* cleaned or flushed */
	uint64_t lost;	  /* invalidated before they were cleaned */
	uint64_t dropped; /* invalidated or flushed, at any time */
	bool loses;	  /* a way was added to lost since the last settle */
};

struct set_sweep {
	struct ways all;      /* since this sweep began: for pages not touched since */
	struct ways now;      /* since the last settle: for the others */
	uint32_t began;	      /* at which settle */
	uint8_t act, act_now; /* what they come to */
};

/* One pass over all lines of a side. */
struct sweep {
	enum coh_side side;
	unsigned act;
	const struct set_sweep *sets; /* instead of act, unless NULL */
	bool by_set;		      /* by set and way, of all sets alike */
	const struct coh_who *who;
};

/* Maintenance that missed a line in order (COH_D_NOTED): where its history begins, if one does. */
struct note {
	uint32_t pa;
	struct coh_event event;
};

#define NOTES 4096u /* a power of two: by a hash of the line, the last one wins */

struct coh_shadow {
	struct coh_shadow_config config;
	struct coh_shadow_counts counts;
	uint32_t granule, shift, lines_a_page;
	uint32_t per_line[2]; /* granules of one line, by side */
	uint32_t tag_mask[2];
	bool virtual_tags; /* VIVT, on either side */

	struct coh_shadow_page **dir[1024];
	uint32_t *owner;	  /* VIVT: by va >> 10, the pa >> 10 there, plus one */
	struct page_list with[2]; /* pages that have copies, by side */

	struct record *records;
	struct coh_history *histories; /* of each record */
	struct note *notes;
	struct coh_who last_line; /* the last maintenance by address */
	uint32_t n_records, records_used, *record_free, n_record_free, recycle_hand;
	struct copy *copy_free;
	struct copy **chunks;
	uint32_t n_chunks;

	struct set_sweep *sets; /* of the data cache */
	bool unsettled;		/* some were named since the last settle */
	bool interrupted;	/* some are named in part, and accesses went on */
	uint32_t settles;
	struct coh_who set_way_who;
};

/* shadow_pages.c: storage */
bool place_of(struct coh_shadow *s, uint32_t pa, struct place *pl);
bool place_peek(const struct coh_shadow *s, uint32_t pa, struct place *pl);
void list_line(struct coh_shadow *s, enum coh_side side, const struct place *pl);
bool need_memory_image(struct coh_shadow_page *page);
bool need_fetched(const struct coh_shadow *s, struct coh_shadow_page *page);
struct record *record_at(const struct coh_shadow *s, const struct place *pl);
struct record *record_open(struct coh_shadow *s, const struct place *pl);
void record_close(struct coh_shadow *s, const struct place *pl);
void make_room(struct coh_shadow *s);
struct copy *copy_find(const struct record *r, enum coh_side side, uint32_t tag);
struct copy *foreign_next(const struct record *r, const struct copy *after, enum coh_side side,
			  uint32_t tag);
struct copy *copy_add(struct coh_shadow *s, struct record *r, enum coh_side side, uint32_t tag);
void copy_drop(struct coh_shadow *s, struct record *r, struct copy *c);

/* shadow_maint.c: returns whether anything changed */
bool sweep_side(struct coh_shadow *s, const struct sweep *w);

/* shadow_find.c: what a finding says */
void describe(const struct coh_shadow *s, const struct place *pl, const struct record *r,
	      const struct coh_shadow_access *a, uint32_t bad, const struct copy *own,
	      const struct copy *foreign, bool had, struct coh_finding *f);

static inline uint32_t tag_of(const struct coh_shadow *s, enum coh_side side, uint32_t va)
{
	return va & s->tag_mask[side];
}

/* A line of this page may be dirty in a way that an unfinished sweep has passed. */
static inline void touch(const struct coh_shadow *s, struct coh_shadow_page *page)
{
	if (s->interrupted)
		page->touched = s->settles;
}

static inline bool quiet_copy_is(uint32_t word, uint32_t tag)
{
	return (word & ~(COH_D_DIRTY | COH_D_FETCHED | COH_D_NOTED)) == (tag | COH_D_PRESENT);
}

/* These bytes are in memory now, or were stored again: nobody lost them. */
static inline void forgive(struct record *r, uint32_t bytes)
{
	r->blame[0].bytes &= ~bytes;
	r->blame[1].bytes &= ~bytes;
}

/* Which bytes may be overwritten in memory with older ones, at any moment. */
static inline uint32_t threat_of(const struct record *r, const struct copy *but)
{
	uint32_t threat = 0;

	for (const struct copy *c = r->copies; c; c = c->next)
		if (c != but && c->dirty && !c->foreign)
			threat |= c->held;
	return threat;
}

static inline void copy_bytes(uint8_t *to, const uint8_t *from, uint32_t mask)
{
	for (; mask; mask &= mask - 1) {
		unsigned b = (unsigned)__builtin_ctz(mask);

		to[b] = from[b];
	}
}

/* More bytes may be old; which version is kept where none was known before. */
static inline void add_old(uint32_t *mask, uint8_t *old, uint32_t more, const uint8_t *from)
{
	copy_bytes(old, from, more & ~*mask);
	*mask |= more;
}

static inline void add_memory(const struct place *pl, uint32_t more, const uint8_t *from)
{
	if (more && need_memory_image(pl->page))
		copy_bytes(pl->page->memory + pl->off, from, more & ~pl->line->stale);
	pl->line->stale |= more;
}

/* The bytes may be old in memory too, where c is no longer dirty. */
static inline void add_gone_from_memory(const struct place *pl, struct copy *c)
{
	if (pl->line->stale)
		add_old(&c->gone, c->gone_old, pl->line->stale, pl->page->memory + pl->off);
}

/* ---- shadow.c ---- */

/* The part of an access that lies in one granule. */
struct part {
	struct coh_shadow_access a;
	struct place pl;
	uint32_t mask; /* of its bytes in the granule */
	enum coh_side side;
	uint32_t tag;
};

typedef bool (*part_fn)(struct coh_shadow *s, struct part *p, struct coh_finding *f);

bool for_each_part(struct coh_shadow *s, const struct coh_shadow_access *a, enum coh_side side,
		   part_fn fn, struct coh_finding *f);
void set_writer(const struct coh_shadow *s, const struct part *p, struct record *r, bool device);
void set_newest(const struct part *p);
/* The copy c beside a store that reaches memory: its own is updated, another goes old. */
void store_beside_copy(const struct part *p, struct copy *c, bool own);
/* A store that reaches memory at once; own (if any) is updated, all others go old. */
void store_memory(struct coh_shadow *s, struct part *p, bool own, bool device);
bool walk_part(struct coh_shadow *s, struct part *p, struct coh_finding *f);

/* ---- shadow_history.c ---- */

/* The alias as an address: on VIPT the colour and the offset in the page. */
uint32_t alias_at(const struct coh_shadow *s, enum coh_side side, uint32_t tag, uint32_t pa);
/* The record was just opened: how the line was until now. */
void history_begin(struct coh_shadow *s, const struct place *pl, const struct record *r);
/* These add an event where the line has a record; they come when all else of the event is done. */
void history_add(struct coh_shadow *s, const struct place *pl, const struct coh_event *e);
void history_access(struct coh_shadow *s, const struct part *p, enum coh_event_kind kind);
void history_maintain(struct coh_shadow *s, const struct place *pl, enum coh_event_kind kind,
		      enum coh_side side, enum coh_op op, uint32_t va, const struct coh_who *who);
/* Maintenance that misses this line, which is dirty and in order. */
void history_note(struct coh_shadow *s, const struct place *pl, enum coh_event_kind kind,
		  enum coh_op op, uint32_t va, const struct coh_who *who);
/* The store p, to another page, may have hit this line. */
void history_overwrite(struct coh_shadow *s, const struct place *pl, const struct part *p);
/* Something that no event says. */
void history_odd(struct coh_shadow *s, const struct place *pl);
void history_get(const struct coh_shadow *s, const struct record *r, struct coh_history *h);

/* ---- shadow_device.c ---- */

bool device_write_part(struct coh_shadow *s, struct part *p, struct coh_finding *f);

#endif
