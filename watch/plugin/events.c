// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Findings on their way to the runner: the first of each kind and place is sent
 * whole, the others are counted.
 */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "watch/plugin/context.h"
#include "watch/plugin/seen.h"
#include "watch/plugin/trace.h"

static_assert(WIRE_EVENTS == COH_HISTORY_MAX, "a history goes into a finding");

static int out = -1;

bool events_init(int fd)
{
	out = fd;
	return seen_init();
}

static bool write_all(const void *data, size_t length)
{
	const char *p = data;

	while (length) {
		ssize_t n = write(out, p, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		length -= (size_t)n;
	}
	return true;
}

/* A runner that is gone takes the reports with it; the guest goes on. */
void send_message(enum wire_type type, const void *body, uint32_t length)
{
	struct wire_header h = { type, length };

	if (out < 0)
		return;
	if (!write_all(&h, sizeof(h)) || !write_all(body, length))
		out = -1;
}

void events_hello(const struct wire_hello *hello)
{
	send_message(WIRE_HELLO, hello, sizeof(*hello));
}

void events_note(bool warning, const char *format, ...)
{
	struct wire_note note = { .warning = warning };
	va_list args;

	va_start(args, format);
	vsnprintf(note.text, sizeof(note.text), format, args);
	va_end(args);
	send_message(WIRE_NOTE, &note, sizeof(note));
}

void events_module(const struct wire_module *m)
{
	send_message(WIRE_MODULE, m, sizeof(*m));
}

void events_refuse(const char *format, ...)
{
	struct wire_refusal refusal = { 0 };
	va_list args;

	va_start(args, format);
	vsnprintf(refusal.text, sizeof(refusal.text), format, args);
	va_end(args);
	send_message(WIRE_REFUSAL, &refusal, sizeof(refusal));
	out = -1; /* it stands alone: no END follows, for nothing was watched */
	exit(2);
}

static struct wire_access access_of(const struct coh_who *who, bool is_known, uint32_t pa)
{
	return (struct wire_access){
		.known = is_known,
		.pc = who->pc,
		.va = who->va,
		.pa = pa,
		.mm = who->mm,
		.user = 2,
	};
}

static bool is_of_device(const struct coh_finding *f)
{
	return f->by == COH_BY_DEVICE || f->by == COH_BY_DEVICE_WRITE;
}

/* "" stays where it is not known. */
static void name_device(char *name, uint32_t number)
{
	struct wire_device device;

	if (dma_device(number, &device))
		memcpy(name, device.name, WIRE_NAME);
}

static void fill_history(struct wire_finding *w, const struct coh_history *h)
{
	w->n_events = h->n;
	w->events_cut = h->cut;
	w->events_odd = h->odd;
	for (uint32_t i = 0; i < h->n; i++) {
		const struct coh_event *e = &h->event[i];

		w->event[i] = (struct wire_event){ e->kind, e->attr, e->op,    e->side,	   e->pc,
						   e->va,   e->mm,   e->bytes, e->pc_first };
	}
}

static void add_last(struct wire_finding *w, uint32_t line_pa, uint32_t va, enum coh_side side)
{
	struct wire_last *l = &w->last_of[w->n_lasts];

	va &= ~(w->granule - 1);
	for (uint32_t i = 0; i < w->n_lasts; i++)
		if (w->last_of[i].va == va && w->last_of[i].insn == side)
			return;
	if (w->n_lasts == WIRE_COPIES)
		return;
	*l = (struct wire_last){ .va = va, .insn = side };
	w->n_lasts += last_of_alias(line_pa, va, side, &l->last);
}

/* Of each alias that this line's history names.  Homonyms first: there the other page's counts. */
static void fill_lasts(struct wire_finding *w, const struct coh_history *h)
{
	for (uint32_t i = 0; i < h->n; i++)
		if (h->event[i].kind == COH_EVENT_HOMONYM)
			add_last(w, h->event[i].bytes & ~1u, h->event[i].va, h->event[i].side);
	for (uint32_t i = 0; i < h->n; i++)
		if (h->event[i].va != COH_VA_UNKNOWN)
			add_last(w, w->line_pa, h->event[i].va,
				 h->event[i].kind == COH_EVENT_FETCH ? COH_INSN : h->event[i].side);
	if (w->by != COH_BY_WALK && w->read.va != COH_VA_UNKNOWN)
		add_last(w, w->line_pa, w->read.va, w->by == COH_BY_FETCH ? COH_INSN : COH_DATA);
}

static void fill(struct wire_finding *w, const struct coh_finding *f)
{
	w->by = f->by;
	w->cause = f->cause;
	w->certain = f->certain;
	w->read = (struct wire_access){ 1, f->pc, f->va, f->pa, f->mm, f->size, f->attr, 2 };
	w->write = access_of(&f->writer, f->writer_known, f->first_pa);
	w->by_device = f->by_device;
	if (is_of_device(f))
		name_device(w->reader, f->mm);
	if (f->by_device)
		name_device(w->writer, f->writer.mm);
	w->culprit = access_of(&f->culprit, f->culprit_known, f->line_pa);
	w->other_pa = f->other_pa;
	w->bad = f->bad;
	w->first_pa = f->first_pa;
	w->memory_old = f->memory_old;
	w->values_known = f->values_known;
	memcpy(w->newest, f->newest, sizeof(w->newest));
	memcpy(w->old, f->old, sizeof(w->old));
	w->line_pa = f->line_pa;
	w->granule = f->granule;
	w->memory_stale = f->memory_stale;
	fill_history(w, &f->history);
	fill_lasts(w, &f->history);
	w->n_copies = f->n_copies;
	for (unsigned i = 0; i < f->n_copies; i++)
		w->copy[i] = (struct wire_copy){ f->copy[i].va, f->copy[i].stale,
						 f->copy[i].side == COH_INSN, f->copy[i].dirty };
	/* A stale fetch may lack either: the instruction side is the rarer, and only
	 * where memory is new does it matter. */
	w->last = last_maintenance(f->line_pa,
				   f->by == COH_BY_FETCH && !f->memory_old ? COH_INSN : COH_DATA);
}

static void send_finding(uint32_t id, const struct coh_finding *f)
{
	struct wire_finding w = { .id = id };

	fill(&w, f);
	if (!is_of_device(f)) {
		stack_capture(&w.chain, f->pc);
		w.read.user = w.chain.user;
		/* A walk that ends in a fault is seen when the exception was taken. */
		if (f->by == COH_BY_WALK && !w.read.user)
			w.read.user = 2;
	}
	context_take(&w, is_of_device(f));
	if (f->writer_known && !f->by_device)
		writers_send(w.id, f->writer.pc, f->first_pa);
	send_message(WIRE_FINDING, &w, sizeof(w));
}

void events_finding(const struct coh_finding *f)
{
	uint32_t id = seen_before(f);

	tracer.end.findings++;
	if (id)
		send_finding(id, f);
}

void events_progress(void)
{
	static unsigned calls;
	static time_t last;
	const struct wire_end *e = &tracer.end;
	struct wire_progress p = { e->loads + e->stores + e->fetches, e->maint_line + e->maint_all,
				   e->findings };
	struct timespec now;

	/* The clock is not asked each time. */
	if (++calls & 63)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec == last)
		return;
	last = now.tv_sec;
	send_message(WIRE_PROGRESS, &p, sizeof(p));
}

