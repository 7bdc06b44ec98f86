/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of a kernel's modules, below a directory, and which of them the guest has loaded. */
#ifndef COH_WATCH_RUNNER_MODULES_H
#define COH_WATCH_RUNNER_MODULES_H

#include <stddef.h>

#include "watch/runner/symbols.h"
#include "watch/runner/tally.h"
#include "watch/wire_module.h"

struct module_files {
	char **path;
	size_t n;
};

/* Finds each NAME.ko below dir.  Returns 0, or -1 with the reason in error. */
int modules_find(struct module_files *files, const char *dir, char *error, size_t size);
void modules_free(struct module_files *files);

/*
 * modules_loaded: the guest has this module.  Its code has names from now on, by the file that
 * fits; if none of that name fits, a note says so, and there is the module's name only.
 */
void modules_loaded(const struct module_files *files, struct symbols *s, struct tally *t,
		    const struct wire_module *sent);

#endif
