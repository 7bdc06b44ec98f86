// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Which moves commute, and which orders need therefore not be tried.  docs/check.md has the
 * argument; tests/check/search/check_reduce_test.c compares with the search that leaves nothing out.
 *
 *  - What hardware does to a line is put off until some context is about to touch that line,
 *    or to change what hardware needs for it.  Until then it commutes with everything.
 *  - A step that nothing conflicts with which any other context may still do is taken at once,
 *    alone with what hardware may do to its lines.
 */
#include <limits.h>

#include "check/search/depend.h"
#include "check/system/system_internal.h"

static bool is_about_to_begin(const struct system *s, unsigned c)
{
	const struct litmus_context *context = context_of(s, c);

	return s->run->context[c].state == CONTEXT_IDLE && context->kind >= LITMUS_IRQ &&
	       context->kind <= LITMUS_IPI;
}

static bool conflict(const struct footprint *a, const struct footprint *b)
{
	return a->lines & b->lines || a->written & (b->read | b->written) || b->written & a->read;
}

/* Does nothing that anybody else may still do conflict with c's next step? */
static bool is_alone(const struct system *s, unsigned c, const struct footprint *next)
{
	for (unsigned o = 0; o < s->test->n_contexts; o++) {
		struct footprint f;

		if (o == c)
			continue;
		f = footprint_future(s, o);
		if (conflict(next, &f))
			return false;
	}
	return true;
}

/*
 * An interrupt that begins is done with all it does before whom it interrupts goes on: for what
 * commutes, its beginning is all of it.  Hardware need not do anything before.
 */
static struct footprint weight_of(struct system *s, unsigned c, struct footprint *touched)
{
	if (is_about_to_begin(s, c)) {
		*touched = (struct footprint){ 0 };
		return footprint_future(s, c);
	}
	*touched = footprint_next(s, c);
	return *touched;
}

/* Whose TLB may forget something before: a fill may be possible only after that. */
static uint32_t tlbs_of(const struct system *s, const struct footprint *f)
{
	if (f->lines && s->fills)
		return ~0u;
	return RES_TLBS(f->written | f->read);
}

static unsigned reduced_moves(struct system *s, move_t *moves)
{
	uint64_t lines = 0;
	uint32_t tlbs = 0;
	unsigned n = 0;

	for (unsigned c = 0; c < s->test->n_contexts; c++) {
		struct footprint weight, touched;

		if (!schedule_can(s, c))
			continue;
		weight = weight_of(s, c, &touched);
		if (is_alone(s, c, &weight)) {
			moves[0] = move_make(MOVE_STEP, 0, 0, c);
			return hardware_moves(s, touched.lines, tlbs_of(s, &touched), moves, 1,
					      false);
		}
		moves[n++] = move_make(MOVE_STEP, 0, 0, c);
		lines |= touched.lines;
		tlbs |= tlbs_of(s, &touched);
	}
	return n ? hardware_moves(s, lines, tlbs, moves, n, false) : 0;
}

unsigned depend_moves(struct system *s, move_t moves[SYSTEM_MOVES], bool reduce)
{
	unsigned n;

	if (!reduce)
		return system_moves(s, moves);
	n = reduced_moves(s, moves);
	return n > SYSTEM_MOVES ? UINT_MAX : n;
}
