// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* What hardware may do at any time: evictions, fills, speculated stores, forgotten translations. */
#include <stdio.h>

#include "check/system/layer.h"
#include "check/system/system_internal.h"

#define PLACES 64u /* of copies of one line, at most */

struct list {
	move_t *moves;
	unsigned n;
};

static void add(struct list *l, move_t move)
{
	if (l->n < SYSTEM_MOVES)
		l->moves[l->n] = move;
	l->n++;
}

/* Is any of the lines [pa, pa + len) in the mask? */
static uint64_t mask_of(const struct system *s, uint64_t pa)
{
	uint32_t page = layer_page_at(s, pa / litmus_page_size(s->test));

	if (page >= s->test->n_pages)
		return FOOTPRINT_OTHER;
	return footprint_line(s, (uint8_t)page,
			      (uint32_t)(pa % litmus_page_size(s->test)) / LITMUS_LINE);
}

static void evictions(struct system *s, struct list *l, uint64_t lines, bool all)
{
	uint64_t memory = (uint64_t)s->config.pages * s->config.page;
	uint32_t places[PLACES];

	for (unsigned cpu = 0; cpu < s->config.cpus; cpu++)
		for (enum coh_side side = COH_DATA; side <= COH_INSN; side++) {
			const struct coh_cache *cache =
				side == COH_DATA ? &s->config.dcache : &s->config.icache;
			uint32_t n;

			if (!cache->size)
				continue;
			n = coh_machine_copies(s->machine, cpu, side, 0, memory, places, PLACES);
			for (uint32_t i = 0; i < n && i < PLACES; i++) {
				struct coh_machine_line_state line;

				coh_machine_look(s->machine, cpu, side, places[i] / cache->ways,
						 places[i] % cache->ways, &line);
				if (all || mask_of(s, line.pa) & lines)
					add(l, move_make(MOVE_EVICT, cpu, side, places[i]));
			}
		}
}

static void outer_evictions(struct system *s, struct list *l, uint64_t lines, bool all)
{
	uint64_t memory = (uint64_t)s->config.pages * s->config.page;

	for (uint64_t pa = 0; s->config.outer.size && pa < memory; pa += LITMUS_LINE) {
		uint32_t place = coh_machine_outer_copy(s->machine, pa);

		if (place != UINT32_MAX && (all || mask_of(s, pa) & lines))
			add(l, move_make(MOVE_OUTER, 0, 0, place));
	}
}

/* Of one line through one alias: filled if it is absent, and then marked dirty. */
static void fill(struct system *s, struct list *l, unsigned cpu, uint8_t alias, uint32_t line)
{
	const struct litmus_alias *a = &s->test->alias[alias];
	uint32_t mm = coh_machine_mm(s->machine, cpu);
	uint32_t what = (uint32_t)alias << 8 | line;
	struct coh_machine_line_state state;
	uint64_t va;
	uint32_t set, way;

	if ((a->kind == LITMUS_USER && mm != a->mm + 1u) || !system_address(s, alias, &va))
		return;
	va += line * LITMUS_LINE;
	for (enum coh_side side = COH_DATA; side <= COH_INSN; side++) {
		bool speculates = side == COH_INSN
					  ? s->fills
					  : s->target.core.speculates == COH_SPECULATES_DATA;

		if ((side == COH_INSN && !s->config.icache.size) || !speculates)
			continue;
		if (!coh_machine_find(s->machine, cpu, side, va, &set, &way)) {
			add(l, move_make(MOVE_FILL, cpu, side, what));
		} else if (side == COH_DATA && s->target.dirties) {
			coh_machine_look(s->machine, cpu, side, set, way, &state);
			if (!state.dirty)
				add(l, move_make(MOVE_DIRTY, cpu, 0, what));
		}
	}
}

static void fills(struct system *s, struct list *l, uint64_t lines, bool all)
{
	for (unsigned cpu = 0; cpu < s->config.cpus; cpu++)
		for (uint8_t a = 0; a < s->test->n_aliases; a++) {
			/* One of several aliases at one address and in one mm is enough. */
			if (s->test->alias[a].where != a &&
			    s->test->alias[s->test->alias[a].where].mm == s->test->alias[a].mm)
				continue;
			for (uint32_t line = 0; line < s->test->lines; line++)
				if (all || footprint_line(s, s->test->alias[a].page, line) & lines)
					fill(s, l, cpu, a, line);
		}
}

static void tlb_evictions(struct system *s, struct list *l, uint32_t tlbs, bool all)
{
	struct coh_machine_tlb_state state;

	for (unsigned cpu = 0; cpu < s->config.cpus; cpu++)
		for (uint32_t e = 0; e < s->config.tlb && (all || tlbs >> cpu & 1); e++)
			if (coh_machine_tlb_look(s->machine, cpu, e, &state))
				add(l, move_make(MOVE_TLB, cpu, 0, e));
}

