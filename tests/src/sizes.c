// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The sizes that include/coherer/types.h documents.  Only compiled, for the host and for a
 * 32-bit machine; see check-headers.
 */
#include <coherer/types.h>

#define SIZE(type, on_32, on_64)                                                                   \
	_Static_assert(sizeof(type) == (sizeof(void *) == 4 ? (on_32) : (on_64)),                  \
		       "the comment at the top of types.h gives another size of " #type)

SIZE(struct coh_page, 20, 32);
SIZE(struct coh_vma, 192, 376);
SIZE(struct coh_mm, 8, 16);
SIZE(struct coh_mapping, 24, 48);
SIZE(struct coh_anon_vma, 24, 48);
