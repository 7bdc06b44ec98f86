// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Processes: an mm and the registers of its one thread.  The kernel calls them, as it were. */
#include "examples/minikernel/kernel.h"

#define PROCESSES   4
#define STACK_PAGES 2
#define USER_MODE   0x10u

/* Fault status register: what kind. */
#define FSR_STATUS	    15u
#define FSR_TRANSLATION	    5u /* of a section: no second-level table yet */
#define FSR_TRANSLATION_2   7u
#define FSR_PERMISSION_PAGE 15u

static struct process processes[PROCESSES];
static bool used[PROCESSES];
static struct process *forked;
struct file *user_files[2];

uint32_t enter_user(struct context *context);

static struct process *process_get(void)
{
	for (int i = 0; i < PROCESSES; i++) {
		if (used[i])
			continue;
		used[i] = true;
		processes[i] = (struct process){ 0 };
		mm_init(&processes[i].mm);
		return &processes[i];
	}
	panic("no free process of", PROCESSES);
}

static void map_program(struct process *p, struct file *text)
{
	area_map(&p->mm, USER_TEXT, FILE_PAGES,
		 &(struct area){ .file = text, .prot = COH_PROT_READ | COH_PROT_EXEC });
	area_map(&p->mm, USER_STACK, STACK_PAGES,
		 &(struct area){ .prot = COH_PROT_READ | COH_PROT_WRITE });
}

struct process *process_new(struct file *text)
{
	struct process *p = process_get();

	map_program(p, text);
	return p;
}

void process_exec(struct process *p, struct file *text)
{
	mm_empty(&p->mm);
	map_program(p, text);
}

void process_exit(struct process *p)
{
	mm_exit(&p->mm);
	used[p - processes] = false;
}

void process_begin(struct process *p, enum routine routine, uint32_t a, uint32_t b, uint32_t c)
{
	p->calling = true;
	p->context = (struct context){
		.r = { a, b, c, [13] = USER_STACK + STACK_PAGES * PAGE_SIZE,
		       [14] = USER_TEXT + USER_ROUTINES * 4 },
		.pc = USER_TEXT + routine * 4,
		.cpsr = USER_MODE,
	};
}

/* ------------------------------------------------------------------------
 * System calls.
 */

static uint32_t sys_fork(struct process *parent)
{
	struct process *child = process_get();

	fork_mm(&parent->mm, &child->mm);
	child->context = parent->context;
	child->context.r[0] = 0;
	child->calling = true;
	forked = child;
	return 1;
}

struct process *process_forked(void)
{
	struct process *p = forked;

	forked = NULL;
	return p;
}

/* As FUSE or O_DIRECT would: the user's page by get_user_page, both ends through K. */
static uint32_t transfer(struct process *p, uint32_t file, uint32_t index, uint32_t va, bool write)
{
	struct page *there = file_page(user_files[file & 1], index);
	struct page *here =
		get_user_page(&p->mm, va, write ? COH_INTENT_READ : COH_INTENT_READ_WRITE);
	struct page *from = write ? here : there, *to = write ? there : here;
	uint32_t *k = page_kernel(to), sum = CHECKSUM_START;

	LAYER(flush_dcache_page, &there->coh);
	for (uint32_t i = 0; i < PAGE_WORDS; i++) {
		k[i] = page_kernel(from)[i];
		sum = checksum_add(sum, k[i]);
	}
	LAYER(flush_dcache_page, &to->coh);
	page_put(here);
	return sum;
}

static uint32_t syscall(struct process *p, uint32_t number, const uint32_t *r)
{
	switch (number) {
	case SYS_FORK:
		return sys_fork(p);
	case SYS_READ:
	case SYS_WRITE:
		return transfer(p, r[0], r[1], r[2], number == SYS_WRITE);
	case SYS_SYNC_CODE:
		LAYER(flush_icache_range, r[0], r[1]);
		return 0;
	default:
		panic("unknown system call", number);
	}
}

static void syscall_event(struct process *p)
{
	uint32_t *r = p->context.r;

	if (r[7] == SYS_DONE) {
		p->calling = false;
		p->result = r[0];
	} else {
		r[0] = syscall(p, r[7], r);
	}
}

/* ------------------------------------------------------------------------
 * Running.
 */

static void prefetch_event(struct process *p)
{
	if (!fault_in(&p->mm, p->context.pc, COH_PROT_READ | COH_PROT_EXEC))
		panic("user: no right to execute", p->context.pc);
}

/* The register does not tell loads from stores: a page that is there was to be stored to. */
static void data_event(struct process *p, uint32_t status, uint32_t va)
{
	uint32_t kind = status & FSR_STATUS, need = COH_PROT_READ;

	if (kind == FSR_PERMISSION_PAGE)
		need |= COH_PROT_WRITE;
	else if (kind != FSR_TRANSLATION && kind != FSR_TRANSLATION_2)
		panic("user: data abort, status", status);
	if (!fault_in(&p->mm, va, need))
		panic("user: no right to", va);
}

bool process_step(struct process *p)
{
	uint32_t event, status, va;

	mm_switch(&p->mm);
	irq_off();
	event = enter_user(&p->context);
	__asm__ volatile("mrc p15, 0, %0, c5, c0, 0" : "=r"(status));
	__asm__ volatile("mrc p15, 0, %0, c6, c0, 0" : "=r"(va));
	irq_on(); /* if that was it, here is the interrupt */
	if (event == EVENT_SYSCALL)
		syscall_event(p);
	else if (event == EVENT_PREFETCH_ABORT)
		prefetch_event(p);
	else if (event == EVENT_DATA_ABORT)
		data_event(p, status, va);
	else if (event == EVENT_UNDEFINED)
		panic("user: undefined instruction at", p->context.pc - 4);
	return event == EVENT_INTERRUPT;
}

uint32_t process_call(struct process *p, enum routine routine, uint32_t a, uint32_t b, uint32_t c)
{
	process_begin(p, routine, a, b, c);
	while (p->calling)
		process_step(p);
	return p->result;
}

/* The one that runs stays until an interrupt, or its end. */
uint32_t process_both(struct process *a, struct process *b)
{
	struct process *runs = a, *waits = b;
	uint32_t switches = 0;

	while (runs->calling || waits->calling) {
		struct process *p = runs;

		if (runs->calling && !process_step(runs))
			continue;
		if (!waits->calling)
			continue;
		switches++;
		runs = waits;
		waits = p;
	}
	return switches;
}
