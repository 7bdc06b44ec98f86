// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Contexts that somebody else schedules. */
#include "ports/sim/internal.h"

struct coh_sim_strand {
	struct context context;
};

struct coh_sim_strand *coh_sim_strand_new(struct coh_sim *sim, enum coh_sim_context kind,
					  uint32_t cpu)
{
	struct coh_sim_strand *strand = sim_object(sim, sizeof(*strand));

	/* The depth tells who holds an mm: each has its own. */
	strand->context = (struct context){ .kind = kind, .depth = ++sim->strands + 1, .cpu = cpu };
	return strand;
}

void coh_sim_strand_run(struct coh_sim *sim, struct coh_sim_strand *strand, uint32_t cpu)
{
	sim->in_run = strand != NULL;
	sim->context = strand ? &strand->context : &sim->base;
	sim->context->cpu = strand ? cpu : 0;
	sim->running = sim->context->cpu;
	sim_listen(sim);
}

uint32_t coh_sim_strand_holds(const struct coh_sim_strand *strand)
{
	return strand->context.locks + strand->context.walks;
}

bool coh_sim_irqs_are_on(const struct coh_sim *sim, uint32_t cpu)
{
	return cpu < sim->config.cpus && sim->cpu[cpu].irqs_on;
}

void coh_sim_set_irqs(struct coh_sim *sim, uint32_t cpu, bool on)
{
	if (cpu < sim->config.cpus)
		sim->cpu[cpu].irqs_on = on;
}

const void *coh_sim_tally(const struct coh_sim *sim, uint32_t i, size_t *len)
{
	switch (i) {
	case 0:
		*len = sizeof(sim->layer.counters);
		return sim->layer.counters;
	case 1:
		*len = sizeof(sim->report);
		return &sim->report;
	case 2:
		*len = sizeof(sim->counts);
		return sim->counts;
	case 3:
		*len = sizeof(struct coh_machine_counts);
		return coh_machine_counts(sim->machine);
	default:
		return NULL;
	}
}
