/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The call chain of a reader, from its registers and the top of its stack, as
 * far as the captured bytes and the file's .debug_frame go.
 *
 * Assembler functions have no frame description.  There the first word on the
 * stack that can be a return address is taken, and the frame marked as guessed.
 */
#ifndef COH_WATCH_RUNNER_UNWIND_H
#define COH_WATCH_RUNNER_UNWIND_H

#include <stdbool.h>
#include <stdint.h>

#include "watch/runner/symbols.h"
#include "watch/wire.h"

#define UNWIND_FRAMES 8u

struct unwind_frame {
	uint32_t pc; /* the return address */
	bool guessed;
	bool calls; /* the instruction before pc calls the function of the frame before */
};

struct unwind_state {
	uint32_t regs[16];
	uint32_t stack_va, stack_length;
	const uint8_t *stack;
};

/*
 * unwind: fills frame with the callers, the nearest first, the function at
 * regs[15] itself not among them.  Returns how many; 0 without symbols.
 */
unsigned unwind(struct symbols *s, const struct unwind_state *state,
		struct unwind_frame frame[UNWIND_FRAMES]);

/* The same, of what the plugin kept. */
unsigned unwind_stack(struct symbols *s, const struct wire_stack *c,
		      struct unwind_frame frame[UNWIND_FRAMES]);

#endif
