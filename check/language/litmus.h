/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * litmus: a test as its file says it.  docs/litmus.md is the reference of the language.
 *
 * A test is flat: every array is in it, names are numbers into them, macros are expanded and
 * ifs are jumps, so that the explorer has no tree to walk.
 *
 * Protocol: litmus_parse; on success the test and its text go to litmus_free.
 */
#ifndef COH_CHECK_LANGUAGE_LITMUS_H
#define COH_CHECK_LANGUAGE_LITMUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/cpus.h"
#include "model/ops.h"

/* Bounds of one test.  What would be more is a syntax error that says so. */
enum {
	LITMUS_NAME = 48, /* bytes, with the 0 */
	LITMUS_PAGES = 12,
	LITMUS_ALIASES = 12,
	LITMUS_WORDS = 32, /* of a page */
	LITMUS_CONTEXTS = 8,
	LITMUS_INSTRS = 96, /* of a context */
	LITMUS_REGS = 10,   /* of a context: eight that a file names, and two of its ifs */
	LITMUS_NAMED_REGS = 8,
	LITMUS_VARS = 8,
	LITMUS_LOCKS = 4,
	LITMUS_BUFFERS = 8,
	LITMUS_CPUS = 4,
	LITMUS_MMS = 4,
	LITMUS_TARGETS = 8,  /* caches, and policies, that a file names */
	LITMUS_RESULTS = 16, /* lines of Result */
	LITMUS_INITS = 16,
	LITMUS_TERMS = 64, /* of a condition */
	LITMUS_LOCATIONS = 16,
	LITMUS_COLOURS = 8,
	LITMUS_WRITTEN = 32, /* values whose form is kept */
};

#define LITMUS_NONE 0xffu

/* Where something stands in the file; both from 1. */
struct litmus_at {
	uint32_t line, column;
};

enum litmus_verdict {
	LITMUS_UNSAID,
	LITMUS_NEVER,
	LITMUS_SOMETIMES,
	LITMUS_ALWAYS,
	LITMUS_DEADLOCK,
	LITMUS_VERDICTS,
};

/* One line "Result: verdict on targets under policies"; no targets: on all. */
struct litmus_result {
	enum litmus_verdict verdict;
	uint8_t n_targets, n_policies;
	char target[LITMUS_TARGETS][LITMUS_NAME];
	char policy[LITMUS_TARGETS][LITMUS_NAME];
	struct litmus_at at;
};

enum litmus_page_kind {
	LITMUS_PLAIN, /* memory of the kernel; no owner */
	LITMUS_FILE,  /* each such page is a file of one page */
	LITMUS_ANON,
};

struct litmus_page {
	char name[LITMUS_NAME];
	enum litmus_page_kind kind;
	bool highmem;
	bool scratch; /* whether its contents are lost at the end does not matter */
	struct litmus_at at;
};

enum litmus_alias_kind {
	LITMUS_KERNEL, /* a kernel address: K, or another one of any colour */
	LITMUS_USER,
	LITMUS_VMAP, /* made by coh_vmap */
};

struct litmus_alias {
	char name[LITMUS_NAME];
	enum litmus_alias_kind kind;
	uint8_t page;
	uint8_t mm; /* LITMUS_USER */
	uint8_t colour;
	uint8_t where;	 /* the alias whose virtual address this one has, or itself */
	bool unmapped;	 /* at the start */
	bool private;	 /* a private mapping of a file */
	uint32_t rights; /* enum coh_machine_right */
	enum coh_attr attr;
	bool default_attr;
	struct litmus_at at;
};

/* Words of a page that belong together, by an address of it or (LITMUS_NONE) by any. */
struct litmus_buffer {
	char name[LITMUS_NAME];
	uint8_t page, alias, first, last;
	struct litmus_at at;
};

