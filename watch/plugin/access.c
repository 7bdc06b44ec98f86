// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads and stores of the guest, and the translations that they and fetches use.
 *
 * Nearly every access is quiet: its translation is known, the line's only copy
 * is the one it uses, and nothing in it is old.  That is decided here with one
 * comparison of the line's word and one of the bytes; all else takes the slow
 * path into the shadow.
 *
 * Translations in use are in tracer.entry, a TLB in software: attribute, the page's shadow, the
 * emulator's own bytes, and three masks for the quiet path (struct coh_view).  All are dropped
 * (forget_views) when the guest touches its TLB, page-table base, control register or process
 * number.  A page of a device has an entry without a shadow: its accesses end there.
 *
 * The slow path is for a translation that is not there, for another alias than the one in the
 * line's word, for a line that is clean and gets dirty, and for a line in trouble.  A quiet store
 * changes a few words only: which bytes memory is behind in, who wrote, the new bytes.
 */
#include "watch/plugin/guest_ram.h"
#include "watch/plugin/trace.h"

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

void forget_views(void)
{
	/* Atomic: devices call this from their threads. */
	for (unsigned i = 0; i < VIEW_ENTRIES; i++)
		__atomic_store_n(&tracer.entry[i].vpage, VPAGE_NONE, __ATOMIC_RELAXED);
}

/* ---- translations ---- */

/*
 * The page's shadow.  Its first contents come from RAM; where that cannot be
 * seen, through the address that just reached it (COH_VA_UNKNOWN: none did).
 */
static struct coh_shadow_page *page_at(uint32_t pa, bool is_ram, uint32_t raw_va)
{
	bool fresh;
	struct coh_shadow_page *page = coh_shadow_page(tracer.shadow, pa, &fresh);
	const uint8_t *host;

	if (!page || !fresh)
		return page;
	tracer.end.pages++;
	host = guest_ram_page(pa, is_ram);
	if (host) {
		memcpy(page->newest, host, COH_PAGE_SIZE);
	} else if (raw_va != COH_VA_UNKNOWN) {
		g_byte_array_set_size(tracer.scratch, 0);
		if (qemu_plugin_read_memory_vaddr(raw_va & ~COH_PAGE_MASK, tracer.scratch,
						  COH_PAGE_SIZE))
			memcpy(page->newest, tracer.scratch->data, COH_PAGE_SIZE);
	}
	return page;
}

/* The line of pa is about to be fetched, walked or maintained: did a device write it? */
void notice_device_at(uint32_t pa)
{
	struct coh_shadow_page *page = coh_shadow_peek(tracer.shadow, pa);
	const uint8_t *host = guest_ram_page(pa, false);
	uint32_t line = pa & COH_PAGE_MASK & ~(tracer.granule - 1);

	if (page && host && memcmp(host + line, page->newest + line, tracer.granule))
		dma_notice(page, host);
}

static bool read_table_word(uint32_t pa, uint32_t *word)
{
	struct coh_shadow_page *page = coh_shadow_peek(tracer.shadow, pa);

	notice_device_at(pa);
	if (!page && guest_ram_page(pa, false))
		page = page_at(pa, false, COH_VA_UNKNOWN);
	if (!page)
		return false;
	memcpy(word, page->newest + (pa & COH_PAGE_MASK & ~3u), sizeof(*word));
	return true;
}

void check_walk(const struct translation *t, uint32_t va, uint32_t pc)
{
	for (unsigned i = 0; i < t->n_entries; i++) {
		struct coh_finding f;
		struct coh_shadow_access a = {
			.va = va,
			.pa = t->entry_pa[i],
			.pc = pc,
			.mm = tracer.space,
			.size = 4,
		};

		tracer.end.walks++;
		if (coh_shadow_walk(tracer.shadow, &a, &f))
			events_finding(&f);
	}
}

enum walk_result walk(uint32_t va, struct translation *t)
{
	return tracer.isa->walk(&tracer.mmu, va, read_table_word, t);
}

static bool translate(uint32_t va, uint32_t pc, struct translation *t)
{
	switch (walk(va, t)) {
	case WALK_OK:
		check_walk(t, va, pc);
		return true;
	case WALK_UNKNOWN:
		tracer.end.unchecked_translations++;
		return false;
	default:
		return false;
	}
}

