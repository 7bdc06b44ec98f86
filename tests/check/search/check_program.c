// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "tests/check/search/check_program.h"
#include "tests/random.h"

struct program {
	uint64_t random;
	char *text;
	size_t n;
	unsigned aliases, pages, lines, words;
	unsigned value; /* each store brings a new one */
	unsigned reg;
	bool code, remaps;
};

static uint32_t pick(struct program *p, uint32_t n)
{
	return draw(&p->random, n);
}

static void put(struct program *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct program *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	p->n += (size_t)vsnprintf(p->text + p->n, CHECK_PROGRAM_MAX - p->n, format, args);
	va_end(args);
}

static unsigned word(struct program *p)
{
	return pick(p, p->lines * p->words);
}

static void put_state(struct program *p, enum check_program_kind kind)
{
	static const char *const attrs[] = { "", "", "", "", " uncached", " write-through" };

	put(p, "{\n\tlines %u;\n\twords %u;\n", p->lines, p->words);
	if (!pick(p, 3))
		put(p, "\twrite through;\n");
	if (!pick(p, 3))
		put(p, "\tallocate read;\n");
	if (kind == CHECK_CONCURRENT) {
		static const char *const speculates[] = { "nothing", "nothing", "insn", "data",
							  "dirty" };
		static const char *const sharing[] = { "", "", " incoherent;", " no_migration;" };

		put(p, "\tspeculate %s;\n", speculates[pick(p, 5)]);
		put(p, "\tcpus 2;%s\n", sharing[pick(p, 4)]);
		if (!pick(p, 4))
			put(p, "\ttlb %u;\n", 1 + pick(p, 3));
		if (!pick(p, 4))
			put(p, "\touter;\n");
		if (!pick(p, 4))
			put(p, "\toperations local;\n");
		put(p, "\tlock l;\n\tvar go;\n");
	} else {
		/* As model/shadow, which fills nothing that the program did not touch. */
		put(p, "\tspeculate nothing;\n\tvar turn;\n");
	}
	for (unsigned i = 0; i < p->pages; i++)
		put(p, "\tpage p%u;\n", i);
	for (unsigned i = 0; i < p->pages; i++)
		for (unsigned w = 0; w < p->lines * p->words; w++)
			put(p, "\tp%u[%u] = %u;\n", i, w, 200 + i * 16 + w);
	for (unsigned i = 0; i < p->aliases; i++)
		put(p, "\talias A%u = p%u %s colour %u%s;\n", i, i ? pick(p, p->pages) : 0,
		    i ? "mm 0" : "kernel", pick(p, 3), attrs[pick(p, 6)]);
	put(p, "}\n");
}

static void put_access(struct program *p)
{
	unsigned alias = pick(p, p->aliases);

	switch (pick(p, p->code ? 5 : 4)) {
	case 0:
	case 1:
		put(p, "store(A%u[%u], %u);\n", alias, word(p), ++p->value);
		return;
	case 4:
		put(p, "fetch(A%u[%u]);\n", alias, word(p));
		return;
	default:
		put(p, "load(A%u[%u]);\n", alias, word(p));
	}
}

static void put_maintenance(struct program *p)
{
	static const char *const lines[] = { "clean", "invalidate", "flush", "invalidate_icache" };
	static const char *const all[] = { "clean_all", "invalidate_all", "flush_all",
					   "invalidate_icache_all" };
	unsigned which = pick(p, p->code ? 4 : 3);

	if (pick(p, 6))
		put(p, "%s(A%u[%u]);\n", lines[which], pick(p, p->aliases), word(p));
	else
		put(p, "%s();\n", all[which]);
}

static void put_step(struct program *p)
{
	put(p, "\t");
	if (p->remaps && !pick(p, 8))
		put(p, "map(A%u, p%u);\n", pick(p, p->aliases), pick(p, p->pages));
	else if (pick(p, 5) < 3)
		put_access(p);
	else
		put_maintenance(p);
}

static void put_device(struct program *p)
{
	if (pick(p, 2))
		put(p, "\tdma_write(p%u[%u], %u);\n", pick(p, p->pages), word(p), ++p->value);
	else
		put(p, "\tdma_read(p%u[%u]);\n", pick(p, p->pages), word(p));
}

/* Process and device take turns, so that there is one order. */
static void put_sequential(struct program *p)
{
	unsigned turns = pick(p, 3);

	put(p, "P0 (mm 0)\n{\n");
	for (unsigned t = 0; t <= turns; t++) {
		for (unsigned n = 2 + pick(p, 4); n; n--)
			put_step(p);
		if (t < turns)
			put(p, "\tturn = %u;\n\tawait(turn == %u);\n", 2 * t + 1, 2 * t + 2);
	}
	put(p, "}\nD0 (device)\n{\n");
	for (unsigned t = 0; t < turns; t++) {
		put(p, "\tawait(turn == %u);\n", 2 * t + 1);
		put_device(p);
		put(p, "\tturn = %u;\n", 2 * t + 2);
	}
	put(p, "}\n");
}

static void put_control(struct program *p, bool interrupt)
{
	switch (pick(p, interrupt ? 3 : 5)) {
	case 0:
		put(p, "\tlock(l);\n");
		put_step(p);
		put(p, "\tunlock(l);\n");
		return;
	case 1:
		put(p, "\tr%u = exchange(go, %u);\n", p->reg++ % 4, pick(p, 3));
		return;
	case 2:
		put(p, "\tr7 = go;\n\tif (r7 == 1) {\n\t");
		put_step(p);
		put(p, "\t}\n");
		return;
	case 3:
		put(p, "\tirq_disable();\n");
		put_step(p);
		put(p, "\tirq_enable();\n");
		return;
	default:
		put(p, "\tinvalidate_tlb(A%u);\n", pick(p, p->aliases));
	}
}

static void put_context(struct program *p, const char *head, unsigned steps, bool interrupt)
{
	put(p, "%s\n{\n", head);
	while (steps--)
		if (pick(p, 4))
			put_step(p);
		else
			put_control(p, interrupt);
	put(p, "}\n");
}

static void put_concurrent(struct program *p)
{
	put_context(p, "P0 (mm 0)", 2 + pick(p, 2), false);
	if (pick(p, 2))
		put_context(p, pick(p, 2) ? "P1 (mm 0, cpu 1)" : "P1 (mm 0)", 1 + pick(p, 2),
			    false);
	if (pick(p, 2))
		put_context(p, pick(p, 3) ? "I0 (irq)" : "I0 (nmi)", 1 + pick(p, 2), true);
	if (!pick(p, 3)) {
		put(p, "D0 (device)\n{\n");
		put_device(p);
		put(p, "}\n");
	}
}

size_t check_program(uint64_t seed, enum check_program_kind kind, char *buffer)
{
	static const char *const caches[] = { "vivt", "vipt", "pipt" };
	struct program p = { .random = seed, .text = buffer };
	bool sequential = kind == CHECK_SEQUENTIAL;

	p.lines = 1 + pick(&p, 2);
	p.words = 1 + pick(&p, 2);
	p.pages = 1 + pick(&p, 2);
	p.aliases = 2 + pick(&p, 2);
	p.code = !pick(&p, 3);
	p.remaps = p.pages > 1 && !pick(&p, 3);
	put(&p, "C random-%llu\n(* Result: Never *)\n", (unsigned long long)seed);
	put_state(&p, kind);
	if (sequential)
		put_sequential(&p);
	else
		put_concurrent(&p);
	(void)caches;
	return p.n;
}
