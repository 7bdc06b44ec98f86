// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * model/shadow is sound: whatever model/machine, with evictions drawn at
 * random, reads an old byte for, the shadow has reported for the same program.
 *
 * One CPU, no second level, nothing filled that the program does not touch, as
 * the shadow assumes.  That it reports no more than that is not asked here: one
 * run of the machine cannot tell (see shadow_random_test.c).
 *
 * A program follows from its seed alone.  COHERER_PROGRAMS: how many to run;
 * COHERER_SEED: the first seed, to run again one that failed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/machine.h"
#include "model/shadow.h"
#include "tests/random.h"

#define DEFAULT_PROGRAMS 2000u /* most of the time goes into making the shadow */
#define DEFAULT_SEED	 1u
#define STEPS		 80u
#define PAGES		 3u
#define ALIASES		 4u
#define PLACES		 8u
#define LEN_MAX		 8u
#define MACHINE_MAX	 (1u << 17)

/* Two colours of 4 KiB; the last is congruent with the first. */
static const uint32_t alias[ALIASES] = { 0x40000000, 0x40001000, 0x40003000, 0x80000000 };

/* Both sides of the ends of lines and granules, and two lines of one set of the small caches. */
static const uint32_t place[PLACES] = { 0, 12, 28, 30, 60, 62, 124, 256 };

enum op_type {
	LOAD,
	STORE,
	FETCH,
	DEVICE_READ,
	DEVICE_WRITE,
	LINE,
	ALL,
	REMAP,
	OP_TYPES,
};

static struct {
	uint32_t programs, reads, stale, reported;
	uint32_t evictions, equal_writes;
	uint64_t homonyms;
	uint32_t stale_by[OP_TYPES], stale_of_kind[COH_PIPT + 1];
} count;

struct run {
	uint64_t seed, random;
	struct coh_machine *m;
	struct coh_shadow *shadow;
	struct coh_cache cache[2];
	uint32_t page[ALIASES]; /* that it shows */
	enum coh_attr attr[ALIASES];
	uint32_t attrs; /* that are drawn: write-back, uncached, write-through */
};

/* For struct coh_machine_chooser. */
static uint32_t draw_way(void *random, uint32_t n)
{
	return draw(random, n);
}

/* ---- a pair of models ---- */

static struct coh_cache draw_cache(uint64_t *x)
{
	struct coh_cache c = {
		.line = 16u << draw(x, 4),
		.ways = 1 + draw(x, 2),
		.kind = draw(x, 2) ? COH_VIVT : COH_VIPT + draw(x, 2),
		.policy = COH_STORE_PAGE,
		.alloc = draw(x, 4) ? COH_ALLOC_READ_WRITE : COH_ALLOC_READ,
	};

	c.size = c.ways * (c.kind == COH_VIPT ? 2 * COH_PAGE_SIZE : 256u);
	return c;
}

static void show(struct run *r, uint32_t v, uint32_t page)
{
	static const enum coh_attr attr[] = { COH_WRITE_BACK, COH_UNCACHED, COH_WRITE_THROUGH };

	r->page[v] = page;
	r->attr[v] = attr[draw(&r->random, 3) ? 0 : draw(&r->random, r->attrs)];
	assert_int_equal(coh_machine_map(r->m, COH_MACHINE_KERNEL, alias[v], page * COH_PAGE_SIZE,
					 COH_MACHINE_READ | COH_MACHINE_WRITE | COH_MACHINE_EXEC,
					 r->attr[v]),
			 COH_MACHINE_OK);
	coh_shadow_map(r->shadow, alias[v], page * COH_PAGE_SIZE, COH_PAGE_SIZE);
}

static void begin(struct run *r)
{
	static uint64_t memory[MACHINE_MAX / sizeof(uint64_t)];
	struct coh_machine_config config = {
		.cpus = 1, .page = COH_PAGE_SIZE, .pages = PAGES, .translations = ALIASES
	};
	struct coh_shadow_config watched = { .page_size = COH_PAGE_SIZE };
	bool fresh;

	config.dcache = watched.d = draw_cache(&r->random);
	config.icache = watched.i = draw_cache(&r->random);
	config.icache.policy = watched.i.policy = COH_STORE_READ_ONLY;
	watched.write_allocate = config.dcache.alloc != COH_ALLOC_READ;
	r->cache[COH_DATA] = config.dcache;
	r->cache[COH_INSN] = config.icache;
	r->attrs = 1 + draw(&r->random, 3);
	r->m = (struct coh_machine *)memory;
	assert_in_range(coh_machine_size(&config), 1, sizeof(memory));
	assert_int_equal(coh_machine_init(r->m, &config), COH_MACHINE_OK);
	r->shadow = coh_shadow_new(&watched);
	assert_non_null(r->shadow);
	/* New pages are all zero in both. */
	for (uint32_t p = 0; p < PAGES; p++)
		assert_non_null(coh_shadow_page(r->shadow, p * COH_PAGE_SIZE, &fresh));
	for (uint32_t v = 0; v < ALIASES; v++)
		show(r, v, draw(&r->random, 2));
}

