/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * strand: coroutines whose whole state is bytes: a stack and a few registers, at fixed
 * addresses, that can be copied away and back.
 *
 * Each has one body, which it enters once and never leaves.
 */
#ifndef COH_CHECK_SYSTEM_STRAND_H
#define COH_CHECK_SYSTEM_STRAND_H

#include <setjmp.h>
#include <stddef.h>

struct strand {
	jmp_buf at;
	char *stack, *top; /* its memory: [stack, top) */
	char *low;	   /* what is in use while it rests: [low, top) */
};

/* Runs body(context) on the stack until it rests for the first time. */
void strand_start(struct strand *s, void *stack, size_t size, void (*body)(void *context),
		  void *context);
/* From outside: go on with s until it rests. */
void strand_resume(struct strand *s);
/* From inside s: back to whoever resumed it. */
void strand_rest(struct strand *s);

#endif
