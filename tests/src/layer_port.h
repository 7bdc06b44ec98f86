/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * layer_port: a port that writes down what the layer asks of it, and a small world of
 * pages and VMAs for the layer to ask about.
 *
 * It has no cache in it.  A test states what a call must ask of the port, in order; that this is
 * the right thing to ask is the header's business, and the simulated port's (ports/sim) to try out.
 *
 * What port.h promises to every port is held to at each call: ranges are not empty, and of whole
 * lines; windows nest, within walk_enter; locks do not nest; a walk runs within walk_enter;
 * a counter of an operation counts it.
 */
#ifndef COH_TESTS_SRC_LAYER_PORT_H
#define COH_TESTS_SRC_LAYER_PORT_H

#include <coherer/coherer.h>

enum port_op {
	PORT_CLEAN, /* va, len; as all ranges */
	PORT_INVALIDATE,
	PORT_FLUSH,
	PORT_FLUSH_ALL,
	PORT_ICACHE,
	PORT_ICACHE_ALL,
	PORT_OUTER_CLEAN,
	PORT_OUTER_INVALIDATE,
	PORT_OUTER_FLUSH,
	PORT_WINDOW_MAP,   /* pfn, colour */
	PORT_WINDOW_UNMAP, /* address of the window, what it is to hold again */
	PORT_KMAP,	   /* pfn, 0 */
	PORT_KUNMAP,	   /* pfn, address */
	PORT_COPY,	   /* to, len, from */
	PORT_ZERO,	   /* to, len */
	PORT_LOCK,	   /* the lock */
	PORT_UNLOCK,
	PORT_IRQ_SAVE,
	PORT_IRQ_RESTORE,
	PORT_UNCACHE, /* address, mm, pfn */
	PORT_REPORT,  /* minus error, object */
	/* From here on nothing is done; only LAYER_ASKED_ALL compares these. */
	PORT_WALK_ENTER,
	PORT_WALK_EXIT,
	PORT_KERNEL_ADDRESS, /* pfn */
	PORT_CURRENT_MM,
	PORT_USER_PAGE, /* address, mm */
	PORT_OPS,
};

struct port_call {
	enum port_op op;
	uint64_t va, len, from;
};

#define PAGE_BYTES  ((uintptr_t)0x1000)
#define LINEAR	    ((uintptr_t)0xc0000000) /* the linear map: page frame n is page n of it */
#define LINEAR_SIZE ((uintptr_t)0x01000000)
#define HIGH_PFN    ((uintptr_t)0x5003)	    /* a page that is not in the linear map */
#define WINDOW	    ((uintptr_t)0xf0000000) /* the alias window, a slot for each colour */
#define KMAP	    ((uintptr_t)0xfe000000) /* where HIGH_PFN is kmapped: of colour 0 */

/* The page that most tests are about: of l->file, of l->family, of nobody. */
#define PFN   ((uintptr_t)0x21)
#define K     (LINEAR + PFN * PAGE_BYTES) /* of colour 1 on layer_vipt */
#define INDEX ((uintptr_t)8)		  /* so a VMA whose pgoff is 8 - n has the page at n */

/* What a test expects. */
#define RANGE_(op, va, len)                                                                        \
	{                                                                                          \
		PORT_##op, (va), (len), 0                                                          \
	}
#define CLEAN(va, len)	     RANGE_(CLEAN, va, len)
#define INVALIDATE(va, len)  RANGE_(INVALIDATE, va, len)
#define FLUSH(va, len)	     RANGE_(FLUSH, va, len)
#define FLUSH_PAGE(va)	     FLUSH(va, PAGE_BYTES)
#define CLEAN_PAGE(va)	     CLEAN(va, PAGE_BYTES)
#define FLUSH_ALL	     RANGE_(FLUSH_ALL, 0, 0)
#define ICACHE(va, len)	     RANGE_(ICACHE, va, len)
#define ICACHE_PAGE(va)	     ICACHE(va, PAGE_BYTES)
#define ICACHE_ALL	     RANGE_(ICACHE_ALL, 0, 0)
#define OUTER(what, pa, len) RANGE_(OUTER_##what, pa, len)
#define DO_KMAP(pfn)	     RANGE_(KMAP, pfn, 0)
#define DO_KUNMAP(pfn, va)   RANGE_(KUNMAP, pfn, va)
#define COPY(to, from, len)                                                                        \
	{                                                                                          \
		PORT_COPY, (to), (len), (from)                                                     \
	}
