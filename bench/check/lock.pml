/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The system of lock.litmus.  Copies: 0 K, 1 U of line 0; 2 K, 3 U of line 1. */
#define COPIES 4
#define LINES  2
#define HOME(c) (c / 2)
#include "cache.pml"

byte p0r0, p0r1, p0r2, p0r3, i0r0, i0r1, d0r0, d0r1;
bit irq, held;

active proctype P0()
{
	d_step { !irq; store0(0, 1) };
	d_step { !irq; store0(3, 2) };
	d_step { !irq && !held; held = 1 };
	d_step { !irq; clean(0) };
	d_step { !irq; load0(1, p0r0) };
	d_step { !irq; store1(1, 3) };
	d_step { !irq; held = 0 };
	d_step { !irq; load0(2, p0r1) };
	d_step { !irq; clean(3); drop(3) };
	d_step { !irq; load1(2, p0r2) };
	d_step { !irq; store1(2, 6) };
	d_step { !irq; load1(3, p0r3) };
	d_step { !irq; store0(1, 8); finished++ }
}

active proctype I0()
{
	d_step { irq = 1 };
	d_step { load1(3, i0r0) };
	d_step { !held; held = 1 };
	d_step { store1(0, 4) };
	d_step { held = 0 };
	d_step { load1(1, i0r1) };
	d_step { store0(2, 7); irq = 0; finished++ }
}

active proctype D0()
{
	d_step { dma_read0(0, d0r0) };
	d_step { dma_write0(1, 5) };
	d_step { dma_read1(0, d0r1) };
	d_step { dma_write1(1, 9); finished++ }
}

/* In a deadlock it may go on, as in coherer: the two processes that wait are the invalid end. */
active proctype hardware()
{
end:	do
	:: d_step { valid[0] && finished < 3; clean(0); drop(0) }
	:: d_step { valid[1] && finished < 3; clean(1); drop(1) }
	:: d_step { valid[2] && finished < 3; clean(2); drop(2) }
	:: d_step { valid[3] && finished < 3; clean(3); drop(3) }
	:: finished == 3 -> break
	od;
	assert(!stale)
}
