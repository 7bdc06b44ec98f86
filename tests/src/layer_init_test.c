// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The layer's coh_init: what it refuses, and what it makes of a description.  Objects' _init. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include <coherer/coherer.h>
#include "src/internal.h"
#include "tests/src/layer_port.h"

/* coh_init refuses the description, and leaves coh alone. */
#define REFUSES(error, config) refuses((error), (config), __FILE__, __LINE__)
static void refuses(int error, struct coh_config config, const char *file, int line)
{
	struct layer *l = layer_start(layer_vivt());

	memset(&l->coh, 0xa5, sizeof(l->coh));
	layer_reset(l);
	layer_refused_(l, error, coh_init(&l->coh, &config, &l->port), "coh_init", file, line);
}

static void takes(struct coh_config config)
{
	layer_start(config);
}

static void null_arguments_are_refused(void **state)
{
	struct layer *l = layer_start(layer_vivt());
	struct coh_config config = layer_vivt();

	(void)state;
	LAYER_REFUSES(l, COH_E_NULL, coh_init(NULL, &config, &l->port));
	LAYER_REFUSES(l, COH_E_NULL, coh_init(&l->coh, NULL, &l->port));
	LAYER_REFUSES(l, COH_E_NULL, coh_init(&l->coh, &config, NULL));
}

/* Both caches, with the same rules. */
static struct coh_geometry *cache_of(struct coh_config *config, bool icache)
{
	if (icache)
		config->icache = config->dcache;
	return icache ? &config->icache : &config->dcache;
}

static void impossible_lines_are_refused(void **state)
{
	static const uint32_t bad[] = { 0, 1, 2, 3, 24, 33, 255, 257, 384, 512, 1u << 31 };
	static const uint32_t good[] = { 4, 8, 64, 256 };

	(void)state;
	for (int icache = 0; icache < 2; icache++) {
		struct coh_config config = layer_vivt();
		struct coh_geometry *g = cache_of(&config, icache);

		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			g->line = bad[i];
			REFUSES(COH_E_LINE, config);
		}
		for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
			g->line = good[i];
			takes(config);
		}
	}
}

static void impossible_ways_are_refused(void **state)
{
	(void)state;
	for (int icache = 0; icache < 2; icache++) {
		struct coh_config config = layer_vivt();
		struct coh_geometry *g = cache_of(&config, icache);

		g->ways = 0;
		REFUSES(COH_E_WAYS, config);
		g->ways = 513; /* of 512 lines */
		REFUSES(COH_E_WAYS, config);
		g->ways = UINT32_MAX; /* and ways x line does not fit into 32 bits */
		REFUSES(COH_E_WAYS, config);
		g->ways = 1u << 27;
		REFUSES(COH_E_WAYS, config);
		g->ways = 512; /* fully associative */
		takes(config);
	}
}

static void impossible_sizes_are_refused(void **state)
{
	(void)state;
	for (int icache = 0; icache < 2; icache++) {
		struct coh_config config = layer_vivt();
		struct coh_geometry *g = cache_of(&config, icache);

		g->size = 0x4020;
		REFUSES(COH_E_SIZE, config);
		g->size = 0x6000; /* 192 sets of 4 */
		REFUSES(COH_E_SIZE, config);
		g->ways = 3;
		takes(config); /* 256 sets of 3 */
		g->size = 0xc0000000u;
		g->ways = 1;
		REFUSES(COH_E_SIZE, config);
		g->ways = 3;
		takes(config);
		g->size = 0x80000000u;
		g->ways = 1;
		takes(config);
	}
	{
		struct coh_config config = layer_vivt();

		config.dcache.size = 0; /* no layer without a data cache */
		REFUSES(COH_E_SIZE, config);
	}
}

/* PA-8700: its sets are no power of two; where addresses are congruent only the manual can say. */
static void sets_need_be_no_power_of_two_with_a_span(void **state)
{
	(void)state;
	for (int icache = 0; icache < 2; icache++) {
		struct coh_config config = layer_vipt();
		struct coh_geometry *g = cache_of(&config, icache);

		*g = (struct coh_geometry){ COH_INDEXED_VIPT, 0xc0000, 64, 4, 0 };
		REFUSES(COH_E_SIZE, config);
		g->span = 1u << 22;
		takes(config);
		g->size = 0xc0040; /* but a number of sets it must be */
		REFUSES(COH_E_SIZE, config);
		g->size = 0xc0100;
		takes(config);
		*g = (struct coh_geometry){ COH_INDEXED_VIPT, 0xc0000000, 4, 0x30000000, 4 };
		takes(config);
	}
}

