// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/advice_words.h"

#include <string.h>

#include "watch/runner/text.h"

struct telling {
	struct text out;
	const struct advice *a;
	const struct wire_finding *f;
	struct symbols *s;
	bool drops; /* the operation that is being told takes the line away */
};

static void say_place(struct telling *t, uint32_t pc)
{
	struct code_place at;

	symbols_at(t->s, pc, 2, &at);
	if (at.user)
		text_say(&t->out, " in user mode");
	else if (at.function[0])
		text_say(&t->out, " in %s", at.function);
	text_say(&t->out, " (pc 0x%08x)", pc);
}

static const char *article(enum coh_op op)
{
	return op == COH_INVALIDATE ? "an" : "a";
}

static void say_access(struct telling *t, const char *what, const struct wire_event *e)
{
	text_say(&t->out, "%s", what);
	if (e->pc)
		say_place(t, e->pc);
}

static void say_maintenance(struct telling *t, const struct wire_event *e)
{
	text_say(&t->out, "the %s", coh_op_name((enum coh_op)e->op));
	if (e->kind == COH_EVENT_SHORT)
		text_say(&t->out, " of a range that ends at 0x%08x", e->va);
	else if (e->kind == COH_EVENT_LINE)
		text_say(&t->out, " of 0x%08x", e->va);
	else
		text_say(&t->out, " of the whole %s cache", e->side == COH_INSN ? "I" : "D");
	say_place(t, e->pc);
}

/* The missed store, or one through the same alias that came next. */
static bool is_the_store(const struct telling *t, uint32_t i)
{
	const struct wire_event *e = t->f->event;

	while (i > t->a->written && e[i].kind == COH_EVENT_STORE && e[i].va == e[i - 1].va)
		i--;
	return i == t->a->written && e[i].kind == COH_EVENT_STORE;
}

/*
 * The stores that a history begins with have no order: it is known who wrote which bytes of the dirty
 * line, not who was the last.  What is to come after one of them is to come after all.  False if i is
 * none of several.
 */
static bool say_stores_before(struct telling *t, uint32_t i)
{
	const struct wire_event *e = t->f->event;
	uint32_t first = i, end = i + 1;

	while (first && e[first - 1].kind == COH_EVENT_STORE && e[first - 1].va == e[i].va)
		first--;
	while (end < t->f->n_events && e[end].kind == COH_EVENT_STORE && e[end].va == e[i].va)
		end++;
	if (!first || e[first - 1].kind != COH_EVENT_LOAD || e[first - 1].pc || end - first < 2)
		return false;
	text_say(&t->out, "the stores");
	for (uint32_t k = first; k < end; k++) {
		if (k > first)
			text_say(&t->out, k + 1 < end ? "," : " and");
		say_place(t, e[k].pc);
	}
	return true;
}

/* What event i is, behind "before" or "after". */
static void say_event(struct telling *t, uint32_t i, bool before)
{
	const struct wire_event *e = &t->f->event[i];

	switch (e->kind) {
	case COH_EVENT_STORE:
		if (before && e->pc_first && e->pc_first != e->pc) {
			text_say(&t->out, "the store");
			say_place(t, e->pc_first);
		} else if (!before && t->drops && e->pc && say_stores_before(t, i)) {
			;
		} else if (is_the_store(t, i)) {
			text_say(&t->out, "the store");
		} else if (before || t->drops || !e->pc || !say_stores_before(t, i)) {
			say_access(t, e->pc ? "the store" : "the stores before", e);
		}
		break;
	case COH_EVENT_LOAD:
		say_access(t, e->pc ? "the load" : "the line was read", e);
		break;
	case COH_EVENT_FETCH:
		say_access(t, e->pc ? "the fetch" : "the code was fetched", e);
		break;
	case COH_EVENT_DEVICE_WRITE:
	case COH_EVENT_COHERENT_WRITE:
		text_say(&t->out, "%s", before ? "the DMA starts" : "the DMA");
		break;
	case COH_EVENT_HOMONYM:
		text_say(&t->out, "the page tables changed");
		break;
	case COH_EVENT_OVERWRITE:
		if (before)
			text_say(&t->out, "the page tables changed");
		else
			say_access(t, "another page's store", e);
		break;
	default:
		say_maintenance(t, e);
	}
}

