/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * From the boot loader to C.  As for Linux: MMU and data cache off, r2 the physical address
 * of the ATAGs, this image at IMAGE_PA.
 */
#include "examples/minikernel/board.h"

#define MODE_SVC 0xd3
#define MODE_IRQ 0xd2
#define MODE_FIQ 0xd1
#define MODE_ABT 0xd7
#define MODE_UND 0xdb

	.syntax unified
	.arm

	.macro	physical register, symbol
	ldr	\register, =\symbol - KERNEL_BASE
	.endm

	.section .head, "ax"
	.global	_start
	.type	_start, %function
_start:
	msr	cpsr_c, #MODE_SVC
	mov	r9, r2
	mov	r0, #0
	mcr	p15, 0, r0, c7, c7, 0		@ what the caches hold now is nobody's
	mcr	p15, 0, r0, c8, c7, 0

	physical r1, bss_start
	physical r2, bss_end
1:	cmp	r1, r2
	strlo	r0, [r1], #4
	blo	1b

	/* RAM at KERNEL_BASE, up to the platter. */
	physical r4, kernel_l1
	add	r1, r4, #KERNEL_BASE >> 18
	ldr	r2, =SECTION_CACHED
	ldr	r3, =PLATTER_PA
2:	str	r2, [r1], #4
	add	r2, r2, #MEGABYTE
	cmp	r2, r3
	blo	2b
	/* This code, until it has jumped. */
	ldr	r2, =SECTION_UNCACHED
	str	r2, [r4]
	/* The UART and its like. */
	ldr	r2, =DEVICES_PA | SECTION_UNCACHED
	add	r1, r4, #DEVICES >> 18
	str	r2, [r1], #4
	add	r2, r2, #MEGABYTE
	str	r2, [r1]

	mcr	p15, 0, r4, c2, c0, 0
	mov	r0, #1				@ domain 0: permissions are checked
	mcr	p15, 0, r0, c3, c0, 0
	/* The data cache waits for somebody who knows how to flush it. */
	mrc	p15, 0, r0, c1, c0, 0
	bic	r0, r0, #CONTROL_SYSTEM_ROM
	ldr	r1, =CONTROL_MMU | CONTROL_WRITE_BUFFER | CONTROL_HIGH_VECTORS
	orr	r0, r0, r1
	ldr	r1, =high
	mcr	p15, 0, r0, c1, c0, 0
	mov	pc, r1
	.ltorg
	.size	_start, . - _start

	.text
	.type	high, %function
high:
	msr	cpsr_c, #MODE_IRQ
	ldr	sp, =irq_stack_top
	msr	cpsr_c, #MODE_FIQ
	ldr	sp, =fiq_stack_top
	msr	cpsr_c, #MODE_ABT
	ldr	sp, =abort_stack_top
	msr	cpsr_c, #MODE_UND
	ldr	sp, =abort_stack_top
	msr	cpsr_c, #MODE_SVC
	ldr	sp, =kernel_stack_top
	mov	r0, r9
	mov	r11, #0
	bl	kernel_main
	.ltorg
	.size	high, . - high

	.section .bss.stacks, "aw", %nobits
	.balign	8
	.space	0x2000
kernel_stack_top:
	.space	0x1000
irq_stack_top:
	.space	0x1000
fiq_stack_top:
	.space	0x80
abort_stack_top:
