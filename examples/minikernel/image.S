/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The user program, for the disk. */
	.section .rodata
	.global	user_image, user_image_end
	.balign	4
user_image:
	.incbin	USER_IMAGE
	.balign	4
user_image_end:
