// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Which titles are of one group, how their reports are shown, in which order they are listed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/shadow.h"
#include "watch/runner/group.h"
#include "watch/runner/order.h"
#include "watch/runner/tally.h"

#define LINEAR 0xc0000000u /* where a kernel has all pages */
#define PAGE   0x00622000u
#define USER   0xb6f23000u
#define MM     0x00a78000u

/* A kernel that reads, by its linear mapping, what user mode stored. */
static struct wire_finding finding(uint32_t page, uint32_t user)
{
	return (struct wire_finding){
		.by = COH_BY_LOAD,
		.cause = COH_OLD_COPY,
		.certain = 1,
		.read = { .known = 1, .va = LINEAR + page, .pa = page, .mm = MM, .size = 4 },
		.write = { .known = 1, .va = user, .mm = MM },
		.first_pa = page,
		.values_known = 1,
		.newest = { 1 },
		.line_pa = page,
		.granule = 32,
	};
}

static struct wire_finding homonym(uint32_t va, uint32_t page, uint32_t other)
{
	struct wire_finding f = finding(page, COH_VA_UNKNOWN);

	f.cause = COH_OTHER_PAGE;
	f.read.va = va;
	f.other_pa = other;
	return f;
}

static struct groups groups;

static void enter(uint32_t title, const struct wire_finding *f, const char *reader,
		  const char *writer)
{
	static struct report r;

	memset(&r, 0, sizeof(r));
	r.f = f;
	snprintf(r.reader, sizeof(r.reader), "%s", reader);
	snprintf(r.writer, sizeof(r.writer), "%s", writer);
	group_finding(&groups, title, &r, NULL);
}

static void expect_group(uint32_t title, uint32_t first)
{
	assert_int_equal(group_of(&groups, title), first);
}

static int forget(void **state)
{
	(void)state;
	groups_free(&groups);
	return 0;
}

static void one_alias_of_one_page_is_one_group(void **state)
{
	struct wire_finding a = finding(PAGE, USER), b = a, c = a;

	(void)state;
	b.read.va += 0x40;
	c.read.va = USER + 0x80; /* now user mode reads, and the kernel wrote */
	c.write.va = LINEAR + PAGE;
	enter(0, &a, "aio_complete", "user mode");
	enter(1, &b, "aio_setup", "user mode");
	enter(2, &c, "user mode", "aio_setup");
	expect_group(1, 0);
	expect_group(2, 0);
}

/* Both sides use the linear mapping; an old line of user mode's was written over it. */
static void culprits_and_copies_tell_the_alias(void **state)
{
	struct wire_finding a = finding(PAGE, USER), b = finding(PAGE, LINEAR + PAGE), c = b, d = b;

	(void)state;
	b.culprit = (struct wire_access){ .known = 1, .va = USER + 0x20 };
	c.n_copies = 1;
	c.copy[0].va = USER + 0x40;
	enter(0, &a, "read_page", "user mode");
	enter(1, &b, "move_page", "memset");
	enter(2, &c, "write_page", "memset");
	enter(3, &d, "read_page", "memset");
	expect_group(1, 0);
	expect_group(2, 0);
	expect_group(3, 3);
}

/* The page was freed and is used for something else: the linear mapping is all that they share. */
static void another_use_of_the_page_is_another_group(void **state)
{
	struct wire_finding a = finding(PAGE, USER), b = finding(PAGE, USER + 0x5000);
	struct wire_finding c = finding(PAGE + 0x1000, USER);

	(void)state;
	enter(0, &a, "process_vm_rw_core", "user mode");
	enter(1, &b, "shmem_file_read_iter", "user mode");
	enter(2, &c, "sys_swapon", "user mode");
	expect_group(1, 1);
	expect_group(2, 2);
}

static void a_title_s_later_findings_connect_groups(void **state)
{
	struct wire_finding a = finding(PAGE, USER), b = finding(PAGE + 0x3000, USER + 0x3000);

	(void)state;
	enter(0, &a, "first", "user mode");
	enter(1, &b, "second", "user mode");
	expect_group(1, 1);
	enter(0, &b, "first", "user mode");
	expect_group(1, 0);
	expect_group(0, 0);
}

