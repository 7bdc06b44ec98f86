// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/kernel_layout.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The types to look for; of the last, a variable's. */
enum entity {
	TASK,
	MM,
	THREAD_INFO,
	STACK,
	MODULE,
	SECTIONS,
	SECTION,
	RANGE,
	ARANGE,
	AREA,
	OPEN_FILE,
	DENTRY,
	TIME,
	ENTITIES
};

static const char *const entity_name[ENTITIES] = {
	[TASK] = "task_struct",
	[MM] = "mm_struct",
	[THREAD_INFO] = "thread_info",
	[STACK] = "thread_union",
	[MODULE] = "module",
	[SECTIONS] = "module_sect_attrs",
	[SECTION] = "module_sect_attr",
	[RANGE] = "maple_range_64",
	[ARANGE] = "maple_arange_64",
	[AREA] = "vm_area_struct",
	[OPEN_FILE] = "file",
	[DENTRY] = "dentry",
	[TIME] = "tk_core", /* a variable */
};

/* The field that gets the offset of a member.  Of several lines for a field the first that is there
 * counts: versions differ. */
static const struct wanted {
	enum kernel_field field;
	enum entity in;
	const char *path;
} wanted[] = {
	{ KERNEL_TASK_STACK, TASK, "stack" },
	{ KERNEL_TASK_COMM, TASK, "comm" },
	{ KERNEL_TASK_PID, TASK, "pid" },
	{ KERNEL_TASK_TGID, TASK, "tgid" },
	{ KERNEL_TASK_FLAGS, TASK, "flags" },
	{ KERNEL_TASK_MM, TASK, "mm" },
	{ KERNEL_MM_PGD, MM, "pgd" },
	{ KERNEL_TIME_SEQ, TIME, "seq" },
	{ KERNEL_TIME_BASE, TIME, "timekeeper.tkr_mono.base" },
	{ KERNEL_TIME_NSEC, TIME, "timekeeper.tkr_mono.xtime_nsec" },
	{ KERNEL_TIME_SHIFT, TIME, "timekeeper.tkr_mono.shift" },
	{ KERNEL_TIME_MULT, TIME, "timekeeper.tkr_mono.mult" },
	{ KERNEL_MODULE_STATE, MODULE, "state" },
	{ KERNEL_MODULE_LIST, MODULE, "list" },
	{ KERNEL_MODULE_NAME, MODULE, "name" },
	{ KERNEL_MODULE_BASE, MODULE, "mem.base" }, /* since 6.4; of an array, the first: text */
	{ KERNEL_MODULE_BASE, MODULE, "core_layout.base" },
	{ KERNEL_MODULE_SIZE, MODULE, "mem.size" },
	{ KERNEL_MODULE_SIZE, MODULE, "core_layout.size" },
	{ KERNEL_MODULE_SECTIONS, MODULE, "sect_attrs" },
	{ KERNEL_SECTIONS_COUNT, SECTIONS, "nsections" },
	{ KERNEL_SECTIONS_FIRST, SECTIONS, "attrs" },
	{ KERNEL_SECTION_NAME, SECTION, "battr.attr.name" }, /* since 5.8 */
	{ KERNEL_SECTION_NAME, SECTION, "name" },
	{ KERNEL_SECTION_ADDRESS, SECTION, "address" },
	{ KERNEL_MM_TREE, MM, "mm_mt.ma_root" },
	{ KERNEL_MM_LIST, MM, "mmap" },
	{ KERNEL_RANGE_PIVOT, RANGE, "pivot" },
	{ KERNEL_RANGE_SLOT, RANGE, "slot" },
	{ KERNEL_ARANGE_PIVOT, ARANGE, "pivot" },
	{ KERNEL_ARANGE_SLOT, ARANGE, "slot" },
	{ KERNEL_AREA_START, AREA, "vm_start" },
	{ KERNEL_AREA_END, AREA, "vm_end" },
	{ KERNEL_AREA_MM, AREA, "vm_mm" },
	{ KERNEL_AREA_FILE, AREA, "vm_file" },
	{ KERNEL_AREA_PAGES, AREA, "vm_pgoff" },
	{ KERNEL_AREA_NEXT, AREA, "vm_next" },
	{ KERNEL_FILE_DENTRY, OPEN_FILE, "f_path.dentry" },
	{ KERNEL_DENTRY_NAME, DENTRY, "d_name.name" },
	{ KERNEL_DENTRY_PARENT, DENTRY, "d_parent" },
};

