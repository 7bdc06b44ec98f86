// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Code, and ptrace, which stores it: nothing keeps instruction caches in step by itself. */
#include "tests/scenarios/scene.h"

static void map_code(struct scene *s)
{
	file_page(s, COH_SIM_RX);
	u_fetch(s, s->va);
}

/* A program's file is written anew, then run again. */
static void written_and_run(struct scene *s)
{
	map_code(s);
	coh_sim_munmap(s->sim, 0, s->va, 1);
	kernel_writes(s, s->frame);
	map_shared(s, 0, s->va, 0, 1, COH_SIM_RX);
	u_fetch(s, s->va);
}

/* The same while it is mapped: the kernel stores, and says so. */
static void written_while_mapped(struct scene *s)
{
	map_code(s);
	kernel_writes(s, s->frame);
	u_fetch(s, s->va);
}

/* Data that a mapping may execute from now on. */
static void made_executable(struct scene *s)
{
	file_page(s, COH_SIM_RX);
	u_fetch(s, s->va);
	coh_sim_mprotect(s->sim, 0, s->va, 1, COH_SIM_RW);
	u_store(s, s->va);
	coh_sim_mprotect(s->sim, 0, s->va, 1, COH_SIM_RX);
	u_fetch(s, s->va);
}

/* A module is loaded, and code of the kernel patched. */
static void module_loaded(struct scene *s)
{
	s->frame = coh_sim_alloc(s->sim);
	for (int i = 0; i < 2; i++) {
		k_store(s, s->frame);
		scene_must(s,
			   coh_flush_icache_range(s->coh, coh_sim_kernel_address(s->sim, s->frame),
						  coh_sim_page_size(s->sim)),
			   "coh_flush_icache_range");
		k_fetch(s, s->frame);
	}
}

/* A user's just-in-time compiler and the system call that it has for it. */
static void user_code(struct scene *s)
{
	file_page(s, COH_SIM_RWX);
	for (int i = 0; i < 2; i++) {
		u_store(s, s->va);
		scene_must(s, coh_flush_icache_range(s->coh, s->va, coh_sim_page_size(s->sim)),
			   "coh_flush_icache_range");
		u_fetch(s, s->va);
	}
}

/* ------------------------------------------------------------------------
 * ptrace.
 */

static void poke(struct scene *s)
{
	uint32_t word;

	s->stored++;
	word = last_value(s);
	coh_sim_ptrace_write(s->sim, 0, s->va, &word, sizeof(word));
}

static void peek(struct scene *s)
{
	uint32_t word;

	coh_sim_ptrace_read(s->sim, 0, s->va, &word, sizeof(word));
	scene_check(s, word == last_value(s) || coh_sim_report(s->sim)->stale,
		    "ptrace reads something else");
}

/* The user finds what ptrace wrote. */
static void find(struct scene *s)
{
	uint32_t word;

	coh_sim_user_load(s->sim, s->va, &word, sizeof(word));
	scene_check(s, word == last_value(s) || coh_sim_report(s->sim)->stale,
		    "ptrace wrote something else");
	u_load(s, s->va);
}

/* In text that is mapped privately: the first one gets a copy, the second changes that. */
static void breakpoints(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, next_frame(s));
	map_private(s, 0, s->va, 0, 1, COH_SIM_RX);
	u_fetch(s, s->va);
	for (int i = 0; i < 2; i++) {
		coh_sim_switch(s->sim, 1);
		poke(s);
		coh_sim_switch(s->sim, 0);
		u_fetch(s, s->va);
	}
}

/* The same without what would drop old code as well: a switch of mm, a change of rights. */
static void own_code(struct scene *s)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, next_frame(s));
	map_private(s, 0, s->va, 0, 1, COH_SIM_RWX);
	u_fetch(s, s->va);
	for (int i = 0; i < 2; i++) {
		poke(s);
		u_fetch(s, s->va);
	}
}

/* The debugger is another process. */
static void another_mm(struct scene *s)
{
	anon_page(s, 0);
	coh_sim_switch(s->sim, 1);
	peek(s);
	coh_sim_switch(s->sim, 0);
	u_store(s, s->va);
	coh_sim_switch(s->sim, 1);
	peek(s);
	poke(s);
	coh_sim_switch(s->sim, 0);
	find(s);
}

/* A process and its own /proc/self/mem. */
static void own_mm(struct scene *s)
{
	anon_page(s, 0);
	peek(s);
	u_store(s, s->va);
	peek(s);
	poke(s);
	find(s);
}

