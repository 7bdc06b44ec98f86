// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Findings on their way to the runner: the first of each kind and place is sent
 * whole, the others are counted.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "watch/plugin/seen.h"
#include "watch/plugin/trace.h"

#define STACK_SPAN 8192u /* kernel stacks are aligned to this */

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
static void send_message(enum wire_type type, const void *body, uint32_t length)
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

/* The reader's registers and the top of its stack, for the call chain. */
static void capture_context(struct wire_finding *w)
{
	uint32_t room;

	for (unsigned i = 0; i < TARGET_REGISTERS; i++)
		w->regs[i] = read_register(tracer.reg[i]);
	w->cpsr = read_register(tracer.status);
	w->regs_known = 1;
	w->read.user = tracer.isa->in_user_mode(w->cpsr);
	/* A walk that ends in a fault is seen when the exception was taken. */
	if (w->by == COH_BY_WALK && !w->read.user)
		w->read.user = 2;
	w->regs[15] = w->read.pc;
	w->stack_va = w->regs[13] & ~3u;
	room = STACK_SPAN - (w->stack_va & (STACK_SPAN - 1));
	for (room = room < WIRE_STACK ? room : WIRE_STACK; room >= 64; room /= 2) {
		g_byte_array_set_size(tracer.scratch, 0);
		if (!qemu_plugin_read_memory_vaddr(w->stack_va, tracer.scratch, room))
			continue;
		memcpy(w->stack, tracer.scratch->data, room);
		w->stack_length = room;
		return;
	}
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
	if (!is_of_device(f))
		capture_context(&w);
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

static void send_sites(void)
{
	for (const struct action_site *s = tracer.sites; s; s = s->next) {
		const struct action *a = &s->action;
		struct wire_maint_site m = {
			.pc = s->pc,
			.op = a->op,
			.insn = a->data && a->insn ? 2 : a->insn,
			.scope = a->scope,
			.count = s->count,
			.redundant = s->redundant,
		};

		if (a->kind == ACTION_MAINTAIN && s->count)
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

	seen_again(send_repeat);
	send_sites();
	send_devices();
	tracer.end.device_bytes += c->device_bytes;
	tracer.end.copies_dropped = c->copies_dropped;
	tracer.end.lines_forgotten = c->lines_forgotten;
	tracer.end.inconsistent = coh_shadow_check(tracer.shadow);
	send_message(WIRE_END, &tracer.end, sizeof(tracer.end));
}