/* Every bug may show as "user mode / user mode": it joins one group, and connects no two. */
static void a_title_without_names_connects_nothing(void **state)
{
	struct wire_finding a = finding(PAGE, USER), b = finding(PAGE + 0x3000, USER + 0x3000);
	struct wire_finding c = finding(PAGE + 0x5000, USER + 0x5000);

	(void)state;
	enter(0, &a, "aio_complete", "user mode");
	enter(1, &a, "user mode", "user mode");
	expect_group(1, 0);
	enter(1, &b, "user mode", "user mode");
	enter(2, &b, "user mode", "memset");
	expect_group(2, 2);
	enter(1, &b, "user mode", "user mode");
	expect_group(2, 2);
	/* Nor do addresses name anybody.  It is alone until it is found with others. */
	enter(3, &c, "0xc0010000", "user mode");
	expect_group(3, 3);
	enter(3, &b, "0xc0010000", "user mode");
	expect_group(3, 2);
	enter(3, &a, "0xc0010000", "user mode");
	expect_group(3, 2);
	expect_group(2, 2);
}

/* Title number title lacks maintenance of the line at va, which function left, before next uses it. */
static void lack(uint32_t title, const struct wire_finding *f, const char *reader, uint32_t va,
		 const char *function, uint32_t next)
{
	struct group_lack l = { .va = va, .next_va = next };
	static struct report r;

	enter(title, f, reader, "user mode");
	memset(&r, 0, sizeof(r));
	r.f = f;
	snprintf(r.reader, sizeof(r.reader), "%s", reader);
	snprintf(l.function, sizeof(l.function), "%s", function);
	group_lacking(&groups, title, &r, &l, NULL);
}

/* Different pages, readers and writers: what clear_user_highpage left was not cleaned for the user. */
static void one_lack_is_one_group(void **state)
{
	struct wire_finding a = finding(PAGE, USER), b = finding(PAGE + 0x3000, USER + 0x3000);

	(void)state;
	lack(0, &a, "fuse_copy_page", LINEAR + PAGE, "v4wb_clear_user_highpage", USER);
	lack(1, &b, "ptrace", LINEAR + PAGE + 0x3000, "v4wb_clear_user_highpage", USER + 0x3000);
	expect_group(1, 0);
}

/* Two bugs of one run, two groups: another function left the line; or what comes next is a device. */
static void two_lacks_are_two_groups(void **state)
{
	struct wire_finding a = finding(PAGE, USER), b = finding(PAGE + 0x3000, USER + 0x3000);
	struct wire_finding c = finding(PAGE + 0x6000, USER + 0x6000);
	struct wire_finding d = finding(PAGE + 0x9000, USER + 0x9000);
	struct wire_finding e = finding(PAGE + 0xc000, USER + 0xc000);

	(void)state;
	lack(0, &a, "first", LINEAR + PAGE, "aio_complete", USER);
	lack(1, &b, "second", LINEAR + PAGE + 0x3000, "pipe_write", USER + 0x3000);
	lack(2, &c, "third", LINEAR + PAGE + 0x6000, "aio_complete", COH_VA_UNKNOWN);
	/* It is not known which function, or it says nothing. */
	lack(3, &d, "fourth", LINEAR + PAGE + 0x9000, "", USER);
	lack(4, &e, "fifth", LINEAR + PAGE + 0xc000, "", USER);
	for (uint32_t i = 0; i < 5; i++)
		expect_group(i, i);
}

/* Its old line, at an address that neither the reader nor the writer used. */
static void an_alias_that_lacks_a_flush_tells_the_group(void **state)
{
	struct wire_finding a = finding(PAGE, LINEAR + PAGE), b = a,
			    c = finding(0x5000, 0xc0005000);

	(void)state;
	lack(0, &a, "ext2_add_link", USER, "", LINEAR + PAGE);
	lack(1, &b, "ext2_find_entry", USER + 0x40, "", LINEAR + PAGE);
	lack(2, &c, "ext2_get_page", USER, "", 0xc0005000);
	expect_group(1, 0);
	expect_group(2, 2);
}

