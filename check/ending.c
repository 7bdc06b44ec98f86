// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * How a run ends: dirty lines are written back, in an order that hardware chooses, and memory
 * is then what it is.  Of the dirty copies of one line the last one written back counts.
 */
#include <stdlib.h>
#include <string.h>

#include "check/layer.h"
#include "check/system_internal.h"

#define COPIES 16u

/* What one line may be in memory at the end. */
struct choices {
	unsigned n;
	const uint8_t *bytes[COPIES];
};

static void dirty_copies(const struct system *s, uint64_t pa, struct choices *to)
{
	const struct coh_cache *d = &s->config.dcache;

	for (unsigned cpu = 0; cpu < s->config.cpus; cpu++) {
		uint32_t places[COPIES];
		uint32_t n = coh_machine_copies(s->machine, cpu, COH_DATA, pa, LITMUS_LINE, places,
						COPIES);

		for (uint32_t i = 0; i < n && i < COPIES; i++) {
			struct coh_machine_line_state line;

			coh_machine_look(s->machine, cpu, COH_DATA, places[i] / d->ways,
					 places[i] % d->ways, &line);
			if (line.dirty && to->n < COPIES)
				to->bytes[to->n++] = line.bytes;
		}
	}
}

static void choices_of(const struct system *s, uint64_t pa, uint8_t memory[LITMUS_LINE],
		       struct choices *to)
{
	uint32_t place = coh_machine_outer_copy(s->machine, pa);
	struct coh_machine_line_state line;

	to->n = 0;
	dirty_copies(s, pa, to);
	if (to->n)
		return;
	to->n = 1;
	to->bytes[0] = memory;
	for (unsigned i = 0; i < LITMUS_LINE; i++)
		memory[i] = coh_machine_memory(s->machine, pa + i);
	if (place == UINT32_MAX)
		return;
	coh_machine_outer_look(s->machine, place / s->config.outer.ways,
			       place % s->config.outer.ways, &line);
	if (line.dirty)
		to->bytes[0] = line.bytes;
}

struct walk {
	struct system *s;
	void (*each)(void *context, const struct ending *ending);
	void *context;
	struct ending ending;
	uint8_t *memory;
	bool stuck;
	uint64_t asked; /* pages that condition, filter or locations speak of */
};

static bool is_lost(const struct system *s, uint64_t pa, const uint8_t *bytes)
{
	for (unsigned i = 0; i < LITMUS_LINE; i++)
		if (bytes[i] != coh_machine_newest(s->machine, pa + i))
			return true;
	return false;
}

static void from_line(struct walk *w, uint32_t line, unsigned outcome);

/* Only choices that somebody can tell apart are told apart. */
static void try_choice(struct walk *w, uint32_t line, unsigned outcome, const struct choices *c,
		       unsigned which, bool lost)
{
	uint32_t page = line / w->s->test->lines;

	for (unsigned before = 0; before < which; before++)
		if (!(w->asked >> page & 1)
			    ? is_lost(w->s,
				      (uint64_t)layer_frame_of(w->s, (uint8_t)page) *
						      litmus_page_size(w->s->test) +
					      line % w->s->test->lines * LITMUS_LINE,
				      c->bytes[before]) == lost
			    : !memcmp(c->bytes[before], c->bytes[which], LITMUS_LINE))
			return;
	memcpy(w->memory + (size_t)line * LITMUS_LINE, c->bytes[which], LITMUS_LINE);
	if (lost && !w->s->test->page[page].scratch && !w->stuck)
		outcome |= OUTCOME_LOST;
	from_line(w, line + 1, outcome);
}

static void from_line(struct walk *w, uint32_t line, unsigned outcome)
{
	const struct litmus *t = w->s->test;
	uint8_t memory[LITMUS_LINE];
	struct choices c;
	uint64_t pa;

	if (line == (uint32_t)t->n_pages * t->lines) {
		w->ending.outcome = outcome;
		w->each(w->context, &w->ending);
		return;
	}
	pa = (uint64_t)layer_frame_of(w->s, (uint8_t)(line / t->lines)) * litmus_page_size(t) +
	     line % t->lines * LITMUS_LINE;
	choices_of(w->s, pa, memory, &c);
	for (unsigned i = 0; i < c.n; i++)
		try_choice(w, line, outcome, &c, i, is_lost(w->s, pa, c.bytes[i]));
}

static uint64_t pages_in(const struct litmus_term *terms, unsigned n)
{
	uint64_t pages = 0;

	for (unsigned i = 0; i < n; i++)
		if (terms[i].kind == TERM_MEMORY)
			pages |= 1ull << terms[i].index;
	return pages;
}

void system_endings(struct system *s, bool stuck,
		    void (*each)(void *context, const struct ending *ending), void *context)
{
	const struct litmus *t = s->test;
	uint8_t memory[LITMUS_PAGES * 8 * LITMUS_LINE];
	struct walk w = { .s = s,
			  .each = each,
			  .context = context,
			  .ending = { .system = s, .memory = memory },
			  .memory = memory,
			  .stuck = stuck };

	w.asked = pages_in(t->condition.term, t->condition.n) |
		  pages_in(t->filter.term, t->filter.n) | pages_in(t->location, t->n_locations);
	from_line(&w, 0, s->run->found | (stuck ? OUTCOME_DEADLOCK : 0u));
}

/* ---- conditions ---- */

uint32_t system_value(const struct ending *e, const struct litmus_term *place)
{
	const struct system *s = e->system;
	uint32_t value;

	switch (place->kind) {
	case TERM_REG:
		return *reg_of(s, place->context, place->index);
	case TERM_VAR:
		return s->run->word[place->index];
	case TERM_MEMORY:
		memcpy(&value,
		       e->memory + (size_t)place->index * litmus_page_size(s->test) +
			       litmus_offset(s->test, place->word),
		       4);
		return value;
	default:
		return 0;
	}
}

static bool term_holds(const struct ending *e, const struct litmus_term *t)
{
	switch (t->kind) {
	case TERM_STALE:
		return e->outcome & OUTCOME_STALE;
	case TERM_LOST:
		return e->outcome & OUTCOME_LOST;
	case TERM_DEADLOCK:
		return e->outcome & OUTCOME_DEADLOCK;
	case TERM_IRQ:
		return e->outcome & OUTCOME_IRQ;
	case TERM_HAZARD:
		return e->outcome & OUTCOME_HAZARD;
	case TERM_TRUE:
		return true;
	default:
		return raw_compare(t->compare, system_value(e, t), t->value);
	}
}

bool system_holds(const struct ending *e, const struct litmus_condition *condition)
{
	bool stack[LITMUS_TERMS + 1] = { true };
	unsigned n = 0;

	for (uint8_t i = 0; i < condition->n; i++) {
		const struct litmus_term *t = &condition->term[i];

		switch (t->kind) {
		case TERM_NOT:
			stack[n - 1] = !stack[n - 1];
			break;
		case TERM_AND:
			n--;
			stack[n - 1] = stack[n - 1] && stack[n];
			break;
		case TERM_OR:
			n--;
			stack[n - 1] = stack[n - 1] || stack[n];
			break;
		default:
			stack[n++] = term_holds(e, t);
		}
	}
	return stack[0];
}
