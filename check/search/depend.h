/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* depend: of moves that commute, one order is enough (docs/check.md). */
#ifndef COH_CHECK_SEARCH_DEPEND_H
#define COH_CHECK_SEARCH_DEPEND_H

#include "check/system/system.h"

/*
 * The moves that must be tried now: some of system_moves, or all of them without reduce.
 * UINT_MAX: more than SYSTEM_MOVES.
 */
unsigned depend_moves(struct system *s, move_t moves[SYSTEM_MOVES], bool reduce);

#endif
