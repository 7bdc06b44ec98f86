// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Experiments on the running emulator: where the fields lie that we need.
 *
 * The length of an access is the best of them.  The emulator asks an IOMMU for
 * an address only; how many bytes it wants is in a variable of its caller, and
 * translate() finds a pointer to it in the frame above its own.  Which word that
 * is was fixed when the emulator was compiled, for each place that calls us.  So
 * accesses of known lengths are made, and the words are kept that pointed to the
 * length each time.  With the length known the answer can cover any range, so
 * that a transfer of any size costs one translation.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "watch/devices/innards.h"

#define TYPE_NAME  "coherer-iommu-memory-region"
#define OTHER_NAME "coherer-size-probe"
/* Not what any other type has, so that they can be found; room for the emulator's part. */
#define TYPE_SIZE  2008u
#define OTHER_SIZE 2024u
#define CLASS_SIZE 1024u

#define PROBE_ADDRESS 0x123456780ull

struct layout layout;

static struct opaque nothing_root, nothing, nothing_too, probe_region, probe_space;

/* ---- where the length is ---- */

/* Words looked at: saved registers are below the frame's address, or just above it. */
#define SLOT_FIRST (-16)
#define SLOTS	   128
#define SITES	   8
#define NO_SLOT	   SLOTS

/* A place in the emulator that calls translate(). */
struct site {
	const void *from;
	bool candidate[SLOTS];
	unsigned trials;
	int slot;
};

/* A place that was tried less often is not believed: a word may have matched by chance. */
#define TRIALS_MIN 8u

static struct site sites[SITES];
static unsigned n_sites;

/* The access that an experiment makes.  Only the first translation counts. */
static struct {
	bool armed, write, wrong_slot, marked;
	uint64_t length;
	unsigned seen;
	uintptr_t stack_end;
} trial;

static struct site *site_of(const void *from)
{
	for (unsigned i = 0; i < n_sites; i++)
		if (sites[i].from == from)
			return &sites[i];
	return NULL;
}

static struct site *new_site(const void *from)
{
	struct site *s = &sites[n_sites];

	if (n_sites == SITES)
		return NULL;
	n_sites++;
	s->from = from;
	s->slot = NO_SLOT;
	memset(s->candidate, true, sizeof(s->candidate));
	return s;
}

/* Is the word a pointer up the stack, to the length of the trial? */
static bool points_to_length(uint64_t word, const uint64_t *frame)
{
	return word > (uintptr_t)frame && word <= trial.stack_end - 8 && !(word & 7) &&
	       *(const uint64_t *)(uintptr_t)word == trial.length;
}

static void learn(uint64_t addr, bool write, const uint64_t *frame, const void *from)
{
	struct site *s;

	if (!trial.armed)
		return;
	trial.armed = false;
	if (addr != PROBE_ADDRESS || write != trial.write)
		return;
	trial.seen++;
	s = site_of(from);
	if (!s)
		s = new_site(from);
	if (!s)
		return;
	s->trials++;
	for (int i = 0; i < SLOTS; i++)
		if (!points_to_length(frame[SLOT_FIRST + i], frame))
			s->candidate[i] = false;
}

/*
 * The length of the access that calls us now.  The bound on the pointer holds
 * for every caller (the variable is the caller's, some frames above); it is there
 * so that a call from elsewhere is not believed.
 */
static const uint64_t *length_of(const uint64_t *frame, const void *from)
{
	const struct site *s = site_of(from);
	uintptr_t at;

	if (!s || s->slot == NO_SLOT)
		return NULL;
	at = frame[SLOT_FIRST + s->slot];
	if (at <= (uintptr_t)frame || at - (uintptr_t)frame > 8192 || at & 7 ||
	    !*(const uint64_t *)at)
		return NULL;
	return (const uint64_t *)at;
}

/*
 * The emulator's question to an IOMMU.  It stores the registers that its caller
 * may hold the pointer in, and has a frame address of its own: without these two
 * the word's place would not be fixed.  Never inlined, so that the
 * experiments and all later calls run the same code.
 */
static __attribute__((noinline)) struct translation_entry translate(void *region, uint64_t addr,
								    int flags, int index)
{
	const uint64_t *frame = __builtin_frame_address(0);
	const void *from = __builtin_return_address(0);
	struct translation_entry e = { .from = addr, .to = addr, .permission = PERMIT_READ_WRITE };
	bool write = flags & PERMIT_WRITE;

	(void)index;
	__builtin_unwind_init();
	if (region == &probe_region) {
		learn(addr, write, frame, from);
		e.target = &nothing;
		e.mask = ~0ull >> 1;
		return e;
	}
	e.target = seen_translate(region, addr, write, length_of(frame, from), frame, &e.mask);
	return e;
}

static uintptr_t stack_end(void)
{
	pthread_attr_t attr;
	void *low = NULL;
	size_t size = 0;

	if (pthread_getattr_np(pthread_self(), &attr))
		return 0;
	pthread_attr_getstack(&attr, &low, &size);
	pthread_attr_destroy(&attr);
	return (uintptr_t)low + size;
}