/* ---- both do the same ---- */

/* What the program means, with the newest bytes, as a tracer would see it. */
static struct coh_shadow_access access_at(struct run *r, uint32_t v, uint8_t *bytes)
{
	uint32_t at = place[draw(&r->random, PLACES)], len = 1u << draw(&r->random, 4);
	struct coh_shadow_access a = {
		.va = alias[v] + at,
		.pa = r->page[v] * COH_PAGE_SIZE + at,
		.pc = 0x8000,
		.mm = 0x4000,
		.size = len,
		.attr = r->attr[v],
		.bytes = bytes,
	};

	for (uint32_t i = 0; i < len; i++)
		bytes[i] = coh_machine_newest(r->m, a.pa + i);
	return a;
}

/* The finding tells of the first part that may be old; if the old byte is in it, of that byte. */
static bool covers(const struct coh_finding *f, uint64_t pa)
{
	if (f->pa + f->size <= pa)
		return true;
	return f->pa <= pa && f->bad >> (pa - f->pa) & 1;
}

static void judge(struct run *r, enum op_type type, const struct coh_machine_stale *stale,
		  const struct coh_finding *f)
{
	count.reads++;
	count.reported += f != NULL;
	if (!stale->reader)
		return;
	count.stale++;
	count.stale_by[type]++;
	count.stale_of_kind[r->cache[type == FETCH ? COH_INSN : COH_DATA].kind]++;
	if (f && covers(f, stale->pa))
		return;
	print_error("seed %llu: %s of %#llx got %u, not %u, and the shadow %s\n",
		    (unsigned long long)r->seed,
		    type == LOAD    ? "load"
		    : type == FETCH ? "fetch"
				    : "device read",
		    (unsigned long long)stale->va, stale->got, stale->newest,
		    f ? "blames other bytes" : "says nothing");
	fail();
}

static void do_read(struct run *r, enum op_type type)
{
	struct coh_machine_chooser chooser = { draw_way, &r->random };
	uint8_t newest[LEN_MAX], got[LEN_MAX];
	struct coh_shadow_access a = access_at(r, draw(&r->random, ALIASES), newest);
	struct coh_machine_stale stale;
	struct coh_finding f;
	bool found;
	int error;

	if (type == LOAD) {
		found = coh_shadow_load(r->shadow, &a, &f);
		error = coh_machine_load(r->m, 0, a.va, got, a.size, &chooser, &stale);
	} else if (type == FETCH) {
		found = coh_shadow_fetch(r->shadow, &a, &f);
		error = coh_machine_fetch(r->m, 0, a.va, got, a.size, &chooser, &stale);
	} else {
		found = coh_shadow_device_read(r->shadow, &a, &f);
		error = coh_machine_device_read(r->m, a.pa, got, a.size, &stale);
	}
	assert_int_equal(error, COH_MACHINE_OK);
	judge(r, type, &stale, found ? &f : NULL);
}

/* Every other device writes the bytes that are there; all announce before they write. */
static void device_write(struct run *r, const struct coh_shadow_access *a, uint8_t *bytes)
{
	const struct coh_shadow_page *page = coh_shadow_peek(r->shadow, a->pa);
	struct coh_finding f;

	coh_shadow_device_dirty(r->shadow, a, &f);
	coh_shadow_device_write(r->shadow, a->pa, NULL, a->size, 0);
	if (draw(&r->random, 2)) {
		memcpy(bytes, page->newest + (a->pa & COH_PAGE_MASK), a->size);
		count.equal_writes++;
		return;
	}
	coh_shadow_device_write(r->shadow, a->pa, bytes, a->size, 0);
}

static void do_write(struct run *r, enum op_type type)
{
	struct coh_machine_chooser chooser = { draw_way, &r->random };
	uint8_t bytes[LEN_MAX];
	struct coh_shadow_access a = access_at(r, draw(&r->random, ALIASES), bytes);
	struct coh_finding f;
	int error;

	for (uint32_t i = 0; i < a.size; i++)
		bytes[i] = (uint8_t)draw(&r->random, 256);
	if (type == STORE) {
		coh_shadow_store(r->shadow, &a, &f);
		error = coh_machine_store(r->m, 0, a.va, bytes, a.size, &chooser);
	} else {
		device_write(r, &a, bytes);
		error = coh_machine_device_write(r->m, a.pa, bytes, a.size);
	}
	assert_int_equal(error, COH_MACHINE_OK);
}

