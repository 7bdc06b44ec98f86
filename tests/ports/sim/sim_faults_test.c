// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Each fault that coh_sim_fault can put into the port takes effect, and only that; counts and log.
 */
#include "tests/ports/sim/sim_of.h"

/* ------------------------------------------------------------------------
 * Caches.  Lines 1 to 3 of 5 are asked for; which of them were done?
 */

struct spoilt {
	enum coh_sim_op op;
	enum coh_sim_how how;
	uint32_t done; /* mask of lines */
};

static void write_lines(struct coh_sim *sim, uint32_t frame, uint8_t byte)
{
	for (uint32_t i = 0; i < 5; i++) {
		coh_sim_kernel_load(sim, frame, i * LINE, &(uint8_t){ 0 }, 1);
		coh_sim_kernel_store(sim, frame, i * LINE, &byte, 1);
	}
}

static uint32_t in_memory(struct coh_sim *sim, uint32_t frame, uint8_t byte)
{
	uint32_t mask = 0;

	for (uint32_t i = 0; i < 5; i++)
		mask |= (uint32_t)(coh_machine_memory(coh_sim_machine(sim),
						      coh_sim_pa(sim, frame) + i * LINE) == byte)
			<< i;
	return mask;
}

/* What an access by K sees now; code as a fetch does. */
static uint32_t seen_by_kernel(struct coh_sim *sim, uint32_t frame, uint8_t byte, bool code)
{
	uint32_t mask = 0;

	for (uint32_t i = 0; i < 5; i++) {
		uint8_t got;

		if (code)
			coh_sim_kernel_fetch(sim, frame, i * LINE, &got, 1);
		else
			coh_sim_kernel_load(sim, frame, i * LINE, &got, 1);
		mask |= (uint32_t)(got == byte) << i;
	}
	return mask;
}

static uint32_t spoil_data(struct coh_sim *sim, uint32_t frame, enum coh_sim_op op)
{
	const struct coh_port *port = coh_sim_port(sim);
	uintptr_t k = coh_sim_kernel_address(sim, frame);
	coh_pa_t pa = coh_sim_pa(sim, frame);

	write_lines(sim, frame, 7);
	switch (op) {
	case COH_SIM_OP_DCACHE_CLEAN:
		port->dcache_clean(port->context, k + LINE, 3 * LINE);
		return in_memory(sim, frame, 7);
	case COH_SIM_OP_DCACHE_FLUSH:
		port->dcache_flush(port->context, k + LINE, 3 * LINE);
		return in_memory(sim, frame, 7);
	case COH_SIM_OP_DCACHE_FLUSH_ALL:
		port->dcache_flush_all(port->context);
		return in_memory(sim, frame, 7);
	case COH_SIM_OP_DCACHE_INVALIDATE:
		port->dcache_invalidate(port->context, k + LINE, 3 * LINE);
		return 31u & ~seen_by_kernel(sim, frame, 7, false);
	default: /* the outer ones */
		break;
	}
	port->dcache_clean(port->context, k, 5 * LINE);
	if (op == COH_SIM_OP_OUTER_CLEAN)
		port->outer_clean(port->context, pa + LINE, 3 * LINE);
	else if (op == COH_SIM_OP_OUTER_FLUSH)
		port->outer_flush(port->context, pa + LINE, 3 * LINE);
	else
		port->outer_invalidate(port->context, pa + LINE, 3 * LINE);
	if (op != COH_SIM_OP_OUTER_INVALIDATE)
		return in_memory(sim, frame, 7);
	port->dcache_invalidate(port->context, k, 5 * LINE);
	return 31u & ~seen_by_kernel(sim, frame, 7, false);
}

static uint32_t spoil_code(struct coh_sim *sim, uint32_t frame, enum coh_sim_op op)
{
	const struct coh_port *port = coh_sim_port(sim);
	uintptr_t k = coh_sim_kernel_address(sim, frame);

	seen_by_kernel(sim, frame, 0, true); /* into the I-cache */
	write_lines(sim, frame, 7);
	port->dcache_clean(port->context, k, 5 * LINE);
	if (op == COH_SIM_OP_ICACHE_INVALIDATE)
		port->icache_invalidate(port->context, k + LINE, 3 * LINE);
	else
		port->icache_invalidate_all(port->context);
	return seen_by_kernel(sim, frame, 7, true);
}

