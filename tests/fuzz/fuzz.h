/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* fuzz: what the fuzzers share. */
#ifndef COH_TESTS_FUZZ_FUZZ_H
#define COH_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* libFuzzer calls it with any bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must be true whatever the bytes are; libFuzzer keeps the input of an abort. */
#define CHECK(x)                                                                                   \
	do {                                                                                       \
		if (!(x))                                                                          \
			abort();                                                                   \
	} while (0)

#endif
