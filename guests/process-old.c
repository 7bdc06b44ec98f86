// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * As process, with a kernel from before Linux 5.18: the current task is named by a struct
 * thread_info at the bottom of the stack.  Bug: the alias is not cleaned.
 *
 * Three pages, three readers: a task; a hard interrupt over it; and one on a stack that is no
 * task's.
 */
#include "lib.h"

const char guest_name[] = "process-old";

const char linux_banner[] = "Linux version 5.10.0-guest (coherer@guests) #1\n";

struct task_struct;

struct thread_info {
	unsigned long flags;
	int preempt_count;
	struct task_struct *task;
};

union thread_union {
	struct thread_info thread_info;
	unsigned long stack[8192 / sizeof(long)];
};

struct mm_struct {
	uint32_t *pgd;
};

struct task_struct {
	void *stack;
	unsigned int flags;
	struct mm_struct *mm;
	int pid, tgid;
	char comm[16];
};

static union thread_union stacks[2] __attribute__((aligned(sizeof(union thread_union))));
static struct mm_struct mm = { .pgd = (uint32_t *)TABLE_A };
static struct task_struct sh = {
	.stack = &stacks[0], .mm = &mm, .pid = 42, .tgid = 42, .comm = "sh"
};

STORE_FUNCTION(user_store)
LOAD_FUNCTION(task_load)
LOAD_FUNCTION(hard_load)
LOAD_FUNCTION(stray_load)

typedef uint32_t (*load_function)(uint32_t va);

/* r4 keeps the stack of who calls. */
static __attribute__((noipa)) uint32_t call_on(union thread_union *stack, load_function load,
					       uint32_t va)
{
	register uint32_t r0 __asm__("r0") = va;
	register load_function r1 __asm__("r1") = load;
	register unsigned long *r2 __asm__("r2") = &stack->stack[2000];

	__asm__ volatile("mov r4, sp\n\tmov sp, r2\n\tmov lr, pc\n\tmov pc, r1\n\tmov sp, r4"
			 : "+r"(r0), "+r"(r1), "+r"(r2)
			 :
			 : "r3", "r4", "r12", "lr", "cc", "memory");
	return r0;
}

static void check(uint32_t i, union thread_union *stack, load_function load)
{
	uint32_t user = USER + i * PAGE_SIZE;

	(void)WORD(user);
	user_store(user, NEW);
#ifndef PLANTED
	clean_line(user);
#endif
	expect("load", call_on(stack, load, PAGE + i * PAGE_SIZE), NEW);
}

void guest(void)
{
	for (uint32_t i = 0; i < 3; i++)
		map_page(TABLE_A, USER + i * PAGE_SIZE, PAGE + i * PAGE_SIZE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	stacks[0].thread_info.task = stacks[1].thread_info.task = &sh;
	check(0, &stacks[0], task_load);
	stacks[0].thread_info.preempt_count = 0x10000;
	check(1, &stacks[0], hard_load);
	check(2, &stacks[1], stray_load);
}
