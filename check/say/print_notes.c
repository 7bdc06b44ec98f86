// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* What a file says that may not be what was meant. */
#include "check/say/print.h"

static const struct litmus_instr *bare_access(const struct litmus *t, uint8_t alias,
					      const struct litmus_context **context)
{
	for (uint8_t c = 0; c < t->n_contexts; c++)
		for (uint8_t n = 0; n < t->context[c].n_instrs; n++) {
			const struct litmus_instr *i = &t->context[c].instr[n];

			*context = &t->context[c];
			if (i->bare && i->alias == alias && i->op <= OP_FETCH)
				return i;
		}
	return NULL;
}

/* An alias by itself is its first word for an access, and the whole page for maintenance. */
static bool note_whole_page(FILE *out, const struct litmus *t, const struct litmus_context *c,
			    const struct litmus_instr *i)
{
	const struct litmus_context *of = NULL;
	const struct litmus_instr *access;
	char whole[128], word[128];

	if (!i->bare || i->alias == LITMUS_NONE || !litmus_op_is_maintenance(i->op))
		return false;
	access = bare_access(t, i->alias, &of);
	if (!access)
		return false;
	fprintf(out,
		"%s:%u: note: %s is about all %u lines of %s, %s about one word: say which words\n",
		t->path, i->at.line, litmus_instr_text(t, c, i, whole, sizeof(whole)), t->lines,
		t->page[i->page].name, litmus_instr_text(t, of, access, word, sizeof(word)));
	return true;
}

void print_notes(FILE *out, const struct litmus *t)
{
	for (uint8_t c = 0; c < t->n_contexts && t->lines > 1; c++)
		for (uint8_t n = 0; n < t->context[c].n_instrs; n++)
			if (note_whole_page(out, t, &t->context[c], &t->context[c].instr[n]))
				return;
}
