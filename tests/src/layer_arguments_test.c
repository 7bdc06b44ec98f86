// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Every entry point of include/coherer/coherer.h, from one table: each pointer NULL, a VMA that is
 * not linked, an address within a page, a range that wraps, and a coh that is not the objects' own.
 * The header is read to see that the table has them all.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <coherer/coherer.h>
#include "tests/src/layer_port.h"

#define HEADER "include/coherer/coherer.h"
#define START  ((uintptr_t)0x200000) /* of a VMA of eight pages from page offset 0 */
#define U      (START + INDEX * PAGE_BYTES)
#define LAST   (UINTPTR_MAX - PAGE_BYTES + 1)

static struct layer *l;
static struct coh_vma *linked;
static struct coh_vma unlinked, fresh;
static struct coh_page page, anon_page, free_page;
static struct coh_config config;

/* What the calls are made with; those of a pointer that is tried are changed one at a time. */
struct arguments {
	struct coh *coh;
	const struct coh_config *config;
	const struct coh_port *port;
	struct coh_mm *mm;
	struct coh_mapping *mapping;
	struct coh_anon_vma *family;
	struct coh_vma *vma, *to;
	struct coh_page *page, *from;
	uintptr_t va, *out;
	size_t len;
};

/* The pointers that an entry point must be given. */
enum pointer {
	COH = 1 << 0,
	CONFIG = 1 << 1,
	PORT = 1 << 2,
	MM = 1 << 3,
	MAPPING = 1 << 4,
	FAMILY = 1 << 5,
	VMA = 1 << 6,
	TO = 1 << 7,
	PAGE = 1 << 8,
	FROM = 1 << 9,
	OUT = 1 << 10,
};

static void without(struct arguments *a, unsigned pointer)
{
	a->coh = pointer == COH ? NULL : a->coh;
	a->config = pointer == CONFIG ? NULL : a->config;
	a->port = pointer == PORT ? NULL : a->port;
	a->mm = pointer == MM ? NULL : a->mm;
	a->mapping = pointer == MAPPING ? NULL : a->mapping;
	a->family = pointer == FAMILY ? NULL : a->family;
	a->vma = pointer == VMA ? NULL : a->vma;
	a->to = pointer == TO ? NULL : a->to;
	a->page = pointer == PAGE ? NULL : a->page;
	a->from = pointer == FROM ? NULL : a->from;
	a->out = pointer == OUT ? NULL : a->out;
}

#define READ  COH_INTENT_READ
#define PIECE a->va, K + (a->va & (PAGE_BYTES - 1))
#define NULL_ COH_E_NULL
#define UNLI  COH_E_UNLINKED
#define ALIGN COH_E_ALIGN
#define RANGE COH_E_RANGE
#define OUTS  COH_E_OUTSIDE
#define ANY   1 /* not tried: it is as good as another, or there is none */

/*
 * name, pointers; what is returned for one that is NULL, a VMA that is not linked, an address that
 * is not aligned, a range that wraps; the call.
 */
