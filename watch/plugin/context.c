// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's structures, as guest memory has them at this moment.
 *
 * Nothing is read from them unless the kernel's banner is the one of the runner's file: the banner
 * has version, compiler and time of the build.  A structure that the guest has damaged must do no
 * harm: each pointer is checked, and nothing is followed further than a few steps.
 */
#include "watch/plugin/context.h"

#include <stdlib.h>

#include "watch/plugin/kernel_read.h"
#include "watch/plugin/modules.h"
#include "watch/plugin/trace.h"
#include "watch/plugin/user_code.h"

/* Never changed since they are there: include/linux/preempt.h, include/linux/sched.h of Linux. */
#define PREEMPT_SOFT_SERVING 0x00000100u
#define PREEMPT_HARD	     0x000f0000u
#define TASK_KERNEL_THREAD   0x00200000u
#define PID_MAX		     4194304u

static struct kernel_layout kernel;
static bool is_given, was_right, was_wrong;
static GHashTable *owners; /* struct owner, by page-table base */

/* The last task that was seen to have this address space for its own. */
struct owner {
	uint32_t task; /* its address */
	struct wire_owner as_seen;
};

bool context_option(const char *text)
{
	char *end;

	for (unsigned i = 0; i < KERNEL_FIELDS; i++) {
		kernel.at[i] = (uint32_t)strtoul(text, &end, 16);
		if (end == text || *end != (i + 1 < KERNEL_FIELDS ? ':' : '\0'))
			return false;
		text = end + 1;
	}
	if (kernel.at[KERNEL_BANNER_SIZE] > KERNEL_BANNER_MAX)
		return false;
	owners = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	is_given = true;
	return true;
}

/* Before the kernel runs there is nothing at its banner's address, or something else. */
static bool is_this_kernel(void)
{
	uint8_t banner[KERNEL_BANNER_MAX];
	uint32_t size = kernel.at[KERNEL_BANNER_SIZE];
	bool right;

	if (!is_given || !guest_read(kernel.at[KERNEL_BANNER], banner, size))
		return false;
	right = kernel_hash(banner, size) == kernel.at[KERNEL_BANNER_HASH];
	was_right |= right;
	was_wrong |= !right;
	return right;
}

/* The task, and the address of its preempt_count (0: not known). */
static uint32_t current_task(uint32_t *preempt_count)
{
	uint32_t task, back, base, in = kernel.at[KERNEL_PREEMPT_COUNT];

	*preempt_count = 0;
	if (kernel.at[KERNEL_CURRENT] != KERNEL_ABSENT) {
		if (!guest_read_word(kernel.at[KERNEL_CURRENT], &task) ||
		    !kernel_pointer(&kernel, task))
			return 0;
		*preempt_count = in == KERNEL_ABSENT ? 0 : task + in;
		return task;
	}
	/* The stack of another mode than the kernel's own has no task at its bottom. */
	base = read_register(tracer.reg[TARGET_REGISTERS - 3]) &
	       ~(kernel.at[KERNEL_STACK_SIZE] - 1);
	if (!kernel_pointer(&kernel, base) ||
	    !kernel_follow(&kernel, base, KERNEL_THREAD_TASK, &task) ||
	    !kernel_field(&kernel, task, KERNEL_TASK_STACK, &back) || back != base)
		return 0;
	*preempt_count = in == KERNEL_ABSENT ? 0 : base + in;
	return task;
}

static bool read_task(uint32_t task, struct wire_task *w)
{
	uint32_t flags;

	if (!guest_read(task + kernel.at[KERNEL_TASK_COMM], w->comm, WIRE_COMM) ||
	    !kernel_field(&kernel, task, KERNEL_TASK_PID, &w->pid) ||
	    !kernel_field(&kernel, task, KERNEL_TASK_TGID, &w->tgid) ||
	    !kernel_field(&kernel, task, KERNEL_TASK_FLAGS, &flags))
		return false;
	w->kernel_thread = (flags & TASK_KERNEL_THREAD) != 0;
	w->known = w->pid <= PID_MAX && w->tgid <= PID_MAX && memchr(w->comm, '\0', WIRE_COMM);
	return w->known;
}

/* The base of the page tables of the task's own address space; false if it has none. */
static bool own_space(uint32_t task, uint32_t *mm, uint32_t *base)
{
	uint32_t pgd;

	return kernel_follow(&kernel, task, KERNEL_TASK_MM, mm) &&
	       kernel_follow(&kernel, *mm, KERNEL_MM_PGD, &pgd) && guest_physical(pgd, base);
}

