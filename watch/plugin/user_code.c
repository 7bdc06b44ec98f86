// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The areas of an address space are looked for as the kernel does it.  While user code runs no
 * other code changes them on one CPU, but a thread that was interrupted amid a change; the tree is
 * made for readers who come then.  What is found must say itself that it is the area in question.
 */
#include "watch/plugin/user_code.h"

#include <string.h>

#include "watch/plugin/kernel_read.h"

#define DEPTH_MAX 16u
#define AREAS_MAX 65536u
#define NAMES_MAX 64u

/* include/linux/maple_tree.h, lib/maple_tree.c: a node's address has its type below. */
#define NODE_MASK   0xffu
#define NODE_TYPE   3u
#define NODE_SMALL  4096u
#define TYPE_LEAF   1u
#define TYPE_RANGE  2u
#define TYPE_ARANGE 3u

/* A tree of one entry has none.  Only the root is marked by these bits. */
static bool is_root(uint32_t entry)
{
	return (entry & 3) == 2 && entry > NODE_SMALL;
}

/* The slot for an index: that of the first pivot which is not below it; 0 ends the pivots. */
static bool slot_of(const struct kernel_layout *k, uint32_t entry, uint32_t index, uint32_t *slot)
{
	uint32_t node = entry & ~NODE_MASK, type = entry >> NODE_TYPE & 15, pivot, i;
	bool gaps = type == TYPE_ARANGE;
	uint32_t pivots = k->at[gaps ? KERNEL_ARANGE_PIVOT : KERNEL_RANGE_PIVOT];
	uint32_t slots = k->at[gaps ? KERNEL_ARANGE_SLOT : KERNEL_RANGE_SLOT];
	uint32_t n = (slots - pivots) / 4;

	if (type < TYPE_LEAF || type > TYPE_ARANGE || !kernel_pointer(k, node))
		return false;
	for (i = 0; i < n && i < NODE_MASK; i++) {
		if (!guest_read_word(node + pivots + 4 * i, &pivot))
			return false;
		if (pivot >= index || (i && !pivot))
			break;
	}
	return guest_read_word(node + slots + 4 * i, slot);
}

static bool find_in_tree(const struct kernel_layout *k, uint32_t mm, uint32_t va, uint32_t *area)
{
	uint32_t entry;

	if (!kernel_field(k, mm, KERNEL_MM_TREE, &entry) || !is_root(entry))
		return false;
	for (unsigned depth = 0; depth < DEPTH_MAX; depth++) {
		bool leaf = (entry >> NODE_TYPE & 15) == TYPE_LEAF;

		if (!slot_of(k, entry, va, &entry))
			return false;
		if (leaf) {
			*area = entry;
			return kernel_pointer(k, entry);
		}
	}
	return false;
}

static bool find_in_list(const struct kernel_layout *k, uint32_t mm, uint32_t va, uint32_t *area)
{
	uint32_t end;

	if (!kernel_follow(k, mm, KERNEL_MM_LIST, area))
		return false;
	for (unsigned i = 0; i < AREAS_MAX; i++) {
		if (!kernel_field(k, *area, KERNEL_AREA_END, &end))
			return false;
		if (va < end)
			return true;
		if (!kernel_follow(k, *area, KERNEL_AREA_NEXT, area))
			return false;
	}
	return false;
}

static bool find_area(const struct kernel_layout *k, uint32_t mm, uint32_t va, uint32_t *area)
{
	uint32_t start, end, back;
	bool found = k->at[KERNEL_MM_TREE] != KERNEL_ABSENT ? find_in_tree(k, mm, va, area)
							    : find_in_list(k, mm, va, area);

	return found && kernel_field(k, *area, KERNEL_AREA_MM, &back) && back == mm &&
	       kernel_field(k, *area, KERNEL_AREA_START, &start) && start <= va &&
	       kernel_field(k, *area, KERNEL_AREA_END, &end) && va < end;
}

/* Filled from its end: the names come from the file up to the root, which is its own parent. */
static bool read_path(const struct kernel_layout *k, uint32_t dentry, char path[WIRE_FILE_PATH])
{
	char name[WIRE_FILE_PATH];
	uint32_t at = WIRE_FILE_PATH - 1, text, parent;
	bool done = false;

	path[at] = '\0';
	for (unsigned i = 0; i < NAMES_MAX && !done; i++, dentry = parent) {
		uint32_t length;

		if (!kernel_follow(k, dentry, KERNEL_DENTRY_PARENT, &parent))
			return false;
		if (parent == dentry)
			break;
		/* A short name lies in the dentry itself, at any address. */
		if (!kernel_field(k, dentry, KERNEL_DENTRY_NAME, &text) ||
		    text < k->at[KERNEL_FLOOR] || !guest_read_string(text, name, sizeof(name)))
			return false;
		length = (uint32_t)strlen(name);
		done = length + 1 > at;
		if (done)
			break;
		at -= length;
		memcpy(path + at, name, length);
		path[--at] = '/';
	}
	memmove(path, path + at, WIRE_FILE_PATH - at);
	return *path != '\0';
}

void user_code(const struct kernel_layout *k, uint32_t mm, uint32_t tables, uint32_t pc,
	       struct wire_code *w)
{
	uint32_t area, file, dentry, start, pages;

	if (k->at[KERNEL_FILE_DENTRY] == KERNEL_ABSENT || !find_area(k, mm, pc, &area) ||
	    !kernel_follow(k, area, KERNEL_AREA_FILE, &file) ||
	    !kernel_field(k, area, KERNEL_AREA_START, &start) ||
	    !kernel_field(k, area, KERNEL_AREA_PAGES, &pages) ||
	    !kernel_follow(k, file, KERNEL_FILE_DENTRY, &dentry) || !read_path(k, dentry, w->path))
		return;
	w->known = 1;
	w->offset = pc - start + (pages << 12);
	if (guest_read_in(tables, pc, w->bytes, WIRE_CODE))
		w->n_bytes = WIRE_CODE;
}
