// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Device trees written by hand: who has dma-coherent, and blobs that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "watch/runner/device_tree.h"

#define STRINGS "compatible\0dma-coherent"
#define OTHER	0u
#define WANTED	11u

struct blob {
	uint8_t at[512];
	size_t n;
};

static void put(struct blob *b, uint32_t word)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		b->at[b->n++] = (uint8_t)(word >> shift);
}

static void put_text(struct blob *b, const char *text, size_t size)
{
	memcpy(b->at + b->n, text, size);
	b->n = (b->n + size + 3) & ~(size_t)3;
}

static void begin(struct blob *b, const char *name)
{
	put(b, 1);
	put_text(b, name, strlen(name) + 1);
}

static void property(struct blob *b, uint32_t name, const char *value)
{
	put(b, 3);
	put(b, (uint32_t)strlen(value));
	put(b, name);
	put_text(b, value, strlen(value));
}

/* where: 0 nowhere, 1 the root, 2 /soc, 3 /soc/disk@1 */
static struct blob tree(int where)
{
	struct blob b = { .n = 40 + sizeof(STRINGS) };
	size_t start, end;

	memcpy(b.at + 40, STRINGS, sizeof(STRINGS));
	start = b.n = (b.n + 3) & ~(size_t)3;
	begin(&b, "");
	property(&b, where == 1 ? WANTED : OTHER, "");
	begin(&b, "soc");
	property(&b, where == 2 ? WANTED : OTHER, "odd");
	begin(&b, "timer");
	put(&b, 2);
	put(&b, 4);
	begin(&b, "disk@1");
	property(&b, where == 3 ? WANTED : OTHER, "");
	for (int i = 0; i < 3; i++)
		put(&b, 2);
	put(&b, 9);
	end = b.n;
	b.n = 0;
	put(&b, 0xd00dfeed);
	put(&b, (uint32_t)end);
	put(&b, (uint32_t)start);
	put(&b, 40);
	b.n = 36;
	put(&b, (uint32_t)(end - start));
	b.n = end;
	return b;
}

static void finds_the_node(void **state)
{
	static const char *const paths[] = { "", "/", "/soc", "/soc/disk@1" };
	char path[64];

	(void)state;
	for (int where = 0; where < 4; where++) {
		struct blob b = tree(where);

		assert_int_equal(device_tree_coherent(b.at, b.n, path, sizeof(path)), where != 0);
		if (where)
			assert_string_equal(path, paths[where]);
	}
}

/* Cut off anywhere, and each byte changed: no crash (the sanitizers look), and a short path. */
static void survives_what_is_no_tree(void **state)
{
	struct blob b = tree(3);
	char path[8];

	(void)state;
	for (size_t n = 0; n < b.n; n++) {
		uint8_t *cut = malloc(n ? n : 1);

		memcpy(cut, b.at, n);
		assert_false(device_tree_coherent(cut, n, path, sizeof(path)));
		free(cut);
	}
	for (size_t i = 0; i < b.n; i++) {
		uint8_t *changed = malloc(b.n);

		memcpy(changed, b.at, b.n);
		changed[i] ^= 0xff;
		device_tree_coherent(changed, b.n, path, sizeof(path));
		free(changed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_node),
		cmocka_unit_test(survives_what_is_no_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
