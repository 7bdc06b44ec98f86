/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* policies: the layer's, by name, for those who do not see the layer. */
#ifndef COH_CHECK_POLICIES_H
#define COH_CHECK_POLICIES_H

#include <stddef.h>

/* The i-th; NULL beyond the last. */
const char *policy_name(size_t i);

#endif
