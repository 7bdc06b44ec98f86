// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Callbacks that a port leaves out: refused by name where the description needs them; else what the
 * layer does without.  That it never calls the others is seen by every run of ports/sim, which
 * leaves out what it may.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include <coherer/coherer.h>
#include "tests/src/layer_port.h"

enum need {
	ALWAYS,
	ICACHE,	   /* an instruction cache of its own */
	OUTER,	   /* a second level */
	VIPT_ONLY, /* aliasing VIPT */
	CONFLICTS, /* users that do not meet are made uncached */
	BOTH,	   /* this one and its like, or neither */
	NEVER,
};

#define CALLBACK(name, need)                                                                       \
	{                                                                                          \
#name, offsetof(struct coh_port, name), need                                       \
	}
static const struct {
	const char *name;
	size_t offset;
	enum need need;
} callbacks[] = {
	CALLBACK(dcache_clean, ALWAYS),
	CALLBACK(dcache_invalidate, ALWAYS),
	CALLBACK(dcache_flush, ALWAYS),
	CALLBACK(dcache_flush_all, ALWAYS),
	CALLBACK(kernel_address, ALWAYS),
	CALLBACK(copy, ALWAYS),
	CALLBACK(zero, ALWAYS),
	CALLBACK(lock, ALWAYS),
	CALLBACK(unlock, ALWAYS),
	CALLBACK(irq_save, ALWAYS),
	CALLBACK(irq_restore, ALWAYS),
	CALLBACK(walk_enter, ALWAYS),
	CALLBACK(walk_exit, ALWAYS),
	CALLBACK(current_mm, ALWAYS),
	CALLBACK(report, ALWAYS),
	CALLBACK(icache_invalidate, ICACHE),
	CALLBACK(icache_invalidate_all, ICACHE),
	CALLBACK(outer_clean, OUTER),
	CALLBACK(outer_invalidate, OUTER),
	CALLBACK(outer_flush, OUTER),
	CALLBACK(window_map, VIPT_ONLY),
	CALLBACK(window_unmap, VIPT_ONLY),
	CALLBACK(kmap, BOTH),
	CALLBACK(kunmap, BOTH),
	CALLBACK(user_page, VIPT_ONLY),
	CALLBACK(user_may_map, NEVER),
	CALLBACK(user_uncache, CONFLICTS),
};

#define CALLBACKS (sizeof(callbacks) / sizeof(callbacks[0]))

static void leave_out(struct layer *l, size_t callback)
{
	memset((char *)&l->port + callbacks[callback].offset, 0, sizeof(void (*)(void)));
}

/* A port without each callback in turn, under this description. */
static void one_is_left_out(const struct coh_config *config, bool icache, bool outer, bool window,
			    bool conflicts)
{
	const bool needs[] = {
		[ALWAYS] = true,	 [ICACHE] = icache, [OUTER] = outer, [VIPT_ONLY] = window,
		[CONFLICTS] = conflicts, [BOTH] = true,	    [NEVER] = false
	};
	struct layer *l = layer_start(layer_vivt());

	for (size_t i = 0; i < CALLBACKS; i++) {
		struct coh coh = { 0 };

		layer_port(l);
		leave_out(l, i);
		if (needs[callbacks[i].need]) {
			LAYER_REFUSES(l, COH_E_CALLBACK, coh_init(&l->coh, config, &l->port));
			assert_string_equal(coh_port_missing(config, &l->port), callbacks[i].name);
		} else {
			assert_int_equal(coh_init(&coh, config, &l->port), COH_OK);
			assert_null(coh_port_missing(config, &l->port));
		}
	}
}

static void needed_callbacks_are_asked_for_by_name(void **state)
{
	static const struct {
		const struct coh_policy *policy;
		bool window, conflicts;
	} by[] = { { NULL, true, true },
		   { &coh_policy_rmap, true, true },
		   { &coh_policy_hints, true, false },
		   { &coh_policy_flush_all, false, false } };
	struct coh_config c;

	(void)state;
	/* Nothing in the struct but these and the context. */
	assert_int_equal(sizeof(struct coh_port), (CALLBACKS + 1) * sizeof(void (*)(void)));
	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		c = layer_vivt();
		c.policy = by[i].policy;
		one_is_left_out(&c, false, false, false, by[i].conflicts);
		c = layer_with_icache(c, COH_INDEXED_VIVT);
		c.outer_line = 32;
		one_is_left_out(&c, true, true, false, by[i].conflicts);
		c = layer_vipt();
		c.policy = by[i].policy;
		one_is_left_out(&c, false, false, by[i].window, by[i].conflicts);
		c.dcache.ways = c.dcache.size >> c.page_shift; /* a way is a page: aliases meet */
		one_is_left_out(&c, false, false, false, false);
		c = layer_with_icache(layer_pipt(), COH_INDEXED_PIPT);
		c.policy = by[i].policy;
		one_is_left_out(&c, true, false, false, false);
	}
}

