// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The calls within the layer, as the compiler tells them. */
#include "tests/src/mutation/mutation.h"

#define DEPTH_MAX 256 /* layer functions in all contexts together */

static struct step stack[DEPTH_MAX];
static size_t depth;

void __cyg_profile_func_enter(void *function, void *call_site);
void __cyg_profile_func_exit(void *function, void *call_site);

void __cyg_profile_func_enter(void *function, void *call_site)
{
	if (depth < DEPTH_MAX)
		stack[depth] = (struct step){ function, call_site };
	depth++;
}

void __cyg_profile_func_exit(void *function, void *call_site)
{
	(void)function;
	(void)call_site;
	if (depth)
		depth--;
}

void trace_reset(void)
{
	depth = 0;
}

/*
 * An interrupt's calls lie on top of those that it interrupted: who called says where they begin.
 */
size_t trace_chain(struct step *steps)
{
	size_t first = depth, n = 0;

	while (first && depth - first < STEPS_MAX) {
		first--;
		if (!first || name_function(stack[first].call_site) != stack[first - 1].function)
			break;
	}
	for (size_t i = first; i < depth; i++)
		steps[n++] = stack[i];
	return n;
}
