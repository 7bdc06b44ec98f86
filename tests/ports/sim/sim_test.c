// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * ports/sim itself: each result comes out when it should and only then, each fault takes effect,
 * arrivals arrive when they can, addresses are where sim.h says.  What the layer is worth on it is
 * for the scenarios to say.
 */
#include "check/policies/policies.h"
#include "tests/ports/sim/sim_of.h"

/* A page of a file, shared, in mm 0, which runs; the user has stored there in a cached line. */
static uintptr_t shared_page(struct coh_sim *sim, uint32_t *frame, uint8_t byte)
{
	uint32_t file = coh_sim_file(sim, 1);
	uintptr_t va = coh_sim_user_address(sim, 0, 1);
	uint8_t old;

	*frame = coh_sim_file_frame(sim, file, 0);
	coh_sim_mmap(sim, 0, va, 1,
		     &(struct coh_sim_area){ .kind = COH_SIM_FILE, .file = file, .shared = true });
	coh_sim_switch(sim, 0);
	coh_sim_user_load(sim, va, &old, 1);
	coh_sim_user_store(sim, va, &byte, 1);
	return va;
}

/* ------------------------------------------------------------------------
 * Results.
 */

static void kernel_reads(struct coh_sim *sim, void *flush)
{
	uint32_t frame;
	uint8_t byte;

	shared_page(sim, &frame, 7);
	if (*(bool *)flush)
		coh_flush_dcache_page(coh_sim_layer(sim), coh_sim_page(sim, frame));
	coh_sim_kernel_load(sim, frame, 0, &byte, 1);
}

static void test_corrupt(void **state)
{
	struct coh_sim *sim = sim_of((struct coh_sim_config){ 0 }, NULL);
	const struct coh_sim_report *r = coh_sim_report(sim);
	bool flush = true;
	char line[200];

	(void)state;
	assert_int_equal(coh_sim_run(sim, kernel_reads, &flush), COH_SIM_RIGHT);
	assert_int_equal(r->stale, 0);
	coh_sim_free(sim);

	flush = false;
	sim = sim_of((struct coh_sim_config){ 0 }, NULL);
	r = coh_sim_report(sim);
	assert_int_equal(coh_sim_run(sim, kernel_reads, &flush), COH_SIM_CORRUPT);
	assert_int_equal(r->stale, 1);
	assert_int_equal(r->first.reader, COH_MACHINE_LOAD);
	assert_int_equal(r->first.va, coh_sim_kernel_address(sim, 0));
	assert_int_equal(r->first_frame, 0);
	assert_int_equal(r->first.newest, 7);
	assert_int_equal(r->lost, 0);
	coh_sim_report_line(sim, line, sizeof(line));
	assert_non_null(strstr(line, "corrupt: stale load by CPU 0 at 0xc0000000 (frame 0): got "
				     "0x00, newest 0x07"));
	coh_sim_free(sim);
}

/* What only a line held is lost with it, unless nobody uses the frame any more. */
static void invalidates(struct coh_sim *sim, void *arg)
{
	const struct coh_port *port = coh_sim_port(sim);
	const char *how = arg;
	uint32_t frame = coh_sim_alloc(sim);
	uintptr_t k = coh_sim_kernel_address(sim, frame);
	uint8_t byte = 7;

	coh_sim_kernel_load(sim, frame, 0, &(uint8_t){ 0 }, 1);
	coh_sim_kernel_store(sim, frame, 0, &byte, 1);
	if (*how == 'f')
		port->dcache_flush(port->context, k, LINE);
	else
		port->dcache_invalidate(port->context, k, LINE);
	if (how[1] == 'f')
		coh_sim_put(sim, frame);
}

static void test_lost(void **state)
{
	const struct coh_sim_config outer = { .outer = some_outer };

	(void)state;
	assert_int_equal(run_once((struct coh_sim_config){ 0 }, invalidates, "f"), COH_SIM_RIGHT);
	assert_int_equal(run_once((struct coh_sim_config){ 0 }, invalidates, "i"), COH_SIM_CORRUPT);
	assert_int_equal(run_once((struct coh_sim_config){ 0 }, invalidates, "if"), COH_SIM_RIGHT);
	assert_int_equal(run_once(outer, invalidates, "f"), COH_SIM_RIGHT);
	assert_int_equal(run_once(outer, invalidates, "i"), COH_SIM_CORRUPT);
}

