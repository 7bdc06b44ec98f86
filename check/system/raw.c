// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* What raw statements do to the machine, part by part. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check/system/layer.h"
#include "check/system/system_internal.h"

void raw_fail(struct system *s, const struct litmus_instr *i, const char *format, ...)
{
	va_list args;

	if (s->error[0])
		return;
	s->error_at = i->call.line ? i->call : i->at;
	va_start(args, format);
	vsnprintf(s->error, sizeof(s->error), format, args);
	va_end(args);
}

bool raw_compare(enum litmus_compare compare, uint32_t a, uint32_t b)
{
	switch (compare) {
	case CMP_EQ:
		return a == b;
	case CMP_NE:
		return a != b;
	case CMP_LT:
		return a < b;
	case CMP_GT:
		return a > b;
	case CMP_LE:
		return a <= b;
	case CMP_GE:
		return a >= b;
	}
	return false;
}

uint32_t raw_value(const struct system *s, unsigned c, const struct litmus_value *v)
{
	return v->add + (v->reg == LITMUS_NONE ? 0 : *reg_of(s, c, v->reg));
}

static uint32_t first_line(const struct system *s, const struct litmus_instr *i)
{
	return i->first / s->test->words;
}

unsigned raw_lines(const struct system *s, const struct litmus_instr *i)
{
	return i->last / s->test->words - first_line(s, i) + 1;
}

/* ---- accesses ---- */

static void say_read(struct event *event, const struct coh_machine_stale *stale, uint32_t value,
		     const struct system *s)
{
	uint32_t page_size = litmus_page_size(s->test), page;

	if (!event)
		return;
	event->has_value = true;
	event->value = event->newest = value;
	event->stale = stale->reader != 0;
	if (!event->stale)
		return;
	page = layer_page_at(s, stale->pa / page_size);
	event->page = page < s->test->n_pages ? (uint8_t)page : LITMUS_NONE;
	event->word = (uint8_t)(stale->pa % page_size / LITMUS_LINE * s->test->words +
				stale->pa % LITMUS_LINE / 4);
	for (unsigned b = 0; b < 4; b++)
		((uint8_t *)&event->newest)[b] =
			coh_machine_newest(s->machine, (stale->pa & ~3ull) + b);
}

static void found_stale(struct system *s, unsigned c, const struct litmus_instr *i,
			const struct coh_machine_stale *stale)
{
	unsigned n = (unsigned)(i - context_of(s, c)->instr);

	if (!stale->reader || i->poll)
		return;
	s->run->found |= OUTCOME_STALE;
	s->stale[c][n / 64] |= 1ull << n % 64;
}

static void access(struct system *s, unsigned c, const struct litmus_instr *i, struct event *event)
{
	struct coh_machine_stale stale = { 0 };
	unsigned cpu = s->run->context[c].cpu;
	uint32_t value = raw_value(s, c, &i->a);
	int error;
	uint64_t va;

	if (!system_address(s, i->alias, &va)) {
		raw_fail(s, i, "%s has no address now", s->test->alias[i->alias].name);
		return;
	}
	va += litmus_offset(s->test, i->first);
	if (i->op == OP_STORE)
		error = coh_machine_store(s->machine, cpu, va, &value, 4, NULL);
	else if (i->op == OP_LOAD)
		error = coh_machine_load(s->machine, cpu, va, &value, 4, NULL, &stale);
	else
		error = coh_machine_fetch(s->machine, cpu, va, &value, 4, NULL, &stale);
	if (error) {
		fault_say(s, c, i, va);
		return;
	}
	found_stale(s, c, i, &stale);
	if (i->op == OP_STORE)
		return;
	say_read(event, &stale, value, s);
	if (i->reg != LITMUS_NONE)
		*reg_of(s, c, i->reg) = value;
}