#define ENTRY_POINTS(X)                                                                            \
	X(coh_init, COH | CONFIG | PORT, NULL_, ANY, ANY, ANY, (a->coh, a->config, a->port))       \
	X(coh_vma_link, COH | VMA, NULL_, ANY, ANY, ANY, (a->coh, a->vma, a->mapping))             \
	X(coh_vma_link_anon, COH | VMA | FAMILY, NULL_, UNLI, ANY, ANY,                            \
	  (a->coh, a->vma, a->family))                                                             \
	X(coh_vma_unlink, COH | VMA, NULL_, UNLI, ANY, ANY, (a->coh, a->vma))                      \
	X(coh_vma_split, COH | VMA | TO, NULL_, UNLI, ALIGN, ANY, (a->coh, a->vma, a->va, a->to))  \
	X(coh_vma_merge, COH | VMA | TO, NULL_, UNLI, ANY, ANY, (a->coh, a->vma, a->to))           \
	X(coh_vma_resize, COH | VMA, NULL_, UNLI, ALIGN, RANGE, (a->coh, a->vma, a->va, a->len))   \
	X(coh_vma_fork, COH | VMA | MM | TO, NULL_, UNLI, ANY, ANY,                                \
	  (a->coh, a->vma, a->mm, a->to))                                                          \
	X(coh_vma_move, COH | VMA | TO, NULL_, UNLI, ALIGN, RANGE, (a->coh, a->vma, a->va, a->to)) \
	X(coh_vma_protect, COH | VMA, NULL_, UNLI, ANY, ANY, (a->coh, a->vma, COH_VMA_SHARED))     \
	X(coh_vma_address, COH | VMA | OUT, NULL_, ANY, ANY, ANY, (a->coh, a->vma, INDEX, a->out)) \
	X(coh_mapping_covers, COH | MAPPING, 0, ANY, ANY, ANY, (a->coh, a->mapping, INDEX))        \
	X(coh_mapping_empty, MAPPING, 0, ANY, ANY, ANY, (a->mapping))                              \
	X(coh_anon_vma_empty, FAMILY, 0, ANY, ANY, ANY, (a->family))                               \
	X(coh_mm_check, COH | MM, 0, ANY, ANY, ANY, (a->coh, a->mm, COH_CHECK_CHEAP))              \
	X(coh_mapping_check, COH | MAPPING, 0, ANY, ANY, ANY,                                      \
	  (a->coh, a->mapping, COH_CHECK_CHEAP))                                                   \
	X(coh_anon_vma_check, COH | FAMILY, 0, ANY, ANY, ANY,                                      \
	  (a->coh, a->family, COH_CHECK_CHEAP))                                                    \
	X(coh_page_set_file, PAGE | MAPPING, NULL_, ANY, ANY, ANY, (a->page, a->mapping, INDEX))   \
	X(coh_page_set_anon, PAGE | FAMILY, NULL_, ANY, ANY, ANY, (a->page, a->family, INDEX))     \
	X(coh_flush_dcache_page, COH | PAGE, NULL_, ANY, ANY, ANY, (a->coh, a->page))              \
	X(coh_flush_anon_page, COH | VMA | PAGE, NULL_, UNLI, ANY, OUTS,                           \
	  (a->coh, a->vma, a->page == &page ? &anon_page : a->page, a->va))                        \
	X(coh_get_user_page, COH | VMA | PAGE, NULL_, UNLI, ANY, OUTS,                             \
	  (a->coh, a->vma, a->page, a->va, READ))                                                  \
	X(coh_flush_kernel_dcache_page, COH | PAGE, NULL_, ANY, ANY, ANY, (a->coh, a->page))       \
	X(coh_kmap, COH | PAGE | OUT, NULL_, ANY, ANY, ANY, (a->coh, a->page, READ, a->out))       \
	X(coh_kunmap, COH | PAGE, NULL_, ANY, ALIGN, ANY, (a->coh, a->page, READ, a->va))          \
	X(coh_copy_to_user_page, COH | VMA | PAGE, NULL_, UNLI, ANY, OUTS,                         \
	  (a->coh, a->vma, a->page, PIECE, LINEAR, a->len / 2))                                    \
	X(coh_copy_from_user_page, COH | VMA | PAGE, NULL_, UNLI, ANY, OUTS,                       \
	  (a->coh, a->vma, a->page, a->va, LINEAR, K + (a->va & (PAGE_BYTES - 1)), a->len / 2))    \
	X(coh_copy_user_page, COH | PAGE | FROM, NULL_, ANY, ANY, ANY,                             \
	  (a->coh, a->page, a->from, a->va))                                                       \
	X(coh_clear_user_page, COH | PAGE, NULL_, ANY, ANY, ANY, (a->coh, a->page, a->va))         \
	X(coh_flush_cache_page, COH | VMA, NULL_, UNLI, ALIGN, OUTS, (a->coh, a->vma, a->va, PFN)) \
	X(coh_flush_cache_range, COH | VMA, NULL_, UNLI, ALIGN, RANGE,                             \
	  (a->coh, a->vma, a->va, a->len))                                                         \
	X(coh_flush_cache_mm, COH | MM, NULL_, ANY, ANY, ANY, (a->coh, a->mm))                     \
	X(coh_flush_cache_dup_mm, COH | MM, NULL_, ANY, ANY, ANY, (a->coh, a->mm))                 \
	X(coh_update_mmu_cache, COH | VMA | PAGE, NULL_, UNLI, ALIGN, OUTS,                        \
	  (a->coh, a->vma, a->page, a->va, COH_PROT_READ))                                         \
	X(coh_switch_mm, COH, NULL_, ANY, ANY, ANY, (a->coh, a->mm, NULL))                         \
	X(coh_flush_icache_range, COH, NULL_, ANY, ANY, RANGE, (a->coh, a->va, a->len))            \
	X(coh_flush_icache_page, COH | VMA | PAGE, NULL_, UNLI, ANY, ANY,                          \
	  (a->coh, a->vma, a->page))                                                               \
	X(coh_flush_cache_vmap, COH, NULL_, ANY, ALIGN, RANGE, (a->coh, a->va, a->len))            \
	X(coh_flush_cache_vunmap, COH, NULL_, ANY, ALIGN, RANGE, (a->coh, a->va, a->len))          \
	X(coh_flush_kernel_vmap_range, COH, NULL_, ANY, ANY, RANGE, (a->coh, a->va, a->len))       \
	X(coh_invalidate_kernel_vmap_range, COH, NULL_, ANY, ALIGN, RANGE,                         \
	  (a->coh, a->va, a->len))                                                                 \
	X(coh_dma_map, COH, NULL_, ANY, ALIGN, RANGE,                                              \
	  (a->coh, a->va, 0, a->len, COH_DMA_FROM_DEVICE))                                         \
	X(coh_dma_sync_for_device, COH, NULL_, ANY, ALIGN, RANGE,                                  \
	  (a->coh, a->va, 0, a->len, COH_DMA_FROM_DEVICE))                                         \
	X(coh_dma_sync_for_cpu, COH, NULL_, ANY, ALIGN, RANGE,                                     \
	  (a->coh, a->va, 0, a->len, COH_DMA_FROM_DEVICE))                                         \
	X(coh_dma_unmap, COH, NULL_, ANY, ALIGN, RANGE,                                            \
	  (a->coh, a->va, 0, a->len, COH_DMA_FROM_DEVICE))

