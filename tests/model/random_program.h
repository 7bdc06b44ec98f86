/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Random programs for tests/model/shadow_random_test.c, from a seed, and how they
 * are printed.
 */
#ifndef COH_TESTS_MODEL_RANDOM_PROGRAM_H
#define COH_TESTS_MODEL_RANDOM_PROGRAM_H

#include "tests/model/reference.h"
#include "tests/random.h"

#define OPS_MAX 20u

enum op_type {
	LOAD,
	STORE,
	FETCH,
	WALK,
	DEVICE_READ,
	DEVICE_WRITE,
	MAINTAIN,
	MAINTAIN_ALL,
	SWEEP_SET,
	SWEEP_ALL,
	REMAP,
	OP_TYPES,
};

struct op {
	enum op_type type;
	unsigned v, p;	  /* p: of operations that take no virtual address */
	unsigned cell, n; /* consecutive bytes, from this cell on */
	enum coh_attr attr;
	enum coh_side side;
	enum coh_op op;
	unsigned ways; /* of a sweep: a mask */
};

struct program {
	uint64_t seed;
	struct ref_geometry geo;
	bool quiet; /* take the inlines of shadow.h wherever they allow it */
	unsigned n;
	struct op op[OPS_MAX];
};

/* ---- random programs ---- */

/* Both sides of a granule's end, and of a line's end. */
static void place_cells(struct ref_geometry *g)
{
	static const uint32_t offset[][REF_CELLS] = {
		{ 14, 15, 16, 17 },
		{ 30, 31, 32, 33 },
		{ 31, 32, 63, 64 },
		{ 63, 64, 127, 128 },
	};

	memcpy(g->offset, offset[__builtin_ctz(g->line) - 4], sizeof(g->offset));
}

/* VIVT has the most to get wrong. */
static enum coh_cache_kind draw_kind(uint64_t *x)
{
	static const enum coh_cache_kind kind[] = { COH_VIVT, COH_VIVT, COH_VIPT, COH_PIPT };

	return kind[draw(x, 4)];
}

static struct ref_geometry draw_geometry(uint64_t *x)
{
	struct ref_geometry g = {
		.kind = { draw_kind(x), draw_kind(x) },
		.write_allocate = draw(x, 2),
		.line = 16u << draw(x, 4),
		.colour = { 0, 1, 0 },
		.ways = 2,
	};

	place_cells(&g);
	return g;
}

static bool adjacent(const struct ref_geometry *g, unsigned cell)
{
	return cell + 1 < REF_CELLS && g->offset[cell] + 1 == g->offset[cell + 1];
}

/* What the operations of one program are drawn from: few of all, so they meet. */
struct palette {
	bool type[OP_TYPES];
	unsigned vpages, ppages, cells, attrs;
	bool partial_sweeps;
};

static struct palette draw_palette(uint64_t *x)
{
	struct palette p = {
		.vpages = 2 + draw(x, 2),
		.ppages = 1 + draw(x, REF_PPAGES),
		.cells = draw(x, 2) ? 1u << draw(x, REF_CELLS) : 1 + draw(x, (1u << REF_CELLS) - 1),
		.attrs = 1 + draw(x, 3),
		.partial_sweeps = !draw(x, 4),
	};

	for (unsigned i = 0; i < OP_TYPES; i++)
		p.type[i] = i <= STORE || !draw(x, 3);
	p.type[SWEEP_SET] |= p.partial_sweeps;
	p.type[REMAP] &= p.ppages > 1;
	return p;
}

static enum coh_attr draw_attr(uint64_t *x, const struct palette *pal)
{
	static const enum coh_attr attr[] = { COH_WRITE_BACK, COH_WRITE_THROUGH, COH_UNCACHED };

	return attr[draw(x, pal->attrs)];
}

