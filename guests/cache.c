// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The cache operations of the ARM926EJ-S, one function each. */
#include "lib.h"

/* Coprocessor 15, register 7: the operation is named by CRm and op2. */
#define CACHE_OP(crm_op2, value)                                                                   \
	__asm__ volatile("mcr p15, 0, %0, c7, " crm_op2 : : "r"(value) : "memory")

static void drain_write_buffer(void)
{
	CACHE_OP("c10, 4", 0);
}

void clean_line(uint32_t va)
{
	CACHE_OP("c10, 1", va);
	drain_write_buffer();
}

void flush_line(uint32_t va)
{
	CACHE_OP("c14, 1", va);
	drain_write_buffer();
}

void invalidate_line(uint32_t va)
{
	CACHE_OP("c6, 1", va);
}

/* A range that begins within a line still touches that line. */
static uint32_t line_of(uint32_t va)
{
	return va & ~(LINE - 1);
}

void clean_range(uint32_t va, uint32_t bytes)
{
	for (uint32_t line = line_of(va); line < va + bytes; line += LINE)
		CACHE_OP("c10, 1", line);
	drain_write_buffer();
}

void flush_range(uint32_t va, uint32_t bytes)
{
	for (uint32_t line = line_of(va); line < va + bytes; line += LINE)
		CACHE_OP("c14, 1", line);
	drain_write_buffer();
}

void invalidate_range(uint32_t va, uint32_t bytes)
{
	for (uint32_t line = va; line < va + bytes; line += LINE)
		CACHE_OP("c6, 1", line);
}

/* Each turn cleans and invalidates one dirty line; the flags say when none is left. */
void flush_dcache(void)
{
	__asm__ volatile("1: mrc p15, 0, r15, c7, c14, 3\n\tbne 1b" : : : "cc", "memory");
	drain_write_buffer();
}

void flush_set_way(uint32_t set_way)
{
	CACHE_OP("c14, 2", set_way);
}

uint32_t cache_type(void)
{
	uint32_t type;

	__asm__ volatile("mrc p15, 0, %0, c0, c0, 1" : "=r"(type));
	return type;
}

void invalidate_icache_line(uint32_t va)
{
	CACHE_OP("c5, 1", va);
}

void invalidate_icache(void)
{
	CACHE_OP("c5, 0", 0);
}

void invalidate_icache_set_way(uint32_t set_way)
{
	CACHE_OP("c5, 2", set_way);
}
