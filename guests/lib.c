// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Console, end of the run and page tables.  Cache operations are in cache.c. */
#include "lib.h"

#define UART_DATA    0x101f1000u
#define UART_FLAGS   0x101f1018u
#define UART_CONTROL 0x101f1030u
#define UART_FULL    (1u << 5)
#define UART_ENABLE  0x101u /* the UART and its transmitter */

#define SYS_LOCK	0x10000020u
#define SYS_RESETCTL	0x10000040u
#define SYS_LOCK_OPEN	0xa05fu
#define SYS_RESET_BOARD 0x105u

#define MEGABYTE	 0x100000u
#define DEVICES		 0x10000000u /* two megabytes: system, DMA, timer, UART */
#define SECTION		 0x12u
#define COARSE		 0x11u
#define SMALL_PAGE	 0x02u
#define SECTION_ALL_MAY	 0xc00u /* protection is not the subject */
#define PAGE_ALL_MAY	 0xff0u
#define COARSE_SIZE	 0x400u
#define CONTROL_MMU	 (1u << 0)
#define CONTROL_DCACHE	 (1u << 2)
#define CONTROL_ICACHE	 (1u << 12)
#define DOMAIN_0_CHECKED 1u

static uint32_t coarse_tables_used;
static uint32_t differences;

void print(const char *text)
{
	for (; *text; text++) {
		while (WORD(UART_FLAGS) & UART_FULL)
			;
		WORD(UART_DATA) = (uint8_t)*text;
	}
}

void print_hex(uint32_t value)
{
	char text[] = "0x00000000";

	for (int i = 9; i >= 2; i--, value >>= 4)
		text[i] = "0123456789abcdef"[value & 15];
	print(text);
}

void expect(const char *what, uint32_t got, uint32_t wanted)
{
	if (got == wanted)
		return;
	differences++;
	print(guest_name);
	print(": ");
	print(what);
	print(" is ");
	print_hex(got);
	print(", not ");
	print_hex(wanted);
	print("\n");
}

/* Under -no-reboot a reset ends QEMU, with exit code 0. */
static _Noreturn void finish(void)
{
	print("done\n");
	WORD(SYS_LOCK) = SYS_LOCK_OPEN;
	WORD(SYS_RESETCTL) = SYS_RESET_BOARD;
	for (;;)
		;
}

void unexpected(const char *exception, uint32_t pc)
{
	print(guest_name);
	print(": failed: ");
	print(exception);
	print(" at ");
	print_hex(pc);
	print("\n");
	finish();
}

void boot(void)
{
	WORD(UART_CONTROL) = UART_ENABLE;
	table_init(TABLE_A);
	fill_page(PAGE, OLD);
	fill_page(OTHER_PAGE, OLD);
	guest();
	if (!differences) {
		print(guest_name);
		print(": ok\n");
	}
	finish();
}

void fill_page(uint32_t pa, uint32_t value)
{
	for (uint32_t i = 0; i < PAGE_SIZE; i += 4)
		WORD(pa + i) = value;
}

static uint32_t section_address(uint32_t table, uint32_t va)
{
	return table + va / MEGABYTE * 4;
}

void table_init(uint32_t table)
{
	for (uint32_t i = 0; i < 4096; i++)
		WORD(table + i * 4) = 0;
	for (uint32_t pa = 0; pa < RAM_SIZE; pa += MEGABYTE)
		WORD(section_address(table, pa)) =
			pa | SECTION_ALL_MAY | SECTION | MEMORY_WRITE_BACK;
	for (uint32_t pa = DEVICES; pa < DEVICES + 2 * MEGABYTE; pa += MEGABYTE)
		WORD(section_address(table, pa)) = pa | SECTION_ALL_MAY | SECTION | MEMORY_UNCACHED;
}

static uint32_t new_coarse_table(void)
{
	uint32_t coarse = COARSE_TABLES + coarse_tables_used++ * COARSE_SIZE;

	for (uint32_t i = 0; i < COARSE_SIZE; i += 4)
		WORD(coarse + i) = 0;
	return coarse;
}

uint32_t pte_address(uint32_t table, uint32_t va)
{
	uint32_t coarse = WORD(section_address(table, va)) & ~(COARSE_SIZE - 1);

	return coarse + va % MEGABYTE / PAGE_SIZE * 4;
}

uint32_t pte_value(uint32_t pa, enum memory_type type)
{
	return pa | PAGE_ALL_MAY | SMALL_PAGE | type;
}

void map_page(uint32_t table, uint32_t va, uint32_t pa, enum memory_type type)
{
	uint32_t section = section_address(table, va);

	if (!WORD(section))
		WORD(section) = new_coarse_table() | COARSE;
	WORD(pte_address(table, va)) = pte_value(pa, type);
}

void flush_tlb(void)
{
	__asm__ volatile("mcr p15, 0, %0, c8, c7, 0" : : "r"(0) : "memory");
}

void switch_table(uint32_t table)
{
	__asm__ volatile("mcr p15, 0, %0, c2, c0, 0" : : "r"(table) : "memory");
	flush_tlb();
}

void mmu_on(uint32_t table)
{
	uint32_t control;

	__asm__ volatile("mcr p15, 0, %0, c3, c0, 0" : : "r"(DOMAIN_0_CHECKED));
	switch_table(table);
	__asm__ volatile("mrc p15, 0, %0, c1, c0, 0" : "=r"(control));
	control |= CONTROL_MMU | CONTROL_DCACHE | CONTROL_ICACHE;
	__asm__ volatile("mcr p15, 0, %0, c1, c0, 0" : : "r"(control) : "memory");
}
