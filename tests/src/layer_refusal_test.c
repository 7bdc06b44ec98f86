// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Bad input to the layer's entry points: the error, nothing asked of the port, nothing changed.
 * Those on VMAs are in map_test.c, coh_init in layer_init_test.c.  On every kind of cache: what is
 * refused does not depend on it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <coherer/coherer.h>
#include "tests/src/layer_port.h"

#define SHARED (COH_VMA_SHARED | COH_VMA_WRITE)
#define START  ((uintptr_t)0x200000) /* of the file's VMA; eight pages from page offset 16 */
#define ANON   ((uintptr_t)0x600000) /* of the anonymous one, the same */
#define PLACE  3u		     /* the pages' place in them */
#define END    (START + 8 * PAGE_BYTES)
#define U      (START + PLACE * PAGE_BYTES)
#define A      (ANON + PLACE * PAGE_BYTES)
#define LAST   (UINTPTR_MAX - PAGE_BYTES + 1) /* the last page of the address space */

static struct layer *l;
static struct coh *coh;
static struct coh_vma *vma, *anon_vma;
static struct coh_page page, anon_page, outside_page, strange_page, no_page;
static struct coh_anon_vma strange_family;

/* A file's page and an anonymous one, mapped; one beyond the VMAs; one of others; one of nobody. */
static void make_world(struct coh_config config)
{
	l = layer_start(config);
	coh = &l->coh;
	vma = layer_map_file(l, &l->mm, START, 8, 16, SHARED | COH_VMA_EXEC);
	anon_vma = layer_map_anon(l, &l->mm, ANON, 8, 16, COH_VMA_WRITE);
	page = layer_file_page(l, PFN, 16 + PLACE);
	anon_page = layer_anon_page(l, PFN + 1, 16 + PLACE);
	outside_page = layer_file_page(l, PFN + 2, 16 + 8);
	coh_anon_vma_init(&strange_family);
	coh_page_init(&strange_page, PFN + 3);
	coh_page_set_anon(&strange_page, &strange_family, 16 + PLACE);
	coh_page_init(&no_page, PFN + 4);
	LAYER_WATCH(l, vma);
	LAYER_WATCH(l, anon_vma);
	LAYER_WATCH(l, &page);
	LAYER_WATCH(l, &anon_page);
	LAYER_WATCH(l, &outside_page);
	LAYER_WATCH(l, &no_page);
}

static void (*body)(void);

static void on_every_cache(void **state)
{
	struct coh_config config = layer_vivt();

	body = (void (*)(void)) * state;
	config.icache = layer_icache(COH_INDEXED_VIVT);
	make_world(config);
	body();
	make_world(layer_vipt());
	body();
	make_world(layer_pipt());
	body();
}

static void kernel_use_of_a_page(void)
{
	uintptr_t va = 77;

	LAYER_REFUSES(l, COH_E_NULL, coh_flush_dcache_page(NULL, &page));
	LAYER_REFUSES(l, COH_E_NULL, coh_flush_dcache_page(coh, NULL));
	LAYER_REFUSES(l, COH_E_NULL, coh_flush_kernel_dcache_page(NULL, &page));
	LAYER_REFUSES(l, COH_E_NULL, coh_flush_kernel_dcache_page(coh, NULL));

	LAYER_REFUSES(l, COH_E_NULL, coh_kmap(NULL, &page, COH_INTENT_READ, &va));
	LAYER_REFUSES(l, COH_E_NULL, coh_kmap(coh, NULL, COH_INTENT_READ, &va));
	LAYER_REFUSES(l, COH_E_NULL, coh_kmap(coh, &page, COH_INTENT_READ, NULL));
	LAYER_REFUSES(l, COH_E_ARGUMENT, coh_kmap(coh, &page, (enum coh_intent)0, &va));
	LAYER_REFUSES(l, COH_E_ARGUMENT, coh_kmap(coh, &page, (enum coh_intent)4, &va));
	assert_int_equal(va, 77);

	LAYER_REFUSES(l, COH_E_NULL, coh_kunmap(NULL, &page, COH_INTENT_READ, K));
	LAYER_REFUSES(l, COH_E_NULL, coh_kunmap(coh, NULL, COH_INTENT_READ, K));
	LAYER_REFUSES(l, COH_E_ARGUMENT, coh_kunmap(coh, &page, (enum coh_intent)0, K));
	LAYER_REFUSES(l, COH_E_ARGUMENT, coh_kunmap(coh, &page, (enum coh_intent)4, K));
	LAYER_REFUSES(l, COH_E_ALIGN, coh_kunmap(coh, &page, COH_INTENT_WRITE, K + 4));
}

