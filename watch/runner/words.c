// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/words.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "model/shadow.h"

struct text {
	char *at;
	size_t left;
};

static void __attribute__((format(printf, 2, 3))) say(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->at, t->left, format, args);
	va_end(args);
	if (n < 0)
		return;
	if ((size_t)n >= t->left)
		n = t->left ? (int)t->left - 1 : 0;
	t->at += n;
	t->left -= (size_t)n;
}

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

/* What a maintenance operation has to do, and to which line. */
struct need {
	bool wanted;
	bool clean; /* else invalidate */
	bool insn;
	bool any_alias; /* the alias is not known */
	uint32_t va;	/* of the line */
};

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

/* Where the newest bytes are dirty: what has to be cleaned. */
static uint32_t newest_alias(const struct wire_finding *f)
{
	const struct wire_copy *c = dirty_copy(f, false);

	if (c)
		return c->va;
	return f->write.known ? line_of(f, f->write.va) : COH_VA_UNKNOWN;
}

static struct need need_clean(const struct wire_finding *f)
{
	uint32_t va = newest_alias(f);

	return (struct need){
		.wanted = !f->by_device && (f->cause == COH_NOT_CLEANED ||
					    (f->cause == COH_OLD_COPY && f->memory_old)),
		.clean = true,
		.any_alias = va == COH_VA_UNKNOWN,
		.va = va,
	};
}

static struct need need_invalidate(const struct wire_finding *f)
{
	return (struct need){
		.wanted = f->cause == COH_OLD_COPY,
		.insn = f->by == COH_BY_FETCH,
		.any_alias = f->read.va == COH_VA_UNKNOWN,
		.va = line_of(f, f->read.va),
	};
}

static bool right_side(const struct wire_maint *m, const struct need *n)
{
	return m->insn == 2 || m->insn == n->insn;
}

static bool right_kind(const struct wire_maint *m, const struct need *n)
{
	return m->op == COH_FLUSH || m->op == (n->clean ? COH_CLEAN : COH_INVALIDATE);
}

/* By address only: that a whole-cache operation came before says nothing, for
 * every boot and (on VIVT) every context switch has one. */
static bool right_line(const struct wire_finding *f, const struct need *n)
{
	return f->last.scope == 0 && !n->any_alias && line_of(f, f->last.va) == n->va;
}

/* The needed operation on the needed line did happen: then it was too soon,
 * for after the store it would have been enough. */
static bool too_early(const struct wire_finding *f, const struct need *n)
{
	return n->wanted && right_side(&f->last, n) && right_kind(&f->last, n) && right_line(f, n);
}

static bool wrong_kind(const struct wire_finding *f, const struct need *n)
{
	return n->wanted && right_side(&f->last, n) && !right_kind(&f->last, n) && right_line(f, n);
}

/* By address, of the right kind, through an alias that takes no part in this. */
static bool wrong_address(const struct wire_finding *f, const struct need *n)
{
	uint32_t va = line_of(f, f->last.va);

	return n->wanted && !n->any_alias && f->last.scope == 0 && va != COH_VA_UNKNOWN &&
	       right_side(&f->last, n) && right_kind(&f->last, n) && va != n->va &&
	       va != line_of(f, f->read.va) && !(f->write.known && va == line_of(f, f->write.va));
}

static const char *event(const struct wire_finding *f)
{
	return f->by_device ? "the DMA" : "the store";
}

/* What the last maintenance on the line tells about what went wrong. */
static void judge_last(struct text *t, const struct wire_finding *f)
{
	struct need clean = need_clean(f), invalidate = need_invalidate(f);
	const char *op = coh_op_name((enum coh_op)f->last.op);

	if (!f->last.known)
		return;
	if (too_early(f, &clean)) {
		say(t, " Too early: the last maintenance of the line, a %s, came before %s.", op,
		    event(f));
	} else if (too_early(f, &invalidate)) {
		say(t, " Too early: the last maintenance of the line, %s %s, came before %s.",
		    f->last.op == COH_INVALIDATE ? "an" : "a", op,
		    f->by_device ? "the DMA ended" : "the newest bytes were in memory");
	} else if (wrong_kind(f, &invalidate)) {
		say(t, " The last maintenance there was a clean: it leaves the old line in the"
		       " cache.");
	} else if (wrong_address(f, &clean) || wrong_address(f, &invalidate)) {
		say(t,
		    " Wrong address: the last maintenance of the line went through 0x%08x,"
		    " which does not reach 0x%08x.",
		    f->last.va, wrong_address(f, &clean) ? clean.va : invalidate.va);
	}
}

