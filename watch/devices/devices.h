/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the emulated devices do to guest memory, access by access.
 *
 * The protocol of use:
 *   1. qemu_plugin_install calls devices_watch(fn) once.
 *   2. When the machine is complete, and before its first instruction, the
 *      devices are found and watched.  From then on devices_why_not() says
 *      whether they are, and fn is called.
 *   3. Code of the plugin that maps physical memory does so between
 *      devices_mute(true) and devices_mute(false).
 *
 * Words: an address space is the emulator's word for what one bus master sees.
 * A granule is the piece that is reported where the length of an access cannot
 * be known.
 */
#ifndef COH_WATCH_DEVICES_DEVICES_H
#define COH_WATCH_DEVICES_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

#define DEVICES_MAX 256u /* watched; their numbers are below it */

/* How much is known of the length. */
enum device_extent {
	DEVICE_EXACT,	/* the access, or the mapping, has this length */
	DEVICE_ROUNDED, /* the access goes on to the end of the granule, or ends before */
};

/*
 * One access of a device, or one mapping of a buffer for accesses to come.
 *
 * A write is told before the bytes change.  A mapping is told once, when the
 * device maps the buffer: it reads or writes it at any time until its request is
 * complete, and it may use less of it than it mapped.
 */
struct device_access {
	const char *name; /* lives as long as the emulator */
	uint64_t pa;	  /* physical; the device's own address if not is_physical */
	bool is_physical; /* false: the CPU does not see this place */
	uint64_t length;  /* in bytes, not 0 */
	bool write;
	bool vcpu_thread; /* registers may be read: the CPU's instruction caused it */
	enum device_extent extent;
	unsigned id; /* of the device, from 0, in the order in which they were found */
};

/*
 * Called in any thread, in several at once, with the emulator's big lock or
 * without.  Must not call the emulator but for muted reads of memory.
 */
typedef void (*device_access_fn)(const struct device_access *a);

struct device_info {
	const char *name; /* unique: the second "e1000" is "e1000 2" */
	const char *type; /* in the emulator's object model, NULL if it is not known */
	unsigned id;
	bool indirect; /* behind an IOMMU: told with the address that comes out of it */
	uint64_t reads, writes, bytes_read, bytes_written;
};

/* What was done, and what was not seen.  All but `devices` count events. */
struct devices_counters {
	unsigned devices;	  /* watched */
	unsigned late;		  /* of these, found after the machine's start (hot plug) */
	unsigned too_many;	  /* not watched: the table is full */
	uint64_t rounded;	  /* accesses told as DEVICE_ROUNDED */
	uint64_t lookups;	  /* translations that access nothing (vhost) */
	uint64_t muted;		  /* accesses of the plugin itself */
	uint64_t indirect_faults; /* accesses that an IOMMU did not let through */
};

/*
 * devices_watch: asks for fn to be called at each access of a device.  Returns
 * NULL, or the reason why devices cannot be seen: one sentence without a full
 * stop.  That later steps succeed is known from devices_why_not() only.
 */
const char *devices_watch(device_access_fn fn);

/*
 * devices_why_not: NULL if devices are being watched, else the reason: before
 * the machine is complete, that it is not.
 */
const char *devices_why_not(void);

/* Accesses of the calling thread are not told, or told again. */
void devices_mute(bool mute);

/* The device with this id.  Returns false if there is none. */
bool devices_get(unsigned id, struct device_info *info);

struct devices_counters devices_counters(void);

#endif