/* What the advice says is read rightly: who left the line, and what comes next. */
static void a_lack_is_that_of_the_advice(void **state)
{
	struct wire_finding f = finding(PAGE, USER);
	struct report r = { .f = &f };
	struct advice a = { .kind = ADVICE_OPS, .n_steps = 1 };
	struct group_lack l;

	(void)state;
	f.n_events = 2;
	f.event[0] = (struct wire_event){ .kind = COH_EVENT_STORE, .va = USER, .pc = 0x100 };
	f.event[1] = (struct wire_event){ .kind = COH_EVENT_DEVICE_WRITE, .va = COH_VA_UNKNOWN };
	a.step[0] = (struct advice_step){ { 1, COH_FLUSH, COH_DATA, USER, false }, 1, 1 };
	assert_true(group_lack(&r, &a, NULL, NULL, &l));
	assert_int_equal(l.va, USER);
	assert_int_equal(l.next_va, COH_VA_UNKNOWN);
	a.step[0].last = 2;
	assert_true(group_lack(&r, &a, NULL, NULL, &l));
	assert_int_equal(l.next_va, LINEAR + PAGE);
	a.kind = ADVICE_NONE;
	assert_false(group_lack(&r, &a, NULL, NULL, &l));
	a.kind = ADVICE_OPS;
	f.cause = COH_OTHER_PAGE;
	assert_false(group_lack(&r, &a, NULL, NULL, &l));
}

static void walks_go_by_who_stored_the_entry(void **state)
{
	struct wire_finding a = finding(PAGE, COH_VA_UNKNOWN), b = finding(0x5000, COH_VA_UNKNOWN);

	(void)state;
	a.by = b.by = COH_BY_WALK;
	enter(0, &a, "load_elf_binary", "set_pte");
	enter(1, &b, "user mode", "set_pte");
	enter(2, &b, "user mode", "memcpy");
	expect_group(1, 0);
	expect_group(2, 2);
}

static void homonyms_go_by_region_and_side(void **state)
{
	struct wire_finding a = homonym(0xb6f00000, 0x1000, 0x2000);
	struct wire_finding b = homonym(0xbeff0000, 0x8000, 0x9000);
	struct wire_finding c = homonym(0xd0800000, 0xa000, 0xb000);
	struct wire_finding d = homonym(0xb6f00000, 0xc000, 0xd000);

	(void)state;
	d.by = COH_BY_FETCH;
	enter(0, &a, "user mode", "user mode");
	enter(1, &b, "pipe_read", "user mode");
	enter(2, &c, "vread", "user mode");
	enter(3, &d, "user mode", "copy_code");
	expect_group(1, 0);
	expect_group(2, 2);
	expect_group(3, 3);
}

static void what_follows_from_homonyms_goes_with_them(void **state)
{
	struct wire_finding h = homonym(0xb6f00000, 0x1000, 0x2000);
	struct wire_finding same_page = finding(0x2000, 0xb1234000);
	struct wire_finding other_mm = finding(0x7000, 0xb1237000);
	struct wire_finding neither = finding(0x9000, 0xb1239000);

	(void)state;
	other_mm.read.mm = MM + 0x4000;
	enter(0, &other_mm, "before_all", "user mode");
	enter(1, &h, "user mode", "user mode");
	enter(2, &same_page, "wp_page_copy", "user mode");
	enter(3, &neither, "read_page", "user mode");
	other_mm.line_pa = other_mm.read.pa = other_mm.first_pa = 0x8000;
	other_mm.write.va = 0xb1238000;
	other_mm.read.va = LINEAR + 0x8000;
	enter(4, &other_mm, "ptrace", "user mode");
	expect_group(0, 0); /* not known then */
	expect_group(2, 1);
	expect_group(3, 3);
	expect_group(4, 1);
}

