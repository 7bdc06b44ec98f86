/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols and source lines of the guest's ELF file (a vmlinux, or a bare-metal
 * program), read with libdwfl at the addresses that the file itself states; and of
 * modules, where the guest has loaded them.
 * Separate debug information is looked for below one directory only.
 *
 * A struct symbols pointer may be NULL everywhere: then nothing has a name.
 */
#ifndef COH_WATCH_RUNNER_SYMBOLS_H
#define COH_WATCH_RUNNER_SYMBOLS_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a program counter is. */
struct code_place {
	uint32_t pc;
	bool user;	    /* in user mode: not in this file */
	char function[128]; /* "" if no symbol covers it */
	uint32_t offset;    /* from that symbol */
	char file[256];	    /* "" without line information */
	int line;
	char inlined[256]; /* the functions inlined there, innermost first */
	char module[64];   /* "" if it is in none */
	uint32_t module_offset;
	char program[160]; /* user mode: the file that is mapped there; "" if not known */
	uint32_t program_offset;
};

enum insn_kind {
	INSN_UNKNOWN = 1, /* not in the file, or not ARM code */
	INSN_OTHER,
	INSN_LOAD,
	INSN_STORE,
	INSN_BOTH, /* swaps */
	INSN_CALL, /* bl, blx */
};

struct symbols;
struct wire_module;

/*
 * symbols_open: returns NULL, with the reason in error, if path is not a
 * 32-bit ARM ELF file with a symbol table.
 */
struct symbols *symbols_open(const char *path, char *error, size_t size);
/* The same; what the file lacks may be below debug_dir (debug_file.h; NULL: nowhere). */
struct symbols *symbols_open_debug(const char *path, const char *debug_dir, char *error,
				   size_t size);
void symbols_close(struct symbols *s);

/*
 * symbols_at: the function and line of pc.  user says what is known of the
 * mode: 1 user, 0 privileged, 2 unknown (then code below the file's lowest
 * symbol is taken for user code).  Returns false if pc has no symbol.
 */
bool symbols_at(struct symbols *s, uint32_t pc, uint32_t user, struct code_place *at);

/* Is path the file of this module, by its build ID?  False: the reason is in error. */
bool symbols_module_fits(const struct wire_module *m, const char *path, char *error, size_t size);

/*
 * symbols_add_module: a module's code is at its addresses from now on.  path is its file, one that
 * fits, or NULL: its code has no names.  Where another module was before nothing has a name.
 * One that cannot be there, among the program's own code, is left out.
 * Returns false, with the reason in error, if the file cannot be read.
 */
bool symbols_add_module(struct symbols *s, const struct wire_module *m, const char *path,
			char *error, size_t size);

/* As if no module had been added: for another run. */
void symbols_forget_modules(struct symbols *s);

/* The first address of the symbol that covers pc, or 0. */
uint32_t symbols_start(const struct symbols *s, uint32_t pc);

/* Is va below all code of the file, as a process is below its kernel? */
bool symbols_are_above(const struct symbols *s, uint32_t va);

/* What the file has at pc. */
enum insn_kind symbols_insn(const struct symbols *s, uint32_t pc);

/* Where the call (INSN_CALL) at pc goes to; 0 if a register decides. */
uint32_t symbols_call_target(const struct symbols *s, uint32_t pc);

/* The file itself.  s is not NULL. */
Elf *symbols_elf(const struct symbols *s);

/* For the call chain (watch/runner/unwind.c). */
Dwfl *symbols_dwfl(struct symbols *s);

#endif
