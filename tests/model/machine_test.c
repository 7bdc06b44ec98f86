// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Every rule of model/machine.h, by hand.
 *
 * A test is a trace, moves with spaces between them:
 *   WK=1  store 1 through alias K     RK=1 FK=1  a load, a fetch gets 1
 *   D=1   a device reads 1 from page A  d=1  it writes 1    M=1  memory holds 1
 *   cK iK fK IK   clean, invalidate, flush the data line, invalidate the instruction line
 *   c* i* f* I*   of everything       C X Z  clean, invalidate, flush page A's outer line
 *   wK    flush by set and way        eK xK E  evict the data, instruction, outer line
 *   bK    write back                  pK qK  fill the data, the instruction cache
 *   mK=B  map K to page B             uK  unmap      tK t*  of the TLB: K's entry, all
 *   sKd sKc sK-  K's data line is dirty, clean, absent     SKc SK-  its instruction line
 *   L=2   two bytes are lost          H=1  one homonym hit so far    @1  on CPU 1 from now on
 * K+8: 8 bytes further.  ! behind a read or an s: it is stale; else it must not
 * be.  An operation or choice must have an effect, on two lines with :2 behind
 * it, on none with -.
 *
 * Every trace runs on two machines, and from its middle on also on a copy of the
 * first: all must be equal bytes at the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/machine.h"

#define PAGE   4096u
#define PA     0x1000u
#define PB     0x2000u
#define MAX    (1u << 18)
#define COPIES 3u
#define RIGHTS (COH_MACHINE_READ | COH_MACHINE_WRITE | COH_MACHINE_EXEC)

static const struct alias {
	char name;
	uint64_t va, pa;
	enum coh_attr attr;
} aliases[] = {
	{ 'K', 0xc0001000, PA, COH_WRITE_BACK },
	{ 'k', 0xd0001000, PA, COH_WRITE_BACK }, /* congruent with K */
	{ 'U', 0x40002000, PA, COH_WRITE_BACK }, /* of another colour */
	{ 'N', 0xe0001000, PA, COH_UNCACHED },	 /* this and T: congruent with K */
	{ 'T', 0xf0001000, PA, COH_WRITE_THROUGH },
	{ 'B', 0x60001000, PB, COH_WRITE_BACK },
};

#define ALIASES (sizeof(aliases) / sizeof(aliases[0]))

/* ---- machines ---- */

#define CACHE(size_, ways_, kind_, policy_, alloc_)                                                \
	{                                                                                          \
		.size = size_, .line = 32, .ways = ways_, .kind = COH_##kind_,                     \
		.policy = COH_STORE_##policy_, .alloc = COH_ALLOC_##alloc_,                        \
	}
#define ICACHE(kind) CACHE(512, 4, kind, READ_ONLY, READ)
#define COMMON	     .page = PAGE, .pages = 3, .translations = 8

static const struct coh_machine_config vivt = { CACHE(512, 4, VIVT, PAGE, PAGE), ICACHE(VIVT),
						.cpus = 1, COMMON };
static const struct coh_machine_config read_allocate = { CACHE(512, 4, VIVT, PAGE, READ),
							 ICACHE(VIVT), .cpus = 1, COMMON };
static const struct coh_machine_config through = { CACHE(512, 4, VIVT, THROUGH, READ_WRITE),
						   ICACHE(VIVT), .cpus = 1, COMMON };
static const struct coh_machine_config back = { CACHE(512, 4, VIVT, BACK, READ_WRITE), ICACHE(VIVT),
						.cpus = 1, COMMON };
static const struct coh_machine_config unified = { CACHE(512, 4, VIVT, BACK, READ_WRITE), .cpus = 1,
						   COMMON };
static const struct coh_machine_config vipt = { CACHE(16384, 2, VIPT, PAGE, READ_WRITE),
						CACHE(16384, 2, VIPT, READ_ONLY, READ), .cpus = 1,
						COMMON };
static const struct coh_machine_config pipt = { CACHE(512, 4, PIPT, PAGE, READ_WRITE), ICACHE(PIPT),
						.cpus = 1, COMMON };