static void a_kmap_without_a_slot(void)
{
	struct coh_page high = layer_file_page(l, HIGH_PFN, 1);
	uintptr_t va = 77;

	l->slots = 0;
	assert_int_equal(coh_kmap(coh, &high, COH_INTENT_READ_WRITE, &va), COH_E_SLOTS);
	assert_int_equal(va, 77);
	assert_int_equal(high.mark, 0);
	LAYER_ASKED(l, DO_KMAP(HIGH_PFN));
	/* And fills of pages that have no kernel address. */
	LAYER_REFUSES(l, COH_E_SLOTS, coh_clear_user_page(coh, &high, U));
	LAYER_REFUSES(l, COH_E_SLOTS, coh_copy_user_page(coh, &high, &page, U));
	LAYER_REFUSES(l, COH_E_SLOTS, coh_copy_user_page(coh, &page, &high, U));
}

static void get_user_pages(void)
{
	LAYER_REFUSES(l, COH_E_NULL, coh_flush_anon_page(NULL, anon_vma, &anon_page, A));
	LAYER_REFUSES(l, COH_E_NULL, coh_flush_anon_page(coh, NULL, &anon_page, A));
	LAYER_REFUSES(l, COH_E_NULL, coh_flush_anon_page(coh, anon_vma, NULL, A));
	LAYER_REFUSES(l, COH_E_OWNER, coh_flush_anon_page(coh, vma, &page, U));
	LAYER_REFUSES(l, COH_E_OWNER, coh_flush_anon_page(coh, vma, &anon_page, U));
	LAYER_REFUSES(l, COH_E_OWNER, coh_flush_anon_page(coh, anon_vma, &strange_page, A));
	LAYER_REFUSES(l, COH_E_OWNER, coh_flush_anon_page(coh, anon_vma, &no_page, A));
	LAYER_REFUSES(l, COH_E_OUTSIDE,
		      coh_flush_anon_page(coh, anon_vma, &anon_page, A + PAGE_BYTES));
	LAYER_REFUSES(l, COH_E_OUTSIDE, coh_flush_anon_page(coh, anon_vma, &anon_page, A - 1));

	LAYER_REFUSES(l, COH_E_NULL, coh_get_user_page(NULL, vma, &page, U, COH_INTENT_READ));
	LAYER_REFUSES(l, COH_E_NULL, coh_get_user_page(coh, NULL, &page, U, COH_INTENT_READ));
	LAYER_REFUSES(l, COH_E_NULL, coh_get_user_page(coh, vma, NULL, U, COH_INTENT_READ));
	LAYER_REFUSES(l, COH_E_ARGUMENT, coh_get_user_page(coh, vma, &page, U, (enum coh_intent)0));
	LAYER_REFUSES(l, COH_E_ARGUMENT, coh_get_user_page(coh, vma, &page, U, (enum coh_intent)4));
	LAYER_REFUSES(l, COH_E_OWNER, coh_get_user_page(coh, vma, &no_page, U, COH_INTENT_READ));
	LAYER_REFUSES(l, COH_E_OWNER, coh_get_user_page(coh, anon_vma, &page, A, COH_INTENT_READ));
	LAYER_REFUSES(l, COH_E_OUTSIDE,
		      coh_get_user_page(coh, vma, &page, U + PAGE_BYTES, COH_INTENT_READ));
	LAYER_REFUSES(l, COH_E_OUTSIDE,
		      coh_get_user_page(coh, vma, &outside_page, END, COH_INTENT_READ));
}

