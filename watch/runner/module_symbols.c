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

static bool overlaps(const struct wire_module *a, const struct wire_module *b)
{
	return a->base - b->base < b->size || b->base - a->base < a->size;
}

/* Another module at these addresses?  The same one may be told again, with more of it. */
static bool give_way(struct symbols *s, const struct wire_module *m)
{
	bool disputed = false;
	struct symbols *old;

	for (struct symbols *before = s; (old = before->next) != NULL;) {
		bool same = !strcmp(old->placed->name, m->name) && old->placed->base == m->base &&
			    old->placed->size == m->size &&
			    (!old->placed->has_build_id ||
			     !memcmp(old->placed->build_id, m->build_id, WIRE_BUILD_ID));

		if (!overlaps(old->placed, m)) {
			before = old;
			continue;
		}
		disputed |= !same || old->disputed;
		/* libdwfl goes on to point to it, and it is freed with the others. */
		symbols_empty_(old);
		old->disputed = true;
		before = old;
	}
	return disputed;
}

bool symbols_add_module(struct symbols *s, const struct wire_module *m, const char *path,
			char *error, size_t size)
{
	struct symbols *new = calloc(1, sizeof(*new));
	bool ok = true;

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

const struct symbols *symbols_module_at_(const struct symbols *s, uint32_t pc)
{
	for (s = s ? s->next : NULL; s; s = s->next)
		if (pc - s->placed->base < s->placed->size)
			return s;
	return NULL;
}
