/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the layer keeps inside the kernel's own objects.  A kernel without it has no
 * such fields.
 */
#ifndef _LINUX_COHERER_TYPES_H
#define _LINUX_COHERER_TYPES_H

#ifdef CONFIG_COHERER
#include <coherer/types.h>
#define COHERER_FIELD(type) type coh
#else
#define COHERER_FIELD(type)                                                                        \
	struct {                                                                                   \
	}
#endif

#endif
