// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The kernel reads and writes users' pages: kmap, ptrace-like copies, and fills.  Under rmap, the
 * default; K, U, K.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <coherer/coherer.h>
#include "tests/src/layer_port.h"

#define SHARED (COH_VMA_SHARED | COH_VMA_WRITE)
#define U      ((uintptr_t)0x302000) /* of colour 2 */

static struct layer *l;
static struct coh *coh;
static struct coh_vma *vma;
static struct coh_page page;

/* A page that is mapped nowhere. */
static void start_unmapped(struct coh_config config, uintptr_t pfn)
{
	l = layer_start(config);
	coh = &l->coh;
	page = layer_file_page(l, pfn, INDEX);
}

/* Mapped at U. */
static void start(struct coh_config config, uintptr_t pfn)
{
	start_unmapped(config, pfn);
	vma = layer_map_file(l, &l->mm, U, 4, INDEX, SHARED);
}

/* ------------------------------------------------------------------------
 * kmap, kunmap.
 */

static void kmap(enum coh_intent intent, uintptr_t expected)
{
	uintptr_t va = 0;

	assert_int_equal(coh_kmap(coh, &page, intent, &va), 0);
	assert_int_equal(va, expected);
}

static void kunmap(enum coh_intent intent, uintptr_t va)
{
	assert_int_equal(coh_kunmap(coh, &page, intent, va), 0);
}

/* Before stores, too: dirty user lines must not be written back over them. */
static void kmap_flushes_before_any_use(void **state)
{
	(void)state;
	for (int i = COH_INTENT_READ; i <= COH_INTENT_READ_WRITE; i++) {
		enum coh_intent intent = (enum coh_intent)i;

		start(layer_vivt(), PFN);
		kmap(intent, K);
		LAYER_ASKED(l, DO_KMAP(PFN), FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K));
		kunmap(intent, K);
		if (intent == COH_INTENT_READ) /* the linear map stays */
			LAYER_ASKED(l, DO_KUNMAP(PFN, K));
		else
			LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K),
				    DO_KUNMAP(PFN, K));
	}
	start(layer_vipt(), PFN);
	kmap(COH_INTENT_WRITE, K);
	kunmap(COH_INTENT_WRITE, K);
	LAYER_ASKED(l, DO_KMAP(PFN), FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K), FLUSH_PAGE(K),
		    BY_WINDOW(PFN, 2), FLUSH_PAGE(K), DO_KUNMAP(PFN, K));
	start(layer_pipt(), PFN);
	kmap(COH_INTENT_WRITE, K);
	kunmap(COH_INTENT_WRITE, K);
	LAYER_ASKED(l, DO_KMAP(PFN), DO_KUNMAP(PFN, K));
}

/* Nobody maps it, nobody has: K cannot be old, and what is stored can wait. */
static void kmap_of_a_page_nobody_mapped(void **state)
{
	(void)state;
	start_unmapped(layer_vivt(), PFN);
	kmap(COH_INTENT_READ_WRITE, K);
	kunmap(COH_INTENT_READ_WRITE, K);
	LAYER_COUNTED(l, { COH_COUNT_DEFERRED, 1 }, { COH_COUNT_WALK, 2 });
	LAYER_ASKED(l, DO_KMAP(PFN), DO_KUNMAP(PFN, K));

	/* But whoever has no map, or is known to have been mapped, may be old. */
	vma = layer_map_file(l, &l->mm, U, 4, INDEX, SHARED);
	coh_update_mmu_cache(coh, vma, &page, U, COH_PROT_READ);
	layer_unmap(l, vma);
	layer_reset(l);
	kmap(COH_INTENT_READ, K);
	LAYER_ASKED(l, DO_KMAP(PFN), FLUSH_PAGE(K), FLUSH_PAGE(K));
	coh_page_clear(&page);
	kmap(COH_INTENT_READ, K);
	LAYER_ASKED(l, DO_KMAP(PFN), FLUSH_PAGE(K), FLUSH_PAGE(K));
	page = layer_anon_page(l, PFN, INDEX);
	kmap(COH_INTENT_READ, K);
	LAYER_ASKED(l, DO_KMAP(PFN), FLUSH_PAGE(K), FLUSH_PAGE(K));
}

