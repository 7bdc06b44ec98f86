// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The example as a table: a row a step; a column for memory, and for each cached copy there ever is. */
#include <stdlib.h>
#include <string.h>

#include "check/say/print.h"

#define COLUMNS 16u
#define CELL	48u

/* A place that bytes may be in: a page's memory, or copies of it that one name has. */
struct column {
	bool memory, outer;
	uint8_t page, alias, cpu, side, line;
	char title[CELL];
	unsigned width;
};

struct table {
	const struct litmus *t;
	const struct trail *trail;
	FILE *out;
	bool colour;
	unsigned n_columns;
	struct column column[COLUMNS];
	unsigned who_width, step_width;
};

static bool same_place(const struct column *c, const struct copy_state *s)
{
	return !c->memory && c->outer == s->outer && c->page == s->page && c->alias == s->alias &&
	       c->cpu == s->cpu && c->side == s->side && c->line == s->line;
}

static void title_copy(const struct table *t, struct column *c)
{
	const char *of = c->alias == LITMUS_NONE
				 ? (c->page == LITMUS_NONE ? "?" : t->t->page[c->page].name)
				 : t->t->alias[c->alias].name;
	char line[8] = "", cpu[8] = "";

	if (t->t->lines > 1)
		snprintf(line, sizeof(line), ".%u", c->line);
	if (t->t->cpus > 1 && !c->outer)
		snprintf(cpu, sizeof(cpu), "@%u", c->cpu);
	snprintf(c->title, sizeof(c->title), "%s%s%s%s",
		 c->outer  ? "L2 "
		 : c->side ? "I "
			   : "",
		 of, line, cpu);
}

static void add_memory(struct table *t, uint8_t page)
{
	struct column *c = &t->column[t->n_columns];

	if (t->n_columns == COLUMNS)
		return;
	*c = (struct column){ .memory = true, .page = page };
	snprintf(c->title, sizeof(c->title), "memory %s", t->t->page[page].name);
	t->n_columns++;
}

static void add_copy(struct table *t, const struct copy_state *s)
{
	struct column *c = &t->column[t->n_columns];

	for (unsigned i = 0; i < t->n_columns; i++)
		if (same_place(&t->column[i], s))
			return;
	if (t->n_columns == COLUMNS)
		return;
	*c = (struct column){ .outer = s->outer,
			      .page = s->page,
			      .alias = s->alias,
			      .cpu = s->cpu,
			      .side = s->side,
			      .line = s->line };
	title_copy(t, c);
	t->n_columns++;
}

/* Pages that nobody touches are left out. */
static void find_columns(struct table *t)
{
	for (uint8_t p = 0; p < t->t->n_pages; p++) {
		bool touched = t->t->n_pages == 1;

		for (unsigned i = 0; i < t->trail->n && !touched; i++) {
			const struct trail_step *s = &t->trail->step[i];

			for (unsigned k = 0; k < s->n_copies; k++)
				touched |= s->copy[k].page == p;
			touched |= s->memory_stale[p] != 0;
			for (unsigned w = 0; w < LITMUS_WORDS; w++)
				touched |= s->memory[p][w] != 0;
		}
		if (touched)
			add_memory(t, p);
	}
	for (unsigned i = 0; i < t->trail->n; i++)
		for (unsigned k = 0; k < t->trail->step[i].n_copies; k++)
			add_copy(t, &t->trail->step[i].copy[k]);
}

/* ---- cells ---- */

enum look { PLAIN, DIRTY, STALE };

static void put_words(const struct litmus *t, char *text, size_t size, const uint32_t *words,
		      unsigned n)
{
	char value[LITMUS_VALUE];
	size_t at = 0;

	*text = 0;
	for (unsigned w = 0; w < n && at < size; w++)
		at += (size_t)snprintf(text + at, size - at, "%s%s", w ? " " : "",
				       litmus_value_text(t, words[w], value));
}

