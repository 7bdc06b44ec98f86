// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Names for addresses of this program, from its own symbol table: there static functions stand
 * behind the name of their file.
 */
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/src/mutation/mutation.h"

struct function {
	uintptr_t start, end;
	const char *name, *file; /* file: NULL if it is global */
};

static struct function *functions;
static size_t n_functions;

static void stop(const char *why)
{
	fprintf(stderr, "mutation_test: its own symbols: %s\n", why);
	exit(EXIT_FAILURE);
}

static const ElfW(Ehdr) * own_file(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *at;

	if (fd < 0 || fstat(fd, &st))
		stop("/proc/self/exe cannot be read");
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		stop("no memory");
	return at;
}

static int by_start(const void *a, const void *b)
{
	const struct function *f = a, *g = b;

	return f->start < g->start ? -1 : f->start > g->start;
}

static void add(const ElfW(Sym) * symbol, const char *name, const char *file)
{
	bool is_local = ELF64_ST_BIND(symbol->st_info) == STB_LOCAL;

	functions[n_functions++] = (struct function){
		.start = symbol->st_value,
		.end = symbol->st_value + symbol->st_size,
		.name = name,
		.file = is_local ? file : NULL,
	};
}

static void take(const char *elf, const ElfW(Shdr) * table, const ElfW(Shdr) * strings)
{
	const ElfW(Sym) *symbol = (const void *)(elf + table->sh_offset);
	const char *names = elf + strings->sh_offset, *file = NULL;
	size_t n = table->sh_size / sizeof(*symbol);

	functions = calloc(n, sizeof(*functions));
	if (!functions)
		stop("no memory");
	for (size_t i = 0; i < n; i++, symbol++) {
		const char *name = names + symbol->st_name;

		if (ELF64_ST_TYPE(symbol->st_info) == STT_FILE)
			file = name;
		else if (ELF64_ST_TYPE(symbol->st_info) == STT_FUNC && symbol->st_size)
			add(symbol, name, file);
	}
}

/* The table has addresses as linked; where the program was loaded, one of them tells. */
static void relocate(void)
{
	uintptr_t here = (uintptr_t)name_function, bias = 0;

	for (size_t i = 0; i < n_functions; i++)
		if (!strcmp(functions[i].name, "name_function"))
			bias = here - functions[i].start;
	for (size_t i = 0; i < n_functions; i++) {
		functions[i].start += bias;
		functions[i].end += bias;
	}
	qsort(functions, n_functions, sizeof(*functions), by_start);
}

static void read_symbols(void)
{
	const ElfW(Ehdr) *elf = own_file();
	const ElfW(Shdr) *section = (const void *)((const char *)elf + elf->e_shoff);

	for (unsigned i = 0; i < elf->e_shnum; i++)
		if (section[i].sh_type == SHT_SYMTAB)
			take((const char *)elf, &section[i], &section[section[i].sh_link]);
	if (!n_functions)
		stop("it was stripped");
	relocate();
}

static const struct function *find(const void *address)
{
	uintptr_t at = (uintptr_t)address;
	size_t low = 0, high;

	if (!functions)
		read_symbols();
	for (high = n_functions; low < high;) {
		size_t middle = (low + high) / 2;

		if (functions[middle].end <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n_functions && functions[low].start <= at ? &functions[low] : NULL;
}

const void *name_function(const void *address)
{
	const struct function *f = find(address);

	return f ? (const void *)f->start : NULL;
}

void name_of(const void *function, char *buffer, size_t size)
{
	const struct function *f = find(function);

	if (!f)
		snprintf(buffer, size, "%p", function);
	else if (f->file)
		snprintf(buffer, size, "%.*s:%s", (int)strcspn(f->file, "."), f->file, f->name);
	else
		snprintf(buffer, size, "%s", f->name);
}
