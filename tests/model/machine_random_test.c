// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * model/machine against tests/model/machine_reference: random programs on tiny
 * random machines, and after every step all of both is the same.
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

#include "tests/model/machine_program.h"
#include "tests/model/two_models.h"

#define DEFAULT_PROGRAMS 6000u
#define DEFAULT_SEED	 1u
#define MACHINE_MAX	 (1u << 16)

struct run {
	const struct program *prog;
	struct coh_machine *m;
	struct mref ref;
	uint64_t draws[2]; /* of the machine's chooser and the reference's */
	char why[200];	   /* the disagreement; empty: none */
};

static struct {
	uint32_t steps, errors, stale, dirty, lost, choices;
	uint64_t homonyms;
	uint32_t ops[OP_TYPES];
} count;

/* ---- comparing ---- */

#define DISAGREE(r, ...) ((void)snprintf((r)->why, sizeof((r)->why), __VA_ARGS__))

static void compare_line(struct run *r, enum mref_where where, uint32_t cpu, uint32_t set,
			 uint32_t way)
{
	const struct coh_cache *cache = mref_cache(&r->ref, where);
	const struct mref_copy *c = mref_at(&r->ref, where, cpu, set, way);
	struct coh_machine_line_state s;
	uint64_t va;

	if (where == MREF_OUTER)
		coh_machine_outer_look(r->m, set, way, &s);
	else
		coh_machine_look(r->m, cpu, (enum coh_side)where, set, way, &s);
	if (s.valid != (c != NULL)) {
		DISAGREE(r, "cache %u cpu %u set %u way %u: %s", where, cpu, set, way,
			 c ? "nothing there" : "something there");
		return;
	}
	if (!c)
		return;
	va = cache->kind == COH_VIVT   ? c->va
	     : cache->kind == COH_VIPT ? c->va % coh_cache_span(cache)
				       : 0;
	if (s.dirty != c->dirty || s.pa != c->pa || s.va != va ||
	    memcmp(s.bytes, c->bytes, cache->line) ||
	    s.stale != (memcmp(c->bytes, r->ref.golden + c->pa, cache->line) != 0))
		DISAGREE(r, "cache %u cpu %u set %u way %u: another line", where, cpu, set, way);
	count.dirty += s.dirty;
}

static void compare_caches(struct run *r)
{
	for (enum mref_where where = MREF_DATA; where <= MREF_OUTER; where++) {
		const struct coh_cache *c = mref_cache(&r->ref, where);

		for (uint32_t cpu = 0; cpu < r->ref.config.cpus && c->size; cpu++)
			for (uint32_t set = 0; set < coh_cache_sets(c); set++)
				for (uint32_t way = 0; way < c->ways; way++)
					compare_line(r, where, where == MREF_OUTER ? 0 : cpu, set,
						     way);
	}
}

static void compare_memory(struct run *r)
{
	uint64_t size = (uint64_t)r->ref.config.pages * r->ref.config.page;

	for (uint64_t pa = 0; pa < size; pa++)
		if (coh_machine_memory(r->m, pa) != r->ref.memory[pa] ||
		    coh_machine_newest(r->m, pa) != r->ref.golden[pa])
			DISAGREE(r, "memory at %#llx", (unsigned long long)pa);
}

static bool same_translation(const struct mref_translation *e,
			     const struct coh_machine_tlb_state *s)
{
	return e->mm == s->mm && e->va == s->va && e->pa == s->pa && e->rights == s->rights &&
	       e->attr == s->attr;
}

static struct mref_translation *in_ref(struct mref_table *t, const struct coh_machine_tlb_state *s)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (same_translation(&t->entry[i], s))
			return &t->entry[i];
	return NULL;
}

static bool in_machine(const struct run *r, uint32_t cpu, const struct mref_translation *e)
{
	struct coh_machine_tlb_state s;

	for (uint32_t i = 0; coh_machine_tlb_look(r->m, cpu, i, &s); i++)
		if (same_translation(e, &s))
			return true;
	return false;
}

/*
 * Which entries had to leave a full TLB is the machine's affair.  An access to
 * several pages may also have thrown out an old entry, and then taken the same page's
 * from the tables.
 */
