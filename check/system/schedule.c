// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Who may take the next step, and what a step is.
 *
 * Processes of one CPU take turns at any step where interrupts are on and the one that runs
 * holds no lock.  An interrupt begins where they are on, an NMI anywhere; it runs above what
 * it interrupted until its end.  Devices run by themselves.
 */
#include <stdio.h>
#include <string.h>

#include "check/system/layer.h"
#include "check/system/system_internal.h"

static bool is_interrupt(const struct litmus_context *c)
{
	return c->kind == LITMUS_IRQ || c->kind == LITMUS_NMI || c->kind == LITMUS_IPI;
}

/* What an if has read of a variable is forgotten: states that differ in it alone are one. */
static void forget(struct system *s, unsigned c, const struct litmus_value *v)
{
	if (v->reg != LITMUS_NONE && litmus_is_hidden(context_of(s, c)->reg[v->reg]))
		*reg_of(s, c, v->reg) = 0;
}

static void branch(struct system *s, unsigned c, const struct litmus_instr *i)
{
	struct run_context *rc = &s->run->context[c];
	bool holds = raw_compare(i->compare, raw_value(s, c, &i->a), raw_value(s, c, &i->b));

	rc->pc = holds ? (uint8_t)(rc->pc + 1) : i->target;
	if (i->chooses)
		return;
	forget(s, c, &i->a);
	forget(s, c, &i->b);
}

/* Branches and registers are nobody else's business: they belong to the step before. */
static void run_local(struct system *s, unsigned c)
{
	const struct litmus_context *context = context_of(s, c);
	struct run_context *rc = &s->run->context[c];

	while (rc->pc < context->n_instrs) {
		const struct litmus_instr *i = &context->instr[rc->pc];

		switch (i->op) {
		case OP_BRANCH:
			branch(s, c, i);
			break;
		case OP_JUMP:
			rc->pc = i->target;
			break;
		case OP_SET_REG:
			*reg_of(s, c, i->reg) = raw_value(s, c, &i->a);
			rc->pc++;
			break;
		case OP_NOP:
			rc->pc++;
			break;
		default:
			return;
		}
	}
}

unsigned schedule_locks_held(const struct system *s, unsigned c)
{
	unsigned n = layer_locks_held(s, c);

	for (unsigned i = 0; i < s->test->n_locks; i++)
		n += s->run->lock[i] == c + 1;
	return n;
}

/* Has it left interrupts and locks as it found them? */
static void check_end(struct system *s, unsigned c)
{
	const struct run_cpu *cpu = &s->run->cpu[s->run->context[c].cpu];
	bool should_be_off = is_interrupt(context_of(s, c));

	if (context_of(s, c)->kind == LITMUS_DEVICE)
		return;
	if (schedule_locks_held(s, c) || !!cpu->irqs_off != should_be_off)
		s->run->found |= OUTCOME_IRQ;
}

static void end_interrupt(struct system *s, unsigned c)
{
	struct run_context *rc = &s->run->context[c];
	struct run_cpu *cpu = &s->run->cpu[rc->cpu];

	cpu->depth--;
	cpu->irqs_off = cpu->were_off >> cpu->depth & 1;
	cpu->were_off &= (uint8_t) ~(1u << cpu->depth);
	cpu->stack[cpu->depth] = 0;
	layer_irqs_changed(s, rc->cpu);
	rc->pc = 0;
	rc->state = rc->left || rc->pending ? CONTEXT_IDLE : CONTEXT_DONE;
}

static void finish(struct system *s, unsigned c)
{
	struct run_context *rc = &s->run->context[c];

	check_end(s, c);
	if (is_interrupt(context_of(s, c))) {
		end_interrupt(s, c);
	} else {
		rc->state = CONTEXT_DONE;
		rc->pc = 0;
	}
}

static void settle(struct system *s, unsigned c)
{
	run_local(s, c);
	if (s->run->context[c].pc == context_of(s, c)->n_instrs)
		finish(s, c);
}

