// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/symbols_internal.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch/runner/debug_file.h"
#include "watch/runner/source_path.h"
#include "watch/wire_module.h"

/* Nothing is asked of a server: libdwfl's own function would. */
static int find_debuginfo(Dwfl_Module *m, void **user, const char *name, Dwarf_Addr base,
			  const char *file, const char *link, GElf_Word crc, char **found)
{
	const struct symbols *s = *user;
	const unsigned char *id = NULL;
	GElf_Addr at;
	int n;

	(void)name, (void)base, (void)file, (void)link, (void)crc;
	if (!s || !s->debug_dir)
		return -1;
	n = dwfl_module_build_id(m, &id, &at);
	return n > 0 ? debug_file_open(s->debug_dir, id, n, found) : -1;
}

/* libdwfl keeps a pointer of ours for each file: its struct symbols. */
static int find_elf(Dwfl_Module *m, void **user, const char *name, Dwarf_Addr base, char **file,
		    Elf **elf)
{
	struct symbols *s = *user;

	(void)m, (void)name, (void)base, (void)elf;
	if (!s || !s->placed || !s->path)
		return -1;
	*file = strdup(s->path);
	return *file ? open(*file, O_RDONLY | O_CLOEXEC) : -1;
}

static const struct wire_section *section_named(const struct wire_module *m, const char *name)
{
	for (uint32_t i = 0; i < m->n_sections; i++)
		if (!strcmp(m->section[i].name, name))
			return &m->section[i];
	return NULL;
}

static int section_address(Dwfl_Module *m, void **user, const char *module, Dwarf_Addr base,
			   const char *name, GElf_Word index, const GElf_Shdr *header,
			   Dwarf_Addr *address)
{
	struct symbols *s = *user;
	const struct wire_section *section;

	if (!s || !s->placed)
		return dwfl_offline_section_address(m, user, module, base, name, index, header,
						    address);
	section = section_named(s->placed, name);
	*address = section ? section->address : (Dwarf_Addr)-1; /* -1: not loaded */
	return DWARF_CB_OK;
}

static const Dwfl_Callbacks offline = {
	.find_elf = find_elf,
	.find_debuginfo = find_debuginfo,
	.section_address = section_address,
};

static bool fail(char *error, size_t size, const char *path, const char *what)
{
	snprintf(error, size, "%s: %s; expected the guest's vmlinux or ELF program, not stripped",
		 path, what);
	return false;
}

/* The checks that libdwfl leaves out. */
static bool check_elf(const char *path, int fd, char *error, size_t size)
{
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	GElf_Ehdr header;
	bool ok = true;

	if (!elf || elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header))
		ok = fail(error, size, path, "not an ELF file");
	else if (header.e_ident[EI_CLASS] != ELFCLASS32 || header.e_machine != EM_ARM)
		ok = fail(error, size, path, "not for 32-bit ARM");
	elf_end(elf);
	return ok;
}

void symbols_remember_(struct symbols *s)
{
	void **user;

	if (dwfl_module_info(s->module, &user, NULL, NULL, NULL, NULL, NULL, NULL))
		*user = s;
}

static bool load_module(struct symbols *s, const char *path, int fd, char *error, size_t size)
{
	GElf_Addr bias;

	s->dwfl = dwfl_begin(&offline);
	if (!s->dwfl)
		return fail(error, size, path, dwfl_errmsg(-1));
	dwfl_report_begin(s->dwfl);
	s->module = dwfl_report_elf(s->dwfl, "guest", path, fd, 0, false);
	if (!s->module) {
		close(fd);
		return fail(error, size, path, dwfl_errmsg(-1));
	}
	dwfl_report_end(s->dwfl, NULL, NULL);
	symbols_remember_(s);
	s->elf = dwfl_module_getelf(s->module, &bias);
	return s->elf ? true : fail(error, size, path, dwfl_errmsg(-1));
}

/* Where a section is; false if a module's is nowhere. */
static bool place_section(const struct symbols *s, GElf_Shdr *header)
{
	const struct wire_section *section;
	const char *name;
	size_t strings;

	if (!s->placed)
		return true;
	if (elf_getshdrstrndx(s->elf, &strings))
		return false;
	name = elf_strptr(s->elf, strings, header->sh_name);
	section = name ? section_named(s->placed, name) : NULL;
	if (section)
		header->sh_addr = section->address;
	return section != NULL;
}

bool symbols_load_text_(struct symbols *s)
{
	GElf_Shdr header;
	size_t n = 0;

	s->big_endian = elf_getident(s->elf, NULL)[EI_DATA] == ELFDATA2MSB;
	elf_getshdrnum(s->elf, &n);
	s->text = calloc(n + 1, sizeof(*s->text));
	if (!s->text)
		return false;
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(s->elf, scn));) {
		Elf_Data *data;

		if (!gelf_getshdr(scn, &header) || !(header.sh_flags & SHF_EXECINSTR) ||
		    header.sh_type != SHT_PROGBITS || !place_section(s, &header))
			continue;
		data = elf_rawdata(scn, NULL);
		if (data && data->d_buf)
			s->text[s->n_text++] =
				(struct segment){ (uint32_t)header.sh_addr, (uint32_t)data->d_size,
						  data->d_buf };
	}
	return true;
}