/* Between that flush and the end of the translation lines can be read ahead: of the page before. */
static void a_kmap_that_comes_finds_no_line(void **state)
{
	struct coh_config config[] = { layer_vivt(), layer_vipt(), layer_pipt() };

	(void)state;
	for (int i = 0; i < 3; i++) {
		config[i].speculates = true;
		start_unmapped(config[i], HIGH_PFN);
		kmap(COH_INTENT_READ, KMAP);
		if (i < 2)
			LAYER_ASKED(l, DO_KMAP(HIGH_PFN), FLUSH_PAGE(KMAP));
		else
			LAYER_ASKED(l, DO_KMAP(HIGH_PFN));
		start_unmapped(config[i], PFN); /* the linear map stays */
		kmap(COH_INTENT_READ, K);
		LAYER_ASKED(l, DO_KMAP(PFN));
	}
}

/* The address will be another page's: no line stays, whatever it was used for. */
static void a_kmap_that_goes_leaves_no_line(void **state)
{
	(void)state;
	for (int vipt = 0; vipt < 2; vipt++) {
		start_unmapped(vipt ? layer_vipt() : layer_vivt(), HIGH_PFN);
		kmap(COH_INTENT_READ, KMAP);
		kunmap(COH_INTENT_READ, KMAP);
		LAYER_ASKED(l, DO_KMAP(HIGH_PFN), FLUSH_PAGE(KMAP), DO_KUNMAP(HIGH_PFN, KMAP));
		kmap(COH_INTENT_WRITE, KMAP);
		kunmap(COH_INTENT_WRITE, KMAP);
		LAYER_ASKED(l, DO_KMAP(HIGH_PFN), FLUSH_PAGE(KMAP), FLUSH_PAGE(KMAP),
			    DO_KUNMAP(HIGH_PFN, KMAP));
	}
	start(layer_vivt(), HIGH_PFN);
	kmap(COH_INTENT_WRITE, KMAP);
	kunmap(COH_INTENT_WRITE, KMAP);
	LAYER_ASKED(l, DO_KMAP(HIGH_PFN), FLUSH_PAGE(KMAP), FLUSH_PAGE(U), FLUSH_PAGE(KMAP),
		    FLUSH_PAGE(KMAP), FLUSH_PAGE(U), FLUSH_PAGE(KMAP), DO_KUNMAP(HIGH_PFN, KMAP));
	start(layer_pipt(), HIGH_PFN);
	kmap(COH_INTENT_WRITE, KMAP);
	kunmap(COH_INTENT_WRITE, KMAP);
	LAYER_ASKED(l, DO_KMAP(HIGH_PFN), DO_KUNMAP(HIGH_PFN, KMAP));
}

static void the_linear_map_has_two_ends(void **state)
{
	struct coh_config config = layer_vivt();

	(void)state;
	start_unmapped(config, PFN);
	kunmap(COH_INTENT_READ, LINEAR);
	kunmap(COH_INTENT_READ, LINEAR + LINEAR_SIZE - PAGE_BYTES);
	LAYER_ASKED(l, DO_KUNMAP(PFN, LINEAR), DO_KUNMAP(PFN, LINEAR + LINEAR_SIZE - PAGE_BYTES));
	kunmap(COH_INTENT_READ, LINEAR - PAGE_BYTES);
	LAYER_ASKED(l, FLUSH_PAGE(LINEAR - PAGE_BYTES), DO_KUNMAP(PFN, LINEAR - PAGE_BYTES));
	kunmap(COH_INTENT_READ, LINEAR + LINEAR_SIZE);
	LAYER_ASKED(l, FLUSH_PAGE(LINEAR + LINEAR_SIZE), DO_KUNMAP(PFN, LINEAR + LINEAR_SIZE));
	config.linear_size = 0;
	start_unmapped(config, PFN);
	kunmap(COH_INTENT_READ, LINEAR);
	LAYER_ASKED(l, FLUSH_PAGE(LINEAR), DO_KUNMAP(PFN, LINEAR));
}

/* ------------------------------------------------------------------------
 * copy_to_user_page, copy_from_user_page.
 */

#define BUFFER (LINEAR + (uintptr_t)0x800123)

static void copy_to(uintptr_t offset, size_t len)
{
	assert_int_equal(
		coh_copy_to_user_page(coh, vma, &page, U + offset, K + offset, BUFFER, len), 0);
}

