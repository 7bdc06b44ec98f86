// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which address spaces are devices', and who owns them.
 *
 * Devices on the same bus as the CPU share one address space, `memory`.  Those
 * that hold a pointer to it (virtio does) get one with their name instead.  Where
 * the emulator's code names the shared one there is nothing to change, and the
 * device is called "memory".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "watch/devices/bus_masters.h"
#include "watch/devices/physical.h"

#define HITS_MAX 256u

struct masters masters;

/* ---- address spaces ---- */

static const void *root_of(const void *space)
{
	return (const void *)(uintptr_t)((const uint64_t *)space)[layout.space_root];
}

static const char *name_of(const void *space)
{
	return (const char *)(uintptr_t)((const uint64_t *)space)[layout.space_name];
}

static void *next_of(const void *space)
{
	return (void *)(uintptr_t)((const uint64_t *)space)[layout.space_next];
}

/*
 * Address spaces that are no bus master's: of CPUs, of what lies between a master
 * and its memory or registers (TrustZone's controllers, windows, bridges), of
 * IOMMUs (their users are devices, which have address spaces of their own), and
 * our own.  '*' stands at either end.
 */
static const char *const no_devices[] = {
	"cpu-*",
	"I/O",
	"*-io",
	"bitband-source",
	"tz-*",
	"virtio-pci-cfg-*",
	"pci_bridge_pci_*",
	"*iommu*",
	"vtd-root",
	"coherer-*",
	"IOCSR",
	"ER",
	"*-regs",
};

static bool matches(const char *name, const char *pattern)
{
	size_t n = strlen(name), p = strlen(pattern);
	char text[32];

	if (pattern[0] == '*' && pattern[p - 1] == '*') {
		snprintf(text, sizeof(text), "%.*s", (int)p - 2, pattern + 1);
		return strstr(name, text);
	}
	if (pattern[0] == '*')
		return n >= p - 1 && !strcmp(name + n - (p - 1), pattern + 1);
	if (pattern[p - 1] == '*')
		return !strncmp(name, pattern, p - 1);
	return !strcmp(name, pattern);
}

static bool is_device(const void *space)
{
	for (size_t i = 0; i < sizeof(no_devices) / sizeof(no_devices[0]); i++)
		if (matches(name_of(space), no_devices[i]))
			return false;
	return root_of(space);
}

static bool is_watched(const void *space)
{
	for (unsigned i = 0; i < masters.n; i++)
		if (masters.at[i]->space == space)
			/* Else the space was destroyed, and another one has its place. */
			return root_of(space) == &masters.at[i]->region ||
			       &masters.at[i]->own == space;
	return false;
}

/* "e1000", then "e1000 2"; "-device" at the end says nothing. */
static char *unique_name(const char *name)
{
	size_t n = strlen(name), tail = strlen("-device");
	unsigned same = 1;
	char *unique = malloc(n + 16);

	if (!unique)
		return NULL;
	if (n > tail && !strcmp(name + n - tail, "-device"))
		n -= tail;
	for (unsigned i = 0; i < masters.n; i++)
		if (!strncmp(masters.at[i]->name, name, n) &&
		    (masters.at[i]->name[n] == '\0' || masters.at[i]->name[n] == ' '))
			same++;
	snprintf(unique, n + 16, same > 1 ? "%.*s %u" : "%.*s", (int)n, name, same);
	return unique;
}

static struct device *new_device(const char *name)
{
	struct device *d = masters.n < DEVICES_MAX ? calloc(1, sizeof(*d)) : NULL;

	if (d)
		d->name = unique_name(name);
	if (!d || !d->name) {
		masters.too_many++;
		free(d);
		return NULL;
	}
	d->id = masters.n;
	innards_region(&d->region);
	masters.at[d->id] = d;
	/* Readers of the table come by number. */
	masters.n++;
	return d;
}

/* The struct's root is written in place: the next commit takes it up. */
static void watch_space(void *space)
{
	struct device *d = new_device(name_of(space));

	if (!d)
		return;
	qemu.space_init(&d->beyond, (void *)root_of(space), "coherer-beyond");
	d->target = &d->beyond;
	d->space = space;
	((uint64_t *)space)[layout.space_root] = (uintptr_t)&d->region;
	if (space == qemu.memory)
		masters.memory = d;
}

static void watch_spaces(void)
{
	void *next;

	for (void *space = qemu.memory; space; space = next) {
		/* watch_space() adds to the end of the list. */
		next = next_of(space);
		if (is_device(space) && !is_watched(space))
			watch_space(space);
	}
}

/* ---- objects ---- */

/* A pointer to `memory` in a device's struct. */
struct hit {
	uint64_t *at;
	void *object;
};

static struct hit hit[HITS_MAX];
static unsigned n_hits;

/* Children come after their parents: of nested structs the innermost stays. */
static void note_hit(uint64_t *at, void *object)
{
	for (unsigned i = 0; i < n_hits; i++)
		if (hit[i].at == at) {
			hit[i].object = object;
			return;
		}
	if (n_hits == HITS_MAX)
		masters.too_many++;
	else
		hit[n_hits++] = (struct hit){ at, object };
}

