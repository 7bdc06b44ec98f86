/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * map_by_hand: the reverse maps, called by hand.  One world, made anew for each test, and checked
 * after it.  Addresses in pages: P(3) is the address of page 3.
 */
#ifndef COH_TESTS_SRC_MAP_BY_HAND_H
#define COH_TESTS_SRC_MAP_BY_HAND_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "src/map.h"
#include "tests/src/map_model.h"

#define P(page)	   ((uintptr_t)(page)*MODEL_PAGE)
#define SHARED	   COH_VMA_SHARED
#define LAST_INDEX UINTPTR_MAX
#define TOP	   (UINTPTR_MAX - MODEL_PAGE + 1) /* the last page */

static struct model m;
static struct coh *const coh = &m.coh;
static struct coh_vma *const v = m.vma;
static struct coh_mapping *const file = m.mapping;
static struct coh_anon_vma *const family = m.anon;

static inline int setup(void **state)
{
	(void)state;
	model_init(&m, COH_INDEXED_VIVT, 1, COH_CHECK_EXPENSIVE);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	model_check(&m, COH_CHECK_EXPENSIVE);
	return 0;
}

static inline void init(int i, uintptr_t start, uintptr_t pages, uintptr_t pgoff, uint32_t flags)
{
	coh_vma_init(&v[i], &m.mm[0], P(start), P(pages), pgoff, flags);
}

/* VMA i: pages [start, start + pages) of mm 0, shared mapping of file 0. */
static inline void link(int i, uintptr_t start, uintptr_t pages, uintptr_t pgoff)
{
	init(i, start, pages, pgoff, SHARED);
	assert_int_equal(coh_vma_link(coh, &v[i], &file[0]), 0);
}

static inline void link_private(int i, uintptr_t start, uintptr_t pages, uintptr_t pgoff)
{
	init(i, start, pages, pgoff, 0);
	assert_int_equal(coh_vma_link(coh, &v[i], &file[0]), 0);
	assert_int_equal(coh_vma_link_anon(coh, &v[i], &family[0]), 0);
}

/* All but the port's own counts. */
static unsigned char saved[offsetof(struct model, is)];

static inline void save(void)
{
	memcpy(saved, &m, sizeof(saved));
}

static inline bool unchanged(void)
{
	size_t from = offsetof(struct model, mm);

	return !memcmp(saved + from, (unsigned char *)&m + from, sizeof(saved) - from);
}

#define assert_refused(error, call)                                                                \
	do {                                                                                       \
		save();                                                                            \
		assert_int_equal(call, error);                                                     \
		assert_true(unchanged());                                                          \
	} while (0)

/* The VMAs that a walk finds, as letters: "ac" is v[0] and v[2], in order. */
static inline const char *found_in(enum coh_side_ side, uintptr_t index)
{
	static struct visits visits;
	static char text[32];
	int i;

	assert_true(model_walk(&m, side, 0, index, 0, COH_GROUP_ALL, COH_VISIT_NEXT, &visits));
	for (i = 0; i < visits.count; i++)
		text[i] = (char)('a' + (visits.vma[i] - v));
	text[i] = 0;
	return text;
}

static inline const char *in_file(uintptr_t index)
{
	return found_in(COH_SIDE_FILE, index);
}

static inline const char *in_family(uintptr_t index)
{
	return found_in(COH_SIDE_ANON, index);
}

static inline void assert_at(int i, uintptr_t index, uintptr_t page)
{
	uintptr_t va = 0;

	assert_int_equal(coh_vma_address(coh, &v[i], index, &va), 0);
	assert_int_equal(va, P(page));
}

static inline void assert_outside(int i, uintptr_t index)
{
	uintptr_t va = 7;

	assert_int_equal(coh_vma_address(coh, &v[i], index, &va), COH_E_OUTSIDE);
	assert_int_equal(va, 7);
}

static inline void assert_reported(const void *object)
{
	assert_int_equal(m.reports, 1);
	assert_int_equal(m.reported, COH_E_CORRUPT);
	assert_ptr_equal(m.reported_of, object);
	assert_int_equal(m.locks, 0);
	m.reports = 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name##_test, setup, teardown)

#endif
