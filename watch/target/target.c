// SPDX-License-Identifier: GPL-2.0-or-later
#include <stddef.h>
#include <string.h>

#include "watch/target/arm.h"

static const struct instruction_set *const targets[] = { &arm_instruction_set };

const struct instruction_set *instruction_set_for(const char *name)
{
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (!strcmp(name, targets[i]->name))
			return targets[i];
	return NULL;
}
