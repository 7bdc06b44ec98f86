// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The kernel, the disk and the DMA controller at users' pages. */
#include "examples/minikernel/kernel.h"

#define A  USER_AREA
#define B  (USER_AREA + 0x00200000)
#define C  (USER_AREA + 0x00400000)
#define RW (COH_PROT_READ | COH_PROT_WRITE)

static const struct area anonymous = { .prot = RW };

/*
 * read and write of a file: the kernel reaches the user's buffer by get_user_page, through K; and
 * the file's page, which the user has mapped as well.
 */
static void user_buffer(struct test *t)
{
	struct process *p = process_new(program);
	struct area shared = { .prot = RW, .shared = true };

	user_files[0] = file_new(32);
	user_files[1] = file_new(36);
	disk_fill(36, 121);
	area_map(&p->mm, A, 1, &anonymous);
	for (uint32_t i = 0; i < 2; i++) {
		process_call(p, USER_STORE, A, PAGE_WORDS, 122 + i);
		expect(t, "written", process_call(p, USER_WRITE_FILE, 0, 0, A),
		       pattern_sum(122 + i, PAGE_WORDS));
		process_call(p, USER_READ_FILE, 1, 0, A);
		expect(t, "read", process_call(p, USER_SUM, A, PAGE_WORDS, 0),
		       pattern_sum(121, PAGE_WORDS));
	}
	expect(t, "the file", page_sum(file_page(user_files[0], 0), 0, PAGE_WORDS),
	       pattern_sum(123, PAGE_WORDS));
	shared.file = user_files[0];
	area_map(&p->mm, B, 1, &shared);
	process_call(p, USER_STORE, B, PAGE_WORDS, 124);
	process_call(p, USER_READ_FILE, 0, 0, A);
	expect(t, "read, of what is mapped", process_call(p, USER_SUM, A, PAGE_WORDS, 0),
	       pattern_sum(124, PAGE_WORDS));
	process_call(p, USER_STORE, A, PAGE_WORDS, 125);
	process_call(p, USER_STORE, B, PAGE_WORDS, 126);
	process_call(p, USER_WRITE_FILE, 0, 0, A);
	expect(t, "written, to what is mapped", process_call(p, USER_SUM, B, PAGE_WORDS, 0),
	       pattern_sum(125, PAGE_WORDS));
	process_exit(p);
	file_free(user_files[0]);
	file_free(user_files[1]);
}

/* Programmed I/O, both ways, by the interrupt handler; the user has the page in the cache. */
static void pio(struct test *t, struct process *p, struct page *page, uint32_t block)
{
	process_call(p, USER_STORE, A, PAGE_WORDS, block);
	disk_write(page, block);
	expect(t, "on the disk", disk_sum(block, 0, PAGE_WORDS), pattern_sum(block, PAGE_WORDS));
	/* All of it dirty: it must not be written back over what comes. */
	process_call(p, USER_STORE, A, PAGE_WORDS, 0);
	disk_fill(block + 1, block + 1);
	disk_read(page, block + 1);
	expect(t, "from the disk", process_call(p, USER_SUM, A, PAGE_WORDS, 0),
	       pattern_sum(block + 1, PAGE_WORDS));
}

static void pio_file(struct test *t)
{
	struct process *p = process_new(program);
	struct file *f = file_new(40);

	area_map(&p->mm, A, 1, &(struct area){ .file = f, .prot = RW, .shared = true });
	pio(t, p, file_page(f, 0), 44);
	process_exit(p);
	file_free(f);
}

/* As O_DIRECT: the page stays held; the walk finds the user's alias, nobody tells it. */
static void pio_anonymous(struct test *t)
{
	struct process *p = process_new(program);
	struct page *page;

	area_map(&p->mm, A, 1, &anonymous);
	page = get_user_page(&p->mm, A, COH_INTENT_READ_WRITE);
	pio(t, p, page, 48);
	page_put(page);
	process_exit(p);
}

/* ptrace: of the one that does not run, and of the one that does. */
static void debugger(struct test *t)
{
	struct process *p = process_new(program), *q = process_new(program);
	static uint32_t words[64];
	uint32_t sum = CHECKSUM_START;

	for (uint32_t i = 0; i < 64; i++)
		words[i] = pattern(130, i);
	area_map(&p->mm, A, 1, &anonymous);
	area_map(&q->mm, A, 1, &anonymous);
	process_call(p, USER_STORE, A, PAGE_WORDS, 131);
	process_call(q, USER_STORE, A, PAGE_WORDS, 132);
	poke(&p->mm, A, words, 64);
	poke(&q->mm, A + 256, words, 64);
	expect(t, "poked", process_call(q, USER_SUM, A + 256, 64, 0), pattern_sum(130, 64));
	expect(t, "the rest of it", process_call(q, USER_SUM, A, 64, 0), pattern_sum(132, 64));
	expect(t, "poked, the other", process_call(p, USER_SUM, A, 64, 0), pattern_sum(130, 64));
	process_call(p, USER_STORE, A, PAGE_WORDS, 133);
	peek(&p->mm, A, words, 64);
	for (uint32_t i = 0; i < 64; i++)
		sum = checksum_add(sum, words[i]);
	expect(t, "peeked", sum, pattern_sum(133, 64));
	process_exit(p);
	process_exit(q);
}