static void forget(struct run *r, uint32_t cpu)
{
	struct mref_table *t = &r->ref.tlb[cpu];
	struct coh_machine_tlb_state s;

	for (uint32_t i = 0; coh_machine_tlb_look(r->m, cpu, i, &s); i++) {
		struct mref_translation *e = mref_lookup(&r->ref.table, r->ref.mm[cpu], s.va);

		if (!in_ref(t, &s) && e && same_translation(e, &s))
			t->entry[t->n++] = *e;
	}
	for (uint32_t i = 0; i < t->n;)
		if (in_machine(r, cpu, &t->entry[i]))
			i++;
		else
			mref_table_remove(t, &t->entry[i]);
}

static void compare_tlb(struct run *r, uint32_t cpu)
{
	struct mref_table *t = &r->ref.tlb[cpu];
	uint32_t limit = r->ref.config.tlb, n = t->n < limit ? t->n : limit;
	struct coh_machine_tlb_state s;

	if (t->n > limit)
		forget(r, cpu);
	for (uint32_t i = 0; i < t->n; i++)
		if (!in_machine(r, cpu, &t->entry[i]))
			DISAGREE(r, "cpu %u: TLB lacks %#llx", cpu,
				 (unsigned long long)t->entry[i].va);
	if (t->n != n || coh_machine_tlb_look(r->m, cpu, n, &s))
		DISAGREE(r, "cpu %u: TLB of %u entries, not %u", cpu, t->n, n);
}

static void compare_all(struct run *r)
{
	uint64_t lost = coh_machine_lost(r->m);

	compare_caches(r);
	compare_memory(r);
	for (uint32_t cpu = 0; cpu < r->ref.config.cpus; cpu++)
		compare_tlb(r, cpu);
	if (memcmp(coh_machine_counts(r->m), &r->ref.counts, sizeof(r->ref.counts)))
		DISAGREE(r, "the counts differ");
	if (r->draws[0] != r->draws[1])
		DISAGREE(r, "another number of choices");
	if (lost != mref_lost(&r->ref))
		DISAGREE(r, "%llu bytes are lost", (unsigned long long)lost);
	if (coh_machine_check(r->m))
		DISAGREE(r, "the machine breaks its own invariants");
	count.lost += lost != 0;
}

static void compare_answers(struct run *r, uint64_t got, uint64_t want)
{
	if (got != want)
		DISAGREE(r, "answered %lld, not %lld", (long long)got, (long long)want);
	count.errors += got > UINT32_MAX;
}

/* ---- one step of both ---- */

static uint32_t choose(void *context, uint32_t n)
{
	count.choices++;
	return draw(context, n);
}

static struct coh_machine_chooser chooser_of(struct run *r, uint32_t which)
{
	return (struct coh_machine_chooser){ choose, &r->draws[which] };
}

static int machine_access(struct run *r, const struct op *o, uint8_t *bytes,
			  struct coh_machine_stale *stale)
{
	struct coh_machine_chooser chooser = chooser_of(r, 0);

	switch (o->type) {
	case LOAD:
		return coh_machine_load(r->m, o->cpu, o->va, bytes, o->len, &chooser, stale);
	case FETCH:
		return coh_machine_fetch(r->m, o->cpu, o->va, bytes, o->len, &chooser, stale);
	case STORE:
		return coh_machine_store(r->m, o->cpu, o->va, bytes, o->len, &chooser);
	case DEVICE_READ:
		return coh_machine_device_read(r->m, o->pa, bytes, o->len, stale);
	default:
		return coh_machine_device_write(r->m, o->pa, bytes, o->len);
	}
}

static int ref_access(struct run *r, const struct op *o, uint8_t *bytes,
		      struct coh_machine_stale *stale)
{
	static const enum coh_machine_reader reader[] = { COH_MACHINE_LOAD, 0, COH_MACHINE_FETCH };

	if (o->type <= FETCH)
		return mref_access(&r->ref, o->cpu, reader[o->type], o->va, bytes, o->len, stale);
	if (!o->len)
		return COH_MACHINE_ARGUMENT;
	if (o->type == DEVICE_READ)
		return mref_device_read(&r->ref, o->pa, bytes, o->len, stale);
	return mref_device_write(&r->ref, o->pa, bytes, o->len);
}

