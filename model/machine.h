/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * machine: a computer with incoherent caches that carries real bytes.
 *
 * Memory, CPUs with data and instruction caches and TLBs, page tables, an
 * optional second level, devices.  Whatever the hardware may choose (evict a
 * line now, fill a line now, drop a TLB entry, which way to fill) is a call, or
 * a question to the caller: the machine draws nothing itself.  Beside memory it
 * keeps the golden memory: for each physical byte the last one stored by
 * anyone, by any way, at the address that the store's translation gave.  A read
 * that differs from it is a finding; one that happens to see an equal byte, by
 * whatever error, is none.
 *
 * Modelling decisions
 *  - VIVT: a line is known by its virtual address alone.  A hit may be another
 *    page's (homonym); the line is written back to where it was filled from.
 *  - VIPT: index by virtual address, tag physical; span (model/cpus.h) decides
 *    how many colours there are, also where those are more than the sets can
 *    tell apart.  PIPT: index and tag physical.
 *  - Data caches of several CPUs (enum coh_machine_sharing): coherent with each
 *    other as far as copies have the same name (colour and physical line, or
 *    virtual line): a store drops the others' copies of that name, a miss takes
 *    the bytes of a dirty one from the CPU that has it.  So a name is dirty on one
 *    CPU at most.  Copies under other names are not touched: aliases are as
 *    incoherent as on one CPU.
 *  - Instruction caches are filled from the second level or memory, never from a
 *    data cache, unless unified.
 *  - A cached store is write-back or write-through as the cache's policy says
 *    (COH_STORE_PAGE: as the translation's attr says).  A write-back store that
 *    misses allocates or goes below, as the cache's alloc says (COH_ALLOC_PAGE:
 *    allocates).  A write-through store updates a present line, leaves it dirty
 *    if it was, and goes below; it never allocates.
 *  - A line that must make room is written back before its successor is read.
 *  - Uncached accesses look into no cache, and go to memory itself.
 *  - The second level is physically indexed, write-back, read- and
 *    write-allocate, inclusive of nothing; devices go to memory past it.
 *  - By-address operations need a translation on VIPT and PIPT, whatever its
 *    rights; without one they do nothing and count as no_translation.  On VIVT
 *    they need none.  They ask the TLB as an access does, and leave it as it is.
 *  - A unified cache is what both sides mean: to invalidate COH_INSN there drops
 *    dirty data, too.
 *  - A TLB holds any tlb translations; which one goes when it is full is fixed.
 *    To have another one go, evict that before.
 *  - Dirtiness is kept for a whole line.  No timing, no write buffer, no weak
 *    order.
 *
 * The state is one flat block without pointers: coh_machine_size bytes, to be
 * copied, compared and hashed as it is.  Two machines of one configuration that
 * were given the same calls have equal blocks.  The counts are part of it;
 * coh_machine_core is the part that decides what happens next.
 *
 * Protocol: coh_machine_size, memory from the caller, coh_machine_init;
 * coh_machine_map; accesses, operations and choices in any order.  Not thread
 * safe.
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

/* What a CPU's data cache does with its line when another CPU misses that name. */
enum coh_machine_sharing {
	COH_SHARING_WRITTEN_BACK, /* writes it back; on no other CPU is there a copy of a dirty line */
	/*
	 * Hands over bytes and dirtiness, and keeps a clean copy: memory stays old (ARM11 MPCore,
	 * Cortex-A9 and after).  A clean line answers as well, also where a device has written memory
	 * since; that it need not is an eviction of it before.  A homonym's line (VIVT) is written
	 * back.
	 */
	COH_SHARING_MOVED,
	COH_SHARING_NONE, /* nothing: nobody keeps these data caches coherent */
};

