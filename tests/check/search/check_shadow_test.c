// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * model/shadow, fed with one execution, reports exactly the reads that the explorer finds
 * ambiguous: those that get old bytes in some run.  Random programs of one process and one
 * device in a fixed order, without speculation, which the shadow does not follow.
 *
 * COHERER_PROGRAMS: how many; COHERER_SEED: the first seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "check/search/explore.h"
#include "model/shadow.h"
#include "tests/check/parsed.h"
#include "tests/check/search/check_program.h"
#include "tests/random.h"

#define PROGRAMS 3000u
#define SEED	 1u
#define PAGE	 4096u

static const char *const caches[] = { "vivt", "vipt", "pipt" };

static struct {
	unsigned programs, reads, ambiguous;
	uint64_t states;
} count;

struct run {
	const struct litmus *test;
	struct coh_shadow *shadow;
	uint8_t page[LITMUS_ALIASES]; /* that it shows now */
	bool reported[LITMUS_CONTEXTS][LITMUS_INSTRS];
	bool through;
};

/* ---- the program on the shadow ---- */

static const struct coh_who nobody = { .va = COH_VA_UNKNOWN };

static uint32_t alias_va(const struct run *r, uint8_t alias)
{
	return 0x40000000u + alias * 0x100000u + r->test->alias[alias].colour % 4 * PAGE;
}

static struct coh_shadow_access access_of(struct run *r, const struct litmus_instr *i,
					  uint8_t bytes[4])
{
	uint32_t offset = litmus_offset(r->test, i->first);
	uint8_t page = i->alias == LITMUS_NONE ? i->page : r->page[i->alias];
	struct coh_shadow_access a = { .pa = page * PAGE + offset,
				       .va = page * PAGE + offset,
				       .pc = i->at.line,
				       .size = 4,
				       .attr = COH_WRITE_BACK,
				       .bytes = bytes };
	const struct coh_shadow_page *p = coh_shadow_peek(r->shadow, a.pa);

	if (i->alias != LITMUS_NONE) {
		a.va = alias_va(r, i->alias) + offset;
		if (!r->test->alias[i->alias].default_attr)
			a.attr = r->test->alias[i->alias].attr;
	}
	if (r->through && a.attr == COH_WRITE_BACK)
		a.attr = COH_WRITE_THROUGH; /* the shadow goes by attributes alone */
	/* A read is of the newest bytes: what is to be found out is whether it could be of others. */
	memcpy(bytes, p->newest + (a.pa & (PAGE - 1)), 4);
	if (i->op == OP_STORE || i->op == OP_DMA_WRITE)
		memcpy(bytes, &i->a.add, 4);
	return a;
}

static void maintain(struct run *r, const struct litmus_instr *i)
{
	static const enum coh_op op[] = { [OP_CLEAN] = COH_CLEAN,
					  [OP_INVALIDATE] = COH_INVALIDATE,
					  [OP_FLUSH] = COH_FLUSH,
					  [OP_ICACHE] = COH_INVALIDATE };
	uint32_t offset = litmus_offset(r->test, i->first) / LITMUS_LINE * LITMUS_LINE;

	coh_shadow_maintain(r->shadow, i->op == OP_ICACHE ? COH_INSN : COH_DATA, op[i->op],
			    alias_va(r, i->alias) + offset, r->page[i->alias] * PAGE + offset,
			    &nobody);
}

static void maintain_all(struct run *r, const struct litmus_instr *i)
{
	static const enum coh_op op[] = { [OP_CLEAN_ALL] = COH_CLEAN,
					  [OP_INVALIDATE_ALL] = COH_INVALIDATE,
					  [OP_FLUSH_ALL] = COH_FLUSH,
					  [OP_ICACHE_ALL] = COH_INVALIDATE };

	coh_shadow_maintain_all(r->shadow, i->op == OP_ICACHE_ALL ? COH_INSN : COH_DATA, op[i->op],
				&nobody);
}

static void step(struct run *r, unsigned c, const struct litmus_instr *i)
{
	bool *reported = &r->reported[c][i - r->test->context[c].instr];
	struct coh_shadow_access a;
	struct coh_finding f;
	uint8_t bytes[4];

	switch (i->op) {
	case OP_LOAD:
		a = access_of(r, i, bytes);
		*reported = coh_shadow_load(r->shadow, &a, &f);
		return;
	case OP_FETCH:
		a = access_of(r, i, bytes);
		*reported = coh_shadow_fetch(r->shadow, &a, &f);
		return;
	case OP_STORE:
		a = access_of(r, i, bytes);
		coh_shadow_store(r->shadow, &a, &f);
		return;
	case OP_DMA_READ:
		a = access_of(r, i, bytes);
		*reported = coh_shadow_device_read(r->shadow, &a, &f);
		return;
	case OP_DMA_WRITE:
		a = access_of(r, i, bytes);
		coh_shadow_device_write(r->shadow, a.pa, bytes, 4, 0);
		return;
	case OP_CLEAN:
	case OP_INVALIDATE:
	case OP_FLUSH:
	case OP_ICACHE:
		maintain(r, i);
		return;
	case OP_CLEAN_ALL:
	case OP_INVALIDATE_ALL:
	case OP_FLUSH_ALL:
	case OP_ICACHE_ALL:
		maintain_all(r, i);
		return;
	case OP_MAP:
		r->page[i->alias] = i->page;
		coh_shadow_map(r->shadow, alias_va(r, i->alias), i->page * PAGE, PAGE);
		return;
	default:
		fail_msg("a statement that the shadow cannot follow");
	}
}

