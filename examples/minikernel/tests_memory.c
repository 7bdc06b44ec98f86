// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Address spaces: faults, switches, fork, mappings that come and go. */
#include "examples/minikernel/kernel.h"
#include "ports/arm926/port.h"

#define A     USER_AREA
#define B     (USER_AREA + 0x00200000)
#define PAGES 3
#define WORDS (PAGES * PAGE_WORDS)
#define HALF  (PAGE_WORDS / 2)
#define RW    (COH_PROT_READ | COH_PROT_WRITE)

static const struct area anonymous = { .prot = RW };

static void demand_paging(struct test *t)
{
	struct process *p = process_new(program);

	area_map(&p->mm, A, PAGES, &anonymous);
	expect(t, "a new page", process_call(p, USER_SUM, A + PAGE_SIZE, 4, 0),
	       checksum_add(checksum_add(checksum_add(checksum_add(CHECKSUM_START, 0), 0), 0), 0));
	process_call(p, USER_STORE, A, WORDS, 3);
	expect(t, "what was stored", process_call(p, USER_SUM, A, WORDS, 0), pattern_sum(3, WORDS));
	process_exit(p);
}

/* One address, two pages. */
static void two_spaces(struct test *t)
{
	struct process *p = process_new(program), *q = process_new(program);

	area_map(&p->mm, A, PAGES, &anonymous);
	area_map(&q->mm, A, PAGES, &anonymous);
	for (uint32_t i = 0; i < 3; i++) {
		process_call(p, USER_STORE, A, WORDS, 10 + i);
		process_call(q, USER_STORE, A, WORDS, 20 + i);
		expect(t, "one's", process_call(p, USER_SUM, A, WORDS, 0),
		       pattern_sum(10 + i, WORDS));
		expect(t, "the other's", process_call(q, USER_SUM, A, WORDS, 0),
		       pattern_sum(20 + i, WORDS));
	}
	process_exit(p);
	process_exit(q);
}

/* The same, switched by the timer, at any instruction. */
static void preempted(struct test *t)
{
	struct process *p = process_new(program), *q = process_new(program);
	uint32_t switches;

	area_map(&p->mm, A, PAGES, &anonymous);
	area_map(&q->mm, A, PAGES, &anonymous);
	process_begin(p, USER_STORE, A, WORDS, 30);
	process_begin(q, USER_STORE, A, WORDS, 31);
	tick_start(40);
	switches = process_both(p, q);
	process_begin(p, USER_SUM, A, WORDS, 0);
	process_begin(q, USER_SUM, A, WORDS, 0);
	switches += process_both(p, q);
	tick_start(0);
	expect(t, "one's", p->result, pattern_sum(30, WORDS));
	expect(t, "the other's", q->result, pattern_sum(31, WORDS));
	expect(t, "switches, fewer than four", switches < 4, 0);
	process_exit(p);
	process_exit(q);
}

static void fork_and_copy(struct test *t)
{
	struct process *p = process_new(program), *child;
	uint32_t before = pattern_sum(40, WORDS);

	area_map(&p->mm, A, PAGES, &anonymous);
	process_call(p, USER_STORE, A, WORDS, 40);
	process_call(p, USER_FORK_AND_STORE, A, WORDS, 40);
	child = process_forked();
	while (child->calling)
		process_step(child);
	expect(t, "parent", p->result, checksum_add(before, pattern_sum(42, WORDS)));
	expect(t, "child", child->result, checksum_add(before, pattern_sum(41, WORDS)));
	process_exit(p);
	expect(t, "child, alone", process_call(child, USER_SUM, A, WORDS, 0),
	       pattern_sum(41, WORDS));
	/* Its own now, and still read-only. */
	process_call(child, USER_STORE, A, WORDS, 43);
	expect(t, "child, later", process_call(child, USER_SUM, A, WORDS, 0),
	       pattern_sum(43, WORDS));
	process_exit(child);
}

