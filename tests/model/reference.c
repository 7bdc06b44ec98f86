// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "tests/model/reference.h"

#define SIDES	   2u
#define SLOTS	   12u /* names of lines, a side */
#define STATES_MAX (1u << 13)
#define BUCKETS	   (STATES_MAX * 2)
#define ANY	   (~0u)

struct line {
	uint8_t here : 1, dirty : 1;
	uint8_t pending : 1;	 /* to be named by the sweep in progress */
	uint8_t home : 2;	 /* the page that it was filled from */
	uint8_t ways;		 /* where it may sit, a mask */
	uint8_t data[REF_CELLS]; /* of its own cells; 0 elsewhere */
};

struct state {
	uint8_t memory[REF_PPAGES][REF_CELLS];
	uint8_t unused[4]; /* 0 */
	struct line line[SIDES][SLOTS];
};

struct state_set {
	struct state *state;
	unsigned n;
	uint32_t *bucket; /* index + 1 of a state, or 0 */
	uint32_t *at;	  /* the bucket of each state */
	bool overflow;
};

struct ref_machine {
	struct ref_geometry geo;
	uint8_t newest[REF_PPAGES][REF_CELLS];
	unsigned next_version;
	bool incomplete;
	struct state_set now, then;
};

/* ---- sets of states ---- */

static void set_init(struct state_set *set)
{
	set->state = calloc(STATES_MAX, sizeof(*set->state));
	set->bucket = calloc(BUCKETS, sizeof(*set->bucket));
	set->at = calloc(STATES_MAX, sizeof(*set->at));
	if (!set->state || !set->bucket || !set->at)
		abort();
}

static void set_free(struct state_set *set)
{
	free(set->state);
	free(set->bucket);
	free(set->at);
}

static uint32_t hash(const struct state *s)
{
	const uint8_t *byte = (const uint8_t *)s;
	uint64_t h = 0, word;

	_Static_assert(sizeof(*s) % sizeof(word) == 0, "hashed by words");
	for (size_t i = 0; i < sizeof(*s); i += sizeof(word)) {
		memcpy(&word, byte + i, sizeof(word));
		h = (h ^ word) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 29;
	}
	return (uint32_t)(h >> 16) % BUCKETS;
}

/* A dead line has no leftovers, so equal states are equal bytes. */
static void set_add(struct state_set *set, const struct state *s)
{
	uint32_t b = hash(s);

	for (; set->bucket[b]; b = (b + 1) % BUCKETS)
		if (!memcmp(&set->state[set->bucket[b] - 1], s, sizeof(*s)))
			return;
	if (set->n == STATES_MAX) {
		set->overflow = true;
		return;
	}
	set->at[set->n] = b;
	set->state[set->n++] = *s;
	set->bucket[b] = set->n;
}

static void set_clear(struct state_set *set)
{
	while (set->n)
		set->bucket[set->at[--set->n]] = 0;
	set->overflow = false;
}

/* ---- names ---- */

static unsigned line_of(const struct ref_geometry *g, unsigned cell)
{
	return g->offset[cell] / g->line;
}

static unsigned slot_of(const struct ref_geometry *g, enum coh_side side, unsigned vpage,
			unsigned ppage, unsigned line)
{
	switch (g->kind[side]) {
	case COH_VIVT:
		return vpage * REF_LINES + line;
	case COH_VIPT:
		return (ppage * 2 + g->colour[vpage]) * REF_LINES + line;
	default:
		return ppage * REF_LINES + line;
	}
}

/* The colour in a data line's set number: only VIPT has one here. */
static unsigned slot_colour(const struct ref_geometry *g, unsigned slot)
{
	return g->kind[COH_DATA] == COH_VIPT ? slot / REF_LINES % 2 : 0;
}

/* ---- what happens to one line ---- */

static void fill(const struct ref_geometry *g, struct state *s, struct line *l, unsigned ppage,
		 unsigned line)
{
	l->here = 1;
	l->home = ppage & 3;
	l->ways = (uint8_t)((1u << g->ways) - 1);
	for (unsigned c = 0; c < REF_CELLS; c++)
		if (line_of(g, c) == line)
			l->data[c] = s->memory[ppage][c];
}

static void clean(const struct ref_geometry *g, struct state *s, struct line *l, unsigned line)
{
	for (unsigned c = 0; c < REF_CELLS; c++)
		if (l->dirty && line_of(g, c) == line)
			s->memory[l->home][c] = l->data[c];
	l->dirty = 0;
}

static void drop(struct line *l)
{
	memset(l, 0, sizeof(*l));
}

static void operate(const struct ref_geometry *g, struct state *s, struct line *l, unsigned line,
		    enum coh_op op)
{
	if (!l->here)
		return;
	if (op != COH_INVALIDATE)
		clean(g, s, l, line);
	if (op != COH_CLEAN)
		drop(l);
}

