/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The emulator from inside: functions and structs that are no plugin interface.
 *
 * No header of QEMU is used.  Functions are found by name in the running
 * executable; where a struct's field lies is found by experiments on objects of
 * our own, and each result is verified before it is used.  What is declared here
 * is as in QEMU 9.2 to 10.0.
 *
 * Structs of the emulator are ours to allocate, but their sizes are not known:
 * each lies at the start of OPAQUE zeroed bytes.  The largest is 280 bytes long
 * in 10.0.
 */
#ifndef COH_WATCH_DEVICES_INNARDS_H
#define COH_WATCH_DEVICES_INNARDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPAQUE 2048

struct opaque {
	uint64_t word[OPAQUE / 8];
};

/* A type of the object model, as it is registered. */
struct qom_type {
	const char *name, *parent;
	size_t instance_size, instance_align;
	void (*instance_init)(void *), (*instance_post_init)(void *), (*instance_finalize)(void *);
	bool abstract;
	size_t class_size;
	void (*class_init)(void *class, void *data);
	void (*class_base_init)(void *class, void *data);
	void *class_data, *interfaces;
};

struct qom_notifier {
	void (*notify)(struct qom_notifier *n, void *data);
	void *next, *prev;
};

/*
 * The answer of an IOMMU.  Exactly 40 bytes: a longer one would be written over
 * the caller's frame.  Newer versions have a field where 10.0 has padding, so it
 * is set to zero.
 */
struct translation_entry {
	void *target; /* address space */
	uint64_t from, to, mask;
	uint32_t permission, zero;
};

_Static_assert(sizeof(struct translation_entry) == 40, "the emulator's stack is smashed");

#define PERMIT_WRITE	  2u
#define PERMIT_READ_WRITE 3u

/* Functions of the emulator.  The attributes of an access are a word of 8 bytes. */
struct innards {
	void (*add_init_done_notifier)(struct qom_notifier *n);
	void *(*type_register)(const struct qom_type *type);
	void *(*class_by_name)(const char *name);
	void *(*object_class)(void *object);
	void *(*object_root)(void);
	int (*object_foreach)(void *object, int (*fn)(void *object, void *data), void *data);
	void *(*object_cast)(void *object, const char *type);
	const char *(*object_type)(void *object);
	void (*region_init)(void *region, void *owner, const char *name, uint64_t size);
	void (*region_init_iommu)(void *region, size_t instance, const char *type, void *owner,
				  const char *name, uint64_t size);
	void (*region_enable)(void *region, bool enabled);
	uint64_t (*region_min_page)(void *region);
	int (*region_indexes)(void *region);
	void (*begin)(void), (*commit)(void);
	void (*space_init)(void *space, void *root, const char *name);
	bool (*space_valid)(void *space, uint64_t addr, uint64_t length, bool write,
			    uint64_t attrs);
	void *(*space_map)(void *space, uint64_t addr, uint64_t *length, bool write,
			   uint64_t attrs);
	void (*space_unmap)(void *space, void *buffer, uint64_t length, bool write,
			    uint64_t accessed);
	int64_t (*cache_init)(void *cache, void *space, uint64_t addr, uint64_t length, bool write);
	uint32_t (*cache_read)(void *cache, uint64_t addr, void *buffer, uint64_t length);
	void (*listener_register)(void *listener, void *space);
	void (*bottom_half)(void *context, void (*fn)(void *), void *data, const char *name);
	void *(*main_context)(void);
	bool (*in_vcpu_thread)(void);
	void *memory; /* the address space that CPUs and simple devices share */
	/* May be NULL: this emulator has no PCI. */
	void *(*pci_space)(void *device);
	/* May be NULL: views that differ are not compared then. */
	void (*view_foreach)(void *view,
			     bool (*fn)(unsigned __int128 start, unsigned __int128 length,
					const void *region, uint64_t offset, void *data),
			     void *data);
};

extern struct innards qemu;

/* Offsets in words of 8 bytes. */
struct layout {
	unsigned space_root, space_name, space_next, space_view;
	unsigned class_translate;
	unsigned type_instance_size;
	unsigned listener_space, listener_link;
};

extern struct layout layout;

/* Returns NULL, or the name of the function that this emulator does not show. */
const char *innards_find(void);

/* Registers our types.  Once, before any object of theirs is made. */
void innards_register(void);

/*
 * innards_probe: finds `layout`, with the emulator's big lock held.  Returns
 * NULL, or what did not check out.  Must be called when the machine is complete.
 */
const char *innards_probe(void);

/* A region of our type: all accesses to it are asked of seen_translate(). */
void innards_region(struct opaque *region);

/* The size of an object by its type. */
size_t innards_object_size(void *object);

/*
 * innards_listen: on_commit is called after each change of the memory map, with
 * the emulator's big lock held, and once from here.  Returns NULL, or what did not
 * check out.
 */
const char *innards_listen(void (*on_commit)(void *listener));

/*
 * Is this word, in an object that starts at `start`, a listener's pointer to its
 * address space?  It belongs to the list that the listener is in.
 */
bool innards_is_listeners(const uint64_t *word, const uint64_t *start);

/*
 * Implemented by devices.c: one translation through a region of ours.
 * `length` is NULL where it is not known, else the bytes that the caller asks for.
 * Returns the address space that the access goes on to; *mask as the emulator
 * means it.  frame identifies the caller's invocation.
 */
void *seen_translate(struct opaque *region, uint64_t addr, bool write, const uint64_t *length,
		     const void *frame, uint64_t *mask);

#endif