static void verdict_not_cleaned(struct text *t, const struct wire_finding *f)
{
	const struct wire_copy *c = dirty_copy(f, false);

	if (was_dirty_at_dma(f)) {
		say(t, "a line that was dirty when the device wrote may have been written back over"
		       " the device's bytes, before it was invalidated.");
		return;
	}
	if (f->by == COH_BY_WALK)
		say(t, "the page-table entry was stored and not cleaned; the walker reads memory,"
		       " and memory is old.");
	else if (c)
		say(t, "the newest bytes are dirty in the cache under 0x%08x and memory is old.",
		    c->va);
	else
		say(t, "memory is old, and no cached copy with the newest bytes is known.");
}

static void verdict_old_copy(struct text *t, const struct wire_finding *f)
{
	const struct wire_copy *own = own_copy(f), *newest = dirty_copy(f, false);

	say(t, "the %s line cached under 0x%08x is older than %s",
	    f->by == COH_BY_FETCH ? "I"
	    : own && own->dirty	  ? "dirty D"
				  : "D",
	    line_of(f, f->read.va), event(f));
	if (!f->memory_old)
		say(t, "; memory has the newest bytes.");
	else if (newest)
		say(t, "; memory is old too, the newest bytes are dirty under 0x%08x.", newest->va);
	else
		say(t, "; memory is old too.");
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

	say(t,
	    "the line under 0x%08x is dirty when the device writes: it can be written back over"
	    " the device's bytes at any moment.",
	    c ? c->va : f->line_pa);
	if (shares_line(f))
		say(t, " Its dirty bytes are beside the device's, in the same line.");
}

static void missing_at_dma(struct text *t, const struct wire_finding *f)
{
	const struct wire_copy *c = any_dirty(f);

	if (shares_line(f)) {
		say(t, "lines of its own for the buffer: align its start and its end to %u bytes",
		    f->granule);
		return;
	}
	say(t,
	    "a flush (or an invalidate, if none of it is wanted) of the D line 0x%08x before the"
	    " DMA starts, and an invalidate after it ended, if the line can be read meanwhile",
	    c ? c->va : f->line_pa);
}

static void verdict_threatened(struct text *t, const struct wire_finding *f)
{
	const struct wire_copy *c = dirty_copy(f, true);

	if (f->by == COH_BY_DEVICE_WRITE) {
		verdict_dirty_at_dma(t, f);
		return;
	}
	if (c)
		say(t,
		    "the line under 0x%08x is dirty and older than %s: it can be written back"
		    " over the newest bytes at any moment.",
		    c->va, event(f));
	else
		say(t,
		    "an old dirty line can be written back over the newest bytes at any moment.");
}

static void verdict_clobbered(struct text *t, const struct wire_finding *f, const char *culprit)
{
	say(t, "an old dirty line");
	if (f->culprit.known && f->culprit.va != COH_VA_UNKNOWN)
		say(t, " (under 0x%08x)", line_of(f, f->culprit.va));
	say(t, " was written back over the newest bytes");
	if (*culprit)
		say(t, ", by maintenance in %s", culprit);
	say(t, ".");
}

