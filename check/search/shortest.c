// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The shortest example: breadth first, where a state is known by the moves that lead to it
 * and made again by doing them.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/search/depend.h"
#include "check/search/explore.h"

struct node {
	uint32_t parent;
	move_t move;
};

struct breadth {
	struct system *system;
	const struct bounds *bounds;
	struct seen seen;
	struct node *node;
	uint32_t n, size;
	size_t most;	      /* bytes that states and nodes may have */
	unsigned char *state; /* of the node that is being expanded */
	size_t state_size;
	bool found, no_memory;
	bool deadlock; /* that is looked for, and nothing else */
	bool holds;    /* in some ending of it: what was found and what is in memory then */
	unsigned bits;
	uint32_t end[LITMUS_TERMS];
};

static void each_ending(void *context, const struct ending *e)
{
	struct breadth *b = context;
	const struct litmus *t = system_test(b->system);

	if (t->filter.n && !system_holds(e, &t->filter))
		return;
	if (b->deadlock ? !(e->outcome & OUTCOME_DEADLOCK) : !system_holds(e, &t->condition))
		return;
	if (b->holds)
		return;
	b->holds = true;
	b->bits = e->outcome;
	for (uint8_t i = 0; i < t->condition.n; i++)
		if (t->condition.term[i].kind == TERM_MEMORY)
			b->end[i] = system_value(e, &t->condition.term[i]);
}

/*
 * Does a run that stops here fulfil the condition?  A hazard found earlier counts at once, where
 * the condition asks for nothing else: what comes after it is of no interest.
 */
static bool is_example(struct breadth *b)
{
	const struct litmus_condition *c = &system_test(b->system)->condition;
	unsigned found = system_found(b->system);

	b->holds = false;
	if (c->n == 1 && !b->deadlock &&
	    ((c->term[0].kind == TERM_HAZARD && found) ||
	     (c->term[0].kind == TERM_STALE && found & OUTCOME_STALE) ||
	     (c->term[0].kind == TERM_IRQ && found & OUTCOME_IRQ))) {
		b->bits = found;
		return true;
	}
	if (system_is_over(b->system))
		system_endings(b->system, false, each_ending, b);
	else if (system_is_stuck(b->system))
		system_endings(b->system, true, each_ending, b);
	return b->holds;
}

static bool add(struct breadth *b, uint32_t parent, move_t move)
{
	if (b->n == b->size) {
		uint32_t size = b->size ? 2 * b->size : 1024;
		struct node *more;

		if (b->seen.bytes + size * sizeof(*more) > b->most)
			return false;
		more = realloc(b->node, size * sizeof(*more));
		if (!more)
			return false;
		b->node = more;
		b->size = size;
	}
	b->node[b->n++] = (struct node){ parent, move };
	return true;
}

/* The moves to a node, first to last, into path; how many. */
static uint32_t path_to(const struct breadth *b, uint32_t node, move_t **path)
{
	uint32_t depth = 0, i;

	for (i = node; i; i = b->node[i].parent)
		depth++;
	*path = malloc((depth + 1) * sizeof(**path));
	if (!*path)
		return 0;
	for (i = node; i; i = b->node[i].parent)
		(*path)[--depth] = b->node[i].move;
	for (i = node; i; i = b->node[i].parent)
		depth++;
	return depth;
}

static bool go_to(struct breadth *b, uint32_t node)
{
	move_t *path;
	uint32_t depth = path_to(b, node, &path);

	if (!path)
		return false;
	system_reset(b->system);
	for (uint32_t i = 0; i < depth; i++)
		system_do(b->system, path[i], NULL);
	free(path);
	return true;
}

static bool keep_state(struct breadth *b)
{
	size_t size = system_size(b->system);

	if (size > b->state_size) {
		unsigned char *more = realloc(b->state, size);

		if (!more)
			return false;
		b->state = more;
		b->state_size = size;
	}
	system_save(b->system, b->state);
	return true;
}

/* All successors of a node that are new; found: the last of them is the example. */
static bool expand(struct breadth *b, uint32_t node)
{
	move_t moves[SYSTEM_MOVES];
	unsigned n;
	size_t size;

	if (!go_to(b, node) || !keep_state(b))
		return false;
	size = system_size(b->system);
	n = depend_moves(b->system, moves, b->bounds->reduce);
	for (unsigned i = 0; n != UINT_MAX && i < n; i++) {
		enum seen_answer answer;

		system_load(b->system, b->state, size);
		if (!system_do(b->system, moves[i], NULL))
			return false;
		answer = seen_add(&b->seen, system_key(b->system),
				  b->most - b->size * sizeof(*b->node));
		if (answer == SEEN_BEFORE)
			continue;
		if (answer != SEEN_NEW || !add(b, node, moves[i]))
			return false;
		if (is_example(b)) {
			b->found = true;
			return true;
		}
	}
	return n != UINT_MAX;
}

