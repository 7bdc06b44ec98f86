// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <ctype.h>
#include <string.h>

#include "check/say/print.h"

void print_name(const struct litmus *test, const struct target *target, bool several, char *name,
		size_t size)
{
	snprintf(name, size, "%s%s%s%s%s", test->name, several ? "@" : "",
		 several ? target->name : "", several && target->policy[0] ? "/" : "",
		 several ? target->policy : "");
}

void print_bits(unsigned bits, char *text, size_t size)
{
	static const char *const names[] = { "stale", "lost", "deadlock", "irq" };
	size_t n = 0;

	*text = 0;
	for (unsigned i = 0; i < 4; i++)
		if (bits >> i & 1 && n < size)
			n += (size_t)snprintf(text + n, size - n, "%s%s", n ? ", " : "", names[i]);
}

void print_place(const struct litmus *t, const struct litmus_term *place, char *text, size_t size)
{
	const struct litmus_context *c = &t->context[place->context];
	const char *name = c->name;

	switch (place->kind) {
	case TERM_REG:
		/* P0 is 0, as everybody writes it. */
		if (name[0] == 'P' && isdigit((unsigned char)name[1]))
			name++;
		snprintf(text, size, "%s:%s", name, c->reg[place->index]);
		return;
	case TERM_VAR:
		snprintf(text, size, "%s", t->var[place->index]);
		return;
	default:
		snprintf(text, size, "%s[%u]", t->page[place->index].name, place->word);
	}
}

/* From its keyword to the end of its bracket, on one line. */
void print_condition(const struct litmus *t, char *text, size_t size)
{
	const char *p = t->text, *end = t->text + t->len;
	unsigned depth = 0;
	size_t n = 0;

	if (t->condition_at.line == t->name_at.line) {
		snprintf(text, size, "exists (hazard)");
		return;
	}
	for (uint32_t line = 1; line < t->condition_at.line && p < end; p++)
		line += *p == '\n';
	for (p += t->condition_at.column - 1; p < end && n + 1 < size; p++) {
		bool blank = isspace((unsigned char)*p);

		if (!blank || (n && text[n - 1] != ' '))
			text[n++] = blank ? ' ' : *p;
		depth += *p == '(';
		if (*p == ')' && !--depth)
			break;
	}
	text[n] = 0;
}

static void print_outcome(FILE *out, const struct litmus *t, const struct verdict *v,
			  const struct outcome *o)
{
	char text[LITMUS_NAME * 2], value[LITMUS_VALUE];

	fprintf(out, "%llu%s", (unsigned long long)o->states, o->holds ? " *" : "  ");
	for (unsigned i = 0; i < v->n_places; i++) {
		print_place(t, &v->place[i], text, sizeof(text));
		fprintf(out, " %s=%s;", text, litmus_value_text(t, o->value[i], value));
	}
	print_bits(o->bits, text, sizeof(text));
	fprintf(out, "%s%s\n", *text ? " " : "", text);
}

/* That something is never so is known when all was tried. */
static bool is_ok(const struct litmus *t, const struct verdict *v)
{
	switch (t->quantifier) {
	case LITMUS_EXISTS:
		return v->positive;
	case LITMUS_NOT_EXISTS:
		return v->finished && !v->positive;
	default:
		return v->finished && !v->negative;
	}
}

void print_herd(FILE *out, const struct litmus *t, const struct target *target,
		const struct verdict *v, const char *name, bool whole)
{
	static const char *const modes[] = { "Allowed", "Forbidden", "Required" };
	char condition[512];

	print_condition(t, condition, sizeof(condition));
	if (whole) {
		fprintf(out, "Test %s %s\n", name, modes[t->quantifier]);
		fprintf(out, "Cache %s%s%s\n", target->name, target->policy[0] ? ", policy " : "",
			target->policy);
		fprintf(out, "States %u\n", v->n_outcomes);
		for (unsigned i = 0; i < v->n_outcomes; i++)
			print_outcome(out, t, v, &v->outcome[i]);
		fprintf(out, "%s\nWitnesses\nPositive: %llu Negative: %llu\nCondition %s\n",
			is_ok(t, v) ? "Ok" : "No", (unsigned long long)v->positive,
			(unsigned long long)v->negative, condition);
	}
	fprintf(out, "Observation %s %s %llu %llu\n", name, verdict_name(v),
		(unsigned long long)v->positive, (unsigned long long)v->negative);
	if (v->in_order == FOUND_NEVER)
		fprintf(out,
			"Ahead %s %s if data is read ahead, Never if not (speculate nothing)\n",
			name, verdict_name(v));
	if (v->bound)
		fprintf(out, "Bound %s stopped after %llu states, in %.1f s: %s\n", name,
			(unsigned long long)v->states, v->seconds, v->bound);
	if (!whole)
		return;
	fprintf(out, "Explored %llu states, %llu transitions, %zu bytes\n",
		(unsigned long long)v->states, (unsigned long long)v->transitions, v->bytes);
	fprintf(out, "Time %s %.2f\nHash=%016llx\n", name, v->seconds, (unsigned long long)v->hash);
}

void print_redundant(FILE *out, const struct litmus *t, const struct verdict *v)
{
	for (unsigned i = 0; i < v->n_redundant; i++) {
		const struct litmus_context *c = &t->context[v->redundant[i].context];
		const struct litmus_instr *instr = &c->instr[v->redundant[i].instr];
		char text[128];

		litmus_instr_text(t, c, instr, text, sizeof(text));
		fprintf(out, "%s:%u: redundant: %s in %s changed nothing in any execution\n",
			t->path, instr->at.line, text, c->name);
	}
}

void print_wrong(FILE *out, const char *path, const char *text, size_t len, struct litmus_at at,
		 const char *what, bool colour)
{
	const char *p = text, *end = text + len, *stop;

	fprintf(out, "%s:%u:%u: %serror:%s %s\n", path, at.line, at.column,
		colour ? "\033[31;1m" : "", colour ? "\033[0m" : "", what);
	if (!text)
		return;
	for (uint32_t line = 1; line < at.line && p < end; p++)
		line += *p == '\n';
	stop = memchr(p, '\n', (size_t)(end - p));
	if (!stop)
		stop = end;
	if (stop - p > 200 || !at.column)
		return;
	fputs("    ", out);
	for (const char *q = p; q < stop; q++)
		fputc(isprint((unsigned char)*q) || *q == '\t' ? *q : '?', out);
	fputs("\n    ", out);
	for (const char *q = p; q < stop && q < p + at.column - 1; q++)
		fputc(*q == '\t' ? '\t' : ' ', out);
	fputs("^\n", out);
}
