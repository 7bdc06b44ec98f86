// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A guest that executes garbage, for ever: what watches it must not crash and must
 * not grow without end.  Every round writes some random words, does one random
 * coprocessor operation on caches or TLB, and jumps to a random word with random
 * registers.  Any exception begins the next round; a timer ends a round that is
 * caught in a loop.
 *
 * The garbage runs in user mode and cannot harm the rounds.  Built with PRIVILEGED it
 * runs in system mode, where it may take over or freeze the machine.
 */
#include "lib.h"

#ifndef SEED
#define SEED 1
#endif
#ifdef PRIVILEGED
#define MODE 0x1fu
#else
#define MODE 0x10u
#endif

#define GARBAGE	      0x00800000u
#define GARBAGE_BYTES 0x00040000u
#define MEGABYTE      0x100000u
#define DEVICES	      0x10000000u

#define TIMER_LOAD    0x101e2000u
#define TIMER_CONTROL 0x101e2008u
#define TIMER_CLEAR   0x101e200cu
#define TIMER_RUN     0xe2u /* enabled, periodic, with interrupt, 32 bits */
#define TIMER_PERIOD  1000u /* microseconds */
#define VIC_ENABLE    0x10140010u
#define VIC_TIMER     (1u << 4)

#define SECTION_USER_MAY       0x800u
#define MCR_C7		       0xee070f10u /* mcr p15, 0, r0, c7, c0, 0 */
#define ANY_OPERATION	       0xefu	   /* op2 and CRm */
#define C7_TO_C8	       0x000f0000u /* by exclusive or */
#define REGISTER_TRANSFER_MASK 0x0f000010u
#define REGISTER_TRANSFER      0x0e000010u
#define CRN_MASK	       0x000f0000u
#define BX_LR		       0xe12fff1eu
#define WRITTEN_WORDS	       16

/* noise.S calls the one, and is the other. */
void *random_round(void);
_Noreturn void next_round(void);

const char guest_name[] = "noise";

static struct {
	uint32_t r[15], pc, state;
} next;

/* A line of its own: it is changed and executed again and again. */
static uint32_t operation[8] __attribute__((aligned(32))) = { 0, BX_LR };

static uint32_t random_state = (SEED)*2654435761u | 1;

static uint32_t random_word(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

/* Of the instructions that read or write a coprocessor's register, only those on caches:
 * privileged garbage would soon lose its page table, and the vectors with it. */
static uint32_t garbage_word(void)
{
	uint32_t word = random_word();

	if ((word & REGISTER_TRANSFER_MASK) == REGISTER_TRANSFER)
		word = (word & ~CRN_MASK) | (MCR_C7 & CRN_MASK);
	return word;
}

/* Through one of four aliases: identity, two cached, one uncached. */
static uint32_t random_address(void)
{
	static const uint32_t alias[] = { GARBAGE, USER, USER_2, UNCACHED };

	return alias[random_word() >> 30] + (random_word() & (GARBAGE_BYTES - 4));
}

static void write_garbage(void)
{
	for (int i = 0; i < WRITTEN_WORDS; i++)
		WORD(random_address()) = garbage_word();
}

/* CRn is 7 or 8; CRm and op2 are anything.  Those that do not exist
 * begin the next round at once. */
static void random_maintenance(void)
{
	uint32_t r = random_word();

	operation[0] = MCR_C7 | (r & ANY_OPERATION);
	if (!(r & 0x700))
		operation[0] ^= C7_TO_C8;
	clean_line((uint32_t)operation);
	invalidate_icache_line((uint32_t)operation);
	((void (*)(uint32_t))operation)(random_address());
}

void *random_round(void)
{
	WORD(TIMER_CLEAR) = 1;
	write_garbage();
	random_maintenance();
	for (int i = 0; i < 15; i++)
		next.r[i] = random_word() & 1 ? random_address() : random_word();
	next.pc = random_address();
	next.state = (random_word() & 0xf0000000) | MODE;
	return &next;
}

/* Garbage in user mode reaches garbage only. */
static void protect_sections(void)
{
	for (uint32_t va = 0; va < RAM_SIZE; va += MEGABYTE)
		if (va != GARBAGE)
			WORD(TABLE_A + va / MEGABYTE * 4) &= ~SECTION_USER_MAY;
	WORD(TABLE_A + DEVICES / MEGABYTE * 4) &= ~SECTION_USER_MAY;
	WORD(TABLE_A + DEVICES / MEGABYTE * 4 + 4) &= ~SECTION_USER_MAY;
}

void guest(void)
{
	for (uint32_t i = 0; i < GARBAGE_BYTES; i += PAGE_SIZE) {
		map_page(TABLE_A, USER + i, GARBAGE + i, MEMORY_WRITE_BACK);
		map_page(TABLE_A, USER_2 + i, GARBAGE + i, MEMORY_WRITE_BACK);
		map_page(TABLE_A, UNCACHED + i, GARBAGE + i, MEMORY_UNCACHED);
	}
	for (uint32_t i = 0; i < GARBAGE_BYTES; i += 4)
		WORD(GARBAGE + i) = garbage_word();
	protect_sections();
	mmu_on(TABLE_A);
	print("noise: begins\n");
	WORD(TIMER_LOAD) = TIMER_PERIOD;
	WORD(TIMER_CONTROL) = TIMER_RUN;
	WORD(VIC_ENABLE) = VIC_TIMER;
	next_round();
}
