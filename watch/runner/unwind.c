// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/unwind.h"

#include <elfutils/libdw.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define SP 13
#define LR 14
#define PC 15

/* How far down the stack a return address is looked for. */
#define GUESS_WORDS 64u

struct walk {
	struct symbols *symbols;
	struct unwind_state now;
	struct unwind_frame *frame;
	unsigned n;
	/* The last frame that libdwfl reached: where a guess starts. */
	uint32_t last_pc, last_sp;
	bool first_seen, innermost;
};

/* libdwfl's state is attached once for each Dwfl: this is whose turn it is. */
static struct walk *current;

static bool stack_word(const struct unwind_state *st, uint32_t va, uint32_t *word)
{
	uint32_t off = va - st->stack_va;
	const uint8_t *b = st->stack + off;

	if (va & 3 || st->stack_length < 4 || off > st->stack_length - 4)
		return false;
	*word = (uint32_t)b[3] << 24 | b[2] << 16 | b[1] << 8 | b[0];
	return true;
}

static pid_t next_thread(Dwfl *dwfl, void *arg, void **thread_arg)
{
	(void)dwfl, (void)arg;
	if (*thread_arg)
		return 0;
	*thread_arg = &current;
	return 1;
}

static bool memory_read(Dwfl *dwfl, Dwarf_Addr addr, Dwarf_Word *result, void *arg)
{
	uint32_t word;

	(void)dwfl, (void)arg;
	if (!stack_word(&current->now, (uint32_t)addr, &word))
		return false;
	*result = word;
	return true;
}

static bool set_registers(Dwfl_Thread *thread, void *arg)
{
	Dwarf_Word regs[16];

	(void)arg;
	for (unsigned i = 0; i < 16; i++)
		regs[i] = current->now.regs[i];
	/* libdwfl takes a frame's pc from lr unless it is told. */
	dwfl_thread_state_register_pc(thread, regs[PC]);
	return dwfl_thread_state_registers(thread, 0, 16, regs);
}

static const Dwfl_Thread_Callbacks callbacks = {
	.next_thread = next_thread,
	.memory_read = memory_read,
	.set_initial_registers = set_registers,
};

/* Does the call before this return address lead to the function of the last frame? */
static bool calls_last(const struct walk *w, uint32_t back)
{
	uint32_t target = symbols_call_target(w->symbols, back - 4);

	return target && symbols_start(w->symbols, target) == symbols_start(w->symbols, w->last_pc);
}

static bool add(struct walk *w, uint32_t pc, bool guessed)
{
	if (w->n == UNWIND_FRAMES)
		return false;
	w->frame[w->n++] = (struct unwind_frame){ pc, guessed, calls_last(w, pc) };
	return true;
}

static int on_frame(Dwfl_Frame *f, void *arg)
{
	struct walk *w = arg;
	Dwarf_Addr pc;
	Dwarf_Word sp = 0;

	if (!dwfl_frame_pc(f, &pc, NULL))
		return DWARF_CB_ABORT;
	if (w->first_seen) {
		/* Past the outermost function lr is no code of the file. */
		if (!symbols_start(w->symbols, (uint32_t)pc - 4))
			return DWARF_CB_ABORT;
		w->innermost = false;
		if (!add(w, (uint32_t)pc, false))
			return DWARF_CB_ABORT;
	}
	w->first_seen = true;
	w->last_pc = (uint32_t)pc;
	w->last_sp = dwfl_frame_reg(f, SP, &sp) == 0 ? (uint32_t)sp : 0;
	return DWARF_CB_OK;
}

/* Whether word follows a call; *exact if that call leads to the function at pc. */
static bool is_return(const struct walk *w, uint32_t word, bool *exact)
{
	if (word < 4 || symbols_insn(w->symbols, word - 4) != INSN_CALL)
		return false;
	*exact = calls_last(w, word);
	return true;
}

/* Where the stack holds a return address (word, or any if that is 0), a call of
 * this very function before all others. */
static bool find_return(const struct walk *w, uint32_t wanted, uint32_t *pc, uint32_t *sp)
{
	bool exact = false, found = false;
	uint32_t word;

	for (uint32_t i = 0; i < GUESS_WORDS && !exact; i++) {
		if (!stack_word(&w->now, w->last_sp + 4 * i, &word))
			break;
		if (wanted ? word != wanted : !is_return(w, word, &exact) || (found && !exact))
			continue;
		*pc = word;
		*sp = w->last_sp + 4 * i + 4;
		found = true;
		if (wanted)
			break;
	}
	return found;
}

/*
 * lr, if it can still be the return address, pushed as well or not; else the stack.  The call
 * before it need not lead here: what it called may have gone on by a branch, or through a pointer.
 * Only a return into the function itself is of a call that it made.
 */
static bool guess(const struct walk *w, uint32_t *pc, uint32_t *sp)
{
	uint32_t lr = w->now.regs[LR];
	bool exact = false;

	if (!w->innermost || !is_return(w, lr, &exact) ||
	    symbols_start(w->symbols, lr) == symbols_start(w->symbols, w->last_pc))
		return find_return(w, 0, pc, sp);
	if (!find_return(w, lr, pc, sp)) {
		*pc = lr;
		*sp = w->last_sp;
	}
	return true;
}

/* A function that libdwfl stopped in although it has a description has no
 * caller; only one without is worth a guess. */
static bool is_described(struct walk *w)
{
	Dwarf_Addr bias;
	Dwfl_Module *module = dwfl_addrmodule(symbols_dwfl(w->symbols), w->last_pc);
	Dwarf_CFI *cfi = module ? dwfl_module_dwarf_cfi(module, &bias) : NULL;
	Dwarf_Frame *frame = NULL;
	bool described = cfi && dwarf_cfi_addrframe(cfi, w->last_pc - bias, &frame) == 0;

	free(frame);
	return described;
}

unsigned unwind(struct symbols *s, const struct unwind_state *state,
		struct unwind_frame frame[UNWIND_FRAMES])
{
	struct walk w = { .symbols = s, .now = *state, .frame = frame, .innermost = true };
	Dwfl *dwfl = symbols_dwfl(s);

	if (!dwfl || (dwfl_pid(dwfl) < 0 && !dwfl_attach_state(dwfl, NULL, 1, &callbacks, NULL)))
		return 0;
	current = &w;
	while (w.n < UNWIND_FRAMES) {
		uint32_t pc, sp = 0;

		w.first_seen = false;
		w.last_pc = w.now.regs[PC];
		w.last_sp = w.now.regs[SP];
		dwfl_getthread_frames(dwfl, 1, on_frame, &w);
		if (is_described(&w) || !guess(&w, &pc, &sp) || !add(&w, pc, true))
			break;
		w.innermost = false;
		w.now.regs[PC] = pc;
		w.now.regs[SP] = sp;
	}
	current = NULL;
	return w.n;
}

unsigned unwind_stack(struct symbols *s, const struct wire_stack *c,
		      struct unwind_frame frame[UNWIND_FRAMES])
{
	struct unwind_state state = {
		.stack_va = c->stack_va,
		.stack = c->stack,
		.stack_length = c->stack_length < WIRE_STACK ? c->stack_length : WIRE_STACK,
	};

	memcpy(state.regs, c->regs, sizeof(state.regs));
	return unwind(s, &state, frame);
}
