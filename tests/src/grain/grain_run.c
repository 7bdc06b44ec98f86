// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* One run: contexts as coroutines, who goes on at which step, and the judge. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "tests/src/grain/grain.h"

#define ARENA_SIZE (512u << 10)
#define STACK_SIZE (64u << 10)
#define LINE	   16u
#define NOBODY	   CONTEXTS

enum state { NOT_BEGUN, RUNS, OVER };

struct context {
	unsigned number;
	enum state state;
	uint32_t cpu, mm;
	enum coh_sim_context kind;
	context_fn *fn;
	struct coh_sim_strand *strand;
	ucontext_t at;
	struct coh_sim_next next;
	bool was_on;		   /* interrupts, when this one came */
	uint64_t paused;	   /* when it was left, to go back to the last one */
	uint32_t need[LINES];	   /* what it must read through K */
	uint32_t unflushed[LINES]; /* what it stored through K since its last flush */
	uint32_t value, user_need; /* of the access that is being made */
	unsigned line;		   /* of it */
	uintptr_t kmap;
	bool wants_alone;
};

/* All that a run changes, beside the arena. */
static struct world {
	struct coh_sim *sim;
	struct context context[CONTEXTS];
	unsigned current, interrupts[CONTEXTS], depth; /* of CPU 0 */
	unsigned process[2];			       /* that each CPU has */
	uint32_t frame, file;
	uint32_t clock, newest[LINES], by_users[LINES], published[LINES], code[LINES];
	bool out, dead, quiet;
	uint64_t pauses;
} w, prepared;

static _Alignas(64) char arena[ARENA_SIZE], prepared_arena[ARENA_SIZE];
static size_t used, prepared_used;
static char stacks[CONTEXTS][STACK_SIZE];
static ucontext_t scheduler;
static const struct test *test;
static const struct trail *trail;
static struct run *run;
static unsigned changes, wanted; /* wanted: who goes on, or NOBODY: whoever can */

/* ---- the driver of ports/sim ---- */

static void *allocate(void *context, size_t size)
{
	void *memory = arena + used;

	(void)context;
	used += (size + 63) & ~(size_t)63;
	if (used > ARENA_SIZE)
		return NULL;
	memset(memory, 0, size);
	return memory;
}

static void release(void *context, void *memory)
{
	(void)context;
	(void)memory;
}

static void found(const char *what)
{
	if (!run || run->found)
		return;
	run->found = true;
	snprintf(run->what, sizeof(run->what), "%s", what);
}

static void __attribute__((noreturn)) fail(void *context, const char *what, int error)
{
	char text[160];

	(void)context;
	snprintf(text, sizeof(text), "%s%s%s", what, error ? ": " : "",
		 error ? coh_error_text(error) : "");
	found(text);
	w.dead = true;
	for (;;)
		swapcontext(&w.context[w.current].at, &scheduler);
}

static bool is_alone(const struct context *c)
{
	for (unsigned n = 0; n < AUDIT; n++)
		if (n != c->number && w.context[n].state == RUNS)
			return false;
	return true;
}

static bool waits(const struct context *c)
{
	if (c->state != RUNS)
		return false;
	if (c->wants_alone && !is_alone(c))
		return true;
	return c->next.kind == COH_SIM_NEXT_WAIT && *c->next.word;
}

/* May the process that a CPU has be left? */
static bool may_leave(unsigned cpu)
{
	const struct context *c = &w.context[w.process[cpu]];

	if (w.process[cpu] == NOBODY || c->state != RUNS)
		return true;
	return !coh_sim_strand_holds(c->strand) && coh_sim_irqs_are_on(w.sim, cpu);
}

static bool can_run(unsigned n)
{
	const struct context *c = &w.context[n];
	unsigned top = w.depth ? w.interrupts[w.depth - 1] : NOBODY;

	if (c->state == OVER || !c->fn || waits(c))
		return false;
	if (c->kind == COH_SIM_IN_PROCESS)
		return c->cpu ? true : !w.depth && (w.process[0] == n || may_leave(0));
	if (c->state == RUNS)
		return top == n;
	if (c->kind == COH_SIM_IN_NMI)
		return top == NOBODY || w.context[top].kind != COH_SIM_IN_NMI;
	return coh_sim_irqs_are_on(w.sim, 0);
}

