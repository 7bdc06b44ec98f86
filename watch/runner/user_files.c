// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* asprintf */
#include "watch/runner/user_files.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct user_file {
	struct user_file *next;
	char path[WIRE_FILE_PATH]; /* as the guest has it */
	char *found;		   /* NULL: it is not below the directory */
	struct symbols *symbols;   /* NULL: there are none */
	bool told;		   /* what is wrong with it */
};

int user_files_open(struct user_files *u, const char *dir, char *error, size_t size)
{
	struct stat st;

	if (stat(dir, &st) || !S_ISDIR(st.st_mode)) {
		snprintf(error, size, "%s: %s; expected a directory with the guest's programs", dir,
			 strerror(S_ISDIR(st.st_mode) ? errno : ENOTDIR));
		return -1;
	}
	u->dir = dir;
	return 0;
}

void user_files_close(struct user_files *u)
{
	while (u->first) {
		struct user_file *f = u->first;

		u->first = f->next;
		symbols_close(f->symbols);
		free(f->found);
		free(f);
	}
}

static void tell(struct user_file *f, struct tally *t, const char *what)
{
	struct wire_note note = { 0 };

	if (f->told)
		return;
	f->told = true;
	snprintf(note.text, sizeof(note.text), "no names for %.80s of the guest: %.90s", f->path,
		 what);
	tally_note(t, &note);
}

/* A guest may call a file what it likes: nothing above the directory is opened. */
static bool climbs(const char *path)
{
	for (; (path = strstr(path, "..")); path += 2)
		if (path[2] == '/' || !path[2])
			return true;
	return false;
}

/* Nor by a link: one of a sysroot that is meant for the guest's root leads into this machine's. */
static bool is_below(const char *path, const char *dir)
{
	char *real = realpath(path, NULL), *top = realpath(dir, NULL);
	size_t n = top ? strlen(top) : 0;
	bool below = real && top && !strncmp(real, top, n) && (real[n] == '/' || n == 1);

	free(top);
	free(real);
	return below;
}

static struct user_file *open_file(struct user_files *u, struct tally *t, const char *path)
{
	struct user_file *f = u->first;
	struct stat st;
	char error[512];

	while (f && strcmp(f->path, path))
		f = f->next;
	if (f || !(f = calloc(1, sizeof(*f))))
		return f;
	snprintf(f->path, sizeof(f->path), "%s", path);
	f->next = u->first;
	u->first = f;
	if (climbs(path) || asprintf(&f->found, "%s%s", u->dir, path) < 0)
		f->found = NULL;
	if (!f->found || stat(f->found, &st) || !S_ISREG(st.st_mode) ||
	    !is_below(f->found, u->dir)) {
		tell(f, t, "it is not below the directory of --user-symbols");
		free(f->found);
		f->found = NULL;
		return f;
	}
	f->symbols = symbols_open_debug(f->found, u->debug_dir, error, sizeof(error));
	if (!f->symbols)
		tell(f, t,
		     strstr(error, "no symbol table") ? "the file has no symbol table"
						      : "the file is no program for 32-bit ARM");
	return f;
}

/* Code is not relocated: what was executed is what the file has. */
static bool has_bytes(const char *path, const struct wire_code *c)
{
	uint8_t bytes[WIRE_CODE];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint32_t n = c->n_bytes < WIRE_CODE ? c->n_bytes : WIRE_CODE;
	bool same = fd >= 0 && n && pread(fd, bytes, n, (off_t)c->offset) == (ssize_t)n &&
		    !memcmp(bytes, c->bytes, n);

	if (fd >= 0)
		close(fd);
	return same;
}

/* The address for which the file was linked. */
static bool linked_at(struct symbols *s, uint32_t offset, uint32_t *va)
{
	Elf *elf = symbols_elf(s);
	size_t n = 0;

	elf_getphdrnum(elf, &n);
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr h;

		if (!gelf_getphdr(elf, (int)i, &h) || h.p_type != PT_LOAD || !(h.p_flags & PF_X) ||
		    offset < h.p_offset || offset - h.p_offset >= h.p_filesz)
			continue;
		*va = (uint32_t)(h.p_vaddr + (offset - h.p_offset));
		return true;
	}
	return false;
}

/* From a guest, and for a terminal. */
static void clean_path(const struct wire_code *c, char path[WIRE_FILE_PATH])
{
	memcpy(path, c->path, WIRE_FILE_PATH);
	path[WIRE_FILE_PATH - 1] = '\0';
	for (char *p = path; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
}

static void name_place(struct user_files *u, struct tally *t, const struct wire_code *c,
		       struct code_place *at)
{
	char path[WIRE_FILE_PATH];
	struct user_file *f;
	struct code_place in_file;
	uint32_t va;

	if (!c->known || !at->user)
		return;
	clean_path(c, path);
	snprintf(at->program, sizeof(at->program), "%s", path);
	at->program_offset = c->offset;
	f = u->dir ? open_file(u, t, path) : NULL;
	if (!f || !f->symbols)
		return;
	if (!has_bytes(f->found, c)) {
		tell(f, t, "the file has other code than the guest executes");
		return;
	}
	if (!linked_at(f->symbols, c->offset, &va) || !symbols_at(f->symbols, va, 0, &in_file))
		return;
	memcpy(at->function, in_file.function, sizeof(at->function));
	at->offset = in_file.offset;
	memcpy(at->file, in_file.file, sizeof(at->file));
	at->line = in_file.line;
	memcpy(at->inlined, in_file.inlined, sizeof(at->inlined));
}

void user_files_name(struct user_files *u, struct tally *t, struct report *r)
{
	name_place(u, t, &r->f->context.reader_code, &r->read);
	if (!r->f->write.known || r->f->by_device)
		return;
	/* A process that came and went between two switches was not noted. */
	if (r->f->context.writer_code.known && r->write.user) {
		r->write_if_last = r->write;
		name_place(u, t, &r->f->context.writer_code, &r->write_if_last);
	}
}