static void kinds_that_do_not_exist_are_refused(void **state)
{
	struct coh_config config;

	(void)state;
	for (int icache = 0; icache < 2; icache++) {
		config = layer_vivt();
		cache_of(&config, icache)->indexing = (enum coh_indexing)0;
		REFUSES(COH_E_KIND, config);
		cache_of(&config, icache)->indexing = (enum coh_indexing)(COH_INDEXED_PIPT + 1);
		REFUSES(COH_E_KIND, config);
		cache_of(&config, icache)->indexing = (enum coh_indexing) - 1;
		REFUSES(COH_E_KIND, config);
	}
	config = layer_vivt();
	config.scope = (enum coh_scope)0;
	REFUSES(COH_E_KIND, config);
	config.scope = (enum coh_scope)(COH_SCOPE_THIS_CPU + 1);
	REFUSES(COH_E_KIND, config);
	config = layer_vivt();
	config.check = (enum coh_check_level)(COH_CHECK_EXPENSIVE + 1);
	REFUSES(COH_E_KIND, config);
	config.check = (enum coh_check_level) - 1;
	REFUSES(COH_E_KIND, config);
}

static void impossible_pages_are_refused(void **state)
{
	struct coh_config config = layer_vivt();

	(void)state;
	config.page_shift = 0;
	REFUSES(COH_E_PAGE, config);
	config.page_shift = 3;
	REFUSES(COH_E_PAGE, config);
	config.page_shift = 4; /* its lines have 32 bytes */
	REFUSES(COH_E_PAGE, config);
	config.page_shift = 25;
	REFUSES(COH_E_PAGE, config);
	config.page_shift = 64;
	REFUSES(COH_E_PAGE, config);
	config.page_shift = 5;
	takes(config);
	config.icache = layer_icache(COH_INDEXED_VIVT);
	config.icache.line = 64; /* and a page of 32 bytes */
	REFUSES(COH_E_PAGE, config);
	config.icache.line = 32;
	takes(config);
	config.page_shift = 24;
	takes(config);
	/* A line larger than a page would be one of more than 256 bytes. */
	config.page_shift = 10;
	config.dcache.line = 2048;
	REFUSES(COH_E_LINE, config);
}

static void an_index_beyond_the_address_is_refused(void **state)
{
	struct coh_config config = layer_vivt();

	(void)state;
	config.address_bits = 12; /* no more than an offset in a page */
	REFUSES(COH_E_INDEX, config);
	config.address_bits = 0;
	REFUSES(COH_E_INDEX, config);
	config.address_bits = sizeof(uintptr_t) * 8 + 1;
	REFUSES(COH_E_INDEX, config);
	config.address_bits = sizeof(uintptr_t) * 8;
	takes(config);

	for (int icache = 0; icache < 2; icache++) {
		config = layer_vivt();
		cache_of(&config, icache)->size = 0x10000; /* ways of 2^14 bytes */
		config.address_bits = 13;
		REFUSES(COH_E_INDEX, config);
		config.address_bits = 14; /* just all of it */
		takes(config);
	}
}

static void impossible_spans_are_refused(void **state)
{
	(void)state;
	for (int icache = 0; icache < 2; icache++) {
		struct coh_config config = layer_vivt();
		struct coh_geometry *g = cache_of(&config, icache);

		g->span = 0x300000;
		REFUSES(COH_E_INDEX, config);
		g->span = 16; /* less than a line */
		REFUSES(COH_E_INDEX, config);
		g->span = 1u << 22;
		config.address_bits = 21;
		REFUSES(COH_E_INDEX, config);
		config.address_bits = 22;
		takes(config);
		g->span = 32;
		takes(config);
	}
}

static void impossible_outer_lines_are_refused(void **state)
{
	static const uint32_t bad[] = { 1, 2, 3, 48, 512 };
	struct coh_config config = layer_vivt();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		config.outer_line = bad[i];
		REFUSES(COH_E_LINE, config);
	}
	config.outer_line = 4;
	takes(config);
	config.outer_line = 256;
	takes(config);
}

/* Whatever else is said of a cache that is not there does not count. */
static void no_instruction_cache_needs_no_description(void **state)
{
	struct coh_config config = layer_vivt();

	(void)state;
	config.icache = (struct coh_geometry){ (enum coh_indexing)77, 0, 4096, 0, 3 };
	takes(config);
}

