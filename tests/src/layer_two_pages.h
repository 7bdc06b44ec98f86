/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * layer_two_pages: a file's page at U and an anonymous one at A, of the same frame, for the tests
 * of policies: each uses one of them.
 */
#ifndef COH_TESTS_SRC_LAYER_TWO_PAGES_H
#define COH_TESTS_SRC_LAYER_TWO_PAGES_H

#include "tests/src/layer_port.h"

#define SHARED (COH_VMA_SHARED | COH_VMA_WRITE)
#define U      ((uintptr_t)0x302000) /* of colour 2 */
#define A      ((uintptr_t)0x503000) /* of colour 3 */

static struct layer *l;
static struct coh *coh;
static struct coh_vma *vma, *anon;
static struct coh_page page, anon_page;

static inline void start_under(const struct coh_policy *policy, struct coh_config config)
{
	config.policy = policy;
	l = layer_start(config);
	coh = &l->coh;
	vma = layer_map_file(l, &l->mm, U, 4, INDEX, SHARED | COH_VMA_EXEC);
	anon = layer_map_anon(l, &l->mm, A, 4, INDEX, COH_VMA_WRITE);
	page = layer_file_page(l, PFN, INDEX);
	anon_page = layer_anon_page(l, PFN, INDEX);
	layer_present(l, &l->mm, U, PFN);
	layer_present(l, &l->mm, A, PFN);
}

#endif