static enum look cell(const struct table *t, const struct column *c, const struct trail_step *s,
		      char text[CELL])
{
	size_t n;

	snprintf(text, CELL, "-");
	if (c->memory) {
		put_words(t->t, text, CELL - 8, s->memory[c->page],
			  (unsigned)t->t->lines * t->t->words);
		if (!s->memory_stale[c->page])
			return PLAIN;
		n = strlen(text);
		snprintf(text + n, CELL - n, " stale");
		return STALE;
	}
	for (unsigned k = 0; k < s->n_copies; k++) {
		const struct copy_state *copy = &s->copy[k];

		if (!same_place(c, copy))
			continue;
		put_words(t->t, text, CELL - 16, copy->word, t->t->words);
		n = strlen(text);
		snprintf(text + n, CELL - n, "%s%s", copy->dirty ? " dirty" : "",
			 copy->stale ? " stale" : "");
		return copy->stale ? STALE : copy->dirty ? DIRTY : PLAIN;
	}
	return PLAIN;
}

static void step_text(const struct litmus *t, const struct trail_step *s, char *text, size_t size)
{
	char value[LITMUS_VALUE], newest[LITMUS_VALUE];
	size_t n;

	snprintf(text, size, "%s", s->event.text);
	n = strlen(text);
	if (!s->event.has_value)
		return;
	if (s->event.stale)
		snprintf(text + n, size - n, " -> %s, newest %s",
			 litmus_value_text(t, s->event.value, value),
			 litmus_value_text(t, s->event.newest, newest));
	else
		snprintf(text + n, size - n, " -> %s", litmus_value_text(t, s->event.value, value));
}

static const char *who(const struct table *t, const struct trail_step *s)
{
	return s->event.context == LITMUS_NONE ? "-" : t->t->context[s->event.context].name;
}

static void measure(struct table *t)
{
	char text[256];

	t->who_width = 3;
	t->step_width = 4;
	for (unsigned c = 0; c < t->n_columns; c++)
		t->column[c].width = (unsigned)strlen(t->column[c].title);
	for (unsigned i = 0; i < t->trail->n; i++) {
		const struct trail_step *s = &t->trail->step[i];

		step_text(t->t, s, text, sizeof(text));
		if (strlen(text) > t->step_width)
			t->step_width = (unsigned)strlen(text);
		if (strlen(who(t, s)) > t->who_width)
			t->who_width = (unsigned)strlen(who(t, s));
		for (unsigned c = 0; c < t->n_columns; c++) {
			char value[CELL];

			cell(t, &t->column[c], s, value);
			if (strlen(value) > t->column[c].width)
				t->column[c].width = (unsigned)strlen(value);
		}
	}
}

/* The last column is not padded: no blanks at the end of a line. */
static void put(struct table *t, const char *text, unsigned width, enum look look, bool last)
{
	static const char *const codes[] = { "", "\033[33m", "\033[31m" };

	fprintf(t->out, "%s%s%s%*s", t->colour ? codes[look] : "", text,
		t->colour && look ? "\033[0m" : "", last ? 0 : (int)(width - strlen(text) + 2), "");
}

/* Does the statement of this step, which is a context's, set the place last? */
static bool sets(const struct table *t, unsigned i, const struct litmus_term *place)
{
	const struct event *e = &t->trail->step[i].event;

	if (!e->instr || e->kind != EVENT_STEP)
		return false;
	if (place->kind == TERM_REG)
		return e->context == place->context && e->instr->reg == place->index;
	return place->kind == TERM_VAR && e->instr->other == place->index &&
	       (e->instr->op == OP_WRITE_VAR || e->instr->op == OP_EXCHANGE);
}

static bool is_last_to_set(const struct table *t, unsigned i, const struct litmus_term *place)
{
	if (!sets(t, i, place))
		return false;
	for (unsigned k = i + 1; k < t->trail->n; k++)
		if (sets(t, k, place))
			return false;
	return true;
}

static bool asks_for_stale(const struct litmus_condition *c)
{
	for (uint8_t i = 0; i < c->n; i++)
		if (c->term[i].kind == TERM_STALE || c->term[i].kind == TERM_HAZARD)
			return true;
	return false;
}

