// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* ports/arm926 by itself: what it fills in, and the cleaning of page tables. */
#include "check/policies/policies.h"
#include "examples/minikernel/kernel.h"
#include "ports/arm926/port.h"

#define RW (COH_PROT_READ | COH_PROT_WRITE)

/*
 * Entries next to each other, each walked right after it was written.  Nothing here calls the
 * layer in between: under flush-all that would make good what coh_arm_clean left out.  K's
 * lines are clean, and both addresses are only loaded from.
 */
static void tables(struct test *t)
{
	volatile const uint32_t *v = (volatile const uint32_t *)VMAP;
	struct page *page = page_get_free();

	page_store(page, 0, PAGE_WORDS, 190);
	for (uint32_t i = 0; i < 16; i++) {
		kernel_map(VMAP + i * PAGE_SIZE, pte_make(page, RW, true));
		expect(t, "by the new entry", v[i * PAGE_WORDS + i], pattern(190, i));
	}
	LAYER(flush_cache_vunmap, VMAP, 16 * PAGE_SIZE);
	for (uint32_t i = 0; i < 16; i++)
		kernel_map(VMAP + i * PAGE_SIZE, 0);
	page_put(page);
}

static void print_nothing(const char *text)
{
	(void)text;
}

/* The caller's config is rubbish, as a variable on the stack is: each flag is set. */
static void describe(struct test *t, uint32_t main_id, uint32_t cache_type,
		     enum coh_arm_trust trust)
{
	static const struct coh_arm_kernel kernel = {
		.linear_start = KERNEL_BASE,
		.linear_size = MEGABYTE,
		.spare = (const void *)KERNEL_BASE,
		.spare_size = MEGABYTE,
		.print = print_nothing,
	};
	static struct coh_arm arm;
	struct coh_config config;

	__builtin_memset(&config, 1, sizeof(config));
	config.policy = &coh_policy_lazy;
	config.check = COH_CHECK_INTERNAL;
	expect(t, "trust", coh_arm_init(&arm, &kernel, main_id, cache_type, &config), trust);
	expect(t, "the caller's policy", config.policy == &coh_policy_lazy, trust == COH_ARM_KNOWN);
	expect(t, "flush-all", config.policy == &coh_policy_flush_all, trust == COH_ARM_GUESSED);
	expect(t, "the caller's check", config.check, COH_CHECK_INTERNAL);
	expect(t, "speculates", config.speculates, trust == COH_ARM_GUESSED);
	expect(t, "alone", config.alone, false);
	expect(t, "fetches_in_order", config.fetches_in_order, false);
	expect(t, "users_announce_code", config.users_announce_code, false);
	expect(t, "whole_from", config.whole_from, 0);
	expect(t, "outer_line", config.outer_line, 0);
	expect(t, "bytes", config.dcache.size, 16384);
}

static void init(struct test *t)
{
	describe(t, 0x41069265, 0x1d152152, COH_ARM_KNOWN);
	describe(t, 0x41129200, 0x0d172172, COH_ARM_KNOWN);
	describe(t, 0x41069265, 0x07152152, COH_ARM_GUESSED);
	describe(t, 0x66015261, 0x1d152152, COH_ARM_GUESSED);
}

struct test tests_port[] = {
	{ .name = "port-tables", .run = tables },
	{ .name = "port-init", .run = init },
	{ .name = NULL },
};