/* Where va leads by the tables as they are, COH_VA_UNKNOWN if nowhere. */
uint32_t physical_of(uint32_t va)
{
	struct translation t;

	if (walk(va, &t) != WALK_OK)
		return COH_VA_UNKNOWN;
	return t.pa;
}

bool table_entry_is_old(uint32_t va)
{
	struct translation t;

	if (walk(va, &t) == WALK_UNKNOWN)
		return false;
	for (unsigned i = 0; i < t.n_entries; i++) {
		uint32_t pa = t.entry_pa[i];
		const struct coh_shadow_page *page = coh_shadow_peek(tracer.shadow, pa);
		const struct coh_line *line;

		if (!page)
			continue;
		line = &page->line[(pa & COH_PAGE_MASK) / tracer.granule];
		if (line->d & COH_D_RECORD || line->stale)
			return true;
	}
	return false;
}

static void map_in_shadow(uint32_t va, uint32_t pa, uint32_t page_size)
{
	uint32_t len = page_size < COH_PAGE_SIZE ? 1u << COH_ALIAS_SHIFT : COH_PAGE_SIZE;

	coh_shadow_map(tracer.shadow, va & ~(len - 1), pa & ~(len - 1), len);
}

static bool leads_to(uint32_t va, uint32_t pc, const uint32_t *pa, struct translation *t)
{
	return translate(va, pc, t) && (!pa || t->pa == *pa);
}

/*
 * The entry for va, filled from the guest's tables.  The emulator knows the
 * physical address of a data access; the tables tell cacheability.  Where they
 * differ the tables were changed and the TLB was not flushed yet: the page is
 * taken for write-back, as nearly all memory is.
 */
static bool fill_entry(struct view_entry *e, uint32_t va, uint32_t raw_va, uint32_t pc,
		       const uint32_t *known_pa, bool is_ram)
{
	struct translation t;

	coh_shadow_settle(tracer.shadow);
	if (!leads_to(va, pc, known_pa, &t) &&
	    !(resynchronize() && leads_to(va, pc, known_pa, &t))) {
		if (!known_pa)
			return false;
		t.data = t.insn = COH_WRITE_BACK;
		t.page_size = COH_PAGE_SIZE;
		t.mini = false;
		t.pa = *known_pa;
	}
	e->host = guest_ram_page(t.pa, is_ram);
	e->attr = t.data;
	e->insn_attr = t.insn;
	e->mini = t.mini;
	e->flip = (va ^ t.pa) & COH_PAGE_MASK;
	e->room = t.page_size < COH_PAGE_SIZE ? t.page_size : COH_PAGE_SIZE;
	e->view = &tracer.views[t.data];
	e->page = page_at(t.pa, is_ram, raw_va);
	if (t.data != COH_UNCACHED || t.insn != COH_UNCACHED)
		map_in_shadow(va, t.pa, t.page_size);
	/* A tiny page is a quarter of an entry: never kept. */
	e->vpage = t.page_size < COH_PAGE_SIZE ? VPAGE_NONE : va >> COH_PAGE_SHIFT;
	/*
	 * Store buffering: here the entry is stored, then dma_waits loaded; a device stores
	 * dma_waits, then empties the entries.  One of the two sees the other.
	 */
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&tracer.dma_waits, memory_order_relaxed))
		e->vpage = VPAGE_NONE;
	return e->page != NULL;
}

static bool fill_for_access(struct view_entry *e, qemu_plugin_meminfo_t info, uint32_t va,
			    uint64_t raw_va, uint32_t pc)
{
	struct qemu_plugin_hwaddr *hw = qemu_plugin_get_hwaddr(info, raw_va);
	uint32_t pa;

	if (!hw) {
		tracer.end.unchecked_accesses++;
		return false;
	}
	if (qemu_plugin_hwaddr_is_io(hw)) {
		e->vpage = va >> COH_PAGE_SHIFT;
		e->page = NULL;
		return false;
	}
	pa = (uint32_t)qemu_plugin_hwaddr_phys_addr(hw);
	return fill_entry(e, va, (uint32_t)raw_va, pc, &pa, true);
}

