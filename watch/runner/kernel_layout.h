/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a Linux kernel keeps its tasks and its time, from the debug information of vmlinux. */
#ifndef COH_WATCH_RUNNER_KERNEL_LAYOUT_H
#define COH_WATCH_RUNNER_KERNEL_LAYOUT_H

#include <stddef.h>

#include "watch/kernel.h"
#include "watch/runner/symbols.h"

enum kernel_found {
	KERNEL_IS_NONE,	   /* the file is no Linux kernel (it has no linux_banner), or s is NULL */
	KERNEL_IS_UNKNOWN, /* it is one, but does not say where its tasks are: see why */
	KERNEL_IS_KNOWN,   /* *k is filled in; what this version does not have is KERNEL_ABSENT */
};

enum kernel_found kernel_layout_find(struct symbols *s, struct kernel_layout *k, char *why,
				     size_t size);

#define KERNEL_ARGUMENT (KERNEL_FIELDS * 9 + 1)

/* The plugin's argument, without its name. */
void kernel_layout_argument(const struct kernel_layout *k, char text[KERNEL_ARGUMENT]);

#endif
