// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Walks amid updates, and updates amid walks, at every access there is.  The layer is compiled with
 * ports/sim/hook/coherer/env.h, which calls this test before each load and around each
 * store of what walks and updates share.
 *
 *   interrupt   an interrupt walks between any two stores of an update, and an
 *		 NMI between any two loads of that walk.  It sees the map as it was before or as
 *		 it will be, all of it, never the old one again after the new one, and
 *		 goes through at the first try.
 *   preempt     an update goes by between any two loads of a walk.  What the walk visits
 *		 before that is of before, and what it visits after, all of after.
 *   two_cpus    a walk and an update take turns at any access, at random.  A walk
 *		 that goes through has seen the map of one moment of its time.
 *   cost	 loads are counted, so that O(log n) stays it.
 *   damage	 the check after an update finds what the one before it could not
 *   order	 stores that a walk may see are releases, its loads acquires, and a barrier
 *		 ends each update.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "src/map.h"
#include "src/internal.h"
#include "tests/src/hook/map_hooked.h"
#include "tests/src/next_order.h"

/* ------------------------------------------------------------------------
 * interrupt
 */

enum phase {
	UNKNOWN,
	BEFORE,
	AFTER,
};

static struct {
	enum phase phase[SIDES][MODEL_MAPS];
	unsigned sparse; /* 0: every index at every store; n: one in n stores */
	unsigned nmi;	 /* 0: none; n: within one in n walks */
	unsigned walks, nmis;
} irq;

static void assert_phase(int side, int map, int index, uint64_t seen)
{
	uint64_t old = before.hit[side][map][index], new = after.hit[side][map][index];
	enum phase *phase = &irq.phase[side][map];

	if (old == new) {
		assert_int_equal(seen, old);
		return;
	}
	if (*phase == UNKNOWN)
		*phase = seen == new ? AFTER : BEFORE;
	assert_int_equal(seen, *phase == AFTER ? new : old);
}

static void assert_addresses(uint64_t seen, int index)
{
	uintptr_t va;
	int i;

	for (i = 0; i < SLOTS; i++)
		if (seen >> i & 1) {
			assert_int_equal(coh_vma_address(&m.coh, &m.vma[i], (uintptr_t)index, &va),
					 0);
			assert_int_equal(va >> MODEL_PAGE_SHIFT, (uintptr_t)index + m.vma[i].delta);
		}
}

static void complete_walk(int side, int map, int index)
{
	struct set_walk w;
	const struct coh_map *real = model_map(&m, (enum coh_side_)side, map);

	assert_true(walk_set(&w, side, map, index));
	assert_false(w.twice);
	assert_phase(side, map, index, w.seen);
	assert_int_equal(coh_map_covers_(&m.coh, real, (uintptr_t)index), !!w.seen);
	assert_addresses(w.seen, index);
}

static struct {
	int side, map, index;
} walking;

static void nmi(const volatile void *p, enum env_order order)
{
	struct env_hook hook = env_hook;

	(void)p;
	(void)order;
	unhook();
	irq.nmis++;
	complete_walk(walking.side, walking.map, walking.index);
	env_hook = hook;
}

static void interrupt_walk(int side, int map, int index)
{
	walking.side = side;
	walking.map = map;
	walking.index = index;
	irq.walks++;
	env_hook.load = irq.nmi && irq.walks % irq.nmi == 0 ? nmi : NULL;
	complete_walk(side, map, index);
	env_hook.load = NULL;
}

static void interrupt(const volatile void *p, enum env_order order, bool done)
{
	struct env_hook hook = env_hook;
	int side, map, index;

	(void)p;
	(void)order;
	(void)done;
	/* From one interrupt to the next the phase may move on, but not back. */
	for (side = 0; side < SIDES; side++)
		for (map = 0; map < MODEL_MAPS; map++)
			if (irq.phase[side][map] == BEFORE)
				irq.phase[side][map] = UNKNOWN;

	env_hook.store = NULL;
	if (!irq.sparse) {
		/* A small world has no other maps. */
		for (side = 0; side < SIDES; side++)
			for (index = 0; index < INDICES; index++)
				interrupt_walk(side, 0, index);
	} else if (model_random(&seed) % irq.sparse == 0) {
		uint64_t r = model_random(&seed);

		interrupt_walk(r & 1, r >> 1 & 1, (int)((r >> 2) % INDICES));
	}
	env_hook = hook;
}

static void interrupted(const struct op *op)
{
	struct model_vma now[2];

	if (!foresee(op, now))
		return;
	memset(irq.phase, 0, sizeof(irq.phase));
	env_hook.store = interrupt;
	assert_int_equal(model_run(&m, op), 0);
	env_hook.store = NULL;
	model_apply(&m, op, now);
	before = after;
	assert_int_equal(m.coh.counters[COH_COUNT_WALK_RETRY], 0);
	assert_int_equal(m.coh.counters[COH_COUNT_WALK_GIVEN_UP], 0);
}

