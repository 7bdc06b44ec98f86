// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/text.h"

#include <stdarg.h>
#include <stdio.h>

void text_say(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->at, t->left, format, args);
	va_end(args);
	if (n < 0)
		return;
	if ((size_t)n >= t->left)
		n = t->left ? (int)t->left - 1 : 0;
	t->at += n;
	t->left -= (size_t)n;
}
