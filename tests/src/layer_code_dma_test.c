// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Code, vmap and devices: what is asked of the port, and how ranges are rounded to lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <coherer/coherer.h>
#include "tests/src/layer_port.h"

#define U    ((uintptr_t)0x302000)
#define VMAP ((uintptr_t)0xd0000000)

static struct layer *l;
static struct coh *coh;

static void start(struct coh_config config, struct coh_geometry icache)
{
	config.icache = icache;
	l = layer_start(config);
	coh = &l->coh;
}

static struct coh_geometry icache_of_lines(uint32_t line)
{
	struct coh_geometry g = layer_icache(COH_INDEXED_PIPT);

	g.line = line;
	return g;
}

/* ------------------------------------------------------------------------
 * flush_icache_range, flush_icache_page.
 */

/* Memory first, whatever the caches are; outwards to lines, of each cache its own. */
static void icache_range_is_rounded_to_lines(void **state)
{
	struct coh_config config[] = { layer_vivt(), layer_vipt(), layer_pipt() };

	(void)state;
	for (int i = 0; i < 3; i++) {
		start(config[i], icache_of_lines(64));
		assert_int_equal(coh_flush_icache_range(coh, K, 0), 0);
		assert_int_equal(coh_flush_icache_range(coh, UINTPTR_MAX, 0), 0);
		LAYER_ASKED_NOTHING(l);
		assert_int_equal(coh_flush_icache_range(coh, K, 64), 0);
		LAYER_ASKED(l, CLEAN(K, 64), ICACHE(K, 64));
		assert_int_equal(coh_flush_icache_range(coh, K + 31, 1), 0);
		LAYER_ASKED(l, CLEAN(K, 32), ICACHE(K, 64));
		assert_int_equal(coh_flush_icache_range(coh, K + 31, 2), 0);
		LAYER_ASKED(l, CLEAN(K, 64), ICACHE(K, 64));
		assert_int_equal(coh_flush_icache_range(coh, K + 32, 33), 0);
		LAYER_ASKED(l, CLEAN(K + 32, 64), ICACHE(K, 128));
		assert_int_equal(coh_flush_icache_range(coh, K + 0x1001, 0x5000), 0);
		LAYER_ASKED(l, CLEAN(K + 0x1000, 0x5020), ICACHE(K + 0x1000, 0x5040));
		/* The last line of the address space, and its last byte. */
		assert_int_equal(coh_flush_icache_range(coh, UINTPTR_MAX - 40, 41), 0);
		LAYER_ASKED(l, CLEAN(UINTPTR_MAX - 63, 64), ICACHE(UINTPTR_MAX - 63, 64));
		assert_int_equal(coh_flush_icache_range(coh, UINTPTR_MAX, 1), 0);
		LAYER_ASKED(l, CLEAN(UINTPTR_MAX - 31, 32), ICACHE(UINTPTR_MAX - 63, 64));
	}
}

static void icache_range_on_each_icache(void **state)
{
	const struct coh_geometry none = { .size = 0 };

	(void)state;
	start(layer_pipt(), none);
	assert_int_equal(coh_flush_icache_range(coh, K, 32), 0);
	LAYER_ASKED(l, CLEAN(K, 32));
	start(layer_pipt(), layer_icache(COH_INDEXED_VIVT));
	assert_int_equal(coh_flush_icache_range(coh, K, 32), 0);
	LAYER_ASKED(l, CLEAN(K, 32), ICACHE(K, 32));
	start(layer_pipt(), layer_icache(COH_INDEXED_VIPT));
	assert_int_equal(coh_flush_icache_range(coh, K, 32), 0);
	LAYER_ASKED(l, CLEAN(K, 32), ICACHE(K, 32));
	/* Other aliases of it sit elsewhere. */
	start(layer_pipt(), layer_icache_aliasing());
	assert_int_equal(coh_flush_icache_range(coh, K, 32), 0);
	LAYER_ASKED(l, CLEAN(K, 32), ICACHE_ALL);
}

