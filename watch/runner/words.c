// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/words.h"

#include <stdbool.h>
#include <stdio.h>

#include "model/shadow.h"
#include "watch/runner/text.h"

/*
 * The device's bytes are in neither memory nor a copy: a line that was dirty when the device wrote
 * may have been written back over them, and is gone.
 */
static bool was_dirty_at_dma(const struct wire_finding *f)
{
	return f->cause == COH_NOT_CLEANED && f->by_device;
}

const char *words_kind(const struct wire_finding *f)
{
	static const char *const kinds[COH_CAUSES] = {
		[COH_OLD_COPY] = "stale-read", [COH_NOT_CLEANED] = "missed-clean",
		[COH_THREATENED] = "clobber",  [COH_CLOBBERED] = "clobber",
		[COH_DISCARDED] = "lost",      [COH_OTHER_PAGE] = "homonym",
	};

	if (f->cause == COH_OTHER_PAGE)
		return "homonym";
	if (was_dirty_at_dma(f))
		return "clobber";
	if (f->by == COH_BY_FETCH)
		return "stale-fetch";
	if (f->by == COH_BY_WALK)
		return "stale-walk";
	return f->cause < COH_CAUSES ? kinds[f->cause] : "unknown";
}

const char *words_access(const struct wire_finding *f)
{
	static const char *const names[] = {
		[COH_BY_LOAD] = "load",
		[COH_BY_FETCH] = "instruction fetch",
		[COH_BY_WALK] = "page-table walk",
		[COH_BY_DEVICE] = "device read",
		[COH_BY_STORE] = "store",
		[COH_BY_DEVICE_WRITE] = "device write",
	};

	return f->by < sizeof(names) / sizeof(*names) ? names[f->by] : "access";
}

bool words_is_of_device(const struct wire_finding *f)
{
	return f->by == COH_BY_DEVICE || f->by == COH_BY_DEVICE_WRITE;
}

static const char *side_name(const struct wire_maint *m)
{
	return m->insn == 0 ? "D" : m->insn == 1 ? "I" : "D and I";
}

void words_maintenance(const struct wire_maint *m, char *out, size_t size)
{
	const char *op = coh_op_name((enum coh_op)m->op);

	if (m->scope == 2)
		snprintf(out, size, "%s of the whole %s cache%s", op, side_name(m),
			 m->insn == 2 ? "s" : "");
	else
		snprintf(out, size, "%s of the %s line by %s", op, side_name(m),
			 m->scope ? "set and way" : "address");
}

static uint32_t line_of(const struct wire_finding *f, uint32_t va)
{
	return va == COH_VA_UNKNOWN ? va : va & ~(f->granule - 1);
}

static uint32_t bad_bit(const struct wire_finding *f)
{
	return 1u << ((f->first_pa - f->line_pa) & 31);
}

/* The dirty data copy, old or new at the first bad byte; NULL if there is none. */
static const struct wire_copy *dirty_copy(const struct wire_finding *f, bool old)
{
	for (uint32_t i = 0; i < f->n_copies && i < WIRE_COPIES; i++) {
		const struct wire_copy *c = &f->copy[i];

		if (c->dirty && !c->insn && !(c->stale & bad_bit(f)) == !old)
			return c;
	}
	return NULL;
}

/* The reader's own copy. */
static const struct wire_copy *own_copy(const struct wire_finding *f)
{
	for (uint32_t i = 0; i < f->n_copies && i < WIRE_COPIES; i++) {
		const struct wire_copy *c = &f->copy[i];

		if (!c->insn == (f->by != COH_BY_FETCH) && c->va == line_of(f, f->read.va))
			return c;
	}
	return NULL;
}

static const char *event(const struct wire_finding *f)
{
	return f->by_device ? "the DMA" : "the store";
}

static void verdict_not_cleaned(struct text *t, const struct wire_finding *f)
{
	const struct wire_copy *c = dirty_copy(f, false);

	if (was_dirty_at_dma(f)) {
		text_say(t, "a line that was dirty when the device wrote may have been written "
			    "back over"
			    " the device's bytes, before it was invalidated.");
		return;
	}
	if (f->by == COH_BY_WALK)
		text_say(t,
			 "the page-table entry was stored and not cleaned; the walker reads memory,"
			 " and memory is old.");
	else if (c)
		text_say(t,
			 "the newest bytes are dirty in the cache under 0x%08x and memory is old.",
			 c->va);
	else
		text_say(t, "memory is old, and no cached copy with the newest bytes is known.");
}