/* Is it by this step that the condition is fulfilled: a stale read, or a value that it names? */
static bool fulfils(const struct table *t, unsigned i)
{
	const struct litmus_condition *c = &t->t->condition;

	if (t->trail->step[i].event.stale && asks_for_stale(c))
		return true;
	for (uint8_t k = 0; k < c->n; k++)
		if (is_last_to_set(t, i, &c->term[k]))
			return true;
	return false;
}

static void row(struct table *t, unsigned i)
{
	const struct trail_step *s = &t->trail->step[i];
	char text[256];

	fprintf(t->out, "%3u%c ", i + 1, i + 1 < t->trail->n && fulfils(t, i) ? '*' : ' ');
	put(t, who(t, s), t->who_width, PLAIN, false);
	step_text(t->t, s, text, sizeof(text));
	put(t, text, t->step_width, s->event.stale ? STALE : PLAIN, !t->n_columns);
	for (unsigned c = 0; c < t->n_columns; c++) {
		enum look look = cell(t, &t->column[c], s, text);

		put(t, text, t->column[c].width, look, c + 1 == t->n_columns);
	}
	fputc('\n', t->out);
}

static void stale_words(struct table *t, unsigned i)
{
	const struct event *e = &t->trail->step[i].event;
	char value[LITMUS_VALUE], newest[LITMUS_VALUE], from[LITMUS_NAME + 16] = "";

	if (e->page != LITMUS_NONE)
		snprintf(from, sizeof(from), " from %s[%u]", t->t->page[e->page].name, e->word);
	if (i + 1 == t->trail->n)
		fputs("the last step", t->out);
	else
		fprintf(t->out, "step %u", i + 1);
	fprintf(t->out, " read %s%s; the newest is %s\n", litmus_value_text(t->t, e->value, value),
		from, litmus_value_text(t->t, e->newest, newest));
}

/* Words of memory that the condition names: they may be written when no step is left. */
static void end_words(struct table *t)
{
	const struct litmus_condition *c = &t->t->condition;
	char value[LITMUS_VALUE];

	for (uint8_t i = 0; t->trail->has_end && i < c->n; i++)
		if (c->term[i].kind == TERM_MEMORY)
			fprintf(t->out,
				"when all dirty lines have been written back, %s[%u] is %s\n",
				t->t->page[c->term[i].index].name, c->term[i].word,
				litmus_value_text(t->t, t->trail->end[i], value));
}

static void last_words(struct table *t)
{
	const struct trail *trail = t->trail;
	bool starred = false;

	for (unsigned i = 0; i < trail->n; i++)
		if (trail->step[i].event.stale && (i + 1 == trail->n || fulfils(t, i)))
			stale_words(t, i);
	for (unsigned i = 0; i + 1 < trail->n; i++)
		starred |= fulfils(t, i);
	if (starred)
		fputs("*: by these steps the condition is fulfilled at the end\n", t->out);
	end_words(t);
	if (trail->bits & OUTCOME_DEADLOCK)
		fprintf(t->out, "nobody can go on: %s\n", trail->stuck);
	if (trail->bits & OUTCOME_IRQ)
		fputs("interrupts or locks were not left as they were found\n", t->out);
	if (trail->bits & OUTCOME_LOST)
		fprintf(t->out, "lost: when all dirty lines have been written back, %s\n",
			trail->lost);
}

void print_trail(FILE *out, const struct litmus *test, const struct target *target,
		 const struct trail *trail, bool colour)
{
	struct table t = { .t = test, .trail = trail, .out = out, .colour = colour };

	(void)target;
	find_columns(&t);
	measure(&t);
	fputs("  #  ", out);
	put(&t, "who", t.who_width, PLAIN, false);
	put(&t, "step", t.step_width, PLAIN, !t.n_columns);
	for (unsigned c = 0; c < t.n_columns; c++)
		put(&t, t.column[c].title, t.column[c].width, PLAIN, c + 1 == t.n_columns);
	fputc('\n', out);
	for (unsigned i = 0; i < trail->n; i++)
		row(&t, i);
	last_words(&t);
}
