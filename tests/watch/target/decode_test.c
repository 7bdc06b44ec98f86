// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every CP15 operation that touches caches or translations, every neighbour
 * that does not, and the condition codes, against tables of this file's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "watch/target/arm.h"

#define MCR 0u
#define MRC 1u

/* p15, opc1 = 0, condition "always". */
static uint32_t cp15(uint32_t read, uint32_t rt, uint32_t crn, uint32_t crm, uint32_t op2)
{
	return 0xee000f10u | read << 20 | crn << 16 | rt << 12 | op2 << 5 | crm;
}

struct known {
	uint32_t read, crm, op2;
	enum coh_op op;
	enum action_scope scope;
	bool data, insn;
};

/* CRn = c7: ARM926EJ-S first, then what other ARMv4 and ARMv5 cores have. */
static const struct known known[] = {
	{ MCR, 5, 0, COH_INVALIDATE, SCOPE_ALL, false, true },
	{ MCR, 5, 1, COH_INVALIDATE, SCOPE_LINE, false, true },
	{ MCR, 5, 2, COH_INVALIDATE, SCOPE_ALL, false, true }, /* by set and way, taken for all */
	{ MCR, 6, 0, COH_INVALIDATE, SCOPE_ALL, true, false },
	{ MCR, 6, 1, COH_INVALIDATE, SCOPE_LINE, true, false },
	{ MCR, 7, 0, COH_INVALIDATE, SCOPE_ALL, true, true },
	{ MCR, 10, 1, COH_CLEAN, SCOPE_LINE, true, false },
	{ MCR, 14, 1, COH_FLUSH, SCOPE_LINE, true, false },
	{ MCR, 6, 2, COH_INVALIDATE, SCOPE_SET_WAY, true, false },
	{ MCR, 10, 2, COH_CLEAN, SCOPE_SET_WAY, true, false },
	{ MCR, 14, 2, COH_FLUSH, SCOPE_SET_WAY, true, false },
	{ MRC, 10, 3, COH_CLEAN, SCOPE_ALL, true, false },
	{ MRC, 14, 3, COH_FLUSH, SCOPE_ALL, true, false },
	{ MCR, 7, 1, COH_INVALIDATE, SCOPE_LINE, true, true },
	{ MCR, 11, 1, COH_CLEAN, SCOPE_LINE, true, false },
	{ MCR, 15, 1, COH_FLUSH, SCOPE_LINE, true, true },
};

/* XScale allocates a line without a load: no maintenance by itself. */
#define ALLOCATE_CRM 2u
#define ALLOCATE_OP2 5u

#define KNOWN (sizeof(known) / sizeof(known[0]))

static void check_operation(const struct known *k, uint32_t rt)
{
	struct action a = arm_decode(cp15(k->read, rt, 7, k->crm, k->op2));

	assert_int_equal(a.kind, ACTION_MAINTAIN);
	assert_int_equal(a.op, k->op);
	assert_int_equal(a.scope, k->scope);
	assert_int_equal(a.data, k->data);
	assert_int_equal(a.insn, k->insn);
	assert_int_equal(a.reg, rt);
	assert_int_equal(a.cond, COND_ALWAYS);
}

static void cache_operations(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KNOWN; i++)
		for (uint32_t rt = 0; rt < 15; rt++)
			check_operation(&known[i], known[i].read ? 15 : rt);
}

/* The words that an assembler makes of the commonest ones. */
static void literal_encodings(void **state)
{
	(void)state;
	assert_int_equal(arm_decode(0xee070f15u).scope, SCOPE_ALL); /* mcr p15,0,r0,c7,c5,0 */
	assert_true(arm_decode(0xee070f15u).insn);
	assert_int_equal(arm_decode(0xee073f3au).op, COH_CLEAN); /* mcr p15,0,r3,c7,c10,1 */
	assert_int_equal(arm_decode(0xee073f3au).reg, 3);
	assert_int_equal(arm_decode(0xee070f3eu).op, COH_FLUSH); /* mcr p15,0,r0,c7,c14,1 */
	assert_int_equal(arm_decode(0xee17ff7eu).op, COH_FLUSH); /* mrc p15,0,pc,c7,c14,3 */
	assert_int_equal(arm_decode(0xee17ff7eu).scope, SCOPE_ALL);
	assert_int_equal(arm_decode(0xee010f10u).kind, ACTION_CONTROL); /* mcr p15,0,r0,c1,c0,0 */
	assert_int_equal(arm_decode(0xee020f10u).kind, ACTION_TABLES);	/* mcr p15,0,r0,c2,c0,0 */
	assert_int_equal(arm_decode(0xee0d0f10u).kind, ACTION_PROCESS); /* mcr p15,0,r0,c13,c0,0 */
	assert_int_equal(arm_decode(0xee080f17u).kind, ACTION_TLB);	/* mcr p15,0,r0,c8,c7,0 */
	assert_int_equal(arm_decode(0xee080f17u).scope, SCOPE_ALL);
	assert_int_equal(arm_decode(0xee080f37u).scope, SCOPE_LINE); /* mcr p15,0,r0,c8,c7,1 */
}