static void begin_trial(uint64_t length, bool write)
{
	trial.length = length;
	trial.write = write;
	trial.armed = true;
}

/*
 * Each way in which devices come to translate().  Nothing is behind the probe's
 * address, so nothing is read or written.
 */
static void make_accesses(uint64_t length)
{
	static struct opaque cache;
	uint8_t buffer[64];
	uint64_t mapped = length;
	void *at;

	for (int write = 0; write < 2; write++) {
		begin_trial(length, write);
		qemu.space_valid(&probe_space, PROBE_ADDRESS, length, write, 0);
	}
	begin_trial(length, true);
	at = qemu.space_map(&probe_space, PROBE_ADDRESS, &mapped, true, 0);
	if (at)
		qemu.space_unmap(&probe_space, at, mapped, true, 0);
	if (qemu.cache_init(&cache, &probe_space, PROBE_ADDRESS, length, false) < (int64_t)length)
		return;
	begin_trial(length, false);
	qemu.cache_read(&cache, 0, buffer, length);
	trial.armed = false;
}

/* Not an error if there is none: accesses are told in granules then. */
static void find_lengths(void)
{
	static const uint64_t lengths[] = { 3, 7, 13, 24, 41, 57, 2, 64 };

	/* For tests of what happens where they are not found. */
	if (getenv("COHERER_NO_LENGTHS"))
		return;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		make_accesses(lengths[i]);
	for (unsigned i = 0; i < n_sites; i++)
		for (int slot = SLOTS - 1; slot >= 0; slot--)
			if (sites[i].candidate[slot] && sites[i].trials >= TRIALS_MIN)
				sites[i].slot = slot;
}

/* ---- classes and types ---- */

static uint64_t marker(void *region)
{
	(void)region;
	trial.marked = true;
	return 1;
}

static struct translation_entry elsewhere(void *region, uint64_t addr, int flags, int index)
{
	(void)region, (void)flags, (void)index;
	trial.wrong_slot = true;
	return (struct translation_entry){ .from = addr };
}

static uint64_t call_min_page(void)
{
	return qemu.region_min_page(&probe_region);
}

static uint64_t call_indexes(void)
{
	return (uint64_t)qemu.region_indexes(&probe_region);
}

#define CLASS_WORDS 40u /* looked at; the class has more, see CLASS_SIZE */

/* The empty slot of the class whose function `call` calls, 0 if there is none. */
static unsigned find_slot(void **class, uint64_t (*call)(void))
{
	for (unsigned i = 8; i < CLASS_WORDS; i++) {
		if (class[i])
			continue;
		trial.marked = false;
		class[i] = (void *)marker;
		call();
		class[i] = NULL;
		if (trial.marked)
			return i;
	}
	return 0;
}

/*
 * The slot of `translate` comes just before that of the smallest page, which is
 * called alone and so can be found.  To verify it, all other empty slots get a
 * function that says so: an emulator in which it is another does not jump to NULL.
 */
static const char *find_translate(void)
{
	void **class = qemu.object_class(&probe_region), *saved[CLASS_WORDS];
	unsigned page = find_slot(class, call_min_page), indexes = find_slot(class, call_indexes);

	if (page < 9 || indexes <= page || class[page - 1])
		return "the class of its IOMMU regions is not as expected";
	memcpy(saved, class, sizeof(saved));
	for (unsigned i = page - 1; i <= indexes; i++)
		if (!class[i])
			class[i] = (void *)elsewhere;
	class[indexes] = class[indexes - 1] = NULL; /* called before translate; may be absent */
	class[page - 1] = (void *)translate;
	begin_trial(8, false);
	qemu.space_valid(&probe_space, PROBE_ADDRESS, 8, false, 0);
	memcpy(class, saved, sizeof(saved));
	n_sites = 0;
	if (trial.wrong_slot || trial.seen != 1)
		return "its IOMMU regions do not ask for a translation as expected";
	class[page - 1] = (void *)translate;
	layout.class_translate = page - 1;
	return NULL;
}

static const uint64_t *type_of(const void *class)
{
	return *(const uint64_t *const *)class;
}

static const char *find_instance_size(void)
{
	const uint64_t *ours = type_of(qemu.object_class(&probe_region));
	const void *other = qemu.class_by_name(OTHER_NAME);

	for (unsigned i = 1; other && i < 16; i++)
		if (ours[i] == TYPE_SIZE && type_of(other)[i] == OTHER_SIZE) {
			layout.type_instance_size = i;
			return NULL;
		}
	return "the size of its objects is not found";
}

size_t innards_object_size(void *object)
{
	return type_of(qemu.object_class(object))[layout.type_instance_size];
}

