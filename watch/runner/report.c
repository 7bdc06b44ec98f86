// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/report.h"

#include <string.h>

#include "model/shadow.h"
#include "watch/runner/title.h"
#include "watch/runner/who.h"
#include "watch/runner/words.h"

#define RULE   "=================================================================="
#define RED    "\033[1;31m"
#define BOLD   "\033[1m"
#define NORMAL "\033[0m"

unsigned report_calls(const struct wire_stack *c, struct symbols *s,
		      struct report_call call[UNWIND_FRAMES])
{
	struct unwind_frame frame[UNWIND_FRAMES];
	unsigned n;

	if (!c->known || c->user)
		return 0;
	n = unwind_stack(s, c, frame);
	for (unsigned i = 0; i < n; i++) {
		report_call_place(frame[i].pc, s, &call[i].at);
		call[i].guessed = frame[i].guessed;
		call[i].sure = !frame[i].guessed || frame[i].calls;
	}
	return n;
}

static void name_reader(struct report *r, const struct library *library)
{
	struct title_frame frame[1 + UNWIND_FRAMES] = { { &r->read, true } };

	if (words_is_of_device(r->f)) {
		snprintf(r->reader, sizeof(r->reader), "%s",
			 *r->f->reader ? r->f->reader : "device");
		memcpy(r->reader_leaf, r->reader, sizeof(r->reader));
		return;
	}
	for (unsigned i = 0; i < r->n_calls; i++)
		frame[1 + i] = (struct title_frame){ &r->call[i].at, r->call[i].sure };
	title_leaf(&r->read, r->reader_leaf, sizeof(r->reader_leaf));
	title_name(library, frame, 1 + r->n_calls, r->reader, sizeof(r->reader));
}

static void name_writer(struct report *r, struct symbols *s, const struct library *library)
{
	const struct wire_finding *f = r->f;
	struct title_frame frame[1 + UNWIND_FRAMES] = { { &r->write, true } };

	for (unsigned i = 0; i < r->n_writer_calls; i++)
		frame[1 + i] =
			(struct title_frame){ &r->writer_call[i].at, r->writer_call[i].sure };
	if (f->write.known)
		symbols_at(s, f->write.pc, f->write.user, &r->write);
	if (f->by_device)
		snprintf(r->writer, sizeof(r->writer), "%s", *f->writer ? f->writer : "device");
	else if (f->write.known)
		title_name(library, frame, 1 + r->n_writer_calls, r->writer, sizeof(r->writer));
	else
		snprintf(r->writer, sizeof(r->writer), "unknown writer");
	if (f->write.known && !f->by_device)
		title_leaf(&r->write, r->writer_leaf, sizeof(r->writer_leaf));
	else
		memcpy(r->writer_leaf, r->writer, sizeof(r->writer));
}

void report_make(struct report *r, const struct wire_finding *f, const struct wire_stack *writer,
		 struct symbols *s, const struct library *library)
{
	char culprit[128] = "";

	memset(r, 0, sizeof(*r));
	r->f = f;
	r->kind = words_kind(f);
	symbols_at(s, f->read.pc, f->read.user, &r->read);
	r->n_calls = report_calls(&f->chain, s, r->call);
	if (writer) {
		r->writer_chain = WRITER_KNOWN;
		r->n_writer_calls = report_calls(writer, s, r->writer_call);
	}
	name_reader(r, library);
	name_writer(r, s, library);
	if (f->culprit.known) {
		symbols_at(s, f->culprit.pc, f->culprit.user, &r->culprit);
		title_leaf(&r->culprit, culprit, sizeof(culprit));
	}
	if (f->last.known)
		symbols_at(s, f->last.pc, 0, &r->last);
	snprintf(r->title, sizeof(r->title), "%s in %s / %s", r->kind, r->reader, r->writer);
	words_verdict(f, culprit, r->verdict, sizeof(r->verdict));
}

void report_call_place(uint32_t pc, struct symbols *s, struct code_place *at)
{
	/* Without a call before it, lr was set by hand to a beginning. */
	uint32_t back = symbols_insn(s, pc - 4) == INSN_CALL ? 4 : 0;

	symbols_at(s, pc - back, 0, at);
	at->pc += back;
	at->offset += back;
}

/* In brackets the module, or in user mode the file. */
void report_place(const struct code_place *at, char *out, size_t size)
{
	const char *in = at->user ? at->program : at->module;
	const char *mode = !at->user ? "" : at->function[0] || *in ? "user mode, " : "user mode";
	int n = snprintf(out, size, "%s", mode);

	if (at->function[0])
		n += snprintf(out + n, size - (size_t)n, "%s+0x%x%s%s%s", at->function, at->offset,
			      *in ? " [" : "", in, *in ? "]" : "");
	else if (*in)
		n += snprintf(out + n, size - (size_t)n, "[%s]+0x%x", in,
			      at->user ? at->program_offset : at->module_offset);
	if (at->file[0] && (size_t)n < size)
		snprintf(out + n, size - (size_t)n, "  %s:%d", at->file, at->line);
}