/* A private mapping need not show what is stored after it was made; before, it must. */
static void private_reads(struct coh_sim *sim, void *late)
{
	uint32_t file = coh_sim_file(sim, 1), frame = coh_sim_file_frame(sim, file, 0);
	uintptr_t va = coh_sim_user_address(sim, 0, 1);
	struct coh_sim_area area = { .kind = COH_SIM_FILE, .file = file };
	uint8_t byte = 7;

	coh_sim_switch(sim, 0);
	coh_sim_kernel_load(sim, frame, 0, &(uint8_t){ 0 }, 1);
	if (!*(bool *)late)
		coh_sim_kernel_store(sim, frame, 0, &byte, 1);
	coh_sim_mmap(sim, 0, va, 1, &area);
	coh_sim_user_load(sim, va, &byte, 1);
	byte = 9;
	if (*(bool *)late)
		coh_sim_kernel_store(sim, frame, 0, &byte, 1);
	coh_sim_user_load(sim, va, &byte, 1);
}

static void test_unspecified(void **state)
{
	static const struct coh_sim_config none = { .policy = &coh_policy_none };
	struct coh_sim *sim = sim_of(none, NULL);
	bool late = true;

	(void)state;
	assert_int_equal(coh_sim_run(sim, private_reads, &late), COH_SIM_RIGHT);
	assert_int_equal(coh_sim_report(sim)->unspecified, 1);
	coh_sim_free(sim);
	late = false;
	assert_int_equal(run_once(none, private_reads, &late), COH_SIM_CORRUPT);
	assert_int_equal(run_once((struct coh_sim_config){ 0 }, private_reads, &late),
			 COH_SIM_RIGHT);
}

static coh_lock_t lock; /* no test leaves it held: see fresh_lock */

static coh_lock_t *fresh_lock(void)
{
	lock = (coh_lock_t){ 0 };
	return &lock;
}

static void takes_lock(struct coh_sim *sim, void *arg)
{
	const struct coh_port *port = coh_sim_port(sim);

	(void)arg;
	port->lock(port->context, &lock);
	port->unlock(port->context, &lock);
}