static bool holds(const uint64_t *object, size_t words, const void *value)
{
	for (size_t i = 0; i < words; i++)
		if (object[i] == (uintptr_t)value)
			return true;
	return false;
}

static bool lies_in(const void *space, const void *object, size_t size)
{
	return (uintptr_t)space - (uintptr_t)object < size;
}

/* Some devices do not name their address space, or name it after its use. */
static void name_by_type(struct device *d)
{
	const char *name = name_of(d->space);
	char *better;

	if (!d->type || (strcmp(name, "anonymous") && strcmp(name, "dma")))
		return;
	better = unique_name(d->type);
	if (better)
		d->name = better;
}

/*
 * A PCI device's accesses go through an IOMMU, or through our region of `memory`
 * if it was plugged in after that had become the root: then the second
 * translation tells the address.
 */
static bool is_indirect(void *object, size_t size)
{
	void *space;

	if (!qemu.pci_space || !qemu.object_cast(object, "pci-device"))
		return false;
	space = qemu.pci_space(object);
	return holds(object, size / 8, &masters.memory->region) ||
	       (space != qemu.memory && leads_to_memory(space));
}

/* The devices whose address spaces are in this object.  Of nested ones the innermost stays. */
static void look_at_spaces(void *object, size_t size)
{
	for (unsigned i = 0; i < masters.n; i++) {
		struct device *d = masters.at[i];

		if (d->space == &d->own || !lies_in(d->space, object, size))
			continue;
		d->type = qemu.object_type(object);
		if (!d->is_looked_at)
			d->indirect = is_indirect(object, size);
	}
}

static int look_at_object(void *object, void *data)
{
	size_t size;
	uint64_t *word = object;

	(void)data;
	if (!qemu.object_cast(object, "device") || qemu.object_cast(object, "cpu"))
		return 0;
	size = innards_object_size(object);
	look_at_spaces(object, size);
	for (size_t i = 0; i < size / 8; i++)
		if (word[i] == (uintptr_t)qemu.memory && !innards_is_listeners(&word[i], object))
			note_hit(&word[i], object);
	return 0;
}

/* A device with a pointer to `memory` gets one to a space of its own name. */
static void watch_pointer(const struct hit *h)
{
	struct device *d = new_device(qemu.object_type(h->object));

	if (!d)
		return;
	d->target = masters.memory->target;
	d->type = qemu.object_type(h->object);
	d->space = &d->own;
	qemu.space_init(&d->own, &d->region, "coherer-own");
	*h->at = (uintptr_t)&d->own;
}

static void watch_pointers(void)
{
	n_hits = 0;
	qemu.object_foreach(qemu.object_root(), look_at_object, NULL);
	for (unsigned i = 0; i < masters.n; i++) {
		/* Once only: later the space may be gone, and its name with it. */
		if (!masters.at[i]->is_looked_at)
			name_by_type(masters.at[i]);
		masters.at[i]->is_looked_at = true;
	}
	for (unsigned i = 0; i < n_hits; i++)
		watch_pointer(&hit[i]);
}

/* ---- start, and what comes later ---- */

/* Changes with the set of address spaces. */
static uintptr_t signature(void)
{
	uintptr_t sum = 0;

	for (const void *space = qemu.memory; space; space = next_of(space))
		sum = sum * 31 + (uintptr_t)space;
	return sum;
}

static uintptr_t known; /* 0: the devices were not looked for yet */

static void watch_all(void)
{
	static struct opaque none;

	qemu.begin();
	watch_spaces();
	/* A change of any region makes the commit look at the roots again. */
	if (!none.word[0])
		innards_region(&none);
	qemu.region_enable(&none, false);
	qemu.region_enable(&none, true);
	qemu.commit();
	/* Needs the new roots: whether an access leads to `memory` is tried out. */
	watch_pointers();
	known = signature();
}

static bool is_scheduled;

/*
 * A device can be half made when it is found: making one may run the main loop,
 * and its pointer to `memory` comes late.  So the next changes of the memory map,
 * which come when the guest sets the device up, are looked at as well.
 */
#define LOOKS_AGAIN 8u
static unsigned looks_again;

static void watch_late(void *data)
{
	unsigned before = masters.n;

	(void)data;
	is_scheduled = false;
	looks_again = signature() != known ? LOOKS_AGAIN : looks_again - 1;
	watch_all();
	masters.late += masters.n - before;
}

/*
 * The emulator's memory map changed, as it does when a device is plugged in.
 * Its map must not be changed in here: that waits for the main loop.
 */
static void on_commit(void *listener)
{
	(void)listener;
	view_forget();
	if (known && !is_scheduled && (looks_again || signature() != known)) {
		is_scheduled = true;
		qemu.bottom_half(qemu.main_context(), watch_late, NULL, "coherer-devices");
	}
}

const char *masters_watch(void)
{
	const char *why = innards_listen(on_commit);

	if (!why)
		watch_all();
	return why;
}
