// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Interrupts: the vectored interrupt controller (PL190), and two of the board's timers (SP804): one
 * for the scheduler, one that is the disk's.
 */
#include "examples/minikernel/device.h"
#include "examples/minikernel/kernel.h"

#define VIC(offset)	     DEVICE(0x140000 + (offset))
#define VIC_IRQ_STATUS	     VIC(0x00)
#define VIC_FIQ_STATUS	     VIC(0x04)
#define VIC_SELECT	     VIC(0x0c) /* 1: the fast interrupt */
#define VIC_ENABLE	     VIC(0x10)
#define LINE_DISK	     (1u << 4) /* timers 0 and 1 */
#define LINE_TICK	     (1u << 5) /* timers 2 and 3 */
#define TIMER_DISK	     0x1e2000
#define TIMER_TICK	     0x1e3000
#define TIMER_LOAD(timer)    DEVICE((timer) + 0x00)
#define TIMER_CONTROL(timer) DEVICE((timer) + 0x08)
#define TIMER_CLEAR(timer)   DEVICE((timer) + 0x0c)
#define TIMER_ON	     0x80u
#define TIMER_PERIODIC	     0x40u
#define TIMER_INTERRUPT	     0x20u
#define TIMER_32_BITS	     0x02u
#define TIMER_ONCE	     0x01u
#define IRQ_OFF		     0x80u
#define FIQ_OFF		     0x40u

void interrupt_handler(void);
void fast_interrupt_handler(void);

void irq_on(void)
{
	uint32_t flags;

	__asm__ volatile("mrs %0, cpsr" : "=r"(flags));
	__asm__ volatile("msr cpsr_c, %0" : : "r"(flags & ~IRQ_OFF) : "memory");
}

void irq_off(void)
{
	uint32_t flags;

	__asm__ volatile("mrs %0, cpsr" : "=r"(flags));
	__asm__ volatile("msr cpsr_c, %0" : : "r"(flags | IRQ_OFF) : "memory");
}

void irq_init(void)
{
	uint32_t flags;

	TIMER_CONTROL(TIMER_DISK) = 0;
	TIMER_CONTROL(TIMER_TICK) = 0;
	VIC_SELECT = options.fast ? LINE_DISK : 0;
	VIC_ENABLE = LINE_DISK | LINE_TICK;
	__asm__ volatile("mrs %0, cpsr" : "=r"(flags));
	__asm__ volatile("msr cpsr_c, %0" : : "r"(flags & ~(IRQ_OFF | FIQ_OFF)) : "memory");
}

void timer_start(uint32_t microseconds)
{
	TIMER_CONTROL(TIMER_DISK) = 0;
	TIMER_LOAD(TIMER_DISK) = microseconds;
	TIMER_CONTROL(TIMER_DISK) = TIMER_ON | TIMER_INTERRUPT | TIMER_32_BITS | TIMER_ONCE;
}

void tick_start(uint32_t microseconds)
{
	TIMER_CONTROL(TIMER_TICK) = 0;
	TIMER_CLEAR(TIMER_TICK) = 1;
	if (!microseconds)
		return;
	TIMER_LOAD(TIMER_TICK) = microseconds;
	TIMER_CONTROL(TIMER_TICK) = TIMER_ON | TIMER_PERIODIC | TIMER_INTERRUPT | TIMER_32_BITS;
}

static void disk_line(void)
{
	TIMER_CLEAR(TIMER_DISK) = 1;
	disk_interrupt();
}

/* A tick only has to come: that it took the processor from the user is all the scheduler needs. */
void interrupt_handler(void)
{
	uint32_t lines = VIC_IRQ_STATUS;

	if (lines & LINE_TICK)
		TIMER_CLEAR(TIMER_TICK) = 1;
	if (lines & LINE_DISK)
		disk_line();
}

void fast_interrupt_handler(void)
{
	if (VIC_FIQ_STATUS & LINE_DISK)
		disk_line();
}