static void icache_page_drops_what_the_vma_executes(void **state)
{
	const uint32_t text = COH_VMA_SHARED | COH_VMA_EXEC;
	struct coh_config config[] = { layer_vivt(), layer_vipt(), layer_pipt() };
	struct coh_page page;
	struct coh_vma *vma;

	(void)state;
	for (int i = 0; i < 6; i++) {
		bool by_va = i >= 3;

		start(config[i % 3], layer_icache(by_va ? COH_INDEXED_VIVT : COH_INDEXED_VIPT));
		page = layer_file_page(l, PFN, INDEX);
		vma = layer_map_file(l, &l->mm, U, 4, INDEX, text);
		assert_int_equal(coh_flush_icache_page(coh, vma, &page), 0);
		LAYER_ASKED(l, CLEAN_PAGE(K), LOCKED(l), ICACHE_PAGE(by_va ? U : K));
		assert_int_equal(coh_flush_icache_page(coh, vma, &page), 0); /* it is known now */
		LAYER_ASKED(l, CLEAN_PAGE(K), ICACHE_PAGE(by_va ? U : K));
		page = layer_file_page(l, HIGH_PFN, INDEX);
		assert_int_equal(coh_flush_icache_page(coh, vma, &page), 0);
		/* Where aliases do not meet coh_kunmap left no line of it. */
		if (i == 2)
			LAYER_ASKED(l, DO_KMAP(HIGH_PFN), CLEAN_PAGE(KMAP),
				    DO_KUNMAP(HIGH_PFN, KMAP), LOCKED(l), ICACHE_ALL);
		else if (i == 5)
			LAYER_ASKED(l, DO_KMAP(HIGH_PFN), CLEAN_PAGE(KMAP),
				    DO_KUNMAP(HIGH_PFN, KMAP), LOCKED(l), ICACHE_PAGE(U));
		else if (by_va)
			LAYER_ASKED(l, LOCKED(l), ICACHE_PAGE(U));
		else
			LAYER_ASKED(l, LOCKED(l), ICACHE_ALL);
	}
}

/* From now on the page's code may be in the I-cache. */
static void icache_page_marks_the_page_executed(void **state)
{
	struct coh_page page;
	struct coh_vma *vma;

	(void)state;
	start(layer_pipt(), layer_icache(COH_INDEXED_PIPT));
	page = layer_file_page(l, PFN, INDEX);
	vma = layer_map_file(l, &l->mm, U, 4, INDEX, COH_VMA_EXEC);
	coh_flush_dcache_page(coh, &page);
	LAYER_ASKED_NOTHING(l);
	coh_flush_icache_page(coh, vma, &page);
	layer_reset(l);
	coh_flush_dcache_page(coh, &page);
	LAYER_ASKED(l, CLEAN_PAGE(K), ICACHE_PAGE(K));
}

/* ------------------------------------------------------------------------
 * vmap.
 */

/* Dirty lines under K of any page would be written back over what is stored through the vmap. */
static void vmap_empties_the_cache_where_aliases_do_not_meet(void **state)
{
	const struct coh_geometry none = { .size = 0 };

	(void)state;
	for (int vipt = 0; vipt < 2; vipt++) {
		const uintptr_t size = vipt ? 0x10000 : 0x4000;

		start(vipt ? layer_vipt() : layer_vivt(), none);
		assert_int_equal(coh_flush_cache_vmap(coh, VMAP, PAGE_BYTES), 0);
		LAYER_ASKED(l, FLUSH_ALL);
		assert_int_equal(coh_flush_cache_vunmap(coh, VMAP, PAGE_BYTES), 0);
		LAYER_ASKED(l, FLUSH_PAGE(VMAP));
		assert_int_equal(coh_flush_cache_vunmap(coh, VMAP, size), 0);
		LAYER_ASKED(l, FLUSH(VMAP, size));
		assert_int_equal(coh_flush_cache_vunmap(coh, VMAP, size + PAGE_BYTES), 0);
		LAYER_ASKED(l, FLUSH_ALL);
		assert_int_equal(coh_flush_cache_vmap(coh, VMAP, 0), 0);
		assert_int_equal(coh_flush_cache_vunmap(coh, VMAP, 0), 0);
		LAYER_ASKED_NOTHING(l);
		/* The last page of all. */
		assert_int_equal(coh_flush_cache_vunmap(coh, 0 - PAGE_BYTES, PAGE_BYTES), 0);
		LAYER_ASKED(l, FLUSH_PAGE(0 - PAGE_BYTES));
	}
	start(layer_pipt(), none);
	coh_flush_cache_vmap(coh, VMAP, PAGE_BYTES);
	coh_flush_cache_vunmap(coh, VMAP, PAGE_BYTES);
	LAYER_ASKED_NOTHING(l);
}

