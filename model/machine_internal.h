/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the files of the machine share.  Private to model/.
 *
 * The block: struct coh_machine, then everything that decides what the
 * machine does next (the core), at offsets that follow from the configuration:
 *
 *	mm of each CPU, page tables, TLBs; of each cache its lines, then their bytes;
 *	memory; golden memory
 *
 * What is not there is zero: an empty line with its bytes, a free slot of a
 * table.  And a table's slots do not tell in which order it was filled.
 * So the core of two machines differs only if something can be told apart.
 */
#ifndef COH_MODEL_MACHINE_INTERNAL_H
#define COH_MODEL_MACHINE_INTERNAL_H

#include "model/machine.h"

#define CPUS_MAX 8u
#define NONE	 UINT32_MAX

/* Low bits of struct line's pa: no line is shorter than 16 bytes. */
#define VALID	   1u
#define DIRTY	   2u
#define LINE_FLAGS 15u

struct line {
	uint64_t va; /* as much of it as is part of the name */
	uint64_t pa; /* of the line, and its flags */
};

/* The caches by number; the first two are enum coh_side. */
enum {
	OUTER = COH_INSN + 1,
	LEVELS,
};

/*
 * One kind of cache of the machine, as numbers.  A line's name is what of its
 * addresses the masks leave: on VIVT all of the virtual one, on PIPT all of the
 * physical one, on VIPT that and the virtual one below the span.
 */
struct level {
	uint64_t lines, bytes;		 /* offsets, of the first CPU's */
	uint64_t lines_each, bytes_each; /* from one CPU's to the next's */
	uint64_t va_mask, pa_mask;
	uint64_t index_mask;
	uint32_t sets, ways, line, shift;
	bool physical; /* the index */
	bool modulo;   /* more places below the span than sets */
};

/* A translation, in a page table or a TLB. */
struct entry {
	uint64_t page; /* virtual, its number */
	uint32_t frame;
	uint32_t mm;
	uint8_t used, rights, attr, zero[5];
};

/*
 * An open hash table with room to spare.  Of two entries that would take one slot
 * the lower one (entry_before) has it and the other goes on to the next: so
 * equal sets of entries are equal bytes.
 */
struct table {
	uint32_t used, bits; /* 1 << bits slots, always more than used */
	struct entry slot[];
};

struct coh_machine {
	struct coh_machine_config config;
	struct coh_machine_counts counts;
	struct level level[LEVELS];
	uint64_t size, core;
	uint64_t mm, tables, tlb, tlb_each, memory, golden;
	uint32_t page_shift, tables_bits, tlb_bits;
	bool allocates;			   /* a store into the data cache that misses */
	bool stays[COH_WRITE_THROUGH + 1]; /* by attr: a store stays in the line */
};

/* One CPU's cache, or the second level. */
struct cache {
	struct coh_machine *m;
	const struct level *level;
	struct line *line;
	uint8_t *bytes;
	uint32_t cpu;
};

/* machine.c */
void machine_lay_out(struct coh_machine *m, const struct coh_machine_config *config);

/* machine_tlb.c: what a CPU that looks va up finds, in its TLB or the tables; NULL: nothing. */
const struct entry *machine_translate(const struct coh_machine *m, uint32_t cpu, uint64_t va);
/* And keeps it in its TLB. */
void machine_learn(struct coh_machine *m, uint32_t cpu, uint64_t va);
const struct entry *machine_table_find(const struct table *t, uint32_t mm, uint64_t page);
const struct entry *machine_tlb_entry(const struct coh_machine *m, uint32_t cpu, uint32_t entry);

/* machine_cache.c */
uint32_t machine_fill(struct cache *c, uint64_t va, uint64_t pa,
		      const struct coh_machine_chooser *chooser);
void machine_clean(struct cache *c, uint32_t i, const struct coh_machine_chooser *chooser);
void machine_drop(struct cache *c, uint32_t i);
void machine_evict(struct cache *c, uint32_t i, const struct coh_machine_chooser *chooser);
/*
 * For a store: other CPUs' data copies of the name go.  What one of them had dirty is written
 * back, or becomes this CPU's: the line i, of equal bytes; NONE: there is none.
 */
