// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/json.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "model/shadow.h"
#include "watch/runner/advice_json.h"
#include "watch/runner/order.h"
#include "watch/runner/summary.h"
#include "watch/runner/who.h"
#include "watch/runner/words.h"

static json_t *hex(uint32_t value)
{
	return json_sprintf("0x%08x", value);
}

/* Command lines and names from a guest need not be UTF-8. */
static json_t *text(const char *s)
{
	json_t *j = json_string(s);
	char *ascii;

	if (j)
		return j;
	ascii = strdup(s);
	for (char *c = ascii; c && *c; c++)
		if (*c & 0x80)
			*c = '?';
	j = ascii ? json_string(ascii) : json_null();
	free(ascii);
	return j;
}

static void dump(FILE *out, json_t *value)
{
	if (!value || json_dumpf(value, out, JSON_COMPACT | JSON_ENCODE_ANY))
		fputs("null", out);
	json_decref(value);
}

static void set_place(json_t *o, const struct code_place *at)
{
	json_object_set_new(o, "pc", hex(at->pc));
	if (at->function[0]) {
		json_object_set_new(o, "function", text(at->function));
		json_object_set_new(o, "offset", json_sprintf("0x%x", at->offset));
	}
	if (at->file[0]) {
		json_object_set_new(o, "file", text(at->file));
		json_object_set_new(o, "line", json_integer(at->line));
	}
	if (at->inlined[0])
		json_object_set_new(o, "inlined", text(at->inlined));
	if (at->module[0]) {
		json_object_set_new(o, "module", text(at->module));
		json_object_set_new(o, "module_offset", json_sprintf("0x%x", at->module_offset));
	}
	if (at->program[0]) {
		json_object_set_new(o, "program", text(at->program));
		json_object_set_new(o, "program_offset", json_sprintf("0x%x", at->program_offset));
	}
	json_object_set_new(o, "user", json_boolean(at->user));
}

static void set_access(json_t *o, const struct wire_access *a)
{
	if (a->va != COH_VA_UNKNOWN)
		json_object_set_new(o, "va", hex(a->va));
	json_object_set_new(o, "pa", hex(a->pa));
	json_object_set_new(o, "mm", hex(a->mm));
	if (a->size)
		json_object_set_new(o, "size", json_integer(a->size));
}

static json_t *value_of(const uint8_t *bytes, uint32_t n)
{
	char words[64];

	report_value(bytes, n, words, sizeof(words));
	return text(words);
}

static json_t *read_of(const struct report *r)
{
	static const char *const attrs[] = {
		[COH_UNCACHED] = "uncached",
		[COH_WRITE_BACK] = "write-back",
		[COH_WRITE_THROUGH] = "write-through",
	};
	const struct wire_finding *f = r->f;
	json_t *o = json_object();
	uint32_t first, n;

	json_object_set_new(o, "access", text(words_access(f)));
	/* A device has no instruction, no address space and no attribute. */
	if (words_is_of_device(f)) {
		json_object_set_new(o, "device", text(r->reader));
		json_object_set_new(o, "pa", hex(f->read.pa));
		json_object_set_new(o, "size", json_integer(f->read.size));
	} else {
		set_place(o, &r->read);
		set_access(o, &f->read);
		if (f->read.attr < sizeof(attrs) / sizeof(*attrs))
			json_object_set_new(o, "attr", text(attrs[f->read.attr]));
		who_read_json(o, &f->context);
	}
	if (f->values_known && f->by != COH_BY_STORE) {
		report_value_span(f, &first, &n);
		json_object_set_new(o, "newest", value_of(f->newest + first, n));
		json_object_set_new(o, "old", value_of(f->old + first, n));
	}
	return o;
}

static json_t *write_of(const struct report *r)
{
	const struct wire_finding *f = r->f;
	json_t *o = json_object();

	json_object_set_new(o, "by",
			    text(f->by_device	  ? "device"
				 : f->write.known ? "cpu"
						  : "unknown"));
	if (f->by_device && *f->writer)
		json_object_set_new(o, "device", text(f->writer));
	if (f->write.known && !f->by_device) {
		set_place(o, &r->write);
		set_access(o, &f->write);
		who_owned_json(o, &f->context.writer);
		if (r->write_if_last.pc) {
			json_t *maybe = json_object();

			set_place(maybe, &r->write_if_last);
			json_object_set_new(o, "if_last_seen", maybe);
		}
	}
	return o;
}

