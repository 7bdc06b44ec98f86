// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* coh_init: check what the embedder says, and decide once what kind of cache it is. */
#include "src/internal.h"

#define LINE_MIN_     4u
#define PAGE_SHIFT_LO 4u
#define PAGE_SHIFT_HI 24u

static bool is_power_of_two(uintptr_t n)
{
	return n && !(n & (n - 1));
}

static uint32_t log2_of(uint32_t power_of_two)
{
	uint32_t shift = 0;

	while (power_of_two >> shift != 1)
		shift++;
	return shift;
}

/* Bytes that consecutive sets cover, size / ways; 0 if that is not a power of two.  By shifts: to
 * divide would be a call of libgcc. */
static uint32_t way_size(const struct coh_geometry *g)
{
	for (uint32_t shift = log2_of(g->line); shift < 32; shift++)
		if (g->size >> shift << shift == g->size && g->size >> shift == g->ways)
			return 1u << shift;
	return 0;
}

/*
 * Is the size a whole number of sets?  A cache whose sets are not a power of two (PA-8700) hashes
 * its index: then the manual must say which addresses are congruent (span).  Long division, for /
 * may be a call of libgcc; ways x line is no more than size.
 */
static bool is_whole_sets(const struct coh_geometry *g)
{
	uint32_t set = g->ways << log2_of(g->line), rest = g->size;

	for (int shift = 31; shift >= 0; shift--)
		if (set <= rest >> shift)
			rest -= set << shift;
	return !rest;
}

static uint32_t span(const struct coh_geometry *g)
{
	return g->span ? g->span : way_size(g);
}

static int check_geometry(const struct coh_geometry *g, uint32_t address_bits)
{
	if (!g->size)
		return COH_OK;
	if (g->indexing < COH_INDEXED_VIVT || g->indexing > COH_INDEXED_PIPT)
		return COH_E_KIND;
	if (!is_power_of_two(g->line) || g->line < LINE_MIN_ || g->line > COH_LINE_MAX_)
		return COH_E_LINE;
	if (!g->ways || g->ways > g->size >> log2_of(g->line))
		return COH_E_WAYS;
	if (!way_size(g) && !(g->span && is_whole_sets(g)))
		return COH_E_SIZE;
	if (!is_power_of_two(span(g)) || span(g) < g->line ||
	    (address_bits < 32 && (span(g) - 1) >> address_bits))
		return COH_E_INDEX;
	return COH_OK;
}

static int check_config(const struct coh_config *c)
{
	uint32_t bits = c->address_bits;
	int error;

	if (!c->dcache.size || c->scope < COH_SCOPE_ALL_CPUS || c->scope > COH_SCOPE_THIS_CPU ||
	    (unsigned int)c->check > COH_CHECK_EXPENSIVE)
		return c->dcache.size ? COH_E_KIND : COH_E_SIZE;
	if (c->page_shift < PAGE_SHIFT_LO || c->page_shift > PAGE_SHIFT_HI)
		return COH_E_PAGE;
	if (bits <= c->page_shift || bits > sizeof(uintptr_t) * 8)
		return COH_E_INDEX;
	error = check_geometry(&c->dcache, bits);
	if (!error)
		error = check_geometry(&c->icache, bits);
	if (error)
		return error;
	if (c->dcache.line > 1u << c->page_shift || c->icache.line > 1u << c->page_shift)
		return COH_E_PAGE;
	if (c->outer_line && (!is_power_of_two(c->outer_line) || c->outer_line < LINE_MIN_ ||
			      c->outer_line > COH_LINE_MAX_))
		return COH_E_LINE;
	return COH_OK;
}

/* Colours matter where the index is virtual and reaches beyond the page offset. */
static uintptr_t colour_mask(const struct coh_geometry *g, uint32_t page_shift)
{
	if (g->indexing == COH_INDEXED_PIPT)
		return 0;
	return span(g) >> page_shift ? (span(g) >> page_shift) - 1 : 0;
}

/* Of a description that was checked. */
static const struct coh_mechanism *mechanism_of(const struct coh_config *c,
						const struct coh_policy *policy)
{
	if (policy->mechanism)
		return policy->mechanism;
	if (c->dcache.indexing == COH_INDEXED_VIVT)
		return &coh_mechanism_vivt;
	return colour_mask(&c->dcache, c->page_shift) ? &coh_mechanism_vipt
						      : &coh_mechanism_meeting;
}

static const struct coh_policy *policy_of(const struct coh_config *c)
{
	return c->policy ? c->policy : &coh_policy_rmap;
}

#define REQUIRE(callback)                                                                          \
	if (!port->callback)                                                                       \
	return #callback

/* The first callback that every port has, and this one lacks. */
static const char *missing_anywhere(const struct coh_port *port)
{
	REQUIRE(dcache_clean);
	REQUIRE(dcache_invalidate);
	REQUIRE(dcache_flush);
	REQUIRE(dcache_flush_all);
	REQUIRE(kernel_address);
	REQUIRE(copy);
	REQUIRE(zero);
	REQUIRE(lock);
	REQUIRE(unlock);
	REQUIRE(irq_save);
	REQUIRE(irq_restore);
	REQUIRE(walk_enter);
	REQUIRE(walk_exit);
	REQUIRE(current_mm);
	REQUIRE(report);
	return NULL;
}