static void send_repeat(uint32_t id, uint64_t count)
{
	struct wire_repeat r = { id, 0, count };

	send_message(WIRE_REPEAT, &r, sizeof(r));
}

struct wire_maint_site events_site(const struct action_site *s)
{
	const struct action *a = &s->action;

	return (struct wire_maint_site){
		.pc = s->pc,
		.op = a->op,
		.insn = a->data && a->insn ? 2 : a->insn,
		.scope = a->scope,
		.count = s->count,
		.redundant = s->redundant,
		.wrote = s->wrote,
	};
}

static void send_sites(void)
{
	for (const struct action_site *s = tracer.sites; s; s = s->next) {
		struct wire_maint_site m = events_site(s);

		if (s->action.kind == ACTION_MAINTAIN && s->count)
			send_message(WIRE_MAINT_SITE, &m, sizeof(m));
	}
}

static void send_devices(void)
{
	struct wire_device device;

	for (unsigned id = 0; dma_device(id, &device); id++)
		send_message(WIRE_DEVICE, &device, sizeof(device));
}

void events_end(void)
{
	const struct coh_shadow_counts *c = coh_shadow_counts(tracer.shadow);

	context_end();
	seen_again(send_repeat);
	send_sites();
	callers_send();
	send_devices();
	tracer.end.device_bytes += c->device_bytes;
	tracer.end.copies_dropped = c->copies_dropped;
	tracer.end.lines_forgotten = c->lines_forgotten;
	tracer.end.inconsistent = coh_shadow_check(tracer.shadow);
	send_message(WIRE_END, &tracer.end, sizeof(tracer.end));
}
