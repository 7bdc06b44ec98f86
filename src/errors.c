// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Error codes in words. */
#include <coherer/errors.h>

const char *coh_error_text(int error)
{
	switch (error) {
	case COH_OK:
		return "success";
	case COH_E_NULL:
		return "a mandatory argument is NULL";
	case COH_E_RANGE:
		return "the range wraps around the end of the address space";
	case COH_E_ALIGN:
		return "not aligned to a cache line or to a page, as this function needs it";
	case COH_E_EMPTY:
		return "a VMA of no pages";
	case COH_E_LINKED:
		return "linked already";
	case COH_E_UNLINKED:
		return "not linked, or unlinked already";
	case COH_E_OVERLAP:
		return "another VMA of this mm is there";
	case COH_E_OWNER:
		return "the page is of another mapping or anon_vma";
	case COH_E_OUTSIDE:
		return "the address is not the page's place in this VMA, or is outside of it";
	case COH_E_ARGUMENT:
		return "no such enum value or flag";
	case COH_E_NEIGHBOUR:
		return "the VMAs do not adjoin, or differ in more than their range";
	case COH_E_CALLBACK:
		return "a callback of the port is missing";
	case COH_E_LINE:
		return "a line is not a power of two from 4 to 256 bytes";
	case COH_E_WAYS:
		return "no ways, or more ways than lines";
	case COH_E_SIZE:
		return "the size is not ways x sets x line, or the sets are no power of two and no "
		       "span is given";
	case COH_E_INDEX:
		return "the cache index reaches beyond the address";
	case COH_E_PAGE:
		return "page_shift is not from 4 to 24, or a line is longer than a page";
	case COH_E_KIND:
		return "no such kind of cache, scope or check level";
	case COH_E_SLOTS:
		return "the page has no kernel address, and there is none to give it";
	case COH_E_BUSY:
		return "updates of the maps kept going by: users that conflict are still cached";
	case COH_E_CORRUPT:
		return "the layer's own state is damaged";
	default:
		return "unknown error";
	}
}