static void note_owner(uint32_t base, uint32_t task, const struct wire_task *w)
{
	struct owner *owner = g_hash_table_lookup(owners, GUINT_TO_POINTER(base));

	if (!owner) {
		owner = g_new0(struct owner, 1);
		g_hash_table_insert(owners, GUINT_TO_POINTER(base), owner);
	}
	owner->as_seen.others |= owner->as_seen.task.known && owner->as_seen.task.tgid != w->tgid;
	owner->as_seen.task = *w;
	owner->task = task;
}

/*
 * While the task lives its name is the one of now: at exec it comes after the address space.
 * Returns its struct mm_struct, 0 if it lives no more, or has another address space.
 */
static uint32_t refresh(struct owner *owner, uint32_t base)
{
	struct wire_task now = { 0 };
	uint32_t mm, own;

	if (!read_task(owner->task, &now) || now.pid != owner->as_seen.task.pid ||
	    !own_space(owner->task, &mm, &own) || own != base)
		return 0;
	owner->as_seen.task = now;
	return mm;
}

/* code: where a user's pc is, as far as the task lives; or NULL.  It is another's if there were
 * others before: the runner sees that. */
static struct wire_owner owner_of(const struct wire_access *a, struct wire_code *code)
{
	struct owner *owner = g_hash_table_lookup(owners, GUINT_TO_POINTER(a->mm));
	uint32_t mm;

	if (!a->known || !owner)
		return (struct wire_owner){ 0 };
	mm = refresh(owner, a->mm);
	if (mm && code && a->pc < kernel.at[KERNEL_FLOOR])
		user_code(&kernel, mm, a->mm, a->pc, code);
	return owner->as_seen;
}

static enum wire_level level_of(uint32_t preempt_count)
{
	return preempt_count & PREEMPT_HARD	      ? WIRE_LEVEL_HARD
	       : preempt_count & PREEMPT_SOFT_SERVING ? WIRE_LEVEL_SOFT
						      : WIRE_LEVEL_TASK;
}

static bool read_long(enum kernel_field field, uint64_t *value)
{
	return guest_read(kernel.at[field], value, sizeof(*value));
}

/* No clock is read, which would be an access to a device: this is the time of the last tick. */
static bool read_time(uint64_t *ns)
{
	uint32_t seq, shift, mult;
	uint64_t base, since;

	if (kernel.at[KERNEL_TIME_BASE] == KERNEL_ABSENT ||
	    !guest_read_word(kernel.at[KERNEL_TIME_SEQ], &seq) ||
	    !guest_read_word(kernel.at[KERNEL_TIME_SHIFT], &shift) ||
	    !guest_read_word(kernel.at[KERNEL_TIME_MULT], &mult) ||
	    !read_long(KERNEL_TIME_BASE, &base) || !read_long(KERNEL_TIME_NSEC, &since))
		return false;
	/* Odd: the kernel is amid an update of these. */
	if (seq & 1 || !mult || shift >= 64)
		return false;
	*ns = base + (since >> shift);
	return true;
}

static void take_reader(struct wire_finding *w)
{
	struct wire_context *c = &w->context;
	uint32_t task, at, count, mm, base;

	c->time_known = read_time(&c->time_ns);
	task = current_task(&at);
	if (!task || !read_task(task, &c->task))
		return;
	c->level = at && guest_read_word(at, &count) ? level_of(count) : WIRE_LEVEL_TASK;
	if (!own_space(task, &mm, &base))
		return;
	note_owner(base, task, &c->task);
	if (w->read.user == 1 && base == tracer.space)
		user_code(&kernel, mm, base, w->read.pc, &c->reader_code);
}

static void note_current(void)
{
	struct wire_task w = { 0 };
	uint32_t task, at, mm, base;

	task = current_task(&at);
	if (task && own_space(task, &mm, &base) && read_task(task, &w))
		note_owner(base, task, &w);
}

void context_take(struct wire_finding *w, bool of_device)
{
	/* The last of a device may come after the CPU's end, when only RAM can be read. */
	if ((of_device && !tracer.sees_ram) || !is_this_kernel())
		return;
	modules_look(&kernel);
	if (!of_device)
		take_reader(w);
	else if (kernel.at[KERNEL_CURRENT] != KERNEL_ABSENT)
		note_current();
	if (!w->by_device)
		w->context.writer = owner_of(&w->write, &w->context.writer_code);
	w->context.culprit = owner_of(&w->culprit, NULL);
}

/* The kernel switches tables before tasks, so this is the end of the task's turn; or exec. */
void context_switched(void)
{
	if (!is_this_kernel())
		return;
	modules_look_again(&kernel);
	note_current();
}

void context_end(void)
{
	if (was_wrong && !was_right)
		events_note(false, "the kernel that runs is not the one of --symbols: its banner is"
				   " another; processes and times are not told");
}
