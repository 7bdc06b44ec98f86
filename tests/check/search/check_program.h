/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* check_program: random litmus tests, as text, each from its seed alone. */
#ifndef COH_TESTS_CHECK_SEARCH_CHECK_PROGRAM_H
#define COH_TESTS_CHECK_SEARCH_CHECK_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

enum check_program_kind {
	CHECK_SEQUENTIAL, /* one process and one device in a fixed order; nothing speculated */
	CHECK_CONCURRENT, /* processes, interrupts, devices, locks, TLBs, speculation */
};

/* The text into buffer, which is large enough with CHECK_PROGRAM_MAX bytes; its length. */
#define CHECK_PROGRAM_MAX 8192u
size_t check_program(uint64_t seed, enum check_program_kind kind, char *buffer);

#endif
