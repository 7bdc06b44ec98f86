// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Who a title names: the list of library functions, and the first caller that is not on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch/runner/library.h"
#include "watch/runner/title.h"

static char path[] = "coherer-library-XXXXXX";
static char error[512];

static int load(struct library *l, const char *text, size_t length)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, length, out), length);
	fclose(out);
	return library_load(l, path, error, sizeof(error));
}

static void knows_what_copies_for_others(void **state)
{
	static const char *const library[] = {
		"memcpy",	 "mmiocpy",
		"memcmp",	 "strncpy",
		"copy_page",	 "arm_copy_to_user",
		"_copy_to_iter", "copy_page_from_iter_atomic",
		"__get_user_4",	 "csum_partial",
		"crc32_le",	 "xscale_mc_copy_user_highpage",
		"skb_copy_bits", "_find_next_bit_le",
	};
	/* Their names begin alike. */
	static const char *const others[] = {
		"memblock_reserve", "memcpy_pgd",      "copy_process",	    "copy_to_user_page",
		"csumming",	    "crc_of_my_inode", "copy_page_range",   "get_user_pages",
		"sys_swapon",	    "aio_complete",    "folio_copy_to_end", "",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(library) / sizeof(*library); i++)
		if (!library_has(NULL, library[i]))
			fail_msg("%s is a library function", library[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (library_has(NULL, others[i]))
			fail_msg("%s is no library function", others[i]);
}

static void what_fills_pages_is_told_from_what_copies(void **state)
{
	(void)state;
	assert_true(library_fills_pages("v4wb_clear_user_highpage"));
	assert_true(library_fills_pages("copy_page"));
	assert_false(library_fills_pages("memcpy"));
	assert_false(library_fills_pages("arm_copy_to_user"));
	assert_false(library_fills_pages("copy_page_range"));
	assert_false(library_fills_pages(""));
}

static void a_file_adds_to_the_list(void **state)
{
	static const char text[] = "# ours\n\nmy_copy_*  # all of them\nfetch[0-9]";
	struct library l;

	(void)state;
	assert_int_equal(load(&l, text, strlen(text)), 0);
	assert_int_equal(l.n, 2);
	assert_true(library_has(&l, "my_copy_words"));
	assert_true(library_has(&l, "fetch7"));
	assert_true(library_has(&l, "memcpy"));
	assert_false(library_has(&l, "my_copy"));
	assert_false(library_has(&l, "fetch"));
	library_free(&l);
	assert_false(library_has(&l, "my_copy_words"));
}

static void refuse(const char *text, size_t length, const char *where, const char *what)
{
	struct library l;
	char expected[600];

	assert_int_equal(load(&l, text, length), -1);
	snprintf(expected, sizeof(expected), "%s:%s: %s; expected ", path, where, what);
	assert_memory_equal(error, expected, strlen(expected));
	assert_int_equal(l.n, 0);
}

static void a_bad_file_is_refused(void **state)
{
	struct library l;

	(void)state;
	refuse("a\nb c\n", 6, "2", "more than one word");
	refuse("a(b)\n", 5, "1", "no function has such a name");
	refuse("a\n\nb\0\n", 6, "3", "a NUL byte");
	assert_int_equal(library_load(&l, "no/such/file", error, sizeof(error)), -1);
	assert_non_null(strstr(error, "no/such/file: "));
	assert_int_equal(library_load(&l, ".", error, sizeof(error)), -1);
}

static const struct code_place copy = { .pc = 0x100, .function = "memcpy" };
static const struct code_place helper = { .pc = 0x200, .function = "_copy_to_iter.constprop.0" };
static const struct code_place reader = { .pc = 0x300, .function = "read_file.isra.0" };
static const struct code_place above = { .pc = 0x400, .function = "sys_read" };
static const struct code_place nameless = { .pc = 0x500 };
static const struct code_place user = { .pc = 0x600, .user = true };

static void expect(const struct title_frame *frame, unsigned n, const char *name)
{
	char out[128];

	title_name(NULL, frame, n, out, sizeof(out));
	assert_string_equal(out, name);
}

static void the_first_that_is_no_library_function_is_named(void **state)
{
	const struct title_frame frames[] = {
		{ &copy, true }, { &helper, true }, { &reader, true }, { &above, true }
	};

	(void)state;
	expect(frames, 4, "read_file");
	expect(frames + 2, 2, "read_file");
	expect(frames + 3, 1, "sys_read");
}

static void where_there_is_none_it_is_the_access(void **state)
{
	const struct title_frame frames[] = { { &copy, true }, { &helper, true } };
	const struct title_frame places[] = { { &nameless, true }, { &user, true } };

	(void)state;
	expect(frames, 1, "memcpy");
	expect(frames, 2, "memcpy");
	expect(places, 1, "0x00000500");
	expect(places + 1, 1, "user mode");
}

/* The stack may hold a return address of long ago. */
static void a_guess_names_nobody(void **state)
{
	const struct title_frame first[] = { { &copy, true },
					     { &reader, false },
					     { &above, true } };
	const struct title_frame later[] = { { &copy, true },
					     { &helper, true },
					     { &above, false } };
	const struct title_frame beyond[] = { { &reader, true }, { &above, false } };

	(void)state;
	expect(first, 3, "memcpy");
	expect(later, 3, "memcpy");
	expect(beyond, 2, "read_file");
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_copies_for_others),
		cmocka_unit_test(what_fills_pages_is_told_from_what_copies),
		cmocka_unit_test(a_file_adds_to_the_list),
		cmocka_unit_test(a_bad_file_is_refused),
		cmocka_unit_test(the_first_that_is_no_library_function_is_named),
		cmocka_unit_test(where_there_is_none_it_is_the_access),
		cmocka_unit_test(a_guess_names_nobody),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