static void verdict_old_copy(struct text *t, const struct wire_finding *f)
{
	const struct wire_copy *own = own_copy(f), *newest = dirty_copy(f, false);

	text_say(t, "the %s line cached under 0x%08x is older than %s",
		 f->by == COH_BY_FETCH ? "I"
		 : own && own->dirty   ? "dirty D"
				       : "D",
		 line_of(f, f->read.va), event(f));
	if (!f->memory_old)
		text_say(t, "; memory has the newest bytes.");
	else if (newest)
		text_say(t, "; memory is old too, the newest bytes are dirty under 0x%08x.",
			 newest->va);
	else
		text_say(t, "; memory is old too.");
}

/* Any dirty copy: to the device's write each is old. */
static const struct wire_copy *any_dirty(const struct wire_finding *f)
{
	const struct wire_copy *c = dirty_copy(f, false);

	return c ? c : dirty_copy(f, true);
}

/* Are the dirty bytes others than those that the device writes? */
static bool shares_line(const struct wire_finding *f)
{
	return f->first_pa - f->read.pa >= f->read.size;
}

static void verdict_dirty_at_dma(struct text *t, const struct wire_finding *f)
{
	const struct wire_copy *c = any_dirty(f);

	text_say(
		t,
		"the line under 0x%08x is dirty when the device writes: it can be written back over"
		" the device's bytes at any moment.",
		c ? c->va : f->line_pa);
	if (shares_line(f))
		text_say(t, " Its dirty bytes are beside the device's, in the same line.");
}

static void verdict_threatened(struct text *t, const struct wire_finding *f)
{
	const struct wire_copy *c = dirty_copy(f, true);

	if (f->by == COH_BY_DEVICE_WRITE) {
		verdict_dirty_at_dma(t, f);
		return;
	}
	if (c)
		text_say(t,
			 "the line under 0x%08x is dirty and older than %s: it can be written back"
			 " over the newest bytes at any moment.",
			 c->va, event(f));
	else
		text_say(t, "an old dirty line can be written back over the newest bytes at any "
			    "moment.");
}

static void verdict_clobbered(struct text *t, const struct wire_finding *f, const char *culprit)
{
	text_say(t, "an old dirty line");
	if (f->culprit.known && f->culprit.va != COH_VA_UNKNOWN)
		text_say(t, " (under 0x%08x)", line_of(f, f->culprit.va));
	text_say(t, " was written back over the newest bytes");
	if (*culprit)
		text_say(t, ", by maintenance in %s", culprit);
	text_say(t, ".");
}

static void verdict_discarded(struct text *t, const struct wire_finding *f, const char *culprit)
{
	text_say(t, "the newest bytes were only in a dirty line");
	if (f->culprit.known && f->culprit.va != COH_VA_UNKNOWN)
		text_say(t, " under 0x%08x", line_of(f, f->culprit.va));
	text_say(t, ", which was invalidated without a clean");
	if (*culprit)
		text_say(t, " in %s", culprit);
	text_say(t, ".");
}

void words_verdict(const struct wire_finding *f, const char *culprit, char *out, size_t size)
{
	struct text t = { out, size };

	switch (f->cause) {
	case COH_OLD_COPY:
		verdict_old_copy(&t, f);
		break;
	case COH_NOT_CLEANED:
		verdict_not_cleaned(&t, f);
		break;
	case COH_THREATENED:
		verdict_threatened(&t, f);
		break;
	case COH_CLOBBERED:
		verdict_clobbered(&t, f, culprit);
		break;
	case COH_DISCARDED:
		verdict_discarded(&t, f, culprit);
		break;
	case COH_OTHER_PAGE:
		text_say(&t,
			 "the virtual %s line 0x%08x may still hold physical 0x%08x, which was"
			 " mapped there before.",
			 f->by == COH_BY_FETCH ? "I" : "D", line_of(f, f->read.va), f->other_pa);
		break;
	default:
		text_say(&t, "the plugin reports a cause that this version does not know.");
	}
	if (!f->certain && f->by != COH_BY_DEVICE_WRITE)
		text_say(&t, " It takes an eviction at the wrong moment as well.");
}