/* The contexts hand over by the variable turn: follow it. */
static void follow(struct run *r)
{
	uint32_t turn = 0, pc[2] = { 0, 0 };
	unsigned c = 0;

	while (pc[0] < r->test->context[0].n_instrs) {
		const struct litmus_instr *i = &r->test->context[c].instr[pc[c]];

		if (pc[c] == r->test->context[c].n_instrs ||
		    (i->op == OP_AWAIT && turn != i->a.add)) {
			c = !c;
			continue;
		}
		pc[c]++;
		if (i->op == OP_WRITE_VAR)
			turn = i->a.add;
		else if (i->op != OP_AWAIT)
			step(r, c, i);
	}
}

static void start_shadow(struct run *r, const struct target *target)
{
	struct coh_shadow_config config = { .page_size = PAGE };

	config.d = (struct coh_cache){ .size = 16384,
				       .line = LITMUS_LINE,
				       .ways = 1,
				       .kind = target->core.dcache.kind,
				       .policy = target->core.dcache.policy,
				       .alloc = target->core.dcache.alloc };
	r->through = config.d.policy == COH_STORE_THROUGH;
	config.i = config.d;
	config.i.policy = COH_STORE_READ_ONLY;
	config.write_allocate = target->core.dcache.alloc != COH_ALLOC_READ;
	r->shadow = coh_shadow_new(&config);
	assert_non_null(r->shadow);
	for (uint8_t p = 0; p < r->test->n_pages; p++) {
		struct coh_shadow_page *page;
		bool fresh;

		page = coh_shadow_page(r->shadow, p * PAGE, &fresh);
		assert_non_null(page);
		for (uint8_t n = 0; n < r->test->n_inits; n++)
			if (r->test->init[n].page == p)
				memcpy(page->newest + litmus_offset(r->test, r->test->init[n].word),
				       &r->test->init[n].value, 4);
	}
	for (uint8_t a = 0; a < r->test->n_aliases; a++) {
		r->page[a] = r->test->alias[a].page;
		coh_shadow_map(r->shadow, alias_va(r, a), r->page[a] * PAGE, PAGE);
	}
}

/* ---- both ---- */

static void no_end(void *context, struct system *system, bool stuck)
{
	(void)context;
	(void)system;
	assert_false(stuck);
}

static struct system *explored(const struct litmus *test, const struct target *target)
{
	struct bounds bounds = { .reduce = true };
	char why[256];
	struct system *s = system_new(test, target, why, sizeof(why));
	struct exploration e = { .system = s, .bounds = &bounds, .end = no_end };

	assert_non_null(s);
	explore(&e);
	assert_null(e.bound);
	assert_false(e.wrong);
	count.states += e.states;
	return s;
}

static void compare(const struct run *r, const struct system *s, const char *cache)
{
	for (uint8_t c = 0; c < r->test->n_contexts; c++)
		for (uint8_t n = 0; n < r->test->context[c].n_instrs; n++) {
			const struct litmus_instr *i = &r->test->context[c].instr[n];
			bool ambiguous = system_was_stale(s, c, n);

			if (i->op != OP_LOAD && i->op != OP_FETCH && i->op != OP_DMA_READ)
				continue;
			count.reads++;
			count.ambiguous += ambiguous;
			if (ambiguous == r->reported[c][n])
				continue;
			print_error("%s\non %s, line %u: the explorer %s, the shadow %s\n",
				    r->test->text, cache, i->at.line,
				    ambiguous ? "finds it ambiguous" : "does not",
				    r->reported[c][n] ? "reports it" : "does not");
			fail();
		}
}

static void one(uint64_t seed)
{
	char text[CHECK_PROGRAM_MAX];
	struct run r = { 0 };
	struct target target;
	struct system *s;

	check_program(seed, CHECK_SEQUENTIAL, text);
	r.test = parsed(text);
	assert_null(target_make(r.test, caches[seed % 3], "", &target));
	start_shadow(&r, &target);
	follow(&r);
	s = explored(r.test, &target);
	compare(&r, s, caches[seed % 3]);
	count.programs++;
	system_free(s);
	coh_shadow_free(r.shadow);
	litmus_free((struct litmus *)(uintptr_t)r.test);
}

static void shadow_and_explorer_agree(void **state)
{
	uint64_t programs = number_from("COHERER_PROGRAMS", PROGRAMS);
	uint64_t seed = number_from("COHERER_SEED", SEED);

	(void)state;
	for (uint64_t i = 0; i < programs; i++)
		one(seed + i);
	print_message("%u programs: %u reads, %u of them ambiguous; %llu states\n", count.programs,
		      count.reads, count.ambiguous, (unsigned long long)count.states);
	/* Both answers are there to be mistaken. */
	assert_true(count.ambiguous > count.reads / 20 && count.ambiguous < count.reads);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(shadow_and_explorer_agree) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
