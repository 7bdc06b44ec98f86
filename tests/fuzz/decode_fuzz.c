// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any word is an instruction, any words are page tables: the decoder and the
 * table walker answer within their ranges, and twice the same.
 */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "watch/target/arm.h"

static const uint8_t *tables;
static size_t tables_size;

static bool read_word(uint32_t pa, uint32_t *word)
{
	if (tables_size < 8 || pa & 3)
		return false;
	memcpy(word, tables + pa / 4 % (tables_size - 3), sizeof(*word));
	return pa >> 28 != 15; /* nothing can be read up there */
}

static void check_action(uint32_t insn)
{
	struct action a = arm_decode(insn), b = arm_decode(insn);

	CHECK(a.kind == b.kind && a.op == b.op && a.scope == b.scope && a.data == b.data &&
	      a.insn == b.insn && a.reg == b.reg && a.cond == b.cond);
	CHECK(a.kind <= ACTION_ALLOCATE && a.op < COH_OPS && a.scope <= SCOPE_ALL);
	CHECK(a.reg == (insn >> 12 & 15) && a.cond == insn >> 28);
	CHECK(a.cond != 15 || a.kind == ACTION_NONE);
	CHECK((a.kind == ACTION_MAINTAIN) == (a.data || a.insn));
	if (a.cond < COND_ALWAYS) /* a condition and its opposite */
		CHECK(arm_condition_holds(a.cond, insn << 4) !=
		      arm_condition_holds(a.cond ^ 1, insn << 4));
}

static void check_walk(uint32_t control, uint32_t va)
{
	struct mmu mmu = { .control = control, .tables = va * 2654435761u, .process = va << 25 };
	struct translation t;

	if (arm_walk(&mmu, mmu_modified_va(&mmu, va), read_word, &t) != WALK_OK)
		return;
	va = mmu_modified_va(&mmu, va);
	CHECK(t.page_size >= 1u << 10 && t.page_size <= 1u << 20);
	CHECK(!(t.page_size & (t.page_size - 1)));
	CHECK(((t.pa ^ va) & (t.page_size - 1)) == 0);
	CHECK(t.n_entries <= 2);
	CHECK(control & ARM_DCACHE_ON || t.data == COH_UNCACHED);
	CHECK(control & ARM_ICACHE_ON || t.insn == COH_UNCACHED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tables = data;
	tables_size = size;
	for (size_t i = 0; i + 4 <= size; i++) {
		uint32_t word;

		memcpy(&word, data + i, sizeof(word));
		check_action(word);
		/* Random words are hardly ever CP15: make some that are. */
		check_action((word & 0xf01fffffu) | 0x0e000f10u);
		check_walk(word, word ^ 0x5a5a5a5au);
		check_walk(word | ARM_MMU_ON, word >> 3);
	}
	return 0;
}