#define WANTED (sizeof(wanted) / sizeof(*wanted))

struct search {
	Dwfl_Module *module;
	Dwarf_Die type[ENTITIES];
	bool found[ENTITIES], spared[ENTITIES]; /* spared: not looked for */
	unsigned left;
};

/* ---- the symbol table ---- */

static int remember_module(Dwfl_Module *m, void **user, const char *name, Dwarf_Addr base,
			   void *arg)
{
	(void)user, (void)name, (void)base;
	*(Dwfl_Module **)arg = m;
	return DWARF_CB_ABORT;
}

static bool symbol_named(Dwfl_Module *m, const char *name, GElf_Sym *sym)
{
	int n = dwfl_module_getsymtab(m);

	for (int i = 1; i < n; i++) {
		const char *this = dwfl_module_getsym(m, i, sym, NULL);

		if (this && sym->st_shndx != SHN_UNDEF && !strcmp(this, name))
			return true;
	}
	return false;
}

static uint32_t address_named(Dwfl_Module *m, const char *name)
{
	GElf_Sym sym;

	return symbol_named(m, name, &sym) ? (uint32_t)sym.st_value : KERNEL_ABSENT;
}

/* The bytes that the file has at [va, va + n); NULL if it has none. */
static const uint8_t *bytes_at(Elf *elf, uint32_t va, uint32_t n)
{
	GElf_Shdr header;

	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn));) {
		Elf_Data *data;

		if (!gelf_getshdr(scn, &header) || header.sh_type != SHT_PROGBITS ||
		    !(header.sh_flags & SHF_ALLOC) || va < header.sh_addr ||
		    va - header.sh_addr > header.sh_size ||
		    header.sh_size - (va - header.sh_addr) < n)
			continue;
		data = elf_rawdata(scn, NULL);
		if (data && data->d_buf && data->d_size == header.sh_size)
			return (const uint8_t *)data->d_buf + (va - header.sh_addr);
	}
	return NULL;
}

static bool find_banner(Dwfl_Module *m, Elf *elf, struct kernel_layout *k)
{
	GElf_Sym sym;
	const uint8_t *bytes;

	if (!symbol_named(m, "linux_banner", &sym) || !sym.st_size ||
	    sym.st_size > KERNEL_BANNER_MAX)
		return false;
	bytes = bytes_at(elf, (uint32_t)sym.st_value, (uint32_t)sym.st_size);
	if (!bytes)
		return false;
	k->at[KERNEL_BANNER] = (uint32_t)sym.st_value;
	k->at[KERNEL_BANNER_SIZE] = (uint32_t)sym.st_size;
	k->at[KERNEL_BANNER_HASH] = kernel_hash(bytes, (uint32_t)sym.st_size);
	return true;
}

/* ---- debug information ---- */

static bool type_of(Dwarf_Die *die, Dwarf_Die *type)
{
	Dwarf_Attribute attr;

	return dwarf_attr_integrate(die, DW_AT_type, &attr) && dwarf_formref_die(&attr, type) &&
	       !dwarf_peel_type(type, type);
}

/* A definition, not a declaration, of one that is looked for: its structure. */
static void take(struct search *s, Dwarf_Die *die)
{
	int tag = dwarf_tag(die);
	const char *name;

	if (tag != DW_TAG_structure_type && tag != DW_TAG_union_type && tag != DW_TAG_variable)
		return;
	name = dwarf_diename(die);
	for (int i = 0; name && i < ENTITIES; i++) {
		if (s->found[i] || s->spared[i] || strcmp(name, entity_name[i]) ||
		    (tag == DW_TAG_variable) != (i == TIME) ||
		    dwarf_hasattr(die, DW_AT_declaration))
			continue;
		if (tag == DW_TAG_variable ? !type_of(die, &s->type[i]) : !(s->type[i] = *die).addr)
			continue;
		s->found[i] = true;
		s->left--;
	}
}

static void search_unit(struct search *s, Dwarf_Die *unit)
{
	Dwarf_Die die;

	if (!dwarf_child(unit, &die))
		do
			take(s, &die);
		while (s->left && !dwarf_siblingof(&die, &die));
}