static const struct coh_machine_config outer = { CACHE(512, 4, VIVT, PAGE, READ_WRITE),
						 ICACHE(VIVT),
						 CACHE(512, 2, PIPT, BACK, READ_WRITE), .cpus = 1,
						 COMMON };
static const struct coh_machine_config tlb = { CACHE(512, 4, PIPT, PAGE, READ_WRITE), ICACHE(PIPT),
					       .cpus = 2, .tlb = 4, COMMON };
static const struct coh_machine_config smp = { CACHE(512, 4, VIVT, PAGE, READ_WRITE), ICACHE(VIVT),
					       .cpus = 2, COMMON };
static const struct coh_machine_config smp_read_allocate = { CACHE(512, 4, VIVT, PAGE, READ),
							     ICACHE(VIVT), .cpus = 2, COMMON };
static const struct coh_machine_config smp_vipt = { CACHE(16384, 2, VIPT, PAGE, READ_WRITE),
						    CACHE(16384, 2, VIPT, READ_ONLY, READ),
						    .cpus = 2, COMMON };
static const struct coh_machine_config broadcast = { CACHE(512, 4, VIVT, PAGE, READ_WRITE),
						     ICACHE(VIVT), .cpus = 2, COMMON,
						     .broadcast = true };
static const struct coh_machine_config moved = { CACHE(512, 4, PIPT, PAGE, READ_WRITE),
						 ICACHE(PIPT), .cpus = 2, COMMON,
						 .sharing = COH_SHARING_MOVED };
static const struct coh_machine_config moved_vivt = { CACHE(512, 4, VIVT, PAGE, READ_WRITE),
						      ICACHE(VIVT), .cpus = 2, COMMON,
						      .sharing = COH_SHARING_MOVED };
static const struct coh_machine_config apart = { CACHE(512, 4, PIPT, PAGE, READ_WRITE),
						 ICACHE(PIPT), .cpus = 2, COMMON,
						 .sharing = COH_SHARING_NONE };

struct row {
	const char *name;
	const struct coh_machine_config *config;
	const char *trace;
};