static void begin(struct system *s, unsigned c)
{
	struct run_context *rc = &s->run->context[c];
	struct run_cpu *cpu = &s->run->cpu[rc->cpu];

	if (context_of(s, c)->kind == LITMUS_IPI)
		rc->pending--;
	else
		rc->left--;
	cpu->stack[cpu->depth] = (uint8_t)c;
	cpu->were_off |= (uint8_t)(cpu->irqs_off << cpu->depth);
	cpu->depth++;
	cpu->irqs_off = 1;
	layer_irqs_changed(s, rc->cpu);
	rc->state = CONTEXT_RUNNING;
	settle(s, c);
}

/* ---- may it? ---- */

static bool waits_for_lock(const struct system *s, const struct litmus_instr *i, unsigned sub)
{
	switch (i->op) {
	case OP_LOCK:
		return s->run->lock[i->other];
	case OP_LOCK_IRQ:
	case OP_LOCK_IRQSAVE:
		return sub && s->run->lock[i->other];
	default:
		return false;
	}
}

bool schedule_is_blocked(struct system *s, unsigned c)
{
	const struct run_context *rc = &s->run->context[c];
	const struct litmus_instr *i = &context_of(s, c)->instr[rc->pc];
	const struct run_context *other;

	if (rc->in_call)
		return layer_is_blocked(s, c);
	switch (i->op) {
	case OP_AWAIT:
		return !raw_compare(i->compare, s->run->word[i->other], raw_value(s, c, &i->a));
	case OP_IPI_WAIT:
		other = &s->run->context[i->other];
		return rc->sub && (other->pending || other->state == CONTEXT_RUNNING);
	default:
		return waits_for_lock(s, i, rc->sub);
	}
}

static bool may_begin(const struct system *s, unsigned c)
{
	const struct run_context *rc = &s->run->context[c];
	const struct run_cpu *cpu = &s->run->cpu[rc->cpu];
	enum litmus_context_kind kind = context_of(s, c)->kind;

	if (cpu->depth == STACK || !(kind == LITMUS_IPI ? rc->pending : rc->left))
		return false;
	if (kind != LITMUS_NMI)
		return !cpu->irqs_off;
	return !cpu->depth || context_of(s, cpu->stack[cpu->depth - 1])->kind != LITMUS_NMI;
}

static bool may_leave(struct system *s, unsigned cpu, unsigned process)
{
	if (s->run->context[process].state == CONTEXT_DONE || s->run->context[process].cpu != cpu)
		return true;
	/* Else two could switch to and fro for ever: a switch is for somebody who goes on. */
	if (s->run->cpu[cpu].fresh && !schedule_is_blocked(s, process))
		return false;
	return !s->run->cpu[cpu].irqs_off && !schedule_locks_held(s, process);
}

bool schedule_can(struct system *s, unsigned c)
{
	const struct run_context *rc = &s->run->context[c];
	const struct run_cpu *cpu = &s->run->cpu[rc->cpu];

	if (rc->state == CONTEXT_DONE)
		return false;
	switch (context_of(s, c)->kind) {
	case LITMUS_DEVICE:
		break;
	case LITMUS_PROCESS:
		if (cpu->depth || (cpu->process != c && !may_leave(s, rc->cpu, cpu->process)))
			return false;
		break;
	default:
		if (rc->state == CONTEXT_IDLE)
			return may_begin(s, c);
		if (!cpu->depth || cpu->stack[cpu->depth - 1] != c)
			return false;
	}
	return !schedule_is_blocked(s, c);
}

bool schedule_needs_switch(const struct system *s, unsigned c)
{
	const struct litmus_context *context = context_of(s, c);
	const struct run_context *rc = &s->run->context[c];

	if (context->kind != LITMUS_PROCESS || context->mm == LITMUS_NONE)
		return false;
	/* One that changes the mm by itself means to. */
	if (s->run->cpu[rc->cpu].process == c && rc->state == CONTEXT_RUNNING)
		return false;
	return coh_machine_mm(s->machine, rc->cpu) != context->mm + 1u;
}

