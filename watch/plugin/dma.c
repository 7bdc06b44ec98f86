// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What devices do to memory, as the shadow is to know it.
 *
 * Devices run in several threads, the shadow is the CPU's alone.  So an access from another thread
 * waits in a queue.  The CPU takes it from there before its next access to anything: whoever adds to
 * the queue makes the views invalid, which takes the CPU off the quiet path.
 *
 * A write is told before the bytes change, for a mapped buffer before the whole transfer.  The bytes
 * are the device's from then on.  Their values are taken at the next look (dma_notice), and whose
 * they are is remembered page by page.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "watch/devices/devices.h"
#include "watch/plugin/guest_ram.h"
#include "watch/plugin/trace.h"

struct transfer {
	uint32_t pa, length;
	uint16_t device;
	bool write, coherent;
};

#define QUEUE_MAX (1u << 16)

static struct {
	GMutex lock;
	struct transfer *at;
	unsigned n;
	uint64_t lost;
} queue;

static GPtrArray *coherent_names;

/* ---- coherent devices ---- */

static bool is_named(const char *name)
{
	for (unsigned i = 0; i < coherent_names->len; i++)
		if (!strcmp(name, coherent_names->pdata[i]))
			return true;
	return false;
}

/*
 * Virtio without iommu_platform is addressed by physical addresses, and drivers take it for
 * coherent.  devices/ gives it the name of the device alone; with iommu_platform it is a PCI device.
 */
static bool is_plain_virtio(const char *name)
{
	return g_str_has_prefix(name, "virtio") && !strstr(name, "-pci");
}

/*
 * In any thread.  A device can be plugged in at any time, and get its name a little later: it is
 * judged again when its name is another.
 */
static bool is_coherent(unsigned id, const char *name)
{
	static _Atomic(const char *) judged[DEVICES_MAX];
	static atomic_bool coherent[DEVICES_MAX];
	char as_shown[WIRE_NAME];

	if (atomic_load_explicit(&judged[id], memory_order_acquire) == name)
		return atomic_load_explicit(&coherent[id], memory_order_relaxed);
	g_strlcpy(as_shown, name, sizeof(as_shown));
	atomic_store(&coherent[id],
		     is_plain_virtio(as_shown) || is_named(as_shown) || is_named("all"));
	atomic_store_explicit(&judged[id], name, memory_order_release);
	return atomic_load(&coherent[id]);
}

/* ---- whose bytes these are ---- */

#define RANGES 8u

struct writer {
	uint16_t device; /* DMA_UNKNOWN */
	bool coherent;
};

static const struct writer nobody = { .device = DMA_UNKNOWN };

/* The last writes of devices to one page, the newest first. */
struct ranges {
	struct range {
		uint16_t start, end;
		struct writer by;
	} at[RANGES];
	unsigned n;
	struct writer dropped; /* who wrote all that was pushed out */
	bool any_dropped;
};

static GHashTable *ranges_by_page;

static struct ranges *ranges_at(uint32_t pa)
{
	return g_hash_table_lookup(ranges_by_page, GUINT_TO_POINTER(pa >> COH_PAGE_SHIFT));
}

/* Did another device write into this range since? */
static bool is_overwritten(const struct ranges *r, unsigned i)
{
	const struct range *old = &r->at[i];

	for (unsigned k = 0; k < i; k++)
		if (r->at[k].by.device != old->by.device && r->at[k].start < old->end &&
		    r->at[k].end > old->start)
			return true;
	return false;
}

/* Joins a range of the same device that touches the new one, if all of it is still that device's. */
static void join(const struct ranges *r, struct range *new)
{
	for (unsigned i = 0; i < r->n; i++) {
		const struct range *old = &r->at[i];

		if (old->by.device != new->by.device || new->start > old->end ||
		    new->end < old->start || is_overwritten(r, i))
			continue;
		new->start = MIN(new->start, old->start);
		new->end = MAX(new->end, old->end);
		break;
	}
}

/* Of what lies in the new range nothing is left. */
static void drop_covered(struct ranges *r, const struct range *new)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < r->n; i++)
		if (r->at[i].start < new->start || r->at[i].end > new->end)
			r->at[kept++] = r->at[i];
	r->n = kept;
	if (new->start == 0 && new->end == COH_PAGE_SIZE)
		r->any_dropped = false;
}