/* clang-format off */ /* a row is read as a line, not field by field */
static const struct row rows[] = {
	/* hits, misses, devices */
	{ "a_line_stays_what_it_was_filled_with", &vivt, "RK=0 d=1 D=1 M=1 RK=0! RK+1=0 sKc!" },
	{ "a_store_stays_in_its_line", &vivt, "WK=1 RK=1 M=0 D=0! RK+1=0 sKd" },
	{ "a_store_fills_the_rest_of_its_line", &vivt, "d=1 WK+1=2 RK=1 RK+1=2 eK D=1 D+1=2" },
	{ "equal_bytes_are_not_stale", &vivt, "WU=1 fU RK=1 WU=0 WU=1 RK=1 sKc" },
	{ "lines_are_apart", &vivt, "WK=1 RK+32=0 WK+32=2 cK M=1 M+32=0 RK+32=2" },

	/* maintenance */
	{ "clean_keeps_the_line", &vivt, "WK=1 cK M=1 D=1 sKc RK=1 cK-" },
	{ "flush_drops_the_line", &vivt, "WK=1 fK M=1 D=1 sK- RK=1" },
	{ "flush_of_a_clean_line", &vivt, "RK=0 d=1 fK sK- M=1 RK=1" },
	{ "invalidate_writes_nothing_back", &vivt, "WK=1 iK M=0 sK- L=1 RK=0! D=0!" },
	{ "invalidate_of_a_clean_line", &vivt, "RK=0 d=1 RK=0! iK RK=1" },
	{ "on_an_absent_line", &vivt, "cK- iK- fK- IK- WK=1 fK fK-" },
	{ "on_a_clean_line", &vivt, "RK=0 cK- sKc" },
	{ "anywhere_in_the_line", &vivt, "WK=1 cK+31 M=1 WK=2 cK+32- M=1" },
	{ "of_everything", &vivt, "WK=1 WU+32=2 RB=0 c*:2 M=1 M+32=2 sKc i*:3 i*- sK- sB-" },
	{ "flush_of_everything", &vivt, "WK=1 WU+32=2 RB=0 f*:3 M=1 M+32=2 sK- sU+32- L=0" },
	{ "invalidate_of_everything", &vivt, "WK=1 WU+32=2 RB=0 i*:3 M=0 L=2" },
	{ "by_set_and_way", &vivt, "WK=1 WK+32=2 wK M=1 M+32=0 sK- sK+32d" },
	{ "data_operations_leave_the_insn_side", &vivt, "FK=0 cK- fK- f*- SKc IK SK-" },
	{ "insn_operations_leave_the_data_side", &vivt, "WK=1 FK=0! IK I*- sKd M=0" },
	{ "vivt_needs_no_translation", &vivt, "WK=1 uK cK M=1" },
	{ "vipt_needs_one", &vipt, "WK=1 uK cK- fK- M=0 ck M=1" },
	{ "pipt_needs_one", &pipt, "WK=1 uK cK- ck M=1" },

	/* aliases */
	{ "vivt_aliases_never_meet", &vivt, "WK=1 Rk=0! RU=0! ck- cU- cK iU RU=1" },
	{ "cleaned_but_not_invalidated", &vivt, "RU=0 WK=1 cK RU=0! RK=1" },
	{ "vipt_aliases_of_one_colour_meet", &vipt, "WK=1 Rk=1 ck M=1 sKc skc" },
	{ "vipt_aliases_of_two_do_not", &vipt, "RU=0 WK=1 cU- RU=0! cK RU=0! iU RU=1" },
	{ "vipt_operations_need_a_congruent_alias", &vipt, "WK=1 cN M=1 WK=2 cU- M=1" },
	{ "pipt_aliases_meet", &pipt, "WK=1 Rk=1 RU=1 cU M=1 sKc" },
	{ "insn_aliases_never_meet_on_vivt", &vivt, "FK=0 FU=0 WK=1 fK IK FU=0! FK=1" },
	{ "insn_aliases_of_one_colour_meet", &vipt, "FK=0 FU=0 WK=1 fK Ik FU=0! FK=1" },

	/* what hardware may do */
	{ "eviction_writes_back", &vivt, "WK=1 eK M=1 sK- eK- L=0" },
	{ "eviction_of_a_clean_line", &vivt, "RK=0 d=1 eK M=1 RK=1" },
	{ "eviction_clobbers", &vivt, "WK=1 WU+1=2 cK M=1 eU M=0 M+1=2 D=0! RK=1 L=0 eK L=1 RK=0!" },
	{ "a_clean_line_keeps_what_memory_lost", &vivt, "WK=1 WU+1=2 cK eU L=0 WK+2=3 cK M=1 M+1=0" },
	{ "write_back_keeps_the_line", &vivt, "WK=1 bK M=1 sKc RK=1 bK-" },
	{ "a_full_set_evicts_its_first_way", &vivt, "WK=1 WK+128=2 RK+256=0 RK+384=0 sKd RB=0 sK- M=1 sK+128d" },
	{ "written_back_before_the_fill", &vivt, "WU=1 RK+128=0 RK+256=0 RK+384=0 sUd RK=1 sU-" },
	{ "prefetch", &vivt, "pK sKc pK- d=1 RK=0!" },
	{ "prefetch_of_insn", &vivt, "qK SKc sK- qK- d=1 FK=0! RK=1" },
	{ "prefetch_needs_a_cacheable_translation", &vivt, "pN- qN- uK pK- qK-" },
	{ "insn_line_evicted", &vivt, "FK=0 d=1 xK xK- FK=1" },

	/* attributes and policies */
	{ "uncached_looks_into_no_cache", &vivt, "WK=1 RN=0! sN- WN=2 M=2 RK=1! D=2" },
	{ "uncached_not_even_its_own_colour", &vipt, "WK=1 RN=0! WN=2 RK=1! FN=2 eK M=1 D=1!" },
	{ "write_through_goes_to_memory", &vivt, "RT=0 WT=1 M=1 RT=1 sTc D=1" },
	{ "write_through_allocates_nothing", &vivt, "WT=1 M=1 sT- RT=1" },
	{ "write_through_is_an_alias_too", &vivt, "RK=0 WT=1 RK=0! iK RK=1" },
	{ "write_through_updates_a_present_line", &vipt, "RK=0 WT=1 M=1 RK=1 sKc" },
	{ "write_through_leaves_a_dirty_line_dirty", &vipt, "WK=1 WT+1=2 M=0 M+1=2 RK+1=2 sKd eK M=1" },
	{ "a_write_through_cache", &through, "RK=0 WK=1 M=1 RK=1 sKc cK- iK L=0" },
	{ "a_write_through_cache_allocates_nothing", &through, "WK=1 M=1 sK-" },
	{ "a_write_back_cache", &back, "WT=1 M=0 sTd" },
	{ "uncached_on_a_write_back_cache", &back, "WN=1 M=1 sN-" },
	{ "a_store_that_misses_goes_below", &read_allocate, "WK=1 M=1 sK- RK=1" },
	{ "a_store_that_hits_does_not", &read_allocate, "RK=0 WK=1 M=0 RK=1 sKd" },

	/* homonyms */
	{ "a_load_hits_another_pages_line", &vivt, "WB=1 fB RK=0 mK=B RK=0! H=1 iK RK=1 H=1" },
	{ "a_store_lands_in_another_pages_line", &vivt, "RK=0 mK=B WK=1 H=1 sKd! RB=0! L=1 eK M=1 D=1! RK=0!" },
	{ "a_write_through_store_reaches_its_own", &vivt, "RT=0 mT=B WT=1 H=1 sTc! RB=1 M=0 L=0" },
	{ "written_back_to_where_it_came_from", &vivt, "WK=1 mK=B fK M=1 RB=0 H=0" },
	{ "fetches_hit_them_too", &vivt, "WB=1 fB FK=0 mK=B FK=0! H=1 IK FK=1" },
	{ "physical_tags_know_better", &vipt, "WB=1 fB WK=2 mK=B RK=1 H=0 Rk=2 FK=1" },

	/* the instruction side */
	{ "fetches_see_memory_only", &vivt, "WK=1 FK=0! cK FK=0! IK FK=1" },
	{ "cleaned_before_the_fetch", &vivt, "WK=1 cK FK=1" },
	{ "insn_all", &vivt, "FK=0 FU+32=0 d=1 I*:2 FK=1 SU+32-" },
	{ "a_unified_cache", &unified, "WK=1 FK=1 M=0 d=2 FK=1! RK=1! iK FK=2 SKc sKc" },
	{ "a_unified_cache_has_one_side", &unified, "WK=1 IK L=1 WK=2 I* L=1 RK=0! qK- eK qK sKc!" },

	/* the second level */
	{ "outer_keeps_what_is_written_back", &outer, "WK=1 cK M=0 D=0! L=0 C M=1 D=1 C-" },
	{ "outer_answers_other_aliases", &outer, "WK=1 fK RU=1 M=0" },
	{ "outer_answers_fetches", &outer, "WK=1 cK FK=1 M=0" },
	{ "outer_is_past_by_devices", &outer, "RK=0 d=1 iK RK=0! fK X RK=1 X X-" },
	{ "outer_is_past_by_uncached", &outer, "WK=1 fK RN=0! WN=2 fK- RK=1! Z RN=1!" },
	{ "outer_cleaned", &outer, "WK=1 fK RN=0! C RN=1 RK=1" },
	{ "outer_flushed", &outer, "WK=1 fK Z M=1 d=2 RK=2" },
	{ "outer_loses", &outer, "WK=1 fK X L=1 RK=0!" },
	{ "outer_evicted", &outer, "WK=1 fK E M=1 L=0 E-" },
	{ "outer_takes_write_through", &outer, "WT=1 M=0 RK=1 C M=1" },
	{ "outer_is_not_inclusive", &outer, "WK=1 E RK=1 X- cK M=0 E M=1" },
	{ "no_outer", &vivt, "WK=1 C- X- Z- E-" },

	/* several CPUs */
	{ "a_miss_takes_a_dirty_line", &smp, "WK=1 @1 RK=1 M=1 sKc @0 sKc" },
	{ "a_prefetch_takes_it_too", &smp, "WK=1 @1 pK M=1 @0 sKc" },
	{ "a_fetch_does_not", &smp, "WK=1 @1 FK=0! @0 sKd" },
	{ "a_store_drops_the_others_copies", &smp, "RK=0 @1 RK=0 WK=1 @0 sK- RK=1 M=1 @1 sKc" },
	{ "a_store_takes_a_dirty_line", &smp, "WK=1 @1 WK+1=2 @0 sK- @1 sKd RK=1 eK M=1 M+1=2" },
	{ "a_store_that_misses_and_goes_below", &smp_read_allocate,
	  "RK=0 WK=1 @1 WK+1=2 sK- M=1 M+1=2 @0 sK-" },
	{ "a_write_through_store_drops_them", &smp, "RT=0 @1 WT=1 @0 sT- RT=1" },
	{ "an_uncached_store_does_not", &smp_vipt, "RK=0 @1 WN=1 @0 RK=0!" },
	{ "aliases_are_incoherent_across_cpus", &smp, "WK=1 @1 RU=0! Rk=0! @0 sKd" },
	{ "one_colour_is_coherent_across_cpus", &smp_vipt, "WK=1 @1 RU=0! Rk=1 Wk=2 @0 RK=2 @1 RU=0!" },
	{ "one_name_of_two_pages", &smp, "WK=1 mK=B @1 RK=0 H=0 M=1 @0 sKc @1 WK=2 @0 sK- L=0" },
	{ "operations_reach_one_cpu", &smp, "WK=1 @1 cK- fK- f*- @0 cK M=1" },
	{ "a_dirty_line_moves_to_a_reader", &moved, "WK=1 @1 RK=1 sKd M=0 @0 sKc D=0! @1 eK D=1" },
	{ "a_dirty_line_moves_to_a_writer", &moved, "WK=1 @1 WK+4=2 sKd M=0 @0 sK- @1 cK D=1 D+4=2" },
	{ "a_store_through_keeps_what_it_takes", &moved, "WK=1 @1 RK=1 @0 WT+4=2 sKd @1 sK- @0 cK D=1 D+4=2" },
	{ "a_clean_copy_does_not_move", &moved, "RK=0 @1 RK=0 sKc @0 sKc" },
	{ "a_homonym_does_not_move", &moved_vivt, "WK=1 mK=B @1 RK=0 sKc M=1 @0 sKc" },
	{ "nobody_keeps_them_coherent", &apart, "RK=0 WK=1 @1 RK=0! M=0 WK+4=2 sKd! @0 sKd! RK+4=0!" },
	{ "apart_a_clean_and_an_invalidate_do", &apart, "RK=0 @1 RK=0 @0 WK=1 cK @1 iK RK=1" },
	{ "broadcast_operations_reach_all", &broadcast, "WK=1 @1 cK M=1 RK=1 iK:2 @0 sK- iK-" },
	{ "broadcast_of_insn", &broadcast, "FK=0 @1 FK=0 WK=1 cK @0 IK:2 FK=1 @1 FK=1" },
	{ "not_broadcast_of_insn", &smp, "@1 FK=0 @0 WK=1 cK IK- @1 FK=0! IK FK=1" },
	{ "everything_is_of_one_cpu", &broadcast, "WK=1 @1 f*- I*- @0 f*" },

	/* TLBs */
	{ "an_old_entry_is_used", &tlb, "WB=1 fB WK=2 mK=B RK=2 WK=3 tK RK=1 Rk=3" },
	{ "an_old_entry_is_anothers_too", &tlb, "RK=0 WB=1 @1 RK=0 @0 mK=B t* RK=1 @1 RK=0 tK RK=1" },
	{ "an_unmapped_page_is_still_there", &tlb, "RK=0 uK WK=1 cK M=1" },
	{ "operations_ask_the_tlb", &tlb, "WK=1 mK=B cK M=1 WK=2 tK cK- M=1" },
	{ "a_prefetch_fills_it", &tlb, "WB=1 fB pK mK=B RK=0 tK RK=1" },
	{ "operations_do_not", &tlb, "WB=1 fB cK- mK=B RK=1" },
};
/* clang-format on */

