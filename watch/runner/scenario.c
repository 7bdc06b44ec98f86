// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/scenario.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ALIASES_MAX 11	 /* check takes 12 in a file */
#define FOREIGN	    1000 /* what other pages hold: no value that is stored */

/* An address of this line, or (foreign) of the other page that was at an address before. */
struct name {
	uint32_t va;
	uint8_t attr;
	bool foreign;
	uint32_t pa; /* foreign only */
};

struct scenario {
	FILE *out;
	const struct report *r;
	const struct wire_finding *f;
	const struct advice *a;
	struct symbols *s;
	const struct coh_cpu *cpu;
	bool write_allocate;
	bool fixed;
	uint32_t word0; /* these bytes are word 0, all others word 1 */
	unsigned bad;	/* the word in question */
	struct name name[ALIASES_MAX];
	unsigned n_names;
	unsigned value;	 /* the last that was stored */
	unsigned newest; /* of word 0 */
	unsigned turn;	 /* whose turn it is: the device's where it is odd */
};

int scenario_folder(const char *folder)
{
	struct stat st;

	if (!mkdir(folder, 0777))
		return 0;
	if (errno != EEXIST || stat(folder, &st))
		return -1;
	if (S_ISDIR(st.st_mode))
		return 0;
	errno = ENOTDIR;
	return -1;
}

/* ---- names ---- */

static uint32_t line_of(const struct scenario *c, uint32_t va)
{
	return va & ~(c->f->granule - 1);
}

static int find_name(const struct scenario *c, uint32_t va, uint8_t attr, bool foreign, uint32_t pa)
{
	for (unsigned i = 0; i < c->n_names; i++)
		if (c->name[i].va == line_of(c, va) && c->name[i].foreign == foreign &&
		    (foreign ? c->name[i].pa == pa
			     : (c->name[i].attr == COH_UNCACHED) == (attr == COH_UNCACHED)))
			return (int)i;
	return -1;
}

/* False: one name cannot be both. */
static bool add_name(struct scenario *c, uint32_t va, uint8_t attr, bool foreign, uint32_t pa)
{
	int i = find_name(c, va, attr, foreign, pa);

	if (i >= 0)
		return c->name[i].attr == attr;
	if (c->n_names == ALIASES_MAX)
		return false;
	c->name[c->n_names++] = (struct name){ line_of(c, va), attr, foreign, pa };
	return true;
}

static bool is_access(const struct wire_event *e)
{
	return e->kind <= COH_EVENT_FETCH;
}

static bool of_device(const struct wire_finding *f)
{
	return f->by == COH_BY_DEVICE || f->by == COH_BY_DEVICE_WRITE || f->by == COH_BY_WALK;
}

/* Accesses first, so that an address that is only maintained is a cached one. */
static bool name_all(struct scenario *c)
{
	const struct wire_finding *f = c->f;
	uint32_t other;
	bool ok = true;

	if (!of_device(f))
		ok &= add_name(c, f->read.va, (uint8_t)f->read.attr, false, 0);
	for (uint32_t i = 0; i < f->n_events; i++) {
		const struct wire_event *e = &f->event[i];

		if (is_access(e))
			ok &= add_name(c, e->va, e->attr, false, 0);
		ok &= e->kind != COH_EVENT_COHERENT_WRITE;
	}
	for (uint32_t i = 0; i < f->n_events; i++) {
		const struct wire_event *e = &f->event[i];

		if (replay_other_page(e, &other)) {
			ok &= find_name(c, e->va, COH_WRITE_BACK, false, 0) >= 0 ||
			      add_name(c, e->va, COH_WRITE_BACK, false, 0);
			ok &= add_name(c, e->va, COH_WRITE_BACK, true, other);
			/* The other page's names are of cached memory. */
			ok &= e->kind == COH_EVENT_HOMONYM || e->attr == COH_WRITE_BACK;
		}
		if (e->kind == COH_EVENT_LINE && find_name(c, e->va, COH_WRITE_BACK, false, 0) < 0)
			ok &= add_name(c, e->va, COH_WRITE_BACK, false, 0);
	}
	return ok;
}

static char letter(const struct scenario *c, uint32_t va, uint8_t attr)
{
	int i = find_name(c, va, attr, false, 0);

	return (char)('A' + (i < 0 ? 0 : i));
}

/* ---- the program ---- */

/* Where it happened, as a comment. */
static void say_where(const struct scenario *c, uint32_t pc)
{
	struct code_place at;

	if (!pc) {
		fprintf(c->out, "\n");
		return;
	}
	symbols_at(c->s, pc, 2, &at);
	fprintf(c->out, " // %s%spc 0x%08x\n", at.user ? "user mode" : at.function,
		at.user || at.function[0] ? ", " : "", pc);
}

