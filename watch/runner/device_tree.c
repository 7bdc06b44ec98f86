// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/device_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC	   0xd00dfeedu
#define BEGIN_NODE 1u
#define END_NODE   2u
#define PROPERTY   3u
#define NOTHING	   4u
#define HEADER	   40u
#define BLOB_MAX   (1u << 20)

struct tree {
	const uint8_t *at;
	size_t size;
	size_t structure, structure_end, strings;
};

static bool word_at(const struct tree *t, size_t at, uint32_t *word)
{
	if (at > t->size || t->size - at < 4)
		return false;
	*word = (uint32_t)t->at[at] << 24 | (uint32_t)t->at[at + 1] << 16 |
		(uint32_t)t->at[at + 2] << 8 | t->at[at + 3];
	return true;
}

/* A text that ends within the tree; NULL if it does not. */
static const char *text_at(const struct tree *t, size_t at)
{
	if (at >= t->size || !memchr(t->at + at, '\0', t->size - at))
		return NULL;
	return (const char *)t->at + at;
}

static bool open_tree(struct tree *t)
{
	uint32_t magic, structure, strings, size;

	if (t->size < HEADER || !word_at(t, 0, &magic) || magic != MAGIC ||
	    !word_at(t, 8, &structure) || !word_at(t, 12, &strings) || !word_at(t, 36, &size))
		return false;
	t->structure = structure;
	t->structure_end = (size_t)structure + size;
	t->strings = strings;
	return t->structure_end <= t->size;
}

/* The path as a stack of names: one is added, or the last one goes. */
static void enter(char *path, size_t size, const char *name)
{
	size_t n = strlen(path);

	snprintf(path + n, size - n, "%s%s", n == 1 || !*name ? "" : "/", *name ? name : "/");
}

static void leave(char *path)
{
	char *last = strrchr(path, '/');

	if (last)
		*(last == path ? last + 1 : last) = '\0';
}

static size_t aligned(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

bool device_tree_coherent(const uint8_t *blob, size_t size, char *path, size_t path_size)
{
	struct tree t = { .at = blob, .size = size };
	uint32_t token, length, name;
	const char *text;

	path[0] = '\0';
	if (!open_tree(&t))
		return false;
	for (size_t at = t.structure; at < t.structure_end && word_at(&t, at, &token);) {
		at += 4;
		switch (token) {
		case BEGIN_NODE:
			text = text_at(&t, at);
			if (!text)
				return false;
			enter(path, path_size, text);
			at = aligned(at + strlen(text) + 1);
			break;
		case END_NODE:
			leave(path);
			break;
		case PROPERTY:
			if (!word_at(&t, at, &length) || !word_at(&t, at + 4, &name))
				return false;
			text = text_at(&t, t.strings + name);
			if (text && !strcmp(text, "dma-coherent"))
				return true;
			at = aligned(at + 8 + length);
			break;
		case NOTHING:
			break;
		default: /* the end, or no device tree */
			return false;
		}
	}
	return false;
}

bool device_tree_of_command(char *const *command, char *path, size_t path_size)
{
	uint8_t *blob;
	bool found;
	size_t n;
	FILE *in;

	while (*command && strcmp(*command, "-dtb") && strcmp(*command, "--dtb"))
		command++;
	if (!*command || !command[1])
		return false;
	in = fopen(command[1], "re");
	if (!in)
		return false; /* QEMU says what is wrong with it */
	blob = malloc(BLOB_MAX);
	n = blob ? fread(blob, 1, BLOB_MAX, in) : 0;
	fclose(in);
	found = blob && device_tree_coherent(blob, n, path, path_size);
	free(blob);
	return found;
}
