// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Looking in, without any effect.
 */
#include <string.h>

#include "model/machine_internal.h"

#define CHUNK 16u /* bytes: the shortest line, so no chunk is in two */

static void look(const struct cache *c, uint32_t set, uint32_t way,
		 struct coh_machine_line_state *state)
{
	const struct level *l = c->level;
	uint32_t i = set * l->ways + way;

	memset(state, 0, sizeof(*state));
	if (set >= l->sets || way >= l->ways || !(c->line[i].pa & VALID))
		return;
	state->valid = true;
	state->dirty = c->line[i].pa & DIRTY;
	state->va = c->line[i].va;
	state->pa = home_of(c, i);
	state->bytes = bytes_of(c, i);
	state->stale = memcmp(state->bytes, golden_at(c->m, state->pa), l->line);
}

void coh_machine_look(const struct coh_machine *m, uint32_t cpu, enum coh_side side, uint32_t set,
		      uint32_t way, struct coh_machine_line_state *state)
{
	struct cache c;

	memset(state, 0, sizeof(*state));
	if (cpu >= m->config.cpus || (unsigned)side > COH_INSN)
		return;
	c = cache_of(m, level_of(m, side), cpu);
	look(&c, set, way, state);
}

void coh_machine_outer_look(const struct coh_machine *m, uint32_t set, uint32_t way,
			    struct coh_machine_line_state *state)
{
	struct cache c = cache_of(m, OUTER, 0);

	look(&c, set, way, state);
}

uint32_t coh_machine_copies(const struct coh_machine *m, uint32_t cpu, enum coh_side side,
			    uint64_t pa, uint64_t len, uint32_t *places, uint32_t max)
{
	struct cache c;
	uint32_t n = 0, lines;

	if (cpu >= m->config.cpus || (unsigned)side > COH_INSN)
		return 0;
	c = cache_of(m, level_of(m, side), cpu);
	lines = lines_in(c.level);
	for (uint32_t i = 0; i < lines; i++) {
		uint64_t home = home_of(&c, i);

		if (!(c.line[i].pa & VALID) || home >= pa + len || home + c.level->line <= pa)
			continue;
		if (n < max)
			places[n] = i;
		n++;
	}
	return n;
}

uint32_t coh_machine_outer_copy(const struct coh_machine *m, uint64_t pa)
{
	struct cache c = cache_of(m, OUTER, 0);

	return level_exists(m, OUTER) ? cache_find(&c, 0, pa) : NONE;
}

bool coh_machine_find(const struct coh_machine *m, uint32_t cpu, enum coh_side side, uint64_t va,
		      uint32_t *set, uint32_t *way)
{
	const struct entry *e;
	struct cache c;
	uint64_t pa = 0;
	uint32_t i;

	if (cpu >= m->config.cpus || (unsigned)side > COH_INSN)
		return false;
	c = cache_of(m, level_of(m, side), cpu);
	e = machine_translate(m, cpu, va);
	if (e)
		pa = (uint64_t)e->frame << m->page_shift | (va & (m->config.page - 1));
	else if (c.level->pa_mask)
		return false;
	i = cache_find(&c, va, pa);
	if (i == NONE)
		return false;
	*set = i / c.level->ways;
	*way = i % c.level->ways;
	return true;
}

bool coh_machine_tlb_look(const struct coh_machine *m, uint32_t cpu, uint32_t entry,
			  struct coh_machine_tlb_state *state)
{
	const struct entry *e = machine_tlb_entry(m, cpu, entry);

	if (!e)
		return false;
	state->mm = e->mm;
	state->va = e->page << m->page_shift;
	state->pa = (uint64_t)e->frame << m->page_shift;
	state->rights = e->rights;
	state->attr = (enum coh_attr)e->attr;
	return true;
}

uint8_t coh_machine_memory(const struct coh_machine *m, uint64_t pa)
{
	return pa < memory_size(m) ? *memory_at(m, pa) : 0;
}

uint8_t coh_machine_newest(const struct coh_machine *m, uint64_t pa)
{
	return pa < memory_size(m) ? *golden_at(m, pa) : 0;
}

/* ---- what is lost ---- */

static uint32_t differing(const uint8_t *a, const uint8_t *b)
{
	uint32_t mask = 0;

	for (uint32_t i = 0; i < CHUNK; i++)
		mask |= (uint32_t)(a[i] != b[i]) << i;
	return mask;
}

/* Which bytes of the chunk at pa no line of this cache has the newest of. */
static uint32_t missing(const struct cache *c, uint64_t pa)
{
	uint64_t want = line_base(c->level, pa) | VALID;
	uint32_t n = lines_in(c->level), mask = (1u << CHUNK) - 1;

	for (uint32_t i = 0; i < n && mask; i++)
		if ((c->line[i].pa & ~(uint64_t)DIRTY) == want)
			mask &= differing(bytes_of(c, i) + line_offset(c->level, pa),
					  golden_at(c->m, pa));
	return mask;
}

uint64_t coh_machine_lost(const struct coh_machine *m)
{
	const struct cache outer = cache_of(m, OUTER, 0);
	uint64_t lost = 0;

	for (uint64_t pa = 0; pa < memory_size(m); pa += CHUNK) {
		uint32_t mask;

		if (!memcmp(memory_at(m, pa), golden_at(m, pa), CHUNK))
			continue;
		mask = differing(memory_at(m, pa), golden_at(m, pa));
		mask &= level_exists(m, OUTER) ? missing(&outer, pa) : mask;
		for (uint32_t cpu = 0; cpu < m->config.cpus && mask; cpu++) {
			struct cache c = cache_of(m, COH_DATA, cpu);

			mask &= missing(&c, pa);
		}
		lost += (uint32_t)__builtin_popcount(mask);
	}
	return lost;
}