/* The same for those that return something else, or nothing; they have to survive. */
#define OTHER_ENTRY_POINTS(X)                                                                      \
	X(coh_port_missing, 0, 0, ANY, ANY, ANY, (NULL, NULL))                                     \
	X(coh_colour, 0, 0, ANY, ANY, ANY, (NULL, a->va))                                          \
	X(coh_colours, 0, 0, ANY, ANY, ANY, (NULL))                                                \
	X(coh_counter_name, 0, 0, ANY, ANY, ANY, (COH_COUNTERS))                                   \
	X(coh_policy_name, 0, 0, ANY, ANY, ANY, (NULL))                                            \
	X(coh_policy_context, 0, 0, ANY, ANY, ANY, (NULL))                                         \
	X(coh_mm_init, 0, 0, ANY, ANY, ANY, (NULL))                                                \
	X(coh_mapping_init, 0, 0, ANY, ANY, ANY, (NULL))                                           \
	X(coh_anon_vma_init, 0, 0, ANY, ANY, ANY, (NULL))                                          \
	X(coh_vma_init, 0, 0, ANY, ANY, ANY, (NULL, NULL, a->va, a->len, 0, 0))                    \
	X(coh_page_init, 0, 0, ANY, ANY, ANY, (NULL, PFN))                                         \
	X(coh_page_clear, 0, 0, ANY, ANY, ANY, (NULL))

#define CALL(name, pointers, null, unlinked, misaligned, wrapped, call)                            \
	static int call_##name(const struct arguments *a)                                          \
	{                                                                                          \
		return (int)name call;                                                             \
	}
ENTRY_POINTS(CALL)

#define CALL_ONLY(name, pointers, null, unlinked, misaligned, wrapped, call)                       \
	static int call_##name(const struct arguments *a)                                          \
	{                                                                                          \
		(void)a;                                                                           \
		(void)name call;                                                                   \
		return 0;                                                                          \
	}
OTHER_ENTRY_POINTS(CALL_ONLY)

