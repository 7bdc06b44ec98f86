// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The machine's configuration, and where things are in its block.
 */
#include <string.h>

#include "model/bits.h"
#include "model/machine_internal.h"

#define MEMORY_MAX	 (1ull << 32)
#define TRANSLATIONS_MAX (1u << 24)
#define TLB_MAX		 (1u << 16)

static bool fits_page(const struct coh_cache *cache, uint32_t page)
{
	return !cache->size || cache->line <= page;
}

static const char *check_caches(const struct coh_machine_config *c)
{
	if (coh_cache_check(&c->dcache))
		return "coh_cache_check rejects the data cache";
	if (c->icache.size && coh_cache_check(&c->icache))
		return "coh_cache_check rejects the instruction cache";
	if (c->outer.size && coh_cache_check(&c->outer))
		return "coh_cache_check rejects the second level";
	if (c->dcache.policy == COH_STORE_READ_ONLY)
		return "the data cache is read-only";
	if (c->icache.size && c->icache.policy != COH_STORE_READ_ONLY)
		return "the instruction cache is not read-only";
	if (!c->outer.size)
		return NULL;
	if (c->outer.kind != COH_PIPT)
		return "the second level is not PIPT";
	if (c->outer.policy < COH_STORE_BACK || c->outer.alloc == COH_ALLOC_READ)
		return "the second level is not write-back and write-allocate";
	return NULL;
}

static const char *check_counts(const struct coh_machine_config *c)
{
	if (!c->cpus || c->cpus > CPUS_MAX)
		return "the number of CPUs is not from 1 to 8";
	if (!is_pow2(c->page))
		return "the page size is not a power of two";
	if (!c->pages || (uint64_t)c->pages * c->page > MEMORY_MAX)
		return "memory is empty or larger than 4 GiB";
	if (!c->translations || c->translations > TRANSLATIONS_MAX)
		return "the number of translations is not from 1 to 2^24";
	if ((unsigned)c->sharing > COH_SHARING_NONE)
		return "what data caches do for each other is unknown";
	if (c->tlb > TLB_MAX)
		return "a TLB has more than 2^16 entries";
	if (!fits_page(&c->dcache, c->page) || !fits_page(&c->icache, c->page) ||
	    !fits_page(&c->outer, c->page))
		return "a line is longer than a page";
	return NULL;
}

/* NULL if nothing is wrong. */
static const char *config_error(const struct coh_machine_config *c)
{
	const char *why = check_caches(c);
	struct coh_machine m;

	if (!why)
		why = check_counts(c);
	if (why)
		return why;
	machine_lay_out(&m, c);
	return m.size > SIZE_MAX ? "the machine does not fit into the host's memory" : NULL;
}

const char *coh_machine_config_text(const struct coh_machine_config *config)
{
	const char *why = config_error(config);

	return why ? why : "possible";
}

/* Field by field: what a caller's struct has between its fields is anything. */
static void copy_cache(struct coh_cache *to, const struct coh_cache *from)
{
	to->size = from->size;
	to->line = from->line;
	to->ways = from->ways;
	to->kind = from->kind;
	to->policy = from->policy;
	to->alloc = from->alloc;
	to->span = from->span;
	to->tag.hi = from->tag.hi;
	to->tag.lo = from->tag.lo;
}

static void copy_config(struct coh_machine_config *to, const struct coh_machine_config *from)
{
	copy_cache(&to->dcache, &from->dcache);
	copy_cache(&to->icache, &from->icache);
	copy_cache(&to->outer, &from->outer);
	to->cpus = from->cpus;
	to->page = from->page;
	to->pages = from->pages;
	to->translations = from->translations;
	to->tlb = from->tlb;
	to->broadcast = from->broadcast;
	to->sharing = from->sharing;
}

/* Takes so many bytes of the block; returns where. */
static uint64_t take(struct coh_machine *m, uint64_t bytes)
{
	uint64_t offset = m->size;

	m->size += (bytes + 7) & ~7ull;
	return offset;
}

