// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A strand is entered by makecontext and from then on left and gone on with by longjmp: that
 * costs no system call.  The fortified longjmp takes a jump to another stack for an error.
 */
#undef _FORTIFY_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <ucontext.h>

#include "check/system/strand.h"

#define RED_ZONE                                                                                   \
	512 /* below the stack pointer: what the ABI lets a function use, and setjmp's frame */

static jmp_buf resumer;

struct entry {
	void (*body)(void *context);
	void *context;
};

static struct entry entry;

static void enter(void)
{
	struct entry e = entry;

	e.body(e.context);
	abort(); /* a body never returns */
}

void strand_start(struct strand *s, void *stack, size_t size, void (*body)(void *context),
		  void *context)
{
	ucontext_t start;

	s->stack = stack;
	s->top = s->stack + size;
	s->low = s->top;
	entry = (struct entry){ body, context };
	getcontext(&start);
	start.uc_stack.ss_sp = stack;
	start.uc_stack.ss_size = size;
	start.uc_link = NULL;
	makecontext(&start, enter, 0);
	if (!_setjmp(resumer))
		setcontext(&start);
}

void strand_resume(struct strand *s)
{
	if (!_setjmp(resumer))
		_longjmp(s->at, 1);
}

__attribute__((noinline)) void strand_rest(struct strand *s)
{
	char *here = __builtin_frame_address(0);

	s->low = here - RED_ZONE < s->stack ? s->stack : here - RED_ZONE;
	if (!_setjmp(s->at))
		_longjmp(resumer, 1);
}