static void copies_of_pieces(void)
{
	const uintptr_t buffer = LINEAR + 0x500123;
	const size_t rest = PAGE_BYTES - 0x10;

#define TO(vma, page, va, k, len)   coh_copy_to_user_page(coh, vma, page, va, k, buffer, len)
#define FROM(vma, page, va, k, len) coh_copy_from_user_page(coh, vma, page, va, buffer, k, len)
	LAYER_REFUSES(l, COH_E_NULL, coh_copy_to_user_page(NULL, vma, &page, U, K, buffer, 1));
	LAYER_REFUSES(l, COH_E_NULL, coh_copy_from_user_page(NULL, vma, &page, U, buffer, K, 1));
	LAYER_REFUSES(l, COH_E_NULL, TO(NULL, &page, U, K, 1));
	LAYER_REFUSES(l, COH_E_NULL, FROM(NULL, &page, U, K, 1));
	LAYER_REFUSES(l, COH_E_NULL, TO(vma, NULL, U, K, 1));
	LAYER_REFUSES(l, COH_E_NULL, FROM(vma, NULL, U, K, 1));
	/* Over the end of the page, or not the same byte. */
	LAYER_REFUSES(l, COH_E_RANGE, TO(vma, &page, U + 0x10, K + 0x10, rest + 1));
	LAYER_REFUSES(l, COH_E_RANGE, FROM(vma, &page, U + 0x10, K + 0x10, rest + 1));
	LAYER_REFUSES(l, COH_E_RANGE, TO(vma, &page, U + 0x10, K + 0x10, SIZE_MAX));
	LAYER_REFUSES(l, COH_E_RANGE, TO(vma, &page, U + 0x10, K, 1));
	LAYER_REFUSES(l, COH_E_RANGE, FROM(vma, &page, U, K + 0x10, 1));
	LAYER_REFUSES(l, COH_E_OWNER, TO(vma, &no_page, U, K, 1));
	LAYER_REFUSES(l, COH_E_OWNER, FROM(vma, &anon_page, U, K, 1));
	LAYER_REFUSES(l, COH_E_OUTSIDE, TO(vma, &page, U - PAGE_BYTES, K, 1));
	LAYER_REFUSES(l, COH_E_OUTSIDE, FROM(vma, &page, U + PAGE_BYTES, K, 1));
	LAYER_REFUSES(l, COH_E_OUTSIDE, FROM(vma, &outside_page, END, K, 1));

	/* Nothing to copy is nothing to do. */
	assert_int_equal(TO(vma, &page, U, K, 0), 0);
	assert_int_equal(FROM(vma, &page, U, K, 0), 0);
	LAYER_ASKED_NOTHING(l);
}

static void copies_of_pages(void)
{
	LAYER_REFUSES(l, COH_E_NULL, coh_copy_user_page(NULL, &page, &anon_page, U));
	LAYER_REFUSES(l, COH_E_NULL, coh_copy_user_page(coh, NULL, &anon_page, U));
	LAYER_REFUSES(l, COH_E_NULL, coh_copy_user_page(coh, &page, NULL, U));
	LAYER_REFUSES(l, COH_E_NULL, coh_clear_user_page(NULL, &page, U));
	LAYER_REFUSES(l, COH_E_NULL, coh_clear_user_page(coh, NULL, U));
}

