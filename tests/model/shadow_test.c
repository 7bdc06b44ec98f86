// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Every rule of the algebra in model/shadow.h, by hand, and the shortest traces
 * of real bugs.  In pairs where that makes sense: with the maintenance no
 * finding, without it exactly this one.
 *
 * A test is a trace, moves with spaces between them:
 *   WK=1  store 1 through alias K      RK    load (RK=5: it returned 5)
 *   TK=1  the same, write-through      NV=1 XV  uncached store and load
 *   FK    fetch     P  table walk      D     device reads   d=5  device writes
 *   e=5   a coherent device writes     q     is a line dirty where a device writes?
 *   cK iK fK   clean, invalidate, flush the line       IK  invalidate I-cache line
 *   c* i* f* I*  of everything         c#K   by set and way, all ways of K's set
 *   c~K  all ways but the last         mU=B  map U to page B
 * K+8: 8 bytes further.  K:2: two bytes, not four.  An access must be quiet, or
 * with ! behind it be the wanted finding, with ? be some finding; maintenance
 * must change something, or with - nothing.
 *
 * Page A has the aliases K and its congruent k, U and V of other colours; B is
 * another page.  The value that a store writes names the store: pc_of(value).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "model/shadow.h"

#define PA	  0x00100000u
#define PB	  0x00200000u
#define READ_PC	  0x2000u
#define MM	  0x30004000u
#define DEVICE	  7u
#define ALL_LINES COH_VA_UNKNOWN

static const struct alias {
	char name;
	uint32_t va;
} aliases[] = {
	{ 'K', 0xc0100000 },
	{ 'k', 0xd0100000 },
	{ 'U', 0x40009000 },
	{ 'V', 0xe000a000 },
};

#define ALIASES (sizeof(aliases) / sizeof(aliases[0]))

enum machine { VIVT, VIVT_READ_ALLOCATE, VIPT, PIPT };

/* What a finding must say.  Zero: four bytes at page A, certain, memory old. */
struct want {
	enum coh_cause cause;
	uint32_t newest, old; /* as read, in a word */
	char writer;	      /* alias; 0: its address is not known */
	uint32_t store;	      /* the value of the writer's store; 0: newest */
	char culprit;	      /* alias; '*': of everything; 0: none */
	uint32_t bad, first;  /* first: offset in the page */
	uint32_t part, size;  /* of the access, where it is cut */
	bool maybe, memory_fresh, by_device;
	bool by_value; /* which device is not known */
	enum coh_reader by;
};

struct row {
	const char *name;
	enum machine machine;
	const char *trace;
	struct want want;
};

#define SAYS(cause_, newest_, old_, writer_, ...)                                                  \
	{                                                                                          \
		.cause = COH_##cause_, .newest = newest_, .old = old_, .writer = writer_,          \
		__VA_ARGS__                                                                        \
	}
#define QUIET                                                                                      \
	{                                                                                          \
		.cause = 0                                                                         \
	}
#define SAYS_DIRTY(writer_, store_, first_)                                                        \
	{                                                                                          \
		.cause = COH_THREATENED, .by = COH_BY_DEVICE_WRITE, .writer = writer_,             \
		.store = store_, .first = first_                                                   \
	}
#define MEMORY_FRESH .memory_fresh = true
#define MAYBE	     .maybe = true, .memory_fresh = true