static void device(struct system *s, unsigned c, const struct litmus_instr *i, struct event *event)
{
	uint64_t pa = (uint64_t)layer_frame_of(s, i->page) * litmus_page_size(s->test) +
		      litmus_offset(s->test, i->first);
	struct coh_machine_stale stale = { 0 };
	uint32_t value = raw_value(s, c, &i->a);

	if (i->op == OP_DMA_WRITE) {
		coh_machine_device_write(s->machine, pa, &value, 4);
		return;
	}
	coh_machine_device_read(s->machine, pa, &value, 4, &stale);
	found_stale(s, c, i, &stale);
	say_read(event, &stale, value, s);
	if (i->reg != LITMUS_NONE)
		*reg_of(s, c, i->reg) = value;
}

/* ---- maintenance ---- */

static enum coh_op what_of(enum litmus_op op)
{
	switch (op) {
	case OP_CLEAN:
	case OP_CLEAN_ALL:
	case OP_CLEAN_SET:
	case OP_OUTER_CLEAN:
		return COH_CLEAN;
	case OP_FLUSH:
	case OP_FLUSH_ALL:
	case OP_FLUSH_SET:
	case OP_OUTER_FLUSH:
		return COH_FLUSH;
	default:
		return COH_INVALIDATE;
	}
}

/* The whole set that this address has its line in; its number follows from a line that is there. */
static uint32_t set_of(struct system *s, unsigned cpu, uint64_t va, enum coh_op what)
{
	const struct coh_cache *d = &s->config.dcache;
	uint32_t sets = coh_cache_sets(d), changed = 0;
	uint64_t place = va / d->line, pa;

	if (d->kind == COH_PIPT) {
		if (coh_machine_translation(s->machine, coh_machine_mm(s->machine, cpu), va, &pa,
					    NULL, NULL))
			return 0;
		place = pa / d->line;
	}
	for (uint32_t way = 0; way < d->ways; way++)
		changed += coh_machine_set_way(s->machine, cpu, COH_DATA, what,
					       (uint32_t)(place % sets), way);
	return changed;
}

/* One line of the statement's words; how many lines of caches it changed. */
static uint32_t maintain_line(struct system *s, unsigned c, const struct litmus_instr *i,
			      unsigned n)
{
	uint32_t offset = (first_line(s, i) + n) * LITMUS_LINE;
	unsigned cpu = s->run->context[c].cpu;
	uint64_t va = 0;

	switch (i->op) {
	case OP_OUTER_CLEAN:
	case OP_OUTER_INVALIDATE:
	case OP_OUTER_FLUSH:
		va = (uint64_t)layer_frame_of(s, i->page) * litmus_page_size(s->test) + offset;
		return coh_machine_outer_line(s->machine, what_of(i->op), va);
	default:
		break;
	}
	if (!system_address(s, i->alias, &va))
		return 0;
	switch (i->op) {
	case OP_CLEAN:
	case OP_INVALIDATE:
	case OP_FLUSH:
		return coh_machine_line(s->machine, cpu, COH_DATA, what_of(i->op), va + offset);
	case OP_ICACHE:
		return coh_machine_line(s->machine, cpu, COH_INSN, COH_INVALIDATE, va + offset);
	default:
		return set_of(s, cpu, va + offset, what_of(i->op));
	}
}

static uint32_t maintain_all(struct system *s, unsigned c, const struct litmus_instr *i)
{
	enum coh_side side = i->op == OP_ICACHE_ALL ? COH_INSN : COH_DATA;
	uint32_t changed = 0;

	for (unsigned cpu = 0; cpu < s->config.cpus; cpu++)
		if (cpu == s->run->context[c].cpu || s->config.broadcast)
			changed += coh_machine_all(s->machine, cpu, side, what_of(i->op));
	return changed;
}

static void note_effect(struct system *s, unsigned c, const struct litmus_instr *i,
			uint32_t changed)
{
	unsigned n = (unsigned)(i - context_of(s, c)->instr);

	if (changed)
		s->changed[c][n / 64] |= 1ull << n % 64;
}

/* ---- translations ---- */

