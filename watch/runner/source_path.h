/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Source file names as people know them: relative to the top of the source
 * tree, wherever it was compiled, inside the tree or out of it.
 */
#ifndef COH_WATCH_RUNNER_SOURCE_PATH_H
#define COH_WATCH_RUNNER_SOURCE_PATH_H

#include <elfutils/libdwfl.h>
#include <stddef.h>

/*
 * source_root: the longest directory that all absolutely named compilation
 * units of the module share ("" if there is none).  The caller frees it.
 * Returns NULL when no memory is left.
 */
char *source_root(Dwfl_Module *module);

/*
 * source_path: file without comp_dir or root in front, "." and ".." resolved;
 * as it is if it lies in neither.  comp_dir and root may be NULL.
 */
void source_path(const char *file, const char *comp_dir, const char *root, char *out, size_t size);

#endif
