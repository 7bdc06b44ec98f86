// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The invariants of a machine.  None of them speaks of bytes that are not the
 * newest: those are what the model is for.
 */
#include <string.h>

#include "model/machine_internal.h"

static bool is_zero(const void *bytes, size_t n)
{
	const uint8_t *byte = bytes;

	for (size_t i = 0; i < n; i++)
		if (byte[i])
			return false;
	return true;
}

/* ---- caches ---- */

static bool may_be_dirty(const struct coh_machine *m, unsigned which)
{
	if (which == COH_DATA)
		return m->stays[COH_WRITE_BACK];
	return which == OUTER;
}

/*
 * A line that is dirty on one CPU has no copy of its name on another; where dirty lines are
 * handed over, no dirty one.
 */
static bool shared_dirty(const struct cache *c, uint32_t i)
{
	const struct line *line = &c->line[i];
	uint32_t in_set = i % c->level->ways;
	uint32_t first = i - in_set;

	uint64_t wanted = VALID;

	if (!(line->pa & DIRTY) || c->m->config.sharing == COH_SHARING_NONE)
		return false;
	if (c->m->config.sharing == COH_SHARING_MOVED)
		wanted |= DIRTY;
	for (uint32_t cpu = 0; cpu < c->m->config.cpus; cpu++) {
		struct cache other = cache_of(c->m, COH_DATA, cpu);

		for (uint32_t j = first; cpu != c->cpu && j < first + c->level->ways; j++)
			if ((other.line[j].pa & wanted) == wanted && other.line[j].va == line->va &&
			    !((other.line[j].pa ^ line->pa) & c->level->pa_mask))
				return true;
	}
	return false;
}

static bool line_right(const struct cache *c, unsigned which, uint32_t i)
{
	const struct level *l = c->level;
	const struct line *line = &c->line[i];
	uint64_t pa = home_of(c, i);

	if (!(line->pa & VALID))
		return is_zero(line, sizeof(*line)) && is_zero(bytes_of(c, i), l->line);
	if (line->pa & LINE_FLAGS & ~(uint64_t)(VALID | DIRTY) || pa & (l->line - 1) ||
	    pa >= memory_size(c->m) || line->va & ~l->va_mask)
		return false;
	/* Below the page the two addresses are one. */
	if ((line->va ^ pa) & l->va_mask & (c->m->config.page - 1))
		return false;
	if (line->pa & DIRTY && !may_be_dirty(c->m, which))
		return false;
	/* In its set, and the first there of its name. */
	return cache_find(c, line->va, pa) == i && (which != COH_DATA || !shared_dirty(c, i));
}

static uint64_t wrong_lines(const struct coh_machine *m)
{
	uint64_t wrong = 0;

	for (unsigned which = 0; which < LEVELS; which++)
		for (uint32_t cpu = 0; cpu < (which == OUTER ? 1 : m->config.cpus); cpu++) {
			struct cache c = cache_of(m, which, cpu);

			for (uint32_t i = 0; i < lines_in(c.level); i++)
				wrong += !line_right(&c, which, i);
		}
	return wrong;
}

/* ---- tables ---- */

static bool entry_right(const struct coh_machine *m, const struct table *t, const struct entry *e)
{
	if (!e->used)
		return is_zero(e, sizeof(*e));
	return e->used == 1 && is_zero(e->zero, sizeof(e->zero)) && e->frame < m->config.pages &&
	       e->attr <= COH_WRITE_THROUGH && machine_table_find(t, e->mm, e->page) == e;
}

static uint64_t wrong_entries(const struct coh_machine *m, const struct table *t, uint32_t bits,
			      uint32_t limit)
{
	uint32_t used = 0, n = 1u << bits;
	uint64_t wrong = 0;

	if (t->bits != bits || t->used > limit)
		return 1;
	for (uint32_t i = 0; i < n; i++) {
		const struct entry *e = &t->slot[i];

		used += e->used != 0;
		wrong += !entry_right(m, t, e);
		/* Whoever was pushed on was pushed by lower ones only. */
		for (uint32_t j = table_home(bits, e->mm, e->page); e->used && j != i;
		     j = (j + 1) & (n - 1))
			wrong += !entry_before(&t->slot[j], e);
	}
	return wrong + (used != t->used);
}

uint64_t coh_machine_check(const struct coh_machine *m)
{
	struct coh_machine laid_out;
	uint64_t wrong;

	/* All else hangs on the offsets. */
	if (coh_machine_size(&m->config) != m->size)
		return 1;
	machine_lay_out(&laid_out, &m->config);
	if (memcmp(&laid_out.level, &m->level,
		   sizeof(laid_out) - offsetof(struct coh_machine, level)))
		return 1;
	wrong = wrong_lines(m) +
		wrong_entries(m, tables_of(m), m->tables_bits, m->config.translations);
	for (uint32_t cpu = 0; m->config.tlb && cpu < m->config.cpus; cpu++)
		wrong += wrong_entries(m, tlb_of(m, cpu), m->tlb_bits, m->config.tlb);
	return wrong;
}
