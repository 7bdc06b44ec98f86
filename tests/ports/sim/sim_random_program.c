// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Drawing programs for tests/ports/sim/sim_random_test.c. */
#include "tests/ports/sim/sim_random.h"
#include "tests/random.h"

#define DRAW_OF(x, array) ((array)[draw(x, COUNT(array))])

/* ------------------------------------------------------------------------
 * Cores: one for each combination that the layer tells apart, of those in model/cpus; then some
 * that it must serve as well, though nobody built them.
 */

static const char *const real_cores[] = {
	"arm926ej-s",	/* VIVT, allocates on loads only */
	"xscale",	/* VIVT, on stores, too */
	"arm720t",	/* VIVT, write-through, unified */
	"arm1136",	/* VIPT, on loads only */
	"r4000",	/* VIPT, direct mapped, on stores, too */
	"sh-4",		/* VIPT, data and code of different colours */
	"nios2-f",	/* VIPT, 8 colours */
	"ultrasparc-i", /* VIPT, write-through; code in one colour */
	"arc700",	/* data meets, code does not */
	"cortex-a9",	/* the same, reads ahead */
	"cortex-a15",	/* all meets, reads ahead */
	"mips-4kc",	/* all meets, write-through */
};

#define CACHE_(kib, ways_, line_, kind_, policy_, alloc_, ...)                                     \
	{                                                                                          \
		.size = (kib)*1024, .line = (line_), .ways = (ways_), .kind = COH_##kind_,         \
		.policy = COH_STORE_##policy_, .alloc = COH_ALLOC_##alloc_, __VA_ARGS__            \
	}

static const struct coh_cpu made_up_cores[] = {
	{ .name = "small VIVT",
	  .page = 4096,
	  .dcache = CACHE_(1, 2, 32, VIVT, BACK, READ_WRITE),
	  .icache = CACHE_(1, 2, 32, VIVT, READ_ONLY, READ),
	  .speculates = COH_SPECULATES_NOTHING },
	{ .name = "unified VIVT, write-back",
	  .page = 4096,
	  .dcache = CACHE_(8, 4, 16, VIVT, BACK, READ_WRITE),
	  .speculates = COH_SPECULATES_INSN },
	{ .name = "VIVT that reads ahead",
	  .page = 4096,
	  .dcache = CACHE_(8, 4, 32, VIVT, BACK, READ_WRITE),
	  .icache = CACHE_(8, 4, 32, VIVT, READ_ONLY, READ),
	  .speculates = COH_SPECULATES_DATA },
	{ .name = "small PA-RISC", /* theirs are too large for so many runs */
	  .page = 4096,
	  .dcache = CACHE_(8, 4, 64, VIPT, BACK, READ_WRITE, .span = 4 << 20),
	  .icache = CACHE_(8, 4, 64, VIPT, READ_ONLY, READ, .span = 4 << 20),
	  .speculates = COH_SPECULATES_DATA },
	{ .name = "VIPT that reads ahead",
	  .page = 4096,
	  .dcache = CACHE_(16, 2, 32, VIPT, BACK, READ_WRITE),
	  .icache = CACHE_(16, 2, 32, VIPT, READ_ONLY, READ),
	  .speculates = COH_SPECULATES_DATA },
	{ .name = "unified VIPT",
	  .page = 4096,
	  .dcache = CACHE_(16, 2, 32, VIPT, BACK, READ_WRITE),
	  .speculates = COH_SPECULATES_INSN },
	{ .name = "VIPT, code VIVT",
	  .page = 4096,
	  .dcache = CACHE_(16, 2, 32, VIPT, BACK, READ_WRITE),
	  .icache = CACHE_(8, 2, 32, VIVT, READ_ONLY, READ),
	  .speculates = COH_SPECULATES_INSN },
	{ .name = "PIPT, code VIVT",
	  .page = 4096,
	  .dcache = CACHE_(8, 2, 32, PIPT, BACK, READ_WRITE),
	  .icache = CACHE_(8, 2, 32, VIVT, READ_ONLY, READ),
	  .speculates = COH_SPECULATES_INSN },
	{ .name = "VIVT, code VIPT",
	  .page = 4096,
	  .dcache = CACHE_(8, 2, 32, VIVT, BACK, READ_WRITE),
	  .icache = CACHE_(16, 2, 32, VIPT, READ_ONLY, READ),
	  .speculates = COH_SPECULATES_INSN },
};

static const struct coh_cache some_outer_cache = CACHE_(8, 2, 64, PIPT, BACK, READ_WRITE);

static const struct coh_cpu *draw_core(uint64_t *x)
{
	unsigned n = draw(x, COUNT(real_cores) + COUNT(made_up_cores));

	if (n < COUNT(real_cores))
		return coh_cpu_find(real_cores[n]);
	return &made_up_cores[n - COUNT(real_cores)];
}

static bool draw_true(uint64_t *x, unsigned one_in)
{
	return !draw(x, one_in);
}

static struct coh_sim_config draw_config(uint64_t *x)
{
	static const uint32_t evict[] = { 0, 0, 0, 16, 100, COH_SIM_ALWAYS, COH_SIM_EVERY_DIRTY };
	static const uint32_t fill[] = { 0, 32, COH_SIM_ALWAYS };
	static const uint32_t highmem[] = {
		0, 0, 0, FRAMES - FILES * FILE_PAGES, FRAMES - 2, FRAMES
	};
	struct coh_sim_config c = {
		.core = draw_core(x),
		.frames = FRAMES,
		.mms = MMS,
		.translations = 256,
		.kernel_colour = draw(x, 4),
		.seed = next_random(x),
		.evict = DRAW_OF(x, evict),
		.fill = DRAW_OF(x, fill),
		.highmem = DRAW_OF(x, highmem),
		.tlb = draw_true(x, 2) ? 0 : 4,
		.check = draw_true(x, 8) ? COH_CHECK_EXPENSIVE : COH_CHECK_CHEAP,
		.grain = draw_true(x, 6) ? COH_SIM_GRAIN_LINE : COH_SIM_GRAIN_CALL,
		.cpus = 1,
	};

