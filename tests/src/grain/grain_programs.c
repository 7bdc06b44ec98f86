// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Machines, programs, and what others do meanwhile. */
#include "tests/src/grain/grain.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Colours of user addresses: K's, and two others. */
enum { OF_K, OTHER, THIRD };

/* Pages of two lines.  There is room for all, so capacity decides nothing. */
#define CACHE(kind, policy, span)                                                                  \
	{                                                                                          \
		512, 16, 4, kind, policy, COH_ALLOC_READ_WRITE, span,                              \
		{                                                                                  \
			0, 0                                                                       \
		}                                                                                  \
	}
#define CORE(kind, span)                                                                           \
	{                                                                                          \
		.name = "grain", .page = 32, .dcache = CACHE(kind, COH_STORE_BACK, span),          \
		.icache = CACHE(kind, COH_STORE_READ_ONLY, span)                                   \
	}

const struct machine_kind machines[] = {
	{ "vivt", CORE(COH_VIVT, 0), false },
	{ "vipt", CORE(COH_VIPT, 0), true },
	{ "pipt", CORE(COH_PIPT, 0), true },
};
const unsigned n_machines = COUNT(machines);

/* ------------------------------------------------------------------------
 * Pieces.
 */

static void read_by_flush(struct context *c)
{
	flush(c);
	kernel_load(c, 0);
	kernel_load(c, 1);
}

static void write_by_flush(struct context *c)
{
	flush(c);
	kernel_store(c, 1);
	flush(c);
}

static void read_by_kmap(struct context *c)
{
	map_kernel(c, COH_INTENT_READ);
	kernel_load(c, 0);
	kernel_load(c, 1);
	unmap_kernel(c, COH_INTENT_READ);
}

static void write_by_kmap(struct context *c)
{
	map_kernel(c, COH_INTENT_READ_WRITE);
	kernel_load(c, 1);
	kernel_store(c, 1);
	unmap_kernel(c, COH_INTENT_READ_WRITE);
}

/* A process comes and goes: it reads the file by a mapping and by read(), and stores. */
static void visit(struct context *c)
{
	map(c, 0, OTHER, COH_SIM_RW);
	user_load(c, 0, OTHER, 0);
	flush(c);
	kernel_load(c, 0);
	user_store(c, 0, OTHER, 0);
	unmap(c, 0, OTHER);
}

/* One that comes, stores and stays. */
static void stay(struct context *c)
{
	map(c, 0, OTHER, COH_SIM_RW);
	user_load(c, 0, OTHER, 1);
	user_store(c, 0, OTHER, 0);
}

static void look(struct context *c)
{
	map(c, 0, THIRD, COH_SIM_RO);
	user_load(c, 0, THIRD, 0);
	user_load(c, 0, THIRD, 1);
	unmap(c, 0, THIRD);
}

static void execute(struct context *c)
{
	map(c, 0, THIRD, COH_SIM_RX);
	user_fetch(c, 0, THIRD, 1);
	unmap(c, 0, THIRD);
}

const struct action actions[] = {
	{ "irq-read", IRQ, read_by_flush, true },
	{ "irq-write", IRQ, write_by_flush, true },
	{ "nmi-read", NMI, read_by_flush, true },
	{ "thread-visit", THREAD, visit, false },
	{ "thread-visit-same-mm", SAME_THREAD, visit, false },
	{ "thread-stay", SAME_THREAD, stay, false },
	{ "thread-look", SAME_THREAD, look, false },
	{ "thread-write", THREAD, write_by_kmap, true },
	{ "thread-read", SAME_THREAD, read_by_kmap, true },
	{ "thread-execute", SAME_THREAD, execute, false },
	{ "cpu-visit", CPU, visit, false },
	{ "cpu-look", CPU, look, false },
	{ "cpu-write", CPU, write_by_flush, true },
	{ "cpu-execute", CPU, execute, false },
};
const unsigned n_actions = COUNT(actions);

/* Whatever others left, everybody now finds what is newest. */
void audit(struct context *c)
{
	read_by_flush(c);
	if (frame_of(c) != coh_sim_file_frame(sim_of(c), file_of(c), 0))
		return; /* a page that was stolen: users have no address for it */
	map(c, 0, THIRD, COH_SIM_RX);
	user_load(c, 0, THIRD, 0);
	user_load(c, 0, THIRD, 1);
	user_fetch(c, 0, THIRD, 1);
	unmap(c, 0, THIRD);
}

/* ------------------------------------------------------------------------
 * Programs.
 */

static void nothing(struct context *c)
{
	(void)c;
}

/* Users had the page, and are gone: the mark says so. */
static void users_were_there(struct context *c)
{
	map(c, 0, OTHER, COH_SIM_RW);
	user_load(c, 0, OTHER, 0);
	user_store(c, 0, OTHER, 0);
	unmap(c, 0, OTHER);
}

