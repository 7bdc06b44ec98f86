// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Registers and the stack, for call chains.  Where a stack ends at a page, the next one may be a
 * device's: guest_read reads RAM only, where the emulator shows it.
 */
#include "watch/plugin/guest_read.h"
#include "watch/plugin/trace.h"

#define STACK_LEAST 64u

uint32_t stack_read(uint32_t sp, void *to, uint32_t most)
{
	uint32_t room = STACK_SPAN - (sp & (STACK_SPAN - 1));

	/* Where memory ends before the stack could: what is there. */
	for (room = room < most ? room : most; room >= STACK_LEAST; room /= 2)
		if (guest_read(sp, to, room))
			return room;
	return 0;
}

void stack_capture(struct wire_stack *c, uint32_t pc)
{
	c->known = 1;
	for (unsigned i = 0; i < TARGET_REGISTERS; i++)
		c->regs[i] = read_register(tracer.reg[i]);
	c->regs[15] = pc;
	c->cpsr = read_register(tracer.status);
	c->user = tracer.isa->in_user_mode(c->cpsr);
	c->stack_va = c->regs[13] & ~3u;
	c->stack_length = stack_read(c->stack_va, c->stack, WIRE_STACK);
}