static uint8_t who_can(void)
{
	uint8_t can = 0;

	for (unsigned n = 0; n < AUDIT && !w.out; n++)
		if (n != w.current && can_run(n))
			can |= (uint8_t)(1u << n);
	return can;
}

/* One if that does: with two the kernel does more before code is mapped. */
static uint32_t cpus(const struct test *t)
{
	uint32_t n = 1;

	for (unsigned i = 0; i < t->n; i++)
		n += n == 1 && t->action[i]->kind == CPU;
	return n;
}

static void evict_dirty(void)
{
	const struct coh_cache *d = &test->machine->core.dcache;
	struct coh_machine *m = coh_sim_machine(w.sim);

	for (uint32_t cpu = 0; cpu < cpus(test); cpu++)
		for (uint32_t set = 0; set < coh_cache_sets(d); set++)
			for (uint32_t way = 0; way < d->ways; way++) {
				struct coh_machine_line_state line;

				coh_machine_look(m, cpu, COH_DATA, set, way, &line);
				if (line.valid && line.dirty)
					coh_machine_evict(m, cpu, COH_DATA, set, way);
			}
}

static void note_step(struct context *c, const struct coh_sim_next *next)
{
	struct step *s;

	if (run->n == STEPS_MAX)
		fail(NULL, "more steps than there is room for", 0);
	s = &run->step[run->n++];
	*s = (struct step){ .context = (uint8_t)c->number,
			    .kind = (uint8_t)next->kind,
			    .can = c->number == AUDIT ? 0 : who_can(),
			    .op = next->op,
			    .va = next->va,
			    .place = next->place };
}