static const char *before_last(const struct wire_finding *f)
{
	static const char *const names[] = {
		[COH_BY_LOAD] = "this load",
		[COH_BY_FETCH] = "this fetch",
		[COH_BY_WALK] = "the page table is used",
		[COH_BY_DEVICE] = "the DMA starts",
		[COH_BY_STORE] = "this store",
		[COH_BY_DEVICE_WRITE] = "the DMA starts",
	};

	return f->by < sizeof(names) / sizeof(*names) ? names[f->by] : "this access";
}

static void say_after(struct telling *t, const struct advice_step *step)
{
	if (!step->first || step->op.each)
		return;
	t->drops = step->op.op != COH_CLEAN;
	text_say(&t->out, " after ");
	say_event(t, step->first - 1, false);
}

/*
 * Of what a history begins with it is not known what was read afterwards: a line that is dropped
 * early may be filled again.
 */
static bool may_be_read_again(const struct telling *t, const struct advice_step *step)
{
	const struct wire_event *e = &t->f->event[step->first ? step->first - 1 : 0];

	return step->first && step->op.op != COH_CLEAN && !e->pc_first &&
	       (e->kind == COH_EVENT_LOAD || e->kind == COH_EVENT_STORE);
}

static void say_before(struct telling *t, const struct advice_step *step)
{
	if (step->op.each) {
		text_say(&t->out, " each time before the page tables change");
		return;
	}
	text_say(&t->out, may_be_read_again(t, step) ? " immediately before " : " before ");
	if (step->last == t->f->n_events)
		text_say(&t->out, "%s", before_last(t->f));
	else
		say_event(t, step->last, true);
}

static void say_operation(struct telling *t, const struct advice_step *step)
{
	const struct replay_op *op = &step->op;

	text_say(&t->out, "%s %s of the %s line 0x%08x", article(op->op), coh_op_name(op->op),
		 op->side == COH_INSN ? "I" : "D", op->va);
	if (step == t->a->step && t->a->invalidate_does)
		text_say(&t->out, " (or an invalidate, if none of it is wanted)");
}

static void say_one(struct telling *t)
{
	const struct advice_step *step = &t->a->step[0];

	say_operation(t, step);
	say_after(t, step);
	if (step->first)
		text_say(&t->out, " and");
	say_before(t, step);
	if (t->a->replaces)
		text_say(&t->out, ", or a flush in its place");
	if (t->a->invalidate_after)
		text_say(&t->out,
			 ", and an invalidate after it ended, if the line can be read meanwhile");
}

static void say_two(struct telling *t)
{
	const struct advice_step *first = &t->a->step[0], *second = &t->a->step[1];

	say_operation(t, first);
	say_after(t, first);
	if (!first->first || first->last < t->f->n_events) {
		if (first->first)
			text_say(&t->out, " and");
		say_before(t, first);
	}
	text_say(&t->out, ", then ");
	say_operation(t, second);
	if (second->first > first->last)
		say_after(t, second);
	if (second->first > first->last && second->first)
		text_say(&t->out, " and");
	say_before(t, second);
}

void advice_say(const struct advice *a, const struct wire_finding *f, struct symbols *s, char *out,
		size_t size)
{
	struct telling t = { { out, size }, a, f, s, false };

	switch (a->kind) {
	case ADVICE_OPS:
		if (a->n_steps == 1)
			say_one(&t);
		else
			say_two(&t);
		break;
	case ADVICE_OWN_LINES:
		text_say(&t.out,
			 "lines of its own for the buffer: align its start and its end to %u bytes",
			 f->granule);
		break;
	case ADVICE_TRANSFER:
		if (a->n_steps == 1)
			say_one(&t);
		else
			say_two(&t);
		text_say(&t.out,
			 ", and an invalidate after it ended, if the line can be read meanwhile");
		break;
	case ADVICE_NONE:
		text_say(&t.out,
			 "not known: of what happened to the line, no operation in any place was"
			 " enough, and no two in the usual places");
		break;
	default:
		text_say(&t.out, "not known: too little is known of what happened to the line to "
				 "try anything");
	}
	if (f->events_cut && a->kind != ADVICE_UNTRIED)
		text_say(&t.out,
			 " (tried with %u things that happened to the line; others are not kept)",
			 f->n_events);
	text_say(&t.out, ".");
}

/* ---- what was done ---- */

static bool done_after(const struct wire_finding *f, const struct advice_step *step)
{
	const struct replay_op *op = &step->op;

	for (uint32_t i = step->first; i < f->n_events; i++)
		if (f->event[i].kind == COH_EVENT_LINE && f->event[i].side == op->side &&
		    f->event[i].va == op->va)
			return true;
	return false;
}

