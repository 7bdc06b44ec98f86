// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The region and its states; contexts that run in it, from stop to stop. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "check/system/layer_internal.h"

/* ---- the driver of ports/sim ---- */

static void *allocate(void *context, size_t size)
{
	return arena_get(((struct layer *)context)->arena, size);
}

static void release(void *context, void *memory)
{
	arena_put(((struct layer *)context)->arena, memory);
}

static void point(void *context, const struct coh_sim_next *next)
{
	struct layer *l = context;
	struct control *control = l->control;
	struct call *call = &control->call[l->current];

	if (l->quiet)
		return;
	if (call->pass_point) {
		call->pass_point = false;
		return;
	}
	control->next[l->current] = *next;
	strand_rest(&control->strand[l->current]);
}

static void __attribute__((noreturn)) fail(void *context, const char *what, int error)
{
	struct layer *l = context;

	if (!l->failed)
		snprintf(l->error, sizeof(l->error), "%s%s%s", what, error ? ": " : "",
			 error ? coh_error_text(error) : "");
	l->failed = true;
	for (;;)
		strand_rest(&l->control->strand[l->current]);
}

/* ---- strands ---- */

static void body(void *context)
{
	const struct start *start = context;
	struct layer *l = start->layer;
	struct control *control = l->control;

	for (;;) {
		struct call *call = &control->call[start->strand];

		strand_rest(&control->strand[start->strand]);
		if (call->kind == CALL_SETUP)
			layer_set_up(l);
		else
			layer_call(l, start->strand, call);
		/* The last access of the layer is a step by itself, and what follows another. */
		if (l->s->test->grain_access && call->kind == CALL_STATEMENT)
			coh_sim_point(control->sim);
		call->kind = CALL_NONE;
	}
}

static char *stack_of(const struct layer *l, unsigned strand)
{
	return (char *)l->arena + ARENA_SIZE + (size_t)strand * STACK_SIZE;
}

static void resume(struct layer *l, unsigned strand, uint32_t cpu)
{
	struct control *control = l->control;

	l->current = strand;
	coh_sim_strand_run(control->sim, control->context[strand], cpu);
	strand_resume(&control->strand[strand]);
	coh_sim_strand_run(control->sim, NULL, 0);
}

static void irqs_to_run(struct system *s)
{
	for (unsigned cpu = 0; cpu < s->test->cpus; cpu++)
		s->run->cpu[cpu].irqs_off = !coh_sim_irqs_are_on(s->layer->control->sim, cpu);
}

/* From stop to stop; true if the call is over. */
static bool go_on(struct system *s, unsigned c, const struct litmus_instr *at)
{
	struct layer *l = s->layer;
	const struct coh_sim_report *report = coh_sim_report(l->control->sim);
	uint64_t stale = report->stale;
	const struct call *call = &l->control->call[c];
	bool polls = call->kind == CALL_STATEMENT && call->instr->poll;

	resume(l, c, s->run->context[c].cpu);
	irqs_to_run(s);
	if (report->stale != stale && !polls)
		s->run->found |= OUTCOME_STALE;
	if (l->failed)
		raw_fail(s, at, "%s", l->error);
	s->run->context[c].in_call = l->control->call[c].kind != CALL_NONE;
	return !s->run->context[c].in_call;
}

/* ---- making it ---- */