void report_value(const uint8_t *bytes, uint32_t n, char *out, size_t size)
{
	bool number = n == 1 || n == 2 || n == 4 || n == 8;
	size_t used = 0;

	used += (size_t)snprintf(out, size, "%s", number ? "0x" : "");
	for (uint32_t i = 0; i < n && used + 3 < size; i++)
		used += (size_t)snprintf(out + used, size - used, number || !i ? "%02x" : " %02x",
					 bytes[number ? n - 1 - i : i]);
}

void report_value_span(const struct wire_finding *f, uint32_t *first, uint32_t *n)
{
	uint32_t at = f->first_pa - f->read.pa;

	*first = 0;
	*n = f->read.size < WIRE_VALUE ? f->read.size : WIRE_VALUE;
	/* A fetch is of a whole block: its first old instruction is enough. */
	if (f->by == COH_BY_FETCH && at < *n && (at & ~3u) + 4 <= *n) {
		*first = at & ~3u;
		*n = 4;
	}
}

static void print_place(FILE *out, const struct code_place *at)
{
	char place[512];

	report_place(at, place, sizeof(place));
	fprintf(out, "  pc 0x%08x%s%s\n", at->pc, *place ? "  " : "", place);
	if (at->inlined[0])
		fprintf(out, "    inlined there: %s\n", at->inlined);
}

static const char *attr_name(uint32_t attr)
{
	return attr == COH_UNCACHED	? "uncached"
	       : attr == COH_WRITE_BACK ? "cached"
					: "write-through";
}

bool report_shows_values(const struct wire_finding *f)
{
	return f->values_known && f->by != COH_BY_STORE;
}

bool report_values_same(const struct wire_finding *f)
{
	uint32_t first, n;

	report_value_span(f, &first, &n);
	return !memcmp(f->newest + first, f->old + first, n);
}

static void print_values(FILE *out, const struct wire_finding *f)
{
	char newest[64], old[64];
	uint32_t first, n;

	if (!report_shows_values(f))
		return;
	report_value_span(f, &first, &n);
	report_value(f->newest + first, n, newest, sizeof(newest));
	report_value(f->old + first, n, old, sizeof(old));
	if (report_values_same(f))
		fprintf(out, "  newest %s; the old value happens to be the same\n", newest);
	else
		fprintf(out, "  newest %s, a legal cache may answer %s\n", newest, old);
}

static void print_mm(FILE *out, uint32_t mm, const struct wire_owner *owner)
{
	char words[160];

	who_owned(owner, words, sizeof(words));
	fprintf(out, "  mm 0x%08x%s\n", mm, words);
}

static void print_who(FILE *out, const struct wire_context *c)
{
	char words[160];

	who_read(c, words, sizeof(words));
	if (*words)
		fprintf(out, "  %s\n", words);
}

static void print_read(FILE *out, const struct report *r)
{
	const struct wire_finding *f = r->f;
	const struct wire_access *a = &f->read;

	if (f->by == COH_BY_WALK)
		fprintf(out, "page-table walk for 0x%08x, reading the entry at physical 0x%08x:\n",
			a->va, a->pa);
	else if (words_is_of_device(f) || a->va == COH_VA_UNKNOWN)
		fprintf(out, "%s of %u bytes at physical 0x%08x, by %s:\n", words_access(f),
			a->size, a->pa, r->reader);
	else
		fprintf(out, "%s of %u byte%s at 0x%08x, physical 0x%08x, %s, %s:\n",
			words_access(f), a->size, a->size == 1 ? "" : "s", a->va, a->pa,
			attr_name(a->attr), a->user == 1 ? "user" : "privileged");
	if (!words_is_of_device(f)) {
		print_place(out, &r->read);
		fprintf(out, "  mm 0x%08x\n", a->mm);
		print_who(out, &f->context);
	}
	print_values(out, f);
}

static void print_calls(FILE *out, const struct report_call *call, unsigned n)
{
	char place[512];

	if (n)
		fprintf(out, "  called from:\n");
	for (unsigned i = 0; i < n; i++) {
		report_place(&call[i].at, place, sizeof(place));
		fprintf(out, "    %s%s\n", call[i].guessed ? "? " : "", place);
	}
}

static void print_writer_calls(FILE *out, const struct report *r)
{
	if (r->writer_chain == WRITER_NOT_SEEN && !r->write.user)
		fprintf(out, "  called from: not known, the second run did not see this store\n");
	if (r->writer_chain == WRITER_NOT_AGAIN && !r->write.user)
		fprintf(out, "  called from: not known, no second run came to this report\n");
	print_calls(out, r->writer_call, r->n_writer_calls);
}