/* K was read ahead while the vmap had newer bytes. */
static void vunmap_leaves_nothing_that_was_read_ahead(void **state)
{
	const struct coh_geometry none = { .size = 0 };
	struct coh_config config[] = { layer_vivt(), layer_vipt(), layer_pipt() };

	(void)state;
	for (int i = 0; i < 3; i++) {
		config[i].speculates = true;
		start(config[i], none);
		assert_int_equal(coh_flush_cache_vunmap(coh, VMAP, PAGE_BYTES), 0);
		if (i < 2)
			LAYER_ASKED(l, FLUSH_PAGE(VMAP), FLUSH_ALL);
		else
			LAYER_ASKED_NOTHING(l);
	}
}

static void vmap_ranges_around_io(void **state)
{
	const struct coh_geometry none = { .size = 0 };
	struct coh_config config[] = { layer_vivt(), layer_vipt(), layer_pipt() };

	(void)state;
	for (int i = 0; i < 3; i++) {
		start(config[i], none);
		assert_int_equal(coh_flush_kernel_vmap_range(coh, VMAP + 33, 0), 0);
		assert_int_equal(coh_invalidate_kernel_vmap_range(coh, VMAP, 0), 0);
		LAYER_ASKED_NOTHING(l);
		assert_int_equal(coh_flush_kernel_vmap_range(coh, VMAP + 33, 32), 0);
		if (i < 2)
			LAYER_ASKED(l, CLEAN(VMAP + 32, 64));
		assert_int_equal(coh_invalidate_kernel_vmap_range(coh, VMAP + 32, 64), 0);
		if (i < 2)
			LAYER_ASKED(l, INVALIDATE(VMAP + 32, 64));
		assert_int_equal(coh_invalidate_kernel_vmap_range(coh, UINTPTR_MAX - 31, 32), 0);
		if (i < 2)
			LAYER_ASKED(l, INVALIDATE(UINTPTR_MAX - 31, 32));
		else
			LAYER_ASKED_NOTHING(l); /* the vmap's lines are those of K */
	}
}

/* ------------------------------------------------------------------------
 * Devices.
 */

#define PA		  ((coh_pa_t)0x812345000)
#define BUFFER_TO(pass)	  assert_int_equal(pass(coh, K, PA, 256, COH_DMA_TO_DEVICE), 0)
#define BUFFER_FROM(pass) assert_int_equal(pass(coh, K, PA, 256, COH_DMA_FROM_DEVICE), 0)
#define BUFFER_BOTH(pass) assert_int_equal(pass(coh, K, PA, 256, COH_DMA_BIDIRECTIONAL), 0)

/* On every kind of cache, for devices see none of them: inner first, for it writes back into the
 * outer one. */
static void a_buffer_passes_to_the_device(void **state)
{
	const struct coh_geometry none = { .size = 0 };
	struct coh_config config[] = { layer_vivt(), layer_vipt(), layer_pipt() };

	(void)state;
	for (int i = 0; i < 6; i++) {
		config[i % 3].outer_line = i < 3 ? 0 : 64;
		start(config[i % 3], none);
		BUFFER_TO(coh_dma_map);
		BUFFER_FROM(coh_dma_map);
		BUFFER_BOTH(coh_dma_map);
		BUFFER_TO(coh_dma_sync_for_device);
		BUFFER_FROM(coh_dma_sync_for_device);
		BUFFER_BOTH(coh_dma_sync_for_device);
		if (i < 3)
			LAYER_ASKED(l, CLEAN(K, 256), FLUSH(K, 256), FLUSH(K, 256), CLEAN(K, 256),
				    FLUSH(K, 256), FLUSH(K, 256));
		else
			LAYER_ASKED(l, CLEAN(K, 256), OUTER(CLEAN, PA, 256), FLUSH(K, 256),
				    OUTER(FLUSH, PA, 256), FLUSH(K, 256), OUTER(FLUSH, PA, 256),
				    CLEAN(K, 256), OUTER(CLEAN, PA, 256), FLUSH(K, 256),
				    OUTER(FLUSH, PA, 256), FLUSH(K, 256), OUTER(FLUSH, PA, 256));
	}
}

/*
 * Only speculation can have brought lines in, into the outer cache that of code, too; outer first,
 * or inner is filled from it again.
 */
