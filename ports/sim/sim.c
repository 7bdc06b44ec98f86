// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Making a sim: a core's description for layer and machine, then the parts. */
#include <stdlib.h>

#include "ports/sim/internal.h"

#define DEFAULT_FRAMES	     32u
#define DEFAULT_MMS	     4u
#define DEFAULT_SLOTS	     8u
#define DEFAULT_TRANSLATIONS 1024u

_Static_assert(COH_PROT_READ == (int)COH_MACHINE_READ && COH_PROT_WRITE == (int)COH_MACHINE_WRITE &&
		       COH_PROT_EXEC == (int)COH_MACHINE_EXEC,
	       "rights are passed on as they are");

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
	return value ? value : otherwise;
}

static struct coh_sim_config with_defaults(const struct coh_sim_config *config)
{
	struct coh_sim_config c = *config;

	c.scope = c.scope ? c.scope : COH_SCOPE_ALL_CPUS;
	c.check = c.check ? c.check : COH_CHECK_EXPENSIVE;
	c.grain = c.grain ? c.grain : COH_SIM_GRAIN_CALL;
	c.cpus = or_default(c.cpus, 1);
	c.frames = or_default(c.frames, DEFAULT_FRAMES);
	c.slots = or_default(c.slots, DEFAULT_SLOTS);
	c.mms = or_default(c.mms, DEFAULT_MMS);
	c.translations = or_default(c.translations, DEFAULT_TRANSLATIONS);
	return c;
}

static const char *wrong_with(const struct coh_sim_config *c)
{
	uint32_t page = c->core ? c->core->page : 0;

	if (!c->core)
		return "config.core is NULL";
	if (page < 16 || page & (page - 1) || page > (1u << 24))
		return "the core's page size is no power of two from 16 bytes to 16 MiB";
	if (coh_cache_check(&c->core->dcache))
		return coh_cache_error_text(coh_cache_check(&c->core->dcache));
	if (c->core->icache.size && coh_cache_check(&c->core->icache))
		return coh_cache_error_text(coh_cache_check(&c->core->icache));
	if (coh_cache_span(&c->core->dcache) > WINDOW_SIZE)
		return "congruent addresses are more than 16 MiB apart";
	if (c->cpus > CPUS_MAX)
		return "more than 8 CPUs";
	if (c->frames >= LINEAR_SIZE / page || c->highmem > c->frames)
		return "more frames than there are kernel addresses, or more highmem than frames";
	if (c->slots > SLOTS_MAX || (uint64_t)c->slots * page > WINDOW_BASE - KMAP_BASE)
		return "more kmap slots than there are addresses";
	if (c->mms >= COH_SIM_NONE - 1 || c->translations > (1u << 24))
		return "mms or translations without number";
	if (c->evict > COH_SIM_EVERY_DIRTY || c->fill > COH_SIM_ALWAYS)
		return "evict or fill is no rate";
	if (c->grain < COH_SIM_GRAIN_CALL || c->grain > COH_SIM_GRAIN_ACCESS)
		return "no such grain";
	if (c->grain == COH_SIM_GRAIN_ACCESS && !sim_layer_is_hooked())
		return "the layer tells of no access: it was not compiled with ports/sim/hook";
	return NULL;
}

static struct coh_geometry geometry(const struct coh_cache *c)
{
	static const enum coh_indexing indexing[] = {
		[COH_VIVT] = COH_INDEXED_VIVT,
		[COH_VIPT] = COH_INDEXED_VIPT,
		[COH_PIPT] = COH_INDEXED_PIPT,
	};

	if (!c->size)
		return (struct coh_geometry){ 0 };
	return (struct coh_geometry){ .indexing = indexing[c->kind],
				      .size = c->size,
				      .line = c->line,
				      .ways = c->ways,
				      .span = c->span };
}

static void describe(const struct coh_sim_config *c, struct coh_config *layer,
		     struct coh_machine_config *machine)
{
	const struct coh_cpu *core = c->core;
	uint32_t colours = coh_cache_colours(&core->dcache, core->page);

	*layer = (struct coh_config){
		.dcache = geometry(&core->dcache),
		.icache = geometry(&core->icache),
		.outer_line = c->outer.size ? c->outer.line : 0,
		.page_shift = (uint32_t)__builtin_ctz(core->page),
		.address_bits = 32,
		.scope = c->scope,
		.linear_start = LINEAR_BASE + (uintptr_t)(c->kernel_colour % colours) * core->page,
		.linear_size = (uintptr_t)(c->frames + 1) * core->page,
		.speculates = core->speculates == COH_SPECULATES_DATA ||
			      (core->speculates == COH_SPECULATES_INSN && !core->icache.size),
		.alone = c->alone,
		.fetches_in_order = c->fetches_in_order,
		.users_announce_code = c->users_announce_code,
		.whole_from = c->whole_from,
		.check = c->check,
		.policy = c->policy,
	};
	*machine = (struct coh_machine_config){
		.dcache = core->dcache,
		.icache = core->icache,
		.outer = c->outer,
		.cpus = c->cpus,
		.page = core->page,
		.pages = c->frames + 1,
		.translations = c->frames + 1 + c->slots + c->cpus * WINDOW_NESTS + c->translations,
		.tlb = c->tlb,
		.broadcast = c->scope == COH_SCOPE_ALL_CPUS,
		.sharing = c->sharing,
	};
}