static json_t *culprit_of(const struct report *r)
{
	json_t *o;

	if (!r->f->culprit.known)
		return json_null();
	o = json_object();
	set_place(o, &r->culprit);
	set_access(o, &r->f->culprit);
	who_owned_json(o, &r->f->context.culprit);
	return o;
}

static json_t *copies_of(const struct wire_finding *f)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < f->n_copies && i < WIRE_COPIES; i++) {
		const struct wire_copy *c = &f->copy[i];

		json_array_append_new(list,
				      json_pack("{s:s, s:o, s:b, s:o}", "side", c->insn ? "I" : "D",
						"va", hex(c->va), "dirty", (int)c->dirty, "stale",
						hex(c->stale)));
	}
	return list;
}

static const char *side_of(uint32_t insn)
{
	return insn == 0 ? "D" : insn == 1 ? "I" : "both";
}

static const char *scope_of(uint32_t scope)
{
	return scope == 0 ? "address" : scope == 1 ? "set and way" : "whole cache";
}

static json_t *last_of(const struct report *r)
{
	const struct wire_maint *m = &r->f->last;
	json_t *o;

	if (!m->known)
		return json_null();
	o = json_pack("{s:s, s:s, s:s, s:b}", "op", coh_op_name((enum coh_op)m->op), "side",
		      side_of(m->insn), "scope", scope_of(m->scope), "changed", (int)m->changed);
	set_place(o, &r->last);
	if (m->scope == 0)
		json_object_set_new(o, "va", hex(m->va));
	return o;
}

static json_t *calls_of(const struct report_call *call, unsigned n)
{
	json_t *list = json_array();
	char place[512];

	for (unsigned i = 0; i < n; i++) {
		report_place(&call[i].at, place, sizeof(place));
		json_array_append_new(list,
				      json_sprintf("%s%s", call[i].guessed ? "? " : "", place));
	}
	return list;
}

static json_t *report_of(const struct report *r, const struct advice *a, struct symbols *s,
			 uint32_t group)
{
	json_t *o = json_object();

	json_object_set_new(o, "id", json_integer(r->f->id));
	json_object_set_new(o, "kind", text(r->kind));
	json_object_set_new(o, "title", text(r->title));
	json_object_set_new(o, "reader", text(r->reader));
	json_object_set_new(o, "writer", text(r->writer));
	json_object_set_new(o, "certain", json_boolean(r->f->certain));
	json_object_set_new(o, "suppressed", json_boolean(!group));
	json_object_set_new(o, "group", group ? json_integer(group) : json_null());
	json_object_set_new(o, "read", read_of(r));
	json_object_set_new(o, "write", write_of(r));
	json_object_set_new(o, "culprit", culprit_of(r));
	if (r->f->cause == COH_OTHER_PAGE)
		json_object_set_new(o, "other_pa", hex(r->f->other_pa));
	json_object_set_new(o, "line_pa", hex(r->f->line_pa));
	json_object_set_new(o, "copies", copies_of(r->f));
	json_object_set_new(o, "memory_stale", hex(r->f->memory_stale));
	json_object_set_new(o, "last_maintenance", last_of(r));
	json_object_set_new(o, "verdict", text(r->verdict));
	json_object_set_new(o, "missing", text(r->missing));
	json_object_set_new(o, "advice", advice_json(a, r->f, s));
	json_object_set_new(o, "calls", calls_of(r->call, r->n_calls));
	if (r->writer_chain == WRITER_KNOWN)
		json_object_set_new(o, "writer_calls", calls_of(r->writer_call, r->n_writer_calls));
	else if (r->writer_chain != WRITER_NOT_ASKED)
		json_object_set_new(o, "writer_calls", json_null());
	return o;
}