static bool make_region(struct layer *l)
{
	size_t head = (sizeof(struct control) + 63) & ~(size_t)63;
	void *region;

	l->region_size = head + ARENA_SIZE + (size_t)STRANDS * STACK_SIZE;
	region = mmap(NULL, l->region_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	if (region == MAP_FAILED)
		return false;
	l->control = region;
	l->arena = (struct arena *)((char *)region + head);
	arena_init(l->arena, ARENA_SIZE);
	return true;
}

static enum coh_sim_context kind_of(const struct litmus_context *c)
{
	switch (c->kind) {
	case LITMUS_IRQ:
	case LITMUS_IPI:
		return COH_SIM_IN_IRQ;
	case LITMUS_NMI:
		return COH_SIM_IN_NMI;
	default:
		return COH_SIM_IN_PROCESS;
	}
}

static bool make_sim(struct layer *l, const char **why)
{
	struct control *control = l->control;
	struct coh_sim_config config;

	l->driver = (struct coh_sim_driver){ l, allocate, release, point, fail };
	layer_configure(l, &config);
	control->sim = coh_sim_new(&config, why);
	if (!control->sim)
		return false;
	for (unsigned i = 0; i <= l->n; i++) {
		bool setup = i == l->n;
		const struct litmus_context *c = &l->s->test->context[setup ? 0 : i];

		l->start[i] = (struct start){ l, i };
		control->context[i] = coh_sim_strand_new(
			control->sim, setup ? COH_SIM_IN_PROCESS : kind_of(c), setup ? 0 : c->cpu);
		strand_start(&control->strand[i], stack_of(l, i), STACK_SIZE, body, &l->start[i]);
	}
	return true;
}

static bool run_setup(struct layer *l)
{
	l->quiet = true;
	l->control->call[l->n].kind = CALL_SETUP;
	resume(l, l->n, 0);
	l->quiet = false;
	return !l->failed;
}

/* What the sim's machine is, the system's is. */
static void adopt_machine(struct system *s, struct layer *l)
{
	s->machine = coh_sim_machine(l->control->sim);
	s->config = *coh_machine_config(s->machine);
}

bool layer_new(struct system *s, char *why, size_t size)
{
	struct layer *l = calloc(1, sizeof(*l));
	const char *reason = "there is no memory";

	snprintf(why, size, "%s", reason);
	if (!l)
		return false;
	l->s = s;
	s->layer = l;
	l->n = s->test->n_contexts;
	if (!make_region(l))
		return false;
	if (!make_sim(l, &reason)) {
		snprintf(why, size, "%s",
			 reason ? reason : "the simulated kernel needs more memory");
		return false;
	}
	adopt_machine(s, l);
	if (!run_setup(l)) {
		snprintf(why, size, "the initial state cannot be made: %s", l->error);
		return false;
	}
	l->initial_size = layer_size(s);
	l->initial = malloc(l->initial_size);
	if (!l->initial)
		return false;
	layer_save(s, l->initial);
	return true;
}

void layer_free(struct system *s)
{
	struct layer *l = s->layer;

	if (l->control)
		munmap(l->control, l->region_size);
	free(l->initial);
	free(l);
	s->layer = NULL;
}

void layer_reset(struct system *s)
{
	s->layer->failed = false;
	layer_load(s, s->layer->initial, s->layer->initial_size);
}

/* ---- states ---- */

static size_t in_use(const struct strand *s)
{
	return (size_t)(s->top - s->low);
}

size_t layer_size(const struct system *s)
{
	const struct layer *l = s->layer;
	size_t size = sizeof(struct control) + l->arena->used;

	for (unsigned i = 0; i < l->n; i++)
		size += in_use(&l->control->strand[i]);
	return size;
}

void layer_save(const struct system *s, void *to)
{
	const struct layer *l = s->layer;
	char *p = to;

	memcpy(p, l->control, sizeof(struct control));
	p += sizeof(struct control);
	memcpy(p, l->arena, l->arena->used);
	p += l->arena->used;
	for (unsigned i = 0; i < l->n; i++) {
		const struct strand *strand = &l->control->strand[i];

		memcpy(p, strand->low, in_use(strand));
		p += in_use(strand);
	}
}

/* Memory that the state does not reach was zero in it. */
void layer_load(struct system *s, const void *from, size_t size)
{
	struct layer *l = s->layer;
	size_t used = l->arena->used, now;
	const char *p = from;

	(void)size;
	memcpy(l->control, p, sizeof(struct control));
	p += sizeof(struct control);
	now = ((const struct arena *)p)->used;
	memcpy(l->arena, p, now);
	if (used > now)
		memset((char *)l->arena + now, 0, used - now);
	p += now;
	for (unsigned i = 0; i < l->n; i++) {
		const struct strand *strand = &l->control->strand[i];

		memcpy(strand->low, p, in_use(strand));
		p += in_use(strand);
	}
}

void layer_key(const struct system *s, void *state,
	       void (*add)(void *state, const void *bytes, size_t len))
{
	const struct layer *l = s->layer;
	const char *p = (const char *)l->arena, *end = p + l->arena->used, *tally;
	size_t len;

	add(state, l->control, sizeof(struct control));
	for (uint32_t i = 0; (tally = coh_sim_tally(l->control->sim, i, &len)); i++) {
		add(state, p, (size_t)(tally - p));
		p = tally + len;
	}
	add(state, p, (size_t)(end - p));
	for (unsigned i = 0; i < l->n; i++)
		add(state, l->control->strand[i].low, in_use(&l->control->strand[i]));
}

/* ---- steps ---- */

bool layer_does(const struct system *s, const struct litmus_instr *i)
{
	return s->layer && (litmus_op_is_layer(i->op) || i->op == OP_LOAD || i->op == OP_STORE ||
			    i->op == OP_FETCH);
}

static bool is_access(const struct litmus_instr *i)
{
	return i->op == OP_LOAD || i->op == OP_STORE || i->op == OP_FETCH;
}

static const char *name_at(const struct system *s, uint64_t va)
{
	for (uint8_t a = 0; a < s->test->n_aliases; a++) {
		uint64_t base;

		if (layer_address(s, a, &base) && va - base < litmus_page_size(s->test))
			return s->test->alias[a].name;
	}
	return "";
}

static void say_stop(const struct system *s, unsigned c, struct event *event)
{
	const struct coh_sim_next *next = &s->layer->control->next[c];
	size_t n = strlen(event->text);
	char *to = event->text + n;

	if (next->kind == COH_SIM_NEXT_OP)
		snprintf(to, sizeof(event->text) - n, ": %s %s",
			 coh_sim_op_name((enum coh_sim_op)next->op),
			 next->len ? name_at(s, next->va) : "");
	else if (next->kind == COH_SIM_NEXT_ACCESS)
		snprintf(to, sizeof(event->text) - n, ": access %s", name_at(s, next->va));
	else if (next->kind == COH_SIM_NEXT_LAYER_LOAD || next->kind == COH_SIM_NEXT_LAYER_STORE)
		snprintf(to, sizeof(event->text) - n, ": %s in %s, %s:%d",
			 next->kind == COH_SIM_NEXT_LAYER_LOAD ? "load" : "store",
			 next->place.function, next->place.file, next->place.line);
	else
		snprintf(to, sizeof(event->text) - n, " ...");
}

static void say_value(const struct system *s, unsigned c, const struct litmus_instr *i,
		      uint32_t value, bool stale, struct event *event)
{
	uint64_t va, pa;
	uint32_t mm = coh_machine_mm(s->machine, s->run->context[c].cpu);

	event->has_value = true;
	event->value = event->newest = value;
	event->stale = stale;
	if (!stale || i->alias == LITMUS_NONE || !layer_address(s, i->alias, &va))
		return;
	va += litmus_offset(s->test, i->first);
	if (coh_machine_translation(s->machine, mm, va, &pa, NULL, NULL))
		return;
	event->page = (uint8_t)layer_page_at(s, pa / litmus_page_size(s->test));
	event->word = i->first;
	for (unsigned b = 0; b < 4; b++)
		((uint8_t *)&event->newest)[b] = coh_machine_newest(s->machine, pa + b);
}

bool layer_step(struct system *s, unsigned c, const struct litmus_instr *i, struct event *event)
{
	struct call *call = &s->layer->control->call[c];
	struct run_context *rc = &s->run->context[c];
	unsigned before = s->run->found;
	bool stale;

	if (rc->in_call) {
		if (event)
			say_stop(s, c, event);
	} else {
		*call = (struct call){ .kind = CALL_STATEMENT,
				       .instr = i,
				       .pass_point = is_access(i) };
	}
	s->run->found &= (uint8_t)~OUTCOME_STALE;
	if (!go_on(s, c, i)) {
		s->run->found |= before;
		return false;
	}
	stale = s->run->found & OUTCOME_STALE;
	s->run->found |= before;
	if (i->op == OP_LOAD || i->op == OP_FETCH || i->op == OP_COPY_FROM_USER_PAGE) {
		if (i->reg != LITMUS_NONE)
			*reg_of(s, c, i->reg) = call->result;
		if (event)
			say_value(s, c, i, call->result, stale, event);
	}
	*call = (struct call){ 0 };
	memset(&s->layer->control->next[c], 0, sizeof(struct coh_sim_next));
	return true;
}

void layer_switch(struct system *s, unsigned c)
{
	struct call *call = &s->layer->control->call[c];
	const struct litmus_context *context = context_of(s, c);

	if (!s->run->context[c].in_call)
		*call = (struct call){ .kind = CALL_SWITCH, .mm = context->mm };
	if (go_on(s, c, &context->instr[s->run->context[c].pc])) {
		*call = (struct call){ 0 };
		memset(&s->layer->control->next[c], 0, sizeof(struct coh_sim_next));
	}
}

bool layer_is_switching(const struct system *s, unsigned c)
{
	return s->layer && s->layer->control->call[c].kind == CALL_SWITCH;
}

bool layer_is_blocked(struct system *s, unsigned c)
{
	const struct coh_sim_next *next;

	if (!s->layer)
		return false;
	next = &s->layer->control->next[c];
	return next->kind == COH_SIM_NEXT_WAIT && *next->word;
}

const char *layer_waits_for(struct system *s, unsigned c)
{
	const struct control *control = s->layer->control;

	for (uint8_t mm = 0; mm < s->test->mms; mm++) {
		const char *p = (const char *)coh_sim_mm(control->sim, mm);
		long distance = (const char *)control->next[c].word - p;

		if (distance > 0 && distance < 512)
			return "an mm that another context changes";
	}
	return "a lock of the layer";
}

unsigned layer_locks_held(const struct system *s, unsigned c)
{
	return s->layer ? coh_sim_strand_holds(s->layer->control->context[c]) : 0;
}

void layer_irqs_changed(struct system *s, unsigned cpu)
{
	if (s->layer)
		coh_sim_set_irqs(s->layer->control->sim, cpu, !s->run->cpu[cpu].irqs_off);
}

/* Outside a run: the switch has no stops. */
void layer_start_in(struct system *s, unsigned cpu, uint8_t mm)
{
	if (!s->layer) {
		coh_machine_set_mm(s->machine, cpu, mm + 1u);
		return;
	}
	coh_sim_strand_run(s->layer->control->sim, s->layer->control->context[s->layer->n], cpu);
	s->layer->quiet = true;
	coh_sim_switch(s->layer->control->sim, mm);
	s->layer->quiet = false;
	coh_sim_strand_run(s->layer->control->sim, NULL, 0);
}

/* ---- where things are ---- */

uint32_t layer_page_at(const struct system *s, uint64_t frame)
{
	if (!s->layer)
		return frame < s->test->n_pages ? (uint32_t)frame : LITMUS_NONE;
	for (uint32_t p = 0; p < s->test->n_pages; p++)
		if (s->layer->control->frame[p] == frame)
			return p;
	return LITMUS_NONE;
}

uint32_t layer_frame_of(const struct system *s, uint8_t page)
{
	return s->layer ? s->layer->control->frame[page] : page;
}

bool layer_address(const struct system *s, uint8_t alias, uint64_t *va)
{
	const struct control *control;

	if (!s->layer) {
		*va = s->va[alias];
		return true;
	}
	control = s->layer->control;
	*va = control->va[alias];
	if (s->test->alias[alias].kind == LITMUS_KERNEL)
		*va = coh_sim_kernel_address(control->sim,
					     control->frame[s->test->alias[alias].page]);
	return *va;
}

/* ---- what the next part touches ---- */

static uint64_t lines_at(const struct system *s, unsigned c, uint64_t va, size_t len)
{
	uint32_t size = litmus_page_size(s->test), page;
	uint32_t mm = coh_machine_mm(s->machine, s->run->context[c].cpu);
	uint64_t lines = 0, pa;

	for (uint64_t at = va & ~(uint64_t)(LITMUS_LINE - 1); at < va + len; at += LITMUS_LINE) {
		if (coh_machine_translation(s->machine, mm, at, &pa, NULL, NULL))
			return footprint_all(s);
		page = layer_page_at(s, pa / size);
		lines |= page < s->test->n_pages
				 ? footprint_line(s, (uint8_t)page,
						  (uint32_t)(pa % size) / LITMUS_LINE)
				 : FOOTPRINT_OTHER;
	}
	return lines;
}

static void of_operation(const struct system *s, unsigned c, const struct coh_sim_next *next,
			 struct footprint *f)
{
	unsigned cpu = s->run->context[c].cpu;

	switch ((enum coh_sim_op)next->op) {
	case COH_SIM_OP_DCACHE_CLEAN:
	case COH_SIM_OP_DCACHE_INVALIDATE:
	case COH_SIM_OP_DCACHE_FLUSH:
	case COH_SIM_OP_ICACHE_INVALIDATE:
		f->lines = lines_at(s, c, next->va, next->len);
		return;
	case COH_SIM_OP_LOCK:
	case COH_SIM_OP_UNLOCK:
		f->written |= RES_LAYER | RES_SCHED(cpu);
		return;
	case COH_SIM_OP_IRQ_SAVE:
	case COH_SIM_OP_IRQ_RESTORE:
		f->written |= RES_LAYER | RES_SCHED(cpu) | RES_IRQ(cpu);
		return;
	case COH_SIM_OP_WINDOW_MAP:
	case COH_SIM_OP_WINDOW_UNMAP:
	case COH_SIM_OP_KMAP:
	case COH_SIM_OP_KUNMAP:
		f->written |= RES_LAYER;
		f->lines = s->fills ? footprint_all(s) : 0;
		return;
	default: /* whole caches, the outer one, copies, uncached users */
		f->written |= RES_LAYER;
		f->lines = footprint_all(s);
	}
}

struct footprint layer_footprint(struct system *s, unsigned c)
{
	const struct run_context *rc = &s->run->context[c];
	const struct litmus_instr *i = &context_of(s, c)->instr[rc->pc];
	const struct coh_sim_next *next = &s->layer->control->next[c];
	struct footprint f = { .read = RES_SCHED(rc->cpu) };
	uint64_t va;

	if (!rc->in_call) {
		f.written |= RES_LAYER;
		if (is_access(i))
			f.lines = layer_address(s, i->alias, &va)
					  ? lines_at(s, c, va + litmus_offset(s->test, i->first), 4)
					  : footprint_all(s);
		return f;
	}
	switch (next->kind) {
	case COH_SIM_NEXT_OP:
		of_operation(s, c, next, &f);
		break;
	case COH_SIM_NEXT_ACCESS:
		f.written |= RES_LAYER; /* it may fault */
		f.lines = lines_at(s, c, next->va, next->len);
		break;
	case COH_SIM_NEXT_LAYER_LOAD:
		f.read |= RES_LAYER;
		break;
	default:
		f.written |= RES_LAYER;
	}
	return f;
}
