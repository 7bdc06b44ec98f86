// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include "ports/arm926/cache_type.h"

/* Cache type register: 0 0 0 Ctype(4) S Dsize(12) Isize(12). */
#define FORMAT(r)   ((r) >> 29) /* not 0 from ARMv7 on: other fields altogether */
#define CTYPE(r)    ((r) >> 25 & 15u)
#define SEPARATE(r) ((r) >> 24 & 1u)
#define DSIZE(r)    ((r) >> 12 & 0xfffu)
#define ISIZE(r)    ((r)&0xfffu)

/* Dsize and Isize: P 0 Size(4) Assoc(3) M Len(2). */
#define SIZE(f)	 ((f) >> 6 & 15u)
#define ASSOC(f) ((f) >> 3 & 7u)
#define M(f)	 ((f) >> 2 & 1u)
#define LEN(f)	 ((f)&3u)

#define SIZE_MAX_ 8u /* 128 KiB; beyond it the field is reserved */

/* A set of values of Ctype, which has four bits. */
#define CTYPES(a)     (1u << (a))
#define WRITE_THROUGH 0u
#define REGISTER_7    2u
#define LOCKDOWN_D    5u
#define LOCKDOWN_A    6u
#define LOCKDOWN_B    7u
#define LOCKDOWN_C    14u
#define ALL_REGISTER_7                                                                             \
	(CTYPES(REGISTER_7) | CTYPES(LOCKDOWN_D) | CTYPES(LOCKDOWN_A) | CTYPES(LOCKDOWN_B) |       \
	 CTYPES(LOCKDOWN_C))

struct core {
	uint32_t main_id, mask;
	const char *name;
	uint32_t ctypes;	  /* that this core is known to show */
	enum coh_arm_whole whole; /* 0: this port has not what it takes */
};

/*
 * Write-through as well, where an emulator or a synthesised core says so: to clean what is never
 * dirty costs time and nothing else.  QEMU's ARM926EJ-S shows Ctype 0, its manual 14.
 *
 * Values, masks and the way to flush: the manuals, and Linux 6.1, arch/arm/mm/proc-*.S.
 */
static const struct core cores[] = {
	{ 0x41069260, 0xff0ffff0, "ARM926EJ-S", CTYPES(LOCKDOWN_C) | CTYPES(WRITE_THROUGH),
	  COH_ARM_WHOLE_TEST_CLEAN }, /* DDI 0198, table 2-6 */
	{ 0x4106a260, 0xff0ffff0, "ARM1026EJ-S", CTYPES(LOCKDOWN_C) | CTYPES(WRITE_THROUGH),
	  COH_ARM_WHOLE_TEST_CLEAN },
	{ 0x41009200, 0xff00fff0, "ARM920T", CTYPES(LOCKDOWN_A), COH_ARM_WHOLE_SET_WAY },
	{ 0x41009220, 0xff00fff0, "ARM922T", CTYPES(LOCKDOWN_A), COH_ARM_WHOLE_SET_WAY },
	{ 0x4105a200, 0xff0ffff0, "ARM1020E", ALL_REGISTER_7, COH_ARM_WHOLE_SET_WAY },
	{ 0x4105a220, 0xff0ffff0, "ARM1022E", ALL_REGISTER_7, COH_ARM_WHOLE_SET_WAY },
	/* An early Feroceon that calls itself an ARM926, but for the architecture. */
	{ 0x41009260, 0xff0ffff0, "Feroceon", ALL_REGISTER_7, COH_ARM_WHOLE_SET_WAY },
	{ 0x56055310, 0xfffffff0, "Feroceon 88FR531", ALL_REGISTER_7, COH_ARM_WHOLE_SET_WAY },
	{ 0x56155710, 0xfffffff0, "Feroceon 88FR571", ALL_REGISTER_7, COH_ARM_WHOLE_SET_WAY },
	{ 0x56251310, 0xfffffff0, "Feroceon 88FR131", ALL_REGISTER_7, COH_ARM_WHOLE_SET_WAY },
	/* They clean a line and drop it by two operations, and all of it by allocating lines. */
	{ 0x4401a100, 0xffffffe0, "StrongARM", 0, 0 },
	{ 0x6901b110, 0xfffffff0, "StrongARM", 0, 0 },
	{ 0x69050000, 0xffff0000, "XScale", 0, 0 },
};

static const struct core *find(uint32_t main_id)
{
	for (size_t i = 0; i < sizeof(cores) / sizeof(cores[0]); i++)
		if ((main_id & cores[i].mask) == cores[i].main_id)
			return &cores[i];
	return NULL;
}

/*
 * The unit of Size is 512 bytes, of Assoc one way; with M a half more of either.  False if there
 * is no such cache: Assoc 0 with M means that there is none.
 */
static bool geometry(struct coh_geometry *g, uint32_t field)
{
	uint32_t half_more = 2u + M(field);

	if (SIZE(field) > SIZE_MAX_ || (M(field) && !ASSOC(field)))
		return false;
	g->indexing = COH_INDEXED_VIVT;
	g->size = half_more << (SIZE(field) + 8u);
	g->ways = half_more << ASSOC(field) >> 1;
	g->line = COH_ARM_LEAST_LINE << LEN(field);
	g->span = 0;
	return g->ways * g->line <= g->size;
}

static void trust(struct coh_arm_caches *c, enum coh_arm_trust how, const char *why)
{
	c->trust = how;
	c->why = why;
}

static void judge(struct coh_arm_caches *c, const struct core *core, uint32_t cache_type)
{
	uint32_t ctype = CTYPES(CTYPE(cache_type));

	if (!core)
		trust(c, COH_ARM_GUESSED, "the main ID register is of no core that is known here");
	else if (!SEPARATE(cache_type))
		trust(c, COH_ARM_GUESSED, "one cache for code and data, which this core has not");
	else if (!(core->ctypes & ctype))
		trust(c, COH_ARM_GUESSED, "a cache type that this core is not known to have");
	else
		trust(c, COH_ARM_KNOWN, NULL);
}

void coh_arm_cache_type(struct coh_arm_caches *c, uint32_t main_id, uint32_t cache_type)
{
	const struct core *core = find(main_id);

	c->core = core ? core->name : "unknown core";
	c->icache.size = 0;
	c->whole = COH_ARM_WHOLE_CAUTIOUS;
	if (core && !core->whole)
		trust(c, COH_ARM_REFUSED, "it flushes its cache in a way that is not written here");
	else if (cache_type == main_id)
		trust(c, COH_ARM_REFUSED,
		      "no cache type register: the main ID is read in its place");
	else if (FORMAT(cache_type))
		trust(c, COH_ARM_REFUSED, "the cache type register has the format of ARMv7");
	else if (!geometry(&c->dcache, DSIZE(cache_type)))
		trust(c, COH_ARM_REFUSED, "the cache type register describes no data cache");
	else if (SEPARATE(cache_type) && !geometry(&c->icache, ISIZE(cache_type)))
		trust(c, COH_ARM_REFUSED, "the cache type register describes no instruction cache");
	else
		judge(c, core, cache_type);
	c->speculates = c->trust != COH_ARM_KNOWN;
	if (c->trust == COH_ARM_KNOWN)
		c->whole = core->whole;
}
