// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* COH_SIM_GRAIN_ACCESS: each load and store of the layer is a point. */
#include "ports/sim/internal.h"
#include "ports/sim/hook.h"

struct env_hook env_hook;
struct env_place env_place;

static struct coh_sim *listener; /* whose layer runs */

/* Counters only count: nothing follows from what they say. */
static bool counts_only(const struct coh_sim *sim, const volatile void *p)
{
	return (uintptr_t)p - (uintptr_t)sim->layer.counters < sizeof(sim->layer.counters);
}

static void on_access(const volatile void *p, enum coh_sim_next_kind kind)
{
	struct coh_sim *sim = listener;

	if (counts_only(sim, p))
		return;
	sim_point_before(sim, &(struct coh_sim_next){
				      .kind = kind, .va = (uintptr_t)p, .place = env_place });
	/* Others may have run at that point, and left it set to theirs. */
	sim_listen(sim);
}

static void on_load(const volatile void *p, enum env_order order)
{
	(void)order;
	on_access(p, COH_SIM_NEXT_LAYER_LOAD);
}

static void on_store(const volatile void *p, enum env_order order, bool done)
{
	(void)order;
	if (!done)
		on_access(p, COH_SIM_NEXT_LAYER_STORE);
}

void sim_listen(struct coh_sim *sim)
{
	if (sim->config.grain != COH_SIM_GRAIN_ACCESS)
		return;
	listener = sim;
	env_hook.load = sim->in_run ? on_load : NULL;
	env_hook.store = sim->in_run ? on_store : NULL;
}

void sim_layer_returned(struct coh_sim *sim)
{
	if (sim->config.grain == COH_SIM_GRAIN_ACCESS)
		sim_point(sim);
}

static bool heard;

static void hear(const volatile void *p, enum env_order order, bool done)
{
	(void)p;
	(void)order;
	(void)done;
	heard = true;
}

bool sim_layer_is_hooked(void)
{
	struct env_hook before = env_hook;
	struct coh_page page;

	heard = false;
	env_hook = (struct env_hook){ .store = hear };
	coh_page_init(&page, 0);
	env_hook = before;
	return heard;
}
