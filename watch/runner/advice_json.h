/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advice for programs: the member "advice" of a report in the JSON file, docs/watch.md. */
#ifndef COH_WATCH_RUNNER_ADVICE_JSON_H
#define COH_WATCH_RUNNER_ADVICE_JSON_H

#include <jansson.h>

#include "watch/runner/advice.h"
#include "watch/runner/symbols.h"

/* advice_json: a new object, or NULL without memory.  s may be NULL. */
json_t *advice_json(const struct advice *a, const struct wire_finding *f, struct symbols *s);

#endif