static const struct segment *own_text_at(const struct symbols *s, uint32_t pc)
{
	for (size_t i = 0; i < s->n_text; i++)
		if (pc - s->text[i].start < s->text[i].length)
			return &s->text[i];
	return NULL;
}

static const struct segment *text_at(const struct symbols *s, uint32_t pc)
{
	const struct segment *t = NULL;

	for (; s && !t; s = s->next)
		t = own_text_at(s, pc);
	return t;
}

static bool is_mapping_symbol(const char *name)
{
	return name[0] == '$' && strchr("adt", name[1]) && (!name[2] || name[2] == '.');
}

/*
 * Of several names for one address the one that people use: memcpy, not __memcpy
 * or mmiocpy, though the kernel makes it a weak alias of those.
 */
static int rank_of(const GElf_Sym *sym, const char *name)
{
	bool func = GELF_ST_TYPE(sym->st_info) == STT_FUNC;

	return (func ? 4 : 0) + (sym->st_size ? 2 : 0) + (name[0] != '_' ? 1 : 0);
}

static int by_start(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->rank != y->rank)
		return y->rank - x->rank;
	if (strlen(x->name) != strlen(y->name))
		return strlen(x->name) < strlen(y->name) ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* One symbol an address, each ending where the next one starts. */
static void settle_table(struct symbols *s)
{
	size_t kept = 0;

	qsort(s->table, s->n, sizeof(*s->table), by_start);
	for (size_t i = 0; i < s->n; i++)
		if (!kept || s->table[kept - 1].start != s->table[i].start)
			s->table[kept++] = s->table[i];
	s->n = kept;
	for (size_t i = 0; i < s->n; i++) {
		const struct segment *t = own_text_at(s, s->table[i].start);
		uint32_t end = t->start + t->length;

		if (i + 1 < s->n && s->table[i + 1].start < end)
			end = s->table[i + 1].start;
		s->table[i].end = end;
	}
}

bool symbols_load_table_(struct symbols *s)
{
	int n = dwfl_module_getsymtab(s->module);

	s->table = calloc(n > 0 ? (size_t)n : 1, sizeof(*s->table));
	if (!s->table)
		return false;
	for (int i = 0; i < n; i++) {
		GElf_Sym sym;
		const char *name = dwfl_module_getsym(s->module, i, &sym, NULL);
		int type = GELF_ST_TYPE(sym.st_info);
		uint32_t start = (uint32_t)sym.st_value & ~1u; /* bit 0: Thumb */

		if (!name || !*name || is_mapping_symbol(name) || sym.st_shndx == SHN_UNDEF ||
		    sym.st_shndx == SHN_ABS || (type != STT_FUNC && type != STT_NOTYPE) ||
		    !own_text_at(s, start))
			continue;
		s->table[s->n++] = (struct symbol){ .start = start,
						    .rank = rank_of(&sym, name),
						    .name = name };
	}
	settle_table(s);
	return s->n > 0;
}

struct symbols *symbols_open_debug(const char *path, const char *debug_dir, char *error,
				   size_t size)
{
	struct symbols *s = calloc(1, sizeof(*s));
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	elf_version(EV_CURRENT);
	if (s) {
		s->debug_dir = debug_dir;
		s->remembered = calloc(SYMBOLS_REMEMBERED, sizeof(*s->remembered));
	}
	if (fd < 0 || !s) {
		fail(error, size, path, fd < 0 ? strerror(errno) : "no memory");
	} else if (!check_elf(path, fd, error, size)) {
		close(fd);
	} else if (load_module(s, path, fd, error, size)) {
		if (symbols_load_text_(s) && symbols_load_table_(s))
			return s;
		fail(error, size, path, "no symbol table");
	}
	symbols_close(s);
	return NULL;
}

struct symbols *symbols_open(const char *path, char *error, size_t size)
{
	return symbols_open_debug(path, NULL, error, size);
}

void symbols_empty_(struct symbols *s)
{
	free(s->table);
	free(s->text);
	free(s->source_root);
	free(s->path);
	s->table = NULL;
	s->text = NULL;
	s->source_root = s->path = NULL;
	s->n = s->n_text = 0;
}

void symbols_close(struct symbols *s)
{
	if (!s)
		return;
	if (s->dwfl)
		dwfl_end(s->dwfl);
	while (s) {
		struct symbols *next = s->next;

		symbols_empty_(s);
		free(s->placed);
		free(s->remembered);
		free(s);
		s = next;
	}
}

static const struct symbol *own_symbol_at(const struct symbols *s, uint32_t pc)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->table[mid].start <= pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo && pc < s->table[lo - 1].end ? &s->table[lo - 1] : NULL;
}

/* *owner: the file that has it. */
static const struct symbol *symbol_in(struct symbols *s, uint32_t pc, struct symbols **owner)
{
	const struct symbol *found = NULL;

	for (; s && !found; s = s->next) {
		found = own_symbol_at(s, pc);
		*owner = s;
	}
	return found;
}

