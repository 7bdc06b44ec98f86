// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cache maintenance, TLB maintenance and the control registers, as the guest
 * executes them; and for each line the last maintenance that named it.
 *
 * The log of last operations is a table a side, by a hash of the physical line, in which the last
 * one wins, and the last through another alias stays beside it; and one entry for the last
 * operation on the whole cache.  Of the two the later one is shown.  An entry that another line has
 * overwritten is lost: the report then says less, and never something wrong about another line.
 *
 * An operation by set and way names a place, not a line.  The shadow collects such operations, and
 * applies them before the next access (coh_shadow_settle).
 */
#include "watch/plugin/context.h"
#include "watch/plugin/trace.h"

static struct maint_slot *log_slot(uint32_t line_pa, enum coh_side side)
{
	uint32_t line = line_pa / tracer.granule;

	return &tracer.maint[side][(line ^ line >> 16) % MAINT_LOG];
}

static struct wire_maint describe(const struct action_site *site, uint32_t va, bool changed)
{
	const struct action *a = &site->action;

	return (struct wire_maint){
		.known = 1,
		.op = a->op,
		.insn = a->data && a->insn ? 2 : a->insn,
		.scope = a->scope,
		.pc = site->pc,
		.va = va,
		.mm = tracer.space,
		.changed = changed,
	};
}

struct wire_maint last_maintenance(uint32_t line_pa, enum coh_side side)
{
	const struct maint_slot *slot = log_slot(line_pa, side);
	const struct maint_entry *e = slot->last.line_pa == line_pa ? &slot->last : &slot->other;
	const struct maint_entry *all = &tracer.last_all[side];

	/* Of what the slot had before its two it is not known which line it was. */
	if (e->line_pa != line_pa && slot->other.when > all->when)
		return (struct wire_maint){ 0 };
	return e->when > all->when && e->line_pa == line_pa ? e->op : all->op;
}

static bool is_of(const struct maint_entry *e, uint32_t line_pa, uint32_t va)
{
	return e->when && e->line_pa == line_pa && e->va == va;
}

bool last_of_alias(uint32_t line_pa, uint32_t va, enum coh_side side, struct wire_maint *last)
{
	const struct maint_slot *slot = log_slot(line_pa, side);
	const struct maint_entry *all = &tracer.last_all[side], *e = NULL;

	if (is_of(&slot->last, line_pa, va))
		e = &slot->last;
	else if (is_of(&slot->other, line_pa, va))
		e = &slot->other;
	/* What the slot had before its two came before both: was it before the whole cache's, too? */
	else if (slot->other.when > all->when)
		return false;
	*last = e && e->when > all->when ? e->op : all->op;
	return true;
}

static void log_line(const struct action_site *site, enum coh_side side, uint32_t va, uint32_t pa,
		     bool changed)
{
	struct maint_slot *slot = log_slot(pa, side);
	struct maint_entry *e = &slot->last;
	uint32_t line = va & ~(tracer.granule - 1);

	if (e->line_pa != pa || e->va != line)
		slot->other = *e;
	e->line_pa = pa;
	e->va = line;
	e->when = ++tracer.maint_clock;
	e->op = describe(site, va, changed);
}

static void log_all(const struct action_site *site, enum coh_side side, bool changed)
{
	tracer.last_all[side] = (struct maint_entry){
		.when = ++tracer.maint_clock,
		.op = describe(site, COH_VA_UNKNOWN, changed),
	};
}

static bool maintain_line(const struct action_site *site, uint32_t va)
{
	const struct action *a = &site->action;
	struct coh_who who = { site->pc, va, tracer.space };
	uint32_t pa = coh_shadow_pa_of(tracer.shadow, va);
	bool insn = a->insn && a->op != COH_CLEAN, changed = false;

	/* An alias that no access ever used: of no effect, but a report may name it. */
	if (pa == COH_VA_UNKNOWN)
		pa = physical_of(va);
	if (pa != COH_VA_UNKNOWN)
		notice_device_at(pa);
	if (a->data)
		changed |= coh_shadow_maintain(tracer.shadow, COH_DATA, a->op, va, pa, &who);
	if (insn && coh_shadow_maintain(tracer.shadow, COH_INSN, COH_INVALIDATE, va, pa, &who)) {
		changed = true;
		forget_blocks_seen();
	}
	tracer.end.maint_line++;
	if (pa == COH_VA_UNKNOWN)
		return changed;
	pa &= ~(tracer.granule - 1);
	if (a->data)
		log_line(site, COH_DATA, va, pa, changed);
	if (insn)
		log_line(site, COH_INSN, va, pa, changed);
	return changed;
}

