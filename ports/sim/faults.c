// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Operations of the port: points around them, counts, log, and faults put into them. */
#include <stdlib.h>

#include "ports/sim/internal.h"

#define CAN(how) (1u << COH_SIM_##how)
#define RANGE	 (CAN(DROP) | CAN(WRONG) | CAN(SHORT))

static const struct {
	const char *name;
	bool is_cache;
	uint32_t can; /* which enum coh_sim_how */
} ops[COH_SIM_OPS] = {
	[COH_SIM_OP_DCACHE_CLEAN] = { "dcache_clean", true, RANGE },
	[COH_SIM_OP_DCACHE_INVALIDATE] = { "dcache_invalidate", true, RANGE },
	[COH_SIM_OP_DCACHE_FLUSH] = { "dcache_flush", true, RANGE },
	[COH_SIM_OP_DCACHE_FLUSH_ALL] = { "dcache_flush_all", true, RANGE },
	[COH_SIM_OP_ICACHE_INVALIDATE] = { "icache_invalidate", true, RANGE },
	[COH_SIM_OP_ICACHE_INVALIDATE_ALL] = { "icache_invalidate_all", true, RANGE },
	[COH_SIM_OP_OUTER_CLEAN] = { "outer_clean", true, RANGE },
	[COH_SIM_OP_OUTER_INVALIDATE] = { "outer_invalidate", true, RANGE },
	[COH_SIM_OP_OUTER_FLUSH] = { "outer_flush", true, RANGE },
	[COH_SIM_OP_WINDOW_MAP] = { "window_map", false, CAN(DROP) | CAN(WRONG) },
	[COH_SIM_OP_WINDOW_UNMAP] = { "window_unmap", false, CAN(DROP) },
	[COH_SIM_OP_KMAP] = { "kmap", false, CAN(DROP) },
	[COH_SIM_OP_KUNMAP] = { "kunmap", false, CAN(DROP) },
	[COH_SIM_OP_COPY] = { "copy", false, CAN(DROP) | CAN(SHORT) },
	[COH_SIM_OP_ZERO] = { "zero", false, CAN(DROP) | CAN(SHORT) },
	[COH_SIM_OP_LOCK] = { "lock", false, CAN(DROP) },
	[COH_SIM_OP_UNLOCK] = { "unlock", false, CAN(DROP) },
	[COH_SIM_OP_IRQ_SAVE] = { "irq_save", false, CAN(DROP) },
	[COH_SIM_OP_IRQ_RESTORE] = { "irq_restore", false, CAN(DROP) | CAN(WRONG) },
	[COH_SIM_OP_USER_UNCACHE] = { "user_uncache", false, CAN(DROP) | CAN(WRONG) },
	[COH_SIM_OP_WALK_ENTER] = { "walk_enter", false, CAN(DROP) },
	[COH_SIM_OP_WALK_EXIT] = { "walk_exit", false, CAN(DROP) },
};

const char *coh_sim_op_name(enum coh_sim_op op)
{
	return (unsigned)op < COH_SIM_OPS ? ops[op].name : "unknown";
}

static bool can(const struct coh_sim *sim, enum coh_sim_op op, uint32_t how)
{
	bool whole = op == COH_SIM_OP_DCACHE_FLUSH_ALL || op == COH_SIM_OP_ICACHE_INVALIDATE_ALL;

	if ((unsigned)op >= COH_SIM_OPS || how < COH_SIM_DROP || how > COH_SIM_SHORT ||
	    !(ops[op].can & 1u << how))
		return false;
	/* Else there is no next CPU. */
	return !whole || how != COH_SIM_WRONG || sim->config.cpus > 1;
}

bool coh_sim_fault(struct coh_sim *sim, const struct coh_sim_fault *fault)
{
	if (!can(sim, fault->op, (uint32_t)fault->how))
		return false;
	if (sim->n_faults == FAULTS_MAX)
		return false;
	sim->fault[sim->n_faults++] = *fault;
	return true;
}

