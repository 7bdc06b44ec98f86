// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Storage of the shadow: pages by physical address, records for lines in
 * trouble, and the translations in use.
 */
#include <stdlib.h>

#include "model/shadow_internal.h"

static uint32_t tag_mask_of(const struct coh_cache *c, uint32_t page_size)
{
	switch (c->kind) {
	case COH_VIVT:
		return COH_ALIAS_MASK;
	case COH_VIPT:
		return (coh_cache_span(c) - 1) & ~(page_size - 1);
	default:
		return 0;
	}
}

static uint32_t min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static bool alloc_tables(struct coh_shadow *s)
{
	size_t sets = coh_cache_sets(&s->config.d);

	s->records = calloc(RECORDS_MAX, sizeof(*s->records));
	s->histories = malloc(RECORDS_MAX * sizeof(*s->histories));
	s->notes = calloc(NOTES, sizeof(*s->notes));
	s->record_free = calloc(RECORDS_MAX, sizeof(*s->record_free));
	s->sets = calloc(sets, sizeof(*s->sets));
	if (s->virtual_tags)
		s->owner = calloc(1u << (32 - COH_ALIAS_SHIFT), sizeof(*s->owner));
	return s->records && s->histories && s->notes && s->record_free && s->sets &&
	       (s->owner || !s->virtual_tags);
}

struct coh_shadow *coh_shadow_new(const struct coh_shadow_config *config)
{
	struct coh_shadow *s;

	if (coh_cache_check(&config->d) || coh_cache_check(&config->i))
		return NULL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->config = *config;
	s->granule = min_u32(COH_GRANULE_MAX, min_u32(config->d.line, config->i.line));
	s->shift = (uint32_t)__builtin_ctz(s->granule);
	s->lines_a_page = COH_PAGE_SIZE >> s->shift;
	s->per_line[COH_DATA] = config->d.line >> s->shift;
	s->per_line[COH_INSN] = config->i.line >> s->shift;
	s->tag_mask[COH_DATA] = tag_mask_of(&config->d, config->page_size);
	s->tag_mask[COH_INSN] = tag_mask_of(&config->i, config->page_size);
	s->virtual_tags = config->d.kind == COH_VIVT || config->i.kind == COH_VIVT;
	if (!alloc_tables(s)) {
		coh_shadow_free(s);
		return NULL;
	}
	return s;
}

static void free_page(struct coh_shadow_page *page)
{
	if (!page)
		return;
	free(page->fetched);
	free(page->memory);
	free(page);
}

void coh_shadow_free(struct coh_shadow *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < 1024; i++) {
		for (unsigned k = 0; s->dir[i] && k < 1024; k++)
			free_page(s->dir[i][k]);
		free(s->dir[i]);
	}
	for (uint32_t i = 0; i < s->n_chunks; i++)
		free(s->chunks[i]);
	free(s->chunks);
	free(s->records);
	free(s->histories);
	free(s->notes);
	free(s->record_free);
	free(s->owner);
	free(s->sets);
	free(s->with[COH_DATA].page);
	free(s->with[COH_INSN].page);
	free(s);
}

const struct coh_shadow_counts *coh_shadow_counts(const struct coh_shadow *s)
{
	return &s->counts;
}

uint32_t coh_shadow_granule(const struct coh_shadow *s)
{
	return s->granule;
}

const struct coh_cache *coh_shadow_dcache(const struct coh_shadow *s)
{
	return &s->config.d;
}

struct coh_shadow_page *coh_shadow_peek(const struct coh_shadow *s, uint32_t pa)
{
	struct coh_shadow_page **table = s->dir[pa >> 22];

	return table ? table[pa >> COH_PAGE_SHIFT & 1023] : NULL;
}

struct coh_shadow_page *coh_shadow_page(struct coh_shadow *s, uint32_t pa, bool *fresh)
{
	struct coh_shadow_page **slot, *page;

	if (!s->dir[pa >> 22])
		s->dir[pa >> 22] = calloc(1024, sizeof(**s->dir));
	if (!s->dir[pa >> 22])
		return NULL;
	slot = &s->dir[pa >> 22][pa >> COH_PAGE_SHIFT & 1023];
	*fresh = !*slot;
	if (*slot)
		return *slot;
	page = calloc(1, sizeof(*page) + s->lines_a_page * sizeof(page->line[0]));
	if (page)
		page->pa = pa & ~COH_PAGE_MASK;
	*slot = page;
	return page;
}

static void fill_place(const struct coh_shadow *s, uint32_t pa, struct place *pl)
{
	pl->pa = pa & ~(s->granule - 1);
	pl->off = pl->pa & COH_PAGE_MASK;
	pl->idx = pl->off >> s->shift;
	pl->line = &pl->page->line[pl->idx];
}

