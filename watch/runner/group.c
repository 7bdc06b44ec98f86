// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/shadow.h"
#include "watch/runner/words.h"

enum mark_kind {
	MARK_WALK = 1,	   /* the writer's name, hashed twice */
	MARK_HOMONYM,	   /* side; region */
	MARK_HOMONYM_PAGE, /* physical page */
	MARK_ALIAS,	   /* physical page; virtual page */
	MARK_DEVICE,	   /* physical page; the device's name, hashed */
	MARK_LACK,	   /* function, hashed; side, and the kind of what comes next */
};

struct group_mark {
	uint32_t kind; /* 0: free */
	uint32_t a, b;
	uint32_t title;
};

#define MARKS_MAX 16u

/* What a finding looks for, and what it leaves for others to find. */
struct marks {
	struct group_mark seek[MARKS_MAX], leave[MARKS_MAX];
	unsigned n_seek, n_leave;
};

static void seek(struct marks *m, enum mark_kind kind, uint32_t a, uint32_t b)
{
	if (m->n_seek < MARKS_MAX)
		m->seek[m->n_seek++] = (struct group_mark){ kind, a, b, 0 };
}

static void leave(struct marks *m, enum mark_kind kind, uint32_t a, uint32_t b)
{
	if (m->n_leave < MARKS_MAX)
		m->leave[m->n_leave++] = (struct group_mark){ kind, a, b, 0 };
}

static void both(struct marks *m, enum mark_kind kind, uint32_t a, uint32_t b)
{
	seek(m, kind, a, b);
	leave(m, kind, a, b);
}

static uint32_t hash_of(const char *text, uint32_t seed)
{
	for (; *text; text++)
		seed = (seed ^ (uint8_t)*text) * 16777619u;
	return seed;
}

static uint32_t page_of(uint32_t address)
{
	return address >> COH_PAGE_SHIFT;
}

/*
 * An alias of the page's own.  A linear mapping (a kernel's, or the identity) has its virtual
 * addresses at a distance from the physical ones that is a multiple of 16 MiB; other aliases have
 * such a distance once in 4096 times.
 */
static bool is_own_alias(uint32_t va, uint32_t pa)
{
	return va != COH_VA_UNKNOWN && ((page_of(va) - page_of(pa)) & 0xfff);
}

/* All that is below a kernel is one region; else, and without symbols, 256 MiB are. */
static uint32_t region_of(uint32_t va, const struct symbols *symbols)
{
	return symbols_are_above(symbols, va) ? 0 : 1 + (va >> 28);
}

static void marks_of_homonym(struct marks *m, const struct wire_finding *f,
			     const struct symbols *symbols)
{
	uint32_t page = page_of(f->line_pa), other = page_of(f->other_pa), va = f->read.va;

	both(m, MARK_HOMONYM, f->by == COH_BY_FETCH, region_of(va, symbols));
	leave(m, MARK_HOMONYM_PAGE, page, 0);
	leave(m, MARK_HOMONYM_PAGE, other, 0);
	leave(m, MARK_ALIAS, page, page_of(va));
	leave(m, MARK_ALIAS, other, page_of(va));
}

/* The virtual address va is of the line in question. */
static void mark_alias(struct marks *m, uint32_t page, uint32_t va, uint32_t pa)
{
	if (is_own_alias(va, pa))
		both(m, MARK_ALIAS, page, page_of(va));
}

/* Whoever takes part in the line's trouble: reader, writer, culprit, and the copies of it. */
static void mark_aliases(struct marks *m, const struct wire_finding *f, bool has_writer)
{
	uint32_t page = page_of(f->line_pa);

	mark_alias(m, page, f->read.va, f->read.pa);
	if (has_writer)
		mark_alias(m, page, f->write.va, f->first_pa);
	if (f->culprit.known)
		mark_alias(m, page, f->culprit.va, f->line_pa);
	for (uint32_t i = 0; i < f->n_copies && i < WIRE_COPIES; i++)
		if (!f->copy[i].insn)
			mark_alias(m, page, f->copy[i].va, f->line_pa);
}