static inline struct view_entry *entry_of(uint32_t va)
{
	return &tracer.entry[va >> COH_PAGE_SHIFT & (VIEW_ENTRIES - 1)];
}

const struct view_entry *view_for_fetch(uint32_t va, uint32_t raw_va, bool is_ram)
{
	struct view_entry *e = entry_of(va);

	if (e->vpage == va >> COH_PAGE_SHIFT || fill_entry(e, va, raw_va, raw_va, NULL, is_ram))
		return e;
	return NULL;
}

/* ---- the slow path ---- */

static uint32_t value_bytes(qemu_plugin_meminfo_t info, uint8_t *bytes)
{
	qemu_plugin_mem_value v = qemu_plugin_mem_get_value(info);

	/* Host and guest are little-endian; maintain.c warns of a guest that is not. */
	memcpy(bytes, &v.data, sizeof(v.data));
	return 1u << v.type;
}

/* Does RAM differ from what the CPU last saw, but for [off, off + size)? */
static bool differs(const struct view_entry *e, uint32_t start, uint32_t end, uint32_t off,
		    uint32_t size)
{
	const uint8_t *newest = e->page->newest;
	uint32_t after = off + size;

	if (memcmp(e->host + start, newest + start, off - start))
		return true;
	return after < end && memcmp(e->host + after, newest + after, end - after);
}

/*
 * Bytes of these lines that changed with no store: a device wrote the page since.
 * Looked for before a line is brought in, so that what was there before the
 * device's write and what came after are told apart.  The bytes of a store
 * itself (it has happened already) are left out.
 */
static void notice_device(const struct view_entry *e, uint32_t off, uint32_t size, bool store)
{
	uint32_t in_line = tracer.granule - 1;
	uint32_t start = off & ~in_line, end = (off + size + in_line) & ~in_line;
	struct coh_shadow_page *page = e->page;
	uint8_t now[COH_PAGE_SIZE];

	size = store ? size : 0;
	if (!e->host || !differs(e, start, end, off, size))
		return;
	memcpy(now, e->host, sizeof(now));
	memcpy(now + off, page->newest + off, size);
	dma_notice(page, now);
}

/*
 * RAM cannot be seen: what else the device wrote, and when, is not known.  The
 * bytes are counted and taken as they are.
 */
static void count_device(const struct view_entry *e, uint32_t off, uint32_t size,
			 const uint8_t *bytes)
{
	uint8_t *newest = e->page->newest + off;

	if (off + size > COH_PAGE_SIZE || !memcmp(newest, bytes, size))
		return;
	memcpy(newest, bytes, size);
	tracer.end.device_bytes += size;
}

static void slow_access(struct view_entry *e, qemu_plugin_meminfo_t info, uint32_t va, uint32_t pc,
			bool store)
{
	uint8_t bytes[16];
	uint32_t off = page_offset(e, va), left = e->room - (va & (e->room - 1));
	struct coh_finding f;
	struct coh_shadow_access a = {
		.va = va,
		.pa = e->page->pa | off,
		.pc = pc,
		.mm = tracer.space,
		.attr = e->attr,
		.bytes = bytes,
	};
	bool found;

	events_progress();
	a.size = value_bytes(info, bytes);
	if (!e->host && !store)
		count_device(e, off, a.size, bytes);
	/* The tail of an unaligned access across pages belongs to another page. */
	if (a.size > left) {
		tracer.end.unchecked_accesses++;
		a.size = left;
	}
	if (e->mini && !store)
		mini_load(va, pc);
	notice_device(e, off, a.size, store);
	/*
	 * The load was before RAM was looked at.  A device that stored in between, in another
	 * thread, is known by now, and what was loaded is older than that.
	 */
	if (e->host && !store)
		a.bytes = NULL;
	found = store ? coh_shadow_store(tracer.shadow, &a, &f)
		      : coh_shadow_load(tracer.shadow, &a, &f);
	if (unlikely(found))
		events_finding(&f);
	if (store)
		forget_blocks_if_threatened();
}