/* VMA i of a small world; they overlap in page offsets in every way, and adjoin nowhere. */
static struct op small_link(int i)
{
	static const struct {
		uintptr_t pgoff, pages;
	} place[] = { { 2, 4 }, { 0, 2 }, { 3, 2 }, { 2, 1 }, { 1, 8 }, { 4, 4 } };

	return (struct op){ .kind = OP_LINK,
			    .slot = i,
			    .other = i,
			    .mm = i % 2,
			    .start = 10 + 20 * (uintptr_t)i,
			    .pages = place[i].pages,
			    .pgoff = place[i].pgoff,
			    .flags = i & 2 ? COH_VMA_SHARED : 0 };
}

static void small_world(enum coh_indexing indexing, const int *order, int n)
{
	int i;

	model_init(&m, indexing, 1, COH_CHECK_CHEAP);
	m.slots = SLOTS;
	for (i = 0; i < n; i++) {
		struct op op = small_link(order[i]);

		model_do(&m, &op);
		op.kind = OP_LINK_ANON;
		if (order[i] != 1)
			model_do(&m, &op);
	}
}

/* The k-th operation on VMA i of a world of n; the slots from n on are free. */
static bool small_op(struct op *op, int k, int i, int n)
{
	const struct model_vma *v = &m.is[i];
	static const struct {
		int start, pages; /* by how much */
	} resize[] = { { -1, 1 }, { 0, 3 }, { 1, -1 }, { 0, -1 }, { -1, 3 }, { 30, 0 } };

	*op = (struct op){ .slot = i,
			   .other = n,
			   .start = v->start,
			   .pages = v->pages,
			   .mm = !v->mm,
			   .flags = v->flags ^ COH_VMA_EXEC };
	if (k < 6) {
		op->kind = OP_RESIZE;
		op->start += (uintptr_t)resize[k].start;
		op->pages += (uintptr_t)resize[k].pages;
		return true;
	}
	op->kind = k == 6    ? OP_UNLINK
		   : k == 7  ? OP_SPLIT
		   : k == 8  ? OP_FORK
		   : k == 9  ? OP_MOVE
		   : k == 10 ? OP_LINK_ANON
			     : OP_PROTECT;
	op->start += k == 7 ? v->pages - 1 : k == 9 ? 200 : 0;
	return k < 12;
}

static void every_small_op(enum coh_indexing indexing, const int *order, int n)
{
	struct op op;
	int i, k;

	small_world(indexing, order, n);
	op = small_link(n);
	interrupted(&op);
	for (i = 0; i < n; i++) {
		for (k = 0;; k++) {
			small_world(indexing, order, n);
			if (!small_op(&op, k, i, n))
				break;
			interrupted(&op);
			if (op.kind == OP_SPLIT && m.is[n].linked) {
				op.kind = OP_MERGE;
				interrupted(&op);
			}
		}
	}
}

/* Every order of up to this many VMAs, every operation on each of them, every store, every index.
 */
static void small_worlds(enum coh_indexing indexing, int most)
{
	int order[8], n;

	for (n = 0; n <= most; n++) {
		int i;

		for (i = 0; i < n; i++)
			order[i] = i;
		do
			every_small_op(indexing, order, n);
		while (next_order(order, n));
	}
}

static void interrupt_exhaustive_test(void **state)
{
	(void)state;
	memset(&irq, 0, sizeof(irq));
	small_worlds(COH_INDEXED_PIPT, 4);
	small_worlds(COH_INDEXED_VIVT, 3);
	irq.sparse = 3;
	small_worlds(COH_INDEXED_PIPT, 5);
	assert_true(irq.walks > 1000000);
}

static void nmi_exhaustive_test(void **state)
{
	(void)state;
	memset(&irq, 0, sizeof(irq));
	irq.nmi = 1;
	small_worlds(COH_INDEXED_VIVT, 2);
	irq.sparse = 8;
	small_worlds(COH_INDEXED_VIVT, 3);
	assert_true(irq.nmis > 1000000);
}

static void interrupt_random_test(void **state)
{
	static const enum coh_indexing kinds[] = { COH_INDEXED_VIVT, COH_INDEXED_VIPT,
						   COH_INDEXED_PIPT };
	struct model_vma now[2];
	int i;

	(void)state;
	memset(&irq, 0, sizeof(irq));
	irq.sparse = 2;
	irq.nmi = 16;
	for (i = 0; i < 6000; i++) {
		struct op op;

		if (i % 2000 == 0)
			random_world(kinds[i / 2000], (uint64_t)i + 1);
		op = random_good_op(now);
		interrupted(&op);
	}
	model_check(&m, COH_CHECK_EXPENSIVE);
}

