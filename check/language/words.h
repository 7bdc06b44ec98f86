/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* words: the statements of the language, as a table.  Private to the parser. */
#ifndef COH_CHECK_LANGUAGE_WORDS_H
#define COH_CHECK_LANGUAGE_WORDS_H

#include "check/language/litmus.h"

/*
 * Arguments, one letter each:
 *	W  a word of an alias: U[1], or U for its first
 *	R  words of an alias: U[1], U[0..3], or U for the whole page
 *	a  an alias
 *	p  a page		Q  a word of a page	P  words of a page
 *	V  a value: a number, a register, their sum
 *	m  an mm		c  a CPU
 *	l  a lock		v  a variable		C  an interrupt
 *	g  a register
 *	t  rights and attribute, any number of words, also none
 *	i  read, write or readwrite	d  to_device, from_device or bidirectional
 *	T  the rest of map: a page, rights, attribute, each if wanted
 */
enum word_flags {
	WORD_RESULT = 1, /* "r0 = name(...)" and no other way */
	WORD_DEVICE = 2, /* for a device, and nobody else */
	WORD_LAYER = 4,
	WORD_MAINTAINS = 8, /* may turn out to have changed nothing */
};

struct word {
	const char *name;
	const char *arguments;
	unsigned flags;
};

extern const struct word words[LITMUS_OPS]; /* those without name are not to be written */

#endif