/* ---- moves ---- */

struct move {
	char verb;
	const struct alias *alias; /* NULL: '*', or none */
	uint32_t off;
	uint32_t value;
	char page; /* that is mapped */
	bool exclaimed;
	char state; /* of s and S */
	uint32_t lines;
};

static const struct alias *alias_of(char name)
{
	for (size_t i = 0; i < ALIASES; i++)
		if (aliases[i].name == name)
			return &aliases[i];
	return NULL;
}

static struct move parse(const char **text)
{
	const char *p = *text;
	struct move m = { .verb = *p++, .lines = 1 };

	if (m.verb == '@')
		m.value = (uint32_t)(*p++ - '0');
	m.alias = alias_of(*p);
	if (m.alias || *p == '*')
		p++;
	if (*p == '+')
		m.off = (uint32_t)strtoul(p + 1, (char **)&p, 10);
	if (*p == '=' && m.verb == 'm')
		m.page = *++p, p++;
	else if (*p == '=')
		m.value = (uint32_t)strtoul(p + 1, (char **)&p, 10);
	if (*p == ':')
		m.lines = (uint32_t)strtoul(p + 1, (char **)&p, 10);
	if (*p == '-' || *p == 'c' || *p == 'd')
		m.state = *p++;
	if (m.state == '-')
		m.lines = 0;
	if (*p == '!')
		m.exclaimed = *p++;
	if (*p && *p != ' ')
		fail_msg("not a move: %s", *text);
	*text = p + (*p == ' ');
	return m;
}

