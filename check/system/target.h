/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * target: what a test is run on: a kind of cache or a core, made as small as the test allows,
 * and the layer's policy.
 *
 * Small: a page has the lines that the test needs and a line has 16 bytes; there are no more
 * colours than the test tells apart; and there is a place for every line that could be cached
 * at once, for what a full set would push out may be evicted at any time anyway.  Kept are the
 * kind, whether aliases meet, write policy, allocation, speculation, and whether the cache is
 * unified.
 */
#ifndef COH_CHECK_SYSTEM_TARGET_H
#define COH_CHECK_SYSTEM_TARGET_H

#include "check/language/litmus.h"
#include "model/machine.h"

struct target {
	char name[LITMUS_NAME];	  /* "vivt", or a core's */
	char policy[LITMUS_NAME]; /* "" if the test does not use the layer */
	struct coh_cpu core;	  /* the small one; name, page and caches are set */
	struct coh_cache outer;	  /* size 0: none */
	uint32_t colours;  /* of virtual addresses: of data or instruction cache, the larger */
	bool dirties;	   /* speculated stores mark lines dirty */
	bool ahead_unsaid; /* a kind, which reads ahead because the test does not say otherwise */
};

/* NULL, or why there is no such target for this test.  policy: "" for none. */
const char *target_make(const struct litmus *test, const char *name, const char *policy,
			struct target *target);

/* Will a test do the same on both, whatever they are called? */
bool target_same(const struct target *a, const struct target *b);

#endif