/*
 * Maintenance of a whole cache names no line: whose was the old one that it wrote back?  The one that
 * the advice is about, if that was dirty then.
 */
static void say_owner(struct telling *t)
{
	const struct wire_finding *f = t->f;
	uint32_t va = t->a->step[0].op.va, whole = f->n_events, store;

	if (f->cause != COH_CLOBBERED || !f->culprit.known || f->culprit.va != COH_VA_UNKNOWN ||
	    t->a->kind != ADVICE_OPS || t->a->step[0].op.side != COH_DATA)
		return;
	while (whole && (f->event[whole - 1].va != COH_VA_UNKNOWN ||
			 f->event[whole - 1].pc != f->culprit.pc))
		whole--;
	for (store = whole; store; store--) {
		const struct wire_event *e = &f->event[store - 1];

		if (e->va == va && (e->kind == COH_EVENT_LINE || e->kind == COH_EVENT_STORE))
			break;
	}
	if (!store || f->event[store - 1].kind != COH_EVENT_STORE || store - 1 == t->a->written)
		return;
	text_say(&t->out, " The old line was 0x%08x, dirty since the store", va);
	say_place(t, f->event[store - 1].pc);
	text_say(&t->out, ".");
}

/* The last maintenance of the very line that needs it would have been enough later. */
static bool too_early(const struct advice *a, const struct wire_finding *f)
{
	const struct replay_op *op = &a->step[0].op;
	const struct wire_maint *last = &f->last;

	return a->kind == ADVICE_OPS && a->n_steps == 1 && a->step[0].first && last->known &&
	       last->scope == 0 && (last->va & ~(f->granule - 1)) == op->va && last->op < COH_OPS &&
	       (last->insn == 2 || last->insn == (uint32_t)op->side) && a->does[last->op] &&
	       f->cause != COH_OTHER_PAGE && !done_after(f, &a->step[0]);
}

void advice_judge(const struct advice *a, const struct wire_finding *f, struct symbols *s,
		  char *out, size_t size)
{
	struct telling t = { { out, size }, a, f, s, false };
	const struct wire_event *wrong = &f->event[a->wrong];

	*out = '\0';
	say_owner(&t);
	if (too_early(a, f)) {
		text_say(&t.out,
			 " Too early: the last maintenance of the line, %s %s, came before ",
			 article(f->last.op), coh_op_name((enum coh_op)f->last.op));
		if (f->last.op != COH_INVALIDATE || a->step[0].first != a->written + 1)
			text_say(&t.out, "%s.", f->by_device ? "the DMA" : "the store");
		else
			text_say(&t.out, "%s.",
				 f->by_device ? "the DMA ended"
					      : "the newest bytes were in memory");
	} else if (a->too_short) {
		text_say(&t.out, " Range too short: ");
		say_maintenance(&t, &f->event[a->cut_short]);
		text_say(&t.out, " is one line short.");
	} else if (a->wrong_kind && wrong->op == COH_CLEAN) {
		text_say(&t.out, " Wrong kind: ");
		say_maintenance(&t, wrong);
		text_say(&t.out, " leaves the old line in the cache.");
	} else if (a->wrong_address) {
		text_say(&t.out, " Wrong address: ");
		say_maintenance(&t, wrong);
		text_say(&t.out, " does not reach 0x%08x.", a->step[0].op.va);
	}
}

/* The last maintenance of the line that needs it, not of whatever alias came last. */
static void choose_last(struct report *r, const struct advice *a, struct wire_finding *f)
{
	const struct replay_op *op = &a->step[0].op;

	for (uint32_t i = 0; a->n_steps && i < f->n_lasts && i < WIRE_COPIES; i++) {
		const struct wire_last *last = &f->last_of[i];

		if (last->va != op->va || last->insn != (uint32_t)op->side ||
		    !memcmp(&last->last, &f->last, sizeof(f->last)))
			continue;
		f->last = last->last;
		r->last_is_alias = true;
		r->last_insn = op->side == COH_INSN;
		r->last_va = op->va;
	}
}

void report_advise(struct report *r, struct wire_finding *f, const struct wire_hello *hello,
		   struct symbols *s, struct advice *a)
{
	size_t used = strlen(r->verdict);

	advice_find(hello, f, a);
	choose_last(r, a, f);
	memset(&r->last, 0, sizeof(r->last));
	if (f->last.known)
		symbols_at(s, f->last.pc, 0, &r->last);
	advice_say(a, f, s, r->missing, sizeof(r->missing));
	advice_judge(a, f, s, r->verdict + used, sizeof(r->verdict) - used);
}
