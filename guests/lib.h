/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the guests share: an address map, page tables, cache operations and a
 * console, for QEMU's versatilepb board (ARM926EJ-S: VIVT, 32-byte lines).
 *
 * A guest is one function, guest(), in this order:
 *	map_page()	the aliases it needs, while the caches are still off
 *	mmu_on()	MMU, data cache and instruction cache
 *	its accesses	through small functions of its own, so that a report names them
 *	expect()	what each read that matters must return
 *
 * Built with PLANTED, one act of maintenance is missing or wrong.  QEMU models
 * no caches, so both builds read the right values: the bug shows only to
 * something that watches.
 *
 * A line is loaded before it is stored to.  The data cache of the ARM926 does
 * not allocate a line for a store that misses, and a store that goes straight
 * to memory leaves nothing to clean.
 */
#ifndef GUESTS_LIB_H
#define GUESTS_LIB_H

#include <stdint.h>

/* Physical memory.  The kernel's alias of all of it is the identity. */
#define TABLE_A	      0x00004000u
#define TABLE_B	      0x00008000u
#define COARSE_TABLES 0x0000c000u /* 16 of 1 KiB, up to the image */
#define PAGE	      0x00400000u
#define OTHER_PAGE    0x00401000u
#define RAM_SIZE      0x02000000u

/* Virtual addresses for map_page(), a megabyte each. */
#define USER	 0x40000000u
#define USER_2	 0x40100000u
#define UNCACHED 0x40200000u

/* What the pages hold at first, and what the guests write. */
#define OLD   0x11111111u
#define NEW   0x22222222u
#define NEWER 0x33333333u

#define PAGE_SIZE 4096u
#define LINE	  32u

/* One word of memory.  A macro, so that the access has the line of its user. */
#define WORD(address) (*(volatile uint32_t *)(address))

/* A function of its own in the symbol table: no inlining, no clone. */
#define access_function static __attribute__((noipa))

/*
 * A word loaded, or stored, in an access_function of this name.  A macro, so that the access has
 * the file and line of the guest: LOAD_FUNCTION(user_load) makes a user_load(va),
 * STORE_FUNCTION(user_store) a user_store(va, value).
 */
#define LOAD_FUNCTION(name)                                                                        \
	access_function uint32_t name(uint32_t va)                                                 \
	{                                                                                          \
		return WORD(va);                                                                   \
	}
#define STORE_FUNCTION(name)                                                                       \
	access_function void name(uint32_t va, uint32_t value)                                     \
	{                                                                                          \
		WORD(va) = value;                                                                  \
	}

/* Instructions, for guests that write code. */
#define MOV_R0(n) (0xe3a00000u | (n)) /* mov r0, #n */
#define BX_LR	  0xe12fff1eu

/* ---- provided by each guest ---- */
extern const char guest_name[];
void guest(void);

/* ---- page tables ---- */
enum memory_type {
	MEMORY_UNCACHED = 0,
	MEMORY_WRITE_BACK = 0xc, /* C and B, at the same place in every descriptor */
};

/* Empty but for the kernel's alias of RAM, write-back, and the devices.
 * boot() has done TABLE_A.  Caches off. */
void table_init(uint32_t table);
/* One 4 KiB page, for user and kernel.  Caches off. */
void map_page(uint32_t table, uint32_t va, uint32_t pa, enum memory_type type);
/* Address of the second-level entry of a page that map_page() mapped. */
uint32_t pte_address(uint32_t table, uint32_t va);
/* What map_page() writes there. */
uint32_t pte_value(uint32_t pa, enum memory_type type);
void mmu_on(uint32_t table);
/* Another table and an empty TLB.  The caches are left as they are. */
void switch_table(uint32_t table);
void flush_tlb(void);
/* Whether a load of the word at va faults. */
uint32_t try_load(uint32_t va);

/* ---- the data cache, by virtual address ----
 * Those that clean also drain the write buffer: what reads next may be a device
 * or the table walker, which do not look there. */
void clean_line(uint32_t va);
void flush_line(uint32_t va);
void invalidate_line(uint32_t va);
void clean_range(uint32_t va, uint32_t bytes);
void flush_range(uint32_t va, uint32_t bytes);
/* va and bytes are multiples of LINE: half a line cannot be discarded. */
void invalidate_range(uint32_t va, uint32_t bytes);
/* All of the data cache. */
void flush_dcache(void);
void flush_set_way(uint32_t set_way);
uint32_t cache_type(void);

/* ---- the instruction cache ---- */
void invalidate_icache_line(uint32_t va);
void invalidate_icache_set_way(uint32_t set_way);
void invalidate_icache(void);

/* ---- the rest ---- */
typedef uint32_t (*user_function)(uint32_t a, uint32_t b);
uint32_t call_in_user_mode(user_function f, uint32_t a, uint32_t b);

void fill_page(uint32_t pa, uint32_t value);
/* Prints what differs; the verdict is printed at the end of the run. */
void expect(const char *what, uint32_t got, uint32_t wanted);

void print(const char *text);
void print_hex(uint32_t value);

/* ---- for start.S ---- */
_Noreturn void boot(void);
_Noreturn void unexpected(const char *exception, uint32_t pc);

#endif