static bool is_known(uint32_t read, uint32_t crm, uint32_t op2)
{
	for (unsigned i = 0; i < KNOWN; i++)
		if (known[i].read == read && known[i].crm == crm && known[i].op2 == op2)
			return true;
	return false;
}

static void nothing_else_in_c7(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 2 * 16 * 8; i++) {
		uint32_t read = i >> 7, crm = i >> 3 & 15, op2 = i & 7;
		struct action a = arm_decode(cp15(read, 15, 7, crm, op2));

		if (!read && crm == ALLOCATE_CRM && op2 == ALLOCATE_OP2)
			continue;
		assert_int_equal(a.kind == ACTION_MAINTAIN, is_known(read, crm, op2));
		assert_true(a.kind == ACTION_MAINTAIN || a.kind == ACTION_NONE);
	}
}

static void a_line_is_allocated(void **state)
{
	(void)state;
	for (uint32_t rt = 0; rt < 15; rt++) {
		struct action a = arm_decode(cp15(MCR, rt, 7, ALLOCATE_CRM, ALLOCATE_OP2));

		assert_int_equal(a.kind, ACTION_ALLOCATE);
		assert_int_equal(a.reg, rt);
		assert_int_equal(a.cond, COND_ALWAYS);
	}
	assert_int_equal(arm_decode(0xee071fb2u).kind, ACTION_ALLOCATE); /* mcr p15,0,r1,c7,c2,5 */
	assert_int_equal(arm_decode(0x1e071fb2u).cond, 1);
	assert_int_equal(arm_decode(cp15(MRC, 1, 7, ALLOCATE_CRM, ALLOCATE_OP2)).kind, ACTION_NONE);
}

/* Where exceptions for faults begin, with low vectors and with high ones. */
static void aborts_begin_at_two_vectors(void **state)
{
	static const uint32_t base[] = { 0, 0xffff0000u };

	(void)state;
	for (unsigned high = 0; high < 2; high++) {
		struct mmu mmu = { .control = high ? ARM_HIGH_VECTORS : 0 };

		for (uint32_t offset = 0; offset < 0x20; offset += 4) {
			enum abort_kind want = offset == 0x0c	? ABORT_FETCH
					       : offset == 0x10 ? ABORT_DATA
								: ABORT_NONE;

			assert_int_equal(arm_instruction_set.abort_at(&mmu, base[high] + offset),
					 want);
			assert_int_equal(arm_instruction_set.abort_at(&mmu, base[!high] + offset),
					 ABORT_NONE);
		}
	}
}

/* DDI 0100, B4.6.1: bits 3 to 0; above them the domain.  For what is no walk's: not. */
static void faults_that_walked(void **state)
{
	static const bool walked[16] = {
		[0x5] = true, [0x7] = true, /* translation, of a section and of a page */
		[0x9] = true, [0xb] = true, /* domain */
		[0xd] = true, [0xf] = true, /* permission */
	};

	(void)state;
	for (uint32_t status = 0; status < 256; status++)
		assert_int_equal(arm_instruction_set.fault_walked(status), walked[status & 15]);
}

/* Drain write buffer, wait for interrupt, prefetch: no effect on lines. */
static void no_effect_on_lines(void **state)
{
	(void)state;
	assert_int_equal(arm_decode(cp15(MCR, 0, 7, 10, 4)).kind, ACTION_NONE);
	assert_int_equal(arm_decode(cp15(MCR, 0, 7, 0, 4)).kind, ACTION_NONE);
	assert_int_equal(arm_decode(cp15(MCR, 0, 7, 13, 1)).kind, ACTION_NONE);
}

static void only_system_registers_that_matter(void **state)
{
	(void)state;
	for (uint32_t crn = 0; crn < 16; crn++) {
		enum action_kind want = crn == 1    ? ACTION_CONTROL
					: crn == 2  ? ACTION_TABLES
					: crn == 8  ? ACTION_TLB
					: crn == 13 ? ACTION_PROCESS
						    : ACTION_NONE;

		if (crn == 7)
			continue;
		assert_int_equal(arm_decode(cp15(MCR, 0, crn, 0, 0)).kind, want);
		assert_int_equal(arm_decode(cp15(MRC, 0, crn, 0, 0)).kind, ACTION_NONE);
	}
	assert_int_equal(arm_decode(cp15(MCR, 0, 1, 0, 1)).kind, ACTION_NONE);
	assert_int_equal(arm_decode(cp15(MCR, 0, 13, 0, 1)).kind, ACTION_NONE);
	for (uint32_t crm = 5; crm <= 7; crm++)
		for (uint32_t op2 = 0; op2 < 2; op2++)
			assert_int_equal(arm_decode(cp15(MCR, 0, 8, crm, op2)).kind, ACTION_TLB);
}

