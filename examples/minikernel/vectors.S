/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Exceptions, and the way to user mode and back.
 *
 * The kernel has one stack.  It runs a process by calling enter_user, which returns when anything
 * takes the processor out of user mode, and says what.  An interrupt that hits the kernel
 * itself is handled on a stack of its own, and the kernel goes on where it was.
 */
#include "examples/minikernel/board.h"

#define CONTEXT_PC   60
#define CONTEXT_CPSR 64
#define MODE_SVC_IRQ_OFF 0x93

	.syntax unified
	.arm
	.cfi_sections .debug_frame

	/* A page of its own, mapped at VECTORS: linked elsewhere, so reached by no branch. */
	.section .vectors, "ax"
	ldr	pc, 1f
	ldr	pc, 1f + 4
	ldr	pc, 1f + 8
	ldr	pc, 1f + 12
	ldr	pc, 1f + 16
	ldr	pc, 1f
	ldr	pc, 1f + 20
	ldr	pc, 1f + 24
1:	.word	_start, undefined, syscall, prefetch_abort, data_abort, interrupt, fast_interrupt

	.text
/* uint32_t enter_user(struct context *context); interrupts off, now and on return */
	.global	enter_user
	.type	enter_user, %function
enter_user:
	.cfi_startproc
	push	{r0, r4-r11, lr}
	.cfi_def_cfa_offset 40
	.cfi_offset 14, -4
	ldr	r1, [r0, #CONTEXT_CPSR]
	msr	spsr_cxsf, r1
	ldr	lr, [r0, #CONTEXT_PC]
	ldmia	r0, {r0-r14}^
	nop
	movs	pc, lr
	.cfi_endproc
	.size	enter_user, . - enter_user

/* In supervisor mode, lr the context, whose r0, pc and cpsr are in r1 to r3. */
	.macro	leave_user event
	str	r1, [lr]
	str	r2, [lr, #CONTEXT_PC]
	str	r3, [lr, #CONTEXT_CPSR]
	mov	r0, #\event
	add	sp, sp, #4
	pop	{r4-r11, pc}
	.endm

	.type	syscall, %function
syscall:
	push	{r0, lr}
	ldr	lr, [sp, #8]
	add	r0, lr, #4
	stmia	r0, {r1-r14}^
	nop
	pop	{r1, r2}
	mrs	r3, spsr
	leave_user EVENT_SYSCALL
	.size	syscall, . - syscall

/* From another mode; lr is the user's pc, and nothing is on this mode's stack. */
	.macro	from_user event
	push	{r0, lr}
	mrs	r0, spsr
	push	{r0}
	mov	r0, sp
	add	sp, sp, #12
	msr	cpsr_c, #MODE_SVC_IRQ_OFF
	ldr	lr, [sp]
	add	lr, lr, #4
	stmia	lr, {r1-r14}^
	nop
	sub	lr, lr, #4
	ldmia	r0, {r3, r4, r5}
	mov	r1, r4
	mov	r2, r5
	leave_user \event
	.endm

	.macro	fault name, event, offset
	.type	\name, %function
\name:
	sub	lr, lr, #\offset
	push	{r0}
	mrs	r0, spsr
	tst	r0, #15
	pop	{r0}
	bne	1f
	from_user \event
1:	mov	r0, #\event
	mov	r1, lr
	bl	kernel_fault
	.size	\name, . - \name
	.endm

	fault	prefetch_abort, EVENT_PREFETCH_ABORT, 4
	fault	data_abort, EVENT_DATA_ABORT, 8
	fault	undefined, EVENT_UNDEFINED, 4

	.type	interrupt, %function
interrupt:
	.cfi_startproc
	.cfi_undefined 14
	sub	lr, lr, #4
	push	{r0-r3, r12, lr}
	mrs	r0, spsr
	tst	r0, #15
	beq	1f
	bl	interrupt_handler
	ldmfd	sp!, {r0-r3, r12, pc}^
1:	pop	{r0-r3, r12, lr}
	from_user EVENT_INTERRUPT
	.cfi_endproc
	.size	interrupt, . - interrupt

/* The board's NMI: nothing here turns it off.  r8 to r12 are this mode's own. */
	.type	fast_interrupt, %function
fast_interrupt:
	.cfi_startproc
	.cfi_undefined 14
	sub	lr, lr, #4
	push	{r0-r3, r12, lr}
	bl	fast_interrupt_handler
	ldmfd	sp!, {r0-r3, r12, pc}^
	.cfi_endproc
	.size	fast_interrupt, . - fast_interrupt