/* Between users' pages.  Another thread of theirs looks on. */
static void dma(struct test *t)
{
	struct process *p = process_new(program);
	struct file *f = file_new(52);
	struct area shared = { .file = f, .prot = RW, .shared = true };
	struct page *from, *to;

	area_map(&p->mm, A, 2, &shared);
	from = file_page(f, 0);
	to = file_page(f, 1);
	for (uint32_t i = 0; i < 2; i++) {
		process_call(p, USER_STORE, A, PAGE_WORDS, 141 + i);
		process_call(p, USER_STORE, A + PAGE_SIZE, PAGE_WORDS, 145 + i);
		dma_begin_user(to, from);
		process_call(p, USER_SUM, A + PAGE_SIZE, PAGE_WORDS, 0);
		dma_run(to, from);
		dma_end_user(to, from);
		expect(t, "user", process_call(p, USER_SUM, A + PAGE_SIZE, PAGE_WORDS, 0),
		       pattern_sum(141 + i, PAGE_WORDS));
		expect(t, "kernel", page_sum(to, 0, PAGE_WORDS), pattern_sum(141 + i, PAGE_WORDS));
	}
	process_exit(p);
	file_free(f);
}

/* A driver's own buffers, which no user maps: the DMA calls alone. */
static void dma_kernel(struct test *t)
{
	struct page *from = page_get_free(), *to = page_get_free();
	uint32_t *k_from = page_kernel(from), *k_to = page_kernel(to), sum;

	for (uint32_t round = 0; round < 2; round++) {
		sum = CHECKSUM_START;
		for (uint32_t i = 0; i < PAGE_WORDS; i++) {
			k_from[i] = pattern(150 + round, i);
			/* No byte that is there already: a tool could not see the device store it. */
			k_to[i] = ~pattern(150 + round, i);
		}
		dma_begin(to, from);
		dma_run(to, from);
		dma_end(to, from);
		for (uint32_t i = 0; i < PAGE_WORDS; i++)
			sum = checksum_add(sum, k_to[i]);
		expect(t, "copied", sum, pattern_sum(150 + round, PAGE_WORDS));
	}
	page_put(from);
	page_put(to);
}

/* Two pages side by side in the kernel, at addresses that are not their own. */
static void vmap(struct test *t)
{
	struct page *page[2] = { page_get_free(), page_get_free() };
	volatile uint32_t *v = (volatile uint32_t *)VMAP;

	for (uint32_t round = 0; round < 2; round++) {
		uint32_t sum = CHECKSUM_START;

		for (uint32_t i = 0; i < 2; i++) {
			page_store(page[i], 0, PAGE_WORDS, 160 + round);
			page_kernel(page[i])[5] = 0; /* K is dirty now */
			kernel_map(VMAP + i * PAGE_SIZE, pte_make(page[i], RW, true));
		}
		LAYER(flush_cache_vmap, VMAP, 2 * PAGE_SIZE);
		for (uint32_t i = 0; i < 2 * PAGE_WORDS; i++)
			v[i] = pattern(161 + round, i);
		LAYER(flush_cache_vunmap, VMAP, 2 * PAGE_SIZE);
		for (uint32_t i = 0; i < 2; i++)
			kernel_map(VMAP + i * PAGE_SIZE, 0);
		for (uint32_t i = 0; i < 2 * PAGE_WORDS; i++)
			sum = checksum_add(sum, page_kernel(page[i / PAGE_WORDS])[i % PAGE_WORDS]);
		expect(t, "by K", sum, pattern_sum(161 + round, 2 * PAGE_WORDS));
	}
	page_put(page[0]);
	page_put(page[1]);
}

/* ------------------------------------------------------------------------
 * The disk interrupts while the maps of its pages are being changed.
 */

#define ROUNDS 3
#define STORES 200 /* of these some interrupt hits, between a store and its next flush */
#define HALF   (PAGE_WORDS / 2)

static void cut_and_mend(struct mm *mm, uint32_t va)
{
	for (int i = 0; i < 5; i++) {
		area_split(mm, va);
		area_merge(mm, va);
	}
}

