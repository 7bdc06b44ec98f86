// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Running a random program by the protocol at the top of coherer.h.
 *
 *  - Before the kernel loads from a page of a user, and before it stores: flush_dcache_page, or
 *    kmap, or the hook of get_user_pages; after it stored: flush_dcache_page, or kunmap.
 *  - A page that a device or a vmap has is left alone by everybody else, interrupts too.
 *  - Who executes what a user stored asks for a flush first, as by cacheflush(2).
 *  - Users run between the operations only, so no thread touches a page in between the kernel's
 *    flush and its access.  Interrupts come, and the kernel on another CPU runs, at any point.
 *  - With a second level no users conflict: user_uncache of ports/sim sends them past it, which
 *    port.h forbids, for the machine has no other uncached accesses.
 *  - Under flush-all and hints none do, either: those leave them alone (docs/policies.md).
 *  - What the layer is told is so, unless it is told a lie: with alone there is one CPU; with
 *    fetches_in_order no line of code is filled at a user's address but right before his access;
 *    with users_announce_code each of them asks for coh_flush_icache_range before he executes
 *    anonymous memory.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/ports/sim/sim_random.h"

#define FRAMES_LEFT 4u /* an operation needs fewer */

void run_say(const struct run *r, const char *format, ...)
{
	va_list args;

	if (!r->how->print)
		return;
	if (coh_sim_context(r->sim) == COH_SIM_IN_PROCESS)
		printf("\tCPU %u: ", coh_sim_cpu(r->sim));
	else
		printf("\t\t%s: ", coh_sim_context(r->sim) == COH_SIM_IN_IRQ ? "interrupt" : "NMI");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

void run_must(struct run *r, int error, const char *what)
{
	if (error)
		coh_sim_fail(r->sim, what);
}

/* ------------------------------------------------------------------------
 * Where things are.
 */

uintptr_t run_place(const struct run *r, const struct op *o)
{
	return coh_sim_user_address(r->sim, o->nth, o->colour) + o->page * r->page;
}

/* Two words of a line, and both ends of the page. */
uint32_t run_offset(const struct run *r, const struct op *o)
{
	const uint32_t at[CELLS] = { 0, r->page - 4, r->prog->config.core->dcache.line - 4, 2048 };

	return at[o->cell];
}

uint32_t run_current(const struct run *r)
{
	return coh_sim_current(r->sim, coh_sim_cpu(r->sim));
}

bool run_vma_has(const struct coh_vma *vma, uint32_t flag)
{
	return vma && vma->flags & flag;
}

/* The page of a file that mm has at va, as far as areas say; -1: none. */
static int index_at(const struct run *r, uint32_t mm, uintptr_t va, uint32_t file)
{
	const struct coh_vma *vma = coh_sim_vma(r->sim, mm, va);

	if (!vma || vma->mapping != coh_sim_mapping(r->sim, r->file[file]))
		return -1;
	return (int)(va / r->page - vma->delta);
}

/* How often mm has areas for a page of a file, of those that have all of flags. */
unsigned run_mapped(const struct run *r, uint32_t mm, uint32_t file, unsigned index, uint32_t flags)
{
	unsigned n = 0;

	for (unsigned nth = 0; nth < 2; nth++) {
		uintptr_t va = coh_sim_user_address(r->sim, nth, 0) - r->page;

		for (unsigned i = 0; i < 8; i++, va += r->page)
			n += index_at(r, mm, va, file) == (int)index &&
			     (coh_sim_vma(r->sim, mm, va)->flags & flags) == flags;
	}
	return n;
}

uint32_t run_new_word(struct run *r)
{
	return (++r->stores % 255 + 1) * 0x01010101u;
}

bool run_must_announce(const struct run *r, uint32_t frame)
{
	return r->announced && coh_sim_page(r->sim, frame)->owner & 1u;
}

void run_flush(struct run *r, uint32_t frame)
{
	run_must(r, coh_flush_dcache_page(r->coh, coh_sim_page(r->sim, frame)),
		 "coh_flush_dcache_page");
	r->stored[frame].va = 0;
}

/* ------------------------------------------------------------------------
 * What hardware does at every point beside what ports/sim draws: there it is rarely the lines that
 * matter.
 */

void run_touch(struct run *r, uintptr_t va)
{
	r->ahead[r->n_ahead++ % AHEAD] = va;
}

static bool is_kernel(uintptr_t va)
{
	return va >= 0xc0000000u;
}

/* The line at va that the layer is told nobody would fill. */
static bool is_excluded(const struct run *r, uintptr_t va, bool data)
{
	return !data && !is_kernel(va) && r->prog->config.fetches_in_order &&
	       r->how->lie != LIE_IN_ORDER;
}

static void fill_ahead(struct coh_sim *sim, void *arg)
{
	struct run *r = arg;
	const struct coh_sim_config *config = &r->prog->config;
	uintptr_t va = r->ahead[coh_sim_random(sim, AHEAD)];
	bool data = config->core->speculates == COH_SPECULATES_DATA && coh_sim_random(sim, 3);

	if (va && coh_sim_random(sim, COH_SIM_ALWAYS) < config->fill && !is_excluded(r, va, data))
		coh_machine_fill(coh_sim_machine(sim), coh_sim_random(sim, config->cpus),
				 data ? COH_DATA : COH_INSN, va, NULL);
	coh_sim_at(sim, 1, COH_SIM_ARRIVE_NMI, 0, fill_ahead, r);
}

/* Another thread loads by K, of a page that it flushed before, anywhere. */
static void load_by_k(struct coh_sim *sim, void *arg)
{
	struct run *r = arg;
	uintptr_t va = r->ahead[coh_sim_random(sim, AHEAD)];

	if (is_kernel(va))
		coh_machine_fill(coh_sim_machine(sim), coh_sim_cpu(sim), COH_DATA, va, NULL);
	coh_sim_at(sim, 1, COH_SIM_ARRIVE_NMI, 0, load_by_k, r);
}

static enum coh_sim_arrival arrival_of(const struct run *r, const struct op *o)
{
	enum coh_context context = coh_policy_context(r->how->policy);

	if (r->prog->config.cpus > 1 && o->how >> 14 & 1)
		return COH_SIM_ARRIVE_CPU;
	if (context == COH_CONTEXT_NMI && o->how >> 15 & 1)
		return COH_SIM_ARRIVE_NMI;
	return context == COH_CONTEXT_PROCESS ? 0 : COH_SIM_ARRIVE_IRQ;
}

/* ------------------------------------------------------------------------ */

static void step(struct coh_sim *sim, void *arg)
{
	struct call *c = arg;

	(void)sim;
	if (users_do[c->op->kind])
		users_do[c->op->kind](c->run, c->op);
	else
		kernel_do[c->op->kind](c->run, c->op);
}

/* What users stored to a page that is free by now is nobody's code. */
static bool has_room(struct run *r)
{
	unsigned left = 0;

	for (uint32_t f = 0; f < FRAMES; f++)
		if (!coh_sim_uses(r->sim, f)) {
			r->stored[f].va = 0;
			left++;
		}
	return left >= FRAMES_LEFT;
}

static void announce(struct run *r, struct call *c)
{
	enum coh_sim_arrival arrival = arrival_of(r, c->op);

	if (!arrival)
		return;
	run_say(r, "%s will come in %u points",
		arrival == COH_SIM_ARRIVE_CPU	? "the other CPU"
		: arrival == COH_SIM_ARRIVE_IRQ ? "an interrupt"
						: "an NMI",
		c->op->when);
	/* That CPU may be the one that runs by then: it waits until it is idle. */
	coh_sim_at(r->sim, c->op->when, arrival, arrival == COH_SIM_ARRIVE_CPU ? c->op->cpu : 0,
		   kernel_arrives, c);
}

static void scenario(struct coh_sim *sim, void *arg)
{
	struct run *r = arg;
	struct call call[OPS_MAX];

	for (uint32_t f = 0; f < FILES; f++)
		r->file[f] = coh_sim_file(sim, FILE_PAGES);
	if (r->prog->config.fill)
		fill_ahead(sim, r);
	if (r->how->lie == LIE_ALONE)
		load_by_k(sim, r);
	coh_sim_switch(sim, 0);
	for (unsigned i = 0; i < r->prog->n; i++) {
		const struct op *o = &r->prog->op[i];

		call[i] = (struct call){ r, o };
		if (!has_room(r) && o->kind != UNMAP && o->kind != EXIT)
			continue;
		if (o->kind == ARRIVAL)
			announce(r, &call[i]);
		else
			coh_sim_on(sim, o->cpu, step, &call[i]);
	}
}

static void tell(struct coh_sim_config *config, const struct circumstances *c)
{
	if (c->untold)
		config->alone = config->fetches_in_order = config->users_announce_code =
			config->looks_at_tables = false;
	else if (c->lie == LIE_ALONE)
		config->alone = true;
	else if (c->lie == LIE_IN_ORDER)
		config->fetches_in_order = true;
	else if (c->lie == LIE_ANNOUNCED)
		config->users_announce_code = true;
}

struct outcome sim_random_run(const struct program *prog, const struct circumstances *c)
{
	struct coh_sim_config config = prog->config;
	const struct coh_cpu *core = config.core;
	struct run r = {
		.prog = prog,
		.how = c,
		.congruent = c->policy == &coh_policy_hints || c->policy == &coh_policy_flush_all ||
			     config.outer.size,
		.vivt = coh_cache_alias(&core->dcache, core->page) == COH_ALIAS_EVERY,
		.meeting = coh_cache_alias(&core->dcache, core->page) == COH_ALIAS_NONE,
		.page = core->page,
		.pin = { COH_SIM_NONE, COH_SIM_NONE },
		.busy = COH_SIM_NONE,
	};
	struct outcome outcome;
	const char *why;

	config.policy = c->policy;
	tell(&config, c);
	r.announced = config.users_announce_code && r.vivt && c->lie != LIE_ANNOUNCED;
	r.sim = coh_sim_new(&config, &why);
	if (!r.sim) {
		outcome.result = COH_SIM_ERROR;
		snprintf(outcome.line, sizeof(outcome.line), "no such machine: %s", why);
		return outcome;
	}
	r.coh = coh_sim_layer(r.sim);
	if (c->fault)
		coh_sim_fault(r.sim, c->fault);
	outcome.result = coh_sim_run(r.sim, scenario, &r);
	coh_sim_report_line(r.sim, outcome.line, sizeof(outcome.line));
	coh_sim_free(r.sim);
	return outcome;
}
