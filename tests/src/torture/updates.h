/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * updates: somebody who changes VMAs all the time, and what every walk must find nevertheless.
 *
 * In mm[0] of each updater, and in one file and one family:
 *   band    VMAs that are split and merged: together they always cover all indices, each once
 *   stay    one VMA over the same indices that never changes
 *   loose   VMAs that are linked, unlinked, resized, forked and moved
 * A loose VMA is visited only for indices of the widest range it ever had, and at
 * its place.  Slots are used again, after updater.wait.
 */
#ifndef COH_TESTS_SRC_TORTURE_UPDATES_H
#define COH_TESTS_SRC_TORTURE_UPDATES_H

#include <stdio.h>
#include <stdlib.h>

#include "src/map.h"

#define INDICES	   64
#define SLOTS	   96
#define BAND_MOST  24
#define LOOSE_MOST 32
#define SHIFT	   12

enum part {
	BAND,
	STAY,
	LOOSE,
};

struct updater;

/* Constant from before it is linked until no walk can know it any more. */
struct slot {
	struct coh_vma vma; /* first */
	struct updater *owner;
	enum part part;
	uintptr_t lo, hi; /* indices at which it may be visited */
	uintptr_t base;	  /* page of index 0 */
};

struct updater {
	struct coh *coh;
	struct coh_mm mm[2];
	struct coh_mapping *mapping;
	struct coh_anon_vma *anon;
	struct slot slot[SLOTS];
	struct slot *free[SLOTS], *retired[SLOTS], *band[BAND_MOST], *loose[LOOSE_MOST];
	int frees, retireds, bands, looses;
	uint64_t seed;
	void (*wait)(void); /* until walks that run now have ended */
	unsigned long updates;
};

static inline uint64_t draw(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return (*seed * 0x2545f4914f6cdd1du) >> 16;
}

static inline int must(struct updater *u, int error, const char *what)
{
	if (error && error != COH_E_OVERLAP) {
		fprintf(stderr, "update %lu: %s returned %d\n", u->updates, what, error);
		exit(1);
	}
	u->updates++;
	return error;
}

static inline struct slot *slot_get(struct updater *u, enum part part)
{
	struct slot *s;

	if (!u->frees) {
		u->wait();
		while (u->retireds)
			u->free[u->frees++] = u->retired[--u->retireds];
	}
	s = u->free[--u->frees];
	s->part = part;
	s->owner = u;
	return s;
}

static inline void slot_put(struct updater *u, struct slot *s)
{
	u->retired[u->retireds++] = s;
}

/* A region of addresses of its own for each slot. */
static inline uintptr_t region(const struct updater *u, const struct slot *s)
{
	return 4096 + 128 * (uintptr_t)(s - u->slot);
}

static inline void link_slot(struct updater *u, struct slot *s, uintptr_t lo, uintptr_t hi)
{
	s->lo = lo;
	s->hi = hi;
	s->base = region(u, s);
	coh_vma_init(&s->vma, &u->mm[0], (s->base + lo) << SHIFT, (hi - lo) << SHIFT, lo,
		     COH_VMA_SHARED);
	must(u, coh_vma_link(u->coh, &s->vma, u->mapping), "link");
	must(u, coh_vma_link_anon(u->coh, &s->vma, u->anon), "link_anon");
}

static inline void updater_init(struct updater *u, struct coh *coh, struct coh_mapping *mapping,
				struct coh_anon_vma *anon, uint64_t seed, void (*wait)(void))
{
	int i;

	u->coh = coh;
	u->mapping = mapping;
	u->anon = anon;
	u->seed = seed;
	u->wait = wait;
	coh_mm_init(&u->mm[0]);
	coh_mm_init(&u->mm[1]);
	for (i = 0; i < SLOTS; i++)
		u->free[u->frees++] = &u->slot[i];
	u->band[u->bands++] = slot_get(u, BAND);
	link_slot(u, u->band[0], 0, INDICES);
	link_slot(u, slot_get(u, STAY), 0, INDICES);
}

static inline void split_band(struct updater *u, uint64_t r)
{
	struct slot *s = u->band[r % (unsigned)u->bands], *upper;
	uintptr_t pages = (s->vma.end - s->vma.start) >> SHIFT;

	if (pages < 2 || u->bands == BAND_MOST)
		return;
	upper = slot_get(u, BAND);
	upper->lo = s->lo;
	upper->hi = s->hi;
	upper->base = s->base;
	must(u,
	     coh_vma_split(u->coh, &s->vma, s->vma.start + ((1 + (r >> 8) % (pages - 1)) << SHIFT),
			   &upper->vma),
	     "split");
	u->band[u->bands++] = upper;
}

static inline void merge_band(struct updater *u, uint64_t r)
{
	struct slot *lower = u->band[r % (unsigned)u->bands];
	int i;

	for (i = 0; i < u->bands; i++) {
		struct slot *upper = u->band[i];

		if (lower->vma.end != upper->vma.start)
			continue;
		must(u, coh_vma_merge(u->coh, &lower->vma, &upper->vma), "merge");
		u->band[i] = u->band[--u->bands];
		slot_put(u, upper);
		return;
	}
}

