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

static bool physical_in(const struct mmu *mmu, uint32_t va, uint32_t *pa)
{
	struct translation t;

	va = mmu_modified_va(mmu, va);
	if (tracer.isa->walk(mmu, va, read_ram_word, &t) != WALK_OK)
		return false;
	*pa = t.pa;
	return true;
}

bool guest_physical(uint32_t va, uint32_t *pa)
{
	return physical_in(&tracer.mmu, va, pa);
}

/* Within one KiB, the smallest page. */
static bool read_part(const struct mmu *mmu, uint32_t va, uint8_t *to, uint32_t n)
{
	const uint8_t *page;
	uint32_t pa;

	if (!physical_in(mmu, va, &pa))
		return false;
	page = guest_ram_page(pa, false);
	if (page)
		memcpy(to, page + (pa & COH_PAGE_MASK), n);
	return page != NULL;
}

static bool read_by(const struct mmu *mmu, uint32_t va, void *to, uint32_t n)
{
	uint8_t *bytes = to;

	while (n) {
		uint32_t room = 1024 - va % 1024, part = n < room ? n : room;

		if (!read_part(mmu, va, bytes, part))
			return false;
		va += part;
		bytes += part;
		n -= part;
	}
	return true;
}

bool guest_read(uint32_t va, void *to, uint32_t n)
{
	if (tracer.sees_ram)
		return read_by(&tracer.mmu, va, to, n);
	g_byte_array_set_size(tracer.scratch, 0);
	if (!qemu_plugin_read_memory_vaddr(va, tracer.scratch, n))
		return false;
	memcpy(to, tracer.scratch->data, n);
	return true;
}

bool guest_read_in(uint32_t tables, uint32_t va, void *to, uint32_t n)
{
	struct mmu mmu = tracer.mmu;

	mmu.tables = tables;
	return tracer.sees_ram && read_by(&mmu, va, to, n);
}

bool guest_read_word(uint32_t va, uint32_t *word)
{
	return !(va & 3) && guest_read(va, word, sizeof(*word));
}

bool guest_read_string(uint32_t va, char *to, uint32_t size)
{
	memset(to, 0, size);
	for (uint32_t i = 0; i + 1 < size; i++) {
		if (!guest_read(va + i, to + i, 1))
			return false;
		if (!to[i])
			return true;
	}
	return true;
}
