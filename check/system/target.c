// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <stdio.h>
#include <string.h>

#include "check/language/names.h"
#include "check/system/target.h"

#define KIND_SIZE   16384u /* of one way, so that a page of 4 KiB has 4 colours */
#define USUAL	    4u	   /* colours, where the test does not say */
#define GENERIC_DIV 4096u

/*
 * A kind stands for any core of it: write-back, allocating on stores, and reading ahead, as what
 * is sold today does.  A Never of a core that does not read ahead would be false elsewhere.
 */
static void of_kind(const struct litmus *test, const char *name, enum coh_cache_kind kind,
		    struct coh_cpu *core)
{
	struct coh_cache c = { .size = KIND_SIZE,
			       .line = LITMUS_LINE,
			       .ways = 1,
			       .kind = kind,
			       .policy = COH_STORE_PAGE, /* back, but where an alias says through */
			       .alloc = COH_ALLOC_READ_WRITE };

	if (test->colours)
		c.size = test->colours * GENERIC_DIV;
	*core = (struct coh_cpu){ .name = name,
				  .arch = "",
				  .dcache = c,
				  .icache = c,
				  .speculates = COH_SPECULATES_DATA,
				  .page = GENERIC_DIV };
	core->icache.policy = COH_STORE_READ_ONLY;
}

static bool find(const struct litmus *test, const char *name, struct coh_cpu *core)
{
	const struct coh_cpu *known;
	enum coh_cache_kind kind;

	if (target_is_kind(name, &kind)) {
		of_kind(test, target_find(name), kind, core);
		return true;
	}
	known = coh_cpu_find(name);
	if (known)
		*core = *known;
	return known;
}

static uint32_t power_above(uint32_t n)
{
	uint32_t p = 1;

	while (p < n)
		p *= 2;
	return p;
}

/* As many colours as the test tells apart, if the cache has them. */
static uint32_t colours_of(const struct litmus *test, const struct coh_cache *c, uint32_t page)
{
	uint32_t has = c->size ? coh_cache_colours(c, page) : 1, wants = USUAL;

	if (test->colours)
		wants = test->colours;
	for (uint8_t i = 0; i < test->n_aliases; i++)
		if (power_above(test->alias[i].colour + 1u) > wants)
			wants = power_above(test->alias[i].colour + 1u);
	if (c->size && c->kind == COH_VIVT)
		return 1;
	return has < wants ? has : wants;
}

/* Virtual pages that exist at a time. */
static uint32_t virtual_pages(const struct litmus *test, uint32_t colours)
{
	/* The layer has windows, kmap slots and the kernel's buffer besides. */
	uint32_t n = test->n_aliases + (test->uses_layer ? test->n_pages + 3u : 1u);

	return power_above(n * colours);
}

static void shrink(const struct litmus *test, struct coh_cache *c, uint32_t page,
		   uint32_t own_colours, uint32_t colours)
{
	uint32_t pages = test->n_pages + (test->uses_layer ? 3u : !test->n_pages);

	if (!c->size)
		return;
	c->tag = (struct coh_bits){ 0, 0 };
	c->line = LITMUS_LINE;
	if (c->kind == COH_VIPT && own_colours == 1)
		c->kind = COH_PIPT; /* its index is within the page: the same thing */
	switch (c->kind) {
	case COH_VIVT:
		c->ways = test->uses_layer ? 4 : 1;
		c->size = virtual_pages(test, colours) * page;
		if (test->uses_layer && c->size < 4 * page)
			c->size = 4 * page;
		c->span = 0;
		break;
	case COH_VIPT:
		c->ways = pages;
		c->size = pages * own_colours * page;
		c->span = own_colours * page;
		break;
	case COH_PIPT:
		c->ways = 1;
		c->size = power_above(pages) * page;
		c->span = 0;
		break;
	}
}