struct coh_machine_config {
	struct coh_cache dcache; /* not COH_STORE_READ_ONLY */
	struct coh_cache icache; /* COH_STORE_READ_ONLY; size 0: the data cache is unified */
	struct coh_cache outer;	 /* COH_PIPT, write-back, write-allocate; size 0: no second level */
	uint32_t cpus;		 /* 1..8 */
	uint32_t page;		 /* bytes, a power of two, no shorter than a line */
	uint32_t pages;		 /* of physical memory, from physical address 0; up to 4 GiB */
	uint32_t translations;	 /* at most so many at a time, in all mms; up to 2^24 */
	uint32_t tlb;		 /* entries a CPU, up to 2^16; 0: tables are asked every time */
	bool broadcast;		 /* operations by address reach all CPUs */
	enum coh_machine_sharing sharing;
};

enum coh_machine_error {
	COH_MACHINE_OK = 0,
	COH_MACHINE_FAULT = -1,	     /* no translation, or no right */
	COH_MACHINE_NO_MEMORY = -2,  /* no such physical page */
	COH_MACHINE_FULL = -3,	     /* no room for another translation */
	COH_MACHINE_BAD_CONFIG = -4, /* a cache that cannot exist, or a count of 0 or too large */
	COH_MACHINE_ARGUMENT = -5,   /* no such CPU, a length of 0, beyond 2^64, not page aligned */
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
	} reader;     /* 0: nothing was stale, nor is anything else set */
	uint32_t cpu; /* it and mm: 0 for a device */
	uint32_t mm;
	uint64_t va; /* of the first old byte; the physical address for a device */
	uint64_t pa; /* the translation's answer, whatever a homonym hit was */
	uint8_t got, newest;
};

/* What the machine counted since init; never reset by it. */
struct coh_machine_counts {
	uint64_t loads, stores, fetches;	/* calls that succeeded */
	uint64_t fills, evictions, write_backs; /* lines, of all caches; for whatever reason */
	uint64_t stale_loads, stale_fetches, stale_device_reads; /* reads, not bytes */
	uint64_t homonym_hits;	 /* steps of accesses that hit another page's line */
	uint64_t operations;	 /* lines that an operation was asked for, empty ones too */
	uint64_t without_effect; /* of these, those that changed nothing on any CPU */
	uint64_t no_translation; /* of these, those by an address that had none */
};

struct coh_machine; /* flat; see above */

/*
 * Whoever chooses for the hardware: one of n > 1 alternatives, 0..n-1 (others
 * are taken modulo n).  Asked only for the way to fill when no way of the set is
 * empty; else it is the lowest empty one.  Functions that take no chooser fill
 * way 0 of a full set of the second level, as accesses do with NULL: nothing is
 * out of reach by that, for the caller can evict another line before.
 */
struct coh_machine_chooser {
	uint32_t (*choose)(void *context, uint32_t n);
	void *context;
};

/* Bytes needed, a multiple of 8; 0 if the configuration is wrong. */
size_t coh_machine_size(const struct coh_machine_config *config);
/* Why, as a constant; "possible" if it is right.  Of a cache: coh_cache_check knows more. */
const char *coh_machine_config_text(const struct coh_machine_config *config);

/*
 * memory: coh_machine_size bytes, aligned to 8.  All memory is 0, caches, TLBs
 * and tables are empty, every CPU is in COH_MACHINE_KERNEL.
 * Returns COH_MACHINE_OK or COH_MACHINE_BAD_CONFIG.
 */
int coh_machine_init(struct coh_machine *memory, const struct coh_machine_config *config);

const struct coh_machine_config *coh_machine_config(const struct coh_machine *m);
const struct coh_machine_counts *coh_machine_counts(const struct coh_machine *m);
/* Never NULL: an unknown code gives "unknown error". */
const char *coh_machine_error_text(int error);

/*
 * The part of the block that decides all that the machine will do, *len bytes:
 * machines of one configuration with equal cores answer alike, whatever they
 * went through.  It does not tell in which order translations were made, nor
 * what was in a line or an entry that is empty now.
 */
const void *coh_machine_core(const struct coh_machine *m, size_t *len);

/* ------------------------------------------------------------------------
 * Translations: tables in hardware's sense.  A change is seen by a CPU when its
 * TLB has no old entry.  An mm's own translation comes before the kernel's; what
 * the TLB has of either, before the tables.
 */