/* ---- one step ---- */

static void do_switch(struct system *s, unsigned c, struct event *event)
{
	struct run_context *rc = &s->run->context[c];

	if (event) {
		event->kind = EVENT_SWITCH;
		snprintf(event->text, sizeof(event->text), "the CPU switches to mm %u",
			 context_of(s, c)->mm);
	}
	/* Amid a call its stack is in use: there the switch is one step. */
	if (s->layer && rc->in_call)
		layer_start_in(s, rc->cpu, context_of(s, c)->mm);
	else if (s->layer)
		layer_switch(s, c);
	else
		raw_switch(s, rc->cpu, context_of(s, c)->mm);
}

static void say_step(const struct system *s, unsigned c, const struct litmus_instr *i,
		     struct event *event)
{
	unsigned sub = s->run->context[c].sub;
	size_t n;

	event->kind = EVENT_STEP;
	event->instr = i;
	litmus_instr_text(s->test, context_of(s, c), i, event->text, sizeof(event->text));
	n = strlen(event->text);
	if (litmus_op_is_maintenance(i->op) &&
	    (i->alias != LITMUS_NONE || i->page != LITMUS_NONE) && raw_lines(s, i) > 1)
		snprintf(event->text + n, sizeof(event->text) - n, ", line %u", sub);
	else if (sub && (i->op == OP_LOCK_IRQ || i->op == OP_LOCK_IRQSAVE))
		snprintf(event->text + n, sizeof(event->text) - n, ": got it");
	else if (sub && i->op == OP_IPI_WAIT)
		snprintf(event->text + n, sizeof(event->text) - n, ": it is done");
}

static void statement(struct system *s, unsigned c, struct event *event)
{
	struct run_context *rc = &s->run->context[c];
	const struct litmus_instr *i = &context_of(s, c)->instr[rc->pc];
	bool over;

	if (rc->in_call && layer_is_switching(s, c)) {
		layer_switch(s, c);
		return;
	}
	s->done[c][rc->pc / 64] |= 1ull << rc->pc % 64;
	if (event)
		say_step(s, c, i, event);
	if (rc->in_call || layer_does(s, i))
		over = layer_step(s, c, i, event);
	else
		over = raw_step(s, c, i, event);
	if (!over) {
		rc->sub += !rc->in_call;
		return;
	}
	rc->sub = 0;
	rc->pc++;
	settle(s, c);
}

void schedule_step(struct system *s, unsigned c, struct event *event)
{
	struct run_context *rc = &s->run->context[c];

	if (event) {
		event->context = (uint8_t)c;
		event->cpu = rc->cpu;
	}
	if (is_interrupt(context_of(s, c)) && rc->state == CONTEXT_IDLE) {
		if (event) {
			event->kind = EVENT_BEGIN;
			snprintf(event->text, sizeof(event->text), "%s comes on CPU %u",
				 context_of(s, c)->name, rc->cpu);
		}
		begin(s, c);
		return;
	}
	if (schedule_needs_switch(s, c)) {
		do_switch(s, c, event);
		s->run->cpu[rc->cpu].process = (uint8_t)c;
		s->run->cpu[rc->cpu].fresh = 1;
		rc->state = CONTEXT_RUNNING;
		return;
	}
	if (context_of(s, c)->kind == LITMUS_PROCESS) {
		s->run->cpu[rc->cpu].process = (uint8_t)c;
		s->run->cpu[rc->cpu].fresh &= rc->in_call && layer_is_switching(s, c);
	}
	rc->state = CONTEXT_RUNNING;
	statement(s, c, event);
}

/* ---- begin and end of all ---- */

