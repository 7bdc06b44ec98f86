// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Cache maintenance: one operation on one line, and the ways to name lines.
 */
#include "model/machine_internal.h"

/* What an operation does, in this order. */
enum {
	CLEAN = 1,
	DROP = 2,
};

static const uint8_t acts[COH_OPS] = {
	[COH_CLEAN] = CLEAN,
	[COH_INVALIDATE] = DROP,
	[COH_FLUSH] = CLEAN | DROP,
};

/* Whether it changed anything. */
static bool operate(struct cache *c, uint32_t i, enum coh_op op)
{
	uint64_t was = c->line[i].pa;

	if (!(was & VALID))
		return false;
	if (acts[op] & CLEAN)
		machine_clean(c, i, NULL);
	if (acts[op] & DROP)
		machine_drop(c, i);
	return c->line[i].pa != was;
}

static void count(struct coh_machine *m, uint64_t asked, uint64_t without_effect)
{
	m->counts.operations += asked;
	m->counts.without_effect += without_effect;
}

static bool possible(const struct coh_machine *m, uint32_t cpu, enum coh_side side, enum coh_op op)
{
	return cpu < m->config.cpus && (unsigned)side <= COH_INSN && (unsigned)op < COH_OPS;
}

/* False: the operation needs a physical address, and there is none. */
static bool address_of(const struct coh_machine *m, const struct level *l, uint32_t cpu,
		       uint64_t va, uint64_t *pa)
{
	const struct entry *e;

	*pa = 0;
	if (!l->pa_mask)
		return true;
	e = machine_translate(m, cpu, va);
	if (e)
		*pa = (uint64_t)e->frame << m->page_shift | (va & (m->config.page - 1));
	return e;
}

uint32_t coh_machine_line(struct coh_machine *m, uint32_t cpu, enum coh_side side, enum coh_op op,
			  uint64_t va)
{
	uint32_t first = m->config.broadcast ? 0 : cpu;
	uint32_t last = m->config.broadcast ? m->config.cpus - 1 : cpu;
	uint32_t changed = 0;
	unsigned which;
	uint64_t pa;

	if (!possible(m, cpu, side, op))
		return 0;
	which = level_of(m, side);
	if (!address_of(m, &m->level[which], cpu, va, &pa)) {
		m->counts.no_translation++;
		count(m, 1, 1);
		return 0;
	}
	for (; first <= last; first++) {
		struct cache c = cache_of(m, which, first);
		uint32_t i = cache_find(&c, va, pa);

		changed += i != NONE && operate(&c, i, op);
	}
	count(m, 1, !changed);
	return changed;
}

/* In the order of sets, and of ways within. */
static uint32_t operate_all(struct cache *c, enum coh_op op)
{
	uint32_t n = lines_in(c->level), changed = 0;

	for (uint32_t i = 0; i < n; i++)
		changed += operate(c, i, op);
	count(c->m, n, n - changed);
	return changed;
}

uint32_t coh_machine_all(struct coh_machine *m, uint32_t cpu, enum coh_side side, enum coh_op op)
{
	struct cache c;

	if (!possible(m, cpu, side, op))
		return 0;
	c = cache_of(m, level_of(m, side), cpu);
	return operate_all(&c, op);
}

uint32_t coh_machine_set_way(struct coh_machine *m, uint32_t cpu, enum coh_side side,
			     enum coh_op op, uint32_t set, uint32_t way)
{
	struct cache c;
	bool changed;

	if (!possible(m, cpu, side, op))
		return 0;
	c = cache_of(m, level_of(m, side), cpu);
	if (set >= c.level->sets || way >= c.level->ways)
		return 0;
	changed = operate(&c, set * c.level->ways + way, op);
	count(m, 1, !changed);
	return changed;
}

uint32_t coh_machine_outer_line(struct coh_machine *m, enum coh_op op, uint64_t pa)
{
	struct cache c = cache_of(m, OUTER, 0);
	uint32_t i;
	bool changed;

	if (!level_exists(m, OUTER) || !possible(m, 0, COH_DATA, op))
		return 0;
	i = cache_find(&c, 0, pa);
	changed = i != NONE && operate(&c, i, op);
	count(m, 1, !changed);
	return changed;
}

uint32_t coh_machine_outer_all(struct coh_machine *m, enum coh_op op)
{
	struct cache c = cache_of(m, OUTER, 0);

	return possible(m, 0, COH_DATA, op) ? operate_all(&c, op) : 0;
}
