// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * model/shadow against tests/model/reference: random programs, every cache kind,
 * and for every read the same verdict, byte by byte.
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

#include "tests/model/random_program.h"
#include "tests/model/two_models.h"

#define DEFAULT_PROGRAMS 4000u
#define DEFAULT_SEED	 1u

static const uint32_t vbase[REF_VPAGES] = { 0x40000000, 0x40001000, 0x40002000 };
static const uint32_t pbase[REF_PPAGES] = { 0x00010000, 0x00024000, 0x00031000 };

/* One run of one program. */
struct run {
	const struct program *prog;
	struct ref_machine *ref;
	struct coh_shadow *shadow;
	unsigned map[REF_VPAGES];
	/* Views that a tracer still has: a sweep by set and way loses them all. */
	bool view[REF_VPAGES];
	bool partial;	  /* a sweep left ways out ... */
	bool interrupted; /* ... and accesses went on */
	bool homonym;	  /* a store may have hit another page's line */
	char why[256];	  /* the disagreement; empty: none */
};

static struct {
	unsigned programs, incomplete, reads, ambiguous, quiet, homonym_stores;
	unsigned interrupted_reads, over_reported, homonym_reads, homonym_over;
	unsigned vague_values, stores_over;
	unsigned ops[OP_TYPES];
} count;

/* ---- reads: both judge ---- */

static uint32_t offset_of(const struct run *r, const struct op *o)
{
	return r->prog->geo.offset[o->cell];
}

static struct coh_shadow_access access_of(const struct run *r, const struct op *o, unsigned ppage,
					  uint8_t *bytes)
{
	for (unsigned i = 0; i < o->n; i++)
		bytes[i] = ref_newest(r->ref, ppage, o->cell + i);
	return (struct coh_shadow_access){
		.va = vbase[o->v] + offset_of(r, o),
		.pa = pbase[ppage] + offset_of(r, o),
		.pc = 0x8000 + 4 * (uint32_t)(o - r->prog->op),
		.mm = 0x4000,
		.size = o->n,
		.attr = o->attr,
		.bytes = bytes,
	};
}

/* How many old versions the byte may be answered with; *old is one of them. */
static unsigned old_answers(const struct ref_answers *answers, unsigned cell, uint8_t newest,
			    uint8_t *old)
{
	unsigned n = 0;

	for (unsigned v = 0; v < REF_VERSIONS; v++)
		if (v != newest && answers->may[cell][v]) {
			*old = (uint8_t)v;
			n++;
		}
	return n;
}

#define DISAGREE(r, ...) ((void)snprintf((r)->why, sizeof((r)->why), __VA_ARGS__))

static void compare_values(struct run *r, const struct coh_finding *f,
			   const struct ref_answers *answers, unsigned cell, unsigned ppage)
{
	for (unsigned i = 0; i < f->size; i++) {
		uint8_t newest = ref_newest(r->ref, ppage, cell + i), old = 0;
		unsigned n = old_answers(answers, cell + i, newest, &old);

		if (f->newest[i] != newest)
			DISAGREE(r, "newest value %u, not %u", newest, f->newest[i]);
		else if (n && !f->values_known)
			DISAGREE(r, "the values are not known");
		else if (n && (r->homonym || r->interrupted) &&
			 (f->old[i] == newest || !answers->may[cell + i][f->old[i]]))
			count.vague_values++; /* see docs/shadow.md */
		else if (n == 1 && f->old[i] != old)
			DISAGREE(r, "old value of byte %u is %u, not %u", i, old, f->old[i]);
		else if (n && (f->old[i] == newest || !answers->may[cell + i][f->old[i]]))
			DISAGREE(r, "byte %u is never answered with %u", i, f->old[i]);
	}
}

/*
 * The two classes of programs in which the shadow may report too much, never too
 * little (docs/shadow.md): after an access amid a sweep by set and way, and after
 * a store that may have hit another page's line.
 */
static bool over_reports(const struct coh_finding *f, uint32_t bad, uint32_t pa, uint32_t at)
{
	if (!bad || f->pa < pa + at)
		return true;
	return f->pa == pa + at && f->bad != bad && (f->bad & bad) == bad;
}

