// SPDX-License-Identifier: GPL-2.0-or-later
/* Which words in lr and on the stack can be return addresses: those that follow a call. */
#include "watch/plugin/trace.h"

#define WORDS 4096u

/*
 * The instruction is taken from the shadow, which knows all code that ran: any word of a stack comes
 * here, and to ask the emulator for what is at a device's address would read its registers.
 */
static bool follows_call(uint32_t word)
{
	const struct coh_shadow_page *page;
	uint32_t pa = word & 3 ? COH_VA_UNKNOWN : physical_of(word - 4), insn;

	page = pa == COH_VA_UNKNOWN ? NULL : coh_shadow_peek(tracer.shadow, pa);
	if (!page)
		return false;
	memcpy(&insn, page->newest + (pa & COH_PAGE_MASK & ~3u), sizeof(insn));
	return tracer.isa->is_call(insn);
}

/* Asked for the same few words again and again: the answers are kept. */
bool is_return_address(uint32_t word)
{
	static struct {
		uint32_t word;
		bool yes;
	} known_word[WORDS];
	unsigned i = (word >> 2 ^ word >> 14) % WORDS;

	if (known_word[i].word != word) {
		known_word[i].word = word;
		known_word[i].yes = follows_call(word);
	}
	return known_word[i].yes;
}
