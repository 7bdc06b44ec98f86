// SPDX-License-Identifier: GPL-2.0-or-later
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>

#include "watch/devices/devices.h"
#include "watch/plugin/guest_ram.h"

#define PAGE_MASK 4095u

/* One contiguous stretch of RAM, from the first page that was seen of it on. */
struct extent {
	uint64_t start, length;
	const uint8_t *host;
};

#define EXTENTS_MAX 16

static struct extent extents[EXTENTS_MAX];
static unsigned n_extents;
static void *(*map_physical)(uint64_t addr, uint64_t *length, bool is_write);

bool guest_ram_init(void)
{
	/* For tests of what happens where the function is not exported. */
	if (getenv("COHERER_NO_RAM"))
		return false;
	*(void **)&map_physical = dlsym(RTLD_DEFAULT, "cpu_physical_memory_map");
	return map_physical != NULL;
}

static const uint8_t *find(uint32_t pa)
{
	for (unsigned i = 0; i < n_extents; i++)
		if (pa - extents[i].start < extents[i].length)
			return extents[i].host + (pa - extents[i].start);
	return NULL;
}

const uint8_t *guest_ram_page(uint32_t pa, bool is_ram)
{
	struct extent *e = &extents[n_extents];
	const uint8_t *host;

	pa &= ~PAGE_MASK;
	host = find(pa);
	if (host || !is_ram || !map_physical || n_extents == EXTENTS_MAX)
		return host;
	e->start = pa;
	e->length = 0x100000000ull - pa;
	devices_mute(true);
	e->host = map_physical(pa, &e->length, false);
	devices_mute(false);
	if (!e->host || e->length <= PAGE_MASK)
		return NULL;
	n_extents++;
	return e->host;
}