static uint32_t mm_of_alias(const struct system *s, uint8_t alias)
{
	const struct litmus_alias *a = &s->test->alias[alias];

	return a->kind == LITMUS_USER ? a->mm + 1u : COH_MACHINE_KERNEL;
}

static void translate(struct system *s, unsigned c, const struct litmus_instr *i)
{
	uint32_t mm = i->alias == LITMUS_NONE ? 0 : mm_of_alias(s, i->alias);
	uint64_t pa;
	enum coh_attr attr;
	uint64_t va = 0;

	if (i->alias != LITMUS_NONE && !system_address(s, i->alias, &va))
		return;
	switch (i->op) {
	case OP_MAP:
		pa = (uint64_t)layer_frame_of(s, i->page) * litmus_page_size(s->test);
		coh_machine_map(s->machine, mm, va, pa, i->rights,
				i->default_attr ? COH_WRITE_BACK : i->attr);
		return;
	case OP_UNMAP:
		coh_machine_unmap(s->machine, mm, va);
		return;
	case OP_PROTECT:
		if (coh_machine_translation(s->machine, mm, va, &pa, NULL, &attr))
			return;
		coh_machine_map(s->machine, mm, va, pa, i->rights,
				i->default_attr ? attr : i->attr);
		return;
	default:
		break;
	}
	for (unsigned cpu = 0; cpu < s->config.cpus; cpu++) {
		if (i->op == OP_TLB_LOCAL && cpu != s->run->context[c].cpu)
			continue;
		if (i->op == OP_TLB_ALL)
			coh_machine_tlb_invalidate_all(s->machine, cpu);
		else
			coh_machine_tlb_invalidate(s->machine, cpu, mm, va);
	}
}

/* What the architecture's switch does: a cache that knows no mm is emptied, unless the test forbids. */
void raw_switch(struct system *s, unsigned cpu, uint8_t mm)
{
	if (s->config.dcache.kind == COH_VIVT && !s->test->no_switch_flush)
		coh_machine_all(s->machine, cpu, COH_DATA, COH_FLUSH);
	if (s->config.icache.size && s->config.icache.kind == COH_VIVT && !s->test->no_switch_flush)
		coh_machine_all(s->machine, cpu, COH_INSN, COH_INVALIDATE);
	coh_machine_set_mm(s->machine, cpu, mm + 1u);
}

/* ---- control ---- */

static void irqs(struct system *s, unsigned c, bool on)
{
	s->run->cpu[s->run->context[c].cpu].irqs_off = !on;
	layer_irqs_changed(s, s->run->context[c].cpu);
}

static bool are_on(const struct system *s, unsigned c)
{
	return !s->run->cpu[s->run->context[c].cpu].irqs_off;
}

static void take(struct system *s, unsigned c, uint8_t lock)
{
	s->run->lock[lock] = (uint8_t)(c + 1);
}

static void release(struct system *s, unsigned c, const struct litmus_instr *i)
{
	uint8_t lock = i->other;

	if (s->run->lock[lock] != c + 1)
		raw_fail(s, i, "%s unlocks %s, which it does not hold", context_of(s, c)->name,
			 s->test->lock[lock]);
	s->run->lock[lock] = 0;
}

static void say_variable(const struct system *s, const struct litmus_instr *i, struct event *event)
{
	if (!event || (i->op != OP_READ_VAR && i->op != OP_EXCHANGE))
		return;
	event->has_value = true;
	event->value = event->newest = s->run->word[i->other];
}