static uint32_t greater(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* Right before an access: what it brings, or must find. */
static void prepare_access(struct context *c)
{
	c->value = ++w.clock;
	c->user_need = greater(w.published[c->line], w.by_users[c->line]);
}

static void leave(struct context *c, unsigned to)
{
	c->paused = ++w.pauses;
	wanted = to;
	swapcontext(&c->at, &scheduler);
}

static void point(void *context, const struct coh_sim_next *next)
{
	struct context *c = &w.context[w.current];

	(void)context;
	if (w.quiet)
		return;
	c->next = *next;
	for (;;) {
		if (changes < trail->n && run->n == trail->change[changes].step) {
			unsigned to = trail->change[changes++].to;

			if (!(who_can() & 1u << to))
				fail(NULL, "the trail asks for what cannot be", 0);
			leave(c, to);
		} else if (waits(c)) {
			leave(c, NOBODY);
		} else {
			break;
		}
	}
	if (test->evict && next->kind != COH_SIM_NEXT_LAYER_LOAD)
		evict_dirty();
	note_step(c, next);
	if (next->kind == COH_SIM_NEXT_ACCESS)
		prepare_access(c);
}

static const struct coh_sim_driver driver = { NULL, allocate, release, point, fail };

/* ---- who goes on ---- */

static void body(void)
{
	struct context *c = &w.context[w.current];

	coh_sim_point(w.sim);
	c->fn(c);
	c->state = OVER;
	c->next.kind = COH_SIM_NEXT_CODE;
	wanted = NOBODY;
	for (;;)
		swapcontext(&c->at, &scheduler);
}

/* The one that was left last; NOBODY: all are over, or none can. */
static unsigned last_left(void)
{
	unsigned best = NOBODY;

	for (unsigned n = 0; n < AUDIT; n++)
		if (w.context[n].state == RUNS && can_run(n) &&
		    (best == NOBODY || w.context[n].paused > w.context[best].paused))
			best = n;
	return best;
}

static bool is_anybody_left(void)
{
	for (unsigned n = 0; n < AUDIT; n++)
		if (w.context[n].state == RUNS)
			return true;
	return false;
}

/* Its stack is in use: there the switch is one step. */
static void switch_mm(struct context *c)
{
	if (coh_sim_current(w.sim, c->cpu) == c->mm)
		return;
	w.quiet = true;
	coh_sim_strand_run(w.sim, w.context[AUDIT].strand, c->cpu);
	coh_sim_switch(w.sim, c->mm);
	w.quiet = false;
}

static void begin(struct context *c)
{
	c->state = RUNS;
	getcontext(&c->at);
	c->at.uc_stack.ss_sp = stacks[c->number];
	c->at.uc_stack.ss_size = STACK_SIZE;
	c->at.uc_link = NULL;
	makecontext(&c->at, body, 0);
	if (c->kind == COH_SIM_IN_PROCESS)
		return;
	c->was_on = coh_sim_irqs_are_on(w.sim, 0);
	coh_sim_set_irqs(w.sim, 0, false);
	w.interrupts[w.depth++] = c->number;
}

static void go_on(unsigned n)
{
	struct context *c = &w.context[n];

	if (c->kind == COH_SIM_IN_PROCESS) {
		w.process[c->cpu] = n;
		switch_mm(c);
	}
	if (c->state == NOT_BEGUN)
		begin(c);
	w.current = n;
	coh_sim_strand_run(w.sim, c->strand, c->cpu);
	swapcontext(&scheduler, &c->at);
	coh_sim_strand_run(w.sim, NULL, 0);
	if (c->state == OVER && c->kind != COH_SIM_IN_PROCESS) {
		coh_sim_set_irqs(w.sim, 0, c->was_on);
		w.depth--;
	}
}

void run_trail(const struct test *t, const struct trail *tr, struct run *r)
{
	unsigned next = 0;

	memcpy(&w, &prepared, sizeof(w));
	memcpy(arena, prepared_arena, prepared_used);
	used = prepared_used;
	test = t;
	trail = tr;
	run = r;
	r->n = 0;
	r->found = false;
	changes = 0;
	while (!w.dead && next != NOBODY) {
		wanted = NOBODY;
		go_on(next);
		next = wanted != NOBODY ? wanted : last_left();
	}
	if (!w.dead && is_anybody_left())
		found("nobody can go on: contexts wait for each other");
	else if (!w.dead)
		go_on(AUDIT);
	run = NULL;
}

/* ---- making it ---- */

static void add(unsigned n, context_fn *fn, enum place_kind kind)
{
	struct context *c = &w.context[n];

	*c = (struct context){
		.number = n, .fn = fn, .cpu = kind == CPU, .mm = kind == THREAD || kind == CPU
	};
	c->kind = kind == IRQ ? COH_SIM_IN_IRQ : kind == NMI ? COH_SIM_IN_NMI : COH_SIM_IN_PROCESS;
	c->strand = coh_sim_strand_new(w.sim, c->kind, c->cpu);
}

bool run_prepare(const struct test *t)
{
	struct coh_sim_config config = {
		.core = &t->machine->core,
		.policy = t->policy,
		.check = COH_CHECK_CHEAP,
		.cpus = cpus(t),
		.frames = 6,
		.mms = 2,
		.slots = 1,
		.translations = 12,
		.grain = COH_SIM_GRAIN_ACCESS,
		.driver = &driver,
	};
	const char *why;

	test = t;
	run = NULL;
	used = 0;
	memset(&w, 0, sizeof(w));
	w.sim = coh_sim_new(&config, &why);
	if (!w.sim) {
		fprintf(stderr, "grain: %s: %s\n", t->machine->name, why);
		return false;
	}
	add(0, t->program->fn, SAME_THREAD);
	for (unsigned i = 0; i < t->n; i++)
		add(1 + i, t->action[i]->fn, t->action[i]->kind);
	add(AUDIT, audit, SAME_THREAD);
	w.file = coh_sim_file(w.sim, 1);
	w.frame = coh_sim_file_frame(w.sim, w.file, 0);
	w.process[0] = 0;
	w.process[1] = NOBODY;
	coh_sim_switch(w.sim, 0);
	t->program->set_up(&w.context[0]);
	memcpy(&prepared, &w, sizeof(w));
	memcpy(prepared_arena, arena, used);
	prepared_used = used;
	return true;
}

/* ---- what programs and actions do ---- */

struct coh_sim *sim_of(struct context *c)
{
	(void)c;
	return w.sim;
}

struct coh *layer_of(struct context *c)
{
	(void)c;
	return coh_sim_layer(w.sim);
}

uint32_t frame_of(struct context *c)
{
	(void)c;
	return w.frame;
}

void use_frame(struct context *c, uint32_t frame)
{
	(void)c;
	w.frame = frame;
}

uint32_t file_of(struct context *c)
{
	(void)c;
	return w.file;
}

uint32_t mm_of(struct context *c)
{
	return c->mm;
}

uintptr_t address_of(struct context *c, unsigned n, unsigned colour)
{
	return coh_sim_user_address(w.sim, c->number * 8 + n, colour);
}

void map(struct context *c, unsigned n, unsigned colour, uint32_t prot)
{
	coh_sim_mmap(w.sim, c->mm, address_of(c, n, colour), 1,
		     &(struct coh_sim_area){
			     .kind = COH_SIM_FILE, .file = w.file, .shared = true, .prot = prot });
}

void unmap(struct context *c, unsigned n, unsigned colour)
{
	coh_sim_munmap(w.sim, c->mm, address_of(c, n, colour), 1);
}

static void expect(const struct context *c, const char *how, uint32_t got, uint32_t need)
{
	static const char *const lines[] = { "the users' line", "the kernel's line" };
	char text[160];

	if (got >= need)
		return;
	snprintf(text, sizeof(text), "a %s of %s got %u, which is older than %u", how,
		 lines[c->line], got, need);
	found(text);
}

void user_load(struct context *c, unsigned n, unsigned colour, unsigned line)
{
	uint32_t got;

	c->line = line;
	coh_sim_user_load(w.sim, address_of(c, n, colour) + line * LINE, &got, sizeof(got));
	expect(c, "user's load", got, c->user_need);
}

void user_store(struct context *c, unsigned n, unsigned colour, unsigned line)
{
	c->line = line;
	if (!coh_sim_points(w.sim))
		prepare_access(c); /* set-up has no points */
	coh_sim_user_store(w.sim, address_of(c, n, colour) + line * LINE, &c->value,
			   sizeof(c->value));
	w.newest[line] = w.by_users[line] = c->value;
}

void user_fetch(struct context *c, unsigned n, unsigned colour, unsigned line)
{
	uint32_t got;

	c->line = line;
	coh_sim_user_fetch(w.sim, address_of(c, n, colour) + line * LINE, &got, sizeof(got));
	expect(c, "fetch", got, greater(w.published[line], w.code[line]));
}

static uintptr_t kernel_va(struct context *c)
{
	return c->kmap ? c->kmap : coh_sim_kernel_address(w.sim, w.frame);
}

void kernel_load(struct context *c, unsigned line)
{
	uint32_t got;

	c->line = line;
	coh_sim_load(w.sim, kernel_va(c) + line * LINE, &got, sizeof(got));
	expect(c, "kernel's load", got, c->need[line]);
}

void kernel_store(struct context *c, unsigned line)
{
	c->line = line;
	if (!coh_sim_points(w.sim))
		prepare_access(c);
	coh_sim_store(w.sim, kernel_va(c) + line * LINE, &c->value, sizeof(c->value));
	w.newest[line] = c->unflushed[line] = c->value;
}

void before_call(struct context *c)
{
	coh_sim_point(w.sim);
	memcpy(c->need, w.newest, sizeof(c->need));
}

void after_call(struct context *c, int error)
{
	char text[160];

	coh_sim_point(w.sim);
	for (unsigned line = 0; line < LINES; line++)
		w.published[line] = greater(w.published[line], c->unflushed[line]);
	if (!error)
		return;
	snprintf(text, sizeof(text), "the layer refuses: %s", coh_error_text(error));
	found(text);
}

void flush(struct context *c)
{
	before_call(c);
	after_call(c, coh_flush_dcache_page(layer_of(c), coh_sim_page(w.sim, w.frame)));
}

void map_kernel(struct context *c, enum coh_intent intent)
{
	before_call(c);
	after_call(c, coh_kmap(layer_of(c), coh_sim_page(w.sim, w.frame), intent, &c->kmap));
}

void unmap_kernel(struct context *c, enum coh_intent intent)
{
	before_call(c);
	after_call(c, coh_kunmap(layer_of(c), coh_sim_page(w.sim, w.frame), intent, c->kmap));
	c->kmap = 0;
}

void keep_out(struct context *c, bool out)
{
	c->wants_alone = out; /* whoever is amid something with the page ends it first */
	coh_sim_point(w.sim);
	c->wants_alone = false;
	w.out = out;
}

void filled(struct context *c, uint32_t from)
{
	(void)c;
	for (unsigned line = 0; line < LINES; line++) {
		uint64_t pa = coh_sim_pa(w.sim, from) + line * LINE;
		uint8_t bytes[4];

		for (unsigned i = 0; i < 4; i++)
			bytes[i] = coh_machine_newest(coh_sim_machine(w.sim), pa + i);
		memcpy(&w.newest[line], bytes, 4);
		w.published[line] = w.newest[line];
	}
}

void code_made(struct context *c, unsigned line)
{
	(void)c;
	w.code[line] = w.newest[line];
}