static void changes_of_translations(void)
{
	LAYER_REFUSES(l, COH_E_NULL, coh_flush_cache_page(NULL, vma, U, PFN));
	LAYER_REFUSES(l, COH_E_NULL, coh_flush_cache_page(coh, NULL, U, PFN));
	LAYER_REFUSES(l, COH_E_ALIGN, coh_flush_cache_page(coh, vma, U + 4, PFN));
	LAYER_REFUSES(l, COH_E_OUTSIDE, coh_flush_cache_page(coh, vma, START - PAGE_BYTES, PFN));
	LAYER_REFUSES(l, COH_E_OUTSIDE, coh_flush_cache_page(coh, vma, END, PFN));
	LAYER_REFUSES(l, COH_E_OUTSIDE, coh_flush_cache_page(coh, vma, END + PAGE_BYTES, PFN));

	LAYER_REFUSES(l, COH_E_NULL, coh_flush_cache_range(NULL, vma, U, PAGE_BYTES));
	LAYER_REFUSES(l, COH_E_NULL, coh_flush_cache_range(coh, NULL, U, PAGE_BYTES));
	LAYER_REFUSES(l, COH_E_ALIGN, coh_flush_cache_range(coh, vma, U + 32, PAGE_BYTES));
	LAYER_REFUSES(l, COH_E_ALIGN, coh_flush_cache_range(coh, vma, U, PAGE_BYTES + 32));
	LAYER_REFUSES(l, COH_E_RANGE, coh_flush_cache_range(coh, vma, LAST, 2 * PAGE_BYTES));
	LAYER_REFUSES(l, COH_E_RANGE, coh_flush_cache_range(coh, vma, U, LAST));
	LAYER_REFUSES(l, COH_E_OUTSIDE, coh_flush_cache_range(coh, vma, LAST, PAGE_BYTES));
	LAYER_REFUSES(l, COH_E_OUTSIDE,
		      coh_flush_cache_range(coh, vma, START - PAGE_BYTES, 2 * PAGE_BYTES));
	LAYER_REFUSES(l, COH_E_OUTSIDE,
		      coh_flush_cache_range(coh, vma, START + PAGE_BYTES, 8 * PAGE_BYTES));
	LAYER_REFUSES(l, COH_E_OUTSIDE, coh_flush_cache_range(coh, vma, END + PAGE_BYTES, 0));
	assert_int_equal(coh_flush_cache_range(coh, vma, END, 0), 0);
	LAYER_ASKED_NOTHING(l);

	LAYER_REFUSES(l, COH_E_NULL, coh_flush_cache_mm(NULL, &l->mm));
	LAYER_REFUSES(l, COH_E_NULL, coh_flush_cache_mm(coh, NULL));
	LAYER_REFUSES(l, COH_E_NULL, coh_flush_cache_dup_mm(NULL, &l->mm));
	LAYER_REFUSES(l, COH_E_NULL, coh_flush_cache_dup_mm(coh, NULL));
	LAYER_REFUSES(l, COH_E_NULL, coh_switch_mm(NULL, &l->mm, &l->other));
}

static void new_translations(void)
{
	const uint32_t all = COH_PROT_READ | COH_PROT_WRITE | COH_PROT_EXEC;

	LAYER_REFUSES(l, COH_E_NULL, coh_update_mmu_cache(NULL, vma, &page, U, all));
	LAYER_REFUSES(l, COH_E_NULL, coh_update_mmu_cache(coh, NULL, &page, U, all));
	LAYER_REFUSES(l, COH_E_NULL, coh_update_mmu_cache(coh, vma, NULL, U, all));
	LAYER_REFUSES(l, COH_E_ARGUMENT, coh_update_mmu_cache(coh, vma, &page, U, 0));
	LAYER_REFUSES(l, COH_E_ARGUMENT, coh_update_mmu_cache(coh, vma, &page, U, 8 | all));
	LAYER_REFUSES(l, COH_E_ALIGN, coh_update_mmu_cache(coh, vma, &page, U + 1, all));
	LAYER_REFUSES(l, COH_E_OWNER, coh_update_mmu_cache(coh, vma, &no_page, U, all));
	LAYER_REFUSES(l, COH_E_OWNER, coh_update_mmu_cache(coh, anon_vma, &page, A, all));
	LAYER_REFUSES(l, COH_E_OWNER, coh_update_mmu_cache(coh, vma, &anon_page, U, all));
	LAYER_REFUSES(l, COH_E_OUTSIDE, coh_update_mmu_cache(coh, vma, &page, U + PAGE_BYTES, all));
	LAYER_REFUSES(l, COH_E_OUTSIDE, coh_update_mmu_cache(coh, vma, &outside_page, END, all));
	LAYER_REFUSES(l, COH_E_OUTSIDE,
		      coh_update_mmu_cache(coh, anon_vma, &anon_page, A - PAGE_BYTES, all));
}

