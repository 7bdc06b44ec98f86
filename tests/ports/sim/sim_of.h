/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What the tests of ports/sim begin with. */
#ifndef COH_TESTS_PORTS_SIM_SIM_OF_H
#define COH_TESTS_PORTS_SIM_SIM_OF_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "ports/sim/sim.h"

#define LINE 32u /* bytes, of every core that these tests use */

/* A second level for cores that have none. */
static const struct coh_cache some_outer = {
	.size = 8192,
	.line = 32,
	.ways = 2,
	.kind = COH_PIPT,
	.policy = COH_STORE_BACK,
	.alloc = COH_ALLOC_READ_WRITE,
};

/* Of the named core; NULL: arm926ej-s, which is VIVT and allocates on reads only. */
static inline struct coh_sim *sim_of(struct coh_sim_config config, const char *name)
{
	struct coh_sim *sim;
	const char *why;

	config.core = coh_cpu_find(name ? name : "arm926ej-s");
	assert_non_null(config.core);
	sim = coh_sim_new(&config, &why);
	if (!sim)
		fail_msg("coh_sim_new: %s", why);
	return sim;
}

/* One scenario on an arm926ej-s. */
static inline enum coh_sim_result run_once(struct coh_sim_config config, coh_sim_fn *fn, void *arg)
{
	struct coh_sim *sim = sim_of(config, NULL);
	enum coh_sim_result result = coh_sim_run(sim, fn, arg);

	coh_sim_free(sim);
	return result;
}

#endif