/* Several devices that are all coherent: which one is not known, that it is coherent is. */
static void drop_oldest(struct ranges *r)
{
	struct writer by = r->at[--r->n].by;

	if (r->any_dropped && r->dropped.device != by.device)
		by = (struct writer){ DMA_UNKNOWN, by.coherent && r->dropped.coherent };
	r->dropped = by;
	r->any_dropped = true;
}

static void remember(uint32_t pa, uint32_t length, struct writer by)
{
	struct ranges *r = ranges_at(pa);
	uint16_t start = (uint16_t)(pa & COH_PAGE_MASK);
	struct range new = { start, (uint16_t)(start + length), by };

	if (!r) {
		r = g_new0(struct ranges, 1);
		g_hash_table_insert(ranges_by_page, GUINT_TO_POINTER(pa >> COH_PAGE_SHIFT), r);
	}
	join(r, &new);
	drop_covered(r, &new);
	if (r->n == RANGES)
		drop_oldest(r);
	memmove(&r->at[1], &r->at[0], r->n * sizeof(r->at[0]));
	r->at[0] = new;
	r->n++;
}

static struct writer writer_of(const struct ranges *r, uint32_t off)
{
	if (!r)
		return nobody;
	for (unsigned i = 0; i < r->n; i++)
		if (off >= r->at[i].start && off < r->at[i].end)
			return r->at[i].by;
	return r->any_dropped ? r->dropped : nobody;
}

void dma_notice(struct coh_shadow_page *page, const uint8_t *now)
{
	const struct ranges *r;

	/* Each of these bytes was announced before it changed: maybe a moment ago. */
	dma_settle();
	r = ranges_at(page->pa);
	for (uint32_t i = 0; i < COH_PAGE_SIZE; i++) {
		struct writer by;

		if (now[i] == page->newest[i])
			continue;
		by = writer_of(r, i);
		if (by.coherent)
			coh_shadow_coherent_write(tracer.shadow, page->pa + i, &now[i], 1,
						  by.device);
		else
			coh_shadow_device_write(tracer.shadow, page->pa + i, &now[i], 1, by.device);
	}
}

/* ---- one transfer, in one page ---- */

static void device_reads(const struct coh_shadow_access *a)
{
	struct coh_finding f;

	if (coh_shadow_device_read(tracer.shadow, a, &f))
		events_finding(&f);
}

static void device_writes(const struct coh_shadow_access *a, struct writer by)
{
	struct coh_finding f;

	remember(a->pa, a->size, by);
	if (by.coherent) {
		coh_shadow_coherent_write(tracer.shadow, a->pa, NULL, a->size, by.device);
		return;
	}
	if (coh_shadow_device_dirty(tracer.shadow, a, &f))
		events_finding(&f);
	coh_shadow_device_write(tracer.shadow, a->pa, NULL, a->size, by.device);
}

static void judge(const struct transfer *t)
{
	struct coh_shadow_access a = { .va = COH_VA_UNKNOWN, .mm = t->device };
	uint64_t end = (uint64_t)t->pa + t->length;

	for (uint64_t pa = t->pa; pa < end; pa += a.size) {
		uint32_t left = COH_PAGE_SIZE - ((uint32_t)pa & COH_PAGE_MASK);

		a.pa = (uint32_t)pa;
		a.size = left < end - pa ? left : (uint32_t)(end - pa);
		/* Of a page that the CPU never used there is nothing to know. */
		if (!coh_shadow_peek(tracer.shadow, a.pa))
			continue;
		if (t->write)
			device_writes(&a, (struct writer){ t->device, t->coherent });
		else
			device_reads(&a);
	}
}

/* ---- the queue ---- */

static void add_to_queue(const struct transfer *t)
{
	struct transfer *last = queue.n ? &queue.at[queue.n - 1] : NULL;

	if (last && last->device == t->device && last->write == t->write &&
	    last->coherent == t->coherent && (uint64_t)last->pa + last->length == t->pa)
		last->length += t->length;
	else if (queue.n < QUEUE_MAX)
		queue.at[queue.n++] = *t;
	else
		queue.lost++;
}

