// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * One page of code at two addresses, as a shared library has them in two processes.  QEMU runs
 * at the second what it translated at the first; fetches must be judged at the address that
 * really runs.  In the second process the first address shows data.
 *
 * Planted: the code is changed, cleaned, and not invalidated where it runs.
 */
#include "lib.h"

const char guest_name[] = "code-moves";

#define RETURN 0xe1a0f00eu

typedef uint32_t (*code)(void);

access_function void write_code(uint32_t va, uint32_t n)
{
	WORD(va) = MOV_R0(n);
	WORD(va + 4) = RETURN;
}

LOAD_FUNCTION(user_load)
STORE_FUNCTION(user_store)

access_function uint32_t run(uint32_t va)
{
	return ((code)va)();
}

void guest(void)
{
	table_init(TABLE_B);
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	map_page(TABLE_B, USER, OTHER_PAGE, MEMORY_WRITE_BACK);
	map_page(TABLE_B, USER_2, PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	user_load(PAGE);
	write_code(PAGE, 42);
	clean_line(PAGE);
	invalidate_icache();
	expect("the first process", run(USER), 42);

	flush_dcache();
	invalidate_icache();
	switch_table(TABLE_B);
	user_load(USER);
	user_store(USER, NEW); /* data of the second process, never executed */
	expect("the second process", run(USER_2), 42);

	write_code(PAGE, 43);
	clean_line(PAGE);
#ifdef PLANTED
	invalidate_icache_line(USER); /* where the first process has it */
#else
	invalidate_icache_line(USER_2);
#endif
	expect("changed", run(USER_2), 43);
}