static void verdict_discarded(struct text *t, const struct wire_finding *f, const char *culprit)
{
	say(t, "the newest bytes were only in a dirty line");
	if (f->culprit.known && f->culprit.va != COH_VA_UNKNOWN)
		say(t, " under 0x%08x", line_of(f, f->culprit.va));
	say(t, ", which was invalidated without a clean");
	if (*culprit)
		say(t, " in %s", culprit);
	say(t, ".");
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
		say(&t,
		    "the virtual %s line 0x%08x may still hold physical 0x%08x, which was"
		    " mapped there before.",
		    f->by == COH_BY_FETCH ? "I" : "D", line_of(f, f->read.va), f->other_pa);
		break;
	default:
		say(&t, "the plugin reports a cause that this version does not know.");
	}
	judge_last(&t, f);
	if (!f->certain && f->by != COH_BY_DEVICE_WRITE)
		say(&t, " It takes an eviction at the wrong moment as well.");
}

static const char *before(const struct wire_finding *f)
{
	static const char *const names[] = {
		[COH_BY_LOAD] = "before this load",
		[COH_BY_FETCH] = "before this fetch",
		[COH_BY_WALK] = "before the page table is used",
		[COH_BY_DEVICE] = "before the DMA starts",
		[COH_BY_STORE] = "before this store",
	};

	return f->by < sizeof(names) / sizeof(*names) ? names[f->by] : "before this access";
}

static void say_line(struct text *t, const char *side, uint32_t va, const char *unknown)
{
	if (va == COH_VA_UNKNOWN)
		say(t, "%s", unknown);
	else
		say(t, "the %s line 0x%08x", side, va);
}

/* An old dirty line must go before the store: afterwards it is too late to
 * write it back, and an invalidate alone would lose its other bytes. */
static void say_flush_first(struct text *t, const struct wire_finding *f, uint32_t va)
{
	say(t, "a flush of ");
	say_line(t, "D", va, "the old dirty line");
	say(t, " (or an invalidate, if none of it is wanted) before %s", event(f));
}

static void missing_refresh(struct text *t, const struct wire_finding *f)
{
	struct need clean = need_clean(f), invalidate = need_invalidate(f);
	const struct wire_copy *own = own_copy(f);

	if (clean.wanted && invalidate.wanted && own && own->dirty) {
		say_flush_first(t, f, own->va);
		say(t, ", and a clean of ");
		say_line(t, "D", clean.va, "the writer's line");
		say(t, " after it");
		return;
	}
	if (clean.wanted) {
		say(t, "a clean of ");
		say_line(t, "D", clean.va, "the writer's line");
		say(t, " after %s", event(f));
	}
	if (clean.wanted && invalidate.wanted)
		say(t, ", then ");
	else if (clean.wanted)
		say(t, " and ");
	if (invalidate.wanted) {
		say(t, "an invalidate of ");
		say_line(t, invalidate.insn ? "I" : "D", invalidate.va, "the reader's line");
		if (clean.wanted)
			say(t, " ");
		else
			say(t, " after %s and ", event(f));
	}
	say(t, "%s", before(f));
}

void words_missing(const struct wire_finding *f, char *out, size_t size)
{
	struct text t = { out, size };
	const struct wire_copy *old = dirty_copy(f, true);
	uint32_t va = f->culprit.known ? line_of(f, f->culprit.va) : COH_VA_UNKNOWN;

	switch (f->cause) {
	case COH_THREATENED:
		if (f->by == COH_BY_DEVICE_WRITE) {
			missing_at_dma(&t, f);
			break;
		}
		say_flush_first(&t, f, old ? old->va : COH_VA_UNKNOWN);
		break;
	case COH_CLOBBERED:
		say_flush_first(&t, f, va);
		break;
	case COH_DISCARDED:
		say(&t, "a clean of ");
		say_line(&t, "D", va, "the writer's line");
		say(&t, " before that invalidate, or a flush in its place");
		break;
	case COH_OTHER_PAGE:
		say(&t, "%s of ", f->by == COH_BY_FETCH ? "an invalidate" : "a flush");
		say_line(&t, f->by == COH_BY_FETCH ? "I" : "D", line_of(f, f->read.va), "the line");
		say(&t, " before the page tables changed");
		break;
	default:
		if (was_dirty_at_dma(f)) {
			say(&t,
			    "a flush (or an invalidate, if none of it is wanted) of the line before"
			    " the DMA starts");
			break;
		}
		missing_refresh(&t, f);
	}
	say(&t, ".");
}
