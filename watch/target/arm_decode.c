// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CP15 of ARMv4 and ARMv5.  Encodings: ARM Architecture Reference Manual
 * (DDI 0100), B3 and B5; ARM926EJ-S TRM (DDI 0198), 2.3; ARM920T TRM (DDI
 * 0151), 2.3.
 */
#include "watch/target/arm.h"

/* MCR/MRC p15 with the fields that are named below as variables. */
#define CP15_MASK     0x0f000f10u
#define CP15_TRANSFER 0x0e000f10u
#define IS_READ	      (1u << 20)

#define CRM_OP2(crm, op2) ((crm) << 3 | (op2))

/* XScale only (80200 Developer's Manual, 7.2.8); elsewhere the plugin ignores it. */
#define ALLOCATE_LINE CRM_OP2(2, 5)

struct cache_op {
	uint8_t crm_op2;
	uint8_t read; /* the test-and-clean loops are reads, to r15 */
	uint8_t op, scope, data, insn;
};

/* CRn = c7. */
static const struct cache_op cache_ops[] = {
	{ CRM_OP2(5, 0), 0, COH_INVALIDATE, SCOPE_ALL, 0, 1 },
	{ CRM_OP2(5, 1), 0, COH_INVALIDATE, SCOPE_LINE, 0, 1 },
	/* By set and way.  Code that does one does all; which line sits where is not known. */
	{ CRM_OP2(5, 2), 0, COH_INVALIDATE, SCOPE_ALL, 0, 1 },
	{ CRM_OP2(6, 0), 0, COH_INVALIDATE, SCOPE_ALL, 1, 0 },
	{ CRM_OP2(6, 1), 0, COH_INVALIDATE, SCOPE_LINE, 1, 0 },
	{ CRM_OP2(6, 2), 0, COH_INVALIDATE, SCOPE_SET_WAY, 1, 0 },
	{ CRM_OP2(7, 0), 0, COH_INVALIDATE, SCOPE_ALL, 1, 1 },
	{ CRM_OP2(7, 1), 0, COH_INVALIDATE, SCOPE_LINE, 1, 1 },
	{ CRM_OP2(10, 1), 0, COH_CLEAN, SCOPE_LINE, 1, 0 },
	{ CRM_OP2(10, 2), 0, COH_CLEAN, SCOPE_SET_WAY, 1, 0 },
	{ CRM_OP2(10, 3), 1, COH_CLEAN, SCOPE_ALL, 1, 0 },
	{ CRM_OP2(14, 1), 0, COH_FLUSH, SCOPE_LINE, 1, 0 },
	{ CRM_OP2(14, 2), 0, COH_FLUSH, SCOPE_SET_WAY, 1, 0 },
	{ CRM_OP2(14, 3), 1, COH_FLUSH, SCOPE_ALL, 1, 0 },
	/* ARM1026 and later: unified operations on lines. */
	{ CRM_OP2(11, 1), 0, COH_CLEAN, SCOPE_LINE, 1, 0 },
	{ CRM_OP2(15, 1), 0, COH_FLUSH, SCOPE_LINE, 1, 1 },
};

static void decode_cache_op(unsigned crm_op2, bool read, struct action *a)
{
	for (unsigned i = 0; i < sizeof(cache_ops) / sizeof(cache_ops[0]); i++) {
		const struct cache_op *c = &cache_ops[i];

		/* The loops test into the flags: Rt is 15. */
		if (c->crm_op2 != crm_op2 || c->read != read || (read && a->reg != 15))
			continue;
		a->kind = ACTION_MAINTAIN;
		a->op = c->op;
		a->scope = c->scope;
		a->data = c->data;
		a->insn = c->insn;
	}
}

struct action arm_decode(uint32_t insn)
{
	struct action a = { .kind = ACTION_NONE, .reg = insn >> 12 & 15, .cond = insn >> 28 };
	unsigned crn = insn >> 16 & 15, crm = insn & 15, op2 = insn >> 5 & 7;
	bool read = insn & IS_READ;

	if ((insn & CP15_MASK) != CP15_TRANSFER || a.cond == 15 || insn >> 21 & 7)
		return a;
	if (crn == 7 && !read && CRM_OP2(crm, op2) == ALLOCATE_LINE) {
		a.kind = ACTION_ALLOCATE;
		return a;
	}
	if (crn == 7) {
		decode_cache_op(CRM_OP2(crm, op2), read, &a);
		return a;
	}
	if (read)
		return a;
	if (crn == 1 && crm == 0 && op2 == 0)
		a.kind = ACTION_CONTROL;
	else if (crn == 2 && crm == 0 && op2 == 0)
		a.kind = ACTION_TABLES;
	else if (crn == 13 && crm == 0 && op2 == 0)
		a.kind = ACTION_PROCESS;
	else if (crn == 8)
		a.kind = ACTION_TLB;
	if (a.kind == ACTION_TLB)
		a.scope = op2 ? SCOPE_LINE : SCOPE_ALL;
	return a;
}

uint32_t arm_access_size(uint32_t insn)
{
	if (insn >> 28 == 15)
		return 0;
	switch (insn >> 25 & 7) {
	case 2:
	case 3: /* LDR, STR; bit 22: bytes.  Of case 3, bit 4 set is no load or store. */
		if (insn >> 25 & 1 && insn & 0x10)
			return 0;
		return insn >> 22 & 1 ? 1 : 4;
	case 4: /* LDM, STM */
		return 4;
	default:
		return 0;
	}
}

bool arm_condition_holds(unsigned cond, uint32_t cpsr)
{
	bool n = cpsr >> 31 & 1, z = cpsr >> 30 & 1, c = cpsr >> 29 & 1, v = cpsr >> 28 & 1;
	bool holds;

	switch (cond >> 1) {
	case 0:
		holds = z;
		break;
	case 1:
		holds = c;
		break;
	case 2:
		holds = n;
		break;
	case 3:
		holds = v;
		break;
	case 4:
		holds = c && !z;
		break;
	case 5:
		holds = n == v;
		break;
	case 6:
		holds = !z && n == v;
		break;
	default:
		return true;
	}
	return holds != (cond & 1);
}
