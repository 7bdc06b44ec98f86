// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Depth first, with the states on the way kept whole, so that to go back is to copy; of all
 * others there is only the key.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check/search/depend.h"
#include "check/search/explore.h"

#define PROGRESS_EVERY 0.2   /* seconds */
#define LOOK_EVERY     4096u /* states, between looks at the clock */

/* One state on the way: its bytes begin at `at` in the store, its moves at `first`. */
struct level {
	size_t at, size;
	size_t first;
	unsigned n, next;
};

struct search {
	struct exploration *e;
	struct seen seen;
	unsigned char *store;
	size_t store_used, store_size;
	move_t *moves;
	size_t moves_used, moves_size;
	struct level *level;
	size_t depth, levels;
	double start, shown;
	size_t base; /* bytes that the process had before */
};

double explore_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A user who gives a bound means what he sees of the process: code and libraries, too. */
size_t explore_resident(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f)
		return 0;
	if (fscanf(f, "%*u %lu", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

const char *bounds_met(const struct bounds *b)
{
	if (b->stop && *b->stop)
		return "interrupted";
	if (b->until > 0 && explore_clock() > b->until)
		return "--max-time";
	return NULL;
}

static size_t bytes_of(const struct search *s)
{
	return s->seen.bytes + s->store_size + s->moves_size * sizeof(move_t) +
	       s->levels * sizeof(struct level) + s->e->others;
}

/* How many bytes more there may be. */
static size_t bytes_left(const struct search *s)
{
	size_t used = s->base + bytes_of(s);

	if (!s->e->bounds->bytes)
		return SIZE_MAX;
	return s->e->bounds->bytes > used ? (size_t)(s->e->bounds->bytes - used) : 0;
}

/* Twice as many; where that would break the bound, an eighth more than are needed. */
static bool room(struct search *s, void **array, size_t *size, size_t needed, size_t each)
{
	size_t wanted = *size ? *size : 64;
	void *bigger;

	if (needed <= *size)
		return true;
	while (wanted < needed)
		wanted *= 2;
	if ((wanted - *size) * each > bytes_left(s))
		wanted = needed + needed / 8;
	if ((wanted - *size) * each > bytes_left(s)) {
		s->e->bound = "--max-memory";
		return false;
	}
	bigger = realloc(*array, wanted * each);
	if (!bigger) {
		s->e->bound = "memory";
		return false;
	}
	*array = bigger;
	*size = wanted;
	return true;
}

static const char *bound_met(struct search *s)
{
	const struct bounds *b = s->e->bounds;
	double now;

	if (b->states && s->e->states >= b->states)
		return "--max-states";
	if (b->stop && *b->stop)
		return bounds_met(b);
	if (s->e->states % LOOK_EVERY)
		return NULL;
	now = explore_clock();
	if (s->e->progress && now - s->shown > PROGRESS_EVERY) {
		s->shown = now;
		s->e->progress->each(s->e->progress->context, s->e->states, now - s->start);
	}
	return bounds_met(b);
}

/* The present state becomes the deepest level, with its moves.  False: stop, for e->bound. */
static bool push(struct search *s)
{
	struct system *system = s->e->system;
	size_t size = system_size(system);
	struct level *l;
	unsigned n;

	if (!room(s, (void **)&s->store, &s->store_size, s->store_used + size, 1) ||
	    !room(s, (void **)&s->moves, &s->moves_size, s->moves_used + SYSTEM_MOVES,
		  sizeof(move_t)) ||
	    !room(s, (void **)&s->level, &s->levels, s->depth + 1, sizeof(*s->level)))
		return false;
	if (system_is_over(system))
		s->e->end(s->e->context, system, false);
	else if (system_is_stuck(system))
		s->e->end(s->e->context, system, true);
	if (s->e->bound)
		return false;
	n = depend_moves(system, s->moves + s->moves_used, s->e->bounds->reduce);
	if (n == UINT_MAX) {
		s->e->bound = "the moves of one state";
		return false;
	}
	if (!n)
		return true;
	l = &s->level[s->depth++];
	*l = (struct level){ .at = s->store_used, .size = size, .first = s->moves_used, .n = n };
	system_save(system, s->store + s->store_used);
	s->store_used += size;
	s->moves_used += n;
	return true;
}

static void pop(struct search *s)
{
	struct level *l = &s->level[--s->depth];

	s->store_used = l->at;
	s->moves_used = l->first;
}

static size_t may_have(const struct search *s)
{
	size_t left = bytes_left(s);

	return left == SIZE_MAX ? left : s->seen.bytes + left;
}

/* Does the next move of the deepest level.  False: stop. */
static bool advance(struct search *s)
{
	struct level *l = &s->level[s->depth - 1];
	struct system *system = s->e->system;
	move_t move;

	if (l->next == l->n) {
		pop(s);
		return true;
	}
	system_load(system, s->store + l->at, l->size);
	move = s->moves[l->first + l->next++];
	s->e->transitions++;
	if (!system_do(system, move, NULL)) {
		s->e->wrong = true;
		return false;
	}
	switch (seen_add(&s->seen, system_key(system), may_have(s))) {
	case SEEN_BEFORE:
		return true;
	case SEEN_BOUND:
		s->e->bound = "--max-memory";
		return false;
	case SEEN_NO_MEMORY:
		s->e->bound = "memory";
		return false;
	case SEEN_NEW:
		break;
	}
	s->e->states++;
	s->e->bound = bound_met(s);
	return !s->e->bound && push(s);
}

void explore(struct exploration *e)
{
	struct search s = { .e = e, .start = explore_clock() };

	if (e->bounds->bytes)
		s.base = explore_resident();
	seen_init(&s.seen);
	s.shown = s.start;
	system_reset(e->system);
	seen_add(&s.seen, system_key(e->system), SIZE_MAX);
	e->states = 1;
	e->bound = bounds_met(e->bounds);
	if (!e->bound && push(&s))
		while (s.depth && advance(&s))
			;
	e->bytes = bytes_of(&s);
	e->seconds = explore_clock() - s.start;
	seen_free(&s.seen);
	free(s.store);
	free(s.moves);
	free(s.level);
}
