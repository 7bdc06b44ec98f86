// SPDX-License-Identifier: GPL-2.0-or-later
/* A module's file: relocatable, in the program's Dwfl, at the addresses that the kernel chose. */
#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch/runner/symbols_internal.h"

#define MODULES_MAX 4096u

/* Before libdwfl has it, which would keep it. */
bool symbols_module_fits(const struct wire_module *m, const char *path, char *error, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf *elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ, NULL);
	GElf_Ehdr header;
	const void *id = NULL;
	const char *what = NULL;

	if (fd < 0)
		what = strerror(errno);
	else if (!elf || !gelf_getehdr(elf, &header) || header.e_type != ET_REL ||
		 header.e_ident[EI_CLASS] != ELFCLASS32 || header.e_machine != EM_ARM)
		what = "no module for 32-bit ARM";
	else if (dwelf_elf_gnu_build_id(elf, &id) != WIRE_BUILD_ID || !m->has_build_id ||
		 memcmp(id, m->build_id, WIRE_BUILD_ID))
		what = "its build ID is not that of the module which the guest has loaded";
	if (what)
		snprintf(error, size, "%s: %s", path, what);
	elf_end(elf);
	if (fd >= 0)
		close(fd);
	return !what;
}

/* The program's file and the other modules stay as they are. */
static bool load_placed(struct symbols *s, struct symbols *m, char *error, size_t size)
{
	const struct wire_module *p = m->placed;
	GElf_Addr bias;

	m->dwfl = s->dwfl;
	m->debug_dir = s->debug_dir;
	dwfl_report_begin_add(m->dwfl);
	m->module = dwfl_report_module(m->dwfl, p->name, p->base, (GElf_Addr)p->base + p->size);
	if (m->module)
		symbols_remember_(m);
	dwfl_report_end(m->dwfl, NULL, NULL);
	m->elf = m->module ? dwfl_module_getelf(m->module, &bias) : NULL;
	if (m->elf && symbols_load_text_(m) && symbols_load_table_(m))
		return true;
	snprintf(error, size, "%s: %s", m->path, m->elf ? "no symbol table" : dwfl_errmsg(-1));
	return false;
}

static bool meet(uint32_t a, uint32_t a_size, uint32_t b, uint32_t b_size)
{
	return a_size && b_size && (a - b < b_size || b - a < a_size);
}

static bool is_same(const struct wire_module *a, const struct wire_module *b)
{
	return a->base == b->base && a->size == b->size && !strcmp(a->name, b->name) &&
	       (!a->has_build_id || !memcmp(a->build_id, b->build_id, WIRE_BUILD_ID));
}

/*
 * Was another module at these addresses?  The same one may be told again, with more of it.  What
 * gives way stays in the list: libdwfl goes on to point to it.
 */
static bool give_way(struct symbols *s, const struct wire_module *m)
{
	bool disputed = false;

	for (struct symbols *old = s->next; old; old = old->next) {
		bool same = is_same(old->placed, m);

		if (!meet(old->placed->base, old->placed->size, m->base, m->size))
			continue;
		disputed |= !same || old->disputed;
		symbols_empty_(old);
		old->disputed = true;
		if (same)
			old->placed->size = 0; /* the new one has all of its place */
	}
	return disputed;
}

/* A guest whose list is damaged may say anything. */
static bool can_be(const struct symbols *s, const struct wire_module *m)
{
	unsigned n = 0;

	for (const struct symbols *old = s->next; old; old = old->next)
		n++;
	for (size_t i = 0; i < s->n_text; i++)
		if (meet(s->text[i].start, s->text[i].length, m->base, m->size))
			return false;
	return n < MODULES_MAX;
}

bool symbols_add_module(struct symbols *s, const struct wire_module *m, const char *path,
			char *error, size_t size)
{
	struct symbols *new;
	bool ok = true;

	if (!can_be(s, m))
		return true;
	new = calloc(1, sizeof(*new));
	if (!new || !(new->placed = malloc(sizeof(*m))) || (path && !(new->path = strdup(path)))) {
		symbols_close(new);
		snprintf(error, size, "%s: no memory", m->name);
		return false;
	}
	*new->placed = *m;
	new->disputed = give_way(s, m);
	new->next = s->next;
	s->next = new;
	if (new->path && !new->disputed && m->n_sections) {
		ok = load_placed(s, new, error, size);
		if (!ok)
			symbols_empty_(new);
	}
	return ok;
}

void symbols_forget_modules(struct symbols *s)
{
	for (struct symbols **at = &s->next; *at;) {
		struct symbols *m = *at;

		symbols_empty_(m);
		m->placed->size = 0;
		if (m->module) { /* libdwfl points to it */
			at = &m->next;
			continue;
		}
		*at = m->next;
		free(m->placed);
		free(m);
	}
}

const struct symbols *symbols_module_at_(const struct symbols *s, uint32_t pc)
{
	for (s = s ? s->next : NULL; s; s = s->next)
		if (pc - s->placed->base < s->placed->size)
			return s;
	return NULL;
}
