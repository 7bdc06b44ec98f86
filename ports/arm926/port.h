/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * arm926: the layer's port to ARM cores of architecture 4 and 5 with an MMU and virtually tagged
 * caches: ARM926EJ-S, and ARM920T, ARM922T, ARM102x, Feroceon by the same code.
 *
 * What every kernel on such a core does alike is here: cache operations, interrupt flags,
 * uncaching a page table entry.  What each does its own way is in struct coh_arm_kernel.
 *
 *  1. Fill a struct coh_arm_kernel, and of a struct coh_config the policy and the check.
 *  2. coh_arm_init with both and the two ID registers; look at caches.trust.
 *  3. Set what else is true of your kernel in the config: none of that is taken for granted.
 *  4. coh_init(&coh, &config, &arm.port).
 *
 * One CPU; a kernel that is not preempted inside the layer; no highmem; no second level cache
 * (Feroceon has one: leave it off, or replace the three outer callbacks).
 */
#ifndef COH_PORTS_ARM926_PORT_H
#define COH_PORTS_ARM926_PORT_H

#include <coherer/coherer.h>

#include "ports/arm926/cache_type.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COH_ARM_PAGE_SHIFT 12u

/* Of a small page's entry in a second-level table. */
#define COH_ARM_PTE_BUFFERED (1u << 2)
#define COH_ARM_PTE_CACHED   (1u << 3)

/* What the embedding kernel supplies.  Every callback is mandatory; contexts as in port.h of the
 * layer. */
struct coh_arm_kernel {
	/* The linear map: [linear_start, +linear_size) shows physical memory from linear_pfn on. */
	uintptr_t linear_start;
	uintptr_t linear_size;
	uintptr_t linear_pfn;

	/*
	 * Cached memory of the kernel's own that no user ever maps, twice the data cache: read, and
	 * never stored to, when the core is not known.  NULL: it is refused then.
	 */
	const void *spare;
	size_t spare_size;

	/* The mm whose tables are in use: in a kernel thread the one that it borrows.  Any context. */
	struct coh_mm *(*current_mm)(void);

	/*
	 * The small page's entry that translates va in mm, in a kernel address; NULL if there is no
	 * second-level table.  Tables are write-back memory or anything that is less cached.
	 */
	uint32_t *(*user_pte)(struct coh_mm *mm, uintptr_t va);

	/* As report in port.h of the layer. */
	void (*report)(int error, const void *object);

	/* A piece of text for the console, from coh_arm_init only. */
	void (*print)(const char *text);
};

/* The port and what its callbacks need.  The embedder's memory; constant after coh_arm_init. */
struct coh_arm {
	struct coh_port port;
	struct coh_arm_kernel kernel;
	struct coh_arm_caches caches;
	uint32_t way_shift; /* where the way begins in the operand of set and way */
	uint32_t way_size;  /* bytes */
};

/*
 * coh_arm_init: decode the registers (coh_arm_main_id, coh_arm_cache_type_register in cp15.h),
 * fill arm->port and *config.  Of what the caller put into *config check and policy stay, and
 * nothing else: what its kernel promises besides (alone, users_announce_code and their like)
 * it sets afterwards.  If the cache type is not known, says
 * so by kernel->print and sets the policy to flush-all: then the kernel must not let two
 * shared cached mappings of one page meet in an mm, for that policy uncaches nothing.
 * Returns arm->caches.trust; if COH_ARM_REFUSED, says why, and neither port nor config may be
 * used: keep the caches off.
 * Context: boot.  No cache operation.
 */
enum coh_arm_trust coh_arm_init(struct coh_arm *arm, const struct coh_arm_kernel *kernel,
				uint32_t main_id, uint32_t cache_type, struct coh_config *config);

/*
 * coh_arm_clean: for the kernel's own tables, which the MMU reads past the data cache: what was
 * stored to [va, va + len) is in memory afterwards.  If trust is GUESSED, all of the cache is
 * flushed, for want of a line to believe in.  Any context.
 */
void coh_arm_clean(const struct coh_arm *arm, const void *va, size_t len);

#ifdef __cplusplus
}
#endif

#endif