static void spoil(struct coh_sim *sim, void *arg)
{
	const struct spoilt *s = arg;
	uint32_t frame = coh_sim_alloc(sim), got;
	bool code =
		s->op == COH_SIM_OP_ICACHE_INVALIDATE || s->op == COH_SIM_OP_ICACHE_INVALIDATE_ALL;

	got = code ? spoil_code(sim, frame, s->op) : spoil_data(sim, frame, s->op);
	assert_int_equal(got, s->done);
}

static void test_cache_faults(void **state)
{
	static const enum coh_sim_op data[] = { COH_SIM_OP_DCACHE_CLEAN,
						COH_SIM_OP_DCACHE_INVALIDATE,
						COH_SIM_OP_DCACHE_FLUSH,
						COH_SIM_OP_ICACHE_INVALIDATE };
	static const enum coh_sim_op beyond[] = { COH_SIM_OP_OUTER_CLEAN,
						  COH_SIM_OP_OUTER_INVALIDATE,
						  COH_SIM_OP_OUTER_FLUSH };
	static const uint32_t done[] = { 14, 0, 28, 6 }; /* right, DROP, WRONG, SHORT */
	static const struct spoilt whole[] = {
		{ COH_SIM_OP_DCACHE_FLUSH_ALL, 0, 31 },
		{ COH_SIM_OP_DCACHE_FLUSH_ALL, COH_SIM_DROP, 0 },
		{ COH_SIM_OP_DCACHE_FLUSH_ALL, COH_SIM_WRONG, 0 },
		{ COH_SIM_OP_ICACHE_INVALIDATE_ALL, 0, 31 },
		{ COH_SIM_OP_ICACHE_INVALIDATE_ALL, COH_SIM_DROP, 0 },
		{ COH_SIM_OP_ICACHE_INVALIDATE_ALL, COH_SIM_WRONG, 0 },
	};

	(void)state;
	for (size_t i = 0; i < 4 * (4 + 3) + 6; i++) {
		bool is_outer = i >= 16 && i < 28;
		struct spoilt s = i < 16 ? (struct spoilt){ data[i / 4], i % 4, done[i % 4] }
				  : is_outer
					  ? (struct spoilt){ beyond[i / 4 - 4], i % 4, done[i % 4] }
					  : whole[i - 28];
		struct coh_sim *sim = sim_of(
			(struct coh_sim_config){ .cpus = 2,
						 .outer = is_outer ? some_outer
								   : (struct coh_cache){ 0 } },
			NULL);

		if (s.how)
			assert_true(coh_sim_fault(
				sim, &(struct coh_sim_fault){ .op = s.op, .how = s.how }));
		assert_int_not_equal(coh_sim_run(sim, spoil, &s), COH_SIM_ERROR);
		assert_int_equal(coh_sim_report(sim)->faults, s.how ? 1 : 0);
		coh_sim_free(sim);
	}
}

/* Of four lines of one set, one is in the last way. */
static void fills_a_set(struct coh_sim *sim, void *arg)
{
	const struct coh_port *port = coh_sim_port(sim);
	uint8_t byte = 7;

	for (uint32_t i = 0; i < 4; i++) {
		uint32_t frame = coh_sim_alloc(sim);

		coh_sim_kernel_load(sim, frame, 0, &(uint8_t){ 0 }, 1);
		coh_sim_kernel_store(sim, frame, 0, &byte, 1);
	}
	port->dcache_flush_all(port->context);
	*(uint64_t *)arg = coh_sim_counts(sim, COH_SIM_OP_DCACHE_FLUSH_ALL)->changed;
}

static void test_short_whole(void **state)
{
	struct coh_sim *sim = sim_of((struct coh_sim_config){ 0 }, NULL);
	uint64_t changed;

	(void)state;
	assert_int_equal(coh_sim_run(sim, fills_a_set, &changed), COH_SIM_RIGHT);
	assert_int_equal(changed, 4);
	coh_sim_free(sim);
	sim = sim_of((struct coh_sim_config){ 0 }, NULL);
	coh_sim_fault(sim,
		      &(struct coh_sim_fault){ COH_SIM_OP_DCACHE_FLUSH_ALL, COH_SIM_SHORT, 0 });
	assert_int_equal(coh_sim_run(sim, fills_a_set, &changed), COH_SIM_RIGHT);
	assert_int_equal(changed, 3);
	coh_sim_free(sim);
}