static bool same_stale(const struct coh_machine_stale *a, const struct coh_machine_stale *b)
{
	return a->reader == b->reader && a->cpu == b->cpu && a->mm == b->mm && a->va == b->va &&
	       a->pa == b->pa && a->got == b->got && a->newest == b->newest;
}

static void do_access(struct run *r, const struct op *o)
{
	struct coh_machine_stale stale[2] = { 0 };
	uint8_t bytes[2][LEN_MAX];
	int error[2];

	for (uint32_t i = 0; i < LEN_MAX; i++)
		bytes[0][i] = bytes[1][i] = (uint8_t)(o->byte + i);
	error[0] = machine_access(r, o, bytes[0], &stale[0]);
	/* An access that would go on beyond the last address. */
	error[1] = o->type <= FETCH && o->len && o->va + o->len - 1 < o->va
			   ? COH_MACHINE_ARGUMENT
			   : ref_access(r, o, bytes[1], &stale[1]);
	compare_answers(r, (uint64_t)error[0], (uint64_t)error[1]);
	if (memcmp(bytes[0], bytes[1], LEN_MAX))
		DISAGREE(r, "other bytes were read");
	if (!same_stale(&stale[0], &stale[1]))
		DISAGREE(r, "reader %u: first stale byte %#llx", stale[0].reader,
			 (unsigned long long)stale[0].pa);
	count.stale += stale[0].reader != 0;
}

static void do_tables(struct run *r, const struct op *o)
{
	int got = 0, want = 0;

	if (o->type == MAP) {
		got = coh_machine_map(r->m, o->mm, o->va, o->pa, o->rights, o->attr);
		want = mref_map(&r->ref, o->mm, o->va, o->pa, o->rights, o->attr);
	} else if (o->type == UNMAP) {
		got = coh_machine_unmap(r->m, o->mm, o->va);
		want = mref_unmap(&r->ref, o->mm, o->va);
	} else if (o->type == SET_MM) {
		coh_machine_set_mm(r->m, o->cpu, o->mm);
		r->ref.mm[o->cpu] = o->mm;
	} else if (o->type == TLB_INVALIDATE) {
		coh_machine_tlb_invalidate(r->m, o->cpu, o->mm, o->va);
		mref_tlb_invalidate(&r->ref, o->cpu, o->mm, o->va);
	} else {
		coh_machine_tlb_invalidate_all(r->m, o->cpu);
		mref_tlb_invalidate_all(&r->ref, o->cpu);
	}
	compare_answers(r, (uint64_t)got, (uint64_t)want);
}

static void do_maintain(struct run *r, const struct op *o)
{
	const struct coh_cache *c = mref_cache(&r->ref, mref_side(&r->ref, o->side));
	struct mref *ref = &r->ref;
	struct coh_machine *m = r->m;
	uint32_t got = 0, want = 0;

	if (o->type == LINE) {
		got = coh_machine_line(m, o->cpu, o->side, o->op, o->va);
		want = mref_line(ref, o->cpu, o->side, o->op, o->va);
	} else if (o->type == ALL) {
		got = coh_machine_all(m, o->cpu, o->side, o->op);
		want = mref_all(ref, o->cpu, o->side, o->op);
	} else if (o->type == SET_WAY) {
		got = coh_machine_set_way(m, o->cpu, o->side, o->op, o->set, o->way);
		if (o->set < coh_cache_sets(c) && o->way < c->ways)
			want = mref_set_way(ref, o->cpu, o->side, o->op, o->set, o->way);
	} else if (o->type == OUTER_LINE) {
		got = coh_machine_outer_line(m, o->op, o->pa);
		want = mref_outer_line(ref, o->op, o->pa);
	} else {
		got = coh_machine_outer_all(m, o->op);
		want = mref_outer_all(ref, o->op);
	}
	compare_answers(r, got, want);
}

