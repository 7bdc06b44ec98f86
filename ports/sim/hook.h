/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * hook: who is told of each load and store of the layer, where it was compiled with the env.h of
 * ports/sim/hook.  In a layer that was compiled with include/coherer/env.h nobody is.
 *
 * The sim itself listens under COH_SIM_GRAIN_ACCESS, while something of it runs; a program with no
 * such sim may set env_hook by itself.
 */
#ifndef COH_PORTS_SIM_HOOK_H
#define COH_PORTS_SIM_HOOK_H

#include <stdbool.h>

enum env_order {
	ENV_RELAXED,
	ENV_ACQUIRE,
	ENV_RELEASE,
};

/* Where in the layer's source an access is. */
struct env_place {
	const char *file, *function;
	int line;
};

/* NULL: nothing to tell. */
extern struct env_hook {
	void (*load)(const volatile void *p, enum env_order order);		/* before */
	void (*store)(const volatile void *p, enum env_order order, bool done); /* before, after */
	void (*barrier)(void);
} env_hook;

/* Of the access that the hook is being told of. */
extern struct env_place env_place;

#endif
