/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Whatever happens to the random instructions of noise.c, the next round follows.
 */
	.syntax unified
	.arm
	.cfi_sections .debug_frame

	/* Address 0 too: QEMU enters at _start, and garbage jumps to 0. */
	.section .vectors, "ax"
	b	next_round
	b	next_round
	b	next_round
	b	next_round
	b	next_round
	b	next_round
	b	next_round
	b	next_round

	.text
	.global	_start
	.type	_start, %function
_start:
	.cfi_startproc
	.cfi_undefined 14
	mov	r0, #0
	mcr	p15, 0, r0, c7, c7, 0
	mcr	p15, 0, r0, c8, c7, 0
	ldr	sp, =stack_top
	bl	boot
	.cfi_endproc
	.size	_start, . - _start

	/* From any mode, with any registers: nothing of it is kept. */
	.global	next_round
	.type	next_round, %function
next_round:
	.cfi_startproc
	.cfi_undefined 14
	msr	cpsr_c, #0xd3
	ldr	sp, =stack_top
	bl	random_round
	/* r0: the registers r0 to r14, then pc and the processor state. */
	ldr	r1, [r0, #64]
	ldr	lr, [r0, #60]
	msr	spsr_cxsf, r1
	mov	r13, r0
	/* The registers of user mode, which system mode shares. */
	ldm	r13, {r0-r14}^
	nop
	movs	pc, lr
	.cfi_endproc
	.size	next_round, . - next_round
	.ltorg