static const struct entry_point {
	const char *name;
	unsigned pointers;
	int null, unlinked, misaligned, wrapped;
	int (*call)(const struct arguments *a);
} entry_points[] = {
#define ROW(name, pointers, null, unlinked, misaligned, wrapped, call)                             \
	{ #name, pointers, null, unlinked, misaligned, wrapped, call_##name },
	ENTRY_POINTS(ROW) OTHER_ENTRY_POINTS(ROW)
};
#define ENTRIES (sizeof(entry_points) / sizeof(entry_points[0]))

static struct arguments good(void)
{
	static uintptr_t out;

	return (struct arguments){
		.coh = &l->coh,
		.config = &config,
		.port = &l->port,
		.mm = &l->other,
		.mapping = &l->file,
		.family = &l->family,
		.vma = linked,
		.to = &fresh,
		.page = &page,
		.from = &free_page,
		.va = U,
		.out = &out,
		.len = 2 * PAGE_BYTES,
	};
}

static void make_world(struct coh_config with)
{
	config = with;
	l = layer_start(config);
	linked = layer_map_file(l, &l->mm, START, 16, 0, COH_VMA_SHARED | COH_VMA_EXEC);
	layer_port(l);
	page = layer_file_page(l, PFN, INDEX);
	anon_page = layer_anon_page(l, PFN + 1, INDEX);
	coh_page_init(&free_page, PFN + 2);
	coh_vma_init(&fresh, &l->mm, START, 0, 0, 0);
	/* As one that was unlinked: it still says of itself what it was. */
	memcpy(&unlinked, linked, sizeof(unlinked));
	unlinked.anon_vma = &l->family;
	LAYER_WATCH(l, linked);
	LAYER_WATCH(l, &unlinked);
	LAYER_WATCH(l, &page);
}

static void refused(const struct entry_point *e, const struct arguments *a, int want)
{
	layer_refused_(l, want, e->call(a), e->name, __FILE__, __LINE__);
}

static void each_pointer_null(const struct entry_point *e)
{
	for (unsigned pointer = 1; pointer <= e->pointers; pointer <<= 1) {
		struct arguments a = good();

		if (!(e->pointers & pointer))
			continue;
		without(&a, pointer);
		if (e->null)
			refused(e, &a, e->null);
		else
			assert_int_equal(e->call(&a), 0);
	}
	if (!e->pointers)
		e->call(&(struct arguments){ 0 });
	LAYER_ASKED_NOTHING(l);
}

static void bad_addresses(const struct entry_point *e)
{
	struct arguments a = good();

	a.vma = &unlinked;
	if (e->unlinked != ANY)
		refused(e, &a, e->unlinked);
	a = good();
	a.va += 4;
	if (e->misaligned != ANY)
		refused(e, &a, e->misaligned);
	a = good();
	a.va = LAST;
	if (e->wrapped != ANY && e->call != call_coh_flush_anon_page)
		refused(e, &a, e->wrapped);
}

static void on_every_cache(void (*body)(const struct entry_point *e))
{
	const struct coh_config caches[] = {
		layer_with_icache(layer_vivt(), COH_INDEXED_VIVT),
		layer_with_icache(layer_vipt(), COH_INDEXED_VIPT),
		layer_with_icache(layer_pipt(), COH_INDEXED_PIPT),
	};

	for (size_t c = 0; c < sizeof(caches) / sizeof(caches[0]); c++) {
		make_world(caches[c]);
		for (size_t i = 0; i < ENTRIES; i++)
			body(&entry_points[i]);
	}
}

static void null_test(void **state)
{
	(void)state;
	on_every_cache(each_pointer_null);
}

static void addresses_test(void **state)
{
	(void)state;
	on_every_cache(bad_addresses);
}

/*
 * The layer cannot tell whose coh an object was linked with (coherer.h says so).  Here the coh has
 * become that of another cache.  It must survive, and give an answer that has a text.  A new world
 * each time, for some may damage it.
 */
static void another_coh_test(void **state)
{
	struct coh_config its = layer_with_icache(layer_vipt(), COH_INDEXED_VIPT);

	(void)state;
	for (size_t i = 0; i < ENTRIES; i++) {
		struct arguments a;
		int error;

		make_world(layer_with_icache(layer_vivt(), COH_INDEXED_VIVT));
		assert_int_equal(coh_init(&l->coh, &its, &l->port), 0);
		layer_reset(l);
		a = good();
		a.len = PAGE_BYTES;
		error = entry_points[i].call(&a);
		assert_string_not_equal(coh_error_text(error > 0 ? 0 : error), "unknown error");
	}
}

/* The name that a line of the header declares a function by; false if it declares none. */
static bool declares(const char *line, char *name, size_t size)
{
	const char *open = strchr(line, '('), *from = open;
	size_t n;

	if (!open || !isalpha((unsigned char)line[0]))
		return false;
	while (from > line && (isalnum((unsigned char)from[-1]) || from[-1] == '_'))
		from--;
	n = (size_t)(open - from);
	if (n < 4 || n >= size || strncmp(from, "coh_", 4))
		return false;
	memcpy(name, from, n);
	name[n] = 0;
	return true;
}

static void whole_header_test(void **state)
{
	char line[256], name[64];
	size_t found = 0, i;
	FILE *header = fopen(HEADER, "r");

	(void)state;
	assert_non_null(header);
	while (fgets(line, sizeof(line), header)) {
		if (!declares(line, name, sizeof(name)))
			continue;
		found++;
		for (i = 0; i < ENTRIES && strcmp(entry_points[i].name, name); i++)
			;
		if (i == ENTRIES)
			fail_msg("%s: the table lacks %s", HEADER, name);
	}
	fclose(header);
	assert_int_equal(found, ENTRIES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(null_test),
		cmocka_unit_test(addresses_test),
		cmocka_unit_test(another_coh_test),
		cmocka_unit_test(whole_header_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