/* Before: what users have dirty beside these bytes.  After: what the copy left under K. */
static void copy_to_flushes_before_and_after(void **state)
{
	(void)state;
	start(layer_with_icache(layer_vivt(), COH_INDEXED_VIVT), PFN);
	copy_to(0x123, 8);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K), COPY(K + 0x123, BUFFER, 8),
		    FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K));
	start(layer_vipt(), PFN);
	copy_to(0, PAGE_BYTES);
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K), COPY(K, BUFFER, PAGE_BYTES),
		    FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K));
	start(layer_pipt(), PFN);
	copy_to(PAGE_BYTES - 1, 1);
	LAYER_ASKED(l, COPY(K + PAGE_BYTES - 1, BUFFER, 1));
}

#define TEXT (COH_VMA_EXEC | SHARED)

/* A breakpoint is set.  Where aliases do not meet the bytes are in memory by then. */
static void copy_to_code_reaches_fetches(void **state)
{
	(void)state;
	start_unmapped(layer_with_icache(layer_vivt(), COH_INDEXED_VIVT), PFN);
	vma = layer_map_file(l, &l->mm, U, 4, INDEX, TEXT);
	copy_to(4, 4);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(U), ICACHE_PAGE(U), FLUSH_PAGE(K),
		    COPY(K + 4, BUFFER, 4), FLUSH_PAGE(K), FLUSH_PAGE(U), ICACHE_PAGE(U),
		    FLUSH_PAGE(K), LOCKED(l), ICACHE(U, 32));
	start_unmapped(layer_with_icache(layer_vipt(), COH_INDEXED_VIPT), PFN);
	vma = layer_map_file(l, &l->other, U, 4, INDEX, TEXT);
	copy_to(4, 4);
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K), COPY(K + 4, BUFFER, 4),
		    FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K), LOCKED(l), ICACHE(K, 32));
	start_unmapped(layer_with_icache(layer_pipt(), COH_INDEXED_PIPT), PFN);
	vma = layer_map_file(l, &l->mm, U, 4, INDEX, TEXT);
	copy_to(4, 4);
	LAYER_ASKED(l, COPY(K + 4, BUFFER, 4), CLEAN_PAGE(K), LOCKED(l), ICACHE_PAGE(K));
}

/* Only the lines of the bytes that changed; where code is, which address finds it. */
static void copy_to_code_drops_what_it_changed(void **state)
{
	struct coh_config config = layer_vipt();

	(void)state;
	/* Of another mm than the current one: by its address, where nothing can be. */
	start_unmapped(layer_with_icache(layer_vivt(), COH_INDEXED_VIVT), PFN);
	vma = layer_map_file(l, &l->other, U, 4, INDEX, TEXT);
	copy_to(0x3e, 4);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K), COPY(K + 0x3e, BUFFER, 4), FLUSH_PAGE(K),
		    FLUSH_PAGE(K), LOCKED(l), ICACHE(U + 0x20, 0x40));
	start_unmapped(layer_with_icache(layer_vivt(), COH_INDEXED_PIPT), PFN);
	vma = layer_map_file(l, &l->other, U, 4, INDEX, TEXT);
	copy_to(0x3e, 4);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(K), COPY(K + 0x3e, BUFFER, 4), FLUSH_PAGE(K),
		    FLUSH_PAGE(K), LOCKED(l), ICACHE(K + 0x20, 0x40));
	start_unmapped(layer_with_icache(layer_vipt(), COH_INDEXED_VIVT), PFN);
	vma = layer_map_file(l, &l->mm, U, 4, INDEX, TEXT);
	copy_to(0x3e, 4);
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K), COPY(K + 0x3e, BUFFER, 4),
		    FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K), LOCKED(l),
		    ICACHE(U + 0x20, 0x40));
	/* Once it is known to be executed the flush sees to all of its code. */
	copy_to(0x3e, 4);
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K), ICACHE_ALL,
		    COPY(K + 0x3e, BUFFER, 4), FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K),
		    ICACHE_ALL, ICACHE(U + 0x20, 0x40));
	/* Code at several places: no address finds it. */
	config.icache = layer_icache_aliasing();
	start_unmapped(config, PFN);
	vma = layer_map_file(l, &l->mm, U, 4, INDEX, TEXT);
	copy_to(0x3e, 4);
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K), COPY(K + 0x3e, BUFFER, 4),
		    FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K), CLEAN_PAGE(K), LOCKED(l),
		    ICACHE_ALL);
	/* Unified. */
	start_unmapped(layer_vivt(), PFN);
	vma = layer_map_file(l, &l->mm, U, 4, INDEX, TEXT);
	copy_to(0x3e, 4);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K), COPY(K + 0x3e, BUFFER, 4),
		    FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K), LOCKED(l));
}

