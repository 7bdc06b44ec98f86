// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Points, what arrives at them, and the stack of contexts that this makes. */
#include <stdlib.h>

#include "ports/sim/internal.h"

void sim_enter(struct coh_sim *sim, struct context *context, enum coh_sim_context kind,
	       uint32_t cpu)
{
	*context = (struct context){
		.below = sim->context,
		.kind = kind,
		.depth = sim->context ? sim->context->depth + 1 : 1,
		.cpu = cpu,
	};
	sim->context = context;
	sim->running = cpu;
}

/* Was everything put back? */
void sim_leave(struct coh_sim *sim, struct context *context)
{
	bool should_be_on = context->kind == COH_SIM_IN_PROCESS;
	struct cpu *cpu = &sim->cpu[context->cpu];

	if (context->locks)
		sim_fail(sim, COH_SIM_ERROR, "a lock is still held at the end of its context", 0,
			 NULL);
	if (context->saves || cpu->irqs_on != should_be_on) {
		sim->report.irq_unbalanced++;
		sim_note(sim, COH_SIM_IRQ, "interrupts are not as they were found", 0, NULL);
		cpu->irqs_on = should_be_on;
	}
	if (context->walks) {
		sim->report.walk_unbalanced++;
		sim_note(sim, COH_SIM_IRQ, "a walk did not end", 0, NULL);
		cpu->walks -= context->walks;
		sim_objects_settle(sim);
	}
	sim->context = context->below;
	sim->running = context->below->cpu;
}

static void run_process(struct coh_sim *sim, uint32_t cpu, coh_sim_fn *fn, void *arg)
{
	struct context context;

	sim_enter(sim, &context, COH_SIM_IN_PROCESS, cpu);
	fn(sim, arg);
	sim_leave(sim, &context);
}

static void run_thread(struct coh_sim *sim, coh_sim_fn *fn, void *arg)
{
	struct cpu *cpu = &sim->cpu[sim->running], before = *cpu;
	struct context context;

	sim_enter(sim, &context, COH_SIM_IN_PROCESS, sim->running);
	cpu->kernel_thread = false;
	fn(sim, arg);
	if (cpu->mm != before.mm)
		coh_sim_switch(sim, before.mm);
	cpu->kernel_thread = before.kernel_thread;
	sim_leave(sim, &context);
}

/* Hardware turns interrupts off on entry, and puts back what was there on return. */
static void run_interrupt(struct coh_sim *sim, enum coh_sim_context kind, coh_sim_fn *fn, void *arg)
{
	struct cpu *cpu = &sim->cpu[sim->running];
	bool on = cpu->irqs_on;
	struct context context;

	cpu->irqs_on = false;
	sim_enter(sim, &context, kind, sim->running);
	fn(sim, arg);
	sim_leave(sim, &context);
	cpu->irqs_on = on;
}

static bool is_idle(const struct coh_sim *sim, uint32_t cpu)
{
	for (const struct context *c = sim->context; c; c = c->below)
		if (c->cpu == cpu)
			return false;
	return true;
}

static bool can_arrive(const struct coh_sim *sim, const struct arrival *a)
{
	const struct cpu *cpu = &sim->cpu[sim->running];

	switch (a->kind) {
	case COH_SIM_ARRIVE_IRQ:
		return cpu->irqs_on;
	case COH_SIM_ARRIVE_NMI:
		return true;
	case COH_SIM_ARRIVE_THREAD:
		return cpu->irqs_on && !cpu->locks && !cpu->walks &&
		       sim->context->kind == COH_SIM_IN_PROCESS;
	case COH_SIM_ARRIVE_CPU:
		return is_idle(sim, a->cpu);
	}
	return false;
}

