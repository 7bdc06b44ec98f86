/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * cache_type: from the two registers by which an ARMv4 or v5 core names itself to what its
 * caches are and how all of the data cache is flushed.  Pure: no hardware is touched, so it
 * runs on any host.
 *
 * Two registers, because neither says enough.  The main ID register (CP15 c0,c0,0) names the core:
 * whether it has the test-and-clean loop is nowhere else.  The cache type register (c0,c0,1) has
 * the sizes, which the maker of the chip chose; its Ctype field says whether the operations of
 * register 7 exist, but not which of them.
 *
 * ARM Architecture Reference Manual (DDI 0100), part B, on the ID registers.
 */
#ifndef COH_PORTS_ARM926_CACHE_TYPE_H
#define COH_PORTS_ARM926_CACHE_TYPE_H

#include <coherer/coherer.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COH_ARM_LEAST_LINE 8u /* bytes: the shortest that the cache type register can tell of */

/* How every line of the data cache is written back and dropped. */
enum coh_arm_whole {
	COH_ARM_WHOLE_TEST_CLEAN = 1, /* MRC c7,c14,3 until Z: ARM926EJ-S, ARM1026EJ-S */
	COH_ARM_WHOLE_SET_WAY,	      /* MCR c7,c14,2 for each line: all others that are known */
	/*
	 * Nobody told us: by set and way, then reads of twice as much memory as the cache is
	 * large, so that a cache in which the operation does nothing evicts its lines.  Size and
	 * ways are the register's, lines the shortest that there are.  The reads are enough only
	 * where replacement goes round robin.
	 */
	COH_ARM_WHOLE_CAUTIOUS,
};

/* How far what was decoded can be relied on. */
enum coh_arm_trust {
	COH_ARM_KNOWN = 1, /* a core of our table, a cache type that its manual allows */
	COH_ARM_GUESSED,   /* lines cannot be trusted: flush all, every time; why says why */
	COH_ARM_REFUSED,   /* keep the caches off; why says why */
};

struct coh_arm_caches {
	enum coh_arm_trust trust;
	const char *core; /* its name, or "unknown core" */
	const char *why;  /* a sentence without a full stop; NULL if trust is KNOWN */
	struct coh_geometry dcache;
	struct coh_geometry icache; /* size 0: dcache is unified */
	enum coh_arm_whole whole;
	bool speculates; /* data lines may come in unasked: no core of our table does that */
};

/*
 * coh_arm_cache_type: decode.  main_id, cache_type: what the registers hold.  Fills *caches;
 * its geometries mean something unless trust is REFUSED.  Any context.
 */
void coh_arm_cache_type(struct coh_arm_caches *caches, uint32_t main_id, uint32_t cache_type);

#ifdef __cplusplus
}
#endif

#endif
