/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Random programs for tests/model/machine_random_test.c, from a seed, and how they
 * are printed.
 */
#ifndef COH_TESTS_MODEL_MACHINE_PROGRAM_H
#define COH_TESTS_MODEL_MACHINE_PROGRAM_H

#include "tests/model/machine_reference.h"
#include "tests/random.h"

#define OPS_MAX 80u
#define LEN_MAX 48u
#define VPAGES	5u
#define MMS	3u

enum op_type {
	LOAD,
	STORE,
	FETCH,
	DEVICE_READ,
	DEVICE_WRITE,
	MAP,
	UNMAP,
	SET_MM,
	TLB_INVALIDATE,
	TLB_INVALIDATE_ALL,
	LINE,
	ALL,
	SET_WAY,
	OUTER_LINE,
	OUTER_ALL,
	EVICT,
	OUTER_EVICT,
	FILL,
	WRITE_BACK,
	TLB_EVICT,
	OP_TYPES,
};

static const char *const op_name[OP_TYPES] = {
	"load",	 "store",	"fetch", "device_read", "device_write",
	"map",	 "unmap",	"mm",	 "tlb",		"tlb_all",
	"line",	 "all",		"way",	 "outer_line",	"outer_all",
	"evict", "outer_evict", "fill",	 "write_back",	"tlb_evict",
};

struct op {
	enum op_type type;
	uint32_t cpu, mm, len, set, way;
	uint64_t va, pa;
	enum coh_side side;
	enum coh_op op;
	enum coh_attr attr;
	uint32_t rights;
	uint8_t byte; /* the first that a store stores */
};

struct program {
	uint64_t seed;
	struct coh_machine_config config;
	uint32_t n;
	struct op op[OPS_MAX];
};

/* ---- random programs ---- */

/* One to eight sets, some of them not a power of two; often more colours than one. */
static struct coh_cache draw_cache(uint64_t *x)
{
	static const uint32_t some_sets[] = { 1, 2, 3, 4, 8 };
	uint32_t sets = some_sets[draw(x, 5)];
	struct coh_cache c = {
		.line = 16u << draw(x, 2),
		.ways = 1 + draw(x, 3),
		.kind = draw(x, 2) ? COH_VIVT : COH_VIPT + draw(x, 2),
		.policy = draw(x, 2) ? COH_STORE_PAGE : COH_STORE_THROUGH + draw(x, 2),
		.alloc = COH_ALLOC_READ + draw(x, 3),
	};

	c.size = sets * c.ways * c.line;
	if (sets == 3 || !draw(x, 4))
		c.span = sets * c.line <= 128 ? 128u << draw(x, 2) : 256;
	return c;
}

static struct coh_machine_config draw_config(uint64_t *x)
{
	static const struct coh_cache none;
	struct coh_machine_config c = {
		.dcache = draw_cache(x),
		.icache = draw(x, 4) ? draw_cache(x) : none,
		.outer = draw(x, 2) ? draw_cache(x) : none,
		.cpus = 1 + draw(x, 5) / 2,
		.page = 32u << draw(x, 3),
		.pages = 2 + draw(x, 3),
		.translations = draw(x, 4) ? 8 : 1 + draw(x, 8),
		.tlb = draw(x, 3) * draw(x, 3),
		.broadcast = draw(x, 2),
		.sharing = draw(x, 3),
	};

	c.icache.policy = COH_STORE_READ_ONLY;
	if (c.outer.size) {
		c.outer.kind = COH_PIPT;
		c.outer.policy = COH_STORE_BACK;
		c.outer.alloc = COH_ALLOC_READ_WRITE;
	}
	return c;
}

/* Neighbours, of one colour or not, far away, and at the very end of addresses. */
static const uint64_t vpage[VPAGES] = { 4, 5, 12, 1ull << 33, UINT64_MAX };

static enum op_type draw_type(uint64_t *x)
{
	static const enum op_type often[] = { LOAD, STORE, LOAD, STORE, FETCH, MAP, EVICT, LINE };

	return draw(x, 3) ? often[draw(x, 8)] : draw(x, OP_TYPES);
}

static struct op draw_op(uint64_t *x, const struct coh_machine_config *c)
{
	struct op op = {
		.type = draw_type(x),
		.cpu = draw(x, c->cpus),
		.mm = draw(x, MMS),
		.len = draw(x, 2) ? 1 + draw(x, 8) : draw(x, LEN_MAX + 1),
		.set = draw(x, 8),
		.way = draw(x, 3),
		.va = vpage[draw(x, VPAGES)] * c->page,
		.pa = (uint64_t)draw(x, c->pages) * c->page,
		.side = draw(x, 4) ? COH_DATA : COH_INSN,
		.op = draw(x, COH_OPS),
		.attr = draw(x, 2) ? COH_WRITE_BACK : draw(x, 3),
		.rights = draw(x, 8) ? 7 : draw(x, 8),
		.byte = (uint8_t)next_random(x),
	};

	if (op.type == MAP && !draw(x, 16))
		op.pa = (uint64_t)c->pages * c->page;
	if (op.type != MAP && op.type != UNMAP) {
		op.va += draw(x, c->page);
		op.pa += draw(x, c->page);
	}
	return op;
}

static struct program draw_program(uint64_t seed)
{
	uint64_t x = seed * 0x2545f4914f6cdd1dull;
	struct program p = { .seed = seed };

	do
		p.config = draw_config(&x);
	while (!coh_machine_size(&p.config));
	p.n = OPS_MAX;
	for (uint32_t i = 0; i < p.n; i++)
		p.op[i] = draw_op(&x, &p.config);
	/* The kernel has something everywhere to begin with, if there is room. */
	for (uint32_t i = 0; i < VPAGES; i++) {
		p.op[i].type = MAP;
		p.op[i].mm = COH_MACHINE_KERNEL;
		p.op[i].va = vpage[i] * p.config.page;
		p.op[i].pa = (uint64_t)draw(&x, p.config.pages) * p.config.page;
	}
	return p;
}

/* ---- how they are printed ---- */

static void print_cache(const char *name, const struct coh_cache *c)
{
	if (c->size)
		print_error(
			"%s: %u bytes, line %u, %u ways, kind %u, policy %u, alloc %u, span %u\n",
			name, c->size, c->line, c->ways, c->kind, c->policy, c->alloc, c->span);
}

static void print_program(const struct program *p, const char *why)
{
	const struct coh_machine_config *c = &p->config;

	print_error("seed %llu: %s\n", (unsigned long long)p->seed, why);
	print_cache("data", &c->dcache);
	print_cache("insn", &c->icache);
	print_cache("outer", &c->outer);
	print_error(
		"cpus %u, page %u, pages %u, translations %u, tlb %u, broadcast %d, sharing %d\n",
		c->cpus, c->page, c->pages, c->translations, c->tlb, c->broadcast, (int)c->sharing);
	for (uint32_t i = 0; i < p->n; i++) {
		const struct op *o = &p->op[i];

		print_error("  %-12s cpu %u mm %u va %#llx pa %#llx len %u set %u way %u side %u "
			    "op %u attr %u rights %u\n",
			    op_name[o->type], o->cpu, o->mm, (unsigned long long)o->va,
			    (unsigned long long)o->pa, o->len, o->set, o->way, o->side, o->op,
			    o->attr, o->rights);
	}
}

#endif