/* ------------------------------------------------------------------------
 * The other operations: what each did, as a number; with and without its fault.
 */

static uint64_t translated(struct coh_sim *sim, uint32_t mm, uintptr_t va)
{
	uint64_t pa;

	return coh_machine_translation(coh_sim_machine(sim), mm, va, &pa, NULL, NULL)
		       ? 0
		       : pa / coh_sim_page_size(sim) + 1;
}

static uint64_t window(struct coh_sim *sim, bool unmap)
{
	const struct coh_port *port = coh_sim_port(sim);
	uintptr_t saved, colour0 = 0xd8000000;
	uintptr_t va = port->window_map(port->context, 3, 0, &saved);
	uint64_t at0 = translated(sim, 0, colour0), at1 = translated(sim, 0, colour0 + 4096);

	if (!unmap)
		return at0 * 10 + at1;
	port->window_unmap(port->context, va, saved);
	return translated(sim, 0, va);
}

static uint64_t kmaps(struct coh_sim *sim, bool unmap)
{
	const struct coh_port *port = coh_sim_port(sim);
	uint32_t high = coh_sim_frames(sim) - 1;
	uintptr_t va = port->kmap(port->context, high);

	if (unmap)
		port->kunmap(port->context, high, va);
	return va ? translated(sim, 0, va) : 0;
}

static uint64_t moves(struct coh_sim *sim, bool copy)
{
	const struct coh_port *port = coh_sim_port(sim);
	uint32_t from = coh_sim_alloc(sim), to = coh_sim_alloc(sim);
	uint8_t seven[3 * LINE], eight[3 * LINE], got[3 * LINE];
	uint64_t changed = 0;

	memset(seven, 7, sizeof(seven));
	memset(eight, 8, sizeof(eight));
	coh_sim_kernel_store(sim, from, 0, seven, sizeof(seven));
	coh_sim_kernel_store(sim, to, 0, eight, sizeof(eight));
	if (copy)
		port->copy(port->context, coh_sim_kernel_address(sim, to),
			   coh_sim_kernel_address(sim, from), sizeof(got));
	else
		port->zero(port->context, coh_sim_kernel_address(sim, to), sizeof(got));
	coh_sim_kernel_load(sim, to, 0, got, sizeof(got));
	for (size_t i = 0; i < sizeof(got); i++)
		changed += got[i] == (copy ? 7 : 0);
	return changed;
}

static uint64_t locks(struct coh_sim *sim, bool unlock)
{
	const struct coh_port *port = coh_sim_port(sim);
	coh_lock_t lock = { 0 };
	uint64_t word;

	port->lock(port->context, &lock);
	word = lock.word;
	port->unlock(port->context, &lock);
	return unlock ? lock.word : word;
}

static void counts(struct coh_sim *sim, void *arg)
{
	(void)sim;
	++*(uint64_t *)arg;
}

/* How many of the interrupts that wait have come, within the inner section or after it. */
static uint64_t irqs(struct coh_sim *sim, bool restore)
{
	const struct coh_port *port = coh_sim_port(sim);
	uint64_t come = 0, inner_come;
	uintptr_t outer = port->irq_save(port->context), inner = port->irq_save(port->context);

	coh_sim_at(sim, 1, COH_SIM_ARRIVE_IRQ, 0, counts, &come);
	coh_sim_point(sim);
	inner_come = come;
	port->irq_restore(port->context, inner);
	coh_sim_point(sim);
	if (restore)
		inner_come = come;
	port->irq_restore(port->context, outer);
	return inner_come;
}

static uint64_t uncaches(struct coh_sim *sim, bool unused)
{
	const struct coh_port *port = coh_sim_port(sim);
	uintptr_t va = coh_sim_user_address(sim, 0, 0);
	uint64_t uncached = 0;

	(void)unused;
	coh_sim_mmap(sim, 0, va, 2, NULL);
	coh_sim_switch(sim, 0);
	for (uint32_t i = 0; i < 2; i++)
		coh_sim_user_load(sim, va + i * 4096, &(uint8_t){ 0 }, 1);
	assert_true(port->user_uncache(port->context, coh_sim_mm(sim, 0), va,
				       coh_sim_frame_at(sim, 0, va)));
	assert_false(port->user_uncache(port->context, coh_sim_mm(sim, 0), va + 8192, 0));
	for (uint32_t i = 0; i < 2; i++) {
		enum coh_attr attr;

		assert_int_equal(coh_machine_translation(coh_sim_machine(sim), 1, va + i * 4096,
							 NULL, NULL, &attr),
				 0);
		uncached |= (uint64_t)(attr == COH_UNCACHED) << i;
	}
	/* Another page's translation is not there. */
	assert_false(port->user_uncache(port->context, coh_sim_mm(sim, 0), va,
					coh_sim_frame_at(sim, 0, va) + 1));
	return uncached;
}