static void a_device_s_bytes_in_one_page_are_one_group(void **state)
{
	struct wire_finding a = finding(PAGE, COH_VA_UNKNOWN), b = a, c = a, dirty = a, read = a;

	(void)state;
	a.by_device = b.by_device = c.by_device = 1;
	c.line_pa += 0x1000;
	dirty.by = COH_BY_DEVICE_WRITE; /* under a line that is dirty */
	read.by = COH_BY_DEVICE;
	enter(0, &a, "eth_type_trans", "e1000");
	enter(1, &b, "ip_rcv", "e1000");
	enter(2, &b, "ip_rcv", "lsi53c895a");
	enter(3, &c, "tcp_rcv", "e1000");
	enter(4, &dirty, "e1000", "alloc_skb");
	enter(5, &read, "e1000", "send_skb");
	expect_group(1, 0);
	expect_group(2, 2);
	expect_group(3, 3);
	expect_group(4, 0);
	expect_group(5, 5);
}

/* ---- what is shown ---- */

static unsigned rank(const struct wire_finding *f, const char *reader)
{
	static struct report r;

	r.f = f;
	snprintf(r.reader, sizeof(r.reader), "%s", reader);
	return group_rank(&r);
}

static void the_most_telling_comes_first(void **state)
{
	struct wire_finding plain = finding(PAGE, USER), same = plain, unsure = plain,
			    blind = plain;
	struct wire_finding h = homonym(USER, PAGE, PAGE + 0x1000);

	(void)state;
	same.newest[0] = 0;
	unsure.certain = 0;
	blind.values_known = 0;
	assert_true(rank(&h, "user mode") < rank(&plain, "read_page"));
	assert_true(rank(&plain, "read_page") < rank(&plain, "user mode"));
	assert_true(rank(&plain, "user mode") < rank(&blind, "read_page"));
	assert_true(rank(&blind, "user mode") < rank(&unsure, "read_page"));
	assert_true(rank(&unsure, "user mode") < GROUP_RANK_SAME);
	assert_true(rank(&same, "read_page") >= GROUP_RANK_SAME);
	unsure.values_known = same.certain = 0;
	assert_true(rank(&same, "user mode") < GROUP_RANKS);
}

static void a_group_is_shown_once_and_then_in_lines(void **state)
{
	struct wire_finding a = finding(PAGE, USER), b = finding(0x5000, 0xb0005000);

	(void)state;
	enter(0, &a, "reader", "user mode");
	assert_int_equal(group_show(&groups, 0, 3), GROUP_WHOLE);
	for (uint32_t i = 1; i < GROUP_LINES; i++) {
		enter(i, &a, "reader", "user mode");
		assert_int_equal(group_show(&groups, i, 3), GROUP_LINE);
	}
	enter(10, &a, "reader", "user mode");
	assert_int_equal(group_show(&groups, 10, 9), GROUP_LAST_LINE);
	enter(11, &a, "reader", "user mode");
	assert_int_equal(group_show(&groups, 11, 3), GROUP_NOTHING);
	enter(12, &b, "reader", "user mode");
	assert_int_equal(group_show(&groups, 12, 3), GROUP_WHOLE);
	/* It says more than the one that was shown. */
	enter(13, &a, "reader", "user mode");
	assert_int_equal(group_show(&groups, 13, 2), GROUP_WHOLE);
	assert_int_equal(group_show(&groups, 13, 2), GROUP_NOTHING);
}

static void add(struct tally *t, const char *title, unsigned rank, uint64_t count,
		struct suppression *by)
{
	bool is_new;
	uint32_t i = tally_finding(t, (uint32_t)t->n_titles + 1, title, by, &is_new);

	assert_true(is_new);
	t->title[i].rank = rank;
	t->title[i].count = count;
}

