// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Devices, seen by a region at the root of each one's address space.
 *
 * Every bus master has an address space: a struct with a name and a root region.
 * The root becomes a region of our own, of the kind that IOMMUs have, and an
 * address space that nobody else knows gets the former root.  The emulator asks
 * the region where each access goes; the answer is: to the same address in that
 * space.  CPUs have address spaces of their own and do not come here.
 */
#include <stdatomic.h>
#include <stdio.h>

#include "watch/devices/bus_masters.h"
#include "watch/devices/devices.h"
#include "watch/devices/physical.h"

/* An answer for any length.  Not all ones: the emulator adds 1 to it. */
#define WHOLE (~0ull >> 1)

/*
 * Where the length is not known.  8 bytes must be left of the granule: the
 * emulator takes memory that holds only a part of a word for no memory.
 */
#define GRANULE_MASK 31u
#define WORD_MAX     8u

static device_access_fn tell;
static const char *why_not = "devices are not watched";

static struct {
	_Atomic uint64_t rounded, lookups, muted, indirect_faults;
} counters;

/* Of each thread. */
static _Thread_local struct {
	/* The last access of a device but `memory`: it may go on through `memory`. */
	const struct device *outer; /* NULL: none */
	const void *frame;
	uint64_t addr;

	bool is_muted;
	bool is_probing, reached_memory; /* see leads_to_memory() */
} self;

static void add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

/* ---- accesses ---- */

static uint64_t granule_of(uint64_t addr)
{
	uint64_t mask = GRANULE_MASK;

	while ((addr | mask) - addr + 1 < WORD_MAX)
		mask = mask * 2 + 1;
	return mask;
}

static void enter_outer(const struct device *d, uint64_t addr, const void *frame)
{
	if (self.outer && self.outer->indirect)
		add(&counters.indirect_faults, 1);
	self.outer = d;
	self.frame = frame;
	self.addr = addr;
}

/*
 * Who accesses through `memory`?  The device whose access goes on to here, in
 * the same invocation of the emulator's function: the same frame.  (An IOMMU
 * reads its own tables in between, from another frame.)  NULL: it was told.
 */
static const struct device *accessor(uint64_t addr, const void *frame)
{
	const struct device *who = self.outer;

	if (!who || self.frame != frame)
		return masters.memory;
	self.outer = NULL;
	if (who->indirect)
		return who;
	return self.addr == addr ? NULL : masters.memory;
}

static void tell_access(const struct device *d, uint64_t addr, bool write, uint64_t length,
			bool exact)
{
	struct device *counted = masters.at[d->id];
	struct device_access a = {
		.name = d->name,
		.pa = addr,
		.length = length,
		.write = write,
		.vcpu_thread = qemu.in_vcpu_thread(),
		.is_physical = true,
		.extent = exact ? DEVICE_EXACT : DEVICE_ROUNDED,
		.id = d->id,
	};

	if (d != masters.memory && !d->indirect)
		a.is_physical = view_physical(d->target, masters.memory->target, addr, &a.pa);
	add(&counted->count[write], 1);
	add(&counted->bytes[write], length);
	if (!exact)
		add(&counters.rounded, 1);
	tell(&a);
}

void *seen_translate(struct opaque *region, uint64_t addr, bool write, const uint64_t *length,
		     const void *frame, uint64_t *mask)
{
	const struct device *d = (const struct device *)region, *who;

	if (self.is_probing && d == masters.memory)
		self.reached_memory = true;
	if (self.is_muted || self.is_probing) {
		/* Nothing is told, so there is no need to be asked again. */
		*mask = WHOLE;
		add(&counters.muted, 1);
		return d->target;
	}
	*mask = length ? WHOLE : granule_of(addr);
	/* Whoever has no length in mind asks where, and accesses nothing. */
	if (length && *length == ~0ull) {
		add(&counters.lookups, 1);
		return d->target;
	}
	if (d == masters.memory) {
		who = accessor(addr, frame);
	} else {
		enter_outer(d, addr, frame);
		who = d->indirect ? NULL : d;
	}
	if (who)
		tell_access(who, addr, write, length ? *length : (addr | *mask) - addr + 1, length);
	return d->target;
}

/*
 * An IOMMU that the guest did not set up yet passes all addresses on to
 * `memory`.  Some PCI hosts have a window in place of one, which ends elsewhere.
 */
bool leads_to_memory(void *space)
{
	self.is_probing = true;
	self.reached_memory = false;
	qemu.space_valid(space, 1u << 30, 1, false, 0);
	self.is_probing = false;
	return self.reached_memory;
}

/* ---- interface ---- */

static void on_machine_complete(struct qom_notifier *n, void *data)
{
	(void)n, (void)data;
	why_not = innards_probe();
	if (!why_not)
		why_not = masters_watch();
}

const char *devices_watch(device_access_fn fn)
{
	static struct qom_notifier notifier = { .notify = on_machine_complete };
	static char text[128];
	const char *missing = innards_find();

	if (missing) {
		snprintf(text, sizeof(text), "this emulator does not export %s", missing);
		return why_not = text;
	}
	tell = fn;
	why_not = "the machine is not complete yet";
	innards_register();
	qemu.add_init_done_notifier(&notifier);
	return NULL;
}

const char *devices_why_not(void)
{
	return why_not;
}

void devices_mute(bool mute)
{
	self.is_muted = mute;
}

bool devices_get(unsigned id, struct device_info *info)
{
	const struct device *d = id < masters.n ? masters.at[id] : NULL;

	if (!d)
		return false;
	*info = (struct device_info){
		.name = d->name,
		.type = d->type,
		.id = id,
		.indirect = d->indirect,
		.reads = d->count[0],
		.writes = d->count[1],
		.bytes_read = d->bytes[0],
		.bytes_written = d->bytes[1],
	};
	return true;
}

struct devices_counters devices_counters(void)
{
	return (struct devices_counters){
		.devices = masters.n,
		.late = masters.late,
		.too_many = masters.too_many,
		.rounded = counters.rounded,
		.lookups = counters.lookups,
		.muted = counters.muted,
		.indirect_faults = counters.indirect_faults,
	};
}