static bool tlb_evict(struct run *r, const struct op *o)
{
	struct mref_table *t = &r->ref.tlb[o->cpu];
	struct mref_translation *e = NULL;
	struct coh_machine_tlb_state s;

	if (coh_machine_tlb_look(r->m, o->cpu, o->set, &s))
		e = in_ref(t, &s);
	if (e)
		mref_table_remove(t, e);
	return e;
}

static void do_choice(struct run *r, const struct op *o)
{
	struct coh_machine_chooser chooser = chooser_of(r, 0);
	enum mref_where where = mref_side(&r->ref, o->side);
	struct coh_machine *m = r->m;
	bool got, want;

	if (o->type == EVICT) {
		want = mref_evict(&r->ref, o->cpu, where, o->set, o->way);
		got = coh_machine_evict(m, o->cpu, o->side, o->set, o->way);
	} else if (o->type == OUTER_EVICT) {
		want = mref_evict(&r->ref, 0, MREF_OUTER, o->set, o->way);
		got = coh_machine_outer_evict(m, o->set, o->way);
	} else if (o->type == FILL) {
		want = mref_fill(&r->ref, o->cpu, o->side, o->va);
		got = coh_machine_fill(m, o->cpu, o->side, o->va, &chooser);
	} else if (o->type == WRITE_BACK) {
		want = mref_write_back(&r->ref, o->cpu, o->set, o->way);
		got = coh_machine_write_back(m, o->cpu, o->set, o->way);
	} else {
		want = tlb_evict(r, o);
		got = coh_machine_tlb_evict(m, o->cpu, o->set);
	}
	compare_answers(r, got, want);
}

static void step(struct run *r, const struct op *o)
{
	if (o->type <= DEVICE_WRITE)
		do_access(r, o);
	else if (o->type <= TLB_INVALIDATE_ALL)
		do_tables(r, o);
	else if (o->type <= OUTER_ALL)
		do_maintain(r, o);
	else
		do_choice(r, o);
	compare_all(r);
	count.steps++;
	count.ops[o->type]++;
}

/* ---- programs ---- */

static bool agrees(const struct program *prog, char *why, size_t size)
{
	static uint64_t memory[MACHINE_MAX / sizeof(uint64_t)];
	static struct run r;
	struct coh_machine_chooser chooser;

	memset(&r, 0, sizeof(r));
	chooser = chooser_of(&r, 1);
	r.prog = prog;
	r.m = (struct coh_machine *)memory;
	r.draws[0] = r.draws[1] = prog->seed;
	assert_true(coh_machine_size(&prog->config) <= sizeof(memory));
	assert_int_equal(coh_machine_init(r.m, &prog->config), COH_MACHINE_OK);
	mref_init(&r.ref, &prog->config, &chooser);
	for (uint32_t i = 0; i < prog->n && !r.why[0]; i++)
		step(&r, &prog->op[i]);
	count.homonyms += coh_machine_counts(r.m)->homonym_hits;
	snprintf(why, size, "%s", r.why);
	return !why[0];
}

/* A generator that stopped drawing something would agree for nothing. */
static void assert_everything_happened(void)
{
	for (uint32_t i = 0; i < OP_TYPES; i++)
		assert_true(count.ops[i] > count.steps / 100);
	assert_true(count.stale > count.steps / 100);
	assert_true(count.errors > count.steps / 100);
	assert_true(count.lost > count.steps / 100);
	assert_true(count.homonyms > count.steps / 1000);
	assert_true(count.choices > count.steps / 100);
	assert_true(count.dirty > count.steps);
}

static void machine_agrees_with_reference(void **state)
{
	uint64_t programs = number_from("COHERER_PROGRAMS", DEFAULT_PROGRAMS);
	uint64_t seed = number_from("COHERER_SEED", DEFAULT_SEED);
	unsigned wrong = disagreements(seed, programs);

	(void)state;
	print_message("%llu programs, %u steps: %u stale reads, %llu homonym hits, %u choices of a "
		      "way, %u steps with bytes lost, %u errors\n",
		      (unsigned long long)programs, count.steps, count.stale,
		      (unsigned long long)count.homonyms, count.choices, count.lost, count.errors);
	assert_int_equal(wrong, 0);
	if (programs >= 1000)
		assert_everything_happened();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(machine_agrees_with_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