static void what_is_missing_has_a_name(void **state)
{
	struct layer *l = layer_start(layer_vivt());
	struct coh_config config = layer_vivt();

	(void)state;
	assert_null(coh_port_missing(&config, &l->port));
	l->port.context = NULL; /* never looked at */
	assert_null(coh_port_missing(&config, &l->port));
	assert_string_equal(coh_port_missing(&config, NULL), "port");
	assert_string_equal(coh_port_missing(NULL, &l->port), "config");
	assert_string_equal(coh_port_missing(NULL, NULL), "config");
	/* Of a description that cannot be. */
	config.dcache.line = 0;
	l->port.user_uncache = NULL;
	assert_null(coh_port_missing(&config, &l->port));
	LAYER_REFUSES(l, COH_E_LINE, coh_init(&l->coh, &config, &l->port));
	l->port.report = NULL;
	assert_string_equal(coh_port_missing(&config, &l->port), "report");
}

/* Without kmap a page has the address that it has, and one that has none gets none. */
static void without_kmap_the_linear_map_is_all(void **state)
{
	struct coh_config configs[] = { layer_vivt(), layer_vipt(), layer_pipt() };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct layer *l = layer_start(configs[i]);
		struct coh_page page = layer_anon_page(l, PFN, INDEX), high = { .pfn = HIGH_PFN };
		uintptr_t va = 0;

		l->port.kmap = NULL;
		l->port.kunmap = NULL;
		assert_int_equal(coh_init(&l->coh, &configs[i], &l->port), COH_OK);
		layer_reset(l);
		assert_int_equal(coh_kmap(&l->coh, &page, COH_INTENT_WRITE, &va), COH_OK);
		assert_int_equal(va, K);
		assert_int_equal(coh_kunmap(&l->coh, &page, COH_INTENT_WRITE, va), COH_OK);
		if (i < 2)
			LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K), FLUSH_PAGE(K), FLUSH_PAGE(K));
		else
			LAYER_ASKED_NOTHING(l);
		assert_int_equal(coh_kmap(&l->coh, &high, COH_INTENT_WRITE, &va), COH_E_SLOTS);
		LAYER_ASKED_NOTHING(l);
	}
}

/* Code of a page without an address, where aliases meet: the whole data cache is written back. */
static void without_kmap_code_beyond_it_is_written_back(void **state)
{
	struct coh_config config = layer_with_icache(layer_pipt(), COH_INDEXED_PIPT);
	struct layer *l = layer_start(config);
	struct coh_page page = { .pfn = HIGH_PFN };
	struct coh_vma *vma = layer_map_file(l, &l->mm, 0x300000, 4, INDEX, COH_VMA_EXEC);

	(void)state;
	l->port.kmap = NULL;
	l->port.kunmap = NULL;
	assert_int_equal(coh_page_set_file(&page, &l->file, INDEX), COH_OK);
	layer_reset(l);
	assert_int_equal(coh_flush_icache_page(&l->coh, vma, &page), COH_OK);
	LAYER_ASKED(l, FLUSH_ALL, LOCKED(l), ICACHE_ALL);
}

/* It may be mapped, for all that is known. */
static void without_tables_every_vma_counts(void **state)
{
	struct layer *l = layer_start(layer_vivt());
	struct coh_page page = layer_anon_page(l, PFN, INDEX);

	(void)state;
	layer_map_anon(l, &l->mm, 0x300000, 4, INDEX, COH_VMA_WRITE);
	l->looks_at_tables = true;
	layer_reset(l);
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), COH_OK);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K)); /* the tables have it nowhere */
	l->port.user_may_map = NULL;
	assert_int_equal(coh_flush_dcache_page(&l->coh, &page), COH_OK);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(0x300000), FLUSH_PAGE(K));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needed_callbacks_are_asked_for_by_name),
		cmocka_unit_test(what_is_missing_has_a_name),
		cmocka_unit_test(without_kmap_the_linear_map_is_all),
		cmocka_unit_test(without_kmap_code_beyond_it_is_written_back),
		cmocka_unit_test(without_tables_every_vma_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