/* They return nothing, or no error: NULL is left alone, and may be covered. */
static void nothing_to_make(void)
{
	coh_mm_init(NULL);
	coh_mapping_init(NULL);
	coh_anon_vma_init(NULL);
	coh_vma_init(NULL, &l->mm, START, PAGE_BYTES, 0, SHARED);
	coh_page_init(NULL, PFN);
	coh_page_clear(NULL);
	assert_false(coh_mapping_covers(NULL, &l->file, 16 + PLACE));
	assert_false(coh_mapping_covers(coh, NULL, 16 + PLACE));
	LAYER_ASKED_NOTHING(l);
}

static void code_and_vmap(void)
{
	LAYER_REFUSES(l, COH_E_NULL, coh_flush_icache_range(NULL, K, 8));
	LAYER_REFUSES(l, COH_E_RANGE, coh_flush_icache_range(coh, UINTPTR_MAX, 2));
	/* In whole lines it is all there is, and the port would be told 0. */
	LAYER_REFUSES(l, COH_E_RANGE, coh_flush_icache_range(coh, 0, SIZE_MAX));
	LAYER_REFUSES(l, COH_E_RANGE, coh_flush_icache_range(coh, 1, SIZE_MAX - 1));
	LAYER_REFUSES(l, COH_E_RANGE, coh_flush_icache_range(coh, 31, SIZE_MAX - 62));
	LAYER_REFUSES(l, COH_E_NULL, coh_flush_icache_page(NULL, vma, &page));
	LAYER_REFUSES(l, COH_E_NULL, coh_flush_icache_page(coh, NULL, &page));
	LAYER_REFUSES(l, COH_E_NULL, coh_flush_icache_page(coh, vma, NULL));
	LAYER_REFUSES(l, COH_E_OWNER, coh_flush_icache_page(coh, vma, &anon_page));
	LAYER_REFUSES(l, COH_E_OUTSIDE, coh_flush_icache_page(coh, vma, &outside_page));

	LAYER_REFUSES(l, COH_E_NULL, coh_flush_cache_vmap(NULL, K, PAGE_BYTES));
	LAYER_REFUSES(l, COH_E_NULL, coh_flush_cache_vunmap(NULL, K, PAGE_BYTES));
	LAYER_REFUSES(l, COH_E_ALIGN, coh_flush_cache_vmap(coh, K + 32, PAGE_BYTES));
	LAYER_REFUSES(l, COH_E_ALIGN, coh_flush_cache_vmap(coh, K, PAGE_BYTES - 32));
	LAYER_REFUSES(l, COH_E_ALIGN, coh_flush_cache_vunmap(coh, K + 32, PAGE_BYTES));
	LAYER_REFUSES(l, COH_E_ALIGN, coh_flush_cache_vunmap(coh, K, PAGE_BYTES - 32));
	LAYER_REFUSES(l, COH_E_RANGE, coh_flush_cache_vmap(coh, LAST, 2 * PAGE_BYTES));
	LAYER_REFUSES(l, COH_E_RANGE, coh_flush_cache_vunmap(coh, LAST, 2 * PAGE_BYTES));

	LAYER_REFUSES(l, COH_E_NULL, coh_flush_kernel_vmap_range(NULL, K, 8));
	LAYER_REFUSES(l, COH_E_RANGE, coh_flush_kernel_vmap_range(coh, UINTPTR_MAX, 2));
	LAYER_REFUSES(l, COH_E_RANGE, coh_flush_kernel_vmap_range(coh, 0, SIZE_MAX));
	LAYER_REFUSES(l, COH_E_NULL, coh_invalidate_kernel_vmap_range(NULL, K, 32));
	LAYER_REFUSES(l, COH_E_RANGE, coh_invalidate_kernel_vmap_range(coh, LAST, LAST));
	LAYER_REFUSES(l, COH_E_ALIGN, coh_invalidate_kernel_vmap_range(coh, K + 4, 32));
	LAYER_REFUSES(l, COH_E_ALIGN, coh_invalidate_kernel_vmap_range(coh, K, 36));
}

typedef int dma(struct coh *coh, uintptr_t va, coh_pa_t pa, size_t len, enum coh_dma direction);
static dma *const dma_functions[] = {
	coh_dma_map,
	coh_dma_sync_for_device,
	coh_dma_sync_for_cpu,
	coh_dma_unmap,
};

