// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/stream.h"

#include <assert.h>
#include <string.h>

static_assert(sizeof(struct wire_finding) >= sizeof(struct wire_path) &&
		      sizeof(struct wire_finding) >= sizeof(struct wire_writer),
	      "struct stream has room for the longest message");

static size_t length_of(uint32_t type)
{
	switch (type) {
	case WIRE_HELLO:
		return sizeof(struct wire_hello);
	case WIRE_FINDING:
		return sizeof(struct wire_finding);
	case WIRE_REPEAT:
		return sizeof(struct wire_repeat);
	case WIRE_MAINT_SITE:
		return sizeof(struct wire_maint_site);
	case WIRE_NOTE:
		return sizeof(struct wire_note);
	case WIRE_END:
		return sizeof(struct wire_end);
	case WIRE_DEVICE:
		return sizeof(struct wire_device);
	case WIRE_REFUSAL:
		return sizeof(struct wire_refusal);
	case WIRE_MODULE:
		return sizeof(struct wire_module);
	case WIRE_PATH:
		return sizeof(struct wire_path);
	case WIRE_WRITER:
		return sizeof(struct wire_writer);
	case WIRE_PROGRESS:
		return sizeof(struct wire_progress);
	default:
		return 0;
	}
}

static size_t take(uint8_t *to, size_t have, size_t want, const uint8_t *bytes, size_t n)
{
	size_t part = want - have < n ? want - have : n;

	memcpy(to + have, bytes, part);
	return part;
}

static const char *check(const struct wire_header *h)
{
	size_t length = length_of(h->type);

	if (!length)
		return "a message of unknown type";
	return h->length == length ? NULL : "a message of the wrong length";
}

void stream_feed(struct stream *s, const uint8_t *bytes, size_t n, stream_handler handler,
		 void *context)
{
	const size_t header = sizeof(struct wire_header);

	while (n && !s->broken) {
		size_t part, whole;

		if (s->have < header) {
			part = take(s->head.bytes, s->have, header, bytes, n);
			whole = header;
		} else {
			whole = header + s->head.header.length;
			part = take(s->body.bytes, s->have - header, whole - header, bytes, n);
		}
		bytes += part;
		n -= part;
		s->have += part;
		if (s->have == header) {
			s->broken = check(&s->head.header);
		} else if (s->have == whole && whole > header) {
			s->have = 0;
			handler(context, (enum wire_type)s->head.header.type, &s->body);
		}
	}
}
