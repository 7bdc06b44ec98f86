// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Why an access through an alias cannot be: each mistake has its own words. */
#include <stdio.h>

#include "check/system/layer.h"
#include "check/system/system_internal.h"

static const char *verb_of(const struct litmus_instr *i)
{
	return i->op == OP_STORE ? "store" : i->op == OP_LOAD ? "load" : "fetch";
}

static uint32_t right_of(const struct litmus_instr *i)
{
	return i->op == OP_STORE  ? COH_MACHINE_WRITE
	       : i->op == OP_LOAD ? COH_MACHINE_READ
				  : COH_MACHINE_EXEC;
}

/* Does any statement of the test do op to this alias? */
static bool test_has(const struct litmus *t, uint8_t alias, enum litmus_op op)
{
	for (uint8_t c = 0; c < t->n_contexts; c++)
		for (uint8_t i = 0; i < t->context[c].n_instrs; i++)
			if (t->context[c].instr[i].op == op &&
			    t->context[c].instr[i].alias == alias)
				return true;
	return false;
}

bool fault_is_of_other_mm(const struct system *s, unsigned c, const struct litmus_instr *i,
			  char *text, size_t size)
{
	const struct litmus_alias *a = &s->test->alias[i->alias];
	const struct litmus_context *context = context_of(s, c);
	uint32_t mm = coh_machine_mm(s->machine, s->run->context[c].cpu);

	if (a->kind != LITMUS_USER || mm == a->mm + 1u)
		return false;
	if (context->kind != LITMUS_PROCESS)
		snprintf(text, size,
			 "%s is an address of mm %u, and %s comes while another mm is current: "
			 "expected a kernel alias in an interrupt",
			 a->name, a->mm, context->name);
	else if (context->mm == LITMUS_NONE)
		snprintf(text, size,
			 "%s is an address of mm %u, and %s has no mm: expected %s (mm %u), or a "
			 "kernel alias",
			 a->name, a->mm, context->name, context->name, a->mm);
	else
		snprintf(text, size,
			 "%s is an address of mm %u, and %s runs in mm %u here: expected an alias "
			 "of that mm, or of the kernel",
			 a->name, a->mm, context->name, mm ? mm - 1 : 0);
	return true;
}

void fault_not_mapped(const struct system *s, uint8_t alias, char *text, size_t size)
{
	const struct litmus *t = s->test;
	const struct litmus_alias *a = &t->alias[alias];
	const char *map = t->uses_layer ? "mmap" : "map",
		   *unmap = t->uses_layer ? "munmap" : "unmap";
	bool maps = test_has(t, alias, t->uses_layer ? OP_MMAP : OP_MAP);
	bool unmaps = test_has(t, alias, t->uses_layer ? OP_MUNMAP : OP_UNMAP);

	if (a->unmapped && !maps)
		snprintf(text, size,
			 "%s is declared unmapped, and nothing maps it: expected %s(%s) before "
			 "this, "
			 "or no 'unmapped'",
			 a->name, map, a->name);
	else if (a->unmapped)
		snprintf(text, size,
			 "%s is not mapped here: expected its %s(%s) before this in every "
			 "order%s",
			 a->name, map, a->name, unmaps ? ", and its unmap behind it" : "");
	else
		snprintf(
			text, size,
			"%s is not mapped any more: expected this before its %s(%s) in every order",
			a->name, unmap, a->name);
}

void fault_right(const struct system *s, const struct litmus_instr *i, uint32_t rights, char *text,
		 size_t size)
{
	const char *name = s->test->alias[i->alias].name;

	if (rights & right_of(i))
		snprintf(text, size,
			 "an old entry of the TLB does not let %s %s: expected invalidate_tlb(%s) "
			 "behind what gave it the right",
			 name, verb_of(i), name);
	else
		snprintf(text, size,
			 "%s is mapped, but without the right to %s (its rights are %s%s%s)", name,
			 verb_of(i),
			 !rights		     ? "none"
			 : rights & COH_MACHINE_READ ? "r"
						     : "",
			 rights & COH_MACHINE_WRITE ? "w" : "",
			 rights & COH_MACHINE_EXEC ? "x" : "");
}

void fault_say(struct system *s, unsigned c, const struct litmus_instr *i, uint64_t va)
{
	const struct litmus_alias *a = &s->test->alias[i->alias];
	uint32_t mm = a->kind == LITMUS_USER ? a->mm + 1u : COH_MACHINE_KERNEL, rights = 0;
	char text[sizeof(s->error)];

	if (!fault_is_of_other_mm(s, c, i, text, sizeof(text))) {
		if (coh_machine_translation(s->machine, mm, va, NULL, &rights, NULL))
			fault_not_mapped(s, i->alias, text, sizeof(text));
		else
			fault_right(s, i, rights, text, sizeof(text));
	}
	raw_fail(s, i, "%s", text);
}