static void groups_are_listed_largest_first(void **state)
{
	struct wire_finding a = finding(PAGE, USER), b = finding(0x5000, 0xb0005000);
	static const char *const expected[] = { "poor", "best", "second", "same" };
	struct tally t = { 0 };
	struct suppression by = { 0 };
	struct ordered_title *order;
	size_t n, n_groups;

	(void)state;
	add(&t, "silent", 0, 1000, &by);
	add(&t, "second", 3, 8, NULL);
	add(&t, "same", GROUP_RANK_SAME, 900, NULL);
	add(&t, "poor", 5, 10, NULL);
	add(&t, "best", 0, 1, NULL);
	enter(1, &a, "reader", "user mode");
	enter(2, &b, "reader", "user mode");
	enter(4, &a, "reader", "user mode");
	order = order_titles(&t, &groups, &n, &n_groups);
	assert_non_null(order);
	assert_int_equal(n, 4);
	assert_int_equal(n_groups, 3);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(order[i].title->title, expected[i]);
	assert_true(order[0].begins && order[1].begins && !order[2].begins && order[3].begins);
	assert_int_equal(order[1].n_titles, 2);
	assert_int_equal(order[1].count, 9);
	free(order);
	tally_free(&t);
}

static void many_titles_cost_little(void **state)
{
	char title[40];
	struct tally t = { 0 };
	bool is_new;

	(void)state;
	for (uint32_t i = 0; i < 100000; i++) {
		struct wire_finding f = finding(i / 2 << 12, 0xb0000000 + ((i / 2 & 0xffff) << 12));

		snprintf(title, sizeof(title), "lost in f%u / g", i);
		assert_int_equal(tally_finding(&t, i + 1, title, NULL, &is_new), i);
		assert_true(is_new);
		enter(i, &f, title, "user mode");
	}
	for (uint32_t i = 0; i < 100000; i++) {
		snprintf(title, sizeof(title), "lost in f%u / g", i);
		assert_int_equal(tally_finding(&t, 0, title, NULL, &is_new), i);
		assert_false(is_new);
	}
	assert_int_equal(tally_different(&t, false), 100000);
	assert_int_equal(tally_occurrences(&t, false), 200000);
	assert_false(t.out_of_memory || groups.out_of_memory);
	tally_free(&t);
}

/* Its reader's own function is suppressed, in one place of two. */
static void a_title_may_be_silent_in_part(void **state)
{
	struct suppression by = { 0 };
	struct tally t = { 0 };
	bool is_new;

	(void)state;
	assert_int_equal(tally_finding(&t, 1, "lost in a / b", &by, &is_new), 0);
	assert_int_equal(tally_finding(&t, 2, "lost in a / b", NULL, &is_new), 1);
	assert_true(is_new);
	assert_int_equal(tally_finding(&t, 3, "lost in a / b", &by, &is_new), 0);
	assert_false(is_new);
	tally_settle_suppressions(&t);
	assert_int_equal(by.count, 2);
	assert_int_equal(tally_different(&t, false), 1);
	tally_free(&t);
}

#define TEST(name) cmocka_unit_test_teardown(name, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_alias_of_one_page_is_one_group),
		TEST(culprits_and_copies_tell_the_alias),
		TEST(another_use_of_the_page_is_another_group),
		TEST(a_title_s_later_findings_connect_groups),
		TEST(a_title_without_names_connects_nothing),
		TEST(one_lack_is_one_group),
		TEST(two_lacks_are_two_groups),
		TEST(an_alias_that_lacks_a_flush_tells_the_group),
		TEST(a_lack_is_that_of_the_advice),
		TEST(walks_go_by_who_stored_the_entry),
		TEST(homonyms_go_by_region_and_side),
		TEST(what_follows_from_homonyms_goes_with_them),
		TEST(a_device_s_bytes_in_one_page_are_one_group),
		TEST(the_most_telling_comes_first),
		TEST(a_group_is_shown_once_and_then_in_lines),
		TEST(groups_are_listed_largest_first),
		TEST(many_titles_cost_little),
		TEST(a_title_may_be_silent_in_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
