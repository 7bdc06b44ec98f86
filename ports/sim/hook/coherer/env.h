/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * An env that tells of each access: include/coherer/env.h says what they mean.  Put ports/sim/hook
 * before include on the path.  Nothing is reordered here: what the orders are worth is for
 * ThreadSanitizer, that they are asked for is for a test.
 */
#ifndef COH_ENV_H
#define COH_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ports/sim/hook.h"

typedef struct {
	uintptr_t word;
} coh_lock_t;

static inline const volatile void *env_before_load(const volatile void *p, enum env_order order,
						   const char *file, const char *function, int line)
{
	if (env_hook.load) {
		env_place = (struct env_place){ file, function, line };
		env_hook.load(p, order);
	}
	return p;
}

static inline void env_store(const volatile void *p, enum env_order order, bool done,
			     const char *file, const char *function, int line)
{
	if (env_hook.store) {
		env_place = (struct env_place){ file, function, line };
		env_hook.store(p, order, done);
	}
}

static inline void env_barrier(void)
{
	if (env_hook.barrier)
		env_hook.barrier();
}

#define ENV_HERE __FILE__, __func__, __LINE__
#define ENV_LOAD(p, order)                                                                         \
	(*(__typeof__(*(p)) const volatile *)env_before_load((p), (order), ENV_HERE))
#define ENV_STORE(p, v, order)                                                                     \
	do {                                                                                       \
		__typeof__(*(p)) volatile *env_p_ = (p);                                           \
		env_store(env_p_, (order), false, ENV_HERE);                                       \
		*env_p_ = (v);                                                                     \
		env_store(env_p_, (order), true, ENV_HERE);                                        \
	} while (0)

#define coh_load(p)		ENV_LOAD(p, ENV_RELAXED)
#define coh_load_acquire(p)	ENV_LOAD(p, ENV_ACQUIRE)
#define coh_store(p, v)		ENV_STORE(p, v, ENV_RELAXED)
#define coh_store_release(p, v) ENV_STORE(p, v, ENV_RELEASE)
#define coh_full_barrier()	env_barrier()

#endif
