/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* foreign: words of herd7's and the Linux memory model's litmus tests, for messages. */
#ifndef COH_CHECK_LANGUAGE_FOREIGN_H
#define COH_CHECK_LANGUAGE_FOREIGN_H

#include <stdbool.h>

/* What is written here instead of that operation or sign; NULL: it is none of theirs. */
const char *foreign_operation(const char *word);
const char *foreign_sign(char sign);

/* The first word of a test in assembly: "AArch64". */
bool foreign_is_architecture(const char *word);
/* A word that a declaration in C begins with. */
bool foreign_is_type(const char *word);

#endif
