/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* errors: what the layer's functions return.  0 is success, errors are negative. */
#ifndef COH_ERRORS_H
#define COH_ERRORS_H

#ifdef __cplusplus
extern "C" {
#endif

/* After any of them the state is as it was before the call, unless a function says otherwise. */
enum coh_error {
	COH_OK = 0,

	/* The caller's fault. */
	COH_E_NULL = -1,       /* a mandatory argument is NULL */
	COH_E_RANGE = -2,      /* address + length wraps around, when rounded to lines, too */
	COH_E_ALIGN = -3,      /* not aligned to a line, or to a page, as the function says */
	COH_E_EMPTY = -4,      /* a VMA of no pages */
	COH_E_LINKED = -5,     /* linked already */
	COH_E_UNLINKED = -6,   /* not linked, or unlinked already */
	COH_E_OVERLAP = -7,    /* another VMA of this mm is there */
	COH_E_OWNER = -8,      /* a page of another mapping or anon_vma than the VMA's */
	COH_E_OUTSIDE = -9,    /* the address is not the page's in that VMA, or outside it */
	COH_E_ARGUMENT = -10,  /* an enum or flag that does not exist */
	COH_E_NEIGHBOUR = -11, /* VMAs to merge do not adjoin or do not agree */

	/* The port's or the description's fault; what coh_init, coh_kmap and fills return. */
	COH_E_CALLBACK = -20, /* a callback of the port is missing */
	COH_E_LINE = -21,     /* a line is not a power of two in 4..256 bytes */
	COH_E_WAYS = -22,     /* no ways, or more than there are lines */
	COH_E_SIZE = -23,  /* size is not ways x sets x line, or without span the sets are no power
			      of two */
	COH_E_INDEX = -24, /* the index reaches beyond the address */
	COH_E_PAGE = -25,  /* page_shift is not in 4..24, or a line is longer than a page */
	COH_E_KIND = -26,  /* no such kind of cache, scope, or check level */
	COH_E_SLOTS = -27, /* the port has no kmap slot left */

	/* The layer's own state is damaged. */
	COH_E_CORRUPT =
		-40, /* an invariant check failed: nothing of the maps is trusted any more */
	/* Only told to the port's report: updates kept going by, so users that conflict stay
	   cached. */
	COH_E_BUSY = -41,
};

/*
 * coh_error_text: one sentence without a full stop, never NULL; an unknown code gives
 * "unknown error".  Any context.
 */
const char *coh_error_text(int error);

#ifdef __cplusplus
}
#endif

#endif