/* clang-format off */ /* a row is read as two or three lines, not field by field */
static const struct row rows[] = {
	/* load, store, and maintenance by address */
	{ "own_store_is_seen", VIVT, "WK=1 RK WK=2 RK", QUIET },
	{ "store_not_cleaned", VIVT, "WK=1 RU!", SAYS(NOT_CLEANED, 1, 0, 'K') },
	{ "store_cleaned", VIVT, "WK=1 cK RU RK XV D P", QUIET },
	{ "store_flushed", VIVT, "WK=1 fK RU XV", QUIET },
	{ "reader_not_invalidated", VIVT, "RU WK=1 cK RU!",
	  SAYS(OLD_COPY, 1, 0, 'K', MEMORY_FRESH) },
	{ "reader_invalidated", VIVT, "RU WK=1 cK iU RU", QUIET },
	{ "neither_cleaned_nor_invalidated", VIVT, "RU WK=1 RU!",
	  SAYS(OLD_COPY, 1, 0, 'K') },
	{ "invalidated_but_not_cleaned", VIVT, "RU WK=1 iU RU!", SAYS(NOT_CLEANED, 1, 0, 'K') },
	{ "refilled_before_the_clean", VIVT, "RU WK=1 iU RU? cK RU!",
	  SAYS(OLD_COPY, 1, 0, 'K', MEMORY_FRESH) },
	{ "maintained_too_early", VIVT, "WK=1 fK WK=2 RU!", SAYS(NOT_CLEANED, 2, 1, 'K') },
	{ "maintained_at_the_wrong_alias", VIVT, "WK=1 ck- RU!", SAYS(NOT_CLEANED, 1, 0, 'K') },
	{ "maintained_one_line_short", VIVT, "WK=1 WK+32=2 cK RU RU+32!",
	  SAYS(NOT_CLEANED, 2, 0, 'K', .first = 32) },
	{ "stored_again", VIVT, "WK=1 RU? cK WU=2 RU RK!", SAYS(OLD_COPY, 2, 1, 'U') },
	{ "of_two_stores_the_last_wrote", VIVT, "WK=1 WK=2 RU!", SAYS(NOT_CLEANED, 2, 0, 'K') },
	{ "a_finding_repeats_until_repaired", VIVT, "WK=1 RU? RU? iU cK RU", QUIET },

	/* discarded, threatened, clobbered */
	{ "dirty_data_invalidated", VIVT, "WK=1 iK RK!",
	  SAYS(DISCARDED, 1, 0, 'K', .culprit = 'K') },
	{ "discarded_seen_by_another_alias", VIVT, "WK=1 iK RU!",
	  SAYS(DISCARDED, 1, 0, 'K', .culprit = 'K') },
	{ "discarded_then_written_again", VIVT, "WK=1 iK WK=2 RK cK RU", QUIET },
	{ "clean_data_invalidated", VIVT, "WK=1 cK iK RK RU", QUIET },
	{ "old_dirty_line_threatens", VIVT, "WK=1 NV=2 XV!", SAYS(THREATENED, 2, 1, 'V', MAYBE) },
	{ "old_dirty_line_clobbers", VIVT, "WK=1 NV=2 cK XV!",
	  SAYS(CLOBBERED, 2, 1, 'V', .culprit = 'K') },
	{ "dirty_line_flushed_in_time", VIVT, "WK=1 fK NV=2 cK- XV RK", QUIET },
	{ "old_dirty_line_invalidated", VIVT, "WK=1 NV=2 iK XV!",
	  SAYS(NOT_CLEANED, 2, 1, 'V', .maybe = true) },
	{ "two_dirty_aliases_threaten", VIVT, "WK=1 WU+16=2 RK!",
	  SAYS(THREATENED, 1, 0, 'K', .maybe = true) },
	{ "two_dirty_aliases", VIVT, "WK=1 WU+16=2 RK+16!",
	  SAYS(OLD_COPY, 2, 0, 'U', .first = 16) },
	{ "two_dirty_aliases_the_other_way", VIVT, "WK=1 WU+16=2 RU!", SAYS(OLD_COPY, 1, 0, 'K') },
	{ "two_dirty_aliases_written_back", VIVT, "WK=1 WU+16=2 cK fU iK RK!",
	  SAYS(CLOBBERED, 1, 0, 'K', .culprit = 'U') },
	{ "one_writer_at_a_time", VIVT, "WK=1 fK WU+16=2 fU RK RK+16", QUIET },

	{ "discarded_rewritten_then_threatened", VIVT, "WK=1 iK WK+16=9 WU=3 RU!",
	  SAYS(THREATENED, 3, 0, 'U', .maybe = true) },
	{ "threat_went_into_a_dirty_copy", VIVT, "WK=1 NV=2 RU? WU+16=3 iK RU?", QUIET },
	{ "threat_went_into_a_copy", VIVT, "WK=1 WV+16=9 TV=2 RU? iK cV RU?", QUIET },

	/* of everything, and by set and way */
	{ "all_cleaned", VIVT, "WK=1 c* RU RK", QUIET },
	{ "all_flushed", VIVT, "RU WK=1 f* RU RK", QUIET },
	{ "all_cleaned_reader_kept", VIVT, "RU WK=1 c* RU!",
	  SAYS(OLD_COPY, 1, 0, 'K', MEMORY_FRESH) },
	{ "all_invalidated", VIVT, "WK=1 i* RK!", SAYS(DISCARDED, 1, 0, 'K', .culprit = '*') },
	{ "all_cleaned_then_invalidated", VIVT, "RU WK=1 c* i* RU RK", QUIET },
	{ "all_clobbered", VIVT, "WK=1 NV=2 c* XV!",
	  SAYS(CLOBBERED, 2, 1, 'V', .culprit = '*') },
	{ "all_insn_leaves_data", VIVT, "WK=1 FU? I* RU!", SAYS(NOT_CLEANED, 1, 0, 'K') },
	{ "set_cleaned", VIVT, "WK+64=1 c#K+64 RU+64", QUIET },
	{ "set_flushed", VIVT, "WK+64=1 f#K+64 NV+64=2 XV+64", QUIET },
	/* Which way held the line is not known: never certain. */
	{ "set_invalidated", VIVT, "WK=1 i#K RK!",
	  SAYS(DISCARDED, 1, 0, 'K', .culprit = '*', .maybe = true) },
	{ "other_set_cleaned", VIVT, "WK+64=1 c#K+96 RU+64!",
	  SAYS(NOT_CLEANED, 1, 0, 'K', .first = 64) },
	{ "alias_in_another_set", VIVT, "WK=1 c#U RU!", SAYS(NOT_CLEANED, 1, 0, 'K') },
	{ "one_way_left_out", VIVT, "WK=1 c~K RU!", SAYS(NOT_CLEANED, 1, 0, 'K') },
	{ "set_of_a_colour", VIPT, "WK=1 c#k RU", QUIET },

	/* write-through, uncached, allocation */
	{ "through_reaches_memory", VIVT, "RK TK=1 RK RU XV D P", QUIET },
	{ "through_leaves_other_copies_old", VIVT, "RU TK=1 RU!",
	  SAYS(OLD_COPY, 1, 0, 'K', MEMORY_FRESH) },
	{ "through_then_invalidated", VIVT, "RU TK=1 iU RU", QUIET },
	{ "through_under_a_dirty_alias", VIVT, "WU=1 TK=2 RK!", SAYS(THREATENED, 2, 1, 'K', MAYBE) },
	{ "through_into_its_own_dirty_line", VIVT, "WK=1 TK=2 RK RU cK RU", QUIET },
	{ "uncached_load_under_a_dirty_line", VIVT, "WK=1 XV!", SAYS(NOT_CLEANED, 1, 0, 'K') },
	{ "uncached_load_after_a_clean", VIVT, "WK=1 cK XV", QUIET },
	{ "uncached_store_under_a_copy", VIVT, "RK NV=1 RK!",
	  SAYS(OLD_COPY, 1, 0, 'V', MEMORY_FRESH) },
	{ "uncached_store_then_invalidated", VIVT, "RK NV=1 iK RK", QUIET },
	{ "read_allocate_store_misses", VIVT_READ_ALLOCATE, "WK=1 RU XV D", QUIET },
	{ "read_allocate_store_hits", VIVT_READ_ALLOCATE, "RK WK=1 RU!",
	  SAYS(NOT_CLEANED, 1, 0, 'K') },
	{ "read_allocate_hit_cleaned", VIVT_READ_ALLOCATE, "RK WK=1 cK RU", QUIET },
	{ "read_allocate_miss_beside_a_copy", VIVT_READ_ALLOCATE, "RU WK=1 RU!",
	  SAYS(OLD_COPY, 1, 0, 'K', MEMORY_FRESH) },

	/* homonyms: one virtual line, two pages */
	{ "homonym_load", VIVT, "RU=7 mU=B RU!", SAYS(OTHER_PAGE, 0, 7, 0) },
	{ "homonym_load_flushed", VIVT, "RU=7 fU mU=B RU", QUIET },
	{ "homonym_load_flushed_after", VIVT, "RU=7 mU=B fU RU", QUIET },
	{ "homonym_all_flushed_after", VIVT, "RU=7 mU=B f* RU", QUIET },
	{ "homonym_other_line", VIVT, "RU=7 mU=B RU+32", QUIET },
	{ "homonym_of_a_dirty_line", VIVT, "WU=7 mU=B RU!", SAYS(OTHER_PAGE, 0, 7, 0) },
	{ "homonym_store", VIVT, "RU=7 mU=B WU=9!", SAYS(OTHER_PAGE, 0, 7, 0, .by = COH_BY_STORE) },
	{ "homonym_store_flushed", VIVT, "RU=7 fU mU=B WU=9 RU", QUIET },
	{ "homonym_store_read_allocate", VIVT_READ_ALLOCATE, "RU=7 mU=B WU=9!",
	  SAYS(OTHER_PAGE, 0, 7, 0, .by = COH_BY_STORE) },
	{ "homonym_store_through", VIVT, "RU=7 mU=B TU=9!",
	  SAYS(OTHER_PAGE, 0, 7, 0, .by = COH_BY_STORE) },
	{ "homonym_fetch", VIVT, "d=7 FU mU=B FU!", SAYS(OTHER_PAGE, 0, 7, 0, .by = COH_BY_FETCH) },
	{ "homonym_fetch_invalidated", VIVT, "d=7 FU IU mU=B FU", QUIET },
	{ "homonym_fetch_all_invalidated", VIVT, "d=7 FU mU=B I* FU", QUIET },
	{ "homonym_fetch_data_flushed_only", VIVT, "d=7 FU mU=B f*- FU!",
	  SAYS(OTHER_PAGE, 0, 7, 0, .by = COH_BY_FETCH) },
	{ "homonym_and_back", VIVT, "RU=7 mU=B mU=A RU", QUIET },
	{ "homonym_clean_hits_the_old_page", VIVT, "WU=7 mU=B cU RK", QUIET },
	{ "homonym_invalidate_hits_the_old_page", VIVT, "WU=7 mU=B iU RK!",
	  SAYS(DISCARDED, 7, 0, 'U', .culprit = 'U') },
	{ "no_homonym_where_tags_are_physical", VIPT, "RU=7 mU=B RU WU=9 RU", QUIET },

	/* VIPT and PIPT */
	{ "same_colour_shares_lines", VIPT, "WK=1 Rk Wk=2 RK ck RU", QUIET },
	{ "other_colour_does_not", VIPT, "WK=1 RU!", SAYS(NOT_CLEANED, 1, 0, 0) },
	{ "other_colour_cleaned", VIPT, "WK=1 cK RU", QUIET },
	{ "other_colour_reader_kept", VIPT, "RU WK=1 ck RU!",
	  SAYS(OLD_COPY, 1, 0, 'K', MEMORY_FRESH) },
	{ "maintained_at_the_wrong_colour", VIPT, "WK=1 cU- RU!", SAYS(NOT_CLEANED, 1, 0, 0) },
	{ "pipt_has_one_place", PIPT, "WK=1 RU Wk=2 RK WU=3 Rk TV=4 RK cU iK RU", QUIET },
	{ "pipt_uncached_alias", PIPT, "WK=1 XV!", SAYS(NOT_CLEANED, 1, 0, 0) },

	/* the instruction side */
	{ "fetch_of_dirty_data", VIVT, "WK=1 FU!", SAYS(NOT_CLEANED, 1, 0, 'K', .by = COH_BY_FETCH) },
	{ "fetch_through_the_writer_s_alias", VIVT, "WK=1 FK!",
	  SAYS(NOT_CLEANED, 1, 0, 'K', .by = COH_BY_FETCH) },
	{ "fetch_of_cleaned_data", VIVT, "WK=1 cK FU", QUIET },
	{ "fetch_of_an_old_line", VIVT, "FU WK=1 cK FU!",
	  SAYS(OLD_COPY, 1, 0, 'K', MEMORY_FRESH, .by = COH_BY_FETCH) },
	{ "fetch_neither_cleaned_nor_invalidated", VIVT, "FU WK=1 FU!",
	  SAYS(OLD_COPY, 1, 0, 'K', .by = COH_BY_FETCH) },
	{ "fetch_invalidated_not_cleaned", VIVT, "FU WK=1 IU FU!",
	  SAYS(NOT_CLEANED, 1, 0, 'K', .by = COH_BY_FETCH) },
	{ "fetch_cleaned_and_invalidated", VIVT, "FU WK=1 cK IU FU", QUIET },
	{ "fetch_cleaned_and_all_invalidated", VIVT, "FU WK=1 cK I* FU", QUIET },
	{ "fetch_other_alias_invalidated", VIVT, "FU WK=1 cK IK- FU!",
	  SAYS(OLD_COPY, 1, 0, 'K', MEMORY_FRESH, .by = COH_BY_FETCH) },
	{ "fetch_on_pipt", PIPT, "FU WK=1 cK FU!",
	  SAYS(OLD_COPY, 1, 0, 'K', MEMORY_FRESH, .by = COH_BY_FETCH) },
	{ "fetch_on_pipt_done_right", PIPT, "FU WK=1 cU Ik FU", QUIET },
	{ "fetch_leaves_data_alone", VIVT, "FU RK WK=1 RK cK RU", QUIET },

	/* table walks and devices */
	{ "walk_of_a_dirty_entry", VIVT, "WK=1 P!", SAYS(NOT_CLEANED, 1, 0, 'K', .by = COH_BY_WALK) },
	{ "walk_of_a_cleaned_entry", VIVT, "WK=1 cK P", QUIET },
	{ "walk_of_an_uncached_entry", VIVT, "NV=1 P", QUIET },
	{ "walk_on_pipt", PIPT, "WK=1 P!", SAYS(NOT_CLEANED, 1, 0, 0, .by = COH_BY_WALK) },
	{ "device_reads_dirty_data", PIPT, "WK=1 D!", SAYS(NOT_CLEANED, 1, 0, 0, .by = COH_BY_DEVICE) },
	{ "device_reads_cleaned_data", PIPT, "WK=1 cK D", QUIET },
	{ "device_writes_under_a_copy", VIVT, "RK d=5 RK!",
	  SAYS(OLD_COPY, 5, 0, 0, MEMORY_FRESH, .by_device = true) },
	{ "device_writes_then_invalidated", VIVT, "RK d=5 iK RK=5", QUIET },
	{ "device_writes_under_a_dirty_line", VIVT, "WK=1 d=5 XV!",
	  SAYS(THREATENED, 5, 1, 0, MAYBE, .by_device = true) },
	{ "device_data_clobbered", VIVT, "WK=1 d=5 cK XV!",
	  SAYS(CLOBBERED, 5, 1, 0, .by_device = true, .culprit = 'K') },
	{ "device_into_flushed_memory", VIVT, "WK=1 fK d=5 RK=5 XV", QUIET },
	{ "device_found_by_value", VIVT, "RK RK=5!",
	  SAYS(OLD_COPY, 5, 0, 0, MEMORY_FRESH, .by_device = true, .by_value = true, .bad = 1) },
	{ "device_found_by_value_uncached", VIVT, "XV=5 RK=5", QUIET },
	{ "device_found_by_value_in_a_dirty_line", VIVT, "WK=1 RK=5!",
	  SAYS(OLD_COPY, 5, 1, 0, .by_device = true, .by_value = true, .bad = 1, MEMORY_FRESH) },

	/* before a device's write: a dirty line, which can be written back over it */
	{ "dirty_where_a_device_writes", VIVT, "WK=1 q!", SAYS_DIRTY('K', 1, 0) },
	{ "dirty_beside_the_device_s_bytes", VIVT, "WK+16=1 q!", SAYS_DIRTY('K', 1, 16) },
	{ "dirty_there_and_beside", VIVT, "WK+16=1 WK=2 q!", SAYS_DIRTY('K', 2, 0) },
	{ "dirty_under_the_second_alias", VIVT, "RK RU WU=1 q!", SAYS_DIRTY('U', 1, 0) },
	{ "dirty_under_the_second_alias_only", VIVT, "WK=1 fK WU+4=2 q!", SAYS_DIRTY('U', 2, 4) },
	{ "dirty_on_pipt", PIPT, "WK=1 q!", SAYS_DIRTY(0, 1, 0) },
	{ "dirty_line_next_to_it", VIVT, "WK+32=1 q q+28", QUIET },
	{ "dirty_line_of_another_page", VIVT, "mU=B WU=1 q", QUIET },
	{ "nothing_cached_where_a_device_writes", VIVT, "q", QUIET },
	{ "clean_where_a_device_writes", VIVT, "RK RU q WK=1 cK q", QUIET },
	{ "flushed_where_a_device_writes", VIVT, "WK=1 fK q", QUIET },
	{ "through_where_a_device_writes", VIVT, "RK TK=1 NV+4=2 q", QUIET },
	{ "dirty_with_nothing_newer_than_memory", VIVT, "WK=1 q? d=5 q", QUIET },
	{ "asking_changes_nothing", VIVT, "RU WK=1 q? q? cK q iU RU RK", QUIET },

	/* a device that takes part in the coherence of data caches */
	{ "coherent_write_is_seen_in_every_copy", VIVT, "RK RU e=5 RK RU XV D", QUIET },
	{ "coherent_write_under_a_dirty_line", VIVT, "WK=1 e=5 RK XV P cK RU", QUIET },
	{ "coherent_write_leaves_the_line_dirty", VIVT, "WK+16=1 e=5 RK RU+16!",
	  SAYS(NOT_CLEANED, 1, 0, 'K', .first = 16) },
	{ "coherent_write_repairs_an_old_copy", VIVT, "RU WK=1 e=5 RU RK", QUIET },
	{ "coherent_write_into_code", VIVT, "FK e=5 FK!",
	  SAYS(OLD_COPY, 5, 0, 0, MEMORY_FRESH, .by_device = true, .by = COH_BY_FETCH) },
	{ "coherent_write_into_code_invalidated", VIVT, "FK e=5 IK FK", QUIET },
	{ "coherent_write_then_a_store", VIVT, "RU e=5 WK=6 RU!", SAYS(OLD_COPY, 6, 5, 'K') },

	/* parts of lines, and what a redundant operation is */
	{ "half_word", VIVT, "WK+2:2=0x101 RU!",
	  SAYS(NOT_CLEANED, 0x01010000, 0, 'K', .store = 0x101, .bad = 0xc, .first = 2) },
	{ "other_half_word", VIVT, "WK+2:2=1 RU:2", QUIET },
	{ "across_lines_first_part", VIVT, "WK+30=0x01010101 RU+30!",
	  SAYS(NOT_CLEANED, 0x0101, 0, 'K', .store = 1, .bad = 3, .first = 30, .size = 2) },
	{ "across_lines_second_part", VIVT, "WK+30=0x01010101 cK RU+30!",
	  SAYS(NOT_CLEANED, 0x0101, 0, 'K', .store = 1, .bad = 3, .first = 32, .size = 2, .part = 2) },
	{ "across_lines_cleaned", VIVT, "WK+30=0x01010101 cK cK+32 RU+30", QUIET },
	{ "redundant_on_nothing", VIVT, "cK- iK- fK- IK- c*- i*- f*- I*-", QUIET },
	{ "redundant_clean", VIVT, "RK cK- WK=1 cK cK- c*-", QUIET },
	{ "redundant_invalidate", VIVT, "RK iK iK- WK=1 fK fK- iK-", QUIET },
	{ "redundant_insn", VIVT, "RK IK- FK iK IK IK- I*- FK I* IK-", QUIET },
	{ "redundant_of_everything", VIVT, "WK=1 c* c*- f* f*- i*-", QUIET },
	{ "redundant_in_trouble", VIVT, "WK=1 RU? cU- iU iU- cK cK- iK iK-", QUIET },

	/* the shortest traces of the corpus, each with its fix */
	{ "A1_fuse_write", VIVT, "WU=1 RK!", SAYS(NOT_CLEANED, 1, 0, 'U') },
	{ "A1_fixed", VIVT, "WU=1 fU RK", QUIET },
	{ "A2_second_fuse_write", VIVT, "WU=1 fU RK WU=2 fU RK!",
	  SAYS(OLD_COPY, 2, 1, 'U', MEMORY_FRESH) },
	{ "A2_fixed", VIVT, "WU=1 fU RK fK WU=2 fU RK", QUIET },
	{ "A3_fuse_read", VIVT, "RU WK=1 RU!", SAYS(OLD_COPY, 1, 0, 'K') },
	{ "A3_fixed", VIVT, "RU fU WK=1 cK RU", QUIET },
	{ "B7_kmap_of_any_colour", VIPT, "WK=1 RU!", SAYS(NOT_CLEANED, 1, 0, 0) },
	{ "B7_fixed", VIPT, "WK=1 Rk", QUIET },
	{ "E5_vmap_over_dirty_lines", VIVT, "WK=1 WV=2 fV RV!", SAYS(THREATENED, 2, 1, 'V', MAYBE) },
	{ "E5_evicted", VIVT, "WK=1 WV=2 fV fK RV!", SAYS(CLOBBERED, 2, 1, 'V', .culprit = 'K') },
	{ "E5_fixed", VIVT, "WK=1 f* WV=2 fV RV", QUIET },
	{ "F1_relocated_text", VIPT, "RU WU=1 FU!", SAYS(NOT_CLEANED, 1, 0, 0, .by = COH_BY_FETCH) },
	{ "F1_fixed", VIPT, "RU WU=1 fU IU- FU", QUIET },
	{ "F2_ptrace_breakpoint", VIPT, "FU WK=1 cK FU!",
	  SAYS(OLD_COPY, 1, 0, 'K', MEMORY_FRESH, .by = COH_BY_FETCH) },
	{ "F2_fixed", VIPT, "FU WK=1 cK IU FU", QUIET },
	{ "F17_invalidated_too_early", VIPT, "FU IU WK=1 FU!",
	  SAYS(NOT_CLEANED, 1, 0, 0, .by = COH_BY_FETCH) },
	{ "F17_prefetched", VIPT, "FU IU FU WK=1 cK FU!",
	  SAYS(OLD_COPY, 1, 0, 'K', MEMORY_FRESH, .by = COH_BY_FETCH) },
	{ "F17_fixed", VIPT, "FU WK=1 cK IU FU", QUIET },
	{ "G11_invalidated_before_a_send", PIPT, "WK=1 iK D!",
	  SAYS(DISCARDED, 1, 0, 0, .by = COH_BY_DEVICE, .culprit = 'K') },
	{ "G11_fixed", PIPT, "WK=1 cK D", QUIET },
	{ "H1_line_shared_with_a_device_clobbers", PIPT, "WK+16=1 d=5 fK RK!",
	  SAYS(CLOBBERED, 5, 0, 0, .by_device = true, .culprit = 'K') },
	{ "H1_line_shared_with_a_device_discards", PIPT, "WK+16=1 d=5 iK RK=5? RK+16!",
	  SAYS(DISCARDED, 1, 0, 0, .culprit = 'K', .first = 16) },
	{ "H1_fixed", PIPT, "WK+32=1 d=5 iK- RK=5 RK+32", QUIET },
	{ "J7_switch_of_mm", VIVT, "WU=1 mU=B RU!", SAYS(OTHER_PAGE, 0, 1, 0) },
	{ "J7_fixed", VIVT, "WU=1 f* mU=B RU", QUIET },
	{ "K1_flush_all_without_write_back", PIPT, "WK=1 i* D!",
	  SAYS(DISCARDED, 1, 0, 0, .by = COH_BY_DEVICE, .culprit = '*') },
	{ "K1_fixed", PIPT, "WK=1 f* D", QUIET },
};
/* clang-format on */

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* ---- one run of a trace ---- */