bool place_of(struct coh_shadow *s, uint32_t pa, struct place *pl)
{
	bool fresh;

	pl->page = coh_shadow_page(s, pa, &fresh);
	if (!pl->page)
		return false;
	fill_place(s, pa, pl);
	return true;
}

bool place_peek(const struct coh_shadow *s, uint32_t pa, struct place *pl)
{
	pl->page = coh_shadow_peek(s, pa);
	if (!pl->page)
		return false;
	fill_place(s, pa, pl);
	return true;
}

static void list_page(struct page_list *l, struct coh_shadow_page *page)
{
	if (l->n == l->cap) {
		uint32_t cap = l->cap ? 2 * l->cap : 1024;
		void *grown = realloc(l->page, cap * sizeof(*l->page));

		if (!grown)
			abort(); /* losing a page here would hide every bug in it */
		l->page = grown;
		l->cap = cap;
	}
	l->page[l->n++] = page;
}

/* The line has a copy on this side: sweeps must come by. */
void list_line(struct coh_shadow *s, enum coh_side side, const struct place *pl)
{
	struct coh_shadow_page *page = pl->page;

	page->live[side][pl->idx / 64] |= 1ull << pl->idx % 64;
	if (page->listed[side])
		return;
	page->listed[side] = true;
	list_page(&s->with[side], page);
}

bool need_memory_image(struct coh_shadow_page *page)
{
	if (!page->memory)
		page->memory = malloc(COH_PAGE_SIZE);
	return page->memory;
}

bool need_fetched(const struct coh_shadow *s, struct coh_shadow_page *page)
{
	if (!page->fetched)
		page->fetched = calloc(s->lines_a_page, sizeof(*page->fetched));
	return page->fetched;
}

/* ---- records ---- */

static uint32_t index_of(uint32_t d)
{
	return d >> 4;
}

struct record *record_at(const struct coh_shadow *s, const struct place *pl)
{
	return pl->line->d & COH_D_RECORD ? &s->records[index_of(pl->line->d)] : NULL;
}

static void record_release(struct coh_shadow *s, struct record *r)
{
	while (r->copies)
		copy_drop(s, r, r->copies);
	r->used = false;
	s->records_used--;
	s->record_free[s->n_record_free++] = (uint32_t)(r - s->records);
}

/* Gives up what is known of one line in trouble: from now on it is coherent. */
static void forget(struct coh_shadow *s, struct record *r)
{
	struct place pl;

	if (place_peek(s, r->pa, &pl)) {
		pl.line->d = 0;
		pl.line->stale = 0;
	}
	record_release(s, r);
	s->counts.lines_forgotten++;
}

/*
 * Called once before an operation opens records, never in the middle of one:
 * a record that is in use must not be the one given up.
 */
void make_room(struct coh_shadow *s)
{
	const uint32_t reserve = 64;

	while (s->records_used + reserve > RECORDS_MAX) {
		struct record *r = &s->records[s->recycle_hand++ % RECORDS_MAX];

		if (r->used)
			forget(s, r);
	}
}

static struct record *record_new(struct coh_shadow *s)
{
	uint32_t i;

	if (s->n_record_free)
		i = s->record_free[--s->n_record_free];
	else if (s->n_records < RECORDS_MAX)
		i = s->n_records++;
	else
		abort(); /* make_room was not called: a bug of ours */
	memset(&s->records[i], 0, sizeof(s->records[i]));
	s->records[i].used = true;
	s->records_used++;
	return &s->records[i];
}

static void remember_writers(const struct coh_shadow *s, const struct place *pl, struct record *r)
{
	uint32_t d = pl->line->d, word = pl->off >> 2;
	bool exact = d & COH_D_PRESENT && s->config.d.kind == COH_VIVT;
	uint32_t va = (d & ~COH_D_FLAGS) | (pl->pa & ~COH_ALIAS_MASK);

	for (uint32_t w = 0; w < s->granule / 4; w++) {
		r->writer[w].pc = pl->page->writer[word + w];
		r->writer[w].mm = pl->line->mm;
		r->writer[w].va = exact ? va + 4 * w : COH_VA_UNKNOWN;
	}
}

/* The record of a granule, made from its quiet state if need be. */
struct record *record_open(struct coh_shadow *s, const struct place *pl)
{
	struct record *r = record_at(s, pl);
	uint32_t d = pl->line->d;

	if (r)
		return r;
	r = record_new(s);
	r->pa = pl->pa;
	r->sure = pl->line->stale;
	remember_writers(s, pl, r);
	if (d & COH_D_PRESENT)
		copy_add(s, r, COH_DATA, d & ~COH_D_FLAGS)->dirty = d & COH_D_DIRTY;
	if (d & COH_D_FETCHED) {
		copy_add(s, r, COH_INSN, pl->page->fetched[pl->idx] & ~COH_D_FLAGS);
		pl->page->fetched[pl->idx] = 0;
	}
	history_begin(s, pl, r);
	pl->line->d = (uint32_t)(r - s->records) << 4 | COH_D_RECORD;
	return r;
}