void dma_settle_now(void)
{
	static struct transfer *taken;
	struct transfer *at;
	unsigned n;

	if (atomic_exchange(&tracer.was_reset, false))
		after_reset();
	if (!taken)
		taken = g_new(struct transfer, QUEUE_MAX);
	g_mutex_lock(&queue.lock);
	at = queue.at;
	n = queue.n;
	queue.at = taken;
	queue.n = 0;
	tracer.end.device_accesses_lost = queue.lost;
	atomic_store(&tracer.dma_waits, false);
	g_mutex_unlock(&queue.lock);
	taken = at;
	coh_shadow_settle(tracer.shadow);
	for (unsigned i = 0; i < n; i++)
		judge(&at[i]);
}

/*
 * A rounded length may go beyond what the device touches: its first byte is certain.  What else it
 * writes is found by value.  An access over the end of the address space is cut there.
 */
static uint32_t certain_length(const struct device_access *a)
{
	uint64_t room = MIN(0x100000000ull - a->pa, UINT32_MAX);

	if (a->extent == DEVICE_ROUNDED)
		return 1;
	return (uint32_t)MIN(a->length, room);
}

/* In whatever thread the device runs. */
static void on_device(const struct device_access *a)
{
	struct transfer t = {
		.pa = (uint32_t)a->pa,
		.device = (uint16_t)a->id,
		.write = a->write,
	};
	bool waited;

	/* Before the first instruction a loader writes. */
	if (!tracer.shadow || a->id >= DEVICES_MAX || !a->is_physical || a->pa >> 32)
		return;
	t.length = certain_length(a);
	t.coherent = is_coherent(a->id, a->name);
	if (t.coherent && !t.write)
		return;
	if (a->vcpu_thread) {
		dma_settle_now();
		judge(&t);
		return;
	}
	g_mutex_lock(&queue.lock);
	add_to_queue(&t);
	waited = atomic_exchange(&tracer.dma_waits, true);
	g_mutex_unlock(&queue.lock);
	/* What a coherent device writes the CPU finds out by its value. */
	if (!waited || !t.coherent)
		forget_views();
}

/* ---- which devices there are ---- */

bool dma_device(unsigned id, struct wire_device *w)
{
	struct device_info info;

	if (id >= DEVICES_MAX || !devices_get(id, &info))
		return false;
	*w = (struct wire_device){
		.coherent = is_coherent(id, info.name),
		.reads = info.reads,
		.writes = info.writes,
		.bytes_read = info.bytes_read,
		.bytes_written = info.bytes_written,
	};
	g_strlcpy(w->name, info.name, sizeof(w->name));
	return true;
}

void dma_coherent(const char *name)
{
	if (!coherent_names)
		coherent_names = g_ptr_array_new();
	g_ptr_array_add(coherent_names, g_strdup(name));
}

static void refuse_unknown_names(void)
{
	GString *there = g_string_new(NULL);
	struct wire_device w;

	for (unsigned i = 0; i < coherent_names->len; i++) {
		bool found = !strcmp(coherent_names->pdata[i], "all");

		for (unsigned id = 0; !found && dma_device(id, &w); id++)
			found = !strcmp(w.name, coherent_names->pdata[i]);
		if (found)
			continue;
		for (unsigned id = 0; dma_device(id, &w); id++)
			g_string_append_printf(there, "%s%s", id ? ", " : "", w.name);
		events_refuse("--coherent '%s': there is no such device; there are: %s",
			      (const char *)coherent_names->pdata[i],
			      there->len ? there->str : "none");
	}
	g_string_free(there, TRUE);
}

const char *dma_begin(void)
{
	const char *why_not = devices_why_not();

	if (!why_not)
		refuse_unknown_names();
	return why_not;
}

void dma_init(void)
{
	if (!coherent_names)
		coherent_names = g_ptr_array_new();
	queue.at = g_new(struct transfer, QUEUE_MAX);
	ranges_by_page = g_hash_table_new(NULL, NULL);
	/* For tests of what happens where devices cannot be seen. */
	if (!getenv("COHERER_NO_DEVICES"))
		devices_watch(on_device);
}

void dma_end(void)
{
	struct devices_counters seen = devices_counters();

	if (seen.too_many)
		events_note(true, "%u devices were beyond what is watched", seen.too_many);
	if (seen.rounded)
		events_note(true,
			    "%" G_GUINT64_FORMAT
			    " accesses of devices have no exact length: of these "
			    "only the first byte of a write is known",
			    seen.rounded);
	if (seen.indirect_faults)
		events_note(false,
			    "%" G_GUINT64_FORMAT " accesses of devices were refused by an IOMMU",
			    seen.indirect_faults);
}