/* Two shared mappings of one page in one space, both written. */
static void shared_twice(struct test *t)
{
	struct process *p = process_new(program);
	struct file *f = file_new(16);
	struct area shared = { .file = f, .prot = RW, .shared = true };
	uint32_t wanted = CHECKSUM_START, pte;

	disk_fill(16, 50);
	area_map(&p->mm, A, 1, &shared);
	area_map(&p->mm, B, 1, &shared);
	/* Lines of the first are in the cache when the second comes. */
	process_call(p, USER_STORE, A, PAGE_WORDS, 51);
	expect(t, "by the other", process_call(p, USER_SUM, B, PAGE_WORDS, 0),
	       pattern_sum(51, PAGE_WORDS));
	/* Whom the layer uncached the write buffer must not serve either. */
	pte = *pte_find(&p->mm, A) & (COH_ARM_PTE_CACHED | COH_ARM_PTE_BUFFERED);
	expect(t, "uncached and buffered", pte == COH_ARM_PTE_BUFFERED, false);
	for (uint32_t i = 0; i < 64; i++)
		wanted = checksum_add(checksum_add(wanted, pattern(1, i)), pattern(2, i));
	expect(t, "to and fro", process_call(p, USER_PING, A, B, 64), wanted);
	area_unmap(&p->mm, B, 1);
	expect(t, "kernel, of the first 64", page_sum(file_page(f, 0), 0, 64), pattern_sum(2, 64));
	process_exit(p);
	file_free(f);
}

/* The same file in two spaces, and the kernel beside them. */
static void shared_in_both(struct test *t)
{
	struct process *p = process_new(program), *q = process_new(program);
	struct file *f = file_new(20);
	struct area shared = { .file = f, .pgoff = 1, .prot = RW, .shared = true };

	area_map(&p->mm, A, 2, &shared);
	area_map(&q->mm, B, 2, &shared);
	for (uint32_t i = 0; i < 3; i++) {
		process_call(p, USER_STORE, A, 2 * PAGE_WORDS, 60 + i);
		expect(t, "the other's view", process_call(q, USER_SUM, B, 2 * PAGE_WORDS, 0),
		       pattern_sum(60 + i, 2 * PAGE_WORDS));
		/* All of it dirty: it must not be written back over the kernel's. */
		process_call(q, USER_STORE, B, PAGE_WORDS, 65 + i);
		page_store(file_page(f, 1), 0, PAGE_WORDS, 70 + i);
		expect(t, "after the kernel", process_call(q, USER_SUM, B, PAGE_WORDS, 0),
		       pattern_sum(70 + i, PAGE_WORDS));
		process_call(q, USER_STORE, B, PAGE_WORDS, 80 + i);
		expect(t, "kernel's view", page_sum(file_page(f, 1), 0, PAGE_WORDS),
		       pattern_sum(80 + i, PAGE_WORDS));
		expect(t, "the first one's", process_call(p, USER_SUM, A, PAGE_WORDS, 0),
		       pattern_sum(80 + i, PAGE_WORDS));
	}
	process_exit(p);
	process_exit(q);
	file_free(f);
}

/*
 * The private mapping beside a shared one of the same process: what is copied is what was stored
 * through that, and is dirty in its alias.  The load comes first, for a page that was just
 * mapped is flushed by that (update_mmu_cache).
 */
static void copied_from_shared(struct test *t, struct process *p, struct file *f)
{
	struct area area = { .file = f, .pgoff = 1, .prot = RW };

	area_map(&p->mm, B + PAGE_SIZE, 1, &area);
	area.shared = true;
	area_map(&p->mm, B, 1, &area);
	process_call(p, USER_LOAD, B + PAGE_SIZE, 0, 0);
	process_call(p, USER_STORE, B, PAGE_WORDS, 92);
	process_call(p, USER_PUT, B + PAGE_SIZE, pattern(92, 0), 0);
	expect(t, "the copy, of what was shared",
	       process_call(p, USER_SUM, B + PAGE_SIZE, PAGE_WORDS, 0),
	       pattern_sum(92, PAGE_WORDS));
}

