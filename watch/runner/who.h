/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In whose name an access was made, and when: in words and as JSON. */
#ifndef COH_WATCH_RUNNER_WHO_H
#define COH_WATCH_RUNNER_WHO_H

#include <jansson.h>
#include <stddef.h>

#include "watch/wire_context.h"

/* "in sh, pid 42, at 1.234 s", "in a hard interrupt, over sh, ..."; "" if nothing is known. */
void who_read(const struct wire_context *c, char *out, size_t size);

/* ", last seen with sh, pid 42"; "" if not known.  To follow an address space. */
void who_owned(const struct wire_owner *o, char *out, size_t size);

/* Adds the members that docs/watch.md describes to a read, and to a write or culprit. */
void who_read_json(json_t *read, const struct wire_context *c);
void who_owned_json(json_t *access, const struct wire_owner *o);

#endif