static void say_op(const struct scenario *c, enum coh_op op, enum coh_side side, char name)
{
	if (side == COH_INSN)
		fprintf(c->out, "\tinvalidate_icache(%c[0]);", name);
	else
		fprintf(c->out, "\t%s(%c[0]);", coh_op_name(op), name);
}

/* The advice, where this is its place. */
static void say_advice(const struct scenario *c, uint32_t place, bool foreign)
{
	for (unsigned i = 0; c->fixed && i < c->a->n_steps; i++) {
		const struct replay_op *op = &c->a->step[i].op;
		char name = letter(c, op->va, COH_WRITE_BACK);

		if (!replay_is_at(c->f, op, place) || replay_is_leaving(c->f, op, place) != foreign)
			continue;
		if (foreign)
			name = (char)('A' + find_name(c, op->va, 0, true,
						      c->f->event[place].bytes & ~1u));
		say_op(c, op->op, op->side, name);
		fprintf(c->out, " // the advice\n");
	}
}

/* The next value, which is the newest of the word in question if it goes there. */
static unsigned next_value(struct scenario *c, unsigned word)
{
	c->value++;
	if (word == c->bad)
		c->newest = c->value;
	return c->value;
}

static bool touches(const struct scenario *c, uint32_t bytes, unsigned word)
{
	return bytes & (word ? ~c->word0 : c->word0);
}

static void say_stores(struct scenario *c, const char *what, char object, uint32_t bytes,
		       uint32_t pc)
{
	for (unsigned word = 0; word < 2; word++) {
		if (!touches(c, bytes, word))
			continue;
		fprintf(c->out, "\t%s(%c[%u], %u);", what, object, word, next_value(c, word));
		say_where(c, pc);
	}
}

/* Values that event i stores in another page. */
static unsigned foreign_values(const struct scenario *c, uint32_t i)
{
	const struct wire_event *e = &c->f->event[i];

	if (e->kind == COH_EVENT_OVERWRITE)
		return !!(e->bytes & c->word0) + !!(e->bytes & ~c->word0);
	return e->kind == COH_EVENT_HOMONYM && e->side == COH_DATA && e->bytes & 1 &&
	       !replay_is_left_dirty(c->f, i);
}

/* Another page's store: whether it hits this page's line depends on what is in the cache. */
static void say_overwrite(struct scenario *c, uint32_t i)
{
	const struct wire_event *e = &c->f->event[i];
	char mine = letter(c, e->va, COH_WRITE_BACK);
	char its = (char)('A' + find_name(c, e->va, 0, true, e->mm));

	fprintf(c->out, "\tunmap(%c);\n\tmap(%c);\n", mine, its);
	for (unsigned word = 0; word < 2; word++) {
		if (!touches(c, e->bytes, word))
			continue;
		fprintf(c->out, "\tstore(%c[%u], %u);", its, word, ++c->value);
		say_where(c, e->pc);
	}
	fprintf(c->out, "\tunmap(%c);\n\tmap(%c);\n", its, mine);
}

static void say_homonym(struct scenario *c, uint32_t i)
{
	const struct wire_event *e = &c->f->event[i];
	int other = find_name(c, e->va, 0, true, e->bytes & ~1u);
	char mine = letter(c, e->va, COH_WRITE_BACK), its = (char)('A' + other);

	fprintf(c->out, "\tunmap(%c);\n\tmap(%c);\n", mine, its);
	if (e->side == COH_INSN)
		fprintf(c->out, "\tfetch(%c);\n", its);
	else if (foreign_values(c, i))
		fprintf(c->out, "\tstore(%c[%u], %u);\n", its, c->bad, ++c->value);
	else if (!(e->bytes & 1))
		fprintf(c->out, "\tload(%c);\n", its);
	say_advice(c, i, true);
	fprintf(c->out, "\tunmap(%c);\n\tmap(%c);\n", its, mine);
}

static void say_whole(const struct scenario *c, const struct wire_event *e)
{
	if (e->side == COH_INSN && e->op == COH_CLEAN)
		return;
	if (e->side == COH_INSN)
		fprintf(c->out, "\tinvalidate_icache_all();");
	else
		fprintf(c->out, "\t%s_all();", coh_op_name((enum coh_op)e->op));
	say_where(c, e->pc);
}

static void say_read(const struct scenario *c, const struct wire_event *e)
{
	fprintf(c->out, "\t%s(%c[%d]);", e->kind == COH_EVENT_FETCH ? "fetch" : "load",
		letter(c, e->va, e->attr), !(e->bytes & c->word0));
	say_where(c, e->pc);
}