void coh_sim_fault_clear(struct coh_sim *sim)
{
	sim->n_faults = 0;
}

void coh_sim_on_op(struct coh_sim *sim, coh_sim_op_fn *fn, void *arg)
{
	sim->on_op = fn;
	sim->on_op_arg = arg;
}

/* nth counts down to 1, where the fault happens, and is then out of reach. */
static uint32_t fault_of(struct coh_sim *sim, enum coh_sim_op op)
{
	uint32_t how = 0;

	for (uint32_t i = 0; i < sim->n_faults; i++) {
		struct coh_sim_fault *f = &sim->fault[i];
		bool now = f->nth <= 1;

		if (f->op != op || f->nth == COH_SIM_NONE)
			continue;
		if (f->nth)
			f->nth = now ? COH_SIM_NONE : f->nth - 1;
		if (now && !how)
			how = (uint32_t)f->how;
	}
	return how;
}

/* Asked once of each operation: a fault of the n-th counts them. */
static uint32_t how_of(struct coh_sim *sim, const struct coh_sim_entry *entry)
{
	uint32_t how = fault_of(sim, entry->op);
	uint32_t told = sim->on_op ? sim->on_op(sim, entry, sim->on_op_arg) : 0;

	if (told && can(sim, entry->op, told))
		how = told;
	if (how)
		sim->report.faults++;
	return how;
}

static struct coh_sim_entry entry_of(struct coh_sim *sim, enum coh_sim_op op)
{
	return (struct coh_sim_entry){
		.op = op,
		.cpu = (uint8_t)sim->running,
		.context = (uint8_t)coh_sim_context(sim),
		.point = sim->report.points,
	};
}

void sim_op_begin(struct coh_sim *sim, struct operation *o, enum coh_sim_op op, uint64_t va,
		  size_t len)
{
	sim_point_before(sim, &(struct coh_sim_next){
				      .kind = COH_SIM_NEXT_OP, .op = op, .va = va, .len = len });
	*o = (struct operation){ .entry = entry_of(sim, op), .is_cache = ops[op].is_cache };
	o->entry.va = va;
	o->entry.len = len;
	o->how = how_of(sim, &o->entry);
	o->entry.faulty = o->how != 0;
}

bool sim_walk_is_dropped(struct coh_sim *sim, enum coh_sim_op op)
{
	struct coh_sim_entry entry = entry_of(sim, op);

	return how_of(sim, &entry) == COH_SIM_DROP;
}

static void log_entry(struct coh_sim *sim, const struct coh_sim_entry *entry)
{
	if (sim->n_log == sim->max_log) {
		size_t max = sim->max_log ? 2 * sim->max_log : 256;

		sim->log = sim_enlarge(sim, sim->log, sim->n_log, max, sizeof(*sim->log));
		sim->max_log = max;
	}
	sim->log[sim->n_log++] = *entry;
}

void sim_op_end(struct coh_sim *sim, const struct operation *o)
{
	struct coh_sim_counts *counts = &sim->counts[o->entry.op];

	counts->calls++;
	counts->lines += o->lines;
	counts->changed += o->entry.changed;
	counts->in_vain += o->is_cache && !o->entry.changed;
	if (sim->config.log)
		log_entry(sim, &o->entry);
	sim_point(sim);
}

const struct coh_sim_counts *coh_sim_counts(const struct coh_sim *sim, enum coh_sim_op op)
{
	static const struct coh_sim_counts none;

	return (unsigned)op < COH_SIM_OPS ? &sim->counts[op] : &none;
}

const struct coh_sim_entry *coh_sim_log(const struct coh_sim *sim, size_t *count)
{
	*count = sim->n_log;
	return sim->n_log ? sim->log : NULL;
}

void coh_sim_log_clear(struct coh_sim *sim)
{
	sim->n_log = 0;
	for (int i = 0; i < COH_SIM_OPS; i++)
		sim->counts[i] = (struct coh_sim_counts){ 0 };
}