static void a_buffer_passes_back(void **state)
{
	const struct coh_geometry none = { .size = 0 };
	struct coh_config config[] = { layer_vivt(), layer_vipt(), layer_pipt() };

	(void)state;
	for (int i = 0; i < 6; i++) {
		config[i % 3].outer_line = i < 3 ? 0 : 64;
		config[i % 3].speculates = false;
		start(config[i % 3], none);
		BUFFER_FROM(coh_dma_unmap);
		BUFFER_BOTH(coh_dma_sync_for_cpu);
		if (i < 3)
			LAYER_ASKED_NOTHING(l);
		else
			LAYER_ASKED(l, OUTER(INVALIDATE, PA, 256), OUTER(INVALIDATE, PA, 256));

		config[i % 3].speculates = true;
		start(config[i % 3], none);
		BUFFER_TO(coh_dma_unmap);
		BUFFER_TO(coh_dma_sync_for_cpu);
		LAYER_ASKED_NOTHING(l);
		BUFFER_FROM(coh_dma_unmap);
		BUFFER_BOTH(coh_dma_sync_for_cpu);
		if (i < 3)
			LAYER_ASKED(l, INVALIDATE(K, 256), INVALIDATE(K, 256));
		else
			LAYER_ASKED(l, OUTER(INVALIDATE, PA, 256), INVALIDATE(K, 256),
				    OUTER(INVALIDATE, PA, 256), INVALIDATE(K, 256));
	}
}

/* A buffer that a device only reads may share lines; each level rounds to its own. */
static void a_buffer_to_the_device_is_rounded_to_lines(void **state)
{
	const struct coh_geometry none = { .size = 0 };
	struct coh_config config = layer_pipt();

	(void)state;
	config.outer_line = 64;
	start(config, none);
	assert_int_equal(coh_dma_map(coh, K + 0x23, PA + 0x23, 0x20, COH_DMA_TO_DEVICE), 0);
	LAYER_ASKED(l, CLEAN(K + 0x20, 64), OUTER(CLEAN, PA, 128));
	assert_int_equal(coh_dma_map(coh, K, PA, 1, COH_DMA_TO_DEVICE), 0);
	LAYER_ASKED(l, CLEAN(K, 32), OUTER(CLEAN, PA, 64));
	/* The last byte that a physical address can name. */
	assert_int_equal(coh_dma_map(coh, K + 31, UINT64_MAX, 1, COH_DMA_TO_DEVICE), 0);
	LAYER_ASKED(l, CLEAN(K, 32), OUTER(CLEAN, UINT64_MAX - 63, 64));
}

static void no_bytes_are_nothing_to_do(void **state)
{
	const struct coh_geometry none = { .size = 0 };
	struct coh_config config = layer_pipt();

	(void)state;
	config.outer_line = 64;
	config.speculates = true;
	start(config, none);
	assert_int_equal(coh_dma_map(coh, K, PA, 0, COH_DMA_BIDIRECTIONAL), 0);
	assert_int_equal(coh_dma_unmap(coh, K, PA, 0, COH_DMA_BIDIRECTIONAL), 0);
	assert_int_equal(coh_dma_map(coh, UINTPTR_MAX, UINT64_MAX, 0, COH_DMA_TO_DEVICE), 0);
	LAYER_ASKED_NOTHING(l);
}

/* T14: user aliases are not the DMA functions' job. */
static void user_aliases_are_not_looked_at(void **state)
{
	const struct coh_geometry none = { .size = 0 };

	(void)state;
	start(layer_vivt(), none);
	layer_map_file(l, &l->mm, U, 4, INDEX, COH_VMA_SHARED | COH_VMA_WRITE);
	BUFFER_FROM(coh_dma_map);
	LAYER_ASKED_ALL(l, FLUSH(K, 256));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(icache_range_is_rounded_to_lines),
		cmocka_unit_test(icache_range_on_each_icache),
		cmocka_unit_test(icache_page_drops_what_the_vma_executes),
		cmocka_unit_test(icache_page_marks_the_page_executed),
		cmocka_unit_test(vmap_empties_the_cache_where_aliases_do_not_meet),
		cmocka_unit_test(vunmap_leaves_nothing_that_was_read_ahead),
		cmocka_unit_test(vmap_ranges_around_io),
		cmocka_unit_test(a_buffer_passes_to_the_device),
		cmocka_unit_test(a_buffer_passes_back),
		cmocka_unit_test(a_buffer_to_the_device_is_rounded_to_lines),
		cmocka_unit_test(no_bytes_are_nothing_to_do),
		cmocka_unit_test(user_aliases_are_not_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
