/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a Linux kernel keeps what a report says of processes and time.
 *
 * The runner finds these addresses and offsets in the debug information of vmlinux, the plugin
 * reads guest memory by them.  They travel as one argument of the plugin: KERNEL_FIELDS numbers
 * in hexadecimal, with a colon between two.
 */
#ifndef COH_WATCH_KERNEL_H
#define COH_WATCH_KERNEL_H

#include <stdint.h>

#define KERNEL_ABSENT 0xffffffffu /* this kernel has no such thing */

enum kernel_field {
	/* linux_banner: address, bytes, kernel_hash of them.  It tells this build from others. */
	KERNEL_BANNER,
	KERNEL_BANNER_SIZE,
	KERNEL_BANNER_HASH,
	KERNEL_FLOOR, /* no pointer of the kernel is below */

	/* The current task: a variable, or by the thread_info at the bottom of the stack. */
	KERNEL_CURRENT,
	KERNEL_STACK_SIZE, /* of that thread_info's stack, a power of two */
	KERNEL_THREAD_TASK,
	KERNEL_PREEMPT_COUNT, /* in the task (with KERNEL_CURRENT), or in thread_info */
	KERNEL_TASK_STACK,    /* offsets in struct task_struct */
	KERNEL_TASK_COMM,
	KERNEL_TASK_PID,
	KERNEL_TASK_TGID,
	KERNEL_TASK_FLAGS,
	KERNEL_TASK_MM,
	KERNEL_MM_PGD,

	/* CLOCK_MONOTONIC as of the last tick: addresses. */
	KERNEL_TIME_SEQ,
	KERNEL_TIME_BASE,  /* 64 bits: nanoseconds */
	KERNEL_TIME_NSEC,  /* 64 bits: nanoseconds since, shifted */
	KERNEL_TIME_SHIFT, /* by so much */
	KERNEL_TIME_MULT,  /* 0 before there is a clock */

	/* The list of modules: address; offsets in struct module and in what it leads to. */
	KERNEL_MODULES,
	KERNEL_MODULE_STATE,
	KERNEL_MODULE_LIST,
	KERNEL_MODULE_NAME,
	KERNEL_MODULE_BASE, /* of the memory that begins with its code */
	KERNEL_MODULE_SIZE,
	KERNEL_MODULE_SECTIONS, /* struct module_sect_attrs * */
	KERNEL_SECTIONS_COUNT,
	KERNEL_SECTIONS_FIRST,
	KERNEL_SECTION_SIZE, /* from one to the next */
	KERNEL_SECTION_NAME,
	KERNEL_SECTION_ADDRESS,

	/* The areas of an address space: a maple tree, before Linux 6.1 a list. */
	KERNEL_MM_TREE, /* in struct mm_struct: the root */
	KERNEL_MM_LIST, /* the first struct vm_area_struct */
	KERNEL_RANGE_PIVOT,
	KERNEL_RANGE_SLOT,
	KERNEL_ARANGE_PIVOT,
	KERNEL_ARANGE_SLOT,
	KERNEL_AREA_START,
	KERNEL_AREA_END,
	KERNEL_AREA_MM,
	KERNEL_AREA_FILE,
	KERNEL_AREA_PAGES, /* of the file, before the area's first */
	KERNEL_AREA_NEXT,
	KERNEL_FILE_DENTRY,
	KERNEL_DENTRY_NAME, /* of its struct qstr */
	KERNEL_DENTRY_PARENT,

	KERNEL_FIELDS
};

struct kernel_layout {
	uint32_t at[KERNEL_FIELDS];
};

#define KERNEL_BANNER_MAX 512u
#define KERNEL_COMM	  16u

/* FNV-1a. */
static inline uint32_t kernel_hash(const uint8_t *bytes, uint32_t n)
{
	uint32_t hash = 2166136261u;

	for (uint32_t i = 0; i < n; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return hash;
}

#endif
