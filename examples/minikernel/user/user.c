// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* What runs in user mode.  No variables: all processes have this one file mapped. */
#include "examples/minikernel/user/user.h"

uint32_t system_call(uint32_t a, uint32_t b, uint32_t c, enum syscall number);

uint32_t user_store(volatile uint32_t *to, uint32_t words, uint32_t seed);
uint32_t user_sum(const volatile uint32_t *from, uint32_t words);
uint32_t user_copy(volatile uint32_t *to, const volatile uint32_t *from, uint32_t words);
uint32_t user_load(const volatile uint32_t *from);
uint32_t user_put(volatile uint32_t *to, uint32_t value);
uint32_t user_ping(volatile uint32_t *a, volatile uint32_t *b, uint32_t rounds);
uint32_t user_call(uint32_t (*code)(uint32_t), uint32_t argument);
uint32_t user_make_code(volatile uint32_t *to, uint32_t constant);
uint32_t user_fork_and_store(volatile uint32_t *to, uint32_t words, uint32_t seed);
uint32_t user_write_file(uint32_t file, uint32_t page, uint32_t va);
uint32_t user_read_file(uint32_t file, uint32_t page, uint32_t va);

uint32_t user_store(volatile uint32_t *to, uint32_t words, uint32_t seed)
{
	uint32_t sum = CHECKSUM_START;

	for (uint32_t i = 0; i < words; i++) {
		to[i] = pattern(seed, i);
		sum = checksum_add(sum, pattern(seed, i));
	}
	return sum;
}

uint32_t user_sum(const volatile uint32_t *from, uint32_t words)
{
	uint32_t sum = CHECKSUM_START;

	for (uint32_t i = 0; i < words; i++)
		sum = checksum_add(sum, from[i]);
	return sum;
}

uint32_t user_copy(volatile uint32_t *to, const volatile uint32_t *from, uint32_t words)
{
	for (uint32_t i = 0; i < words; i++)
		to[i] = from[i];
	return words;
}

uint32_t user_load(const volatile uint32_t *from)
{
	return *from;
}

uint32_t user_put(volatile uint32_t *to, uint32_t value)
{
	*to = value;
	return value;
}

/* The two are one page, if all is well. */
uint32_t user_ping(volatile uint32_t *a, volatile uint32_t *b, uint32_t rounds)
{
	uint32_t sum = CHECKSUM_START;

	for (uint32_t i = 0; i < rounds; i++) {
		a[i] = pattern(1, i);
		sum = checksum_add(sum, b[i]);
		b[i] = pattern(2, i);
		sum = checksum_add(sum, a[i]);
	}
	return sum;
}

uint32_t user_call(uint32_t (*code)(uint32_t), uint32_t argument)
{
	return code(argument);
}

/* A routine that adds a constant below 256 to its argument, as a just-in-time compiler would. */
uint32_t user_make_code(volatile uint32_t *to, uint32_t constant)
{
	to[0] = 0xe2800000u | constant; /* add r0, r0, #constant */
	to[1] = 0xe12fff1eu;		/* bx lr */
	system_call((uint32_t)(uintptr_t)to, 8, 0, SYS_SYNC_CODE);
	return ((uint32_t(*)(uint32_t))(uintptr_t)to)(1000);
}

uint32_t user_fork_and_store(volatile uint32_t *to, uint32_t words, uint32_t seed)
{
	uint32_t parent = system_call(0, 0, 0, SYS_FORK);
	uint32_t before = user_sum(to, words);

	user_store(to, words, parent ? seed + 2 : seed + 1);
	return checksum_add(before, user_sum(to, words));
}

uint32_t user_write_file(uint32_t file, uint32_t page, uint32_t va)
{
	return system_call(file, page, va, SYS_WRITE);
}

uint32_t user_read_file(uint32_t file, uint32_t page, uint32_t va)
{
	return system_call(file, page, va, SYS_READ);
}