/* f == NULL: the shadow reported nothing. */
static void compare(struct run *r, const struct op *o, unsigned ppage,
		    const struct ref_answers *answers, const struct coh_finding *f)
{
	uint32_t granule = coh_shadow_granule(r->shadow), off = offset_of(r, o), bad = 0, at, n = 0;

	for (at = 0; at < o->n && !bad; at += n) {
		n = granule - ((off + at) & (granule - 1));
		n = n < o->n - at ? n : o->n - at;
		for (unsigned i = 0; i < n; i++) {
			unsigned cell = o->cell + at + i;
			uint8_t old, newest = ref_newest(r->ref, ppage, cell);

			bad |= (uint32_t)(old_answers(answers, cell, newest, &old) > 0) << i;
		}
	}
	at -= n;
	count.reads++;
	count.ambiguous += bad != 0;
	count.interrupted_reads += r->interrupted;
	count.homonym_reads += r->homonym;
	if (f && r->interrupted && over_reports(f, bad, pbase[ppage] + off, at))
		count.over_reported++;
	else if (f && r->homonym && over_reports(f, bad, pbase[ppage] + off, at))
		count.homonym_over++;
	else if (!f && bad)
		DISAGREE(r, "missed: bytes %#x from %u on may be old", bad, off + at);
	else if (f && !bad)
		DISAGREE(r, "a false report of bytes %#x at %#x", f->bad, f->pa);
	else if (f && (f->pa != pbase[ppage] + off + at || f->size != n || f->bad != bad))
		DISAGREE(r, "bytes %#x of %u from %#x on may be old, not %#x of %u from %#x on",
			 bad, n, pbase[ppage] + off + at, f->bad, f->size, f->pa);
	else if (f)
		compare_values(r, f, answers, o->cell + at, ppage);
}

/* ---- the shadow, as a tracer drives it ---- */

static bool in_one_granule(const struct run *r, const struct op *o)
{
	uint32_t granule = coh_shadow_granule(r->shadow);

	return (offset_of(r, o) & (granule - 1)) + o->n <= granule;
}

static struct coh_shadow_page *page_of(const struct run *r, unsigned ppage)
{
	return coh_shadow_peek(r->shadow, pbase[ppage]);
}

/* Mirrors the conditions of on_load, on_store and on_block in watch/plugin/access.c. */
static bool read_is_quiet(const struct run *r, const struct op *o, unsigned ppage)
{
	struct coh_view view = coh_shadow_view(r->shadow, o->attr);
	uint32_t off = offset_of(r, o), va = vbase[o->v] + off;
	const struct coh_shadow_page *page = page_of(r, ppage);

	if (!r->prog->quiet || !r->view[o->v] || !in_one_granule(r, o))
		return false;
	if (o->type == LOAD)
		return coh_load_is_quiet(&view, page, va, off);
	return o->attr != COH_UNCACHED && coh_fetch_is_quiet(&view, page, va, off);
}

static void do_read(struct run *r, const struct op *o)
{
	enum coh_side side = o->type == FETCH ? COH_INSN : COH_DATA;
	unsigned ppage = r->map[o->v], cells = ((1u << o->n) - 1) << o->cell;
	struct ref_answers answers = { 0 };
	struct coh_finding f;
	uint8_t bytes[REF_CELLS];
	struct coh_shadow_access a;
	bool found = false;

	ref_read(r->ref, side, o->v, ppage, cells, o->attr, &answers);
	a = access_of(r, o, ppage, bytes);
	if (read_is_quiet(r, o, ppage))
		count.quiet++;
	else if (o->type == LOAD)
		found = coh_shadow_load(r->shadow, &a, &f);
	else
		found = coh_shadow_fetch(r->shadow, &a, &f);
	compare(r, o, ppage, &answers, found ? &f : NULL);
}

static void do_read_memory(struct run *r, const struct op *o)
{
	unsigned cells = ((1u << o->n) - 1) << o->cell;
	struct ref_answers answers = { 0 };
	struct coh_finding f;
	uint8_t bytes[REF_CELLS];
	struct coh_shadow_access a = access_of(r, o, o->p, bytes);
	bool found;

	ref_read_memory(r->ref, o->p, cells, &answers);
	if (o->type == WALK)
		found = coh_shadow_walk(r->shadow, &a, &f);
	else
		found = coh_shadow_device_read(r->shadow, &a, &f);
	compare(r, o, o->p, &answers, found ? &f : NULL);
}

static bool store_quietly(const struct run *r, const struct op *o,
			  const struct coh_shadow_access *a)
{
	struct coh_view view = coh_shadow_view(r->shadow, o->attr);
	struct coh_shadow_page *page = page_of(r, r->map[o->v]);
	uint32_t off = offset_of(r, o);

	if (!r->prog->quiet || !r->view[o->v] || !in_one_granule(r, o) ||
	    !coh_store_is_quiet(&view, page, a->va, off))
		return false;
	coh_store_quiet(&view, page, off, o->n, a->pc, a->mm);
	memcpy(page->newest + off, a->bytes, o->n);
	count.quiet++;
	return true;
}