static void settles(struct context *c)
{
	read_by_flush(c);
	kernel_store(c, 1);
	flush(c);
	read_by_flush(c);
}

/* What the kernel stored waits until it is mapped. */
static void flush_waits(struct context *c)
{
	kernel_store(c, 0);
	kernel_store(c, 1);
	flush(c);
}

static void maps(struct context *c)
{
	map(c, 0, OTHER, COH_SIM_RW);
	user_load(c, 0, OTHER, 0);
	user_load(c, 0, OTHER, 1);
	user_store(c, 0, OTHER, 0);
	unmap(c, 0, OTHER);
	read_by_flush(c);
}

static void users_are_there(struct context *c)
{
	map(c, 0, OTHER, COH_SIM_RW);
	user_load(c, 0, OTHER, 1);
	user_store(c, 0, OTHER, 0);
}

static void shares(struct context *c)
{
	read_by_flush(c);
	user_store(c, 0, OTHER, 0);
	kernel_store(c, 1);
	flush(c);
	user_load(c, 0, OTHER, 1);
	read_by_kmap(c);
}

static void writes_by_kmap(struct context *c)
{
	write_by_kmap(c);
	user_load(c, 0, OTHER, 1);
	user_store(c, 0, OTHER, 0);
	read_by_kmap(c);
}

/* A process stores to anonymous memory, whose K has another colour than the file's; the kernel has looked at it before, and keeps the page. */
static void has_anonymous(struct context *c)
{
	struct coh_sim *sim = sim_of(c);

	coh_sim_mmap(sim, mm_of(c), address_of(c, 0, THIRD), 1, NULL);
	user_store(c, 0, THIRD, 0);
	use_frame(c, coh_sim_get_user_page_fast(sim, mm_of(c), address_of(c, 0, THIRD),
						COH_INTENT_READ_WRITE));
}

/* FUSE's page stealing: what is anonymous becomes a file's, contents and all. */
static void steal(struct context *c)
{
	struct coh_page *page = coh_sim_page(sim_of(c), frame_of(c));

	keep_out(c, true);
	before_call(c);
	coh_page_clear(page);
	after_call(c, coh_page_set_file(page, coh_sim_mapping(sim_of(c), file_of(c)), 1));
	keep_out(c, false);
}

static void steals(struct context *c)
{
	read_by_flush(c);
	user_store(c, 0, THIRD, 0);
	unmap(c, 0, THIRD);
	steal(c);
	read_by_flush(c);
}

static void steals_to_kmap(struct context *c)
{
	read_by_flush(c);
	user_store(c, 0, THIRD, 0);
	unmap(c, 0, THIRD);
	steal(c);
	read_by_kmap(c);
}

/* A page of a file is copied for whoever maps it, at K's colour; then others look at it. */
static void fills(struct context *c)
{
	struct coh_sim *sim = sim_of(c);
	uint32_t from = coh_sim_alloc(sim), to = frame_of(c);

	keep_out(c, true);
	use_frame(c, from);
	kernel_store(c, 0);
	kernel_store(c, 1);
	use_frame(c, to);
	before_call(c);
	after_call(c, coh_copy_user_page(layer_of(c), coh_sim_page(sim, to),
					 coh_sim_page(sim, from), address_of(c, 0, OF_K)));
	filled(c, from);
	keep_out(c, false);
	map(c, 0, OF_K, COH_SIM_RO);
	user_load(c, 0, OF_K, 0);
	map(c, 1, OTHER, COH_SIM_RO);
	user_load(c, 1, OTHER, 0);
	user_load(c, 1, OTHER, 1);
}

/* Write and execute: the new mapping must not find the code that was there before. */
static void executes(struct context *c)
{
	map(c, 0, OF_K, COH_SIM_RWX);
	user_fetch(c, 0, OF_K, 0);
	user_store(c, 0, OF_K, 0);
	keep_out(c, true);
	code_made(c, 0);
	map(c, 1, OF_K, COH_SIM_RX);
	user_fetch(c, 1, OF_K, 0);
	keep_out(c, false);
	write_by_flush(c);
	user_fetch(c, 0, OF_K, 1);
	user_fetch(c, 1, OF_K, 1);
}

const struct program programs[] = {
	{ "settles", users_were_there, settles, false },
	{ "maps", flush_waits, maps, false },
	{ "shares", users_are_there, shares, false },
	{ "writes-by-kmap", users_are_there, writes_by_kmap, false },
	{ "steals", has_anonymous, steals, true },
	{ "steals-to-kmap", has_anonymous, steals_to_kmap, true },
	{ "fills", nothing, fills, true },
	{ "executes", nothing, executes, true },
};
const unsigned n_programs = COUNT(programs);
