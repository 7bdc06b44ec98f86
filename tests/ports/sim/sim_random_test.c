// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Random programs on the simulated machine, on one core of each kind, under every policy that
 * promises to be right there: none reads an old byte or loses a new one.  And the same programs
 * with operations of the port left out, or under `none`: they do.  Half of them tell the layer facts
 * of their machine (struct coh_config); where those are lies it shows, too.
 *
 *	sim_random_test [SEED COUNT]
 *
 * A program follows from its seed alone.  One that fails is printed with what is left of it after
 * leaving out whatever it fails without.  With arguments: those programs, and no control.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/policies/policies.h"
#include "tests/ports/sim/sim_random.h"

#define DEFAULT_SEED 1u
#ifdef __SANITIZE_ADDRESS__
#define DEFAULT_PROGRAMS 150u
#define CONTROL_FAULTS	 2u
#define CONTROL_LIES	 1u
#else
#define DEFAULT_PROGRAMS 2000u
#define CONTROL_FAULTS	 COUNT(faults)
#define CONTROL_LIES	 COUNT(lies)
#endif
#define FAILURES_MAX	 5u    /* more tell nothing new */
#define CONTROL_PROGRAMS 2000u /* in which each fault must show */

static struct {
	unsigned programs, runs, blocked, failures;
} count;

/*
 * docs/policies.md.  The machine's uncached accesses go past a second level, which user_uncache
 * must not let them (port.h): with one nobody may conflict, and uncache is left out.
 */
static bool promises(const struct coh_policy *policy, const struct coh_sim_config *config)
{
	const struct coh_cpu *core = config->core;
	enum coh_alias alias = coh_cache_alias(&core->dcache, core->page);

	if (policy == &coh_policy_none)
		return false;
	if (policy == &coh_policy_gup_hook)
		return alias == COH_ALIAS_NONE;
	if (policy == &coh_policy_hints)
		return alias != COH_ALIAS_EVERY;
	if (policy == &coh_policy_uncache)
		return alias == COH_ALIAS_NONE || !config->outer.size;
	return true;
}

/* A schedule that no machine has proves nothing. */
static bool is_failure(enum coh_sim_result result)
{
	return result != COH_SIM_RIGHT && result != COH_SIM_BLOCKED;
}

/* ------------------------------------------------------------------------
 * What is left of a program that fails.
 */

static bool fails_as(const struct program *prog, const struct circumstances *c,
		     enum coh_sim_result result)
{
	return sim_random_run(prog, c).result == result;
}

/* A machine that does less of its own accord; later ones give up less. */
static void simplify_machine(struct program *prog, const struct circumstances *c,
			     enum coh_sim_result result)
{
	for (unsigned i = 0; i < 11; i++) {
		struct program p = *prog;

		switch (i) {
		case 0:
			p.config.evict = 0;
			break;
		case 1:
			p.config.fill = 0;
			break;
		case 2:
			p.config.grain = COH_SIM_GRAIN_CALL;
			break;
		case 3:
			p.config.tlb = 0;
			break;
		case 4:
			p.config.outer.size = 0;
			break;
		case 5:
			p.config.highmem = 0;
			break;
		case 6:
			p.config.kernel_colour = 0;
			break;
		case 7:
			p.config.alone = false;
			break;
		case 8:
			p.config.fetches_in_order = false;
			break;
		case 9:
			p.config.users_announce_code = false;
			break;
		case 10:
			p.config.whole_from = 0;
			break;
		}
		if (fails_as(&p, c, result))
			*prog = p;
	}
}

/* Whether one was found. */
static bool leave_one_out(struct program *prog, const struct circumstances *c,
			  enum coh_sim_result result)
{
	bool found = false;

	for (unsigned i = prog->n; i-- > 0;) {
		struct program p = *prog;

		memmove(&p.op[i], &p.op[i + 1], (--p.n - i) * sizeof(p.op[0]));
		if (fails_as(&p, c, result)) {
			*prog = p;
			found = true;
		}
	}
	return found;
}

