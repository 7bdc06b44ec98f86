/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* parsed: the text of a litmus test that must be right. */
#ifndef COH_TESTS_CHECK_PARSED_H
#define COH_TESTS_CHECK_PARSED_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "check/language/litmus.h"

/* Fails the test if it does not parse.  The result is freed by litmus_free. */
static inline struct litmus *parsed(const char *text)
{
	struct litmus_error error;
	struct litmus *t = litmus_parse("test", text, strlen(text), &error);

	if (!t)
		print_error("%u:%u: %s\n%s\n", error.at.line, error.at.column, error.text, text);
	assert_non_null(t);
	return t;
}

#endif
