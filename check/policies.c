// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <coherer/coherer.h>

#include "check/policies.h"

const char *policy_name(size_t i)
{
	const struct coh_policy *policy = coh_policy_get(i);

	return policy ? coh_policy_name(policy) : NULL;
}
