/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The name of who reads or writes, as a title has it.  It must tell bugs apart, and stay the same
 * from build to build: no offsets, no compiler suffixes, nothing that was guessed.
 */
#ifndef COH_WATCH_RUNNER_TITLE_H
#define COH_WATCH_RUNNER_TITLE_H

#include <stdbool.h>
#include <stddef.h>

#include "watch/runner/library.h"
#include "watch/runner/symbols.h"

struct title_frame {
	const struct code_place *at;
	bool sure; /* false: a guess that nothing confirms */
};

/* title_leaf: the function at this place; "user mode", or the address where it has no name. */
void title_leaf(const struct code_place *at, char *out, size_t size);

/*
 * title_name: frame[0] is the place of the access, the others its callers, the nearest first; n
 * is at least 1.  Names the first that is no library function.  Where there is none, or only
 * beyond a frame that is not sure, it is the function of the access itself.
 */
void title_name(const struct library *library, const struct title_frame *frame, unsigned n,
		char *out, size_t size);

#endif
