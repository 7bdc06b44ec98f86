// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The small kernel of ports/sim: users see what users of a kernel see, frames are not
 * lost or used twice, and the layer is called so that the default policy keeps
 * everything right, whatever arrives when.
 */
#include "check/policies/policies.h"
#include "tests/ports/sim/sim_of.h"

static uint32_t load32(struct coh_sim *sim, uintptr_t va)
{
	uint32_t word;

	coh_sim_user_load(sim, va, &word, sizeof(word));
	return word;
}

static void store32(struct coh_sim *sim, uintptr_t va, uint32_t word)
{
	coh_sim_user_store(sim, va, &word, sizeof(word));
}

static uint32_t used_frames(const struct coh_sim *sim)
{
	uint32_t n = 0;

	for (uint32_t f = 0; f < coh_sim_frames(sim); f++)
		n += coh_sim_uses(sim, f) > 0;
	return n;
}

/* Every test: the scenario is right on three kinds of cache, with evictions and with highmem. */
static void right_everywhere(coh_sim_fn *fn)
{
	static const char *const cores[] = { "arm926ej-s", "xscale", "arm1136", "cortex-a9" };

	for (uint32_t i = 0; i < 4 * 6; i++) {
		struct coh_sim_config config = {
			.evict = i / 4 == 5 ? COH_SIM_EVERY_DIRTY : i / 4 * 20,
			.fill = i / 4 * 30,
			.seed = i,
			.tlb = i % 3 * 4,
			.highmem = i / 4 % 2 ? 32 : 0,
			.cpus = 1 + i % 2,
		};
		struct coh_sim *sim = sim_of(config, cores[i % 4]);
		char line[300];

		if (coh_sim_run(sim, fn, NULL) != COH_SIM_RIGHT)
			fail_msg("%s, run %u: %s", cores[i % 4], i,
				 coh_sim_report_line(sim, line, sizeof(line)));
		coh_sim_free(sim);
	}
}

