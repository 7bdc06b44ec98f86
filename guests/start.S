/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * From reset to C, exceptions, and the way to user mode and back.
 */
	.syntax unified
	.arm
	/* The same form that the compiler gives its unwind tables. */
	.cfi_sections .debug_frame

	.section .vectors, "ax"
	b	_start
	b	undefined_instruction
	b	software_interrupt
	b	prefetch_abort
	b	data_abort
	b	_start
	b	interrupt
	b	fast_interrupt

	.text
	.global	_start
	.type	_start, %function
_start:
	.cfi_startproc
	.cfi_undefined 14
	/* The caches are off, but what they hold at reset is not defined. */
	mov	r0, #0
	mcr	p15, 0, r0, c7, c7, 0
	mcr	p15, 0, r0, c8, c7, 0
	ldr	r1, =bss_start
	ldr	r2, =bss_end
1:	cmp	r1, r2
	strlo	r0, [r1], #4
	blo	1b
	ldr	sp, =stack_top
	mov	r11, #0
	bl	boot
	.cfi_endproc
	.size	_start, . - _start

/*
 * uint32_t call_in_user_mode(user_function f, uint32_t a, uint32_t b)
 *
 * The supervisor's stack pointer is banked, so what is pushed here is found
 * again by software_interrupt, whatever f does to its own registers.
 */
	.global	call_in_user_mode
	.type	call_in_user_mode, %function
call_in_user_mode:
	.cfi_startproc
	push	{r4-r11, lr}
	.cfi_def_cfa_offset 36
	.cfi_offset 14, -4
	/* System mode shares its stack pointer with user mode. */
	msr	cpsr_c, #0xdf
	ldr	sp, =user_stack_top
	msr	cpsr_c, #0xd3
	mov	r12, r0
	mov	r0, r1
	mov	r1, r2
	mov	r3, #0xd0
	msr	spsr_cxsf, r3
	ldr	lr, =enter_user_mode
	movs	pc, lr
	.cfi_endproc
	.size	call_in_user_mode, . - call_in_user_mode

	.type	enter_user_mode, %function
enter_user_mode:
	.cfi_startproc
	.cfi_undefined 14
	mov	lr, pc
	mov	pc, r12
	swi	#0
	.cfi_endproc
	.size	enter_user_mode, . - enter_user_mode

	.type	software_interrupt, %function
software_interrupt:
	pop	{r4-r11, pc}
	.size	software_interrupt, . - software_interrupt

	/* No guest expects any of these: say which one came, and where. */
	.macro	exception name, text, offset
	.type	\name, %function
\name:
	ldr	r0, =1f
	sub	r1, lr, #\offset
	ldr	sp, =stack_top
	b	unexpected
	.size	\name, . - \name
	.section .rodata
1:	.asciz	"\text"
	.text
	.endm

	exception undefined_instruction, "undefined instruction", 4
	exception prefetch_abort, "prefetch abort", 4
	exception data_abort, "data abort", 8
	exception interrupt, "interrupt", 4
	exception fast_interrupt, "fast interrupt", 4
	.ltorg
