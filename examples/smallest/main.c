// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The smallest embedding: a "kernel" of two address spaces, a file of one page that is
 * mapped twice, and an anonymous page.  Its cache operations only note that they were asked
 * for.  Prints them, and exits 0 only if they were the right ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coherer/coherer.h>

#pragma GCC diagnostic ignored "-Wunused-parameter" /* few callbacks here need all of theirs */

#define PAGE   4096u
#define LINEAR 0xc0000000u /* K of page frame 0 */

static char asked[256]; /* what the layer asked for since the last look */

static void note(const char *what, uintptr_t va)
{
	size_t n = strlen(asked);

	snprintf(asked + n, sizeof(asked) - n, "    %s 0x%08lx\n", what, (unsigned long)va);
}

/* For what this machine never needs: to be called all the same is a bug. */
#define TRAP(reason) (fprintf(stderr, "%s: called, but %s\n", __func__, reason), abort())
/* For what it needs nothing done for, ever. */
#define EMPTY(reason) ((void)0)

static struct coh_mm mm[2], *current = &mm[0];

/* clang-format off */
#define CALLBACK(type, name, arguments, body) static type name arguments { body; }
#define RANGE (void *context, uintptr_t va, size_t len)
#define LOCK  (void *context, coh_lock_t *lock)
#define WHOLE (void *context)

CALLBACK(void, dcache_clean, RANGE, note("clean", va))
CALLBACK(void, dcache_invalidate, RANGE, note("invalidate", va))
CALLBACK(void, dcache_flush, RANGE, note("flush", va))
CALLBACK(void, dcache_flush_all, WHOLE, note("flush all", 0))
CALLBACK(uintptr_t, kernel_address, (void *context, uintptr_t pfn), return LINEAR + pfn * PAGE)
CALLBACK(void, copy, (void *context, uintptr_t to, uintptr_t from, size_t len),
	 TRAP("this kernel copies no page"))
CALLBACK(void, zero, RANGE, TRAP("this kernel clears no page"))
CALLBACK(void, lock, LOCK, EMPTY("one thread: nobody is to be kept out"))
CALLBACK(void, unlock, LOCK, EMPTY("one thread"))
CALLBACK(uintptr_t, irq_save, WHOLE, return 0 /* a program has no interrupts */)
CALLBACK(void, irq_restore, (void *context, uintptr_t flags), EMPTY("no interrupts"))
CALLBACK(void, walk_enter, WHOLE, EMPTY("one thread, and it frees nothing"))
CALLBACK(void, walk_exit, WHOLE, EMPTY("nothing was entered"))
CALLBACK(struct coh_mm *, current_mm, WHOLE, return current)
CALLBACK(bool, user_uncache, (void *context, struct coh_mm *m, uintptr_t va, uintptr_t pfn),
	 TRAP("the two mappings are read-only: they do not conflict"))
CALLBACK(void, report, (void *context, int error, const void *object), TRAP(coh_error_text(error)))

static const struct coh_port port = {
	.dcache_clean = dcache_clean, .dcache_invalidate = dcache_invalidate,
	.dcache_flush = dcache_flush, .dcache_flush_all = dcache_flush_all,
	.kernel_address = kernel_address, .copy = copy, .zero = zero, .lock = lock,
	.unlock = unlock, .irq_save = irq_save, .irq_restore = irq_restore,
	.walk_enter = walk_enter, .walk_exit = walk_exit, .current_mm = current_mm,
	.user_uncache = user_uncache, .report = report,
};
/* clang-format on */

static void must(const char *what, int error, const char *expected)
{
	printf("%s\n%s", what, asked);
	if (error)
		printf("    %s\n", coh_error_text(error));
	if (error || strcmp(asked, expected)) {
		printf("    WRONG: it should have been\n%s", expected);
		exit(1);
	}
	asked[0] = '\0';
}

int main(void)
{
	/* 8 KiB of 16-byte lines, 4 ways, unified: an ARM720T. */
	const struct coh_config config = {
		.dcache = { .indexing = COH_INDEXED_VIVT, .size = 8192, .line = 16, .ways = 4 },
		.page_shift = 12,
		.address_bits = 32,
		.scope = COH_SCOPE_ALL_CPUS,
		.linear_start = LINEAR,
		.linear_size = 0x10000000,
	};
	const uintptr_t at[3] = { 0x10000, 0x20000, 0x30000 }; /* where the user has them */
	struct coh_mapping file;
	struct coh_anon_vma family;
	struct coh_vma vma[3];
	struct coh_page page, anon;
	struct coh coh;

	must("coh_init", coh_init(&coh, &config, &port), "");

	/* What a kernel does where it makes its own objects. */
	coh_mm_init(&mm[0]), coh_mm_init(&mm[1]);
	coh_mapping_init(&file), coh_anon_vma_init(&family);
	coh_page_init(&page, 5), coh_page_init(&anon, 7);
	must("page 5 is page 0 of the file", coh_page_set_file(&page, &file, 0), "");
	must("flush it: no user maps it, so that can wait", coh_flush_dcache_page(&coh, &page), "");

	/* mmap, twice, and the page faults. */
	for (int i = 0; i < 2; i++) {
		coh_vma_init(&vma[i], &mm[0], at[i], PAGE, 0, COH_VMA_SHARED);
		must("mmap the file", coh_vma_link(&coh, &vma[i], &file), "");
	}
	must("page fault: what waited is done",
	     coh_update_mmu_cache(&coh, &vma[0], &page, at[0], COH_PROT_READ),
	     "    flush 0xc0005000\n");
	must("page fault at the second place",
	     coh_update_mmu_cache(&coh, &vma[1], &page, at[1], COH_PROT_READ), "");
	must("flush the file's page: the kernel, both users, the kernel",
	     coh_flush_dcache_page(&coh, &page),
	     "    flush 0xc0005000\n    flush 0x00010000\n    flush 0x00020000\n"
	     "    flush 0xc0005000\n");

	/* Anonymous memory: its pages' index is the virtual page. */
	coh_vma_init(&vma[2], &mm[0], at[2], PAGE, at[2] / PAGE, COH_VMA_WRITE);
	must("mmap anonymous memory", coh_vma_link(&coh, &vma[2], NULL), "");
	must("its family", coh_vma_link_anon(&coh, &vma[2], &family), "");
	must("its page", coh_page_set_anon(&anon, &family, at[2] / PAGE), "");
	must("page fault",
	     coh_update_mmu_cache(&coh, &vma[2], &anon, at[2], COH_PROT_READ | COH_PROT_WRITE),
	     "    flush 0xc0007000\n");
	must("flush the anonymous page", coh_flush_dcache_page(&coh, &anon),
	     "    flush 0xc0007000\n    flush 0x00030000\n    flush 0xc0007000\n");

	/* Another mm: the switch empties a VIVT cache, so only the kernel can have lines. */
	must("switch", coh_switch_mm(&coh, &mm[0], &mm[1]), "    flush all 0x00000000\n");
	current = &mm[1];
	must("flush the file's page", coh_flush_dcache_page(&coh, &page),
	     "    flush 0xc0005000\n    flush 0xc0005000\n");
	return 0;
}