static void what_is_not_said_has_a_default(void **state)
{
	struct coh_config config = layer_vipt();
	struct layer *l;

	(void)state;
	config.check = (enum coh_check_level)0;
	config.policy = NULL;
	l = layer_start(config);
	assert_int_equal(l->coh.config.check, COH_CHECK_CHEAP);
	assert_ptr_equal(l->coh.policy, &coh_policy_rmap);
	assert_int_equal(l->coh.config.dcache.span, 0x4000);
	assert_int_equal(l->coh.page_size, 0x1000);

	config.check = COH_CHECK_INTERNAL;
	config.policy = &coh_policy_hints;
	l = layer_start(config);
	assert_int_equal(l->coh.config.check, COH_CHECK_INTERNAL);
	assert_ptr_equal(l->coh.policy, &coh_policy_hints);
}

static void init_asks_nothing_and_starts_from_nothing(void **state)
{
	struct coh_config config = layer_vivt();
	struct layer *l = layer_start(config);

	(void)state;
	memset(&l->coh, 0xff, sizeof(l->coh));
	config.linear_start = 1;
	config.linear_size = 2;
	config.speculates = config.alone = true;
	config.fetches_in_order = config.users_announce_code = true;
	config.whole_from = 3;
	config.outer_line = 64;
	config.icache = layer_icache_aliasing();
	assert_int_equal(coh_init(&l->coh, &config, &l->port), 0);
	for (int i = 0; i < COH_COUNTERS; i++)
		assert_int_equal(l->coh.counters[i], 0);
	layer_reset(l);
	assert_ptr_equal(l->coh.port, &l->port);
	assert_int_equal(l->coh.lock.word, 0);
	assert_int_equal(l->coh.epoch, 1);
	config.dcache.span = config.icache.span = 0;
	l->coh.config.dcache.span -= 0x1000;
	l->coh.config.icache.span -= 0x4000;
	assert_memory_equal(&l->coh.config.dcache, &config.dcache, sizeof(config.dcache));
	assert_memory_equal(&l->coh.config.icache, &config.icache, sizeof(config.icache));
	assert_int_equal(l->coh.config.linear_start, 1);
	assert_int_equal(l->coh.config.linear_size, 2);
	assert_true(l->coh.config.speculates && l->coh.config.alone);
	assert_true(l->coh.config.fetches_in_order && l->coh.config.users_announce_code);
	assert_int_equal(l->coh.config.whole_from, 3);
	assert_int_equal(l->coh.config.outer_line, 64);
	assert_int_equal(l->coh.config.address_bits, 32);
	assert_int_equal(l->coh.config.scope, COH_SCOPE_ALL_CPUS);
	LAYER_ASKED_NOTHING(l);
}

static void colours_are_index_bits_above_the_page(void **state)
{
	struct coh_config config = layer_vipt();
	struct layer *l = layer_start(config);

	(void)state;
	assert_int_equal(coh_colours(&l->coh), 4);
	assert_int_equal(coh_colour(&l->coh, 0x0fff), 0);
	assert_int_equal(coh_colour(&l->coh, 0x1000), 1);
	assert_int_equal(coh_colour(&l->coh, 0xc0003fff), 3);
	assert_int_equal(coh_colour(&l->coh, 0x4000), 0);

	config.dcache.span = 1u << 22; /* PA-RISC */
	l = layer_start(config);
	assert_int_equal(coh_colours(&l->coh), 1024);
	assert_int_equal(coh_colour(&l->coh, 0x3ff123), 0x3ff);
	assert_int_equal(coh_colour(&l->coh, 0x400000), 0);

	config = layer_vipt();
	config.page_shift = 14; /* a way is a page */
	l = layer_start(config);
	assert_int_equal(coh_colours(&l->coh), 1);
	assert_int_equal(coh_colour(&l->coh, 0xc000), 0);
	config.page_shift = 15; /* or less */
	assert_int_equal(coh_colours(&layer_start(config)->coh), 1);

	l = layer_start(layer_pipt());
	assert_int_equal(coh_colours(&l->coh), 1);
	assert_int_equal(coh_colour(&l->coh, 0x3000), 0);
	assert_int_equal(coh_colours(&layer_start(layer_vivt())->coh), 1);

	assert_int_equal(coh_colours(NULL), 0);
	assert_int_equal(coh_colour(NULL, 0x3000), 0);
}

static void counters_have_names(void **state)
{
	(void)state;
	for (int i = 0; i < COH_COUNTERS; i++) {
		const char *name = coh_counter_name((enum coh_counter)i);

		assert_non_null(name);
		assert_string_not_equal(name, "unknown");
		for (int j = 0; j < i; j++)
			assert_string_not_equal(name, coh_counter_name((enum coh_counter)j));
	}
	assert_string_equal(coh_counter_name(COH_COUNT_FLUSH_ALL), "flush_all");
	assert_string_equal(coh_counter_name(COH_COUNTERS), "unknown");
	assert_string_equal(coh_counter_name((enum coh_counter) - 1), "unknown");
}