struct run {
	struct coh_shadow *s;
	struct coh_finding f;
	struct coh_shadow_access a;
	uint32_t pa[ALIASES];
	bool checked;
};

struct move {
	char verb, mode; /* mode: 0, or one of * # ~ */
	unsigned alias;
	uint32_t off, size, value;
	bool has_value;
	char page, mark; /* mark: 0, or one of ! ? - */
};

static uint32_t pc_of(uint32_t value)
{
	return 0x1000 + 4 * (value & 0xff);
}

static uint32_t number(const char **at)
{
	char *end;
	uint32_t n = (uint32_t)strtoul(*at + 1, &end, 0);

	*at = end;
	return n;
}

static unsigned alias_named(char name)
{
	for (unsigned i = 0; i < ALIASES; i++)
		if (aliases[i].name == name)
			return i;
	return ALIASES;
}

/* Takes one move off the trace. */
static struct move parse(const char **at)
{
	struct move m = { .verb = *(*at)++, .size = 4 };

	if (**at && strchr("*#~", **at))
		m.mode = *(*at)++;
	if (alias_named(**at) < ALIASES)
		m.alias = alias_named(*(*at)++);
	if (**at == '+')
		m.off = number(at);
	if (**at == ':')
		m.size = number(at);
	if (**at == '=' && m.verb == 'm') {
		m.page = (*at)[1];
		*at += 2;
	} else if (**at == '=') {
		m.value = number(at);
		m.has_value = true;
	}
	if (**at && strchr("!?-", **at))
		m.mark = *(*at)++;
	assert_true(**at == ' ' || !**at);
	*at += **at == ' ';
	return m;
}

