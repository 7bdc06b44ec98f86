/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Did you mean ...? */
#ifndef COH_CHECK_LANGUAGE_SUGGEST_H
#define COH_CHECK_LANGUAGE_SUGGEST_H

/*
 * suggest: the name that takes the fewest edits to reach from word, or NULL if
 * that is more than a third of its length (at least one edit is allowed).
 * names ends with a NULL.
 */
const char *suggest(const char *const *names, const char *word);

#endif