static void do_read(struct coh_machine *m, uint32_t cpu, const struct move *v)
{
	struct coh_machine_stale stale = { 0 };
	uint64_t va = v->alias ? v->alias->va + v->off : 0;
	uint8_t got = 0xee;
	int error = 0;

	if (v->verb == 'R')
		error = coh_machine_load(m, cpu, va, &got, 1, NULL, &stale);
	else if (v->verb == 'F')
		error = coh_machine_fetch(m, cpu, va, &got, 1, NULL, &stale);
	else if (v->verb == 'D')
		error = coh_machine_device_read(m, PA + v->off, &got, 1, &stale);
	else
		got = coh_machine_memory(m, PA + v->off);
	assert_int_equal(error, COH_MACHINE_OK);
	assert_int_equal(got, v->value);
	assert_int_equal(stale.reader != 0, v->exclaimed);
}

static void do_state(const struct coh_machine *m, uint32_t cpu, const struct move *v)
{
	enum coh_side side = v->verb == 'S' ? COH_INSN : COH_DATA;
	struct coh_machine_line_state s;
	uint32_t set, way;
	bool found = coh_machine_find(m, cpu, side, v->alias->va + v->off, &set, &way);

	assert_int_equal(found, v->state != '-');
	if (!found)
		return;
	coh_machine_look(m, cpu, side, set, way, &s);
	assert_true(s.valid);
	assert_int_equal(s.dirty, v->state == 'd');
	assert_int_equal(s.stale, v->exclaimed);
}