static enum coh_op op_of(char verb)
{
	return verb == 'c' ? COH_CLEAN : verb == 'f' ? COH_FLUSH : COH_INVALIDATE;
}

/* 64 KiB, 4 ways, lines of 32 bytes: the set is bits 13..5 of the address. */
static void by_set_and_way(struct run *t, const struct move *m, const struct coh_who *who)
{
	uint32_t set = (aliases[m->alias].va + m->off) >> 5 & 511;

	for (uint32_t way = 0; way < (m->mode == '#' ? 4 : 3); way++)
		coh_shadow_set_way(t->s, op_of(m->verb), set, way, who);
	coh_shadow_settle(t->s);
}

static void do_maintenance(struct run *t, const struct move *m)
{
	enum coh_side side = m->verb == 'I' ? COH_INSN : COH_DATA;
	enum coh_op op = op_of(m->verb);
	struct coh_who who = { 0x3000u + op, m->mode ? ALL_LINES : aliases[m->alias].va, MM };

	if (m->mode == '*')
		assert_int_equal(coh_shadow_maintain_all(t->s, side, op, &who), m->mark != '-');
	else if (m->mode)
		by_set_and_way(t, m, &who);
	else
		assert_int_equal(coh_shadow_maintain(t->s, side, op, aliases[m->alias].va + m->off,
						     t->pa[m->alias] + m->off, &who),
				 m->mark != '-');
}