/* What the CPU does in its own context; the device's part is in say_device. */
static void say_event(struct scenario *c, uint32_t i)
{
	const struct wire_event *e = &c->f->event[i];

	switch (e->kind) {
	case COH_EVENT_LOAD:
	case COH_EVENT_FETCH:
		say_read(c, e);
		break;
	case COH_EVENT_STORE:
		say_stores(c, "store", letter(c, e->va, e->attr), e->bytes, e->pc);
		break;
	case COH_EVENT_DEVICE_WRITE:
		for (unsigned word = 0; word < 2; word++)
			if (touches(c, e->bytes, word))
				(void)next_value(c, word);
		fprintf(c->out, "\tturn = %u;\n\tawait(turn == %u);\n", c->turn + 1, c->turn + 2);
		c->turn += 2;
		break;
	case COH_EVENT_LINE:
		say_op(c, e->op, e->side, letter(c, e->va, COH_WRITE_BACK));
		say_where(c, e->pc);
		break;
	case COH_EVENT_SET_WAY:
	case COH_EVENT_WHOLE:
		say_whole(c, e);
		break;
	case COH_EVENT_HOMONYM:
		say_homonym(c, i);
		break;
	case COH_EVENT_OVERWRITE:
		say_overwrite(c, i);
		break;
	default:
		break;
	}
}

static void say_last(struct scenario *c)
{
	const struct wire_access *last = &c->f->read;
	char name = letter(c, last->va, (uint8_t)last->attr);

	if (of_device(c->f)) {
		fprintf(c->out, "\tturn = %u;\n", c->turn + 1);
		return;
	}
	if (c->f->by == COH_BY_STORE)
		fprintf(c->out, "\tstore(%c[%u], %u);", name, c->bad, next_value(c, c->bad));
	else
		fprintf(c->out, "\tr0 = %s(%c[%u]);", c->f->by == COH_BY_FETCH ? "fetch" : "load",
			name, c->bad);
	say_where(c, last->pc);
}

static void say_program(struct scenario *c)
{
	fprintf(c->out, "P0 ()\n{\n");
	for (uint32_t i = 0; i < c->f->n_events; i++) {
		say_advice(c, i, false);
		say_event(c, i);
	}
	say_advice(c, c->f->n_events, false);
	say_last(c);
	fprintf(c->out, "}\n");
}

/* The values are those that say_event counted in the same order. */
static void say_device(struct scenario *c)
{
	unsigned turn = 0, newest = c->newest;

	c->value = 0;
	fprintf(c->out, "\nD0 (device)\n{\n");
	for (uint32_t i = 0; i < c->f->n_events; i++) {
		const struct wire_event *e = &c->f->event[i];
		bool both = e->bytes & c->word0 && e->bytes & ~c->word0;

		if (e->kind == COH_EVENT_STORE)
			c->value += both ? 2 : 1;
		c->value += foreign_values(c, i);
		if (e->kind != COH_EVENT_DEVICE_WRITE)
			continue;
		fprintf(c->out, "\tawait(turn == %u);\n", turn + 1);
		say_stores(c, "dma_write", 'p', e->bytes, 0);
		fprintf(c->out, "\tturn = %u;\n", turn + 2);
		turn += 2;
	}
	if (of_device(c->f))
		fprintf(c->out, "\tawait(turn == %u);\n", turn + 1);
	if (c->f->by == COH_BY_DEVICE_WRITE)
		fprintf(c->out, "\tdma_write(p[0], %u);\n", ++c->value);
	else if (of_device(c->f))
		fprintf(c->out, "\tr0 = dma_read(p[%u]);\n", c->bad);
	fprintf(c->out, "}\n");
	c->newest = newest;
}

/* ---- what is around it ---- */

static bool has_device(const struct scenario *c)
{
	for (uint32_t i = 0; i < c->f->n_events; i++)
		if (c->f->event[i].kind == COH_EVENT_DEVICE_WRITE)
			return true;
	return of_device(c->f);
}

static void say_aliases(const struct scenario *c)
{
	static const char *const attrs[] = {
		[COH_UNCACHED] = " uncached",
		[COH_WRITE_BACK] = "",
		[COH_WRITE_THROUGH] = " write-through",
	};

	for (unsigned i = 0; i < c->n_names; i++) {
		const struct name *n = &c->name[i];

		if (n->foreign)
			fprintf(c->out,
				"\tpage q%u;\n\tq%u[0] = %d;\n\tq%u[1] = %d;\n\talias %c = q%u "
				"kernel at %c unmapped;",
				i, i, FOREIGN, i, FOREIGN, 'A' + (int)i, i,
				letter(c, n->va, COH_WRITE_BACK));
		else
			fprintf(c->out, "\talias %c = p kernel colour %u%s;", 'A' + (int)i, i & 7,
				attrs[n->attr]);
		fprintf(c->out, " // 0x%08x\n", n->va);
	}
}