static void errors_have_texts(void **state)
{
	static const int errors[] = {
		COH_OK,		COH_E_NULL,	 COH_E_RANGE,	 COH_E_ALIGN, COH_E_EMPTY,
		COH_E_LINKED,	COH_E_UNLINKED,	 COH_E_OVERLAP,	 COH_E_OWNER, COH_E_OUTSIDE,
		COH_E_ARGUMENT, COH_E_NEIGHBOUR, COH_E_CALLBACK, COH_E_LINE,  COH_E_WAYS,
		COH_E_SIZE,	COH_E_INDEX,	 COH_E_PAGE,	 COH_E_KIND,  COH_E_SLOTS,
		COH_E_CORRUPT,	COH_E_BUSY,
	};
	size_t n = sizeof(errors) / sizeof(errors[0]), known = 0;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const char *text = coh_error_text(errors[i]);

		assert_string_not_equal(text, "unknown error");
		assert_true(text[0] != '\0' && text[strlen(text) - 1] != '.');
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(text, coh_error_text(errors[j]));
	}
	for (int error = -1000; error <= 1000; error++)
		known += strcmp(coh_error_text(error), "unknown error") != 0;
	assert_int_equal(known, n);
}

static void a_page_has_one_owner(void **state)
{
	struct layer *l = layer_start(layer_vivt());
	struct coh_page page;

	(void)state;
	memset(&page, 0xff, sizeof(page));
	coh_page_init(&page, 7);
	assert_int_equal(page.pfn, 7);
	assert_int_equal(page.owner, 0);
	assert_int_equal(page.mark | page.ever | page.state, 0);
	LAYER_WATCH(l, &page);
	LAYER_REFUSES(l, COH_E_NULL, coh_page_set_file(&page, NULL, 1));
	LAYER_REFUSES(l, COH_E_NULL, coh_page_set_file(NULL, &l->file, 1));
	LAYER_REFUSES(l, COH_E_NULL, coh_page_set_anon(&page, NULL, 1));
	LAYER_REFUSES(l, COH_E_NULL, coh_page_set_anon(NULL, &l->family, 1));
	for (int anon = 0; anon < 2; anon++) {
		if (anon)
			assert_int_equal(coh_page_set_anon(&page, &l->family, 9), 0);
		else
			assert_int_equal(coh_page_set_file(&page, &l->file, 9), 0);
		assert_int_equal(page.index, 9);
		layer_reset(l);
		LAYER_REFUSES(l, COH_E_OWNER, coh_page_set_file(&page, &l->file, 1));
		LAYER_REFUSES(l, COH_E_OWNER, coh_page_set_anon(&page, &l->family, 1));
		page.mark = page.ever = 1;
		page.state = 1;
		coh_page_clear(&page);
		assert_int_equal(page.pfn, 7);
		assert_int_equal(page.owner | page.index, 0);
		assert_int_equal(page.ever | page.state, 0);
		/* Users had it: K may be old, for the next owner too. */
		assert_int_equal(page.mark, COH_MARK_USED_);
		page.mark = 0;
		coh_page_clear(&page);
		assert_int_equal(page.mark, 0);
	}
	page.mark = 1;
	coh_page_init(&page, 8);
	assert_int_equal(page.mark, 0);
	coh_page_init(NULL, 7);
	coh_page_clear(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(null_arguments_are_refused),
		cmocka_unit_test(impossible_lines_are_refused),
		cmocka_unit_test(impossible_ways_are_refused),
		cmocka_unit_test(impossible_sizes_are_refused),
		cmocka_unit_test(sets_need_be_no_power_of_two_with_a_span),
		cmocka_unit_test(kinds_that_do_not_exist_are_refused),
		cmocka_unit_test(impossible_pages_are_refused),
		cmocka_unit_test(an_index_beyond_the_address_is_refused),
		cmocka_unit_test(impossible_spans_are_refused),
		cmocka_unit_test(impossible_outer_lines_are_refused),
		cmocka_unit_test(no_instruction_cache_needs_no_description),
		cmocka_unit_test(what_is_not_said_has_a_default),
		cmocka_unit_test(init_asks_nothing_and_starts_from_nothing),
		cmocka_unit_test(colours_are_index_bits_above_the_page),
		cmocka_unit_test(counters_have_names),
		cmocka_unit_test(errors_have_texts),
		cmocka_unit_test(a_page_has_one_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
