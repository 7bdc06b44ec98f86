/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * machine: a computer with incoherent caches that carries real bytes.
 *
 * Memory, CPUs with data and instruction caches and TLBs, page tables, an
 * optional second level, devices.  Whatever the hardware may choose (evict a line now,
 * fill a line now, drop a TLB entry, which way to fill) is a call, or a question to the caller: the
 * machine draws nothing itself.  Beside memory it keeps the golden memory: for each
 * physical byte the last one stored by anyone, by any way.  A read that differs from it is a finding.
 *
 * Modelling decisions
 *  - VIVT: a line is known by its virtual address alone.  A hit may be another
 *    page's (homonym); the line is written back to where it was filled from.
 *  - VIPT: index by virtual address, tag physical; span (model/cpus.h) decides
 *    how many colours there are.  PIPT: index and tag physical.
 *  - Data caches of several CPUs: coherent with each other as far as copies
 *    have the same name (colour and physical line, or virtual line): a store drops the others' copies
 *    of that name, a miss takes a dirty one from the CPU that has it, writing it back.
 *    Copies under other names are not touched: aliases are as incoherent as on one CPU.
 *  - Instruction caches are filled from the second level or memory, never from a data cache, unless unified.
 *  - A store that misses allocates or goes below, as the cache's alloc says
 *    (COH_ALLOC_PAGE: allocates).  Write-through stores update a present line and go below.
 *  - Uncached accesses look into no cache, and go to memory itself.
 *  - The second level is physically indexed, write-back, read- and write-allocate,
 *    inclusive of nothing; devices go to memory past it.
 *  - By-address operations need a translation on VIPT and PIPT; without one they do nothing
 *    and count as no_translation.  On VIVT they need none.
 *  - Dirtiness is kept for a whole line.  No timing, no write buffer, no weak order.
 *
 * The state is one flat block without pointers: coh_machine_size bytes, to be copied,
 * compared and hashed as it is.  Two machines of one configuration that were given the same calls
 * have equal blocks.
 *
 * Protocol: coh_machine_size, memory from the caller, coh_machine_init; coh_machine_map; accesses, operations and
 * choices in any order.  Not thread safe.
 */
#ifndef COH_MODEL_MACHINE_H
#define COH_MODEL_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/cpus.h"
#include "model/ops.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COH_MACHINE_KERNEL 0u /* the mm whose translations every mm has */

struct coh_machine_config {
	struct coh_cache dcache;
	struct coh_cache icache; /* size 0: the data cache is unified */
	struct coh_cache outer;	 /* size 0: no second level */
	uint32_t cpus;		 /* 1..8 */
	uint32_t page;		 /* bytes, a power of two */
	uint32_t pages;		 /* of physical memory, from physical address 0 */
	uint32_t translations;	 /* at most so many at a time, in all mms */
	uint32_t tlb;		 /* entries a CPU; 0: tables are asked every time */
	bool broadcast;		 /* operations by address reach all CPUs */
};

enum coh_machine_error {
	COH_MACHINE_OK = 0,
	COH_MACHINE_FAULT = -1,	     /* no translation, or no right */
	COH_MACHINE_NO_MEMORY = -2,  /* no such physical page */
	COH_MACHINE_FULL = -3,	     /* no room for another translation */
	COH_MACHINE_BAD_CONFIG = -4, /* a cache that cannot exist, or a count of 0 or too large */
	COH_MACHINE_ARGUMENT = -5,   /* no such CPU, a length of 0, not page aligned */
};

/* Rights of a translation. */
enum coh_machine_right {
	COH_MACHINE_READ = 1u << 0,
	COH_MACHINE_WRITE = 1u << 1,
	COH_MACHINE_EXEC = 1u << 2,
};

/* A read of something else than the newest byte. */
struct coh_machine_stale {
	enum coh_machine_reader {
		COH_MACHINE_LOAD = 1,
		COH_MACHINE_FETCH,
		COH_MACHINE_DEVICE,
	} reader;
	uint32_t cpu;
	uint32_t mm;
	uint64_t va; /* of the first old byte; the physical address for a device */
	uint64_t pa; /* the page tables' answer, whatever a homonym hit was */
	uint8_t got, newest;
};

/* What the machine counted since init; never reset by it. */
struct coh_machine_counts {
	uint64_t loads, stores, fetches;
	uint64_t fills, evictions, write_backs;
	uint64_t stale_loads, stale_fetches, stale_device_reads; /* reads, not bytes */
	uint64_t homonym_hits;	 /* accesses that hit another page's line */
	uint64_t operations;	 /* lines that an operation was asked for */
	uint64_t without_effect; /* of these, those that changed nothing */
	uint64_t no_translation; /* of these, those by an address that had none */
};

struct coh_machine; /* flat; see above */

/*
 * Whoever chooses for the hardware: one of n > 1 alternatives, 0..n-1.
 * Asked only for the way to fill when no way of the set is empty.
 */
struct coh_machine_chooser {
	uint32_t (*choose)(void *context, uint32_t n);
	void *context;
};

/* Bytes needed, 0 if the configuration is wrong; then the reason is in coh_machine_config_text. */
size_t coh_machine_size(const struct coh_machine_config *config);
const char *coh_machine_config_text(const struct coh_machine_config *config);

/*
 * memory: coh_machine_size bytes, aligned to 8.  All memory is 0, caches and TLBs are empty.
 * Returns COH_MACHINE_OK or COH_MACHINE_BAD_CONFIG.
 */
int coh_machine_init(struct coh_machine *memory, const struct coh_machine_config *config);