/* Every kind of change to the file's map and to the family's, by the interrupted process. */
static void change_maps(struct process *p, struct file *f)
{
	struct area shared = { .file = f, .prot = RW, .shared = true };

	for (uint32_t i = 0; i < 3; i++) {
		struct mm child;

		area_map(&p->mm, C, FILE_PAGES, &shared);
		cut_and_mend(&p->mm, C + PAGE_SIZE);
		cut_and_mend(&p->mm, B + PAGE_SIZE);
		area_unmap(&p->mm, C + PAGE_SIZE, 1);
		mm_init(&child);
		fork_mm(&p->mm, &child);
		mm_exit(&child);
		area_unmap(&p->mm, C, FILE_PAGES);
	}
}

/*
 * The same while users' lines are dirty.  An interrupt flushes them, and one that comes amid an
 * update after it would not be missed: so users store again before each update.  Word 0 is as
 * it was in the end.
 */
static void change_maps_of_dirty(struct process *p, struct file *f, struct storm *s)
{
	uint32_t word = process_call(p, USER_LOAD, A, 0, 0);

	area_map(&p->mm, C, FILE_PAGES, &(struct area){ .file = f, .prot = RW, .shared = true });
	for (uint32_t i = 0; i <= STORES; i++) {
		uint32_t value = i < STORES ? i : word;

		s->dirty = true;
		process_call(p, USER_PUT, A, value, 0);
		process_call(p, USER_PUT, B, value, 0);
		area_split(&p->mm, C + PAGE_SIZE);
		area_merge(&p->mm, C + PAGE_SIZE);
		area_split(&p->mm, B + PAGE_SIZE);
		area_merge(&p->mm, B + PAGE_SIZE);
	}
	area_unmap(&p->mm, C, FILE_PAGES);
}

static void storm_check(struct test *t, struct process *p, struct storm *s, uint32_t seed)
{
	static const uint32_t va[STORM_PAGES] = { A, B };
	uint32_t last = s->rounds;

	/* One that began after the stores. */
	while (s->rounds - last < 2)
		;
	storm_stop();
	for (uint32_t i = 0; i < STORM_PAGES; i++) {
		expect(t, "on the disk", disk_sum(s->block + i, 0, HALF), pattern_sum(seed, HALF));
		expect(t, "from the disk, by the user",
		       process_call(p, USER_SUM, va[i] + HALF * 4, HALF, 0) ==
			       pattern_sum_from(s->seed, HALF, HALF),
		       1);
	}
}

static void print_storm(const struct storm *s)
{
	print("# interrupted ");
	print_number(s->amid[0]);
	print(" updates of the file's map mid-way with dirty lines and ");
	print_number(s->amid[1]);
	print(" of the family's, by ");
	print_number(s->rounds);
	print(" interrupts\n");
}

static void interrupted(struct test *t)
{
	struct process *p = process_new(program);
	struct file *f = file_new(60);
	struct storm s = { .block = 64 };

	area_map(&p->mm, A, 1, &(struct area){ .file = f, .prot = RW, .shared = true });
	area_map(&p->mm, B, 2, &anonymous);
	process_call(p, USER_STORE, A, PAGE_WORDS, 170);
	process_call(p, USER_STORE, B, 2 * PAGE_WORDS, 170);
	s.page[0] = file_page(f, 0);
	s.page[1] = get_user_page(&p->mm, B, COH_INTENT_READ_WRITE);
	s.map[0] = &f->coh.map;
	s.map[1] = &s.page[1]->anon->coh.map;
	for (uint32_t i = 0; i < ROUNDS; i++) {
		storm_start(&s);
		process_call(p, USER_STORE, A, HALF, 171 + i);
		process_call(p, USER_STORE, B, HALF, 171 + i);
		change_maps(p, f);
		change_maps_of_dirty(p, f, &s);
		storm_check(t, p, &s, 171 + i);
	}
	print_storm(&s);
	expect(t, "no update of the file's map was interrupted with dirty lines:", !s.amid[0], 0);
	expect(t, "no update of the family's map was interrupted with dirty lines:", !s.amid[1], 0);
	page_put(s.page[1]);
	process_exit(p);
	file_free(f);
}

struct test tests_io[] = {
	{ .name = "user-buffer", .run = user_buffer },
	{ .name = "pio-file", .run = pio_file },
	{ .name = "pio-anonymous", .run = pio_anonymous },
	{ .name = "debugger", .run = debugger },
	{ .name = "dma-user", .run = dma },
	{ .name = "dma-kernel", .run = dma_kernel },
	{ .name = "vmap", .run = vmap },
	{ .name = "interrupted", .run = interrupted },
	{ .name = NULL },
};
