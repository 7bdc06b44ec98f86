// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * How a run ends: dirty lines are written back, in an order that hardware chooses, and memory
 * is then what it is.  Of the dirty copies of one line the last one written back counts.
 */
#include <stdlib.h>
#include <string.h>

#include "check/system/layer.h"
#include "check/system/system_internal.h"

#define COPIES	16u
#define ENDINGS 4096u /* of one state */

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
	unsigned n; /* endings so far */
	bool stuck;
	uint64_t asked; /* lines that condition, filter or locations speak of */
};

static uint64_t address_of(const struct system *s, uint32_t line)
{
	const struct litmus *t = s->test;

	return (uint64_t)layer_frame_of(s, (uint8_t)(line / t->lines)) * litmus_page_size(t) +
	       line % t->lines * LITMUS_LINE;
}

static uint32_t n_lines(const struct walk *w)
{
	return (uint32_t)w->s->test->n_pages * w->s->test->lines;
}

static bool is_lost(const struct system *s, uint64_t pa, const uint8_t *bytes)
{
	for (unsigned i = 0; i < LITMUS_LINE; i++)
		if (bytes[i] != coh_machine_newest(s->machine, pa + i))
			return true;
	return false;
}

static bool from_line(struct walk *w, uint32_t line, unsigned outcome);

static bool try_choice(struct walk *w, uint32_t line, unsigned outcome, const struct choices *c,
		       unsigned which, bool lost)
{
	for (unsigned before = 0; before < which; before++)
		if (!memcmp(c->bytes[before], c->bytes[which], LITMUS_LINE))
			return true;
	memcpy(w->memory + (size_t)line * LITMUS_LINE, c->bytes[which], LITMUS_LINE);
	if (lost && !w->s->test->page[line / w->s->test->lines].scratch && !w->stuck)
		outcome |= OUTCOME_LOST;
	return from_line(w, line + 1, outcome);
}

/* Every choice of every line that is asked for; false: too many. */
static bool from_line(struct walk *w, uint32_t line, unsigned outcome)
{
	uint8_t memory[LITMUS_LINE];
	struct choices c;
	uint64_t pa;

	while (line < n_lines(w) && !(w->asked >> line & 1))
		line++;
	if (line == n_lines(w)) {
		if (w->n++ == ENDINGS)
			return false;
		w->ending.outcome = outcome;
		w->each(w->context, &w->ending);
		return true;
	}
	pa = address_of(w->s, line);
	choices_of(w->s, pa, memory, &c);
	for (unsigned i = 0; i < c.n; i++)
		if (!try_choice(w, line, outcome, &c, i, is_lost(w->s, pa, c.bytes[i])))
			return false;
	return true;
}

/*
 * Of the lines that nobody asks for it matters only whether one of them can be lost, and whether
 * all can be kept: each choice of each, times all others, would be 2 to the power of the lines.
 * Makes each of them as wanted, if it can be.  Is it so: lost, of any; kept, of all?
 */
static bool settle(struct walk *w, bool lost)
{
	bool any = false, all = true;

	for (uint32_t line = 0; line < n_lines(w); line++) {
		uint64_t pa = address_of(w->s, line);
		uint8_t memory[LITMUS_LINE];
		struct choices c;
		unsigned i = 0;

		if (w->asked >> line & 1)
			continue;
		choices_of(w->s, pa, memory, &c);
		while (i < c.n && is_lost(w->s, pa, c.bytes[i]) != lost)
			i++;
		memcpy(w->memory + (size_t)line * LITMUS_LINE, c.bytes[i < c.n ? i : 0],
		       LITMUS_LINE);
		if (w->s->test->page[line / w->s->test->lines].scratch)
			continue;
		any |= i < c.n;
		all &= i < c.n;
	}
	return lost ? any : all;
}

static uint64_t lines_in(const struct litmus *t, const struct litmus_term *terms, unsigned n)
{
	uint64_t lines = 0;

	for (unsigned i = 0; i < n; i++)
		if (terms[i].kind == TERM_MEMORY)
			lines |= 1ull << (terms[i].index * t->lines + terms[i].word / t->words);
	return lines;
}

bool system_endings(struct system *s, bool stuck,
		    void (*each)(void *context, const struct ending *ending), void *context)
{
	const struct litmus *t = s->test;
	uint8_t memory[LITMUS_PAGES * 8 * LITMUS_LINE];
	unsigned outcome = s->run->found | (stuck ? OUTCOME_DEADLOCK : 0u);
	struct walk w = { .s = s,
			  .each = each,
			  .context = context,
			  .ending = { .system = s, .memory = memory },
			  .memory = memory,
			  .stuck = stuck };

	w.asked = lines_in(t, t->condition.term, t->condition.n) |
		  lines_in(t, t->filter.term, t->filter.n) |
		  lines_in(t, t->location, t->n_locations);
	/* Whoever waits for ever has lost nothing yet. */
	if (!stuck && settle(&w, true) && !from_line(&w, 0, outcome | OUTCOME_LOST))
		return false;
	return (!settle(&w, false) && !stuck) || from_line(&w, 0, outcome);
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