void innards_register(void)
{
	static const struct qom_type types[] = {
		{ .name = TYPE_NAME,
		  .parent = "iommu-memory-region",
		  .instance_size = TYPE_SIZE,
		  .class_size = CLASS_SIZE },
		{ .name = OTHER_NAME, .parent = "object", .instance_size = OTHER_SIZE },
	};

	qemu.type_register(&types[0]);
	qemu.type_register(&types[1]);
}

void innards_region(struct opaque *region)
{
	/* Without a name it is nobody's child, and nobody frees it. */
	qemu.region_init_iommu(region, TYPE_SIZE, TYPE_NAME, NULL, NULL, ~0ull);
}

/* ---- address spaces ---- */

/* The only word of the struct with this value, 0 if it is not the only one. */
static unsigned find_word(const struct opaque *o, const void *value)
{
	unsigned at = 0;

	for (unsigned i = 1; i < OPAQUE / 8; i++)
		if (o->word[i] == (uintptr_t)value) {
			if (at)
				return 0;
			at = i;
		}
	return at;
}

/* All that looks like a pointer in the struct is one: to a name or to a larger thing. */
static unsigned find_name(const struct opaque *o, const char *name)
{
	for (unsigned i = 1; i < 32; i++) {
		const char *s = (const char *)(uintptr_t)o->word[i];

		if (o->word[i] >= 1u << 16 && o->word[i] < 1ull << 47 && !strcmp(s, name))
			return i;
	}
	return 0;
}

/* The view is what two spaces with the same root share, but for the root itself. */
static unsigned find_view(void)
{
	for (unsigned i = 1; i < 32; i++)
		if (i != layout.space_root && nothing.word[i] >= 1u << 16 &&
		    nothing.word[i] == nothing_too.word[i] &&
		    nothing.word[i] != probe_space.word[i])
			return i;
	return 0;
}

static bool list_is_right(void)
{
	const uint64_t *space = qemu.memory;
	unsigned found = 0;

	if (strcmp((const char *)(uintptr_t)space[layout.space_name], "memory") ||
	    !space[layout.space_root])
		return false;
	for (unsigned n = 0; space && n < 100000; n++) {
		found += space == nothing.word || space == probe_space.word;
		space = (const void *)(uintptr_t)space[layout.space_next];
	}
	return !space && found == 2;
}

static const char *find_spaces(void)
{
	static const char first[] = "coherer-nothing", second[] = "coherer-probe";

	qemu.region_init(&nothing_root, NULL, NULL, ~0ull);
	innards_region(&probe_region);
	qemu.space_init(&nothing, &nothing_root, first);
	qemu.space_init(&probe_space, &probe_region, second);
	qemu.space_init(&nothing_too, &nothing_root, first);
	layout.space_root = find_word(&nothing, &nothing_root);
	layout.space_name = find_name(&nothing, first);
	layout.space_next = find_word(&nothing, &probe_space);
	layout.space_view = find_view();
	if (!layout.space_root || !layout.space_name || !layout.space_next || !layout.space_view ||
	    find_word(&probe_space, &probe_region) != layout.space_root ||
	    find_name(&probe_space, second) != layout.space_name || !list_is_right())
		return "its address spaces are not as expected";
	return NULL;
}

/* ---- listeners ---- */

/* Callbacks come first in the struct: begin, commit.  All are optional. */
const char *innards_listen(void (*on_commit)(void *listener))
{
	static struct opaque listener, next;

	listener.word[1] = (uintptr_t)on_commit;
	qemu.listener_register(&listener, &nothing);
	qemu.listener_register(&next, &nothing);
	layout.listener_space = find_word(&listener, &nothing);
	for (unsigned i = OPAQUE / 8 - 1; i; i--)
		if (listener.word[i] == (uintptr_t)&next)
			layout.listener_link = i;
	if (!layout.listener_space || !layout.listener_link ||
	    !innards_is_listeners(&next.word[layout.listener_space], next.word))
		return "its listeners are not as expected";
	return NULL;
}

/* Memory that is mapped may be read; another way to ask needs a signal handler. */
static bool is_readable(uint64_t at)
{
	return at >= 1u << 16 && at < 1ull << 47 && !(at & 7) &&
	       !msync((void *)(uintptr_t)(at & ~4095ull), 4096, MS_ASYNC);
}

/* In a list of this kind the element before has a pointer to this one. */
bool innards_is_listeners(const uint64_t *word, const uint64_t *start)
{
	const uint64_t *listener = word - layout.listener_space;
	uint64_t before;

	if (word < start + layout.listener_space)
		return false;
	before = listener[layout.listener_link + 1];
	return is_readable(before) && *(const uint64_t *)(uintptr_t)before == (uintptr_t)listener;
}

const char *innards_probe(void)
{
	const char *why = NULL;

	trial.stack_end = stack_end();
	if (!trial.stack_end)
		return "the stack's end is not known";
	if (!qemu.class_by_name(TYPE_NAME))
		return "it does not take a new type";
	why = find_spaces();
	if (!why)
		why = find_translate();
	if (!why)
		why = find_instance_size();
	if (!why)
		find_lengths();
	return why;
}