void machine_take(const struct cache *c, uint32_t i, uint64_t va, uint64_t pa,
		  const struct coh_machine_chooser *chooser);
/* Bytes to what is below the first level. */
void machine_write_below(struct coh_machine *m, uint64_t pa, const uint8_t *from, uint32_t len,
			 const struct coh_machine_chooser *chooser);

/* The block is one object; whether it may be written is for the caller to know. */
static inline uint8_t *at(const struct coh_machine *m, uint64_t offset)
{
	return (uint8_t *)m + offset;
}

static inline uint8_t *memory_at(const struct coh_machine *m, uint64_t pa)
{
	return at(m, m->memory + pa);
}

static inline uint8_t *golden_at(const struct coh_machine *m, uint64_t pa)
{
	return at(m, m->golden + pa);
}

static inline uint64_t memory_size(const struct coh_machine *m)
{
	return m->golden - m->memory;
}

static inline struct table *tables_of(const struct coh_machine *m)
{
	return (struct table *)at(m, m->tables);
}

static inline struct table *tlb_of(const struct coh_machine *m, uint32_t cpu)
{
	return (struct table *)at(m, m->tlb + cpu * m->tlb_each);
}

static inline uint32_t *mm_of(const struct coh_machine *m, uint32_t cpu)
{
	return (uint32_t *)at(m, m->mm) + cpu;
}

static inline bool entry_before(const struct entry *a, const struct entry *b)
{
	return a->page != b->page ? a->page < b->page : a->mm < b->mm;
}

static inline uint32_t table_home(uint32_t bits, uint32_t mm, uint64_t page)
{
	uint64_t x = page * 0x9e3779b97f4a7c15ull + mm * 0xd6e8feb86659fd93ull;

	return (uint32_t)(x >> (64 - bits));
}

static inline bool level_exists(const struct coh_machine *m, unsigned which)
{
	return m->level[which].sets;
}

/* Fetches go through the data cache where there is no other. */
static inline unsigned level_of(const struct coh_machine *m, enum coh_side side)
{
	return level_exists(m, side) ? side : COH_DATA;
}

static inline struct cache cache_of(const struct coh_machine *m, unsigned which, uint32_t cpu)
{
	const struct level *l = &m->level[which];

	return (struct cache){
		.m = (struct coh_machine *)m,
		.level = l,
		.line = (struct line *)at(m, l->lines + cpu * l->lines_each),
		.bytes = at(m, l->bytes + cpu * l->bytes_each),
		.cpu = cpu,
	};
}

static inline uint32_t lines_in(const struct level *l)
{
	return l->sets * l->ways;
}

static inline uint64_t line_base(const struct level *l, uint64_t address)
{
	return address & ~(uint64_t)(l->line - 1);
}

static inline uint32_t line_offset(const struct level *l, uint64_t address)
{
	return (uint32_t)address & (l->line - 1);
}

static inline uint32_t set_of(const struct level *l, uint64_t va, uint64_t pa)
{
	uint64_t place = ((l->physical ? pa : va) & l->index_mask) >> l->shift;

	return (uint32_t)(l->modulo ? place % l->sets : place);
}

static inline uint8_t *bytes_of(const struct cache *c, uint32_t i)
{
	return c->bytes + (size_t)i * c->level->line;
}

static inline uint64_t home_of(const struct cache *c, uint32_t i)
{
	return c->line[i].pa & ~(uint64_t)LINE_FLAGS;
}

/* The line of this name, set * ways + way; NONE. */
static inline uint32_t cache_find(const struct cache *c, uint64_t va, uint64_t pa)
{
	const struct level *l = c->level;
	uint64_t want_va = va & l->va_mask, want_pa = (pa & l->pa_mask) | VALID;
	uint32_t i = set_of(l, va, pa) * l->ways, end = i + l->ways;

	for (; i < end; i++)
		if (c->line[i].va == want_va && (c->line[i].pa & (l->pa_mask | VALID)) == want_pa)
			return i;
	return NONE;
}

#endif
