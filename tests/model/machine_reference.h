/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * machine_reference: model/machine once more, to judge it by.
 *
 * It is meant to be obviously right, not fast: memory is an array, what is
 * cached is a list of copies that are told apart by their names, and every
 * access goes byte by byte.  Where a copy sits (set and way) is kept only
 * because the machine says so to the outside.
 *
 * One thing it cannot know is which entry leaves a full TLB: its TLBs grow, and
 * the test takes away what the machine no longer has (mref_tlb_forget).
 */
#ifndef COH_TESTS_MODEL_MACHINE_REFERENCE_H
#define COH_TESTS_MODEL_MACHINE_REFERENCE_H

#include "model/machine.h"

#define MREF_MEMORY	  1024u
#define MREF_COPIES	  512u
#define MREF_LINE	  128u
#define MREF_TRANSLATIONS 64u
#define MREF_CPUS	  8u

enum mref_where {
	MREF_DATA = COH_DATA,
	MREF_INSN = COH_INSN,
	MREF_OUTER,
};

struct mref_copy {
	enum mref_where where;
	uint32_t cpu;	 /* 0 of the second level */
	uint64_t va, pa; /* of the line; va as it was filled */
	uint32_t set, way;
	bool dirty;
	uint8_t bytes[MREF_LINE];
};

struct mref_translation {
	uint32_t mm, rights;
	uint64_t va, pa; /* of the page */
	enum coh_attr attr;
};

struct mref_table {
	struct mref_translation entry[MREF_TRANSLATIONS];
	uint32_t n;
};

struct mref {
	struct coh_machine_config config;
	struct coh_machine_counts counts;
	struct coh_machine_chooser chooser;
	uint8_t memory[MREF_MEMORY], golden[MREF_MEMORY];
	struct mref_copy copy[MREF_COPIES];
	uint32_t n;
	struct mref_table table, tlb[MREF_CPUS];
	uint32_t mm[MREF_CPUS];
};

void mref_init(struct mref *r, const struct coh_machine_config *config,
	       const struct coh_machine_chooser *chooser);

/* As the functions of model/machine.h of the same names. */
int mref_map(struct mref *r, uint32_t mm, uint64_t va, uint64_t pa, uint32_t rights,
	     enum coh_attr attr);
int mref_unmap(struct mref *r, uint32_t mm, uint64_t va);
void mref_tlb_invalidate(struct mref *r, uint32_t cpu, uint32_t mm, uint64_t va);
void mref_tlb_invalidate_all(struct mref *r, uint32_t cpu);

/* reader 0: a store.  *stale is zero if nothing was stale. */
int mref_access(struct mref *r, uint32_t cpu, enum coh_machine_reader reader, uint64_t va,
		uint8_t *bytes, uint32_t len, struct coh_machine_stale *stale);
int mref_device_read(struct mref *r, uint64_t pa, uint8_t *bytes, uint32_t len,
		     struct coh_machine_stale *stale);
int mref_device_write(struct mref *r, uint64_t pa, const uint8_t *bytes, uint32_t len);

uint32_t mref_line(struct mref *r, uint32_t cpu, enum coh_side side, enum coh_op op, uint64_t va);
uint32_t mref_all(struct mref *r, uint32_t cpu, enum coh_side side, enum coh_op op);
uint32_t mref_set_way(struct mref *r, uint32_t cpu, enum coh_side side, enum coh_op op,
		      uint32_t set, uint32_t way);
uint32_t mref_outer_line(struct mref *r, enum coh_op op, uint64_t pa);
uint32_t mref_outer_all(struct mref *r, enum coh_op op);

/* where: also MREF_OUTER. */
bool mref_evict(struct mref *r, uint32_t cpu, enum mref_where where, uint32_t set, uint32_t way);
bool mref_fill(struct mref *r, uint32_t cpu, enum coh_side side, uint64_t va);
bool mref_write_back(struct mref *r, uint32_t cpu, uint32_t set, uint32_t way);
uint64_t mref_lost(const struct mref *r);

/* Which cache a side means, and its description. */
enum mref_where mref_side(const struct mref *r, enum coh_side side);
const struct coh_cache *mref_cache(const struct mref *r, enum mref_where where);

/* The copy that sits there; NULL. */
struct mref_copy *mref_at(struct mref *r, enum mref_where where, uint32_t cpu, uint32_t set,
			  uint32_t way);

/* Where an access hits; NULL. */
struct mref_copy *mref_find(struct mref *r, enum mref_where where, uint32_t cpu, uint64_t va,
			    uint64_t pa);

/* mm's or the kernel's entry; NULL. */
struct mref_translation *mref_lookup(struct mref_table *t, uint32_t mm, uint64_t page_va);
void mref_table_remove(struct mref_table *t, struct mref_translation *e);

#endif
