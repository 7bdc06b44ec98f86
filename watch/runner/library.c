// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/library.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS	 " \t\r\n"
#define EXPECTED "expected a shell pattern for a function's name, or a comment after #"

/*
 * What copies, compares, sums, packs or searches bytes for others, and the helpers through which
 * Linux gets there.  Patterns are narrow: memblock_reserve is no mem-function, and a function
 * that is taken for one by mistake hides who reads.
 */
static const char *const built_in[] = {
	/* The C library's, and the names that Linux's ARM code has for them. */
	"memcpy",
	"memcpy_fromio",
	"memcpy_toio",
	"memmove",
	"memset",
	"memset[0-9]*",
	"memcmp",
	"memcmp_pages",
	"memchr",
	"memchr_inv",
	"memscan",
	"memzero",
	"__memcpy",
	"__memmove",
	"__memset*",
	"__memzero",
	"__aeabi_mem*",
	"mmiocpy",
	"mmioset",
	"bcmp",
	"bcopy",
	"bzero",
	"strlen",
	"strnlen",
	"str*cpy",
	"str*cat",
	"str*cmp",
	"str*chr",
	"strchrnul",
	"str*str",
	"str*spn",
	"strpbrk",
	"strsep",
	"strim",
	"strncpy_from_user",
	"strnlen_user",
	/* Pages. */
	"copy_page",
	"copy_highpage",
	"copy_user_highpage",
	"*_copy_user_highpage",
	"*_copy_user_page",
	"clear_page",
	"clear_highpage",
	"*_clear_user_highpage",
	"__clear_page",
	"kmap_*",
	"kunmap_*",
	/* User memory. */
	"__copy_from_user*",
	"__copy_to_user*",
	"_copy_from_user",
	"_copy_to_user",
	"arm_copy_from_user",
	"arm_copy_to_user",
	"raw_copy_*",
	"copy_from_user",
	"copy_to_user",
	"copy_from_user_nofault",
	"copy_to_user_nofault",
	"copy_from_kernel_nofault",
	"copy_to_kernel_nofault",
	"__clear_user*",
	"arm_clear_user",
	"clear_user",
	"__get_user_*",
	"__put_user_*",
	"get_user_[0-9]*",
	"put_user_[0-9]*",
	"fault_in_*",
	/* Iterators, packets and lists of pages. */
	"copyin",
	"copyout",
	"_copy_*_iter*",
	"copy_page_*_iter*",
	"copy_to_iter",
	"copy_from_iter",
	"iov_iter_zero",
	"csum_and_copy_*",
	"simple_copy_to_iter",
	"skb_copy_*",
	"skb_store_bits",
	"__skb_datagram_iter",
	"__skb_checksum*",
	"skb_checksum*",
	"sg_copy_*",
	"sg_pcopy_*",
	"scatterwalk_*",
	/* Sums, parity, compression. */
	"csum_*",
	"__csum_*",
	"crc[0-9]*",
	"crc_ccitt*",
	"crc_itu_t*",
	"__crc*",
	"xor_*",
	"zlib_*",
	"inflate_fast",
	"lzo1x_*",
	"LZ4_*",
	/* Bits: on ARM they are functions. */
	"_find_*_bit*",
	"_set_bit*",
	"_clear_bit*",
	"_change_bit*",
	"_test_and_*_bit*",
};

static bool matches(const char *pattern, const char *name)
{
	/* Most differ at once. */
	return (*pattern == *name || strchr("*?[\\", *pattern)) && !fnmatch(pattern, name, 0);
}

bool library_has(const struct library *l, const char *name)
{
	for (size_t i = 0; i < sizeof(built_in) / sizeof(*built_in); i++)
		if (matches(built_in[i], name))
			return true;
	for (size_t i = 0; l && i < l->n; i++)
		if (matches(l->pattern[i], name))
			return true;
	return false;
}

static int add(struct library *l, const char *word)
{
	char **more = realloc(l->pattern, (l->n + 1) * sizeof(*more));

	if (!more)
		return -1;
	l->pattern = more;
	l->pattern[l->n] = strdup(word);
	return l->pattern[l->n] ? (l->n++, 0) : -1;
}

/* Of a function's name, or of what stands for it in a pattern. */
static bool is_pattern(const char *word)
{
	for (const char *c = word; *c; c++)
		if (!strchr("_.$*?[]!^-\\", *c) && !(*c >= '0' && *c <= '9') &&
		    !(*c >= 'a' && *c <= 'z') && !(*c >= 'A' && *c <= 'Z'))
			return false;
	return true;
}

/* Returns 0, or -1 with the reason in *what. */
static int parse_line(struct library *l, char *text, const char **what)
{
	char *word, *next;

	text[strcspn(text, "#")] = '\0';
	word = strtok_r(text, BLANKS, &next);
	if (!word)
		return 0;
	*what = "more than one word";
	if (strtok_r(NULL, BLANKS, &next))
		return -1;
	*what = "no function has such a name";
	if (!is_pattern(word))
		return -1;
	*what = "no memory";
	return add(l, word);
}

int library_load(struct library *l, const char *path, char *error, size_t size)
{
	const char *what = NULL;
	char *text = NULL;
	size_t room = 0;
	ssize_t length;
	int line = 0, result = 0;
	FILE *in = fopen(path, "re");

	*l = (struct library){ 0 };
	if (!in) {
		snprintf(error, size, "%s: %s; expected a file of library functions", path,
			 strerror(errno));
		return -1;
	}
	errno = 0;
	while (!result && (length = getline(&text, &room, in)) >= 0) {
		line++;
		what = "a NUL byte";
		result = strlen(text) != (size_t)length ? -1 : parse_line(l, text, &what);
	}
	if (result)
		snprintf(error, size, "%s:%d: %s; " EXPECTED, path, line, what);
	else if (ferror(in))
		result = (snprintf(error, size, "%s: %s", path, strerror(errno)), -1);
	free(text);
	fclose(in);
	if (result)
		library_free(l);
	return result;
}

void library_free(struct library *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->pattern[i]);
	free(l->pattern);
	*l = (struct library){ 0 };
}

bool library_fills_pages(const char *name)
{
	static const char *const fills[] = {
		"copy_page",	    "copy_highpage",	    "clear_page",
		"clear_highpage",   "*copy_user_page",	    "*copy_user_highpage",
		"*clear_user_page", "*clear_user_highpage",
	};

	for (size_t i = 0; i < sizeof(fills) / sizeof(*fills); i++)
		if (matches(fills[i], name))
			return true;
	return false;
}
