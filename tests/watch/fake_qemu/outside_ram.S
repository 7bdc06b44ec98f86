/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A guest for versatilepb that loads, stores, maintains and executes where there is
 * no RAM: beyond its end, in holes, in devices, at the last address; with
 * the MMU off, through cached mappings of such places, and through a page table that
 * lies there itself.  Every abort goes on behind its instruction; code that runs
 * off the end of its megabyte comes back by an abort.  Then it prints its name and
 * ends.
 *
 * r11 is where an exception goes on that has no instruction to go on behind.
 */
	.syntax unified
	.arm
	.arch	armv5te

	.equ	UART_DATA, 0x101f1000
	.equ	UART_CONTROL, 0x101f1030
	.equ	SYSTEM, 0x10000000
	.equ	TABLE, 0x4000
	.equ	SECTION_CACHED, 0xc1e
	.equ	SECTION_UNCACHED, 0xc12
	.equ	WINDOW, 0x50000000	/* a megabyte; nothing is mapped behind it */

	.section .vectors, "ax"
	mov	pc, r11			/* address 0 follows the last one */
	mov	pc, r11
	mov	pc, r11
	mov	pc, r11
	subs	pc, lr, #4		/* data abort: lr is 8 beyond it */
	mov	pc, r11
	mov	pc, r11
	mov	pc, r11

	.text
	.global	_start
	.type	_start, %function
_start:
	ldr	r0, =UART_CONTROL
	ldr	r1, =0x101
	str	r1, [r0]

	/* The MMU off: every address is physical. */
	ldr	r9, =far
1:	ldr	r0, [r9], #4
	cmp	r0, #0
	beq	2f
	bl	touch
	b	1b
	/* Up to the last address and over it. */
2:	adr	r11, 3f
	mvn	r0, #15
	mov	pc, r0
3:	msr	cpsr_c, #0xd3

	/* A table with RAM, the devices, and everything from 0xc0000000 on as it
	 * is, cached; a coarse table that nobody can read at 0x60000000. */
	ldr	r0, =TABLE
	mov	r1, #0
	mov	r2, #0
4:	ldr	r3, =SECTION_CACHED
	cmp	r1, #0x02000000
	blo	5f
	cmp	r1, #0xc0000000
	bhs	5f
	mov	r3, #0
5:	orr	r3, r3, r1
	cmp	r3, r1
	moveq	r3, #0
	str	r3, [r0], #4
	adds	r1, r1, #0x100000
	bcc	4b
	ldr	r0, =TABLE
	ldr	r1, =0x10000000 | SECTION_UNCACHED
	str	r1, [r0, #0x400]
	add	r1, r1, #0x100000
	str	r1, [r0, #0x404]
	ldr	r1, =0xe0000011
	add	r2, r0, #0x1800
	str	r1, [r2]
	mcr	p15, 0, r0, c2, c0, 0
	mov	r1, #1
	mcr	p15, 0, r1, c3, c0, 0
	mov	r0, #0
	mcr	p15, 0, r0, c8, c7, 0
	mrc	p15, 0, r0, c1, c0, 0
	orr	r0, r0, #5		/* MMU, data cache */
	orr	r0, r0, #0x1000		/* instruction cache */
	mcr	p15, 0, r0, c1, c0, 0

	/* Not mapped at all, unreadable tables, mapped but not there. */
	ldr	r9, =far
6:	msr	cpsr_c, #0xd3		/* the abort's own mode has a lr of its own */
	ldr	r0, [r9], #4
	cmp	r0, #0
	beq	7f
	bl	touch
	adr	r11, 6b			/* run there, if an abort will come back */
	cmp	r0, #0xc0000000
	movlo	pc, r0
	b	6b

	/* The same places through one window, cached; its last words as code. */
7:	msr	cpsr_c, #0xd3
	ldr	r9, =far
8:	ldr	r8, [r9], #4
	cmp	r8, #0
	beq	finish
	lsr	r1, r8, #20
	lsl	r1, r1, #20
	ldr	r2, =SECTION_CACHED
	orr	r1, r1, r2
	ldr	r0, =TABLE + (WINDOW >> 18)
	str	r1, [r0]
	mcr	p15, 0, r0, c7, c10, 1
	mov	r1, #0
	mcr	p15, 0, r1, c7, c10, 4
	mcr	p15, 0, r1, c8, c7, 0
	mcr	p15, 0, r1, c7, c5, 0	/* another place's code is now there */
	lsl	r0, r8, #12
	lsr	r0, r0, #12
	add	r0, r0, #WINDOW
	bl	touch
	adr	r11, 9f
	ldr	r0, =WINDOW + 0xffff0
	mov	pc, r0
9:	msr	cpsr_c, #0xd3
	b	8b
	.size	_start, . - _start

	/* Every size of access and every maintenance by address, at r0. */
	.type	touch, %function
touch:
	mov	r1, #0x55
	ldr	r2, [r0]
	ldrb	r2, [r0, #1]
	ldrh	r2, [r0, #2]
	str	r1, [r0]
	strb	r1, [r0, #1]
	strh	r1, [r0, #2]
	bic	r7, r0, #7
	ldrd	r2, [r7]
	strd	r2, [r7]
	swp	r2, r1, [r0]
	mov	r7, r0
	ldmia	r7, {r2-r5}
	stmia	r7, {r2-r5}
	mcr	p15, 0, r0, c7, c10, 1
	ldr	r2, [r0]
	mcr	p15, 0, r0, c7, c14, 1
	mcr	p15, 0, r0, c7, c6, 1
	mcr	p15, 0, r0, c7, c5, 1
	mcr	p15, 0, r0, c7, c13, 1
	mov	pc, lr
	.size	touch, . - touch

	.type	finish, %function
finish:
	ldr	r0, =UART_DATA
	adr	r1, text
1:	ldrb	r2, [r1], #1
	cmp	r2, #0
	strne	r2, [r0]
	bne	1b
	/* Under -no-reboot a reset ends QEMU. */
	ldr	r0, =SYSTEM
	ldr	r1, =0xa05f
	str	r1, [r0, #0x20]
	ldr	r1, =0x105
	str	r1, [r0, #0x40]
	b	.
	.size	finish, . - finish

text:	.asciz	"outside-ram: ok\n"
	.balign	4
far:
	.word	0x01fffff8		/* the last words of RAM (at 32 MiB) */
	.word	0x02000000		/* behind it: the board has a hole here */
	.word	0x0ffffffc
	.word	0x101f0f00		/* a hole between devices */
	.word	0x50000ffe		/* not even a multiple of four */
	.word	0x60000000
	.word	0x7fffffe0
	.word	0x80000000
	.word	0xc0000000
	.word	0xe0000004
	.word	0xffffffe0
	.word	0
	.ltorg
