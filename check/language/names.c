// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <string.h>

#include <coherer/coherer.h>

#include "check/language/names.h"
#include "check/policies/policies.h"

#define KINDS 3u

static const struct {
	const char *name;
	enum coh_cache_kind kind;
} kinds[KINDS] = {
	{ "vivt", COH_VIVT },
	{ "vipt", COH_VIPT },
	{ "pipt", COH_PIPT },
};

const char *target_name(size_t i)
{
	if (i < KINDS)
		return kinds[i].name;
	return i - KINDS < coh_cpu_count() ? coh_cpu_get(i - KINDS)->name : NULL;
}

bool target_is_kind(const char *name, enum coh_cache_kind *kind)
{
	for (unsigned k = 0; k < KINDS; k++)
		if (!strcmp(name, kinds[k].name)) {
			*kind = kinds[k].kind;
			return true;
		}
	return false;
}

const char *target_find(const char *name)
{
	const struct coh_cpu *core;

	for (unsigned k = 0; k < KINDS; k++)
		if (!strcmp(name, kinds[k].name))
			return kinds[k].name;
	core = coh_cpu_find(name);
	return core ? core->name : NULL;
}

const char *policy_name(size_t i)
{
	const struct coh_policy *policy = coh_policy_get(i);

	return policy ? coh_policy_name(policy) : NULL;
}
