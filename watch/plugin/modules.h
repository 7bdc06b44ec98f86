/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The modules that a Linux kernel has loaded: tells the runner of each. */
#ifndef COH_WATCH_PLUGIN_MODULES_H
#define COH_WATCH_PLUGIN_MODULES_H

#include "watch/kernel.h"

/* Before a finding: the whole list, so that what the finding names is known. */
void modules_look(const struct kernel_layout *k);

/* At a switch of tasks: only if the list begins with another module than the last time. */
void modules_look_again(const struct kernel_layout *k);

#endif
