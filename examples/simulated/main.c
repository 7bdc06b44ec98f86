// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The corruption of January 2007, on simulated hardware: a FUSE server stores its answer in its
 * own memory; the kernel takes that page and reads it through the kernel's own mapping.  Once
 * without cache maintenance, once with the layer's default.  Exits 0 only if the first went wrong
 * and the second did not.
 */
#include <stdio.h>
#include <string.h>

#include "check/policies/policies.h"
#include "ports/sim/sim.h"

#define ANSWER "new data"

static void fuse(struct coh_sim *sim, void *got)
{
	uintptr_t va = coh_sim_user_address(sim, 0, 0);
	uint32_t frame;

	coh_sim_mmap(sim, 0, va, 1, NULL); /* anonymous memory of process 0 */
	coh_sim_switch(sim, 0);
	coh_sim_user_store(sim, va, ANSWER, sizeof(ANSWER));
	frame = coh_sim_get_user_page(sim, 0, va, COH_INTENT_READ);
	coh_sim_kernel_load(sim, frame, 0, got, sizeof(ANSWER));
	coh_sim_put(sim, frame);
}

static enum coh_sim_result run(const struct coh_policy *policy)
{
	const struct coh_sim_config config = { .core = coh_cpu_find("xscale"), .policy = policy };
	enum coh_sim_result result;
	char got[sizeof(ANSWER)] = "", line[256];
	struct coh_sim *sim;
	const char *why;

	sim = coh_sim_new(&config, &why);
	if (!sim) {
		fprintf(stderr, "coh_sim_new: %s\n", why);
		return COH_SIM_ERROR;
	}
	result = coh_sim_run(sim, fuse, got);
	printf("policy %s: the kernel read \"%.*s\"\n", coh_policy_name(policy), (int)sizeof(got),
	       got);
	printf("    %s\n", coh_sim_report_line(sim, line, sizeof(line)));
	coh_sim_free(sim);
	return result;
}

int main(void)
{
	enum coh_sim_result without = run(&coh_policy_none), with = run(&coh_policy_rmap);

	return without == COH_SIM_CORRUPT && with == COH_SIM_RIGHT ? 0 : 1;
}
