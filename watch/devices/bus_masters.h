/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The devices that are watched, by number.  Private to the plugin's devices.
 */
#ifndef COH_WATCH_DEVICES_BUS_MASTERS_H
#define COH_WATCH_DEVICES_BUS_MASTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "watch/devices/devices.h"
#include "watch/devices/innards.h"

struct device {
	struct opaque region; /* first: a region leads to its device */
	struct opaque beyond; /* address space with the former root */
	struct opaque own;    /* address space in place of `memory`, if it held a pointer */
	void *space;	      /* whose root `region` is */
	void *target;	      /* where accesses go on */
	char *name;
	const char *type; /* of the object that holds the space, NULL if none was found */
	unsigned id;
	bool indirect, is_looked_at;
	_Atomic uint64_t count[2], bytes[2]; /* read, written */
};

/* Changed with the emulator's big lock held; entries are added, and never go. */
struct masters {
	struct device *at[DEVICES_MAX];
	_Atomic unsigned n;
	struct device *memory;
	unsigned late, too_many; /* see devices.h */
};

extern struct masters masters;

/*
 * masters_watch: finds all devices and watches them, now and whenever the memory
 * map changes.  Must be called after innards_probe(), with the big lock held.
 * Returns NULL, or why not.
 */
const char *masters_watch(void);

/* Implemented by devices.c: does an access to this space go on to `memory`? */
bool leads_to_memory(void *space);

#endif
