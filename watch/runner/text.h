/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A text that is put together piece by piece; what has no room is cut. */
#ifndef COH_WATCH_RUNNER_TEXT_H
#define COH_WATCH_RUNNER_TEXT_H

#include <stddef.h>

struct text {
	char *at;
	size_t left;
};

void text_say(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
