/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What user programs and kernel agree on: system calls, by the number in r7, and the
 * table of routines at USER_TEXT that a test can have a process call.
 */
#ifndef MINIKERNEL_USER_H
#define MINIKERNEL_USER_H

#include <stdint.h>

enum syscall {
	SYS_DONE,      /* (result) the routine has returned */
	SYS_FORK,      /* () 1 in the parent, 0 in the child */
	SYS_READ,      /* (file, page, va): a page of the file into the user's buffer */
	SYS_WRITE,     /* (file, page, va) */
	SYS_SYNC_CODE, /* (va, len): what was stored there will be executed */
};

/* The order of the table in crt.S. */
enum routine {
	USER_STORE,	     /* (va, words, seed) the pattern; returns its checksum */
	USER_SUM,	     /* (va, words) */
	USER_COPY,	     /* (to, from, words) */
	USER_LOAD,	     /* (va) */
	USER_PUT,	     /* (va, value) */
	USER_PING,	     /* (a, b, rounds): stores by a, loads by b, and the other way round */
	USER_CALL,	     /* (code, argument) */
	USER_MAKE_CODE,	     /* (va, constant): writes a routine, says so, calls it */
	USER_FORK_AND_STORE, /* (va, words, seed): the child stores seed + 1, the parent seed + 2 */
	USER_WRITE_FILE,     /* (file, page, va) */
	USER_READ_FILE,	     /* (file, page, va) */
	USER_ROUTINES,
};

static inline uint32_t pattern(uint32_t seed, uint32_t i)
{
	return seed * 0x9e3779b1u ^ (i + 1) * 0x85ebca6bu;
}

#define CHECKSUM_START 0x811c9dc5u

static inline uint32_t checksum_add(uint32_t sum, uint32_t word)
{
	return (sum ^ word) * 0x01000193u;
}

#endif