static const struct symbol *symbol_at(const struct symbols *s, uint32_t pc)
{
	const struct symbol *found = NULL;

	for (; s && !found; s = s->next)
		found = own_symbol_at(s, pc);
	return found;
}

static void line_at(struct symbols *s, struct code_place *at)
{
	Dwfl_Line *line = dwfl_module_getsrc(s->module, at->pc);
	const char *comp_dir, *file;

	if (!line)
		return;
	file = dwfl_lineinfo(line, NULL, &at->line, NULL, NULL, NULL);
	if (!file)
		return;
	comp_dir = dwfl_line_comp_dir(line);
	if (!s->source_root)
		s->source_root = source_root(s->module);
	source_path(file, comp_dir, s->source_root, at->file, sizeof(at->file));
}

static void inlined_at(struct symbols *s, struct code_place *at)
{
	Dwarf_Addr bias;
	Dwarf_Die *cu = dwfl_module_addrdie(s->module, at->pc, &bias), *scope = NULL;
	int n = cu ? dwarf_getscopes(cu, at->pc - bias, &scope) : 0;
	size_t used = 0;

	for (int i = 0; i < n; i++) {
		const char *name = dwarf_diename(&scope[i]);

		if (dwarf_tag(&scope[i]) == DW_TAG_subprogram)
			break;
		if (dwarf_tag(&scope[i]) != DW_TAG_inlined_subroutine || !name ||
		    used + strlen(name) + 4 > sizeof(at->inlined))
			continue;
		used += (size_t)sprintf(at->inlined + used, "%s%s", used ? " < " : "", name);
	}
	free(scope);
}

bool symbols_at(struct symbols *s, uint32_t pc, uint32_t user, struct code_place *at)
{
	const struct symbols *module = user == 1 ? NULL : symbols_module_at_(s, pc);
	struct symbols *owner;
	const struct symbol *symbol;
	struct code_place *known =
		s && s->remembered ? &s->remembered[pc / 4 % SYMBOLS_REMEMBERED] : NULL;

	memset(at, 0, sizeof(*at));
	at->pc = pc;
	at->user = user == 1 || (s && pc < s->table[0].start && user != 0 && !module);
	if (module && module->disputed)
		return false;
	if (module) {
		snprintf(at->module, sizeof(at->module), "%s", module->placed->name);
		at->module_offset = pc - module->placed->base;
	}
	symbol = at->user ? NULL : symbol_in(s, pc, &owner);
	if (!symbol)
		return false;
	if (module)
		known = NULL;
	if (known && known->function[0] && known->pc == pc) {
		*at = *known;
		return true;
	}
	snprintf(at->function, sizeof(at->function), "%s", symbol->name);
	at->offset = pc - symbol->start;
	line_at(owner, at);
	inlined_at(owner, at);
	if (known)
		*known = *at;
	return true;
}

uint32_t symbols_start(const struct symbols *s, uint32_t pc)
{
	const struct symbol *symbol = symbol_at(s, pc);

	return symbol ? symbol->start : 0;
}

bool symbols_are_above(const struct symbols *s, uint32_t va)
{
	return s && va < s->table[0].start;
}

static bool word_at(const struct symbols *s, uint32_t pc, uint32_t *insn)
{
	const struct segment *t = text_at(s, pc);
	const uint8_t *b;

	if (!t || pc & 3 || pc - t->start + 4 > t->length)
		return false;
	b = t->bytes + (pc - t->start);
	*insn = s->big_endian ? (uint32_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3]
			      : (uint32_t)b[3] << 24 | b[2] << 16 | b[1] << 8 | b[0];
	return true;
}

/* ARMv4 and v5, ARM state. */
enum insn_kind symbols_insn(const struct symbols *s, uint32_t pc)
{
	uint32_t insn;

	if (!word_at(s, pc, &insn))
		return INSN_UNKNOWN;
	if ((insn & 0x0f000000) == 0x0b000000 || (insn & 0xfe000000) == 0xfa000000 ||
	    (insn & 0x0ffffff0) == 0x012fff30)
		return INSN_CALL;
	if ((insn & 0x0fb00ff0) == 0x01000090)
		return INSN_BOTH;
	if ((insn & 0x0e000090) == 0x00000090 && insn & 0x60)
		return insn & 1u << 20 || (insn & 0x60) == 0x40 ? INSN_LOAD : INSN_STORE;
	if ((insn & 0x0c000000) == 0x04000000 || (insn & 0x0e000000) == 0x08000000 ||
	    (insn & 0x0e000000) == 0x0c000000)
		return insn & 1u << 20 ? INSN_LOAD : INSN_STORE;
	return INSN_OTHER;
}

uint32_t symbols_call_target(const struct symbols *s, uint32_t pc)
{
	uint32_t insn;

	if (!word_at(s, pc, &insn) || (insn & 0x0e000000) != 0x0a000000)
		return 0;
	return pc + 8 + (uint32_t)((int32_t)(insn << 8) >> 6);
}

Dwfl *symbols_dwfl(struct symbols *s)
{
	return s ? s->dwfl : NULL;
}

Elf *symbols_elf(const struct symbols *s)
{
	return s->elf;
}