int json_open(struct json_file *j, const char *path, char *const *command)
{
	json_t *words = json_array();

	for (char *const *c = command; *c; c++)
		json_array_append_new(words, text(*c));
	j->any = false;
	j->out = fopen(path, "we");
	if (!j->out) {
		json_decref(words);
		return -1;
	}
	fputs("{\"coherer\":", j->out);
	dump(j->out, text(COHERER_VERSION));
	fputs(",\n\"command\":", j->out);
	dump(j->out, words);
	fputs(",\n\"reports\":[", j->out);
	return 0;
}

void json_report(struct json_file *j, const struct report *r, const struct advice *a,
		 struct symbols *s, uint32_t group)
{
	if (!j->out)
		return;
	fputs(j->any ? ",\n" : "\n", j->out);
	j->any = true;
	dump(j->out, report_of(r, a, s, group));
	fflush(j->out);
}

static json_t *counts_of(const struct tally *t)
{
	json_t *o = json_object();
	char id[16];

	for (size_t i = 0; i < t->n_titles; i++) {
		snprintf(id, sizeof(id), "%u", t->title[i].id);
		json_object_set_new(o, id, json_integer((json_int_t)t->title[i].count));
	}
	return o;
}

static json_t *groups_of(const struct tally *t, const struct groups *groups)
{
	size_t n, n_groups;
	struct ordered_title *order = order_titles(t, groups, &n, &n_groups);
	json_t *list = json_array(), *reports = NULL;

	for (size_t i = 0; order && i < n; i++) {
		const struct ordered_title *x = &order[i];

		if (x->begins) {
			reports = json_array();
			json_array_append_new(
				list, json_pack("{s:I, s:I, s:b, s:o}", "group",
						(json_int_t)t->title[x->first].id, "count",
						(json_int_t)x->count, "old_is_newest",
						x->rank >= GROUP_RANK_SAME, "reports", reports));
		}
		json_array_append_new(reports, json_integer(x->title->id));
	}
	free(order);
	return list;
}

static json_t *suppressions_of(const struct suppressions *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->n; i++) {
		const struct suppression *e = &s->entry[i];

		json_array_append_new(
			list, json_pack("{s:o, s:i, s:I}", "pattern",
					json_sprintf("%s %s %s", e->kind, e->reader, e->writer),
					"line", e->line, "count", (json_int_t)e->count));
	}
	return list;
}

static void set_counts(json_t *o, const struct wire_maint_site *site)
{
	uint64_t dropped = site->count - site->redundant - site->wrote;
	bool known = callers_knows_effect(site);

	json_object_set_new(o, "count", json_integer((json_int_t)site->count));
	json_object_set_new(o, "redundant", json_integer((json_int_t)site->redundant));
	json_object_set_new(o, "wrote_back",
			    known ? json_integer((json_int_t)site->wrote) : json_null());
	json_object_set_new(o, "dropped", known ? json_integer((json_int_t)dropped) : json_null());
}