static void map(struct run *t, unsigned alias, uint32_t pa)
{
	coh_shadow_map(t->s, aliases[alias].va, pa, COH_PAGE_SIZE);
	t->pa[alias] = pa;
}

static bool do_access(struct run *t, const struct move *m)
{
	struct coh_shadow_access *a = &t->a;
	bool store = strchr("WTN", m->verb);

	memset(&t->f, 0xa5, sizeof(t->f));
	*a = (struct coh_shadow_access){
		.va = strchr("PDq", m->verb) ? COH_VA_UNKNOWN : aliases[m->alias].va + m->off,
		.pa = t->pa[m->alias] + m->off,
		.pc = store ? pc_of(m->value) : READ_PC,
		.mm = m->verb == 'q' ? DEVICE : MM,
		.size = m->size,
		.attr = strchr("NXPDq", m->verb) ? COH_UNCACHED
			: m->verb == 'T'	 ? COH_WRITE_THROUGH
						 : COH_WRITE_BACK,
		.bytes = m->has_value ? (const uint8_t *)&m->value : NULL,
	};
	if (store)
		return coh_shadow_store(t->s, a, &t->f);
	if (m->verb == 'F')
		return coh_shadow_fetch(t->s, a, &t->f);
	if (m->verb == 'P')
		return coh_shadow_walk(t->s, a, &t->f);
	if (m->verb == 'D')
		return coh_shadow_device_read(t->s, a, &t->f);
	if (m->verb == 'q')
		return coh_shadow_device_dirty(t->s, a, &t->f);
	return coh_shadow_load(t->s, a, &t->f);
}