/* Half of a program loads and stores; homonyms need many remaps to be stored in. */
static enum op_type draw_type(uint64_t *x)
{
	switch (draw(x, 6)) {
	case 0:
	case 1:
	case 2:
		return draw(x, 2) ? LOAD : STORE;
	case 3:
		return REMAP;
	default:
		return draw(x, OP_TYPES);
	}
}

static struct op draw_op(uint64_t *x, const struct ref_geometry *g, const struct palette *pal)
{
	struct op op = { .n = 1 };

	do
		op.type = draw_type(x);
	while (!pal->type[op.type]);
	op.v = draw(x, pal->vpages);
	op.p = draw(x, pal->ppages);
	do
		op.cell = draw(x, REF_CELLS);
	while (!(pal->cells >> op.cell & 1));
	while (adjacent(g, op.cell + op.n - 1) && !draw(x, 4))
		op.n++;
	op.attr = draw_attr(x, pal);
	op.side = draw(x, 3) ? COH_DATA : COH_INSN;
	op.op = draw(x, COH_OPS);
	op.ways = pal->partial_sweeps ? 1 + draw(x, (1u << g->ways) - 1) : (1u << g->ways) - 1;
	return op;
}

static struct program draw_program(uint64_t seed)
{
	uint64_t x = seed;
	struct program prog = { .seed = seed, .geo = draw_geometry(&x) };
	struct palette pal = draw_palette(&x);

	prog.quiet = draw(&x, 2);
	prog.n = 4 + draw(&x, OPS_MAX - 3);
	for (unsigned i = 0; i < prog.n; i++)
		prog.op[i] = draw_op(&x, &prog.geo, &pal);
	return prog;
}

/* ---- in words ---- */

static const char *kind_name(enum coh_cache_kind kind)
{
	return kind == COH_VIVT ? "VIVT" : kind == COH_VIPT ? "VIPT" : "PIPT";
}

static void print_op(const struct program *prog, const struct op *o)
{
	static const char *const type[OP_TYPES] = {
		"load",	    "store",	    "fetch",	 "walk",      "device read", "device write",
		"maintain", "maintain all", "sweep set", "sweep all", "remap",
	};
	static const char *const attr[] = { "uncached", "write-back", "write-through" };
	const char *side = o->side == COH_DATA ? "data" : "insn";

	print_message("\t%s", type[o->type]);
	if (o->type <= FETCH)
		print_message(" v%u, bytes %u to %u, %s", o->v, prog->geo.offset[o->cell],
			      prog->geo.offset[o->cell] + o->n - 1, attr[o->attr]);
	else if (o->type <= DEVICE_WRITE)
		print_message(" p%u, bytes %u to %u", o->p, prog->geo.offset[o->cell],
			      prog->geo.offset[o->cell] + o->n - 1);
	else if (o->type == MAINTAIN)
		print_message(" v%u, %s, %s, the line of byte %u", o->v, side, coh_op_name(o->op),
			      prog->geo.offset[o->cell]);
	else if (o->type == MAINTAIN_ALL)
		print_message(" %s, %s", side, coh_op_name(o->op));
	else if (o->type == REMAP)
		print_message(" v%u to p%u", o->v, o->p);
	else
		print_message(" v%u, byte %u, %s, ways %#x", o->v, prog->geo.offset[o->cell],
			      coh_op_name(o->op), o->ways);
	print_message("\n");
}

static void print_program(const struct program *prog, const char *why)
{
	print_message("seed %llu: D %s, I %s, line %u, %s-allocate%s; v0 to v2 start at p0\n",
		      (unsigned long long)prog->seed, kind_name(prog->geo.kind[COH_DATA]),
		      kind_name(prog->geo.kind[COH_INSN]), prog->geo.line,
		      prog->geo.write_allocate ? "write" : "read",
		      prog->quiet ? ", quiet path" : "");
	for (unsigned i = 0; i < prog->n; i++)
		print_op(prog, &prog->op[i]);
	print_message("\t-> %s\n", why);
}

#endif