/*
 * Makes or replaces mm's translation of the page at va.  rights: a mask, may be 0.
 * COH_MACHINE_ARGUMENT, COH_MACHINE_NO_MEMORY, COH_MACHINE_FULL.
 */
int coh_machine_map(struct coh_machine *m, uint32_t mm, uint64_t va, uint64_t pa, uint32_t rights,
		    enum coh_attr attr);
/* COH_MACHINE_FAULT if mm had none of its own there, COH_MACHINE_ARGUMENT. */
int coh_machine_unmap(struct coh_machine *m, uint32_t mm, uint64_t va);
/*
 * The tables' answer, not the TLB's; pa is that of the byte at va.  Any out pointer may be NULL.
 * COH_MACHINE_FAULT if there is none.
 */
int coh_machine_translation(const struct coh_machine *m, uint32_t mm, uint64_t va, uint64_t *pa,
			    uint32_t *rights, enum coh_attr *attr);

/* A CPU that does not exist: nothing is done, here and below; its mm is COH_MACHINE_KERNEL. */
void coh_machine_set_mm(struct coh_machine *m, uint32_t cpu, uint32_t mm);
uint32_t coh_machine_mm(const struct coh_machine *m, uint32_t cpu);

/* TLB entries are tagged with the mm.  cpu's entries for va in mm; all of cpu's. */
void coh_machine_tlb_invalidate(struct coh_machine *m, uint32_t cpu, uint32_t mm, uint64_t va);
void coh_machine_tlb_invalidate_all(struct coh_machine *m, uint32_t cpu);

/* ------------------------------------------------------------------------
 * Accesses, of any length and alignment, also across pages; each line is one
 * step.  They need COH_MACHINE_READ, _WRITE and _EXEC.  chooser and stale may be
 * NULL; *stale receives the first old byte that the access read.
 * Return COH_MACHINE_OK, COH_MACHINE_FAULT or COH_MACHINE_ARGUMENT; on an error
 * nothing was accessed.
 */

int coh_machine_load(struct coh_machine *m, uint32_t cpu, uint64_t va, void *bytes, uint32_t len,
		     const struct coh_machine_chooser *chooser, struct coh_machine_stale *stale);
int coh_machine_store(struct coh_machine *m, uint32_t cpu, uint64_t va, const void *bytes,
		      uint32_t len, const struct coh_machine_chooser *chooser);
int coh_machine_fetch(struct coh_machine *m, uint32_t cpu, uint64_t va, void *bytes, uint32_t len,
		      const struct coh_machine_chooser *chooser, struct coh_machine_stale *stale);

/* A device, by physical address, past all caches.  COH_MACHINE_NO_MEMORY, COH_MACHINE_ARGUMENT. */
int coh_machine_device_read(struct coh_machine *m, uint64_t pa, void *bytes, uint32_t len,
			    struct coh_machine_stale *stale);
int coh_machine_device_write(struct coh_machine *m, uint64_t pa, const void *bytes, uint32_t len);

/* ------------------------------------------------------------------------
 * Maintenance.  Each returns how many lines it changed: 0 is an operation without effect.
 * One on a CPU, a set or a cache that does not exist has none and is not counted.
 */

/* The line that va names for this CPU (of all CPUs if broadcast). */
uint32_t coh_machine_line(struct coh_machine *m, uint32_t cpu, enum coh_side side, enum coh_op op,
			  uint64_t va);
/* Every line of one side, of this CPU only, whatever broadcast says; by sets, then ways. */
uint32_t coh_machine_all(struct coh_machine *m, uint32_t cpu, enum coh_side side, enum coh_op op);
uint32_t coh_machine_set_way(struct coh_machine *m, uint32_t cpu, enum coh_side side,
			     enum coh_op op, uint32_t set, uint32_t way);
/* The second level, by physical address; all of it. */
uint32_t coh_machine_outer_line(struct coh_machine *m, enum coh_op op, uint64_t pa);
uint32_t coh_machine_outer_all(struct coh_machine *m, enum coh_op op);

