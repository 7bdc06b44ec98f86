// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Two functions read pages that a process wrote to, both by the same copying function.  Bug: neither
 * cleans the user alias before.  These are two bugs, although one instruction does both reads.
 */
#include "lib.h"

const char guest_name[] = "copy-callers";

/* In assembler, as an operating system's is: a report finds its caller without a description. */
void copy_word(void *to, const void *from) __asm__("memcpy");
__asm__(".text\n"
	".type memcpy, %function\n"
	"memcpy:\n"
	"	ldr	r3, [r1]\n"
	"	str	r3, [r0]\n"
	"	bx	lr\n"
	".size memcpy, . - memcpy\n");

STORE_FUNCTION(user_store)

access_function uint32_t read_request(uint32_t va)
{
	uint32_t word;

	copy_word(&word, (const void *)va);
	return word;
}

access_function uint32_t read_answer(uint32_t va)
{
	uint32_t word;

	copy_word(&word, (const void *)va);
	return word;
}

void guest(void)
{
	map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
	map_page(TABLE_A, USER_2, OTHER_PAGE, MEMORY_WRITE_BACK);
	mmu_on(TABLE_A);

	WORD(USER);
	WORD(USER_2);
	user_store(USER, NEW);
	user_store(USER_2, NEWER);
#ifndef PLANTED
	clean_line(USER);
	clean_line(USER_2);
#endif
	expect("read_request", read_request(PAGE), NEW);
	expect("read_answer", read_answer(OTHER_PAGE), NEWER);
}