const struct coh_machine_config *coh_machine_config(const struct coh_machine *m);
const struct coh_machine_counts *coh_machine_counts(const struct coh_machine *m);
const char *coh_machine_error_text(int error);

/* ------------------------------------------------------------------------
 * Translations: tables in hardware's sense.  A change is seen by a CPU when its TLB has no old entry.
 */

/* Makes or replaces mm's translation of the page at va. */
int coh_machine_map(struct coh_machine *m, uint32_t mm, uint64_t va, uint64_t pa, uint32_t rights,
		    enum coh_attr attr);
/* COH_MACHINE_FAULT if there was none. */
int coh_machine_unmap(struct coh_machine *m, uint32_t mm, uint64_t va);
/* The tables' answer, not the TLB's.  Any out pointer may be NULL.  COH_MACHINE_FAULT if there is none. */
int coh_machine_translation(const struct coh_machine *m, uint32_t mm, uint64_t va, uint64_t *pa,
			    uint32_t *rights, enum coh_attr *attr);

void coh_machine_set_mm(struct coh_machine *m, uint32_t cpu, uint32_t mm);
uint32_t coh_machine_mm(const struct coh_machine *m, uint32_t cpu);

/* TLB entries are tagged with the mm.  cpu's entries for va in mm; all of cpu's. */
void coh_machine_tlb_invalidate(struct coh_machine *m, uint32_t cpu, uint32_t mm, uint64_t va);
void coh_machine_tlb_invalidate_all(struct coh_machine *m, uint32_t cpu);

/* ------------------------------------------------------------------------
 * Accesses, of any length and alignment, also across pages; each line is one step.
 * stale may be NULL; if the access read old bytes it receives the first, and reader is not 0.
 * On an error nothing was accessed.
 */

int coh_machine_load(struct coh_machine *m, uint32_t cpu, uint64_t va, void *bytes, uint32_t len,
		     const struct coh_machine_chooser *chooser, struct coh_machine_stale *stale);
int coh_machine_store(struct coh_machine *m, uint32_t cpu, uint64_t va, const void *bytes,
		      uint32_t len, const struct coh_machine_chooser *chooser);
int coh_machine_fetch(struct coh_machine *m, uint32_t cpu, uint64_t va, void *bytes, uint32_t len,
		      const struct coh_machine_chooser *chooser, struct coh_machine_stale *stale);

/* A device, by physical address, past all caches. */
int coh_machine_device_read(struct coh_machine *m, uint64_t pa, void *bytes, uint32_t len,
			    struct coh_machine_stale *stale);
int coh_machine_device_write(struct coh_machine *m, uint64_t pa, const void *bytes, uint32_t len);

/* ------------------------------------------------------------------------
 * Maintenance.  Each returns how many lines it changed: 0 is an operation without effect.
 */

/* The line that va names for this CPU (of all CPUs if broadcast). */
uint32_t coh_machine_line(struct coh_machine *m, uint32_t cpu, enum coh_side side, enum coh_op op,
			  uint64_t va);
/* Every line of one side, of this CPU only, whatever broadcast says. */
uint32_t coh_machine_all(struct coh_machine *m, uint32_t cpu, enum coh_side side, enum coh_op op);
uint32_t coh_machine_set_way(struct coh_machine *m, uint32_t cpu, enum coh_side side,
			     enum coh_op op, uint32_t set, uint32_t way);
/* The second level, by physical address; all of it. */
uint32_t coh_machine_outer_line(struct coh_machine *m, enum coh_op op, uint64_t pa);
uint32_t coh_machine_outer_all(struct coh_machine *m, enum coh_op op);

/* ------------------------------------------------------------------------
 * What hardware may do at any time.  Each returns false if it was not possible now and nothing changed.
 */

/* Write back if dirty, then drop. */
bool coh_machine_evict(struct coh_machine *m, uint32_t cpu, enum coh_side side, uint32_t set,
		       uint32_t way);
bool coh_machine_outer_evict(struct coh_machine *m, uint32_t set, uint32_t way);
/* Fill the line at va, as a prefetch or speculative access would: it is mapped cacheable and absent. */
bool coh_machine_fill(struct coh_machine *m, uint32_t cpu, enum coh_side side, uint64_t va,
		      const struct coh_machine_chooser *chooser);
/* Write a dirty line back and keep it. */
bool coh_machine_write_back(struct coh_machine *m, uint32_t cpu, uint32_t set, uint32_t way);
bool coh_machine_tlb_evict(struct coh_machine *m, uint32_t cpu, uint32_t entry);

/* ------------------------------------------------------------------------
 * Looking in, without any effect.
 */

struct coh_machine_line_state {
	bool valid, dirty, stale; /* stale: some byte is not the newest of pa */
	uint64_t va, pa;	  /* va: as it was filled, on VIVT and for the colour */
	const uint8_t *bytes;
};

void coh_machine_look(const struct coh_machine *m, uint32_t cpu, enum coh_side side, uint32_t set,
		      uint32_t way, struct coh_machine_line_state *state);
uint8_t coh_machine_memory(const struct coh_machine *m, uint64_t pa);
uint8_t coh_machine_newest(const struct coh_machine *m, uint64_t pa);
/* Bytes whose newest value is neither in memory nor in any valid line that would reach it: lost for good. */
uint64_t coh_machine_lost(const struct coh_machine *m);
/* How many lines or bytes break an invariant of the model; 0 is right. */
uint64_t coh_machine_check(const struct coh_machine *m);

#ifdef __cplusplus
}
#endif

#endif
