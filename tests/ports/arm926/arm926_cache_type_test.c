// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * What ports/arm926 makes of the ID registers of real cores.  Geometries are checked beside
 * the table of model/cpus, which was made from other sources.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "model/cpus.h"
#include "ports/arm926/cache_type.h"

#define SPLIT_LINE 32u

struct expected {
	uint32_t main_id, cache_type;
	const char *core;
	enum coh_arm_trust trust;
	enum coh_arm_whole whole;
	uint32_t dsize, dways, dline, isize, iways, iline;
};

/* Values: manuals; those marked QEMU are what QEMU 10.0 shows. */
static const struct expected real[] = {
	/* DDI 0198D, table 2-10: 8 KiB of data, 16 KiB of code */
	{ 0x41069265, 0x1d112152, "ARM926EJ-S", COH_ARM_KNOWN, COH_ARM_WHOLE_TEST_CLEAN, 8192, 4,
	  32, 16384, 4, 32 },
	{ 0x41069265, 0x1d152152, "ARM926EJ-S", COH_ARM_KNOWN, COH_ARM_WHOLE_TEST_CLEAN, 16384, 4,
	  32, 16384, 4, 32 },
	/* QEMU: Ctype 0, bits that should be zero are not */
	{ 0x41069265, 0x01dd20d2, "ARM926EJ-S", COH_ARM_KNOWN, COH_ARM_WHOLE_TEST_CLEAN, 65536, 4,
	  32, 4096, 4, 32 },
	{ 0x4106a262, 0x01dd20d2, "ARM1026EJ-S", COH_ARM_KNOWN, COH_ARM_WHOLE_TEST_CLEAN, 65536, 4,
	  32, 4096, 4, 32 },
	/* DDI 0151; ARM922T in the same format for its 8 KiB */
	{ 0x41129200, 0x0d172172, "ARM920T", COH_ARM_KNOWN, COH_ARM_WHOLE_SET_WAY, 16384, 64, 32,
	  16384, 64, 32 },
	{ 0x41029220, 0x0d132132, "ARM922T", COH_ARM_KNOWN, COH_ARM_WHOLE_SET_WAY, 8192, 64, 32,
	  8192, 64, 32 },
	/* no manual at hand: the register is taken to be as an ARM926's of that size */
	{ 0x56251311, 0x1d152152, "Feroceon 88FR131", COH_ARM_KNOWN, COH_ARM_WHOLE_SET_WAY, 16384,
	  4, 32, 16384, 4, 32 },
	{ 0x56155710, 0x1d152152, "Feroceon 88FR571", COH_ARM_KNOWN, COH_ARM_WHOLE_SET_WAY, 16384,
	  4, 32, 16384, 4, 32 },
	/* not the ARM926 that it looks like */
	{ 0x41009260, 0x1d152152, "Feroceon", COH_ARM_KNOWN, COH_ARM_WHOLE_SET_WAY, 16384, 4, 32,
	  16384, 4, 32 },
	/* QEMU: a TI925T, of which nothing is known here; lines of 16 bytes */
	{ 0x54029252, 0x05109149, "unknown core", COH_ARM_GUESSED, COH_ARM_WHOLE_CAUTIOUS, 8192, 2,
	  16, 16384, 2, 16 },
};

static void geometry_is(const struct coh_geometry *g, uint32_t size, uint32_t ways, uint32_t line)
{
	assert_int_equal(g->indexing, COH_INDEXED_VIVT);
	assert_int_equal(g->size, size);
	assert_int_equal(g->ways, ways);
	assert_int_equal(g->line, line);
}

static void real_cores(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(real) / sizeof(real[0]); i++) {
		const struct expected *e = &real[i];
		struct coh_arm_caches c;

		coh_arm_cache_type(&c, e->main_id, e->cache_type);
		assert_string_equal(c.core, e->core);
		assert_int_equal(c.trust, e->trust);
		assert_int_equal(c.whole, e->whole);
		assert_int_equal(!c.why, c.trust == COH_ARM_KNOWN);
		assert_int_equal(c.speculates, c.trust != COH_ARM_KNOWN);
		geometry_is(&c.dcache, e->dsize, e->dways, e->dline);
		geometry_is(&c.icache, e->isize, e->iways, e->iline);
	}
}

