// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/advice_json.h"

static const char *const kinds[] = {
	[ADVICE_UNTRIED] = "not tried",	  [ADVICE_NONE] = "not known",
	[ADVICE_OPS] = "operations",	  [ADVICE_OWN_LINES] = "own lines",
	[ADVICE_TRANSFER] = "operations",
};

static const char *const events[COH_EVENTS] = {
	[COH_EVENT_LOAD] = "load",
	[COH_EVENT_STORE] = "store",
	[COH_EVENT_FETCH] = "instruction fetch",
	[COH_EVENT_DEVICE_WRITE] = "device write",
	[COH_EVENT_COHERENT_WRITE] = "device write",
	[COH_EVENT_LINE] = "maintenance",
	[COH_EVENT_SET_WAY] = "maintenance",
	[COH_EVENT_WHOLE] = "maintenance",
	[COH_EVENT_HOMONYM] = "change of page tables",
	[COH_EVENT_SHORT] = "maintenance",
	[COH_EVENT_OVERWRITE] = "change of page tables",
};

static void set_code(json_t *o, uint32_t pc, struct symbols *s)
{
	struct code_place at;

	if (!pc)
		return;
	symbols_at(s, pc, 2, &at);
	json_object_set_new(o, "pc", json_sprintf("0x%08x", pc));
	json_object_set_new(o, "user", json_boolean(at.user));
	if (at.function[0])
		json_object_set_new(o, "function", json_string(at.function));
}

/* Event i; or the read of the report, which comes last. */
static json_t *event_of(const struct wire_finding *f, uint32_t i, bool first, struct symbols *s)
{
	const struct wire_event *e = i < f->n_events ? &f->event[i] : NULL;
	json_t *o = json_object();

	json_object_set_new(o, "event", json_string(e ? events[e->kind] : "read"));
	if (!e)
		return o;
	if (e->va != COH_VA_UNKNOWN)
		json_object_set_new(o, "va", json_sprintf("0x%08x", e->va));
	if (e->kind != COH_EVENT_HOMONYM && e->kind != COH_EVENT_OVERWRITE)
		set_code(o, first && e->pc_first ? e->pc_first : e->pc, s);
	return o;
}

static json_t *step_of(const struct advice *a, unsigned i, const struct wire_finding *f,
		       struct symbols *s)
{
	const struct advice_step *step = &a->step[i];
	const struct replay_op *op = &step->op;
	json_t *o = json_object();

	json_object_set_new(o, "op", json_string(coh_op_name(op->op)));
	json_object_set_new(o, "side", json_string(op->side == COH_INSN ? "I" : "D"));
	json_object_set_new(o, "va", json_sprintf("0x%08x", op->va));
	json_object_set_new(o, "length", json_integer(f->granule));
	json_object_set_new(o, "each_change", json_boolean(op->each));
	if (step->first && !op->each)
		json_object_set_new(o, "after", event_of(f, step->first - 1, false, s));
	if (!op->each)
		json_object_set_new(o, "before", event_of(f, step->last, true, s));
	if (!i)
		json_object_set_new(o, "or_invalidate", json_boolean(a->invalidate_does));
	return o;
}

json_t *advice_json(const struct advice *a, const struct wire_finding *f, struct symbols *s)
{
	json_t *o = json_object(), *steps = json_array();

	json_object_set_new(o, "kind", json_string(kinds[a->kind]));
	for (unsigned i = 0; i < a->n_steps; i++)
		json_array_append_new(steps, step_of(a, i, f, s));
	json_object_set_new(o, "operations", steps);
	if (a->kind == ADVICE_OWN_LINES)
		json_object_set_new(o, "align", json_integer(f->granule));
	json_object_set_new(o, "invalidate_after",
			    json_boolean(a->invalidate_after || a->kind == ADVICE_TRANSFER));
	json_object_set_new(o, "whole_history", json_boolean(!f->events_cut));
	return o;
}