static inline void unlink_loose(struct updater *u, int i)
{
	struct slot *s = u->loose[i];

	must(u, coh_vma_unlink(u->coh, &s->vma), "unlink");
	u->loose[i] = u->loose[--u->looses];
	slot_put(u, s);
}

static inline void resize_loose(struct updater *u, struct slot *s, uint64_t r)
{
	uintptr_t wide = s->hi - s->lo, lo = s->lo + r % wide,
		  hi = lo + 1 + (r >> 8) % (s->hi - lo);

	must(u, coh_vma_resize(u->coh, &s->vma, (s->base + lo) << SHIFT, (hi - lo) << SHIFT),
	     "resize");
}

/* fork or move: where the new one is in the way of another it is left. */
static inline void copy_loose(struct updater *u, struct slot *s, bool fork)
{
	struct slot *copy = slot_get(u, LOOSE);
	int error;

	copy->lo = s->lo;
	copy->hi = s->hi;
	copy->base = fork ? s->base : region(u, copy);
	if (fork)
		error = coh_vma_fork(u->coh, &s->vma, &u->mm[1], &copy->vma);
	else
		error = coh_vma_move(u->coh, &s->vma,
				     s->vma.start + ((copy->base - s->base) << SHIFT), &copy->vma);
	if (must(u, error, fork ? "fork" : "move"))
		slot_put(u, copy);
	else
		u->loose[u->looses++] = copy;
}

static inline void update_once(struct updater *u)
{
	uint64_t r = draw(&u->seed), q = draw(&u->seed);
	struct slot *s;

	switch (r % 8) {
	case 0:
	case 1:
		split_band(u, q);
		return;
	case 2:
	case 3:
		merge_band(u, q);
		return;
	case 4:
		if (u->looses < LOOSE_MOST) {
			uintptr_t lo = q % (INDICES - 1);

			s = slot_get(u, LOOSE);
			link_slot(u, s, lo, lo + 1 + (q >> 8) % (INDICES - lo));
			u->loose[u->looses++] = s;
			return;
		}
		break;
	case 5:
		if (u->looses && u->looses < LOOSE_MOST) {
			copy_loose(u, u->loose[q % (unsigned)u->looses], q >> 16 & 1);
			return;
		}
		break;
	case 6:
		if (u->looses)
			resize_loose(u, u->loose[q % (unsigned)u->looses], q >> 16);
		return;
	}
	if (u->looses)
		unlink_loose(u, (int)(q % (unsigned)u->looses));
}

/* ------------------------------------------------------------------------
 * A walk, and what it must find.
 */

struct look {
	struct coh_walk_ walk; /* first */
	struct coh *coh;       /* its counters are only this walker's */
	const struct updater *of;
	uint32_t retries;
	int band, stay;	   /* VMAs of `of`, in the last try */
	const char *wrong; /* NULL: nothing */
};

static inline void look_begin_try(struct look *l)
{
	l->retries = l->coh->counters[COH_COUNT_WALK_RETRY];
	l->band = l->stay = 0;
}

static inline enum coh_visit_ look_visit(struct coh_walk_ *walk, struct coh_vma *vma)
{
	struct look *l = (struct look *)walk;
	const struct slot *s = (const struct slot *)vma;

	if (l->retries != l->coh->counters[COH_COUNT_WALK_RETRY])
		look_begin_try(l);
	if (walk->index < s->lo || walk->index >= s->hi)
		l->wrong = "a VMA that never covered the index was visited";
	else if (walk->index + vma->delta != s->base + walk->index)
		l->wrong = "a VMA was visited at a wrong address";
	if (s->owner == l->of) {
		l->band += s->part == BAND;
		l->stay += s->part == STAY;
	}
	return COH_VISIT_NEXT;
}

/*
 * Walk the file or the family for one index, in the mm of one updater or in all.  Returns false if
 * the walk gave up; l->wrong is set if it found what it must not, or not what it must.
 */
static inline bool look(struct look *l, struct coh *coh, const struct updater *of, uint64_t r)
{
	const struct coh_map *map = r & 1 ? &of->mapping->map : &of->anon->map;
	bool all = r >> 1 & 1;

	l->walk.index = (r >> 8) % INDICES;
	l->walk.group_lo = all ? 0 : (uintptr_t)&of->mm[0];
	l->walk.group_hi = all ? COH_GROUP_ALL : (uintptr_t)&of->mm[0] | COH_GROUP_VISIBLE;
	l->walk.visit = look_visit;
	l->coh = coh;
	l->of = of;
	l->wrong = NULL;
	look_begin_try(l);
	if (!coh_map_walk_(coh, map, &l->walk)) {
		if (l->walk.error)
			l->wrong = "a walk found the map damaged";
		return false;
	}
	if (l->retries != coh->counters[COH_COUNT_WALK_RETRY])
		look_begin_try(l);
	if (l->stay != 1)
		l->wrong = "a VMA that stays was not visited once";
	else if (l->band != 1)
		l->wrong = "an index was not covered once by VMAs that are split and merged";
	else if (r >> 2 & 1 && !coh_map_covers_(coh, map, l->walk.index))
		l->wrong = "an index that is always covered was said not to be";
	return true;
}

#endif
