// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * What a finding says: the cause, who wrote the newest byte, and what an old
 * cache would have answered.
 */
#include "model/shadow_internal.h"

static const char *const cause_names[COH_CAUSES] = {
	[COH_OLD_COPY] = "old copy",	 [COH_NOT_CLEANED] = "not cleaned",
	[COH_THREATENED] = "threatened", [COH_CLOBBERED] = "clobbered",
	[COH_DISCARDED] = "discarded",	 [COH_OTHER_PAGE] = "other page",
};

static const char *const op_names[COH_OPS] = {
	[COH_CLEAN] = "clean",
	[COH_INVALIDATE] = "invalidate",
	[COH_FLUSH] = "flush",
};

const char *coh_cause_name(enum coh_cause cause)
{
	return (unsigned)cause < COH_CAUSES ? cause_names[cause] : "unknown cause";
}

const char *coh_op_name(enum coh_op op)
{
	return (unsigned)op < COH_OPS ? op_names[op] : "unknown operation";
}

/* The dirty copy, other than own, whose write-back would bring an old byte. */
static const struct copy *threat_at(const struct record *r, const struct copy *own, uint32_t bit)
{
	for (const struct copy *c = r->copies; c; c = c->next)
		if (c != own && c->dirty && !c->foreign && c->held & bit)
			return c;
	return NULL;
}

/* The granule's bytes among which an old answer for this one is found. */
static const uint8_t *source_at(const struct place *pl, const struct record *r,
				const struct copy *own, uint32_t bit)
{
	const struct copy *threat;

	if (own && own->stale & bit)
		return own->old;
	if (own && own->dirty && own->gone & bit)
		return own->gone_old;
	if (pl->line->stale & bit && pl->page->memory && !(own && own->dirty))
		return pl->page->memory + pl->off;
	threat = threat_at(r, own, bit);
	return threat ? threat->held_old : NULL;
}

static bool dirty_elsewhere(const struct record *r, const struct copy *own, uint32_t bit)
{
	for (const struct copy *c = r->copies; c; c = c->next)
		if (c != own && c->dirty && !c->foreign && !(c->held & bit))
			return true;
	return false;
}

static const struct blame *blamed_for(const struct record *r, uint32_t bit)
{
	for (unsigned i = 0; i < 2; i++)
		if (r->blame[i].bytes & bit)
			return &r->blame[i];
	return NULL;
}

static enum coh_cause cause_at(const struct place *pl, const struct record *r,
			       const struct copy *own, const struct copy *foreign, bool had,
			       uint32_t bit)
{
	const struct blame *blamed;

	if (foreign)
		return COH_OTHER_PAGE;
	blamed = blamed_for(r, bit);
	if (blamed && pl->line->stale & bit && !dirty_elsewhere(r, own, bit))
		return blamed->cause;
	if (own && had && own->stale & bit)
		return COH_OLD_COPY;
	if (pl->line->stale & bit && dirty_elsewhere(r, own, bit))
		return COH_NOT_CLEANED;
	if (threat_at(r, own, bit))
		return COH_THREATENED;
	return pl->line->stale & bit ? COH_NOT_CLEANED : COH_OLD_COPY;
}

static void describe_copies(const struct coh_shadow *s, const struct place *pl,
			    const struct record *r, struct coh_finding *f)
{
	f->n_copies = 0;
	for (const struct copy *c = r->copies; c && f->n_copies < COH_FINDING_COPIES; c = c->next) {
		uint32_t mask = s->tag_mask[c->side];

		if (c->foreign)
			continue;
		f->copy[f->n_copies++] = (struct coh_copy_state){
			.va = mask == COH_ALIAS_MASK ? c->tag | (pl->pa & ~mask) : c->tag,
			.stale = c->stale,
			.side = c->side,
			.dirty = c->dirty,
		};
	}
}

static void describe_foreign(struct coh_finding *f, const struct coh_shadow *s,
			     const struct copy *foreign, uint32_t first)
{
	const struct record *r;
	const struct copy *c;
	struct place other;

	f->other_pa = foreign->other_pa;
	if (!place_peek(s, foreign->other_pa, &other))
		return;
	r = record_at(s, &other);
	c = r ? copy_find(r, foreign->side, foreign->tag) : NULL;
	for (uint32_t i = 0; i < f->size && i < COH_VALUE_MAX; i++) {
		uint32_t at = first + i;

		if (!(foreign->same >> at & 1))
			f->old[i] = c && c->stale >> at & 1 ? c->old[at]
							    : other.page->newest[other.off + at];
	}
	f->values_known = true;
}

static void describe_values(const struct place *pl, const struct record *r,
			    const struct coh_shadow_access *a, const struct copy *own,
			    uint32_t first, struct coh_finding *f)
{
	uint32_t n = a->size < COH_VALUE_MAX ? a->size : COH_VALUE_MAX;

	f->values_known = true;
	memcpy(f->newest, pl->page->newest + pl->off + first, n);
	memcpy(f->old, f->newest, n);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t bit = 1u << (first + i);
		const uint8_t *source = source_at(pl, r, own, bit);

		if (!(f->bad >> i & 1))
			continue;
		if (source)
			f->old[i] = source[first + i];
		else
			f->values_known = false;
	}
}

void describe(const struct coh_shadow *s, const struct place *pl, const struct record *r,
	      const struct coh_shadow_access *a, uint32_t bad, const struct copy *own,
	      const struct copy *foreign, bool had, struct coh_finding *f)
{
	uint32_t first = a->pa & (s->granule - 1);
	uint32_t at = (uint32_t)__builtin_ctz(bad), bit = 1u << at;
	const struct coh_who *w = &r->writer[at / 4];
	enum coh_reader by = f->by;

	memset(f, 0, sizeof(*f));
	f->by = by;
	f->cause = cause_at(pl, r, own, foreign, had, bit);
	f->certain = foreign || (own && had ? own->sure : r->sure) & bit;
	f->memory_old = pl->line->stale & bit;
	f->va = a->va;
	f->pa = a->pa;
	f->size = a->size;
	f->pc = a->pc;
	f->mm = a->mm;
	f->attr = a->attr;
	f->bad = bad >> first;
	f->first_pa = pl->pa + at;
	f->by_device = w->pc == WRITER_DEVICE;
	f->writer_known = w->pc && !f->by_device;
	f->writer = *w;
	f->culprit_known = f->cause == COH_CLOBBERED || f->cause == COH_DISCARDED;
	if (f->culprit_known)
		f->culprit = blamed_for(r, bit)->who;
	f->line_pa = pl->pa;
	f->granule = s->granule;
	f->memory_stale = pl->line->stale;
	describe_copies(s, pl, r, f);
	history_get(s, r, &f->history);
	describe_values(pl, r, a, own, first, f);
	if (foreign)
		describe_foreign(f, s, foreign, first);
}
