// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * What hardware may do at any time; that of TLBs is in machine_tlb.c.
 */
#include "model/machine_internal.h"

/* A valid line; NONE. */
static uint32_t line_at(const struct cache *c, uint32_t set, uint32_t way)
{
	const struct level *l = c->level;
	uint32_t i = set * l->ways + way;

	return set < l->sets && way < l->ways && c->line[i].pa & VALID ? i : NONE;
}

static bool evict(struct cache *c, uint32_t set, uint32_t way)
{
	uint32_t i = line_at(c, set, way);

	if (i == NONE)
		return false;
	machine_evict(c, i, NULL);
	return true;
}

static bool exists(const struct coh_machine *m, uint32_t cpu, enum coh_side side)
{
	return cpu < m->config.cpus && (unsigned)side <= COH_INSN;
}

bool coh_machine_evict(struct coh_machine *m, uint32_t cpu, enum coh_side side, uint32_t set,
		       uint32_t way)
{
	struct cache c;

	if (!exists(m, cpu, side))
		return false;
	c = cache_of(m, level_of(m, side), cpu);
	return evict(&c, set, way);
}

bool coh_machine_outer_evict(struct coh_machine *m, uint32_t set, uint32_t way)
{
	struct cache c = cache_of(m, OUTER, 0);

	return evict(&c, set, way);
}

bool coh_machine_fill(struct coh_machine *m, uint32_t cpu, enum coh_side side, uint64_t va,
		      const struct coh_machine_chooser *chooser)
{
	uint32_t right = side == COH_INSN ? COH_MACHINE_EXEC : COH_MACHINE_READ;
	const struct entry *e;
	struct cache c;
	uint64_t pa;

	if (!exists(m, cpu, side))
		return false;
	e = machine_translate(m, cpu, va);
	if (!e || !(e->rights & right) || e->attr == COH_UNCACHED)
		return false;
	pa = (uint64_t)e->frame << m->page_shift | (va & (m->config.page - 1));
	c = cache_of(m, level_of(m, side), cpu);
	if (cache_find(&c, va, pa) != NONE)
		return false;
	machine_fill(&c, va, pa, chooser);
	machine_learn(m, cpu, va);
	return true;
}

bool coh_machine_dirty(struct coh_machine *m, uint32_t cpu, uint64_t va)
{
	const struct entry *e;
	struct cache c;
	uint64_t pa;
	uint32_t i;

	if (!exists(m, cpu, COH_DATA))
		return false;
	e = machine_translate(m, cpu, va);
	if (!e || !(e->rights & COH_MACHINE_WRITE) || !m->stays[e->attr])
		return false;
	pa = (uint64_t)e->frame << m->page_shift | (va & (m->config.page - 1));
	c = cache_of(m, COH_DATA, cpu);
	i = cache_find(&c, va, pa);
	if (i == NONE || c.line[i].pa & DIRTY)
		return false;
	machine_take(&c, i, va, pa, NULL);
	c.line[i].pa |= DIRTY;
	machine_learn(m, cpu, va);
	return true;
}

bool coh_machine_write_back(struct coh_machine *m, uint32_t cpu, uint32_t set, uint32_t way)
{
	struct cache c;
	uint32_t i;

	if (!exists(m, cpu, COH_DATA))
		return false;
	c = cache_of(m, COH_DATA, cpu);
	i = line_at(&c, set, way);
	if (i == NONE || !(c.line[i].pa & DIRTY))
		return false;
	machine_clean(&c, i, NULL);
	return true;
}