	if (draw_true(x, 6))
		c.outer = some_outer_cache;
	/* Nobody built VIVT caches for two CPUs, and the layer does not claim to serve them. */
	if (draw_true(x, 3) && c.core->dcache.kind != COH_VIVT && c.core->icache.kind != COH_VIVT)
		c.cpus = 2;
	else if (draw_true(x, 4))
		c.scope = COH_SCOPE_THIS_CPU;
	return c;
}

/* What the layer is told, where the machine and the programs keep to it. */
static void draw_facts(uint64_t *x, struct coh_sim_config *c)
{
	static const uint32_t whole_from[] = { 0, 0, 64, 4096 };

	c->alone = c->cpus == 1 && draw_true(x, 2);
	c->fetches_in_order = draw_true(x, 2);
	c->users_announce_code = draw_true(x, 2);
	c->whole_from = DRAW_OF(x, whole_from);
	c->looks_at_tables = draw_true(x, 2);
}

/* ------------------------------------------------------------------------
 * Operations.
 */

/* What those of one program are drawn from: few of all, so they meet. */
struct palette {
	bool kind[OP_KINDS];
	unsigned mms, files, places, cells;
	bool code; /* mappings are executed */
	struct {
		unsigned nth, colour;
	} place[PLACES];
};

/* Of 100, about. */
static const unsigned char weight[OP_KINDS] = {
	[MAP] = 10,	  [UNMAP] = 4,	       [PROTECT] = 4,	   [MOVE] = 4,
	[RESIZE] = 3,	  [MERGE] = 1,	       [FORK] = 3,	   [EXIT] = 1,
	[SWITCH] = 5,	  [KERNEL_THREAD] = 1, [USER_LOAD] = 12,   [USER_STORE] = 15,
	[USER_FETCH] = 6, [KERNEL_LOAD] = 6,   [KERNEL_STORE] = 6, [KERNEL_FILL] = 2,
	[FLUSH] = 3,	  [GET_USER] = 5,      [PIN] = 3,	   [UNPIN] = 1,
	[PEEK] = 3,	  [POKE] = 3,	       [DMA] = 4,	   [DMA_OWN] = 1,
	[VMAP] = 3,	  [ARRIVAL] = 8,
};

static struct palette draw_palette(uint64_t *x)
{
	struct palette p = {
		.mms = 1 + draw(x, MMS),
		.files = 1 + draw(x, FILES),
		.places = 2 + draw(x, PLACES - 1),
		.cells = 1 + draw(x, CELLS),
		.code = draw_true(x, 2),
	};

	for (unsigned i = 0; i < OP_KINDS; i++)
		p.kind[i] = !draw_true(x, 3);
	p.kind[MAP] = p.kind[USER_LOAD] = p.kind[USER_STORE] = true;
	p.kind[USER_FETCH] &= p.code;
	for (unsigned i = 0; i < PLACES; i++) {
		p.place[i].nth = draw(x, 2);
		p.place[i].colour = draw(x, 3);
	}
	return p;
}

static enum op_kind draw_kind(uint64_t *x, const struct palette *pal)
{
	unsigned sum = 0, at;
	unsigned kind = 0;

	for (unsigned i = 0; i < OP_KINDS; i++)
		sum += pal->kind[i] ? weight[i] : 0;
	for (at = draw(x, sum);; at -= weight[kind++]) {
		while (!pal->kind[kind])
			kind++;
		if (at < weight[kind])
			return (enum op_kind)kind;
	}
}

/* Half of them the same. */
static unsigned draw_first(uint64_t *x, unsigned n)
{
	return draw_true(x, 2) ? 0 : draw(x, n);
}

static struct op draw_op(uint64_t *x, const struct palette *pal, const struct coh_sim_config *c)
{
	static const uint32_t data[] = { COH_SIM_RW, COH_SIM_RW, COH_SIM_RW, COH_SIM_RO };
	static const uint32_t code[] = { COH_SIM_RW, COH_SIM_RWX, COH_SIM_RX, COH_SIM_RX };
	unsigned from = draw_first(x, pal->places), to = draw(x, pal->places);

	return (struct op){
		.kind = draw_kind(x, pal),
		.cpu = draw(x, c->cpus),
		.mm = draw_first(x, pal->mms),
		.nth = pal->place[from].nth,
		.colour = pal->place[from].colour,
		.to_nth = pal->place[to].nth,
		.to_colour = pal->place[to].colour,
		.page = draw_true(x, 3),
		.pages = 1 + draw_true(x, 3),
		.file = draw(x, pal->files),
		.index = draw(x, FILE_PAGES),
		.pin = draw(x, PINS),
		.cell = draw(x, pal->cells),
		.prot = pal->code ? DRAW_OF(x, code) : DRAW_OF(x, data),
		.how = (uint32_t)next_random(x),
		.when = 1 + draw(x, draw_true(x, 4) ? 200 : 12),
	};
}

struct program sim_random_draw(uint64_t seed)
{
	uint64_t x = seed;
	struct program prog = { .seed = seed, .config = draw_config(&x) };
	struct palette pal = draw_palette(&x);

	prog.n = 6 + draw(&x, OPS_MAX - 5);
	for (unsigned i = 0; i < prog.n; i++)
		prog.op[i] = draw_op(&x, &pal, &prog.config);
	prog.op[0].kind = MAP; /* it begins with something to use */
	draw_facts(&x, &prog.config);
	return prog;
}