/* A lock that turns interrupts off does that first, and then waits for the lock. */
static bool lock_or_irq(struct system *s, unsigned c, const struct litmus_instr *i)
{
	const struct run_context *rc = &s->run->context[c];
	uint32_t *reg = i->reg == LITMUS_NONE ? NULL : reg_of(s, c, i->reg);
	uint32_t value = raw_value(s, c, &i->a);

	switch (i->op) {
	case OP_LOCK:
		take(s, c, i->other);
		return true;
	case OP_UNLOCK:
		release(s, c, i);
		return true;
	case OP_LOCK_IRQ:
	case OP_LOCK_IRQSAVE:
		if (rc->sub) {
			take(s, c, i->other);
			return true;
		}
		if (reg)
			*reg = are_on(s, c);
		irqs(s, c, false);
		return false;
	case OP_UNLOCK_IRQ:
		release(s, c, i);
		irqs(s, c, true);
		return true;
	case OP_UNLOCK_IRQRESTORE:
		release(s, c, i);
		irqs(s, c, value);
		return true;
	case OP_IRQ_DISABLE:
	case OP_IRQ_ENABLE:
		irqs(s, c, i->op == OP_IRQ_ENABLE);
		return true;
	case OP_IRQ_SAVE:
		*reg = are_on(s, c);
		irqs(s, c, false);
		return true;
	default: /* irq_restore */
		irqs(s, c, value);
		return true;
	}
}

static bool control(struct system *s, unsigned c, const struct litmus_instr *i)
{
	struct run_context *rc = &s->run->context[c];
	uint32_t *reg = i->reg == LITMUS_NONE ? NULL : reg_of(s, c, i->reg);
	uint32_t value = raw_value(s, c, &i->a);

	if (i->op >= OP_LOCK && i->op <= OP_IRQ_RESTORE)
		return lock_or_irq(s, c, i);
	switch (i->op) {
	case OP_IPI:
	case OP_IPI_WAIT:
		if (rc->sub)
			return true;
		s->run->context[i->other].pending++;
		if (s->run->context[i->other].state == CONTEXT_DONE)
			s->run->context[i->other].state = CONTEXT_IDLE;
		return i->op == OP_IPI;
	case OP_MIGRATE:
		rc->cpu = i->other;
		return true;
	case OP_READ_VAR:
		*reg = s->run->word[i->other];
		return true;
	case OP_WRITE_VAR:
		s->run->word[i->other] = value;
		return true;
	case OP_EXCHANGE:
		if (reg)
			*reg = s->run->word[i->other];
		s->run->word[i->other] = value;
		return true;
	case OP_SWITCH_MM:
		coh_machine_set_mm(s->machine, rc->cpu, i->other + 1u);
		return true;
	default:
		return true; /* await: it could go on, so it does */
	}
}

bool raw_step(struct system *s, unsigned c, const struct litmus_instr *i, struct event *event)
{
	switch (i->op) {
	case OP_NO_WORD:
		raw_fail(s, i,
			 "the index is beyond the words that are meant, of which there are %u",
			 i->first);
		return true;
	case OP_LOAD:
	case OP_STORE:
	case OP_FETCH:
		access(s, c, i, event);
		return true;
	case OP_DMA_READ:
	case OP_DMA_WRITE:
		device(s, c, i, event);
		return true;
	case OP_CLEAN:
	case OP_INVALIDATE:
	case OP_FLUSH:
	case OP_ICACHE:
	case OP_CLEAN_SET:
	case OP_INVALIDATE_SET:
	case OP_FLUSH_SET:
	case OP_OUTER_CLEAN:
	case OP_OUTER_INVALIDATE:
	case OP_OUTER_FLUSH:
		note_effect(s, c, i, maintain_line(s, c, i, s->run->context[c].sub));
		return s->run->context[c].sub + 1u == raw_lines(s, i);
	case OP_CLEAN_ALL:
	case OP_INVALIDATE_ALL:
	case OP_FLUSH_ALL:
	case OP_ICACHE_ALL:
		note_effect(s, c, i, maintain_all(s, c, i));
		return true;
	case OP_MAP:
	case OP_UNMAP:
	case OP_PROTECT:
	case OP_TLB:
	case OP_TLB_LOCAL:
	case OP_TLB_ALL:
		translate(s, c, i);
		return true;
	default:
		say_variable(s, i, event);
		return control(s, c, i);
	}
}
