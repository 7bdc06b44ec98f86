/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* explain: which maintenance is missing, found by trying. */
#ifndef COH_CHECK_SAY_EXPLAIN_H
#define COH_CHECK_SAY_EXPLAIN_H

#include <stdio.h>

#include "check/search/verdict.h"

/*
 * Tries each single operation before each statement and at each end, and prints those that make
 * the test Never, or that there is none.
 */
void explain(FILE *out, const struct litmus *test, const struct target *target,
	     const struct verdict *v, const struct bounds *bounds);

#endif