/* ------------------------------------------------------------------------
 * order
 */

static unsigned open_stores; /* since the last barrier */
static unsigned
	sequence_loads; /* the first says which copy is whole, the others whether it still is */

/*
 * Of count a walk only asks whether the map is damaged, which is so for good, and nothing else that
 * it loads rests on the answer.
 */
static bool is_count(const volatile void *p)
{
	unsigned i;

	for (i = 0; i < MODEL_MAPS; i++)
		if (p == &m.mapping[i].map.count || p == &m.anon[i].map.count)
			return true;
	return false;
}

/* Does a walk of map 0 on this side read it, to go by it? */
static bool walk_reads(const volatile void *p)
{
	uintptr_t at = (uintptr_t)p;
	uintptr_t slot = (at - (uintptr_t)m.vma) / sizeof(m.vma[0]);
	uintptr_t offset = (at - (uintptr_t)m.vma) % sizeof(m.vma[0]);

	if (is_count(p))
		return false;
	if (at >= (uintptr_t)m.mapping && at < (uintptr_t)m.vma)
		return true;
	return slot < MODEL_SLOTS && offset >= offsetof(struct coh_vma, file);
}

static void ordered_store(const volatile void *p, enum env_order order, bool done)
{
	if (done)
		open_stores++;
	if (walk_reads(p))
		assert_int_equal(order, ENV_RELEASE);
}

static void ordered_load(const volatile void *p, enum env_order order)
{
	uintptr_t at = (uintptr_t)p, sequence = (uintptr_t)&m.mapping[0].map.sequence;

	if (at == sequence ? !sequence_loads++ : walk_reads(p))
		assert_int_equal(order, ENV_ACQUIRE);
}

static void barrier(void)
{
	open_stores = 0;
}

static void order_test(void **state)
{
	struct model_vma now[2];
	struct set_walk w;
	unsigned i;

	(void)state;
	random_world(COH_INDEXED_VIVT, 9);
	for (i = 0; i < 5000; i++) {
		struct op op = random_good_op(now);

		open_stores = 0;
		env_hook = (struct env_hook){ .store = ordered_store, .barrier = barrier };
		assert_int_equal(model_run(&m, &op), 0);
		assert_int_equal(open_stores, 0);
		sequence_loads = 0;
		env_hook = (struct env_hook){ .load = ordered_load };
		assert_true(walk_set(&w, 0, 0, (int)(i % INDICES)));
		unhook();
		model_apply(&m, &op, now);
	}
}

/* ------------------------------------------------------------------------
 * code_order: where aliases meet no operation of the port lies between stores to K and the question
 * whether the page is executed.
 */

static struct coh_page code_page;
static unsigned barriers, asked;

static void count_barrier(void)
{
	barriers++;
}

static void ask_after_barrier(const volatile void *p, enum env_order order)
{
	(void)order;
	if (p == &code_page.ever && !asked++)
		assert_true(barriers > 0);
}

static uintptr_t no_address(void *context, uintptr_t pfn)
{
	(void)context;
	(void)pfn;
	return 0;
}

static void code_order_test(void **state)
{
	static const struct coh_mechanism *const meeting = &coh_mechanism_meeting;

	(void)state;
	random_world(COH_INDEXED_PIPT, 9);
	m.coh.policy = &coh_policy_rmap;
	m.coh.mechanism = meeting;
	m.port.kernel_address = no_address;
	coh_page_init(&code_page, 1);
	assert_int_equal(coh_page_set_file(&code_page, &m.mapping[0], 100000), 0);
	code_page.mark = COH_MARK_USED_ | COH_MARK_DATA_; /* it was mapped, not to be executed */
	barriers = asked = 0;
	env_hook = (struct env_hook){ .load = ask_after_barrier, .barrier = count_barrier };
	assert_int_equal(coh_flush_dcache_page(&m.coh, &code_page), 0);
	unhook();
	assert_true(asked > 0);
}

/* ------------------------------------------------------------------------
 * damage: what was right before an update and is not after it.
 */

static struct {
	const volatile void *at; /* when this was stored, */
	struct coh_node *node;	 /* a node far from all that the update touches is spoilt */
} damage;

static void spoil(const volatile void *p, enum env_order order, bool done)
{
	(void)order;
	if (done && p == damage.at)
		damage.node->height = 7;
}

static void spoilt_update(const volatile void *at, struct coh_node *node, const void *reported)
{
	unsigned before_it = (unsigned)m.reports;

	damage.at = at;
	damage.node = node;
	env_hook.store = spoil;
	assert_int_equal(coh_vma_unlink(&m.coh, &m.vma[5]), COH_E_CORRUPT);
	unhook();
	assert_int_equal(m.reports, before_it + 1);
	assert_ptr_equal(m.reported_of, reported);
}