#define ZERO(to)     RANGE_(ZERO, to, PAGE_BYTES)
#define LOCK(lock)   RANGE_(LOCK, (uintptr_t)(lock), 0)
#define UNLOCK(lock) RANGE_(UNLOCK, (uintptr_t)(lock), 0)
#define IRQ_SAVE     RANGE_(IRQ_SAVE, 0, 0)
#define IRQ_RESTORE  RANGE_(IRQ_RESTORE, 0, 0)
#define UNCACHE(va, mm, pfn)                                                                       \
	{                                                                                          \
		PORT_UNCACHE, (va), (uintptr_t)(mm), (pfn)                                         \
	}
#define REPORT(error, object) RANGE_(REPORT, (uint64_t) - (error), (uintptr_t)(object))
#define ENTER		      RANGE_(WALK_ENTER, 0, 0)
#define EXIT		      RANGE_(WALK_EXIT, 0, 0)
#define WINDOW_MAP(pfn, c)    RANGE_(WINDOW_MAP, pfn, c)
#define WINDOW_AT(c)	      (WINDOW + (c)*PAGE_BYTES)
#define WINDOW_UNMAP(c, old)  RANGE_(WINDOW_UNMAP, WINDOW_AT(c), old)
/* One alias of a page, flushed at its colour. */
#define BY_WINDOW(pfn, c) WINDOW_MAP(pfn, c), FLUSH_PAGE(WINDOW_AT(c)), WINDOW_UNMAP(c, 0)
/* The layer's lock: something of the page is remembered, by the policy or in page->ever. */
#define LOCKED(l) IRQ_SAVE, LOCK(&(l)->coh.lock), UNLOCK(&(l)->coh.lock), IRQ_RESTORE

#define LAYER_CALLS 512
#define LAYER_VMAS  24

struct layer_translation {
	struct coh_mm *mm;
	uintptr_t va, pfn;
	bool uncached;
};

struct layer {
	struct coh coh;
	struct coh_port port;

	struct port_call call[LAYER_CALLS];
	unsigned calls;
	/* Called after a call was written down, unless quiet: who interrupts there. */
	void (*interrupt)(struct layer *l, const struct port_call *call);
	bool quiet; /* nothing is written down */

	/* What the port answers. */
	struct coh_mm *current;
	unsigned slots;	     /* kmaps of high pages that are left */
	bool high_is_mapped; /* HIGH_PFN has a kernel address */
	struct layer_translation translation[LAYER_VMAS];
	unsigned translations;
	bool looks_at_tables; /* user_may_map says what is there */

	/* What it has seen. */
	int walks, irqs, windows;
	const coh_lock_t *locked;
	uintptr_t window[1024]; /* pfn that each slot holds */
	uint32_t walks_counted; /* COH_COUNT_WALK when no walk_enter was open last */

	/* Before the call under test. */
	uint32_t counters[COH_COUNTERS];
	struct {
		const void *object;
		size_t size;
		unsigned char bytes[512];
	} watched[8];
	unsigned watches;

	/* The world. */
	struct coh_mm mm, other; /* mm is the current one */
	struct coh_mapping file;
	struct coh_anon_vma family;
	struct coh_vma vma[LAYER_VMAS];
	unsigned vmas;
};

/* Descriptions: pages of 4 KiB, lines of 32 bytes, no I-cache, nothing outer. */
struct coh_config layer_vivt(void); /* 16 KiB, ways of a page, as ARM926's */
struct coh_config layer_vipt(void); /* 64 KiB, four colours */
struct coh_config layer_pipt(void); /* 64 KiB */