/* What a statement does.  The table in words.c has the name and the arguments of each. */
enum litmus_op {
	/* accesses */
	OP_LOAD,
	OP_STORE,
	OP_FETCH,
	OP_DMA_READ,
	OP_DMA_WRITE,
	OP_POLL, /* in words.c only: it becomes a load that may be old */
	/* maintenance */
	OP_CLEAN,
	OP_INVALIDATE,
	OP_FLUSH,
	OP_ICACHE,
	OP_CLEAN_ALL,
	OP_INVALIDATE_ALL,
	OP_FLUSH_ALL,
	OP_ICACHE_ALL,
	OP_CLEAN_SET,
	OP_INVALIDATE_SET,
	OP_FLUSH_SET,
	OP_OUTER_CLEAN,
	OP_OUTER_INVALIDATE,
	OP_OUTER_FLUSH,
	/* translations */
	OP_MAP,
	OP_UNMAP,
	OP_PROTECT,
	OP_TLB,
	OP_TLB_LOCAL,
	OP_TLB_ALL,
	OP_SWITCH_MM,
	/* control */
	OP_LOCK,
	OP_UNLOCK,
	OP_LOCK_IRQ,
	OP_UNLOCK_IRQ,
	OP_LOCK_IRQSAVE,
	OP_UNLOCK_IRQRESTORE,
	OP_IRQ_DISABLE,
	OP_IRQ_ENABLE,
	OP_IRQ_SAVE,
	OP_IRQ_RESTORE,
	OP_IPI,
	OP_IPI_WAIT,
	OP_MIGRATE,
	OP_READ_VAR,
	OP_WRITE_VAR,
	OP_EXCHANGE,
	OP_AWAIT,
	OP_SET_REG,
	OP_BRANCH, /* to target unless the comparison holds */
	OP_JUMP,
	OP_NOP,
	OP_NO_WORD, /* an index was beyond its words, of which there are first */
	/* the layer */
	OP_COH_FIRST,
	OP_FLUSH_DCACHE_PAGE = OP_COH_FIRST,
	OP_FLUSH_ANON_PAGE,
	OP_GET_USER_PAGE,
	OP_FLUSH_KERNEL_DCACHE_PAGE,
	OP_KMAP,
	OP_KUNMAP,
	OP_COPY_TO_USER_PAGE,
	OP_COPY_FROM_USER_PAGE,
	OP_FLUSH_CACHE_PAGE,
	OP_FLUSH_CACHE_RANGE,
	OP_FLUSH_CACHE_MM,
	OP_FLUSH_CACHE_DUP_MM,
	OP_UPDATE_MMU_CACHE,
	OP_COH_SWITCH_MM,
	OP_FLUSH_ICACHE_RANGE,
	OP_FLUSH_ICACHE_PAGE,
	OP_VMAP,
	OP_VUNMAP,
	OP_FLUSH_KERNEL_VMAP_RANGE,
	OP_INVALIDATE_KERNEL_VMAP_RANGE,
	OP_DMA_MAP,
	OP_DMA_UNMAP,
	OP_DMA_SYNC_FOR_CPU,
	OP_DMA_SYNC_FOR_DEVICE,
	/* the small kernel of ports/sim around it */
	OP_MMAP,
	OP_MUNMAP,
	OP_MPROTECT,
	OP_FORK,
	OP_EXIT,
	LITMUS_OPS,
};

enum litmus_compare { CMP_EQ, CMP_NE, CMP_LT, CMP_GT, CMP_LE, CMP_GE };

/* reg (LITMUS_NONE: none) plus add. */
struct litmus_value {
	uint8_t reg;
	uint32_t add;
};

struct litmus_instr {
	enum litmus_op op;
	uint8_t alias, page,
		other;	     /* what it is about; other: the page of map, the lock, variable, */
	uint8_t first, last; /* context or mm.  Words of the page */
	uint8_t reg;	     /* that it sets, or LITMUS_NONE */
	enum litmus_compare compare;
	struct litmus_value a, b;
	uint32_t rights;
	enum coh_attr attr;
	bool default_attr;
	uint8_t intent; /* enum coh_intent or enum coh_dma: the layer's numbers */
	uint8_t target;
	bool poll;	       /* a load that may get old bytes: no hazard */
	bool bare;	       /* no words were said: the first, or the whole page */
	bool goes_on;	       /* with the statement before, of which it is a part */
	bool chooses;	       /* a branch on an index, which the next one looks at again */
	struct litmus_at at;   /* in a macro: the statement in its definition */
	struct litmus_at call; /* and where that was used; line 0: nowhere */
};

enum litmus_context_kind {
	LITMUS_PROCESS,
	LITMUS_IRQ,
	LITMUS_NMI,
	LITMUS_IPI, /* an interrupt that only ipi() raises */
	LITMUS_DEVICE,
};

struct litmus_context {
	char name[LITMUS_NAME];
	enum litmus_context_kind kind;
	uint8_t cpu;
	uint8_t mm;    /* LITMUS_NONE: none */
	uint8_t times; /* an interrupt comes so often at most; and at least once unless optional */
	bool optional;
	uint8_t n_regs, n_instrs;
	char reg[LITMUS_REGS][LITMUS_NAME];
	struct litmus_instr instr[LITMUS_INSTRS];
	struct litmus_at at, end;
};

/* The condition in reverse Polish notation. */
enum litmus_term_kind {
	TERM_REG,    /* context, reg compared with value */
	TERM_VAR,    /* index */
	TERM_MEMORY, /* page, word */
	TERM_STALE,  /* some read was of old bytes */
	TERM_LOST,   /* at the end newest bytes are gone, or may be */
	TERM_DEADLOCK,
	TERM_IRQ,    /* interrupts were not left as they were found, or a lock is still held */
	TERM_HAZARD, /* any of the four */
	TERM_TRUE,
	TERM_NOT,
	TERM_AND,
	TERM_OR,
};

struct litmus_term {
	enum litmus_term_kind kind;
	uint8_t context, index, word;
	enum litmus_compare compare;
	uint32_t value;
};

struct litmus_condition {
	uint8_t n;
	struct litmus_term term[LITMUS_TERMS];
};

enum litmus_quantifier { LITMUS_EXISTS, LITMUS_NOT_EXISTS, LITMUS_FORALL };

/* A value as the file has it.  digits: of 0x...; 0: it is decimal. */
struct litmus_written {
	uint32_t value;
	uint8_t digits;
};

