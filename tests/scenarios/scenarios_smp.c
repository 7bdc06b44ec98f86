// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Two CPUs.  Their data caches are coherent as far as names agree; aliases are as they
 * are on one.  There are no VIVT machines of two: no mm is the current one there.
 */
#include "tests/scenarios/scene.h"

static void two(struct coh_sim_config *config)
{
	config->cpus = 2;
}

static void two_apart(struct coh_sim_config *config)
{
	config->cpus = 2;
	config->scope = COH_SCOPE_THIS_CPU;
}

static void second_maps(struct coh_sim *sim, void *arg)
{
	struct scene *s = arg;

	coh_sim_switch(sim, 1);
	map_shared(s, 1, s->va, 0, 1, COH_SIM_RW);
	u_load(s, s->va);
}

/* K is dirty in one CPU's cache, and the other CPU maps the page. */
static void not_deferred(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	k_store(s, s->frame);
	flush(s, s->frame);
	coh_sim_on(s->sim, 1, second_maps, s);
}

/* The other CPU maps and unmaps the file while this one looks for its users. */
static void map_beside(struct scene *s)
{
	uintptr_t size = coh_sim_page_size(s->sim);

	coh_sim_switch(s->sim, 1);
	map_shared(s, 1, s->vb, 0, 2, COH_SIM_RW);
	u_load(s, s->vb + size);
	coh_sim_munmap(s->sim, 1, s->vb + size, 1);
}

static void second_looks(struct coh_sim *sim, void *arg)
{
	struct scene *s = arg;

	if (coh_sim_current(sim, 1) == 1)
		u_load(s, s->vb);
}

static void updates_beside(struct scene *s)
{
	file_of(s, 2);
	s->va = beside_k(s, 0, s->frame);
	s->vb = like_user(s, 1, s->va);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RW);
	u_store(s, s->va);
	scene_open(s);
	kernel_and_user(s, s->frame, s->va);
	scene_close(s);
	coh_sim_on(s->sim, 1, second_looks, s);
}

/* Both CPUs update the map of one file. */
static void map_too(struct scene *s)
{
	coh_sim_switch(s->sim, 1);
	map_shared(s, 1, s->vb, 0, 2, COH_SIM_RW);
	coh_sim_munmap(s->sim, 1, s->vb + coh_sim_page_size(s->sim), 1);
}

static void two_updates(struct scene *s)
{
	uintptr_t size = coh_sim_page_size(s->sim);

	file_of(s, 3);
	s->va = beside_k(s, 0, s->frame);
	s->vb = like_user(s, 1, s->va);
	scene_open(s);
	map_shared(s, 0, s->va, 0, 3, COH_SIM_RW);
	coh_sim_munmap(s->sim, 0, s->va + size, 1);
	scene_close(s);
	u_store(s, s->va);
	kernel_and_user(s, s->frame, s->va);
	coh_sim_on(s->sim, 1, second_looks, s);
}

/* Code that both run is changed by one. */
static void second_fetches(struct coh_sim *sim, void *arg)
{
	struct scene *s = arg;

	if (coh_sim_current(sim, 1) == COH_SIM_NONE)
		coh_sim_switch(sim, 0);
	u_fetch(s, s->va);
}

static void code_of_both(struct scene *s)
{
	file_page(s, COH_SIM_RX);
	for (int i = 0; i < 2; i++) {
		u_fetch(s, s->va);
		coh_sim_on(s->sim, 1, second_fetches, s);
		kernel_writes(s, s->frame);
	}
	u_fetch(s, s->va);
	coh_sim_on(s->sim, 1, second_fetches, s);
}

/* A thread on the other CPU has the page in its cache, at the same address. */
static void second_loads(struct coh_sim *sim, void *arg)
{
	struct scene *s = arg;

	if (coh_sim_current(sim, 1) == COH_SIM_NONE)
		coh_sim_switch(sim, 0);
	u_load(s, s->va);
}

static void thread_beside(struct scene *s)
{
	file_page(s, COH_SIM_RW);
	u_store(s, s->va);
	coh_sim_on(s->sim, 1, second_loads, s);
	kernel_and_user(s, s->frame, s->va);
	coh_sim_on(s->sim, 1, second_loads, s);
}

#define NO_VIVT OUTSIDE(VIVT, "a VIVT cache of two CPUs has no current mm, and nobody built one")

const struct scenario scenarios_smp[] = {
	{ .name = "smp-not-deferred",
	  .claim = "T1",
	  .what = "operations reach one CPU: it stores, another one maps the page",
	  .run = not_deferred,
	  .configure = two_apart,
	  .expect = { NO_VIVT,
		      CORRUPT(DIRTY_VIPT, P_NONE, "K's dirty lines reach memory only by chance"),
		      RIGHT(ANY, P_EVERY,
			    "the flush is done at once, by the CPU that has the lines; or the "
			    "caches are in step") } },
	{ .name = "smp-update-beside-walk",
	  .claim = "T10",
	  .what = "another CPU maps and unmaps the file amid flushes",
	  .run = updates_beside,
	  .configure = two,
	  .arrival = COH_SIM_ARRIVE_CPU,
	  .arrival_cpu = 1,
	  .arrive = map_beside,
	  .expect = { NO_VIVT, CORRUPT(VIPT, P_NONE, "nobody brings two aliases in line"),
		      RIGHT(VIPT, P_RMAP_LOCKED, "the lock is enough among CPUs"),
		      RIGHT(ANY, P_EVERY, "the walk begins again, or does not need it") } },
	{ .name = "smp-two-updates",
	  .claim = "T10",
	  .what = "two CPUs update the map of one file at once",
	  .run = two_updates,
	  .configure = two,
	  .arrival = COH_SIM_ARRIVE_CPU,
	  .arrival_cpu = 1,
	  .arrive = map_too,
	  .expect = { NO_VIVT, CORRUPT(VIPT, P_NONE, "nobody brings two aliases in line"),
		      RIGHT(ANY, P_EVERY, "updates take turns: each map has a lock") } },
	{ .name = "smp-code",
	  .claim = "T1",
	  .what = "the kernel changes code that two CPUs run",
	  .run = code_of_both,
	  .configure = two,
	  .expect = { NO_VIVT, CORRUPT(ANY, P_NONE, "old lines of the instruction cache stay"),
		      RIGHT(ANY, P_EVERY, "operations reach all CPUs") } },
	{ .name = "smp-thread-beside",
	  .claim = "T6",
	  .what = "a thread on another CPU has the page in its cache",
	  .run = thread_beside,
	  .configure = two,
	  .expect = { NO_VIVT, CORRUPT(VIPT, P_NONE, "nobody brings two aliases in line"),
		      RIGHT(ANY, P_EVERY, "operations reach all CPUs") } },
	{ 0 },
};