static void print_write(FILE *out, const struct report *r)
{
	const struct wire_finding *f = r->f;
	uint32_t line = ~(f->granule - 1);

	if (f->by_device) {
		fprintf(out, "missed the write of %s to physical 0x%08x\n",
			*f->writer ? f->writer : "a device", f->first_pa);
		return;
	}
	if (!f->write.known) {
		if (f->cause != COH_OTHER_PAGE)
			fprintf(out, "missed a store that is not known any more\n");
		return;
	}
	if (f->by == COH_BY_DEVICE_WRITE)
		fprintf(out, "dirty since the store at 0x%08x, physical 0x%08x:\n", f->write.va,
			f->first_pa);
	else if (f->write.va == COH_VA_UNKNOWN)
		fprintf(out, "missed the store to physical 0x%08x:\n", f->first_pa);
	else if (f->by == COH_BY_WALK || f->cause == COH_OTHER_PAGE || f->read.va == COH_VA_UNKNOWN)
		fprintf(out, "missed the store at 0x%08x:\n", f->write.va);
	else
		fprintf(out, "missed the store at 0x%08x (%s):\n", f->write.va,
			(f->write.va ^ f->read.va) & line ? "another alias of that line"
							  : "the same alias");
	print_place(out, &r->write);
	print_mm(out, f->write.mm, &f->context.writer);
	if (r->write_if_last.pc) {
		char place[512];

		report_place(&r->write_if_last, place, sizeof(place));
		fprintf(out, "  if it was that process: %s\n", place);
	}
	print_writer_calls(out, r);
}

static void print_culprit(FILE *out, const struct report *r)
{
	const struct wire_finding *f = r->f;

	if (!f->culprit.known)
		return;
	if (f->culprit.va == COH_VA_UNKNOWN)
		fprintf(out, "%s by a whole-cache operation:\n",
			f->cause == COH_DISCARDED ? "discarded" : "overwritten");
	else
		fprintf(out, "%s through 0x%08x:\n",
			f->cause == COH_DISCARDED ? "discarded" : "overwritten", f->culprit.va);
	print_place(out, &r->culprit);
	print_mm(out, f->culprit.mm, &f->context.culprit);
}

static void print_mask(FILE *out, uint32_t mask, uint32_t granule)
{
	for (uint32_t i = 0; i < granule && i < 32; i++)
		putc(mask >> i & 1 ? 'o' : '.', out);
}

static void print_line(FILE *out, const struct wire_finding *f)
{
	fprintf(out, "cache line 0x%08x (%u bytes; . new, o old):\n  memory        ", f->line_pa,
		f->granule);
	print_mask(out, f->memory_stale, f->granule);
	putc('\n', out);
	for (uint32_t i = 0; i < f->n_copies && i < WIRE_COPIES; i++) {
		const struct wire_copy *c = &f->copy[i];

		fprintf(out, "  %c 0x%08x  ", c->insn ? 'I' : 'D', c->va);
		print_mask(out, c->stale, f->granule);
		fprintf(out, "  %s\n", c->dirty ? "dirty" : "clean");
	}
}

static void print_last(FILE *out, const struct report *r)
{
	const struct wire_maint *m = &r->f->last;
	char words[96], place[512];

	if (r->last_is_alias)
		fprintf(out, "last maintenance on the %s line 0x%08x: ", r->last_insn ? "I" : "D",
			r->last_va);
	else
		fprintf(out, "last maintenance on the line: ");
	if (!m->known) {
		fprintf(out, "none known\n");
		return;
	}
	words_maintenance(m, words, sizeof(words));
	report_place(&r->last, place, sizeof(place));
	fprintf(out, "%s", words);
	if (m->scope == 0 && m->va != COH_VA_UNKNOWN)
		fprintf(out, " through 0x%08x", m->va);
	fprintf(out, ", pc 0x%08x%s%s; it changed %s\n", m->pc, *place ? " " : "", place,
		m->changed ? "something" : "nothing");
}

void report_print(FILE *out, const struct report *r, bool colour)
{
	const char *red = colour ? RED : "", *bold = colour ? BOLD : "";
	const char *normal = colour ? NORMAL : "";

	fprintf(out, "%s\n%sCOHERER: %s%s\n\n", RULE, red, r->title, normal);
	print_read(out, r);
	print_calls(out, r->call, r->n_calls);
	print_write(out, r);
	print_culprit(out, r);
	print_line(out, r->f);
	print_last(out, r);
	fprintf(out, "%sverdict: %s\nmissing: %s%s\n%s\n", bold, r->verdict, r->missing, normal,
		RULE);
	fflush(out);
}
