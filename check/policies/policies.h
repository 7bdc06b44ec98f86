/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * policies: ways to flush a page that exist to be compared with those of the library.
 *
 * libcoherer.a has rmap, flush-all and hints.  What is here was proposed, or is what others do, and
 * is wrong somewhere or costs more.  coherer check, the scenarios, bench and the example kernel run
 * them beside the library's, to show where and how much (docs/policies.md).  Nobody needs them to
 * embed the layer.
 *
 * They are made of the layer's own parts (src/internal.h), and are as freestanding.
 */
#ifndef CHECK_POLICIES_POLICIES_H
#define CHECK_POLICIES_POLICIES_H

#include <coherer/coherer.h>

#ifdef __cplusplus
extern "C" {
#endif

extern const struct coh_policy coh_policy_none; /* does nothing, ever: the baseline */
extern const struct coh_policy
	coh_policy_gup_hook; /* Linux 2.6.20: flush_anon_page in get_user_pages */
extern const struct coh_policy coh_policy_rmap_locked; /* the 2007 patch: walks under locks */
extern const struct coh_policy coh_policy_uncache; /* NetBSD: conflicting aliases become uncached */
extern const struct coh_policy coh_policy_lazy; /* Wheeler and Bershad: only what the state needs */

/*
 * Of all policies, the library's among them.  By name, as "gup-hook"; NULL if there is none.
 * coh_policy_get(i): the i-th, NULL beyond the last.
 */
const struct coh_policy *coh_policy_find(const char *name);
const struct coh_policy *coh_policy_get(size_t i);

#ifdef __cplusplus
}
#endif

#endif
