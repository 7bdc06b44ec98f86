// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* asprintf */
#include "watch/runner/debug_file.h"

#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUILD_ID_MAX 64

int debug_dir_check(const char *dir, char *error, size_t size)
{
	struct stat st;

	errno = 0;
	if (!stat(dir, &st) && S_ISDIR(st.st_mode))
		return 0;
	snprintf(error, size,
		 "%s: %s; expected a directory with .build-id in it, as /usr/lib/debug", dir,
		 strerror(errno ? errno : ENOTDIR));
	return -1;
}

static bool has_id(int fd, const unsigned char *id, int n)
{
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	const void *own;
	bool same = elf && dwelf_elf_gnu_build_id(elf, &own) == n && !memcmp(own, id, (size_t)n);

	elf_end(elf);
	return same;
}

int debug_file_open(const char *dir, const unsigned char *id, int n, char **found)
{
	char digits[2 * BUILD_ID_MAX + 1];
	int fd;

	if (n < 2 || n > BUILD_ID_MAX)
		return -1;
	for (int i = 0; i < n; i++)
		sprintf(digits + 2 * i, "%02x", id[i]);
	if (asprintf(found, "%s/.build-id/%.2s/%s.debug", dir, digits, digits + 2) < 0) {
		*found = NULL;
		return -1;
	}
	fd = open(*found, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && has_id(fd, id, n))
		return fd;
	if (fd >= 0)
		close(fd);
	free(*found);
	*found = NULL;
	return -1;
}