/* ---- what it looks like ---- */

/* An alias that no run ever maps names nothing that is cached. */
static bool is_ever_mapped(const struct litmus *t, uint8_t alias)
{
	if (!t->alias[alias].unmapped && t->alias[alias].kind != LITMUS_VMAP)
		return true;
	for (uint8_t c = 0; c < t->n_contexts; c++)
		for (uint8_t i = 0; i < t->context[c].n_instrs; i++) {
			enum litmus_op op = t->context[c].instr[i].op;

			if (t->context[c].instr[i].alias == alias &&
			    (op == OP_MAP || op == OP_MMAP || op == OP_VMAP || op == OP_PROTECT))
				return true;
			if (op == OP_FORK && t->alias[alias].mm == t->context[c].instr[i].first)
				return true;
		}
	return false;
}

static uint8_t alias_of(const struct system *s, const struct coh_machine_line_state *line,
			unsigned side, uint8_t page)
{
	const struct coh_cache *c =
		side == COH_DATA ? &system_target(s)->core.dcache : &system_target(s)->core.icache;
	const struct litmus *t = system_test(s);
	uint64_t span = c->kind == COH_VIPT ? coh_cache_span(c) : UINT64_MAX;
	uint8_t other = LITMUS_NONE; /* its address, with another page at the start */

	if (c->kind == COH_PIPT)
		return LITMUS_NONE;
	for (uint8_t a = 0; a < t->n_aliases; a++) {
		uint64_t va;

		if (!is_ever_mapped(t, a) || !system_address(s, a, &va) ||
		    (c->kind == COH_VIPT && t->alias[a].page != page))
			continue;
		va += line->pa % litmus_page_size(t) / LITMUS_LINE * LITMUS_LINE;
		if (c->kind == COH_VIVT ? va != line->va : (va ^ line->va) % span)
			continue;
		if (t->alias[a].page == page)
			return a;
		if (other == LITMUS_NONE)
			other = a;
	}
	return other;
}

static void note_copy(struct trail_step *step, const struct system *s, unsigned cpu, unsigned side,
		      const struct coh_machine_line_state *line, uint8_t page, bool outer)
{
	const struct litmus *t = system_test(s);
	struct copy_state *c;

	if (!line->valid || step->n_copies == TRAIL_COPIES)
		return;
	c = &step->copy[step->n_copies++];
	*c = (struct copy_state){ .cpu = (uint8_t)cpu,
				  .side = (uint8_t)side,
				  .page = page,
				  .line = (uint8_t)(line->pa % litmus_page_size(t) / LITMUS_LINE),
				  .dirty = line->dirty,
				  .stale = line->stale,
				  .outer = outer };
	c->alias = outer ? (uint8_t)LITMUS_NONE : alias_of(s, line, side, page);
	memcpy(c->word, line->bytes, t->words * sizeof(*c->word));
}

static void note_page(struct trail_step *step, const struct system *s, uint8_t page, uint64_t pa)
{
	const struct coh_machine *m = system_machine(s);
	const struct coh_machine_config *config = coh_machine_config(m);
	const struct litmus *t = system_test(s);
	struct coh_machine_line_state line;

	for (unsigned cpu = 0; cpu < config->cpus; cpu++)
		for (unsigned side = COH_DATA; side <= COH_INSN; side++) {
			const struct coh_cache *c =
				side == COH_DATA ? &config->dcache : &config->icache;
			uint32_t places[TRAIL_COPIES], n;

			if (!c->size)
				continue;
			n = coh_machine_copies(m, cpu, (enum coh_side)side, pa, config->page,
					       places, TRAIL_COPIES);
			for (uint32_t i = 0; i < n && i < TRAIL_COPIES; i++) {
				coh_machine_look(m, cpu, (enum coh_side)side, places[i] / c->ways,
						 places[i] % c->ways, &line);
				note_copy(step, s, cpu, side, &line, page, false);
			}
		}
	for (uint32_t at = 0; at < config->page; at += LITMUS_LINE) {
		uint32_t place = coh_machine_outer_copy(m, pa + at);

		if (place == UINT32_MAX)
			continue;
		coh_machine_outer_look(m, place / config->outer.ways, place % config->outer.ways,
				       &line);
		note_copy(step, s, 0, COH_DATA, &line, page, true);
	}
	for (uint32_t w = 0; w < (uint32_t)t->lines * t->words; w++) {
		uint64_t at = pa + litmus_offset(t, w);
		uint8_t *value = (uint8_t *)&step->memory[page][w];

		for (unsigned b = 0; b < 4; b++) {
			value[b] = coh_machine_memory(m, at + b);
			if (value[b] != coh_machine_newest(m, at + b))
				step->memory_stale[page] |= 1ull << w;
		}
	}
}