const char *coh_sim_describe(const struct coh_sim_config *config, struct coh_config *layer,
			     struct coh_machine_config *machine)
{
	struct coh_sim_config c = with_defaults(config);
	const char *wrong = wrong_with(&c);
	struct coh_machine_config m;
	struct coh_config l;

	if (wrong)
		return wrong;
	describe(&c, &l, &m);
	if (!coh_machine_size(&m))
		return coh_machine_config_text(&m);
	if (layer)
		*layer = l;
	if (machine)
		*machine = m;
	return NULL;
}

static bool allocate(struct coh_sim *sim)
{
	const struct coh_sim_config *c = &sim->config;

	sim->machine_size = coh_machine_size(&sim->description);
	sim->max_mapped = sim->description.translations;
	sim->machine = sim_allocate(c->driver, sim->machine_size);
	sim->frames = sim_allocate(c->driver, (c->frames + 1) * sizeof(*sim->frames));
	sim->slots = sim_allocate(c->driver, c->slots * sizeof(*sim->slots));
	sim->mms = sim_allocate(c->driver, c->mms * sizeof(*sim->mms));
	sim->mapped = sim_allocate(c->driver, sim->max_mapped * sizeof(*sim->mapped));
	return sim->machine && sim->frames && sim->slots && sim->mms && sim->mapped;
}

static void set_up(struct coh_sim *sim)
{
	const struct coh_sim_config *c = &sim->config;
	struct translation t = { .rights = COH_SIM_RWX, .attr = sim_cacheable(sim) };

	for (uint32_t i = 0; i < CPUS_MAX; i++)
		sim->cpu[i] = (struct cpu){ .mm = COH_SIM_NONE, .irqs_on = true };
	for (uint32_t i = 0; i < c->slots; i++)
		sim->slots[i].frame = COH_SIM_NONE;
	for (uint32_t i = 0; i < c->mms; i++)
		coh_mm_init(&sim->mms[i].mm);
	for (t.frame = 0; t.frame <= c->frames; t.frame++) {
		struct frame *f = &sim->frames[t.frame];

		*f = (struct frame){ .file = COH_SIM_NONE, .slot = COH_SIM_NONE };
		coh_page_init(&f->page, coh_sim_pfn(sim, t.frame));
		if (coh_sim_kernel_address(sim, t.frame))
			sim_translate(sim, COH_MACHINE_KERNEL, coh_sim_kernel_address(sim, t.frame),
				      &t);
	}
}

struct coh_sim *coh_sim_new(const struct coh_sim_config *config, const char **why)
{
	struct coh_sim *sim = NULL;
	struct coh_config layer;
	const char *none;
	int error;

	if (!why)
		why = &none;
	*why = coh_sim_describe(config, &layer, NULL);
	if (*why)
		return NULL;
	*why = "malloc: no memory";
	sim = sim_allocate(config->driver, sizeof(*sim));
	if (!sim)
		return NULL;
	sim->config = with_defaults(config);
	sim->page = sim->config.core->page;
	sim->shift = layer.page_shift;
	sim->linear = layer.linear_start;
	sim->objects.next = sim->objects.prev = &sim->objects;
	sim->late.next = sim->late.prev = &sim->late;
	sim->anons.next = sim->anons.prev = &sim->anons;
	sim->hardware_random = sim->config.seed;
	sim->scenario_random = ~sim->config.seed;
	sim->chooser = (struct coh_machine_chooser){ sim_choose, sim };
	sim->base = (struct context){ .kind = COH_SIM_IN_PROCESS, .depth = 1 };
	sim->context = &sim->base;
	coh_sim_describe(config, NULL, &sim->description);
	sim_port_fill(&sim->port, sim, &layer);
	error = coh_init(&sim->layer, &layer, &sim->port);
	if (error)
		*why = coh_error_text(error);
	if (error || !allocate(sim) || coh_machine_init(sim->machine, &sim->description)) {
		coh_sim_free(sim);
		return NULL;
	}
	set_up(sim);
	*why = NULL;
	return sim;
}

void coh_sim_free(struct coh_sim *sim)
{
	const struct coh_sim_driver *driver;

	if (!sim)
		return;
	driver = sim->config.driver;
	sim_arrivals_free(sim);
	sim_objects_free(sim);
	sim_release(driver, sim->machine);
	sim_release(driver, sim->frames);
	sim_release(driver, sim->slots);
	sim_release(driver, sim->mms);
	sim_release(driver, sim->mapped);
	sim_release(driver, sim->files);
	sim_release(driver, sim->vmaps);
	sim_release(driver, sim->log);
	sim_release(driver, sim);
}

struct coh *coh_sim_layer(struct coh_sim *sim)
{
	return &sim->layer;
}

struct coh_machine *coh_sim_machine(struct coh_sim *sim)
{
	return sim->machine;
}

const struct coh_port *coh_sim_port(struct coh_sim *sim)
{
	return &sim->port;
}
