/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * env: what the layer needs from the compiler and the embedding kernel.
 *
 * The one header that an embedder may replace: put a file of the same name
 * earlier on the include path.  A replacement defines everything below with
 * the same meaning; a kernel that has READ_ONCE, smp_load_acquire and
 * spinlock_t uses those.
 *
 * This one needs a freestanding GCC or Clang and nothing else.
 */
#ifndef COH_ENV_H
#define COH_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A lock of the embedder, inside the layer's objects; only the port's lock and
 * unlock look into it.  All bits zero must be the unlocked state.
 */
typedef struct {
	uintptr_t word;
} coh_lock_t;

/*
 * Memory that a walk may read while an update writes it is touched through
 * these only.  p points to a naturally aligned integer or pointer.
 *
 *   coh_load, coh_store      once, whole, in no order
 *   coh_load_acquire         later accesses of this CPU stay behind it
 *   coh_store_release        earlier accesses of this CPU stay before it
 *   coh_full_barrier         earlier stores before later loads, too
 *
 * An interrupt sees the accesses of the CPU that it interrupts in program
 * order; there it is enough that the compiler keeps that order.
 */
#if defined(__hppa__) || defined(__sh__) || defined(__mips__) ||                                   \
	(defined(__arm__) && __ARM_ARCH < 7)
#define COH_ENV_WITHOUT_ATOMICS_ 1
#endif

#ifdef COH_ENV_WITHOUT_ATOMICS_
/*
 * There GCC turns fences, and on PA-RISC stores too, into calls of libgcc.  A volatile access of a
 * word is one instruction, and the compiler keeps their order.  ARMv4 and v5, MIPS I and SH-4 have
 * one CPU.  The others may have several: a fence each time, which an embedder with one CPU is rid
 * of by COH_ENV_ONE_CPU.
 */
#if defined(COH_ENV_ONE_CPU)
#define coh_cpu_fence_() __asm__ __volatile__("" : : : "memory")
#elif defined(__hppa__) || (defined(__mips__) && __mips >= 2)
#define coh_cpu_fence_() __asm__ __volatile__("sync" : : : "memory")
#elif defined(__SH4A__)
#define coh_cpu_fence_() __asm__ __volatile__("synco" : : : "memory")
#elif defined(__arm__) && __ARM_ARCH == 6 && !defined(__ARM_ARCH_ISA_ARM)
#define coh_cpu_fence_() __asm__ __volatile__("dmb" : : : "memory") /* ARMv6-M */
#elif defined(__arm__) && __ARM_ARCH == 6 && defined(__thumb__)
/* The next one, to be had in ARM state only: there and back.  pc is two instructions ahead. */
#define coh_cpu_fence_()                                                                           \
	do {                                                                                       \
		uint32_t coh_r_;                                                                   \
		__asm__ __volatile__(".balign 4\n\tbx pc\n\tnop\n\t.arm\n\tmov %0, #0\n\t"         \
				     "mcr p15, 0, %0, c7, c10, 5\n\tadd %0, pc, #1\n\t"            \
				     "bx %0\n\t.thumb"                                             \
				     : "=&r"(coh_r_)                                               \
				     :                                                             \
				     : "memory");                                                  \
	} while (0)
#elif defined(__arm__) && __ARM_ARCH == 6
/* The data memory barrier of ARMv6, CP15 c7 c10 5. */
#define coh_cpu_fence_() __asm__ __volatile__("mcr p15, 0, %0, c7, c10, 5" : : "r"(0) : "memory")
#else
#define coh_cpu_fence_() __asm__ __volatile__("" : : : "memory")
#endif
#define coh_load(p)	(*(const volatile __typeof__(*(p)) *)(p))
#define coh_store(p, v) ((void)(*(volatile __typeof__(*(p)) *)(p) = (v)))
#define coh_load_acquire(p)                                                                        \
	__extension__({                                                                            \
		__typeof__(*(p)) coh_v_ = coh_load(p);                                             \
		coh_cpu_fence_();                                                                  \
		coh_v_;                                                                            \
	})
#define coh_store_release(p, v)                                                                    \
	do {                                                                                       \
		coh_cpu_fence_();                                                                  \
		coh_store((p), (v));                                                               \
	} while (0)
#define coh_full_barrier() coh_cpu_fence_()
#else
#define coh_load(p)		__atomic_load_n((p), __ATOMIC_RELAXED)
#define coh_store(p, v)		__atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define coh_load_acquire(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define coh_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define coh_full_barrier()	__atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif

#endif
