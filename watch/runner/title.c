// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/title.h"

#include <stdio.h>
#include <string.h>

void title_leaf(const struct code_place *at, char *out, size_t size)
{
	if (at->user) {
		snprintf(out, size, "user mode");
	} else if (at->function[0]) {
		snprintf(out, size, "%s", at->function);
		if (strchr(out + 1, '.'))
			*strchr(out + 1, '.') = '\0'; /* .isra.0, .constprop.0, .part.0 */
	} else {
		snprintf(out, size, "0x%08x", at->pc);
	}
}

void title_name(const struct library *library, const struct title_frame *frame, unsigned n,
		char *out, size_t size)
{
	for (unsigned i = 0; i < n && frame[i].sure; i++) {
		title_leaf(frame[i].at, out, size);
		if (!library_has(library, out))
			return;
	}
	title_leaf(frame[0].at, out, size);
}
