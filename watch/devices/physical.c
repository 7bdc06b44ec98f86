// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a device's address to a physical one.
 *
 * Most devices see memory where the CPU sees it.  Some have a view of their own:
 * RAM from 0 on, or at a second place (Raspberry Pi, Aspeed).  The emulator keeps
 * each view as a list of ranges of regions; a place in a region that is in both
 * lists has an address in each.
 */
#include <pthread.h>

#include "watch/devices/innards.h"
#include "watch/devices/physical.h"

#define RANGES_MAX 256u

struct range {
	uint64_t start, last;
	uint64_t offset; /* in the region */
	const void *region;
};

struct ranges {
	const void *view; /* NULL: not filled */
	unsigned n;
	struct range at[RANGES_MAX];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct ranges device, memory; /* of the last question; under the lock */

/* The emulator's 128-bit numbers are passed as the compiler's are. */
static bool collect(unsigned __int128 start, unsigned __int128 length, const void *region,
		    uint64_t offset, void *data)
{
	struct ranges *r = data;

	if (r->n < RANGES_MAX)
		r->at[r->n++] = (struct range){
			.start = (uint64_t)start,
			.last = (uint64_t)(start + length - 1),
			.offset = offset,
			.region = region,
		};
	return false;
}

static void fill(struct ranges *r, const void *view)
{
	if (r->view == view)
		return;
	r->n = 0;
	r->view = view;
	qemu.view_foreach((void *)view, collect, r);
}

void view_forget(void)
{
	pthread_mutex_lock(&lock);
	device.view = memory.view = NULL;
	pthread_mutex_unlock(&lock);
}

static bool find_in_memory(const void *region, uint64_t offset, uint64_t *pa)
{
	for (unsigned i = 0; i < memory.n; i++) {
		const struct range *r = &memory.at[i];

		if (r->region == region && offset - r->offset <= r->last - r->start) {
			*pa = r->start + (offset - r->offset);
			return true;
		}
	}
	return false;
}

static bool find(uint64_t addr, uint64_t *pa)
{
	for (unsigned i = 0; i < device.n; i++) {
		const struct range *r = &device.at[i];

		if (addr >= r->start && addr <= r->last)
			return find_in_memory(r->region, addr - r->start + r->offset, pa);
	}
	return false;
}

static const void *view_of(const void *space)
{
	return (const void *)(uintptr_t)((const uint64_t *)space)[layout.space_view];
}

bool view_physical(const void *space, const void *memory_space, uint64_t addr, uint64_t *pa)
{
	const void *view = view_of(space), *memory_view = view_of(memory_space);
	bool found;

	*pa = addr;
	/* Views with the same root are the same object. */
	if (view == memory_view)
		return true;
	if (!qemu.view_foreach)
		return false;
	pthread_mutex_lock(&lock);
	fill(&device, view);
	fill(&memory, memory_view);
	found = find(addr, pa);
	pthread_mutex_unlock(&lock);
	return found;
}