static void do_store(struct run *r, const struct op *o)
{
	unsigned ppage = r->map[o->v];
	bool homonym, found = false;
	uint8_t bytes[REF_CELLS];
	struct coh_finding f;
	struct coh_shadow_access a;

	homonym = ref_store(r->ref, o->v, ppage, ((1u << o->n) - 1) << o->cell, o->attr);
	a = access_of(r, o, ppage, bytes);
	if (!store_quietly(r, o, &a))
		found = coh_shadow_store(r->shadow, &a, &f);
	count.homonym_stores += homonym;
	r->homonym |= homonym;
	if (found && !homonym && (r->interrupted || r->homonym))
		count.stores_over++;
	else if (found != homonym)
		DISAGREE(r, "the store %s another page's line", homonym ? "may hit" : "can't hit");
}

/*
 * As a tracer does: whether the line is dirty is asked, which must change nothing; then the write
 * is told all at once, or announced, and told byte by byte where the bytes are others.
 */
static void do_device_write(struct run *r, const struct op *o)
{
	uint8_t bytes[REF_CELLS];
	struct coh_shadow_access a;
	struct coh_finding f;

	ref_device_write(r->ref, o->p, ((1u << o->n) - 1) << o->cell);
	a = access_of(r, o, o->p, bytes);
	coh_shadow_device_dirty(r->shadow, &a, &f);
	if (!r->prog->quiet) {
		coh_shadow_device_write(r->shadow, a.pa, bytes, o->n, 0);
		return;
	}
	coh_shadow_device_write(r->shadow, a.pa, NULL, o->n, 0);
	for (uint32_t i = 0; i < o->n; i++)
		coh_shadow_device_write(r->shadow, a.pa + i, &bytes[i], 1, 0);
}

/* ---- maintenance ---- */

static const struct coh_who who = { .pc = 0x9000, .va = COH_VA_UNKNOWN, .mm = 0x4000 };

static void do_maintain(struct run *r, const struct op *o)
{
	uint32_t off = offset_of(r, o);

	if (o->side == COH_INSN && o->op == COH_CLEAN)
		return; /* there is no such thing */
	ref_maintain(r->ref, o->side, o->op, o->v, r->map[o->v], off / r->prog->geo.line);
	coh_shadow_maintain(r->shadow, o->side, o->op, vbase[o->v] + off, pbase[r->map[o->v]] + off,
			    &who);
}

static void do_maintain_all(struct run *r, const struct op *o)
{
	if (o->side == COH_INSN && o->op == COH_CLEAN)
		return;
	ref_maintain_all(r->ref, o->side, o->op);
	coh_shadow_maintain_all(r->shadow, o->side, o->op, &who);
}

static void do_sweep_set(struct run *r, const struct op *o)
{
	const struct ref_geometry *g = &r->prog->geo;
	const struct coh_cache *d = coh_shadow_dcache(r->shadow);
	unsigned colour = g->kind[COH_DATA] == COH_VIPT ? g->colour[o->v] : 0;
	uint32_t at = offset_of(r, o) + colour * COH_PAGE_SIZE;

	for (unsigned way = 0; way < g->ways; way++)
		if (o->ways >> way & 1) {
			ref_set_way(r->ref, o->op, colour, offset_of(r, o) / g->line, way);
			coh_shadow_set_way(r->shadow, o->op, at / d->line % coh_cache_sets(d), way,
					   &who);
		}
}

static void do_sweep_all(struct run *r, const struct op *o)
{
	const struct ref_geometry *g = &r->prog->geo;
	unsigned sets = coh_cache_sets(coh_shadow_dcache(r->shadow));
	unsigned colours = g->kind[COH_DATA] == COH_VIPT ? 2 : 1;

	for (unsigned way = 0; way < g->ways; way++)
		for (unsigned set = 0; o->ways >> way & 1 && set < sets; set++)
			coh_shadow_set_way(r->shadow, o->op, set, way, &who);
	for (unsigned i = 0; i < g->ways * colours * REF_LINES; i++)
		if (o->ways >> i / (colours * REF_LINES) & 1)
			ref_set_way(r->ref, o->op, i / REF_LINES % colours, i % REF_LINES,
				    i / (colours * REF_LINES));
}

static void do_remap(struct run *r, const struct op *o)
{
	r->map[o->v] = o->p;
	coh_shadow_map(r->shadow, vbase[o->v], pbase[o->p], COH_PAGE_SIZE);
}

static void do_op(struct run *r, const struct op *o)
{
	static void (*const action[OP_TYPES])(struct run *, const struct op *) = {
		do_read,	do_store,	 do_read,     do_read_memory,
		do_read_memory, do_device_write, do_maintain, do_maintain_all,
		do_sweep_set,	do_sweep_all,	 do_remap,
	};

	if (o->type <= DEVICE_WRITE)
		coh_shadow_settle(r->shadow);
	r->interrupted |= r->partial && o->type <= STORE;
	count.ops[o->type]++;
	action[o->type](r, o);
	if (o->type <= FETCH)
		r->view[o->v] = true;
	if (o->type != SWEEP_SET && o->type != SWEEP_ALL)
		return;
	memset(r->view, 0, sizeof(r->view));
	r->partial |= o->ways != (1u << r->prog->geo.ways) - 1;
}