static uint32_t word(const uint8_t *bytes)
{
	uint32_t w;

	memcpy(&w, bytes, sizeof(w));
	return w;
}

static void check_people(const struct coh_finding *f, const struct want *w)
{
	uint32_t at = w->first & ~3u; /* a writer is known by the word */

	assert_int_equal(f->by_device, w->by_device);
	assert_int_equal(f->writer_known, !w->by_device && w->cause != COH_OTHER_PAGE);
	if (f->writer_known) {
		assert_int_equal(f->writer.pc, pc_of(w->store ? w->store : w->newest));
		assert_int_equal(f->writer.mm, MM);
		if (!w->writer)
			assert_int_equal(f->writer.va, COH_VA_UNKNOWN);
		else
			assert_int_equal(f->writer.va & ~3u,
					 aliases[alias_named(w->writer)].va + at);
	}
	if (f->by_device)
		assert_int_equal(f->writer.mm, w->by_value ? COH_DEVICE_UNKNOWN : DEVICE);
	assert_int_equal(f->culprit_known, w->culprit != 0);
	if (!w->culprit)
		return;
	assert_int_equal(f->culprit.mm, MM);
	assert_int_equal(f->culprit.va,
			 w->culprit == '*' ? ALL_LINES : aliases[alias_named(w->culprit)].va);
}