static __attribute__((noinline)) void slow_load(struct view_entry *e, qemu_plugin_meminfo_t info,
						uint32_t va, uint64_t raw_va, uint32_t pc)
{
	tracer.end.loads++;
	dma_settle();
	if (e->vpage == va >> COH_PAGE_SHIFT || fill_for_access(e, info, va, raw_va, pc))
		slow_access(e, info, va, pc, false);
}

static __attribute__((noinline)) void slow_store(struct view_entry *e, qemu_plugin_meminfo_t info,
						 uint32_t va, uint64_t raw_va, uint32_t pc)
{
	tracer.end.stores++;
	dma_settle();
	if (e->vpage == va >> COH_PAGE_SHIFT || fill_for_access(e, info, va, raw_va, pc))
		slow_access(e, info, va, pc, true);
}

/* ---- the quiet path ---- */

/* What the callbacks are told of an instruction: its address, and the size of its
 * accesses (0: not known) above. */
void *pack_access(uint32_t pc, uint32_t size)
{
	return (void *)(uintptr_t)((uint64_t)size << 32 | pc);
}

static inline uint32_t access_pc(const void *udata)
{
	return (uint32_t)(uintptr_t)udata + tracer.code_shift;
}

static inline uint32_t access_size(const void *udata, qemu_plugin_meminfo_t info)
{
	uint32_t size = (uint32_t)((uint64_t)(uintptr_t)udata >> 32);

	return likely(size) ? size : 1u << qemu_plugin_mem_size_shift(info);
}

static inline bool same_bytes(const struct view_entry *e, qemu_plugin_meminfo_t info, uint32_t off,
			      uint32_t size)
{
	const uint8_t *newest = e->page->newest;
	uint8_t bytes[16];
	uint64_t a, b;

	if (likely(e->host && size <= 8)) {
		/* All bytes of a page are known: compare the eight around it. */
		memcpy(&a, e->host + (off & ~7u), 8);
		memcpy(&b, newest + (off & ~7u), 8);
		return a == b;
	}
	size = value_bytes(info, bytes);
	return !memcmp(bytes, newest + off, size);
}

void on_load(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *udata)
{
	uint32_t va = mmu_modified_va(&tracer.mmu, (uint32_t)vaddr);
	struct view_entry *e = entry_of(va);
	uint32_t off = va & COH_PAGE_MASK, in = va & (tracer.granule - 1);

	(void)vcpu;
	if (likely(e->vpage == va >> COH_PAGE_SHIFT)) {
		uint32_t size = 8;

		if (!e->page)
			return;
		if (unlikely(in + 8 > tracer.granule))
			size = access_size(udata, info);
		if (likely(in + size <= tracer.granule &&
			   coh_load_is_quiet(e->view, e->page, va, off) &&
			   same_bytes(e, info, off, size)))
			return;
	}
	slow_load(e, info, va, vaddr, access_pc(udata));
}

static inline void store_newest(const struct view_entry *e, qemu_plugin_meminfo_t info,
				uint32_t off, uint32_t size)
{
	uint8_t *newest = e->page->newest + off;
	uint8_t bytes[16];

	if (unlikely(!e->host)) {
		value_bytes(info, bytes);
		memcpy(newest, bytes, size);
	} else if (size == 4) {
		memcpy(newest, e->host + off, 4);
	} else if (size == 1) {
		*newest = e->host[off];
	} else {
		memcpy(newest, e->host + off, size);
	}
}

void on_store(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *udata)
{
	uint32_t va = mmu_modified_va(&tracer.mmu, (uint32_t)vaddr);
	struct view_entry *e = entry_of(va);
	uint32_t off = va & COH_PAGE_MASK, in = va & (tracer.granule - 1);
	uint32_t pc = access_pc(udata);

	(void)vcpu;
	if (likely(e->vpage == va >> COH_PAGE_SHIFT)) {
		uint32_t size;

		if (!e->page)
			return;
		size = access_size(udata, info);
		if (likely(size <= 8 && in + size <= tracer.granule &&
			   coh_store_is_quiet(e->view, e->page, va, off))) {
			coh_store_quiet(e->view, e->page, off, size, pc, tracer.space);
			store_newest(e, info, off, size);
			return;
		}
	}
	slow_store(e, info, va, vaddr, pc);
}