static void copy_from_flushes_before(void **state)
{
	(void)state;
	start(layer_vivt(), PFN);
	assert_int_equal(coh_copy_from_user_page(coh, vma, &page, U + 0x123, BUFFER, K + 0x123,
						 PAGE_BYTES - 0x123),
			 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K),
		    COPY(BUFFER, K + 0x123, PAGE_BYTES - 0x123));
	start(layer_vipt(), PFN);
	assert_int_equal(coh_copy_from_user_page(coh, vma, &page, U, BUFFER, K, 1), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K), COPY(BUFFER, K, 1));
	start(layer_pipt(), PFN);
	assert_int_equal(coh_copy_from_user_page(coh, vma, &page, U, BUFFER, K, 1), 0);
	LAYER_ASKED(l, COPY(BUFFER, K, 1));
}

/* By a temporary address of the page: it is that one that is flushed. */
static void copies_go_by_the_address_that_is_given(void **state)
{
	(void)state;
	start(layer_vivt(), HIGH_PFN);
	l->high_is_mapped = true;
	assert_int_equal(coh_copy_to_user_page(coh, vma, &page, U + 16, KMAP + 16, BUFFER, 8), 0);
	LAYER_ASKED(l, FLUSH_PAGE(KMAP), FLUSH_PAGE(U), FLUSH_PAGE(KMAP),
		    COPY(KMAP + 16, BUFFER, 8), FLUSH_PAGE(KMAP), FLUSH_PAGE(U), FLUSH_PAGE(KMAP));
	assert_int_equal(coh_copy_from_user_page(coh, vma, &page, U + 16, BUFFER, KMAP + 16, 8), 0);
	LAYER_ASKED(l, FLUSH_PAGE(KMAP), FLUSH_PAGE(U), FLUSH_PAGE(KMAP),
		    COPY(BUFFER, KMAP + 16, 8));
}

/* ------------------------------------------------------------------------
 * clear_user_page, copy_user_page.
 */

#define TO	  ((uintptr_t)0x31) /* page frame of the page that is filled; also of colour 1 */
#define KTO	  (LINEAR + TO * PAGE_BYTES)
#define CONGRUENT ((uintptr_t)0x405000)
#define APART	  ((uintptr_t)0x406000)

static struct coh_page to;

static void start_fill(struct coh_config config)
{
	start(config, PFN);
	to = layer_anon_page(l, TO, 0);
}

static void clear_leaves_nothing_that_users_miss(void **state)
{
	(void)state;
	start_fill(layer_vivt());
	assert_int_equal(coh_clear_user_page(coh, &to, CONGRUENT), 0);
	LAYER_ASKED(l, ZERO(KTO), FLUSH_PAGE(KTO));
	start_fill(layer_vipt());
	assert_int_equal(coh_clear_user_page(coh, &to, APART), 0);
	LAYER_ASKED(l, ZERO(KTO), FLUSH_PAGE(KTO));
	/* The user hits the very lines. */
	assert_int_equal(coh_clear_user_page(coh, &to, CONGRUENT), 0);
	LAYER_ASKED(l, ZERO(KTO));
	start_fill(layer_pipt());
	assert_int_equal(coh_clear_user_page(coh, &to, APART), 0);
	LAYER_ASKED(l, ZERO(KTO));
}

/* Of the frame's user before: read ahead, after he was flushed, by a translation that was going. */
static void fills_drop_what_was_read_ahead(void **state)
{
	struct coh_config config = layer_vipt();

	(void)state;
	config.speculates = true;
	start_fill(config);
	assert_int_equal(coh_clear_user_page(coh, &to, APART), 0);
	LAYER_ASKED(l, ZERO(KTO), FLUSH_PAGE(KTO), BY_WINDOW(TO, 2));
	assert_int_equal(coh_clear_user_page(coh, &to, CONGRUENT), 0);
	LAYER_ASKED(l, ZERO(KTO));
	assert_int_equal(coh_copy_user_page(coh, &to, &page, APART), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K), COPY(KTO, K, PAGE_BYTES),
		    FLUSH_PAGE(KTO), BY_WINDOW(TO, 2));
	for (int i = 0; i < 2; i++) {
		config = i ? layer_pipt() : layer_vivt();
		config.speculates = true;
		start_fill(config);
		assert_int_equal(coh_clear_user_page(coh, &to, APART), 0);
		if (i)
			LAYER_ASKED(l, ZERO(KTO));
		else
			LAYER_ASKED(l, ZERO(KTO), FLUSH_PAGE(KTO), FLUSH_PAGE(APART));
	}
}