/* No read: there are no values, and no byte of it is old yet. */
static void check_dirty(struct run *t, const struct want *w)
{
	const struct coh_finding *f = &t->f;
	bool dirty = false;

	assert_int_equal(f->by, COH_BY_DEVICE_WRITE);
	assert_int_equal(f->cause, COH_THREATENED);
	assert_false(f->certain);
	assert_false(f->values_known);
	assert_int_equal(f->mm, DEVICE);
	assert_int_equal(f->pa, t->a.pa);
	assert_int_equal(f->size, t->a.size);
	assert_int_equal(f->first_pa, PA + w->first);
	assert_int_equal(f->line_pa, PA);
	for (unsigned i = 0; i < f->n_copies; i++)
		dirty |= f->copy[i].dirty && f->copy[i].side == COH_DATA;
	assert_true(dirty);
	check_people(f, w);
	t->checked = true;
}

static void check_finding(struct run *t, const struct want *w)
{
	const struct coh_finding *f = &t->f;

	if (w->by == COH_BY_DEVICE_WRITE) {
		check_dirty(t, w);
		return;
	}
	assert_string_equal(coh_cause_name(f->cause), coh_cause_name(w->cause));
	assert_int_equal(f->by, w->by);
	assert_int_equal(f->certain, !w->maybe);
	assert_int_equal(f->memory_old, !w->memory_fresh && w->cause != COH_OTHER_PAGE);
	assert_int_equal(f->pc, t->a.pc);
	assert_int_equal(f->mm, MM);
	assert_int_equal(f->attr, t->a.attr);
	assert_int_equal(f->va, t->a.va + w->part);
	assert_int_equal(f->pa, t->a.pa + w->part);
	assert_int_equal(f->size, w->size ? w->size : 4);
	assert_int_equal(f->bad, w->bad ? w->bad : 0xf);
	assert_true(f->values_known);
	assert_int_equal(word(f->newest), w->newest);
	assert_int_equal(word(f->old), w->old);
	assert_int_equal(f->granule, 32);
	assert_int_equal(f->line_pa, f->first_pa & ~31u);
	if (w->cause == COH_OTHER_PAGE)
		assert_int_equal(f->other_pa, PA);
	else
		assert_int_equal(f->first_pa, PA + w->first);
	check_people(f, w);
	t->checked = true;
}