/* A variable is in the unit of the functions that use it; the types are in nearly every one. */
static void search(struct search *s)
{
	GElf_Sym sym;
	Dwarf_Addr bias;
	Dwarf_Die *unit = NULL;

	if (symbol_named(s->module, "ktime_get", &sym))
		unit = dwfl_module_addrdie(s->module, sym.st_value, &bias);
	if (unit)
		search_unit(s, unit);
	for (unit = NULL; s->left && (unit = dwfl_module_nextcu(s->module, unit, &bias));)
		search_unit(s, unit);
}

static bool member_offset(Dwarf_Die *type, const char *name, size_t length, Dwarf_Die *member,
			  uint32_t *offset);

/* Of a member without a name the members count as if they were the structure's own. */
static bool in_nameless(Dwarf_Die *die, const char *name, size_t length, Dwarf_Die *member,
			uint32_t *offset)
{
	Dwarf_Die inner;

	return type_of(die, &inner) && member_offset(&inner, name, length, member, offset);
}

static bool member_offset(Dwarf_Die *type, const char *name, size_t length, Dwarf_Die *member,
			  uint32_t *offset)
{
	Dwarf_Die die;

	if (dwarf_child(type, &die))
		return false;
	do {
		const char *this = dwarf_diename(&die);
		Dwarf_Attribute attr;
		Dwarf_Word at = 0;

		if (dwarf_tag(&die) != DW_TAG_member)
			continue;
		/* Absent in a union. */
		if (dwarf_attr(&die, DW_AT_data_member_location, &attr) &&
		    dwarf_formudata(&attr, &at))
			continue;
		if (this ? strlen(this) == length && !memcmp(this, name, length)
			 : in_nameless(&die, name, length, member, offset)) {
			if (this)
				*member = die;
			*offset += (uint32_t)at;
			return true;
		}
	} while (!dwarf_siblingof(&die, &die));
	return false;
}

/* The offset of "a.b.c" in a structure, and the last member. */
static bool path_offset(Dwarf_Die type, const char *path, Dwarf_Die *member, uint32_t *offset)
{
	*offset = 0;
	for (;;) {
		size_t length = strcspn(path, ".");

		if (!member_offset(&type, path, length, member, offset))
			return false;
		if (!path[length])
			return true;
		path += length + 1;
		if (!type_of(member, &type))
			return false;
		if (dwarf_tag(&type) == DW_TAG_array_type && !type_of(&type, &type))
			return false;
	}
}

static uint32_t offset_in(const struct search *s, enum entity e, const char *path)
{
	Dwarf_Die member;
	uint32_t offset;

	return s->found[e] && path_offset(s->type[e], path, &member, &offset) ? offset
									      : KERNEL_ABSENT;
}

static void find_members(struct search *s, struct kernel_layout *k)
{
	for (size_t i = 0; i < WANTED; i++)
		if (k->at[wanted[i].field] == KERNEL_ABSENT)
			k->at[wanted[i].field] = offset_in(s, wanted[i].in, wanted[i].path);
}

/* Since Linux 5.18 a variable; before it the stack's lowest words are a struct thread_info. */
static bool find_current(struct search *s, struct kernel_layout *k)
{
	uint32_t info = offset_in(s, TASK, "thread_info");
	uint32_t count = offset_in(s, THREAD_INFO, "preempt_count");
	int size;

	k->at[KERNEL_CURRENT] = address_named(s->module, "__current");
	if (k->at[KERNEL_CURRENT] != KERNEL_ABSENT) {
		if (info != KERNEL_ABSENT && count != KERNEL_ABSENT)
			k->at[KERNEL_PREEMPT_COUNT] = info + count;
		return true;
	}
	size = s->found[STACK] ? dwarf_bytesize(&s->type[STACK]) : -1;
	k->at[KERNEL_THREAD_TASK] = offset_in(s, THREAD_INFO, "task");
	k->at[KERNEL_PREEMPT_COUNT] = count;
	k->at[KERNEL_STACK_SIZE] = (uint32_t)size;
	return k->at[KERNEL_THREAD_TASK] != KERNEL_ABSENT && size >= 4096 && !(size & (size - 1));
}

static bool has_all(const struct kernel_layout *k, enum kernel_field first, enum kernel_field last)
{
	for (int i = first; i <= (int)last; i++)
		if (k->at[i] == KERNEL_ABSENT)
			return false;
	return true;
}

