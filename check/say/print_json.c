// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <jansson.h>
#include <string.h>

#include "check/say/print.h"

/* NULL from any of them makes the whole NULL, and the caller says that there is no memory. */

/* A test's texts are plain, but its path may be anything. */
static json_t *text_of(const char *text)
{
	json_t *s = json_string(text);

	if (s)
		return s;
	return json_string("(not UTF-8)");
}

static json_t *bits_of(unsigned bits)
{
	static const char *const names[] = { "stale", "lost", "deadlock", "irq" };
	json_t *list = json_array();

	for (unsigned i = 0; i < 4; i++)
		if (bits >> i & 1)
			json_array_append_new(list, json_string(names[i]));
	return list;
}

static json_t *outcomes(const struct litmus *t, const struct verdict *v)
{
	json_t *list = json_array();
	char text[LITMUS_NAME * 2];

	for (unsigned i = 0; i < v->n_outcomes; i++) {
		const struct outcome *o = &v->outcome[i];
		json_t *values = json_object();

		for (unsigned k = 0; k < v->n_places; k++) {
			print_place(t, &v->place[k], text, sizeof(text));
			json_object_set_new(values, text, json_integer(o->value[k]));
		}
		json_array_append_new(list, json_pack("{s:o, s:o, s:b, s:I}", "values", values,
						      "found", bits_of(o->bits), "holds", o->holds,
						      "states", (json_int_t)o->states));
	}
	return list;
}

static json_t *words(const uint32_t *word, unsigned n)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list, json_integer(word[i]));
	return list;
}

static json_t *copies(const struct litmus *t, const struct trail_step *s)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < s->n_copies; i++) {
		const struct copy_state *c = &s->copy[i];

		json_array_append_new(
			list,
			json_pack("{s:s*, s:s*, s:i, s:s, s:i, s:b, s:b, s:o}", "alias",
				  c->alias == LITMUS_NONE ? NULL : t->alias[c->alias].name, "page",
				  c->page == LITMUS_NONE ? NULL : t->page[c->page].name, "line",
				  c->line, "cache",
				  c->outer  ? "outer"
				  : c->side ? "insn"
					    : "data",
				  "cpu", c->cpu, "dirty", c->dirty, "stale", c->stale, "words",
				  words(c->word, t->words)));
	}
	return list;
}

static json_t *memory(const struct litmus *t, const struct trail_step *s)
{
	json_t *pages = json_object();

	for (uint8_t p = 0; p < t->n_pages; p++)
		json_object_set_new(pages, t->page[p].name,
				    words(s->memory[p], (unsigned)t->lines * t->words));
	return pages;
}

static json_t *trail(const struct litmus *t, const struct trail *trail)
{
	json_t *list = json_array();

	for (unsigned i = 0; trail && i < trail->n; i++) {
		const struct trail_step *s = &trail->step[i];
		json_t *step = json_pack(
			"{s:s, s:s*, s:i, s:o, s:o}", "what", s->event.text, "context",
			s->event.context == LITMUS_NONE ? NULL : t->context[s->event.context].name,
			"cpu", s->event.cpu, "memory", memory(t, s), "copies", copies(t, s));

		if (s->event.instr)
			json_object_set_new(step, "line", json_integer(s->event.instr->at.line));
		if (s->event.has_value) {
			json_object_set_new(step, "read", json_integer(s->event.value));
			json_object_set_new(step, "stale", json_boolean(s->event.stale));
			json_object_set_new(step, "newest", json_integer(s->event.newest));
		}
		json_array_append_new(list, step);
	}
	return list;
}

static json_t *redundant(const struct litmus *t, const struct verdict *v)
{
	json_t *list = json_array();
	char text[128];

	for (unsigned i = 0; i < v->n_redundant; i++) {
		const struct litmus_context *c = &t->context[v->redundant[i].context];
		const struct litmus_instr *instr = &c->instr[v->redundant[i].instr];

		litmus_instr_text(t, c, instr, text, sizeof(text));
		json_array_append_new(list, json_pack("{s:s, s:i, s:s}", "context", c->name, "line",
						      (int)instr->at.line, "statement", text));
	}
	return list;
}

char *print_json(const struct litmus *t, const struct target *target, const struct verdict *v,
		 const char *name, enum litmus_verdict expected, const char *status)
{
	char hash[20], condition[512], *text;
	json_t *o;

	snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)v->hash);
	print_condition(t, condition, sizeof(condition));
	o = json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:b, s:s, s:I, s:I, s:I, s:I, s:f, s:s}",
		      "name", name, "test", t->name, "file", text_of(t->path), "cache",
		      target->name, "policy", target->policy, "verdict", verdict_name(v),
		      "complete", v->finished, "condition", condition, "positive",
		      (json_int_t)v->positive, "negative", (json_int_t)v->negative, "states",
		      (json_int_t)v->states, "transitions", (json_int_t)v->transitions, "seconds",
		      v->seconds, "hash", hash);
	if (!o)
		return NULL;
	json_object_set_new(o, "status", json_string(status));
	if (expected)
		json_object_set_new(o, "expected", json_string(litmus_verdict_name(expected)));
	if (v->in_order)
		json_object_set_new(o, "not_reading_ahead", json_string(found_name(v->in_order)));
	if (v->error[0])
		json_object_set_new(o, "error",
				    json_pack("{s:s, s:i, s:i}", "text", v->error, "line",
					      (int)v->error_at.line, "column",
					      (int)v->error_at.column));
	json_object_set_new(o, "bytes", json_integer((json_int_t)v->bytes));
	json_object_set_new(o, "found", bits_of(v->bits));
	json_object_set_new(o, "outcomes", outcomes(t, v));
	json_object_set_new(o, "redundant", redundant(t, v));
	json_object_set_new(o, "example", trail(t, v->trail));
	text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(o);
	return text;
}

char *print_json_without(const char *name, const char *path, const char *status, const char *why,
			 struct litmus_at at)
{
	json_t *o = json_pack("{s:o, s:o, s:s, s:s}", "name", text_of(name), "file", text_of(path),
			      "verdict", strcmp(status, "error") ? "Incomplete" : "Error", "status",
			      status);
	json_t *error = json_pack("{s:o}", "text", text_of(why));
	char *text;

	if (at.line) {
		json_object_set_new(error, "line", json_integer(at.line));
		json_object_set_new(error, "column", json_integer(at.column));
	}
	json_object_set_new(o, "error", error);
	text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(o);
	return text;
}