static void print_failure(const struct program *prog, const struct circumstances *circumstances)
{
	struct circumstances c = *circumstances;
	const struct coh_sim_config *m = &prog->config;
	struct outcome outcome;

	c.print = true;
	printf("FAIL seed %llu: %s on %s; %u CPUs, evict %u, fill %u, K of colour %u, highmem %u"
	       "%s%s%s%s%s%s%s%s, whole from %u\n",
	       (unsigned long long)prog->seed, coh_policy_name(c.policy), m->core->name, m->cpus,
	       m->evict, m->fill, m->kernel_colour, m->highmem,
	       m->grain == COH_SIM_GRAIN_LINE ? ", line by line" : "", m->tlb ? ", TLB" : "",
	       m->outer.size ? ", outer cache" : "",
	       m->scope == COH_SCOPE_THIS_CPU ? ", operations of one CPU" : "",
	       m->alone ? ", alone" : "", m->fetches_in_order ? ", fetches in order" : "",
	       m->users_announce_code ? ", code announced" : "",
	       m->looks_at_tables ? ", looks at tables" : "", m->whole_from);
	outcome = sim_random_run(prog, &c);
	printf("\t%s\n", outcome.line);
}

static void report(const struct program *prog, const struct circumstances *c,
		   enum coh_sim_result result)
{
	struct program p = *prog;

	do
		simplify_machine(&p, c, result);
	while (leave_one_out(&p, c, result));
	print_failure(&p, c);
}

/* ------------------------------------------------------------------------ */

static void run_under(const struct program *prog, const struct coh_policy *policy)
{
	struct circumstances c = { .policy = policy };
	enum coh_sim_result result = sim_random_run(prog, &c).result;

	count.runs++;
	count.blocked += result == COH_SIM_BLOCKED;
	if (!is_failure(result))
		return;
	count.failures++;
	report(prog, &c, result);
}

static void run_programs(uint64_t seed, uint64_t n)
{
	const struct coh_policy *policy;

	for (uint64_t end = seed + n; seed < end && count.failures < FAILURES_MAX; seed++) {
		struct program prog = sim_random_draw(seed);

		for (size_t i = 0; (policy = coh_policy_get(i)); i++)
			if (promises(policy, &prog.config))
				run_under(&prog, policy);
		count.programs++;
	}
	printf("%u programs, %u runs: %u that no machine has, %u failures\n", count.programs,
	       count.runs, count.blocked, count.failures);
}

/* ------------------------------------------------------------------------
 * The control: what must be found.
 */

static const struct coh_sim_fault faults[] = {
	{ COH_SIM_OP_DCACHE_FLUSH, COH_SIM_DROP, 0 },
	{ COH_SIM_OP_WINDOW_MAP, COH_SIM_WRONG, 0 },
	{ COH_SIM_OP_DCACHE_CLEAN, COH_SIM_DROP, 0 },
	{ COH_SIM_OP_DCACHE_INVALIDATE, COH_SIM_DROP, 0 },
	{ COH_SIM_OP_DCACHE_FLUSH, COH_SIM_DROP, 3 },
	{ COH_SIM_OP_DCACHE_FLUSH, COH_SIM_SHORT, 0 },
	{ COH_SIM_OP_DCACHE_FLUSH_ALL, COH_SIM_DROP, 0 },
	{ COH_SIM_OP_DCACHE_FLUSH_ALL, COH_SIM_SHORT, 0 },
	{ COH_SIM_OP_ICACHE_INVALIDATE, COH_SIM_DROP, 0 },
	{ COH_SIM_OP_ICACHE_INVALIDATE_ALL, COH_SIM_DROP, 0 },
	{ COH_SIM_OP_OUTER_CLEAN, COH_SIM_DROP, 0 },
	{ COH_SIM_OP_OUTER_INVALIDATE, COH_SIM_DROP, 0 },
	{ COH_SIM_OP_OUTER_FLUSH, COH_SIM_DROP, 0 },
	{ COH_SIM_OP_USER_UNCACHE, COH_SIM_DROP, 0 },
};

