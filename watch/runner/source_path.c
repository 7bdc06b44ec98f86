// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/source_path.h"

#include <elfutils/libdw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Cuts root down to the directory that it shares with name. */
static void narrow(char *root, const char *name)
{
	size_t i = 0, slash = 0;

	for (; root[i] && root[i] == name[i]; i++)
		if (root[i] == '/')
			slash = i + 1;
	root[slash] = '\0';
}

char *source_root(Dwfl_Module *module)
{
	char *root = NULL;
	Dwarf_Addr bias;

	for (Dwarf_Die *cu = NULL; (cu = dwfl_module_nextcu(module, cu, &bias));) {
		const char *name = dwarf_diename(cu);

		if (!name || name[0] != '/')
			continue;
		if (!root)
			root = strdup(name);
		if (!root)
			return NULL;
		narrow(root, name);
	}
	return root ? root : strdup("");
}

/* Lexical: the sources need not exist on this machine. */
static void normalize(const char *path, char *out, size_t size)
{
	size_t used = 0;
	bool absolute = path[0] == '/';

	while (*path) {
		size_t n = strcspn(path, "/");
		char *up;

		if (n == 2 && !strncmp(path, "..", 2) && used && strcmp(out, "..")) {
			out[used] = '\0';
			up = strrchr(out, '/');
			used = up ? (size_t)(up - out) : 0;
		} else if (n && !(n == 1 && path[0] == '.') && used + n + 2 < size) {
			if (used || absolute)
				out[used++] = '/';
			memcpy(out + used, path, n);
			used += n;
		}
		out[used] = '\0';
		path += n + (path[n] == '/');
	}
	out[used] = '\0';
}

static const char *without(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	while (n && dir[n - 1] == '/')
		n--;
	return !strncmp(path, dir, n) && path[n] == '/' ? path + n + 1 : path;
}

void source_path(const char *file, const char *comp_dir, const char *root, char *out, size_t size)
{
	char whole[PATH_MAX], clean[PATH_MAX], dir[PATH_MAX];
	const char *rest;

	if (file[0] != '/' && comp_dir)
		snprintf(whole, sizeof(whole), "%s/%s", comp_dir, file);
	else
		snprintf(whole, sizeof(whole), "%s", file);
	normalize(whole, clean, sizeof(clean));
	/* A compiler told to cut the directory off leaves "", and names below "/". */
	normalize(comp_dir ? comp_dir : "", dir, sizeof(dir));
	rest = comp_dir ? without(clean, dir) : clean;
	if (rest == clean && root && *root)
		rest = without(clean, root);
	snprintf(out, size, "%s", rest);
}