static json_t *callers_of_node(const struct callers_node *node, struct symbols *s)
{
	json_t *list = json_array();

	for (const struct callers_node *n = node ? node->callers : NULL; n; n = n->next) {
		json_t *o = json_object();
		struct code_place at;

		report_call_place(n->site.pc, s, &at);
		set_place(o, &at);
		json_object_set_new(o, "guessed", json_boolean(n->guessed));
		set_counts(o, &n->site);
		json_object_set_new(o, "callers", callers_of_node(n, s));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *redundant_of(const struct json_end *end)
{
	const struct tally *t = end->tally;
	struct wire_maint_site *site = summary_sorted_sites(t);
	json_t *list = json_array();

	for (size_t i = 0; site && i < t->n_sites; i++) {
		json_t *o =
			json_pack("{s:s, s:s, s:s}", "op", coh_op_name((enum coh_op)site[i].op),
				  "side", side_of(site[i].insn), "scope", scope_of(site[i].scope));
		const struct callers_node *node = callers_of(end->callers, &site[i]);
		struct code_place at;

		symbols_at(end->symbols, site[i].pc, 0, &at);
		set_place(o, &at);
		set_counts(o, &site[i]);
		json_object_set_new(o, "callers", callers_of_node(node, end->symbols));
		json_array_append_new(list, o);
	}
	free(site);
	return list;
}

static json_t *counters_of(const struct wire_end *e)
{
	const struct {
		const char *name;
		uint64_t value;
	} counter[] = {
		{ "loads", e->loads },
		{ "stores", e->stores },
		{ "fetches", e->fetches },
		{ "walks", e->walks },
		{ "maint_line", e->maint_line },
		{ "maint_all", e->maint_all },
		{ "sweeps", e->sweeps },
		{ "findings", e->findings },
		{ "findings_lost", e->findings_lost },
		{ "device_bytes", e->device_bytes },
		{ "device_accesses_lost", e->device_accesses_lost },
		{ "unchecked_translations", e->unchecked_translations },
		{ "unchecked_accesses", e->unchecked_accesses },
		{ "copies_dropped", e->copies_dropped },
		{ "lines_forgotten", e->lines_forgotten },
		{ "pages", e->pages },
		{ "inconsistent", e->inconsistent },
	};
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof(counter) / sizeof(*counter); i++)
		json_object_set_new(o, counter[i].name, json_integer((json_int_t)counter[i].value));
	return o;
}

static json_t *devices_of(const struct tally *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->n_devices; i++) {
		const struct wire_device *d = &t->device[i];

		json_array_append_new(list, json_pack("{s:o, s:b, s:I, s:I, s:I, s:I}", "name",
						      text(d->name), "coherent", (int)d->coherent,
						      "reads", (json_int_t)d->reads, "writes",
						      (json_int_t)d->writes, "bytes_read",
						      (json_int_t)d->bytes_read, "bytes_written",
						      (json_int_t)d->bytes_written));
	}
	return list;
}

static json_t *notes_of(const struct tally *t)
{
	char gap[TALLY_GAPS][TALLY_GAP_LEN];
	unsigned n = tally_gaps(t, gap);
	json_t *list = json_array();

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list, text(gap[i]));
	for (size_t i = 0; i < t->n_notes; i++)
		if (!t->note[i].warning)
			json_array_append_new(list, text(t->note[i].text));
	return list;
}

static void member(FILE *out, const char *name, json_t *value)
{
	fprintf(out, ",\n\"%s\":", name);
	dump(out, value);
}

int json_close(struct json_file *j, const struct json_end *end)
{
	const struct tally *t = end->tally;
	char gap[TALLY_GAPS][TALLY_GAP_LEN];
	int failed;

	if (!j->out)
		return 0;
	fputs("\n]", j->out);
	member(j->out, "cpu", t->has_hello ? text(t->hello.cpu) : json_null());
	member(j->out, "qemu", t->has_hello ? text(t->hello.qemu) : json_null());
	member(j->out, "write_allocate", json_boolean(t->hello.write_allocate));
	member(j->out, "ram_seen", json_boolean(t->hello.sees_ram));
	member(j->out, "devices_seen", json_boolean(t->hello.sees_devices));
	if (t->has_hello && !t->hello.sees_devices)
		member(j->out, "devices_not_seen_because", text(t->hello.why_not));
	member(j->out, "devices", devices_of(t));
	member(j->out, "counts", counts_of(t));
	member(j->out, "groups", groups_of(t, end->groups));
	member(j->out, "suppressions", suppressions_of(end->suppressions));
	if (end->redundant)
		member(j->out, "redundant", redundant_of(end));
	member(j->out, "counters", counters_of(&t->end));
	member(j->out, "complete", json_boolean(!tally_gaps(t, gap)));
	member(j->out, "notes", notes_of(t));
	member(j->out, "exit", json_integer(end->exit_code));
	fputs("\n}\n", j->out);
	errno = 0;
	failed = fflush(j->out) || ferror(j->out);
	failed |= fclose(j->out) != 0;
	j->out = NULL;
	if (failed && !errno)
		errno = EIO; /* an earlier report failed: its reason is gone */
	return failed ? -1 : 0;
}