static uint32_t do_maintain(struct coh_machine *m, uint32_t cpu, const struct move *v)
{
	static const char verbs[] = "cif";
	enum coh_side side = v->verb == 'I' ? COH_INSN : COH_DATA;
	enum coh_op op =
		side == COH_INSN ? COH_INVALIDATE : (enum coh_op)(strchr(verbs, v->verb) - verbs);

	if (v->alias)
		return coh_machine_line(m, cpu, side, op, v->alias->va + v->off);
	return coh_machine_all(m, cpu, side, op);
}

static bool outer_evict(struct coh_machine *m)
{
	struct coh_machine_line_state s;

	for (uint32_t set = 0; set < 8; set++)
		for (uint32_t way = 0; way < 2; way++) {
			coh_machine_outer_look(m, set, way, &s);
			if (s.valid && s.pa == PA)
				return coh_machine_outer_evict(m, set, way);
		}
	return false;
}

static uint32_t do_outer(struct coh_machine *m, const struct move *v)
{
	static const char verbs[] = "CXZ";

	if (v->verb == 'E')
		return outer_evict(m);
	return coh_machine_outer_line(m, (enum coh_op)(strchr(verbs, v->verb) - verbs),
				      PA + v->off);
}

static uint32_t do_choice(struct coh_machine *m, uint32_t cpu, const struct move *v)
{
	enum coh_side side = v->verb == 'x' || v->verb == 'q' ? COH_INSN : COH_DATA;
	uint64_t va = v->alias->va + v->off;
	uint32_t set, way;

	if (v->verb == 'p' || v->verb == 'q')
		return coh_machine_fill(m, cpu, side, va, NULL);
	if (!coh_machine_find(m, cpu, side, va, &set, &way))
		return 0;
	if (v->verb == 'w')
		return coh_machine_set_way(m, cpu, side, COH_FLUSH, set, way);
	if (v->verb == 'b')
		return coh_machine_write_back(m, cpu, set, way);
	return coh_machine_evict(m, cpu, side, set, way);
}

