/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which titles seem to have one cause.
 *
 * One missing operation shows in many places: whoever reads what it left behind is a title.  Two
 * titles are of one group if findings of theirs
 *
 *  - are page-table walks that miss the stores of one function;
 *  - are homonyms on one side of the cache, in one region of the address space;
 *  - are about one page and one alias of it: of the reader, the writer, who overwrote or discarded,
 *    or of a copy.  That of a linear mapping does not count: every page has it.  A page that is used
 *    again for something else is mapped elsewhere;
 *  - are about one page, and what one device wrote there;
 *  - lack maintenance of one alias of one page, or of a line of the kernel's that one function left
 *    in the cache, before the same kind of access (user mode's, the kernel's, a device's).  This
 *    goes by the advice that was tried.  A function that copies for anybody (memcpy) does not
 *    count; one that fills pages (clear_user_highpage) does;
 *  - may follow from homonyms: about a page that one of them is about, or, where there are
 *    homonyms, read in another address space than they were stored in, through such a region.
 *
 * So groups grow together.  A title that names nobody (user mode reads, user mode wrote) joins one
 * group and never connects two: different bugs have it.  That two titles are of two groups does
 * not say that they are two bugs.
 */
#ifndef COH_WATCH_RUNNER_GROUP_H
#define COH_WATCH_RUNNER_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "watch/runner/advice.h"
#include "watch/runner/library.h"
#include "watch/runner/report.h"

struct group_mark;

struct group_title {
	uint32_t parent; /* the lowest number of a group is its own */
	/* Of the whole group, where it is its own parent: */
	uint8_t shown; /* the lowest rank that was shown whole; GROUP_RANKS: none */
	uint8_t lines; /* titles that were shown as a line */
	bool alone;    /* of the title: it was never joined with another */
};

struct groups {
	struct group_title *title; /* by number */
	size_t n;
	uint32_t n_titles;	 /* one more than the highest that was entered */
	struct group_mark *mark; /* a hash table: which title left this mark first */
	size_t n_marks, room;
	bool out_of_memory; /* some titles are apart that belong together */
};

/*
 * group_finding: a finding of this title (a number from 0 on, those of new titles in order), of
 * which r is the report.  symbols may be NULL: then regions are cruder.
 */
void group_finding(struct groups *g, uint32_t title, const struct report *r,
		   const struct symbols *symbols);

/* Of which line maintenance is missing: which function left it, and what comes next. */
struct group_lack {
	uint32_t va, insn;
	char function[128]; /* "": not known, or it says nothing */
	uint32_t next_va;   /* COH_VA_UNKNOWN: a device, or the walker of page tables */
};

/* group_lack: of the first operation that is advised.  False: there is none. */
bool group_lack(const struct report *r, const struct advice *a, struct symbols *symbols,
		const struct library *library, struct group_lack *lack);

/* group_lacking: joins this title, which was entered, with those that lack the same. */
void group_lacking(struct groups *g, uint32_t title, const struct report *r,
		   const struct group_lack *lack, const struct symbols *symbols);

/* The first title of the group that this one is of; a title that was never entered is alone. */
uint32_t group_of(const struct groups *g, uint32_t title);

/*
 * group_rank: how much a report says about its group, 0: most.  Values that differ come before
 * values that do not, a homonym before what follows from it, a certain one before one that takes
 * an eviction, known values before unknown ones, a reader that has a name before one that has none.
 */
unsigned group_rank(const struct report *r);
#define GROUP_RANK_SAME 16u /* from here on: the old value was the newest by chance */
#define GROUP_RANKS	32u

/*
 * group_show: how to show the report of a new title, and takes it for shown.  The first of a group
 * is shown whole, and each that says more than those before; of the others the first few as a line.
 */
enum group_show {
	GROUP_WHOLE,
	GROUP_LINE,
	GROUP_LAST_LINE,
	GROUP_NOTHING,
};
#define GROUP_LINES 5
enum group_show group_show(struct groups *g, uint32_t title, unsigned rank);

void groups_free(struct groups *g);

#endif
