// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The table of all policies, in the order in which tables show them. */
#include "check/policies/policies.h"

static const struct coh_policy *const policies[] = {
	&coh_policy_none, &coh_policy_flush_all, &coh_policy_gup_hook, &coh_policy_rmap_locked,
	&coh_policy_rmap, &coh_policy_hints,	 &coh_policy_uncache,  &coh_policy_lazy,
};

#define POLICIES_ (sizeof(policies) / sizeof(policies[0]))

static bool same(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return *a == *b;
}

const struct coh_policy *coh_policy_get(size_t i)
{
	return i < POLICIES_ ? policies[i] : NULL;
}

const struct coh_policy *coh_policy_find(const char *name)
{
	for (size_t i = 0; name && i < POLICIES_; i++)
		if (same(coh_policy_name(policies[i]), name))
			return policies[i];
	return NULL;
}