unsigned hardware_moves(struct system *s, uint64_t lines, uint32_t tlbs, move_t *moves, unsigned n,
			bool all)
{
	struct list l = { moves, n };

	if (lines || all) {
		evictions(s, &l, lines, all);
		outer_evictions(s, &l, lines, all);
		if (s->fills)
			fills(s, &l, lines, all);
	}
	if (s->config.tlb && (tlbs || all))
		tlb_evictions(s, &l, tlbs, all);
	return l.n;
}

/* ---- doing it ---- */

/* The first alias that the line could be known by; NULL: the cache does not tell them apart. */
static const char *alias_text(const struct system *s, const struct coh_machine_line_state *line,
			      enum coh_side side, uint32_t page)
{
	const struct coh_cache *c =
		side == COH_INSN && s->config.icache.size ? &s->config.icache : &s->config.dcache;
	uint64_t in_page = line->pa % litmus_page_size(s->test) / LITMUS_LINE * LITMUS_LINE, va;

	for (uint8_t a = 0; c->kind != COH_PIPT && a < s->test->n_aliases; a++) {
		if (!system_address(s, a, &va) ||
		    (c->kind == COH_VIPT && s->test->alias[a].page != page))
			continue;
		va = (va + in_page) ^ line->va;
		if (c->kind == COH_VIVT ? !va : !(va % coh_cache_span(c)))
			return s->test->alias[a].name;
	}
	return NULL;
}

static void say_line(const struct system *s, const struct coh_machine_line_state *line,
		     const char *verb, enum coh_side side, struct event *event)
{
	uint32_t page = layer_page_at(s, line->pa / litmus_page_size(s->test));
	uint32_t at = (uint32_t)(line->pa % litmus_page_size(s->test)) / LITMUS_LINE;
	const char *name = alias_text(s, line, side, page);

	if (!name)
		name = page < s->test->n_pages ? s->test->page[page].name : "another page";
	snprintf(event->text, sizeof(event->text), "hardware %s %s%s%s", verb,
		 side == COH_INSN ? "the code line of "
		 : line->dirty	  ? "the dirty line of "
				  : "",
		 name, "");
	if (s->test->lines > 1)
		snprintf(event->text, sizeof(event->text), "hardware %s %sline %u of %s", verb,
			 side == COH_INSN ? "the code "
			 : line->dirty	  ? "the dirty "
					  : "",
			 at, name);
}

static void evict(struct system *s, move_t move, struct event *event)
{
	enum coh_side side = move_side(move);
	const struct coh_cache *c = side == COH_DATA ? &s->config.dcache : &s->config.icache;
	uint32_t set = move_what(move) / c->ways, way = move_what(move) % c->ways;
	struct coh_machine_line_state line;

	if (event) {
		coh_machine_look(s->machine, move_cpu(move), side, set, way, &line);
		event->kind = EVENT_EVICT;
		say_line(s, &line, line.dirty ? "evicts and writes back" : "evicts", side, event);
	}
	coh_machine_evict(s->machine, move_cpu(move), side, set, way);
}

void hardware_do(struct system *s, move_t move, struct event *event)
{
	uint8_t alias = (uint8_t)(move_what(move) >> 8);
	uint32_t line = move_what(move) & 255;
	uint64_t va = 0;

	if (event) {
		event->context = LITMUS_NONE;
		event->cpu = (uint8_t)move_cpu(move);
	}
	switch (move_kind(move)) {
	case MOVE_EVICT:
		evict(s, move, event);
		return;
	case MOVE_OUTER:
		if (event) {
			event->kind = EVENT_OUTER_EVICT;
			snprintf(event->text, sizeof(event->text),
				 "hardware evicts a line of the second level");
		}
		coh_machine_outer_evict(s->machine, move_what(move) / s->config.outer.ways,
					move_what(move) % s->config.outer.ways);
		return;
	case MOVE_TLB:
		if (event) {
			event->kind = EVENT_TLB_EVICT;
			snprintf(event->text, sizeof(event->text), "the TLB forgets a translation");
		}
		coh_machine_tlb_evict(s->machine, move_cpu(move), move_what(move));
		return;
	default:
		break;
	}
	system_address(s, alias, &va);
	va += line * LITMUS_LINE;
	if (event) {
		bool fills = move_kind(move) == MOVE_FILL;

		event->kind = fills ? EVENT_FILL : EVENT_DIRTY;
		snprintf(event->text, sizeof(event->text), "hardware %s %s%s",
			 fills ? "fills, unasked," : "speculates a store, and marks dirty,",
			 move_side(move) == COH_INSN ? "the code line of " : "",
			 s->test->alias[alias].name);
	}
	if (move_kind(move) == MOVE_FILL)
		coh_machine_fill(s->machine, move_cpu(move), move_side(move), va, NULL);
	else
		coh_machine_dirty(s->machine, move_cpu(move), va);
}
