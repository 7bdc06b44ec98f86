/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
	.syntax unified
	.arm

	/* In the order of enum routine: a word of code each, so that the kernel can name them. */
	.section .table, "ax"
	b	user_store
	b	user_sum
	b	user_copy
	b	user_load
	b	user_put
	b	user_ping
	b	user_call
	b	user_make_code
	b	user_fork_and_store
	b	user_write_file
	b	user_read_file
	/* Where a routine returns to, behind the table: SYS_DONE. */
	mov	r7, #0
	swi	#0

	.text
	.global	system_call
	.type	system_call, %function
/* uint32_t system_call(uint32_t a, uint32_t b, uint32_t c, enum syscall number) */
system_call:
	push	{r7, lr}
	mov	r7, r3
	swi	#0
	pop	{r7, lr}
	bx	lr
	.size	system_call, . - system_call