static void marks_of_data(struct marks *m, const struct report *r, const struct symbols *symbols)
{
	const struct wire_finding *f = r->f;
	uint32_t page = page_of(f->line_pa);
	bool has_writer = f->write.known && !f->by_device;
	uint32_t own = is_own_alias(f->read.va, f->read.pa) ? f->read.va : COH_VA_UNKNOWN;

	if (has_writer && is_own_alias(f->write.va, f->first_pa))
		own = f->write.va;
	mark_aliases(m, f, has_writer);
	if (f->by_device)
		both(m, MARK_DEVICE, page, hash_of(r->writer, 0));
	if (f->by == COH_BY_DEVICE_WRITE)
		both(m, MARK_DEVICE, page, hash_of(r->reader, 0));
	if (f->by == COH_BY_FETCH)
		return;
	seek(m, MARK_HOMONYM_PAGE, page, 0);
	if (has_writer && own != COH_VA_UNKNOWN && f->read.mm != f->write.mm &&
	    !words_is_of_device(f))
		seek(m, MARK_HOMONYM, 0, region_of(own, symbols));
}

static void marks_of(struct marks *m, const struct report *r, const struct symbols *symbols)
{
	m->n_seek = m->n_leave = 0;
	if (r->f->by == COH_BY_WALK)
		both(m, MARK_WALK, hash_of(r->writer, 0), hash_of(r->writer, 2166136261u));
	else if (r->f->cause == COH_OTHER_PAGE)
		marks_of_homonym(m, r->f, symbols);
	else
		marks_of_data(m, r, symbols);
}

/* Where in the table this mark is, or would be. */
static struct group_mark *place_of(const struct groups *g, const struct group_mark *m)
{
	uint32_t hash = ((m->kind * 16777619u ^ m->a) * 2654435761u ^ m->b) * 2654435761u;
	size_t i = (hash ^ hash >> 15) & (g->room - 1);

	while (g->mark[i].kind &&
	       (g->mark[i].kind != m->kind || g->mark[i].a != m->a || g->mark[i].b != m->b))
		i = (i + 1) & (g->room - 1);
	return &g->mark[i];
}

/* Room for the marks of one more finding, at most three quarters of the table taken. */
static bool grow_marks(struct groups *g)
{
	struct groups bigger = { .room = g->room ? 2 * g->room : 256 };

	if (4 * (g->n_marks + MARKS_MAX) <= 3 * g->room)
		return true;
	bigger.mark = calloc(bigger.room, sizeof(*bigger.mark));
	if (!bigger.mark)
		return false;
	for (size_t i = 0; i < g->room; i++)
		if (g->mark[i].kind)
			*place_of(&bigger, &g->mark[i]) = g->mark[i];
	free(g->mark);
	g->mark = bigger.mark;
	g->room = bigger.room;
	return true;
}

/* Each title that was never entered is alone. */
static bool grow_titles(struct groups *g, uint32_t title)
{
	size_t room = g->n ? g->n : 64;
	struct group_title *more;

	if (title < g->n)
		return true;
	while (room <= title)
		room *= 2;
	more = realloc(g->title, room * sizeof(*more));
	if (!more)
		return false;
	g->title = more;
	for (; g->n < room; g->n++)
		more[g->n] = (struct group_title){ (uint32_t)g->n, GROUP_RANKS, 0, true };
	return true;
}

uint32_t group_of(const struct groups *g, uint32_t title)
{
	struct group_title *t = g->title;

	while (title < g->n && t[title].parent != title) {
		/* Halves the way for who comes next. */
		t[title].parent = t[t[title].parent].parent;
		title = t[title].parent;
	}
	return title;
}

static void join(struct groups *g, uint32_t a, uint32_t b)
{
	uint32_t x = group_of(g, a), y = group_of(g, b);
	struct group_title *first = &g->title[x < y ? x : y], *second = &g->title[x < y ? y : x];

	if (first == second)
		return;
	first->alone = second->alone = false;
	second->parent = x < y ? x : y;
	if (second->shown < first->shown)
		first->shown = second->shown;
	if (second->lines > first->lines)
		first->lines = second->lines;
}

static bool is_name(const char *who)
{
	return strncmp(who, "0x", 2) && strcmp(who, "user mode") && strcmp(who, "unknown writer");
}

/* Joins the groups whose marks are found; a title that names nobody one only. */
static bool find_groups(struct groups *g, uint32_t title, const struct marks *m, bool named)
{
	bool found = false;

	for (unsigned i = 0; i < m->n_seek; i++) {
		const struct group_mark *at = place_of(g, &m->seek[i]);

		if (!at->kind)
			continue;
		if (named || g->title[title].alone)
			join(g, title, at->title);
		found = found || group_of(g, at->title) == group_of(g, title);
	}
	return found;
}

