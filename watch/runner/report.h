/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A finding with names: what text and JSON both print.
 */
#ifndef COH_WATCH_RUNNER_REPORT_H
#define COH_WATCH_RUNNER_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "watch/runner/library.h"
#include "watch/runner/symbols.h"
#include "watch/runner/unwind.h"
#include "watch/wire.h"

struct report_call {
	struct code_place at; /* at.pc is the return address */
	bool guessed;
	bool sure; /* not guessed, or the call there leads to the function before */
};

/* Is the call chain of the writer known?  Of code in user mode there never is one. */
enum report_writer {
	WRITER_NOT_ASKED,
	WRITER_KNOWN,
	WRITER_NOT_SEEN,  /* the second run came to the finding, but did not see that store */
	WRITER_NOT_AGAIN, /* the second run did not come to the finding, or there was none */
};

struct report {
	const struct wire_finding *f;
	struct code_place read, write, culprit, last;
	/* Where the writer was, if it was the task that its address space was last seen with; pc is 0
	 * if that is not known. */
	struct code_place write_if_last;
	struct report_call call[UNWIND_FRAMES];
	unsigned n_calls;
	/* f->last is not the last of the physical line, but of the alias that is to blame. */
	bool last_is_alias, last_insn;
	uint32_t last_va;
	/* How the writer came to its store: only after a second run (again.h). */
	struct report_call writer_call[UNWIND_FRAMES];
	unsigned n_writer_calls;
	enum report_writer writer_chain;
	const char *kind;
	/* As in the title, see title.h; and the functions of the accesses themselves. */
	char reader[128], writer[128];
	char reader_leaf[128], writer_leaf[128];
	char title[320];
	char verdict[1024], missing[768]; /* missing: by report_advise */
};

/* report_make: *r stays valid as long as f.  writer, s and library may be NULL. */
void report_make(struct report *r, const struct wire_finding *f, const struct wire_stack *writer,
		 struct symbols *s, const struct library *library);

/* The callers, nearest first.  Returns how many: 0 in user mode, or if the context is not known. */
unsigned report_calls(const struct wire_stack *c, struct symbols *s,
		      struct report_call call[UNWIND_FRAMES]);

/* A return address: the line of the call, but the address that the stack holds. */
void report_call_place(uint32_t pc, struct symbols *s, struct code_place *at);

/* "function+0x1c  file.c:12", or as much as is known; "user mode" for user code. */
void report_place(const struct code_place *at, char *out, size_t size);

/* n bytes as one little-endian number where n is 1, 2, 4 or 8, else one by one. */
void report_value(const uint8_t *bytes, uint32_t n, char *out, size_t size);

/* The one value of the read that a report shows, and where in the read it is. */
void report_value_span(const struct wire_finding *f, uint32_t *first, uint32_t *n);

/* Does a report on this finding show the newest and the old value?  Then: are they the same? */
bool report_shows_values(const struct wire_finding *f);
bool report_values_same(const struct wire_finding *f);

void report_print(FILE *out, const struct report *r, bool colour);

#endif
