// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Sites, numbered as they are met. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/internal.h"
#include "tests/src/mutation/mutation.h"

#define SITES_MAX 4096u /* a power of two */
#define SLOTS	  (2 * SITES_MAX)

static struct site sites[SITES_MAX];
static uint32_t n_sites;
static uint32_t by_key[SLOTS]; /* number of a site plus one; 0: free */

static uint64_t mix(uint64_t key, uint64_t with)
{
	key = (key ^ with) * 0x9e3779b97f4a7c15u;
	return key ^ key >> 29;
}

static uint32_t site_new(uint64_t key, struct coh_sim *sim, enum coh_sim_op op,
			 const struct step *steps, size_t n)
{
	struct step *copy = malloc((n + 1) * sizeof(*copy));

	if (n_sites == SITES_MAX || !copy) {
		fprintf(stderr, "mutation_test: more than %u sites, or no memory\n", SITES_MAX);
		exit(EXIT_FAILURE);
	}
	memcpy(copy, steps, n * sizeof(*copy));
	sites[n_sites] = (struct site){ .key = key,
					.op = op,
					.mechanism = coh_sim_layer(sim)->mechanism->name,
					.n = n,
					.steps = copy };
	return n_sites++;
}

/* All of it for operations on caches; for others who calls the port, and who calls that. */
static size_t chain_of(enum coh_sim_op op, struct step *steps)
{
	size_t n = trace_chain(steps);

	if (op <= COH_SIM_OP_OUTER_FLUSH || n <= 2)
		return n;
	memmove(steps, steps + n - 2, 2 * sizeof(*steps));
	return 2;
}

uint32_t site_now(struct coh_sim *sim, enum coh_sim_op op)
{
	struct step steps[STEPS_MAX];
	size_t n = chain_of(op, steps);
	uint64_t key = mix((uint64_t)op, (uintptr_t)coh_sim_layer(sim)->mechanism);
	uint32_t at;

	for (size_t i = 0; i < n; i++) {
		key = mix(key, (uintptr_t)steps[i].function);
		key = mix(key, i ? (uintptr_t)steps[i].call_site : 0);
	}
	for (at = (uint32_t)(key % SLOTS); by_key[at]; at = (at + 1) % SLOTS)
		if (sites[by_key[at] - 1].key == key)
			return by_key[at] - 1;
	by_key[at] = site_new(key, sim, op, steps, n) + 1;
	return by_key[at] - 1;
}

uint32_t site_count(void)
{
	return n_sites;
}

const struct site *site_get(uint32_t site)
{
	return &sites[site];
}

/* ------------------------------------------------------------------------
 * Names.
 */

/* Calls of the function from the one before it; which of them, in the order of the code. */
struct places {
	const void *seen[16];
	size_t n, before;
};

static void place(struct places *p, const struct step *step, const struct step *of)
{
	if (step->function != of->function ||
	    name_function(step->call_site) != name_function(of->call_site))
		return;
	for (size_t i = 0; i < p->n; i++)
		if (p->seen[i] == step->call_site)
			return;
	if (p->n == sizeof(p->seen) / sizeof(p->seen[0]))
		return;
	p->seen[p->n++] = step->call_site;
	p->before += step->call_site < of->call_site;
}

static struct places places_of(const struct step *of)
{
	struct places p = { .n = 0 };

	for (uint32_t s = 0; s < n_sites; s++)
		for (size_t i = 1; i < sites[s].n; i++)
			place(&p, &sites[s].steps[i], of);
	return p;
}

void site_name(uint32_t site, char buffer[SITE_NAME_MAX])
{
	const struct site *s = &sites[site];
	char one[96];
	size_t used = 0;

	buffer[0] = '\0';
	for (size_t i = 0; i < s->n && used < SITE_NAME_MAX; i++) {
		name_of(s->steps[i].function, one, sizeof(one));
		used += (size_t)snprintf(buffer + used, SITE_NAME_MAX - used, "%s%s",
					 i ? " > " : "", one);
		if (i && used < SITE_NAME_MAX) {
			struct places p = places_of(&s->steps[i]);

			if (p.n > 1)
				used += (size_t)snprintf(buffer + used, SITE_NAME_MAX - used,
							 "#%zu", p.before + 1);
		}
	}
}