/* Looks for these marks, and leaves its own. */
static void enter_marks(struct groups *g, uint32_t title, const struct marks *m, bool named,
			bool is_new)
{
	/* What a nameless title's later findings are about need not be what its first was. */
	if (!find_groups(g, title, m, named) && !named && !is_new)
		return;
	for (unsigned i = 0; i < m->n_leave; i++) {
		struct group_mark *at = place_of(g, &m->leave[i]);

		if (at->kind)
			continue;
		*at = m->leave[i];
		at->title = title;
		g->n_marks++;
	}
}

void group_finding(struct groups *g, uint32_t title, const struct report *r,
		   const struct symbols *symbols)
{
	bool is_new = title >= g->n_titles, named = is_name(r->reader) || is_name(r->writer);
	struct marks m;

	if (!grow_titles(g, title) || !grow_marks(g)) {
		g->out_of_memory = true;
		return;
	}
	if (is_new)
		g->n_titles = title + 1;
	marks_of(&m, r, symbols);
	enter_marks(g, title, &m, named, is_new);
}

/* ---- by what is missing ---- */

static bool is_of_memory(const struct wire_event *e)
{
	return e->kind == COH_EVENT_DEVICE_WRITE || e->kind == COH_EVENT_COHERENT_WRITE;
}

/* Who has the line at place i. */
static uint32_t next_of(const struct wire_finding *f, uint32_t i)
{
	if (i < f->n_events)
		return is_of_memory(&f->event[i]) ? COH_VA_UNKNOWN : f->event[i].va;
	return words_is_of_device(f) || f->by == COH_BY_WALK ? COH_VA_UNKNOWN : f->read.va;
}

bool group_lack(const struct report *r, const struct advice *a, struct symbols *symbols,
		const struct library *library, struct group_lack *lack)
{
	const struct wire_finding *f = r->f;
	const struct advice_step *step = &a->step[0];
	const struct wire_event *e = step->first ? &f->event[step->first - 1] : NULL;
	struct code_place at;

	if (a->kind != ADVICE_OPS || f->cause == COH_OTHER_PAGE || f->by == COH_BY_WALK)
		return false;
	*lack = (struct group_lack){ .va = step->op.va, .insn = step->op.side == COH_INSN };
	lack->next_va = next_of(f, step->last);
	if (!e || !e->pc || e->va != step->op.va || step->op.each)
		return true;
	symbols_at(symbols, e->pc, 2, &at);
	if (!at.user && (!library_has(library, at.function) || library_fills_pages(at.function)))
		snprintf(lack->function, sizeof(lack->function), "%s", at.function);
	return true;
}

void group_lacking(struct groups *g, uint32_t title, const struct report *r,
		   const struct group_lack *lack, const struct symbols *symbols)
{
	uint32_t kind =
		lack->next_va == COH_VA_UNKNOWN ? 0 : 1 + !region_of(lack->next_va, symbols);
	struct marks m = { .n_seek = 0 };

	if (title >= g->n_titles || !grow_marks(g))
		return;
	if (!lack->insn)
		mark_alias(&m, page_of(r->f->line_pa), lack->va, r->f->line_pa);
	/* At its own address of a page anything may be another bug's. */
	if (lack->function[0] && !is_own_alias(lack->va, r->f->line_pa))
		both(&m, MARK_LACK, hash_of(lack->function, 0), kind << 1 | lack->insn);
	enter_marks(g, title, &m, is_name(r->reader) || is_name(r->writer), true);
}

unsigned group_rank(const struct report *r)
{
	const struct wire_finding *f = r->f;
	bool known = report_shows_values(f);

	return (known && report_values_same(f)) * GROUP_RANK_SAME +
	       (f->cause != COH_OTHER_PAGE) * 8u + !f->certain * 4u + !known * 2u +
	       !is_name(r->reader);
}

enum group_show group_show(struct groups *g, uint32_t title, unsigned rank)
{
	struct group_title *first;

	if (title >= g->n)
		return GROUP_WHOLE;
	first = &g->title[group_of(g, title)];
	if (rank < first->shown) {
		first->shown = (uint8_t)rank;
		return GROUP_WHOLE;
	}
	if (first->lines == GROUP_LINES)
		return GROUP_NOTHING;
	return ++first->lines == GROUP_LINES ? GROUP_LAST_LINE : GROUP_LINE;
}

void groups_free(struct groups *g)
{
	free(g->title);
	free(g->mark);
	*g = (struct groups){ 0 };
}
