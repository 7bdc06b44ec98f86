// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * What a step touches: lines, and all else that it reads and writes.  The search asks this to
 * know which steps commute.
 */
#include "check/system/layer.h"
#include "check/system/system_internal.h"

/* ---- lines ---- */

/* The bit of the page's first line. */
static uint32_t first_bit(const struct system *s, uint8_t page)
{
	return s->test->lines * s->class[page];
}

uint64_t footprint_line(const struct system *s, uint8_t page, uint32_t line)
{
	return 1ull << (first_bit(s, page) + line);
}

uint64_t footprint_page(const struct system *s, uint8_t page)
{
	return ((1ull << s->test->lines) - 1) << first_bit(s, page);
}

uint64_t footprint_all(const struct system *s)
{
	uint64_t lines = 0;

	for (uint8_t p = 0; p < s->test->n_pages; p++)
		lines |= footprint_page(s, p);
	return lines | (s->layer ? FOOTPRINT_OTHER : 0);
}

/* Pages that one address may name, now or later, are one: a hit there may be either's. */
static void unite(struct system *s, uint8_t a, uint8_t b)
{
	uint8_t from = s->class[a], to = s->class[b];

	for (uint8_t p = 0; p < s->test->n_pages; p++)
		if (s->class[p] == from)
			s->class[p] = to;
}

static void find_classes(struct system *s)
{
	const struct litmus *t = s->test;

	for (uint8_t p = 0; p < t->n_pages; p++)
		s->class[p] = p;
	for (uint8_t a = 0; a < t->n_aliases; a++)
		unite(s, t->alias[a].page, t->alias[t->alias[a].where].page);
	for (uint8_t c = 0; c < t->n_contexts; c++)
		for (uint8_t i = 0; i < t->context[c].n_instrs; i++)
			if (t->context[c].instr[i].op == OP_MAP)
				unite(s, t->context[c].instr[i].page,
				      t->alias[t->context[c].instr[i].alias].page);
}

/* ---- footprints ---- */

static void merge(struct footprint *to, const struct footprint *from)
{
	to->lines |= from->lines;
	to->read |= from->read;
	to->written |= from->written;
}

static uint64_t lines_of(const struct system *s, const struct litmus_instr *i)
{
	uint64_t lines = 0;

	for (uint32_t l = i->first / s->test->words; l <= i->last / s->test->words; l++)
		lines |= footprint_line(s, i->page, l);
	return lines;
}

/* On whatever CPU the context may be: one that migrates may be on any. */
static uint64_t on_cpus(const struct system *s, unsigned c, uint64_t (*resource)(unsigned cpu))
{
	const struct litmus_context *context = context_of(s, c);
	uint64_t resources = context->kind == LITMUS_DEVICE ? 0 : resource(context->cpu);

	for (uint8_t i = 0; i < context->n_instrs; i++)
		if (context->instr[i].op == OP_MIGRATE)
			for (unsigned cpu = 0; cpu < s->test->cpus; cpu++)
				resources |= resource(cpu);
	return resources;
}

static uint64_t sched(unsigned cpu)
{
	return RES_SCHED(cpu);
}

static uint64_t irq(unsigned cpu)
{
	return RES_IRQ(cpu);
}

static uint64_t tlb(unsigned cpu)
{
	return RES_TLB(cpu);
}

static uint64_t every_tlb(const struct system *s)
{
	uint64_t resources = 0;

	for (unsigned cpu = 0; cpu < s->test->cpus; cpu++)
		resources |= RES_TLB(cpu);
	return resources;
}

static uint64_t table_of(const struct system *s, const struct litmus_instr *i)
{
	return RES_TABLE(s->test->alias[i->alias].where);
}

/* Locks, interrupts, variables: no line. */
static void of_control(const struct system *s, unsigned c, const struct litmus_instr *i,
		       struct footprint *f)
{
	switch (i->op) {
	case OP_LOCK:
	case OP_UNLOCK:
		f->written |= RES_LOCK(i->other) | on_cpus(s, c, sched);
		return;
	case OP_LOCK_IRQ:
	case OP_UNLOCK_IRQ:
	case OP_LOCK_IRQSAVE:
	case OP_UNLOCK_IRQRESTORE:
		f->written |= RES_LOCK(i->other) | on_cpus(s, c, sched) | on_cpus(s, c, irq);
		return;
	case OP_IRQ_DISABLE:
	case OP_IRQ_ENABLE:
	case OP_IRQ_SAVE:
	case OP_IRQ_RESTORE:
		f->written |= on_cpus(s, c, sched) | on_cpus(s, c, irq);
		return;
	case OP_IPI:
	case OP_IPI_WAIT:
		f->written |= RES_IPI(i->other) | RES_IRQ(context_of(s, i->other)->cpu);
		return;
	case OP_READ_VAR:
	case OP_AWAIT:
		f->read |= RES_VAR(i->other);
		return;
	case OP_WRITE_VAR:
	case OP_EXCHANGE:
		f->written |= RES_VAR(i->other);
		return;
	case OP_SET_REG:
	case OP_BRANCH:
	case OP_JUMP:
	case OP_NOP:
	case OP_NO_WORD:
		return;
	default: /* migrate, switch_mm, and the layer, which may touch anything */
		f->written |= RES_ALL;
		f->lines |= footprint_all(s);
	}
}