static void damage_test(void **state)
{
	static const int order[] = { 0, 1, 2, 3, 4, 5 };

	(void)state;
	small_world(COH_INDEXED_PIPT, order, 6);
	m.coh.config.check = COH_CHECK_EXPENSIVE;
	spoilt_update(&m.mapping[0].map.sequence, &m.vma[1].file[0], &m.mapping[0].map);
	small_world(COH_INDEXED_PIPT, order, 6);
	m.coh.config.check = COH_CHECK_EXPENSIVE;
	spoilt_update(&m.vma[3].space.end_last, &m.vma[1].space, &m.mm[1]);
}

/* ------------------------------------------------------------------------
 * settle: a page that nobody maps any more, while the map changes.
 */

static void stay(void *context)
{
	(void)context;
}

static struct coh_page *finished;

/* Of a VMA that has gone meanwhile: its coh_update_mmu_cache said so before. */
static void completion_ends(const volatile void *p, enum env_order order)
{
	(void)order;
	if (p == &m.mapping[0].map.root[0])
		finished->mark = COH_MARK_USED_ | COH_MARK_DATA_;
}

static void change_goes_by(const volatile void *p, enum env_order order)
{
	(void)order;
	if (p == &m.mapping[0].map.root[0]) {
		unhook();
		m.mapping[0].map.sequence += 2;
	}
}

/* What comes between the look at the mark and the one at the map. */
static void settle_late_test(void **state)
{
	static const int order[] = { 0, 1, 2, 3, 4, 5 };
	struct coh_page page;

	(void)state;
	small_world(COH_INDEXED_VIVT, order, 6);
	m.port.walk_enter = m.port.walk_exit = stay;
	finished = &page;
	coh_page_init(&page, 1);
	assert_int_equal(coh_page_set_file(&page, &m.mapping[0], 100000), 0);
	assert_true(coh_page_settled_(&m.coh, &page));
	env_hook.load = completion_ends;
	assert_false(coh_page_settled_(&m.coh, &page));
	unhook();
	coh_page_settle_(&m.coh, &page, coh_page_version_(&page));
	assert_true(coh_page_settled_(&m.coh, &page));
	env_hook.load = change_goes_by;
	assert_false(coh_page_settled_(&m.coh, &page));
	unhook();
}

static void settle_test(void **state)
{
	static const int order[] = { 0, 1, 2, 3, 4, 5 };
	struct coh_page page;
	uint32_t version;

	(void)state;
	small_world(COH_INDEXED_VIVT, order, 6);
	m.port.walk_enter = m.port.walk_exit = stay;
	coh_page_init(&page, 1);
	assert_int_equal(coh_page_set_file(&page, &m.mapping[0], 100000), 0);
	version = coh_page_version_(&page);
	page.mark = COH_MARK_USED_;
	assert_false(coh_page_settled_(&m.coh, &page));
	/* A change went by since K's flush began. */
	coh_page_settle_(&m.coh, &page, version - 2);
	assert_int_equal(page.mark, COH_MARK_USED_);
	coh_page_settle_(&m.coh, &page, version);
	assert_int_equal(page.mark, version | COH_MARK_SETTLED_);
	assert_true(coh_page_settled_(&m.coh, &page));
	/* It was stored late: after a change, or amid one that walks see already. */
	m.mapping[0].map.sequence += 1;
	assert_false(coh_page_settled_(&m.coh, &page));
	m.mapping[0].map.sequence += 1;
	assert_false(coh_page_settled_(&m.coh, &page));
	/* A version of one map says nothing of another's. */
	coh_page_settle_(&m.coh, &page, version + 2);
	coh_page_clear(&page);
	page.mark = (version + 2) | COH_MARK_SETTLED_; /* by a flush that was under way */
	assert_int_equal(coh_page_set_file(&page, &m.mapping[0], 100000), 0);
	assert_int_equal(page.mark, COH_MARK_USED_);
}

/* A test that failed amid a walk has left its hooks. */
static int setup(void **state)
{
	(void)state;
	unhook();
	return 0;
}

#define TEST(name) cmocka_unit_test_setup(name##_test, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(interrupt_exhaustive),
		TEST(nmi_exhaustive),
		TEST(interrupt_random),
		TEST(preempt_once),
		TEST(give_up),
		TEST(covers_gives_up),
		TEST(two_cpus),
		TEST(cost_of_mms),
		TEST(cost_of_groups),
		TEST(cost_of_one_group),
		TEST(order),
		TEST(code_order),
		TEST(damage),
		TEST(settle),
		TEST(settle_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
