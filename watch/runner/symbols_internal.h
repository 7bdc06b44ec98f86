/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by symbols.c (one file) and module_symbols.c (modules, which are more of them). */
#ifndef COH_WATCH_RUNNER_SYMBOLS_INTERNAL_H
#define COH_WATCH_RUNNER_SYMBOLS_INTERNAL_H

#include "watch/runner/symbols.h"
#include "watch/wire_module.h"

/* Code only.  The table is ours because libdwfl would give an address far from
 * any symbol the nearest one. */
struct symbol {
	uint32_t start, end;
	int rank; /* which of two names of one address is shown: the higher */
	const char *name;
};

struct segment {
	uint32_t start, length;
	const uint8_t *bytes;
};

/* Few places are asked for again and again, and each costs a walk through DWARF. */
#define SYMBOLS_REMEMBERED 1024u

struct symbols {
	Dwfl *dwfl;
	Dwfl_Module *module;
	Elf *elf;
	bool big_endian;
	struct symbol *table;
	size_t n;
	struct segment *text;
	size_t n_text;
	char *source_root;     /* NULL: not looked for yet */
	const char *debug_dir; /* NULL: no separate debug information */
	/* By the address's low bits; one whose function is empty is free.  NULL in modules. */
	struct code_place *remembered;

	/* A module is another file of the same Dwfl, at the addresses that the kernel chose. */
	struct symbols *next; /* the modules, from the program's own on */
	struct wire_module *placed;
	char *path;    /* NULL: it has a name only */
	bool disputed; /* another module had these addresses before */
};

/* libdwfl's callbacks get s for its file from now on. */
void symbols_remember_(struct symbols *s);
/* The code, and its symbols; false if there are none. */
bool symbols_load_text_(struct symbols *s);
bool symbols_load_table_(struct symbols *s);
/* What the file has brought goes; the Dwfl is the program's. */
void symbols_empty_(struct symbols *s);
/* The module at an address, the newest if there are two; NULL if there is none. */
const struct symbols *symbols_module_at_(const struct symbols *s, uint32_t pc);

#endif