/* ------------------------------------------------------------------------
 * What hardware may do at any time.  Each returns false if it was not possible
 * now, and nothing changed.
 */

/* Write back if dirty, then drop. */
bool coh_machine_evict(struct coh_machine *m, uint32_t cpu, enum coh_side side, uint32_t set,
		       uint32_t way);
bool coh_machine_outer_evict(struct coh_machine *m, uint32_t set, uint32_t way);
/*
 * Fill the line at va, as a prefetch or speculative access would: it is mapped
 * cacheable, may be read (COH_INSN: executed), and is absent.  The TLB learns
 * the translation.
 */
bool coh_machine_fill(struct coh_machine *m, uint32_t cpu, enum coh_side side, uint64_t va,
		      const struct coh_machine_chooser *chooser);
/*
 * A store that is speculated marks its line dirty before it is known to be needed, and then
 * is not done (R10000): the line at va, which is present and clean, gets dirty and keeps its
 * bytes.  It is mapped cacheable, may be written, and stays in the line.
 */
bool coh_machine_dirty(struct coh_machine *m, uint32_t cpu, uint64_t va);
/* Write a dirty line back and keep it. */
bool coh_machine_write_back(struct coh_machine *m, uint32_t cpu, uint32_t set, uint32_t way);
/* entry: 0..tlb-1; those present are the first, in an order that changes as they come and go. */
bool coh_machine_tlb_evict(struct coh_machine *m, uint32_t cpu, uint32_t entry);

/* ------------------------------------------------------------------------
 * Looking in, without any effect.
 */

struct coh_machine_line_state {
	bool valid, dirty, stale; /* stale: some byte is not the newest of pa */
	/* va: what of it is the line's name: VIVT: all; VIPT: the part below the span; PIPT: 0. */
	uint64_t va, pa;
	const uint8_t *bytes;
};

struct coh_machine_tlb_state {
	uint32_t mm;
	uint32_t rights;
	uint64_t va, pa; /* of the page */
	enum coh_attr attr;
};

/* Whatever does not exist is not valid, and reads as 0. */

void coh_machine_look(const struct coh_machine *m, uint32_t cpu, enum coh_side side, uint32_t set,
		      uint32_t way, struct coh_machine_line_state *state);
void coh_machine_outer_look(const struct coh_machine *m, uint32_t set, uint32_t way,
			    struct coh_machine_line_state *state);
/* Where an access of this CPU to va would hit; false, and nothing set, if nowhere. */
bool coh_machine_find(const struct coh_machine *m, uint32_t cpu, enum coh_side side, uint64_t va,
		      uint32_t *set, uint32_t *way);
/*
 * Which lines of this CPU hold bytes of [pa, pa + len), as set * ways + way, in order; how many
 * there are, which may be more than max.  And the second level's line of pa; UINT32_MAX: none.
 */
uint32_t coh_machine_copies(const struct coh_machine *m, uint32_t cpu, enum coh_side side,
			    uint64_t pa, uint64_t len, uint32_t *places, uint32_t max);
uint32_t coh_machine_outer_copy(const struct coh_machine *m, uint64_t pa);
/* entry as for coh_machine_tlb_evict; false, and nothing set, if it is not there. */
bool coh_machine_tlb_look(const struct coh_machine *m, uint32_t cpu, uint32_t entry,
			  struct coh_machine_tlb_state *state);
uint8_t coh_machine_memory(const struct coh_machine *m, uint64_t pa);
uint8_t coh_machine_newest(const struct coh_machine *m, uint64_t pa);
/*
 * Bytes whose newest value is neither in memory nor in any line of theirs, of
 * data or second level: lost for good.  A clean line counts as having it: while
 * it stays it can be read, and get dirty again.  Slow: the lines that memory
 * lacks, times all lines.
 */
uint64_t coh_machine_lost(const struct coh_machine *m);
/* How many lines and table entries break an invariant of the model; 0 is right. */
uint64_t coh_machine_check(const struct coh_machine *m);

#ifdef __cplusplus
}
#endif

#endif