static void apply_wishes(const struct litmus *test, struct target *t)
{
	struct coh_cpu *core = &t->core;
	enum coh_cache_kind kind;

	if (test->write)
		core->dcache.policy = test->write;
	if (test->allocate)
		core->dcache.alloc = test->allocate;
	if (test->unified)
		core->icache = (struct coh_cache){ 0 };
	switch (test->speculates) {
	case LITMUS_SPECULATES_UNSAID:
		t->ahead_unsaid = target_is_kind(t->name, &kind);
		break;
	case LITMUS_SPECULATES_NOTHING:
		core->speculates = COH_SPECULATES_NOTHING;
		break;
	case LITMUS_SPECULATES_INSN:
		core->speculates = COH_SPECULATES_INSN;
		break;
	case LITMUS_SPECULATES_DIRTY:
		t->dirties = true; /* fall through */
	case LITMUS_SPECULATES_DATA:
		core->speculates = COH_SPECULATES_DATA;
		break;
	}
}

static bool uses_code(const struct litmus *test)
{
	if (test->uses_layer || test->speculates == LITMUS_SPECULATES_INSN)
		return true;
	for (uint8_t c = 0; c < test->n_contexts; c++)
		for (uint8_t i = 0; i < test->context[c].n_instrs; i++)
			switch (test->context[c].instr[i].op) {
			case OP_FETCH:
			case OP_ICACHE:
			case OP_ICACHE_ALL:
				return true;
			default:
				break;
			}
	return false;
}

const char *target_make(const struct litmus *test, const char *name, const char *policy,
			struct target *t)
{
	uint32_t page, d, i;

	*t = (struct target){ 0 };
	if (test->incoherent && test->uses_layer)
		return "'incoherent' with the layer, which takes CPUs' data caches to be coherent";
	if (test->incoherent && test->cpus < 2)
		return "'incoherent' is about several CPUs: expected 'cpus 2' or more";
	if (test->incoherent && test->no_migration)
		return "'incoherent' and 'no_migration' exclude each other";
	if (!find(test, name, &t->core))
		return "no such kind of cache, nor core ('coherer cpus' lists them)";
	snprintf(t->name, sizeof(t->name), "%s", t->core.name);
	snprintf(t->policy, sizeof(t->policy), "%s", policy);
	apply_wishes(test, t);
	page = t->core.page;
	d = colours_of(test, &t->core.dcache, page);
	i = colours_of(test, &t->core.icache, page);
	if (!uses_code(test)) {
		t->core.icache = (struct coh_cache){ 0 };
		if (t->core.speculates == COH_SPECULATES_INSN)
			t->core.speculates = COH_SPECULATES_NOTHING;
		i = 1;
	}
	t->colours = d > i ? d : i;
	page = litmus_page_size(test);
	shrink(test, &t->core.dcache, page, d, t->colours);
	shrink(test, &t->core.icache, page, i, t->colours);
	t->core.page = page;
	t->core.name = t->name;
	t->core.aliases = t->core.arch = t->core.source = "";
	t->core.typical = t->core.l2 = NULL;
	if (test->outer)
		t->outer = (struct coh_cache){ .size = power_above(test->n_pages + 3u) * page,
					       .line = LITMUS_LINE,
					       .ways = 1,
					       .kind = COH_PIPT,
					       .policy = COH_STORE_BACK,
					       .alloc = COH_ALLOC_READ_WRITE };
	return NULL;
}

static bool same_cache(const struct coh_cache *a, const struct coh_cache *b)
{
	return a->size == b->size && a->ways == b->ways && a->kind == b->kind &&
	       (!a->size || (a->policy == b->policy && a->alloc == b->alloc)) && a->span == b->span;
}

bool target_same(const struct target *a, const struct target *b)
{
	return same_cache(&a->core.dcache, &b->core.dcache) &&
	       same_cache(&a->core.icache, &b->core.icache) && a->colours == b->colours &&
	       a->core.speculates == b->core.speculates && a->dirties == b->dirties &&
	       a->ahead_unsaid == b->ahead_unsaid && !strcmp(a->policy, b->policy);
}
