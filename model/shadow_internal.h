/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the files of the shadow share.  Private to model/.
 *
 * Nearly every line is quiet: at most one data copy, nothing old in it.  A
 * word says so (struct coh_line).  A line in trouble gets a record, which
 * lists all its copies; records and copies come from bounded pools, so that no
 * guest can make the model grow without end.
 */
#ifndef COH_MODEL_SHADOW_INTERNAL_H
#define COH_MODEL_SHADOW_INTERNAL_H

#include "model/shadow.h"

#define RECORDS_MAX	 (1u << 16)
#define RECORD_COPIES_MAX 128u
#define POOL_CHUNK	 512u

/* coh_page.writer of a word that a device wrote; no instruction is odd there. */
#define WRITER_DEVICE 0xfffffffdu

struct copy {
	struct copy *next;
	uint32_t tag;	  /* the alias, without flags */
	uint32_t stale;	  /* bytes this copy holds an old version of */
	uint32_t other_pa; /* foreign only: the granule that sits here */
	uint8_t side;
	bool dirty;
	/* Homonym: not a copy of this granule.  The virtual line that this page
	 * is now mapped at may still hold the granule at other_pa. */
	bool foreign;
	uint8_t old[COH_GRANULE_MAX]; /* valid where stale */
};

struct record {
	struct copy *copies; /* free records are linked through free_next */
	unsigned n;
	uint32_t pa;
	bool used;
	struct coh_who writer[COH_GRANULE_MAX / 4];
	/* Bytes that memory lost, to whom and how. */
	uint32_t caused;
	enum coh_cause cause;
	struct coh_who culprit;
};

/* A granule of one page. */
struct place {
	struct coh_page *page;
	struct coh_line *line;
	uint32_t pa;  /* of the granule */
	uint32_t off; /* of the granule in the page */
	uint32_t idx;
};

struct page_list {
	struct coh_page **page;
	uint32_t n, cap;
};

struct coh_shadow {
	struct coh_shadow_config config;
	struct coh_shadow_counts counts;
	uint32_t granule, shift, lines_a_page;
	uint32_t per_line[2]; /* granules of one line, by side */
	uint32_t tag_mask[2];
	bool virtual_tags; /* VIVT, on either side */

	struct coh_page **dir[1024];
	uint32_t *owner; /* VIVT: by va >> 10, the pa >> 10 there, plus one */
	struct page_list with[2]; /* pages that have copies, by side */

	struct record *records;
	uint32_t n_records, records_used, *record_free, n_record_free, recycle_hand;
	struct copy *copy_free;
	struct copy **chunks;
	uint32_t n_chunks;

	uint64_t *ways_done; /* [op][set]: ways named since the set was complete */
	uint8_t *set_done;   /* [op][set] */
	uint32_t sets_done[COH_OPS];
	bool unsettled;
	struct coh_who set_way_who;
};

/* shadow_pages.c: storage */
bool place_of(struct coh_shadow *s, uint32_t pa, struct place *pl);
bool place_peek(const struct coh_shadow *s, uint32_t pa, struct place *pl);
void list_page(struct coh_shadow *s, enum coh_side side, struct coh_page *page);
bool need_memory_image(struct coh_page *page);
bool need_fetched(const struct coh_shadow *s, struct coh_page *page);
struct record *record_at(const struct coh_shadow *s, const struct place *pl);
struct record *record_open(struct coh_shadow *s, const struct place *pl);
void record_close(struct coh_shadow *s, const struct place *pl);
void make_room(struct coh_shadow *s);
struct copy *copy_find(const struct record *r, enum coh_side side, uint32_t tag);
struct copy *foreign_find(const struct record *r, enum coh_side side, uint32_t tag);
struct copy *copy_add(struct coh_shadow *s, struct record *r, enum coh_side side, uint32_t tag);
void copy_drop(struct coh_shadow *s, struct record *r, struct copy *c);

/* shadow_find.c: what a finding says */
void describe(const struct coh_shadow *s, const struct place *pl, const struct record *r,
	      const struct coh_access *a, uint32_t bad, const struct copy *own, bool had,
	      struct coh_finding *f);

static inline uint32_t tag_of(const struct coh_shadow *s, enum coh_side side, uint32_t va)
{
	return va & s->tag_mask[side];
}

static inline bool quiet_copy_is(uint32_t word, uint32_t tag)
{
	return (word & ~(COH_D_DIRTY | COH_D_FETCHED)) == (tag | COH_D_PRESENT);
}

/* Which bytes may be overwritten in memory with older ones, at any moment. */
static inline uint32_t threat_of(const struct record *r, const struct copy *but)
{
	uint32_t threat = 0;

	for (const struct copy *c = r->copies; c; c = c->next)
		if (c != but && c->dirty && !c->foreign)
			threat |= c->stale;
	return threat;
}

static inline void copy_bytes(uint8_t *to, const uint8_t *from, uint32_t mask)
{
	for (; mask; mask &= mask - 1) {
		unsigned b = (unsigned)__builtin_ctz(mask);

		to[b] = from[b];
	}
}

#endif