static void copy_reads_the_newest(void **state)
{
	(void)state;
	start_fill(layer_vivt());
	assert_int_equal(coh_copy_user_page(coh, &to, &page, APART), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), FLUSH_PAGE(U), FLUSH_PAGE(K), COPY(KTO, K, PAGE_BYTES),
		    FLUSH_PAGE(KTO));
	start_fill(layer_vipt());
	assert_int_equal(coh_copy_user_page(coh, &to, &page, APART), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K), COPY(KTO, K, PAGE_BYTES),
		    FLUSH_PAGE(KTO));
	assert_int_equal(coh_copy_user_page(coh, &to, &page, CONGRUENT), 0);
	LAYER_ASKED(l, FLUSH_PAGE(K), BY_WINDOW(PFN, 2), FLUSH_PAGE(K), COPY(KTO, K, PAGE_BYTES));
	start_fill(layer_pipt());
	assert_int_equal(coh_copy_user_page(coh, &to, &page, APART), 0);
	LAYER_ASKED(l, COPY(KTO, K, PAGE_BYTES));
}

/*
 * What a fill did need not be done again; but fetches do not hit data lines.  On VIPT, where the
 * user may have stored by then, K's lines go before a user hits them.
 */
static void a_filled_page_is_clean_but_for_code(void **state)
{
	struct coh_vma *anon;

	(void)state;
	for (int i = 0; i < 3; i++) {
		const uintptr_t va = i == 1 ? CONGRUENT : APART;

		start_fill(
			layer_with_icache(i == 2 ? layer_vivt() : layer_vipt(), COH_INDEXED_PIPT));
		anon = layer_map_anon(l, &l->mm, va, 1, 0, COH_VMA_WRITE | COH_VMA_EXEC);
		coh_clear_user_page(coh, &to, va);
		layer_reset(l);
		assert_int_equal(coh_update_mmu_cache(coh, anon, &to, va, COH_PROT_WRITE), 0);
		LAYER_COUNTED(l, { COH_COUNT_SKIPPED_CLEAN, 1 });
		LAYER_ASKED(l, LOCKED(l));
		assert_int_equal(coh_update_mmu_cache(coh, anon, &to, va, COH_PROT_EXEC), 0);
		LAYER_COUNTED(l, { COH_COUNT_COMPLETED, 1 });
		if (i == 0)
			LAYER_ASKED(l, LOCKED(l), BY_WINDOW(0x31, 2), CLEAN_PAGE(KTO),
				    ICACHE_PAGE(KTO));
		else if (i == 1)
			LAYER_ASKED(l, LOCKED(l), FLUSH_PAGE(KTO), CLEAN_PAGE(KTO),
				    ICACHE_PAGE(KTO));
		else
			LAYER_ASKED(l, LOCKED(l), ICACHE_PAGE(KTO));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kmap_flushes_before_any_use),
		cmocka_unit_test(kmap_of_a_page_nobody_mapped),
		cmocka_unit_test(a_kmap_that_comes_finds_no_line),
		cmocka_unit_test(a_kmap_that_goes_leaves_no_line),
		cmocka_unit_test(the_linear_map_has_two_ends),
		cmocka_unit_test(copy_to_flushes_before_and_after),
		cmocka_unit_test(copy_to_code_reaches_fetches),
		cmocka_unit_test(copy_to_code_drops_what_it_changed),
		cmocka_unit_test(copy_from_flushes_before),
		cmocka_unit_test(copies_go_by_the_address_that_is_given),
		cmocka_unit_test(clear_leaves_nothing_that_users_miss),
		cmocka_unit_test(fills_drop_what_was_read_ahead),
		cmocka_unit_test(copy_reads_the_newest),
		cmocka_unit_test(a_filled_page_is_clean_but_for_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
