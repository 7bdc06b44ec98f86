/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * reference: a tiny machine that carries bytes, to judge model/shadow by.
 *
 * It is meant to be obviously right, not fast.  It keeps the set of all states
 * that memory and caches can be in: between any two steps any line that is
 * present may be evicted (written back if dirty, then dropped).  Every step is
 * applied to every state.  Every stored byte is a new version, so that old and
 * new are told apart by who wrote them and not by value.
 *
 * The machine has REF_PPAGES physical and REF_VPAGES virtual pages.  Of each
 * page only REF_CELLS bytes exist, at offset[] of it, in lines 0 and 1.
 *
 * Decisions shared with the shadow (they say what hardware is meant):
 *  - a hit is by name alone: on VIVT the line may be another page's (homonym),
 *    then loads read it, stores land in it, and it is written back home;
 *  - a write-through store updates a present line and memory, allocates
 *    nothing, and leaves a dirty line dirty;
 *  - uncached accesses, devices and page-table walks use memory only;
 *  - which way a line sits in is fixed when it is filled and not known;
 *  - an access that crosses lines, or 32-byte boundaries of longer lines, is one
 *    access a piece, and an eviction may come between them.
 */
#ifndef COH_TESTS_MODEL_REFERENCE_H
#define COH_TESTS_MODEL_REFERENCE_H

#include "model/shadow.h"

#define REF_CELLS    4u
#define REF_LINES    2u
#define REF_PPAGES   3u
#define REF_VPAGES   3u
#define REF_VERSIONS 256u
#define REF_PIECE    32u

struct ref_geometry {
	enum coh_cache_kind kind[2]; /* by enum coh_side */
	bool write_allocate;
	uint32_t line;		     /* bytes */
	uint32_t offset[REF_CELLS];  /* of the cells in their page, ascending */
	uint32_t colour[REF_VPAGES]; /* of a virtual page: 0 or 1; VIPT only */
	uint32_t ways;		     /* 1 to 8 */
};

/* Which versions a byte may be answered with, by cell. */
struct ref_answers {
	bool may[REF_CELLS][REF_VERSIONS];
};

struct ref_machine;

/* Empty caches; the first versions are 1, 2, ... in page and cell order. */
struct ref_machine *ref_new(const struct ref_geometry *geometry);
void ref_free(struct ref_machine *m);

/* False once there were more states than are kept: nothing said since counts. */
bool ref_complete(const struct ref_machine *m);

/* The newest version of a cell, in program order. */
uint8_t ref_newest(const struct ref_machine *m, unsigned ppage, unsigned cell);

/* cells: a mask.  A load (COH_DATA) or an instruction fetch (COH_INSN). */
void ref_read(struct ref_machine *m, enum coh_side side, unsigned vpage, unsigned ppage,
	      unsigned cells, enum coh_attr attr, struct ref_answers *answers);

/* Returns true if it may hit a line that belongs to another page. */
bool ref_store(struct ref_machine *m, unsigned vpage, unsigned ppage, unsigned cells,
	       enum coh_attr attr);

/* What a device or the page-table walker reads. */
void ref_read_memory(struct ref_machine *m, unsigned ppage, unsigned cells,
		     struct ref_answers *answers);
void ref_device_write(struct ref_machine *m, unsigned ppage, unsigned cells);

void ref_maintain(struct ref_machine *m, enum coh_side side, enum coh_op op, unsigned vpage,
		  unsigned ppage, unsigned line);
void ref_maintain_all(struct ref_machine *m, enum coh_side side, enum coh_op op);

/*
 * On the data cache's set that a line is in.  On VIPT lines of different colours
 * sit in different sets; elsewhere colour is 0.
 */
void ref_set_way(struct ref_machine *m, enum coh_op op, unsigned colour, unsigned line,
		 unsigned way);

#endif