/* The first that only this description needs, which was checked. */
static const char *missing_here(const struct coh_port *port, const struct coh_config *c)
{
	const struct coh_policy *policy = policy_of(c);
	const struct coh_mechanism *mechanism = mechanism_of(c, policy);

	if (c->icache.size) {
		REQUIRE(icache_invalidate);
		REQUIRE(icache_invalidate_all);
	}
	if (c->outer_line) {
		REQUIRE(outer_clean);
		REQUIRE(outer_invalidate);
		REQUIRE(outer_flush);
	}
	if (mechanism == &coh_mechanism_vipt) {
		REQUIRE(window_map);
		REQUIRE(window_unmap);
		REQUIRE(user_page);
	}
	if (mechanism->aliasing && policy->uncaches)
		REQUIRE(user_uncache);
	/* One without the other is a mistake: what is given must be taken back. */
	if (port->kmap || port->kunmap) {
		REQUIRE(kmap);
		REQUIRE(kunmap);
	}
	return NULL;
}
#undef REQUIRE

const char *coh_port_missing(const struct coh_config *config, const struct coh_port *port)
{
	const char *missing;

	if (!config || !port)
		return config ? "port" : "config";
	missing = missing_anywhere(port);
	if (missing || check_config(config))
		return missing;
	return missing_here(port, config);
}

/* Field by field: a structure assignment may become a call of memcpy. */
static void copy_geometry(struct coh_geometry *to, const struct coh_geometry *from)
{
	to->indexing = from->indexing;
	to->size = from->size;
	to->line = from->line;
	to->ways = from->ways;
	to->span = from->size ? span(from) : 0;
}

static void copy_config(struct coh_config *to, const struct coh_config *from)
{
	copy_geometry(&to->dcache, &from->dcache);
	copy_geometry(&to->icache, &from->icache);
	to->outer_line = from->outer_line;
	to->page_shift = from->page_shift;
	to->address_bits = from->address_bits;
	to->scope = from->scope;
	to->linear_start = from->linear_start;
	to->linear_size = from->linear_size;
	to->speculates = from->speculates;
	to->alone = from->alone;
	to->users_announce_code = from->users_announce_code;
	to->fetches_in_order = from->fetches_in_order;
	to->whole_from = from->whole_from;
	to->check = from->check ? from->check : COH_CHECK_CHEAP;
	to->policy = policy_of(from);
}

int coh_init(struct coh *coh, const struct coh_config *config, const struct coh_port *port)
{
	int error;

	if (!coh || !config || !port)
		return COH_E_NULL;
	error = check_config(config);
	if (error)
		return error;
	if (coh_port_missing(config, port))
		return COH_E_CALLBACK;

	copy_config(&coh->config, config);
	coh->port = port;
	coh->policy = coh->config.policy;
	coh->page_size = (uintptr_t)1 << config->page_shift;
	coh->colour_mask = colour_mask(&config->dcache, config->page_shift);
	coh->epoch = 1;
	coh->unmapped = 0; /* never */
	coh->lock = (coh_lock_t){ 0 };
	for (int i = 0; i < COH_COUNTERS; i++)
		coh_store(&coh->counters[i], 0u);
	coh->mechanism = mechanism_of(config, coh->policy);
	return COH_OK;
}

const char *coh_policy_name(const struct coh_policy *policy)
{
	return policy ? policy->name : "none given";
}

enum coh_context coh_policy_context(const struct coh_policy *policy)
{
	return policy ? policy->context : COH_CONTEXT_PROCESS;
}

uintptr_t coh_colour(const struct coh *coh, uintptr_t va)
{
	return coh ? (va >> coh->config.page_shift) & coh->colour_mask : 0;
}

uintptr_t coh_colours(const struct coh *coh)
{
	return coh ? coh->colour_mask + 1 : 0;
}

const char *coh_counter_name(enum coh_counter counter)
{
	static const char *const names[COH_COUNTERS] = {
		[COH_COUNT_CLEAN] = "clean",
		[COH_COUNT_INVALIDATE] = "invalidate",
		[COH_COUNT_FLUSH] = "flush",
		[COH_COUNT_FLUSH_ALL] = "flush_all",
		[COH_COUNT_ICACHE] = "icache",
		[COH_COUNT_ICACHE_ALL] = "icache_all",
		[COH_COUNT_OUTER] = "outer",
		[COH_COUNT_DEFERRED] = "deferred",
		[COH_COUNT_COMPLETED] = "completed",
		[COH_COUNT_NOT_DEFERRED] = "not_deferred",
		[COH_COUNT_SKIPPED_CLEAN] = "skipped_clean",
		[COH_COUNT_SKIPPED_CONGRUENT] = "skipped_congruent",
		[COH_COUNT_SKIPPED_MM] = "skipped_mm",
		[COH_COUNT_SKIPPED_EMPTY] = "skipped_empty",
		[COH_COUNT_SKIPPED_UNCACHED] = "skipped_uncached",
		[COH_COUNT_ALIAS] = "alias",
		[COH_COUNT_WALK] = "walk",
		[COH_COUNT_WALK_RETRY] = "walk_retry",
		[COH_COUNT_WALK_GIVEN_UP] = "walk_given_up",
		[COH_COUNT_UNCACHED] = "uncached",
	};

	return (unsigned int)counter < COH_COUNTERS ? names[counter] : "unknown";
}