static void buffers_of_devices(void)
{
	const coh_pa_t pa = 0x8000, last_pa = UINT64_MAX - 31;

	for (size_t i = 0; i < sizeof(dma_functions) / sizeof(dma_functions[0]); i++) {
		dma *call = dma_functions[i];

		LAYER_REFUSES(l, COH_E_NULL, call(NULL, K, pa, 32, COH_DMA_TO_DEVICE));
		LAYER_REFUSES(l, COH_E_ARGUMENT, call(coh, K, pa, 32, (enum coh_dma)0));
		LAYER_REFUSES(l, COH_E_ARGUMENT, call(coh, K, pa, 32, (enum coh_dma)4));
		LAYER_REFUSES(l, COH_E_RANGE, call(coh, LAST, pa, LAST, COH_DMA_TO_DEVICE));
		LAYER_REFUSES(l, COH_E_RANGE, call(coh, UINTPTR_MAX, pa, 2, COH_DMA_TO_DEVICE));
		LAYER_REFUSES(l, COH_E_RANGE, call(coh, 0, 0, SIZE_MAX, COH_DMA_TO_DEVICE));
		LAYER_REFUSES(l, COH_E_RANGE, call(coh, K, last_pa, 64, COH_DMA_TO_DEVICE));
		for (int d = COH_DMA_FROM_DEVICE; d <= COH_DMA_BIDIRECTIONAL; d++) {
			LAYER_REFUSES(l, COH_E_ALIGN, call(coh, K + 4, pa, 32, (enum coh_dma)d));
			LAYER_REFUSES(l, COH_E_ALIGN, call(coh, K, pa + 4, 32, (enum coh_dma)d));
			LAYER_REFUSES(l, COH_E_ALIGN, call(coh, K, pa, 36, (enum coh_dma)d));
		}
	}
}

/* The largest line decides, whichever level has it. */
static void buffers_share_no_line_of_any_level(void **state)
{
	struct coh_config config = layer_pipt();

	(void)state;
	config.speculates = true;
	config.outer_line = 128;
	make_world(config);
	LAYER_REFUSES(l, COH_E_ALIGN, coh_dma_map(coh, K + 32, 0x8000, 128, COH_DMA_FROM_DEVICE));
	LAYER_REFUSES(l, COH_E_ALIGN, coh_dma_map(coh, K, 0x8020, 128, COH_DMA_FROM_DEVICE));
	LAYER_REFUSES(l, COH_E_ALIGN, coh_dma_unmap(coh, K, 0x8000, 96, COH_DMA_BIDIRECTIONAL));
	config.dcache.line = 128;
	config.outer_line = 32;
	make_world(config);
	LAYER_REFUSES(l, COH_E_ALIGN, coh_dma_map(coh, K + 32, 0x8000, 128, COH_DMA_FROM_DEVICE));
	LAYER_REFUSES(l, COH_E_ALIGN, coh_dma_map(coh, K, 0x8020, 128, COH_DMA_FROM_DEVICE));
	LAYER_REFUSES(l, COH_E_ALIGN, coh_dma_unmap(coh, K, 0x8000, 96, COH_DMA_BIDIRECTIONAL));
}

int main(void)
{
#define ON_EVERY_CACHE(f)                                                                          \
	{                                                                                          \
#f, on_every_cache, NULL, NULL, (void *)(f)                                        \
	}
	const struct CMUnitTest tests[] = {
		ON_EVERY_CACHE(kernel_use_of_a_page),
		ON_EVERY_CACHE(a_kmap_without_a_slot),
		ON_EVERY_CACHE(get_user_pages),
		ON_EVERY_CACHE(copies_of_pieces),
		ON_EVERY_CACHE(copies_of_pages),
		ON_EVERY_CACHE(changes_of_translations),
		ON_EVERY_CACHE(new_translations),
		ON_EVERY_CACHE(nothing_to_make),
		ON_EVERY_CACHE(code_and_vmap),
		ON_EVERY_CACHE(buffers_of_devices),
		cmocka_unit_test(buffers_share_no_line_of_any_level),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
