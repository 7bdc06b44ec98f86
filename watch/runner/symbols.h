/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols and source lines of the guest's ELF file (a vmlinux, or a bare-metal
 * program), read with libdwfl at the addresses that the file itself states.
 * Nothing but that file is read: no search for separate debug information.
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
	bool user;	    /* in user mode: never looked up */
	char function[128]; /* "" if no symbol covers it */
	uint32_t offset;    /* from that symbol */
	char file[256];	    /* "" without line information */
	int line;
	char inlined[256]; /* the functions inlined there, innermost first */
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

/*
 * symbols_open: returns NULL, with the reason in error, if path is not a
 * 32-bit ARM ELF file with a symbol table.
 */
struct symbols *symbols_open(const char *path, char *error, size_t size);
void symbols_close(struct symbols *s);

/*
 * symbols_at: the function and line of pc.  user says what is known of the
 * mode: 1 user, 0 privileged, 2 unknown (then code below the file's lowest
 * symbol is taken for user code).  Returns false if pc has no symbol.
 */
bool symbols_at(struct symbols *s, uint32_t pc, uint32_t user, struct code_place *at);

/* The first address of the symbol that covers pc, or 0. */
uint32_t symbols_start(const struct symbols *s, uint32_t pc);

/* Is va below all code of the file, as a process is below its kernel? */
bool symbols_are_above(const struct symbols *s, uint32_t va);

/* What the file has at pc. */
enum insn_kind symbols_insn(const struct symbols *s, uint32_t pc);

/* Where the call (INSN_CALL) at pc goes to; 0 if a register decides. */
uint32_t symbols_call_target(const struct symbols *s, uint32_t pc);

/* For the call chain (watch/runner/unwind.c). */
Dwfl *symbols_dwfl(struct symbols *s);

#endif