static bool maintain_all(const struct action_site *site)
{
	const struct action *a = &site->action;
	struct coh_who who = { site->pc, COH_VA_UNKNOWN, tracer.space };
	bool insn = a->insn && a->op != COH_CLEAN, changed = false;

	if (a->data)
		changed |= coh_shadow_maintain_all(tracer.shadow, COH_DATA, a->op, &who);
	if (insn) {
		changed |= coh_shadow_maintain_all(tracer.shadow, COH_INSN, COH_INVALIDATE, &who);
		forget_blocks_seen();
	}
	tracer.end.maint_all++;
	if (a->data)
		log_all(site, COH_DATA, changed);
	if (insn)
		log_all(site, COH_INSN, changed);
	return changed;
}

static void maintain_set_way(const struct action_site *site, uint32_t operand)
{
	struct coh_who who = { site->pc, COH_VA_UNKNOWN, tracer.space };
	uint32_t set, way;

	tracer.isa->set_way(coh_shadow_dcache(tracer.shadow), operand, &set, &way);
	/* The next access must not be quiet: the effect is put off until then. */
	forget_views();
	coh_shadow_set_way(tracer.shadow, site->action.op, set, way, &who);
	tracer.end.maint_all++;
	log_all(site, COH_DATA, true);
}

void maintain_by_sweep(uint32_t pc)
{
	const struct action_site site = {
		.action = { .op = COH_FLUSH, .scope = SCOPE_ALL, .data = true },
		.pc = pc,
	};

	coh_shadow_settle(tracer.shadow);
	maintain_all(&site);
	tracer.end.sweeps++;
}

static void maintain(struct action_site *site)
{
	const struct coh_shadow_counts *c = coh_shadow_counts(tracer.shadow);
	uint64_t before;
	uint32_t va = COH_VA_UNKNOWN;
	bool changed = true, wrote;

	/* What was put off is no effect of this operation. */
	if (site->action.scope != SCOPE_SET_WAY)
		coh_shadow_settle(tracer.shadow);
	before = c->written_back;
	switch (site->action.scope) {
	case SCOPE_LINE:
		va = mmu_modified_va(&tracer.mmu, read_register(tracer.reg[site->action.reg]));
		changed = maintain_line(site, va);
		break;
	case SCOPE_SET_WAY:
		maintain_set_way(site, read_register(tracer.reg[site->action.reg]));
		break;
	case SCOPE_ALL:
		changed = maintain_all(site);
		break;
	}
	site->count++;
	site->redundant += !changed;
	wrote = c->written_back != before;
	site->wrote += wrote;
	callers_count(site, va, changed, wrote);
}

static void control(uint32_t value)
{
	static bool told;

	tracer.mmu.control = value;
	if (tracer.isa->is_big_endian(&tracer.mmu) && !told) {
		told = true;
		events_note(true, "the guest switched to big-endian data: values and table walks "
				  "are not understood");
	}
}

static bool tlb_entry_was_old(const struct action *a)
{
	return table_entry_is_old(mmu_modified_va(&tracer.mmu, read_register(tracer.reg[a->reg])));
}

void on_action(unsigned vcpu, void *udata)
{
	struct action_site *site = udata;
	const struct action *a = &site->action;

	(void)vcpu;
	dma_settle();
	events_progress();
	if (a->cond != COND_ALWAYS &&
	    !tracer.isa->condition_holds(a->cond, read_register(tracer.status)))
		return;
	if (a->kind == ACTION_MAINTAIN) {
		maintain(site);
		forget_blocks_if_threatened();
		return;
	}
	if (a->kind == ACTION_ALLOCATE) {
		sweep_allocate(mmu_modified_va(&tracer.mmu, read_register(tracer.reg[a->reg])),
			       site->pc);
		return;
	}
	switch (a->kind) {
	case ACTION_CONTROL:
		control(read_register(tracer.reg[a->reg]));
		break;
	case ACTION_TABLES:
		tracer.mmu.tables = read_register(tracer.reg[a->reg]);
		tracer.space = tracer.isa->space(&tracer.mmu);
		context_switched();
		break;
	case ACTION_PROCESS:
		tracer.mmu.process = read_register(tracer.reg[a->reg]) & 0xfe000000u;
		break;
	default:
		break;
	}
	forget_views();
	/*
	 * Not so after TLB maintenance of one page, which is frequent: code at another physical
	 * place is another block, and has not been seen.  But the next fetch walks the tables.
	 */
	if (a->kind != ACTION_TLB || a->scope != SCOPE_LINE || tlb_entry_was_old(a))
		forget_blocks_seen();
}