/* The same with a shared mapping of a file, and the kernel's flush for users of other mms. */
static void own_file(struct scene *s)
{
	file_page(s, COH_SIM_RW);
	u_load(s, s->va);
	peek(s);
	u_store(s, s->va);
	peek(s);
	poke(s);
	find(s);
}

/* ------------------------------------------------------------------------ */

#define OLD_CODE(caches) CORRUPT(caches, P_NONE, "old lines of the instruction cache stay")
#define TOLD                                                                                       \
	RIGHT(ANY, P_GUP_HOOK, "it is told whose page it is, and where: ptrace was always right")

const struct scenario scenarios_code[] = {
	{ .name = "code-written-and-run",
	  .claim = "T1",
	  .what = "a program runs, is written anew through K, and runs again",
	  .run = written_and_run,
	  .expect = { OLD_CODE(ANY),
		      RIGHT(ANY, P_EVERY,
			    "K goes to memory, and old code out, when it is mapped") } },
	{ .name = "code-written-while-mapped",
	  .claim = "T1",
	  .what = "the kernel stores to a page while a user may execute it",
	  .run = written_while_mapped,
	  .expect = { OLD_CODE(ANY), HINTS_VIVT,
		      RIGHT(ANY, P_EVERY, "flush_dcache_page sees to executable aliases, too") } },
	{ .name = "code-made-executable",
	  .claim = "flush_cache_range",
	  .what = "a user stores code to a page that mprotect then lets it execute",
	  .run = made_executable,
	  .expect = { RIGHT(UNIFIED, P_NONE, "code is fetched from the lines it was stored to"),
		      OLD_CODE(ANY),
		      RIGHT(ANY, P_EVERY, "mprotect brings U to memory, and old code goes") } },
	{ .name = "code-of-kernel",
	  .claim = "flush_icache_range",
	  .what = "the kernel stores code by the address by which it runs it",
	  .run = module_loaded,
	  .expect = { RIGHT(UNIFIED, P_NONE, "code is fetched from the lines it was stored to"),
		      OLD_CODE(ANY), RIGHT(ANY, P_EVERY, "data to memory, then code out") } },
	{ .name = "code-of-user",
	  .claim = "flush_icache_range",
	  .what = "a user stores code, and asks the kernel to make it so",
	  .run = user_code,
	  .expect = { OUTSIDE(VIPT | MEETING,
			      "coh_flush_icache_range takes users' addresses on VIVT only"),
		      RIGHT(UNIFIED, P_NONE, "code is fetched from the lines it was stored to"),
		      OLD_CODE(ANY), RIGHT(ANY, P_EVERY, "data to memory, then code out") } },
	{ .name = "ptrace-breakpoints",
	  .claim = "copy_to_user_page",
	  .what = "a debugger puts breakpoints into a process's text",
	  .run = breakpoints,
	  .expect = { OLD_CODE(ANY), RIGHT(ANY, P_EVERY, "copy_to_user_page does all of it") } },
	{ .name = "ptrace-own-code",
	  .claim = "copy_to_user_page",
	  .what = "a process changes its own text by /proc/self/mem",
	  .run = own_code,
	  .expect = { OLD_CODE(ANY),
		      CORRUPT(UNIFIED, P_HINTS, "what was fetched is in a line of U's address"),
		      RIGHT(ANY, P_EVERY, "copy_to_user_page does all of it") } },
	{ .name = "ptrace-another-mm",
	  .claim = "copy_to_user_page",
	  .what = "a debugger reads and writes a process's data",
	  .run = another_mm,
	  .expect = { NONE_ALIASING, TOLD,
		      RIGHT(VIVT, P_EVERY, "the switch emptied the cache: only K is left"),
		      RIGHT(ANY, P_EVERY, "U goes to memory before, K after") } },
	{ .name = "ptrace-own-mm",
	  .claim = "copy_to_user_page",
	  .what = "a process reads and writes its own data by /proc/self/mem",
	  .run = own_mm,
	  .expect = { NONE_ALIASING, TOLD, HINTS_VIVT,
		      RIGHT(ANY, P_EVERY, "U goes to memory before, K after") } },
	{ .name = "ptrace-own-file",
	  .claim = "copy_to_user_page",
	  .what = "the same with a shared mapping of a file",
	  .run = own_file,
	  .expect = { NONE_ALIASING, TOLD, HINTS_VIVT,
		      RIGHT(ANY, P_EVERY, "U goes to memory before, K after") } },
	{ 0 },
};
