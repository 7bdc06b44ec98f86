/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* hook: whom the env beside this tells of accesses. */
#ifndef COH_TESTS_SRC_HOOK_HOOK_H
#define COH_TESTS_SRC_HOOK_HOOK_H

#include <stdbool.h>

enum env_order {
	ENV_RELAXED,
	ENV_ACQUIRE,
	ENV_RELEASE,
};

/* NULL: nothing to tell.  The test defines it. */
extern struct env_hook {
	void (*load)(const volatile void *p, enum env_order order);		/* before */
	void (*store)(const volatile void *p, enum env_order order, bool done); /* before, after */
	void (*barrier)(void);
} env_hook;

#endif