/* The same core by the same main ID in the other table. */
static void agrees_with_the_model(void **state)
{
	static const uint32_t ids[][2] = { { 0x41069265, 0x1d152152 },
					   { 0x41129200, 0x0d172172 },
					   { 0x41029220, 0x0d132132 },
					   { 0x56251311, 0x1d152152 },
					   { 0x54029252, 0x05109149 } };

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const struct coh_cpu *cpu = coh_cpu_find_midr(ids[i][0]);
		struct coh_arm_caches c;

		assert_non_null(cpu);
		coh_arm_cache_type(&c, ids[i][0], ids[i][1]);
		geometry_is(&c.dcache, cpu->dcache.size, cpu->dcache.ways, cpu->dcache.line);
		geometry_is(&c.icache, cpu->icache.size, cpu->icache.ways, cpu->icache.line);
	}
}

static enum coh_arm_trust trust_of(uint32_t main_id, uint32_t cache_type)
{
	struct coh_arm_caches c;

	coh_arm_cache_type(&c, main_id, cache_type);
	assert_true(c.trust == COH_ARM_KNOWN ? !c.why : strlen(c.why) > 0);
	return c.trust;
}

static void unknown_types_are_guessed(void **state)
{
	(void)state;
	/* Ctype 3 is reserved; 6 is not an ARM926's */
	assert_int_equal(trust_of(0x41069265, 0x07152152), COH_ARM_GUESSED);
	assert_int_equal(trust_of(0x41069265, 0x0d152152), COH_ARM_GUESSED);
	/* another maker's core */
	assert_int_equal(trust_of(0x66015261, 0x1d152152), COH_ARM_GUESSED);
	/* one cache for both */
	assert_int_equal(trust_of(0x41069265, 0x1c152152), COH_ARM_GUESSED);
}

static void a_unified_cache_has_no_icache(void **state)
{
	struct coh_arm_caches c;

	(void)state;
	coh_arm_cache_type(&c, 0x12345678, 0x1c152152);
	assert_int_equal(c.trust, COH_ARM_GUESSED);
	assert_int_equal(c.whole, COH_ARM_WHOLE_CAUTIOUS);
	assert_int_equal(c.icache.size, 0);
	geometry_is(&c.dcache, 16384, 4, 32);
}

static void refused(void **state)
{
	(void)state;
	/* XScale, StrongARM: known, and known to need what is not written */
	assert_int_equal(trust_of(0x69052d06, 0x0b1aa1aa), COH_ARM_REFUSED);
	assert_int_equal(trust_of(0x6901b119, 0x6901b119), COH_ARM_REFUSED);
	/* no cache type register: the main ID is read */
	assert_int_equal(trust_of(0x41807200, 0x41807200), COH_ARM_REFUSED);
	/* ARMv7's format; no data cache; no instruction cache; a reserved size */
	assert_int_equal(trust_of(0x410fc080, 0x82048004), COH_ARM_REFUSED);
	assert_int_equal(trust_of(0x41069265, 0x1d004152), COH_ARM_REFUSED);
	assert_int_equal(trust_of(0x41069265, 0x1d152004), COH_ARM_REFUSED);
	assert_int_equal(trust_of(0x41069265, 0x1d392152), COH_ARM_REFUSED);
}

/* M: half as much again. */
static void three_quarters(void **state)
{
	struct coh_arm_caches c;

	(void)state;
	coh_arm_cache_type(&c, 0x41069265, 0x1d156156);
	geometry_is(&c.dcache, 24576, 6, 32);
	geometry_is(&c.icache, 24576, 6, 32);
}

/* Whatever a register holds: a sentence, and a geometry that coh_init could be given. */
static void any_value(void **state)
{
	uint32_t x = 1;

	(void)state;
	for (int i = 0; i < 1000000; i++) {
		struct coh_arm_caches c;

		x ^= x << 13, x ^= x >> 17, x ^= x << 5;
		coh_arm_cache_type(&c, i & 1 ? 0x41069265 : x * 3, x & 0x1fffffff);
		if (c.trust == COH_ARM_REFUSED)
			continue;
		assert_in_range(c.dcache.size, 512, 196608);
		assert_in_range(c.dcache.line, 8, 64);
		assert_in_range(c.dcache.ways, 1, 192);
		assert_true(c.dcache.ways * c.dcache.line <= c.dcache.size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_cores),
		cmocka_unit_test(agrees_with_the_model),
		cmocka_unit_test(unknown_types_are_guessed),
		cmocka_unit_test(a_unified_cache_has_no_icache),
		cmocka_unit_test(refused),
		cmocka_unit_test(three_quarters),
		cmocka_unit_test(any_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