static void of_statement(const struct system *s, unsigned c, const struct litmus_instr *i,
			 struct footprint *f)
{
	switch (i->op) {
	case OP_LOAD:
	case OP_STORE:
	case OP_FETCH:
	case OP_CLEAN:
	case OP_INVALIDATE:
	case OP_FLUSH:
	case OP_ICACHE:
		f->lines |= lines_of(s, i);
		f->read |= table_of(s, i);
		if (s->test->tlb)
			f->written |= on_cpus(s, c, tlb);
		return;
	case OP_DMA_READ:
	case OP_DMA_WRITE:
	case OP_OUTER_CLEAN:
	case OP_OUTER_INVALIDATE:
	case OP_OUTER_FLUSH:
		f->lines |= lines_of(s, i);
		return;
	case OP_CLEAN_ALL:
	case OP_INVALIDATE_ALL:
	case OP_FLUSH_ALL:
	case OP_ICACHE_ALL:
	case OP_CLEAN_SET:
	case OP_INVALIDATE_SET:
	case OP_FLUSH_SET:
		f->lines |= footprint_all(s);
		return;
	case OP_MAP:
	case OP_UNMAP:
	case OP_PROTECT:
		f->written |= table_of(s, i);
		f->lines |= s->fills ? footprint_page(s, i->page) : 0;
		return;
	case OP_TLB:
	case OP_TLB_LOCAL:
	case OP_TLB_ALL:
		f->written |= every_tlb(s);
		f->lines |= s->fills && s->test->tlb ? footprint_all(s) : 0;
		return;
	default:
		of_control(s, c, i, f);
	}
}

static void of_context(struct system *s, unsigned c)
{
	const struct litmus_context *context = context_of(s, c);
	uint64_t always_read = 0, always_written = 0;

	if (context->kind == LITMUS_PROCESS) {
		always_read |= on_cpus(s, c, sched);
		if (!s->one_mm[context->cpu])
			always_written |= on_cpus(s, c, sched);
	}
	if (context->kind == LITMUS_IPI)
		always_written |= RES_IPI(c);
	for (uint8_t i = 0; i < context->n_instrs; i++) {
		struct footprint *f = &s->step[c][i];

		f->read = always_read;
		f->written = always_written;
		if (layer_does(s, &context->instr[i]))
			*f = (struct footprint){ footprint_all(s), RES_ALL, RES_ALL };
		else
			of_statement(s, c, &context->instr[i], f);
	}
	s->future[c][context->n_instrs] = (struct footprint){ 0 };
	for (unsigned i = context->n_instrs; i--;) {
		s->future[c][i] = s->step[c][i];
		merge(&s->future[c][i], &s->future[c][i + 1]);
	}
}

/* Have all processes of this CPU the same mm, so that it is never switched? */
static bool has_one_mm(const struct system *s, unsigned cpu)
{
	uint8_t mm = LITMUS_NONE;

	for (unsigned c = 0; c < s->test->n_contexts; c++) {
		const struct litmus_context *context = context_of(s, c);

		for (uint8_t i = 0; i < context->n_instrs; i++)
			if (context->instr[i].op == OP_MIGRATE)
				return false;
		if (context->kind != LITMUS_PROCESS || context->cpu != cpu ||
		    context->mm == LITMUS_NONE)
			continue;
		if (mm != LITMUS_NONE && mm != context->mm)
			return false;
		mm = context->mm;
	}
	return true;
}

void footprint_prepare(struct system *s)
{
	find_classes(s);
	for (unsigned cpu = 0; cpu < s->test->cpus; cpu++)
		s->one_mm[cpu] = has_one_mm(s, cpu);
	for (unsigned c = 0; c < s->test->n_contexts; c++)
		of_context(s, c);
}

/* ---- of a state ---- */

struct footprint footprint_next(struct system *s, unsigned c)
{
	const struct run_context *rc = &s->run->context[c];
	const struct litmus_context *context = context_of(s, c);
	struct footprint f = { 0 };

	if (schedule_needs_switch(s, c)) {
		f.lines = footprint_all(s);
		f.read = f.written = RES_ALL;
		return f;
	}
	if (rc->in_call || layer_does(s, &context->instr[rc->pc]))
		return layer_footprint(s, c);
	f = s->step[c][rc->pc];
	if (litmus_op_is_maintenance(context->instr[rc->pc].op) &&
	    context->instr[rc->pc].page != LITMUS_NONE)
		f.lines = footprint_line(s, context->instr[rc->pc].page,
					 context->instr[rc->pc].first / s->test->words + rc->sub);
	return f;
}

struct footprint footprint_future(const struct system *s, unsigned c)
{
	const struct run_context *rc = &s->run->context[c];
	const struct litmus_context *context = context_of(s, c);
	struct footprint f;

	if (rc->state == CONTEXT_DONE && context->kind != LITMUS_IPI)
		return (struct footprint){ 0 };
	f = s->future[c][context->kind == LITMUS_PROCESS || context->kind == LITMUS_DEVICE ||
					 (!rc->left && rc->state == CONTEXT_RUNNING &&
					  context->kind != LITMUS_IPI)
				 ? rc->pc
				 : 0];
	if (context->kind >= LITMUS_IRQ && context->kind <= LITMUS_IPI) {
		f.read |= RES_IRQ(rc->cpu);
		f.written |= context->kind == LITMUS_IPI ? RES_IPI(c) : 0;
	}
	if (rc->in_call) {
		f.read = f.written = RES_ALL;
		f.lines = ~0ull;
	}
	return f;
}