static void control_fault(const struct coh_sim_fault *fault)
{
	static const char *const how[] = { [COH_SIM_DROP] = "left out",
					   [COH_SIM_WRONG] = "beside its place",
					   [COH_SIM_SHORT] = "too short" };
	struct circumstances c = { .policy = &coh_policy_rmap, .fault = fault };
	unsigned n = 0;
	bool found = false;

	while (!found && n < CONTROL_PROGRAMS) {
		struct program prog = sim_random_draw(DEFAULT_SEED + n++);

		found = sim_random_run(&prog, &c).result == COH_SIM_CORRUPT;
	}
	count.failures += !found;
	printf("%s%s %s%s: %s of %u programs\n", found ? "" : "FAIL ", coh_sim_op_name(fault->op),
	       fault->nth ? "once " : "", how[fault->how],
	       found ? "found by the last" : "not found by any", n);
}

static const struct {
	enum lie lie;
	const char *what;
	unsigned programs; /* in which it must show */
} lies[] = {
	{ LIE_ALONE, "alone", 100 },
	{ LIE_IN_ORDER, "instructions fetched in order", 2000 },
	{ LIE_ANNOUNCED, "users announce code", 5000 },
};

/* Can it matter on that core? */
static bool matters(enum lie lie, const struct coh_cpu *core)
{
	switch (lie) {
	case LIE_IN_ORDER:
		return core->icache.size && core->icache.kind == COH_VIVT;
	case LIE_ANNOUNCED:
		return core->icache.size && core->dcache.kind == COH_VIVT;
	default:
		return true;
	}
}

/* A lie is found out, and nothing is wrong with the same machine where it is not told. */
static void control_lie(enum lie lie, const char *what, unsigned programs)
{
	struct circumstances c = { .policy = &coh_policy_rmap, .lie = lie };
	unsigned n = 0, wrong = 0;
	bool found = false;

	while (!found && n < programs) {
		struct program prog = sim_random_draw(DEFAULT_SEED + n++);

		if (!matters(lie, prog.config.core))
			continue;
		/* The address of a slot becomes another page's; nobody else may use it then. */
		if (lie == LIE_ALONE)
			prog.config.highmem = 0;
		c.untold = true;
		wrong += is_failure(sim_random_run(&prog, &c).result);
		c.untold = false;
		found = sim_random_run(&prog, &c).result == COH_SIM_CORRUPT;
	}
	count.failures += !found + wrong;
	printf("%sthe layer is told %s, which is not so: %s of %u programs; %u of them wrong "
	       "untold\n",
	       found && !wrong ? "" : "FAIL ", what,
	       found ? "found by the last" : "not found by any", n, wrong);
}

/* Where aliases do not meet: a fifth of all programs at least. */
static void control_none(void)
{
	struct circumstances c = { .policy = &coh_policy_none };
	unsigned runs = 0, corrupt = 0;

	for (unsigned i = 0; i < DEFAULT_PROGRAMS / 4; i++) {
		struct program prog = sim_random_draw(DEFAULT_SEED + i);
		const struct coh_cpu *core = prog.config.core;

		if (!coh_cache_aliasing(&core->dcache, core->page))
			continue;
		runs++;
		corrupt += sim_random_run(&prog, &c).result == COH_SIM_CORRUPT;
	}
	printf("policy none: %u of %u programs corrupt\n", corrupt, runs);
	if (corrupt >= runs / 5)
		return;
	count.failures++;
	printf("FAIL that is too few\n");
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc != 1 && argc != 3) {
		fprintf(stderr, "usage: sim_random_test [SEED COUNT]\n");
		return 2;
	}
	if (argc == 3) {
		run_programs(strtoull(argv[1], NULL, 0), strtoull(argv[2], NULL, 0));
		return count.failures ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	run_programs(DEFAULT_SEED, DEFAULT_PROGRAMS);
	control_none();
	for (size_t i = 0; i < CONTROL_LIES; i++)
		control_lie(lies[i].lie, lies[i].what, lies[i].programs);
	for (size_t i = 0; i < CONTROL_FAULTS; i++)
		control_fault(&faults[i]);
	return count.failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