/* Instruction caches, for config.icache: 16 KiB in ways of a page, or 32 KiB in ways of four. */
struct coh_geometry layer_icache(enum coh_indexing indexing);
struct coh_geometry layer_icache_aliasing(void);
/* config with layer_icache(indexing). */
struct coh_config layer_with_icache(struct coh_config config, enum coh_indexing indexing);

/* A world with no VMA.  Its memory is static: one at a time. */
struct layer *layer_start(struct coh_config config);
/* The port alone; for coh_init. */
void layer_port(struct layer *l);

/* VMAs, linked; of l->file, or anonymous and of l->family.  Nothing of it is written down. */
struct coh_vma *layer_map_file(struct layer *l, struct coh_mm *mm, uintptr_t start, size_t pages,
			       uintptr_t pgoff, uint32_t flags);
struct coh_vma *layer_map_anon(struct layer *l, struct coh_mm *mm, uintptr_t start, size_t pages,
			       uintptr_t pgoff, uint32_t flags);
void layer_unmap(struct layer *l, struct coh_vma *vma);
/* The port's user_page finds pfn there. */
void layer_present(struct layer *l, struct coh_mm *mm, uintptr_t va, uintptr_t pfn);

/* A page of l->file, of l->family. */
struct coh_page layer_file_page(struct layer *l, uintptr_t pfn, uintptr_t index);
struct coh_page layer_anon_page(struct layer *l, uintptr_t pfn, uintptr_t index);

/* coh_kmap and coh_kunmap, neither of which fails. */
void layer_kmap_kunmap(struct layer *l, struct coh_page *page, enum coh_intent intent);

/* Forget what was asked, and start counting. */
void layer_reset(struct layer *l);

/*
 * Exactly this was asked of the port since the last time, in this order, and what was opened is
 * closed.  With what only asks questions, or without.
 */
#define LAYER_ASKED(l, ...)                                                                        \
	layer_asked_((l), (const struct port_call[]){ __VA_ARGS__ },                               \
		     sizeof((const struct port_call[]){ __VA_ARGS__ }) / sizeof(struct port_call), \
		     false, __FILE__, __LINE__)
#define LAYER_ASKED_ALL(l, ...)                                                                    \
	layer_asked_((l), (const struct port_call[]){ __VA_ARGS__ },                               \
		     sizeof((const struct port_call[]){ __VA_ARGS__ }) / sizeof(struct port_call), \
		     true, __FILE__, __LINE__)
#define LAYER_ASKED_NOTHING(l) layer_asked_((l), NULL, 0, false, __FILE__, __LINE__)
void layer_asked_(struct layer *l, const struct port_call *want, size_t n, bool all,
		  const char *file, int line);

struct layer_count {
	enum coh_counter counter;
	uint32_t n;
};

/* The counters of decisions since the last time: these, and no other.  Before LAYER_ASKED. */
#define LAYER_COUNTED(l, ...)                                                                      \
	layer_counted_((l), (const struct layer_count[]){ __VA_ARGS__ },                           \
		       sizeof((const struct layer_count[]){ __VA_ARGS__ }) /                       \
			       sizeof(struct layer_count),                                         \
		       __FILE__, __LINE__)
void layer_counted_(struct layer *l, const struct layer_count *want, size_t n, const char *file,
		    int line);

/* An object that a refused call must leave alone, and l->coh is always one. */
void layer_watch(struct layer *l, const void *object, size_t size);
#define LAYER_WATCH(l, object) layer_watch((l), (object), sizeof(*(object)))

/* call returns error, which has a text; the port was asked for nothing, and nothing was changed. */
#define LAYER_REFUSES(l, error, call)                                                              \
	layer_refused_((l), (error), (call), #call, __FILE__, __LINE__)
void layer_refused_(struct layer *l, int want, int got, const char *what, const char *file,
		    int line);

#endif