#define FAILS(sim, condition)                                                                      \
	do {                                                                                       \
		if (!(condition))                                                                  \
			coh_sim_fail(sim, #condition);                                             \
	} while (0)

/* ------------------------------------------------------------------------ */

static void anonymous(struct coh_sim *sim, void *arg)
{
	uintptr_t va = coh_sim_user_address(sim, 0, 1), page = coh_sim_page_size(sim);

	(void)arg;
	coh_sim_mmap(sim, 0, va, 4, NULL);
	coh_sim_switch(sim, 0);
	FAILS(sim, coh_sim_frame_at(sim, 0, va) == COH_SIM_NONE);
	FAILS(sim, load32(sim, va) == 0);
	store32(sim, va + page - 2, 0x12345678); /* crosses a page */
	FAILS(sim, load32(sim, va + page - 2) == 0x12345678);
	FAILS(sim, used_frames(sim) == 2);
	FAILS(sim, coh_sim_vma(sim, 0, va + 3 * page) == coh_sim_vma(sim, 0, va));
	coh_sim_munmap(sim, 0, va + page, 2);
	FAILS(sim, used_frames(sim) == 1);
	FAILS(sim, coh_sim_vma(sim, 0, va + page) == NULL);
	FAILS(sim, coh_sim_vma(sim, 0, va + 3 * page) != coh_sim_vma(sim, 0, va));
	coh_sim_mmap(sim, 0, va + page, 2, NULL);
	FAILS(sim, load32(sim, va + page) == 0); /* a frame that was used before */
	coh_sim_exit(sim, 0);
	FAILS(sim, used_frames(sim) == 0);
}

static void test_anonymous(void **state)
{
	(void)state;
	right_everywhere(anonymous);
}

static void forks(struct coh_sim *sim, void *arg)
{
	uintptr_t va = coh_sim_user_address(sim, 0, 1);
	uint32_t frame;

	(void)arg;
	coh_sim_mmap(sim, 0, va, 1, NULL);
	coh_sim_switch(sim, 0);
	store32(sim, va, 1);
	coh_sim_fork(sim, 0, 1);
	frame = coh_sim_frame_at(sim, 0, va);
	FAILS(sim, coh_sim_frame_at(sim, 1, va) == frame && coh_sim_uses(sim, frame) == 2);
	store32(sim, va, 2); /* the parent gets a copy */
	FAILS(sim, coh_sim_frame_at(sim, 0, va) != frame);
	coh_sim_switch(sim, 1);
	FAILS(sim, load32(sim, va) == 1);
	store32(sim, va, 3); /* the child is alone with it now */
	FAILS(sim, coh_sim_frame_at(sim, 1, va) == frame);
	coh_sim_switch(sim, 0);
	FAILS(sim, load32(sim, va) == 2);
	coh_sim_exit(sim, 1);
	FAILS(sim, used_frames(sim) == 1);
	coh_sim_fork(sim, 0, 1);
	coh_sim_exit(sim, 0);
	coh_sim_switch(sim, 1);
	FAILS(sim, load32(sim, va) == 2);
	store32(sim, va, 4);
	FAILS(sim, load32(sim, va) == 4 && used_frames(sim) == 1);
}

static void test_fork(void **state)
{
	(void)state;
	right_everywhere(forks);
}

/* A private mapping of a file: copied on the first store, then the file's no more. */
static void files(struct coh_sim *sim, void *arg)
{
	uint32_t file = coh_sim_file(sim, 2), frame = coh_sim_file_frame(sim, file, 1);
	uintptr_t mine = coh_sim_user_address(sim, 0, 1), theirs = coh_sim_user_address(sim, 1, 1);
	struct coh_sim_area area = { .kind = COH_SIM_FILE, .file = file, .pgoff = 1 };
	uint32_t word = 5;
	uintptr_t k;

	(void)arg;
	FAILS(sim, coh_sim_file_frame(sim, file, 2) == COH_SIM_NONE);
	coh_sim_mmap(sim, 0, mine, 1, &area);
	area.shared = true;
	coh_sim_mmap(sim, 1, theirs, 1, &area);
	coh_sim_switch(sim, 1);
	FAILS(sim, load32(sim, theirs) == 0);
	store32(sim, theirs, 4);
	coh_sim_switch(sim, 0);
	FAILS(sim, load32(sim, mine) == 4 && coh_sim_frame_at(sim, 0, mine) == frame);
	store32(sim, mine + 4, 6);
	FAILS(sim, load32(sim, mine) == 4 && coh_sim_frame_at(sim, 0, mine) != frame);
	FAILS(sim, !coh_kmap(coh_sim_layer(sim), coh_sim_page(sim, frame), COH_INTENT_WRITE, &k));
	coh_sim_store(sim, k, &word, sizeof(word));
	FAILS(sim, !coh_kunmap(coh_sim_layer(sim), coh_sim_page(sim, frame), COH_INTENT_WRITE, k));
	FAILS(sim, load32(sim, mine) == 4);
	coh_sim_switch(sim, 1);
	FAILS(sim, load32(sim, theirs) == 5 && load32(sim, theirs + 4) == 0);
}

static void test_files(void **state)
{
	(void)state;
	right_everywhere(files);
}

/* One page, one address, as port.h asks of kmap: until the last who has it gives it back. */
static void kmaps_twice(struct coh_sim *sim, void *arg)
{
	uint32_t frame = coh_sim_frames(sim) - 1; /* of highmem, where there is any */
	struct coh_page *page = coh_sim_page(sim, frame);
	struct coh *layer = coh_sim_layer(sim);
	uint32_t word = 7, got = 0;
	uintptr_t first, second;

	(void)arg;
	FAILS(sim, !coh_kmap(layer, page, COH_INTENT_WRITE, &first));
	FAILS(sim, !coh_kmap(layer, page, COH_INTENT_READ, &second));
	FAILS(sim, first == second && coh_sim_kernel_address(sim, frame) == first);
	coh_sim_store(sim, first, &word, sizeof(word));
	FAILS(sim, !coh_kunmap(layer, page, COH_INTENT_WRITE, first));
	FAILS(sim, coh_sim_kernel_address(sim, frame) == second);
	coh_sim_load(sim, second, &got, sizeof(got));
	FAILS(sim, got == 7);
	FAILS(sim, !coh_kunmap(layer, page, COH_INTENT_READ, second));
}

static void test_kmaps_twice(void **state)
{
	(void)state;
	right_everywhere(kmaps_twice);
}

static void moves(struct coh_sim *sim, void *arg)
{
	uintptr_t va = coh_sim_user_address(sim, 0, 0), to = coh_sim_user_address(sim, 1, 1);
	uintptr_t page = coh_sim_page_size(sim);

	(void)arg;
	coh_sim_mmap(sim, 0, va, 5, NULL);
	coh_sim_switch(sim, 0);
	for (uint32_t i = 0; i < 5; i++)
		store32(sim, va + i * page, 10 + i);
	coh_sim_mremap(sim, 0, va + page, 2, to);
	FAILS(sim, load32(sim, to) == 11 && load32(sim, to + page) == 12);
	FAILS(sim, load32(sim, va) == 10 && load32(sim, va + 3 * page) == 13);
	FAILS(sim, coh_sim_vma(sim, 0, va + page) == NULL && used_frames(sim) == 5);

	coh_sim_resize(sim, 0, to, to - page, 2); /* one page below more, one above less */
	FAILS(sim, load32(sim, to - page) == 0 && load32(sim, to) == 11);
	FAILS(sim, used_frames(sim) == 5 && coh_sim_vma(sim, 0, to + page) == NULL);

	coh_sim_mprotect(sim, 0, va + 3 * page, 1, COH_SIM_RX);
	FAILS(sim, load32(sim, va + 3 * page) == 13);
	FAILS(sim, !coh_sim_merge(sim, 0, va + 3 * page));
	coh_sim_mprotect(sim, 0, va + 3 * page, 1, COH_SIM_RW);
	FAILS(sim, coh_sim_merge(sim, 0, va + 3 * page));
	store32(sim, va + 4 * page, 24);
	FAILS(sim, load32(sim, va + 3 * page) == 13 && load32(sim, va + 4 * page) == 24);
	coh_sim_munmap(sim, 0, va, 5);
	coh_sim_munmap(sim, 0, to - page, 2);
	FAILS(sim, used_frames(sim) == 0);
}

static void test_moves(void **state)
{
	(void)state;
	right_everywhere(moves);
}

/* A frame that get_user_pages keeps outlives its mapping; ptrace and vmap see what users store. */
static void kernel_uses(struct coh_sim *sim, void *arg)
{
	uintptr_t va = coh_sim_user_address(sim, 0, 1), k;
	struct coh *coh = coh_sim_layer(sim);
	uint32_t frame, word;

	(void)arg;
	coh_sim_mmap(sim, 0, va, 1, &(struct coh_sim_area){ .prot = COH_SIM_RX });
	coh_sim_switch(sim, 0);
	coh_sim_ptrace_write(sim, 0, va + 4, &(uint32_t){ 7 }, 4);
	FAILS(sim, load32(sim, va + 4) == 7);
	coh_sim_user_fetch(sim, va + 4, &word, 4);
	FAILS(sim, word == 7);
	coh_sim_mprotect(sim, 0, va, 1, COH_SIM_RW);
	store32(sim, va + 8, 8);
	coh_sim_switch(sim, 1);
	coh_sim_ptrace_read(sim, 0, va + 8, &word, 4);
	FAILS(sim, word == 8);
	coh_sim_switch(sim, 0);

	frame = coh_sim_get_user_page(sim, 0, va, COH_INTENT_READ_WRITE);
	FAILS(sim, coh_sim_frame_at(sim, 0, va) == frame && coh_sim_uses(sim, frame) == 2);
	coh_flush_dcache_page(coh, coh_sim_page(sim, frame));
	k = coh_sim_vmap(sim, &frame, 1, 0);
	coh_sim_load(sim, k + 8, &word, 4);
	FAILS(sim, word == 8);
	coh_sim_store(sim, k + 8, &(uint32_t){ 9 }, 4);
	coh_sim_vunmap(sim, k);
	coh_flush_dcache_page(coh, coh_sim_page(sim, frame));
	FAILS(sim, load32(sim, va + 8) == 9);
	FAILS(sim, coh_sim_vmap(sim, &frame, 1, 0) == k); /* addresses are used again */
	coh_sim_vunmap(sim, k);

	coh_sim_exit(sim, 0);
	FAILS(sim, coh_sim_uses(sim, frame) == 1);
	coh_sim_put(sim, frame);
	FAILS(sim, used_frames(sim) == 0);
}

static void test_kernel_uses(void **state)
{
	(void)state;
	right_everywhere(kernel_uses);
}

/* A thread of the kernel borrows the mm that is there (T6), and no cache is touched for it. */
static void borrows(struct coh_sim *sim, void *arg)
{
	uintptr_t va = coh_sim_user_address(sim, 0, 1);

	(void)arg;
	coh_sim_mmap(sim, 0, va, 1, NULL);
	coh_sim_switch(sim, 0);
	load32(sim, va);
	store32(sim, va, 1);
	coh_sim_log_clear(sim);
	coh_sim_kernel_thread(sim);
	FAILS(sim, coh_sim_current(sim, coh_sim_cpu(sim)) == 0);
	FAILS(sim, coh_sim_port(sim)->current_mm(sim) == coh_sim_mm(sim, 0));
	coh_sim_switch(sim, 0);
	FAILS(sim, coh_sim_counts(sim, COH_SIM_OP_DCACHE_FLUSH_ALL)->calls == 0);
	FAILS(sim, load32(sim, va) == 1);
	coh_sim_switch(sim, COH_SIM_NONE);
	FAILS(sim, coh_sim_port(sim)->current_mm(sim) == NULL);
}

static void test_kernel_thread(void **state)
{
	(void)state;
	right_everywhere(borrows);
}

/* ------------------------------------------------------------------------
 * Whatever arrives when.
 */

static void handler(struct coh_sim *sim, void *arg)
{
	uint32_t frame = *(uint32_t *)arg, word;
	struct coh_page *page = coh_sim_page(sim, frame);

	coh_flush_dcache_page(coh_sim_layer(sim), page);
	coh_sim_kernel_load(sim, frame, 64, &word, 4);
	word++;
	coh_sim_kernel_store(sim, frame, 64, &word, 4);
	coh_flush_dcache_page(coh_sim_layer(sim), page);
}

/* Maps change while the handler may walk them. */
static void changes(struct coh_sim *sim, void *arg)
{
	uint32_t file = coh_sim_file(sim, 2);
	uintptr_t va = coh_sim_user_address(sim, 0, 0), page = coh_sim_page_size(sim);
	struct coh_sim_area area = { .kind = COH_SIM_FILE, .file = file, .shared = true };

	*(uint32_t *)arg = coh_sim_file_frame(sim, file, 1);
	coh_sim_mmap(sim, 0, va, 2, &area);
	coh_sim_switch(sim, 0);
	load32(sim, va + page);
	store32(sim, va + page, 1);
	coh_sim_mmap(sim, 1, va, 2, &area);
	coh_sim_munmap(sim, 1, va, 1);
	coh_sim_mremap(sim, 0, va, 2, coh_sim_user_address(sim, 1, 0));
	FAILS(sim, load32(sim, coh_sim_user_address(sim, 1, 0) + page) == 1);
	coh_sim_fork(sim, 0, 2);
	coh_sim_exit(sim, 0);
}

/* How often each result comes out, over all points at which the arrival can be. */
static void sweep(const struct coh_policy *policy, enum coh_sim_arrival arrival,
		  uint32_t times[COH_SIM_RESULTS])
{
	uint32_t frame = 0, cpu = arrival == COH_SIM_ARRIVE_CPU;
	uint64_t arrivals = 1;

	memset(times, 0, COH_SIM_RESULTS * sizeof(*times));
	for (uint64_t n = 4; arrivals; n++) { /* the file is there by then */
		struct coh_sim_config config = { .policy = policy, .cpus = cpu + 1 };
		struct coh_sim *sim = sim_of(config, cpu ? "arm1136" : "arm926ej-s");

		coh_sim_at(sim, n, arrival, cpu, handler, &frame);
		times[coh_sim_run(sim, changes, &frame)]++;
		arrivals = coh_sim_report(sim)->arrivals;
		coh_sim_free(sim);
	}
}

static void test_sweep(void **state)
{
	/* T11: the walk that takes a lock meets the update that holds it. */
	static const struct {
		enum coh_sim_arrival arrival;
		enum coh_sim_result locked;
	} cases[] = {
		{ COH_SIM_ARRIVE_IRQ, COH_SIM_DEADLOCK },
		{ COH_SIM_ARRIVE_NMI, COH_SIM_DEADLOCK },
		{ COH_SIM_ARRIVE_THREAD, COH_SIM_RIGHT },
		{ COH_SIM_ARRIVE_CPU, COH_SIM_BLOCKED },
	};

	(void)state;
	for (int i = 0; i < 4; i++) {
		uint32_t times[COH_SIM_RESULTS];

		sweep(&coh_policy_rmap, cases[i].arrival, times);
		assert_true(times[COH_SIM_RIGHT] > 50);
		for (int r = COH_SIM_RIGHT + 1; r < COH_SIM_RESULTS; r++)
			assert_int_equal(times[r], 0);

		sweep(&coh_policy_rmap_locked, cases[i].arrival, times);
		for (int r = COH_SIM_RIGHT + 1; r < COH_SIM_RESULTS; r++)
			assert_int_equal(times[r] > 5, r == (int)cases[i].locked);
	}
}

/* An mm that one context changes is not changed by another: BLOCKED, not a corrupt kernel. */
static void maps_too(struct coh_sim *sim, void *arg)
{
	(void)arg;
	coh_sim_mmap(sim, 0, coh_sim_user_address(sim, 9, 0), 1, NULL);
}

static void test_mm_is_held(void **state)
{
	struct coh_sim *sim = sim_of((struct coh_sim_config){ .cpus = 2 }, NULL);

	(void)state;
	coh_sim_at(sim, 1, COH_SIM_ARRIVE_CPU, 1, maps_too, NULL);
	assert_int_equal(coh_sim_run(sim, anonymous, NULL), COH_SIM_BLOCKED);
	assert_ptr_equal(coh_sim_report(sim)->object, coh_sim_mm(sim, 0));
	assert_int_equal(coh_sim_run(sim, anonymous, NULL), COH_SIM_BLOCKED); /* over */
	coh_sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_anonymous),     cmocka_unit_test(test_fork),
		cmocka_unit_test(test_files),	      cmocka_unit_test(test_moves),
		cmocka_unit_test(test_kmaps_twice),   cmocka_unit_test(test_kernel_uses),
		cmocka_unit_test(test_kernel_thread), cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_mm_is_held),
	};

	return cmocka_run_group_tests_name("sim kernel", tests, NULL, NULL);
}
