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
	bool write;
};

#define QUEUE_MAX (1u << 16)

static struct {
	GMutex lock;
	struct transfer *at;
	unsigned n;
	uint64_t lost;
} queue;

/* By number of the device. */
static bool is_coherent[DMA_DEVICES];
static GPtrArray *coherent_names;

/* ---- whose bytes these are ---- */

#define RANGES 8u

/* The last writes of devices to one page, the newest first. */
struct ranges {
	struct {
		uint16_t start, end, device;
	} at[RANGES];
};

static GHashTable *ranges_by_page;

static void remember(uint32_t pa, uint32_t length, uint16_t device)
{
	gpointer key = GUINT_TO_POINTER(pa >> COH_PAGE_SHIFT);
	struct ranges *r = g_hash_table_lookup(ranges_by_page, key);
	uint16_t start = (uint16_t)(pa & COH_PAGE_MASK), end = (uint16_t)(start + length);

	if (!r) {
		r = g_new0(struct ranges, 1);
		g_hash_table_insert(ranges_by_page, key, r);
	}
	if (r->at[0].device == device && start <= r->at[0].end && end >= r->at[0].start) {
		r->at[0].start = start < r->at[0].start ? start : r->at[0].start;
		r->at[0].end = end > r->at[0].end ? end : r->at[0].end;
		return;
	}
	memmove(&r->at[1], &r->at[0], sizeof(r->at) - sizeof(r->at[0]));
	r->at[0].start = start;
	r->at[0].end = end;
	r->at[0].device = device;
}

static uint16_t writer_of(const struct ranges *r, uint32_t off)
{
	for (unsigned i = 0; r && i < RANGES; i++)
		if (off >= r->at[i].start && off < r->at[i].end)
			return r->at[i].device;
	return DMA_UNKNOWN;
}

void dma_notice(struct coh_shadow_page *page, const uint8_t *now)
{
	const struct ranges *r =
		g_hash_table_lookup(ranges_by_page, GUINT_TO_POINTER(page->pa >> COH_PAGE_SHIFT));

	for (uint32_t i = 0; i < COH_PAGE_SIZE; i++) {
		uint16_t device;

		if (now[i] == page->newest[i])
			continue;
		device = writer_of(r, i);
		if (device != DMA_UNKNOWN && is_coherent[device])
			coh_shadow_coherent_write(tracer.shadow, page->pa + i, &now[i], 1, device);
		else
			coh_shadow_device_write(tracer.shadow, page->pa + i, &now[i], 1, device);
	}
}

/* ---- one transfer, in one page ---- */

static void device_reads(const struct coh_shadow_access *a)
{
	struct coh_finding f;

	if (coh_shadow_device_read(tracer.shadow, a, &f))
		events_finding(&f);
}

static void device_writes(const struct coh_shadow_access *a, uint16_t device)
{
	struct coh_finding f;

	remember(a->pa, a->size, device);
	if (is_coherent[device]) {
		coh_shadow_coherent_write(tracer.shadow, a->pa, NULL, a->size, device);
		return;
	}
	if (coh_shadow_device_dirty(tracer.shadow, a, &f))
		events_finding(&f);
	coh_shadow_device_write(tracer.shadow, a->pa, NULL, a->size, device);
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
			device_writes(&a, t->device);
		else
			device_reads(&a);
	}
}

/* ---- the queue ---- */

static void add_to_queue(const struct transfer *t)
{
	struct transfer *last = queue.n ? &queue.at[queue.n - 1] : NULL;

	if (last && last->device == t->device && last->write == t->write &&
	    last->pa + last->length == t->pa)
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

/* In whatever thread the device runs. */
static void on_device(const struct device_access *a)
{
	struct transfer t = {
		.pa = (uint32_t)a->pa,
		.length = (uint32_t)a->length,
		.device = (uint16_t)a->id,
		.write = a->write,
	};
	bool waited;

	/* Before the first instruction a loader writes. */
	if (!tracer.shadow || a->id >= DMA_DEVICES || !a->is_physical || a->pa >> 32 ||
	    a->length > 0xffffffffull - a->pa || (is_coherent[a->id] && !a->write))
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
	if (!waited || !is_coherent[a->id])
		forget_views();
}

/* ---- which devices there are ---- */

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

bool dma_device(unsigned id, struct wire_device *w)
{
	struct device_info info;

	if (id >= DMA_DEVICES || !devices_get(id, &info))
		return false;
	*w = (struct wire_device){
		.coherent = is_coherent[id],
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
	struct wire_device w;

	if (why_not)
		return why_not;
	for (unsigned id = 0; dma_device(id, &w); id++)
		is_coherent[id] = is_plain_virtio(w.name) || is_named(w.name) || is_named("all");
	refuse_unknown_names();
	return NULL;
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