/* ---- one program ---- */

static struct coh_cache cache_of(const struct ref_geometry *g, enum coh_side side)
{
	uint32_t way = g->kind[side] == COH_VIPT ? 2 * COH_PAGE_SIZE : 4 * g->line;

	return (struct coh_cache){
		.size = way * g->ways,
		.line = g->line,
		.ways = g->ways,
		.kind = g->kind[side],
		.policy = side == COH_DATA ? COH_STORE_PAGE : COH_STORE_READ_ONLY,
		.alloc = g->write_allocate ? COH_ALLOC_READ_WRITE : COH_ALLOC_READ,
	};
}

static void begin(struct run *r)
{
	const struct ref_geometry *g = &r->prog->geo;
	struct coh_shadow_config config = {
		.d = cache_of(g, COH_DATA),
		.i = cache_of(g, COH_INSN),
		.write_allocate = g->write_allocate,
		.page_size = COH_PAGE_SIZE,
	};

	r->ref = ref_new(g);
	r->shadow = coh_shadow_new(&config);
	assert_non_null(r->shadow);
	for (unsigned p = 0; p < REF_PPAGES; p++) {
		bool fresh;
		struct coh_shadow_page *page = coh_shadow_page(r->shadow, pbase[p], &fresh);

		assert_non_null(page);
		for (unsigned c = 0; c < REF_CELLS; c++)
			page->newest[g->offset[c]] = ref_newest(r->ref, p, c);
	}
	for (unsigned v = 0; v < REF_VPAGES; v++)
		coh_shadow_map(r->shadow, vbase[v], pbase[0], COH_PAGE_SIZE);
}

static bool agrees(const struct program *prog, char *why, size_t size)
{
	struct run r = { .prog = prog };

	begin(&r);
	for (unsigned i = 0; i < prog->n && !r.why[0] && ref_complete(r.ref); i++)
		do_op(&r, &prog->op[i]);
	if (!ref_complete(r.ref)) {
		count.incomplete++;
		r.why[0] = '\0';
	}
	snprintf(why, size, "%s", r.why);
	assert_int_equal(coh_shadow_check(r.shadow), 0);
	coh_shadow_free(r.shadow);
	ref_free(r.ref);
	return !why[0];
}

static void print_counts(void)
{
	print_message("%u programs, %u of them cut short for too many states\n"
		      "%u reads, %u ambiguous; %u accesses took the quiet path\n"
		      "%u stores that may hit another page's line, and %u over-reported\n"
		      "%u reads after one, %u over-reported; %u after an interrupted sweep, %u\n"
		      "%u old values that were never an answer, in these two classes\n",
		      count.programs, count.incomplete, count.reads, count.ambiguous, count.quiet,
		      count.homonym_stores, count.stores_over, count.homonym_reads,
		      count.homonym_over, count.interrupted_reads, count.over_reported,
		      count.vague_values);
}

/* A generator that stopped drawing something would agree for nothing. */
static void assert_everything_happened(void)
{
	for (unsigned i = 0; i < OP_TYPES; i++)
		assert_true(count.ops[i] > count.programs / 20);
	assert_true(count.ambiguous > count.reads / 10);
	assert_true(count.ambiguous < count.reads / 2);
	assert_true(count.quiet > count.programs / 10);
	assert_true(count.homonym_stores > count.programs / 100);
	assert_true(count.interrupted_reads > count.programs / 20);
	assert_true(count.incomplete < count.programs / 100);
}

static void shadow_agrees_with_reference(void **state)
{
	uint64_t programs = number_from("COHERER_PROGRAMS", DEFAULT_PROGRAMS);
	uint64_t seed = number_from("COHERER_SEED", DEFAULT_SEED);
	unsigned wrong;

	(void)state;
	count.programs = (unsigned)programs;
	wrong = disagreements(seed, programs);
	print_counts();
	assert_int_equal(wrong, 0);
	/* Sound only, see over_reports: a few reads in a hundred. */
	assert_true(count.homonym_over * 20 <= count.homonym_reads);
	assert_true(count.over_reported * 20 <= count.interrupted_reads);
	assert_true(count.stores_over * 20 <= count.homonym_stores);
	assert_true(count.vague_values * 100 <= count.ambiguous);
	if (programs >= 1000)
		assert_everything_happened();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shadow_agrees_with_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