void schedule_reset(struct system *s)
{
	const struct litmus *t = s->test;

	for (unsigned cpu = 0; cpu < t->cpus; cpu++)
		s->run->cpu[cpu].process = LITMUS_NONE;
	for (unsigned c = 0; c < t->n_contexts; c++) {
		const struct litmus_context *context = &t->context[c];
		struct run_context *rc = &s->run->context[c];
		struct run_cpu *cpu = &s->run->cpu[context->cpu];

		rc->cpu = context->cpu;
		rc->left = context->kind == LITMUS_IRQ || context->kind == LITMUS_NMI
				   ? context->times
				   : 0;
		if (context->kind != LITMUS_PROCESS)
			continue;
		/* The first process of a CPU runs there, and its mm is current. */
		if (cpu->process == LITMUS_NONE) {
			cpu->process = (uint8_t)c;
			if (context->mm != LITMUS_NONE)
				layer_start_in(s, context->cpu, context->mm);
		}
	}
	for (unsigned cpu = 0; cpu < t->cpus; cpu++)
		if (s->run->cpu[cpu].process == LITMUS_NONE)
			s->run->cpu[cpu].process = 0;
	for (unsigned c = 0; c < t->n_contexts; c++)
		if (!is_interrupt(&t->context[c]))
			settle(s, c);
}

/* An interrupt that need not come, or is only raised, may be left out. */
bool system_is_over(const struct system *s)
{
	for (unsigned c = 0; c < s->test->n_contexts; c++) {
		const struct litmus_context *context = context_of(s, c);
		const struct run_context *rc = &s->run->context[c];

		if (rc->state == CONTEXT_DONE)
			continue;
		if (rc->state == CONTEXT_RUNNING || !is_interrupt(context) || rc->pending ||
		    (rc->left && !context->optional))
			return false;
	}
	return true;
}

/*
 * Nobody can go on, and somebody has begun and not ended.  An interrupt that never comes
 * because they were left off is another fault, which was noted when its cause ended.
 */
bool system_is_stuck(struct system *s)
{
	bool unfinished = false;

	for (unsigned c = 0; c < s->test->n_contexts; c++) {
		const struct run_context *rc = &s->run->context[c];

		if (schedule_can(s, c))
			return false;
		unfinished |= rc->state == CONTEXT_RUNNING || rc->pending ||
			      (rc->state == CONTEXT_IDLE && !is_interrupt(context_of(s, c)));
	}
	return unfinished;
}

static void waits_text(struct system *s, unsigned c, char *text, size_t size)
{
	const struct run_context *rc = &s->run->context[c];
	const struct litmus_context *context = context_of(s, c);
	const struct litmus_instr *i = &context->instr[rc->pc];
	char what[128];

	litmus_instr_text(s->test, context, i, what, sizeof(what));
	if (rc->in_call && layer_is_blocked(s, c))
		snprintf(text, size, "%s waits in %s for %s", context->name, what,
			 layer_waits_for(s, c));
	else if (waits_for_lock(s, i, 1) && s->run->lock[i->other])
		snprintf(text, size, "%s waits for %s, which %s holds", context->name,
			 s->test->lock[i->other],
			 s->test->context[s->run->lock[i->other] - 1].name);
	else if (schedule_is_blocked(s, c))
		snprintf(text, size, "%s waits in %s", context->name, what);
	else
		snprintf(text, size, "%s stands still before %s: its CPU is taken", context->name,
			 what);
}

void system_stuck_text(struct system *s, char *text, size_t size)
{
	size_t n = 0;

	*text = 0;
	for (unsigned c = 0; c < s->test->n_contexts; c++) {
		const struct run_context *rc = &s->run->context[c];

		if (rc->state != CONTEXT_RUNNING &&
		    (rc->state == CONTEXT_DONE || is_interrupt(context_of(s, c))))
			continue;
		if (n + 3 < size && n)
			n += (size_t)snprintf(text + n, size - n, "; ");
		if (n < size)
			waits_text(s, c, text + n, size - n);
		n += strlen(text + n);
	}
}
