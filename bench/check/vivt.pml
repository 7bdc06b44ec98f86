/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The system of vivt.litmus.  Copies: 0 K, 1 U of line 0 (page p); 2 L, 3 V of line 1 (page q);
 * 4 M, 5 W of line 2 (page s). */
#define COPIES 6
#define LINES  3
#define HOME(c) (c / 2)
#include "cache.pml"

byte p0r0, p0r1, p0r2, p0r3, i0r0, i0r1, d0r0, d0r1, d0r2;
bit irq;

active proctype P0()
{
	d_step { !irq; store0(0, 1) };
	d_step { !irq; store1(3, 2) };
	d_step { !irq; clean(0) };
	d_step { !irq; load0(1, p0r0) };
	d_step { !irq; store1(1, 3) };
	d_step { !irq; clean(3); drop(3) };
	d_step { !irq; load1(2, p0r1) };
	d_step { !irq; load1(0, p0r2) };
	d_step { !irq; store0(4, 6) };
	d_step { !irq; load0(5, p0r3); finished++ }
}

active proctype I0()
{
	d_step { irq = 1 };
	d_step { load0(1, i0r0) };
	d_step { store0(2, 4) };
	d_step { clean(2) };
	d_step { load0(3, i0r1) };
	d_step { store1(5, 7); irq = 0; finished++ }
}

active proctype D0()
{
	d_step { dma_read0(1, d0r0) };
	d_step { dma_write1(0, 5) };
	d_step { dma_read0(0, d0r1) };
	d_step { dma_read1(2, d0r2); finished++ }
}

active proctype hardware()
{
end:	do
	:: d_step { valid[0] && finished < 3; clean(0); drop(0) }
	:: d_step { valid[1] && finished < 3; clean(1); drop(1) }
	:: d_step { valid[2] && finished < 3; clean(2); drop(2) }
	:: d_step { valid[3] && finished < 3; clean(3); drop(3) }
	:: d_step { valid[4] && finished < 3; clean(4); drop(4) }
	:: d_step { valid[5] && finished < 3; clean(5); drop(5) }
	:: finished == 3 -> break
	od;
	assert(!stale)
}
