// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The world of layer_port.h: caches, address spaces, VMAs and pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "tests/src/layer_port.h"

static const struct coh_geometry small = { COH_INDEXED_VIVT, 0x4000, 32, 4, 0 };
static const struct coh_geometry large = { COH_INDEXED_VIPT, 0x10000, 32, 4, 0 };

static struct coh_config description(const struct coh_geometry *dcache, enum coh_indexing indexing)
{
	struct coh_config config = {
		.dcache = *dcache,
		.page_shift = 12,
		.address_bits = 32,
		.scope = COH_SCOPE_ALL_CPUS,
		.linear_start = LINEAR,
		.linear_size = LINEAR_SIZE,
		.check = COH_CHECK_EXPENSIVE,
	};

	config.dcache.indexing = indexing;
	return config;
}

struct coh_config layer_vivt(void)
{
	return description(&small, COH_INDEXED_VIVT);
}

struct coh_config layer_vipt(void)
{
	return description(&large, COH_INDEXED_VIPT);
}

struct coh_config layer_pipt(void)
{
	return description(&large, COH_INDEXED_PIPT);
}

struct coh_geometry layer_icache(enum coh_indexing indexing)
{
	struct coh_geometry geometry = small;

	geometry.indexing = indexing;
	return geometry;
}

struct coh_geometry layer_icache_aliasing(void)
{
	return (struct coh_geometry){ COH_INDEXED_VIPT, 0x8000, 32, 2, 0 };
}

struct coh_config layer_with_icache(struct coh_config config, enum coh_indexing indexing)
{
	config.icache = layer_icache(indexing);
	return config;
}

struct layer *layer_start(struct coh_config config)
{
	static struct layer layer;
	struct layer *l = &layer;

	memset(l, 0, sizeof(*l));
	layer_port(l);
	assert_int_equal(coh_init(&l->coh, &config, &l->port), 0);
	coh_mm_init(&l->mm);
	coh_mm_init(&l->other);
	coh_mapping_init(&l->file);
	coh_anon_vma_init(&l->family);
	l->current = &l->mm;
	l->slots = 1;
	LAYER_WATCH(l, &l->coh);
	return l;
}

static struct coh_vma *map(struct layer *l, struct coh_mm *mm, uintptr_t start, size_t pages,
			   uintptr_t pgoff, uint32_t flags, struct coh_mapping *file)
{
	struct coh_vma *vma = &l->vma[l->vmas++];
	bool quiet = l->quiet;

	assert_true(l->vmas <= LAYER_VMAS);
	l->quiet = true;
	coh_vma_init(vma, mm, start, pages * PAGE_BYTES, pgoff, flags);
	assert_int_equal(coh_vma_link(&l->coh, vma, file), 0);
	l->quiet = quiet;
	return vma;
}

struct coh_vma *layer_map_file(struct layer *l, struct coh_mm *mm, uintptr_t start, size_t pages,
			       uintptr_t pgoff, uint32_t flags)
{
	return map(l, mm, start, pages, pgoff, flags, &l->file);
}

struct coh_vma *layer_map_anon(struct layer *l, struct coh_mm *mm, uintptr_t start, size_t pages,
			       uintptr_t pgoff, uint32_t flags)
{
	struct coh_vma *vma = map(l, mm, start, pages, pgoff, flags, NULL);
	bool quiet = l->quiet;

	l->quiet = true;
	assert_int_equal(coh_vma_link_anon(&l->coh, vma, &l->family), 0);
	l->quiet = quiet;
	return vma;
}

void layer_unmap(struct layer *l, struct coh_vma *vma)
{
	bool quiet = l->quiet;

	l->quiet = true;
	assert_int_equal(coh_vma_unlink(&l->coh, vma), 0);
	l->quiet = quiet;
}

void layer_present(struct layer *l, struct coh_mm *mm, uintptr_t va, uintptr_t pfn)
{
	assert_true(l->translations < LAYER_VMAS);
	l->translation[l->translations++] = (struct layer_translation){ mm, va, pfn, false };
}

struct coh_page layer_file_page(struct layer *l, uintptr_t pfn, uintptr_t index)
{
	struct coh_page page;

	coh_page_init(&page, pfn);
	assert_int_equal(coh_page_set_file(&page, &l->file, index), 0);
	return page;
}

struct coh_page layer_anon_page(struct layer *l, uintptr_t pfn, uintptr_t index)
{
	struct coh_page page;

	coh_page_init(&page, pfn);
	assert_int_equal(coh_page_set_anon(&page, &l->family, index), 0);
	return page;
}

void layer_kmap_kunmap(struct layer *l, struct coh_page *page, enum coh_intent intent)
{
	uintptr_t va = 0;

	assert_int_equal(coh_kmap(&l->coh, page, intent, &va), 0);
	assert_int_equal(coh_kunmap(&l->coh, page, intent, va), 0);
}