/* A private mapping is copied when it is stored to, and shows the file until then. */
static void private_file(struct test *t)
{
	struct process *p = process_new(program);
	struct file *f = file_new(24);

	disk_fill(24, 90);
	area_map(&p->mm, A, 1, &(struct area){ .file = f, .prot = RW });
	expect(t, "the file", process_call(p, USER_SUM, A, PAGE_WORDS, 0),
	       pattern_sum(90, PAGE_WORDS));
	process_call(p, USER_STORE, A, PAGE_WORDS, 91);
	expect(t, "the copy", process_call(p, USER_SUM, A, PAGE_WORDS, 0),
	       pattern_sum(91, PAGE_WORDS));
	expect(t, "the file still", page_sum(file_page(f, 0), 0, PAGE_WORDS),
	       pattern_sum(90, PAGE_WORDS));
	copied_from_shared(t, p, f);
	process_exit(p);
	file_free(f);
}

/*
 * One address shows one page after another; what was stored by it is read when it is gone; and
 * what the kernel stored while nobody looked (T1) is seen when it is mapped again.
 */
static void unmapped(struct test *t)
{
	struct process *p = process_new(program);
	struct file *f = file_new(28);
	struct area shared = { .file = f, .prot = RW, .shared = true };

	for (uint32_t i = 0; i < FILE_PAGES; i++) {
		shared.pgoff = i;
		area_map(&p->mm, A, 1, &shared);
		process_call(p, USER_STORE, A, PAGE_WORDS, 100 + i);
		area_unmap(&p->mm, A, 1);
		expect(t, "kernel, after munmap", page_sum(file_page(f, i), 0, PAGE_WORDS),
		       pattern_sum(100 + i, PAGE_WORDS));
	}
	page_store(file_page(f, 0), 0, HALF, 105);
	shared.pgoff = 0;
	area_map(&p->mm, A, 1, &shared);
	expect(t, "the kernel's half", process_call(p, USER_SUM, A, HALF, 0),
	       pattern_sum(105, HALF));
	expect(t, "its own half", process_call(p, USER_SUM, A + HALF * 4, HALF, 0),
	       pattern_sum_from(100, HALF, HALF));
	process_exit(p);
	file_free(f);
}

/* mremap: the pages are elsewhere, and something else is where they were. */
static void moved(struct test *t)
{
	struct process *p = process_new(program);

	area_map(&p->mm, A, PAGES, &anonymous);
	process_call(p, USER_STORE, A, WORDS, 110);
	area_move(&p->mm, A, B);
	area_map(&p->mm, A, PAGES, &anonymous);
	process_call(p, USER_STORE, A, WORDS, 111);
	expect(t, "moved", process_call(p, USER_SUM, B, WORDS, 0), pattern_sum(110, WORDS));
	expect(t, "in its place", process_call(p, USER_SUM, A, WORDS, 0), pattern_sum(111, WORDS));
	process_exit(p);
}

/* exec: all mappings go at once, and others come to the same addresses; no switch between. */
static void exec(struct test *t)
{
	struct process *p = process_new(program);

	for (uint32_t i = 0; i < 2; i++) {
		area_map(&p->mm, A, PAGES, &anonymous);
		process_call(p, USER_STORE, A, WORDS, 115 + i);
		expect(t, "this program's", process_call(p, USER_SUM, A, WORDS, 0),
		       pattern_sum(115 + i, WORDS));
		process_exec(p, program);
	}
	process_exit(p);
}

struct test tests_memory[] = {
	{ .name = "demand-paging", .run = demand_paging },
	{ .name = "two-spaces", .run = two_spaces },
	{ .name = "preempted", .run = preempted },
	{ .name = "fork-copy-on-write", .run = fork_and_copy },
	{ .name = "shared-twice-in-one", .run = shared_twice },
	{ .name = "shared-in-both", .run = shared_in_both },
	{ .name = "private-file", .run = private_file },
	{ .name = "unmapped", .run = unmapped },
	{ .name = "moved", .run = moved },
	{ .name = "exec", .run = exec },
	{ .name = NULL },
};