/* Was every byte that memory lacks written through this very copy? */
static bool copy_explains(const struct coh_shadow *s, const struct place *pl,
			  const struct record *r, const struct copy *c)
{
	if (s->config.d.kind != COH_VIVT)
		return true;
	for (uint32_t m = pl->line->stale; m; m &= m - 1) {
		const struct coh_who *w = &r->writer[__builtin_ctz(m) / 4];

		if (w->mm != pl->line->mm || tag_of(s, COH_DATA, w->va) != c->tag)
			return false;
	}
	return true;
}

static void close_quietly(struct coh_shadow *s, const struct place *pl, struct record *r,
			  const struct copy *data, const struct copy *insn)
{
	uint32_t d = 0;

	if (data)
		d = data->tag | COH_D_PRESENT | (data->dirty ? COH_D_DIRTY : 0);
	/* The quiet path saves no old bytes: they must all be saved already. */
	if (data && data->dirty && need_memory_image(pl->page))
		copy_bytes(pl->page->memory + pl->off, pl->page->newest + pl->off,
			   ~pl->line->stale & coh_byte_mask(0, s->granule));
	if (insn) {
		pl->page->fetched[pl->idx] = insn->tag | COH_D_PRESENT;
		d |= COH_D_FETCHED;
	}
	for (uint32_t w = 0; w < s->granule / 4; w++)
		pl->page->writer[(pl->off >> 2) + w] = r->writer[w].pc;
	record_release(s, r);
	pl->line->d = d;
}

/* Lets go of the record if the line is quiet again. */
void record_close(struct coh_shadow *s, const struct place *pl)
{
	struct record *r = record_at(s, pl);
	const struct copy *found[2] = { NULL, NULL };

	if (!r)
		return;
	for (const struct copy *c = r->copies; c; c = c->next) {
		if (c->stale || c->gone || c->foreign || found[c->side])
			return;
		found[c->side] = c;
	}
	if (pl->line->stale && !(found[COH_DATA] && found[COH_DATA]->dirty))
		return;
	if (pl->line->stale && !copy_explains(s, pl, r, found[COH_DATA]))
		return;
	if (found[COH_INSN] && !need_fetched(s, pl->page))
		return;
	close_quietly(s, pl, r, found[COH_DATA], found[COH_INSN]);
}

/* ---- copies ---- */

static struct copy *copy_new(struct coh_shadow *s)
{
	struct copy *c = s->copy_free;

	if (!c) {
		struct copy **chunks = realloc(s->chunks, (s->n_chunks + 1) * sizeof(*chunks));
		struct copy *chunk = calloc(POOL_CHUNK, sizeof(*chunk));

		if (!chunks || !chunk)
			abort(); /* as in list_page */
		s->chunks = chunks;
		s->chunks[s->n_chunks++] = chunk;
		for (unsigned i = 0; i < POOL_CHUNK; i++) {
			chunk[i].next = s->copy_free;
			s->copy_free = &chunk[i];
		}
		c = s->copy_free;
	}
	s->copy_free = c->next;
	memset(c, 0, offsetof(struct copy, old));
	return c;
}

struct copy *copy_find(const struct record *r, enum coh_side side, uint32_t tag)
{
	for (struct copy *c = r->copies; c; c = c->next)
		if (c->tag == tag && c->side == side && !c->foreign)
			return c;
	return NULL;
}

/* The first homonym under this alias, or the next after one. */
struct copy *foreign_next(const struct record *r, const struct copy *after, enum coh_side side,
			  uint32_t tag)
{
	for (struct copy *c = after ? after->next : r->copies; c; c = c->next)
		if (c->tag == tag && c->side == side && c->foreign)
			return c;
	return NULL;
}

/* What would be missed if this copy were forgotten: nothing, a read, a write-back. */
static unsigned weight(const struct copy *c)
{
	return c->dirty ? 3 : c->foreign ? 2 : c->stale != 0;
}

/* Of equals the oldest. */
static void drop_dullest(struct coh_shadow *s, struct record *r)
{
	struct copy *dull = r->copies;

	for (struct copy *c = r->copies; c; c = c->next)
		if (weight(c) <= weight(dull))
			dull = c;
	copy_drop(s, r, dull);
	s->counts.copies_dropped++;
}

struct copy *copy_add(struct coh_shadow *s, struct record *r, enum coh_side side, uint32_t tag)
{
	struct copy *c;

	if (r->n >= RECORD_COPIES_MAX)
		drop_dullest(s, r);
	c = copy_new(s);
	c->side = (uint8_t)side;
	c->tag = tag;
	c->next = r->copies;
	r->copies = c;
	r->n++;
	return c;
}

void copy_drop(struct coh_shadow *s, struct record *r, struct copy *c)
{
	struct copy **at = &r->copies;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	c->next = s->copy_free;
	s->copy_free = c;
	r->n--;
}