/* No name may end the comment, or say what the result is. */
static void say_title(const struct scenario *c)
{
	for (const char *p = c->r->title; *p; p++)
		fputc(isalnum((unsigned char)*p) || strchr(" -_./,", *p) ? *p : '?', c->out);
}

static void say_head(const struct scenario *c, const char *name)
{
	bool apart = c->fixed && c->a->kind == ADVICE_OWN_LINES;

	fprintf(c->out, "C %s\n\n(*\n * Result: %s\n *\n * ", name,
		c->fixed ? "Never" : "Sometimes");
	say_title(c);
	fprintf(c->out, "\n *\n * The line 0x%08x; word 0: the bytes of which %08x is the mask.\n",
		c->f->line_pa, c->word0 & coh_byte_mask(0, c->f->granule));
	if (c->f->by == COH_BY_WALK)
		fprintf(c->out, " * The walker reads memory, as a device does: D0 is it.\n");
	if (c->f->events_cut)
		fprintf(c->out, " * %u things that happened to the line; others are not kept.\n",
			c->f->n_events);
	if (apart)
		fprintf(c->out, " * The advice: word 1 has a line of its own.\n");
	fprintf(c->out, " *)\n\n{\n\tcache vivt;\n\tspeculate nothing;\n\tallocate %s;\n",
		c->write_allocate ? "write" : "read");
	fprintf(c->out, apart ? "\twords 1;\n\tlines 2;\n" : "\twords 2;\n");
	fprintf(c->out, "\tpage p;\n");
	say_aliases(c);
	if (has_device(c))
		fprintf(c->out, "\tvar turn;\n");
	fprintf(c->out, "}\n\n");
}

/* A store that lands in another page's line changes that page. */
static void say_where_it_went(const struct scenario *c)
{
	const char *before = "";

	fprintf(c->out, "\nexists (");
	for (unsigned i = 0; i < c->n_names; i++) {
		if (!c->name[i].foreign)
			continue;
		fprintf(c->out, "%sq%u[%u] = %u", before, i, c->bad, c->newest);
		before = " \\/ ";
	}
	fprintf(c->out, ")\n");
}

static void say_condition(const struct scenario *c)
{
	if (c->f->by == COH_BY_STORE)
		say_where_it_went(c);
	else if (c->f->by == COH_BY_DEVICE_WRITE)
		fprintf(c->out, "\nexists (p[%u] != %u)\n", c->bad, c->value);
	else
		fprintf(c->out, "\nexists (%s:r0 != %u)\n", of_device(c->f) ? "D0" : "0",
			c->newest);
}

static bool write_file(struct scenario *c, const char *folder)
{
	char name[64], path[4096];
	bool ok;

	snprintf(name, sizeof(name), "%03u-%s%s", c->f->id, c->r->kind, c->fixed ? "+fix" : "");
	if (snprintf(path, sizeof(path), "%s/%s.litmus", folder, name) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	c->out = fopen(path, "w");
	if (!c->out)
		return false;
	c->value = c->newest = c->turn = 0;
	say_head(c, name);
	say_program(c);
	if (has_device(c))
		say_device(c);
	say_condition(c);
	ok = !ferror(c->out);
	return !fclose(c->out) && ok;
}

/* Which bytes are to be told apart: the one in question, or what a device owns. */
static uint32_t first_word(const struct wire_finding *f, const struct advice *a)
{
	uint32_t bit = 1u << ((f->first_pa - f->line_pa) & 31), device = 0;

	if (f->by == COH_BY_DEVICE_WRITE)
		return coh_byte_mask(f->read.pa - f->line_pa, f->read.size);
	for (uint32_t i = 0; i < f->n_events; i++)
		if (f->event[i].kind == COH_EVENT_DEVICE_WRITE)
			device |= f->event[i].bytes;
	return a->kind == ADVICE_OWN_LINES ? device : bit;
}

enum scenario_result scenario_write(const char *folder, const struct report *r,
				    const struct wire_hello *hello, const struct advice *a,
				    struct symbols *s)
{
	const struct wire_finding *f = r->f;
	struct scenario c = { .r = r, .f = f, .a = a, .s = s };

	c.cpu = coh_cpu_find(hello->cpu);
	c.write_allocate = hello->write_allocate;
	if (a->kind == ADVICE_UNTRIED || !c.cpu || c.cpu->dcache.kind != COH_VIVT || !name_all(&c))
		return SCENARIO_UNSAID;
	c.word0 = first_word(f, a);
	c.bad = f->by != COH_BY_DEVICE_WRITE && !(c.word0 >> ((f->first_pa - f->line_pa) & 31) & 1);
	if (!write_file(&c, folder))
		return SCENARIO_FAILED;
	c.fixed = true;
	if (a->kind != ADVICE_NONE && !write_file(&c, folder))
		return SCENARIO_FAILED;
	return SCENARIO_WRITTEN;
}