static void do_tables(struct coh_machine *m, uint32_t cpu, const struct move *v)
{
	const struct alias *a = v->alias;

	if (v->verb == 'm')
		assert_int_equal(coh_machine_map(m, COH_MACHINE_KERNEL, a->va,
						 v->page == 'B' ? PB : PA, RIGHTS, a->attr),
				 COH_MACHINE_OK);
	else if (v->verb == 'u')
		assert_int_equal(coh_machine_unmap(m, COH_MACHINE_KERNEL, a->va), COH_MACHINE_OK);
	else if (a)
		coh_machine_tlb_invalidate(m, cpu, COH_MACHINE_KERNEL, a->va);
	else
		coh_machine_tlb_invalidate_all(m, cpu);
}

static void do_move(struct coh_machine *m, uint32_t cpu, const struct move *v)
{
	uint8_t byte = (uint8_t)v->value;

	if (strchr("RFDM", v->verb))
		do_read(m, cpu, v);
	else if (v->verb == 'W')
		assert_int_equal(coh_machine_store(m, cpu, v->alias->va + v->off, &byte, 1, NULL),
				 COH_MACHINE_OK);
	else if (v->verb == 'd')
		assert_int_equal(coh_machine_device_write(m, PA + v->off, &byte, 1),
				 COH_MACHINE_OK);
	else if (strchr("sS", v->verb))
		do_state(m, cpu, v);
	else if (strchr("cifI", v->verb))
		assert_int_equal(do_maintain(m, cpu, v), v->lines);
	else if (strchr("CXZE", v->verb))
		assert_int_equal(do_outer(m, v), v->lines);
	else if (strchr("exbpqw", v->verb))
		assert_int_equal(do_choice(m, cpu, v), v->lines);
	else if (strchr("mut", v->verb))
		do_tables(m, cpu, v);
	else if (v->verb == 'L')
		assert_int_equal(coh_machine_lost(m), v->value);
	else if (v->verb == 'H')
		assert_int_equal(coh_machine_counts(m)->homonym_hits, v->value);
	else if (v->verb != '@')
		fail_msg("no such move: %c", v->verb);
}

/* ---- traces ---- */

static uint64_t block[COPIES][MAX / sizeof(uint64_t)];

static struct coh_machine *machine(unsigned i)
{
	return (struct coh_machine *)block[i];
}

/* On memory that held something else before. */
static void start(unsigned i, const struct coh_machine_config *config)
{
	memset(block[i], 0x5a + (int)i, sizeof(block[i]));
	assert_in_range(coh_machine_size(config), 1, MAX);
	assert_int_equal(coh_machine_init(machine(i), config), COH_MACHINE_OK);
	for (size_t a = 0; a < ALIASES; a++)
		assert_int_equal(coh_machine_map(machine(i), COH_MACHINE_KERNEL, aliases[a].va,
						 aliases[a].pa, RIGHTS, aliases[a].attr),
				 COH_MACHINE_OK);
}

static void run_trace(void **state)
{
	const struct row *row = *state;
	const char *text = row->trace, *middle = text + strlen(text) / 2;
	size_t size = coh_machine_size(row->config);
	unsigned n = 2;
	uint32_t cpu = 0;

	start(0, row->config);
	start(1, row->config);
	while (*text) {
		struct move v = parse(&text);

		cpu = v.verb == '@' ? v.value : cpu;
		for (unsigned i = 0; i < n; i++) {
			do_move(machine(i), cpu, &v);
			assert_int_equal(coh_machine_check(machine(i)), 0);
		}
		if (n == 2 && text > middle)
			memcpy(block[n++], block[0], size);
	}
	assert_int_equal(n, COPIES);
	assert_memory_equal(block[0], block[1], size);
	assert_memory_equal(block[0], block[2], size);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0])];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
						.test_func = run_trace,
						.initial_state = (void *)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