static void test_deadlock_and_blocked(void **state)
{
	static const struct {
		enum coh_sim_arrival arrival;
		enum coh_sim_result inside; /* the lock, after it was taken: point 2 */
	} cases[] = {
		{ COH_SIM_ARRIVE_IRQ, COH_SIM_DEADLOCK },
		{ COH_SIM_ARRIVE_NMI, COH_SIM_DEADLOCK },
		{ COH_SIM_ARRIVE_THREAD, COH_SIM_RIGHT },
		{ COH_SIM_ARRIVE_CPU, COH_SIM_BLOCKED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (uint64_t n = 1; n <= 4; n++) {
			struct coh_sim *sim = sim_of((struct coh_sim_config){ .cpus = 2 }, NULL);
			enum coh_sim_arrival a = cases[i].arrival;
			bool held = n == 2 || n == 3;

			fresh_lock();
			coh_sim_at(sim, n, a, a == COH_SIM_ARRIVE_CPU, takes_lock, NULL);
			assert_int_equal(coh_sim_run(sim, takes_lock, NULL),
					 held ? cases[i].inside : COH_SIM_RIGHT);
			assert_int_equal(coh_sim_report(sim)->arrivals, 1);
			if (held && cases[i].inside)
				assert_ptr_equal(coh_sim_report(sim)->object, &lock);
			coh_sim_free(sim);
		}
}

static void leaves_irqs_off(struct coh_sim *sim, void *restore)
{
	const struct coh_port *port = coh_sim_port(sim);
	uintptr_t outer = port->irq_save(port->context), inner = port->irq_save(port->context);

	port->irq_restore(port->context, inner);
	if (*(bool *)restore)
		port->irq_restore(port->context, outer);
}

static void leaves_walk(struct coh_sim *sim, void *leave)
{
	const struct coh_port *port = coh_sim_port(sim);

	port->walk_enter(port->context);
	coh_sim_mmap(sim, 0, 0x10000, 1, NULL);
	coh_sim_munmap(sim, 0, 0x10000, 1);
	assert_int_equal(coh_sim_report(sim)->deferred_frees, 1);
	if (*(bool *)leave)
		port->walk_exit(port->context);
}

static void test_irq_and_walk(void **state)
{
	bool well = true, badly = false;

	(void)state;
	assert_int_equal(run_once((struct coh_sim_config){ 0 }, leaves_irqs_off, &well), 0);
	assert_int_equal(run_once((struct coh_sim_config){ 0 }, leaves_irqs_off, &badly),
			 COH_SIM_IRQ);
	assert_int_equal(run_once((struct coh_sim_config){ 0 }, leaves_walk, &well), 0);
	assert_int_equal(run_once((struct coh_sim_config){ 0 }, leaves_walk, &badly), COH_SIM_IRQ);
}

/* What cannot be asked, and what is said of it. */
static void asks(struct coh_sim *sim, void *arg)
{
	const struct coh_port *port = coh_sim_port(sim);
	const struct coh_sim_area ro = { .prot = COH_SIM_RO };
	uintptr_t va = 0x10000;
	uint8_t byte = 1;

	coh_sim_switch(sim, 0);
	switch (*(int *)arg) {
	case 0:
		coh_sim_user_load(sim, va, &byte, 1);
		return;
	case 1:
		coh_sim_mmap(sim, 0, va, 1, &ro);
		coh_sim_user_store(sim, va, &byte, 1);
		return;
	case 2:
		coh_sim_user_load(sim, coh_sim_kernel_address(sim, 0), &byte, 1);
		return;
	case 3:
		coh_sim_mmap(sim, 0, va, 1, NULL);
		coh_sim_mmap(sim, 0, va, 2, NULL);
		return;
	case 4:
		coh_sim_kernel_load(sim, coh_sim_frames(sim) - 1, 0, &byte, 1);
		return;
	case 5:
		for (;;)
			coh_sim_alloc(sim);
	case 6:
		port->dcache_flush(port->context, coh_sim_kernel_address(sim, 0) + 4, LINE);
		return;
	case 7:
		port->unlock(port->context, fresh_lock());
		return;
	case 8:
		coh_sim_kernel_thread(sim);
		coh_sim_user_load(sim, va, &byte, 1);
		return;
	case 9:
		port->report(port->context, COH_E_CORRUPT, NULL);
		return;
	default:
		coh_sim_fail(sim, "the scenario says so");
	}
}

static void test_error(void **state)
{
	static const char *const what[] = {
		"a user access where nothing is mapped",
		"a user access that the area's rights do not allow",
		"a user access to a kernel address",
		"coh_sim_mmap: something is there",
		"an access of the kernel to a highmem frame that is not kmapped",
		"no free frame is left",
		"a cache operation on a range that is empty or not aligned to lines",
		"unlock: of a lock that is not held",
		"a user access without a user: coh_sim_switch first",
		"the layer reports damage",
		"the scenario says so",
	};

	(void)state;
	for (int i = 0; i < (int)(sizeof(what) / sizeof(what[0])); i++) {
		struct coh_sim *sim = sim_of((struct coh_sim_config){ .highmem = 1 }, NULL);

		assert_int_equal(coh_sim_run(sim, asks, &i), COH_SIM_ERROR);
		assert_string_equal(coh_sim_report(sim)->what, what[i]);
		assert_int_equal(coh_sim_report(sim)->error, i == 9 ? COH_E_CORRUPT : 0);
		coh_sim_free(sim);
	}
}

/* ------------------------------------------------------------------------
 * Arrivals.
 */

struct seen {
	uint64_t point;
	uint32_t cpu, times;
	enum coh_sim_context context;
	uint32_t mm;
};

static void sees(struct coh_sim *sim, void *arg)
{
	struct seen *seen = arg;

	seen->times++;
	seen->point = coh_sim_points(sim);
	seen->cpu = coh_sim_cpu(sim);
	seen->context = coh_sim_context(sim);
	seen->mm = coh_sim_current(sim, seen->cpu);
	if (seen->context == COH_SIM_IN_PROCESS)
		coh_sim_switch(sim, 1);
}

/* Points 1..3 with interrupts on, 4..6 off (irq_save has a point on either side), 7... on. */
static void ten_points(struct coh_sim *sim, void *arg)
{
	const struct coh_port *port = coh_sim_port(sim);
	uintptr_t flags;

	(void)arg;
	coh_sim_point(sim);
	coh_sim_point(sim);
	flags = port->irq_save(port->context);
	coh_sim_point(sim);
	port->irq_restore(port->context, flags);
	coh_sim_point(sim);
	coh_sim_point(sim);
	coh_sim_point(sim);
}

static void test_arrivals(void **state)
{
	static const struct {
		enum coh_sim_arrival arrival;
		uint64_t at, comes;
		enum coh_sim_context context;
	} cases[] = {
		{ COH_SIM_ARRIVE_IRQ, 3, 3, COH_SIM_IN_IRQ },
		{ COH_SIM_ARRIVE_IRQ, 4, 7, COH_SIM_IN_IRQ },
		{ COH_SIM_ARRIVE_IRQ, 6, 7, COH_SIM_IN_IRQ },
		{ COH_SIM_ARRIVE_IRQ, 10, 10, COH_SIM_IN_IRQ },
		{ COH_SIM_ARRIVE_NMI, 5, 5, COH_SIM_IN_NMI },
		{ COH_SIM_ARRIVE_THREAD, 2, 2, COH_SIM_IN_PROCESS },
		{ COH_SIM_ARRIVE_THREAD, 5, 7, COH_SIM_IN_PROCESS },
		{ COH_SIM_ARRIVE_CPU, 5, 5, COH_SIM_IN_PROCESS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct coh_sim *sim = sim_of((struct coh_sim_config){ .cpus = 2 }, NULL);
		bool other = cases[i].arrival == COH_SIM_ARRIVE_CPU;
		struct seen seen = { 0 };

		coh_sim_at(sim, cases[i].at, cases[i].arrival, other, sees, &seen);
		coh_sim_at(sim, 1000, COH_SIM_ARRIVE_NMI, 0, sees, &seen); /* never */
		assert_int_equal(coh_sim_run(sim, ten_points, NULL), COH_SIM_RIGHT);
		assert_int_equal(seen.times, 1);
		assert_int_equal(seen.point, cases[i].comes);
		assert_int_equal(seen.context, cases[i].context);
		assert_int_equal(seen.cpu, other);
		assert_int_equal(coh_sim_current(sim, 0), COH_SIM_NONE); /* put back */
		assert_int_equal(coh_sim_current(sim, 1), other ? 1 : COH_SIM_NONE);
		assert_int_equal(coh_sim_report(sim)->pending, 1);
		coh_sim_free(sim);
	}
}

static void nests(struct coh_sim *sim, void *arg)
{
	struct seen *seen = arg;

	coh_sim_at(sim, 1, COH_SIM_ARRIVE_IRQ, 0, sees, seen); /* not within an interrupt */
	coh_sim_at(sim, 1, COH_SIM_ARRIVE_NMI, 0, sees, seen + 1);
	coh_sim_point(sim);
	assert_int_equal(seen[0].times, 0);
	assert_int_equal(seen[1].times, 1);
}

static void test_nesting(void **state)
{
	struct coh_sim *sim = sim_of((struct coh_sim_config){ 0 }, NULL);
	struct seen seen[2] = { 0 };

	(void)state;
	coh_sim_at(sim, 2, COH_SIM_ARRIVE_IRQ, 0, nests, seen);
	assert_int_equal(coh_sim_run(sim, ten_points, NULL), COH_SIM_RIGHT);
	assert_int_equal(seen[0].times, 1);
	assert_int_equal(seen[0].context, COH_SIM_IN_IRQ);
	assert_int_equal(coh_sim_report(sim)->arrivals, 3);
	coh_sim_free(sim);
}

/* ------------------------------------------------------------------------
 * Setting up.
 */

static void test_wrong_configs(void **state)
{
	struct coh_cpu odd = *coh_cpu_find("arm926ej-s"), wide = odd;
	const struct {
		struct coh_sim_config config;
		const char *why;
	} cases[] = {
		{ { .frames = 1 }, "config.core is NULL" },
		{ { .core = &odd },
		  "the core's page size is no power of two from 16 bytes to 16 MiB" },
		{ { .core = &wide }, "congruent addresses are more than 16 MiB apart" },
		{ { .core = coh_cpu_find("arm920t"), .cpus = 9 }, "more than 8 CPUs" },
		{ { .core = coh_cpu_find("arm920t"), .frames = 65536 },
		  "more frames than there are kernel addresses, or more highmem than frames" },
		{ { .core = coh_cpu_find("arm920t"), .frames = 4, .highmem = 5 },
		  "more frames than there are kernel addresses, or more highmem than frames" },
		{ { .core = coh_cpu_find("arm920t"), .slots = 2000 },
		  "more kmap slots than there are addresses" },
		{ { .core = coh_cpu_find("arm920t"), .evict = 258 }, "evict or fill is no rate" },
		{ { .core = coh_cpu_find("arm920t"), .fill = 257 }, "evict or fill is no rate" },
		{ { .core = coh_cpu_find("arm920t"), .grain = 4 }, "no such grain" },
		{ { .core = coh_cpu_find("arm920t"), .grain = COH_SIM_GRAIN_ACCESS },
		  "the layer tells of no access: it was not compiled with ports/sim/hook" },
	};

	(void)state;
	odd.page = 3000;
	wide.dcache.span = 32u << 20;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *why = NULL;

		assert_null(coh_sim_new(&cases[i].config, &why));
		assert_string_equal(why, cases[i].why);
		assert_null(coh_sim_new(&cases[i].config, NULL));
	}
	assert_string_equal(coh_sim_result_text(COH_SIM_RESULTS), "unknown result");
	coh_sim_free(NULL);
}

static enum coh_indexing indexing(enum coh_cache_kind kind)
{
	return kind == COH_VIVT	  ? COH_INDEXED_VIVT
	       : kind == COH_VIPT ? COH_INDEXED_VIPT
				  : COH_INDEXED_PIPT;
}

/* Every known core: the layer's and the machine's idea of it agree, or it is refused with a reason.
 */
static void test_cores(void **state)
{
	(void)state;
	for (size_t i = 0; i < coh_cpu_count(); i++) {
		const struct coh_cpu *cpu = coh_cpu_get(i);
		struct coh_sim_config config = { .core = cpu, .kernel_colour = 3 };
		struct coh_machine_config machine;
		struct coh_sim *sim;
		struct coh_config layer;
		const char *why;

		assert_null(coh_sim_describe(&config, &layer, &machine));
		assert_int_equal(layer.dcache.indexing, indexing(cpu->dcache.kind));
		assert_int_equal(layer.dcache.size, cpu->dcache.size);
		/* Code that is fetched ahead fills data lines where the cache is unified. */
		assert_int_equal(
			layer.speculates,
			cpu->speculates == COH_SPECULATES_DATA ||
				(cpu->speculates == COH_SPECULATES_INSN && !cpu->icache.size));
		assert_int_equal(machine.page, cpu->page);
		assert_true(machine.broadcast);
		sim = coh_sim_new(&config, &why);
		if (!sim) {
			assert_string_equal(why, coh_error_text(COH_E_SIZE));
			continue;
		}
		assert_int_equal(coh_colours(coh_sim_layer(sim)),
				 coh_cache_colours(&cpu->dcache, cpu->page));
		coh_sim_free(sim);
	}
}

static void test_addresses(void **state)
{
	struct coh_sim *sim =
		sim_of((struct coh_sim_config){ .frames = 8, .highmem = 2, .kernel_colour = 5 },
		       "arm1136");
	const struct coh *layer = coh_sim_layer(sim);
	uintptr_t colours = coh_colours(layer);

	(void)state;
	assert_int_equal(colours, 2);
	assert_int_equal(coh_sim_kernel_address(sim, 0), 0xc0001000);
	assert_int_equal(coh_sim_kernel_address(sim, 5), 0xc0006000);
	assert_int_equal(coh_sim_kernel_address(sim, 6), 0);
	assert_int_equal(coh_colour(layer, coh_sim_kernel_address(sim, 0)), 1);
	for (uintptr_t c = 0; c < 2 * colours; c++) {
		assert_int_equal(coh_colour(layer, coh_sim_user_address(sim, 3, c)), c % colours);
		assert_true(coh_sim_user_address(sim, 4, 0) - coh_sim_user_address(sim, 3, c) >=
			    8u << 20);
	}
	assert_true(coh_sim_user_address(sim, 127, 1) < 0xc0000000);
	assert_int_equal(coh_sim_pa(sim, 3), 3 * coh_sim_page_size(sim));
	coh_sim_free(sim);
}

/* ------------------------------------------------------------------------
 * What the hardware chooses.
 */

static void dirties(struct coh_sim *sim, void *arg)
{
	uint32_t frame = coh_sim_alloc(sim);
	uint8_t byte = 7;

	for (uint32_t at = 0; at < 1024; at += LINE) {
		coh_sim_kernel_load(sim, frame, at, &(uint8_t){ 0 }, 1);
		coh_sim_kernel_store(sim, frame, at, &byte, 1);
	}
	coh_sim_point(sim);
	*(uint64_t *)arg = 0;
	for (uint32_t at = 0; at < 1024; at += LINE)
		*(uint64_t *)arg +=
			coh_machine_memory(coh_sim_machine(sim), coh_sim_pa(sim, frame) + at);
}

static uint64_t written_back(uint32_t evict, uint64_t seed)
{
	struct coh_sim_config config = { .evict = evict, .seed = seed };
	uint64_t sum;

	assert_int_equal(run_once(config, dirties, &sum), COH_SIM_RIGHT);
	return sum;
}

static void test_evictions(void **state)
{
	uint64_t some = written_back(128, 1);

	(void)state;
	assert_int_equal(written_back(0, 1), 0);
	assert_int_equal(written_back(COH_SIM_EVERY_DIRTY, 1), 7 * 1024 / LINE);
	assert_true(some > 0 && some < 7 * 1024 / LINE);
	assert_int_equal(written_back(128, 1), some);
	assert_true(written_back(128, 2) != some || written_back(128, 3) != some);
}

static uint64_t fills(const struct coh_cpu *core, uint32_t rate)
{
	struct coh_sim_config config = { .core = core, .fill = rate };
	struct coh_sim *sim = coh_sim_new(&config, NULL);
	uint64_t n;

	assert_non_null(sim);
	assert_int_equal(coh_sim_run(sim, ten_points, NULL), COH_SIM_RIGHT);
	n = coh_machine_counts(coh_sim_machine(sim))->fills;
	coh_sim_free(sim);
	return n;
}

static void test_fills(void **state)
{
	struct coh_cpu quiet = *coh_cpu_find("arm926ej-s");

	(void)state;
	quiet.speculates = COH_SPECULATES_NOTHING;
	assert_int_equal(fills(coh_cpu_find("cortex-a9"), 0), 0);
	assert_true(fills(coh_cpu_find("cortex-a9"), COH_SIM_ALWAYS) > 5);
	assert_true(fills(coh_cpu_find("arm926ej-s"), COH_SIM_ALWAYS) > 5); /* instructions */
	assert_int_equal(fills(&quiet, COH_SIM_ALWAYS), 0);
}

/* What a settled cache holds is in memory, and no line is left. */
static void settles(struct coh_sim *sim, void *arg)
{
	dirties(sim, arg);
	coh_sim_settle(sim);
	assert_int_equal(coh_machine_all(coh_sim_machine(sim), 0, COH_DATA, COH_FLUSH), 0);
}

static void test_settle(void **state)
{
	uint64_t sum;

	(void)state;
	assert_int_equal(run_once((struct coh_sim_config){ .outer = some_outer }, settles, &sum),
			 COH_SIM_RIGHT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_corrupt),	      cmocka_unit_test(test_lost),
		cmocka_unit_test(test_unspecified),   cmocka_unit_test(test_deadlock_and_blocked),
		cmocka_unit_test(test_irq_and_walk),  cmocka_unit_test(test_error),
		cmocka_unit_test(test_arrivals),      cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_wrong_configs), cmocka_unit_test(test_cores),
		cmocka_unit_test(test_addresses),     cmocka_unit_test(test_evictions),
		cmocka_unit_test(test_fills),	      cmocka_unit_test(test_settle),
	};

	return cmocka_run_group_tests_name("sim", tests, NULL, NULL);
}
