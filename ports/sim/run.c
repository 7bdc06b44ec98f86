// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Running a scenario, ending it, and what is said about it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ports/sim/internal.h"

static const char *const texts[COH_SIM_RESULTS] = {
	[COH_SIM_RIGHT] = "every read was of the newest bytes and nothing is lost",
	[COH_SIM_CORRUPT] = "old bytes were read, or new ones are lost",
	[COH_SIM_IRQ] = "interrupts or walks were not left as they were found",
	[COH_SIM_DEADLOCK] = "a CPU waits for a lock that it holds itself",
	[COH_SIM_BLOCKED] = "a CPU waits for one that stands still",
	[COH_SIM_ERROR] = "something was asked that cannot be",
};

const char *coh_sim_result_text(enum coh_sim_result result)
{
	return (unsigned)result < COH_SIM_RESULTS ? texts[result] : "unknown result";
}

/* The first what is kept of the worst result. */
void sim_note(struct coh_sim *sim, enum coh_sim_result result, const char *what, int error,
	      const void *object)
{
	struct coh_sim_report *r = &sim->report;

	if (result < r->result || (result == r->result && r->what))
		return;
	r->result = result;
	if (!what)
		return;
	r->what = what;
	r->error = error;
	r->object = object;
	r->what_point = sim->report.points;
}

void sim_fail(struct coh_sim *sim, enum coh_sim_result result, const char *what, int error,
	      const void *object)
{
	if (!sim->in_run) {
		fprintf(stderr, "ports/sim: outside a run: %s%s%s\n", what, error ? ": " : "",
			error ? coh_error_text(error) : "");
		abort();
	}
	sim_note(sim, result, what, error, object);
	if (sim->config.driver)
		sim->config.driver->fail(sim->config.driver->context, what, error);
	longjmp(sim->end, 1);
}

void coh_sim_fail(struct coh_sim *sim, const char *what)
{
	sim_fail(sim, COH_SIM_ERROR, what, 0, NULL);
}

void sim_must(struct coh_sim *sim, int error, const char *what)
{
	sim_layer_returned(sim);
	if (error)
		sim_fail(sim, COH_SIM_ERROR, what, error, NULL);
}

void sim_ask(struct coh_sim *sim, bool right, const char *what)
{
	if (!right)
		sim_fail(sim, COH_SIM_ERROR, what, 0, NULL);
}

/* ------------------------------------------------------------------------
 * The end.
 */

static void check_maps(struct coh_sim *sim)
{
	enum coh_check_level level = sim->layer.config.check;
	const struct coh *coh = &sim->layer;
	const void *bad = NULL;

	for (uint32_t i = 0; i < sim->config.mms; i++)
		if (!coh_mm_check(coh, &sim->mms[i].mm, level))
			bad = &sim->mms[i].mm;
	for (uint32_t i = 0; i < sim->n_files; i++)
		if (!coh_mapping_check(coh, &sim->files[i]->mapping, level))
			bad = &sim->files[i]->mapping;
	for (struct os_anon *a = sim->anons.next; a != &sim->anons; a = a->next)
		if (!coh_anon_vma_check(coh, &a->anon_vma, level))
			bad = &a->anon_vma;
	if (bad)
		sim_note(sim, COH_SIM_ERROR, "the layer's map is damaged at the end", COH_E_CORRUPT,
			 bad);
}

/* Whether a dirty line still brings the newest byte of pa to memory. */
static bool is_on_the_way(const struct coh_sim *sim, const struct coh_machine *m, uint64_t pa,
			  uint8_t newest)
{
	const struct coh_cache *d = &sim->description.dcache;
	struct coh_machine_line_state line;

	for (uint32_t cpu = 0; cpu < sim->config.cpus; cpu++)
		for (uint32_t set = 0; set < coh_cache_sets(d); set++)
			for (uint32_t way = 0; way < d->ways; way++) {
				coh_machine_look(m, cpu, COH_DATA, set, way, &line);
				if (line.valid && line.dirty && line.pa <= pa &&
				    pa < line.pa + d->line && line.bytes[pa - line.pa] == newest)
					return true;
			}
	return false;
}

