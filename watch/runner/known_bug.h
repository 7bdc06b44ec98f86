/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program for ARM926EJ-S with a known bug, of 28 words, so that an installed coherer can try
 * itself without a compiler for ARM.
 *
 * It maps its first MiB twice, at 0 and at 0x40000000, loads through the first address, stores
 * through the second, and loads through the first again, with no cache maintenance in between.
 */
#ifndef COH_WATCH_RUNNER_KNOWN_BUG_H
#define COH_WATCH_RUNNER_KNOWN_BUG_H

#include <stdint.h>

#define KNOWN_BUG_AT "0x10000" /* it is loaded and started there */

static const uint32_t known_bug[] = {
	0xe3a00901, /*	mov	r0, #0x4000		the page table */
	0xe59f1060, /*	ldr	r1, =0xc0e		section 0, cached, for everyone */
	0xe5801000, /*	str	r1, [r0]		at 0 */
	0xe2802a01, /*	add	r2, r0, #0x1000 */
	0xe5821000, /*	str	r1, [r2]		at 0x40000000 as well */
	0xee020f10, /*	mcr	p15, 0, r0, c2, c0, 0 */
	0xe3e01000, /*	mvn	r1, #0 */
	0xee031f10, /*	mcr	p15, 0, r1, c3, c0, 0	every domain: no checks */
	0xe3a01000, /*	mov	r1, #0 */
	0xee071f17, /*	mcr	p15, 0, r1, c7, c7, 0	invalidate both caches */
	0xee081f17, /*	mcr	p15, 0, r1, c8, c7, 0	and the TLB */
	0xee111f10, /*	mrc	p15, 0, r1, c1, c0, 0 */
	0xe3811a01, /*	orr	r1, r1, #0x1000		I-cache */
	0xe3811005, /*	orr	r1, r1, #0x5		MMU, D-cache */
	0xee011f10, /*	mcr	p15, 0, r1, c1, c0, 0 */
	0xe1a00000, /*	nop */
	0xe1a00000, /*	nop */
	0xe3a02802, /*	mov	r2, #0x20000 */
	0xe5923000, /*	ldr	r3, [r2]		a line under the first address */
	0xe2824101, /*	add	r4, r2, #0x40000000 */
	0xe5844000, /*	str	r4, [r4]		new bytes under the second */
	0xe5923000, /*	ldr	r3, [r2]		the bug: the first line is old */
	0xe3a00018, /*	mov	r0, #0x18		semihosting: exit */
	0xe3a01802, /*	mov	r1, #0x20000 */
	0xe3811026, /*	orr	r1, r1, #0x26 */
	0xef123456, /*	svc	0x123456 */
	0xeafffffe, /*	b	. */
	0x00000c0e,
};

#endif