struct litmus_init {
	uint8_t page, word;
	uint32_t value;
};

enum litmus_speculates {
	LITMUS_SPECULATES_UNSAID,
	LITMUS_SPECULATES_NOTHING,
	LITMUS_SPECULATES_INSN,
	LITMUS_SPECULATES_DATA,
	LITMUS_SPECULATES_DIRTY, /* and may mark what it fills dirty */
};

struct litmus {
	char name[LITMUS_NAME];
	char *path;
	char *text; /* the file's; NUL-terminated */
	size_t len;
	struct litmus_at name_at;

	uint8_t n_results;
	struct litmus_result result[LITMUS_RESULTS];

	/* the machine */
	uint8_t n_targets, n_policies;
	char target[LITMUS_TARGETS][LITMUS_NAME];
	struct litmus_at target_at[LITMUS_TARGETS];
	char policy[LITMUS_TARGETS][LITMUS_NAME];
	struct litmus_at policy_at[LITMUS_TARGETS];
	uint8_t lines, words; /* of a page; of a line */
	uint8_t colours;      /* 0: as many as the cache has, up to 4 */
	uint8_t cpus, mms, tlb;
	bool outer, unified, local, no_switch_flush;
	bool incoherent;      /* nobody keeps the data caches of CPUs coherent */
	bool no_migration;    /* a dirty line that another CPU wants is written back, and stays */
	bool alone;	      /* what the layer is told */
	bool looks_at_tables; /* what its port does */
	bool grain_access;    /* each load and store of the layer is a step */
	enum coh_write_policy write; /* 0: as the cache has it */
	enum coh_alloc allocate;     /* 0: the same */
	enum litmus_speculates speculates;

	uint8_t n_pages, n_aliases, n_vars, n_locks, n_inits, n_contexts;
	struct litmus_page page[LITMUS_PAGES];
	struct litmus_alias alias[LITMUS_ALIASES];
	char var[LITMUS_VARS][LITMUS_NAME];
	uint32_t var_value[LITMUS_VARS];
	char lock[LITMUS_LOCKS][LITMUS_NAME];
	struct litmus_init init[LITMUS_INITS];
	uint8_t n_buffers;
	struct litmus_buffer buffer[LITMUS_BUFFERS];
	struct litmus_context context[LITMUS_CONTEXTS];

	enum litmus_quantifier quantifier;
	struct litmus_condition condition, filter; /* filter.n == 0: none */
	struct litmus_at condition_at, filter_at;
	uint8_t n_locations;
	struct litmus_term location[LITMUS_LOCATIONS]; /* REG, VAR or MEMORY */

	bool uses_layer;

	uint8_t n_written;
	struct litmus_written written[LITMUS_WRITTEN];
};

/* What is wrong with a file, and where. */
struct litmus_error {
	struct litmus_at at;
	char text[256];
};

/*
 * litmus_parse: text (len bytes, any bytes) of the file path becomes a test.  NULL with *error
 * set if it is none, or if there is no memory.  text is copied.
 */
struct litmus *litmus_parse(const char *path, const char *text, size_t len,
			    struct litmus_error *error);
void litmus_free(struct litmus *litmus);

/* Is name one of these n targets or policies?  None of them stands for all. */
bool litmus_is_named(const char (*names)[LITMUS_NAME], unsigned n, const char *name);

/* "Never" etc.; "Incomplete" is not one of them. */
const char *litmus_verdict_name(enum litmus_verdict verdict);
/* As in a file: "flush_dcache_page" is "coh_flush_dcache_page". */
const char *litmus_op_name(enum litmus_op op);
bool litmus_op_is_layer(enum litmus_op op);
bool litmus_op_is_maintenance(enum litmus_op op); /* a raw one that may change nothing */
bool litmus_op_has_words(enum litmus_op op);	  /* is it about words of a page: first, last? */

/* One statement as a file would have it, into text. */
char *litmus_instr_text(const struct litmus *litmus, const struct litmus_context *context,
			const struct litmus_instr *instr, char *text, size_t size);

/*
 * A value as the file writes it: in decimal, or 0x... with as many digits.  One that the file does
 * not have is decimal, too, unless the file has hexadecimal values and it is above 9.
 */
#define LITMUS_VALUE 12
char *litmus_value_text(const struct litmus *litmus, uint32_t value, char text[LITMUS_VALUE]);

/* A register that no file can name: what an if reads of a variable. */
#define LITMUS_HIDDEN "if."
static inline bool litmus_is_hidden(const char *reg)
{
	return reg[0] == LITMUS_HIDDEN[0];
}

/* Words of a page, and bytes; a line has 16 bytes, whatever words it is said to have. */
#define LITMUS_LINE 16u
static inline uint32_t litmus_page_size(const struct litmus *t)
{
	return LITMUS_LINE * t->lines;
}

/* Of word in its page. */
static inline uint32_t litmus_offset(const struct litmus *t, uint32_t word)
{
	return word / t->words * LITMUS_LINE + word % t->words * 4;
}

#endif
