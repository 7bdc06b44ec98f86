/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * cpus: the caches of known cores, as data, and what follows from them.
 *
 * A cache is described as software sees it: where hardware finds and resolves
 * aliases by itself, the kind is COH_PIPT however the arrays are indexed.
 * A core that is sold in several configurations is listed in a typical one and
 * says so.  Facts that no manual or public code confirmed are marked
 * "(unconfirmed)" in the row's source.
 *
 * Use: coh_cpu_find or coh_cpu_find_midr, then coh_cpu_icache and the
 * coh_cache_* functions.  A description from elsewhere goes through
 * coh_cache_check first; the other functions take its success for granted.
 * Everything is constant and reentrant.
 */
#ifndef COH_MODEL_CPUS_H
#define COH_MODEL_CPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum coh_cache_kind {
	COH_VIVT = 1, /* a line is known by its virtual address alone */
	COH_VIPT,     /* virtual index, physical tag: aliases of one colour meet */
	COH_PIPT,     /* one place for a physical line, whatever its aliases */
};

enum coh_write_policy {
	COH_STORE_READ_ONLY = 1, /* an instruction cache: never written by stores */
	COH_STORE_THROUGH,	 /* a store always reaches memory: no dirty lines */
	COH_STORE_BACK,		 /* a store stays in the line until written back */
	COH_STORE_PAGE,		 /* write-through or write-back, by page attribute */
};

enum coh_alloc {
	COH_ALLOC_READ = 1,   /* a store that misses goes to memory */
	COH_ALLOC_READ_WRITE, /* a store that misses fills a line */
	COH_ALLOC_PAGE,	      /* either, by page attribute or write policy */
};

enum coh_speculates {
	COH_SPECULATES_NOTHING = 1, /* fills only what the program accesses */
	COH_SPECULATES_INSN,	    /* may fetch instructions that are never executed */
	COH_SPECULATES_DATA,	    /* may also fill data lines nobody asked for */
};

/*
 * How software cleans a whole data cache that no operation cleans: it makes new lines take the
 * place of all others, which a cache that replaces its lines in turn allows.
 */
enum coh_sweep {
	COH_SWEEP_NONE = 0,	/* there are operations for it */
	COH_SWEEP_LOADS = 1,	/* by loads from a region as large as the cache */
	COH_SWEEP_ALLOCATE = 2, /* by an operation that allocates a line without a load */
	COH_SWEEP_EITHER = COH_SWEEP_LOADS | COH_SWEEP_ALLOCATE,
};

/* What two mappings of one page do to each other. */
enum coh_alias {
	COH_ALIAS_NONE,	  /* nothing: they share their lines */
	COH_ALIAS_COLOUR, /* they share lines if of one colour, else go stale */
	COH_ALIAS_EVERY,  /* no two virtual addresses ever share a line */
};

/* Address bits hi..lo, both included; hi = lo = 0 where there are none. */
struct coh_bits {
	uint8_t hi, lo;
};

struct coh_cache {
	uint32_t size; /* bytes */
	uint32_t line; /* bytes, a power of two, 16..128 */
	uint32_t ways; /* 1: direct mapped */
	enum coh_cache_kind kind;
	enum coh_write_policy policy;
	enum coh_alloc alloc;
	/*
	 * Bytes between congruent addresses, where a manual promises more or
	 * less than the geometry says; 0: the size of a way.
	 */
	uint32_t span;
	struct coh_bits tag; /* as the manual states it; 0..0: as coh_cache_tag derives it */
};

struct coh_cpu {
	const char *name;
	const char *aliases; /* other names, separated by spaces; "" if none */
	const char *arch;
	uint32_t midr, midr_mask; /* ARM main ID register; mask 0: not looked up by it */
	struct coh_cache dcache;
	struct coh_cache icache; /* size 0: dcache is unified, see coh_cpu_icache */
	enum coh_speculates speculates;
	enum coh_sweep sweep;
	uint32_t mini;	     /* bytes of a mini data cache of two ways beside dcache; 0: none */
	uint32_t page;	     /* bytes, the page size that Linux uses there */
	const char *typical; /* what was chosen of a configurable core; NULL: fixed */
	const char *l2;	     /* the second level in words; NULL: none or not the core's */
	const char *source;
};

/* coh_cache_check's results, all the caller's fault; 0 is success. */
enum coh_cache_error {
	COH_CACHE_BAD_LINE = -1,
	COH_CACHE_BAD_WAYS = -2,
	COH_CACHE_BAD_SIZE = -3,
	COH_CACHE_BAD_SETS = -4,
	COH_CACHE_BAD_SPAN = -5,
	COH_CACHE_BAD_TAG = -6,
	COH_CACHE_BAD_KIND = -7,
	COH_CACHE_BAD_POLICY = -8,
};

/*
 * coh_cache_check: can such a cache exist?  Returns 0, or the first
 * enum coh_cache_error found; coh_cache_error_text puts it in words.
 */
int coh_cache_check(const struct coh_cache *cache);

/* Never NULL: an unknown code gives "unknown error". */
const char *coh_cache_error_text(int error);

uint32_t coh_cache_sets(const struct coh_cache *cache);

/* Bytes in one way. */
uint32_t coh_cache_way_size(const struct coh_cache *cache);

/* Bytes between two congruent virtual addresses; a power of two. */
uint32_t coh_cache_span(const struct coh_cache *cache);

/*
 * coh_cache_colours: in how many different places a page of page bytes (a power
 * of two) may be cached, as far as its virtual address decides.  1 on PIPT.
 */
uint32_t coh_cache_colours(const struct coh_cache *cache, uint32_t page);

/* What aliases do at this page size, in bytes. */
enum coh_alias coh_cache_alias(const struct coh_cache *cache, uint32_t page);

/* True unless coh_cache_alias is COH_ALIAS_NONE. */
bool coh_cache_aliasing(const struct coh_cache *cache, uint32_t page);

/*
 * coh_cache_index: the address bits that select the set; 0..0 if there is one
 * set, or if they are not a plain bit range (sets not a power of two).
 */
struct coh_bits coh_cache_index(const struct coh_cache *cache);

/*
 * coh_cache_tag: the address bits kept as tag: virtual on VIVT, otherwise
 * physical; there a derived hi of 31 stands for the highest physical bit.
 */
struct coh_bits coh_cache_tag(const struct coh_cache *cache, uint32_t page);

/* The cache that instruction fetches go through: dcache where it is unified. */
const struct coh_cache *coh_cpu_icache(const struct coh_cpu *cpu);

/* The table: coh_cpu_get(i) for i < coh_cpu_count(); NULL beyond. */
size_t coh_cpu_count(void);
const struct coh_cpu *coh_cpu_get(size_t i);

/*
 * coh_cpu_find: by name or alias; case and punctuation do not count.
 * Returns NULL if no core is called that.
 */
const struct coh_cpu *coh_cpu_find(const char *name);

/* By the ARM main ID register, any revision.  NULL if no row matches. */
const struct coh_cpu *coh_cpu_find_midr(uint32_t midr);

/*
 * coh_cpu_nearest: the core whose name or alias takes the fewest edits (at most
 * a third of the name's length) to reach from name, the first of equals; to
 * suggest after coh_cpu_find failed.  NULL when nothing is near.
 */
const struct coh_cpu *coh_cpu_nearest(const char *name);

#ifdef __cplusplus
}
#endif

#endif