/* Is what is unlinked amid a walk kept until it ends?  Is it still running after its exit? */
static uint64_t walks(struct coh_sim *sim, bool after)
{
	const struct coh_port *port = coh_sim_port(sim);
	uintptr_t va = coh_sim_user_address(sim, 0, 0);

	port->walk_enter(port->context);
	if (after)
		port->walk_exit(port->context);
	coh_sim_mmap(sim, 0, va, 1, NULL);
	coh_sim_munmap(sim, 0, va, 1);
	if (!after)
		port->walk_exit(port->context);
	return coh_sim_report(sim)->deferred_frees;
}

struct other {
	enum coh_sim_op op;
	uint64_t (*fn)(struct coh_sim *sim, bool second);
	bool second;
	uint64_t right;
	uint64_t spoilt[3]; /* DROP, WRONG, SHORT; NO: it cannot be */
};
#define NO UINT64_MAX

static void run_other(struct coh_sim *sim, void *arg)
{
	const struct other *o = ((void **)arg)[0];

	*((uint64_t **)arg)[1] = o->fn(sim, o->second);
}

static uint64_t outcome(const struct other *o, enum coh_sim_how how)
{
	struct coh_sim *sim = sim_of((struct coh_sim_config){ .highmem = 2 }, "arm1136");
	struct coh_sim_fault fault = { .op = o->op, .how = how, .nth = 1 };
	uint64_t got = NO;
	void *arg[] = { (void *)(uintptr_t)o, &got };

	if (o->op == COH_SIM_OP_IRQ_SAVE)
		fault.nth = 0;
	if (!how || coh_sim_fault(sim, &fault))
		coh_sim_run(sim, run_other, arg);
	assert_int_equal(coh_sim_report(sim)->faults > 0, how && got != NO);
	coh_sim_free(sim);
	return got;
}