static void find_time(struct search *s, struct kernel_layout *k)
{
	uint32_t core = address_named(s->module, "tk_core");

	if (core == KERNEL_ABSENT || !has_all(k, KERNEL_TIME_SEQ, KERNEL_TIME_MULT)) {
		k->at[KERNEL_TIME_BASE] = KERNEL_ABSENT;
		return;
	}
	for (int i = KERNEL_TIME_SEQ; i <= KERNEL_TIME_MULT; i++)
		k->at[i] += core;
}

/* Without all of its fields the list is not gone through. */
static void find_modules(struct search *s, struct kernel_layout *k)
{
	int size = s->found[SECTION] ? dwarf_bytesize(&s->type[SECTION]) : -1;

	if (!has_all(k, KERNEL_MODULE_STATE, KERNEL_MODULE_SIZE))
		k->at[KERNEL_MODULES] = KERNEL_ABSENT;
	if (size > 0 && has_all(k, KERNEL_MODULE_SECTIONS, KERNEL_SECTIONS_FIRST) &&
	    has_all(k, KERNEL_SECTION_NAME, KERNEL_SECTION_ADDRESS))
		k->at[KERNEL_SECTION_SIZE] = (uint32_t)size;
}

/* Without all of its fields no file is looked for. */
static void find_areas(struct kernel_layout *k)
{
	bool tree = k->at[KERNEL_MM_TREE] != KERNEL_ABSENT &&
		    has_all(k, KERNEL_RANGE_PIVOT, KERNEL_ARANGE_SLOT);
	bool list =
		k->at[KERNEL_MM_LIST] != KERNEL_ABSENT && k->at[KERNEL_AREA_NEXT] != KERNEL_ABSENT;

	if ((!tree && !list) || !has_all(k, KERNEL_AREA_START, KERNEL_AREA_PAGES) ||
	    !has_all(k, KERNEL_DENTRY_NAME, KERNEL_DENTRY_PARENT))
		k->at[KERNEL_FILE_DENTRY] = KERNEL_ABSENT;
}

/* No pointer of the kernel is below its modules, which lie within 16 MiB below its text. */
static uint32_t floor_of(uint32_t text)
{
	return text == KERNEL_ABSENT || text < 0x02000000u ? 0 : (text & 0xff000000u) - 0x01000000u;
}

enum kernel_found kernel_layout_find(struct symbols *s, struct kernel_layout *k, char *why,
				     size_t size)
{
	struct search search_for = { .left = ENTITIES };
	GElf_Addr bias;
	Elf *elf;

	memset(k, 0xff, sizeof(*k)); /* KERNEL_ABSENT */
	if (!s)
		return KERNEL_IS_NONE;
	dwfl_getmodules(symbols_dwfl(s), remember_module, &search_for.module, 0);
	elf = dwfl_module_getelf(search_for.module, &bias);
	if (!elf || !find_banner(search_for.module, elf, k))
		return KERNEL_IS_NONE;
	snprintf(why, size, "it is built for big-endian data");
	if (elf_getident(elf, NULL)[EI_DATA] != ELFDATA2LSB)
		return KERNEL_IS_UNKNOWN;
	k->at[KERNEL_MODULES] = address_named(search_for.module, "modules");
	if (k->at[KERNEL_MODULES] == KERNEL_ABSENT) {
		search_for.spared[MODULE] = search_for.spared[SECTIONS] = true;
		search_for.spared[SECTION] = true;
		search_for.left -= 3;
	}
	search(&search_for);
	find_members(&search_for, k);
	find_time(&search_for, k);
	find_modules(&search_for, k);
	find_areas(k);
	k->at[KERNEL_FLOOR] = floor_of(address_named(search_for.module, "_text"));
	snprintf(why, size, "the file has no debug information for struct task_struct");
	if (!has_all(k, KERNEL_TASK_STACK, KERNEL_MM_PGD))
		return KERNEL_IS_UNKNOWN;
	snprintf(why, size, "how it finds its current task is not known");
	return find_current(&search_for, k) ? KERNEL_IS_KNOWN : KERNEL_IS_UNKNOWN;
}

void kernel_layout_argument(const struct kernel_layout *k, char text[KERNEL_ARGUMENT])
{
	for (int i = 0; i < KERNEL_FIELDS; i++)
		text += sprintf(text, "%s%x", i ? ":" : "", k->at[i]);
}