/* The first word that is not the newest in some ending. */
static void note_lost(void *context, const struct ending *e)
{
	struct trail *trail = context;
	const struct litmus *t = system_test(e->system);
	const struct coh_machine *m = system_machine(e->system);

	for (uint8_t p = 0; p < t->n_pages && !trail->lost[0]; p++)
		for (uint32_t w = 0; w < (uint32_t)t->lines * t->words && !t->page[p].scratch;
		     w++) {
			struct litmus_term place = { .kind = TERM_MEMORY,
						     .index = p,
						     .word = (uint8_t)w };
			uint32_t value = system_value(e, &place), newest;
			char is[LITMUS_VALUE], should[LITMUS_VALUE];

			for (unsigned b = 0; b < 4; b++)
				((uint8_t *)&newest)[b] = coh_machine_newest(
					m, system_page_pa(e->system, p) + litmus_offset(t, w) + b);
			if (value == newest)
				continue;
			snprintf(trail->lost, sizeof(trail->lost),
				 "%s[%u] can be %s in memory, the newest is %s", t->page[p].name, w,
				 litmus_value_text(t, value, is),
				 litmus_value_text(t, newest, should));
			return;
		}
}

static struct trail *make_trail(struct breadth *b)
{
	struct trail *t = calloc(1, sizeof(*t));
	move_t *path = NULL;

	if (!t)
		return NULL;
	t->n = path_to(b, b->n - 1, &path);
	t->step = calloc(t->n ? t->n : 1, sizeof(*t->step));
	if (!t->step || !path) {
		free(path);
		trail_free(t);
		return NULL;
	}
	system_reset(b->system);
	for (unsigned i = 0; i < t->n; i++) {
		system_do(b->system, path[i], &t->step[i].event);
		for (uint8_t p = 0; p < system_test(b->system)->n_pages; p++)
			note_page(&t->step[i], b->system, p, system_page_pa(b->system, p));
	}
	t->bits = b->bits;
	t->has_end = b->holds;
	memcpy(t->end, b->end, sizeof(t->end));
	if (b->bits & OUTCOME_DEADLOCK)
		system_stuck_text(b->system, t->stuck, sizeof(t->stuck));
	if (b->bits & OUTCOME_LOST)
		system_endings(b->system, false, note_lost, t);
	free(path);
	return t;
}

void trail_free(struct trail *t)
{
	if (!t)
		return;
	free(t->step);
	free(t);
}

static bool may_go_on(const struct breadth *b)
{
	return !b->found && !bounds_met(b->bounds) &&
	       (!b->bounds->states || b->n < b->bounds->states);
}

/* At least what a very short example needs. */
static size_t most_bytes(const struct bounds *bounds)
{
	const size_t least = 1 << 20;
	size_t resident = explore_resident();

	if (!bounds->bytes)
		return SIZE_MAX;
	return bounds->bytes > resident + least ? (size_t)bounds->bytes - resident : least;
}

struct trail *verdict_shortest(const struct litmus *test, const struct target *target,
			       const struct verdict *v, const struct bounds *bounds)
{
	struct breadth b = { .bounds = bounds, .deadlock = v->found == FOUND_DEADLOCK };
	struct trail *trail = NULL;
	char why[256];

	b.system = system_new(test, target, why, sizeof(why));
	if (!b.system)
		return NULL;
	seen_init(&b.seen);
	b.most = most_bytes(bounds);
	system_reset(b.system);
	seen_add(&b.seen, system_key(b.system), SIZE_MAX);
	if (add(&b, 0, 0) && !(b.found = is_example(&b)))
		for (uint32_t i = 0; i < b.n && may_go_on(&b) && expand(&b, i); i++)
			;
	if (b.found)
		trail = make_trail(&b);
	seen_free(&b.seen);
	system_free(b.system);
	free(b.node);
	free(b.state);
	return trail;
}