static void test_other_faults(void **state)
{
	static const struct other cases[] = {
		{ COH_SIM_OP_WINDOW_MAP, window, false, 40, { 0, 4, NO } },
		{ COH_SIM_OP_WINDOW_UNMAP, window, true, 0, { 4, NO, NO } },
		{ COH_SIM_OP_KMAP, kmaps, false, 32, { 0, NO, NO } },
		{ COH_SIM_OP_KUNMAP, kmaps, true, 0, { 32, NO, NO } },
		{ COH_SIM_OP_COPY, moves, true, 96, { 0, NO, 64 } },
		{ COH_SIM_OP_ZERO, moves, false, 96, { 0, NO, 64 } },
		{ COH_SIM_OP_LOCK, locks, false, 1, { 0, NO, NO } },
		{ COH_SIM_OP_UNLOCK, locks, true, 0, { 1, NO, NO } },
		{ COH_SIM_OP_IRQ_SAVE, irqs, false, 0, { 1, NO, NO } },
		{ COH_SIM_OP_IRQ_RESTORE, irqs, true, 0, { 0, 1, NO } },
		{ COH_SIM_OP_USER_UNCACHE, uncaches, false, 1, { 0, 2, NO } },
		{ COH_SIM_OP_WALK_EXIT, walks, true, 0, { 1, NO, NO } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(outcome(&cases[i], 0), cases[i].right);
		for (int how = COH_SIM_DROP; how <= COH_SIM_SHORT; how++)
			assert_int_equal(outcome(&cases[i], how), cases[i].spoilt[how - 1]);
	}
}

/* ------------------------------------------------------------------------ */

static void cleans_thrice(struct coh_sim *sim, void *arg)
{
	const struct coh_port *port = coh_sim_port(sim);
	uint32_t frame = coh_sim_alloc(sim), *done = arg;

	for (uint32_t i = 0; i < 3; i++) {
		write_lines(sim, frame, (uint8_t)(i + 1));
		port->dcache_clean(port->context, coh_sim_kernel_address(sim, frame), 5 * LINE);
		*done |= (uint32_t)(in_memory(sim, frame, (uint8_t)(i + 1)) == 31) << i;
	}
}

static void test_nth(void **state)
{
	static const uint32_t done[] = { 0, 6, 5, 3, 7 };

	(void)state;
	for (uint32_t nth = 0; nth < 5; nth++) {
		struct coh_sim *sim = sim_of((struct coh_sim_config){ 0 }, NULL);
		struct coh_sim_fault fault = { COH_SIM_OP_DCACHE_CLEAN, COH_SIM_DROP, nth };
		uint32_t got = 0;

		assert_true(coh_sim_fault(sim, &fault));
		assert_int_equal(coh_sim_run(sim, cleans_thrice, &got), COH_SIM_RIGHT);
		assert_int_equal(got, done[nth]);
		coh_sim_fault_clear(sim);
		got = 0;
		assert_int_equal(coh_sim_run(sim, cleans_thrice, &got), COH_SIM_RIGHT);
		assert_int_equal(got, 7);
		coh_sim_free(sim);
	}
}

static void test_refused_faults(void **state)
{
	static const struct coh_sim_fault wrong[] = {
		{ COH_SIM_OPS, COH_SIM_DROP, 0 },
		{ COH_SIM_OP_DCACHE_CLEAN, 0, 0 },
		{ COH_SIM_OP_DCACHE_CLEAN, COH_SIM_SHORT + 1, 0 },
		{ COH_SIM_OP_LOCK, COH_SIM_WRONG, 0 },
		{ COH_SIM_OP_DCACHE_FLUSH_ALL, COH_SIM_WRONG, 0 }, /* one CPU */
	};
	struct coh_sim *sim = sim_of((struct coh_sim_config){ 0 }, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(coh_sim_fault(sim, &wrong[i]));
	for (int i = 0; i < 17; i++)
		assert_int_equal(coh_sim_fault(sim, &(struct coh_sim_fault){ 0, COH_SIM_DROP, 0 }),
				 i < 16);
	coh_sim_free(sim);
}

static void cleans(struct coh_sim *sim, void *arg)
{
	const struct coh_port *port = coh_sim_port(sim);
	uint32_t frame = coh_sim_alloc(sim);

	(void)arg;
	write_lines(sim, frame, 7);
	for (int i = 0; i < 2; i++)
		port->dcache_clean(port->context, coh_sim_kernel_address(sim, frame), 8 * LINE);
}

static void test_counts_and_log(void **state)
{
	struct coh_sim *sim = sim_of((struct coh_sim_config){ .log = true }, NULL);
	const struct coh_sim_counts *c = coh_sim_counts(sim, COH_SIM_OP_DCACHE_CLEAN);
	const struct coh_sim_entry *e;
	size_t n;

	(void)state;
	assert_null(coh_sim_log(sim, &n));
	assert_int_equal(coh_sim_run(sim, cleans, NULL), COH_SIM_RIGHT);
	assert_int_equal(c->calls, 2);
	assert_int_equal(c->in_vain, 1);
	assert_int_equal(c->lines, 16);
	assert_int_equal(c->changed, 5);
	assert_int_equal(coh_sim_counts(sim, COH_SIM_OPS)->calls, 0);
	e = coh_sim_log(sim, &n);
	assert_int_equal(n, 2);
	assert_int_equal(e[0].op, COH_SIM_OP_DCACHE_CLEAN);
	assert_int_equal(e[0].va, 0xc0000000);
	assert_int_equal(e[0].len, 8 * LINE);
	assert_int_equal(e[0].changed, 5);
	assert_int_equal(e[0].point, 11); /* ten accesses before it, and its own */
	assert_int_equal(e[0].context, COH_SIM_IN_PROCESS);
	assert_int_equal(e[1].changed, 0);
	coh_sim_log_clear(sim);
	assert_null(coh_sim_log(sim, &n));
	assert_int_equal(c->calls, 0);
	coh_sim_free(sim);
	assert_string_equal(coh_sim_op_name(COH_SIM_OP_OUTER_FLUSH), "outer_flush");
	assert_string_equal(coh_sim_op_name(COH_SIM_OPS), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cache_faults),   cmocka_unit_test(test_short_whole),
		cmocka_unit_test(test_other_faults),   cmocka_unit_test(test_nth),
		cmocka_unit_test(test_refused_faults), cmocka_unit_test(test_counts_and_log),
	};

	return cmocka_run_group_tests_name("sim faults", tests, NULL, NULL);
}
