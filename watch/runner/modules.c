// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* nftw */
#include "watch/runner/modules.h"

#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define OPEN_DIRECTORIES 16

static struct module_files *found; /* nftw passes no pointer of ours */

static int on_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t length = strlen(path);
	char **longer;

	(void)st, (void)ftw;
	if (type != FTW_F || length < 3 || strcmp(path + length - 3, ".ko"))
		return 0;
	longer = realloc(found->path, (found->n + 1) * sizeof(*longer));
	if (!longer)
		return -1;
	found->path = longer;
	longer[found->n] = strdup(path);
	if (!longer[found->n])
		return -1;
	found->n++;
	return 0;
}

int modules_find(struct module_files *files, const char *dir, char *error, size_t size)
{
	struct stat st;

	errno = 0;
	found = files;
	if (!stat(dir, &st) && !S_ISDIR(st.st_mode))
		errno = ENOTDIR;
	else if (!nftw(dir, on_file, OPEN_DIRECTORIES, FTW_PHYS))
		return 0;
	snprintf(error, size, "%s: %s; expected a directory with the kernel's modules", dir,
		 strerror(errno));
	return -1;
}

void modules_free(struct module_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->path[i]);
	free(files->path);
	*files = (struct module_files){ 0 };
}

/* The kernel writes '_' for each '-' of a file's name. */
static bool is_named(const char *path, const char *name)
{
	const char *base = strrchr(path, '/');

	for (base = base ? base + 1 : path; *name; base++, name++)
		if (*base != *name && !(*base == '-' && *name == '_'))
			return false;
	return !strcmp(base, ".ko");
}

static struct wire_module clean(const struct wire_module *sent)
{
	struct wire_module m = *sent;

	m.name[sizeof(m.name) - 1] = '\0';
	for (char *c = m.name; *c; c++)
		if (*c <= ' ' || *c > '~')
			*c = '?';
	m.n_sections = m.n_sections < WIRE_SECTIONS ? m.n_sections : WIRE_SECTIONS;
	for (uint32_t i = 0; i < m.n_sections; i++)
		m.section[i].name[WIRE_SECTION_NAME - 1] = '\0';
	return m;
}

void modules_loaded(const struct module_files *files, struct symbols *s, struct tally *t,
		    const struct wire_module *sent)
{
	struct wire_module m = clean(sent);
	struct wire_note note = { 0 };
	const char *path = NULL;
	char error[512] = "";

	if (!s)
		return;
	for (size_t i = 0; i < files->n && !path; i++)
		if (is_named(files->path[i], m.name) &&
		    symbols_module_fits(&m, files->path[i], error, sizeof(error)))
			path = files->path[i];
	if (symbols_add_module(s, &m, path, error, sizeof(error)) && (path || !*error))
		return;
	snprintf(note.text, sizeof(note.text), "%.190s", error);
	tally_note(t, &note);
}