static void do_maintain(struct run *r, enum op_type type)
{
	static const struct coh_who who = { .pc = 0x9000, .va = COH_VA_UNKNOWN, .mm = 0x4000 };
	enum coh_side side = draw(&r->random, 3) ? COH_DATA : COH_INSN;
	enum coh_op op = draw(&r->random, COH_OPS);
	uint32_t v = draw(&r->random, ALIASES), at = place[draw(&r->random, PLACES)];

	if (side == COH_INSN && op == COH_CLEAN)
		op = COH_INVALIDATE; /* there is nothing to clean */
	if (type == ALL) {
		coh_machine_all(r->m, 0, side, op);
		coh_shadow_maintain_all(r->shadow, side, op, &who);
	} else {
		coh_machine_line(r->m, 0, side, op, alias[v] + at);
		coh_shadow_maintain(r->shadow, side, op, alias[v] + at,
				    r->page[v] * COH_PAGE_SIZE + at, &who);
	}
}

/* ---- what only the machine does ---- */

/* The n-th line that is there. */
static bool find_line(const struct run *r, enum coh_side side, uint32_t n, uint32_t *set,
		      uint32_t *way)
{
	const struct coh_cache *c = &r->cache[side];
	struct coh_machine_line_state s;

	for (*set = 0; *set < coh_cache_sets(c); ++*set)
		for (*way = 0; *way < c->ways; ++*way) {
			coh_machine_look(r->m, 0, side, *set, *way, &s);
			if (s.valid && !n--)
				return true;
		}
	return false;
}

static void hardware_chooses(struct run *r)
{
	enum coh_side side = draw(&r->random, 4) ? COH_DATA : COH_INSN;
	uint32_t set, way;

	if (draw(&r->random, 3) || !find_line(r, side, draw(&r->random, 6), &set, &way))
		return;
	count.evictions++;
	if (draw(&r->random, 3))
		coh_machine_evict(r->m, 0, side, set, way);
	else if (side == COH_DATA)
		coh_machine_write_back(r->m, 0, set, way);
}

static void step(struct run *r)
{
	static const enum op_type often[] = { LOAD, STORE, LOAD, STORE, LINE };
	enum op_type type =
		draw(&r->random, 2) ? often[draw(&r->random, 5)] : draw(&r->random, OP_TYPES);

	if (type == LOAD || type == FETCH || type == DEVICE_READ)
		do_read(r, type);
	else if (type == STORE || type == DEVICE_WRITE)
		do_write(r, type);
	else if (type == REMAP)
		show(r, draw(&r->random, ALIASES), draw(&r->random, PAGES));
	else
		do_maintain(r, type);
	hardware_chooses(r);
}

static void shadow_reports_what_machine_reads(void **state)
{
	uint64_t programs = number_from("COHERER_PROGRAMS", DEFAULT_PROGRAMS);
	uint64_t seed = number_from("COHERER_SEED", DEFAULT_SEED);

	(void)state;
	for (uint64_t i = 0; i < programs; i++) {
		struct run r = { .seed = seed + i, .random = (seed + i) * 0x2545f4914f6cdd1dull };

		begin(&r);
		for (uint32_t n = 0; n < STEPS; n++)
			step(&r);
		count.programs++;
		count.homonyms += coh_machine_counts(r.m)->homonym_hits;
		coh_shadow_free(r.shadow);
	}
	print_message("%u programs, %u reads: %u got old bytes, %u were reported; %llu homonym "
		      "hits, %u evictions and write-backs\n",
		      count.programs, count.reads, count.stale, count.reported,
		      (unsigned long long)count.homonyms, count.evictions);
	if (programs < 1000)
		return;
	/* A generator that stopped drawing something would pass for nothing. */
	assert_true(count.stale > count.reads / 20);
	assert_true(count.reported < count.reads / 2);
	assert_true(count.homonyms > programs / 10);
	assert_true(count.evictions > programs);
	assert_true(count.equal_writes > programs);
	assert_true(count.stale_by[LOAD] > programs / 10);
	assert_true(count.stale_by[FETCH] > programs / 10);
	assert_true(count.stale_by[DEVICE_READ] > programs / 10);
	for (uint32_t kind = COH_VIVT; kind <= COH_PIPT; kind++)
		assert_true(count.stale_of_kind[kind] > programs / 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shadow_reports_what_machine_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
