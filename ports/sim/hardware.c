// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* What the hardware chooses to do of its own accord, at every point. */
#include "ports/sim/internal.h"

#define TRIES 64u /* places looked at for something to evict */

/* splitmix64; 0..n-1, with a bias that is too small to matter here */
uint32_t sim_draw(uint64_t *state, uint32_t n)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)((z ^ z >> 31) % n);
}

uint32_t sim_choose(void *context, uint32_t n)
{
	struct coh_sim *sim = context;

	return sim_draw(&sim->hardware_random, n);
}

uint32_t coh_sim_random(struct coh_sim *sim, uint32_t n)
{
	sim_ask(sim, n > 0, "coh_sim_random: of none");
	return sim_draw(&sim->scenario_random, n);
}

static void evict_every_dirty(struct coh_sim *sim)
{
	const struct coh_cache *d = &sim->description.dcache, *outer = &sim->description.outer;
	struct coh_machine_line_state line;

	for (uint32_t cpu = 0; cpu < sim->config.cpus; cpu++)
		for (uint32_t set = 0; set < coh_cache_sets(d); set++)
			for (uint32_t way = 0; way < d->ways; way++) {
				coh_machine_look(sim->machine, cpu, COH_DATA, set, way, &line);
				if (line.valid && line.dirty)
					coh_machine_evict(sim->machine, cpu, COH_DATA, set, way);
			}
	if (outer->size)
		coh_machine_outer_all(sim->machine, COH_FLUSH);
}

/* From a place drawn, on to the first that holds a line. */
static void evict_near(struct coh_sim *sim, uint32_t cpu, enum coh_side side,
		       const struct coh_cache *cache)
{
	uint32_t sets = coh_cache_sets(cache), places = sets * cache->ways;
	uint32_t at = sim_choose(sim, places);

	for (uint32_t i = 0; i < places; i++, at = (at + 1) % places)
		if (coh_machine_evict(sim->machine, cpu, side, at / cache->ways, at % cache->ways))
			return;
}

static void evict_one(struct coh_sim *sim)
{
	const struct coh_machine_config *d = &sim->description;
	uint32_t cpu = sim_choose(sim, sim->config.cpus);

	switch (sim_choose(sim, 4)) {
	case 0:
		if (d->icache.size)
			evict_near(sim, cpu, COH_INSN, &d->icache);
		return;
	case 1:
		if (d->tlb)
			coh_machine_tlb_evict(sim->machine, cpu, sim_choose(sim, d->tlb));
		for (uint32_t i = 0; d->outer.size && i < TRIES; i++)
			if (coh_machine_outer_evict(sim->machine,
						    sim_choose(sim, coh_cache_sets(&d->outer)),
						    sim_choose(sim, d->outer.ways)))
				return;
		return;
	default:
		evict_near(sim, cpu, COH_DATA, &d->dcache);
	}
}

/* A line of any page that some CPU could reach now, used or not.  user: one is about to run. */
static void fill_one(struct coh_sim *sim, bool user)
{
	uint32_t cpu = sim_choose(sim, sim->config.cpus);
	const struct mapped *m = &sim->mapped[sim_choose(sim, sim->n_mapped)];
	uintptr_t va = m->va + sim_choose(sim, sim->page);
	bool insn = sim->config.core->speculates == COH_SPECULATES_INSN ||
		    (m->rights & COH_PROT_EXEC && sim_choose(sim, 2));

	if (m->mm != COH_MACHINE_KERNEL && m->mm != coh_machine_mm(sim->machine, cpu))
		return;
	if (insn && !(m->rights & COH_PROT_EXEC))
		return;
	if (insn && sim->config.fetches_in_order && m->va < USER_END && !user)
		return;
	coh_machine_fill(sim->machine, cpu, insn ? COH_INSN : COH_DATA, va, &sim->chooser);
}

void sim_hardware(struct coh_sim *sim, const struct coh_sim_next *next)
{
	const struct coh_sim_config *c = &sim->config;
	bool user = next->kind == COH_SIM_NEXT_ACCESS && next->va < USER_END;

	if (c->evict == COH_SIM_EVERY_DIRTY)
		evict_every_dirty(sim);
	else if (c->evict && sim_choose(sim, COH_SIM_ALWAYS) < c->evict)
		evict_one(sim);
	if (c->fill && c->core->speculates != COH_SPECULATES_NOTHING &&
	    sim_choose(sim, COH_SIM_ALWAYS) < c->fill)
		fill_one(sim, user);
}

/* In the order of one walk through all places from a drawn one, CPUs alternating sides. */
void coh_sim_settle(struct coh_sim *sim)
{
	const struct coh_machine_config *d = &sim->description;
	const struct coh_cache *side[] = { &d->dcache, &d->icache };

	for (uint32_t n = 0; n < 2 * sim->config.cpus; n++) {
		uint32_t cpu = n / 2, s = n % 2, places, at;

		if (!side[s]->size)
			continue;
		places = coh_cache_sets(side[s]) * side[s]->ways;
		at = sim_choose(sim, places);
		for (uint32_t i = 0; i < places; i++, at = (at + 1) % places)
			coh_machine_evict(sim->machine, cpu, (enum coh_side)s, at / side[s]->ways,
					  at % side[s]->ways);
	}
	if (d->outer.size)
		coh_machine_outer_all(sim->machine, COH_FLUSH);
}