/* ---- steps ---- */

/* Everything that evictions can make of what is in the set. */
static void close_under_eviction(const struct ref_geometry *g, struct state_set *set)
{
	for (unsigned i = 0; i < set->n; i++)
		for (unsigned k = 0; k < SIDES * SLOTS; k++) {
			unsigned side = k / SLOTS, slot = k % SLOTS;
			struct state s = set->state[i];

			if (!s.line[side][slot].here)
				continue;
			operate(g, &s, &s.line[side][slot], slot % REF_LINES, COH_FLUSH);
			set_add(set, &s);
		}
}

/* After the successors of all states were put into m->then. */
static void step_done(struct ref_machine *m)
{
	struct state_set old = m->now;

	m->now = m->then;
	m->then = old;
	set_clear(&m->then);
	close_under_eviction(&m->geo, &m->now);
	m->incomplete |= m->now.overflow;
}

/* Takes from *cells those of the first naturally aligned piece. */
static unsigned next_part(const struct ref_machine *m, unsigned *cells)
{
	uint32_t piece = m->geo.line < REF_PIECE ? m->geo.line : REF_PIECE;
	unsigned first = (unsigned)__builtin_ctz(*cells), part = 0;

	for (unsigned c = first; c < REF_CELLS; c++)
		if (m->geo.offset[c] / piece == m->geo.offset[first] / piece)
			part |= *cells & 1u << c;
	*cells &= ~part;
	return part;
}

static void note(struct ref_answers *answers, unsigned cells, const uint8_t *data)
{
	for (unsigned c = 0; c < REF_CELLS; c++)
		if (cells >> c & 1)
			answers->may[c][data[c]] = true;
}

static void put(uint8_t *data, unsigned cells, const uint8_t *from)
{
	for (unsigned c = 0; c < REF_CELLS; c++)
		if (cells >> c & 1)
			data[c] = from[c];
}

static void new_versions(struct ref_machine *m, unsigned ppage, unsigned cells)
{
	for (unsigned c = 0; c < REF_CELLS; c++)
		if (cells >> c & 1)
			m->newest[ppage][c] = (uint8_t)m->next_version++;
	if (m->next_version > REF_VERSIONS)
		abort();
}

void ref_read(struct ref_machine *m, enum coh_side side, unsigned vpage, unsigned ppage,
	      unsigned cells, enum coh_attr attr, struct ref_answers *answers)
{
	if (attr == COH_UNCACHED) {
		ref_read_memory(m, ppage, cells, answers);
		return;
	}
	while (cells) {
		unsigned part = next_part(m, &cells);
		unsigned line = line_of(&m->geo, (unsigned)__builtin_ctz(part));
		unsigned slot = slot_of(&m->geo, side, vpage, ppage, line);

		for (unsigned i = 0; i < m->now.n; i++) {
			struct state s = m->now.state[i];
			struct line *l = &s.line[side][slot];

			if (!l->here)
				fill(&m->geo, &s, l, ppage, line);
			note(answers, part, l->data);
			set_add(&m->then, &s);
		}
		step_done(m);
	}
}

static void store_in_line(const struct ref_machine *m, struct state *s, struct line *l,
			  unsigned ppage, unsigned cells, enum coh_attr attr)
{
	const uint8_t *data = m->newest[ppage];
	unsigned line = (unsigned)(l - s->line[COH_DATA]) % REF_LINES;

	if (!l->here && attr == COH_WRITE_BACK && m->geo.write_allocate)
		fill(&m->geo, s, l, ppage, line);
	if (l->here)
		put(l->data, cells, data);
	if (l->here && attr == COH_WRITE_BACK)
		l->dirty = 1;
	else
		put(s->memory[ppage], cells, data);
}

static void store_in_memory(struct ref_machine *m, unsigned ppage, unsigned cells)
{
	new_versions(m, ppage, cells);
	for (unsigned i = 0; i < m->now.n; i++) {
		struct state s = m->now.state[i];

		put(s.memory[ppage], cells, m->newest[ppage]);
		set_add(&m->then, &s);
	}
	step_done(m);
}

bool ref_store(struct ref_machine *m, unsigned vpage, unsigned ppage, unsigned cells,
	       enum coh_attr attr)
{
	bool homonym = false;

	if (attr == COH_UNCACHED) {
		store_in_memory(m, ppage, cells);
		return false;
	}
	while (cells) {
		unsigned part = next_part(m, &cells);
		unsigned line = line_of(&m->geo, (unsigned)__builtin_ctz(part));
		unsigned slot = slot_of(&m->geo, COH_DATA, vpage, ppage, line);

		new_versions(m, ppage, part);
		for (unsigned i = 0; i < m->now.n; i++) {
			struct state s = m->now.state[i];
			struct line *l = &s.line[COH_DATA][slot];

			homonym |= l->here && l->home != ppage;
			store_in_line(m, &s, l, ppage, part, attr);
			set_add(&m->then, &s);
		}
		step_done(m);
	}
	return homonym;
}

