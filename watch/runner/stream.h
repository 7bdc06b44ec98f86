/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plugin's messages out of a pipe's bytes, however these are cut.
 * A malformed stream is noticed, said once, and the rest of it swallowed: the
 * emulator must never block on a pipe that nobody reads.
 */
#ifndef COH_WATCH_RUNNER_STREAM_H
#define COH_WATCH_RUNNER_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "watch/wire.h"

/* body: a struct wire_* of that type, complete and aligned. */
typedef void (*stream_handler)(void *context, enum wire_type type, const void *body);

struct stream {
	union {
		struct wire_header header;
		uint8_t bytes[sizeof(struct wire_header)];
	} head;
	union {
		struct wire_finding finding; /* the longest message */
		uint64_t aligned;
		uint8_t bytes[sizeof(struct wire_finding)];
	} body;
	size_t have;	    /* bytes of the message that have arrived, its header too */
	const char *broken; /* why the stream makes no sense; NULL: it does */
};

/* Start from a zeroed struct stream. */
void stream_feed(struct stream *s, const uint8_t *bytes, size_t n, stream_handler handler,
		 void *context);

#endif
