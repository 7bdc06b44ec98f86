// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Code that was data a moment ago. */
#include "examples/minikernel/kernel.h"

#define A   USER_AREA
#define B   (USER_AREA + 0x00200000)
#define RWX (COH_PROT_READ | COH_PROT_WRITE | COH_PROT_EXEC)

#define ADD(constant) (0xe2800000u | (constant)) /* add r0, r0, #constant */
#define RETURN	      0xe12fff1eu		 /* bx lr */

static const struct area anonymous = { .prot = RWX };

/* The kernel writes a few instructions into a page of the user's, as for a signal handler. */
static void trampoline(struct test *t)
{
	struct process *p = process_new(program);

	area_map(&p->mm, A, 1, &anonymous);
	for (uint32_t i = 1; i < 4; i++) {
		const uint32_t code[] = { ADD(i), RETURN };

		poke(&p->mm, A, code, 2);
		expect(t, "trampoline", process_call(p, USER_CALL, A, 500, 0), 500 + i);
	}
	process_exit(p);
}

/* A user writes code for himself, and says so. */
static void just_in_time(struct test *t)
{
	struct process *p = process_new(program);

	area_map(&p->mm, A, 1, &anonymous);
	for (uint32_t i = 1; i < 4; i++)
		expect(t, "made code", process_call(p, USER_MAKE_CODE, A, i, 0), 1000 + i);
	process_exit(p);
}

/* The kernel's, into a page of a file. */
static void write_code(struct page *page, uint32_t constant)
{
	uint32_t *k = page_kernel(page);

	LAYER(flush_dcache_page, &page->coh);
	k[0] = ADD(constant);
	k[1] = RETURN;
	LAYER(flush_dcache_page, &page->coh);
}

/* A file that is being executed, and stored to by the user, is patched by the kernel. */
static void patched(struct test *t)
{
	struct process *p = process_new(program);
	struct file *f = file_new(76);

	area_map(&p->mm, A, 1, &(struct area){ .file = f, .prot = RWX, .shared = true });
	for (uint32_t i = 1; i < 4; i++) {
		process_call(p, USER_PUT, A + 8, i, 0);
		write_code(file_page(f, 0), i);
		expect(t, "patched code", process_call(p, USER_CALL, A, 100, 0), 100 + i);
		expect(t, "what was beside it", process_call(p, USER_LOAD, A + 8, 0, 0), i);
	}
	process_exit(p);
	file_free(f);
}

/* Other code at the same address, in another space and in the same one. */
static void code_at_one_address(struct test *t)
{
	struct process *p = process_new(program), *q = process_new(program);
	struct file *f = file_new(80);
	struct area text = { .file = f, .prot = COH_PROT_READ | COH_PROT_EXEC };

	for (uint32_t i = 0; i < 3; i++)
		write_code(file_page(f, i), i + 1);
	area_map(&p->mm, A, 1, &text);
	text.pgoff = 1;
	area_map(&q->mm, A, 1, &text);
	expect(t, "one's", process_call(p, USER_CALL, A, 0, 0), 1);
	expect(t, "the other's", process_call(q, USER_CALL, A, 0, 0), 2);
	expect(t, "one's again", process_call(p, USER_CALL, A, 0, 0), 1);
	area_unmap(&p->mm, A, 1);
	text.pgoff = 2;
	area_map(&p->mm, A, 1, &text);
	expect(t, "its next", process_call(p, USER_CALL, A, 0, 0), 3);
	process_exit(p);
	process_exit(q);
	file_free(f);
}

/* A page of code is read from the disk into a file that is being executed. */
static void code_from_disk(struct test *t)
{
	struct process *p = process_new(program);
	struct file *f = file_new(84);
	struct page *page = file_page(f, 0), *other = page_get_free();

	area_map(
		&p->mm, B, 1,
		&(struct area){ .file = f, .prot = COH_PROT_READ | COH_PROT_EXEC, .shared = true });
	for (uint32_t i = 1; i < 4; i++) {
		uint32_t *k = page_kernel(other);

		k[0] = ADD(i);
		k[1] = RETURN;
		disk_write(other, 84);
		disk_read(page, 84);
		expect(t, "read from disk", process_call(p, USER_CALL, B, 0, 0), i);
	}
	page_put(other);
	process_exit(p);
	file_free(f);
}

struct test tests_code[] = {
	{ .name = "trampoline", .run = trampoline },
	{ .name = "just-in-time", .run = just_in_time },
	{ .name = "patched", .run = patched },
	{ .name = "code-at-one-address", .run = code_at_one_address },
	{ .name = "code-from-disk", .run = code_from_disk },
	{ .name = NULL },
};