void ref_read_memory(struct ref_machine *m, unsigned ppage, unsigned cells,
		     struct ref_answers *answers)
{
	for (unsigned i = 0; i < m->now.n; i++)
		note(answers, cells, m->now.state[i].memory[ppage]);
}

void ref_device_write(struct ref_machine *m, unsigned ppage, unsigned cells)
{
	store_in_memory(m, ppage, cells);
}

void ref_maintain(struct ref_machine *m, enum coh_side side, enum coh_op op, unsigned vpage,
		  unsigned ppage, unsigned line)
{
	unsigned slot = slot_of(&m->geo, side, vpage, ppage, line);

	for (unsigned i = 0; i < m->now.n; i++) {
		struct state s = m->now.state[i];

		operate(&m->geo, &s, &s.line[side][slot], line, op);
		set_add(&m->then, &s);
	}
	step_done(m);
}

/* ---- sweeps: several lines in an order that is not known ---- */

struct sweep {
	enum coh_side side;
	enum coh_op op;
	unsigned colour, line, way; /* ANY: all */
};

static bool sweep_names(const struct ref_machine *m, const struct sweep *w, unsigned slot)
{
	if (w->line == ANY)
		return true;
	return slot % REF_LINES == w->line && slot_colour(&m->geo, slot) == w->colour;
}

static void sweep_begin(struct ref_machine *m, const struct sweep *w)
{
	for (unsigned i = 0; i < m->now.n; i++) {
		struct state s = m->now.state[i];

		for (unsigned slot = 0; slot < SLOTS; slot++)
			if (s.line[w->side][slot].here && sweep_names(m, w, slot))
				s.line[w->side][slot].pending = 1;
		set_add(&m->then, &s);
	}
	step_done(m);
}

/* The line is in the way named, or it is not; once found out, it stays so. */
static void sweep_line(struct ref_machine *m, const struct sweep *w, const struct state *from,
		       unsigned slot)
{
	struct state s = *from;
	struct line *l = &s.line[w->side][slot];
	uint8_t way = w->way == ANY ? l->ways : (uint8_t)(1u << w->way);

	l->pending = 0;
	if (l->ways & ~way) {
		l->ways = (uint8_t)(l->ways & ~way);
		set_add(&m->then, &s);
		l->ways = from->line[w->side][slot].ways;
	}
	if (l->ways & way) {
		l->ways &= way;
		operate(&m->geo, &s, l, slot % REF_LINES, w->op);
		set_add(&m->then, &s);
	}
}

/* Names one more pending line in every state; false when there was none. */
static bool sweep_step(struct ref_machine *m, const struct sweep *w)
{
	bool any = false;

	for (unsigned i = 0; i < m->now.n; i++) {
		const struct state *s = &m->now.state[i];
		bool pending = false;

		for (unsigned slot = 0; slot < SLOTS; slot++)
			if (s->line[w->side][slot].pending) {
				pending = true;
				sweep_line(m, w, s, slot);
			}
		if (!pending)
			set_add(&m->then, s);
		any |= pending;
	}
	step_done(m);
	return any;
}

static void sweep(struct ref_machine *m, const struct sweep *w)
{
	sweep_begin(m, w);
	while (sweep_step(m, w))
		;
}

void ref_maintain_all(struct ref_machine *m, enum coh_side side, enum coh_op op)
{
	sweep(m, &(struct sweep){ side, op, ANY, ANY, ANY });
}

void ref_set_way(struct ref_machine *m, enum coh_op op, unsigned colour, unsigned line,
		 unsigned way)
{
	sweep(m, &(struct sweep){ COH_DATA, op, colour, line, way });
}

/* ---- the machine ---- */

struct ref_machine *ref_new(const struct ref_geometry *geometry)
{
	struct ref_machine *m = calloc(1, sizeof(*m));
	struct state s = { 0 };

	if (!m)
		abort();
	m->geo = *geometry;
	m->next_version = 1;
	set_init(&m->now);
	set_init(&m->then);
	for (unsigned p = 0; p < REF_PPAGES; p++) {
		new_versions(m, p, (1u << REF_CELLS) - 1);
		memcpy(s.memory[p], m->newest[p], REF_CELLS);
	}
	set_add(&m->now, &s);
	return m;
}

void ref_free(struct ref_machine *m)
{
	set_free(&m->now);
	set_free(&m->then);
	free(m);
}

bool ref_complete(const struct ref_machine *m)
{
	return !m->incomplete;
}

uint8_t ref_newest(const struct ref_machine *m, unsigned ppage, unsigned cell)
{
	return m->newest[ppage][cell];
}
