// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch/runner/suppress.h"

static char path[] = "coherer-suppress-XXXXXX";
static char error[512];

static int load(struct suppressions *s, const char *text, size_t length)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, length, out), length);
	fclose(out);
	return suppress_load(s, path, error, sizeof(error));
}

/* Where the title names the functions of the accesses themselves. */
static struct suppression *find(struct suppressions *s, const char *kind, const char *reader,
				const char *writer)
{
	return suppress_find(s, kind, (struct suppress_names){ reader, reader },
			     (struct suppress_names){ writer, writer });
}

static void reads_entries_and_comments(void **state)
{
	static const char text[] =
		"# why\n\n  missed-clean  check_writebuffer_bugs  * # boot test\n"
		"clobber * user-mode";
	struct suppressions s;

	(void)state;
	assert_int_equal(load(&s, text, strlen(text)), 0);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.entry[0].line, 3);
	assert_ptr_equal(find(&s, "missed-clean", "check_writebuffer_bugs", "device"), &s.entry[0]);
	assert_ptr_equal(find(&s, "clobber", "f", "user mode"), &s.entry[1]);
	assert_null(find(&s, "clobber", "f", "g"));
	assert_null(find(&s, "lost", "check_writebuffer_bugs", "device"));
	suppress_free(&s);
	assert_int_equal(s.n, 0);
}

/* Files that were written for titles with memcpy in them go on to work. */
static void the_function_of_the_access_matches_too(void **state)
{
	static const char text[] = "lost memcpy memset\nlost read_page *\n";
	static const struct suppress_names copy = { "read_page", "memcpy" };
	static const struct suppress_names other = { "read_inode", "memcmp" };
	static const struct suppress_names clear = { "clear_bss", "memset" };
	struct suppressions s;

	(void)state;
	assert_int_equal(load(&s, text, strlen(text)), 0);
	assert_ptr_equal(suppress_find(&s, "lost", copy, clear), &s.entry[0]);
	assert_ptr_equal(suppress_find(&s, "lost", copy, copy), &s.entry[1]);
	assert_null(suppress_find(&s, "lost", other, clear));
	assert_null(suppress_find(&s, "clobber", copy, clear));
	suppress_free(&s);
}

static void refuse(const char *text, size_t length, const char *where, const char *what)
{
	struct suppressions s;
	char expected[600];

	assert_int_equal(load(&s, text, length), -1);
	snprintf(expected, sizeof(expected), "%s:%s: %s; expected ", path, where, what);
	assert_memory_equal(error, expected, strlen(expected));
	assert_int_equal(s.n, 0);
}

static void says_what_is_wrong_and_where(void **state)
{
	(void)state;
	refuse("lost a b\nlost a\n", 16, "2", "too few words");
	refuse("lost a b c\n", 11, "1", "too many words");
	refuse("lots a b\n", 9, "1", "no kind of report is so named");
	refuse("lost a\0 b\n", 10, "1", "a NUL byte");
}

static void refuses_what_is_no_file(void **state)
{
	struct suppressions s;

	(void)state;
	assert_int_equal(suppress_load(&s, "no/such/file", error, sizeof(error)), -1);
	assert_non_null(strstr(error, "no/such/file: "));
	assert_int_equal(suppress_load(&s, ".", error, sizeof(error)), -1);
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
		cmocka_unit_test(reads_entries_and_comments),
		cmocka_unit_test(the_function_of_the_access_matches_too),
		cmocka_unit_test(says_what_is_wrong_and_where),
		cmocka_unit_test(refuses_what_is_no_file),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
