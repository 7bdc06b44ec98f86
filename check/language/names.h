/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * names: what a test can be run on, by name: kinds of cache, cores, and the layer's policies (for
 * those who do not see the layer).
 */
#ifndef COH_CHECK_LANGUAGE_NAMES_H
#define COH_CHECK_LANGUAGE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "model/cpus.h"

/* "vivt", "vipt", "pipt", then the cores; NULL beyond the last. */
const char *target_name(size_t i);

/* What a kind or core is called here, whatever alias the name is; NULL: there is none. */
const char *target_find(const char *name);

/* Is it the name of a kind of cache, and of which? */
bool target_is_kind(const char *name, enum coh_cache_kind *kind);

/* The i-th policy; NULL beyond the last. */
const char *policy_name(size_t i);

#endif
