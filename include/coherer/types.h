/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * types: the objects that an embedder puts inside its own.
 *
 * No field is for the embedder to write; every object is made by its _init
 * function.  An object must not be copied or moved while it is linked.
 *
 * Sizes on 32-bit (64-bit) machines: coh_page 20 (32) bytes, coh_vma 192 (376),
 * coh_mm 8 (16), coh_mapping and coh_anon_vma 24 (48); tests hold them to it.
 */
#ifndef COH_TYPES_H
#define COH_TYPES_H

#include <coherer/env.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A physical address; may be wider than a pointer. */
typedef uint64_t coh_pa_t;

struct coh_vma;

/*
 * A node of one interval tree: the interval [first, last] of page offsets, in a group.  The tree is
 * an AVL tree ordered by (group, first, node address).  (end_group, end_last) is the greatest
 * (group, last) in the subtree.
 *
 * The map is latched: it has two copies of its tree.  So every field that a walk reads is in the
 * node, which each copy has of its own, and nowhere else.
 */
struct coh_node {
	struct coh_node *child[2];
	uintptr_t end_group, end_last;
	uintptr_t group;
	uintptr_t first, last;
	uint32_t height;
};

/*
 * A reverse map: the VMAs that may map pages of one file or one anon_vma, by page offset.  It is
 * two copies of one interval tree.  Copy (sequence & 1) is always whole, and nobody stores to it;
 * sequence is even while nothing is being changed.  Writers hold lock; walks never do.
 */
struct coh_map {
	coh_lock_t lock;
	uint32_t sequence;
	struct coh_node *root[2];
	uintptr_t count; /* linked VMAs, or COH_MAP_DAMAGED; walks look at it, too */
	uint32_t side;	 /* which of the VMA's nodes this map uses: enum coh_side_ */
};

/* A file's pages and the VMAs that map it (struct address_space of Linux). */
struct coh_mapping {
	struct coh_map map;
};

/* A family of anonymous pages and the VMAs, of parent and children, that may map them. */
struct coh_anon_vma {
	struct coh_map map;
};

/*
 * An address space.  vmas is a plain interval tree by virtual page, which finds overlaps; it is
 * under lock, and no walk reads it.
 */
struct coh_mm {
	coh_lock_t lock;
	struct coh_node *vmas;
};

enum coh_vma_flags {
	COH_VMA_SHARED = 1u << 0, /* stores may be seen through other mappings (VM_MAYSHARE) */
	COH_VMA_EXEC = 1u << 1,	  /* may be executed: the I-cache counts */
	COH_VMA_WRITE = 1u << 2,  /* a translation may allow stores, now or without another
				   * coh_update_mmu_cache */
};

/*
 * A range [start, end) of an address space.  Page offset pgoff is mapped at start, and the
 * following ones after it; a page's index counts in the same units, for file and anonymous pages
 * alike.
 *
 * Invariants while linked: start < end, both page aligned; delta (first virtual page - pgoff) and
 * group do not change; a copy of each node is in the corresponding copy of each map's tree, with
 * [first, last] the page offsets.
 */
struct coh_vma {
	struct coh_mm *mm;
	uintptr_t start, end; /* addresses; writers only, under mm->lock */
	uintptr_t delta;      /* in pages, modulo the address space */
	uint32_t flags;	      /* enum coh_vma_flags */
	uint32_t linked;
	struct coh_mapping *mapping;   /* NULL: not of a file */
	struct coh_anon_vma *anon_vma; /* NULL: no anonymous page yet */
	struct coh_node space;	       /* in mm->vmas, by virtual page */
	struct coh_node file[2];       /* in mapping's copies */
	struct coh_node anon[2];       /* in anon_vma's copies */
};

/*
 * A physical page.
 *
 * owner and index are written while nobody else uses the page.  Each other field is stored by an
 * access of its own.  So an interrupt that stores to one field cannot undo a store to its
 * neighbour. src/flush.c says who may store mark, src/page.c who may store ever.
 *
 * A page that is all zero but for pfn has no owner, no user has had it, and its kernel lines may be
 * dirty.  What nobody said to be clean counts as dirty: a forgotten call then costs a flush, and no
 * data.
 */
struct coh_page {
	uintptr_t pfn;
	uintptr_t
		owner; /* struct coh_mapping *, or struct coh_anon_vma * with bit 0 set; 0: none */
	uintptr_t index; /* page offset in the owner */
	uint32_t mark;	 /* enum coh_mark_, or a version of the owner's map: src/flush.c */
	uint16_t state;	 /* the policy's own: colours, or an epoch */
	uint8_t ever;	 /* enum coh_ever_: what happened to it since coh_page_clear */
};

/* What somebody is about to do, or did, with a page. */
enum coh_intent {
	COH_INTENT_READ = 1,   /* loads only */
	COH_INTENT_WRITE,      /* stores to all of it, loads nothing of what was there */
	COH_INTENT_READ_WRITE, /* anything */
};

/* Rights of a user translation; a set. */
enum coh_prot {
	COH_PROT_READ = 1u << 0,
	COH_PROT_WRITE = 1u << 1,
	COH_PROT_EXEC = 1u << 2,
};

/* Who writes the memory in a DMA transfer. */
enum coh_dma {
	COH_DMA_TO_DEVICE = 1, /* the device reads */
	COH_DMA_FROM_DEVICE,   /* the device writes */
	COH_DMA_BIDIRECTIONAL, /* either */
};

/* From where a function may be called; each includes those before it. */
enum coh_context {
	COH_CONTEXT_PROCESS = 1, /* interrupts may come; locks of the layer are not held */
	COH_CONTEXT_IRQ,	 /* an interrupt handler, or interrupts off */
	COH_CONTEXT_NMI,	 /* anything, even amid an update of the same maps */
};

#ifdef __cplusplus
}
#endif

#endif