static void lay_out_level(struct coh_machine *m, unsigned which, const struct coh_cache *cache,
			  uint32_t cpus)
{
	struct level *l = &m->level[which];
	uint64_t in_line, below_span;

	if (!cache->size)
		return;
	in_line = cache->line - 1;
	below_span = coh_cache_span(cache) - 1;
	l->sets = coh_cache_sets(cache);
	l->ways = cache->ways;
	l->line = cache->line;
	l->shift = log2_of(cache->line);
	l->physical = cache->kind == COH_PIPT;
	l->index_mask = below_span & ~in_line;
	l->modulo = (below_span >> l->shift) + 1 != l->sets;
	if (cache->kind == COH_VIVT)
		l->va_mask = ~in_line;
	else
		l->pa_mask = ~in_line;
	if (cache->kind == COH_VIPT)
		l->va_mask = l->index_mask;
	l->lines_each = (uint64_t)lines_in(l) * sizeof(struct line);
	l->bytes_each = (uint64_t)lines_in(l) * cache->line;
	l->lines = take(m, cpus * l->lines_each);
	l->bytes = take(m, cpus * l->bytes_each);
}

/*
 * At least one slot stays free, so that a search ends.  Where there are many, half of
 * them do, so that it ends soon; where there are few, a small state is worth more.
 */
static uint32_t bits_for(uint32_t entries)
{
	return log2_of(entries) + (entries < 16 ? 1 : 2);
}

static uint64_t table_size(uint32_t bits)
{
	return sizeof(struct table) + (sizeof(struct entry) << bits);
}

static void lay_out_stores(struct coh_machine *m)
{
	const struct coh_cache *d = &m->config.dcache;

	m->allocates = d->alloc != COH_ALLOC_READ;
	m->stays[COH_WRITE_BACK] = d->policy != COH_STORE_THROUGH;
	m->stays[COH_WRITE_THROUGH] = d->policy == COH_STORE_BACK;
}

/* The header of a machine of this configuration; m->size is the whole block's. */
void machine_lay_out(struct coh_machine *m, const struct coh_machine_config *config)
{
	uint64_t memory = (uint64_t)config->pages * config->page;

	memset(m, 0, sizeof(*m));
	copy_config(&m->config, config);
	take(m, sizeof(*m));
	m->page_shift = log2_of(config->page);
	m->tables_bits = bits_for(config->translations);
	m->tlb_bits = config->tlb ? bits_for(config->tlb) : 0;
	m->core = m->size;
	m->mm = take(m, sizeof(uint32_t) * config->cpus);
	m->tables = take(m, table_size(m->tables_bits));
	m->tlb_each = config->tlb ? table_size(m->tlb_bits) : 0;
	m->tlb = take(m, config->cpus * m->tlb_each);
	lay_out_level(m, COH_DATA, &config->dcache, config->cpus);
	lay_out_level(m, COH_INSN, &config->icache, config->cpus);
	lay_out_level(m, OUTER, &config->outer, 1);
	m->memory = take(m, memory);
	m->golden = take(m, memory);
	lay_out_stores(m);
}

size_t coh_machine_size(const struct coh_machine_config *config)
{
	struct coh_machine m;

	if (config_error(config))
		return 0;
	machine_lay_out(&m, config);
	return (size_t)m.size;
}

int coh_machine_init(struct coh_machine *memory, const struct coh_machine_config *config)
{
	size_t size = coh_machine_size(config);
	/* May be the machine's own, to begin anew. */
	struct coh_machine_config wanted = *config;

	if (!size)
		return COH_MACHINE_BAD_CONFIG;
	memset(memory, 0, size);
	machine_lay_out(memory, &wanted);
	tables_of(memory)->bits = memory->tables_bits;
	for (uint32_t cpu = 0; wanted.tlb && cpu < wanted.cpus; cpu++)
		tlb_of(memory, cpu)->bits = memory->tlb_bits;
	return COH_MACHINE_OK;
}

const struct coh_machine_config *coh_machine_config(const struct coh_machine *m)
{
	return &m->config;
}

const struct coh_machine_counts *coh_machine_counts(const struct coh_machine *m)
{
	return &m->counts;
}

const void *coh_machine_core(const struct coh_machine *m, size_t *len)
{
	*len = (size_t)(m->size - m->core);
	return at(m, m->core);
}

const char *coh_machine_error_text(int error)
{
	static const char *const text[] = {
		[0] = "no error",
		[-COH_MACHINE_FAULT] = "no translation, or no right",
		[-COH_MACHINE_NO_MEMORY] = "no such physical page",
		[-COH_MACHINE_FULL] = "no room for another translation",
		[-COH_MACHINE_BAD_CONFIG] = "no such machine can exist",
		[-COH_MACHINE_ARGUMENT] =
			"an argument that cannot be: CPU, length, alignment or rights",
	};

	if (error > 0 || error < -(int)(sizeof(text) / sizeof(text[0]) - 1))
		return "unknown error";
	return text[-error];
}
