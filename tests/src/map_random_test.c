// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The reverse maps beside a plain array, over millions of random operations, right and wrong ones,
 * on each way of grouping.  The seeds are fixed: a failure comes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "src/map.h"
#include "tests/src/map_model.h"

struct run {
	enum coh_indexing indexing;
	uintptr_t colours;
	enum coh_check_level check;
	int slots;
	uintptr_t addresses, offsets;
	unsigned operations, between; /* between comparisons of everything */
	uint64_t seed;
};

/* Small trees, in which operations meet; deep ones. */
#define SMALL .slots = 40, .addresses = 64, .offsets = 24, .between = 512
#define TINY  .slots = 24, .addresses = 48, .offsets = 12, .between = 512
#define DEEP  .slots = MODEL_SLOTS, .addresses = 2000, .offsets = 300, .between = 4096

#define RUN_OF(indexing_, colours_, check_, size, operations_, seed_)                              \
	{                                                                                          \
		.indexing = COH_INDEXED_##indexing_, .colours = colours_,                          \
		.check = COH_CHECK_##check_, size, .operations = operations_, .seed = seed_        \
	}

static const struct run vivt = RUN_OF(VIVT, 4, CHEAP, SMALL, 700000, 1);
static const struct run vipt = RUN_OF(VIPT, 4, CHEAP, SMALL, 700000, 2);
static const struct run pipt = RUN_OF(PIPT, 1, CHEAP, SMALL, 300000, 3);
/* The two levels of checks that run at every operation. */
static const struct run paths = RUN_OF(VIVT, 1, INTERNAL, SMALL, 200000, 4);
static const struct run whole = RUN_OF(VIPT, 8, EXPENSIVE, TINY, 30000, 5);
/* Many groups, and one. */
static const struct run large = RUN_OF(VIPT, 64, CHEAP, DEEP, 150000, 6);
static const struct run one_group = RUN_OF(PIPT, 1, CHEAP, DEEP, 50000, 7);

/* Each operation and each error, so that the test cannot go blind unnoticed. */
struct tally {
	unsigned done[OP_KINDS], refused[OP_KINDS];
	int error_seen[64];
};

static void one_operation(struct model *m, uint64_t *seed, struct tally *tally)
{
	struct op op = model_random_op(m, seed);
	struct model_vma after[2];
	int due = model_predict(m, &op, after), error = model_run(m, &op);

	if (error != due)
		print_error("%s of slot %d, other %d: error %d, not %d\n", model_op_name(op.kind),
			    op.slot, op.other, error, due);
	assert_int_equal(error, due);
	model_apply(m, &op, after);
	tally->done[op.kind] += !error;
	tally->refused[op.kind] += !!error;
	tally->error_seen[-error] = 1;
}

static void random_test(void **state)
{
	const struct run *run = *state;
	static struct model m;
	struct tally tally = { { 0 }, { 0 }, { 0 } };
	uint64_t seed = run->seed * 0x9e3779b97f4a7c15u;
	unsigned i;
	int kind;

	model_init(&m, run->indexing, run->colours, run->check);
	m.slots = run->slots;
	m.addresses = run->addresses;
	m.offsets = run->offsets;
	for (i = 0; i < run->operations; i++) {
		one_operation(&m, &seed, &tally);
		if (i % run->between == 0) {
			model_check(&m, COH_CHECK_EXPENSIVE);
			model_compare(&m, model_random(&seed) % run->offsets);
			model_compare(&m, UINTPTR_MAX - model_random(&seed) % 4);
		}
		model_compare_some(&m, model_random(&seed));
	}

	for (kind = 0; kind < OP_KINDS; kind++) {
		assert_true(tally.done[kind] > run->operations / 1000);
		assert_true(tally.refused[kind] > 0);
	}
	assert_true(tally.error_seen[-COH_E_EMPTY] && tally.error_seen[-COH_E_RANGE] &&
		    tally.error_seen[-COH_E_LINKED] && tally.error_seen[-COH_E_UNLINKED] &&
		    tally.error_seen[-COH_E_OVERLAP] && tally.error_seen[-COH_E_OUTSIDE] &&
		    tally.error_seen[-COH_E_NEIGHBOUR] && tally.error_seen[-COH_E_ARGUMENT]);
	assert_int_equal(m.coh.counters[COH_COUNT_WALK_RETRY], 0);
	assert_int_equal(m.coh.counters[COH_COUNT_WALK_GIVEN_UP], 0);
}

#define RUN(name)                                                                                  \
	{                                                                                          \
#name, random_test, NULL, NULL, (void *)&(name)                                    \
	}

int main(void)
{
	const struct CMUnitTest tests[] = { RUN(vivt),	RUN(vipt),  RUN(pipt),	   RUN(paths),
					    RUN(whole), RUN(large), RUN(one_group) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