static void arrive(struct coh_sim *sim, const struct arrival *a)
{
	sim->report.arrivals++;
	switch (a->kind) {
	case COH_SIM_ARRIVE_IRQ:
		run_interrupt(sim, COH_SIM_IN_IRQ, a->fn, a->arg);
		return;
	case COH_SIM_ARRIVE_NMI:
		run_interrupt(sim, COH_SIM_IN_NMI, a->fn, a->arg);
		return;
	case COH_SIM_ARRIVE_THREAD:
		run_thread(sim, a->fn, a->arg);
		return;
	case COH_SIM_ARRIVE_CPU:
		run_process(sim, a->cpu, a->fn, a->arg);
		return;
	}
}

/* What arrives may have points of its own, at which others arrive: begin again after each. */
static void arrivals(struct coh_sim *sim)
{
	struct arrival **at = &sim->arrivals;

	while (*at) {
		struct arrival a = **at;

		if (a.point > sim->report.points || !can_arrive(sim, &a)) {
			at = &(*at)->next;
			continue;
		}
		free(*at);
		*at = a.next;
		sim->report.pending--;
		arrive(sim, &a);
		at = &sim->arrivals;
	}
}

void sim_point_before(struct coh_sim *sim, const struct coh_sim_next *next)
{
	if (!sim->in_run) /* a scenario is being prepared: nothing happens but what it says */
		return;
	sim->report.points++;
	if (sim->config.driver) {
		sim->config.driver->point(sim->config.driver->context, next);
		return;
	}
	sim_hardware(sim, next);
	arrivals(sim);
}

void sim_point(struct coh_sim *sim)
{
	sim_point_before(sim, &(struct coh_sim_next){ .kind = COH_SIM_NEXT_CODE });
}

void sim_wait(struct coh_sim *sim, const uintptr_t *word, const char *what, const void *object)
{
	while (*word) {
		if (!sim->config.driver)
			sim_fail(sim, COH_SIM_BLOCKED, what, 0, object);
		sim_point_before(sim,
				 &(struct coh_sim_next){ .kind = COH_SIM_NEXT_WAIT, .word = word });
	}
}

void coh_sim_point(struct coh_sim *sim)
{
	sim_point(sim);
}

uint64_t coh_sim_points(const struct coh_sim *sim)
{
	return sim->report.points;
}

uint32_t coh_sim_cpu(const struct coh_sim *sim)
{
	return sim->running;
}

enum coh_sim_context coh_sim_context(const struct coh_sim *sim)
{
	return sim->context->kind;
}

void coh_sim_at(struct coh_sim *sim, uint64_t n, enum coh_sim_arrival kind, uint32_t cpu,
		coh_sim_fn *fn, void *arg)
{
	struct arrival *a, **last = &sim->arrivals;

	sim_ask(sim, n && fn && kind >= COH_SIM_ARRIVE_IRQ && kind <= COH_SIM_ARRIVE_CPU,
		"coh_sim_at: no such arrival");
	sim_ask(sim, kind == COH_SIM_ARRIVE_CPU ? cpu < sim->config.cpus : !cpu,
		"coh_sim_at: no such CPU");
	a = malloc(sizeof(*a));
	if (!a)
		sim_fail(sim, COH_SIM_ERROR, "malloc: no memory", 0, NULL);
	*a = (struct arrival){
		.point = sim->report.points + n, .kind = kind, .cpu = cpu, .fn = fn, .arg = arg
	};
	while (*last)
		last = &(*last)->next;
	*last = a;
	sim->report.pending++;
}

void coh_sim_on(struct coh_sim *sim, uint32_t cpu, coh_sim_fn *fn, void *arg)
{
	sim_ask(sim, cpu < sim->config.cpus, "coh_sim_on: no such CPU");
	if (cpu == sim->running) {
		fn(sim, arg);
		return;
	}
	sim_ask(sim, is_idle(sim, cpu), "coh_sim_on: that CPU waits for this one");
	run_process(sim, cpu, fn, arg);
}

void sim_arrivals_free(struct coh_sim *sim)
{
	while (sim->arrivals) {
		struct arrival *a = sim->arrivals;

		sim->arrivals = a->next;
		free(a);
	}
}
