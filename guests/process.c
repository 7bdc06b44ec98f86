// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Who, and when: a kernel with tasks, a current one, a preempt_count and a time, under the names
 * that Linux 6.1 has for them.  A process stores through its own alias, another reads.  Bug: the
 * alias is not cleaned.
 *
 * Five pages, five readers: the task itself; a soft interrupt, and a hard one, over a kernel
 * thread; a thread of a process, amid an update of the time; and one whose task is nonsense,
 * after the writer's address space went to another process.  At last a device reads.
 */
#include "lib.h"
#include "pl080.h"

const char guest_name[] = "process";

const char linux_banner[] = "Linux version 6.1.0-guest (coherer@guests) #1\n";

struct thread_info {
	unsigned long flags;
	int preempt_count;
};

struct mm_struct {
	struct {
		uint32_t unused[3];
		uint32_t *pgd;
	};
};

struct task_struct {
	struct thread_info thread_info;
	void *stack;
	unsigned int flags;
	struct mm_struct *mm;
	int pid, tgid;
	char comm[16];
};

struct tk_read_base {
	uint32_t mult, shift;
	uint64_t xtime_nsec, base;
};

static struct {
	struct {
		uint32_t sequence;
	} seq;
	struct {
		struct tk_read_base tkr_mono;
	} timekeeper;
} tk_core __attribute__((used));

struct task_struct *volatile __current;

#define KERNEL_THREAD  0x00200000u
#define SOFT_INTERRUPT 0x00000100
#define HARD_INTERRUPT 0x00010000
#define SECOND	       1000000000ull

static struct mm_struct writer_mm = { .pgd = (uint32_t *)TABLE_A };
static struct mm_struct reader_mm = { .pgd = (uint32_t *)TABLE_B };
static struct task_struct sh = { .pid = 42, .tgid = 42, .mm = &writer_mm, .comm = "sh" };
static struct task_struct dash = { .pid = 46, .tgid = 46, .mm = &writer_mm, .comm = "dash" };
static struct task_struct cat = { .pid = 43, .tgid = 43, .mm = &reader_mm, .comm = "cat\x1b[7m" };
static struct task_struct thread = { .pid = 45, .tgid = 44, .mm = &reader_mm, .comm = "a thread" };
static struct task_struct swapper = {
	.flags = KERNEL_THREAD,
	.pid = 31,
	.tgid = 31,
	.comm = "kswapd0",
};
static struct task_struct nonsense = { .pid = 47, .tgid = 47, .comm = "no end to this n" };

#define DMA_PAGE (PAGE + 8 * PAGE_SIZE)

STORE_FUNCTION(user_store)
STORE_FUNCTION(kernel_store)
LOAD_FUNCTION(plain_load)
LOAD_FUNCTION(soft_load)
LOAD_FUNCTION(hard_load)
LOAD_FUNCTION(thread_load)
LOAD_FUNCTION(nonsense_load)

static const struct reader {
	uint32_t (*load)(uint32_t va);
	struct task_struct *task, *writer;
	int preempt_count;
	uint32_t sequence;
} readers[] = {
	{ plain_load, &cat, &sh, 1, 2 },
	{ soft_load, &swapper, &sh, SOFT_INTERRUPT + 2, 4 },
	{ hard_load, &swapper, &sh, HARD_INTERRUPT + SOFT_INTERRUPT, 6 },
	{ thread_load, &thread, &sh, 0, 7 },
	{ nonsense_load, &nonsense, &dash, 0, 8 },
};

#define READERS (sizeof(readers) / sizeof(*readers))

static void run(struct task_struct *task, uint32_t table)
{
	switch_table(table); /* as Linux does: the tables first */
	__current = task;
}

static void read_as(const struct reader *r, uint32_t i)
{
	r->task->thread_info.preempt_count = r->preempt_count;
	tk_core.seq.sequence = r->sequence;
	tk_core.timekeeper.tkr_mono = (struct tk_read_base){
		.mult = 1,
		.shift = 8,
		.xtime_nsec = (i * SECOND + 234567890) << 8,
		.base = 100 * SECOND,
	};
	run(r->task, TABLE_B);
	expect("load", r->load(PAGE + i * PAGE_SIZE), NEW);
}

void guest(void)
{
	table_init(TABLE_B);
	for (uint32_t i = 0; i < READERS; i++)
		map_page(TABLE_A, USER + i * PAGE_SIZE, PAGE + i * PAGE_SIZE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	for (uint32_t i = 0; i < READERS; i++) {
		uint32_t user = USER + i * PAGE_SIZE;

		run(readers[i].writer, TABLE_A);
		(void)WORD(user);
		user_store(user, NEW);
#ifndef PLANTED
		clean_line(user);
#endif
		read_as(&readers[i], i);
	}

	run(&sh, TABLE_A);
	kernel_store(DMA_PAGE, NEW);
#ifndef PLANTED
	clean_line(DMA_PAGE);
#endif
	dma_copy(DMA_PAGE + PAGE_SIZE, DMA_PAGE, 4);
}
