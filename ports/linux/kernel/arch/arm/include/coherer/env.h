/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* env: the layer's view of the compiler and the kernel.  Replaces include/coherer/env.h. */
#ifndef COH_ENV_H
#define COH_ENV_H

#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/stddef.h>
#include <linux/types.h>
#include <asm/barrier.h>

#define UINT32_MAX U32_MAX

/* Nothing: this port is for one CPU, and says why in port.c. */
typedef struct {
	uintptr_t word;
} coh_lock_t;

#define coh_load(p)		READ_ONCE(*(p))
#define coh_store(p, v)		WRITE_ONCE(*(p), v)
#define coh_load_acquire(p)	smp_load_acquire(p)
#define coh_store_release(p, v) smp_store_release(p, v)
#define coh_full_barrier()	smp_mb()

#endif