static void do_move(struct run *t, const struct move *m, const struct want *want)
{
	if (strchr("cifI", m->verb)) {
		do_maintenance(t, m);
	} else if (m->verb == 'm') {
		map(t, m->alias, m->page == 'A' ? PA : PB);
	} else if (m->verb == 'd') {
		coh_shadow_device_write(t->s, PA + m->off, (const uint8_t *)&m->value, 4, DEVICE);
	} else if (m->verb == 'e') {
		coh_shadow_coherent_write(t->s, PA + m->off, (const uint8_t *)&m->value, 4, DEVICE);
	} else {
		assert_int_equal(do_access(t, m), m->mark != 0);
		if (m->mark == '!')
			check_finding(t, want);
	}
}

static struct coh_shadow *machine(enum machine machine)
{
	enum coh_cache_kind kind = machine == VIPT   ? COH_VIPT
				   : machine == PIPT ? COH_PIPT
						     : COH_VIVT;
	struct coh_cache cache = { .size = 65536,
				   .line = 32,
				   .ways = 4,
				   .kind = kind,
				   .policy = COH_STORE_PAGE,
				   .alloc = COH_ALLOC_READ_WRITE };
	struct coh_shadow_config config = { .d = cache,
					    .i = cache,
					    .page_size = 4096,
					    .write_allocate = machine != VIVT_READ_ALLOCATE };

	return coh_shadow_new(&config);
}

static void run_row(void **state)
{
	const struct row *row = *state;
	struct run t = { .s = machine(row->machine) };

	assert_non_null(t.s);
	for (unsigned i = 0; i < ALIASES; i++)
		map(&t, i, PA);
	for (const char *at = row->trace; *at;) {
		struct move m;

		print_message("%s: at \"%s\"\n", row->name, at);
		m = parse(&at);
		do_move(&t, &m, &row->want);
	}
	assert_int_equal(t.checked, strchr(row->trace, '!') != NULL);
	assert_int_equal(coh_shadow_check(t.s), 0);
	coh_shadow_free(t.s);
}

int main(void)
{
	static struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
						.test_func = run_row,
						.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