/* One field changed makes it another instruction. */
static void check_near_misses(uint32_t insn)
{
	for (uint32_t cp = 0; cp < 15; cp++)
		assert_int_equal(arm_decode((insn & ~0xf00u) | cp << 8).kind, ACTION_NONE);
	for (uint32_t opc1 = 1; opc1 < 8; opc1++)
		assert_int_equal(arm_decode(insn | opc1 << 21).kind, ACTION_NONE);
	for (uint32_t group = 0; group < 16; group++)
		if (group != 14)
			assert_int_equal(arm_decode((insn & ~0x0f000000u) | group << 24).kind,
					 ACTION_NONE);
	assert_int_equal(arm_decode(insn & ~0x10u).kind, ACTION_NONE); /* CDP */
	assert_int_equal(arm_decode(insn | 0xf0000000u).kind, ACTION_NONE);
	assert_int_equal(arm_decode(insn ^ 1u << 20).kind, ACTION_NONE);
}

static void near_misses(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KNOWN; i++)
		check_near_misses(cp15(known[i].read, 15, 7, known[i].crm, known[i].op2));
	check_near_misses(cp15(MCR, 0, 1, 0, 0));
	check_near_misses(cp15(MCR, 0, 2, 0, 0));
	check_near_misses(cp15(MCR, 0, 8, 7, 0));
	check_near_misses(cp15(MCR, 0, 13, 0, 0));
}

static void condition_field(void **state)
{
	(void)state;
	for (uint32_t cond = 0; cond < 15; cond++) {
		struct action a = arm_decode((cp15(MCR, 1, 7, 10, 1) & ~0xf0000000u) | cond << 28);

		assert_int_equal(a.kind, ACTION_MAINTAIN);
		assert_int_equal(a.cond, cond);
	}
}

/* Bit i: does it hold when NZCV is i? */
static const uint16_t holds[16] = {
	0xf0f0, 0x0f0f, /* eq: Z, ne */
	0xcccc, 0x3333, /* cs: C, cc */
	0xff00, 0x00ff, /* mi: N, pl */
	0xaaaa, 0x5555, /* vs: V, vc */
	0x0c0c, 0xf3f3, /* hi: C and not Z, ls */
	0xaa55, 0x55aa, /* ge: N = V, lt */
	0x0a05, 0xf5fa, /* gt: not Z and N = V, le */
	0xffff, 0xffff, /* always, and the unconditional space of ARMv5 */
};

static void conditions(void **state)
{
	(void)state;
	for (unsigned cond = 0; cond < 16; cond++) {
		for (uint32_t flags = 0; flags < 16; flags++) {
			bool want = holds[cond] >> flags & 1;

			assert_int_equal(arm_condition_holds(cond, flags << 28), want);
			assert_int_equal(arm_condition_holds(cond, flags << 28 | 0x0fffffffu),
					 want);
		}
	}
}

static void what_can_be_returned_from(void **state)
{
	static const uint32_t calls[] = {
		0xeb000010, /* bl */
		0x0bfffffe, /* bleq */
		0xfa000001, /* blx */
		0xe12fff33, /* blx r3 */
		0xe12fff12, /* bx r2, behind mov lr, pc */
		0xe1a0f003, /* mov pc, r3 */
		0xe59cf008, /* ldr pc, [ip, #8] */
	};
	static const uint32_t others[] = {
		0xea000010, /* b */
		0xe59c3008, /* ldr r3, [ip, #8] */
		0xe1a03003, /* mov r3, r3 */
		0xe58cf008, /* str pc, [ip, #8] */
		0xe8bd8010, /* pop {r4, pc} */
		0x00000000,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		assert_true(arm_instruction_set.is_call(calls[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_false(arm_instruction_set.is_call(others[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cache_operations),
		cmocka_unit_test(literal_encodings),
		cmocka_unit_test(nothing_else_in_c7),
		cmocka_unit_test(a_line_is_allocated),
		cmocka_unit_test(aborts_begin_at_two_vectors),
		cmocka_unit_test(faults_that_walked),
		cmocka_unit_test(no_effect_on_lines),
		cmocka_unit_test(only_system_registers_that_matter),
		cmocka_unit_test(near_misses),
		cmocka_unit_test(condition_field),
		cmocka_unit_test(conditions),
		cmocka_unit_test(what_can_be_returned_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