/* Of frames in use.  The second level is emptied into memory first, in a copy. */
uint64_t sim_lost(struct coh_sim *sim)
{
	struct coh_machine *m;
	uint64_t lost = 0;

	if (!coh_machine_lost(sim->machine))
		return 0;
	m = malloc(sim->machine_size);
	if (!m)
		sim_fail(sim, COH_SIM_ERROR, "malloc: no memory", 0, NULL);
	memcpy(m, sim->machine, sim->machine_size);
	if (sim->description.outer.size)
		coh_machine_outer_all(m, COH_CLEAN);
	for (uint32_t f = 0; f < sim->config.frames; f++) {
		uint64_t pa = coh_sim_pa(sim, f);

		for (uint32_t i = 0; sim->frames[f].uses && i < sim->page; i++) {
			uint8_t newest = coh_machine_newest(m, pa + i);

			lost += coh_machine_memory(m, pa + i) != newest &&
				!is_on_the_way(sim, m, pa + i, newest);
		}
	}
	free(m);
	return lost;
}

static void check_end(struct coh_sim *sim)
{
	check_maps(sim);
	sim->report.lost = sim_lost(sim);
	if (sim->report.lost)
		sim_note(sim, COH_SIM_CORRUPT, NULL, 0, NULL);
	if (coh_machine_check(sim->machine))
		sim_note(sim, COH_SIM_ERROR, "the machine breaks its own invariants", 0, NULL);
}

enum coh_sim_result coh_sim_run(struct coh_sim *sim, coh_sim_fn *fn, void *arg)
{
	struct context context;

	if (sim->dead)
		return sim->report.result;
	sim_ask(sim, !sim->in_run, "coh_sim_run: within itself");
	sim->in_run = true;
	sim_listen(sim);
	if (!setjmp(sim->end)) {
		sim_enter(sim, &context, COH_SIM_IN_PROCESS, 0);
		fn(sim, arg);
		sim_leave(sim, &context);
		check_end(sim);
	} else {
		sim->dead = true;
		sim->context = &sim->base;
	}
	sim->in_run = false;
	sim_listen(sim);
	return sim->report.result;
}

/* ------------------------------------------------------------------------ */

const struct coh_sim_report *coh_sim_report(const struct coh_sim *sim)
{
	return &sim->report;
}

static const char *reader(const struct coh_machine_stale *stale)
{
	switch (stale->reader) {
	case COH_MACHINE_LOAD:
		return "load";
	case COH_MACHINE_FETCH:
		return "fetch";
	default:
		return "device read";
	}
}

static const char *in_context(enum coh_sim_context context)
{
	switch (context) {
	case COH_SIM_IN_IRQ:
		return " in an interrupt";
	case COH_SIM_IN_NMI:
		return " in an NMI";
	default:
		return "";
	}
}

char *coh_sim_report_line(const struct coh_sim *sim, char *buffer, size_t size)
{
	static const char *const names[COH_SIM_RESULTS] = { "right",	"corrupt", "irq",
							    "deadlock", "blocked", "error" };
	const struct coh_sim_report *r = coh_sim_report(sim);
	const char *name = names[r->result];

	if (r->what)
		snprintf(buffer, size, "%s: %s%s%s, at point %llu", name, r->what,
			 r->error ? ": " : "", r->error ? coh_error_text(r->error) : "",
			 (unsigned long long)r->what_point);
	else if (r->stale)
		snprintf(buffer, size,
			 "%s: stale %s by CPU %u at 0x%llx (frame %u)%s: got 0x%02x, newest "
			 "0x%02x, at point %llu; %llu in all, %llu bytes lost",
			 name, reader(&r->first), r->first.cpu, (unsigned long long)r->first.va,
			 r->first_frame, in_context(r->first_context), r->first.got,
			 r->first.newest, (unsigned long long)r->first_point,
			 (unsigned long long)r->stale, (unsigned long long)r->lost);
	else if (r->lost)
		snprintf(buffer, size, "%s: %llu bytes lost", name, (unsigned long long)r->lost);
	else
		snprintf(buffer, size, "%s: %llu points", name, (unsigned long long)r->points);
	return buffer;
}
