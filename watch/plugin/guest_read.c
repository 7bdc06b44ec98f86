// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plugin interface reads with the current privilege, and a user mode may not see the kernel's
 * memory.  So the tables are walked here and RAM is read in place.  Where the emulator does not
 * show its RAM the interface must do.
 */
#include "watch/plugin/guest_read.h"

#include "watch/plugin/guest_ram.h"
#include "watch/plugin/trace.h"

static bool read_ram_word(uint32_t pa, uint32_t *word)
{
	const uint8_t *page = guest_ram_page(pa, false);

	if (page)
		memcpy(word, page + (pa & COH_PAGE_MASK & ~3u), sizeof(*word));
	return page != NULL;
}

bool guest_physical(uint32_t va, uint32_t *pa)
{
	struct translation t;

	va = mmu_modified_va(&tracer.mmu, va);
	if (tracer.isa->walk(&tracer.mmu, va, read_ram_word, &t) != WALK_OK)
		return false;
	*pa = t.pa;
	return true;
}

/* Within one KiB, the smallest page. */
static bool read_part(uint32_t va, uint8_t *to, uint32_t n)
{
	const uint8_t *page;
	uint32_t pa;

	if (!tracer.sees_ram) {
		g_byte_array_set_size(tracer.scratch, 0);
		if (!qemu_plugin_read_memory_vaddr(va, tracer.scratch, n))
			return false;
		memcpy(to, tracer.scratch->data, n);
		return true;
	}
	if (!guest_physical(va, &pa))
		return false;
	page = guest_ram_page(pa, false);
	if (page)
		memcpy(to, page + (pa & COH_PAGE_MASK), n);
	return page != NULL;
}

bool guest_read(uint32_t va, void *to, uint32_t n)
{
	uint8_t *bytes = to;

	while (n) {
		uint32_t room = 1024 - va % 1024, part = n < room ? n : room;

		if (!read_part(va, bytes, part))
			return false;
		va += part;
		bytes += part;
		n -= part;
	}
	return true;
}

bool guest_read_word(uint32_t va, uint32_t *word)
{
	return !(va & 3) && guest_read(va, word, sizeof(*word));
}
